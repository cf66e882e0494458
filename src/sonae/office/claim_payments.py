"""Payments in two phases: prepared (the limits are held), approved by others, posted; or void.

What holds even if this file were wrong stands in the database: limits, the maker who does not approve, the number of
approvers, the changed account, damages that go to another than the claimant, a payment that moves only forward and
only while it is due (migrations 0011, 0018, 0019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum

from sonae import shares

from . import (
    access,
    claim_aggregates,
    claim_decisions,
    claim_payees,
    claim_rules,
    claims,
    clock,
    cover_reading,
    members,
)
from .access import Principal
from .claim_aggregates import Take
from .claim_refusals import refuse
from .desk import NotFound
from .models import (
    Claim,
    ClaimDecision,
    ClaimFile,
    ClaimPayment,
    ClaimRecovery,
    ClaimSpend,
    Cover,
    Payee,
    PaymentApproval,
    PaymentLine,
)

LIVE = ("prepared", "approved", "posted")


@dataclass(frozen=True)
class Line:
    """Yen for a head under a cover; `spend` names the approved estimate that it pays."""

    cover: UUID
    head: str
    amount: int
    spend: UUID | None = None


def prepare(
    principal: Principal, claim_id: UUID | str, payee_id: UUID, lines: Sequence[Line], *, lien: str = "",
    lien_file: UUID | None = None,
) -> ClaimPayment:  # fmt: skip
    """Prepares a payment on the confirmed decision: from now on its yen are held in every limit.

    `lien` says why damages may go to another than the claimant: `paid_to_claimant` or `claimant_consent`, with its
    paper. Raises Refused: no decision, premium not received, more than decided, a limit reached, 保険法22条.
    """
    with transaction.atomic():
        access.enter(principal, "claim.pay")
        row = claims.locked(claim_id)
        decision = claim_decisions.standing(row)
        if decision is None:
            raise refuse("no_decision")
        payee = Payee.objects.filter(id=payee_id, claim=row).first()
        if payee is None:
            raise NotFound
        if Payee.objects.filter(replaces=payee).exists():
            raise refuse("payee_changed")
        amount = _checked(row, decision, lines)
        damages = sum(line.amount for line in lines if line.head == "damages")
        if damages and payee.kind != "claimant":
            file = ClaimFile.objects.filter(id=lien_file, claim=row).first() if lien_file else None
            if lien not in ("paid_to_claimant", "claimant_consent") or file is None:
                raise refuse("lien")
        elif lien:
            raise refuse("lien")
        covers = Cover.objects.in_bulk({line.cover for line in lines})
        premiums = {cover: claim_payees.premium_received(row, cover) for cover in covers}
        spends = _spends(row, lines)
        claim_aggregates.take(row, [
            Take(covers[line.cover], line.head, prepared=line.amount,
                 committed=-spends[line.spend].approved if line.spend else 0)
            for line in lines
        ])  # fmt: skip
        ClaimSpend.objects.filter(id__in=[line.spend for line in lines if line.spend]).update(state="paid")
        moment = clock.now()
        standing = ClaimPayment.objects.filter(claim=row).exclude(state="void").aggregate(yen=Sum("amount"))["yen"] or 0
        authority = claim_rules.rules().authority_for(standing + amount)
        fresh = payee.fresh_until is not None and payee.fresh_until > moment
        made = ClaimPayment.objects.create(
            id=uuid4(), claim=row, number=1 + ClaimPayment.objects.filter(claim=row).count(), decision=decision,
            payee=payee, payee_kind=payee.kind, amount=amount, damages=damages, lien=lien, lien_file_id=lien_file,
            cumulative=standing + amount, approvers_needed=max(authority.approvers, 2 if fresh else 1),
            manager_needed=authority.manager, fresh_payee=fresh, made_by=principal.name, made_at=moment,
        )  # fmt: skip
        for line in lines:
            PaymentLine.objects.create(
                payment=made, cover_id=line.cover, head=line.head, amount=line.amount, spend_id=line.spend,
                coverage=cover_reading.product_of(covers[line.cover]).heads[line.head].coverage,
                premium=premiums[line.cover], premium_received=True,
            )  # fmt: skip
        claims.noted(row, "payment_prepared", principal.name, {
            "payment": str(made.id), "payee": str(payee.id), "amount": amount, "lien": lien,
            "lines": [[str(line.cover), line.head, line.amount] for line in lines],
        })  # fmt: skip
        return made


def approve(principal: Principal, payment_id: UUID) -> ClaimPayment:
    """Approves a payment that another prepared; with enough approvals it is approved. A second time it is the same."""
    with transaction.atomic():
        access.enter(principal, "claim.approve")
        payment, row = _locked(payment_id)
        if payment.approvals.filter(approver=principal.name).exists():
            return payment
        if payment.state != "prepared":
            raise refuse("payment_moved")
        if payment.made_by == principal.name:
            raise refuse("same_person")
        if Payee.objects.filter(replaces=payment.payee_id).exists():
            raise refuse("payee_changed")
        if payment.fresh_payee and payment.payee.called_back_at is None:
            raise refuse("call_back_missing")
        _still_due(row, payment)
        PaymentApproval.objects.create(
            payment=payment, made_by=payment.made_by, approver=principal.name,
            is_manager=principal.role == "claims_manager", at=clock.now(),
        )  # fmt: skip
        claims.noted(row, "payment_approved", principal.name, {"payment": str(payment.id)})
        approvals = list(payment.approvals.all())
        enough = len(approvals) >= payment.approvers_needed
        if enough and (not payment.manager_needed or any(one.is_manager for one in approvals)):
            payment.state, payment.approved_at = "approved", clock.now()
            payment.save(update_fields=["state", "approved_at"])
        return payment


def post(principal: Principal, payment_id: UUID) -> ClaimPayment:
    """The payment has gone out: held yen become paid, the co-insurers' shares become due. A second time: the same."""
    from .claim_letters import follow

    with transaction.atomic():
        access.enter(principal, "claim.pay")
        payment, row = _locked(payment_id)
        if payment.state == "posted":
            return payment
        if payment.state == "prepared":
            raise refuse("approvals_missing")
        if payment.state != "approved":
            raise refuse("payment_moved")
        if Payee.objects.filter(replaces=payment.payee_id).exists():
            raise refuse("payee_changed")
        _still_due(row, payment)
        claim_aggregates.take(row, [
            Take(line.cover, line.head, prepared=-line.amount, paid=line.amount) for line in _lines(payment)
        ])  # fmt: skip
        payment.state, payment.posted_at, payment.posted_by = "posted", clock.now(), principal.name
        payment.save(update_fields=["state", "posted_at", "posted_by"])
        _shares(row, payment, principal.name)
        _lower_reserves(row, payment, principal.name)
        claims.noted(row, "payment_posted", principal.name, {"payment": str(payment.id)})
        claims.told(row, "paid", principal.name, {"payment": str(payment.id), "amount": payment.amount})
        follow(row, principal.name)
        return payment


