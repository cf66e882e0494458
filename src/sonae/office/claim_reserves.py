"""Case reserves by head (普通支払備金): each change with its reason, every earlier amount kept."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from . import access, catalogue, claims, clock
from .access import Principal
from .claim_refusals import refuse
from .models import Claim, ClaimReserve

MOST = 10**13


def put(row: Claim, head: str, amount: int, reason: str, actor: str, *, typical: bool = False) -> ClaimReserve:
    """A head's reserve from now on, in the caller's transaction; in the insurer's stream."""
    last = ClaimReserve.objects.filter(claim=row).order_by("-number").first()
    of_head = ClaimReserve.objects.filter(claim=row, head=head).order_by("-number").first()
    made = ClaimReserve.objects.create(
        claim=row, number=1 + (last.number if last else 0), head=head, amount=amount,
        before=of_head.amount if of_head else 0, typical=typical, reason=reason, at=clock.now(), actor=actor,
    )  # fmt: skip
    claims.noted(row, "reserved", actor, {"head": head, "amount": amount, "before": made.before, "reason": reason})
    return made


def reserve(principal: Principal, claim_id: UUID | str, head: str, amount: int, reason: str) -> ClaimReserve:
    """Sets the reserve of a head in yen, saying why. Raises PermissionDenied, NotFound, Refused."""
    claims.reasoned(reason)
    if head not in catalogue.default().heads:
        raise refuse("no_such_head")
    if type(amount) is not int or not 0 <= amount < MOST:
        raise refuse("amount_unusable")
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        return put(claims.locked(claim_id), head, amount, reason, principal.name)


def present(row: Claim) -> dict[str, int]:
    """The reserve of each head that has one, in yen; the caller has entered."""
    found: dict[str, int] = {}
    for one in ClaimReserve.objects.filter(claim=row).order_by("number"):
        found[one.head] = one.amount
    return found


def history(principal: Principal, claim_id: UUID | str) -> list[ClaimReserve]:
    """Every change of the claim's reserves, the first first. The insurer's people only."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        return list(ClaimReserve.objects.filter(claim=claims.seen(claim_id)).order_by("number"))
