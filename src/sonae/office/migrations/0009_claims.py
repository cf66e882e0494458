"""Claims: notices, consent, response, demands, files, reserves."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0008_what_papers_say")]

    operations = [
        migrations.CreateModel(
            name="CommonCause",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("opened_by", models.CharField(max_length=80)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "db_table": "common_cause",
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=80)),
                ("event", models.CharField(blank=True, default="", max_length=40)),
                ("circumstances", models.BooleanField(default=False)),
                ("known_at", models.DateTimeField()),
                ("notified_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("handler", models.CharField(blank=True, default="", max_length=80)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="office.member"
                    ),
                ),
                (
                    "subject_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.subjectkey"
                    ),
                ),
                (
                    "common_cause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="office.commoncause",
                    ),
                ),
            ],
            options={
                "db_table": "claim",
            },
        ),
        migrations.AddField(
            model_name="coverloss",
            name="claim",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="losses", to="office.claim"
            ),
        ),
        migrations.CreateModel(
            name="ClaimDemand",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("amount", models.BigIntegerField(null=True)),
                ("claimants", models.PositiveIntegerField(default=1)),
                ("claimant_ciphertext", models.BinaryField()),
                ("recorded_by", models.CharField(max_length=80)),
                ("recorded_at", models.DateTimeField()),
                ("settled_for", models.BigIntegerField(null=True)),
                ("agreed_by", models.CharField(blank=True, default="", max_length=80)),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="demands", to="office.claim"
                    ),
                ),
                (
                    "series_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="office.claimdemand",
                    ),
                ),
            ],
            options={
                "db_table": "claim_demand",
            },
        ),
        migrations.CreateModel(
            name="ClaimFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name_ciphertext", models.BinaryField()),
                ("kind", models.CharField(max_length=10)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("storage_name", models.CharField(max_length=64, unique=True)),
                ("handed_in_by", models.CharField(max_length=80)),
                ("handed_in_at", models.DateTimeField()),
                ("examined_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="office.claim"
                    ),
                ),
            ],
            options={
                "db_table": "claim_file",
            },
        ),
        migrations.CreateModel(
            name="ClaimMilestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, default="", max_length=400)),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="milestones", to="office.claim"
                    ),
                ),
            ],
            options={
                "db_table": "claim_milestone",
            },
        ),
        migrations.CreateModel(
            name="ClaimNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("certificate_number", models.CharField(blank=True, default="", max_length=40)),
                ("channel", models.CharField(max_length=10)),
                ("known_at", models.DateTimeField()),
                ("notified_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("event", models.CharField(blank=True, default="", max_length=40)),
                ("circumstances", models.BooleanField(default=False)),
                ("facts", models.JSONField(default=dict)),
                ("story_ciphertext", models.BinaryField(null=True)),
                ("callback_ciphertext", models.BinaryField(null=True)),
                ("called_back_at", models.DateTimeField(null=True)),
                ("called_back_by", models.CharField(blank=True, default="", max_length=80)),
                ("outcome", models.CharField(blank=True, default="", max_length=20)),
                ("actor", models.CharField(max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="office.claim",
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.cover"
                    ),
                ),
                (
                    "subject_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.subjectkey"
                    ),
                ),
            ],
            options={
                "db_table": "claim_notice",
            },
        ),
        migrations.CreateModel(
            name="ClaimSpend",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("head", models.CharField(max_length=40)),
                ("vendor", models.CharField(max_length=200)),
                ("purpose", models.CharField(blank=True, default="", max_length=400)),
                ("amount", models.BigIntegerField()),
                ("asked_by", models.CharField(max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("state", models.CharField(default="asked", max_length=10)),
                ("approved", models.BigIntegerField(default=0)),
                ("decided_by", models.CharField(blank=True, default="", max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spends", to="office.claim"
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.cover"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.claimfile"
                    ),
                ),
            ],
            options={
                "db_table": "claim_spend",
            },
        ),
        migrations.CreateModel(
            name="ClaimTask",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("step", models.CharField(max_length=24)),
                ("title", models.CharField(max_length=200)),
                ("owner_ciphertext", models.BinaryField(null=True)),
                ("due", models.DateTimeField(null=True)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, default="", max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="office.claim"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.claimfile"
                    ),
                ),
            ],
            options={
                "db_table": "claim_task",
            },
        ),
        migrations.CreateModel(
            name="ClaimTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("turn", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="turns", to="office.claim"
                    ),
                ),
            ],
            options={
                "db_table": "claim_turn",
            },
        ),
        migrations.CreateModel(
            name="ClaimConsent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=80)),
                ("basis", models.CharField(blank=True, default="", max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.organisation"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="office.claim"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.member"
                    ),
                ),
            ],
            options={
                "db_table": "claim_consent",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("claim", "agency"),
                        name="one_consent_a_claim_and_agency",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="claimdemand",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="demand_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimdemand",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"), name="demand_of_some_yen"
            ),
        ),
        migrations.AddIndex(
            model_name="claimmilestone",
            index=models.Index(fields=["claim", "kind"], name="milestones_of_claim"),
        ),
        migrations.AddConstraint(
            model_name="claimnotice",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="notice_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ("member", "agent", "phone", "open"))), name="notice_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("claim__isnull", False), ("channel", "open"), _connector="OR"),
                name="notice_without_claim_waits_for_a_call",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspend",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("asked", "approved", "declined", "released", "paid"))),
                name="spend_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspend",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("approved__gte", 0)), name="spend_of_some_yen"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimspend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", ""), models.Q(("decided_by", models.F("asked_by")), _negated=True), _connector="OR"
                ),
                name="spend_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "step__in",
                        ("investigation", "restoration", "expert_advice", "victim_response", "recurrence_prevention"),
                    )
                ),
                name="task_in_one_of_five_steps",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "done", "dropped"))), name="task_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimturn",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="turn_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("turn__in", ("opened", "closed", "reopened"))), name="turn_known"
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["-received_at", "-id"], name="claim_newest_first"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["member", "-received_at"], name="claim_of_member"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "closed"))), name="claim_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("known_at__lte", models.F("received_at")), ("notified_at__lte", models.F("received_at"))
                ),
                name="claim_known_before_received",
            ),
        ),
        migrations.CreateModel(
            name="ClaimReserve",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("head", models.CharField(max_length=40)),
                ("amount", models.BigIntegerField()),
                ("before", models.BigIntegerField()),
                ("typical", models.BooleanField(default=False)),
                ("reason", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reserves", to="office.claim"
                    ),
                ),
            ],
            options={
                "db_table": "claim_reserve",
            },
        ),
        migrations.AddConstraint(
            model_name="claimreserve",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="reserve_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimreserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("before__gte", 0)), name="reserve_not_negative"
            ),
        ),
    ]
