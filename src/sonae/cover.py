"""A cover (加入契約) is a short list of dated transactions; everything else about it is read off the list.

A transaction says what changes, from when (effective) and when we learnt of it (recorded). Nothing is ever edited:
a change that is learnt of late is recorded late and takes effect early, and the list is read again. So the order in
which changes were recorded does not matter, only the order in which they take effect; and any reading can be made
as of a moment, as it was known at another.

Money: the written premium of a cover is rounded once, over the whole list, so the charges of any number of changes
in any order add up to it. A charge is never computed apart: it is written(after) − written(before).
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sonae.money import half_up
from sonae.period import JST, first_of_month, japanese_day
from sonae.risk import QuotationRequest
from sonae.scheme import Keeps, PartYear


class Reason(StrEnum):
    """Why a transaction happened. The name is the trade's (GLOSSARY.md); the table below says what money follows."""

    enrolment = "enrolment"
    mid_term_enrolment = "mid_term_enrolment"
    renewal = "renewal"
    endorsement = "endorsement"
    correction = "correction"
    withdrawal = "withdrawal"
    cancellation = "cancellation"
    lapse = "lapse"
    termination = "termination"
    termination_for_non_payment = "termination_for_non_payment"
    avoidance = "avoidance"
    voidness = "voidness"
    undo = "undo"


BEGINS = frozenset({Reason.enrolment, Reason.mid_term_enrolment, Reason.renewal})
"""A cover begins with exactly one of these."""

CHANGES = frozenset({Reason.endorsement, Reason.correction})
"""These alter the terms; a correction does so from inception, for the declared figure was wrong all along."""

ENDS = frozenset(
    {
        Reason.withdrawal,
        Reason.cancellation,
        Reason.lapse,
        Reason.termination,
        Reason.termination_for_non_payment,
    }
)
"""These end the cover from their effective moment; the months begun are kept."""

UNMAKES = frozenset({Reason.avoidance, Reason.voidness})
"""These take the cover away from its inception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One thing that happened to a cover.

    number     the order of recording in this cover, from 1, without gap
    effective  when it takes effect; for a correction the cover's inception
    recorded   when it was recorded; never goes back along the numbers
    changes    fields of the request that are different from then on (endorsement, correction)
    undoes     the number of the transaction that an undo takes back
    by_fraud   only for avoidance and voidness: the premium is kept
    """

    number: int
    reason: Reason
    effective: datetime
    recorded: datetime
    actor: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    by_fraud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A member's cover for one period: the terms it began with, the period, and its transactions as recorded.

    `inception` and `expiry` are moments in Japan (16:00 unless the product says otherwise); the period is half-open.
    """

    id: str
    request: QuotationRequest
    inception: datetime
    expiry: datetime
    transactions: tuple[Transaction, ...]

    def known_at(self, moment: datetime) -> "Cover":
        """The cover as it was known at a moment: only what had been recorded by then."""
        return dataclasses.replace(self, transactions=tuple(t for t in self.transactions if t.recorded <= moment))


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the period with the same terms; `request` is None where there is no cover (ended, or unmade)."""

    start: datetime
    end: datetime
    request: QuotationRequest | None


def in_effect(cover: Cover) -> list[Transaction]:
    """The transactions that count, in the order in which they take effect.

    What an undo takes back is left out, and so is the undo. A correction stands at inception, behind the beginning;
    among changes of the same moment the later recorded stands behind.
    """
    undone: set[int] = set()
    for transaction in reversed(cover.transactions):
        if transaction.reason is Reason.undo and transaction.number not in undone and transaction.undoes is not None:
            undone.add(transaction.undoes)
    counted = [t for t in cover.transactions if t.number not in undone and t.reason is not Reason.undo]
    return sorted(counted, key=lambda t: (_takes_effect(cover, t), _rank(t), t.number))


def _takes_effect(cover: Cover, transaction: Transaction) -> datetime:
    if transaction.reason is Reason.correction or transaction.reason in UNMAKES or transaction.reason in BEGINS:
        return cover.inception
    return transaction.effective


