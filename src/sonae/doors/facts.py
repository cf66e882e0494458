"""A claim file with the covers it is decided under (FACTS.json): from bytes to facts and terms, or to every error.

Types are pydantic's, in strict mode, over the core's own dataclasses; then the words: events, heads, grounds and
demands must exist, ids stand once, amounts and counts lie within bounds, days do not contradict each other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sonae.conditions import COVERAGES
from sonae.cover import CHANGES, ENDS, UNMAKES, Cover, Reason, Transaction
from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.request import LAST_YEAR, Products, read_value
from sonae.doors.strict import read_strictly
from sonae.doors.vocabulary import error, escape
from sonae.facts import Approval, CircumstanceNotice, Demand, Event, Facts, Ground, Held, LossItem, Stopped, Victims
from sonae.product import Product

MOST_YEN = 10**12
MOST_VICTIMS = 200_000_000
MOST_ROWS = 200
FIRST_YEAR = 1900
"""Of a day in a claim file. Before and behind the days stand others, which a calendar must still hold."""
FIELDS_OF_TERMS = frozenset(
    {"plan", "set", "limits", "riders", "annual_sales", "it_sales", "industry", "sheet_discount"}
)
"""What an endorsement or correction may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A later change of a cover, as a file gives it. `changes` are fields of the request."""

    reason: str
    effective_at: datetime
    recorded_at: datetime
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverWords:
    """A cover as a file gives it: what was asked for, its period, its changes, what was paid out of it before."""

    id: str
    request: Mapping[str, Any]
    inception_at: datetime
    expiry_at: datetime
    changes: tuple[Change, ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    premium_received: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """FACTS.json: the covers, the oldest first, and the facts."""

    covers: tuple[CoverWords, ...]
    facts: Facts


read_strictly(
    Facts, Event, CircumstanceNotice, Demand, Stopped, Victims, Approval, LossItem, Ground, Change, CoverWords, File
)  # fmt: skip

_files = TypeAdapter(File)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Understood:
    """A claim file that was understood."""

    facts: Facts
    helds: tuple[Held, ...]


def file_schemas(name: str) -> dict[str, Any]:
    """JSON Schemas of a claim file, for OpenAPI: the file under this name, its parts under names that begin with it.

    The words of a cover's request are the quotation's, codes are the product's. Null is taken nowhere, as no schema of
    the core's types says.
    """
    schema = _files.json_schema(ref_template=f"#/components/schemas/{name}{{model}}")
    return {f"{name}{part}": shape for part, shape in schema.pop("$defs").items()} | {name: schema}


def read(products: Products, raw: bytes, moment: datetime) -> Understood | Problem:
    """Read a claim file. All errors are reported at once."""
    parsed = parse(raw)
    if isinstance(parsed, Problem):
        return parsed
    errors: list[FieldError] = []
    if not isinstance(parsed, dict):
        return not_understood(
            (error("", "not_an_object", "JSONのオブジェクトが必要です。", "A JSON object is needed."),)
        )
    errors += _currencies(parsed)
    tidied = _tidy(parsed, "", errors)
    if errors:
        return not_understood(tuple(errors))
    try:
        file = _files.validate_python(tidied)
    except ValidationError as wrong:
        for found in wrong.errors(include_url=False, include_context=False, include_input=False):
            place = "".join(f"/{escape(str(part))}" for part in found["loc"])
            errors.append(error(place, found["type"], "この値は使えません。", f"Not accepted: {found['msg']}"))
        return not_understood(tuple(errors))
    helds = _covers(products, file.covers, moment, errors)
    if helds:
        errors += _words(helds[-1].product, file.facts)
    return not_understood(tuple(errors)) if errors else Understood(file.facts, helds)


def _currencies(parsed: Mapping[str, Any]) -> Iterator[FieldError]:
    """A loss in another currency is refused: what it is in yen, on which day, is for a person to say."""
    facts = parsed.get("facts")
    items = facts.get("items", []) if isinstance(facts, dict) else []
    for number, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict) and item.pop("currency", "JPY") != "JPY":
            ja, en = "円に換算した額を書いてください。", "Give the amount in yen, as converted by a person."
            yield error(f"/facts/items/{number}/currency", "foreign_currency", ja, en)


def _tidy(value: Any, pointer: str, errors: list[FieldError]) -> Any:
    if isinstance(value, dict):
        if isinstance(value, Twice):
            for key in value.keys_twice:
                at = f"{pointer}/{escape(key)}"
                errors.append(error(at, "twice", "同じ項目が2回あります。", "The field is there twice."))
        # What was asked for is read by its own door.
        return {
            key: part if key == "request" else _tidy(part, f"{pointer}/{escape(key)}", errors)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return tuple(_tidy(part, f"{pointer}/{number}", errors) for number, part in enumerate(value))
    if isinstance(value, NotWhole):
        errors.append(error(pointer, "not_whole", "整数で書いてください。", "Write a whole number."))
    if value is None:
        errors.append(
            error(pointer, "null", "nullは使えません。項目を省いてください。", "Leave the field out instead.")
        )
    if isinstance(value, str):
        if any("\ud800" <= one <= "\udfff" for one in value):
            errors.append(error(pointer, "control_character", "使えない文字があります。", "A character is none."))
        return _dated(value, pointer, errors)
    return value


def _dated(value: str, pointer: str, errors: list[FieldError]) -> Any:
    """A day or moment by the name of its field; the text itself where it is none, for the types to refuse."""
    name = pointer.rpartition("/")[2]
    try:
        if name.endswith("_at") and _MOMENT.fullmatch(value):
            found: date = datetime.fromisoformat(value)
        elif name.endswith("_on") and _DAY.fullmatch(value):
            found = date.fromisoformat(value)
        else:
            return value
    except ValueError:
        return value
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        ja, en = f"{FIRST_YEAR}年から{LAST_YEAR}年までの日付です。", f"A day from {FIRST_YEAR} to {LAST_YEAR}."
        errors.append(error(pointer, "too_far", ja, en))
    return found


def _covers(
    products: Products, words: tuple[CoverWords, ...], moment: datetime, errors: list[FieldError]
) -> tuple[Held, ...]:
    found = []
    if not words:
        errors.append(error("/covers", "missing", "契約が必要です。", "A cover is needed."))
    for number, one in enumerate(words):
        place = f"/covers/{number}"
        asked = read_value(products, dict(one.request), moment)
        if isinstance(asked, Problem):
            for wrong in asked.errors:
                at = f"{place}/request{wrong.pointer}"
                errors.append(error(at, wrong.code, wrong.message, wrong.message_en))
            continue
        if asked.product.settlement is None:
            errors.append(
                error(place, "no_settlement", "この商品は支払いの規則を持ちません。", "It settles no claims.")
            )
            continue
        if not one.inception_at < one.expiry_at or (number and one.inception_at < words[number - 1].expiry_at):
            at = f"{place}/inception_at"
            errors.append(
                error(at, "not_in_order", "期間は古い順に、重ならずに。", "Periods in order, without overlap.")
            )
            continue
        allowed = {*COVERAGES, *asked.product.heads}
        for name, yen in one.used.items():
            if name not in allowed or not 0 <= yen <= MOST_YEN:
                says = "補償か費目の名と、0以上の円を書いてください。"
                errors.append(
                    error(f"{place}/used/{escape(name)}", "out_of_bounds", says, "A coverage or head, in yen.")
                )
        cover = Cover(
            id=one.id, request=asked.request, inception=one.inception_at, expiry=one.expiry_at,
            transactions=_transactions(products, one, place, moment, errors),
        )  # fmt: skip
        found.append(
            Held(cover=cover, product=asked.product, used=dict(one.used), premium_received=one.premium_received)
        )
    return tuple(found)


def _transactions(
    products: Products, one: CoverWords, place: str, moment: datetime, errors: list[FieldError]
) -> tuple[Transaction, ...]:
    """The beginning of a cover and its later changes; a change that is not understood is noted and left out."""
    begun = Transaction(
        number=1, reason=Reason.enrolment, effective=one.inception_at, recorded=one.inception_at, actor="file"
    )
    found = [begun]
    for row, change in enumerate(one.changes):
        at = f"{place}/changes/{row}"
        reasons = sorted(reason.value for reason in (*CHANGES, *ENDS, *UNMAKES))
        if change.reason not in reasons:
            says = "、".join(reasons)
            errors.append(error(f"{at}/reason", "unknown_word", f"使えるのは {says}", f"One of {says}"))
            continue
        if set(change.changes) - FIELDS_OF_TERMS:
            errors.append(error(f"{at}/changes", "unknown_field", "この項目は変えられません。", "Cannot be changed."))
            continue
        after = read_value(products, {**dict(one.request), **_listed(change.changes)}, moment)
        if isinstance(after, Problem):
            for wrong in after.errors:
                errors.append(error(f"{at}/changes{wrong.pointer}", wrong.code, wrong.message, wrong.message_en))
            continue
        found.append(
            Transaction(
                number=len(found) + 1, reason=Reason(change.reason), effective=change.effective_at,
                recorded=change.recorded_at, actor="file",
                changes={name: getattr(after.request, name) for name in change.changes},
            )
        )  # fmt: skip
    return tuple(found)


def _listed(words: Mapping[str, Any]) -> dict[str, Any]:
    """Tuples back to the lists that the request's door reads."""
    return {key: list(part) if isinstance(part, tuple) else part for key, part in words.items()}


