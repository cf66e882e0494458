"""The cut-off calendar: until when a start is applied for, with the days that fall on weekends and holidays.

The expected days are read off a printed calendar, not computed.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae import cutoffs
from sonae.period import JST
from sonae.scheme import CutOff, CutOffKind, CutOffs
from tests.core.asking import shipped
from tests.products import minatomachi

HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        [
            "2027-01-01", "2027-01-11", "2027-02-11", "2027-02-23", "2027-03-21", "2027-03-22", "2027-04-29",
            "2027-05-03", "2027-05-04", "2027-05-05", "2027-07-19", "2027-08-11", "2027-09-20", "2027-09-23",
            "2027-10-11", "2027-11-03", "2027-11-23", "2028-01-01", "2028-01-10", "2028-02-11", "2028-02-23",
            "2028-03-20", "2028-04-29", "2028-05-03", "2028-05-04", "2028-05-05",
        ],
    )
)  # fmt: skip
RULES = shipped().cutoffs
CALENDAR = shipped().calendar


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def days(start: str) -> list[str]:
    assert RULES is not None
    return [one.day.isoformat() for one in cutoffs.calendar_of(RULES, date.fromisoformat(start), HOLIDAYS)]


@pytest.mark.parametrize(("start", "expected"), [
    # 28 February 2027 is a Sunday; 27 March a Saturday.
    ("2027-04-01", ["2027-02-26", "2027-03-10", "2027-03-15", "2027-03-29", "2027-04-20", "2027-04-30"]),
    # The turn of the year: 31 December is closed, 10 January a Sunday, 27 February a Saturday.
    ("2027-02-01", ["2026-12-30", "2027-01-08", "2027-01-15", "2027-01-27", "2027-02-19", "2027-02-26"]),
    ("2027-03-01", ["2027-01-29", "2027-02-10", "2027-02-15", "2027-03-01", "2027-03-19", "2027-03-31"]),
    # A leap year: 29 February 2028 is a Tuesday.
    ("2028-04-01", ["2028-02-29", "2028-03-10", "2028-03-15", "2028-03-27", "2028-04-20", "2028-04-28"]),
    # Golden week: 29 April 2028 is a Saturday and a holiday, 30 April a Sunday.
    ("2028-06-01", ["2028-04-28", "2028-05-10", "2028-05-15", "2028-05-29", "2028-06-20", "2028-06-30"]),
])  # fmt: skip
def test_the_cut_offs_of_a_start(start: str, expected: list[str]) -> None:
    assert days(start) == expected


def run(day: int, months: int, move: str) -> CutOffs:
    assert RULES is not None
    rule = RULES.rules[CutOffKind.debit]
    moved = CutOff(months, day, move, None, rule.basis)  # type: ignore[arg-type]
    return replace(RULES, rules={**RULES.rules, CutOffKind.debit: moved})


@pytest.mark.parametrize(("start", "day", "move", "expected"), [
    ("2027-05-01", 3, "next", "2027-05-06"), ("2027-05-01", 5, "previous", "2027-04-30"),
    ("2027-01-01", 1, "next", "2027-01-04"), ("2027-01-01", 3, "previous", "2026-12-30"),
    ("2028-01-01", 1, "next", "2028-01-04"), ("2027-03-01", 21, "next", "2027-03-23"),
])  # fmt: skip
def test_a_run_of_holidays_is_passed_over(start: str, day: int, move: str, expected: str) -> None:
    found = cutoffs.due(run(day, 0, move), CutOffKind.debit, date.fromisoformat(start), HOLIDAYS)
    assert found.day.isoformat() == expected


@pytest.mark.parametrize(("moment", "start"), [
    ("2027-02-26T15:59:59", "2027-04-01"), ("2027-02-26T16:00:00", "2027-05-01"),
    ("2027-02-28T12:00:00", "2027-05-01"), ("2027-03-01T00:00:00", "2027-05-01"),
    ("2026-12-30T15:59:00", "2027-02-01"), ("2026-12-30T16:00:00", "2027-03-01"),
    ("2026-12-31T23:59:59", "2027-03-01"), ("2027-01-01T00:00:00", "2027-03-01"),
    ("2028-02-29T15:59:00", "2028-04-01"), ("2028-02-29T16:00:00", "2028-05-01"),
])  # fmt: skip
def test_the_next_start_that_can_be_promised(moment: str, start: str) -> None:
    assert cutoffs.next_start(CALENDAR, RULES, at(moment), HOLIDAYS).isoformat() == start


def test_a_moment_is_japans_wherever_it_was_taken() -> None:
    utc = datetime.fromisoformat("2027-02-26T06:59:59+00:00")
    assert cutoffs.next_start(CALENDAR, RULES, utc, HOLIDAYS).isoformat() == "2027-04-01"
    assert cutoffs.next_start(CALENDAR, RULES, utc + timedelta(seconds=1), HOLIDAYS).isoformat() == "2027-05-01"


def test_a_renewal_is_open_until_acceptance_closes() -> None:
    found = cutoffs.closing(CALENDAR, RULES, date(2028, 4, 1), True, HOLIDAYS)
    assert found.closes == at("2028-03-10T16:00:00")


def test_without_a_calendar_the_month_of_application_counts_whole() -> None:
    product = minatomachi()
    assert product.cutoffs is None
    lag = product.calendar.lag_months
    assert lag == 1
    start = cutoffs.next_start(product.calendar, None, at("2027-02-28T23:59:59"), HOLIDAYS)
    assert start.isoformat() == "2027-03-01"
    assert cutoffs.closing(product.calendar, None, start, False, HOLIDAYS).closes == at("2027-03-01T00:00:00")
    assert cutoffs.closing(product.calendar, None, start, True, HOLIDAYS).day.isoformat() == "2027-02-28"


MOMENTS = st.integers(0, 15 * 366 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00:00") + timedelta(minutes=minutes))


@given(MOMENTS)
def test_what_is_promised_can_still_be_applied_for_and_the_start_before_it_cannot(moment: datetime) -> None:
    assert RULES is not None
    start = cutoffs.next_start(CALENDAR, RULES, moment, HOLIDAYS)
    assert start.day == 1
    assert moment < cutoffs.due(RULES, CutOffKind.application, start, HOLIDAYS).closes
    before = (start - timedelta(days=1)).replace(day=1)
    assert moment >= cutoffs.due(RULES, CutOffKind.application, before, HOLIDAYS).closes


@given(MOMENTS)
def test_the_cut_offs_come_in_their_order_on_business_days(moment: datetime) -> None:
    assert RULES is not None
    start = cutoffs.next_start(CALENDAR, RULES, moment, HOLIDAYS)
    found = cutoffs.calendar_of(RULES, start, HOLIDAYS)
    assert [one.closes for one in found] == sorted(one.closes for one in found)
    assert all(cutoffs.is_business_day(RULES, one.day, HOLIDAYS) for one in found)
