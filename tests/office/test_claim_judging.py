"""From recorded facts to the core's decision and on to money: a Saturday's ransomware, paid to the yen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sonae.decision import Verdict
from sonae.facts import Event, LossItem
from sonae.office import claim_decisions, claim_judging, claim_payments, claim_response
from sonae.period import japanese_day

from .claim_story import Settling, insured_elsewhere, settling
from .trade import Trade


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade, event="information_leak", facts={"leak": "yes", "persons": 1840})


def item(story: Settling, head: str, amount: int, name: str = "") -> LossItem:
    return LossItem(id=name or head, head=head, amount=amount, incurred_on=japanese_day(story.trade.clock.moment))


def test_the_draft_says_what_notices_demands_and_estimates_say(story: Settling) -> None:
    asked = claim_response.ask_spend(story.member, story.claim.id, "forensics", "業者", 4_620_000)
    claim_response.approve_spend(story.handler, asked.id, 4_000_000)
    first = claim_response.record_demand(story.member, story.claim.id, story.trade.clock.moment, "丙", amount=1)
    claim_response.record_demand(story.member, story.claim.id, story.trade.clock.moment, "丁", series_of=first.id)
    facts = claim_judging.draft(story.handler, story.claim.id)
    assert facts.events == (Event(code="information_leak"),)
    assert facts.victims.individual == 1840
    [estimate] = facts.items
    assert (estimate.amount, estimate.approval.up_to if estimate.approval else 0) == (4_620_000, 4_000_000)
    assert [(one.id, one.series) for one in facts.demands] == [("D1", None), ("D2", "D1")]


def test_what_is_weighed_is_proposed_confirmed_and_paid(story: Settling) -> None:
    story.premium()
    facts = claim_judging.with_items(
        claim_judging.draft(story.handler, story.claim.id),
        [item(story, "forensics", 4_620_000), item(story, "legal_advice", 550_000)],
    )
    weighed = claim_judging.weigh(story.handler, story.claim.id, facts)
    assert (weighed.decision.verdict, weighed.decision.paid) == (Verdict.covered, 5_170_000)
    made = claim_decisions.propose(story.handler, story.claim.id, weighed.judged)
    claim_decisions.confirm(story.manager, made.id)
    assert (made.outcome, made.payable) == ("covered", 5_170_000)
    again = claim_judging.weigh(story.handler, story.claim.id, facts)
    assert bytes(made.proof_bytes) == again.judged.proof
    story.paid(story.payee("vendor"), 4_620_000)
    [payment] = claim_payments.all_of(story.member, story.claim.id)
    assert payment.amount == 4_620_000
    # What was paid on this claim is its own: weighed again, it is worth the same.
    assert claim_judging.weigh(story.handler, story.claim.id, facts).decision.paid == 5_170_000


def test_what_another_claim_took_is_no_longer_there(story: Settling) -> None:
    story.decided(forensics=29_000_000)
    story.premium()
    story.prepared(story.payee("vendor"), 29_000_000)
    other = settling(story.trade, story.cover, event="information_leak", facts={"leak": "yes", "persons": 1})
    other.premium()
    facts = claim_judging.with_items(
        claim_judging.draft(other.handler, other.claim.id), [item(other, "forensics", 2_000_000)]
    )
    weighed = claim_judging.weigh(other.handler, other.claim.id, facts)
    assert weighed.decision.paid == 1_000_000
    assert weighed.judged.outcome == "part"


def test_what_the_plan_does_not_grant_is_kept_as_a_denial(story: Settling) -> None:
    facts = replace(claim_judging.draft(story.handler, story.claim.id), items=(item(story, "system_restoration", 1),))
    weighed = claim_judging.weigh(story.handler, story.claim.id, facts)
    assert weighed.judged.outcome == "not_covered"
    [head] = weighed.judged.heads
    assert (head.cover, head.payable) == (story.cover.id, 0)


def test_other_insurance_of_the_signed_application_is_found_beforehand(trade: Trade) -> None:
    there = insured_elsewhere(trade)
    facts = claim_judging.draft(there.handler, there.claim.id)
    declared = claim_judging.declared(there.handler, there.claim.id)
    assert facts.other_insurance
    assert declared is not None
    assert (declared.cover, declared.at.year) == (there.cover.number, 2026)
    weighed = claim_judging.weigh(there.handler, there.claim.id, facts)
    assert any("保険法20条" in note.ja for note in weighed.decision.notes)


def test_without_such_an_answer_nothing_is_found_beforehand(story: Settling) -> None:
    assert not claim_judging.draft(story.handler, story.claim.id).other_insurance
    assert claim_judging.declared(story.handler, story.claim.id) is None
