"""A year's incidents: the same seed gives the same bytes, and every payment is the one payment path's."""

import dataclasses
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sonae import book, simulation
from sonae.coverage import matrix
from sonae.limits import NO_LIMIT, pay, table
from sonae.office import synthetic_books
from sonae.payment_terms import terms_of
from sonae.simulation import CHUNK, MODEL_TERMS, Terms, lay, quality_of_discount, run
from sonae.simulation_exposure import exposed
from sonae.simulation_kernel import (
    ALL_PAID,
    BY_SECTION,
    CLAIMANTS,
    GROSS,
    HIT,
    LARGEST,
    SYSTEMIC,
    YEAR,
    simulate_years,
)
from sonae.simulation_results import curve, results
from sonae.simulation_tables import Laid, expected, members_of
from tests.simulation import small_book

YEARS = 3 * CHUNK


@pytest.fixture(scope="module")
def laid() -> Laid:
    # So many incidents that aggregates run out and sublimits are met.
    tables = lay(small_book.product(), small_book.model(), small_book.book(), Terms(0.0, 60.0))
    often = tables.frequencies._replace(total=tables.frequencies.total * 30)
    return dataclasses.replace(tables, frequencies=often)


def bytes_of(laid: Laid, workers: int) -> bytes:
    with ThreadPoolExecutor(workers) as pool:
        last = list(run(laid, 11, YEARS, each=pool.map))[-1]
    assert last.done == YEARS
    return b"".join(array.tobytes() for chunk in last.chunks for array in chunk.sums)


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_workers(laid: Laid) -> None:
    assert bytes_of(laid, workers=1) == bytes_of(laid, workers=2) == bytes_of(laid, workers=3)


def test_another_seed_gives_other_years(laid: Laid) -> None:
    one, other = (list(run(laid, seed, CHUNK))[-1].chunks[0].sums.years for seed in (1, 2))
    assert (one != other).any()


