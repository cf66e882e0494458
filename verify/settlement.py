"""Check a coverage decision and settlement from the printed decision and the files of its product.

    python -m verify.settlement DECISION.json PRODUCT_FOLDER [COVERS.json]

Every step is worked out again from the facts in the decision and from the product's files: the moment that decides a
unit's term, what was known first, which clause grants a head, how much of an item is accepted, the caps, each row of
yen, the balances and the total. The term's own figures (period, limit, deductible, what was used before) must agree
with each other. With COVERS.json (the covers of the claim file) they must also be those of
the cover on the day: the period, the limits of its set as endorsed by then, the deductible, what was used before.

Exit status 0 when all stand, 1 with one line for every fault. Standard library only; the program is not imported.
"""

import csv
import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

JAPAN = timezone(timedelta(hours=9))
NO_LIMIT = 10**15
ROWS = ("claimed", "deductible", "ratio", "sublimit", "limit", "aggregate")
KINDS = {
    "premium",
    "period",
    "knowledge",
    "event",
    "grant",
    "territory",
    "exclusion",
    "item",
    "cap",
    *ROWS,
    "balance",
    "total",
}


class Files:
    """The product's files, as far as they are needed."""

    def __init__(self, folder: Path) -> None:
        with (folder / "heads.csv").open(encoding="utf-8") as file:
            self.heads = {row["code"]: row for row in csv.DictReader(file)}
        self.rules = tomllib.loads((folder / "settlement.toml").read_text("utf-8"))
        self.clauses = tomllib.loads((folder / "clauses.toml").read_text("utf-8"))["clauses"]
        self.left_out = tomllib.loads((folder / "not_granted.toml").read_text("utf-8"))["not_granted"]
        with (folder / "sets.csv").open(encoding="utf-8") as file:
            self.sets = {int(row["set"]): row for row in csv.DictReader(file)}
        self.exclusions = {one["code"]: one for one in self.rules["exclusions"]}


def faults(decision: dict[str, Any], files: Files, covers: list[dict[str, Any]] | None = None) -> Iterator[str]:
    """Every fault of a decision; with `covers`, of its terms as well."""
    steps = decision["steps"]
    if [step["number"] for step in steps] != list(range(1, len(steps) + 1)):
        yield "the steps are not numbered from 1 without gap"
    for step in steps:
        if step["kind"] not in KINDS:
            yield f"step {step['number']}: there is no kind {step['kind']}"
            continue
        for reason in _step(step, decision, files):
            yield f"step {step['number']} ({step['kind']} {step['subject']}): {reason}"
    yield from _whole(decision, files)
    if covers is not None:
        yield from _of_covers(decision, files, {one["id"]: one for one in covers})


