"""Each caller's budget of requests a minute, counted in this process: a bucket that refills steadily.

Dry runs write nothing, so their count cannot lie in the database. With several workers each has its share, and the
kernel spreads a caller's connections over them: the total holds, a single connection may meet its share earlier.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

_WORKERS = max(1, int(os.environ.get("SONAE_WEB_WORKERS", "1")))
_MOST = 10_000


class Budgets:
    """Buckets by caller. The least recently emptied go first when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, caller: str, per_minute: int) -> int:
        """0 if the caller may go on; else the whole seconds after which it may."""
        most = max(1.0, per_minute / _WORKERS)
        rate = most / 60
        now = self._clock()
        with self._lock:
            left, since = self._buckets.get(caller, (most, now))
            left = min(most, left + (now - since) * rate)
            if left >= 1:
                self._buckets[caller] = (left - 1, now)
                wait = 0
            else:
                self._buckets[caller] = (left, now)
                wait = int((1 - left) / rate) + 1
            if len(self._buckets) > _MOST:
                self._buckets.pop(next(iter(self._buckets)))
        return wait


budgets = Budgets()
