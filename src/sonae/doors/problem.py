"""What is wrong with a request, in one shape everywhere (RFC 9457, application/problem+json).

A problem names every error at once, each with a JSON pointer, in Japanese and English, with what is allowed.
"""

import json
from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in a request: where, and what is allowed there."""

    pointer: str
    code: str
    message: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A request that cannot be answered. `kind` is the last part of the problem type's address."""

    kind: str
    status: int
    title: str
    title_en: str
    detail: str = ""
    detail_en: str = ""
    errors: tuple[FieldError, ...] = ()


def encode(problem: Problem) -> bytes:
    """The problem document as UTF-8 JSON."""
    document: dict[str, Any] = {
        "type": f"/problems/{problem.kind}",
        "title": problem.title,
        "title_en": problem.title_en,
        "status": problem.status,
    }
    if problem.detail:
        document["detail"] = problem.detail
        document["detail_en"] = problem.detail_en
    if problem.errors:
        document["errors"] = [
            {
                "pointer": error.pointer,
                "code": error.code,
                "message": error.message,
                "message_en": error.message_en,
            }
            for error in problem.errors
        ]
    # A pointer may repeat what a client sent, lone surrogates included; those cannot be UTF-8.
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="backslashreplace")


def not_understood(errors: tuple[FieldError, ...]) -> Problem:
    """422: the request is JSON, but not in the product's words."""
    return Problem(
        "request-not-understood",
        422,
        "リクエストを読み取れませんでした",
        "The request was not understood",
        f"{len(errors)}か所を直してください。",
        f"{len(errors)} thing(s) to correct.",
        errors,
    )


def not_json(detail: str, detail_en: str, pointer: str = "") -> Problem:
    """400: the bytes are not JSON in UTF-8."""
    return Problem(
        "not-json",
        400,
        "JSONとして読み取れませんでした",
        "The body is not JSON",
        detail,
        detail_en,
        (FieldError(pointer, "not_json", detail, detail_en),),
    )


def too_large(most: int) -> Problem:
    """413: more bytes than a request may have."""
    detail, detail_en = f"{most:,}バイトまで受け付けます。", f"At most {most:,} bytes are accepted."
    return Problem(
        "too-large",
        413,
        "リクエストが大きすぎます",
        "The request is too large",
        detail,
        detail_en,
        (FieldError("", "too_large", detail, detail_en),),
    )
