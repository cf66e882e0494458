"""Which start can be promised: the product's cut-off calendar with the public holidays, which only the office knows.

Whoever is refused is told the reason and the next start that is true, with its cut-offs.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import jpholiday

from sonae import cutoffs, wording
from sonae.cutoffs import Due
from sonae.product import Product
from sonae.scheme import CutOffKind

from .refusals import Refused

_TOLD = (CutOffKind.application, CutOffKind.acceptance)


@lru_cache(maxsize=64)
def _of_year(year: int) -> frozenset[date]:
    return frozenset(day for day, _ in jpholiday.year_holidays(year))


def holidays(around: date) -> frozenset[date]:
    """Japan's public holidays of the years that the cut-offs of a start around this day can fall in."""
    return frozenset[date]().union(*(_of_year(year) for year in range(around.year - 1, around.year + 2)))


def next_start(product: Product, moment: datetime) -> date:
    """The first start that can be applied for at this moment."""
    return cutoffs.next_start(product.calendar, product.cutoffs, moment, holidays(moment.date()))


def calendar_of(product: Product, start: date) -> tuple[Due, ...]:
    """Every cut-off of a start; none for a product without a cut-off calendar."""
    return () if product.cutoffs is None else cutoffs.calendar_of(product.cutoffs, start, holidays(start))


def closing(product: Product, start: date, *, renews: bool) -> Due:
    """Until when a start is applied for and signed; a renewal until acceptance closes."""
    return cutoffs.closing(product.calendar, product.cutoffs, start, renews, holidays(start))


def check_application(product: Product, start: date, moment: datetime, code: str, *, renews: bool = False) -> None:
    """Raises Refused (`code`) when a start can no longer be applied for at this moment."""
    closes = closing(product, start, renews=renews)
    if moment >= closes.closes:
        raise _refused(code, product, start, closes, moment)


def check_acceptance(product: Product, start: date, moment: datetime) -> None:
    """Raises Refused (`acceptance_closed`) when a start can no longer be accepted or bound at this moment."""
    if product.cutoffs is None:
        return
    closes = cutoffs.due(product.cutoffs, CutOffKind.acceptance, start, holidays(start))
    if moment >= closes.closes:
        raise _refused("acceptance_closed", product, start, closes, moment)


def _refused(code: str, product: Product, start: date, closes: Due, moment: datetime) -> Refused:
    """What was missed, and the next true start with its cut-offs."""
    following = next_start(product, moment)
    name, name_en = cutoffs.NAMES[closes.kind]
    hour = product.calendar.start_hour
    ja = (
        f"{wording.day(start, 'ja')}始期の{name}（{when(closes, 'ja')}）を過ぎています。"
        f"いま申し込める最も早い始期は{wording.day(following, 'ja')} {wording.hour(hour, 'ja')}です。"
    )
    en = (
        f"The {name_en} of a start on {wording.day(start, 'en')} ({when(closes, 'en')}) is past. "
        f"The earliest start that can be applied for now: {wording.day(following, 'en')}, {wording.hour(hour, 'en')}"
    )
    for one in calendar_of(product, following):
        if one.kind in _TOLD:
            ja += f"{cutoffs.NAMES[one.kind][0]}は{when(one, 'ja')}です。"
            en += f"; {cutoffs.NAMES[one.kind][1]}: {when(one, 'en')}"
    return Refused(code, ja, en)


def when(one: Due, language: wording.Language) -> str:
    """2027年2月26日 午後4時; a day alone for what has no hour."""
    if one.hour is None:
        return wording.day(one.day, language)
    at = wording.hour(one.hour, language)
    return f"{wording.day(one.day, language)}, {at}" if language == "en" else f"{wording.day(one.day, language)} {at}"
