"""An answer as the bytes that every door sends: compact UTF-8 JSON, in the order of the contract.

Thirteen lines a quotation are written from prepared pieces, for most of each line is the same every time; only
value and formula are new, and a formula has no character that JSON would escape.
"""

import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from sonae.quotation import Answer, Finding, ProductRef, StoredAnswer
from sonae.worksheet import Line, Status

MEDIA_TYPE = "application/json"

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode(answer: Answer) -> bytes:
    """The answer as compact UTF-8 JSON; a stored one with its id and validity."""
    premium = "null" if answer.premium is None else answer.premium
    lines = ",".join([_line(line) for line in answer.worksheet])
    findings = ",".join([_finding(finding) for finding in answer.findings])
    stored = ""
    if isinstance(answer, StoredAnswer):
        validity = {"id": answer.id, "created_at": answer.created_at, "valid_until": answer.valid_until}
        stored = "," + _dumps(validity)[1:-1]
    text = (
        f'{{"premium":{premium},"currency":"{answer.currency}","indicative":true,"product":{_product(answer.product)},'
        f'"request":{_dumps(answer.request)},"worksheet":[{lines}],"findings":[{findings}]{stored}}}'
    )
    return text.encode()


def _line(line: Line) -> str:
    head, tail = _around(line.line, line.label, line.label_en, line.sources, line.status)
    return f'{head}{line.value},"unit":"{line.unit}","formula":"{line.formula}",{tail}'


@lru_cache(maxsize=8192)
def _around(name: str, label: str, label_en: str, sources: tuple[str, ...], status: Status | None) -> tuple[str, str]:
    """What stands before a line's value and after its formula."""
    head = _dumps({"line": name, "label": label, "label_en": label_en})[:-1] + ',"value":'
    return head, _dumps({"sources": list(sources), "status": status})[1:]


@lru_cache(maxsize=4096)
def _finding(finding: Finding) -> str:
    parts = ("code", "effect", "message", "message_en", "source", "pointer")
    return _dumps({part: getattr(finding, part) for part in parts})


@lru_cache(maxsize=64)
def _product(product: ProductRef) -> str:
    return _dumps({"id": product.id, "hash": product.hash})


@lru_cache(maxsize=1)
def answer_schema() -> dict[str, Any]:
    """The JSON Schema of a stored answer, for OpenAPI."""
    schema = TypeAdapter(StoredAnswer).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    line = schema["$defs"]["Line"]
    # A line is a named tuple in the core and an object in JSON.
    schema["$defs"]["Line"] = {
        "type": "object",
        "title": "Line",
        "properties": dict(zip(Line._fields, line["prefixItems"], strict=True)),
        "required": list(Line._fields),
        "additionalProperties": False,
    }
    return schema
