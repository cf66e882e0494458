"""A decision as JSON: the proof with its facts, in one stable spelling."""

import dataclasses
import json
from datetime import date, datetime
from enum import Enum
from typing import Any

from sonae.decision import Decision
from sonae.period import JST


def encode(decision: Decision) -> bytes:
    """The decision as compact UTF-8 JSON; the same decision always has the same bytes."""
    return json.dumps(words(decision), ensure_ascii=False, separators=(",", ":")).encode()


def words(value: Any) -> Any:
    """A value of the core as JSON's plain values: moments in Japan, days as ISO 8601, absent as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {part.name: words(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): words(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [words(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(JST).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value
