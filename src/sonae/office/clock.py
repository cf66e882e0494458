"""The one clock. Everything that needs the present asks here, and tests set it here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


def now() -> datetime:
    """The present in Japan, to the whole second: what is recorded and what is replayed are the same moment."""
    return datetime.now(UTC).astimezone(JST).replace(microsecond=0)
