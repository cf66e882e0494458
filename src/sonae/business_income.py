"""Loss of profit and extra expense (利益損害補償特約): from sales and costs to the two figures of a stoppage.

Standard revenue is what the same days brought a year before, by an agreed trend. The decrease against it, times the
profit rate of the last fiscal year, less the costs saved, with the cost of preventing a larger fall, is the loss of
profit; what keeping the business going cost above normal is the extra expense. One bill is never paid twice.
Limits are not looked at here: what is paid is for `limits`.

Money is in whole yen, the trend in ten-thousandths, the profit rate an exact fraction. Rules: the sister products'
公開資料 (market practice); what stands under `Terms` is product data.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from sonae.explanation import decimal
from sonae.money import E4, half_up
from sonae.period import JST, years_before
from sonae.product import Text
from sonae.worksheet import Basis, Line, said

Cause = Literal["sudden_event", "own_shutdown", "outsourced_outage"]
"""Why the equipment stopped: an unforeseen event, a shutdown by the member to contain an attack, an outage outside."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the product says of a stoppage: waiting time in hours, longest period in days, and two readings.

    `own_shutdown_counts`: stopping one's own equipment to contain an attack counts as a stoppage.
    `outsourced_needs_use`: an outage at a cloud or outsourcer counts only where the member uses that equipment.
    """

    waiting_hours: int
    longest_days: int
    own_shutdown_counts: bool
    outsourced_needs_use: bool
    waiting_basis: Basis
    longest_basis: Basis
    readings_basis: Basis


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """The last fiscal year, in yen. The operating profit may be negative."""

    sales: int
    operating_profit: int
    fixed_costs: int


@dataclass(frozen=True, slots=True)
class Takings:
    """Sales of one recorded day or month, from `first` to before `until`. Yen."""

    first: date
    until: date
    sales: int

    @property
    def days(self) -> int:
        return (self.until - self.first).days


@dataclass(frozen=True, slots=True)
class Stoppage:
    """When the function stopped and when it, or the revenue, was restored."""

    stopped_at: datetime
    restored_at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One recorded day or month of the chart: standard and actual sales, None where nothing is recorded."""

    first: date
    until: date
    standard: int | None
    actual: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """Standard and actual revenue of the restoration period, and the decrease that counts. Yen.

    `standard` and `actual` are of the recorded days or months that the period (`first` to before `until`) touches;
    `before_trend` is what the same dates brought a year before. `at_most` is the standard revenue of the period's own
    days: a stoppage cannot have lost more. `points` are for a chart of standard against actual.
    """

    first: date
    until: date
    days: int
    before_trend: int
    standard: int
    actual: int
    at_most: int
    trend: int
    stopped_seconds: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why no revenue could be measured: days without a record, or no time at all."""

    code: str
    reason: Text
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Costs and savings of a stoppage, in yen.

    `saved`: fixed costs that did not arise. `prevention`: cost of preventing a larger fall in revenue, which avoided
    `fall_avoided` of revenue. `extra`: cost above normal of keeping the business going; `value_kept`: what things
    bought with it are still worth. `in_both`: the part of `prevention` that is claimed in `extra` as well.
    `paid_as_restoration`: the part of `extra` that is paid as system restoration for the same bill.
    """

    saved: int = 0
    prevention: int = 0
    fall_avoided: int = 0
    extra: int = 0
    value_kept: int = 0
    in_both: int = 0
    paid_as_restoration: int = 0


