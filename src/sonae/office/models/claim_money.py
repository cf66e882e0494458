"""The money of claims: reserves, decisions, payments, recoveries; limits are guarded here, in the database."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .claims import Claim, ClaimFile, ClaimSpend
from .covers import Cover
from .members import Member
from .quotations import ReleasedProduct
from .records import SubjectKey

HELD = F("paid") + F("prepared") + F("committed")
"""What a limit no longer has: paid, prepared to be paid, promised to a vendor."""


class Aggregate(models.Model):
    """What is left of one limit: a coverage's or a head's (内枠), in the cover's period or for one claim.

    Every yen is taken by one conditional UPDATE of this row, so hands that race for the last one never get two.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="aggregates")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    coverage = models.CharField(max_length=20)
    #: Empty: the whole coverage.
    head = models.CharField(max_length=40, blank=True, default="")
    #: Null: the period of cover.
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    limit = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    prepared = models.BigIntegerField(default=0)
    committed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "claim_aggregate"
        constraints = [
            models.UniqueConstraint(
                fields=["cover", "coverage", "head", "claim"], nulls_distinct=False, name="one_aggregate_a_limit"
            ),
            models.CheckConstraint(condition=Q(limit__gte=HELD), name="never_over_a_limit"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, prepared__gte=0, committed__gte=0), name="aggregate_not_negative"
            ),
        ]


class ClaimReserve(models.Model):
    """The case reserve (普通支払備金) of a head from a moment on. Never changed; the last row of a head counts."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reserves")
    number = models.PositiveIntegerField()
    head = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    before = models.BigIntegerField()
    typical = models.BooleanField(default=False)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "claim_reserve"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="reserve_numbered_once"),
            models.CheckConstraint(condition=Q(amount__gte=0, before__gte=0), name="reserve_not_negative"),
        ]


class ClaimDecision(models.Model):
    """A coverage decision with its proof, byte for byte as it was made, and the facts and product it rests on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="+")
    facts_bytes = models.BinaryField()
    proof_bytes = models.BinaryField()
    proof_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12)
    claimed = models.BigIntegerField()
    payable = models.BigIntegerField()
    #: [cover, coverage, head, claimed, payable] in the product's order; what payments may draw on.
    heads = models.JSONField()
    #: The nearest past decisions as they were shown, and why this one departs from them.
    likes = models.JSONField(default=list)
    departure = models.CharField(max_length=400, blank=True, default="")
    reason = models.CharField(max_length=400, blank=True, default="")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=80, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "claim_decision"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="decision_numbered_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=("covered", "part", "not_covered")), name="decision_outcome_known"
            ),
            models.CheckConstraint(condition=Q(payable__gte=0, claimed__gte=0), name="decision_not_negative"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("made_by")), name="decision_read_by_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(outcome="covered") | ~Q(reason=""), name="a_cut_or_denial_has_its_reason"
            ),
        ]


class Payee(models.Model):
    """Whom we pay, with the account under a key of their own. A changed account is a further row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payees")
    kind = models.CharField(max_length=10)
    subject_key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="+")
    account_ciphertext = models.BinaryField()
    #: The last digits of the account, to tell accounts apart on a screen.
    ending = models.CharField(max_length=4)
    #: Until when a changed account needs a second approver and a call-back; null for a first account.
    fresh_until = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    #: That we called the number known before, and who confirmed the change.
    called_back_at = models.DateTimeField(null=True)
    called_back_by = models.CharField(max_length=80, blank=True, default="")
    called_back_note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "claim_payee"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=("insured", "claimant", "vendor")), name="payee_kind_known"),
            models.UniqueConstraint(fields=["id", "kind"], name="payee_with_its_kind"),
            models.CheckConstraint(
                condition=Q(called_back_at=None) | ~Q(called_back_by=F("made_by")), name="call_back_by_another"
            ),
        ]


class PremiumAnswer(models.Model):
    """Whether the premium of a cover has been received: asked before anything is paid, and recorded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="premium_answers")
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="+")
    received = models.BooleanField()
    note = models.CharField(max_length=400)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "claim_premium"
        constraints = [
            models.UniqueConstraint(fields=["id", "cover", "received"], name="premium_answer_with_its_cover"),
        ]