def void(principal: Principal, payment_id: UUID, reason: str) -> ClaimPayment:
    """Takes back a payment that has not gone out; its yen are free again. A second time it is the same."""
    claims.reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.pay")
        payment, row = _locked(payment_id)
        if payment.state == "void":
            return payment
        if payment.state == "posted":
            raise refuse("payment_moved")
        lines = _lines(payment)
        claim_aggregates.take(row, [
            Take(line.cover, line.head, prepared=-line.amount,
                 committed=min(line.spend.approved, line.amount) if line.spend else 0)
            for line in lines
        ])  # fmt: skip
        for line in lines:
            if line.spend is not None:
                line.spend.state, line.spend.approved = "approved", min(line.spend.approved, line.amount)
                line.spend.save(update_fields=["state", "approved"])
        payment.state, payment.voided_at, payment.voided_by = "void", clock.now(), principal.name
        payment.void_reason = reason
        payment.save(update_fields=["state", "voided_at", "voided_by", "void_reason"])
        claims.noted(row, "payment_voided", principal.name, {"payment": str(payment.id), "reason": reason})
        return payment


def waiting(principal: Principal) -> list[ClaimPayment]:
    """Payments that wait for an approval, the oldest first."""
    with transaction.atomic():
        access.enter(principal, "claim.approve")
        rows = ClaimPayment.objects.filter(state="prepared").select_related("claim__member", "payee")
        return list(rows.prefetch_related("approvals", "lines").order_by("made_at", "id")[: members.PAGE_LIMIT])


