"""Who is asking, and may they: log-in, principals, permissions, and the table of every route and command.

Every (route, method) and every command declares exactly one permission; `check_declarations` refuses a server
on which one is missing. A permission opens the database's wall (walls.py) just as far as it reaches. Rights are
judged from the present relation on each request: suspension, an expired registration, a revoked key count at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.http import urlencode

from . import access_session, clock, walls
from .models import ApiKey, OrganisationKind, Role, User

PUBLIC = "public"

#: What the member does with its own claim, and its agent while the member consents.
_REPORT = frozenset({"claim.report", "claim.read"})
#: What the insurer's claims people do. Payments are approved by managers too, never by whoever prepared them.
_SETTLE = _REPORT | {"claim.handle", "claim.decide", "claim.pay", "claim.approve"}

_SALE = frozenset(
    {"quotation.estimate", "quotation.store", "quotation.read", "quotation.share", "member.register", "member.read",
     "member.invite", "application.prepare", "application.read", "application.bind", "cover.read", "cover.change",
     "renewal.read"}
)  # fmt: skip

#: What each role may do. The federation, associations and insurers' people see no quotation: those are between
#: an agency and its customer until one is applied for.
PERMISSIONS_OF_ROLE: dict[str, frozenset[str]] = {
    Role.SOLICITOR: _SALE | _REPORT,
    Role.AGENCY_MANAGER: _SALE | _REPORT | {"key.manage"},
    Role.ASSOCIATION_OFFICE: frozenset(
        {"member.register", "member.read", "membership.confirm", "application.read", "cover.read", "renewal.read"}
    ),
    Role.FEDERATION_OFFICE: frozenset(
        {"member.register", "member.read", "member.transfer", "application.read", "cover.read", "cover.change",
         "renewal.read", "renewal.run", "book.read", "book.simulate", "book.snapshot", "book.export"}
    ),
    Role.UNDERWRITER: frozenset(
        {"member.read", "application.read", "application.decide", "application.bind", "cover.read", "cover.change",
         "cover.approve", "renewal.read", "book.read", "book.simulate", "book.snapshot", "book.export",
         "claim.redecide", "product.release", "product.agree"}
    ),
    Role.CLAIMS_HANDLER: frozenset({"member.read", "cover.read", "loss.notify"}) | _SETTLE,
    Role.CLAIMS_MANAGER: frozenset({"member.read", "cover.read", "loss.notify"}) | _SETTLE,
    Role.AUDITOR: frozenset(
        {"quotation.read", "quotation.replay", "routes.read", "member.read", "application.read", "cover.read",
         "renewal.read", "journal.verify", "journal.export", "claim.read", "book.read", "claim.redecide"}
    ),
    Role.OPERATOR: frozenset(
        {"quotation.replay", "user.manage", "key.manage", "product.release", "subject.erase", "routes.read",
         "renewal.run", "cover.rebuild", "journal.verify", "journal.export", "journal.checkpoint", "mail.manage"}
    ),
    Role.MEMBER: frozenset(
        {"member.read", "application.read", "application.answer", "application.bind", "cover.read", "renewal.read"}
    ) | _REPORT | {"claim.consent"},
}
PERMISSIONS = frozenset({PUBLIC}).union(*PERMISSIONS_OF_ROLE.values())
#: Acts of selling: a person of an agency without a live registration (募集人登録) may do none of them.
NEEDS_REGISTRATION = frozenset(
    {"quotation.estimate", "quotation.store", "quotation.read", "quotation.share", "member.register", "member.invite",
     "application.prepare", "application.bind", "cover.change"}
)  # fmt: skip
#: Where a permission reaches beyond the own organisation's rows: to everything stored ...
REACHES_ALL = frozenset({
    (Role.AUDITOR, "quotation.read"), (Role.AUDITOR, "quotation.replay"),
    (Role.OPERATOR, "quotation.replay"), (Role.OPERATOR, "user.manage"), (Role.OPERATOR, "key.manage"),
    (Role.OPERATOR, "product.release"), (Role.OPERATOR, "subject.erase"),
    (Role.UNDERWRITER, "product.release"), (Role.UNDERWRITER, "product.agree"),
    (Role.OPERATOR, "mail.manage"), (Role.UNDERWRITER, "book.snapshot"), (Role.UNDERWRITER, "book.export"),
}).union(
    (role, permission)
    for role in (Role.UNDERWRITER, Role.CLAIMS_HANDLER, Role.CLAIMS_MANAGER, Role.AUDITOR, Role.OPERATOR)
    for permission in PERMISSIONS_OF_ROLE[role]
    if permission.split(".")[0] in ("member", "application", "cover", "loss", "renewal", "journal", "claim")
)  # fmt: skip
#: ... or to every member of the scheme, but to no loss.
REACHES_SCHEME = frozenset(
    (Role.FEDERATION_OFFICE, one)
    for one in PERMISSIONS_OF_ROLE[Role.FEDERATION_OFFICE]
    if one not in ("book.read", "book.simulate")  # a simulated book reads no member's row
)
#: What a key can be made for. A key cannot bind, answer, decide or change a cover: those follow a person's own act.
KEY_SCOPES = frozenset(
    {"quotation.estimate", "quotation.store", "quotation.read", "quotation.share", "member.register", "member.read",
     "application.prepare", "application.read", "cover.read", "renewal.read"}
)  # fmt: skip

#: Every command of `sonae` and its permission. Commands that touch nothing stored are open to whoever holds the
#: shell; those of the office act as a named user (`--as`).
COMMANDS: dict[str, str] = {
    "quote": PUBLIC,
    "replay": PUBLIC,
    "settle": PUBLIC,
    "business-income": PUBLIC,
    "book export": PUBLIC,
    "book generate": PUBLIC,
    "book impact": PUBLIC,
    "book rate": PUBLIC,
    "book simulate": PUBLIC,
    "book what-if": PUBLIC,
    "book snapshot": "book.snapshot",
    "book agree-export": "book.export",
    "book pseudonymise": "book.export",
    "book trace-export": "book.export",
    "product show": PUBLIC,
    "product check": PUBLIC,
    "product diff": PUBLIC,
    "product matrix": PUBLIC,
    "product schema": PUBLIC,
    "product agree": "product.agree",
    "product release": "product.release",
    "serve": PUBLIC,
    "doctor": PUBLIC,
    "reset": PUBLIC,
    "routes": PUBLIC,
    "key-file new": PUBLIC,
    "certificate verify": PUBLIC,
    "certificate public-key": PUBLIC,
    "certificate status": PUBLIC,
    "brochure": PUBLIC,
    "paper list": "cover.read",
    "paper certificate": "cover.read",
    "paper cover-note": "cover.read",
    "paper endorsement": "cover.read",
    "paper renewal": "renewal.read",
    "paper application": "application.read",
    "paper important-matters": "application.read",
    "timeline search": "journal.export",
    "timeline show": "journal.export",
    "quotation replay": "quotation.replay",
    "user create": "user.manage",
    "user suspend": "user.manage",
    "user registration": "user.manage",
    "user reset": "user.manage",
    "user mail": "user.manage",
    "mail list": "mail.manage",
    "mail retry": "mail.manage",
    "mail due": "mail.manage",
    "demo code": PUBLIC,
    "key create": "key.manage",
    "key revoke": "key.manage",
    "subject erase": "subject.erase",
    "member register": "member.register",
    "member list": "member.read",
    "member transfer": "member.transfer",
    "member suspicions": "member.transfer",
    "membership confirm": "membership.confirm",
    "application show": "application.read",
    "application decide": "application.decide",
    "application bind": "application.bind",
    "cover show": "cover.read",
    "cover change": "cover.change",
    "cover agree": "cover.approve",
    "cover loss": "loss.notify",
    "claim report": "claim.report",
    "claim list": "claim.read",
    "claim show": "claim.read",
    "claim timeline": "claim.read",
    "claim clocks": "claim.read",
    "claim draft": "claim.read",
    "claim worklist": "claim.handle",
    "claim file": "claim.report",
    "claim reserve": "claim.handle",
    "claim premium": "claim.handle",
    "claim payee": "claim.pay",
    "claim confirm": "claim.decide",
    "claim misstatement": "claim.decide",
    "claim pay": "claim.pay",
    "claim approve": "claim.approve",
    "claim post": "claim.pay",
    "claim void": "claim.pay",
    "claim causes": "claim.handle",
    "claim open-cause": "claim.handle",
    "claim link": "claim.handle",
    "claim unlink": "claim.handle",
    "claim recoveries": "claim.handle",
    "claim recover": "claim.handle",
    "claim take-back": "claim.handle",
    "claim received": "claim.pay",
    "claim close": "claim.handle",
    "claim reopen": "claim.handle",
    "cover rebuild": "cover.rebuild",
    "renewal run": "renewal.run",
    "renewal chase": "renewal.read",
    "checkpoint": "journal.checkpoint",
    "verify": "journal.verify",
    "export": "journal.export",
}


@dataclass(frozen=True)
class Principal:
    """A person in a session, or a key with the person who holds it."""

    name: str  # `user:<id>` or `key:<id>`: what records and logs show
    user_id: UUID
    organisation_id: UUID
    role: str
    permissions: frozenset[str]
    budget_per_minute: int
    is_insurers: bool = False

    def may(self, permission: str) -> bool:
        return permission == PUBLIC or permission in self.permissions

    def reach(self, permission: str) -> str:
        if (self.role, permission) in REACHES_ALL:
            return "all"
        return "scheme" if (self.role, permission) in REACHES_SCHEME else "own"

    def claims_reach(self, permission: str) -> str:
        """How far claims open: to the insurer's people all, to an auditor only if the insurer's own."""
        family = permission.split(".")[0]
        if family == "journal":
            return "evidence"
        if family not in ("claim", "loss"):
            return ""
        insurers = self.role in (Role.CLAIMS_HANDLER, Role.CLAIMS_MANAGER) or self.is_insurers
        return "all" if insurers and (self.role, permission) in REACHES_ALL else "own"


def permissions_now(user: User) -> frozenset[str]:
    """What a person may do today: the role's permissions, less those that need a live registration."""
    held = PERMISSIONS_OF_ROLE[user.role]
    if user.role in (Role.SOLICITOR, Role.AGENCY_MANAGER) and not user.registration_is_live(clock.now().date()):
        held -= NEEDS_REGISTRATION
    return held


