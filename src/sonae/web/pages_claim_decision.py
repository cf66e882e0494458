"""The decision as a proof: facts, clauses, yen, limits, and the one fact that would turn it; signed by two persons.

What a handler finds is laid over what is recorded; the core decides. Nothing is written before it is proposed, and
nothing stands before a second person has read it.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.doors import decision as decision_door
from sonae.doors.problem import Problem
from sonae.office import (
    catalogue,
    claim_decisions,
    claim_judging,
    claim_reading,
    clock,
    cover_reading,
    desk,
)
from sonae.office.access import Principal, requires
from sonae.office.claim_decisions import Compared
from sonae.office.claim_judging import Weighed
from sonae.office.models import ClaimDecision
from sonae.period import JST, japanese_day
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_claim_money import by_words
from sonae.web.pages_common import asked, missing_is_404, page, principal_of, said, text
from sonae.web.presentation import Language, figure, say
from sonae.web.presentation_claims import event_word
from sonae.web.presentation_claims_decision import (
    Typed,
    departures_shown,
    facts_of_form,
    likes_shown,
    rows_of,
)
from sonae.web.presentation_claims_proof import decision_shown, head_flips_shown
from sonae.web.presentation_office import stamp


@requires(GET="claim.decide", POST="claim.decide")
@once
@never_cache
@missing_is_404
def decision(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Find facts, look at what follows, propose it; or read what another proposed, and confirm."""
    principal, trouble = principal_of(request), []
    weighed: Weighed | None = None
    compared: Compared | None = None
    words = decision_door.words(claim_judging.draft(principal, claim_id))
    try:
        if request.method == "POST" and "confirm" in request.POST:
            claim_decisions.confirm(principal, _decision(principal, claim_id, text(request, "decision", 40)).id)
            return HttpResponseRedirect(f"/claims/{claim_id}/decision?done=confirmed")
        if request.method == "POST":
            words = facts_of_form(Typed(request.POST), words)
            understood = claim_judging.understood(principal, claim_id, words)
            if isinstance(understood, Problem):
                trouble = [(one.message_en if language() == "en" else one.message) for one in understood.errors]
            else:
                weighed = claim_judging.weigh(principal, claim_id, understood)
                compared = claim_decisions.compare(principal, claim_id, weighed.judged)
                if "propose" in request.POST:
                    claim_decisions.propose(
                        principal, claim_id, weighed.judged, reason=text(request, "reason", 401),
                        departure=text(request, "departure", 401),
                    )  # fmt: skip
                    return HttpResponseRedirect(f"/claims/{claim_id}/decision?done=proposed")
    except desk.Unacceptable as refusal:
        trouble = [said(refusal)]
    return _show(request, claim_id, words, weighed, compared, trouble)


def _decision(principal: Principal, claim_id: UUID, typed: str) -> ClaimDecision:
    found = next((one for one in claim_decisions.all_of(principal, claim_id) if str(one.id) == typed), None)
    if found is None:
        raise desk.NotFound
    return found


def _show(
    request: HttpRequest, claim_id: UUID, words: dict[str, Any], weighed: Weighed | None, compared: Compared | None,
    trouble: list[str],
) -> HttpResponse:  # fmt: skip
    principal, spoken, now = principal_of(request), language(), clock.now()
    found = claim_reading.cockpit(principal, claim_id)
    product = cover_reading.product_of(found.cover) if found.cover is not None else catalogue.default()
    rows = list(found.decisions)
    last = rows[-1] if rows else None
    read: dict[str, Any] | None = None
    stored = last if weighed is None and request.method != "POST" else None
    if weighed is not None:
        read = decision_door.words(weighed.decision)
    elif stored is not None:
        read = json.loads(bytes(stored.proof_bytes))
    numbers = claim_judging.certificate_numbers(principal, claim_id)
    proof = decision_shown(product, read, spoken, numbers) if read is not None else None
    # A proof from before heads had their own has none.
    turning = read.get("head_flips", {}).values() if read is not None else ()
    deadline = next((one for one in found.deadlines if one.clock.code.startswith("payment")), None)
    return page(
        request, "claims/decision.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id,
        number=found.claim.number, name=found.claim.member.legal_name, now=stamp(now), proof=proof,
        turning=head_flips_shown(product, read, turning, spoken) if read is not None else [],
        event=event_word(product, found.claim.event, spoken), done=asked(request, "done", 10),
        is_open=found.claim.state == "open", looked=weighed is not None,
        days=deadline.days_left(japanese_day(now.astimezone(JST))) if deadline is not None else None,
        signed=_signed(principal, stored, spoken) if stored is not None else None,
        others=[{"number": one.number, "payable": figure(one.payable), "at": stamp(one.made_at),
                 "confirmed": one.confirmed_at is not None} for one in rows],
        likes=likes_shown(product, compared, last if stored is not None else None, spoken),
        departures=departures_shown(product, compared, spoken),
        form=rows_of(product, words, spoken, read if weighed is not None else None),
        declared=_declared(principal, claim_id),
        reserves=[{"head": say(product.heads[code].name, spoken), "amount": figure(yen)}
                  for code, yen in found.reserves.items()],
        reason=text(request, "reason", 400), departure=text(request, "departure", 400),
        needs_reason=weighed is not None and weighed.judged.outcome != "covered",
    )  # fmt: skip


def _declared(principal: Principal, claim_id: UUID) -> dict[str, str] | None:
    """Other insurance as it was answered for in the application, for the form that it fills."""
    found = claim_judging.declared(principal, claim_id)
    return None if found is None else {"cover": found.cover, "at": stamp(found.at), "detail": found.detail}


def _signed(principal: Principal, one: ClaimDecision, spoken: Language) -> dict[str, Any]:
    """Who drafted, who has read; whether you may confirm, and why not."""
    by = by_words([name for name in (one.made_by, one.confirmed_by) if name], spoken)
    return {
        "id": one.id, "number": one.number, "by": by.get(one.made_by, ""), "made": stamp(one.made_at),
        "confirmed_by": by.get(one.confirmed_by, ""), "reason": one.reason, "departure": one.departure,
        "confirmed": stamp(one.confirmed_at) if one.confirmed_at else "", "own": one.made_by == principal.name,
        "hash": one.proof_sha256,
    }  # fmt: skip


@requires(GET="claim.decide")
@never_cache
@missing_is_404
def proof_file(request: HttpRequest, claim_id: UUID, decision_id: UUID) -> HttpResponse:
    """The proof byte for byte as it was decided, for whoever verifies it."""
    made = _decision(principal_of(request), claim_id, str(decision_id))
    return HttpResponse(
        bytes(made.proof_bytes), content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="decision-{made.number}.json"'},
    )  # fmt: skip
