"""Loss of profit and extra expense: the worked example, and the rules one by one."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.business_income import (
    Costs,
    FiscalYear,
    Measured,
    Stoppage,
    Takings,
    Terms,
    Unmeasured,
    measure,
    profit_rate,
    why_no_stoppage,
    work_out,
)
from sonae.doors import sales_file
from sonae.doors.problem import Problem
from sonae.period import JST
from sonae.worksheet import Basis

HELD = Basis("settlement.toml:stoppage", "practice", "assumed", "約款で未確認")
DAY = 86_400
YEAR = FiscalYear(sales=365_000_000, operating_profit=10_950_000, fixed_costs=98_550_000)
NO_COSTS = Costs()


def terms(waiting: int = 0, longest: int = 60, own: bool = True, use: bool = True) -> Terms:
    return Terms(waiting, longest, own, use, HELD, HELD, HELD)


def without_records(standard: int, actual: int, days: int) -> Measured:
    """Whole days of a stoppage whose figures are known without any record of days."""
    first = date(2026, 11, 1)
    return Measured(first=first, until=first + timedelta(days=days), days=days, before_trend=standard,
                    standard=standard, actual=actual, at_most=standard, trend=10_000, stopped_seconds=days * DAY,
                    points=())  # fmt: skip


def ten_days(standard: int = 10_000_000, actual: int = 2_000_000) -> Measured:
    return without_records(standard, actual, 10)


def daily(first: date, days: int, sales: int) -> tuple[Takings, ...]:
    starts = [first + timedelta(days=number) for number in range(days)]
    return tuple(Takings(start, start + timedelta(days=1), sales) for start in starts)


def months(year: int, amounts: list[int]) -> tuple[Takings, ...]:
    return tuple(
        Takings(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1), amount)
        for number, amount in enumerate(amounts, start=1)
    )


def at(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=JST)


def test_the_worked_example_comes_out_to_the_yen() -> None:
    costs = Costs(saved=200_000, prevention=500_000, fall_avoided=3_000_000, extra=1_200_000)
    income = work_out(ten_days(), YEAR, costs, terms())
    assert income.profit_rate == Fraction(3, 10)
    assert (income.loss_of_profit, income.extra_expense) == (2_700_000, 1_200_000)
    assert {line.line: line.value for line in income.worksheet} == {
        "standard_revenue": 10_000_000,
        "actual_revenue": 2_000_000,
        "revenue_decrease": 8_000_000,
        "profit_rate": 3000,
        "lost_profit": 2_400_000,
        "saved_costs": 200_000,
        "prevention_cost": 500_000,
        "loss_of_profit": 2_700_000,
        "extra_expense": 1_200_000,
    }
    assert all(line.label and line.label_en and line.formula for line in income.worksheet)


def test_prevention_is_paid_up_to_the_profit_that_it_kept() -> None:
    income = work_out(ten_days(), YEAR, Costs(prevention=1_500_000, fall_avoided=3_000_000), terms())
    assert income.loss_of_profit == 2_400_000 + 900_000


def test_an_operating_loss_leaves_what_the_fixed_costs_exceed_it_by() -> None:
    assert profit_rate(FiscalYear(100_000_000, -5_000_000, 30_000_000)) == Fraction(1, 4)
    assert profit_rate(FiscalYear(100_000_000, -40_000_000, 30_000_000)) == 0


def test_costs_saved_never_turn_the_loss_into_a_debt() -> None:
    assert work_out(ten_days(), YEAR, Costs(saved=99_000_000), terms()).loss_of_profit == 0


def test_things_bought_are_taken_off_at_what_they_are_still_worth() -> None:
    assert work_out(ten_days(), YEAR, Costs(extra=1_200_000, value_kept=300_000), terms()).extra_expense == 900_000


def test_one_bill_is_paid_once() -> None:
    # the same bill as restoration and as extra expense
    assert work_out(ten_days(), YEAR, Costs(extra=1_200_000, paid_as_restoration=1_200_000), terms()).extra_expense == 0
    # the same bill as prevention and as extra expense: loss of profit first, the rest as extra expense
    both = work_out(
        ten_days(),
        YEAR,
        Costs(prevention=1_500_000, fall_avoided=3_000_000, extra=1_500_000, in_both=1_500_000),
        terms(),
    )
    assert (both.loss_of_profit - 2_400_000, both.extra_expense) == (900_000, 600_000)


def test_the_waiting_time_takes_its_share_of_the_decrease() -> None:
    whole = without_records(1_000_000, 0, 2)
    assert work_out(whole, YEAR, NO_COSTS, terms(waiting=12)).loss_of_profit == 225_000  # 36 of 48 hours, at 30 %
    assert work_out(whole, YEAR, NO_COSTS, terms(waiting=48)).loss_of_profit == 0
    assert work_out(whole, YEAR, NO_COSTS, terms(waiting=72)).loss_of_profit == 0


def test_sales_by_day_are_held_against_the_same_dates_a_year_before() -> None:
    sales = daily(date(2025, 10, 1), 60, 500_000) + daily(date(2026, 10, 1), 41, 500_000)
    sales += daily(date(2026, 11, 11), 3, 100_000)
    found = measure(sales, Stoppage(at(11, 14), at(13, 9)), terms(), trend=11_000)
    assert isinstance(found, Measured)
    assert (found.first, found.until, found.days) == (date(2026, 11, 11), date(2026, 11, 14), 3)
    assert (found.standard, found.actual) == (1_650_000, 300_000)
    assert found.stopped_seconds == 43 * 3600
    shown = {point.first: (point.standard, point.actual) for point in found.points}
    assert shown[date(2026, 11, 10)] == (550_000, 500_000)
    assert shown[date(2026, 11, 11)] == (550_000, 100_000)


def test_no_longer_than_the_longest_period() -> None:
    sales = daily(date(2025, 1, 1), 365 * 2, 100_000)
    found = measure(sales, Stoppage(at(1, 9, month=5), at(1, 9, month=11)), terms(longest=60))
    assert isinstance(found, Measured)
    assert (found.days, found.standard) == (60, 6_000_000)


def test_a_month_that_is_partly_touched_loses_at_most_the_stopped_days() -> None:
    sales = months(2025, [31_000_000] * 12) + months(2026, [31_000_000] * 10 + [0, 31_000_000])
    found = measure(sales, Stoppage(at(1), at(11)), terms())
    assert isinstance(found, Measured)
    assert (found.standard, found.actual, found.days) == (31_000_000, 0, 10)
    assert found.at_most == 10_333_333  # 31,000,000 × 10 days of 30
    assert work_out(found, YEAR, NO_COSTS, terms()).loss_of_profit == 3_100_000


def test_days_without_a_record_are_named_and_nothing_is_guessed() -> None:
    found = measure(daily(date(2026, 11, 1), 20, 1), Stoppage(at(11), at(13)), terms())
    assert isinstance(found, Unmeasured)
    assert found.days == (date(2025, 11, 11), date(2025, 11, 12))
    assert "2025-11-11" in found.reason.ja


def test_restored_before_it_stopped() -> None:
    found = measure(daily(date(2025, 1, 1), 720, 1), Stoppage(at(13), at(11)), terms())
    assert isinstance(found, Unmeasured)
    assert found.code == "no_time"


@pytest.mark.parametrize(
    ("cause", "used", "own", "counts"),
    [
        ("sudden_event", False, True, True),
        ("own_shutdown", False, True, True),
        ("own_shutdown", False, False, False),
        ("outsourced_outage", True, True, True),
        ("outsourced_outage", False, True, False),
    ],
)
def test_which_stoppages_count(cause: str, used: bool, own: bool, counts: bool) -> None:
    assert (why_no_stoppage(terms(own=own), cause, used) is None) is counts  # type: ignore[arg-type]


YEN = st.integers(0, 10**12)


@given(YEN, YEN, YEN, YEN, YEN, YEN, YEN, st.integers(0, 200))
def test_never_below_nothing_and_never_more_for_a_longer_wait(
    standard: int, actual: int, saved: int, prevention: int, avoided: int, extra: int, kept: int, waiting: int
) -> None:
    costs = Costs(saved=saved, prevention=prevention, fall_avoided=avoided, extra=extra, value_kept=kept)
    measured = ten_days(standard, actual)
    found = work_out(measured, YEAR, costs, terms(waiting))
    assert 0 <= found.extra_expense <= extra
    assert 0 <= found.loss_of_profit <= work_out(measured, YEAR, costs, terms(0)).loss_of_profit
    assert found.loss_of_profit <= (standard + avoided) * 3 // 10 + 2


# --- the file of sales


def test_a_file_of_days_in_either_encoding() -> None:
    text = '日付,売上高\r\n2026-11-02,"1,200,000"\r\n2026/11/1,90万円\r\n'
    for raw in (text.encode(), text.encode("utf-8-sig"), text.encode("cp932")):
        assert sales_file.read(raw) == (
            Takings(date(2026, 11, 1), date(2026, 11, 2), 900_000),
            Takings(date(2026, 11, 2), date(2026, 11, 3), 1_200_000),
        )


def test_a_file_of_months() -> None:
    assert sales_file.read(b"month,sales\n2026-12,5000000\n") == (
        Takings(date(2026, 12, 1), date(2027, 1, 1), 5_000_000),
    )


def test_every_fault_is_told_with_its_row() -> None:
    text = "日付,売上高\n2026-02-30,100\n2026-11-01,-5\n2026-11-02,1.5\n2026-11-03\n2026-11-04,5\n2026-11-04,5\n,\n"
    problem = sales_file.read(text.encode())
    assert isinstance(problem, Problem)
    assert [one.pointer for one in problem.errors] == [
        "/rows/2/1", "/rows/3/2", "/rows/4/2", "/rows/5", "/rows/7/1", "/rows/8/1", "/rows/8/2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        "日付,売上高,備考\n".encode(),
        "日付,売上高\n".encode(),
        b'date,sales\n"2026-01-01,5\n',
        b"date,sales\n2026-01-01,5\0\n",
        b"date,sales\n" + b"2026-01-01,5\n" * 2000,
        b"x" * (sales_file.MOST_BYTES + 1),
        b"date,sales\n2026-01-01," + b"9" * 30 + b"\n",
        "date,sales\n２０２６-01-01,5\n".encode(),
    ],
)
def test_what_is_no_file_of_sales_is_refused(raw: bytes) -> None:
    assert isinstance(sales_file.read(raw), Problem)
