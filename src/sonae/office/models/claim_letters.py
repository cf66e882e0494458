"""The register of the letters on claims (通知書): each once, with its number and what it says."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .claim_money import ClaimDecision, ClaimPayment
from .claims import Claim


class LetterKind(models.TextChoices):
    """What a letter tells: that and what is paid, or that nothing is."""

    PAYMENT = "payment"
    DENIAL = "denial"


class ClaimLetter(models.Model):
    """A letter on a claim: of which decision, after which payment, what it says, when and by whom. Once each.

    A letter is not kept as a file but as what it says; printed again, it says the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="letters")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=LetterKind.choices)
    decision = models.ForeignKey(ClaimDecision, on_delete=models.PROTECT, related_name="letters")
    #: The last payment that it tells of; null for a denial, and for a decision on which nothing has been paid yet.
    payment = models.OneToOneField(ClaimPayment, null=True, on_delete=models.PROTECT, related_name="letter")
    #: What it says, as canonical JSON bytes; the ending of an account in it only under the claim's key.
    content = models.BinaryField()
    content_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)

    class Meta:
        db_table = "claim_letter"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="letter_numbered_once"),
            models.UniqueConstraint(fields=["decision", "payment"], nulls_distinct=False, name="letter_once"),
            models.CheckConstraint(
                condition=Q(kind="payment") | Q(kind="denial", payment=None), name="letter_is_of_its_kind"
            ),
        ]

    @property
    def full_number(self) -> str:
        """L-C27-ABCDE-FGHJK-2: the claim's number, and which of its letters."""
        return f"L-{self.claim.number}-{self.number}"
