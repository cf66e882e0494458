"""One request, one transaction; and the headers that every answer carries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse

from sonae.office import denials
from sonae.office.logs import log
from sonae.web import failures

Answering = Callable[[HttpRequest], HttpResponse]

#: Answered without a transaction, so that they tell the truth when the database is away.
_OUTSIDE = ("/health/",)


class one_transaction:  # noqa: N801  (named as it reads in the settings)
    """Opens the request's transaction, in which the permission sets its reach (walls.py).

    Django's own ATOMIC_REQUESTS opens later and closes around the view only. What failed is rolled back whole:
    an exception in the view, or an answer of 500 and above. The answer leaves after the commit.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OUTSIDE):
            return self.get_response(request)
        try:
            with transaction.atomic():
                answer = self.get_response(request)
                if answer.status_code >= 500 or getattr(request, "sonae_failed", False):
                    transaction.set_rollback(True)
            self._remember_denial(request, answer)
        except OperationalError as error:  # no connection, or it was lost before the commit was confirmed
            log.error("no database", exception=type(error).__name__)
            return failures.unavailable(request)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.sonae_failed = True  # type: ignore[attr-defined]
        request.sonae_denied = isinstance(exception, PermissionDenied)  # type: ignore[attr-defined]

    def _remember_denial(self, request: HttpRequest, answer: HttpResponse) -> None:
        """A known person or key that was refused for want of a right is remembered, after the rollback."""
        denied = getattr(request, "sonae_denied", False)
        if answer.status_code != 403 or not (denied or request.path.startswith("/api/")):
            return
        principal, match = getattr(request, "principal", None), request.resolver_match
        if principal is not None and match is not None:
            denials.record(principal, request.method if request.method in _METHODS else "other", match.route)


def answer_headers(get_response: Answering) -> Answering:
    """No shared cache keeps an answer, no feature of the device is asked for, and each answer leaves one log line."""

    def answering(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        answer = get_response(request)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        match = request.resolver_match
        principal = getattr(request, "principal", None)
        log.info(
            "answered",
            method=request.method if request.method in _METHODS else "other",
            # The pattern, never the path: a path may carry a link's token.
            route=match.route if match else "none",
            status=answer.status_code,
            milliseconds=round((time.perf_counter() - begun) * 1000),
            principal=principal.name if principal else None,
        )
        return answer

    return answering


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def principal_in_templates(request: HttpRequest) -> dict[str, Any]:
    return {"principal": getattr(request, "principal", None)}
