"""Papers: the files that are given to everyone alike, and the register of those issued to one member.

A paper of one member is not kept as a file but as what it says; printed again, it says the same.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .applications import Application
from .covers import Cover, RenewalOffer
from .members import Member
from .quotations import ReleasedProduct


class PaperKind(models.TextChoices):
    """The papers that are issued to one member."""

    CERTIFICATE = "certificate"
    COVER_NOTE = "cover_note"
    ENDORSEMENT_NOTICE = "endorsement_notice"
    RENEWAL_PAPER = "renewal_paper"
    APPLICATION_COPY = "application_copy"


class GivenFile(models.Model):
    """A paper of a product version as it was given to applicants (契約概要・注意喚起情報), by the hash of its bytes."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    content = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "given_file"


class IssuedPaper(models.Model):
    """A paper issued to a member: of what, which version of it, what it says, when and by whom. Once each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=PaperKind.choices)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="papers")
    cover = models.ForeignKey(Cover, null=True, on_delete=models.PROTECT, related_name="papers")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="papers")
    offer = models.ForeignKey(RenewalOffer, null=True, on_delete=models.PROTECT, related_name="papers")
    #: The number of the cover's last transaction, of the application's step, or 1 for an offer.
    version = models.PositiveIntegerField()
    #: Of a cover whose version has terms that follow each other: which of them, counted from the last one (1).
    part = models.PositiveSmallIntegerField(default=1)
    #: What the paper says beyond the rows it points at, as canonical JSON bytes: a certificate's whole summary.
    content = models.BinaryField()
    content_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)

    class Meta:
        db_table = "issued_paper"
        indexes = [models.Index(fields=["member", "-issued_at"], name="papers_of_member")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "cover", "version", "part"], name="paper_of_cover_once"),
            models.UniqueConstraint(fields=["kind", "application", "version"], name="paper_of_application_once"),
            models.UniqueConstraint(fields=["kind", "offer"], name="paper_of_offer_once"),
            models.CheckConstraint(
                condition=Q(kind="renewal_paper", offer__isnull=False, application=None)
                | Q(kind="application_copy", application__isnull=False, cover=None, offer=None)
                | Q(
                    kind__in=["certificate", "cover_note", "endorsement_notice"],
                    cover__isnull=False, application=None, offer=None,
                ),
                name="paper_is_of_its_kind",
            ),
        ]  # fmt: skip