@dataclass(frozen=True, slots=True)
class Income:
    """The two figures before limits, in yen, with their worksheet. The rate is exact."""

    loss_of_profit: int
    extra_expense: int
    profit_rate: Fraction
    worksheet: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is calculated: recorded sales, the stoppage with its cause, the last fiscal year, costs, an agreed trend."""

    takings: tuple[Takings, ...]
    stoppage: Stoppage
    year: FiscalYear
    costs: Costs
    cause: Cause = "sudden_event"
    uses_the_equipment: bool = True
    trend: int = E4


@dataclass(frozen=True, slots=True)
class Calculated:
    """Revenue as measured, and the two figures with their worksheet."""

    measured: Measured
    income: Income


def calculate(asked: Asked, terms: Terms) -> Calculated | Unmeasured:
    """From recorded sales to the two figures before limits, or why there are none."""
    reason = why_no_stoppage(terms, asked.cause, asked.uses_the_equipment)
    if reason is not None:
        return Unmeasured("no_stoppage", reason)
    measured = measure(asked.takings, asked.stoppage, terms, asked.trend)
    if isinstance(measured, Unmeasured):
        return measured
    return Calculated(measured, work_out(measured, asked.year, asked.costs, terms))


def why_no_stoppage(terms: Terms, cause: Cause, uses_the_equipment: bool) -> Text | None:
    """Why this is no stoppage in the product's reading; None where it is one."""
    if cause == "own_shutdown" and not terms.own_shutdown_counts:
        return Text(
            "自社で止めた場合は「機能の停止」に当たりません。",
            "A shutdown by the member itself does not count as a stoppage.",
        )
    if cause == "outsourced_outage" and terms.outsourced_needs_use and not uses_the_equipment:
        return Text(
            "クラウドや委託先の障害は、自社が「使用」する機器の停止に限ります。",
            "An outage at a cloud or outsourcer counts only where its equipment is used by the member.",
        )
    return None


def profit_rate(year: FiscalYear) -> Fraction:
    """(Operating profit + fixed costs) ÷ sales; with an operating loss the fixed costs less the loss. Never below 0."""
    if year.sales <= 0:
        return Fraction(0)
    return max(Fraction(0), Fraction(year.operating_profit + year.fixed_costs, year.sales))


def measure(
    takings: tuple[Takings, ...], stoppage: Stoppage, terms: Terms, trend: int = E4, around: int = 7
) -> Measured | Unmeasured:
    """Standard against actual revenue, from recorded sales (`takings`, in order, days or months).

    The restoration period runs from the stop until the function is restored, at most `longest_days`, in whole days
    of Japan. Its standard revenue is that of the same dates a year before, times the agreed trend.
    `around` is how many records before and after it the chart shows.
    """
    stopped, restored = stoppage.stopped_at, stoppage.restored_at
    if restored <= stopped:
        return Unmeasured("no_time", Text("復旧が停止より前です。", "It was restored before it stopped."))
    end = min(restored, stopped + timedelta(days=terms.longest_days))
    first = stopped.astimezone(JST).date()
    last = (end - timedelta(microseconds=1)).astimezone(JST).date()
    days = min((last - first).days + 1, terms.longest_days)
    until = first + timedelta(days=days)

    touched = [one for one in takings if one.first < until and first < one.until]
    gaps = _unrecorded(takings, first, until)
    gaps += [gap for one in touched for gap in _unrecorded(takings, *_year_before(one.first, one.until))]
    gaps += _unrecorded(takings, *_year_before(first, until))
    if gaps:
        listed = tuple(sorted(set(gaps)))
        named = "、".join(day.isoformat() for day in listed[:3]) + (" ほか" if len(listed) > 3 else "")
        return Unmeasured(
            "unrecorded",
            Text(
                f"売上の記録がない日があります（{named}、{len(listed)}日）。前年の同じ日の記録も必要です。",
                f"{len(listed)} day(s) have no record of sales, from {listed[0].isoformat()}. "
                "The same days of the year before are needed too.",
            ),
            listed,
        )
    before = sum((_sales_between(takings, *_year_before(one.first, one.until)) for one in touched), Fraction(0))
    before_trend = _half_up(before)
    at_most = _half_up(_sales_between(takings, *_year_before(first, until)))
    return Measured(
        first=first,
        until=until,
        days=days,
        before_trend=before_trend,
        standard=half_up(before_trend * trend, E4),
        actual=sum(one.sales for one in touched),
        at_most=half_up(at_most * trend, E4),
        trend=trend,
        stopped_seconds=int((end - stopped).total_seconds()),
        points=_points(takings, touched, trend, around),
    )


