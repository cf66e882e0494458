"""The day it happens: what to do before anything else, then three facts. Nobody has to log in for it.

Who is logged in reports for the cover they hold; an agent says how the member consented; the claims office writes down
what a caller says. Anybody else gives the number of a certificate and is called back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import access, catalogue, claim_notices, clock, covers, desk
from sonae.office.access import PUBLIC, Principal, requires
from sonae.office.claim_notices import CallBack, Told
from sonae.office.claim_refusals import refuse
from sonae.office.models import Cover
from sonae.period import JST
from sonae.web import strangers
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import asked, page, principal_of, said, text
from sonae.web.presentation_claims import asks_shown, events_shown, field_moment, understood_moment

ANSWERS = ("leak", "stopped", "demanded", "ransom_demanded")
"""What the form asks with yes, no or unknown; anything else is asked on the claim's own page."""


@requires(GET=PUBLIC)
@never_cache
def incident(request: HttpRequest) -> HttpResponse:
    """What to do now, what to leave alone, and the number. Not a form."""
    product = catalogue.default()
    papers = product.papers
    return page(
        request, "incident/now.html", "incident", number=papers.emergency_number if papers is not None else None,
        certificate=asked(request, "number", 40), reports=_reporter(request) is not None,
    )  # fmt: skip


@requires(GET=PUBLIC, POST=PUBLIC)
@once
@never_cache
def report(request: HttpRequest) -> HttpResponse:
    """Three facts, as far as they are known; what is wrong in them can be put right later."""
    if request.method != "POST":
        return _form(request, "", 200)
    reporter = _reporter(request)
    if reporter is None and strangers.must_wait(request):
        return _form(request, "wait", 429)
    try:
        told = told_of(request)
        if reporter is None:
            call_back = CallBack(text(request, "caller", 200), text(request, "phone", 200))
            made = claim_notices.report_open(text(request, "certificate", 41), call_back, told)
            return HttpResponseRedirect(f"/incident/received/{receipt(made.id)}")
        claim = claim_notices.report(
            reporter, told, member=None if reporter.role == "member" else _member(reporter, request),
            consent_basis=text(request, "consent", 200),
        )  # fmt: skip
    except desk.NotFound:
        return _form(request, said(refuse("no_cover")), 422)
    except desk.Unacceptable as refusal:
        return _form(request, said(refusal), 422)
    return HttpResponseRedirect(f"/claims/{claim.id}?done=reported")


@requires(GET=PUBLIC)
@never_cache
def received(request: HttpRequest, number: str) -> HttpResponse:
    """That a notice without log-in has arrived, with the number to name when we call back. It looks nothing up."""
    return page(request, "incident/received.html", "incident", number=number)


def receipt(notice_id: UUID) -> str:
    """The number of a notice without log-in, for the telephone; the worklist shows the same."""
    return f"N-{notice_id.hex[:4].upper()}-{notice_id.hex[4:8].upper()}"


def told_of(request: HttpRequest) -> Told:
    """What a form says. Raises Refused: no moment, or none that can be read."""
    known = understood_moment(text(request, "known_at", 16))
    if known is None:
        raise refuse("notice_times_wrong")
    facts: dict[str, Any] = {name: text(request, name, 8) for name in ANSWERS if text(request, name, 8)}
    persons = text(request, "persons", 12)
    if persons:
        facts["persons"] = int(persons) if persons.isascii() and persons.isdigit() else -1
    return Told(
        known, occurred_at=_optional(request, "occurred_at"), stopped_at=_optional(request, "stopped_at"),
        event=text(request, "event", 40), circumstances=text(request, "circumstances", 3) == "yes", facts=facts,
        story=text(request, "story", claim_notices.LONGEST_STORY),
    )  # fmt: skip


def _optional(request: HttpRequest, name: str) -> datetime | None:
    typed = text(request, name, 16)
    found = understood_moment(typed) if typed else None
    if typed and found is None:
        raise refuse("notice_times_wrong")
    return found


def _reporter(request: HttpRequest) -> Principal | None:
    """Who is logged in and may report; others report as anybody does."""
    principal: Principal | None = principal_of(request)
    return principal if principal is not None and principal.may("claim.report") else None


def _member(principal: Principal, request: HttpRequest) -> UUID:
    """The member of the certificate that was named, within reach. Raises NotFound."""
    member_id: UUID = _cover(principal, text(request, "certificate", 41)).member_id
    return member_id


def _cover(principal: Principal, number: str) -> Cover:
    with transaction.atomic():
        access.enter(principal, "cover.read")
        return covers.seen(number)


def _form(request: HttpRequest, trouble: str, status: int) -> HttpResponse:
    spoken, now = language(), clock.now().astimezone(JST)
    reporter = _reporter(request)
    kept = request.POST
    return page(
        request, "incident/report.html", "incident", status, trouble=trouble, now=field_moment(now),
        known=text(request, "known_at", 16) or field_moment(now), kept=kept,
        events=events_shown(catalogue.default(), spoken, kept.get("event", "")),
        certificate=kept.get("certificate", "") or asked(request, "number", 40),
        as_member=reporter is not None and reporter.role == "member",
        as_agent=reporter is not None and reporter.role in ("solicitor", "agency_manager"),
        as_office=reporter is not None and reporter.role in ("claims_handler", "claims_manager"),
        stranger=reporter is None, asks=asks_shown(ANSWERS, kept, spoken),
    )  # fmt: skip
