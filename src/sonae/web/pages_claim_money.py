"""The money of a claim: reserves with their history, estimates approved against what is left, payments in two phases.

Who prepared does not approve; the page says before pressing whether you may, and why not.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import (
    access,
    catalogue,
    claim_decisions,
    claim_payees,
    claim_payments,
    claim_reading,
    claim_reserves,
    claim_response,
    claim_returns,
    claim_rules,
    claims,
    clock,
    cover_reading,
    desk,
    overview,
)
from sonae.office.access import Principal, requires
from sonae.office.access_session import recent_factor_to_post
from sonae.office.claim_payees import Account
from sonae.office.claim_payments import Line
from sonae.office.claim_reading import Cockpit
from sonae.office.claim_refusals import refuse
from sonae.office.models import ClaimPayment, ClaimRecovery, Payee, PremiumAnswer
from sonae.product import Product, Text
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_claims import shown, yen_of
from sonae.web.pages_common import asked, missing_is_404, page, principal_of, said, text, uuid_of
from sonae.web.presentation import Language, figure, say
from sonae.web.presentation_claims import STATE_WORDS
from sonae.web.presentation_claims_money import PAYEE_WORDS, authority_words, may_approve
from sonae.web.presentation_office import actor_word, stamp
from sonae.web.presentation_prices import coverage_word
from sonae.wording import mark


def _id(request: HttpRequest, name: str) -> UUID:
    found = uuid_of(text(request, name, 40))
    if found is None:
        raise desk.NotFound
    return found


def _product(found: Cockpit) -> Product:
    return cover_reading.product_of(found.cover) if found.cover is not None else catalogue.default()


def by_words(names: list[str], spoken: Language) -> dict[str, str]:
    """Who acted, by role and organisation."""
    return {name: actor_word(one.kind, one.role, one.organisation, spoken)
            for name, one in overview.actors(names).items()}  # fmt: skip


# --- turns ----------------------------------------------------------------------------------------------------------


@requires(POST="claim.handle")
@once
@never_cache
@missing_is_404
def turn(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Take the claim, close it, open it again; a settlement that the member may agree to."""
    principal, what = principal_of(request), text(request, "do", 12)
    try:
        if what == "take":
            claims.take(principal, claim_id)
        elif what == "close":
            claims.close(principal, claim_id, text(request, "reason", 401))
        elif what == "reopen":
            claims.reopen(principal, claim_id, text(request, "reason", 401))
        elif what == "settlement":
            claim_response.agree_settlement(principal, _id(request, "demand"), yen_of(request, "amount"))
        else:
            raise desk.NotFound
    except desk.Unacceptable as refusal:
        return shown(request, claim_id, said(refusal))
    return HttpResponseRedirect(f"/claims/{claim_id}?done={what}")


# --- reserves -------------------------------------------------------------------------------------------------------


