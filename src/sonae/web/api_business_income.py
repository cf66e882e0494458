"""The API of business income: a stoppage worked out from recorded sales; and its use in a claim."""

from __future__ import annotations

import csv
import io
from typing import Any, get_args

from django.http import HttpRequest, HttpResponse

from sonae.business_income import Cause, calculate
from sonae.doors import income_asked
from sonae.doors.problem import Problem
from sonae.office import catalogue, claim_income
from sonae.office.access import PUBLIC
from sonae.payment_terms import stoppage_terms
from sonae.web import api as plain
from sonae.web import openapi, problems, strangers
from sonae.web.api import Refused, _json, _principal
from sonae.web.api_reading import Field, once, operation, read
from sonae.web.application_schemas import TEXT, closed

_AMOUNT = (*income_asked.YEAR, *income_asked.COSTS)
_FIELDS = {
    "sales": Field(list), "stopped_at": Field(str), "restored_at": Field(str), "cause": Field(str, False),
    "uses_the_equipment": Field(bool, False), "trend_percent": Field(int, False),
    **{name: Field(int, name in income_asked.YEAR) for name in _AMOUNT},
}  # fmt: skip


def _asked(request: HttpRequest) -> tuple[bytes, bytes, dict[str, Any]]:
    raw, words = read(request, **_FIELDS)
    return raw, _csv(words.pop("sales")), words


def _csv(rows: list[Any]) -> bytes:
    """The recorded days or months as the file that the same reader reads: faults are told by row, the first is 2."""
    monthly = bool(rows) and isinstance(rows[0], list) and bool(rows[0]) and len(str(rows[0][0])) == len("2027-09")
    written = io.StringIO()
    csv.writer(written).writerows([["month" if monthly else "date", "sales"],
                                   *(row if isinstance(row, list) else [row] for row in rows)])  # fmt: skip
    return written.getvalue().encode()


@plain.operation("POST", "/business-income", PUBLIC, answers={200: "IncomeAnswer"}, body="StoppageAsked",
                 problems=(400, 413, 415, 422, 429))  # fmt: skip
def work_out(request: HttpRequest) -> HttpResponse:
    """Loss of profit and extra expense before limits, step by step. Nothing is kept."""
    wait = strangers.must_wait(request)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    _, sales, words = _asked(request)
    asked, terms = income_asked.read(sales, words), stoppage_terms(catalogue.default())
    if isinstance(asked, Problem):
        raise Refused(asked)
    assert terms is not None, "the shipped product settles claims"
    return _json(income_asked.encode(calculate(asked, terms)))


@operation("POST", "/claims/{claim_id}/business-income", "claim.decide",
           answers={200: "Unmeasured", 201: "CalculatedIncome"}, body="StoppageAsked")  # fmt: skip
def attach(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Work it out and keep it with the claim: the facts of its decision have these items from now on.

    200 where it could not be worked out: nothing is kept then.
    """
    raw, sales, words = _asked(request)

    def work() -> tuple[int, str, Any]:
        found = claim_income.attach(_principal(request), claim_id, sales, words)
        if isinstance(found, Problem):
            raise Refused(found)
        told = income_asked.as_words(found.found)
        return (201, f"/api/v1/claims/{claim_id}/facts", told) if told["calculated"] else (200, "", told)

    return once(request, "claim.decide", raw, work)


_YEN: dict[str, Any] = {"type": "integer"}
_TAKINGS: dict[str, Any] = {"type": "array", "prefixItems": [TEXT, {"type": ["integer", "string"]}], "minItems": 2,
                            "maxItems": 2}  # fmt: skip
_EITHER = [{"$ref": f"#/components/schemas/{name}"} for name in ("CalculatedIncome", "Unmeasured")]
openapi.FURTHER |= income_asked.income_schemas("CalculatedIncome") | {
    "IncomeAnswer": {"oneOf": _EITHER, "description": "`calculated` tells the two apart."},
    "StoppageAsked": closed(
        {"sales": {"type": "array", "items": _TAKINGS}, "stopped_at": TEXT, "restored_at": TEXT,
         **dict.fromkeys(income_asked.YEAR, _YEN)},
        {"cause": {"type": "string", "enum": list(get_args(Cause))}, "uses_the_equipment": {"type": "boolean"},
         "trend_percent": _YEN | {"minimum": income_asked.TREND.start, "maximum": income_asked.TREND.stop - 1},
         **dict.fromkeys(income_asked.COSTS, _YEN)},
        description="`sales`: pairs of a day or month and its sales, with the same days a year before. Yen; moments as "
                    "2027-09-11T06:40, in Japan.",
    ),
}  # fmt: skip
