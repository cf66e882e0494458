"""The one clock. Everything that needs the present asks here, and tests set it here.

`SONAE_CLOCK_FILE` names a file with one moment (ISO 8601, with its offset) that stands for the present: for stories
that run through a year. It is refused in production (environment.py).
"""

import os
from datetime import datetime
from pathlib import Path

from sonae.period import JST


def now() -> datetime:
    """The present in Japan, to the whole second: what is recorded and what is replayed are the same moment."""
    file = os.environ.get("SONAE_CLOCK_FILE")
    if file:
        told = datetime.fromisoformat(Path(file).read_text("ascii").strip())
        assert told.tzinfo is not None, "a moment without an offset is no moment"
        return told.astimezone(JST).replace(microsecond=0)
    return datetime.now(JST).replace(microsecond=0)
