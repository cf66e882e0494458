"""A form that is sent twice has one effect: a double click, a reload, a slow line.

Every form carries a key of its own, made when the page is shown: the tag `{% csrf_token %}` writes it beside the proof
against forged requests. A view behind `once` keeps under it what it answered (idempotency.py): the second sending is
led to the same place. Only what had an effect is kept, so a form that was refused may be mended and sent again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import wraps
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sonae.office import access_session, idempotency, walls
from sonae.office.idempotency import Kept
from sonae.web.pages_common import page

FIELD = "form_key"
PATIENCE = 10.0
"""Seconds that a second sending waits for the first one's answer."""
_PAUSE = 0.05
_OPEN = "open"
"""Whoever has no log-in; their keys cannot be guessed, so none meets another's."""

register = Library()
View = Callable[..., HttpResponse]


class _Fields(Node):
    """Both hidden fields of a form; nothing where there is no request."""

    def render(self, context: Context) -> SafeString:
        forged = CsrfTokenNode().render(context)  # safe: made by format_html
        key = format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4().hex) if forged else ""
        return format_html("{}{}", forged, key)


@register.tag(name="csrf_token")
def fields(_parser: Parser, _token: Token) -> Node:
    """In every template (a built-in of the settings), so that no form is forgotten."""
    return _Fields()


def once(view: View) -> View:
    """A form's effect happens once. Stands under `requires`; an effect is what the view answers with another place.

    To be sent to show a factor first is none: the same form may be sent again afterwards.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **words: object) -> HttpResponse:
        key = request.POST.get(FIELD, "") if request.method == "POST" else ""
        if not key:
            return view(request, *args, **words)
        if not idempotency.well_formed(key):
            return HttpResponseBadRequest()
        principal = getattr(request, "principal", None)
        if principal is None:
            walls.enter(principal=_OPEN)
        name = _OPEN if principal is None else principal.name
        route, body = f"POST {request.path_info}"[:120], _sent(request)
        try:
            kept = _begin(name, route, key, body)
        except (idempotency.StillRunning, idempotency.OtherBody) as trouble:
            busy = isinstance(trouble, idempotency.StillRunning)
            return page(request, "parts/sent_before.html", "", 409, busy=busy, back=request.path_info)
        if kept is not None:
            return HttpResponseRedirect(kept.location)
        answer = view(request, *args, **words)
        if isinstance(answer, HttpResponseRedirect) and not answer.url.startswith(f"{access_session.CONFIRM}?"):
            walls.enter(principal=name)
            idempotency.keep(name, route, key, body, Kept(answer.status_code, answer.url, b""))
        return answer

    return guarded


def _begin(name: str, route: str, key: str, body: bytes) -> Kept | None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return idempotency.begin(name, route, key, body)
        except idempotency.StillRunning:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def _sent(request: HttpRequest) -> bytes:
    """What the form says, less its two hidden fields."""
    told = {name: values for name, values in request.POST.lists() if name not in (FIELD, "csrfmiddlewaretoken")}
    files = {name: [(one.name, one.size) for one in request.FILES.getlist(name)] for name in request.FILES}
    return json.dumps([told, files], ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
