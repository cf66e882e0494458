"""The register of covers (加入契約): read off their transactions, and rebuilt from the journal when asked."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .applications import Application
from .members import Member
from .people import Organisation
from .quotations import Quotation, ReleasedProduct


class Cover(models.Model):
    """One member's cover for one period, with the terms it began with. Its life is its transactions.

    Two covers of a member never overlap: an EXCLUDE constraint over member and [inception, ends_at) holds it
    (migration 0004).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: What the certificate shows; it cannot be guessed from another's.
    number = models.CharField(max_length=20, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="covers")
    #: The member's serial again, for the constraint on overlap; tied to the member by a foreign key.
    member_serial = models.BigIntegerField()
    #: The agency that brought it about; commission follows it.
    agency = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="cover")
    quotation = models.OneToOneField(Quotation, null=True, on_delete=models.PROTECT, related_name="cover")
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="covers")
    #: The terms it began with, as canonical JSON bytes, and the hash of the content that was signed.
    request_bytes = models.BinaryField()
    content = models.CharField(max_length=64)
    inception = models.DateTimeField()
    expiry = models.DateTimeField()
    #: 申込日, 引受承認日, 成立日, 計上月 (its first day); the 始期 is `inception`.
    applied_on = models.DateField()
    accepted_on = models.DateField()
    concluded_on = models.DateField()
    booking_month = models.DateField()
    #: Read off the transactions: when cover really ends (its inception, if it was unmade), what is written in yen,
    #: and how many transactions there are.
    ends_at = models.DateTimeField()
    premium = models.BigIntegerField()
    version = models.PositiveIntegerField()

    class Meta:
        db_table = "cover"
        indexes = [
            models.Index(fields=["expiry", "id"], name="cover_by_expiry"),
            models.Index(fields=["-concluded_on", "-id"], name="cover_newest_first"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expiry__gt=F("inception")), name="cover_has_a_period"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("inception")) & Q(ends_at__lte=F("expiry")), name="cover_ends_in_its_period"
            ),
        ]


class CoverTransaction(models.Model):
    """One transaction of a cover as `sonae.cover` reads it, with the charge that it made. Never changed."""

    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="transactions")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    effective = models.DateTimeField()
    recorded = models.DateTimeField()
    actor = models.CharField(max_length=80)
    #: Who agreed, where two persons are needed.
    approver = models.CharField(max_length=80, blank=True, default="")
    #: What is different from then on, in the request's words; null where a word is taken away.
    changes = models.JSONField(default=dict)
    #: A change of name or address: the number of the member's particulars.
    particulars = models.PositiveIntegerField(null=True)
    undoes = models.PositiveIntegerField(null=True)
    by_fraud = models.BooleanField(default=False)
    note = models.CharField(max_length=400, blank=True, default="")
    #: Yen: what this transaction charges, and what is written for the whole period after it.
    charge = models.BigIntegerField()
    written = models.BigIntegerField()
    #: The runs of months charged after it: [first day, months, annual premium].
    months = models.JSONField()

    class Meta:
        db_table = "cover_transaction"
        constraints = [
            models.UniqueConstraint(fields=["cover", "number"], name="transaction_numbered_once"),
            models.CheckConstraint(
                condition=Q(approver="") | ~Q(approver=F("actor")), name="approved_by_a_second_person"
            ),
        ]


class ChangeProposal(models.Model):
    """A change of a cover that waits for a second person (two-person rule)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="proposals")
    #: The change as asked, as canonical JSON bytes.
    change_bytes = models.BinaryField()
    #: How many days before its recording it takes effect, and the proposer's role: judged by role (INV-21).
    proposed_by = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        db_table = "change_proposal"
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="change_decided_by_a_second_person"),
        ]


class CoverLoss(models.Model):
    """That a loss was notified on a cover: when it happened, and when we were told. The insurer's alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="losses")
    occurred_at = models.DateTimeField()
    notified_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    #: The claim whose notice it came with; null when it was marked without one.
    claim = models.ForeignKey("office.Claim", null=True, on_delete=models.PROTECT, related_name="losses")

    class Meta:
        db_table = "cover_loss"


class RenewalOffer(models.Model):
    """Next year's offer for a cover: the form with last year's data, and the price on it. Once a cover and year."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="offers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    group_year = models.PositiveSmallIntegerField()
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="+")
    #: The form as printed and the answer on last year's data, as canonical JSON bytes; null premium: refused.
    request_bytes = models.BinaryField()
    answer_bytes = models.BinaryField()
    premium = models.BigIntegerField(null=True)
    premium_before = models.BigIntegerField()
    #: The causes of the change of price, which sum to it: [cause, yen].
    parts = models.JSONField()
    membership_confirmed = models.BooleanField()
    offered_at = models.DateTimeField()

    class Meta:
        db_table = "renewal_offer"
        constraints = [
            models.UniqueConstraint(fields=["cover", "group_year"], name="one_offer_a_cover_and_year"),
        ]
