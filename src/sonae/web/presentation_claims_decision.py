"""A decision as a page: the form of its facts, and the proof read from its stored words.

The words are those of `doors.decision`: what was decided a year ago is shown from its own bytes.
"""

from collections.abc import Mapping
from typing import Any, Final

from sonae.office.claim_decisions import Compared
from sonae.office.models import ClaimDecision
from sonae.product import Product, Text
from sonae.web.presentation import Language, figure, say
from sonae.web.presentation_prices import coverage_word
from sonae.wording import mark, source_title

ITEMS = 8
"""Rows for items on the form, beyond those that are there."""
GROUNDS = 3

_KINDS: Final[dict[str, Text]] = {
    "premium": Text("保険料の領収", "Premium received"),
    "period": Text("補償期間", "Period of cover"),
    "knowledge": Text("契約前に知っていた事故", "Prior knowledge"),
    "event": Text("対象となる事由", "Covered event"),
    "grant": Text("支払う条項", "Granting clause"),
    "territory": Text("地域", "Territory"),
    "exclusion": Text("お支払いしない場合", "Exclusion"),
    "item": Text("損害の明細", "Item"),
    "cap": Text("上限", "Cap"),
    "claimed": Text("請求", "Claimed"),
    "deductible": Text("免責金額", "Deductible"),
    "ratio": Text("縮小支払割合", "Ratio"),
    "sublimit": Text("内枠", "Sublimit"),
    "limit": Text("支払限度額", "Limit"),
    "aggregate": Text("期間中の限度額", "Aggregate"),
    "balance": Text("限度額の残り", "Balance"),
    "total": Text("合計", "Total"),
}
_CLAUSES: Final = frozenset({"premium", "period", "knowledge", "event", "grant", "territory", "exclusion"})
_VERDICTS: Final[dict[str, tuple[str, Text]]] = {
    "covered": ("yes", Text("支払う", "Pays")),
    "not_covered": ("no", Text("支払わない", "Does not pay")),
    "depends": ("ask", Text("事実による", "Depends on a fact")),
}
_COLOURS: Final = {"liability": "f-l", "expense": "f-e", "business_income": "f-b"}


