"""What waits for whom: everything within a person's reach that somebody has yet to do, and the start it still reaches.

One list instead of many: steps of applications, changes that need a second person, conditions, renewal offers to be
answered, quotations that nobody has taken further. It reads what the pages of each also read, and opens no wall wider.
A start is promised from the cut-off calendar and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from sonae.application import Step
from sonae.cutoffs import Due
from sonae.period import japanese_day
from sonae.product import Product
from sonae.scheme import CutOffKind

from . import access, clock, covers, deciding, overview, released, renewals, starts
from .access import Principal
from .models import Application, ApplicationContent, Quotation, RenewalOffer, Role, UnderwritingCondition

MOST = 100
"""Of each kind; a longer list is on the kind's own page."""


class Whose(StrEnum):
    """For whom something waits."""

    agency = "agency"
    applicant = "applicant"
    cooperative = "cooperative"
    insurer = "insurer"


class Kind(StrEnum):
    """What waits."""

    quotation = "quotation"
    application = "application"
    proposal = "proposal"
    condition = "condition"
    offer = "offer"


_WHOSE = {
    Step.acknowledgement: Whose.applicant, Step.disclosure: Whose.applicant, Step.confirmation: Whose.applicant,
    Step.signature: Whose.applicant, Step.membership: Whose.cooperative, Step.decision: Whose.insurer,
}  # fmt: skip
_SIDE: dict[str, Whose] = {
    Role.SOLICITOR: Whose.agency, Role.AGENCY_MANAGER: Whose.agency, Role.ASSOCIATION_OFFICE: Whose.cooperative,
    Role.UNDERWRITER: Whose.insurer, Role.MEMBER: Whose.applicant,
}  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """The start aimed at, until when it can be kept, and the next one that could be applied for now."""

    start: date
    until: Due
    holds: bool
    following: date


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what, since when, for whom, until when at the latest, and the start that it still reaches.

    `mine`: whoever asks can do it. `task` is the step, or the kind where there is none.
    """

    kind: Kind
    id: UUID
    member: str
    whose: Whose
    mine: bool
    task: str
    since: datetime
    until: date
    product: Product
    reach: Reach | None
    renews: bool = False


def listed(principal: Principal) -> list[Waiting]:
    """Everything that waits within reach: what is the asker's own first, each by its last day.

    Raises PermissionDenied.
    """
    with transaction.atomic():
        access.enter(principal, "application.read")
        found = [*_applications(principal), *_conditions(principal)]
        if principal.may("renewal.read"):
            found += _offers(principal)
        if principal.may("cover.approve"):
            found += _proposals(principal)
        if principal.may("application.prepare") and principal.may("quotation.read"):
            found += [_quotation(row) for row in quoted(principal)]
    return sorted(found, key=lambda one: (not one.mine, one.until, one.since, str(one.id)))


def reach_of(product: Product, start: date, *, renews: bool, signed: bool, valid_until: date | None = None) -> Reach:
    """What the cut-off calendar still allows now: signing until applications close, then accepting and binding."""
    moment = clock.now()
    until = starts.closing(product, start, renews=renews)
    if signed and product.cutoffs is not None:
        until = next(one for one in starts.calendar_of(product, start) if one.kind is CutOffKind.acceptance)
    holds = moment < until.closes and (signed or valid_until is None or japanese_day(moment) <= valid_until)
    return Reach(start, until, holds, starts.next_start(product, moment))


def quoted(principal: Principal, limit: int = MOST) -> list[Quotation]:
    """The agency's valid quotations for which nobody has applied: the newest of each company, the newest first.

    A company that has an application in hand is not listed: what else it was quoted is chosen there.
    """
    with transaction.atomic():
        access.enter(principal, "quotation.read")
        used = ApplicationContent.objects.filter(application__agency_id=principal.organisation_id)
        rows = (
            Quotation.objects.filter(
                agency_id=principal.organisation_id, premium__isnull=False,
                valid_until__gte=japanese_day(clock.now()),
            )
            .exclude(id__in=used.exclude(quotation=None).values("quotation_id"))
            .exclude(for_name__in=used.values("application__member__legal_name"))
            .order_by("-created_at", "-id")
        )  # fmt: skip
        newest: dict[str, Quotation] = {}
        for row in rows[: limit * 4]:
            newest.setdefault(row.for_name or str(row.id), row)
        return list(newest.values())[:limit]


def start_of(row: Quotation) -> date:
    """The start that a quotation was asked for."""
    return date.fromisoformat(json.loads(bytes(row.answer_bytes))["request"]["inception"])


def _mine(principal: Principal, whose: Whose) -> bool:
    return _SIDE.get(principal.role) is whose


def _applications(principal: Principal) -> Iterable[Waiting]:
    today = japanese_day(clock.now())
    rows = Application.objects.filter(cover=None, inception__gte=today).select_related("member")
    for one in overview.in_hand(list(rows.order_by("inception", "created_at")[:MOST])):
        found, row = one.standing, one.standing.application
        decision, step = found.held.get(Step.decision), found.next
        if step is None or (decision is not None and decision.outcome == "decline"):
            continue
        whose, renews = _WHOSE.get(step, Whose.agency), row.renews_id is not None
        signed = Step.signature in found.held
        reach = reach_of(
            found.product, row.inception, renews=renews, signed=signed, valid_until=found.content.valid_until
        )
        mine = _mine(principal, whose)
        if whose is Whose.cooperative:
            mine = mine and row.member.cooperative_id == principal.organisation_id
        yield Waiting(
            Kind.application, row.id, row.member.legal_name, whose, mine, str(step),
            max((taken.at for taken in found.steps), default=row.created_at),
            reach.until.day if signed else min(reach.until.day, found.content.valid_until), found.product, reach,
            renews,
        )  # fmt: skip


def _conditions(principal: Principal) -> Iterable[Waiting]:
    """Open conditions: the agency brings the evidence, the insurer closes them, so they are both's."""
    if principal.role not in deciding.SEES_CONDITIONS:
        return
    rows: list[UnderwritingCondition] = deciding.open_conditions(principal)
    access.enter(principal, "application.read")
    for row in rows:
        application = row.application
        product = released.product(application.product_id)
        mine = _mine(principal, Whose.agency) or _mine(principal, Whose.insurer)
        yield Waiting(
            Kind.condition, application.id, application.member.legal_name, Whose.agency, mine, Kind.condition,
            row.set_at, row.due, product, None,
        )  # fmt: skip


