"""The letter on a claim, from the confirmed decision, what was paid on it and what is left of the limits."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sonae.coverage import matrix
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.selection import select

from . import (
    access,
    claim_aggregates,
    claim_decisions,
    claim_reasons,
    claim_rules,
    claim_terms,
    claims,
    clock,
    cover_reading,
    members,
)
from .access import Principal
from .claim_refusals import refuse
from .documents.claim_letter import HeadPaid, LimitLeft, PaidTo, claim_letter
from .models import Claim, ClaimDecision, Cover


def letter(principal: Principal, claim_id: UUID | str) -> bytes:
    """The payment letter, or the denial letter, of the newest confirmed decision, as a PDF.

    Raises PermissionDenied, NotFound, Refused (no decision was confirmed).
    """
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        decision = claim_decisions.standing(row)
        if decision is None or decision.confirmed_at is None:
            raise refuse("no_decision")
        cover = Cover.objects.get(id=decision.heads[0][0])
        product = cover_reading.product_of(cover)
        # The account's ending is the insurer's own: a member's letter shows it, so the office looks it up.
        claims.as_office(principal.name)
        paid = [
            PaidTo(one.payee.kind, one.payee.ending, one.amount, japanese_day(one.posted_at.astimezone(JST)))
            for one in row.payments.filter(state="posted", decision=decision).select_related("payee").order_by("number")
            if one.posted_at is not None
        ]
        left = _left(decision, row)
        access.enter(principal, "claim.read")
        return claim_letter(
            product, number=row.number,
            insured=members.particulars_at(row.member_id, row.known_at, clock.now()).legal_name,
            heads=_heads(row, decision, cover, product), left=left, payments=paid, reason=decision.reason,
            shares=claim_rules.rules().shares, known=row.known_at, decided=decision.confirmed_at, made_at=clock.now(),
        )  # fmt: skip


def _heads(row: Claim, decision: ClaimDecision, cover: Cover, product: Product) -> list[HeadPaid]:
    terms = claim_terms.terms_at(cover, max(row.known_at, cover.inception)) or claim_terms.held(cover).request
    cells = matrix(product, terms.plan, terms.set, select(product, terms).riders)
    names = {code: one.name.ja for code, one in product.settlement.exclusions.items()} if product.settlement else {}
    proof = claim_reasons.proof_of(bytes(decision.proof_bytes))
    found = []
    for cover_id, coverage, head, claimed, payable, grounds in decision.heads:
        granting = [cells[event, head] for event in product.events if cells[event, head].granted]
        own = [cell for cell in granting if cell.event == row.event] or granting
        why = claim_reasons.reasons(proof, cover_id, head) if proof is not None else []
        told = [names.get(ground) or claim_reasons.of_code(ground) for ground in grounds]
        reasons = tuple(why) or tuple((one, 0) for one in told if one)
        if not reasons and payable < claimed:
            reasons = ((decision.reason, 0),)
        clause = own[0].grants[0][0].name.ja if own else ""
        found.append(HeadPaid(coverage, product.heads[head].name.ja, clause, claimed, payable, reasons))
    return found


def _left(decision: ClaimDecision, row: Claim) -> list[LimitLeft]:
    """Each coverage's limit under each cover that pays: what is left now, and what was before this claim's payments."""
    from .claim_payments import drawn

    taken = drawn(row)
    found = []
    for cover in Cover.objects.filter(id__in={one[0] for one in decision.heads}).order_by("inception"):
        mine: dict[str, int] = {}
        for cover_id, coverage, head, *_ in decision.heads:
            if cover_id == str(cover.id):
                mine[coverage] = mine.get(coverage, 0) + taken.get((cover_id, head), 0)
        for one in claim_aggregates.left_of(cover):
            if not one.head and one.coverage in mine:
                found.append(LimitLeft(one.coverage, one.limit, one.remaining + mine[one.coverage], one.remaining))
    return found