def principal_of_user(user: User) -> Principal:
    return Principal(
        f"user:{user.id}", user.id, user.organisation_id, user.role, permissions_now(user), 600,
        is_insurers=user.organisation_kind == OrganisationKind.INSURER,
    )  # fmt: skip


def act_as(username: str) -> Principal:
    """The named user on whose behalf a command acts. Raises PermissionDenied if there is none who is active."""
    try:
        user = User.objects.get(username=username, is_active=True)
    except User.DoesNotExist:
        raise PermissionDenied(f"no active user {username}") from None
    return principal_of_user(user)


def enter(principal: Principal | None, permission: str) -> None:
    """Opens the wall for the rest of the transaction, as far as the permission reaches.

    Raises PermissionDenied. Every desk method that acts for someone starts here.
    """
    if principal is None:
        if permission != PUBLIC:
            raise PermissionDenied
        return
    if not principal.may(permission):
        raise PermissionDenied
    walls.enter(
        organisation=str(principal.organisation_id), principal=principal.name, reach=principal.reach(permission),
        claims=principal.claims_reach(permission),
    )  # fmt: skip


# --- people -----------------------------------------------------------------------------------------------------


def log_in(request: HttpRequest, username: str, password: str) -> bool:
    """Takes a person's password; what they owe then, access_session.py knows. False for any reason at all.

    After five failures for one log-in name from one address the answer is 429 for a while, for that pair only.
    """
    user = auth.authenticate(request, username=username, password=password)
    if user is None:
        return False
    access_session.begin(request, user)
    return True


