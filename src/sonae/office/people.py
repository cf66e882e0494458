"""People and keys: made, suspended, revoked. Reached through desk.py."""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from . import access, clock, journal, subjects, walls
from .access import Principal
from .models import KINDS_OF_ROLE, ApiKey, Organisation, OrganisationKind, Role, User

_ID_LETTERS = string.ascii_lowercase + string.digits


class Unacceptable(Exception):
    """The office refuses to do this; the message says why."""


@dataclass(frozen=True)
class NewKey:
    """`token` is shown once and never again."""

    id: str
    token: str


def create_organisation(
    principal: Principal | None,
    kind: str,
    name: str,
    parent: Organisation | None = None,
    organisation_id: UUID | None = None,
) -> Organisation:
    """`principal` is None only while the office is set up, before anyone could act."""
    with transaction.atomic():
        actor = _enter_or_set_up(principal)
        organisation = Organisation.objects.create(
            id=organisation_id or uuid4(), kind=kind, name=name, parent=parent, created_at=clock.now()
        )
        journal.append(
            f"organisation/{organisation.id}", "organisation_created", actor=actor, organisation_id=None,
            body={"kind": kind, "name": name, "parent": str(parent.id) if parent else None},
        )  # fmt: skip
    return organisation


def create_user(
    principal: Principal | None,
    *,
    username: str,
    password: str,
    name: str,
    organisation: Organisation,
    role: str,
    registration_number: str = "",
    registration_expires: date | None = None,
    user_id: UUID | None = None,
) -> User:
    """A person with a role at an organisation. Raises Unacceptable, ValidationError (a weak password)."""
    if organisation.kind not in KINDS_OF_ROLE[role]:
        raise Unacceptable(f"the role {role} does not belong to an organisation of the kind {organisation.kind}")
    with transaction.atomic():
        actor = _enter_or_set_up(principal)
        user = User(
            id=user_id or uuid4(), username=username, organisation=organisation,
            organisation_kind=organisation.kind, role=role, registration_number=registration_number,
            registration_expires=registration_expires, created_at=clock.now(),
        )  # fmt: skip
        set_password(user, password)
        add_person(user, name, actor=actor)
    return user


def set_password(user: User, password: str | None) -> None:
    """The password of a person, not stored yet; None for someone who logs in by passkey only. ValidationError."""
    if password is not None:
        validate_password(password, user)
    user.password = make_password(password)


def add_person(user: User, name: str, *, actor: str) -> None:
    """Stores a person with the name under a key of their own; in a transaction that may. Raises Unacceptable."""
    subject, data_key = subjects.new_key(user.organisation_id)
    user.subject_key = subject
    user.name_ciphertext = subjects.encrypt(
        data_key, name.encode("utf-8"), table="office_user", column="name", row=user.id,
        key_version=subject.key_version,
    )  # fmt: skip
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Unacceptable(f"{user.username} exists already, or may not have this role") from error
    journal.append(
        f"user/{user.id}", "user_created", actor=actor, organisation_id=user.organisation_id,
        body={"role": user.role, "registered": user.registration_number != ""},
    )  # fmt: skip


def name_of(user: User) -> str:
    """A person's name for screens and papers; the log-in name once the person was erased."""
    if user.subject_key is None or user.name_ciphertext is None:
        return user.username
    try:
        data_key = subjects.open_key(user.subject_key)
    except subjects.Erased:
        return user.username
    return subjects.decrypt(
        data_key, bytes(user.name_ciphertext), table="office_user", column="name", row=user.id,
        key_version=user.subject_key.key_version,
    ).decode("utf-8")  # fmt: skip


def suspend_user(principal: Principal, username: str) -> None:
    """The person can do nothing from the next request on, nor can the keys they hold."""
    with transaction.atomic():
        access.enter(principal, "user.manage")
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            raise Unacceptable(f"there is no user {username}")
        user.is_active = False
        user.session_epoch += 1  # sessions of before stay ended, also for someone who comes back
        user.save(update_fields=["is_active", "session_epoch"])
        journal.append(
            f"user/{user.id}", "user_suspended", actor=principal.name, organisation_id=user.organisation_id, body={}
        )


