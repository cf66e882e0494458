"""The register of the letters on claims: each once, with its number, what it says, when and by whom; one journal entry.

A letter follows from a confirmed decision and from every payment that goes out on it; a decision from before the
register gets its letter when it is first asked for. It is kept as what it says, so it says the same when it is printed
again, whatever was paid or decided since.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sonae.coverage import matrix
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.selection import select

from . import (
    access,
    canonical,
    claim_aggregates,
    claim_decisions,
    claim_reasons,
    claim_returns,
    claim_rules,
    claim_terms,
    claims,
    clock,
    cover_reading,
    members,
    released,
    subjects,
)
from .access import Principal
from .claim_refusals import refuse
from .desk import NotFound
from .documents import MissingGlyph, glyphs
from .documents.claim_letter import HeadPaid, LimitLeft, PaidTo, claim_letter
from .models import Aggregate, Claim, ClaimDecision, ClaimLetter, ClaimPayment, Cover, LetterKind

_SEALED = ("claim_letter", "content")


def letter(principal: Principal, claim_id: UUID | str, number: int | None = None) -> bytes:
    """A letter on a claim as a PDF: the one of this number, or that of the newest confirmed decision and payment.

    Raises PermissionDenied, NotFound, Refused (no decision was confirmed), MissingGlyph.
    """
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        found = _newest(principal, row) if number is None else _numbered(row, number)
        return _printed(row, found)


def all_of(principal: Principal, claim_id: UUID | str) -> list[ClaimLetter]:
    """A claim's letters, the newest first. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        return list(ClaimLetter.objects.filter(claim=row).select_related("claim").order_by("-number"))


# --- issuing ------------------------------------------------------------------------------------------------------


def follow(row: Claim, actor: str) -> None:
    """Issues the letter that follows from what was just confirmed or paid, in the caller's transaction.

    What cannot be printed holds up no decision and no yen: such a letter is refused by name when it is asked for.
    """
    with suppress(MissingGlyph):
        _issue(row, actor)


def _issue(row: Claim, actor: str) -> ClaimLetter:
    """The letter as things stand, or the one there is. The caller holds the claim. Raises Refused, MissingGlyph."""
    decision, payment = _latest(row)
    found = _find(decision, payment)
    if found is not None:
        return found
    made = ClaimLetter(
        id=uuid4(), claim=row, number=1 + ClaimLetter.objects.filter(claim=row).count(),
        kind=LetterKind.PAYMENT if decision.payable else LetterKind.DENIAL, decision=decision, payment=payment,
        issued_at=clock.now(), issued_by=actor,
    )  # fmt: skip
    says = _says(row, made)
    glyphs.check([says["insured"], says["reason"], *(why for head in says["heads"] for why, _yen in head["reasons"])])
    made.content = canonical.dump(says)
    made.content_sha256 = canonical.sha256(made.content)
    made.save(force_insert=True)
    claims.told(row, "letter_issued", actor, {
        "number": made.full_number, "kind": str(made.kind), "decision": str(decision.id),
        "payment": str(payment.id) if payment else None, "content_sha256": made.content_sha256,
    })  # fmt: skip
    return made


def _newest(principal: Principal, row: Claim) -> ClaimLetter:
    found = _find(*_latest(row))
    if found is None:
        # Decided before there was a register: the office issues it to whoever asks first.
        claims.as_office(principal.name)
        claims.locked(row.id, is_open=False)
        found = _issue(row, principal.name)
        access.enter(principal, "claim.read")
    return found


def _numbered(row: Claim, number: int) -> ClaimLetter:
    found = ClaimLetter.objects.filter(claim=row, number=number).select_related("decision").first()
    if found is None:
        raise NotFound
    return found


def _latest(row: Claim) -> tuple[ClaimDecision, ClaimPayment | None]:
    """The decision that stands and the last payment that went out on it. Raises Refused: nothing was confirmed."""
    decision = claim_decisions.standing(row)
    if decision is None:
        raise refuse("no_decision")
    paid = ClaimPayment.objects.filter(claim=row, decision=decision, state="posted")
    return decision, paid.order_by("-posted_at", "-number").first()


def _find(decision: ClaimDecision, payment: ClaimPayment | None) -> ClaimLetter | None:
    return ClaimLetter.objects.filter(decision=decision, payment=payment).select_related("decision").first()


# --- what it says -------------------------------------------------------------------------------------------------


