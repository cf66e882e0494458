"""Log-in, log-out, the own password, and the language of the pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.debug import sensitive_post_parameters

from sonae.office import access
from sonae.office.access import PUBLIC, requires
from sonae.office.models import User
from sonae.web.pages import keep_entry, who

LANGUAGE_YEARS = 1


def _next(request: HttpRequest, text: str) -> str:
    """Where to go on; only within this site."""
    safe = url_has_allowed_host_and_scheme(text, {request.get_host()}, require_https=request.is_secure())
    return text if safe and text.startswith("/") else "/"


@sensitive_post_parameters("password")
@requires(GET=PUBLIC, POST=PUBLIC)
def log_in(request: HttpRequest) -> HttpResponse:
    """By name and password. A wrong pair says only that it is wrong."""
    onward = _next(request, (request.POST if request.method == "POST" else request.GET).get("next", "/"))
    wrong = False
    username = ""
    if request.method == "POST":
        username = request.POST.get("username", "")[:80].replace("\x00", "")
        password = request.POST.get("password", "")[:1024].replace("\x00", "")
        if access.log_in(request, username, password):
            return HttpResponseRedirect(onward)
        wrong = True
    elif who(request) is not None:
        return HttpResponseRedirect(onward)
    context = {"next": onward, "wrong": wrong, "username": username}
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
    form = PasswordChangeForm(user, request.POST if request.method == "POST" else None)
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
    onward = _next(request, request.POST.get("next", "/"))
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
