"""Runs that the worker does, kept as a file each under the data directory: who asked, how far it is, what came out."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from . import access, clock
from .access import Principal
from .desk import NotFound
from .refusals import Refused

MOST_MEMBER_YEARS = 4_000_000_000
"""Members times years times simulations that one run may have: some minutes of two cores (docs/performance.md)."""


class Task(Protocol):
    """A task of the worker that takes a run's id."""

    def defer(self, *, run: str) -> Any: ...


class RunFiles:
    """The runs of one kind, in a folder of their own that only the office's user reads.

    `results` are the words that a list of runs leaves out.
    """

    def __init__(self, folder: str, results: tuple[str, ...] = ()) -> None:
        self._name = folder
        self._results = results

    def _folder(self) -> Path:
        folder = Path(settings.DATA_DIR) / self._name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def read(self, run_id: UUID) -> dict[str, Any]:
        """A run as it was last written. Raises NotFound."""
        try:
            words: dict[str, Any] = json.loads((self._folder() / f"{run_id}.json").read_bytes())
        except (OSError, ValueError):
            raise NotFound from None
        return words

    def write(self, run_id: UUID, words: dict[str, Any]) -> None:
        """Replaced as a whole: whoever reads finds the one before or this one."""
        target = self._folder() / f"{run_id}.json"
        unfinished = target.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        unfinished.replace(target)

    def newest(self, most: int) -> list[dict[str, Any]]:
        """The runs that are kept, newest first, each without its results."""
        found = []
        for path in self._folder().glob("*.json"):
            with suppress(OSError, ValueError):
                words = json.loads(path.read_bytes())
                found.append({name: part for name, part in words.items() if name not in self._results})
        return sorted(found, key=lambda one: str(one["asked_at"]), reverse=True)[:most]

    def queue(self, principal: Principal, task: Task, asked: dict[str, Any]) -> UUID:
        """Queue a run of what is asked; one of a kind waits at a time. Raises PermissionDenied, Refused."""
        run_id = uuid4()
        with transaction.atomic():
            access.enter(principal, "book.simulate")
            try:
                with transaction.atomic():
                    task.defer(run=str(run_id))
            except AlreadyEnqueued:
                raise Refused(
                    "run_waits", "ほかの計算が順番を待っています。終わってから始めてください。",
                    "Another run waits for its turn. Start yours when it is over.",
                ) from None  # fmt: skip
            self.write(run_id, {"id": str(run_id), "state": "queued", **asked, "asked_at": clock.now().isoformat()})
        return run_id

    def work(self, run: str, do: Callable[[UUID, dict[str, Any]], int]) -> int:
        """What the worker makes of a queued run, 0 for one whose file is gone: it is no longer wanted.

        One that breaks is marked so, and what broke it is raised.
        """
        run_id = UUID(run)
        try:
            asked = self.read(run_id) | {"began_at": clock.now().isoformat()}
        except NotFound:
            return 0
        try:
            return do(run_id, asked)
        except Exception:
            self.write(run_id, asked | {"state": "failed"})
            raise


def bound(sizes: Sequence[int], members: int, lengths: Sequence[int], years: int, seed: int, simulations: int) -> None:
    """Refuse a size that is not offered, and more member-years than one run may have."""
    if members in sizes and years in lengths and 0 <= seed < 2**31:
        most = MOST_MEMBER_YEARS // (members * max(1, simulations))
        if years <= most:
            return
        ja, en = f"この内容なら{most:,}年までです。", f"As asked, {most:,} years at most. "
    else:
        ja = en = ""
    raise Refused(
        "run_too_large", f"この大きさの計算はここではできません。{ja}コマンドでは大きさを選べます。",
        f"A run of this size is not for this page. {en}The command takes any.",
    )  # fmt: skip


def seldom(tell: Callable[..., None], seconds: float = 2.0) -> Callable[..., None]:
    """The same, called at most every so many seconds."""
    last = 0.0

    def told(*words: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            tell(*words)

    return told