class Typed:
    """The form as typed: texts without what surrounds them."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = form

    def __call__(self, name: str, longest: int = 40) -> str:
        return str(self.form.get(name, ""))[:longest].replace("\x00", "").strip()

    def number(self, name: str) -> int | str | None:
        """A whole number; None when nothing was typed, and the text itself when it is none, so the door says so."""
        typed = self(name).replace(",", "")
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() else typed


def facts_of_form(typed: Typed, drafted: Mapping[str, Any]) -> dict[str, Any]:
    """What is recorded, with what the form says in place of it: events, items, grounds, counts, the stoppage."""
    words = dict(drafted)
    words["events"] = [
        {"code": name.removeprefix("event-"), "certainty": typed(name)}
        for name in typed.form if name.startswith("event-") and typed(name) in ("known", "unsure")
    ]  # fmt: skip
    approvals = {one["id"]: one.get("approval") for one in drafted.get("items", [])}
    items = []
    for place in range(1, 200):
        if f"head-{place}" not in typed.form:
            break
        amount = typed.number(f"amount-{place}")
        if amount is None:
            continue
        name = typed(f"id-{place}") or f"I{place}"
        item: dict[str, Any] = {"id": name, "head": typed(f"head-{place}"), "amount": amount}
        for part in ("incurred_on", "demand", "payee", "evidence"):
            if typed(f"{part}-{place}"):
                item[part] = typed(f"{part}-{place}")
        if approvals.get(name) is not None:
            item["approval"] = approvals[name]
        items.append(item)
    words["items"] = items
    grounds = []
    for place in range(1, GROUNDS + 1):
        if typed(f"ground-{place}"):
            ground: dict[str, Any] = {"exclusion": typed(f"ground-{place}"),
                                      "certainty": typed(f"certainty-{place}") or "known"}  # fmt: skip
            if typed(f"item-{place}"):
                ground["item"] = typed(f"item-{place}")
            if typed.number(f"part-{place}") is not None:
                ground["part"] = typed.number(f"part-{place}")
            grounds.append(ground)
    words["grounds"] = grounds
    words["victims"] = {
        name: typed.number(f"victims-{name}") for name in ("individual", "corporate", "injury")
        if typed.number(f"victims-{name}") is not None
    }  # fmt: skip
    if words.get("stoppage") and typed("stopped-until"):
        words["stoppage"] = {**words["stoppage"], "ended_at": f"{typed('stopped-until')}+09:00"}
    said: dict[str, Any] = without_nothing(words)
    return said


def without_nothing(value: Any) -> Any:
    """The same words without what is absent: a door reads an absent field as its default."""
    if isinstance(value, dict):
        return {name: without_nothing(part) for name, part in value.items() if part is not None}
    return [without_nothing(part) for part in value] if isinstance(value, list) else value


def rows_of(product: Product, words: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    """The form, filled with these facts."""
    chosen = {one["code"]: one.get("certainty", "known") for one in words.get("events", [])}
    items = [dict(one) for one in words.get("items", [])]
    rows = [*items, *({} for _ in range(ITEMS - min(ITEMS - 3, len(items))))]
    grounds = [*words.get("grounds", []), *({} for _ in range(GROUNDS))][:GROUNDS]
    exclusions = product.settlement.exclusions if product.settlement is not None else {}
    stoppage = words.get("stoppage") or {}
    return {
        "events": [{"code": code, "words": say(event.plain, spoken), "certainty": chosen.get(code, "")}
                   for code, event in product.events.items()],
        "items": rows, "grounds": grounds, "demands": [one["id"] for one in words.get("demands", [])],
        "heads": [(code, say(head.name, spoken)) for code, head in product.heads.items()],
        "exclusions": [(code, say(one.name, spoken)) for code, one in exclusions.items()],
        "victims": words.get("victims") or {}, "stopped": str(stoppage.get("started_at", ""))[:16].replace("T", " "),
        "until": str(stoppage.get("ended_at") or "")[:16],
        "known": str(words["known_at"])[:16].replace("T", " "),
        "received": str(words.get("received_at") or "")[:16].replace("T", " "),
    }  # fmt: skip


# --- the proof ------------------------------------------------------------------------------------------------------


def _text(words: Mapping[str, str], spoken: Language) -> str:
    return words["en"] if spoken == "en" else words["ja"]


def _yen(value: int) -> str:
    return figure(value) if value else "—"


def decision_shown(product: Product, words: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    """The decision in the order of its proof."""
    css, verdict = _VERDICTS[words["verdict"]]
    return {
        "verdict": say(verdict, spoken), "css": css, "claimed": figure(words["claimed"]), "paid": figure(words["paid"]),
        "cut": figure(words["paid"] - words["claimed"]), "open": _yen(words["open"]), "facts": _facts(product, words,
                                                                                                      spoken),
        "clauses": [_step(product, one, spoken) for one in words["steps"] if one["kind"] in _CLAUSES],
        "sums": [_step(product, one, spoken) for one in words["steps"] if one["kind"] not in _CLAUSES],
        "sections": _sections(product, words, spoken),
        "balances": [_balance(product, one, spoken) for one in words["balances"]],
        "holds": [_text(one, spoken) for one in words["holds"]],
        "flip": _flip(product, words["flip"], spoken) if words["flip"] else None,
        "flips": [_flip(product, one, spoken) for one in words["flips"]
                  if not words["flip"] or one["code"] != words["flip"]["code"]][:4],
    }  # fmt: skip


def _facts(product: Product, words: Mapping[str, Any], spoken: Language) -> list[tuple[str, str]]:
    facts, english = words["facts"], spoken == "en"

    def moment(value: str | None) -> str:
        return str(value)[:16].replace("T", " ") if value else "—"

    rows = [
        ("Known" if english else "事故を知った日時", moment(facts["known_at"])),
        ("Received" if english else "知らせを受けた日時", moment(facts["received_at"])),
    ]
    if facts["occurred_at"]:
        rows.append(("Occurred" if english else "起きた日時", moment(facts["occurred_at"])))
    for one in facts["events"]:
        sure = one["certainty"] == "known"
        label = ("Event" if english else "起きたこと") if sure else ("May have happened" if english else "おそれ")
        rows.append((label, say(product.events[one["code"]].plain, spoken)))
    for kind, ja, en in (("individual", "被害者（個人）", "Persons"), ("corporate", "被害者（法人）", "Companies")):
        count = facts["victims"][kind]
        if count is not None:
            rows.append((en if english else ja, f"{count:,}"))
    if facts["stoppage"]:
        span = f"{moment(facts['stoppage']['started_at'])} – {moment(facts['stoppage']['ended_at'])}"
        rows.append(("Stopped" if english else "機能の停止", span))
    return rows


def _step(product: Product, one: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    return {
        "number": one["number"], "kind": say(_KINDS[one["kind"]], spoken), "says": _text(one["says"], spoken),
        "source": source_title(product, one["source"], spoken) if one["source"] else "",
        "mark": mark(one["status"], spoken),
    }  # fmt: skip


def _sections(product: Product, words: Mapping[str, Any], spoken: Language) -> list[dict[str, Any]]:
    """Heads under their coverage with what was cut and why, and the sum of each coverage."""
    shown = []
    for coverage in dict.fromkeys(one["coverage"] for one in words["heads"]):
        heads = [one for one in words["heads"] if one["coverage"] == coverage]
        rows = []
        for one in heads:
            css, verdict = _VERDICTS[one["verdict"]]
            cuts = [f"{_text(cut['reason'], spoken)} −{figure(cut['yen'])}" for item in words["items"]
                    if item["head"] == one["head"] for cut in item["cuts"]]  # fmt: skip
            rows.append({
                "name": say(product.heads[one["head"]].name, spoken), "clause": one["clause"], "css": css,
                "verdict": say(verdict, spoken), "reason": _text(one["reason"], spoken), "cuts": cuts,
                "claimed": figure(one["claimed"]), "paid": figure(one["paid"]),
                "cut": figure(one["paid"] - one["claimed"]) if one["paid"] != one["claimed"] else "—",
            })  # fmt: skip
        claimed, paid = sum(one["claimed"] for one in heads), sum(one["paid"] for one in heads)
        shown.append({"name": coverage_word(coverage, spoken), "rows": rows, "claimed": figure(claimed),
                      "paid": figure(paid), "cut": figure(paid - claimed) if paid != claimed else "—"})  # fmt: skip
    return shown


def _balance(product: Product, one: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    subject = one["subject"]
    coverage = product.heads[subject].coverage if subject in product.heads else subject
    name = say(product.heads[subject].name, spoken) if subject in product.heads else coverage_word(subject, spoken)
    before = one["limit"] - one["used_before"]
    width = 1000 * (one["used_before"] + one["paid_now"]) // one["limit"] if one["limit"] else 0
    return {"name": name, "before": figure(before), "now": figure(one["paid_now"]), "after": figure(one["left_after"]),
            "width": width, "fill": _COLOURS[coverage]}  # fmt: skip


def _flip(product: Product, one: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    return {"sentence": _text(one["sentence"], spoken), "paid": figure(one["paid_then"]), "turns": one["turns"],
            "head": say(product.heads[one["head"]].name, spoken) if one["head"] else ""}  # fmt: skip


# --- like cases -----------------------------------------------------------------------------------------------------


def likes_shown(
    product: Product, compared: Compared | None, stored: ClaimDecision | None, spoken: Language
) -> list[dict[str, str]]:
    """The nearest past decisions: of a look, or as they were shown when it was proposed. Never a name."""
    if compared is not None:
        pairs = [(one.industry, list(one.heads.values())) for one in compared.likes]
    elif stored is not None and isinstance(stored.likes, dict):
        pairs = [(one["industry"], [tuple(pair) for pair in one["heads"].values()])
                 for one in stored.likes.get("shown", [])]  # fmt: skip
    else:
        pairs = []
    return [
        {"industry": say(product.industries[code].name, spoken) if code in product.industries else code,
         "claimed": figure(sum(pair[0] for pair in heads)), "paid": figure(sum(pair[1] for pair in heads))}
        for code, heads in pairs
    ]  # fmt: skip


def departures_shown(product: Product, compared: Compared | None, spoken: Language) -> list[str]:
    """Heads that like cases treated otherwise."""
    if compared is None:
        return []
    pattern = say(Text("{head}：似た事案 {theirs}%、今回 {ours}%", "{head}: like case {theirs}%, here {ours}%"), spoken)
    return [
        pattern.format(head=say(product.heads[one.head].name, spoken), theirs=one.theirs, ours=one.ours)
        for one in compared.departures
    ]
