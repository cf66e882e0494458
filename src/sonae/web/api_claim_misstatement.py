"""The API of misstatement: what would have been, had the truth been told. For the insurer; nothing is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sonae.doors import decision as decision_door
from sonae.doors.problem import Problem
from sonae.office import claim_misstatement
from sonae.web import openapi
from sonae.web.api import Refused, _dump, _json, _principal
from sonae.web.api_reading import Field, operation, read
from sonae.web.application_schemas import DAY, TEXT, closed
from sonae.web.claim_schemas import YES


@operation("POST", "/claims/{claim_id}/misstatement", "claim.decide", answers={200: "Told"}, body="Truth")
def replay(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Premium and cover had this been told, the law's clocks, and the options that are open. Nothing is written."""
    _, words = read(
        request, fault=Field(str), terms=Field(dict, False), sheet=Field(dict, False), answers=Field(dict, False),
        caused=Field(str, False), insurer_knew_on=Field(str, False), insurer_knew_before=Field(bool, False),
        mediator_hindered=Field(bool, False), mediator_immaterial=Field(bool, False),
    )  # fmt: skip
    found = claim_misstatement.replay(_principal(request), claim_id, words)
    if isinstance(found, Problem):
        raise Refused(found)
    return _json(_dump({"misstatement": decision_door.words(found)}))


openapi.FURTHER |= {
    "Truth": closed(
        {"fault": {"type": "string", "enum": ["intent", "gross_negligence", "slight"]}},
        {"terms": {"type": "object"}, "sheet": {"type": "object"},
         "answers": {"type": "object", "additionalProperties": TEXT},
         "caused": {"type": "string", "enum": ["yes", "no", "unsure"]}, "insurer_knew_on": DAY,
         "insurer_knew_before": YES, "mediator_hindered": YES, "mediator_immaterial": YES},
        description="What was really so, as far as it differs: `terms` (industry, annual_sales, it_sales), "
                    "`sheet` (answers, facts, certificates), `answers` to disclosure questions.",
    ),
}  # fmt: skip
