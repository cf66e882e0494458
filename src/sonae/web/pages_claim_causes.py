"""What claims have in common, and what comes back: events that touch many members, recoveries, co-insurers' shares."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import catalogue, claim_causes, claim_recoveries, claim_returns, claims, clock, desk
from sonae.office.access import requires
from sonae.office.access_session import recent_factor_to_post
from sonae.office.claim_causes import Cause
from sonae.office.claim_refusals import refuse
from sonae.office.models import ClaimRecovery
from sonae.product import Text
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_claim_money import payee_word, recovery_from
from sonae.web.pages_claims import yen_of
from sonae.web.pages_common import asked, missing_is_404, page, principal_of, said, text, uuid_of
from sonae.web.presentation import figure, say
from sonae.web.presentation_claims import event_word
from sonae.web.presentation_office import stamp
from sonae.wording import mark

_NO_CLAIM = Text("この番号の事案はありません。番号を確かめてください。", "No claim has this number. Check it.")
_SUMS = ("paid", "under_way", "reserved", "recovered")


@requires(GET="claim.handle", POST="claim.handle")
@once
@never_cache
def causes(request: HttpRequest) -> HttpResponse:
    """Events that touch many members, with what they come to; and the form that names one."""
    principal, trouble = principal_of(request), ""
    if request.method == "POST":
        try:
            made = claim_causes.open_cause(principal, text(request, "name", 201))
            return HttpResponseRedirect(f"/claims/causes/{made.id}")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    return page(
        request, "claims/causes.html", "claims", 422 if trouble else 200, trouble=trouble, now=stamp(clock.now()),
        rows=[_cause(one) for one in claim_causes.all_of(principal)],
    )  # fmt: skip


@requires(GET="claim.handle", POST="claim.handle")
@once
@never_cache
@missing_is_404
def cause(request: HttpRequest, cause_id: UUID) -> HttpResponse:
    """One event: its claims side by side, linked and taken out with a reason."""
    principal, trouble = principal_of(request), ""
    if request.method == "POST":
        try:
            if "unlink" in request.POST:
                claim_causes.unlink(principal, text(request, "claim", 40), text(request, "reason", 401), cause_id)
            else:
                claim_causes.link(principal, text(request, "claim", 40), cause_id, text(request, "reason", 401))
            return HttpResponseRedirect(f"/claims/causes/{cause_id}?done=1")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
        except desk.NotFound:
            trouble = say(_NO_CLAIM, language())
    found, product, spoken = claim_causes.one(principal, cause_id), catalogue.default(), language()
    return page(
        request, "claims/cause.html", "claims", 422 if trouble else 200, trouble=trouble, now=stamp(clock.now()),
        done=asked(request, "done", 1), cause=_cause(found), typed=text(request, "claim", 40) if trouble else "",
        shares=[{"id": one.claim.id, "number": one.claim.number, "name": one.claim.member.legal_name,
                 "event": event_word(product, one.claim.event, spoken), "is_open": one.claim.state == "open",
                 **{name: figure(getattr(one, name)) for name in _SUMS}} for one in found.shares],
    )  # fmt: skip


def _cause(one: Cause) -> dict[str, Any]:
    return {"id": one.row.id, "name": one.row.name, "opened": stamp(one.row.opened_at), "claims": len(one.shares),
            "members": one.members, **{name: figure(one.total(name)) for name in _SUMS},
            "in_all": figure(one.total("paid") + one.total("under_way") + one.total("reserved"))}  # fmt: skip


@requires(GET="claim.handle", POST="claim.pay")
@recent_factor_to_post
@once
@never_cache
@missing_is_404
def recoveries(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """What co-insurers owe, what is to come from whoever is liable or was paid too much, and how that is split."""
    principal, trouble, spoken, product = principal_of(request), "", language(), catalogue.default()
    if request.method == "POST":
        try:
            if "receive" in request.POST:
                found = uuid_of(text(request, "recovery", 40))
                if found is None:
                    raise desk.NotFound
                claim_recoveries.receive(principal, found, yen_of(request, "received"))
            elif "take_back" in request.POST:
                payment, cover, head = (*text(request, "line", 120).split(":"), "", "", "")[:3]
                payment_id, cover_id = uuid_of(payment), uuid_of(cover)
                if payment_id is None or cover_id is None:
                    raise refuse("return_unusable")
                claim_returns.expect(
                    principal, payment_id, cover_id, head, yen_of(request, "amount"), text(request, "reason", 401)
                )
            else:
                claim_recoveries.expect(
                    principal, claim_id, text(request, "from_whom", 201), yen_of(request, "amount"),
                    text(request, "note", 401),
                )  # fmt: skip
            return HttpResponseRedirect(f"/claims/{claim_id}/recoveries?done=1")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    row, balance = claims.one(principal, claim_id), claim_recoveries.balance(principal, claim_id)
    return page(
        request, "claims/recoveries.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id,
        number=row.number, name=row.member.legal_name, now=stamp(clock.now()), done=asked(request, "done", 1),
        owed_in_all=figure(balance.owed_in_all), mark=mark("assumed", spoken),
        insurers=[{"name": name, "share": share, "is_lead": place == 0, "owed": figure(balance.owed.get(name, 0)),
                   "passed_on": figure(balance.passed_on.get(name, 0))}
                  for place, (name, share) in enumerate(balance.shares.items())],
        due=[_recovery(one) for one in balance.recoveries if one.kind == "share"],
        others=[_recovery(one) | {"from": recovery_from(product, one, spoken), "is_return": one.kind == "returned",
                                  "note": balance.notes.get(one.id, "")}
                for one in balance.recoveries if one.kind != "share"],
        lines=[{"code": f"{line.payment_id}:{line.cover_id}:{line.head}", "left": figure(left),
                "name": f"{payee_word(line.payment, spoken)} ・ {say(product.heads[line.head].name, spoken)}"}
               for line, left in claim_returns.returnable(principal, claim_id)],
        typed={name: text(request, name, 401) for name in ("line", "amount", "reason", "from_whom", "note")}
        if trouble else {},
    )  # fmt: skip


def _recovery(one: ClaimRecovery) -> dict[str, Any]:
    return {"id": one.id, "from": one.from_whom, "expected": figure(one.expected), "received": figure(one.received),
            "open": figure(one.expected - one.received), "is_open": one.received < one.expected,
            "all": one.expected, "at": stamp(one.received_at) if one.received_at else "", "made": stamp(one.made_at),
            "split": [(name, figure(yen)) for name, yen in claim_recoveries.split_of(one).items()]
            if one.received else []}  # fmt: skip
