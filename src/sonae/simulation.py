"""What a year may cost: years of incidents over a book, each loss paid through the one payment path.

The years are cut into chunks of fixed size, each with a generator of its own that is made from seed and chunk number.
So the same seed gives the same bytes for any number of workers. Nothing here reads or writes a file or a table.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sonae.loss_model import LossModel
from sonae.payment_terms import terms_of
from sonae.product import Product
from sonae.simulation_alias import alias_tables
from sonae.simulation_kernel import ALL_PAID, BY_SECTION, LEFT, Events, Log, Sums, Work, simulate_years
from sonae.simulation_tables import (
    HEAD,
    Exposed,
    Frequencies,
    Laid,
    PaymentTables,
    Wholes,
    constants_of,
    expected,
    members_of,
    scenarios_of,
    severity_of,
)

CHUNK = 500
"""Years in a chunk: part of what a seed means."""

TOP_YEARS = 20
"""So many of the years that cost most are told with their causes."""


@dataclass(frozen=True)
class Terms:
    """How long a stoppage is waited for and paid, in days. The model's own stops are limited by the model alone."""

    waiting_days: float
    most_days: float


MODEL_TERMS = Terms(0.0, float("inf"))


@dataclass(frozen=True)
class Chunk:
    """The sums of one chunk of years, and its single payments and events if they were kept.

    `cause_years` are the years of the rows of `sums.year_cause`. Events are there until the next chunk is asked for.
    """

    number: int
    first_year: int
    sums: Sums
    log: Log
    cause_years: Wholes
    events: Wholes


@dataclass(frozen=True)
class Progress:
    """How far a run is: years done of all, and the sums so far, in the order of the chunks."""

    done: int
    years: int
    chunks: Sequence[Chunk]


@lru_cache(maxsize=1)
def compiled() -> Callable[..., None]:
    """The kernel's own source, compiled. It lets go of the interpreter lock, so threads share the work."""
    made: Callable[..., None] = njit(nogil=True, cache=True)(simulate_years)
    return made


def lay(product: Product, model: LossModel, book: Exposed, terms: Terms) -> Laid:
    """Lay out everything that a run reads. Raises KeyError for an industry that the model does not know."""
    members = members_of(product, model, book)
    constants = constants_of(product, model, terms.waiting_days, terms.most_days)
    rates = expected(product, model, book, members)
    accept, alias = alias_tables(rates)
    variation = model.shared_year.variation
    frequencies = Frequencies(
        total=rates.sum(axis=1),
        shared=np.array([peril.shared_year for peril in model.perils.values()], dtype=np.int64),
        accept=accept,
        alias=alias,
        shape=1.0 / (variation * variation),
    )
    return Laid(
        severity=severity_of(product, model),
        constants=constants,
        members=members,
        frequencies=frequencies,
        scenarios=scenarios_of(model, book, members, constants.network_outage),
        payment=payment_tables(product, book.limit.shape[1]),
        perils=tuple(model.perils),
        causes=(*model.perils, *model.scenarios),
        heads=tuple(product.heads),
        segments=tuple(sorted(model.industries)),
    )


def payment_tables(product: Product, sections: int) -> PaymentTables:
    """The terms of payment that all members share. Limits are each member's own."""
    shared = terms_of(product, (0,) * sections)
    heads = np.zeros(len(product.heads), dtype=HEAD)
    heads["section"], heads["ratio"], heads["sublimit"] = shared.section, shared.ratio, shared.sublimit
    aggregates = [place for place, head in enumerate(product.heads.values()) if head.sublimit_is_aggregate]
    heads["aggregate"] = -1
    heads["aggregate"][aggregates] = range(len(aggregates))
    return PaymentTables(
        heads.view(np.recarray), np.array(aggregates, dtype=np.int64), np.array(shared.order, dtype=np.int64)
    )


