"""The API of claims: notices, the response, files, the worklist. The money is in api_claim_money.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.office import (
    claim_clocks,
    claim_files,
    claim_letters,
    claim_notices,
    claim_reading,
    claim_reserves,
    claim_response,
    claims,
    desk,
)
from sonae.office.access import PUBLIC
from sonae.office.claim_notices import CallBack, Told
from sonae.web import api as plain
from sonae.web import claim_schemas, openapi, problems
from sonae.web.api import Refused, _dump, _json, _principal, _query
from sonae.web.api_reading import Field, once, operation, read
from sonae.web.budget import budgets

assert claim_schemas  # imported for what the operations' documents name

_TOLD = {
    "known_at": Field(datetime), "notified_at": Field(datetime, False), "occurred_at": Field(datetime, False),
    "stopped_at": Field(datetime, False), "event": Field(str, False), "circumstances": Field(bool, False),
    "facts": Field(dict, False), "story": Field(str, False),
}  # fmt: skip


_OPEN_A_MINUTE = 10
"""How many notices without log-in one address may give a minute."""


def _told(words: dict[str, Any]) -> Told:
    return Told(**{name: words[name] for name in _TOLD if name in words})


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise desk.NotFound from None


def _claim(request: HttpRequest, claim_id: str | UUID) -> dict[str, Any]:
    return claim_reading.claim(claim_reading.cockpit(_principal(request), claim_id), _principal(request))


# --- notices ----------------------------------------------------------------------------------------------------


@operation("POST", "/claims", "claim.report", answers={201: "Told"}, body="NewClaim")
def report(request: HttpRequest) -> HttpResponse:
    """Report a loss, or circumstances that may lead to one: as far as it is known, it can be revised."""
    raw, words = read(request, member=Field(UUID, False), consent_basis=Field(str, False), **_TOLD)

    def work() -> tuple[int, str, Any]:
        made = claim_notices.report(
            _principal(request), _told(words), member=words.get("member"),
            consent_basis=words.get("consent_basis", ""),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{made.id}", _claim(request, made.id)

    return once(request, "claim.report", raw, work)


@plain.operation("POST", "/loss-notices", PUBLIC, answers={202: "Received"}, body="LossNotice",
                 problems=(400, 409, 413, 415, 429))  # fmt: skip
def report_open(request: HttpRequest) -> HttpResponse:
    """Report without a log-in, by the number of a certificate: somebody calls back. The answer is always the same."""
    _query(request)
    wait = budgets.spend(f"open:{request.META.get('REMOTE_ADDR', '')}", _OPEN_A_MINUTE)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    _, words = read(request, certificate_number=Field(str), name=Field(str), phone=Field(str), **_TOLD)
    claim_notices.report_open(
        words["certificate_number"], CallBack(words["name"], words["phone"]), _told(words)
    )
    return _json(_dump({"received": True}), 202)


@operation("POST", "/claims/{claim_id}/notices", "claim.report", answers={201: "Told"}, body="FurtherNotice")
def revise(request: HttpRequest, claim_id: str) -> HttpResponse:
    """What is known now; earlier notices stay as they were given."""
    raw, words = read(request, **_TOLD)

    def work() -> tuple[int, str, Any]:
        claim_notices.revise(_principal(request), claim_id, _told(words))
        return 201, f"/api/v1/claims/{claim_id}", _claim(request, claim_id)

    return once(request, "claim.report", raw, work)


@operation("GET", "/claims", "claim.read", answers={200: "ClaimList"}, query={"state": {"type": "string"}})
def list_claims(request: HttpRequest) -> HttpResponse:
    """Claims within reach, the last received first."""
    asked = _query(request, "state")
    rows = claims.listed(_principal(request), state=asked.get("state", ""), limit=100)
    return _json(_dump({"claims": [claim_reading.listed(row) for row in rows]}))


@operation("GET", "/claims/{claim_id}", "claim.read", answers={200: "Told"})
def get_claim(request: HttpRequest, claim_id: str) -> HttpResponse:
    """One claim by id or number, as far as whoever asks may see it."""
    _query(request)
    return _json(_dump(_claim(request, claim_id)))


@operation("GET", "/claims/{claim_id}/timeline", "claim.read", answers={200: "Told"})
def timeline(request: HttpRequest, claim_id: str) -> HttpResponse:
    """What happened and when it was recorded."""
    _query(request)
    return _json(_dump({"timeline": claim_reading.timeline(_principal(request), claim_id)}))


@operation("POST", "/claims/{claim_id}/consent", "claim.consent", answers={200: "Told"}, body="Words")
def consent(request: HttpRequest, claim_id: str) -> HttpResponse:
    """The member lets its agency see the claim, or takes that back at once."""
    raw, words = read(request, given=Field(bool))

    def work() -> tuple[int, str, Any]:
        if words["given"]:
            claims.consent(_principal(request), claim_id)
        else:
            claims.withdraw_consent(_principal(request), claim_id)
        return 200, "", {"agency_sees": words["given"]}

    return once(request, "claim.consent", raw, work)


@operation("GET", "/open-notices", "claim.handle", answers={200: "Told"})
def open_notices(request: HttpRequest) -> HttpResponse:
    """Notices without log-in that wait for a call back."""
    _query(request)
    rows = claim_notices.waiting(_principal(request))
    return _json(_dump({"notices": [claim_reading.notice(row, None) for row in rows]}))


@operation("POST", "/open-notices/{notice_id}/call-back", "claim.handle", answers={200: "Told"}, body="Words")
def called_back(request: HttpRequest, notice_id: str) -> HttpResponse:
    """What came of calling back: a claim of the member, or none."""
    raw, words = read(request, outcome=Field(str), member=Field(UUID, False))

    def work() -> tuple[int, str, Any]:
        made = claim_notices.called_back(
            _principal(request), _id(notice_id), member=words.get("member"), outcome=words["outcome"]
        )
        return 200, "", {"claim": str(made.id) if made else None}

    return once(request, "claim.handle", raw, work)


# --- response ---------------------------------------------------------------------------------------------------


@operation("POST", "/claims/{claim_id}/tasks", "claim.report", answers={201: "Told"}, body="Words")
def add_task(request: HttpRequest, claim_id: str) -> HttpResponse:
    """A further task of one of the five steps."""
    raw, words = read(
        request, step=Field(str), title=Field(str), owner=Field(str, False), due=Field(datetime, False)
    )

    def work() -> tuple[int, str, Any]:
        made = claim_response.add_task(
            _principal(request), claim_id, words["step"], words["title"], owner=words.get("owner", ""),
            due=words.get("due"),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{claim_id}", {"id": str(made.id)}

    return once(request, "claim.report", raw, work)


@operation("POST", "/claim-tasks/{task_id}/settlement", "claim.report", answers={200: "Told"}, body="Words")
def settle_task(request: HttpRequest, task_id: str) -> HttpResponse:
    """A task is done, with its evidence, or dropped."""
    raw, words = read(request, dropped=Field(bool, False), evidence=Field(UUID, False))

    def work() -> tuple[int, str, Any]:
        made = claim_response.settle_task(
            _principal(request), _id(task_id), dropped=words.get("dropped", False), evidence=words.get("evidence")
        )
        return 200, "", {"id": str(made.id), "state": made.state}

    return once(request, "claim.report", raw, work)


@operation("POST", "/claims/{claim_id}/spends", "claim.report", answers={201: "ClaimSpend"}, body="NewSpend")
def ask_spend(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Ask whether a vendor's estimate or invoice may be ordered."""
    raw, words = read(
        request, head=Field(str), vendor=Field(str), amount=Field(int), purpose=Field(str, False),
        file=Field(UUID, False),
    )  # fmt: skip

    def work() -> tuple[int, str, Any]:
        made = claim_response.ask_spend(
            _principal(request), claim_id, words["head"], words["vendor"], words["amount"],
            purpose=words.get("purpose", ""), file=words.get("file"),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{claim_id}", claim_reading.spend(made)

    return once(request, "claim.report", raw, work)


@operation("GET", "/claim-spends/{spend_id}/preview", "claim.handle", answers={200: "SpendPreview"})
def preview_spend(request: HttpRequest, spend_id: str) -> HttpResponse:
    """What approving would leave of every limit. Nothing is written."""
    _query(request)
    seen = claim_response.preview_spend(_principal(request), _id(spend_id))
    return _json(_dump({"amount": seen.amount, "fits": seen.fits, "after": list(seen.after),
                        "before": [claim_reading.left(one) for one in seen.before]}))  # fmt: skip


@operation("POST", "/claim-spends/{spend_id}/decision", "claim.handle",
           answers={200: "ClaimSpend"}, body="SpendDecision")  # fmt: skip
def decide_spend(request: HttpRequest, spend_id: str) -> HttpResponse:
    """Approve an estimate, or less of it, or decline it with a reason."""
    raw, words = read(request, approved=Field(bool), amount=Field(int, False), reason=Field(str, False))

    def work() -> tuple[int, str, Any]:
        principal = _principal(request)
        made = (
            claim_response.approve_spend(principal, _id(spend_id), words.get("amount"))
            if words["approved"]
            else claim_response.decline_spend(principal, _id(spend_id), words.get("reason", ""))
        )
        return 200, "", claim_reading.spend(made)

    return once(request, "claim.handle", raw, work)


@operation("POST", "/claims/{claim_id}/demands", "claim.report", answers={201: "Told"}, body="Words")
def record_demand(request: HttpRequest, claim_id: str) -> HttpResponse:
    """A third party's demand on the member."""
    raw, words = read(
        request, made_at=Field(datetime), claimant=Field(str), amount=Field(int, False),
        claimants=Field(int, False), series_of=Field(UUID, False),
    )  # fmt: skip

    def work() -> tuple[int, str, Any]:
        made = claim_response.record_demand(
            _principal(request), claim_id, words["made_at"], words["claimant"], amount=words.get("amount"),
            claimants=words.get("claimants", 1), series_of=words.get("series_of"),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{claim_id}", claim_reading.demand(made)

    return once(request, "claim.report", raw, work)


@operation("POST", "/claims/{claim_id}/milestones", "claim.report", answers={201: "Told"}, body="Words")
def milestone(request: HttpRequest, claim_id: str) -> HttpResponse:
    """A dated fact that a clock starts or ends with."""
    raw, words = read(request, kind=Field(str), at=Field(datetime), note=Field(str, False))

    def work() -> tuple[int, str, Any]:
        made = claim_response.record_milestone(
            _principal(request), claim_id, words["kind"], words["at"], words.get("note", "")
        )
        return 201, f"/api/v1/claims/{claim_id}", claim_reading.milestone(made)

    return once(request, "claim.report", raw, work)


@operation("GET", "/claims/{claim_id}/letter", "claim.read", answers={200: openapi.PDF})
def letter(request: HttpRequest, claim_id: str) -> HttpResponse:
    """The payment or denial letter of the newest confirmed decision."""
    _query(request)
    return _letter(claim_letters.letter(_principal(request), claim_id))


@operation("GET", "/claims/{claim_id}/letters", "claim.read", answers={200: "ClaimLetterList"})
def letters(request: HttpRequest, claim_id: str) -> HttpResponse:
    """The letters issued on a claim, the newest first."""
    _query(request)
    found = claim_letters.all_of(_principal(request), claim_id)
    return _json(_dump({"letters": [claim_reading.letter(one) for one in found]}))


@operation("GET", "/claims/{claim_id}/letters/{number}", "claim.read", answers={200: openapi.PDF})
def letter_again(request: HttpRequest, claim_id: str, number: str) -> HttpResponse:
    """A letter that was issued, as it was, by its place among the claim's."""
    _query(request)
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise desk.NotFound
    return _letter(claim_letters.letter(_principal(request), claim_id, int(number)))


def _letter(made: bytes) -> HttpResponse:
    shown = {"Content-Disposition": 'inline; filename="claim-letter.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type=openapi.PDF, headers=shown)


@operation("POST", "/claims/{claim_id}/files", "claim.report", answers={201: "Told"}, body=openapi.OCTETS,
           query={"name": {"type": "string"}})  # fmt: skip
def hand_in(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Hand in a file under a name; its bytes are the body. The same bytes again are the same file."""
    name = _query(request, "name").get("name", "")
    if request.headers.get("Content-Type", "") != openapi.OCTETS:
        raise Refused(problems.NOT_JSON_TYPE)
    chunks = iter(lambda: request.read(2**16), b"")
    made = claim_files.hand_in(_principal(request), claim_id, name, chunks)
    answer = _json(_dump({"id": str(made.id), "size": made.size}), 201)
    answer["Location"] = f"/api/v1/claim-files/{made.id}"
    return answer


@operation("GET", "/claim-files/{file_id}", "claim.read", answers={200: openapi.OCTETS})
def get_file(request: HttpRequest, file_id: str) -> HttpResponse:
    """A file as it was handed in: an attachment that nothing interprets."""
    _query(request)
    name, raw = claim_files.opened(_principal(request), _id(file_id))
    return HttpResponse(raw, headers=claim_files.headers(name))


# --- the claims office ------------------------------------------------------------------------------------------


@operation("GET", "/claim-worklist", "claim.handle", answers={200: "Told"})
def worklist(request: HttpRequest) -> HttpResponse:
    """Open claims by the deadline that is next."""
    _query(request)
    rows = claim_clocks.worklist(_principal(request))
    return _json(_dump({"work": [claim_reading.work(row) for row in rows]}))


@operation("GET", "/claims/{claim_id}/reserves", "claim.handle", answers={200: "ClaimReserveList"})
def reserves(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Every change of the claim's reserves."""
    _query(request)
    rows = claim_reserves.history(_principal(request), claim_id)
    return _json(_dump({"reserves": [claim_reading.reserve(row) for row in rows]}))


@operation("POST", "/claims/{claim_id}/reserves", "claim.handle", answers={201: "ClaimReserve"}, body="NewReserve")
def reserve(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Set a head's reserve, saying why."""
    raw, words = read(request, head=Field(str), amount=Field(int), reason=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_reserves.reserve(
            _principal(request), claim_id, words["head"], words["amount"], words["reason"]
        )
        return 201, f"/api/v1/claims/{claim_id}/reserves", claim_reading.reserve(made)

    return once(request, "claim.handle", raw, work)


@operation("POST", "/claims/{claim_id}/turns", "claim.handle", answers={200: "ClaimListed"}, body="Words")
def turn(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Close a claim, or open it again, saying why."""
    raw, words = read(request, closed=Field(bool), reason=Field(str))

    def work() -> tuple[int, str, Any]:
        act = claims.close if words["closed"] else claims.reopen
        return 200, "", claim_reading.listed(act(_principal(request), claim_id, words["reason"]))

    return once(request, "claim.handle", raw, work)
