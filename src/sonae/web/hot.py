"""The hot path: a dry-run quotation, answered in the WSGI callable before Django's middleware.

It writes nothing and reads no member's row. It hands the body to the same reader, the same core and the same
encoder as every door, so its bytes are theirs. The check of a key may be five seconds old; a wrong secret is
never remembered as right. Permission: `quotation.estimate` (declarations.HOT_PATH).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import OperationalError, connection

from sonae import quotation
from sonae.doors import answer as answer_door
from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.doors.problem import Problem
from sonae.office import access, catalogue, clock
from sonae.office.access import KnownKey
from sonae.office.logs import log
from sonae.web import problems
from sonae.web.budget import budgets

PERMISSION = "quotation.estimate"
BODY_LIMIT = 64 * 1024
TRUSTED_SECONDS = 5.0
_MOST_KEYS = 10_000

StartResponse = Callable[..., Any]

#: By key id: the key as the database knew it (None: it knew none), and until when that may be trusted.
_keys: dict[str, tuple[KnownKey | None, float]] = {}

#: Pure computing shares one interpreter lock anyway; waiting here costs less than contending for that one.
_computing = threading.Lock()

_OK = "200 OK"
_ANSWER_HEADERS = [("Content-Type", answer_door.MEDIA_TYPE), ("Cache-Control", "no-store")]
_PHRASES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 411: "Length Required", 413: "Content Too Large",
            415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
            500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip


def is_hot(environ: dict[str, Any]) -> bool:
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ["PATH_INFO"] == "/api/v1/quotations"
        and environ.get("QUERY_STRING") == "dry_run=true"
    )


def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The priced or refused answer with 200, or a problem."""
    try:
        result, wait = _decide(environ)
    except OperationalError as error:
        log.error("no database", route="hot path", exception=type(error).__name__)
        result, wait = problems.UNAVAILABLE, 1
    except Exception as error:  # the last wall: a caller never sees a traceback
        log.error("failed", route="hot path", exception=type(error).__name__)
        result, wait = problems.BROKEN, 0
    if isinstance(result, Problem):
        body = problem_door.encode(result)
        headers = [("Content-Type", problem_door.MEDIA_TYPE), *problems.headers(result, wait).items()]
        headers.append(("Content-Length", str(len(body))))
        start_response(f"{result.status} {_PHRASES[result.status]}", headers)
        return (body,)
    start_response(_OK, [*_ANSWER_HEADERS, ("Content-Length", str(len(result)))])
    return (result,)


def _decide(environ: dict[str, Any]) -> tuple[bytes | Problem, int]:
    """The body of the answer, or the problem and the seconds to wait."""
    key = _checked_key(environ.get("HTTP_AUTHORIZATION", ""))
    if key is None:
        return problems.UNAUTHENTICATED, 0
    principal = key.principal
    if PERMISSION not in principal.permissions:
        return problems.FORBIDDEN, 0
    wait = budgets.spend(principal.name, principal.budget_per_minute)
    if wait:
        return problems.TOO_MANY, wait
    raw = _body(environ)
    if isinstance(raw, Problem):
        return raw, 0
    with _computing:
        moment = clock.now()
        read = request_door.read(catalogue.shipped(), raw, moment)
        if isinstance(read, Problem):
            return read, 0
        return answer_door.encode(quotation.quote(read.product, read.request, moment)), 0


def _checked_key(header: str) -> KnownKey | None:
    pair = access.read_bearer(header)
    if pair is None:
        return None
    key_id, secret = pair
    now = time.monotonic()
    known = _keys.get(key_id)
    if known is None or known[1] < now:
        try:
            found = access.known_key(key_id)
        finally:
            # Outside Django's request cycle nobody else hands the pooled connection back.
            connection.close()
        if len(_keys) >= _MOST_KEYS:
            _keys.clear()
        known = _keys[key_id] = (found, now + TRUSTED_SECONDS)
    key = known[0]
    return key if key is not None and key.opens_with(secret) else None


def _body(environ: dict[str, Any]) -> bytes | Problem:
    if not is_json(environ.get("CONTENT_TYPE", "")):
        return problems.NOT_JSON_TYPE
    length = environ.get("CONTENT_LENGTH") or ""
    # A body of undeclared length is read up to one byte over the limit, never to its end.
    most = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else BODY_LIMIT + 1
    if length and most > BODY_LIMIT:
        return problem_door.too_large(BODY_LIMIT)
    raw: bytes = environ["wsgi.input"].read(most)
    return problem_door.too_large(BODY_LIMIT) if len(raw) > BODY_LIMIT else raw


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is JSON in UTF-8, the only wrapping that is accepted."""
    if content_type == "application/json":
        return True
    kind, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return kind.strip().lower() == "application/json" and charset in ("", "charset=utf-8")
