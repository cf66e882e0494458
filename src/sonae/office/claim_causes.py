"""One event that touches many members (集積): its claims side by side, and what they come to.

Each claim keeps its own cover, limits and decision; the sum is the insurer's view and binds nothing. Who links or
unlinks says why, in the insurer's own stream: no member learns that others were hit.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum

from . import access, claim_reserves, claims, clock, journal, member_names, members
from .access import Principal
from .claim_refusals import refuse
from .desk import NotFound
from .models import Claim, ClaimPayment, ClaimRecovery, CommonCause


@dataclass(frozen=True)
class Share:
    """What one claim has of an event, in yen: paid and kept, held by payments under way, reserved, recovered.

    What payees returned is not paid; `recovered` is what came from whoever was liable.
    """

    claim: Claim
    paid: int
    under_way: int
    reserved: int
    recovered: int


@dataclass(frozen=True)
class Cause:
    """An event with its claims, the first received first."""

    row: CommonCause
    shares: tuple[Share, ...]

    def total(self, of: str) -> int:
        """The sum over the claims of `paid`, `under_way`, `reserved` or `recovered`."""
        return sum(getattr(one, of) for one in self.shares)

    @property
    def members(self) -> int:
        return len({one.claim.member_id for one in self.shares})


def open_cause(principal: Principal, name: str) -> CommonCause:
    """Names an event that touches many members: 「○○クラウド障害 2027-09-11」. Raises PermissionDenied, Refused."""
    if not member_names.is_usable(name):
        raise refuse("text_unusable")
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        made = CommonCause.objects.create(id=uuid4(), name=name, opened_by=principal.name, opened_at=clock.now())
        journal.append(
            f"cause/{made.id}", "cause_opened", actor=principal.name, organisation_id=None, body={"name": name}
        )
        return made


def link(principal: Principal, claim_id: UUID | str, cause_id: UUID, reason: str) -> Claim:
    """Says that a claim comes from an event, and why. From another event it moves; a second time it is the same.

    Raises PermissionDenied, NotFound, Refused.
    """
    claims.reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = _locked(claim_id)
        cause = CommonCause.objects.filter(id=cause_id).first()
        if cause is None:
            raise NotFound
        if row.common_cause_id != cause.id:
            before = row.common_cause_id
            row.common_cause = cause
            row.save(update_fields=["common_cause"])
            told = {"cause": str(cause.id), "before": str(before) if before else None, "reason": reason}
            claims.noted(row, "cause_linked", principal.name, told)
        return row


def unlink(principal: Principal, claim_id: UUID | str, reason: str, cause_id: UUID | None = None) -> Claim:
    """Takes a claim out of its event, saying why; of `cause_id`, where the event that is meant is known.

    Raises PermissionDenied, NotFound, Refused: it is in none, or by now in another than was meant.
    """
    claims.reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = _locked(claim_id)
        before = row.common_cause_id
        if before is None:
            raise refuse("no_cause")
        if cause_id not in (None, before):
            raise refuse("other_cause")
        row.common_cause = None
        row.save(update_fields=["common_cause"])
        claims.noted(row, "cause_unlinked", principal.name, {"cause": str(before), "reason": reason})
        return row


def all_of(principal: Principal) -> list[Cause]:
    """Events with what they come to, the newest first, at most 100. The insurer's people only."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        return [_read(row) for row in CommonCause.objects.order_by("-opened_at", "id")[: members.PAGE_LIMIT]]


def one(principal: Principal, cause_id: UUID) -> Cause:
    """One event with its claims. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = CommonCause.objects.filter(id=cause_id).first()
        if row is None:
            raise NotFound
        return _read(row)


def _locked(claim_id: UUID | str) -> Claim:
    """The claim, open or closed, with the event that it has now."""
    row = claims.locked(claim_id, is_open=False)
    row.refresh_from_db(fields=["common_cause"])
    return row


def _read(row: CommonCause) -> Cause:
    rows = list(Claim.objects.filter(common_cause=row).select_related("member").order_by("received_at", "id"))
    paid: dict[UUID, int] = {}
    under_way: dict[UUID, int] = {}
    for claim_id, state, yen in (
        ClaimPayment.objects.filter(claim__in=rows).exclude(state="void")
        .values_list("claim_id", "state").annotate(yen=Sum("amount"))
    ):  # fmt: skip
        of = paid if state == "posted" else under_way
        of[claim_id] = of.get(claim_id, 0) + yen
    returned, recovered = (
        dict(ClaimRecovery.objects.filter(claim__in=rows, kind=kind).values_list("claim_id").annotate(Sum("received")))
        for kind in ("returned", "subrogation")
    )
    return Cause(row, tuple(
        Share(one, paid.get(one.id, 0) - returned.get(one.id, 0), under_way.get(one.id, 0),
              sum(claim_reserves.present(one).values()), recovered.get(one.id, 0))
        for one in rows
    ))  # fmt: skip