def _words(product: Product, facts: Facts) -> Iterator[FieldError]:
    rules = product.settlement
    assert rules is not None
    demands = {demand.id for demand in facts.demands}
    notices = {notice.id for notice in facts.circumstance_notices}
    names: tuple[tuple[str, Any, Any], ...] = (
        *((f"events/{n}/code", e.code, product.events) for n, e in enumerate(facts.events)),
        *((f"items/{n}/head", i.head, product.heads) for n, i in enumerate(facts.items)),
        *((f"items/{n}/demand", i.demand, demands) for n, i in enumerate(facts.items) if i.demand is not None),
        *((f"grounds/{n}/exclusion", g.exclusion, rules.exclusions) for n, g in enumerate(facts.grounds)),
        *((f"grounds/{n}/item", g.item, {i.id for i in facts.items}) for n, g in enumerate(facts.grounds) if g.item),
        *(
            (f"demands/{n}/circumstance", d.circumstance, notices)
            for n, d in enumerate(facts.demands)
            if d.circumstance
        ),
    )
    for at, word, allowed in names:
        if word not in allowed:
            yield error(
                f"/facts/{at}", "unknown_word", f"使えるのは {'、'.join(allowed)}", f"One of {', '.join(allowed)}"
            )
    lists: tuple[tuple[str, list[str]], ...] = (
        ("items", [item.id for item in facts.items]),
        ("demands", [demand.id for demand in facts.demands]),
        ("events", [event.code for event in facts.events]),
    )
    for name, ids in lists:
        if len(ids) > MOST_ROWS:
            yield error(f"/facts/{name}", "too_many", f"{MOST_ROWS}件までです。", f"At most {MOST_ROWS}.")
        for number, one in enumerate(ids):
            if one in ids[:number]:
                yield error(f"/facts/{name}/{number}", "twice", f"{one} が2回あります。", f"{one} is there twice.")
    for number, item in enumerate(facts.items):
        if not 1 <= item.amount <= MOST_YEN:
            says = f"1円から{MOST_YEN:,}円までです。"
            yield error(f"/facts/items/{number}/amount", "out_of_bounds", says, f"From 1 to {MOST_YEN:,} yen.")
        alike = [
            other for other in facts.items[:number]
            if (other.head, other.amount, other.incurred_on, other.demand)
            == (item.head, item.amount, item.incurred_on, item.demand) and item.incurred_on is not None
        ]  # fmt: skip
        if alike and item.id not in {other.id for other in alike}:
            says = f"明細 {alike[0].id} と同じ費目・額・日です。一つにまとめてください。"
            yield error(f"/facts/items/{number}", "item_twice", says, f"Same head, amount and day as {alike[0].id}.")
    for kind, count in facts.victims.by_kind.items():
        if count is not None and not 0 <= count <= MOST_VICTIMS:
            yield error(f"/facts/victims/{kind}", "out_of_bounds", "0以上の人数です。", "A count, 0 or more.")
    yield from _days(facts)


def _days(facts: Facts) -> Iterator[FieldError]:
    """Days that contradict each other."""
    order = (
        ("notified_at", facts.known_at, facts.notified_at),
        ("received_at", facts.notified_at or facts.known_at, facts.received_at),
    )
    for name, first, then in order:
        if first is not None and then is not None and then < first:
            yield error(
                f"/facts/{name}", "not_in_order", "前の日時より後にしてください。", "Later than what it follows."
            )
    stoppage = facts.stoppage
    if stoppage is not None and stoppage.ended_at is not None and stoppage.ended_at <= stoppage.started_at:
        yield error("/facts/stoppage/ended_at", "not_in_order", "停止より後にしてください。", "After the stop.")
