"""The OpenAPI 3.1 document. Requests and answers are described by the very adapters that read and write them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from sonae.doors import problem as problem_door
from sonae.doors.answer import MEDIA_TYPE, answer_schema
from sonae.doors.request import request_schema
from sonae.office import catalogue
from sonae.office.access import PUBLIC
from sonae.risk import SALES_BELOW

_WORDS = {200: "Answered", 201: "Stored", 202: "Queued", 400: "Not JSON", 401: "No valid key", 403: "Not permitted",
          404: "No such thing", 409: "The same key is running", 411: "Without a length", 413: "Too large",
          415: "Not application/json",
          422: "Not understood", 429: "Over budget", 500: "Failed; nothing was stored",
          503: "No database"}  # fmt: skip

#: The answers of operations that give a paper, or a file as it was handed in.
PDF = "application/pdf"
OCTETS = "application/octet-stream"

#: Schemas of operations that stand in files of their own.
FURTHER: dict[str, Any] = {}

_ONLY_STORED = ("id", "created_at", "valid_until")


def operation(
    permission: str,
    *,
    answers: dict[int, str],
    body: str | None = None,
    problems: tuple[int, ...] = (),
    query: dict[str, dict[str, Any]] | None = None,
    headers: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """An operation's part of the document, for the framework to merge in."""
    statuses = {*problems, 422} | (set() if permission == PUBLIC else {401, 403, 429, 503})
    if body is not None:
        statuses.add(411)
    responses: dict[int, Any] = {
        status: {"description": _WORDS[status], "content": _content(name)}
        for status, name in answers.items()
    }
    for status in sorted(statuses):
        responses[status] = {
            "description": _WORDS[status],
            "content": {problem_door.MEDIA_TYPE: {"schema": _ref("Problem")}},
        }
        if status == 401:
            responses[status]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if status in (409, 429):
            responses[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    if 201 in responses:
        responses[201]["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    described: dict[str, Any] = {"responses": responses}
    parameters = [
        {"in": place, "name": name, "required": False, "schema": schema}
        for place, named in (("query", query or {}), ("header", headers or {}))
        for name, schema in named.items()
    ]
    if parameters:
        described["parameters"] = parameters
    if body is not None:
        described["requestBody"] = {"required": True, "content": _content(body)}
    return described


@lru_cache(maxsize=1)
def document(api: NinjaAPI) -> bytes:
    made = dict(OpenAPISchema(api, "api/v1"))
    components = made["components"]
    components["schemas"] = {**components.get("schemas", {}), **_schemas()}
    components["securitySchemes"] = {
        "Key": {"type": "http", "scheme": "bearer", "description": "`<id>.<secret>` of a key; in this header only"}
    }
    for operations in made["paths"].values():
        for described in operations.values():
            # The framework's own answer for 200 stands there although an operation only has 201.
            described["responses"] = {
                status: answer for status, answer in described["responses"].items() if "content" in answer
            }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _content(name: str) -> dict[str, Any]:
    if name in (PDF, OCTETS):
        return {name: {"schema": {"type": "string", "format": "binary"}}}
    return {MEDIA_TYPE: {"schema": _ref(name)}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    request, parts = _lift(dict(request_schema()))
    stored, answer_parts = _lift(dict(answer_schema()))
    request = without_null(request)
    parts = {name: without_null(part) for name, part in parts.items()}
    _add_words(request, parts)
    answer = dict(stored) | {
        "title": "Answer",
        "description": "The answer to a quotation request that was not stored.",
        "properties": {name: part for name, part in stored["properties"].items() if name not in _ONLY_STORED},
        "required": [name for name in stored["required"] if name not in _ONLY_STORED],
    }
    text, whole = {"type": "string"}, {"type": "integer"}
    listed = {"id": text, "created_at": text, "valid_until": text, "product": text, "industry": text,
              "annual_sales": whole, "plan": text, "set": whole, "premium": {"type": ["integer", "null"]},
              "name": text, "corporate_number": text}  # fmt: skip
    summary = {"id": text, "hash": text, "name": text, "name_en": text, "year": text, "year_en": text,
               "valid_from": text, "valid_until": {"type": ["string", "null"]},
               "indicative": {"const": True}}  # fmt: skip
    vocabulary = summary | {"industries": _list({"type": "object"}), "plans": _list({"type": "object"}),
                            "sets": _list({"type": "object"}), "riders": _list({"type": "object"}),
                            "limits": {"type": "object"}, "sheet": {"type": ["object", "null"]}}  # fmt: skip
    field_error = {"pointer": text, "code": text, "message": text, "message_en": text}
    return parts | answer_parts | FURTHER | {
        "QuotationRequest": request,
        "StoredAnswer": stored,
        "Answer": answer,
        "QuotationList": _object({"quotations": _list(_object(listed)), "next": {"type": ["string", "null"]}}),
        "Share": _object({"path": text, "expires_at": text}),
        "SharesEnded": _object({"ended": whole}),
        "ProductList": _object({"products": _list(_object(summary))}),
        "Product": _object(vocabulary),
        "OpenApi": {"type": "object"},
        "Problem": {
            "type": "object",
            "description": "RFC 9457, in Japanese and English; every error of a request at once.",
            "properties": {"type": text, "title": text, "title_en": text, "status": whole, "detail": text,
                           "detail_en": text, "errors": _list(_object(field_error))},
            "required": ["type", "title", "title_en", "status"],
        },
    }  # fmt: skip


def _add_words(request: dict[str, Any], parts: dict[str, Any]) -> None:
    """The words of the current product, as enumerations; how fields agree with each other no schema can say."""
    product = catalogue.default()
    fields = request["properties"]
    fields["industry"]["enum"] = list(product.industries)
    fields["plan"]["enum"] = list(product.plans)
    fields["set"]["enum"] = list(product.sets)
    fields["riders"] |= {"items": {"type": "string", "enum": list(product.riders)}, "uniqueItems": True}
    fields["product"]["enum"] = [carried.id for carried in catalogue.shipped()]
    for name in ("annual_sales", "it_sales"):
        fields[name] |= {"minimum": 1, "exclusiveMaximum": SALES_BELOW}
    if product.sheet is not None:
        fields["sheet_discount"]["enum"] = list(range(0, product.sheet.discount_at_most + 1, product.sheet.step))
        parts["Sheet"]["properties"]["version"]["enum"] = [product.sheet.version]
        parts["Certificate"]["properties"]["kind"]["enum"] = [kind.kind for kind in product.sheet.certificates]
    for coverage, menu in product.menus.items():
        parts["Limits"]["properties"][coverage]["enum"] = [row.at for row in menu]


def _lift(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = schema.pop("$defs", {})
    return schema, dict(parts)


def without_null(schema: Any) -> Any:
    """The same schema for a door that takes no null: an absent field is left out."""
    if isinstance(schema, list):
        return [without_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    alternatives = schema.get("anyOf")
    if isinstance(alternatives, list) and {"type": "null"} in alternatives:
        rest = [part for part in alternatives if part != {"type": "null"}]
        if len(rest) == 1:
            schema = {name: part for name, part in schema.items() if name not in ("anyOf", "default")} | rest[0]
    return {name: without_null(part) for name, part in schema.items()}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