def run(
    laid: Laid,
    seed: int,
    years: int,
    *,
    keep_payments: int = 0,
    keep_causes: bool = True,
    keep_events: bool = False,
    each: Callable[[Callable[[int], Chunk], range], Iterable[Chunk]] = map,
    years_function: Callable[..., None] | None = None,
) -> Iterator[Progress]:
    """Simulate so many years, chunk by chunk; yields after every chunk, in the order of the chunks.

    `each` maps chunks in their order; a pool's map lets several workers share them. At most `keep_payments` single
    payments of each chunk are kept. Without `keep_causes` a chunk that was yielded keeps the causes of its largest
    years alone, so that memory stays at some bytes a year. With `keep_events` a chunk has its events (`Events.rows`)
    when it is yielded, and no longer. `years_function` is the compiled kernel unless given.
    """
    simulate = years_function or compiled()
    count = -(-years // CHUNK)
    rooms: list[Work] = []
    likely_events = int(laid.frequencies.total.sum() * CHUNK * 1.25) + 1_000 if keep_events else 0

    def one(number: int) -> Chunk:
        room = rooms.pop() if rooms else room_for(laid)
        try:
            of_it = min(CHUNK, years - number * CHUNK)
            return _chunk(laid, seed, number, of_it, keep_payments, likely_events, simulate, room)
        finally:
            rooms.append(room)

    done: list[Chunk] = []
    for chunk in each(one, range(count)):
        done.append(chunk)
        yield Progress(min(years, (chunk.number + 1) * CHUNK), years, done)
        if keep_events:
            done[-1] = replace(chunk, events=chunk.events[:0].copy())
        if not keep_causes:
            done[-1] = _only_the_largest(done[-1])


def _only_the_largest(chunk: Chunk) -> Chunk:
    """The chunk with the causes of its largest years alone."""
    largest = np.sort(np.argsort(-chunk.sums.years[ALL_PAID], kind="stable")[:TOP_YEARS])
    sums = chunk.sums._replace(year_cause=chunk.sums.year_cause[largest])
    return replace(chunk, sums=sums, cause_years=chunk.first_year + largest)


def _chunk(
    laid: Laid,
    seed: int,
    number: int,
    years: int,
    keep: int,
    keep_events: int,
    simulate: Callable[..., None],
    room: Work,
) -> Chunk:
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy=seed, spawn_key=(number,))))
    room.left.fill(-1)
    sums = sums_for(laid, years)
    log = log_for(laid, keep)
    events = events_for(laid, keep_events)
    # The share of members with a claim leaves out the peril that is nothing but a stop.
    stops = np.flatnonzero(laid.severity.perils["event"] == laid.constants.network_outage)
    quiet = int(stops[0]) if len(stops) else -1
    simulate(
        rng,
        laid.severity,
        laid.constants,
        laid.members,
        laid.frequencies,
        laid.scenarios,
        laid.payment,
        room,
        sums,
        log,
        events,
        number * CHUNK,
        quiet,
    )
    taken = int(events.taken[0])
    if keep_events and taken > keep_events:  # the same years again, with room for all
        return _chunk(laid, seed, number, years, keep, taken, simulate, room)
    return Chunk(
        number, number * CHUNK, sums, log, number * CHUNK + np.arange(years), events.rows[: min(taken, keep_events)]
    )


def room_for(laid: Laid) -> Work:
    """The room that one worker uses again and again."""
    heads, sections = len(laid.heads), laid.members.terms.shape[1] // 2
    return Work(
        loss=np.zeros(heads),
        paying=np.zeros((6, heads), dtype=np.int64),
        rows=np.zeros((1 + len(laid.payment.order), heads), dtype=np.int64),
        left=np.full((len(laid.members.rows), LEFT + sections + len(laid.payment.aggregates)), -1, dtype=np.int64),
        factor=np.zeros(max(1, laid.scenarios.industries)),
        event=np.zeros(BY_SECTION + sections, dtype=np.int64),
    )


def sums_for(laid: Laid, years: int) -> Sums:
    """Empty sums for so many years."""
    causes, heads, sections = len(laid.causes), len(laid.heads), laid.members.terms.shape[1] // 2
    return Sums(
        years=np.zeros((4, years), dtype=np.int64),
        year_cause=np.zeros((years, causes), dtype=np.int64),
        claimed=np.zeros((causes, heads), dtype=np.int64),
        paid=np.zeros((causes, heads), dtype=np.int64),
        events=np.zeros(causes, dtype=np.int64),
        segment=np.zeros((len(laid.segments), sections), dtype=np.int64),
    )


def log_for(laid: Laid, room: int) -> Log:
    """An empty list of single payments."""
    heads = len(laid.heads)
    return Log(
        taken=np.zeros(1, dtype=np.int64),
        what=np.zeros((room, 5), dtype=np.int64),
        amount=np.zeros((room, heads), dtype=np.int64),
        paid=np.zeros((room, heads), dtype=np.int64),
    )


def events_for(laid: Laid, room: int) -> Events:
    """An empty list of events."""
    sections = laid.members.terms.shape[1] // 2
    return Events(taken=np.zeros(1, dtype=np.int64), rows=np.zeros((room, BY_SECTION + sections), dtype=np.int64))


def quality_of_discount(product: Product, discount: Wholes) -> NDArray[np.float64]:
    """Control quality where only the security discount (whole percent) is known: its share of the largest discount.

    A product without a sheet says nothing of controls: then everybody is in the middle.
    """
    if product.sheet is None:
        return np.full(len(discount), 0.5)
    return np.minimum(1.0, discount / product.sheet.discount_at_most)
