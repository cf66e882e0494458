"""A calculation of business income as it is asked at every door: the sales as CSV, and a few words and amounts.

`stopped_at` and `restored_at` are moments in Japan; `year_sales`, `operating_profit` (may be negative) and
`fixed_costs` are of the last fiscal year; costs are as `business_income.Costs` names them; `trend_percent` is the
agreed trend. Amounts are whole yen, or yen as people write them.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter

from sonae import yen_text
from sonae.business_income import Asked, Calculated, Cause, Costs, FiscalYear, Measured, Stoppage, Unmeasured
from sonae.doors import sales_file
from sonae.doors.decision import words as plain
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.vocabulary import error, escape
from sonae.period import JST
from sonae.risk import SALES_BELOW

YEAR = ("year_sales", "operating_profit", "fixed_costs")
COSTS = ("saved", "prevention", "fall_avoided", "extra", "value_kept", "in_both", "paid_as_restoration")
NAMES = frozenset({"stopped_at", "restored_at", "cause", "uses_the_equipment", "trend_percent", *YEAR, *COSTS})
TREND = range(1, 1001)
"""Whole percent of the year before."""


def read(sales: bytes, words: Mapping[str, Any]) -> Asked | Problem:
    """What is asked, or the problem with every error at once."""
    errors = [
        error(f"/{escape(name)}", "unknown_field", "この項目はありません。", "There is no such field.")
        for name in words if name not in NAMES
    ]  # fmt: skip
    takings = sales_file.read(sales)
    if isinstance(takings, Problem):
        if not takings.errors:
            return takings
        errors += takings.errors
    moments = {name: _moment(words, name, errors) for name in ("stopped_at", "restored_at")}
    yen = {name: _yen(words, name, errors) for name in (*YEAR, *COSTS)}
    if yen["year_sales"] == 0 and not any(one.pointer == "/year_sales" for one in errors):
        errors.append(error("/year_sales", "out_of_range", "1円以上を書いてください。", "At least 1 yen."))
    trend: Any = words.get("trend_percent") or 100
    cause: Any = words.get("cause") or "sudden_event"
    if cause not in get_args(Cause):
        allowed = get_args(Cause)
        errors.append(
            error("/cause", "unknown_word", f"使えるのは {'、'.join(allowed)}", f"One of {', '.join(allowed)}")
        )
    if isinstance(trend, str) and trend.isascii() and trend.isdigit():
        trend = int(trend)
    if not isinstance(trend, int) or isinstance(trend, bool) or trend not in TREND:
        says = "1から1000までの整数です。"
        errors.append(error("/trend_percent", "out_of_range", says, "A whole number, 1 to 1000."))
    uses = words.get("uses_the_equipment", True)
    if not isinstance(uses, bool):
        errors.append(error("/uses_the_equipment", "bool_type", "真偽で書いてください。", "True or false."))
    stopped, restored = moments["stopped_at"], moments["restored_at"]
    if stopped is not None and restored is not None and restored <= stopped:
        says = "復旧は停止より後にしてください。"
        errors.append(error("/restored_at", "not_in_order", says, "It is restored after it stopped."))
    if errors or isinstance(takings, Problem) or stopped is None or restored is None:
        return not_understood(tuple(errors))
    return Asked(
        takings=takings, stoppage=Stoppage(stopped, restored),
        year=FiscalYear(yen["year_sales"], yen["operating_profit"], yen["fixed_costs"]),
        costs=Costs(**{name: yen[name] for name in COSTS}), cause=cause, uses_the_equipment=uses, trend=trend * 100,
    )  # fmt: skip


def encode(found: Calculated | Unmeasured) -> bytes:
    """The answer as compact UTF-8 JSON, the rate as `e-4` in the worksheet and as its exact fraction."""
    return json.dumps(as_words(found), ensure_ascii=False, separators=(",", ":")).encode()


def as_words(found: Calculated | Unmeasured) -> dict[str, Any]:
    """The answer as JSON's plain values."""
    if isinstance(found, Unmeasured):
        return {"calculated": False, "code": found.code, "reason": plain(found.reason), "days": plain(found.days)}
    income = found.income
    return {
        "calculated": True, "loss_of_profit": income.loss_of_profit, "extra_expense": income.extra_expense,
        "profit_rate": [income.profit_rate.numerator, income.profit_rate.denominator],
        "measured": plain(found.measured), "worksheet": [plain(line._asdict()) for line in income.worksheet],
    }  # fmt: skip


def income_schemas(name: str) -> dict[str, Any]:
    """JSON Schemas of what `as_words` writes, for OpenAPI: calculated under this name, else under `Unmeasured`.

    Lines are those of a quotation's worksheet (`Line`).
    """
    template = "#/components/schemas/{model}"
    schema = TypeAdapter(Measured | Unmeasured).json_schema(mode="serialization", ref_template=template)
    parts: dict[str, Any] = schema["$defs"]
    yen = {"type": "integer", "minimum": 0}
    parts[name] = _closed({
        "calculated": {"const": True}, "loss_of_profit": yen, "extra_expense": yen,
        "profit_rate": {"type": "array", "items": yen, "minItems": 2, "maxItems": 2,
                        "description": "The exact rate: numerator and denominator."},
        "measured": {"$ref": template.format(model="Measured")},
        "worksheet": {"type": "array", "items": {"$ref": template.format(model="Line")}},
    })  # fmt: skip
    parts["Unmeasured"] = _closed({"calculated": {"const": False}, **parts["Unmeasured"]["properties"]})
    return parts


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _moment(words: Mapping[str, Any], name: str, errors: list[FieldError]) -> datetime | None:
    said = words.get(name)
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) and len(said) >= len("2027-09-11T06:40") else None
    except ValueError:
        found = None
    if found is None:
        says = "2027-09-11T06:40 の形の日時を書いてください。"
        errors.append(error(f"/{name}", "not_a_moment", says, "Write a moment as 2027-09-11T06:40."))
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=JST)


def _yen(words: Mapping[str, Any], name: str, errors: list[FieldError]) -> int:
    said = words.get(name, "" if name in COSTS else None)
    if said == "" and name in COSTS:
        return 0
    sign = 1
    if name == "operating_profit" and isinstance(said, str) and said.strip()[:1] in ("-", "−", "△", "▲"):
        sign, said = -1, said.strip()[1:]
    if isinstance(said, str):
        read_yen = yen_text.read(said)
        if isinstance(read_yen, yen_text.Unreadable):
            errors.append(error(f"/{name}", read_yen.code, read_yen.message, read_yen.message_en))
            return 0
        said = read_yen
    least = -SALES_BELOW if name == "operating_profit" else -1
    if not isinstance(said, int) or isinstance(said, bool) or not least < said < SALES_BELOW:
        errors.append(error(f"/{name}", "out_of_range", "円の整数で書いてください。", "Write whole yen."))
        return 0
    return sign * said
