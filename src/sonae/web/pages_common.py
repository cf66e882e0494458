"""What the pages of the office share: who asks, a page in its frame, a refusal in the place where the answer stood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.office import access_session, desk
from sonae.office.access import Principal
from sonae.office.documents.glyphs import MissingGlyph
from sonae.office.refusals import Refused
from sonae.web.pages import language, who

LONGEST = 2000
View = Callable[..., HttpResponse]


def principal_of(request: HttpRequest) -> Principal:
    """Who asks; the permission of the route has made sure that there is someone."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal


def page(request: HttpRequest, template: str, here: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page in its frame, with who is logged in and where they are."""
    return render(request, template, {"who": who(request), "here": here, **context}, status=status)


def missing_is_404(view: View) -> View:
    """What is not there, or not for whoever asks, looks the same: 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **words: Any) -> HttpResponse:
        try:
            return view(request, *args, **words)
        except desk.NotFound:
            raise Http404 from None

    return guarded


def said(refusal: desk.Unacceptable) -> str:
    """Why nothing was done, in the page's language."""
    if isinstance(refusal, Refused):
        return refusal.message_en if language() == "en" else refusal.message
    return str(refusal)


def text(request: HttpRequest, name: str, longest: int = LONGEST) -> str:
    """A field as typed, less what surrounds it; NUL is no character of any text."""
    return request.POST.get(name, "")[:longest].replace("\x00", "").strip()


def asked(request: HttpRequest, name: str, longest: int = 200) -> str:
    """A word of the query."""
    return request.GET.get(name, "")[:longest].replace("\x00", "").strip()


def uuid_of(typed: str) -> UUID | None:
    """An id as typed; None when it is none."""
    try:
        return UUID(typed)
    except ValueError:
        return None


def day_of(typed: str) -> date | None:
    """A day as the browser's field writes it; None when it is none."""
    try:
        return date.fromisoformat(typed) if len(typed) == 10 else None
    except ValueError:
        return None


def cursor(typed: str) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None when it is no such place."""
    moment, _, row_id = typed.partition("_")
    found_id = uuid_of(row_id)
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, found_id) if found.tzinfo is not None and found_id is not None else None


def factor_shown(request: HttpRequest) -> str:
    """The factor by which the person of this session is known, for the records of steps."""
    found = access_session.shown(request)
    assert found is not None, "whoever has a principal has shown a factor"
    return found.factor


def paper(request: HttpRequest, name: str, make: Callable[[], bytes]) -> HttpResponse:
    """A PDF; a name that the fonts cannot print is said, never a box."""
    try:
        made = make()
    except MissingGlyph as missing:
        return page(request, "parts/no_paper.html", "", 422, characters=missing.characters)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )
