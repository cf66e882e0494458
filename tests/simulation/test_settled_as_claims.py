"""Simulated losses, each written as the facts of a claim and decided as one: the same yen, head by head."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from datetime import timedelta

from sonae.claim import decide
from sonae.cover import Cover, Reason, Transaction
from sonae.facts import Approval, Demand, Event, Facts, Held, LossItem, Stopped, Victims
from sonae.risk import Limits, QuotationRequest
from sonae.simulation import CHUNK, Terms, lay, run
from tests.core.claims.filing import at
from tests.simulation import small_book

START, KNOWN = at("2027-04-01T16:00"), at("2027-09-12T06:40")
LOSSES = 400


def cover_of(member: int) -> Cover:
    """The member's cover as a person would have it: its set's printed limits, or those it chose."""
    book, product = small_book.book(), small_book.product()
    plan, number, riders = book.covers[book.cover[member]]
    liability, expense, income = (int(one) for one in book.limit[member])
    chosen = None
    if product.sets[number].free:
        chosen = Limits(liability=liability, expense=expense, business_income=income or None)
    request = QuotationRequest(
        industry=book.industry[member], annual_sales=int(book.annual_sales[member]), plan=plan, set=number,
        riders=riders, limits=chosen, it_sales=1_000_000 if "it_business" in riders else None,
    )  # fmt: skip
    first = Transaction(number=1, reason=Reason.enrolment, effective=START, recorded=START, actor="agent")
    return Cover(id=str(member), request=request, inception=START, expiry=at("2028-04-01T16:00"), transactions=(first,))


def facts_of(event: str, amounts: dict[str, int], persons: int) -> Facts:
    """What a claim file would say: known and told the same morning, every cost agreed to, every demand made."""
    day = KNOWN.date() + timedelta(days=8)
    product = small_book.product()
    stopped = any(product.heads[head].coverage == "business_income" for head in amounts)
    codes = [event, *(["network_outage"] if stopped and event != "network_outage" else [])]
    return Facts(
        known_at=KNOWN, occurred_at=KNOWN, notified_at=KNOWN, received_at=KNOWN,
        events=tuple(Event(code=code) for code in codes),
        demands=(Demand(id="demand", made_at=KNOWN + timedelta(days=3)),),
        stoppage=Stopped(started_at=KNOWN, ended_at=KNOWN + timedelta(days=2)) if stopped else None,
        victims=Victims(individual=persons, corporate=0, injury=0),
        items=tuple(
            LossItem(
                id=head, head=head, amount=yen, incurred_on=day, evidence="paid",
                approval=Approval(reference="A", given_on=KNOWN.date()),
                demand="demand" if product.heads[head].coverage == "liability" else None,
            )
            for head, yen in amounts.items()
        ),
    )  # fmt: skip


def test_each_simulated_loss_decided_as_a_claim_gives_the_same_yen() -> None:
    product = small_book.product()
    heads = list(product.heads)
    tables = lay(product, small_book.model(), small_book.book(), Terms(0.0, 60.0))
    often = tables.frequencies._replace(total=tables.frequencies.total * 30)
    (progress,) = run(dataclasses.replace(tables, frequencies=often), 5, CHUNK, keep_payments=LOSSES)
    log = progress.chunks[0].log
    assert int(log.taken[0]) == LOSSES
    covers = {member: cover_of(member) for member in range(len(small_book.book().cover))}
    used: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    seen: Counter[str] = Counter()
    for place in range(LOSSES):
        year, _, member, event, persons = (int(one) for one in log.what[place])
        amounts = {head: int(log.amount[place, n]) for n, head in enumerate(heads) if log.amount[place, n]}
        code = list(product.events)[event]
        before = used[year, member]
        held = Held(cover=covers[member], product=product, used=dict(before))
        decision = decide(facts_of(code, amounts, persons), [held])
        paid = {head.head: head.paid for head in decision.heads if head.paid}
        simulated = {head: int(log.paid[place, n]) for n, head in enumerate(heads) if log.paid[place, n]}
        assert paid == simulated, (place, code, amounts, [(h.head, h.paid, h.reason.ja) for h in decision.heads])
        for head, yen in simulated.items():
            before[product.heads[head].coverage] += yen
            before[head] += yen
        seen[code] += 1
        seen.update({"cut": paid != amounts, "income": "loss_of_profit" in paid, "damages": "damages" in paid})
    assert all(seen[kind] for kind in ("cut", "income")), "no limit was met, or no stoppage: the test shows nothing"
    assert len(seen) >= 4, "too few kinds of events: the test shows nothing"
