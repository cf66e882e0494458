"""Passkeys (WebAuthn): registered and shown with user verification, so that one is two factors.

The office keeps nothing of a ceremony before it succeeds: the challenge goes out signed, with its purpose and moment,
comes back with the answer, and is spent by it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import webauthn
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from . import access_factors, clock, journal, walls
from .models import Passkey, Spent, User

#: Seconds from the options to the answer.
LIVES = 300
MOST = 20  # passkeys of one person
LABEL_LENGTH = 80
_SALT = "sonae.passkey"


class PasskeyRefused(Exception):
    """This passkey or this answer proves nothing here."""


@dataclass(frozen=True)
class Site:
    """The place for which a passkey is good: the host's name without port, and the whole origin."""

    host: str
    origin: str


def site_of(request: HttpRequest) -> Site:
    """The site as the browser calls it; only names in ALLOWED_HOSTS come this far."""
    name = request.get_host()
    host = name.rsplit(":", 1)[0] if not name.endswith("]") else name
    return Site(host, f"{request.scheme}://{name}")


def possible_at(site: Site) -> bool:
    """No browser makes a passkey for an IP address."""
    try:
        ip_address(site.host.strip("[]"))
    except ValueError:
        return True
    return False


# --- registering --------------------------------------------------------------------------------------------------


def creation_options(site: Site, person_id: UUID, *, account: str, name: str) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked, and the signed challenge to send back as `token`."""
    known = Passkey.objects.filter(user_id=person_id, revoked_at=None).values_list("credential_id", flat=True)
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="sonae",
        user_id=person_id.bytes,
        user_name=account,
        user_display_name=name,
        challenge=challenge,
        timeout=LIVES * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(one)) for one in known],
    )
    return _with_token(webauthn.options_to_json(options), challenge, f"register/{person_id}")


def register(site: Site, user: User, credential: str, token: str, label: str) -> Passkey:
    """Keeps the passkey that the browser made for this person. Raises PasskeyRefused."""
    challenge = _challenge(token, f"register/{user.id}")
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # whatever a stranger's bytes do to the parsers below, they prove nothing
        raise PasskeyRefused("registration") from error
    with transaction.atomic():
        _spend(challenge)
        if access_factors.live_passkeys(user).count() >= MOST:
            raise PasskeyRefused("too many")
        row = Passkey(
            user=user, credential_id=made.credential_id, public_key=made.credential_public_key,
            sign_count=made.sign_count, label=label[:LABEL_LENGTH], created_at=clock.now(),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise PasskeyRefused("known") from error
        journal.append(
            f"user/{user.id}", "passkey_registered", actor=f"user:{user.id}", organisation_id=user.organisation_id,
            body={"passkey": str(row.id)},
        )  # fmt: skip
    return row


# --- showing ------------------------------------------------------------------------------------------------------


def request_options(site: Site, user: User | None) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked: of a known person one of theirs, of a stranger any passkey."""
    challenge = secrets.token_bytes(32)
    known = [] if user is None else access_factors.live_passkeys(user).values_list("credential_id", flat=True)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=LIVES * 1000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=bytes(one)) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _with_token(webauthn.options_to_json(options), challenge, _showing(user))


def show(site: Site, credential: str, token: str, user: User | None = None) -> Passkey:
    """The passkey that the answer proves; of `user` where one is given. Raises PasskeyRefused.

    The person it belongs to is active. A count of signatures that does not go on means that there may be a copy:
    that is refused, and remembered.
    """
    challenge = _challenge(token, _showing(user))
    row = _known(credential)
    if user is not None and row.user_id != user.id:
        raise PasskeyRefused("another's")
    try:
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=0,  # judged below, where a copy is told from a wrong signature
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise PasskeyRefused("signature") from error
    if (shown.new_sign_count or row.sign_count) and shown.new_sign_count <= row.sign_count:
        _remember_copy(row)
        raise PasskeyRefused("copied")
    with transaction.atomic():
        _spend(challenge)
        fresh = Passkey.objects.filter(id=row.id, revoked_at=None, sign_count=row.sign_count)
        if fresh.update(sign_count=shown.new_sign_count, last_used_at=clock.now()) != 1:
            raise PasskeyRefused("at once")
    return row


def _remember_copy(row: Passkey) -> None:
    user = row.user
    with transaction.atomic():
        walls.enter(organisation=str(user.organisation_id), principal=f"user:{user.id}")
        journal.append(
            f"user/{user.id}", "passkey_copied", actor=f"user:{user.id}", organisation_id=user.organisation_id,
            body={"passkey": str(row.id)},
        )  # fmt: skip


def _known(credential: str) -> Passkey:
    """The live passkey of an active person that an answer names. Raises PasskeyRefused."""
    try:
        answer = json.loads(credential)
        credential_id = base64url_to_bytes(answer["rawId"])
        handle = answer["response"].get("userHandle")
        named = None if not handle else UUID(bytes=base64url_to_bytes(handle))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PasskeyRefused("unreadable") from error
    found = Passkey.objects.select_related("user").filter(credential_id=credential_id, revoked_at=None).first()
    if found is None or not found.user.is_active or (named is not None and named != found.user_id):
        raise PasskeyRefused("unknown")
    return found


# --- challenges ---------------------------------------------------------------------------------------------------


def _showing(user: User | None) -> str:
    return "log-in" if user is None else f"confirm/{user.id}"


def _with_token(options: str, challenge: bytes, purpose: str) -> dict[str, Any]:
    held = {"challenge": bytes_to_base64url(challenge), "purpose": purpose, "at": int(clock.now().timestamp())}
    return {"publicKey": json.loads(options), "token": signing.dumps(held, salt=_SALT)}


def _challenge(token: str, purpose: str) -> bytes:
    """The challenge in a token of ours, if it was given out for this purpose within the last minutes."""
    try:
        held = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise PasskeyRefused("token") from error
    if held["purpose"] != purpose or not 0 <= int(clock.now().timestamp()) - held["at"] <= LIVES:
        raise PasskeyRefused("expired")
    return base64url_to_bytes(held["challenge"])


def _spend(challenge: bytes) -> None:
    """A challenge is answered once: of two answers at once, the database refuses one. Raises PasskeyRefused."""
    now = clock.now()
    Spent.objects.filter(until__lt=now).delete()
    try:
        with transaction.atomic():
            Spent(digest=hashlib.sha256(challenge).digest(), until=now + timedelta(seconds=2 * LIVES)).save(
                force_insert=True
            )
    except IntegrityError as error:
        raise PasskeyRefused("spent") from error