def work_out(measured: Measured, year: FiscalYear, costs: Costs, terms: Terms) -> Income:
    """Loss of profit and extra expense before limits, line by line. The caller has bounded every number."""
    rate = profit_rate(year)
    fall = min(max(0, measured.standard - measured.actual), measured.at_most)
    waited = min(terms.waiting_hours * 3600, measured.stopped_seconds)
    counted = half_up(fall * (measured.stopped_seconds - waited), measured.stopped_seconds)
    lost = _half_up(counted * rate)
    saved = min(costs.saved, lost)
    prevention_at_most = _half_up(costs.fall_avoided * rate)
    prevention = min(costs.prevention, prevention_at_most)
    loss_of_profit = lost - saved + prevention
    paid_in_profit = min(costs.in_both, prevention)
    extra = max(0, costs.extra - costs.value_kept - costs.paid_as_restoration - paid_in_profit)
    whole = f"{year.operating_profit} + {year.fixed_costs}"
    own: tuple[Basis, ...] = ()
    lines: list[tuple[str, str, str, int, Literal["yen", "e-4"], str, tuple[Basis, ...]]] = [
        ("standard_revenue", "標準売上高", "Standard revenue", measured.standard, "yen",
         f"r({measured.before_trend} × {decimal(measured.trend)})", (terms.longest_basis,)),
        ("actual_revenue", "実際の売上高", "Actual revenue", measured.actual, "yen", f"{measured.actual}", own),
        ("revenue_decrease", "減少した売上高", "Decrease of revenue", counted, "yen",
         _decrease(measured, fall, waited), (terms.waiting_basis,)),
        ("profit_rate", "利益率", "Profit rate", _half_up(rate * E4), "e-4",
         f"max(0, ({whole}) ÷ {year.sales})", own),
        ("lost_profit", "失った利益", "Profit lost", lost, "yen", f"r({counted} × ({whole}) ÷ {year.sales})", own),
        ("saved_costs", "かからなかった経費", "Costs saved", saved, "yen", f"min({costs.saved}, {lost})", own),
        ("prevention_cost", "減少を防ぐための費用", "Cost of preventing a larger fall", prevention, "yen",
         f"min({costs.prevention}, r({costs.fall_avoided} × ({whole}) ÷ {year.sales}))", own),
        ("loss_of_profit", "利益保険金の対象額", "Loss of profit", loss_of_profit, "yen",
         f"{lost} − {saved} + {prevention}", (terms.readings_basis,)),
        ("extra_expense", "営業継続費用の対象額", "Extra expense", extra, "yen",
         f"max(0, {costs.extra} − {costs.value_kept} − {costs.paid_as_restoration} − {paid_in_profit})", own),
    ]  # fmt: skip
    worksheet = tuple(Line(*head, *said(bases)) for *head, bases in lines)  # type: ignore[call-arg,arg-type]
    return Income(loss_of_profit, extra, rate, worksheet)


def _decrease(measured: Measured, fall: int, waited: int) -> str:
    """The decrease as a sum; the waiting time shows only where there is one."""
    text = f"max(0, {measured.standard} − {measured.actual})"
    if measured.at_most < measured.standard:
        text = f"min({measured.at_most}, {text})"
    if waited:
        text = f"r({fall} × ({measured.stopped_seconds} − {waited}) ÷ {measured.stopped_seconds})"
    return text


def _year_before(first: date, until: date) -> tuple[date, date]:
    """The same dates a year before: 29 February begins on the 28th, a month is a month, other spans keep their days."""
    begins = years_before(first, 1)
    if first.day == 1 and until.day == 1:
        return begins, years_before(until, 1)
    return begins, begins + (until - first)


def _sales_between(takings: tuple[Takings, ...], first: date, until: date) -> Fraction:
    """Sales of these days; a month that is only partly in is shared out by days."""
    total = Fraction(0)
    for one in takings:
        shared = (min(one.until, until) - max(one.first, first)).days
        if shared > 0:
            total += Fraction(one.sales * shared, one.days)
    return total


def _unrecorded(takings: tuple[Takings, ...], first: date, until: date) -> list[date]:
    """The days of the span that no record covers."""
    covered = {
        one.first + timedelta(days=number)
        for one in takings
        if one.first < until and first < one.until
        for number in range(one.days)
    }
    days = (first + timedelta(days=number) for number in range((until - first).days))
    return [day for day in days if day not in covered]


def _points(takings: tuple[Takings, ...], touched: list[Takings], trend: int, around: int) -> tuple[Point, ...]:
    """The records around the restoration period, each with its standard where the year before is known."""
    start = takings.index(touched[0])
    found = []
    for one in takings[max(0, start - around) : start + len(touched) + around]:
        span = _year_before(one.first, one.until)
        known = not _unrecorded(takings, *span)
        standard = half_up(_half_up(_sales_between(takings, *span)) * trend, E4) if known else None
        found.append(Point(one.first, one.until, standard, one.sales))
    return tuple(found)


def _half_up(value: Fraction) -> int:
    return half_up(value.numerator, value.denominator)