def _rank(transaction: Transaction) -> int:
    """At the same moment: the beginning, then corrections, then endorsements, then ends."""
    if transaction.reason in BEGINS:
        return 0
    if transaction.reason is Reason.correction:
        return 1
    return 2 if transaction.reason is Reason.endorsement else 3


def segments(cover: Cover) -> list[Segment]:
    """The period cut where the terms change. Together the segments fill the period without gap or overlap."""
    counted = in_effect(cover)
    if not any(t.reason in BEGINS for t in counted):
        return [Segment(cover.inception, cover.expiry, None)]
    if any(t.reason in UNMAKES for t in counted):
        return [Segment(cover.inception, cover.expiry, None)]
    request: QuotationRequest | None = cover.request
    cuts: list[tuple[datetime, QuotationRequest | None]] = [(cover.inception, request)]
    for transaction in counted:
        start = max(_takes_effect(cover, transaction), cover.inception)
        if transaction.reason in CHANGES and request is not None:
            request = dataclasses.replace(request, **transaction.changes)
            cuts.append((start, request))
        elif transaction.reason in ENDS:
            request = None
            cuts.append((start, request))
    found: list[Segment] = []
    for position, (start, terms) in enumerate(cuts):
        end = cuts[position + 1][0] if position + 1 < len(cuts) else cover.expiry
        end = min(end, cover.expiry)
        if start < end:
            found.append(Segment(start, end, terms))
    return found


def terms_at(cover: Cover, moment: datetime) -> QuotationRequest | None:
    """The terms in force at a moment; None before, after and where there is no cover. The end is not in the period."""
    if not cover.inception <= moment < cover.expiry:
        return None
    for segment in segments(cover):
        if segment.start <= moment < segment.end:
            return segment.request
    return None


def months(cover: Cover) -> list[date]:
    """The first days of the months of the period. A month begins on its 1st, at the hour at which covers start."""
    first, last = japanese_day(cover.inception), japanese_day(cover.expiry)
    found: list[date] = []
    while (day := first_of_month(first, len(found))) < last:
        found.append(day)
    return found


def charged(cover: Cover, part_year: PartYear) -> list[tuple[date, QuotationRequest | None]]:
    """For each month of the period the terms that are charged, or None.

    A change counts from the first month that begins on or after its effective day, unless the product's table says
    that its reason keeps more or less of the terms before it.
    """
    counted = in_effect(cover)
    if not any(t.reason in BEGINS for t in counted):
        return [(day, None) for day in months(cover)]
    if any(_kept(t, part_year) is Keeps.nothing for t in counted if t.reason not in BEGINS):
        return [(day, None) for day in months(cover)]
    found = []
    for day in months(cover):
        terms: QuotationRequest | None = cover.request
        for transaction in counted:
            if not _counts_in_month(cover, transaction, day, part_year):
                continue
            if transaction.reason in CHANGES and terms is not None:
                terms = dataclasses.replace(terms, **transaction.changes)
            elif transaction.reason in ENDS or transaction.reason in UNMAKES:
                terms = None
        found.append((day, terms))
    return found


def _kept(transaction: Transaction, part_year: PartYear) -> Keeps:
    """What this transaction keeps of the terms before it, by the product's table; fraud counts where it unmakes."""
    fraud = transaction.by_fraud and transaction.reason in UNMAKES
    return part_year.by_fraud if fraud else part_year.keeps[transaction.reason]


def _counts_in_month(cover: Cover, transaction: Transaction, day: date, part_year: PartYear) -> bool:
    if transaction.reason in BEGINS:
        return True
    keeps = _kept(transaction, part_year)
    if keeps is Keeps.everything:
        return False
    if keeps is Keeps.from_inception:
        return True
    return japanese_day(_takes_effect(cover, transaction)) <= day


@dataclass(frozen=True, slots=True)
class MonthCharged:
    """One run of months with the same annual premium: its first day, how many months, and the annual premium in yen."""

    start: date
    months: int
    annual_premium: int


