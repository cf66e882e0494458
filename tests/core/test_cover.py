"""A cover is its list of dated transactions: stories worked out by hand, and laws over random histories."""

import dataclasses
import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.cover import (
    CHANGES,
    Cover,
    Layer,
    Reason,
    Transaction,
    append,
    charge,
    first_inceptions,
    moment_of,
    months,
    segments,
    terms_at,
    written,
)
from sonae.office import catalogue
from sonae.quotation import lines_of
from sonae.risk import Limits, QuotationRequest
from sonae.selection import select

PRODUCT = catalogue.default()
PART_YEAR = PRODUCT.part_year
assert PART_YEAR is not None
INCEPTION, EXPIRY = date(2027, 4, 1), date(2028, 4, 1)
STORIES = tomllib.loads((Path(__file__).parent / "covers" / "lives.toml").read_text("utf-8"))["stories"]


def at(day: date) -> datetime:
    return moment_of(day, PRODUCT.calendar.start_hour)


def annual(request: QuotationRequest) -> int:
    lines = lines_of(PRODUCT, request)
    assert lines is not None
    return lines.annual_premium


def construction(inception: date = INCEPTION, **changes: Any) -> QuotationRequest:
    request = QuotationRequest(
        industry="D06",
        annual_sales=1_000_000_000,
        plan="basic",
        set=3,
        riders=("business_income",),
        sheet_discount=30,
        inception=inception,
        product=PRODUCT.id,
    )
    return dataclasses.replace(request, **changes)


def empty(inception: date = INCEPTION, expiry: date = EXPIRY) -> Cover:
    return Cover(id="C1", request=construction(inception), inception=at(inception), expiry=at(expiry), transactions=())


def transaction(cover: Cover, reason: str, recorded: date, effective: date | None = None, **rest: Any) -> Transaction:
    return Transaction(
        number=len(cover.transactions) + 1,
        reason=Reason(reason),
        effective=cover.inception if effective is None else at(effective),
        recorded=at(recorded),
        actor="office",
        **rest,
    )


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
def test_a_life_costs_what_a_clerk_works_out(story: dict[str, Any]) -> None:
    cover = empty(story.get("inception", INCEPTION), story.get("expiry", EXPIRY))
    total = 0
    for step in story["steps"]:
        words = {key: step[key] for key in ("changes", "undoes", "by_fraud") if key in step}
        before = cover if cover.transactions else None
        after = append(cover, transaction(cover, step["does"], step["recorded"], step.get("from"), **words))
        charged = charge(before, after, annual, PART_YEAR)
        assert charged == step["charge"], step
        total += charged
        cover = after
    assert written(cover, annual, PART_YEAR).premium == story["written"] == total


def test_the_terms_change_at_the_hour_and_not_a_minute_before() -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    cover = append(
        cover, transaction(cover, "endorsement", date(2027, 6, 1), date(2027, 7, 1), changes={"plan": "wide"})
    )
    minute = timedelta(minutes=1)
    before, after = terms_at(cover, at(date(2027, 7, 1)) - minute), terms_at(cover, at(date(2027, 7, 1)))
    assert before is not None
    assert after is not None
    assert (before.plan, after.plan) == ("basic", "wide")
    assert terms_at(cover, cover.inception - minute) is None
    assert terms_at(cover, cover.expiry - minute) is not None
    assert terms_at(cover, cover.expiry) is None


def test_what_was_not_yet_recorded_was_not_yet_known() -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    cover = append(cover, transaction(cover, "withdrawal", date(2027, 9, 20), date(2027, 9, 1)))
    loss = at(date(2027, 9, 10))
    assert terms_at(cover, loss) is None
    assert terms_at(cover.known_at(at(date(2027, 9, 19))), loss) is not None


def test_a_year_from_a_leap_day_has_twelve_months() -> None:
    cover = dataclasses.replace(empty(), inception=at(date(2028, 2, 1)), expiry=at(date(2029, 2, 1)))
    assert len(months(cover)) == 12
    assert date(2028, 3, 1) in months(cover)


def test_recorded_time_never_goes_back() -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    with pytest.raises(ValueError, match="goes back"):
        append(cover, transaction(cover, "withdrawal", date(2027, 1, 31), date(2027, 9, 1)))


