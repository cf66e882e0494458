"""What the operations of members, applications and covers share: who asks, what the body says, once and only once.

A key does what a key can be made for. What follows a person's own act (answering, signing, deciding, binding) is asked
by a person of a session, with the proof against forged requests that every form carries, or by the holder of an
applicant's link (`Authorization: Link <token>`), for that one application.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja.utils import check_csrf

from sonae.doors import problem as problem_door
from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.problem import FieldError, Problem
from sonae.office import access, applicant, desk, idempotency, refusals
from sonae.office.access import Principal
from sonae.office.idempotency import Kept
from sonae.period import JST
from sonae.web import openapi, problems
from sonae.web.api import Key, Refused, View, _body, _dump, _json, _principal, admitted, api

#: What a person confirms with a factor of the last minutes, also here (access_session.py).
FRESH = frozenset({"application.bind", "application.decide", "cover.approve", "claim.pay", "claim.approve"})
_LONGEST = 4000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Whoever:
    """A key, a person of a session, or the applicant behind a link: with the operation's permission and budget."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Principal:
        header = request.headers.get("Authorization", "")
        if header.startswith("Link "):
            principal = self._applicant(request, header.removeprefix("Link "))
        elif header or not request.COOKIES:
            return Key(self.permission)(request)
        else:
            principal = self._person(request)
        return admitted(request, principal, self.permission)

    def _applicant(self, request: HttpRequest, token: str) -> Principal:
        try:
            opened = applicant.open_link(token)
        except desk.NotFound:
            raise Refused(problems.UNAUTHENTICATED) from None
        match = request.resolver_match
        asked = match.kwargs.get("application_id", str(opened.application_id)) if match else ""
        if asked != str(opened.application_id):
            raise Refused(problems.NOT_FOUND)
        request.opened_application = opened.application_id  # type: ignore[attr-defined]
        return opened.principal

    def _person(self, request: HttpRequest) -> Principal:
        principal = access.principal_of(request)
        if principal is None:
            raise Refused(problems.UNAUTHENTICATED)
        if request.method not in ("GET", "HEAD") and check_csrf(request) is not None:
            raise Refused(problems.FORBIDDEN)
        if self.permission in FRESH:
            from sonae.office import access_session

            if not access_session.is_recent(request, access_session.BINDING_SECONDS):
                raise Refused(problems.FORBIDDEN)
        return principal


def operation(method: str, route: str, permission: str, **documented: Any) -> Callable[[View], View]:
    """Declares one operation with its one permission and its part of the OpenAPI document."""

    def declare(view: View) -> View:
        view.sonae_permission = permission  # type: ignore[attr-defined]
        statuses = (404, 409) if method == "GET" else (400, 404, 409, 413, 415, 422)
        headers = None if method == "GET" else {"Idempotency-Key": _KEY}
        extra = openapi.operation(permission, problems=statuses, headers=headers, **documented)
        api.api_operation([method], route, auth=Whoever(permission), openapi_extra=extra)(view)
        return view

    return declare


_KEY: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"}