def test_the_compiled_source_and_the_source_itself_pay_the_same_yen() -> None:
    tables = lay(small_book.product(), small_book.model(), small_book.book(8), MODEL_TERMS)
    (compiled,) = run(tables, 3, 60)
    (interpreted,) = run(tables, 3, 60, years_function=simulate_years)
    for ours, theirs in zip(compiled.chunks[0].sums, interpreted.chunks[0].sums, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_each_payment_settled_by_itself_gives_the_same_yen(laid: Laid) -> None:
    """By another route: one loss after the other through `limits.pay`, the aggregates kept in a dictionary."""
    product, book = small_book.product(), small_book.book()
    heads = list(product.heads.values())
    events = list(product.events)
    (progress,) = run(laid, 5, CHUNK, keep_payments=3_000)
    log = progress.chunks[0].log
    count = int(log.taken[0])
    assert count == 3_000
    left: dict[tuple[int, int], list[int]] = {}
    left_of_head: dict[tuple[int, int, str], int] = defaultdict(lambda: -1)
    for place in range(count):
        year, _, member, event, persons = (int(one) for one in log.what[place])
        plan, number, riders = book.covers[book.cover[member]]
        cells = matrix(product, plan, number, riders)
        limits = tuple(int(one) for one in book.limit[member])
        terms = terms_of(product, limits)
        amounts, caps = [], []
        for position, head in enumerate(heads):
            amount = int(log.amount[place, position])
            granted = cells[events[event], head.code].granted or cells["network_outage", head.code].granted
            assert granted or amount == 0, "a head that no clause grants was handed to the payment"
            amounts.append(amount)
            cap = head.per_victim["individual"] * persons if head.code == "condolence" else NO_LIMIT
            if "aggregate" in head.sublimit_basis:
                assert head.sublimit is not None
                before = left_of_head[year, member, head.code]
                cap = min(cap, head.sublimit if before < 0 else before)
            caps.append(cap)
        remaining = left.setdefault((year, member), list(limits))
        rows = table(terms)
        pay(terms, amounts, caps, remaining, rows)
        assert rows[-1] == [int(one) for one in log.paid[place]]
        for position, head in enumerate(heads):
            section = terms.section[position]
            remaining[section] -= rows[-1][position]
            if "aggregate" in head.sublimit_basis:
                before = left_of_head[year, member, head.code]
                assert head.sublimit is not None
                left_of_head[year, member, head.code] = (head.sublimit if before < 0 else before) - rows[-1][position]
    assert any(min(amounts) == 0 for amounts in left.values()), "no aggregate ran out: the test shows nothing"


def test_events_are_kept_however_many_they_are_and_no_longer_than_asked(laid: Laid) -> None:
    """Years that differ wildly: now and then more events than there is room for; the sums are those without events."""
    wild = dataclasses.replace(laid, frequencies=laid.frequencies._replace(shape=0.05))
    plain = list(run(wild, 12, CHUNK))[-1].chunks[0]
    seen = []
    for progress in run(wild, 12, 2 * CHUNK, keep_events=True):
        seen.append(progress.chunks[-1].events)
        assert all(len(chunk.events) == 0 for chunk in progress.chunks[:-1])
    assert seen[0][:, HIT].sum() == plain.sums.events.sum()
    assert seen[0][:, BY_SECTION:].sum() == plain.sums.years[ALL_PAID].sum()
    assert seen[0][:, GROSS].sum() == plain.sums.claimed.sum()
    assert seen[1][:, YEAR].min() >= CHUNK


def test_the_room_for_events_grows(laid: Laid) -> None:
    whole = next(run(laid, 12, CHUNK, keep_events=True)).chunks[0].events
    again = simulation._chunk(laid, 12, 0, CHUNK, 0, 7, simulation.compiled(), simulation.room_for(laid)).events
    np.testing.assert_array_equal(whole, again)


def test_no_member_is_paid_more_than_its_aggregates_in_a_year(laid: Laid) -> None:
    book = small_book.book()
    (progress,) = run(laid, 6, CHUNK, keep_payments=50_000)
    log = progress.chunks[0].log
    section = np.array(laid.payment.heads["section"])
    paid: dict[tuple[int, int], np.ndarray] = {}
    for place in range(int(log.taken[0])):
        year, member = int(log.what[place, 0]), int(log.what[place, 2])
        sums = paid.setdefault((year, member), np.zeros(3, dtype=np.int64))
        np.add.at(sums, section, log.paid[place])
        assert (sums <= book.limit[member]).all()
    assert 0 < len(paid) < int(log.taken[0]), "somebody is paid twice in a year, or the test shows nothing"


def test_incidents_are_as_frequent_as_the_model_says() -> None:
    product, model, book = small_book.product(), small_book.model(), small_book.book()
    tables = lay(product, model, book, MODEL_TERMS)
    rates = expected(product, model, book, members_of(product, model, book)).sum(axis=1)
    chunks = list(run(tables, 9, 20_000))[-1].chunks
    events = sum(chunk.sums.events for chunk in chunks)[: len(rates)]
    for code, count, rate in zip(model.perils, events, rates, strict=True):
        # Poisson, and for the perils of a shared year the gamma's variance beside it.
        shared = model.shared_year.variation**2 if model.perils[code].shared_year else 0.0
        error = np.sqrt(rate * 20_000 + shared * rate**2 * 20_000)
        assert abs(count - rate * 20_000) < 4.5 * error, code


def test_the_book_of_the_model_gives_the_figures_printed_with_it() -> None:
    """Of the synthetic book's premium: attritional losses 46 %, systemic ones 14 %; a paid claim for 2.6 % a year.

    They were printed for another draw of the book, and to the whole percent: so half a percent beside the sampling
    error. Claims are counted by member here, by incident there. The tail needs more years than a test has: decision
    D-S3.
    """
    product, model, years = small_book.product(), small_book.model(), 2 * CHUNK
    drawn = synthetic_books.members(product, 10_000, 3)
    premium = book.rate(product, drawn.columns).premium
    members, _ = exposed(
        product, model, drawn.columns, premium, quality=drawn.quality, cloud=drawn.cloud, vpn=drawn.vpn, shop=drawn.shop
    )
    chunks = list(run(lay(product, model, members, MODEL_TERMS), 1, years))[-1].chunks
    sums = np.concatenate([chunk.sums.years for chunk in chunks], axis=1)
    for yen, printed in ((sums[ALL_PAID] - sums[SYSTEMIC], 0.46), (sums[SYSTEMIC], 0.14)):
        share = yen / members.premium.sum()
        assert abs(share.mean() - printed) < 4 * share.std() / np.sqrt(years) + 0.005
    assert sums[CLAIMANTS].mean() / 10_000 == pytest.approx(0.026, abs=0.0015)


def test_a_suspected_attack_costs_what_its_lognormal_says() -> None:
    """80万円 at the median and sigma 0.7: the mean is 80万 × e^(0.7²/2), by hand 1,022,104 yen."""
    tables = lay(small_book.product(), small_book.model(), small_book.book(400), MODEL_TERMS)
    often = tables.frequencies.total * 0
    often[list(tables.perils).index("SUS")] = 50.0
    quiet = tables.scenarios._replace(rate=tables.scenarios.rate * 0)
    chunks = list(
        run(
            dataclasses.replace(tables, frequencies=tables.frequencies._replace(total=often), scenarios=quiet), 4, 2_000
        )
    )[-1].chunks
    claimed = sum(chunk.sums.claimed for chunk in chunks)
    events = sum(int(chunk.sums.events.sum()) for chunk in chunks)
    mean = claimed.sum() / events
    assert mean == pytest.approx(1_022_104, rel=0.01)


def test_results_add_up(laid: Laid) -> None:
    chunks = list(run(laid, 8, YEARS))[-1].chunks
    found = results(laid, small_book.model(), chunks, 12_000_000)
    years = np.concatenate([chunk.sums.years for chunk in chunks], axis=1)
    assert found.expected == pytest.approx(years[ALL_PAID].mean())
    assert sum(cause.paid for cause in found.causes) == pytest.approx(found.expected)
    assert sum(sum(one) for one in found.segments.values()) == pytest.approx(found.expected)
    assert found.loss_ratio == pytest.approx(found.expected / 12_000_000)
    assert (years[LARGEST] <= years[ALL_PAID]).all()
    assert (years[SYSTEMIC] <= years[ALL_PAID]).all()
    assert found.top_years[0].paid == years[ALL_PAID].max()
    assert sum(found.top_years[0].causes.values()) == found.top_years[0].paid
    assert found.judged_share == pytest.approx(1.0), "every frequency of the first assumptions is a judgement"
    losses = [point.loss for point in found.aggregate]
    assert losses == sorted(losses)
    assert all(point.low <= point.loss <= point.high for point in found.aggregate)


def test_a_long_run_keeps_the_causes_of_its_largest_years(laid: Laid) -> None:
    kept, short = (list(run(laid, 8, YEARS, keep_causes=keep))[-1].chunks for keep in (True, False))
    assert sum(chunk.sums.year_cause.size for chunk in short) < sum(chunk.sums.year_cause.size for chunk in kept) / 10
    model = small_book.model()
    assert results(laid, model, short, 1).top_years == results(laid, model, kept, 1).top_years


def test_a_curve_is_the_sorted_losses() -> None:
    points = curve(np.arange(1, 1001))
    assert [(point.return_period, point.loss) for point in points[:3]] == [(2, 500.0), (5, 800.0), (10, 900.0)]
    assert points[2].tail_mean == pytest.approx(np.arange(900, 1001).mean())
    assert points[-1].return_period == 500, "no period longer than half the run"


def test_control_quality_is_read_off_the_discount() -> None:
    assert quality_of_discount(small_book.product(), np.array([0, 30, 60])).tolist() == [0.0, 0.5, 1.0]