@dataclass(frozen=True, slots=True)
class Written:
    """The written premium of a cover in yen, and the runs of months that it is made of."""

    premium: int
    runs: tuple[MonthCharged, ...]


def written(cover: Cover, annual: Callable[[QuotationRequest], int], part_year: PartYear) -> Written:
    """The written premium: Σ annual premium × months ÷ 12, rounded once to the unit, half up.

    `annual` prices terms (it is `quotation.annual_premium` by the cover's own product year). Once a month is charged at
    least the minimum premium is written; the minimum is not pro-rated.
    """
    runs: list[MonthCharged] = []
    for day, terms in charged(cover, part_year):
        if terms is None:
            continue
        premium = annual(terms)
        if runs and runs[-1].annual_premium == premium and _follows(runs[-1], day):
            runs[-1] = MonthCharged(runs[-1].start, runs[-1].months + 1, premium)
        else:
            runs.append(MonthCharged(day, 1, premium))
    if not runs:
        return Written(0, ())
    twelfths = sum(run.annual_premium * run.months for run in runs)
    rounded = half_up(twelfths, 12 * part_year.unit) * part_year.unit
    return Written(max(part_year.minimum, rounded), tuple(runs))


def _follows(run: MonthCharged, day: date) -> bool:
    return first_of_month(run.start, run.months) == day


def charge(before: Cover | None, after: Cover, annual: Callable[[QuotationRequest], int], part_year: PartYear) -> int:
    """The charge of a change in yen: positive an additional premium, negative a return premium. Before all: None."""
    owed = 0 if before is None else written(before, annual, part_year).premium
    return written(after, annual, part_year).premium - owed


def append(cover: Cover, transaction: Transaction) -> Cover:
    """The cover with one more transaction. Numbers have no gap and recorded time never goes back."""
    previous = cover.transactions[-1] if cover.transactions else None
    expected = 1 if previous is None else previous.number + 1
    if transaction.number != expected:
        raise ValueError(f"transaction {expected} is next, not {transaction.number}")
    if previous is not None and transaction.recorded < previous.recorded:
        raise ValueError("recorded time goes back")
    return dataclasses.replace(cover, transactions=(*cover.transactions, transaction))


def moment_of(day: date, hour: int) -> datetime:
    """The moment at which a day's change takes effect: the product's hour, in Japan."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=JST)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a coverage and since when the member has had it without a break (初年度加入日).

    `above` and `up_to` are yen: what was known before `since` is not covered in this layer, but may be below it.
    """

    coverage: str
    above: int
    up_to: int
    since: datetime


def first_inceptions(
    periods: Sequence[Cover], limits_of: Callable[[QuotationRequest], Mapping[str, int]]
) -> tuple[Layer, ...]:
    """The layers of the last period's present terms, each with its first inception.

    `periods` are a member's covers in order, each renewed from the one before when it starts where that ended. A
    limit that was ever lowered has lost its upper layer, a coverage that was ever dropped all of them: taken again
    later, it counts from then.
    """
    held: dict[str, list[tuple[int, datetime]]] = {}
    ended: datetime | None = None
    for cover in periods:
        for segment in segments(cover):
            if segment.request is None or (ended is not None and segment.start != ended):
                held = {}
            if segment.request is None:
                ended = None
                continue
            limits = limits_of(segment.request)
            held = {coverage: steps for coverage, steps in held.items() if coverage in limits}
            for coverage, limit in limits.items():
                steps = [(min(up_to, limit), since) for up_to, since in held.get(coverage, [])]
                steps = [step for number, step in enumerate(steps) if step[0] > (steps[number - 1][0] if number else 0)]
                if limit > (steps[-1][0] if steps else 0):
                    steps.append((limit, segment.start))
                held[coverage] = steps
            ended = segment.end
    return tuple(
        Layer(coverage, steps[number - 1][0] if number else 0, up_to, since)
        for coverage, steps in held.items()
        for number, (up_to, since) in enumerate(steps)
    )