@api.exception_handler(desk.Unacceptable)
def _refused(_request: HttpRequest, error: Exception) -> HttpResponse:
    """409: understood, and not possible now. The last part of the type is the reason's code."""
    if isinstance(error, refusals.Refused):
        code, ja, en = error.code, error.message, error.message_en
    else:
        code, ja, en = "refused", str(error), str(error)
    told = Problem(code.replace("_", "-"), 409, ja, en)
    return HttpResponse(
        problem_door.encode(told), status=409, content_type=problem_door.MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


# --- the body ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A field of a body: its type, and whether it may be left out."""

    kind: type
    needed: bool = True


_SAYS: dict[type, tuple[str, str]] = {
    str: ("4000文字までの文字列で書いてください。", "Write a text of at most 4000 characters."),
    int: ("整数で書いてください。", "Write a whole number."),
    bool: ("trueかfalseで書いてください。", "Write true or false."),
    dict: ("オブジェクトで書いてください。", "Write an object."),
    list: ("配列で書いてください。", "Write a list."),
    date: ("日付は 2027-04-01 の形で書いてください（実在する日）。", "Write an existing day as 2027-04-01."),
    datetime: ("日時は 2027-04-01T16:00:00+09:00 の形で書いてください。", "Write 2027-04-01T16:00:00+09:00."),
    UUID: ("IDを書いてください。", "Write an id."),
}


def read(request: HttpRequest, **fields: Field) -> tuple[bytes, dict[str, Any]]:
    """The body's bytes and its fields: each known, of its type, and there if it is needed. All errors at once."""
    raw = _body(request)
    parsed = parse(raw)
    if isinstance(parsed, Problem):
        raise Refused(parsed)
    errors = _odd(parsed, "")
    if not isinstance(parsed, dict):
        raise Refused(problem_door.not_understood((FieldError("", "not_an_object", *_SAYS[dict]),)))
    found: dict[str, Any] = {}
    for name in parsed:
        if name not in fields:
            known = "、".join(fields) or "なし"
            errors.append(FieldError(f"/{name}", "unknown_field", f"使える項目: {known}", f"Allowed: {known}"))
    for name, field in fields.items():
        if name not in parsed:
            if field.needed:
                errors.append(FieldError(f"/{name}", "missing", "この項目は必要です。", "This field is required."))
            continue
        value = typed(field.kind, parsed[name])
        if value is None:
            errors.append(FieldError(f"/{name}", "wrong_type", *_SAYS[field.kind]))
        found[name] = value
    if errors:
        raise Refused(problem_door.not_understood(tuple(errors)))
    return raw, found


def typed(kind: type, value: Any) -> Any:
    """The value of a type, or None."""
    if kind in (str, date, datetime, UUID):
        if not isinstance(value, str) or isinstance(value, NotWhole) or len(value) > _LONGEST:
            return None
        try:
            if kind is date:
                return date.fromisoformat(value) if _DAY.fullmatch(value) else None
            if kind is datetime:
                told = datetime.fromisoformat(value)
                return None if told.tzinfo is None else told.astimezone(JST).replace(microsecond=0)
            return UUID(value) if kind is UUID else value
        except (ValueError, OverflowError):
            return None
    if kind is int:
        return value if type(value) is int and abs(value) < 10**15 else None
    return value if type(value) is kind or (kind is dict and type(value) is Twice) else None


def _odd(value: Any, at: str) -> list[FieldError]:
    """Numbers that are not whole, keys twice, and characters that are none, wherever they stand."""
    if isinstance(value, NotWhole):
        return [FieldError(at, "not_whole", *_SAYS[int])]
    if isinstance(value, str):
        broken = any("\ud800" <= one <= "\udfff" or one == "\0" for one in value)
        return [FieldError(at, "control_character", *_SAYS[str])] if broken else []
    if isinstance(value, Twice):
        return [FieldError(at, "twice", "同じ項目が2回あります。", "A field is there twice.")]
    if isinstance(value, dict):
        return [error for name, part in value.items() for error in (*_odd(name, at), *_odd(part, f"{at}/{name}"))]
    if isinstance(value, list):
        return [error for place, part in enumerate(value) for error in _odd(part, f"{at}/{place}")]
    return []


def texts(words: Mapping[str, Any], name: str) -> dict[str, str]:
    """A field that is an object of texts. Raises Refused."""
    found = words.get(name) or {}
    if not all(isinstance(value, str) for value in found.values()):
        raise Refused(problem_door.not_understood((FieldError(f"/{name}", "not_text", *_SAYS[str]),)))
    return dict(found)


# --- once -------------------------------------------------------------------------------------------------------


def once(request: HttpRequest, permission: str, raw: bytes, work: Callable[[], tuple[int, str, Any]]) -> HttpResponse:
    """Does a command and keeps its answer under the Idempotency-Key: a retry has one effect and one answer.

    `work` returns status, location and what to tell. What was refused had no effect and is not kept.
    """
    principal, key = _principal(request), request.headers.get("Idempotency-Key")
    if key is not None and not idempotency.well_formed(key):
        raise Refused(problems.BAD_KEY)
    route = f"{request.method} {request.path_info}"[:120]
    with transaction.atomic():
        access.enter(principal, permission)
        kept = None if key is None else idempotency.begin(principal.name, route, key, raw)
        replayed = kept is not None
        if kept is None:
            status, location, told = work()
            kept = Kept(status, location, _dump(told))
            if key is not None:
                access.enter(principal, permission)
                idempotency.keep(principal.name, route, key, raw, kept)
    answer = _json(kept.answer, kept.status)
    if kept.location:
        answer["Location"] = kept.location
    if replayed:
        answer["Idempotency-Replayed"] = "true"
    return answer
