"""The cut-off calendar: until when a start is applied for and accepted, and when its list, money and booking are due.

Everything is counted from the start, the 1st of a month, in Japan's time. A day on which banks and offices are closed
is moved to a business day; the public holidays are handed in, because the law fixes them only a year or two ahead.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sonae.period import JST, first_of_month, last_day_to_apply, next_possible_start
from sonae.scheme import Calendar, CutOff, CutOffKind, CutOffs

NAMES: Final[dict[CutOffKind, tuple[str, str]]] = {
    CutOffKind.application: ("申込締切", "application deadline"),
    CutOffKind.acceptance: ("引受締切", "acceptance deadline"),
    CutOffKind.member_list: ("名簿締切", "member list deadline"),
    CutOffKind.debit: ("口座振替日", "debit day"),
    CutOffKind.booking: ("計上締切", "booking deadline"),
    CutOffKind.remittance: ("送金日", "remittance day"),
}
"""The cut-offs in the trade's words, Japanese and English, in the order in which they come."""

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Due:
    """A cut-off of one start: its day, and the moment before which it must be kept; without an hour the whole day."""

    kind: CutOffKind
    day: date
    hour: int | None

    @property
    def closes(self) -> datetime:
        """The first moment that is too late."""
        if self.hour is None:
            return datetime.combine(self.day + timedelta(days=1), time(0), JST)
        return datetime.combine(self.day, time(self.hour), JST)


def is_business_day(cutoffs: CutOffs, day: date, holidays: Set[date]) -> bool:
    """Neither Saturday nor Sunday, nor a public holiday, nor a day on which the product says that banks are closed."""
    return day.weekday() < _SATURDAY and day not in holidays and (day.month, day.day) not in cutoffs.closed_days


def due(cutoffs: CutOffs, kind: CutOffKind, start: date, holidays: Set[date]) -> Due:
    """One cut-off of a start. A day that its month does not have is the month's last."""
    rule = cutoffs.rules[kind]
    return Due(kind, _moved(cutoffs, rule, _written(rule, start), holidays), rule.hour)


def calendar_of(cutoffs: CutOffs, start: date, holidays: Set[date]) -> tuple[Due, ...]:
    """Every cut-off of a start, in the trade's order."""
    return tuple(due(cutoffs, kind, start, holidays) for kind in NAMES)


def next_start(calendar: Calendar, cutoffs: CutOffs | None, moment: datetime, holidays: Set[date]) -> date:
    """The first start that can still be applied for: the one thing by which a start is promised.

    A product without a cut-off calendar closes with the last day of the month that its lag allows.
    """
    start = next_possible_start(moment, calendar.lag_months)
    if cutoffs is None:
        return start
    while moment >= due(cutoffs, CutOffKind.application, start, holidays).closes:
        start = first_of_month(start, 1)
    return start


def closing(calendar: Calendar, cutoffs: CutOffs | None, start: date, renews: bool, holidays: Set[date]) -> Due:
    """Until when a start is applied for and signed. A renewal is open until acceptance closes: it is expected."""
    if cutoffs is None:
        day = start - timedelta(days=1) if renews else last_day_to_apply(start, calendar.lag_months)
        return Due(CutOffKind.application, day, None)
    return due(cutoffs, CutOffKind.acceptance if renews else CutOffKind.application, start, holidays)


def _written(rule: CutOff, start: date) -> date:
    """The day as the calendar has it, before it is moved."""
    first = first_of_month(start, rule.months)
    last = first_of_month(first, 1) - timedelta(days=1)
    return first.replace(day=min(rule.day, last.day))


def _moved(cutoffs: CutOffs, rule: CutOff, day: date, holidays: Set[date]) -> date:
    step = timedelta(days=-1 if rule.move == "previous" else 1)
    while not is_business_day(cutoffs, day, holidays):
        day += step
    return day
