"""Clocks of recorded facts as of any moment, the worklist by clock, recoveries, figures that tell no claim."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from sonae.office import claim_clocks, claim_notices, claim_recoveries, claim_response
from sonae.office.refusals import Refused
from sonae.period import JST

from .claim_story import Settling, settling, told
from .trade import Trade


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade, facts={"leak": "unknown"})


def due(story: Settling, as_of: datetime | None = None) -> dict[str, date]:
    return {one.clock.code: one.due for one in claim_clocks.of_claim(story.member, story.claim.id, as_of)}


def test_clocks_run_from_what_was_recorded_by_then(story: Settling, trade: Trade) -> None:
    before = trade.clock.moment
    assert due(story)["expense_window"] == date(2028, 3, 9)  # 180 days after 11 September 2027
    assert "report_preliminary" not in due(story)
    trade.clock.to(2027, 9, 12)
    claim_notices.revise(
        story.member, story.claim.id, told(known_at=story.claim.known_at, event="information_leak",
                                           facts={"leak": "yes", "wrongful": "yes", "persons": 1840}),
    )  # fmt: skip
    found = due(story)
    assert (found["report_preliminary"], found["report_final_wrongful"]) == (date(2027, 9, 16), date(2027, 11, 10))
    assert "report_preliminary" not in due(story, before), "as it was known before"


def test_payment_is_due_from_the_day_the_papers_are_complete(story: Settling, trade: Trade) -> None:
    assert "payment" not in due(story)
    trade.clock.to(2027, 10, 23, 15)
    claim_response.record_milestone(story.handler, story.claim.id, "documents_complete", trade.clock.moment)
    assert due(story)["payment"] == date(2027, 11, 21)
    claim_response.record_milestone(story.handler, story.claim.id, "enquiry_expert", trade.clock.moment, "鑑定を依頼")
    assert "payment" not in due(story)
    assert due(story)["payment_after_expert"] == date(2028, 1, 20)


def test_what_binds_the_insurer_is_recorded_by_the_insurer(story: Settling, trade: Trade) -> None:
    with pytest.raises(PermissionDenied):
        claim_response.record_milestone(story.member, story.claim.id, "documents_complete", trade.clock.moment)
    claim_response.record_milestone(story.member, story.claim.id, "police_told", trade.clock.moment)
    with refused("milestone_unknown"):
        claim_response.record_milestone(story.member, story.claim.id, "paid", trade.clock.moment)
    with refused("milestone_ahead"):
        claim_response.record_milestone(story.member, story.claim.id, "police_told", datetime(2028, 1, 1, tzinfo=JST))


def test_the_worklist_puts_the_most_urgent_first(story: Settling, trade: Trade) -> None:
    urgent = settling(trade, story.cover, event="information_leak", facts={"leak": "yes", "sensitive": "yes"})
    first, second = claim_clocks.worklist(story.handler)
    assert [first.claim.id, second.claim.id] == [urgent.claim.id, story.claim.id]
    assert (first.next.clock.code if first.next else "", first.days_left) == ("report_preliminary", 5)
    assert claim_clocks.worklist(story.handler, mine=True) == []
    with pytest.raises(PermissionDenied):
        claim_clocks.worklist(story.member)


def test_tasks_are_done_with_their_evidence(story: Settling) -> None:
    task = claim_response.add_task(story.member, story.claim.id, "expert_advice", "弁護士に相談する", owner="髙﨑 一郎")
    assert "髙﨑".encode() not in bytes(task.owner_ciphertext or b"")
    file = story.file()
    assert claim_response.settle_task(story.member, task.id, evidence=file.id).evidence == file
    with refused("task_settled"):
        claim_response.settle_task(story.member, task.id)
    with refused("no_such_step"):
        claim_response.add_task(story.member, story.claim.id, "blame", "犯人を捜す")


def test_a_settlement_of_a_demand_is_agreed_once(story: Settling, trade: Trade) -> None:
    demand = claim_response.record_demand(
        story.member, story.claim.id, trade.clock.moment, "発注者 株式会社丙", amount=1_800_000
    )
    assert "丙".encode() not in bytes(demand.claimant_ciphertext)
    with pytest.raises(PermissionDenied):
        claim_response.agree_settlement(story.member, demand.id, 1_200_000)
    claim_response.agree_settlement(story.handler, demand.id, 1_200_000)
    with refused("demand_settled"):
        claim_response.agree_settlement(story.handler, demand.id, 1_800_000)


@pytest.mark.parametrize("amount", [0, -1, 10**13, True])
def test_an_absurd_demand_is_refused(story: Settling, trade: Trade, amount: int) -> None:
    with refused("amount_unusable"):
        claim_response.record_demand(story.member, story.claim.id, trade.clock.moment, "丙", amount=amount)


def test_a_recovery_comes_in_up_to_what_is_expected(story: Settling) -> None:
    made = claim_recoveries.expect(story.handler, story.claim.id, "委託先 株式会社丁", 1_000_000, "弁護士が請求中")
    claim_recoveries.receive(story.handler, made.id, 400_000)
    for amount in (300_000, 1_000_001):
        with refused("recovery_unusable"):
            claim_recoveries.receive(story.handler, made.id, amount)
    assert claim_recoveries.receive(story.handler, made.id, 1_000_000).received == 1_000_000


def test_figures_are_told_only_over_enough_members(story: Settling) -> None:
    found = claim_recoveries.counts(story.handler)
    assert (found.members, found.with_claim, found.paid) == (1, None, None)
    with pytest.raises(PermissionDenied):
        claim_recoveries.counts(story.trade.principal("federation_office"))
