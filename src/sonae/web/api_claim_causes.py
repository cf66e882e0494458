"""The API of events that touch many members. The insurer's people only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.office import claim_causes, claim_reading
from sonae.web.api import _dump, _json, _principal, _query
from sonae.web.api_claims import _id
from sonae.web.api_reading import Field, once, operation, read


@operation("GET", "/claim-causes", "claim.handle", answers={200: "CommonCauseList"})
def causes(request: HttpRequest) -> HttpResponse:
    """Events with their claims and what they come to, the newest first."""
    _query(request)
    return _json(_dump({"causes": [claim_reading.cause(one) for one in claim_causes.all_of(_principal(request))]}))


@operation("POST", "/claim-causes", "claim.handle", answers={201: "CommonCause"}, body="NewCause")
def open_cause(request: HttpRequest) -> HttpResponse:
    """Name an event that touches many members."""
    raw, words = read(request, name=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_causes.open_cause(_principal(request), words["name"])
        told = claim_reading.cause(claim_causes.one(_principal(request), made.id))
        return 201, f"/api/v1/claim-causes/{made.id}", told

    return once(request, "claim.handle", raw, work)


@operation("GET", "/claim-causes/{cause_id}", "claim.handle", answers={200: "CommonCause"})
def cause(request: HttpRequest, cause_id: str) -> HttpResponse:
    """One event with its claims."""
    _query(request)
    return _json(_dump(claim_reading.cause(claim_causes.one(_principal(request), _id(cause_id)))))


@operation("POST", "/claims/{claim_id}/cause", "claim.handle", answers={200: "CommonCause"}, body="OfCause")
def link(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Link a claim to an event, saying why; from another event it moves."""
    raw, words = read(request, cause=Field(UUID), reason=Field(str))

    def work() -> tuple[int, str, Any]:
        claim_causes.link(_principal(request), claim_id, words["cause"], words["reason"])
        return 200, "", claim_reading.cause(claim_causes.one(_principal(request), words["cause"]))

    return once(request, "claim.handle", raw, work)


@operation("POST", "/claims/{claim_id}/cause-removal", "claim.handle", answers={200: "ClaimListed"}, body="WithReason")
def unlink(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Take a claim out of its event, saying why."""
    raw, words = read(request, reason=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_causes.unlink(_principal(request), claim_id, words["reason"])
        return 200, "", claim_reading.listed(made)

    return once(request, "claim.handle", raw, work)
