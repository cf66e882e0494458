"""Days and periods. Business days are Japanese days; a period is closed at its start and open at its end."""

from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan Standard Time. Japan has no summer time, so a fixed offset is exact."""


def japanese_day(moment: datetime) -> date:
    """The calendar day in Japan at this moment. The moment must carry its time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no Japanese day")
    return moment.astimezone(JST).date()


def first_of_month(day: date, months_later: int) -> date:
    """The first day of the month that lies so many months after the day's own."""
    month = day.year * 12 + day.month - 1 + months_later
    return date(month // 12, month % 12 + 1, 1)


def next_possible_start(moment: datetime, lag_months: int) -> date:
    """The first day on which a cover asked for now can start.

    With a lag of two months an application in November starts on 1 January.
    """
    return first_of_month(japanese_day(moment), lag_months)


def last_day_to_apply(inception: date, lag_months: int) -> date:
    """The last day on which a cover with this start can be applied for: what `next_possible_start` still allows.

    With a lag of two months a cover from 1 April is applied for by the end of February.
    """
    return first_of_month(inception, 1 - lag_months) - timedelta(days=1)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
