"""From what the office has recorded to the core's decision, and from the core's decision to what is kept.

The draft of the facts is what notices, demands, approved estimates and the signed application say; what a handler
finds besides (items, grounds, evidence) is added to it. The decision itself is the core's, over every cover the member
held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae.decision import Decision
from sonae.doors import decision as decision_door
from sonae.doors import facts as facts_door
from sonae.doors.problem import Problem
from sonae.facts import Approval, CircumstanceNotice, Demand, Event, Facts, Held, LossItem, Stopped, Victims
from sonae.flipping import decide_and_flip
from sonae.period import JST, japanese_day

from . import access, canonical, claim_income, claim_terms, claims, cover_reading, overview
from .access import Principal
from .catalogue import Catalogue
from .claim_decisions import DecidedHead, Judged
from .claim_refusals import refuse
from .models import Aggregate, Claim, ClaimNotice, Cover, PremiumAnswer

OTHER_INSURANCE = "other_insurance"
"""The question of the application whose answer is the first finding of the fact of this name."""


@dataclass(frozen=True)
class Weighed:
    """A decision before it is proposed: the core's, and what would be kept of it."""

    decision: Decision
    judged: Judged


@dataclass(frozen=True)
class Declared:
    """That the applicant answered "there is other insurance": for which cover, when, and what was typed with it."""

    cover: str
    at: datetime
    detail: str


def draft(principal: Principal, claim_id: UUID | str) -> Facts:
    """The facts of a claim as far as they are recorded. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return _draft(claims.seen(claim_id))


def declared(principal: Principal, claim_id: UUID | str) -> Declared | None:
    """Other insurance that was answered for in the application of the claim's cover. Raises as `draft`."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return _declared(claims.seen(claim_id))


def weigh(principal: Principal, claim_id: UUID | str, facts: Facts) -> Weighed:
    """What the core decides on these facts over the member's covers; nothing is written.

    Raises PermissionDenied, NotFound, Refused (`no_cover`: the member never held one).
    """
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        row = claims.seen(claim_id)
        covers = claim_terms.covers_of(row.member_id)
        if not covers:
            raise refuse("no_cover")
        helds = [_held(row, cover) for cover in covers]
        decision = decide_and_flip(facts, helds)
        # What the decision rests on besides the stored covers: how far each was known, and what others held of it.
        rests = [
            {"cover": held.cover.id, "transactions": len(held.cover.transactions), "used": dict(held.used),
             "premium_received": held.premium_received}
            for held in helds
        ]  # fmt: skip
        kept = canonical.dump({"facts": decision_door.words(facts), "covers": rests})
        return Weighed(decision, Judged(kept, decision_door.encode(decision), tuple(_heads(decision, covers))))


def certificate_numbers(principal: Principal, claim_id: UUID | str) -> dict[str, str]:
    """The certificate numbers of the member's covers by id: a proof names its terms by id. Raises as `draft`."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return {str(cover.id): cover.number for cover in claim_terms.covers_of(claims.seen(claim_id).member_id)}


def with_items(facts: Facts, items: Iterable[LossItem]) -> Facts:
    """The facts with these items in place of the drafted ones."""
    return replace(facts, items=tuple(items))


def understood(principal: Principal, claim_id: UUID | str, words: Any) -> Facts | Problem:
    """Facts as a door hands them over, checked as a claim file's are against the product of the newest cover."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        row = claims.seen(claim_id)
        covers = claim_terms.covers_of(row.member_id)
        if not covers:
            raise refuse("no_cover")
        cover, product = covers[-1], cover_reading.product_of(covers[-1])
        file = {
            "covers": [{"id": str(cover.id), "request": canonical.load(cover.request_bytes),
                        "inception_at": _japan(cover.inception).isoformat(),
                        "expiry_at": _japan(cover.expiry).isoformat()}],
            "facts": words,
        }  # fmt: skip
        products = Catalogue({product.id: product}, product.scheme)
        read = facts_door.read(products, canonical.dump(file), _japan(cover.inception))
        return read if isinstance(read, Problem) else read.facts


