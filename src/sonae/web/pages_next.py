"""Where to go on after log-in, confirmation or a change of language: only within this site."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def onward_of(request: HttpRequest) -> str:
    """The `next` of a form or address, or the start page."""
    return safe_next(request, (request.POST if request.method == "POST" else request.GET).get("next", "/"))


def safe_next(request: HttpRequest, text: str) -> str:
    safe = url_has_allowed_host_and_scheme(text, {request.get_host()}, require_https=request.is_secure())
    return text if safe and text.startswith("/") else "/"