def test_numbers_have_no_gap() -> None:
    cover = empty()
    with pytest.raises(ValueError, match="1 is next"):
        append(cover, dataclasses.replace(transaction(cover, "enrolment", date(2027, 2, 1)), number=2))


# --- random histories ---------------------------------------------------------------------------------------------

ANNUAL = {}


def kept(request: QuotationRequest) -> int:
    """Prices are kept, for the histories use few terms."""
    key = (request.plan, request.set, request.annual_sales)
    if key not in ANNUAL:
        ANNUAL[key] = annual(request)
    return ANNUAL[key]


days = st.integers(0, 365).map(lambda n: INCEPTION + timedelta(days=n))
changes = st.one_of(
    st.sampled_from(["basic", "wide"]).map(lambda plan: {"plan": plan}),
    st.integers(1, 4).map(lambda number: {"set": number}),
)
endorsements = st.tuples(st.just("endorsement"), days, changes)
corrections = st.tuples(
    st.just("correction"), st.just(INCEPTION), st.integers(1, 4).map(lambda n: {"annual_sales": n * 500_000_000})
)
ends = st.tuples(st.sampled_from(["withdrawal", "cancellation", "termination", "lapse"]), days, st.just({}))


@st.composite
def histories(draw: Callable[..., Any]) -> list[tuple[str, date, dict[str, Any]]]:
    """Changes on different days, at most one correction, at most one end: so that their order in time is plain."""
    found = draw(st.lists(endorsements, max_size=5, unique_by=lambda entry: entry[1]))
    found += draw(st.lists(corrections, max_size=1))
    used = {entry[1] for entry in found if entry[0] == "endorsement"}
    found += [entry for entry in draw(st.lists(ends, max_size=1)) if entry[1] not in used]
    return found


def recorded_in(order: list[tuple[str, date, dict[str, Any]]]) -> Cover:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    for number, (reason, effective, change) in enumerate(order):
        day = date(2027, 3, 1) + timedelta(days=number)
        cover = append(cover, transaction(cover, reason, day, effective, changes=change))
    return cover