def _says(row: Claim, made: ClaimLetter) -> dict[str, Any]:
    """What a new letter says, in words that are kept; all of it but the product's own texts."""
    decision = made.decision
    assert decision.confirmed_at is not None, "a letter tells of a confirmed decision"
    cover = Cover.objects.get(id=decision.heads[0][0])
    product = released.product(decision.product_id)
    back = claim_returns.by_payment(row)
    paid = [] if made.payment is None else [
        [one.payee.kind, _sealed(row, made, one.payee.ending), one.amount - back.get(one.id, 0),
         japanese_day(one.posted_at.astimezone(JST)).isoformat()]
        for one in row.payments.filter(state="posted", decision=decision).select_related("payee").order_by("number")
        if one.posted_at is not None and one.amount > back.get(one.id, 0)
    ]  # fmt: skip
    return {
        "letter": made.full_number, "claim": row.number, "product": decision.product_id,
        "insured": members.particulars_at(row.member_id, row.known_at, clock.now()).legal_name,
        "heads": [
            {"coverage": one.coverage, "name": one.name, "clause": one.clause, "claimed": one.claimed,
             "accepted": one.accepted, "reasons": [list(why) for why in one.reasons]}
            for one in _heads(row, decision, cover, product)
        ],
        "left": [[one.coverage, one.limit, one.before, one.remaining] for one in _left(decision, row)],
        "payments": paid, "shares": [[*one] for one in claim_rules.rules().shares.items()],
        "reason": _line(decision.reason), "known": row.known_at.isoformat(),
        "decided": decision.confirmed_at.isoformat(),
    }  # fmt: skip


def _line(typed: str) -> str:
    """What was typed in several lines, as one."""
    return " ".join(typed.split())


def _sealed(row: Claim, made: ClaimLetter, ending: str) -> str:
    """The ending of an account under the claim's key; empty once that is erased."""
    try:
        return claims.seal(row.subject_key, ending, *_SEALED, made.id).hex()
    except subjects.Erased:
        return ""


def _printed(row: Claim, found: ClaimLetter) -> bytes:
    says = canonical.load(found.content)
    heads = [
        HeadPaid(one["coverage"], one["name"], one["clause"], one["claimed"], one["accepted"],
                 tuple((why, yen) for why, yen in one["reasons"]))
        for one in says["heads"]
    ]  # fmt: skip
    payments = [
        PaidTo(kind, claims.unseal(row.subject_key, bytes.fromhex(ending) or None, *_SEALED, found.id) or "－", amount,
               date.fromisoformat(on))
        for kind, ending, amount, on in says["payments"]
    ]  # fmt: skip
    return claim_letter(
        released.product(says["product"]), number=says["claim"], letter=says["letter"], insured=says["insured"],
        heads=heads, left=[LimitLeft(*one) for one in says["left"]], payments=payments, reason=says["reason"],
        shares=dict(says["shares"]), known=datetime.fromisoformat(says["known"]),
        decided=datetime.fromisoformat(says["decided"]), made_at=found.issued_at.astimezone(JST),
        content_sha256=found.content_sha256,
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
            reasons = ((_line(decision.reason), 0),)
        clause = own[0].grants[0][0].name.ja if own else ""
        found.append(HeadPaid(coverage, product.heads[head].name.ja, clause, claimed, payable, reasons))
    return found


def _left(decision: ClaimDecision, row: Claim) -> list[LimitLeft]:
    """Each coverage's limit under each cover that pays: what is left without this claim, and once it is paid."""
    from .claim_payments import drawn

    taken = drawn(row)
    found = []
    for cover in Cover.objects.filter(id__in={one[0] for one in decision.heads}).order_by("inception"):
        heads = cover_reading.product_of(cover).heads
        mine: dict[str, int] = {}
        for cover_id, coverage, head, _claimed, payable, _grounds in decision.heads:
            if cover_id == str(cover.id) and heads[head].within_limit:
                mine[coverage] = mine.get(coverage, 0) + max(payable, taken.get((cover_id, head), 0))
        held = {
            one.coverage: one.paid + one.prepared + one.committed
            for one in Aggregate.objects.filter(cover=cover, claim=row, head="")
        }
        for one in claim_aggregates.left_of(cover):
            if not one.head and one.coverage in mine:
                before = one.remaining + held.get(one.coverage, 0)
                found.append(LimitLeft(one.coverage, one.limit, before, max(0, before - mine[one.coverage])))
    return found