def _of_covers(decision: dict[str, Any], files: Files, covers: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Whether the terms that the decision relies on are those of the covers on the day."""
    paid: dict[tuple[str, str], int] = {}
    for unit in decision["units"]:
        cover, code, coverage = covers.get(unit["term"]), unit["code"], unit["coverage"]
        if cover is None:
            yield f"{code}: there is no cover {unit['term']}"
            continue
        moments = [one["values"]["moment"] for one in decision["steps"]
                   if one["kind"] == "period" and one["subject"] == code]  # fmt: skip
        for moment in moments:
            if not _at(cover["inception_at"]) <= _at(moment) < _at(cover["expiry_at"]):
                yield f"{code}: {moment} is outside the cover's period"
            limit, deductible = _limit_at(cover, coverage, _at(moment), decision["facts"], files)
            if unit["limit"] > limit:
                yield f"{code}: the cover's limit is {limit}"
            used = cover.get("used", {}).get(coverage, 0) + paid.get((unit["term"], coverage), 0)
            if unit["remaining"] != max(0, limit - used):
                yield f"{code}: {max(0, limit - used)} is left of the cover's aggregate"
            for row in _rows(code, decision).values():
                if row["deductible"] != deductible:
                    yield f"{code}: the cover's deductible is {deductible}"
                    break
        paid[unit["term"], coverage] = paid.get((unit["term"], coverage), 0) + _within(unit, files)
    for step in decision["steps"]:
        if step["kind"] != "premium" or step["subject"] not in covers:
            continue
        if step["values"]["received"] != covers[step["subject"]].get("premium_received", True):
            yield f"{step['subject']}: whether the premium was received is said otherwise by the cover"


def _limit_at(
    cover: dict[str, Any], coverage: str, moment: datetime, facts: dict[str, Any], files: Files
) -> tuple[int, int]:
    """Limit and deductible of a coverage on the day, in yen: endorsements recorded after the notice do not count."""
    terms = dict(cover["request"])
    told = facts["received_at"] or facts["notified_at"]
    late_ones = files.rules["switches"]["later_changes_do_not_count"]["on"] and told is not None
    changes = [one for one in cover.get("changes", []) if one["reason"] in ("endorsement", "correction")]
    for one in sorted(changes, key=lambda one: one["reason"] == "endorsement"):
        late = late_ones and one["reason"] == "endorsement" and _at(one["recorded_at"]) > _at(told)
        if not late and (one["reason"] == "correction" or _at(one["effective_at"]) <= moment):
            terms |= one["changes"]
    row = files.sets[terms["set"]]
    limit = (terms["limits"].get(coverage) or 0) if row["free"] == "1" else int(row[coverage] or 0)
    attached = "business_income" in terms.get("riders", []) or "business_income" in row["attaches"].split()
    if coverage == "business_income" and not attached:
        limit = 0
    return limit, int(row[f"deductible_{coverage}"] or 0)


def _step(step: dict[str, Any], decision: dict[str, Any], files: Files) -> Iterator[str]:
    kind, subject, values, facts = step["kind"], step["subject"], step["values"], decision["facts"]
    unit = next((one for one in decision["units"] if one["code"] == subject.partition("/")[0]), None)
    if kind == "premium":
        if values["then"] != files.rules["premium"]["unpaid"]:
            yield "what follows an unpaid premium is not the product's"
        held = any("保険料" in hold["ja"] for hold in decision["holds"])
        if (values["then"] == "held" and not values["received"]) != held:
            yield "an unpaid premium and the hold on payment do not agree"
    elif kind == "event":
        if {"code": subject, "certainty": values["certainty"]} not in facts["events"]:
            yield "the facts do not say so"
    elif kind == "period":
        expected = _moment(subject, facts, files)
        if (values["moment"], values["by"]) not in expected:
            yield f"the moment is {expected}"
        if values["term"] != (unit["term"] if unit else None) and unit is not None:
            yield "the unit is paid out of another term"
    elif kind == "knowledge":
        said = ("known_at", "circumstances_known_at", "series_known_at")
        if _at(values["known"]) != min(_at(facts[name]) for name in said if facts[name]):
            yield "something was known at another time"
        if values["since"] is not None and values["limit"] and _at(values["known"]) < _at(values["since"]):
            yield "it was known before the cover began, so no limit counts"
        if unit is not None and unit["limit"] != values["limit"]:
            yield "the limit that counts is not the unit's"
    elif kind == "grant":
        yield from _grant(subject.partition("/")[2], values, facts, files)
    elif kind in ("exclusion", "territory"):
        yield from _against(subject, kind, values, facts, files)
    elif kind == "item":
        yield from _item(subject, values, decision, files)
    elif kind == "cap":
        if values["cap"] > _cap(subject.partition("/")[2], facts, files):
            yield "the cap is higher than victims and sublimit allow"
        row = _rows(subject.partition("/")[0], decision).get("sublimit")
        if row and row["heads"].get(subject.partition("/")[2], 0) > values["cap"]:
            yield "more is paid than the cap"
    elif kind in ROWS:
        yield from _row(kind, subject, values, decision, files)
    elif kind == "balance":
        if values["after"] != max(0, values["limit"] - values["before"] - values["now"]):
            yield "before, now and after do not add up"
        now = _paid(subject, decision, files)
        if values["now"] != now:
            yield f"{now} is paid out of it"
        if values["before"] + values["now"] > values["limit"]:
            yield "more is paid than the aggregate"
        printed = {
            "term": subject.partition("/")[0],
            "subject": subject.partition("/")[2],
            "limit": values["limit"],
            "used_before": values["before"],
            "paid_now": values["now"],
            "left_after": values["after"],
        }
        if printed not in decision["balances"]:
            yield "the balance is printed otherwise"
    elif values != {name: decision[name] for name in ("claimed", "accepted", "open", "paid")}:
        yield "the total is not the decision's"


def _moment(unit: str, facts: dict[str, Any], files: Files) -> set[tuple[str, str]]:
    """The moment of a unit and what it is deemed by, as the product dates its coverage."""
    coverage, _, code = unit.partition(":")
    kind, switches = files.rules["moments"][coverage]["moment"], files.rules["switches"]
    if kind == "discovery":
        names = ("known_at", "series_known_at") if switches["series_counts_as_one"]["on"] else ("known_at",)
        return {(min((facts[n] for n in names if facts[n]), key=_at), kind)}
    if kind == "stoppage":
        return {(facts["stoppage"]["started_at"] if facts["stoppage"] else facts["known_at"], kind)}
    group = [one for one in facts["demands"] if not code or code in (one["series"], one["id"])]
    if not group:
        return {(facts["known_at"], kind)}
    given = {one["id"]: one["given_at"] for one in facts["circumstance_notices"]}
    made = min((one["made_at"] for one in group), key=_at)
    told = [given[one["circumstance"]] for one in group if one["circumstance"] in given]
    first = min(told, key=_at, default=made)
    foretold = switches["circumstances_fix_the_term"]["on"] and _at(first) < _at(made)
    return {(first, "circumstances") if foretold else (made, kind)}


def _grant(head: str, values: dict[str, Any], facts: dict[str, Any], files: Files) -> Iterator[str]:
    if head not in files.heads:
        yield "there is no such head"
        return
    listed = {one["code"] for one in facts["events"]}
    if not set(values["events"]) <= listed:
        yield "an event is looked at that the facts do not name"
    if values["clause"] in files.clauses:
        grants = files.clauses[values["clause"]].get("grants", [])
        if not any(head in one["heads"] and set(one["events"]) & set(values["events"]) for one in grants):
            yield "the clause grants no such cell"
        sure = {one["code"] for one in facts["events"] if one["certainty"] == "known"}
        if values["state"] == "no" or (values["state"] == "unknown" and sure == listed):
            yield "a clause grants it, and nothing is unsure"
    elif values["clause"] == "not_granted":
        if not any(head in one["heads"] and set(one["events"]) & set(values["events"]) for one in files.left_out):
            yield "the product does not leave it out"
        if values["state"] != "no":
            yield "what is left out is not granted"
    elif values["clause"] not in ("knowledge", "no_event") or values["state"] == "yes":
        yield "no clause grants it"


def _against(subject: str, kind: str, values: dict[str, Any], facts: dict[str, Any], files: Files) -> Iterator[str]:
    section = files.heads[subject.partition("/")[2]]["coverage"]
    if kind == "territory":
        places = [one["place"] for one in facts["demands"]] + (
            [facts["stoppage"]["place"]] if facts["stoppage"] else []
        )
        if "abroad" not in places or values["state"] != "no":
            yield "nothing lies abroad"
    elif values["code"] != "no_stoppage":
        exclusion = files.exclusions.get(values["code"])
        found = [one for one in facts["grounds"] if one["exclusion"] == values["code"]]
        if exclusion is None or not found or section not in exclusion["coverages"]:
            yield "no such reason was found for it"
        elif values["state"] not in {"no" if one["certainty"] == "known" else "unknown" for one in found}:
            yield "it is not as sure as that"


def _item(subject: str, values: dict[str, Any], decision: dict[str, Any], files: Files) -> Iterator[str]:
    facts = decision["facts"]
    fact = next((one for one in facts["items"] if one["id"] == subject), None)
    if fact is None or fact["amount"] != values["amount"]:
        yield "the facts give another amount"
        return
    cuts = dict(map(tuple, values["cuts"]))
    if values["amount"] != values["accepted"] + values["open"] + sum(cuts.values()):
        yield "accepted, open and cuts do not sum to the amount"
    printed = next((one for one in decision["items"] if one["id"] == subject), None)
    if printed is None or any(printed[name] != values[name] for name in ("accepted", "open", "amount")):
        yield "the item is printed otherwise"
    head = files.heads[fact["head"]]
    spent = date.fromisoformat(fact["incurred_on"]) if fact["incurred_on"] else None
    if head["coverage"] == "expense" and values["accepted"]:
        days = files.rules["expense_window"]["days_after_notice"]["value"]
        if spent is None or facts["received_at"] is None:
            yield "an expense is accepted without its day or the notice"
        elif not _day(facts["known_at"]) <= spent <= _day(facts["received_at"]) + timedelta(days=days):
            yield "the expense lies outside the window"
    if head["needs_prior_approval"] == "1" and values["accepted"]:
        approval = fact["approval"]
        if approval is None or (spent and date.fromisoformat(approval["given_on"]) > spent):
            yield "there was no approval beforehand"
        elif approval["up_to"] is not None and values["accepted"] > approval["up_to"]:
            yield "more is accepted than was approved"
    for ground in facts["grounds"]:
        if ground["item"] == subject and files.exclusions[ground["exclusion"]]["effect"] == "head":
            part = fact["amount"] if ground["part"] is None else ground["part"]
            if ground["certainty"] == "known" and values["accepted"] > fact["amount"] - part:
                yield "a reason for not paying was passed over"
    known = set(files.exclusions) | {"approval", "window", "territory", "period", "premium", "knowledge", "not_granted",
                                     "no_event", "no_stoppage"}  # fmt: skip
    if not set(cuts) <= known:
        yield "a cut has no known reason"
    for code, needed in (("approval", head["needs_prior_approval"] == "1"), ("window", head["coverage"] == "expense")):
        if code in cuts and not needed:
            yield f"{code} is no reason for this head"


def _cap(head: str, facts: dict[str, Any], files: Files) -> int:
    row, victims = files.heads[head], facts["victims"]
    each = {kind: row[f"per_victim_{kind}"] for kind in ("individual", "corporate", "injury")}
    cap = sum((victims[kind] or 0) * int(yen) for kind, yen in each.items() if yen) if any(each.values()) else NO_LIMIT
    return min(cap, int(row["sublimit"] or NO_LIMIT))


def _rows(unit: str, decision: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one["values"] for one in decision["steps"] if one["kind"] in ROWS and one["subject"] == unit}


def _row(kind: str, unit: str, values: dict[str, Any], decision: dict[str, Any], files: Files) -> Iterator[str]:
    rows = _rows(unit, decision)
    order = ["claimed", *files.rules["order"]["steps"]]
    if list(rows) != order:
        yield f"the steps of a unit are {', '.join(order)}"
        return
    printed = next((one for one in decision["units"] if one["code"] == unit), None)
    if printed is None or [kind, values["heads"]] not in printed["rows"]:
        yield "the row is printed otherwise"
        return
    if (values["limit"], values["remaining"]) != (printed["limit"], printed["remaining"]):
        yield "limit and rest are not the unit's"
    if kind == "claimed":
        accepted: dict[str, int] = {}
        for item in decision["items"]:
            if item["unit"] == unit:
                accepted[item["head"]] = accepted.get(item["head"], 0) + item["accepted"]
        expected = accepted
    else:
        before = rows[order[order.index(kind) - 1]]["heads"]
        expected = _after(kind, before, values, unit, decision, files)
    if values["heads"] != expected:
        yield f"it should be {expected}"


def _after(
    kind: str, before: dict[str, int], values: dict[str, Any], unit: str, decision: dict[str, Any], files: Files
) -> dict[str, int]:
    """The row after a step, from the row before it, heads in the product's order."""
    found, owed = {}, values["deductible"]
    room = values["limit"] if kind == "limit" else values["remaining"]
    caps = {one["subject"]: one["values"]["cap"] for one in decision["steps"] if one["kind"] == "cap"}
    for head in (code for code in files.heads if code in before):
        yen, row = before[head], files.heads[head]
        if kind == "deductible":
            borne = min(yen, owed)
            owed -= borne
            yen -= borne
        elif kind == "ratio":
            yen = (2 * yen * int(row["ratio"]) + 100) // 200
        elif kind == "sublimit":
            yen = min(
                yen,
                int(row["sublimit"] or NO_LIMIT),
                _cap(head, decision["facts"], files),
                caps.get(f"{unit}/{head}", NO_LIMIT),
            )
        elif row["within_limit"] == "1":
            yen = min(yen, room)
            room -= yen
        found[head] = yen
    return found


def _paid(subject: str, decision: dict[str, Any], files: Files) -> int:
    """What is paid out of an aggregate: of a coverage, or of a head."""
    term, _, name = subject.partition("/")
    units = [one for one in decision["units"] if one["term"] == term]
    if name in files.heads:
        return sum(one["rows"][-1][1].get(name, 0) for one in units)
    return sum(_within(one, files) for one in units if one["coverage"] == name)


def _within(unit: dict[str, Any], files: Files) -> int:
    """What is paid of a unit within its limit; heads on top of it use none of its aggregate."""
    return sum(yen for head, yen in unit["rows"][-1][1].items() if files.heads[head]["within_limit"] == "1")


def _whole(decision: dict[str, Any], files: Files) -> Iterator[str]:
    """What the parts say together."""
    if decision["paid"] != sum(one["paid"] for one in decision["units"]):
        yield "the units do not sum to what is paid"
    if decision["paid"] != sum(one["paid"] for one in decision["heads"]):
        yield "the heads do not sum to what is paid"
    if decision["claimed"] != sum(one["amount"] for one in decision["facts"]["items"]):
        yield "the items do not sum to what is claimed"
    if {one["id"] for one in decision["items"]} != {one["id"] for one in decision["facts"]["items"]}:
        yield "an item was left out"
    if bool(decision["notes"]) != decision["facts"]["other_insurance"]:
        yield "other insurance is noted exactly where the facts say there is some"
    said = [(one["kind"], one["subject"]) for one in decision["steps"]]
    wanted = [("total", "claim"), *(("event", one["code"]) for one in decision["facts"]["events"])]
    wanted += [("item", one["id"]) for one in decision["items"]]
    wanted += [("balance", f"{one['term']}/{one['subject']}") for one in decision["balances"]]
    for unit in decision["units"]:
        over = _within(unit, files) > min(unit["limit"], unit["remaining"])
        if unit["paid"] != sum(unit["rows"][-1][1].values()) or over:
            yield f"{unit['code']}: its row does not sum to what is paid, or exceeds its limit"
        wanted += [(kind, unit["code"]) for kind in ("period", "knowledge", *ROWS)]
        wanted += [("premium", unit["term"])]
        paid_heads = [head for head, yen in unit["rows"][-1][1].items() if yen]
        wanted += [("grant", f"{unit['code']}/{head}") for head in paid_heads]
        wanted += [
            ("cap", f"{unit['code']}/{head}") for head in paid_heads if _cap(head, decision["facts"], files) < NO_LIMIT
        ]
        for head in paid_heads:
            of_head = [one for one in decision["steps"] if one["subject"] == f"{unit['code']}/{head}"]
            judged = [one for one in of_head if one["kind"] in ("grant", "exclusion", "territory")]
            if {one["values"]["state"] for one in judged} != {"yes"}:
                yield f"{head} is paid although it is not granted, or something stands against it"
    yield from (f"the step {kind} {subject} is missing" for kind, subject in wanted if (kind, subject) not in said)
    once = [one for one in said if one[0] != "exclusion"]
    if len(set(once)) != len(once):
        yield "a step stands twice"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str) -> date:
    return _at(text).astimezone(JAPAN).date()


def main(arguments: list[str]) -> int:
    """Check one decision."""
    if len(arguments) not in (2, 3):
        print("usage: python -m verify.settlement DECISION.json PRODUCT_FOLDER [COVERS.json]", file=sys.stderr)
        return 1
    try:
        decision = json.loads(Path(arguments[0]).read_text("utf-8"))
        covers = None
        if len(arguments) == 3:
            read = json.loads(Path(arguments[2]).read_text("utf-8"))
            covers = read["covers"] if isinstance(read, dict) else read
        found = list(faults(decision, Files(Path(arguments[1])), covers))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        found = [f"unreadable: {wrong!r}"]
    for fault in found:
        print(fault)
    if not found:
        print("all steps stand")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
