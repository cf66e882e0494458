"""Claims (事案): what was reported, what is done and promised, what is decided. The money is in claim_money.py.

The member sees its own claim, its agent while the member consents, the insurer's claims people every one; nobody else,
and the federation and the cooperative not even that there is one (migration of the walls of claims).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .covers import Cover
from .members import Member
from .people import Organisation
from .records import SubjectKey


class CommonCause(models.Model):
    """One event that touches many members (集積); their claims name it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "common_cause"


class Claim(models.Model):
    """A member's claim on us. Under which covers it is paid is decided head by head, so none is named here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="claims")
    #: Stories, names and files of the claim lie under this key; it belongs to the insurer's claims office.
    subject_key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    #: Of the newest notice: what happened (empty: not sure yet), when, and when we learned of it.
    event = models.CharField(max_length=40, blank=True, default="")
    circumstances = models.BooleanField(default=False)
    known_at = models.DateTimeField()
    notified_at = models.DateTimeField()
    received_at = models.DateTimeField()
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="open")
    handler = models.CharField(max_length=80, blank=True, default="")
    common_cause = models.ForeignKey(CommonCause, null=True, on_delete=models.PROTECT, related_name="claims")

    class Meta:
        db_table = "claim"
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="claim_newest_first"),
            models.Index(fields=["member", "-received_at"], name="claim_of_member"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("open", "closed")), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(known_at__lte=F("received_at")) & Q(notified_at__lte=F("received_at")),
                name="claim_known_before_received",
            ),
        ]


class ClaimNotice(models.Model):
    """A notice (事故の通知) as it was given: partial or wrong, never changed; what is known later is a further row.

    A notice without log-in has no claim until somebody has called back; it may not even name a cover that exists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="notices")
    number = models.PositiveIntegerField()
    cover = models.ForeignKey(Cover, null=True, on_delete=models.PROTECT, related_name="+")
    #: What a caller without log-in typed or scanned.
    certificate_number = models.CharField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=10)
    known_at = models.DateTimeField()
    notified_at = models.DateTimeField()
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    event = models.CharField(max_length=40, blank=True, default="")
    circumstances = models.BooleanField(default=False)
    #: Counts and yes/no/unknown, never persons (claim_notices.FACTS).
    facts = models.JSONField(default=dict)
    subject_key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="+")
    story_ciphertext = models.BinaryField(null=True)
    callback_ciphertext = models.BinaryField(null=True)
    called_back_at = models.DateTimeField(null=True)
    called_back_by = models.CharField(max_length=80, blank=True, default="")
    outcome = models.CharField(max_length=20, blank=True, default="")
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "claim_notice"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="notice_numbered_once"),
            models.CheckConstraint(
                condition=Q(channel__in=("member", "agent", "phone", "open")), name="notice_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(claim__isnull=False) | Q(channel="open"), name="notice_without_claim_waits_for_a_call"
            ),
        ]


class ClaimConsent(models.Model):
    """That the member lets its agency see a claim; withdrawn it counts no longer, from the next request on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="consents")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    #: How an agent who reports knows that the member consents; empty when the member gave it itself.
    basis = models.CharField(max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "claim_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "agency"], condition=Q(withdrawn_at=None), name="one_consent_a_claim_and_agency"
            ),
        ]


class ClaimTask(models.Model):
    """Something to do in one of the five steps of the response, with who does it and by when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="tasks")
    step = models.CharField(max_length=24)
    title = models.CharField(max_length=200)
    owner_ciphertext = models.BinaryField(null=True)
    due = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    evidence = models.ForeignKey("office.ClaimFile", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "claim_task"
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=("investigation", "restoration", "expert_advice", "victim_response",
                                      "recurrence_prevention")),
                name="task_in_one_of_five_steps",
            ),
            models.CheckConstraint(condition=Q(state__in=("open", "done", "dropped")), name="task_state_known"),
        ]  # fmt: skip


class ClaimSpend(models.Model):
    """A vendor's estimate or invoice that the member wants to order (費用の事前承認). Approved, it holds its limit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="spends")
    head = models.CharField(max_length=40)
    vendor = models.CharField(max_length=200)
    purpose = models.CharField(max_length=400, blank=True, default="")
    amount = models.BigIntegerField()
    file = models.ForeignKey("office.ClaimFile", null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked")
    cover = models.ForeignKey(Cover, null=True, on_delete=models.PROTECT, related_name="+")
    approved = models.BigIntegerField(default=0)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "claim_spend"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("asked", "approved", "declined", "released", "paid")), name="spend_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, approved__gte=0), name="spend_of_some_yen"),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("asked_by")), name="spend_decided_by_another"
            ),
        ]


class ClaimDemand(models.Model):
    """A third party's demand (損害賠償請求) on the member. Who makes it stands under the claim's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="demands")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    amount = models.BigIntegerField(null=True)
    claimants = models.PositiveIntegerField(default=1)
    claimant_ciphertext = models.BinaryField()
    #: The demand that was made first of the same or related acts; null when this is it.
    series_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="series")
    recorded_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    #: A settlement that the member may agree to (示談案の承認).
    settled_for = models.BigIntegerField(null=True)
    agreed_by = models.CharField(max_length=80, blank=True, default="")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "claim_demand"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="demand_numbered_once"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="demand_of_some_yen"),
        ]


class ClaimMilestone(models.Model):
    """A dated fact that a clock starts or ends with: papers complete, report filed, persons told. Never changed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True, default="")
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "claim_milestone"
        indexes = [models.Index(fields=["claim", "kind"], name="milestones_of_claim")]


class ClaimTurn(models.Model):
    """Opened, closed, reopened: each with its reason. Never changed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveIntegerField()
    turn = models.CharField(max_length=10)
    reason = models.CharField(max_length=400, blank=True, default="")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "claim_turn"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="turn_numbered_once"),
            models.CheckConstraint(condition=Q(turn__in=("opened", "closed", "reopened")), name="turn_known"),
        ]


class ClaimFile(models.Model):
    """A file that somebody handed in. Its bytes lie encrypted under a random name outside the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="files")
    #: As typed, under the claim's key: a name is data, never a path.
    name_ciphertext = models.BinaryField()
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)
    storage_name = models.CharField(max_length=64, unique=True)
    handed_in_by = models.CharField(max_length=80)
    handed_in_at = models.DateTimeField()
    #: Only what was looked at and found harmless is handed out.
    examined_at = models.DateTimeField()
    #: Which virus scanner found nothing; `none` where no scanner was there (未検査).
    scanned_by = models.CharField(max_length=20, default="none")

    class Meta:
        db_table = "claim_file"