def all_of(principal: Principal, claim_id: UUID | str) -> list[ClaimPayment]:
    """A claim's payments within reach, the first first: the member sees what was paid."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        rows = ClaimPayment.objects.filter(claim=claims.seen(claim_id)).prefetch_related("lines", "approvals")
        return list(rows.order_by("number"))


def drawn(row: Claim, states: Sequence[str] = LIVE) -> dict[tuple[str, str], int]:
    """By (cover, head), the yen of a claim's payments in these states, less what payees have returned."""
    found: dict[tuple[str, str], int] = {}
    for line in PaymentLine.objects.filter(payment__claim=row, payment__state__in=states):
        key = (str(line.cover_id), line.head)
        found[key] = found.get(key, 0) + line.amount
    returns = ClaimRecovery.objects.filter(line__payment__claim=row, line__payment__state__in=states)
    for back in returns.select_related("line"):
        assert back.line is not None, "a return is of a line"
        found[str(back.line.cover_id), back.line.head] -= back.received
    return found


# --- parts ------------------------------------------------------------------------------------------------------


def _locked(payment_id: UUID) -> tuple[ClaimPayment, Claim]:
    found = ClaimPayment.objects.filter(id=payment_id).first()
    if found is None:
        raise NotFound
    row = claims.locked(found.claim_id)
    return ClaimPayment.objects.select_related("payee").get(id=payment_id), row


def _lines(payment: ClaimPayment) -> list[PaymentLine]:
    return list(payment.lines.select_related("cover", "spend").order_by("id"))


def _checked(row: Claim, decision: ClaimDecision, lines: Sequence[Line]) -> int:
    """The sum, if every line is within what was decided and not yet drawn. Raises Refused."""
    from .claim_response import yen

    if not lines or len({(line.cover, line.head) for line in lines}) != len(lines):
        raise refuse("amount_unusable")
    granted = _granted(decision)
    before = drawn(row)
    for line in lines:
        key = (str(line.cover), line.head)
        if yen(line.amount) > granted.get(key, 0) - before.get(key, 0):
            raise refuse("more_than_decided")
    return sum(line.amount for line in lines)


def _granted(decision: ClaimDecision) -> dict[tuple[str, str], int]:
    return {(cover, head): payable for cover, _coverage, head, _claimed, payable, _grounds in decision.heads}


def _still_due(row: Claim, payment: ClaimPayment) -> None:
    """What was prepared stands as things are now: the decision may have been made again, the premium proved unpaid.

    Raises Refused; such a payment is voided and prepared anew.
    """
    decision = claim_decisions.standing(row)
    assert decision is not None, "a payment rests on a confirmed decision"
    granted, taken = _granted(decision), drawn(row)
    for line in _lines(payment):
        key = (str(line.cover_id), line.head)
        if taken[key] > granted.get(key, 0):
            raise refuse("more_than_decided")
        claim_payees.premium_received(row, line.cover_id)


def _spends(row: Claim, lines: Sequence[Line]) -> dict[UUID | None, ClaimSpend]:
    """The approved estimates that lines pay, each of the line's own head and cover."""
    found: dict[UUID | None, ClaimSpend] = {}
    for line in lines:
        if line.spend is None:
            continue
        spend = ClaimSpend.objects.filter(id=line.spend, claim=row, state="approved").first()
        if spend is None or (spend.head, spend.cover_id) != (line.head, line.cover) or line.spend in found:
            raise refuse("spend_decided")
        found[line.spend] = spend
    return found


def _shares(row: Claim, payment: ClaimPayment, actor: str) -> None:
    """The lead has paid all of it; every other insurer owes its share."""
    rules = claim_rules.rules()
    for insurer, amount in shares.split(payment.amount, rules.shares, rules.lead).items():
        if insurer != rules.lead and amount:
            ClaimRecovery.objects.create(
                id=uuid4(), claim=row, payment=payment, kind="share", from_whom=insurer, expected=amount,
                made_by=actor, made_at=clock.now(),
            )  # fmt: skip


def _lower_reserves(row: Claim, payment: ClaimPayment, actor: str) -> None:
    from .claim_reserves import present, put

    for line in _lines(payment):
        before = present(row).get(line.head, 0)
        if before:
            put(row, line.head, max(0, before - line.amount), f"支払い（第{payment.number}号）", actor)
