"""What a simulation says: expected loss, curves of the year's and the largest event's loss, and how sure that is.

A tail is always a range: the sampling error by bootstrap, and beside it what changed assumptions give. Money is yen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sonae.loss_model import LossModel
from sonae.simulation import TOP_YEARS, Chunk
from sonae.simulation_kernel import ALL_PAID, CLAIMANTS, LARGEST, SYSTEMIC
from sonae.simulation_tables import Laid

RETURN_PERIODS = (2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Point:
    """A loss that is exceeded once in so many years, with the 90 % interval of its sampling error."""

    return_period: int
    loss: float
    low: float
    high: float
    tail_mean: float


@dataclass(frozen=True)
class CauseLoss:
    """A cause's mean number of events and mean payments a year, its share that rests on judgement, and its heads."""

    cause: str
    events: float
    paid: float
    judged: bool
    heads: dict[str, float]


@dataclass(frozen=True)
class LargeYear:
    """One of the years with the largest payments: what was paid, and by which causes."""

    year: int
    paid: int
    causes: dict[str, int]


@dataclass(frozen=True)
class Results:
    """The results of the years simulated so far. `premium` is the book's yearly premium; means are per year."""

    years: int
    premium: int
    expected: float
    expected_error: float
    systemic: float
    members_with_claim: float
    aggregate: tuple[Point, ...]
    largest_event: tuple[Point, ...]
    without_systemic: tuple[Point, ...]
    causes: tuple[CauseLoss, ...]
    segments: dict[str, tuple[float, ...]]
    top_years: tuple[LargeYear, ...]
    judged_share: float

    @property
    def loss_ratio(self) -> float:
        """Expected payments ÷ premium; 0 for a book without premium."""
        return self.expected / self.premium if self.premium else 0.0


def results(laid: Laid, model: LossModel, chunks: Sequence[Chunk], premium: int) -> Results:
    """Sum up the chunks. Works on any number of them, so a run can show what it has so far."""
    by_year = np.concatenate([chunk.sums.years for chunk in chunks], axis=1)
    paid, systemic, largest, members = by_year[ALL_PAID], by_year[SYSTEMIC], by_year[LARGEST], by_year[CLAIMANTS]
    years = len(paid)
    by_head = sum((chunk.sums.paid for chunk in chunks), np.zeros_like(chunks[0].sums.paid))
    events = sum((chunk.sums.events for chunk in chunks), np.zeros_like(chunks[0].sums.events))
    segments = sum((chunk.sums.segment for chunk in chunks), np.zeros_like(chunks[0].sums.segment))
    causes = tuple(
        CauseLoss(
            cause=cause,
            events=float(events[number]) / years,
            paid=float(by_head[number].sum()) / years,
            judged=_frequency_is_judged(model, cause),
            heads={
                head: float(by_head[number, place]) / years
                for place, head in enumerate(laid.heads)
                if by_head[number, place]
            },
        )
        for number, cause in enumerate(laid.causes)
    )
    total = float(paid.sum())
    judged = sum(cause.paid for cause in causes if cause.judged) * years
    return Results(
        years=years,
        premium=premium,
        expected=total / years,
        expected_error=float(paid.std(ddof=1) / np.sqrt(years)) if years > 1 else 0.0,
        systemic=float(systemic.sum()) / years,
        members_with_claim=float(members.sum()) / years / max(1, len(laid.members.rows)),
        aggregate=curve(paid),
        largest_event=curve(largest),
        without_systemic=curve(paid - systemic),
        causes=causes,
        segments={
            code: tuple(float(one) / years for one in segments[place]) for place, code in enumerate(laid.segments)
        },
        top_years=top_years(laid, chunks, paid),
        judged_share=judged / total if total else 0.0,
    )


def curve(losses: NDArray[np.int64], samples: int = 200, seed: int = 1) -> tuple[Point, ...]:
    """Losses by return period. The interval is a bootstrap's over the years; a period longer than the run is left out.

    The bootstrap of a quantile of n years needs no resampling of years: the rank of the resampled quantile among the
    sorted losses is beta distributed, so ranks are drawn directly.
    """
    ordered = np.sort(losses)
    count = len(ordered)
    rng = np.random.default_rng(seed)
    points = []
    for period in RETURN_PERIODS:
        if count < 2 * period:
            break
        rank = int(np.ceil(count * (1 - 1 / period))) - 1
        drawn = rng.beta(rank + 1, count - rank, samples)
        drawn_ranks = np.minimum(count - 1, (drawn * count).astype(np.int64))
        low, high = np.quantile(ordered[drawn_ranks], (0.05, 0.95))
        points.append(Point(period, float(ordered[rank]), float(low), float(high), float(ordered[rank:].mean())))
    return tuple(points)


def top_years(laid: Laid, chunks: Sequence[Chunk], paid: NDArray[np.int64]) -> tuple[LargeYear, ...]:
    """The years that cost most, with their causes from the largest down."""
    places = np.argsort(-paid, kind="stable")[:TOP_YEARS]
    found = []
    for place in places:
        chunk = next(one for one in reversed(chunks) if one.first_year <= place)
        row = chunk.sums.year_cause[np.searchsorted(chunk.cause_years, place)]
        order = np.argsort(-row, kind="stable")
        found.append(
            LargeYear(int(place), int(paid[place]), {laid.causes[one]: int(row[one]) for one in order if row[one] > 0})
        )
    return tuple(found)


def _frequency_is_judged(model: LossModel, cause: str) -> bool:
    row = model.perils.get(cause) or model.scenarios[cause]
    return row.status == "assumed"
