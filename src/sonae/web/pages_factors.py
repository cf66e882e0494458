"""The second factor: shown at log-in and before what binds, set up, taken away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from sonae.office import access, access_factors, access_passkeys, access_session, desk
from sonae.office.access import PUBLIC, requires
from sonae.office.access_factors import PASSKEY, PASSWORD, Paused, Unchanged
from sonae.office.access_passkeys import PasskeyRefused
from sonae.office.access_session import TWO_FACTORS
from sonae.office.models import User
from sonae.web.pages_next import onward_of

#: How fresh a factor must be for a change of factors.
CHANGING_SECONDS = 600


# --- passkeys -----------------------------------------------------------------------------------------------------


@requires(GET=PUBLIC)
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks the device: to log in, to confirm, or to make a passkey for the person of the session."""
    site = access_passkeys.site_of(request)
    wanted = request.GET.get("for")
    if wanted == "log-in":
        return JsonResponse(access_passkeys.request_options(site, None))
    user = access_session.half_way(request) if wanted == "second" else access_session.person(request)
    if user is None or wanted not in ("second", "confirm", "register"):
        return JsonResponse({}, status=403)
    if wanted != "register":
        return JsonResponse(access_passkeys.request_options(site, user))
    if not _may_change(request, user):
        return JsonResponse({}, status=403)
    return JsonResponse(access_passkeys.creation_options(site, user.id, account=user.username, name=desk.name_of(user)))


@requires(POST=PUBLIC)
def log_in_by_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey alone: it is two factors, and names its person."""
    onward = onward_of(request)
    passkey = _shown(request, None)
    if passkey is None:
        context = {"next": onward, "refused": True, **about_passkeys(request)}
        return render(request, "account/login.html", context, status=403)
    access_session.complete(request, passkey, PASSKEY)
    return HttpResponseRedirect(onward)


def _shown(request: HttpRequest, user: User | None) -> User | None:
    """Whose passkey the posted answer proves; of `user` where one is given."""
    site = access_passkeys.site_of(request)
    try:
        passkey = access_passkeys.show(site, request.POST.get("credential", ""), request.POST.get("token", ""), user)
    except PasskeyRefused:
        return None
    return passkey.user


# --- showing a second factor ----------------------------------------------------------------------------------------


@sensitive_post_parameters("code")
@requires(GET=PUBLIC, POST=PUBLIC)
def second(request: HttpRequest) -> HttpResponse:
    """After the password: a code, or one of the own passkeys."""
    user, onward = access_session.half_way(request), onward_of(request)
    if user is None:
        return HttpResponseRedirect("/login?" + urlencode({"next": onward}))
    return _ask(request, user, "second", onward)


@sensitive_post_parameters("code")
@requires(GET=PUBLIC, POST=PUBLIC)
def confirm(request: HttpRequest) -> HttpResponse:
    """Once more, before what binds or changes rights."""
    user, onward = access_session.person(request), onward_of(request)
    if user is None or not access_factors.has_second(user):
        access.log_out(request)  # a password of some time ago is no proof, so it is asked for again
        return HttpResponseRedirect("/login?" + urlencode({"next": onward}))
    return _ask(request, user, "confirm", onward)


def _ask(request: HttpRequest, user: User, step: str, onward: str) -> HttpResponse:
    refused, paused, factor = "", None, None
    if request.method == "POST" and "credential" in request.POST:
        factor = PASSKEY if _shown(request, user) is not None else None
        refused = "" if factor else "passkey"
    elif request.method == "POST":
        try:
            factor = access_factors.take_code(user, request.POST.get("code", ""))
            refused = "" if factor else "code"
        except Paused as wait:
            paused = wait.until
    if factor is not None:
        if step == "second":
            access_session.complete(request, user, factor)
        else:
            access_session.confirm(request, factor)
        return HttpResponseRedirect(onward)
    context = {
        "next": onward, "step": step, "refused": refused, "paused": paused,
        "has_app": access_factors.live_app(user) is not None,
        "has_passkey": access_factors.live_passkeys(user).exists(), **about_passkeys(request),
        **(_frame(user) if step == "confirm" else {}),
    }  # fmt: skip
    return render(request, "account/second.html", context, status=429 if paused else 403 if refused else 200)


# --- setting up -----------------------------------------------------------------------------------------------------


@requires(GET=PUBLIC)
def factors(request: HttpRequest) -> HttpResponse:
    """What the person logs in with. Whoever has no second factor yet comes here first and gets no further."""
    user = access_session.person(request)
    if user is None:
        return HttpResponseRedirect("/login?" + urlencode({"next": "/account/factors"}))
    return _factors(request, user)


@requires(POST=PUBLIC)
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Keeps the passkey that the device made."""
    user = access_session.person(request)
    if user is None or not _may_change(request, user):
        return _again(user)
    first = not access_factors.has_second(user)
    label = request.POST.get("label", "").replace("\x00", "").strip() or gettext("パスキー")
    try:
        access_passkeys.register(
            access_passkeys.site_of(request), user, request.POST.get("credential", ""),
            request.POST.get("token", ""), label,
        )  # fmt: skip
    except PasskeyRefused:
        return _factors(request, user, trouble="passkey")
    return _added(request, user, PASSKEY, first)