def log_out(request: HttpRequest) -> None:
    auth.logout(request)


def too_many_attempts(_request: HttpRequest, *_arguments: Any, **_words: Any) -> HttpResponse:
    """What a guesser is told."""
    text = "試行回数が多すぎます。1分待ってからやり直してください。\nToo many attempts. Wait a minute and try again.\n"
    return HttpResponse(text, status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"})


def principal_of(request: HttpRequest) -> Principal | None:
    """The person of the session, or None. Keys are for the API alone and sessions for pages alone.

    Whoever has shown a password alone is nobody yet: their session opens the pages of the second factor only.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    if not access_session.two_factors_shown(request):
        return None
    return principal_of_user(user)


# --- keys -------------------------------------------------------------------------------------------------------

_BEARER = re.compile(r"Bearer ([a-z0-9]{16})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True)
class KnownKey:
    """What a check of a key needs; the hot path keeps it for at most five seconds."""

    secret_sha256: bytes
    principal: Principal

    def opens_with(self, secret: str) -> bool:
        return hmac.compare_digest(hashlib.sha256(secret.encode("ascii")).digest(), self.secret_sha256)


def read_bearer(header: str) -> tuple[str, str] | None:
    """(id, secret) of an `Authorization` header, or None."""
    match = _BEARER.fullmatch(header)
    return None if match is None else (match[1], match[2])


def known_key(key_id: str) -> KnownKey | None:
    """A live key with what it may do now, asked of the database; None if unknown, revoked, expired or orphaned."""
    key = ApiKey.objects.select_related("holder").filter(id=key_id).first()
    if key is None or not key.is_live(clock.now()):
        return None
    holder = key.holder
    if not holder.is_active or holder.organisation_id != key.organisation_id:
        return None
    permissions = KEY_SCOPES & frozenset(key.scopes) & permissions_now(holder)
    principal = Principal(
        f"key:{key.id}", holder.id, key.organisation_id, holder.role, permissions, key.budget_per_minute
    )
    return KnownKey(bytes(key.secret_sha256), principal)


def principal_of_key(header: str) -> Principal | None:
    """The principal behind an `Authorization` header, asked of the database; None if it opens nothing."""
    pair = read_bearer(header)
    if pair is None:
        return None
    key = known_key(pair[0])
    return key.principal if key is not None and key.opens_with(pair[1]) else None


# --- declarations -------------------------------------------------------------------------------------------------

View = Callable[..., HttpResponse]


def requires(**permission_of_method: str) -> Callable[[View], View]:
    """Declares a page's methods and the one permission of each: `@requires(GET="public", POST="quotation.store")`.

    Any other method is answered 405. Without a log-in the visitor is sent to log in; without the right, 403.
    The view finds who asks as `request.principal`.
    """
    for permission in permission_of_method.values():
        if permission not in PERMISSIONS:
            raise ValueError(f"{permission} is in nobody's role")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            permission = permission_of_method.get(request.method or "")
            if permission is None and request.method == "HEAD":
                permission = permission_of_method.get("GET")
            if permission is None:
                return HttpResponseNotAllowed(list(permission_of_method))
            principal = principal_of(request)
            if principal is None and permission != PUBLIC:
                owes = access_session.person(request) is not None
                place = "/account/factors?" if owes else "/login?"
                return HttpResponseRedirect(place + urlencode({"next": request.get_full_path()}))
            request.principal = principal  # type: ignore[attr-defined]
            enter(principal, permission)
            return view(request, *args, **kwargs)

        guarded.sonae_permissions = dict(permission_of_method)  # type: ignore[attr-defined]
        return guarded

    return declare
