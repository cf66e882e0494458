"""Problems of the HTTP doors beside those of the request's words: who asks, how often, in which wrapping."""

from __future__ import annotations

from sonae.doors import problem as problem_door
from sonae.doors.problem import Problem

UNAUTHENTICATED = Problem(
    "unauthenticated", 401, "有効なキーが必要です", "A valid key is needed",
    "Authorization: Bearer <id>.<secret> の形で送ってください。", "Send Authorization: Bearer <id>.<secret>.",
)  # fmt: skip
FORBIDDEN = Problem(
    "forbidden", 403, "このキーではできません", "This key may not do this",
    "キーの権限、または募集人登録の期限を確かめてください。", "Check the key's scopes, or the holder's registration.",
)  # fmt: skip
NOT_FOUND = Problem("not-found", 404, "見つかりません", "There is no such thing")
METHOD_NOT_ALLOWED = Problem("method-not-allowed", 405, "このメソッドは使えません", "This method is not accepted here")
STILL_RUNNING = Problem(
    "still-running", 409, "同じIdempotency-Keyの処理が進行中です", "A request with the same Idempotency-Key is running",
    "少し待って同じ内容で送り直してください。",
    "Wait a moment and send the same again.",
)  # fmt: skip
OTHER_BODY = Problem(
    "idempotency-key-reused", 422, "このIdempotency-Keyは別の内容で使われています",
    "This Idempotency-Key was used with another body",
    "新しいキーで送ってください。", "Send this request under a new key.",
)  # fmt: skip
BAD_KEY = Problem(
    "idempotency-key-malformed", 422, "Idempotency-Keyの形が正しくありません", "The Idempotency-Key is malformed",
    "空白のない1〜255文字のASCIIで書いてください。", "Write 1 to 255 ASCII characters without spaces.",
)  # fmt: skip
NOT_JSON_TYPE = Problem(
    "unsupported-media-type", 415, "Content-Typeはapplication/jsonにしてください",
    "Content-Type must be application/json",
)  # fmt: skip
LENGTH_REQUIRED = Problem("length-required", 411, "Content-Lengthが必要です", "Content-Length is needed")
TOO_MANY = Problem(
    "too-many-requests", 429, "リクエストが多すぎます", "Too many requests",
    "Retry-Afterの秒数だけ待ってください。", "Wait for the seconds in Retry-After.",
)  # fmt: skip
BROKEN = Problem(
    "internal", 500, "処理できませんでした", "This could not be done",
    "何も保存していません。同じIdempotency-Keyで送り直せます。",
    "Nothing was stored; it may be sent again under the same key.",
)  # fmt: skip
UNAVAILABLE = Problem(
    "unavailable", 503, "いまは処理できません", "This cannot be done now",
    "少し待って、同じIdempotency-Keyで送り直してください。",
    "Wait a moment and send it again under the same Idempotency-Key.",
)  # fmt: skip


def bad_query(name: str, allowed: str, allowed_en: str) -> Problem:
    """422: a query parameter that is unknown, twice, or no value that is allowed."""
    error = problem_door.FieldError(f"?{name}", "query", allowed, allowed_en)
    return problem_door.not_understood((error,))


def headers(problem: Problem, retry_after: int = 1) -> dict[str, str]:
    """The headers that belong to a problem's status."""
    found = {"Cache-Control": "no-store"}
    if problem.status == 401:
        found["WWW-Authenticate"] = 'Bearer realm="sonae"'
    if problem.status in (409, 429, 503):
        found["Retry-After"] = str(retry_after)
    return found
