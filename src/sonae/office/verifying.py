"""The check of everything stored, for a page: exported as of one moment, then judged by the checkers in `verify/`.

The export stands on a connection of its own, so that it sees one state whatever the request around it has seen.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

import sonae
from sonae.period import JST

from . import canonical, checkpoints, exporting, signing
from .access import Principal

LONGEST_SECONDS = 120
"""A journal that takes longer is checked by the command line (`sonae verify --all`)."""


@dataclass(frozen=True)
class LastCheckpoint:
    """The newest signed checkpoint: its number, when, how many streams it lists, and the key that signed it."""

    number: int
    at: datetime
    streams: int
    key: str


def last_checkpoint() -> LastCheckpoint | None:
    """None before the first one."""
    files = checkpoints.files(Path(settings.DATA_DIR))
    if not files:
        return None
    body: dict[str, Any] = canonical.load(bytes.fromhex(json.loads(files[-1].read_text("ascii"))["body"]))
    return LastCheckpoint(body["number"], datetime.fromtimestamp(body["at"], JST), len(body["heads"]), body["key"])


def verify(principal: Principal) -> dict[str, Any]:
    """What the checker says: `stands`, counts, and faults with their places. Raises PermissionDenied."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _exported(principal, folder, exporting.for_the_checker)
        key = folder / "key.pem"
        key.write_text(signing.signer(settings.SONAE_KEYS).public_pem, "ascii")
        checker = Path(sonae.__file__).resolve().parents[2] / "verify" / "journal.py"
        done = subprocess.run(
            [sys.executable, "-P", str(checker), place, str(key)], capture_output=True, text=True, encoding="utf-8",
            check=False, timeout=LONGEST_SECONDS,
        )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def export(principal: Principal, folder: Path) -> dict[str, int]:
    """The files of `sonae export`, as of one moment. Raises PermissionDenied."""
    return _exported(principal, folder, exporting.export)


def _exported(principal: Principal, folder: Path, how: Callable[[Principal, Path], dict[str, int]]) -> dict[str, int]:
    def work() -> dict[str, int]:
        try:
            return how(principal, folder)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
