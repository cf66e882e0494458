"""A decision as JSON: the proof with its facts, in one stable spelling."""

import dataclasses
import json
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import TypeAdapter

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


def decision_schemas(name: str) -> dict[str, Any]:
    """JSON Schemas of a decision, for OpenAPI: the whole under this name, its parts under names that begin with it."""
    template = f"#/components/schemas/{name}{{model}}"
    schema = TypeAdapter(Decision).json_schema(mode="serialization", ref_template=template)
    parts = {f"{name}{part}": shape for part, shape in schema.pop("$defs").items()} | {name: schema}
    return {one: _to_the_minute(shape) for one, shape in parts.items()}


def _to_the_minute(schema: Any) -> Any:
    """Moments are written without seconds, which JSON Schema's `date-time` does not know."""
    if isinstance(schema, list):
        return [_to_the_minute(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "date-time":
        schema = {key: part for key, part in schema.items() if key != "format"} | {"pattern": _MINUTE}
    return {key: _to_the_minute(part) for key, part in schema.items()}


_MINUTE = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+09:00$"