@requires(POST=PUBLIC)
def revoke_passkey(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """The passkey opens nothing any more, and the person's other sessions end."""
    return _revoke(request, lambda user: access_factors.revoke_passkey(user, str(passkey_id)))


@requires(POST=PUBLIC)
def revoke_app(request: HttpRequest) -> HttpResponse:
    """The app's codes open nothing any more, and the person's other sessions end."""
    return _revoke(request, access_factors.revoke_app)


@sensitive_post_parameters("code")
@requires(GET=PUBLIC, POST=PUBLIC)
def app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: its secret as QR code and letters, good from the first right code on."""
    user = access_session.person(request)
    if user is None or not _may_change(request, user):
        return _again(user)
    waiting, refused, paused = access_factors.started_app(user), False, None
    if request.method == "POST" and "code" in request.POST and waiting is not None:
        first = not access_factors.has_second(user)
        try:
            if access_factors.confirm_app(user, request.POST["code"]):
                return _added(request, user, access_factors.TOTP, first)
            refused = True
        except Paused as wait:
            paused = wait.until
    elif request.method == "POST":
        access_factors.start_app(user)
        return HttpResponseRedirect("/account/factors/app")
    if waiting is None:
        return HttpResponseRedirect("/account/factors")
    code = segno.make_qr(waiting.uri, error="m").svg_inline(scale=5, border=4, svgclass=None, lineclass=None)
    groups = " ".join(waiting.secret[at : at + 4] for at in range(0, len(waiting.secret), 4))
    context = {
        "qr": mark_safe(code), "secret": groups, "refused": refused, "paused": paused, **_frame(user),  # noqa: S308  our own SVG
    }  # fmt: skip
    return render(request, "account/app.html", context, status=429 if paused else 422 if refused else 200)


@requires(POST=PUBLIC)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten fresh recovery codes, shown this once."""
    user = access_session.person(request)
    if user is None or not _may_change(request, user) or not access_factors.has_second(user):
        return _again(user)
    return _codes(request, user, "/account/factors")


def _added(request: HttpRequest, user: User, factor: str, first: bool) -> HttpResponse:
    """A factor was added, and shown by that. With the first one come recovery codes, and the office opens."""
    access_session.confirm(request, factor)
    return _codes(request, user, "/") if first else HttpResponseRedirect("/account/factors")


def _revoke(request: HttpRequest, revoking: Any) -> HttpResponse:
    user = access_session.person(request)
    if user is None or not _may_change(request, user):
        return _again(user)
    try:
        revoking(user)
    except Unchanged as refusal:
        return _factors(request, user, trouble=refusal.code)
    access_session.end_others(request, user)
    return HttpResponseRedirect("/account/factors")


def _may_change(request: HttpRequest, user: User) -> bool:
    """A change of factors wants a fresh factor; the password, while there is no other."""
    enough = TWO_FACTORS if access_factors.has_second(user) else TWO_FACTORS | {PASSWORD}
    return access_session.is_recent(request, CHANGING_SECONDS, enough)


def _again(user: User | None) -> HttpResponse:
    if user is None:
        return HttpResponseRedirect("/login?" + urlencode({"next": "/account/factors"}))
    return HttpResponseRedirect("/account/confirm?" + urlencode({"next": "/account/factors"}))


def _factors(request: HttpRequest, user: User, trouble: str = "") -> HttpResponse:
    context = {
        "passkeys": list(access_factors.live_passkeys(user)),
        "app": access_factors.live_app(user),
        "codes_left": access_factors.codes_left(user),
        "has_second": access_factors.has_second(user),
        "fresh": _may_change(request, user),
        "trouble": trouble,
        **about_passkeys(request),
        **_frame(user),
    }
    return render(request, "account/factors.html", context, status=422 if trouble else 200)


def _codes(request: HttpRequest, user: User, onward: str) -> HttpResponse:
    codes = access_factors.new_recovery_codes(user)
    return render(request, "account/codes.html", {"codes": codes, "onward": onward, **_frame(user)})


def _frame(user: User) -> dict[str, Any]:
    """The head of the page, also for whoever may only set up a factor."""
    return {"who": {"office": user.organisation.name, "name": desk.name_of(user)}, "here": "account"}


def about_passkeys(request: HttpRequest) -> dict[str, Any]:
    site = access_passkeys.site_of(request)
    port = request.get_port()
    return {"passkeys_possible": access_passkeys.possible_at(site), "by_name": f"http://localhost:{port}/login"}