def _offers(principal: Principal) -> Iterable[Waiting]:
    """Renewal offers that nobody has begun to answer; once begun, the application is in the list."""
    now = clock.now()
    access.enter(principal, "renewal.read")
    rows = RenewalOffer.objects.filter(cover__expiry__gt=now, premium__isnull=False, cover__renewal=None)
    for row in rows.select_related("member", "cover").order_by("offered_at", "id")[:MOST]:
        product = released.product(row.product_id)
        reach = reach_of(product, renewals.turn_of(row.group_year), renews=True, signed=False)
        mine = _mine(principal, Whose.applicant) or _mine(principal, Whose.agency)
        yield Waiting(
            Kind.offer, row.id, row.member.legal_name, Whose.applicant, mine, Kind.offer, row.offered_at,
            reach.until.day, product, reach, True,
        )  # fmt: skip


def _proposals(principal: Principal) -> Iterable[Waiting]:
    """Changes that wait for a second person of the insurer; never for whoever proposed them."""
    rows = covers.proposals(principal)
    access.enter(principal, "application.read")
    for row in rows:
        yield Waiting(
            Kind.proposal, row.id, row.cover.member.legal_name, Whose.insurer, row.proposed_by != principal.name,
            Kind.proposal, row.proposed_at, japanese_day(row.proposed_at), released.product(row.cover.product_id),
            None,
        )  # fmt: skip


def _quotation(row: Quotation) -> Waiting:
    product = released.product(row.product_id)
    reach = reach_of(product, start_of(row), renews=False, signed=False, valid_until=row.valid_until)
    return Waiting(
        Kind.quotation, row.id, row.for_name, Whose.agency, True, Kind.quotation, row.created_at,
        min(row.valid_until, reach.until.day), product, reach,
    )  # fmt: skip
