"""Covers as people of the trade read them: the list, one cover as of a day as known on another, and its papers.

What a page shows is what the wall lets through: an agency its own, a cooperative its members', the federation all. No
page of a cover shows an answer of the disclosure or of the discount sheet, and none shows a loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae import cover as core
from sonae.cover import moment_of
from sonae.office import canonical, clock, cover_papers, cover_reading, covers, overview, renewals
from sonae.office.access import Principal, requires
from sonae.office.covers import AsOf, Change
from sonae.office.desk import NotFound
from sonae.office.members import Particulars
from sonae.office.models import Cover, CoverTransaction, MemberParticulars
from sonae.period import JST, japanese_day
from sonae.quotation import annual_premium
from sonae.web.pages import language
from sonae.web.pages_common import asked, day_of, missing_is_404, page, paper, principal_of, uuid_of
from sonae.web.presentation import day, figure
from sonae.web.presentation_life import age, history, layers_shown, standing, written_shown
from sonae.web.presentation_office import (
    actor_word,
    content_name,
    limits_shown,
    moment_words,
    reason_word,
    record_day,
    stamp,
    terms_shown,
)

PAGE = 50
CHANGES_OF = ("solicitor", "agency_manager", "federation_office", "underwriter")


# --- the list -----------------------------------------------------------------------------------------------------


@requires(GET="cover.read")
def listed(request: HttpRequest) -> HttpResponse:
    """Covers within reach, the last concluded first; a member sees their own page instead."""
    principal, spoken = principal_of(request), language()
    before = _cursor(asked(request, "before"))
    rows = covers.listed(principal, before=before, limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    names = overview.names_of([row.member.cooperative_id for row in rows] + [row.agency_id for row in rows])
    now = clock.now()
    shown = [
        {
            "id": row.id,
            "number": row.number,
            "name": row.member.legal_name,
            "cooperative": names.get(row.member.cooperative_id, ""),
            "agency": names.get(row.agency_id, "") if row.agency_id else "",
            "from": day(japanese_day(row.inception), spoken),
            "to": day(japanese_day(row.ends_at), spoken),
            "early": row.ends_at != row.expiry,
            "premium": figure(row.premium),
            "standing": standing(row.inception, row.expiry, row.ends_at, now, spoken),
            "version": row.version,
        }
        for row in rows[:PAGE]
    ]
    return page(
        request, "covers/list.html", "covers", rows=shown, now=stamp(now),
        next=f"{last.concluded_on.isoformat()}_{last.id}" if last else "", may_quote=principal.may("quotation.store"),
    )  # fmt: skip


def _cursor(typed: str) -> tuple[date, UUID] | None:
    told, _, row_id = typed.partition("_")
    found, found_id = day_of(told), uuid_of(row_id)
    return (found, found_id) if found is not None and found_id is not None else None


# --- one cover ----------------------------------------------------------------------------------------------------


@requires(GET="cover.read")
@never_cache
@missing_is_404
def cover(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    """A cover as of a day, as known on another; both are today unless said."""
    principal, spoken = principal_of(request), language()
    as_of, known = day_of(asked(request, "as_of")), day_of(asked(request, "known"))
    whole = covers.as_of(principal, cover_id)
    now = clock.now()
    try:
        found = covers.as_of(
            principal, cover_id, _hour_of(as_of, whole) if as_of else now, _end_of(known) if known else now
        )
        unknown = False
    except NotFound:
        found, unknown = whole, True
    context = shown(found, unknown=unknown) | {
        "as_of": as_of.isoformat() if as_of else japanese_day(now).isoformat(),
        "known": known.isoformat() if known else japanese_day(now).isoformat(),
        "travelled": as_of is not None or known is not None,
        "as_of_words": moment_words(found.as_of, spoken),
        "known_words": moment_words(found.known, spoken),
        "unknown": unknown,
        "may_change": principal.role in CHANGES_OF and principal.may("cover.change"),
        "just": "bound" if "bound" in request.GET else asked(request, "done", 20),
        "pending": [
            {
                "id": one.id,
                "reason": reason_word(Change.of(canonical.load(one.change_bytes)).reason, spoken),
                "at": stamp(one.proposed_at),
                "age": age(one.proposed_at, now, spoken),
            }
            for one in covers.pending(principal, cover_id)
        ],
        "may_agree": principal.may("cover.approve"),
    }
    return page(request, "covers/cover.html", "covers", **context)


def _hour_of(asked_day: date, found: AsOf) -> datetime:
    return moment_of(asked_day, found.product.calendar.start_hour)


def _end_of(asked_day: date) -> datetime:
    return datetime(asked_day.year, asked_day.month, asked_day.day, 23, 59, 59, tzinfo=JST)


def shown(found: AsOf, *, unknown: bool = False) -> dict[str, Any]:
    """Everything that a page says of a cover as it was read."""
    spoken, row, product = language(), found.cover, found.product
    ends_at = cover_reading.ends_at(found.core)
    moment = max(found.as_of, row.inception)
    terms = core.terms_at(found.core, moment)
    annual = annual_premium(product, terms) if terms is not None else None
    part_year = cover_reading.part_year_of(product)
    names = overview.names_of([row.member.cooperative_id, row.member.association_id, row.agency_id])
    return {
        "row": row,
        "name": found.particulars.legal_name,
        "particulars": found.particulars,
        "standing": standing(row.inception, row.expiry, ends_at, found.as_of, spoken),
        "begins": moment_words(row.inception, spoken),
        "expires": moment_words(row.expiry, spoken),
        "terms": terms_shown(product, terms, spoken) if terms is not None and not unknown else {},
        "content": content_name(product, terms, spoken) if terms is not None else "",
        "limits": limits_shown(product, terms, spoken) if terms is not None and not unknown else (),
        "annual": figure(annual) if annual is not None else "",
        "written": written_shown(found.written, part_year.minimum, spoken),
        "layers": layers_shown(found.layers, spoken) if not unknown else (),
        "events": () if unknown else events_of(found),
        "papers": papers_of(found),
        "product_year": product.year.en if spoken == "en" else product.year.ja,
        "federation": product.federation.en if spoken == "en" else product.federation.ja,
        "cooperative": names.get(row.member.cooperative_id, ""),
        "association": names.get(row.member.association_id, "") if row.member.association_id else "",
        "agency": names.get(row.agency_id, "") if row.agency_id else "",
        "dates": {
            "applied": day(row.applied_on, spoken),
            "accepted": day(row.accepted_on, spoken),
            "concluded": day(row.concluded_on, spoken),
            "booked": f"{row.booking_month:%Y-%m}",
        },
        "now": stamp(clock.now()),
    }


def events_of(found: AsOf) -> tuple[Any, ...]:
    """The history, with who acted and, where the name or address changed, from what to what."""
    rows, spoken = found.transactions, language()
    return history(
        found.product, found.core, [row.charge for row in rows], actors_said(rows, spoken), [row.note for row in rows],
        [_renamed(found.cover, row) for row in rows], spoken,
    )  # fmt: skip


def actors_said(rows: Iterable[CoverTransaction], spoken: Any) -> list[str]:
    """Who recorded each transaction, and who agreed to it; roles and organisations, never a person's name."""
    rows = list(rows)
    who = overview.actors({name for row in rows for name in (row.actor, row.approver) if name})
    said = []
    for row in rows:
        words = _actor(who, row.actor, spoken)
        if row.approver:
            agreed = _actor(who, row.approver, spoken)
            words += f"; agreed by {agreed}" if spoken == "en" else f"。承認 {agreed}"
        said.append(words)
    return said


