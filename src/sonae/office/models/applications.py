"""Applications (加入申込): their contents, their steps, the applicant's links, referrals and conditions.

Nothing here is ever changed but an end: a link that is revoked, a referral that is decided, a condition that is closed.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .members import Member
from .people import Organisation
from .quotations import Quotation, ReleasedProduct


class Application(models.Model):
    """A member's application to join, or to renew a cover, for one start."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="applications")
    #: The agency that prepared it; who handles the member now stands in `Handling`.
    agency = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="+")
    disclosure_version = models.CharField(max_length=40)
    inception = models.DateField()
    #: The cover that this renews.
    renews = models.OneToOneField("office.Cover", null=True, on_delete=models.PROTECT, related_name="renewal")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "application"
        indexes = [models.Index(fields=["-created_at", "-id"], name="application_newest_first")]


class ApplicationContent(models.Model):
    """What is applied for, and its price: frozen. A change of price or cover is a further row.

    `quotation` is null where the applicant changed the sheet or sales on the form; the row then is its own evidence.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="contents")
    number = models.PositiveIntegerField()
    quotation = models.OneToOneField(Quotation, null=True, on_delete=models.PROTECT, related_name="+")
    #: The last day on which it can be signed.
    valid_until = models.DateField()
    #: The request as understood and the answer, as canonical JSON bytes.
    request_bytes = models.BinaryField()
    answer_bytes = models.BinaryField()
    premium = models.BigIntegerField()
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "application_content"
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="content_numbered_once"),
            models.CheckConstraint(condition=Q(premium__gt=0), name="content_premium_positive"),
        ]


class ApplicationStep(models.Model):
    """A step of the sale as it was taken: who, when, how, on what content. The order is held by a trigger too."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    party = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    factor = models.CharField(max_length=40)
    #: Hex sha256 of the final content, for the steps that hold only on it.
    content = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=20, blank=True, default="")
    #: What was said, as canonical JSON bytes; details typed by the applicant are ciphertext beside it. Of a disclosure
    #: and a decision only the `sha256` of what lies apart (ApplicationAnswers).
    body = models.BinaryField()
    detail_ciphertext = models.BinaryField(null=True)

    class Meta:
        db_table = "application_step"
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="step_numbered_once")]


class ApplicationAnswers(models.Model):
    """What was answered in a disclosure, and what was decided with its grounds: behind a wall of its own.

    The applicant reads it, and the insurer's people; neither the agency nor the federation and the bodies below it.
    A salt is in the bytes, so that nobody finds the answers by trying which of the few possible ones has the hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    #: The number of the step.
    number = models.PositiveIntegerField()
    #: Canonical JSON bytes.
    body = models.BinaryField()

    class Meta:
        db_table = "application_answers"
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="answers_numbered_once")]


class ApplicationLink(models.Model):
    """A link with which the applicant answers on their own device: for one application, until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="links")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "application_link"


class Referral(models.Model):
    """An application that a person of the insurer decides (個別照会); never the person who proposed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="referrals")
    content = models.CharField(max_length=64)
    #: Why it was referred, as canonical JSON bytes.
    grounds = models.BinaryField()
    proposed_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    outcome = models.CharField(max_length=20, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "referral"
        constraints = [
            models.UniqueConstraint(fields=["application", "content"], name="a_content_is_referred_once"),
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="decided_by_a_second_person"),
        ]


class UnderwritingCondition(models.Model):
    """What the insurer asked for with its acceptance, and by when; open until someone closes it with a note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField()
    due = models.DateField()
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()
    closed_by = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "underwriting_condition"
