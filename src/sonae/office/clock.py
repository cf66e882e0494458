"""The one clock. Everything that needs the present asks here, and tests set it here."""

from datetime import datetime

from sonae.period import JST


def now() -> datetime:
    """The present in Japan, to the whole second: what is recorded and what is replayed are the same moment."""
    return datetime.now(JST).replace(microsecond=0)
