"""The applicant's own device: a link for one application, with which nobody but the applicant answers and signs.

The link's token is random, kept as a hash, and opens until it expires, is revoked, or the cover is bound. Whoever opens
it acts for the member, on this one application: the doors take the application from the link, never from the caller.
Once the cover is bound, the same link shows for a while what was agreed, and writes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sonae.application import Step

from . import access, applications, clock, notices, outbox, walls
from .access import Principal
from .desk import NotFound, Unacceptable
from .models import ApplicationLink, ApplicationStep, Cover, Role

#: How long a link opens. Then the agency makes another one.
LIVES = timedelta(days=14)
#: What the link's holder may do: for a member's own person the same.
MAY = frozenset({"application.read", "application.answer", "application.bind"})
#: How long after the binding the link still shows what was agreed.
SHOWS = timedelta(days=30)
#: What it opens then: reading, and the papers of that one cover.
MAY_READ = frozenset({"application.read", "cover.read"})


@dataclass(frozen=True)
class NewLink:
    """`token` is shown once and never again."""

    id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """Who acts through a link, and the one application it is for."""

    principal: Principal
    application_id: UUID


@dataclass(frozen=True)
class Agreed:
    """Who reads through a link what was agreed, and until when."""

    principal: Principal
    application_id: UUID
    cover_id: UUID
    until: datetime


def make_link(principal: Principal, application_id: UUID | str, mail: str = "") -> NewLink:
    """A link for the applicant, mailed where an address is said; the ones made before open nothing from now on.

    Raises PermissionDenied, NotFound, Unacceptable (what is said is no mail address).
    """
    if mail and not outbox.ADDRESS.fullmatch(mail):
        raise Unacceptable("メールアドレスの形ではありません / not a mail address")
    with transaction.atomic():
        access.enter(principal, "application.prepare")
        application = applications.seen(application_id)
        moment = clock.now()
        ApplicationLink.objects.filter(application=application, revoked_at=None).update(revoked_at=moment)
        token = secrets.token_urlsafe(32)
        made = ApplicationLink.objects.create(
            application=application, member_id=application.member_id, token_sha256=_hash(token),
            created_by=principal.name, created_at=moment, expires_at=moment + LIVES,
        )  # fmt: skip
        applications.note(
            application, "link_made", principal.name,
            {"link": str(made.id), "expires_at": made.expires_at.isoformat()},
        )  # fmt: skip
        if mail:
            notices.applicant_link(application, made.id, token, made.expires_at, mail, principal.name)
    return NewLink(made.id, token, made.expires_at)


def revoke_links(principal: Principal, application_id: UUID | str) -> int:
    """No link of the application opens anything from now on; how many did."""
    with transaction.atomic():
        access.enter(principal, "application.prepare")
        application = applications.seen(application_id)
        ended = ApplicationLink.objects.filter(application=application, revoked_at=None).update(
            revoked_at=clock.now()
        )
        if ended:
            applications.note(application, "links_revoked", principal.name, {"links": ended})
    return ended


def open_link(token: str) -> Opened:
    """Who acts through this link now. Raises NotFound for one that is unknown, expired, revoked or bound."""
    with transaction.atomic():
        found = _found(token)
        if clock.now() >= found.expires_at or Cover.objects.filter(application_id=found.application_id).exists():
            raise NotFound
    return Opened(_holder(found, MAY), found.application_id)


def open_agreed(token: str) -> Agreed:
    """Who reads what was agreed, once the application is bound. Raises NotFound, also for a link that had ended before.

    A link that opened when the cover was bound shows it for a month, whatever is left of its own life.
    """
    with transaction.atomic():
        found = _found(token)
        cover = Cover.objects.filter(application_id=found.application_id).first()
        bound = ApplicationStep.objects.filter(application_id=found.application_id, step=Step.binding).first()
        if cover is None or bound is None:
            raise NotFound
        until = bound.at + SHOWS
        if found.expires_at <= bound.at or clock.now() >= until:
            raise NotFound
    return Agreed(_holder(found, MAY_READ), found.application_id, cover.id, until)


def _found(token: str) -> ApplicationLink:
    """The link that was not revoked, in the caller's transaction, which then acts for its member. Raises NotFound."""
    if not (token.isascii() and len(token) == 43):
        raise NotFound
    digest = _hash(token)
    walls.enter(share=digest.hex())
    found = ApplicationLink.objects.filter(token_sha256=digest, revoked_at=None).first()
    if found is None:
        raise NotFound
    walls.enter(organisation=str(found.member_id), principal=f"link:{found.id}")
    return found


def _holder(link: ApplicationLink, may: frozenset[str]) -> Principal:
    return Principal(f"link:{link.id}", link.id, link.member_id, Role.MEMBER, may, 60)


acknowledge = applications.acknowledge
"""The applicant has read the papers; it stands beside the other steps of the sale."""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
