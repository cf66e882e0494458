"""Log-in, log-out, the own password, and the language of the pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters

from sonae.office import access, access_session
from sonae.office.access import PUBLIC, requires
from sonae.office.models import User
from sonae.web.pages import keep_entry, who
from sonae.web.pages_factors import CHANGING_SECONDS, about_passkeys
from sonae.web.pages_next import onward_of

LANGUAGE_YEARS = 1


@sensitive_post_parameters("password")
@requires(GET=PUBLIC, POST=PUBLIC)
def log_in(request: HttpRequest) -> HttpResponse:
    """By name and password, then a second factor; or by passkey. A wrong pair says only that it is wrong."""
    onward = onward_of(request)
    wrong = False
    username = ""
    if request.method == "POST":
        username = request.POST.get("username", "")[:80].replace("\x00", "")
        password = request.POST.get("password", "")[:1024].replace("\x00", "")
        if access.log_in(request, username, password):
            # Half-way, the code is next; without any second factor the page that sets one up.
            place = "/login/second" if access_session.half_way(request) is not None else "/account/factors"
            return HttpResponseRedirect(place + "?" + urlencode({"next": onward}))
        wrong = True
    elif who(request) is not None:
        return HttpResponseRedirect(onward)
    context = {"next": onward, "wrong": wrong, "username": username, **about_passkeys(request)}
    return render(request, "account/login.html", context, status=403 if wrong else 200)


@requires(POST=PUBLIC)
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    access.log_out(request)
    return HttpResponseRedirect("/")


@sensitive_post_parameters()
@requires(GET=PUBLIC, POST=PUBLIC)
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and a new password."""
    known, user = who(request), request.user
    if known is None or not isinstance(user, User):
        return HttpResponseRedirect("/login?" + urlencode({"next": "/account"}))
    if request.method == "POST" and not access_session.is_recent(request, CHANGING_SECONDS, access_session.TWO_FACTORS):
        return access_session.ask_for_factor(request)
    # Who came by invitation may have a passkey and no password yet.
    asking = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    form = asking(user, request.POST if request.method == "POST" else None)
    changed = False
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        changed = True
    context = {"form": form, "changed": changed, "who": known, "here": "account", "account": user}
    return render(request, "account/account.html", context, status=422 if form.errors else 200)


@requires(POST=PUBLIC)
def choose_language(request: HttpRequest) -> HttpResponse:
    """Japanese or English, remembered in a cookie; an entry on the quotation page is carried along."""
    chosen = request.POST.get("language", "")
    onward = onward_of(request)
    if "industry" in request.POST:
        keep_entry(request)
        onward = "/?kept=1"
    answer = HttpResponseRedirect(onward)
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=LANGUAGE_YEARS * 366 * 24 * 3600,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return answer