def _actor(who: dict[str, overview.Actor], name: str, spoken: Any) -> str:
    found = who[name]
    if found.kind == "user" and not found.role:
        return "another office" if spoken == "en" else "ほかの事務所"
    return actor_word(found.kind, found.role, found.organisation, spoken)


def _renamed(row: Cover, one: CoverTransaction) -> str:
    """Name and address before and after, where a transaction brought other particulars."""
    if one.particulars is None:
        return ""
    pair = [
        Particulars(found.legal_name, found.reading, found.postal_code, found.address)
        for found in MemberParticulars.objects.filter(
            member_id=row.member_id, number__in=(one.particulars - 1, one.particulars)
        ).order_by("number")
    ]
    if len(pair) != 2:
        return ""
    said = [f"{old} → {new}" for old, new in ((pair[0].legal_name, pair[1].legal_name),
                                             (pair[0].address, pair[1].address)) if old != new]  # fmt: skip
    return "、".join(said)


# --- papers -------------------------------------------------------------------------------------------------------


def papers_of(found: AsOf) -> list[dict[str, Any]]:
    """The papers of a cover, the newest first: certificates by version, the cover note, a notice for every change."""
    spoken, row = language(), found.cover
    last = found.transactions[-1].number
    listed: list[dict[str, Any]] = []
    for place, one in reversed(list(enumerate(found.transactions))):
        known = replace(found.core, transactions=found.core.transactions[: place + 1])
        issued = record_day(one.recorded, spoken)
        if any(segment.request is not None for segment in core.segments(known)):
            newest = one.number == last
            listed.append({"kind": "certificate", "number": one.number, "issued": issued, "newest": newest,
                           "address": f"/covers/{row.id}/certificate-{one.number}.pdf"})  # fmt: skip
            if newest:
                listed.append({"kind": "note", "number": one.number, "issued": issued, "newest": True,
                               "address": f"/covers/{row.id}/cover-note.pdf"})  # fmt: skip
        if one.number > 1:
            listed.append({"kind": "endorsement", "number": one.number, "issued": issued, "newest": False,
                           "address": f"/covers/{row.id}/endorsement-{one.number}.pdf"})  # fmt: skip
    return listed


@requires(GET="cover.read")
@missing_is_404
def certificate(request: HttpRequest, cover_id: UUID, version: int) -> HttpResponse:
    """The signed certificate of a version."""
    return paper(request, f"certificate-{version}", lambda: cover_papers.certificate(
        principal_of(request), cover_id, site_of(request), version))  # fmt: skip


@requires(GET="cover.read")
@missing_is_404
def cover_note(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    """付保証明書 for a third party: limits only."""
    return paper(request, "cover-note", lambda: cover_papers.certificate(
        principal_of(request), cover_id, site_of(request), note=True))  # fmt: skip


@requires(GET="cover.read")
@missing_is_404
def endorsement(request: HttpRequest, cover_id: UUID, number: int) -> HttpResponse:
    """The notice of one change."""
    return paper(request, f"endorsement-{number}", lambda: cover_papers.endorsement(
        principal_of(request), cover_id, number))  # fmt: skip


def site_of(request: HttpRequest) -> str:
    """Where the QR code of a paper leads: this office, as it was called."""
    return request.build_absolute_uri("/").rstrip("/")


def offer_of(principal: Principal, row: Cover) -> Any:
    """The renewal offer of a cover that can still be taken up, or None."""
    today = japanese_day(clock.now())
    found = overview.offers_of(principal, row.member_id)
    return next((one for one in found if one.cover_id == row.id and renewals.turn_of(one.group_year) > today), None)
