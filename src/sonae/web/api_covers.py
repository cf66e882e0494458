"""The API of covers and renewals, /api/v1."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.cover import Reason
from sonae.doors import problem as problem_door
from sonae.doors.problem import FieldError
from sonae.office import applications, covers, desk, renewals, telling
from sonae.office.covers import Change
from sonae.office.members import Particulars
from sonae.web import cover_schemas, openapi, problems
from sonae.web.api import Refused, _dump, _json, _principal, _query
from sonae.web.api_reading import Field, once, operation, read, texts, typed

assert cover_schemas.ANSWERS
# Answers whose fields follow from who asks, where nothing nearer is said.
openapi.FURTHER |= {
    "Told": {"type": "object", "description": "Fields as far as whoever asks may see them."},
    "Words": {"type": "object", "description": "Fields as the operation says; unknown ones are refused."},
}


def _moment(asked: dict[str, str], name: str) -> datetime | None:
    if name not in asked:
        return None
    found = typed(datetime, asked[name].replace(" ", "+"))
    if found is None:
        shown = "2027-04-01T16:00:00+09:00"
        raise Refused(problems.bad_query(name, f"{shown} の形です。", f"Write it as {shown}."))
    return found  # type: ignore[no-any-return]


@operation("GET", "/covers", "cover.read", answers={200: "CoverList"})
def list_covers(request: HttpRequest) -> HttpResponse:
    """Covers within reach, the last concluded first."""
    _query(request)
    rows = covers.listed(_principal(request), limit=100)
    return _json(_dump({"covers": [telling.cover(row) for row in rows]}))


@operation("GET", "/covers/{cover_id}", "cover.read", answers={200: "CoverAsOf"},
           query={"as_of": {"type": "string"}, "known": {"type": "string"}})  # fmt: skip
def get_cover(request: HttpRequest, cover_id: str) -> HttpResponse:
    """A cover by id or number, as of one moment, as known on another."""
    asked = _query(request, "as_of", "known")
    found = covers.as_of(_principal(request), cover_id, _moment(asked, "as_of"), _moment(asked, "known"))
    return _json(_dump(telling.as_of(found)))


def _change(request: HttpRequest) -> tuple[bytes, Change]:
    raw, words = read(
        request, reason=Field(str), day=Field(date), changes=Field(dict, False), particulars=Field(dict, False),
        undoes=Field(int, False), by_fraud=Field(bool, False), note=Field(str, False),
    )  # fmt: skip
    if words["reason"] not in {str(reason) for reason in Reason}:
        listed = ", ".join(str(reason) for reason in Reason)
        raise Refused(problem_door.not_understood((FieldError("/reason", "unknown_word", listed, listed),)))
    shown = texts(words, "particulars") if "particulars" in words else None
    if shown is not None and ("name" not in shown or set(shown) - {"name", "reading", "postal_code", "address"}):
        wrong = FieldError("/particulars", "unknown_field", "name, reading, postal_code, address",
                           "name, reading, postal_code, address")  # fmt: skip
        raise Refused(problem_door.not_understood((wrong,)))
    particulars = None if shown is None else Particulars(
        shown["name"], shown.get("reading", ""), shown.get("postal_code", ""), shown.get("address", "")
    )  # fmt: skip
    return raw, Change(
        Reason(words["reason"]), words["day"], words.get("changes", {}), particulars, words.get("undoes"),
        words.get("by_fraud", False), words.get("note", ""),
    )  # fmt: skip


@operation("POST", "/covers/{cover_id}/preview", "cover.change", answers={200: "CoverPreview"}, body="NewChange")
def preview(request: HttpRequest, cover_id: str) -> HttpResponse:
    """What a change would do: charge, written premium, terms, papers. Nothing is written."""
    _, asked = _change(request)
    return _json(_dump(telling.preview(covers.preview(_principal(request), cover_id, asked))))


@operation("POST", "/covers/{cover_id}/changes", "cover.change", answers={201: "CoverChanged"}, body="NewChange")
def change(request: HttpRequest, cover_id: str) -> HttpResponse:
    """Record a change, or propose it where a second person must agree."""
    raw, asked = _change(request)

    def work() -> tuple[int, str, Any]:
        made = covers.change(_principal(request), cover_id, asked)
        return 201, f"/api/v1/covers/{made.cover_id}", telling.changed(made)

    return once(request, "cover.change", raw, work)


@operation("GET", "/proposals", "cover.approve", answers={200: "ProposalList"})
def proposals(request: HttpRequest) -> HttpResponse:
    """Changes that wait for a second person."""
    _query(request)
    rows = covers.proposals(_principal(request))
    return _json(_dump({"proposals": [telling.proposal(row) for row in rows]}))


@operation("POST", "/proposals/{proposal_id}/decision", "cover.approve", answers={200: "ProposalDecided"},
           body="ProposalDecision")  # fmt: skip
def agree(request: HttpRequest, proposal_id: str) -> HttpResponse:
    """Agree to a proposed change as the second person, or turn it down."""
    raw, words = read(request, agreed=Field(bool))
    try:
        asked = UUID(proposal_id)
    except ValueError:
        raise desk.NotFound from None

    def work() -> tuple[int, str, Any]:
        made = covers.agree(_principal(request), asked, agreed=words["agreed"])
        return 200, "", {"agreed": False} if made is None else telling.changed(made)

    return once(request, "cover.approve", raw, work)


@operation("POST", "/covers/{cover_id}/losses", "loss.notify", answers={201: "LossMarked"}, body="NewLossMark")
def notify_loss(request: HttpRequest, cover_id: str) -> HttpResponse:
    """Mark that a loss was notified: nothing of this cover is backdated from then on."""
    raw, words = read(request, occurred_at=Field(datetime))

    def work() -> tuple[int, str, Any]:
        made = covers.notify_loss(_principal(request), cover_id, words["occurred_at"])
        return 201, f"/api/v1/covers/{made.cover_id}", {"id": str(made.id)}

    return once(request, "loss.notify", raw, work)


# --- renewals ---------------------------------------------------------------------------------------------------


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) >= 2000):
        raise desk.NotFound
    return int(text)


@operation("POST", "/renewals/{group_year}", "renewal.run", answers={202: "RenewalQueued"}, body="Nothing")
def run_renewal(request: HttpRequest, group_year: str) -> HttpResponse:
    """Queue the renewal run; asked again it goes on where it was."""
    raw, _ = read(request)
    year, principal = _year(group_year), _principal(request)

    def work() -> tuple[int, str, Any]:
        renewals.queue_run(principal, year)
        return 202, f"/api/v1/renewals/{year}", {"group_year": year}

    return once(request, "renewal.run", raw, work)


@operation("GET", "/renewals/{group_year}", "renewal.read", answers={200: "RenewalProgress"})
def renewal_progress(request: HttpRequest, group_year: str) -> HttpResponse:
    """How far the renewal of a group year is, within reach."""
    _query(request)
    found = renewals.progress(_principal(request), _year(group_year))
    return _json(_dump({"group_year": found.group_year, "due": found.due, "offered": found.offered,
                        "signed": found.signed, "renewed": found.renewed}))  # fmt: skip


@operation("GET", "/renewals/{group_year}/chasing", "renewal.read", answers={200: "ChasedList"})
def chasing(request: HttpRequest, group_year: str) -> HttpResponse:
    """Members with an offer who have not signed, by agency and cooperative."""
    _query(request)
    rows = renewals.chasing(_principal(request), _year(group_year), limit=1000)
    return _json(_dump({"chasing": [telling.chased(row) for row in rows]}))


@operation("GET", "/renewal-offers/{offer_id}", "renewal.read", answers={200: "RenewalOffer"})
def get_offer(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The pre-printed form of one cover: last year's data, the price on it, and why it moved."""
    _query(request)
    return _json(_dump(telling.offer(renewals.one(_principal(request), offer_id))))


@operation("POST", "/renewal-offers/{offer_id}/application", "application.prepare", answers={201: "Application"},
           body="NewRenewal")  # fmt: skip
def begin_renewal(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The application to renew: last year's data with what has changed."""
    raw, words = read(request, changes=Field(dict, False))

    def work() -> tuple[int, str, Any]:
        made = renewals.begin(_principal(request), offer_id, words.get("changes", {}))
        told = telling.application(applications.standing(made), _principal(request))
        return 201, f"/api/v1/applications/{made.id}", told

    return once(request, "application.prepare", raw, work)
