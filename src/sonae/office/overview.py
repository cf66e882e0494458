"""What an office sees at a glance: applications in hand and for whom they wait, and counts by cooperative.

Only reading; every function opens the wall by one permission and so tells nobody more than that permission reaches.
Claims stand in none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from sonae.application import Step
from sonae.period import japanese_day

from . import acceptable, access, applications, canonical, catalogue, clock, members, subjects
from .access import Principal
from .applications import Standing
from .models import (
    Application,
    ApplicationContent,
    ApplicationLink,
    ApplicationStep,
    Cover,
    Member,
    MembershipEvidence,
    Organisation,
    OrganisationKind,
    Referral,
    RenewalOffer,
    SubjectKey,
    UnderwritingCondition,
    User,
)


@dataclass(frozen=True)
class InHand:
    """An application as it stands, with the cover it became, its open referral, and until when its link opens."""

    standing: Standing
    cover: Cover | None
    referral: Referral | None
    link_until: datetime | None


@dataclass(frozen=True)
class Actor:
    """Who acted: a person's role and organisation, or the name of what is no person. No personal name."""

    kind: str
    role: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class BodyCount:
    """One cooperative (or association with members of its own) in figures."""

    body: Organisation
    members: int
    confirmed: int
    applying: int
    covered: int


# --- names --------------------------------------------------------------------------------------------------------


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of organisations within the reach of this transaction."""
    asked = {one for one in ids if one is not None}
    return dict(Organisation.objects.filter(id__in=asked).values_list("id", "name"))


def bodies(principal: Principal, permission: str) -> list[Organisation]:
    """Cooperatives and associations, to which members belong; the scheme's own directory."""
    with transaction.atomic():
        access.enter(principal, permission)
        kinds = (OrganisationKind.COOPERATIVE, OrganisationKind.ASSOCIATION)
        return list(Organisation.objects.filter(kind__in=kinds).order_by("-kind", "name"))


def actors(names: Iterable[str]) -> dict[str, Actor]:
    """Who stands behind the names in records (`user:<id>`, `link:<id>`, `rule` …)."""
    found = {name: Actor(name.partition(":")[0]) for name in names}
    ids = {name: name.removeprefix("user:") for name in found if name.startswith("user:")}
    people = {str(row.id): row for row in User.objects.filter(id__in=ids.values()).select_related("organisation")}
    for name, person_id in ids.items():
        if person_id in people:
            row = people[person_id]
            found[name] = Actor("user", row.role, row.organisation.name)
    return found


def details_of(row: ApplicationStep) -> dict[str, str]:
    """What the applicant typed with a step, opened; empty when there was nothing or it was erased."""
    if row.detail_ciphertext is None:
        return {}
    sealed = bytes(row.detail_ciphertext)
    key = SubjectKey.objects.filter(id=UUID(bytes=sealed[:16])).first()
    if key is None:
        return {}
    try:
        data_key = subjects.open_key(key)
    except subjects.Erased:
        return {}
    opened = subjects.decrypt(
        data_key, sealed[16:], table="application_step", column="detail",
        row=UUID(int=row.application_id.int ^ row.number), key_version=key.key_version,
    )  # fmt: skip
    found: dict[str, str] = canonical.load(opened)
    return found


# --- applications in hand -----------------------------------------------------------------------------------------


def pipeline(principal: Principal, *, before: tuple[datetime, UUID] | None = None, limit: int = 50) -> list[InHand]:
    """Applications within reach, the newest first, each with where it stands."""
    with transaction.atomic():
        rows = applications.listed(principal, before=before, limit=limit)
        return in_hand(rows)


