"""Decisions in the trade's words: which term pays, what was known, what is approved, and when nothing is sure yet."""

from datetime import date
from typing import Any

import pytest

from sonae.claim import decide
from sonae.cover import Reason, Transaction
from sonae.decision import Verdict
from sonae.facts import Approval, CircumstanceNotice, Demand, Event, Ground, Stopped, Victims
from tests.core.claims.filing import at, cover, held, item, leak


def paid(*items: Any, **more: Any) -> int:
    return decide(leak(*items, **more), [held()]).paid


def wide_from_june() -> Transaction:
    return Transaction(
        number=2, reason=Reason.endorsement, effective=at("2027-06-01T16:00"), recorded=at("2027-05-10T10:00"),
        actor="agent", changes={"plan": "wide"},
    )  # fmt: skip


def test_a_leak_pays_what_was_spent_and_says_what_is_left() -> None:
    found = decide(leak(item("forensics", 4_620_000), item("system_restoration", 5_830_000)), [held(expense=1_000_000)])
    assert (found.verdict, found.paid) == (Verdict.covered, 10_450_000)
    [balance] = [one for one in found.balances if one.subject == "expense"]
    assert (balance.used_before, balance.paid_now, balance.left_after) == (1_000_000, 10_450_000, 18_550_000)
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))


def test_the_period_begins_at_four_and_ends_before_four() -> None:
    spent = item("forensics", 100, incurred_on=date(2027, 4, 2))
    for moment, expected in (("2027-04-01T15:59", 0), ("2027-04-01T16:00", 100)):
        assert paid(spent, known_at=at(moment), received_at=at("2027-04-02T09:00")) == expected
    late = item("forensics", 100, incurred_on=date(2028, 4, 2))
    for moment, expected in (("2028-04-01T15:59", 100), ("2028-04-01T16:00", 0)):
        assert paid(late, known_at=at(moment), received_at=at("2028-04-02T09:00")) == expected


def test_basic_with_ransomware_is_open_until_a_leak_is_ruled_out() -> None:
    unsure = (Event(code="cyber_attack"), Event(code="information_leak", certainty="unsure"))
    found = decide(leak(item("forensics", 100), events=unsure), [held(cover("basic"))])
    assert found.head("forensics").verdict is Verdict.depends
    assert (found.paid, found.open) == (0, 100)
    assert found.head("system_restoration").verdict is Verdict.not_covered
    ruled_out = decide(leak(item("forensics", 100), events=unsure[:1]), [held(cover("basic"))])
    assert ruled_out.head("forensics").verdict is Verdict.not_covered
    with_rider = decide(
        leak(item("forensics", 100), events=unsure), [held(cover("basic", 3, 2027, ("cyber_attack_basic",)))]
    )
    assert (with_rider.head("forensics").verdict, with_rider.paid) == (Verdict.covered, 100)


def test_nothing_is_flatly_refused_while_no_event_is_found() -> None:
    found = decide(leak(events=()), [held()])
    assert {head.verdict for head in found.heads} == {Verdict.depends}


def test_a_suspected_attack_pays_only_its_investigation_up_to_its_sublimit() -> None:
    suspected = (Event(code="suspected_attack"),)
    found = decide(leak(item("attack_investigation", 12_000_000), item("forensics", 5), events=suspected), [held()])
    assert found.paid == 10_000_000
    again = decide(
        leak(item("attack_investigation", 12_000_000), events=suspected), [held(attack_investigation=4_000_000)]
    )
    assert again.paid == 6_000_000


def dated_back(reason: Reason = Reason.endorsement, **more: Any) -> Transaction:
    """Agreed on 20 September for the first of the month: after the incident was known, before anybody told of it."""
    return Transaction(
        number=2, reason=reason, effective=at("2027-09-01T16:00"), recorded=at("2027-09-20T10:00"),
        actor="agent", **more,
    )  # fmt: skip


def told_late(*items: Any, **more: Any) -> Any:
    return leak(*items, notified_at=at("2027-09-25T10:00"), received_at=at("2027-09-25T10:00"), **more)


