"""Money that a payee returns, because too much or the wrong one was paid (返還).

A return is of one line of a payment that has gone out: its head and cover. What has come back was never an
indemnity, so its limits are whole again, it may be paid anew within the decision, and no sum counts it as paid. The
payment itself stands as it went out, and the thresholds of approval go on counting it.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum

from . import access, claim_aggregates, claim_decisions, claim_reserves, claims, clock
from .access import Principal
from .claim_aggregates import Take
from .claim_refusals import refuse
from .claim_response import yen
from .desk import NotFound
from .models import Claim, ClaimPayment, ClaimRecovery, PaymentLine


def expect(principal: Principal, payment_id: UUID, cover: UUID, head: str, amount: int, reason: str) -> ClaimRecovery:
    """Says that a payee is to return so many yen of a payment's line, and why; nothing is given back before it is in.

    Raises PermissionDenied, NotFound, Refused: the payment has not gone out, or less of the line is left with the
    payee.
    """
    yen(amount), claims.reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        found = ClaimPayment.objects.filter(id=payment_id).first()
        if found is None:
            raise NotFound
        row = claims.locked(found.claim_id, is_open=False)
        payment = ClaimPayment.objects.select_related("payee").get(id=payment_id)
        if payment.state != "posted":
            raise refuse("payment_moved")
        line = payment.lines.filter(cover_id=cover, head=head).first()
        if line is None or amount > line.amount - _asked_back(line):
            raise refuse("return_unusable")
        made = ClaimRecovery(
            id=uuid4(), claim=row, payment=payment, line=line, kind="returned", from_whom=payment.payee.kind,
            expected=amount, made_by=principal.name, made_at=clock.now(),
        )  # fmt: skip
        made.note_ciphertext = claims.seal(row.subject_key, reason, "claim_recovery", "note", made.id)
        made.save(force_insert=True)
        claims.noted(row, "return_expected", principal.name, {
            "recovery": str(made.id), "payment": str(payment.id), "line": [str(cover), head], "amount": amount,
        })  # fmt: skip
        return made


def came_in(row: Claim, recovery: ClaimRecovery, amount: int, actor: str) -> None:
    """So many yen more of a return are in, in the caller's transaction: limits and reserve get them back."""
    line = recovery.line
    assert line is not None, "a return is of a line"
    claim_aggregates.take(row, [Take(line.cover, line.head, paid=-amount)])
    decision = claim_decisions.standing(row)
    if row.state == "open" and decision is not None:
        # What was paid wrongly and is still owed is reserved again; what was paid too much is not.
        left = claim_decisions.left_to_pay(decision).get(line.head, 0)
        if left > claim_reserves.present(row).get(line.head, 0):
            claim_reserves.put(row, line.head, left, "返還を受けた", actor)
    claims.told(row, "returned", actor, {"payment": str(recovery.payment_id), "head": line.head, "amount": amount})


def returnable(principal: Principal, claim_id: UUID | str) -> list[tuple[PaymentLine, int]]:
    """The lines of payments that have gone out, each with the yen of it that nobody asked back yet."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        lines = PaymentLine.objects.filter(payment__claim=claims.seen(claim_id), payment__state="posted")
        rows = lines.select_related("payment__payee").order_by("payment__number", "id")
        return [(one, left) for one in rows if (left := one.amount - _asked_back(one))]


def by_payment(row: Claim) -> dict[UUID, int]:
    """What came back of each payment of a claim, in yen; the caller has entered."""
    rows = ClaimRecovery.objects.filter(claim=row, kind="returned", received__gt=0)
    return dict(rows.values_list("payment_id").annotate(yen=Sum("received")))


def _asked_back(line: PaymentLine) -> int:
    """What is expected back of a line, in or not."""
    found: int | None = ClaimRecovery.objects.filter(line=line).aggregate(yen=Sum("expected"))["yen"]
    return found or 0
