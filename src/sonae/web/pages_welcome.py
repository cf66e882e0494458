"""A single-use link: an invited person of a member comes in for the first time, or a person starts anew."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from sonae.office import access_factors, access_links, access_passkeys, access_session, desk
from sonae.office.access import PUBLIC, requires
from sonae.office.access_factors import PASSKEY, PASSWORD
from sonae.office.access_links import OpenLink
from sonae.office.access_passkeys import PasskeyRefused
from sonae.office.models import LinkKind, User


@sensitive_post_parameters("password")
@requires(GET=PUBLIC, POST=PUBLIC)
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link uses nothing up; a passkey, or a password, does."""
    link = _link(token)
    if request.method == "GET":
        return _page(request, link, token)
    name = request.POST.get("name", "").replace("\x00", "")
    by_passkey = "credential" in request.POST
    try:
        # Whatever is refused leaves the link as it was.
        with transaction.atomic():
            password = None if by_passkey else request.POST.get("password", "")[:1024].replace("\x00", "")
            user = access_links.redeem(link, name=name, password=password)
            if by_passkey:
                access_passkeys.register(
                    access_passkeys.site_of(request), user, request.POST.get("credential", ""),
                    request.POST.get("token", ""), gettext("パスキー"),
                )  # fmt: skip
    except PasskeyRefused:
        return _page(request, link, token, name=name, trouble=gettext("パスキーを確かめられませんでした。"))
    except desk.NotFound:
        raise Http404 from None
    except desk.Unacceptable as refusal:
        return _page(request, link, token, name=name, trouble=str(refusal))
    except ValidationError as weak:
        return _page(request, link, token, name=name, trouble=" ".join(weak.messages))
    return _in(request, user, PASSKEY if by_passkey else PASSWORD)


def _in(request: HttpRequest, user: User, factor: str) -> HttpResponse:
    """Logged in: with a passkey for good and with recovery codes, with a password as far as the second factor."""
    request.session.flush()
    access_session.complete(request, user, factor)
    if factor == PASSWORD:
        return HttpResponseRedirect("/account/factors")
    codes = access_factors.new_recovery_codes(user)
    frame = {"who": {"office": user.organisation.name, "name": desk.name_of(user)}, "here": "account"}
    return render(request, "account/codes.html", {"codes": codes, "onward": "/", **frame})


@requires(GET=PUBLIC)
def welcome_options(request: HttpRequest, token: str) -> HttpResponse:
    """What the browser asks the device for a passkey of the link's person."""
    link = _link(token)
    site = access_passkeys.site_of(request)
    return JsonResponse(
        access_passkeys.creation_options(site, link.person_id, account=link.account, name=link.organisation.name)
    )


def _link(token: str) -> OpenLink:
    try:
        return access_links.opened(token)
    except desk.NotFound:
        raise Http404 from None


def _page(request: HttpRequest, link: OpenLink, token: str, *, name: str = "", trouble: str = "") -> HttpResponse:
    site = access_passkeys.site_of(request)
    context = {
        "office": link.organisation.name, "account": link.account, "invited": link.row.kind == LinkKind.INVITATION,
        "token": token, "name": name, "trouble": trouble, "expires_at": link.row.expires_at,
        "passkeys_possible": access_passkeys.possible_at(site),
        "by_name": f"http://localhost:{request.get_port()}/welcome/{token}",
    }  # fmt: skip
    return render(request, "account/welcome.html", context, status=422 if trouble else 200)