@pytest.mark.parametrize("reason", [Reason.endorsement, Reason.correction])
def test_cover_dated_back_over_what_is_known_does_not_pay_for_it(reason: Reason) -> None:
    """保険法5条: whoever knows of the loss takes no cover for it, however far back the change is dated."""
    higher = held(cover("wide", 1, 2027, (), None, dated_back(reason, changes={"set": 3})))
    spent = item("forensics", 25_000_000, incurred_on=date(2027, 9, 22))
    assert decide(told_late(spent), [higher]).paid == 10_000_000
    unknown = told_late(spent, known_at=at("2027-09-21T06:40"))
    assert decide(unknown, [higher]).paid == 25_000_000
    lower = held(cover("wide", 3, 2027, (), None, dated_back(reason, changes={"set": 1})))
    assert decide(told_late(spent), [lower]).paid == 10_000_000


def test_a_plan_dated_back_over_what_is_known_opens_no_head() -> None:
    wider = held(cover("basic", 3, 2027, (), None, dated_back(changes={"plan": "wide"})))
    found = decide(told_late(item("system_restoration", 100), item("forensics", 7)), [wider])
    assert (found.head("system_restoration").paid, found.head("forensics").paid) == (0, 7)
    assert found.head("system_restoration").clause == "knowledge"


def test_cover_undone_back_over_what_is_known_does_not_pay_for_it() -> None:
    ended = Transaction(
        number=2, reason=Reason.cancellation, effective=at("2027-09-01T16:00"), recorded=at("2027-08-20T10:00"),
        actor="agent",
    )  # fmt: skip
    undo = Transaction(
        number=3, reason=Reason.undo, effective=ended.effective, recorded=at("2027-09-20T10:00"), actor="agent",
        undoes=2,
    )  # fmt: skip
    again = [held(cover("wide", 3, 2027, (), None, ended, undo))]
    spent = item("forensics", 100, incurred_on=date(2027, 9, 22))
    assert decide(told_late(spent), again).paid == 0
    assert decide(told_late(spent, known_at=at("2027-09-21T06:40")), again).paid == 100


def test_wide_taken_later_does_not_cover_what_was_known_before() -> None:
    covers = [held(cover("basic", 3, 2027, (), None, wide_from_june()))]
    restoration = item("system_restoration", 100)
    assert decide(leak(restoration), covers).paid == 100
    earlier = leak(restoration, item("forensics", 7), circumstances_known_at=at("2027-05-20T10:00"))
    found = decide(earlier, covers)
    assert (found.head("system_restoration").paid, found.head("forensics").paid) == (0, 7)


def test_an_increase_taken_later_does_not_count_for_what_was_known_before() -> None:
    raised = Transaction(
        number=2, reason=Reason.endorsement, effective=at("2027-06-01T16:00"), recorded=at("2027-05-10T10:00"),
        actor="agent", changes={"set": 3},
    )  # fmt: skip
    covers = [held(cover("wide", 1, 2027, (), None, raised))]
    spent = item("forensics", 25_000_000)
    assert decide(leak(spent), covers).paid == 25_000_000
    assert decide(leak(spent, circumstances_known_at=at("2027-05-20T10:00")), covers).paid == 10_000_000


def test_what_was_known_before_the_first_inception_is_not_covered() -> None:
    known = leak(item("forensics", 100), circumstances_known_at=at("2027-03-28T10:00"))
    assert decide(known, [held()]).paid == 0
    renewed = [held(cover(year=2026)), held(cover(year=2027))]
    assert decide(known, renewed).paid == 100


def test_an_endorsement_recorded_after_the_notice_changes_nothing() -> None:
    late = Transaction(
        number=2, reason=Reason.endorsement, effective=at("2027-06-01T16:00"), recorded=at("2027-10-01T10:00"),
        actor="agent", changes={"plan": "wide"},
    )  # fmt: skip
    found = decide(leak(item("system_restoration", 100)), [held(cover("basic", 3, 2027, (), None, late))])
    assert found.paid == 0


def demand(name: str, moment: str, **more: Any) -> Demand:
    return Demand(id=name, made_at=at(moment), **more)


def damages(name: str, yen: int) -> Any:
    return item("damages", yen, id=name, demand=name, payee="claimant", incurred_on=None)


def test_each_demand_has_its_limit_and_a_series_has_one() -> None:
    first, second = demand("a", "2027-10-01T10:00"), demand("b", "2028-05-01T10:00")
    covers = [held(cover(year=2027)), held(cover(year=2028))]
    claim = (damages("a", 90_000_000), damages("b", 90_000_000))
    assert decide(leak(*claim, demands=(first, second)), covers).paid == 180_000_000
    series = (demand("a", "2027-10-01T10:00", series="s"), demand("b", "2028-05-01T10:00", series="s"))
    found = decide(leak(*claim, demands=series), covers)
    assert (found.paid, {unit.term for unit in found.units if unit.coverage == "liability"}) == (100_000_000, {"2027"})


