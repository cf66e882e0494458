"""Second factors by code: the authenticator app (TOTP, RFC 6238) and recovery codes.

A code opens once: the step of the app's last code is kept, and no code of that step or an earlier one is taken again.
What is typed is normalised first, so that the same code in another spelling is the same code. After five wrong ones
in a row the person waits, longer each time; passkeys are not held up by it, so nobody can be locked out by a guesser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from django.db import transaction
from django.db.models import QuerySet

from . import clock, journal, subjects
from .models import FactorFailures, Passkey, RecoveryCode, TotpSecret, User

PASSWORD, PASSKEY, TOTP, RECOVERY = "password", "passkey", "totp", "recovery_code"
STEP = 30  # seconds; with the app's steps before and after the present one accepted
FREE_FAILURES = 5
PAUSE, LONGEST_PAUSE = 60, 900  # seconds
RECOVERY_CODES = 10


class Paused(Exception):
    """Too many wrong codes in a row: none is looked at until `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until


class Unchanged(Exception):
    """The office refuses this change of factors; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class NewApp:
    """A secret for an app that is not confirmed yet. `uri` is what its QR code says."""

    secret: str
    uri: str


def has_second(user: User) -> bool:
    """Has the person a factor beside the password? Recovery codes alone are none."""
    return live_passkeys(user).exists() or live_app(user) is not None


def live_passkeys(user: User) -> QuerySet[Passkey]:
    return Passkey.objects.filter(user=user, revoked_at=None).order_by("created_at")


def live_app(user: User) -> TotpSecret | None:
    return TotpSecret.objects.filter(user=user, confirmed_at__isnull=False, revoked_at=None).first()


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None, revoked_at=None).count()


# --- showing a code -----------------------------------------------------------------------------------------------


def take_code(user: User, typed: str) -> str | None:
    """The factor that a typed code proves, `totp` or `recovery_code`; None if it proves nothing. Raises Paused."""
    with transaction.atomic():
        failures = _attempt(user)
        code = _normal(typed)
        factor = None
        if len(code) == 6:
            factor = TOTP if _take_totp(live_app(user), code) else None
        elif code:
            taken = RecoveryCode.objects.filter(
                user=user, code_sha256=_digest(code), used_at=None, revoked_at=None
            ).update(used_at=clock.now())
            factor = RECOVERY if taken == 1 else None
        _remember(failures, user, right=factor is not None)
        if factor == RECOVERY:
            _note(user, "recovery_code_used", {"left": codes_left(user)})
    return factor


def _take_totp(row: TotpSecret | None, code: str) -> bool:
    """Is this an unused code of the present moment? It is used from now on."""
    if row is None:
        return False
    app = pyotp.TOTP(_open(row))
    now = int(clock.now().timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(app.generate_otp(step), code):
            # Two requests with the same code: the database lets one of them have the step.
            return TotpSecret.objects.filter(id=row.id, revoked_at=None, last_step__lt=step).update(last_step=step) == 1
    return False


def next_code(user: User) -> str | None:
    """The next code of the person's app that would be taken now; None if there is no app or all are used. Demo only."""
    row = live_app(user)
    if row is None:
        return None
    now = int(clock.now().timestamp()) // STEP
    step = max(now, row.last_step + 1)
    return pyotp.TOTP(_open(row)).generate_otp(step) if step <= now + 1 else None


def _normal(typed: str) -> str:
    """The typed code as it is compared: full-width letters narrowed, spaces and hyphens dropped, capitals."""
    narrow = unicodedata.normalize("NFKC", typed[:200])
    code = "".join(one for one in narrow if not one.isspace() and one not in "-‐‑–−ー").upper()
    return code if code.isascii() and code.isalnum() else ""


def _attempt(user: User) -> FactorFailures:
    """The person's row of failures, locked: attempts come one after the other. Raises Paused."""
    FactorFailures.objects.get_or_create(user=user)
    row = FactorFailures.objects.select_for_update().get(user=user)
    if row.paused_until is not None and clock.now() < row.paused_until:
        raise Paused(row.paused_until)
    return row


def _remember(row: FactorFailures, user: User, *, right: bool) -> None:
    row.failures = 0 if right else row.failures + 1
    over = row.failures - FREE_FAILURES
    pause = min(PAUSE << min(over, 10), LONGEST_PAUSE) if over >= 0 else 0
    row.paused_until = clock.now() + timedelta(seconds=pause) if pause else None
    row.save(update_fields=["failures", "paused_until"])
    if not right:
        _note(user, "factor_refused", {"failures": row.failures})


# --- setting up ---------------------------------------------------------------------------------------------------


def start_app(user: User) -> NewApp:
    """A fresh secret, shown until a first code confirms it; an unconfirmed one before it is worth nothing any more."""
    with transaction.atomic():
        TotpSecret.objects.filter(user=user, confirmed_at=None, revoked_at=None).update(revoked_at=clock.now())
        assert user.subject_key is not None, "every person has a key"
        row = TotpSecret(user=user, key_version=user.subject_key.key_version, created_at=clock.now())
        secret = pyotp.random_base32()
        row.secret_ciphertext = subjects.encrypt(
            subjects.open_key(user.subject_key), secret.encode("ascii"), table="totp_secret",
            column="secret", row=row.id, key_version=row.key_version,
        )  # fmt: skip
        row.save(force_insert=True)
    return _new_app(user, secret)


def started_app(user: User) -> NewApp | None:
    """The secret that waits for its first code, if one does; for an hour."""
    row = _unconfirmed(user)
    return None if row is None else _new_app(user, _open(row))


def confirm_app(user: User, typed: str) -> bool:
    """Makes the waiting secret the person's app, in place of the one before, if the code is right. Raises Paused."""
    with transaction.atomic():
        failures = _attempt(user)
        row = _unconfirmed(user)
        right = row is not None and _take_totp(row, _normal(typed))
        _remember(failures, user, right=right)
        if not right or row is None:
            return False
        old = TotpSecret.objects.filter(user=user, confirmed_at__isnull=False, revoked_at=None)
        old.update(revoked_at=clock.now())
        if TotpSecret.objects.filter(id=row.id, revoked_at=None).update(confirmed_at=clock.now()) != 1:
            return False
        _note(user, "app_confirmed", {})
    return True


def give_app(user: User) -> None:
    """An app without a first code, for people who do not exist. Demo only."""
    start_app(user)
    TotpSecret.objects.filter(user=user, confirmed_at=None, revoked_at=None).update(confirmed_at=clock.now())


def new_recovery_codes(user: User) -> list[str]:
    """Ten fresh codes, shown this once; the ones before open nothing any more."""
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=clock.now())
        codes = [base64.b32encode(secrets.token_bytes(10)).decode("ascii") for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, code_sha256=_digest(code), created_at=clock.now()) for code in codes
        )
        _note(user, "recovery_codes_made", {"codes": len(codes)})
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


# --- taking away --------------------------------------------------------------------------------------------------


def revoke_passkey(user: User, passkey_id: str) -> None:
    """The passkey opens nothing from now on. Raises Unchanged for the last factor, and for another's passkey."""
    with transaction.atomic():
        rows = list(live_passkeys(user).select_for_update())
        row = next((one for one in rows if str(one.id) == passkey_id), None)
        if row is None:
            raise Unchanged("unknown")
        if len(rows) == 1 and live_app(user) is None:
            raise Unchanged("last")
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        _note(user, "passkey_revoked", {"passkey": str(row.id)})


def revoke_app(user: User) -> None:
    """The app's codes open nothing from now on. Raises Unchanged for the last factor, and without an app."""
    with transaction.atomic():
        # The passkeys are locked too, so that two removals at once cannot take the last two factors.
        passkeys = list(live_passkeys(user).select_for_update())
        if live_app(user) is None:
            raise Unchanged("unknown")
        if not passkeys:
            raise Unchanged("last")
        TotpSecret.objects.filter(user=user, revoked_at=None).update(revoked_at=clock.now())
        _note(user, "app_revoked", {})


def revoke_everything(user: User) -> None:
    """Takes every factor away; the caller gives new ones and ends the sessions."""
    now = clock.now()
    Passkey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    TotpSecret.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    RecoveryCode.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=now)
    FactorFailures.objects.filter(user=user).update(failures=0, paused_until=None)


def _unconfirmed(user: User) -> TotpSecret | None:
    since = clock.now() - timedelta(hours=1)
    waiting = TotpSecret.objects.filter(user=user, confirmed_at=None, revoked_at=None, created_at__gt=since)
    return waiting.order_by("-created_at").first()


def _new_app(user: User, secret: str) -> NewApp:
    return NewApp(secret, pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="sonae"))


def _open(row: TotpSecret) -> str:
    assert row.user.subject_key is not None, "every person has a key"
    return subjects.decrypt(
        subjects.open_key(row.user.subject_key), bytes(row.secret_ciphertext), table="totp_secret", column="secret",
        row=row.id, key_version=row.key_version,
    ).decode("ascii")  # fmt: skip


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode("ascii")).digest()


def _note(user: User, kind: str, body: dict[str, object]) -> None:
    journal.append(f"user/{user.id}", kind, actor=f"user:{user.id}", organisation_id=user.organisation_id, body=body)
