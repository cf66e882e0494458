"""The API of "would it have paid": cases run through every plan, set and legal rider combination. Nothing is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sonae.conditions import COVERAGES
from sonae.doors import case_file, cases_asked
from sonae.doors.problem import Problem
from sonae.doors.vocabulary import LONGEST_TEXT
from sonae.office import catalogue
from sonae.office.access import PUBLIC
from sonae.replay import replay
from sonae.risk import SALES_BELOW
from sonae.web import openapi, problems, strangers
from sonae.web.api import Refused, _body, _json, _query, operation
from sonae.web.application_schemas import TEXT, WHOLE, closed, many, null


@operation(
    "POST", "/replays", PUBLIC, answers={200: "Replays"}, body="ReplaysAsked", problems=(400, 413, 415, 422, 429),
)  # fmt: skip
def run(request: HttpRequest) -> HttpResponse:
    """Would it have paid: shipped cases by name, or cases of your own, under every cover. Without `cases`, all shipped.

    A case on its own terms has one result, with neither plan nor set, and is never priced.
    """
    wait = strangers.must_wait(request)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    _query(request)
    product = catalogue.default()
    cases = cases_asked.read(product, _body(request))
    if isinstance(cases, Problem):
        raise Refused(cases)
    return _json(case_file.encode(replay(product, case) for case in cases))


_YEN: dict[str, Any] = {"type": "integer", "minimum": 0}
_LOST: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": SALES_BELOW - 1}
_NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_BY_COVERAGE: dict[str, Any] = closed(
    {}, {name: {"type": "integer", "minimum": 0, "maximum": SALES_BELOW - 1} for name in COVERAGES}
)
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": case_file.MOST_VICTIMS}

openapi.FURTHER |= {
    "ReplaysAsked": closed(
        {},
        {"cases": {"type": "array", "minItems": 1, "maxItems": cases_asked.MOST_CASES,
                   "items": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/CaseAsked"}]}}},
        description="Each case is the name of a shipped one, or a case written out. Without `cases`: all shipped ones.",
    ),
    "CaseAsked": closed(
        {"items": {"type": "array", "minItems": 1, "maxItems": case_file.MOST_ITEMS,
                   "items": closed({"head": TEXT, "amount": _LOST}, {"label": _NAME})}},
        {"case": _NAME, "event": TEXT, "events": {"type": "array", "minItems": 1, "items": TEXT},
         "victims": closed({}, dict.fromkeys(case_file.VICTIMS, _COUNT)),
         "terms": closed({"limits": _BY_COVERAGE},
                         {"deductibles": _BY_COVERAGE, "ratio": {"type": "integer", "minimum": 0, "maximum": 100}}),
         "member": closed({"industry": TEXT, "annual_sales": _LOST},
                          {"it_sales": _LOST, "plan": TEXT, "sheet_discount": WHOLE})},
        description="One of `event` and `events`. `terms` are the case's own; then it has no `member`.",
    ),
    "Replays": many("Replay"),
    "Replay": closed({"case": TEXT, "claimed": _YEN, "results": many("ReplayResult")}),
    "ReplayResult": closed(
        {"plan": null(TEXT), "set": null(WHOLE),
         "limits": {"type": "object", "additionalProperties": _YEN},
         "riders": {"type": "array", "items": TEXT}, "paid": _YEN, "short": _YEN, "heads": many("ReplayHead")},
        description="Set 5 stands with the brochure's own limits.",
    ),
    "ReplayHead": closed({"head": TEXT, "claimed": _YEN, "paid": _YEN, "clause": null(TEXT)},
                         description="`clause` grants the head; null where none does, or on the case's own terms."),
}  # fmt: skip