def set_registration(principal: Principal, username: str, number: str, expires: date | None) -> None:
    """The registration (募集人登録) of an agency's person as it is now; without a last day it is revoked.

    Counts from the next request on, also for the keys they hold. Raises Unacceptable, PermissionDenied.
    """
    with transaction.atomic():
        access.enter(principal, "user.manage")
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None or user.organisation_kind != OrganisationKind.AGENCY:
            raise Unacceptable(f"there is no person {username} of an agency")
        if expires is not None and not number:
            raise Unacceptable("a live registration has a number")
        user.registration_number, user.registration_expires = number, expires
        user.save(update_fields=["registration_number", "registration_expires"])
        journal.append(
            f"user/{user.id}", "registration_set", actor=principal.name, organisation_id=user.organisation_id,
            body={"registered": number != "", "until": expires.isoformat() if expires else None},
        )  # fmt: skip


def create_key(
    principal: Principal | None,
    *,
    holder: User,
    label: str,
    scopes: frozenset[str],
    valid_days: int = 365,
    budget_per_minute: int = 600,
) -> NewKey:
    """A key for a machine, answered for by `holder`. The secret is 256 random bits, kept only as its hash.

    Raises Unacceptable, PermissionDenied (a manager makes keys for the own organisation only).
    """
    unknown = scopes - access.KEY_SCOPES
    if unknown or not scopes:
        raise Unacceptable(f"a key can be made for {', '.join(sorted(access.KEY_SCOPES))}, not for {sorted(unknown)}")
    if not 1 <= valid_days <= 730:
        raise Unacceptable("a key lives 1 to 730 days")
    with transaction.atomic():
        actor = _enter_or_set_up(principal, "key.manage")
        _same_organisation(principal, holder.organisation_id)
        key_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(16))
        secret = secrets.token_urlsafe(32)
        now = clock.now()
        ApiKey.objects.create(
            id=key_id, secret_sha256=hashlib.sha256(secret.encode("ascii")).digest(), label=label,
            organisation_id=holder.organisation_id, holder=holder, scopes=sorted(scopes),
            budget_per_minute=budget_per_minute, created_at=now, expires_at=now + timedelta(days=valid_days),
        )  # fmt: skip
        journal.append(
            f"key/{key_id}", "key_created", actor=actor, organisation_id=holder.organisation_id,
            body={"holder": str(holder.id), "scopes": sorted(scopes), "valid_days": valid_days},
        )  # fmt: skip
    return NewKey(key_id, f"{key_id}.{secret}")


def revoke_key(principal: Principal, key_id: str) -> None:
    """The key opens nothing from now on; dry runs may trust an earlier check for five more seconds."""
    with transaction.atomic():
        access.enter(principal, "key.manage")
        key = ApiKey.objects.select_for_update().filter(id=key_id).first()
        if key is None or (principal.reach("key.manage") == "own" and key.organisation_id != principal.organisation_id):
            raise Unacceptable(f"there is no key {key_id}")
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            key.save(update_fields=["revoked_at"])
            journal.append(
                f"key/{key.id}", "key_revoked", actor=principal.name, organisation_id=key.organisation_id, body={}
            )


def set_up_operator(username: str, password: str, name: str) -> User:
    """The first operator of an empty office, with the federation the operator works for; later ones are made by one.

    Raises Unacceptable once there is an active operator.
    """
    with transaction.atomic():
        _enter_or_set_up(None)
        if User.objects.filter(role=Role.OPERATOR, is_active=True).exists():
            raise Unacceptable("there is an operator already: let them make the next one (--as)")
        federation = Organisation.objects.filter(kind=OrganisationKind.FEDERATION).order_by("created_at").first()
        if federation is None:
            federation = create_organisation(None, OrganisationKind.FEDERATION, "全国中小企業団体中央会")
        return create_user(
            None, username=username, password=password, name=name, organisation=federation, role=Role.OPERATOR
        )


def _enter_or_set_up(principal: Principal | None, permission: str = "user.manage") -> str:
    """Opens the wall for a principal's act, or for the set-up of the office; the name of the actor for the journal."""
    if principal is None:
        walls.enter(reach="all")
        return "set-up"
    access.enter(principal, permission)
    return principal.name


def _same_organisation(principal: Principal | None, organisation_id: UUID) -> None:
    if (
        principal is not None
        and principal.reach("key.manage") == "own"
        and organisation_id != principal.organisation_id
    ):
        raise PermissionDenied