def test_a_notice_of_circumstances_fixes_the_term_of_later_demands() -> None:
    later = demand("a", "2028-05-01T10:00", circumstance="n")
    notice = CircumstanceNotice(id="n", given_at=at("2027-11-01T10:00"))
    found = decide(leak(damages("a", 5), demands=(later,), circumstance_notices=(notice,)), [held()])
    assert (found.paid, found.units[0].term) == (5, "2027")
    assert decide(leak(damages("a", 5), demands=(later,)), [held()]).paid == 0


def test_one_incident_may_fall_into_three_terms() -> None:
    covers = [held(cover(year=year)) for year in (2026, 2027, 2028)]
    facts = leak(
        item("forensics", 1), damages("a", 2), item("loss_of_profit", 4),
        demands=(demand("a", "2028-05-01T10:00"),), stoppage=Stopped(started_at=at("2027-03-30T10:00")),
        circumstances_known_at=at("2027-03-30T10:00"),
        events=(Event(code="information_leak"), Event(code="network_outage")),
    )  # fmt: skip
    found = decide(facts, covers)
    assert {unit.coverage: unit.term for unit in found.units} == {
        "liability": "2028", "expense": "2027", "business_income": "2026",
    }  # fmt: skip
    assert found.paid == 7


@pytest.mark.parametrize(
    ("approval", "expected"),
    [(None, 0), (Approval(reference="A1", given_on=date(2027, 9, 21)), 0),
     (Approval(reference="A1", given_on=date(2027, 9, 20)), 660_000),
     (Approval(reference="A1", given_on=date(2027, 9, 20), up_to=440_000), 440_000)],
)  # fmt: skip
def test_consulting_needs_approval_beforehand(approval: Approval | None, expected: int) -> None:
    assert paid(item("consulting", 660_000, approval=approval)) == expected


def test_the_window_for_expense_is_180_days_after_the_notice() -> None:
    for day, expected in (
        (date(2027, 9, 11), 0),
        (date(2027, 9, 12), 5),
        (date(2028, 3, 10), 5),
        (date(2028, 3, 11), 0),
    ):
        assert paid(item("forensics", 5, incurred_on=day)) == expected


def test_condolence_is_capped_by_the_victims() -> None:
    approval = Approval(reference="A1", given_on=date(2027, 9, 13))
    gift = item("condolence", 3_000_000, approval=approval)
    assert paid(gift) == 1_840_000
    assert paid(gift, victims=Victims(individual=100, corporate=2, injury=0)) == 200_000
    assert decide(leak(gift, victims=Victims()), [held()]).open == 3_000_000


def test_reasons_for_not_paying_reach_as_far_as_they_say() -> None:
    both = (item("forensics", 100), item("system_restoration", 1_000))
    assert paid(*both, grounds=(Ground(exclusion="wilful_act"),)) == 0
    part = Ground(exclusion="improvement", item="system_restoration", part=400)
    assert paid(*both, grounds=(part,)) == 700
    unsure = decide(leak(*both, grounds=(Ground(exclusion="earthquake", certainty="unsure"),)), [held()])
    assert (unsure.verdict, unsure.paid, unsure.open) == (Verdict.depends, 0, 1_100)


def test_damages_wait_for_proof_or_consent() -> None:
    one = demand("a", "2027-10-01T10:00")
    waiting = item("damages", 5, demand="a")
    found = decide(leak(waiting, demands=(one,)), [held()])
    assert (found.paid, found.items[0].release, len(found.holds)) == (5, "held", 1)
    proven = decide(leak(item("damages", 5, demand="a", evidence="paid"), demands=(one,)), [held()])
    assert (proven.items[0].release, proven.holds) == ("member", ())


def test_basic_covers_demands_in_japan_only() -> None:
    abroad = (demand("a", "2027-10-01T10:00", place="abroad"),)
    assert decide(leak(damages("a", 5), demands=abroad), [held(cover("basic"))]).paid == 0
    assert decide(leak(damages("a", 5), demands=abroad), [held()]).paid == 5
