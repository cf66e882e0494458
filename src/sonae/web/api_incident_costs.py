"""The API of what an incident would cost a company, and what each printed cover pays and leaves of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.doors.problem import FieldError, Problem
from sonae.office import catalogue, clock, incident_costs
from sonae.office.access import PUBLIC
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.web import openapi, problems, strangers
from sonae.web.api import Refused, _dump, _json, _query, operation
from sonae.web.api_reading import Field, read
from sonae.web.application_schemas import HASH, TEXT, WHOLE, closed, many

_QUALITY = 10_000
_BODY = {
    "industry": Field(str), "annual_sales": Field(int), "it_sales": Field(int, False),
    "sheet_discount": Field(int, False), "control_quality": Field(int, False),
}  # fmt: skip


@operation(
    "POST", "/incident-costs", PUBLIC, answers={200: "IncidentCosts"}, body="IncidentCostsAsked",
    problems=(400, 413, 415, 422, 429),
)  # fmt: skip
def estimate(request: HttpRequest) -> HttpResponse:
    """What an incident may cost a company, peril by peril, under every set and plan. Assumptions, not a forecast."""
    wait = strangers.must_wait(request)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    _query(request)
    _, words = read(request, **_BODY)
    quality = _quality(words)
    product = catalogue.default()
    asked = printed_covers(product, words)
    found = incident_costs.costs(product, asked, quality=quality, discount=words.get("sheet_discount"))
    return _json(_dump(incident_costs.told(product, asked, found)))


def _quality(words: dict[str, Any]) -> int | None:
    """The control quality as given: at most one of the two ways to say it."""
    quality: int | None = words.pop("control_quality", None)
    if quality is None:
        return None
    if not 0 <= quality <= _QUALITY:
        raise _wrong("out_of_range", "0から10000の整数です（10000が最もよい）。", "0 to 10000; 10000 is the best.")
    if "sheet_discount" in words:
        raise _wrong(
            "not_together", "sheet_discountとcontrol_qualityはどちらか一つです。",
            "Give sheet_discount or control_quality, not both.",
        )  # fmt: skip
    return quality


def _wrong(code: str, ja: str, en: str) -> Refused:
    return Refused(problem_door.not_understood((FieldError("/control_quality", code, ja, en),)))


def printed_covers(product: Product, words: dict[str, Any]) -> list[QuotationRequest]:
    """The company under every set and plan of the product. Raises Refused in the words of the request's own door."""
    asked = []
    for number, row in product.sets.items():
        for plan in product.plans:
            whole: dict[str, Any] = words | {"product": product.id, "plan": plan, "set": number, "riders": []}
            if row.free:
                whole["limits"] = dict(row.limits)
            riders = _riders(product, plan, number, whole)
            understood = request_door.read_value(catalogue.shipped(), whole | {"riders": riders}, clock.now())
            if isinstance(understood, Problem):
                raise Refused(understood)
            asked.append(understood.request)
    return asked


def _riders(product: Product, plan: str, number: int, words: dict[str, Any]) -> list[str]:
    """The riders that a company's facts bring by themselves: business income with a limit, IT work with its sales."""
    wanted = []
    if "business_income" in words.get("limits", {}):
        wanted.append(product.rider_rating("business_income"))
    industry = product.industries.get(words["industry"])
    if words.get("it_sales") or (industry is not None and industry.it_industry and "it_sales" not in words):
        wanted.append(product.rider_rating("it_business"))
    carried = {*product.sets[number].attaches}
    return [
        one.code
        for one in wanted
        if one is not None and one.code not in carried and one.may_join(plan, number, {*carried, one.code})
    ]


_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_HEADS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_STATUS: dict[str, Any] = TEXT
_TITLES = {"name": TEXT, "name_en": TEXT}

openapi.FURTHER |= {
    "IncidentCostsAsked": closed(
        {"industry": TEXT, "annual_sales": WHOLE},
        {"it_sales": WHOLE, "sheet_discount": WHOLE,
         "control_quality": WHOLE | {"minimum": 0, "maximum": _QUALITY}},
        description="With neither `sheet_discount` nor `control_quality` the controls are assumed to be middling.",
    ),
    "IncidentUnderCover": closed({"paid": WHOLE, "left": WHOLE, "heads": _HEADS}),
    "IncidentCost": closed({"total": WHOLE, "heads": _HEADS, "covers": many("IncidentUnderCover")},
                           description="`covers` in the order of the answer's own `covers`."),
    "IncidentAssumption": closed({"what": TEXT, "what_en": TEXT, "status": _STATUS, "source": TEXT,
                                  "source_title": TEXT, "reason": TEXT}),
    "PerilCosts": closed(
        {"peril": TEXT, **_TITLES, "chance": _SHARE, "typical": {"$ref": "#/components/schemas/IncidentCost"},
         "severe": {"$ref": "#/components/schemas/IncidentCost"}, "paid_share": {"type": "array", "items": _SHARE},
         "rests_on": many("IncidentAssumption")},
        description="`chance`: of at least one a year. `typical`: the middle incident; `severe`: 1 in 20 is worse.",
    ),
    "IncidentCosts": closed(
        {"assumptions": closed({"id": TEXT, "hash": HASH, **_TITLES, "status": _STATUS, "reason": TEXT}),
         "warning": TEXT, "warning_en": TEXT, "control_quality": WHOLE, "control_quality_known": {"type": "boolean"},
         "it_work": {"type": "boolean"}, "incidents_drawn": WHOLE, "chance": _SHARE,
         "covers": {"type": "array", "items": closed({"set": WHOLE, "plan": TEXT,
                                                      "riders": {"type": "array", "items": TEXT}})},
         "perils": many("PerilCosts")},
        description="Every figure is an assumption: read `warning`, and the status of what each rests on.",
    ),
}  # fmt: skip
