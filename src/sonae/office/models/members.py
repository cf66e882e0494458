"""Members (会員事業者), who handles them, and the evidence that they belong to their cooperative."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .people import Organisation
from .records import SubjectKey


class Member(models.Model):
    """A company that may join. It is an organisation of the kind `member`; what is particular to it stands here.

    The particulars are the present ones; what they were on another day stands in `MemberParticulars`.
    """

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT, related_name="member")
    #: A whole number for the database's own overlap constraint; it is shown to nobody.
    serial = models.BigIntegerField(unique=True)
    cooperative = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: The cooperative's parent, tied to it by a foreign key that follows (migration 0004).
    association = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    #: 法人番号, or empty for a sole proprietor.
    corporate_number = models.CharField(max_length=13, blank=True, default="")
    #: The legal name code point for code point as typed, and its reading (フリガナ).
    legal_name = models.CharField(max_length=200)
    reading = models.CharField(max_length=200, blank=True, default="")
    #: The name normalised for search, and folded to what it looks like, for suspicion of duplicates.
    search_name = models.CharField(max_length=400, db_index=True)
    skeleton = models.CharField(max_length=400, db_index=True)
    postal_code = models.CharField(max_length=7, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    #: Person, mail and phone as JSON under the subject's key.
    subject_key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    contact_ciphertext = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "member"
        constraints = [
            models.UniqueConstraint(
                fields=["corporate_number"], condition=~Q(corporate_number=""), name="corporate_number_once"
            ),
            models.UniqueConstraint(fields=["organisation", "serial"], name="member_with_its_serial"),
        ]

    def __str__(self) -> str:
        return self.legal_name


class MemberParticulars(models.Model):
    """Name, reading and address from a moment on; never changed, a change is a further row."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="particulars")
    number = models.PositiveIntegerField()
    legal_name = models.CharField(max_length=200)
    reading = models.CharField(max_length=200, blank=True, default="")
    postal_code = models.CharField(max_length=7, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "member_particulars"
        constraints = [models.UniqueConstraint(fields=["member", "number"], name="particulars_numbered_once")]


class Handling(models.Model):
    """Which agency handles a member (担当代理店). One at a time; rights follow the row that is open now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "handling"
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ended_at=None), name="handled_by_one_agency"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")), name="handling_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["agency", "member"], name="handling_by_agency")]


class MembershipList(models.Model):
    """A list of members that a cooperative went through on a day, confirmed as a whole with one click."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cooperative = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    confirmed_by = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField()
    #: sha256 over the list as it was shown and confirmed.
    content_sha256 = models.BinaryField(max_length=32)

    class Meta:
        db_table = "membership_list"


class MembershipEvidence(models.Model):
    """What a confirmed list says of one member: it belongs to the cooperative on that day, or it does not."""

    list = models.ForeignKey(MembershipList, on_delete=models.PROTECT, related_name="rows")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="evidence")
    is_member = models.BooleanField()
    as_of = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "membership_evidence"
        constraints = [models.UniqueConstraint(fields=["list", "member"], name="a_member_once_a_list")]
        indexes = [models.Index(fields=["member", "-as_of", "-id"], name="newest_evidence_first")]
