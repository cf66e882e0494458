"""What a session proves: who came in by which factor, and when a factor was last shown (step-up, ASVS 7.5.3).

A password alone opens a session that may only set up a second factor: `access.principal_of` gives it no principal.
The session's key is changed whenever a factor is shown; suspending a person ends all of theirs (User.session_epoch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import auth
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from sonae.period import JST

from . import access_factors, clock, walls
from .access_factors import PASSKEY, PASSWORD, RECOVERY, TOTP
from .models import User

#: With these a person has shown two factors (AAL2): a verified passkey is two in one, a code follows a password.
TWO_FACTORS = frozenset({PASSKEY, TOTP, RECOVERY})
#: With these a person signs, and confirms what needs a fresh factor. A recovery code only lets in, to set up new ones.
SIGNING = frozenset({PASSKEY, TOTP})
#: Between the right password and the code.
HALF_WAY_SECONDS = 300
BINDING_SECONDS = 300
"""How fresh a factor must be for what binds, pays or changes rights."""
CONFIRM = "/account/confirm"
"""Where a person shows a factor again."""

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_FACTOR, _HALF_WAY = "factor", "half_way"

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Shown:
    """The factor that the session's person showed last, and when."""

    factor: str
    at: datetime


# --- coming in ----------------------------------------------------------------------------------------------------


def begin(request: HttpRequest, user: User) -> None:
    """The password was right: the person is half-way, or in for setting up a second factor if there is none yet."""
    if not access_factors.has_second(user):
        complete(request, user, PASSWORD)
        return
    if request.session.get(auth.SESSION_KEY) is not None:
        request.session.flush()
    else:
        request.session.cycle_key()  # what a stranger may have fixed before is worth nothing
    request.session[_HALF_WAY] = {"user": str(user.id), "epoch": user.session_epoch, "at": _seconds()}


def half_way(request: HttpRequest) -> User | None:
    """Who gave the right password within the last five minutes and owes the second factor. Opens their wall."""
    held = request.session.get(_HALF_WAY)
    if not held or not 0 <= _seconds() - held["at"] <= HALF_WAY_SECONDS:
        return None
    user = User.objects.filter(id=UUID(held["user"]), is_active=True, session_epoch=held["epoch"]).first()
    return None if user is None else _with_wall(user)


def complete(request: HttpRequest, user: User, factor: str) -> None:
    """Logs the person in under a fresh session key, with the factor they showed."""
    request.session.pop(_HALF_WAY, None)
    auth.login(request, user, backend=_BACKEND)
    _mark(request, factor)


def confirm(request: HttpRequest, factor: str) -> None:
    """The person of this session has shown a factor again."""
    request.session.cycle_key()
    _mark(request, factor)


def end_others(request: HttpRequest, user: User) -> None:
    """Every session of the person but this one is over."""
    User.objects.filter(id=user.id).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    auth.update_session_auth_hash(request, user)


# --- what was shown -----------------------------------------------------------------------------------------------


def shown(request: HttpRequest) -> Shown | None:
    session = getattr(request, "session", None)
    held = None if session is None else session.get(_FACTOR)
    return None if held is None else Shown(held["name"], datetime.fromtimestamp(held["at"], JST))


def two_factors_shown(request: HttpRequest) -> bool:
    found = shown(request)
    return found is not None and found.factor in TWO_FACTORS


def person(request: HttpRequest) -> User | None:
    """The active person of the session, also with a password alone; for their own factors only. Opens their wall."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_active or shown(request) is None:
        return None
    return _with_wall(user)


def is_recent(request: HttpRequest, seconds: int, factors: frozenset[str] = SIGNING) -> bool:
    """Was one of the factors shown in this session within the last `seconds`?"""
    found = shown(request)
    return found is not None and found.factor in factors and 0 <= _seconds() - found.at.timestamp() <= seconds


def recent_factor_required(seconds: int, factors: frozenset[str] = SIGNING) -> Callable[[View], View]:
    """A page that opens only with a factor shown within `seconds`; else the person shows one and comes back.

    Stands below `@requires(...)`. What was posted is not done: the person returns to the page it was posted from.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_recent(request, seconds, factors):
                return view(request, *args, **kwargs)
            return ask_for_factor(request)

        return guarded

    return declare


def recent_factor_to_post(view: View) -> View:
    """A page that anybody who may can read, and whose forms want the factor of a binding: money that leaves.

    Stands below `@requires(...)`. The API asks the same (`FRESH` in web/api_reading.py).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or is_recent(request, BINDING_SECONDS):
            return view(request, *args, **kwargs)
        return ask_for_factor(request)

    return guarded


def ask_for_factor(request: HttpRequest) -> HttpResponse:
    """Sends the person to show a factor, and back to where they were."""
    onward = request.get_full_path() if request.method in ("GET", "HEAD") else _came_from(request)
    place = f"{CONFIRM}?" + urlencode({"next": onward})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    return HttpResponseRedirect(place)


def signer_factor(request: HttpRequest) -> str:
    """The factor with which a signature of this moment is made: `passkey` or `totp`, for the frozen snapshot.

    Only behind `recent_factor_required`: a session that has none by which one signs is a programming error.
    """
    found = shown(request)
    assert found is not None, "no factor was shown"
    assert found.factor in SIGNING, "nobody signs with this factor"
    return found.factor


def _came_from(request: HttpRequest) -> str:
    """The page of this site from which a form was posted; the start page if that is not known."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _with_wall(user: User) -> User:
    walls.enter(organisation=str(user.organisation_id), principal=f"user:{user.id}")
    return user


def _mark(request: HttpRequest, factor: str) -> None:
    request.session[_FACTOR] = {"name": factor, "at": _seconds()}


def _seconds() -> int:
    return int(clock.now().timestamp())
