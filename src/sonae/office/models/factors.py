"""Second factors of people, what was spent once, and the links that let a person in for the first time or anew."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from .people import Organisation, User
from .records import SubjectKey


class Passkey(models.Model):
    """A passkey (WebAuthn credential) of a person. A revoked one stays, so that what it signed can be told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    #: The authenticator's own count of signatures; 0 for ever where it keeps none.
    sign_count = models.BigIntegerField()
    #: The person's own word for the device.
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "passkey"


class TotpSecret(models.Model):
    """The secret of an authenticator app, ciphertext under the person's key. One confirmed and live at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="totp_secrets")
    secret_ciphertext = models.BinaryField()
    key_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    #: The last thirty-second step whose code was taken: no code of it or of an earlier one is taken again.
    last_step = models.BigIntegerField(default=0)

    class Meta:
        db_table = "totp_secret"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False, revoked_at=None),
                name="one_authenticator_app_a_person",
            ),
        ]


class RecoveryCode(models.Model):
    """A code for the day the devices are lost: 80 random bits, shown once, kept as a hash, used once."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    code_sha256 = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recovery_code"
        constraints = [models.UniqueConstraint(fields=["user", "code_sha256"], name="recovery_code_once")]


class FactorFailures(models.Model):
    """How often in a row a person's code was wrong, and until when no further one is looked at."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="+")
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "factor_failures"


class Spent(models.Model):
    """What may be presented once: the hash of a passkey's challenge, kept until the challenge is worthless anyway."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "spent"


class LinkKind(models.TextChoices):
    INVITATION = "invitation", "招待"
    RESET = "reset", "再設定"


class LogInLink(models.Model):
    """A single-use link: an invitation of a member's person, or a reset by an operator. The token is kept as a hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=LinkKind)
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    #: Whose link: the organisation for which the person will act.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: Who made it: that organisation may see and revoke it.
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: The person whose factors are set anew; of an invitation, the person it became.
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    #: Of an invitation: the mail address it is meant for, under a key of its own.
    subject_key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    mail_ciphertext = models.BinaryField(null=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "log_in_link"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=LinkKind.INVITATION, subject_key__isnull=False, mail_ciphertext__isnull=False)
                | Q(kind=LinkKind.RESET, user__isnull=False),
                name="link_is_for_someone",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="link_expires"),
        ]

    def is_open(self, moment: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and moment < self.expires_at