@settings(max_examples=300, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_recording_changes_neither_cover_nor_money(history: list[Any], random: Any) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    in_order, out_of_order = recorded_in(history), recorded_in(shuffled)
    assert [(s.start, s.end, s.request) for s in segments(in_order)] == [
        (s.start, s.end, s.request) for s in segments(out_of_order)
    ]
    assert written(in_order, kept, PART_YEAR) == written(out_of_order, kept, PART_YEAR)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_charges_add_up_to_the_written_premium(history: list[Any]) -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    total = charge(None, cover, kept, PART_YEAR)
    for number, (reason, effective, change) in enumerate(history):
        day = date(2027, 3, 1) + timedelta(days=number)
        after = append(cover, transaction(cover, reason, day, effective, changes=change))
        total += charge(cover, after, kept, PART_YEAR)
        cover = after
    assert total == written(cover, kept, PART_YEAR).premium


@settings(max_examples=300, deadline=None)
@given(histories())
def test_segments_fill_the_period_without_gap_or_overlap(history: list[Any]) -> None:
    cover = recorded_in(history)
    found = segments(cover)
    assert found[0].start == cover.inception
    assert found[-1].end == cover.expiry
    assert all(low.end == high.start and low.start < low.end for low, high in pairwise(found))


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_written_premium_is_what_a_month_by_month_count_gives(history: list[Any]) -> None:
    """The same money by another route: the state on the first of each month, worked out change by change."""
    cover = recorded_in(history)
    twelfths = charged_months = 0
    corrected = {k: v for reason, _, change in history if reason == "correction" for k, v in change.items()}
    for first in months(cover):
        state = {"plan": "basic", "set": 3, "annual_sales": 1_000_000_000, **corrected}
        ended = False
        for reason, effective, change in sorted(history, key=lambda entry: entry[1]):
            if effective <= first and Reason(reason) in CHANGES and not ended and reason != "correction":
                state |= change
            elif effective <= first and Reason(reason) not in CHANGES:
                ended = True
        if not ended:
            twelfths += kept(construction(**state))
            charged_months += 1
    expected = max(20_000, (twelfths * 2 + 120) // 240 * 10) if charged_months else 0
    assert written(cover, kept, PART_YEAR).premium == expected


@pytest.mark.parametrize("reason", ["endorsement", "withdrawal"])
def test_fraud_keeps_the_premium_of_what_it_unmakes_and_of_nothing_else(reason: str) -> None:
    """Said of a change or an end it moves no yen: a higher set is charged whoever is accused."""
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    words = {"changes": {"set": 4}} if reason == "endorsement" else {}
    plain, accused = (
        append(cover, transaction(cover, reason, date(2027, 6, 1), date(2027, 7, 1), by_fraud=fraud, **words))
        for fraud in (False, True)
    )
    assert written(accused, annual, PART_YEAR) == written(plain, annual, PART_YEAR)
    assert written(plain, annual, PART_YEAR) != written(cover, annual, PART_YEAR)


@settings(max_examples=200, deadline=None)
@given(histories())
def test_an_undone_end_leaves_no_trace(history: list[Any]) -> None:
    only_changes = [entry for entry in history if Reason(entry[0]) in CHANGES]
    cover = recorded_in(only_changes)
    ended = append(cover, transaction(cover, "cancellation", date(2027, 8, 1), date(2027, 8, 1)))
    undone = append(ended, transaction(ended, "undo", date(2027, 8, 2), undoes=ended.transactions[-1].number))
    assert segments(undone) == segments(cover)
    assert written(undone, kept, PART_YEAR) == written(cover, kept, PART_YEAR)


# --- first inception ----------------------------------------------------------------------------------------------


def limits_of(request: QuotationRequest) -> dict[str, int]:
    selection = select(PRODUCT, request)
    found = {"liability": selection.liability, "expense": selection.expense}
    return found | ({"business_income": selection.business_income} if selection.business_income else {})


def test_each_increase_keeps_its_own_first_inception() -> None:
    first = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    first = append(first, transaction(first, "endorsement", date(2027, 9, 1), date(2027, 10, 1), changes={"set": 4}))
    second_empty = dataclasses.replace(empty(EXPIRY, date(2029, 4, 1)), request=construction(EXPIRY, set=4))
    second = append(second_empty, transaction(second_empty, "renewal", date(2028, 1, 10)))
    layers = {(layer.coverage, layer.above): layer for layer in first_inceptions([first, second], limits_of)}
    assert layers["liability", 0] == Layer("liability", 0, 100_000_000, at(INCEPTION))
    assert layers["liability", 100_000_000] == Layer("liability", 100_000_000, 300_000_000, at(date(2027, 10, 1)))
    assert layers["expense", 0].since == at(INCEPTION)


def test_a_limit_lowered_and_raised_again_counts_from_the_raise() -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    for day, number in ((date(2027, 6, 1), 1), (date(2027, 9, 1), 3)):
        cover = append(cover, transaction(cover, "endorsement", day, day, changes={"set": number}))
    layers = [layer for layer in first_inceptions([cover], limits_of) if layer.coverage == "liability"]
    assert layers == [
        Layer("liability", 0, 30_000_000, at(INCEPTION)),
        Layer("liability", 30_000_000, 100_000_000, at(date(2027, 9, 1))),
    ]


def test_a_coverage_dropped_and_taken_again_counts_from_the_taking() -> None:
    cover = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    without = {"set": 5, "limits": Limits(liability=100_000_000, expense=30_000_000), "riders": ()}
    cover = append(cover, transaction(cover, "endorsement", date(2027, 5, 1), date(2027, 6, 1), changes=without))
    assert {layer.coverage for layer in first_inceptions([cover], limits_of)} == {"liability", "expense"}
    again = {"set": 3, "limits": None, "riders": ("business_income",)}
    cover = append(cover, transaction(cover, "endorsement", date(2027, 8, 1), date(2027, 9, 1), changes=again))
    since = {layer.coverage: layer.since for layer in first_inceptions([cover], limits_of)}
    assert since == {"liability": at(INCEPTION), "expense": at(INCEPTION), "business_income": at(date(2027, 9, 1))}


def test_a_gap_between_covers_begins_everything_anew() -> None:
    first = append(empty(), transaction(empty(), "enrolment", date(2027, 2, 1)))
    first = append(first, transaction(first, "withdrawal", date(2027, 9, 1), date(2027, 9, 1)))
    again_empty = dataclasses.replace(empty(EXPIRY, date(2029, 4, 1)), request=construction(EXPIRY))
    again = append(again_empty, transaction(again_empty, "enrolment", date(2028, 1, 10)))
    assert {layer.since for layer in first_inceptions([first, again], limits_of)} == {at(EXPIRY)}
