"""The outbox: mails as recorded with what caused them, every attempt to send one, and people's addresses.

All append-only: whether a mail has left is read off its attempts.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .people import Organisation, User
from .records import SubjectKey


class MailKind(models.TextChoices):
    """What a mail is about."""

    INVITATION = "invitation"
    RESET = "reset"
    APPLICANT_LINK = "applicant_link"
    RENEWAL_OFFER = "renewal_offer"
    RENEWAL_OFFERS = "renewal_offers"
    CONDITION_DUE = "condition_due"


class MailOutcome(models.TextChoices):
    """How an attempt ended; after `sent`, `expired` and `erased` there is no other."""

    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    ERASED = "erased"


FINAL = (MailOutcome.SENT, MailOutcome.EXPIRED, MailOutcome.ERASED)


class Mail(models.Model):
    """One mail to one address, once for its cause. The message is ciphertext under a key that ends with the sending."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=MailKind.choices)
    #: What it follows from and for whom, in ids: the same cause never makes a second mail.
    cause = models.CharField(max_length=200, unique=True)
    #: Of whom it is read: the member, or the organisation of the person.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    subject_key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="+")
    message_ciphertext = models.BinaryField()
    caused_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    #: After this moment it would mislead (a link that has ended), and is not sent any more.
    good_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail"
        indexes = [models.Index(fields=["-recorded_at", "-id"], name="mail_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(good_until=None) | Q(good_until__gt=F("recorded_at")), name="mail_is_good_for_a_while"
            ),
        ]


class MailAttempt(models.Model):
    """One attempt to send a mail: by which adapter, and how it ended. Never the server's words, which name people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    adapter = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10, choices=MailOutcome.choices)
    code = models.CharField(max_length=60)

    class Meta:
        db_table = "mail_attempt"
        constraints = [
            models.UniqueConstraint(fields=["mail", "number"], name="mail_attempts_are_numbered"),
            models.UniqueConstraint(
                fields=["mail"], condition=Q(outcome__in=["sent", "expired", "erased"]), name="mail_leaves_once"
            ),
        ]


class MailAddress(models.Model):
    """A person's mail address from a moment on, under a key of its own; the last one counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    subject_key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="+")
    address_ciphertext = models.BinaryField()
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "mail_address"
        constraints = [models.UniqueConstraint(fields=["user", "number"], name="mail_addresses_are_numbered")]
