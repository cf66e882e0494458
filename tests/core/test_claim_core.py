"""Clocks, shares and likeness of claims: dates by the calendar, yen to the last one, cases side by side."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae import clocks, likeness, shares
from sonae.clocks import Leak, deadlines, due_day
from sonae.likeness import Decided
from sonae.office import catalogue

SETTLEMENT = catalogue.default().settlement
assert SETTLEMENT is not None
CLOCKS = SETTLEMENT.clocks
KNOWN = date(2026, 9, 12)


def due(leak: Leak, **starts: date) -> dict[str, date]:
    found = deadlines(CLOCKS.values(), {"known": KNOWN, **starts}, {}, leak, 1000)
    return {one.clock.code: one.due for one in found}


def test_a_wrongful_leak_is_reported_in_five_and_sixty_days() -> None:
    found = due(Leak(happened=True, wrongful=True, persons=1))
    assert found["report_preliminary"] == date(2026, 9, 17)
    assert found["report_final_wrongful"] == date(2026, 11, 11)
    assert "report_final" not in found


def test_a_mere_loss_is_reported_in_thirty_days_from_1001_persons_on() -> None:
    assert due(Leak(happened=True, persons=1001))["report_final"] == date(2026, 10, 12)
    assert not clocks.REPORTS & due(Leak(happened=True, persons=1000)).keys()
    assert not clocks.REPORTS & due(Leak(happened=True)).keys()


@pytest.mark.parametrize("grave", ["sensitive", "property_at_risk", "wrongful"])
def test_one_person_is_enough_when_it_is_grave_unless_encrypted(grave: str) -> None:
    assert clocks.must_be_reported(Leak(happened=True, persons=1, **{grave: True}), 1000)
    assert not clocks.must_be_reported(Leak(happened=True, persons=1, encrypted=True, **{grave: True}), 1000)
    assert not clocks.must_be_reported(Leak(**{grave: True}), 1000)


def test_payment_is_due_on_the_thirtieth_day_the_first_one_counted() -> None:
    assert due(Leak(), documents_complete=date(2026, 10, 23))["payment"] == date(2026, 11, 21)


def test_an_enquiry_stands_for_the_usual_clock() -> None:
    found = deadlines(CLOCKS.values(), {"documents_complete": KNOWN}, {}, Leak(), 1000, enquiry="payment_after_expert")
    assert [one.clock.code for one in found] == ["payment_after_expert"]


@pytest.mark.parametrize(("since", "last"), [
    (date(2026, 5, 10), date(2029, 5, 10)), (date(2028, 2, 29), date(2031, 2, 28)),
])  # fmt: skip
def test_prescription_ends_on_the_same_day_three_years_later(since: date, last: date) -> None:
    assert due_day(CLOCKS["prescription"], since) == last


@pytest.mark.parametrize(("since", "last"), [
    (date(2027, 1, 31), date(2027, 2, 28)), (date(2027, 12, 31), date(2028, 1, 31)),
])  # fmt: skip
def test_a_month_ends_on_the_same_day_or_the_months_last(since: date, last: date) -> None:
    assert due_day(CLOCKS["rescission_after_knowledge"], since) == last


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_a_later_fact_is_never_due_earlier(since: date, days: int) -> None:
    for clock in CLOCKS.values():
        assert due_day(clock, since) <= due_day(clock, since + timedelta(days=days))


def test_what_was_done_in_time_and_late_is_told_apart() -> None:
    starts = {"known": KNOWN}
    leak = Leak(happened=True, wrongful=True)
    for day, late in ((date(2026, 9, 17), False), (date(2026, 9, 18), True)):
        found = deadlines(CLOCKS.values(), starts, {"report_preliminary": day}, leak, 1000)
        [report] = [one for one in found if one.clock.code == "report_preliminary"]
        assert (report.met, report.is_late, report.days_left(date(2026, 9, 15))) == (day, late, 2)


# --- shares -----------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**12), st.lists(st.integers(1, 30), min_size=0, max_size=3))
def test_shares_sum_to_the_payment_and_the_odd_yen_stay_with_the_lead(amount: int, others: list[int]) -> None:
    parts = {"lead": 100 - sum(others), **{f"other{place}": share for place, share in enumerate(others)}}
    found = shares.split(amount, parts, "lead")
    assert sum(found.values()) == amount
    for name, share in parts.items():
        exact = amount * share / 100
        assert exact - 1 < found[name] <= exact if name != "lead" else found[name] >= exact - 1e-3 * amount
    assert 0 <= found["lead"] * 100 - amount * parts["lead"] < 100 * max(1, len(others))


@pytest.mark.parametrize("parts", [{"lead": 99}, {"lead": 60, "b": 41}, {"b": 100}, {"lead": 100, "b": 0}])
def test_shares_that_are_no_whole_are_refused(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="sum to 100"):
        shares.split(100, parts, "lead")


# --- like cases -------------------------------------------------------------------------------------------------


def case(name: str = "x", event: str = "cyber_attack", **heads: tuple[int, int]) -> Decided:
    return Decided(name, event, "wide", "E09", 800_000_000, heads or {"forensics": (100, 100)}, frozenset())


def test_the_nearest_cases_come_first_and_the_same_event_before_the_same_size() -> None:
    made = case("new", forensics=(4_000_000, 4_000_000))
    past = [case("other", event="information_leak", forensics=(4_000_000, 4_000_000)),
            case("small", forensics=(40_000, 40_000)), case("near", forensics=(3_000_000, 3_000_000))]  # fmt: skip
    assert [one.name for one in likeness.nearest(made, past, 2)] == ["near", "small"]
    assert likeness.distance(made, past[2]) == likeness.distance(past[2], made)
    assert likeness.distance(made, made) == 0


def test_a_head_that_like_cases_were_cut_at_is_a_departure() -> None:
    made, like = case("new", consulting=(100, 100)), case("old", consulting=(300, 200))
    [found] = likeness.departures(made, [like], 10)
    assert (found.head, found.like, found.theirs, found.ours) == ("consulting", "old", 66, 100)
    assert likeness.departures(made, [like], 34) == []
    assert likeness.departures(made, [case("old", event="suspected_attack", consulting=(300, 200))], 10) == []
