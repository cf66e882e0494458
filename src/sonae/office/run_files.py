"""Runs that the worker does, kept as a file each under the data directory: who asked, how far it is, what came out."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from .desk import NotFound


class RunFiles:
    """The runs of one kind, in a folder of their own that only the office's user reads."""

    def __init__(self, folder: str) -> None:
        self._name = folder

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
        """The runs that are kept, newest first."""
        found = []
        for path in self._folder().glob("*.json"):
            with suppress(OSError, ValueError):
                found.append(json.loads(path.read_bytes()))
        return sorted(found, key=lambda one: str(one["asked_at"]), reverse=True)[:most]