@requires(GET="claim.handle", POST="claim.handle")
@once
@never_cache
@missing_is_404
def reserves(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The case reserve of each head, every change with its reason."""
    principal, spoken, trouble = principal_of(request), language(), ""
    if request.method == "POST":
        try:
            claim_reserves.reserve(
                principal, claim_id, text(request, "head", 40), yen_of(request, "amount"), text(request, "reason", 401)
            )
            return HttpResponseRedirect(f"/claims/{claim_id}/reserves")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    found = claim_reading.cockpit(principal, claim_id)
    product, history = _product(found), claim_reserves.history(principal, claim_id)
    by = by_words([one.actor for one in history], spoken)
    return page(
        request, "claims/reserves.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id,
        number=found.claim.number, name=found.claim.member.legal_name, now=stamp(clock.now()),
        total=figure(sum(found.reserves.values())), is_open=found.claim.state == "open",
        heads=[(code, say(head.name, spoken)) for code, head in product.heads.items()],
        rows=[{"head": say(product.heads[code].name, spoken), "amount": figure(yen)}
              for code, yen in found.reserves.items()],
        history=[{"at": stamp(one.at), "head": say(product.heads[one.head].name, spoken), "reason": one.reason,
                  "before": figure(one.before), "amount": figure(one.amount), "typical": one.typical,
                  "by": by.get(one.actor, "")} for one in reversed(history)],
        mark=mark("assumed", spoken),
    )  # fmt: skip


# --- estimates ------------------------------------------------------------------------------------------------------


@requires(GET="claim.handle", POST="claim.handle")
@once
@never_cache
@missing_is_404
def spend(request: HttpRequest, claim_id: UUID, spend_id: UUID) -> HttpResponse:
    """「この請求書を承認すると、いくら残るか」: before anything is written. Then approve, or decline with a reason."""
    principal, spoken, trouble = principal_of(request), language(), ""
    if request.method == "POST":
        try:
            if "approve" in request.POST:
                claim_response.approve_spend(principal, spend_id, yen_of(request, "amount"))
            elif "decline" in request.POST:
                claim_response.decline_spend(principal, spend_id, text(request, "reason", 401))
            if "look" not in request.POST:
                return HttpResponseRedirect(f"/claims/{claim_id}#h-spend")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    found = claim_reading.cockpit(principal, claim_id)
    row = next((one for one in found.spends if one.id == spend_id), None)
    if row is None:
        raise desk.NotFound
    amount, seen = row.amount, None
    try:
        amount = yen_of(request, "amount") if text(request, "amount") else row.amount
        seen = claim_response.preview_spend(principal, spend_id, amount)
    except desk.Unacceptable as refusal:
        trouble = trouble or said(refusal)
    product = _product(found)
    return page(
        request, "claims/spend.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id, spend=row,
        number=found.claim.number, head=say(product.heads[row.head].name, spoken), amount=figure(row.amount),
        typed=amount, wanted=figure(amount), is_asked=row.state == "asked", is_approved=row.state == "approved",
        state=say(STATE_WORDS[row.state], spoken), own=row.asked_by == principal.name, fits=seen is not None
        and seen.fits, now=stamp(clock.now()),
        rows=[{"name": say(product.heads[one.head].name, spoken) if one.head else coverage_word(one.coverage, spoken),
               "limit": figure(one.limit), "before": figure(one.remaining), "after": figure(after), "over": after < 0}
              for one, after in zip(seen.before, seen.after, strict=True)] if seen else [],
    )  # fmt: skip


# --- payments -------------------------------------------------------------------------------------------------------


@requires(GET="claim.pay", POST="claim.pay")
@recent_factor_to_post
@once
@never_cache
@missing_is_404
def payments(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Was the premium received? To whom, how much of each head; what waits for whom."""
    principal, trouble = principal_of(request), ""
    if request.method == "POST":
        try:
            _pay(request, principal, claim_id)
            return HttpResponseRedirect(f"/claims/{claim_id}/payments?done={text(request, 'do', 12)}")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    return _payments(request, claim_id, trouble)


def _pay(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    what = text(request, "do", 12)
    if what == "premium":
        claim_payees.answer_premium(
            principal, claim_id, _id(request, "cover"), received="received" in request.POST,
            note=text(request, "note", 401),
        )  # fmt: skip
    elif what == "payee":
        account = Account(
            text(request, "holder", 200), text(request, "holder_kana", 200), text(request, "bank", 200),
            text(request, "branch", 200), text(request, "account_kind", 10), text(request, "account", 10),
        )  # fmt: skip
        replaces = uuid_of(text(request, "replaces", 40))
        claim_payees.add_payee(principal, claim_id, text(request, "kind", 10), account, replaces=replaces)
    elif what == "prepare":
        claim_payments.prepare(
            principal, claim_id, _id(request, "payee"), _lines(request), lien=text(request, "lien", 20),
            lien_file=uuid_of(text(request, "lien_file", 40)),
        )  # fmt: skip
    elif what == "post":
        claim_payments.post(principal, _id(request, "payment"))
    elif what == "void":
        claim_payments.void(principal, _id(request, "payment"), text(request, "reason", 401))
    else:
        raise desk.NotFound


def _lines(request: HttpRequest) -> list[Line]:
    """The rows that were filled in: `line-<cover>-<head>`, with the estimate that is paid by it."""
    found = []
    for name in list(request.POST)[:200]:
        if not name.startswith("line_") or not text(request, name):
            continue
        _, cover, head = name.split("_", 2)
        cover_id = uuid_of(cover)
        if cover_id is None:
            raise refuse("amount_unusable")
        found.append(Line(cover_id, head, yen_of(request, name), uuid_of(text(request, f"spend_{cover}_{head}", 40))))
    return found


def _payments(request: HttpRequest, claim_id: UUID, trouble: str) -> HttpResponse:
    principal, spoken = principal_of(request), language()
    found = claim_reading.cockpit(principal, claim_id)
    product = _product(found)
    rows = claim_payments.all_of(principal, claim_id)
    with transaction.atomic():
        access.enter(principal, "claim.pay")
        row = found.claim
        decision = claim_decisions.standing(row)
        payees = list(Payee.objects.filter(claim=row).order_by("made_at", "id"))
        drawn, back = claim_payments.drawn(row), claim_returns.by_payment(row)
        premiums = list(PremiumAnswer.objects.filter(claim=row).order_by("at", "received"))
    replaced = {one.replaces_id for one in payees if one.replaces_id}
    lines = _payable(product, found, decision, drawn, spoken) if decision is not None else []
    cumulative = sum(one.amount for one in rows if one.state != "void")
    by = by_words([one.made_by for one in rows], spoken)
    return page(
        request, "claims/payments.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id,
        number=row.number, name=row.member.legal_name, now=stamp(clock.now()), done=asked(request, "done", 12),
        is_open=row.state == "open", decided=figure(decision.payable) if decision is not None else "", lines=lines,
        damages=any(line["is_damages"] for line in lines), payees=[
            {"id": one.id, "kind": say(PAYEE_WORDS[one.kind], spoken), "code": one.kind, "ending": one.ending,
             "fresh": one.fresh_until is not None and one.fresh_until > clock.now(),
             "called": stamp(one.called_back_at) if one.called_back_at else ""}
            for one in payees if one.id not in replaced
        ],
        payee_kinds=[(code, say(word, spoken)) for code, word in PAYEE_WORDS.items()],
        covers=_covers(found, decision, premiums), files=[(one.id, name) for one, name in found.files],
        payments=[payment_shown(product, one, principal, by, spoken)
                  | {"returned": figure(back[one.id]) if back.get(one.id) else ""} for one in rows][::-1],
        cumulative=figure(cumulative), returned=figure(sum(back.values())) if back else "",
        authority=authority_words(claim_rules.rules().authority, spoken),
        mark=mark("assumed", spoken),
        recoveries=[{"from": recovery_from(product, one, spoken), "expected": figure(one.expected),
                     "received": figure(one.received)}
                    for one in found.recoveries],
    )  # fmt: skip


def _payable(
    product: Product, found: Cockpit, decision: Any, drawn: dict[tuple[str, str], int], spoken: Language
) -> list[dict[str, Any]]:
    """What was decided and not drawn yet, by cover and head, with an approved estimate that it would pay."""
    shown_lines = []
    for cover, _coverage, head, _claimed, payable, _grounds in decision.heads:
        left = payable - drawn.get((cover, head), 0)
        if left <= 0:
            continue
        spends = [one for one in found.spends
                  if one.state == "approved" and one.head == head and str(one.cover_id) == cover]  # fmt: skip
        shown_lines.append({
            "cover": cover, "head": head, "name": say(product.heads[head].name, spoken), "payable": figure(payable),
            "left": left, "is_damages": head == "damages",
            "spends": [(one.id, f"{one.vendor} {figure(one.approved)}") for one in spends],
        })  # fmt: skip
    return shown_lines


def _covers(found: Cockpit, decision: Any, premiums: list[PremiumAnswer]) -> list[dict[str, Any]]:
    """The covers that pay, with the newest answer to whether their premium was received."""
    ids = list(dict.fromkeys(one[0] for one in decision.heads)) if decision is not None else []
    if not ids and found.cover is not None:
        ids = [str(found.cover.id)]
    newest = {str(one.cover_id): one for one in premiums}
    number = {str(found.cover.id): found.cover.number} if found.cover is not None else {}
    return [
        {"id": one, "number": number.get(one, one[:8]), "answered": one in newest,
         "received": one in newest and newest[one].received,
         "note": newest[one].note if one in newest else "", "at": stamp(newest[one].at) if one in newest else ""}
        for one in ids
    ]  # fmt: skip


def payment_shown(
    product: Product, one: ClaimPayment, principal: Principal, by: dict[str, str], spoken: Language
) -> dict[str, Any]:
    """A payment with what it needs, what it has, and whether you may approve it."""
    approvers = [approval.approver for approval in one.approvals.all()]
    has_manager = any(approval.is_manager for approval in one.approvals.all())
    may, why = may_approve(
        own=one.made_by == principal.name, already=principal.name in approvers, state=one.state,
        is_manager=principal.role == "claims_manager", manager_needed=one.manager_needed, has_manager=has_manager,
        missing=one.approvers_needed - len(approvers), spoken=spoken,
    )  # fmt: skip
    return {
        "id": one.id, "claim": one.claim_id, "number": one.number, "amount": figure(one.amount), "state": one.state,
        "state_word": say(STATE_WORDS[one.state], spoken), "by": by.get(one.made_by, ""), "made": stamp(one.made_at),
        "cumulative": figure(one.cumulative), "needed": one.approvers_needed, "has": len(approvers),
        "manager_needed": one.manager_needed, "has_manager": has_manager, "may": may, "why": why,
        "payee": say(PAYEE_WORDS[one.payee_kind], spoken), "fresh": one.fresh_payee, "void_reason": one.void_reason,
        "posted": stamp(one.posted_at) if one.posted_at else "",
        "lines": [(say(product.heads[line.head].name, spoken), figure(line.amount)) for line in one.lines.all()],
    }  # fmt: skip


def payee_word(payment: ClaimPayment, spoken: Language) -> str:
    """To whom a payment went: 「第1回 業者 …4471」."""
    kind = say(PAYEE_WORDS[payment.payee.kind], spoken)
    number = say(Text(f"第{payment.number}回", f"Payment {payment.number}:"), spoken)
    return f"{number} {kind} …{payment.payee.ending}"


def recovery_from(product: Product, one: ClaimRecovery, spoken: Language) -> str:
    """From whom money is to come back: a company, or the payee of a payment and the head that it returns."""
    if one.payment is None or one.line is None:
        return one.from_whom
    return f"{payee_word(one.payment, spoken)} ・ {say(product.heads[one.line.head].name, spoken)}"


# --- approvals ------------------------------------------------------------------------------------------------------


@requires(GET="claim.approve")
@never_cache
def approvals(request: HttpRequest) -> HttpResponse:
    """Payments that wait, with what the claim's payments come to in all, and whether you may approve."""
    return _approvals(request, "", 200)


def _approvals(request: HttpRequest, trouble: str, status: int) -> HttpResponse:
    principal, spoken, product = principal_of(request), language(), catalogue.default()
    rows = claim_payments.waiting(principal)
    by = by_words([one.made_by for one in rows], spoken)
    return page(
        request, "claims/approvals.html", "approvals", status, trouble=trouble, now=stamp(clock.now()),
        rows=[payment_shown(product, one, principal, by, spoken)
              | {"name": one.claim.member.legal_name, "claim_number": one.claim.number, "ending": one.payee.ending,
                 "payee_id": one.payee_id, "called": bool(one.payee.called_back_at)} for one in rows],
        authority=authority_words(claim_rules.rules().authority, spoken), mark=mark("assumed", spoken),
        done=asked(request, "done", 10),
    )  # fmt: skip


@requires(POST="claim.approve")
@recent_factor_to_post
@once
@never_cache
@missing_is_404
def approve(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Approve a payment that another prepared; or write down the call-back about its changed account."""
    principal = principal_of(request)
    try:
        if "call_back" in request.POST:
            claim_payees.call_back(principal, _id(request, "payee"), text(request, "note", 401))
            return HttpResponseRedirect("/approvals?done=called")
        claim_payments.approve(principal, payment_id)
    except desk.Unacceptable as refusal:
        return _approvals(request, said(refusal), 422)
    return HttpResponseRedirect("/approvals?done=approved")
