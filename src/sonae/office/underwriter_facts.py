"""What an underwriter lays side by side before deciding: membership, duplicates, other periods, and conditions so far.

Only reading, and only for those who decide: one permission opens all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from . import access, applications, members
from .access import Principal
from .models import (
    Cover,
    Member,
    MembershipEvidence,
    Organisation,
    Quotation,
    Referral,
    UnderwritingCondition,
)

LIMIT = 20
"""Rows of each kind at most: more would not be read."""


@dataclass(frozen=True)
class Facts:
    """`evidence` is the newest confirmation; `alike` are other members whose names look the same."""

    member: Member
    cooperative: Organisation
    agency: Organisation | None
    evidence: MembershipEvidence | None
    alike: tuple[Member, ...]
    covers: tuple[Cover, ...]
    quotation: Quotation | None
    referral: Referral | None
    decided: tuple[Referral, ...]


def facts(principal: Principal, application_id: UUID) -> Facts:
    """Everything about an applicant beside the application itself. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "application.decide")
        application = applications.seen(application_id)
        found = applications.standing(application)
        member = Member.objects.select_related("cooperative").get(organisation_id=application.member_id)
        alike = Member.objects.filter(skeleton=member.skeleton).exclude(organisation_id=member.organisation_id)
        referrals = Referral.objects.filter(application=application).order_by("opened_at")
        waiting = [row for row in referrals if row.decided_at is None and row.content == found.content_hash]
        return Facts(
            member=member,
            cooperative=member.cooperative,
            agency=application.agency,
            evidence=members.evidence_of([member]).get(member.organisation_id),
            alike=tuple(alike.order_by("serial")[:LIMIT]) if member.skeleton else (),
            covers=tuple(
                Cover.objects.filter(member=member).exclude(application=application).order_by("-inception")[:LIMIT]
            ),
            quotation=found.content.quotation,
            referral=waiting[0] if waiting else None,
            decided=tuple(row for row in referrals if row.decided_at is not None),
        )


def closed_conditions(principal: Principal) -> list[UnderwritingCondition]:
    """Conditions that were met or settled, the last closed first."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        rows = UnderwritingCondition.objects.exclude(closed_at=None).select_related("application__member")
        return list(rows.order_by("-closed_at", "id")[:LIMIT])