def _draft(row: Claim) -> Facts:
    notices = list(ClaimNotice.objects.filter(claim=row).order_by("number"))
    newest = notices[-1]
    known = newest.facts.get("leak") != "unknown" or row.event != "information_leak"
    events = [Event(code=row.event, certainty="known" if known else "unsure")] if row.event else []
    if newest.facts.get("leak") in (None, "unknown") and row.event in ("cyber_attack", "suspected_attack"):
        events.append(Event(code="information_leak", certainty="unsure"))
    demands = {one.id: f"D{one.number}" for one in row.demands.order_by("number")}
    return Facts(
        known_at=_japan(newest.known_at), events=tuple(events),
        occurred_at=_japan(newest.occurred_at) if newest.occurred_at else None,
        notified_at=_japan(row.notified_at), received_at=_japan(row.received_at),
        circumstance_notices=tuple(
            CircumstanceNotice(id=str(one.number), given_at=_japan(one.received_at))
            for one in notices if one.circumstances
        ),
        demands=tuple(
            Demand(id=demands[one.id], made_at=_japan(one.made_at),
                   series=None if one.series_of_id is None else demands[one.series_of_id])
            for one in row.demands.order_by("number")
        ),
        stoppage=Stopped(started_at=_japan(newest.stopped_at)) if newest.stopped_at else None,
        victims=Victims(individual=newest.facts.get("persons"), corporate=newest.facts.get("companies")),
        items=(*(
            LossItem(
                id=f"S{place}", head=one.head, amount=one.amount,
                approval=Approval(reference=str(one.id)[:8], given_on=japanese_day(_japan(one.decided_at)),
                                  up_to=one.approved) if one.decided_at and one.approved else None,
            )
            for place, one in enumerate(row.spends.exclude(state__in=("declined", "released")).order_by("asked_at"), 1)
        ), *claim_income.items(row)),
        other_insurance=_declared(row) is not None,
    )  # fmt: skip


def _declared(row: Claim) -> Declared | None:
    cover = claim_terms.cover_of(row)
    step, answers = (None, {}) if cover is None else claim_terms.disclosed(cover)
    if cover is None or step is None or answers.get(OTHER_INSURANCE) != "yes":
        return None
    return Declared(cover.number, step.at, overview.details_of(step).get(OTHER_INSURANCE, ""))


def _held(row: Claim, cover: Cover) -> Held:
    """A cover with what others than this claim hold of its limits."""
    product = cover_reading.product_of(cover)
    used: dict[str, int] = {}
    for one in Aggregate.objects.filter(cover=cover):
        if one.claim_id not in (None, row.id):
            continue
        taken = one.paid + one.prepared + one.committed
        subject = one.head or one.coverage
        used[subject] = used.get(subject, 0) + (taken if one.claim_id is None else -taken)
    answer = PremiumAnswer.objects.filter(claim=row, cover=cover).order_by("-at").first()
    return Held(
        cover=claim_terms.held(cover), product=product, used={subject: yen for subject, yen in used.items() if yen},
        premium_received=answer is not None and answer.received,
    )  # fmt: skip


def _heads(decision: Decision, covers: list[Cover]) -> Iterable[DecidedHead]:
    """By cover and head: what was claimed, what is payable, and on which grounds anything was cut."""
    term_of = {unit.code: unit.term for unit in decision.units}
    claimed: dict[tuple[str, str], int] = {}
    grounds: dict[tuple[str, str], list[str]] = {}
    for item in decision.items:
        key = (term_of.get(item.unit) or str(covers[-1].id), item.head)
        claimed[key] = claimed.get(key, 0) + item.amount
        grounds.setdefault(key, []).extend(cut.code for cut in item.cuts)
    payable: dict[tuple[str, str], int] = {}
    for unit in decision.units:
        for head, yen in unit.rows[-1][1].items():
            key = (unit.term or "", head)
            payable[key] = payable.get(key, 0) + yen
    for key, yen in claimed.items():
        yield DecidedHead(UUID(key[0]), key[1], yen, payable.get(key, 0), tuple(dict.fromkeys(grounds[key])))


def _japan(moment: datetime) -> datetime:
    return moment.astimezone(JST)
