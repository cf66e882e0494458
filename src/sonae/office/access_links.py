"""Single-use links: the invitation of a member's person, and a person's new start made by an operator.

A link is good for one person, once, until it expires; opening it uses nothing up, redeeming it does. It follows the
present relation of whoever made it: suspended, moved away or no longer handling the member, their links open nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from . import access, access_factors, clock, journal, notices, outbox, people, subjects, walls
from .access import Principal
from .desk import NotFound
from .models import LinkKind, LogInLink, Member, Organisation, OrganisationKind, Role, User

INVITATION_LIVES = timedelta(days=7)
RESET_LIVES = timedelta(minutes=30)
NAME_LENGTH = 80
_PERMISSION = {LinkKind.INVITATION: "member.invite", LinkKind.RESET: "user.manage"}


@dataclass(frozen=True)
class NewLogInLink:
    """`token` is shown once and never again; the address is `/welcome/<token>`."""

    id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class OpenLink:
    """A link that opens: for whom, and what the person is called on their device."""

    row: LogInLink
    organisation: Organisation
    #: The id that the person has or will have.
    person_id: UUID
    account: str


# --- making -------------------------------------------------------------------------------------------------------


def invite(principal: Principal, member_id: UUID, mail: str) -> NewLogInLink:
    """A link with which the person behind a mail address becomes the member's own; earlier ones for them end.

    It is mailed to them, and shown once to whoever made it.

    Raises PermissionDenied, NotFound (also for another's member), Unacceptable (no mail address).
    """
    if not outbox.ADDRESS.fullmatch(mail):
        raise people.Unacceptable("メールアドレスの形ではありません / not a mail address")
    with transaction.atomic():
        access.enter(principal, "member.invite")
        member = Member.objects.select_related("organisation").filter(organisation_id=member_id).first()
        if member is None:
            raise NotFound
        trace = subjects.blind_index(mail)
        LogInLink.objects.filter(
            kind=LinkKind.INVITATION, organisation_id=member_id, subject_key__blind_index=trace, used_at=None,
            revoked_at=None,
        ).update(revoked_at=clock.now())  # fmt: skip
        subject, data_key = subjects.new_key(member_id, contact=mail)
        row, token = _fresh(principal, LinkKind.INVITATION, member.organisation, INVITATION_LIVES)
        row.subject_key = subject
        row.mail_ciphertext = subjects.encrypt(
            data_key, mail.encode("utf-8"), table="log_in_link", column="mail", row=row.id,
            key_version=subject.key_version,
        )  # fmt: skip
        row.save(force_insert=True)
        journal.append(
            f"organisation/{member_id}", "person_invited", actor=principal.name, organisation_id=member_id,
            body={"link": str(row.id), "expires_at": row.expires_at.isoformat()},
        )  # fmt: skip
        notices.invited(row, token, mail)
    return NewLogInLink(row.id, token, row.expires_at)


def reset(principal: Principal, username: str) -> NewLogInLink:
    """A link with which a person sets password and factors anew; only an operator makes one, and never for oneself.

    It is shown once to the operator, and mailed to the person where their address is known.

    Nothing of the person's changes before it is redeemed. Raises PermissionDenied, Unacceptable.
    """
    with transaction.atomic():
        access.enter(principal, "user.manage")
        user = User.objects.select_related("organisation").filter(username=username, is_active=True).first()
        if user is None:
            raise people.Unacceptable(f"there is no active user {username}")
        if user.id == principal.user_id:
            raise people.Unacceptable("another operator resets an operator")
        LogInLink.objects.filter(kind=LinkKind.RESET, user=user, used_at=None, revoked_at=None).update(
            revoked_at=clock.now()
        )
        row, token = _fresh(principal, LinkKind.RESET, user.organisation, RESET_LIVES)
        row.user = user
        row.save(force_insert=True)
        journal.append(
            f"user/{user.id}", "reset_link_made", actor=principal.name, organisation_id=user.organisation_id,
            body={"link": str(row.id), "expires_at": row.expires_at.isoformat()},
        )  # fmt: skip
        notices.reset(row, token)
    return NewLogInLink(row.id, token, row.expires_at)


def _fresh(principal: Principal, kind: LinkKind, organisation: Organisation, lives: timedelta) -> tuple[LogInLink, str]:
    token = secrets.token_urlsafe(32)
    now = clock.now()
    return LogInLink(
        kind=kind, token_sha256=_hash(token), organisation=organisation, issuer_id=principal.organisation_id,
        created_by=principal.name, created_at=now, expires_at=now + lives,
    ), token  # fmt: skip


# --- opening ------------------------------------------------------------------------------------------------------


def opened(token: str) -> OpenLink:
    """Who a link is for, in the caller's transaction, which then acts for that organisation.

    Raises NotFound for any link that is unknown, used, expired or revoked, or whose maker could not make it now.
    """
    if not (token.isascii() and len(token) == 43):
        raise NotFound
    digest = _hash(token)
    walls.enter(share=digest.hex())
    row = LogInLink.objects.select_related("user").filter(token_sha256=digest).first()
    if row is None or not row.is_open(clock.now()) or (row.user is not None and not row.user.is_active):
        raise NotFound
    if not _maker_still_may(row):
        raise NotFound
    walls.enter(organisation=str(row.organisation_id), principal=f"link:{row.id}", share=digest.hex())
    organisation = Organisation.objects.get(id=row.organisation_id)
    if row.user is not None:
        return OpenLink(row, organisation, row.user_id or row.id, row.user.username)
    return OpenLink(row, organisation, row.id, _mail_of(row))


def redeem(link: OpenLink, *, name: str = "", password: str | None = None) -> User:
    """Uses a link up: the invited person is made, or the reset person loses password, factors and sessions.

    Without a password the caller registers a passkey in the same transaction. Of two at once one is refused.
    Raises NotFound, Unacceptable (no name), ValidationError (a weak password).
    """
    row = link.row
    with transaction.atomic():
        now = clock.now()
        # The row's lock and the condition: a link is used once, whatever comes at once.
        open_now = LogInLink.objects.filter(id=row.id, used_at=None, revoked_at=None, expires_at__gt=now)
        if open_now.update(used_at=now) != 1:
            raise NotFound
        if row.kind == LinkKind.RESET:
            return _start_anew(link, password)
        return _new_person(link, name, password)


def _new_person(link: OpenLink, name: str, password: str | None) -> User:
    """A person of the member, who acts for the member only: the role belongs to that kind of organisation."""
    shown = name.strip()
    if not 1 <= len(shown) <= NAME_LENGTH or not shown.isprintable():
        raise people.Unacceptable("お名前を1〜80文字で書いてください / write a name of 1 to 80 characters")
    if link.organisation.kind != OrganisationKind.MEMBER:
        raise NotFound
    letters = string.ascii_lowercase + string.digits
    user = User(
        id=link.person_id, username="m-" + "".join(secrets.choice(letters) for _ in range(10)),
        organisation=link.organisation, organisation_kind=link.organisation.kind, role=Role.MEMBER,
        created_at=clock.now(),
    )  # fmt: skip
    people.set_password(user, password)
    people.add_person(user, shown, actor=f"link:{link.row.id}")
    outbox.keep_address(user, link.account, f"link:{link.row.id}")
    LogInLink.objects.filter(id=link.row.id).update(user=user)
    return user


def _start_anew(link: OpenLink, password: str | None) -> User:
    user = User.objects.select_for_update().get(id=link.person_id)
    access_factors.revoke_everything(user)
    people.set_password(user, password)
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    journal.append(
        f"user/{user.id}", "factors_reset", actor=f"link:{link.row.id}", organisation_id=user.organisation_id, body={}
    )
    return user


def _maker_still_may(row: LogInLink) -> bool:
    """Could the one who made the link make it now? Rights follow the present relation."""
    kind = LinkKind(row.kind)
    maker = User.objects.filter(id=UUID(row.created_by.removeprefix("user:")), is_active=True).first()
    if maker is None or maker.organisation_id != row.issuer_id:
        return False
    try:
        access.enter(access.principal_of_user(maker), _PERMISSION[kind])
    except PermissionDenied:
        return False
    return kind != LinkKind.INVITATION or Member.objects.filter(organisation_id=row.organisation_id).exists()


def _mail_of(row: LogInLink) -> str:
    assert row.subject_key is not None, "an invitation has a key"
    assert row.mail_ciphertext is not None, "an invitation has an address"
    try:
        data_key = subjects.open_key(row.subject_key)
    except subjects.Erased:
        raise NotFound from None
    return subjects.decrypt(
        data_key, bytes(row.mail_ciphertext), table="log_in_link", column="mail", row=row.id,
        key_version=row.subject_key.key_version,
    ).decode("utf-8")  # fmt: skip


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
