"""Bytes that are hashed and kept: one spelling of a value as JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def dump(value: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8. Whole numbers and texts only: no float ever stands in a record."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def load(raw: bytes | memoryview) -> Any:
    return json.loads(bytes(raw))


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