class ClaimPayment(models.Model):
    """A payment, in two phases: prepared → approved → posted, or void. The amount stands from the first on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveIntegerField()
    decision = models.ForeignKey(ClaimDecision, on_delete=models.PROTECT, related_name="payments")
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="payments")
    payee_kind = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    #: Yen of it that are damages (保険法22条), and why they may be paid to this payee.
    damages = models.BigIntegerField()
    lien = models.CharField(max_length=20, blank=True, default="")
    lien_file = models.ForeignKey(ClaimFile, null=True, on_delete=models.PROTECT, related_name="+")
    #: All payments of the claim that are not void, this one with them: what the thresholds are held against.
    cumulative = models.BigIntegerField()
    approvers_needed = models.PositiveSmallIntegerField()
    manager_needed = models.BooleanField()
    #: The account was changed so recently that a second approver and a call-back are needed.
    fresh_payee = models.BooleanField()
    state = models.CharField(max_length=10, default="prepared")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=80, blank=True, default="")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=80, blank=True, default="")
    void_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "claim_payment"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="payment_numbered_once"),
            models.UniqueConstraint(fields=["id", "made_by"], name="payment_with_its_maker"),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "approved", "posted", "void")), name="payment_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, damages__gte=0), name="payment_of_some_yen"),
            models.CheckConstraint(condition=Q(amount__gte=F("damages")), name="damages_within_the_payment"),
            models.CheckConstraint(condition=Q(cumulative__gte=F("amount")), name="cumulative_with_this_one"),
            models.CheckConstraint(
                condition=Q(damages=0) | Q(payee_kind="claimant")
                | Q(lien__in=("paid_to_claimant", "claimant_consent")),
                name="damages_to_others_need_proof",
            ),
            models.CheckConstraint(
                condition=Q(lien__in=("", "paid_to_claimant", "claimant_consent")), name="lien_ground_known"
            ),
            models.CheckConstraint(
                condition=Q(lien="") | Q(lien_file__isnull=False), name="lien_ground_has_its_paper"
            ),
            models.CheckConstraint(
                condition=Q(fresh_payee=False) | Q(approvers_needed__gte=2), name="fresh_payee_needs_two"
            ),
            models.CheckConstraint(condition=Q(approvers_needed__gte=1), name="payment_needs_an_approver"),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(approved_at__isnull=False, posted_at__isnull=False),
                name="posted_only_once_approved",
            ),
        ]  # fmt: skip


class PaymentLine(models.Model):
    """How much of a payment is for which head under which cover."""

    payment = models.ForeignKey(ClaimPayment, on_delete=models.PROTECT, related_name="lines")
    cover = models.ForeignKey(Cover, on_delete=models.PROTECT, related_name="+")
    coverage = models.CharField(max_length=20)
    head = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    premium = models.ForeignKey(PremiumAnswer, on_delete=models.PROTECT, related_name="+")
    premium_received = models.BooleanField(default=True)
    spend = models.ForeignKey(ClaimSpend, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "claim_payment_line"
        constraints = [
            models.UniqueConstraint(fields=["payment", "cover", "head"], name="a_head_once_a_payment"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_of_some_yen"),
            models.CheckConstraint(condition=Q(premium_received=True), name="paid_only_on_received_premium"),
        ]


class PaymentApproval(models.Model):
    """That a person approved a payment that another prepared."""

    payment = models.ForeignKey(ClaimPayment, on_delete=models.PROTECT, related_name="approvals")
    made_by = models.CharField(max_length=80)
    approver = models.CharField(max_length=80)
    is_manager = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "claim_approval"
        constraints = [
            models.UniqueConstraint(fields=["payment", "approver"], name="approved_once_a_person"),
            models.CheckConstraint(condition=~Q(approver=F("made_by")), name="maker_does_not_approve"),
        ]


class ClaimRecovery(models.Model):
    """Money that is to come back: a co-insurer's share of a posted payment, from whoever is liable, from a payee."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    payment = models.ForeignKey(ClaimPayment, null=True, on_delete=models.PROTECT, related_name="recoveries")
    #: What of the payment its payee returns.
    line = models.ForeignKey(PaymentLine, null=True, on_delete=models.PROTECT, related_name="returns")
    kind = models.CharField(max_length=12)
    #: A co-insurer's or a company's name, the kind of payee; a person's name stands under the claim's key in the note.
    from_whom = models.CharField(max_length=200)
    expected = models.BigIntegerField()
    note_ciphertext = models.BinaryField(null=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    received = models.BigIntegerField(default=0)
    received_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "claim_recovery"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=("share", "subrogation", "returned")), name="recovery_known"),
            models.CheckConstraint(
                condition=Q(kind="returned", line__isnull=False, payment__isnull=False)
                | (~Q(kind="returned") & Q(line__isnull=True)),
                name="return_of_a_line",
            ),
            models.CheckConstraint(condition=Q(expected__gt=0, received__gte=0), name="recovery_of_some_yen"),
            models.CheckConstraint(condition=Q(received__lte=F("expected")), name="no_more_than_expected"),
            models.UniqueConstraint(
                fields=["payment", "from_whom"], condition=Q(kind="share"), name="a_share_once_a_payment"
            ),
        ]