def one_in_hand(principal: Principal, application_id: UUID | str) -> InHand:
    """One application with where it stands. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        return in_hand([applications.seen(application_id)])[0]


def in_hand(rows: list[Application]) -> list[InHand]:
    """Where each of these applications stands, in the caller's transaction."""
    covers = {row.application_id: row for row in Cover.objects.filter(application__in=rows).select_related("member")}
    referrals = {row.application_id: row for row in Referral.objects.filter(application__in=rows).order_by("opened_at")}
    links = dict(
        ApplicationLink.objects.filter(
            application__in=rows, revoked_at=None, expires_at__gt=clock.now()
        ).values_list("application_id", "expires_at")
    )  # fmt: skip
    found = []
    for row in rows:
        standing = applications.standing(row)
        referral = referrals.get(row.id)
        waits = referral is not None and referral.decided_at is None and referral.content == standing.content_hash
        found.append(InHand(standing, covers.get(row.id), referral if waits else None, links.get(row.id)))
    return found


def contents_of(principal: Principal, application_id: UUID) -> list[ApplicationContent]:
    """All that was applied for in turn, the present content last."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        return list(ApplicationContent.objects.filter(application_id=application_id).order_by("number"))


def conditions_of(principal: Principal, application_id: UUID) -> list[UnderwritingCondition]:
    """What the insurer asked for with its acceptance."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        return list(UnderwritingCondition.objects.filter(application_id=application_id).order_by("due", "id"))


def disclosed(principal: Principal, found: Standing) -> dict[str, str]:
    """What the applicant wrote beside the answers; for those who see answers at all (the insurer's people)."""
    with transaction.atomic():
        access.enter(principal, "application.decide")
        row = found.row(Step.disclosure)
        return {} if row is None else details_of(row)


def offers_of(principal: Principal, member_id: UUID) -> list[RenewalOffer]:
    """A member's renewal offers that nobody has taken up yet, the newest first."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        rows = RenewalOffer.objects.filter(member_id=member_id, cover__renewal=None)
        return list(rows.select_related("cover", "member").order_by("-group_year"))


# --- membership and counts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A member on a cooperative's list, with the newest evidence and the cover in force."""

    member: Member
    evidence: MembershipEvidence | None
    covered: bool


def own_members(principal: Principal, *, after: UUID | None = None, limit: int = 100) -> list[Listed]:
    """The members that the asking body itself confirms, at most 100, in the order of their ids."""
    with transaction.atomic():
        access.enter(principal, "membership.confirm")
        rows = Member.objects.filter(cooperative_id=principal.organisation_id).order_by("organisation_id")
        if after is not None:
            rows = rows.filter(organisation_id__gt=after)
        found = list(rows[:limit])
        evidence = members.evidence_of(found)
        now = clock.now()
        covered = set(
            Cover.objects.filter(member__in=found, inception__lte=now, ends_at__gt=now).values_list(
                "member_id", flat=True
            )
        )
        return [Listed(row, evidence.get(row.organisation_id), row.organisation_id in covered) for row in found]


def counts(principal: Principal) -> list[BodyCount]:
    """Members, confirmed ones, applications that are not bound yet and covers in force, by cooperative."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        now = clock.now()
        held = _count(Member.objects.all(), "cooperative_id")
        covered = _count(Cover.objects.filter(inception__lte=now, ends_at__gt=now), "member__cooperative_id")
        applying = _count(Application.objects.filter(cover=None), "member__cooperative_id")
        confirmed: dict[UUID, int] = {}
        floor = _evidence_floor(japanese_day(now))
        newest = (
            MembershipEvidence.objects.order_by("member_id", "-as_of", "-id")
            .distinct("member_id")
            .values_list("member__cooperative_id", "is_member", "as_of")
        )
        for body_id, belongs, as_of in newest:
            if belongs and as_of >= floor:
                confirmed[body_id] = confirmed.get(body_id, 0) + 1
        return [
            BodyCount(row, held[row.id], confirmed.get(row.id, 0), applying.get(row.id, 0), covered.get(row.id, 0))
            for row in Organisation.objects.filter(id__in=held).order_by("name")
        ]


def _evidence_floor(today: date) -> date:
    """The oldest day that a confirmation may have to count on a day, by the product that is sold."""
    return today - timedelta(days=acceptable.life_of(catalogue.default()).evidence_days)


def _count(rows: Any, column: str) -> dict[UUID, int]:
    return dict(rows.values_list(column).annotate(found=Count("*")).values_list(column, "found"))
