"""The money of claims: aggregates, decisions, payments, recoveries."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0009_claims")]

    operations = [
        migrations.CreateModel(
            name="ClaimDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("facts_bytes", models.BinaryField()),
                ("proof_bytes", models.BinaryField()),
                ("proof_sha256", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=12)),
                ("claimed", models.BigIntegerField()),
                ("payable", models.BigIntegerField()),
                ("heads", models.JSONField()),
                ("likes", models.JSONField(default=list)),
                ("departure", models.CharField(blank=True, default="", max_length=400)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(blank=True, default="", max_length=80)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="office.claim"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.releasedproduct"
                    ),
                ),
            ],
            options={
                "db_table": "claim_decision",
            },
        ),
        migrations.CreateModel(
            name="ClaimPayment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("payee_kind", models.CharField(max_length=10)),
                ("amount", models.BigIntegerField()),
                ("damages", models.BigIntegerField()),
                ("lien", models.CharField(blank=True, default="", max_length=20)),
                ("cumulative", models.BigIntegerField()),
                ("approvers_needed", models.PositiveSmallIntegerField()),
                ("manager_needed", models.BooleanField()),
                ("fresh_payee", models.BooleanField()),
                ("state", models.CharField(default="prepared", max_length=10)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
                ("posted_by", models.CharField(blank=True, default="", max_length=80)),
                ("voided_at", models.DateTimeField(null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=80)),
                ("void_reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="office.claim"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="office.claimdecision"
                    ),
                ),
                (
                    "lien_file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.claimfile"
                    ),
                ),
            ],
            options={
                "db_table": "claim_payment",
            },
        ),
        migrations.CreateModel(
            name="ClaimRecovery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("from_whom", models.CharField(max_length=200)),
                ("expected", models.BigIntegerField()),
                ("note_ciphertext", models.BinaryField(null=True)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("received", models.BigIntegerField(default=0)),
                ("received_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="office.claim"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="office.claimpayment",
                    ),
                ),
            ],
            options={
                "db_table": "claim_recovery",
            },
        ),
        migrations.CreateModel(
            name="Payee",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("account_ciphertext", models.BinaryField()),
                ("ending", models.CharField(max_length=4)),
                ("fresh_until", models.DateTimeField(null=True)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("called_back_at", models.DateTimeField(null=True)),
                ("called_back_by", models.CharField(blank=True, default="", max_length=80)),
                ("called_back_note", models.CharField(blank=True, default="", max_length=400)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payees", to="office.claim"
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="office.payee",
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
                "db_table": "claim_payee",
            },
        ),
        migrations.AddField(
            model_name="claimpayment",
            name="payee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="office.payee"
            ),
        ),
        migrations.CreateModel(
            name="PaymentApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_by", models.CharField(max_length=80)),
                ("approver", models.CharField(max_length=80)),
                ("is_manager", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="office.claimpayment"
                    ),
                ),
            ],
            options={
                "db_table": "claim_approval",
            },
        ),
        migrations.CreateModel(
            name="PremiumAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("received", models.BooleanField()),
                ("note", models.CharField(max_length=400)),
                ("actor", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="premium_answers", to="office.claim"
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.cover"),
                ),
            ],
            options={
                "db_table": "claim_premium",
            },
        ),
        migrations.CreateModel(
            name="PaymentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("coverage", models.CharField(max_length=20)),
                ("head", models.CharField(max_length=40)),
                ("amount", models.BigIntegerField()),
                ("premium_received", models.BooleanField(default=True)),
                (
                    "cover",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.cover"),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="office.claimpayment"
                    ),
                ),
                (
                    "spend",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.claimspend"
                    ),
                ),
                (
                    "premium",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.premiumanswer"
                    ),
                ),
            ],
            options={
                "db_table": "claim_payment_line",
            },
        ),
        migrations.CreateModel(
            name="Aggregate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("coverage", models.CharField(max_length=20)),
                ("head", models.CharField(blank=True, default="", max_length=40)),
                ("limit", models.BigIntegerField()),
                ("paid", models.BigIntegerField(default=0)),
                ("prepared", models.BigIntegerField(default=0)),
                ("committed", models.BigIntegerField(default=0)),
                (
                    "cover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="aggregates", to="office.cover"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.member"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.claim"
                    ),
                ),
            ],
            options={
                "db_table": "claim_aggregate",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cover", "coverage", "head", "claim"),
                        name="one_aggregate_a_limit",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "limit__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid"), "+", models.F("prepared")
                                    ),
                                    "+",
                                    models.F("committed"),
                                ),
                            )
                        ),
                        name="never_over_a_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("committed__gte", 0), ("paid__gte", 0), ("prepared__gte", 0)),
                        name="aggregate_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="claimdecision",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="decision_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ("covered", "part", "not_covered"))), name="decision_outcome_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimed__gte", 0), ("payable__gte", 0)), name="decision_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", ""),
                    models.Q(("confirmed_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="decision_read_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "covered"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="a_cut_or_denial_has_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrecovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("share", "subrogation", "returned"))), name="recovery_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrecovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("expected__gt", 0), ("received__gte", 0)), name="recovery_of_some_yen"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrecovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("received__lte", models.F("expected"))), name="no_more_than_expected"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrecovery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "share")), fields=("payment", "from_whom"), name="a_share_once_a_payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="payee",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("insured", "claimant", "vendor"))), name="payee_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="payee",
            constraint=models.UniqueConstraint(fields=("id", "kind"), name="payee_with_its_kind"),
        ),
        migrations.AddConstraint(
            model_name="payee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("called_back_at", None),
                    models.Q(("called_back_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="call_back_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="payment_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.UniqueConstraint(fields=("id", "made_by"), name="payment_with_its_maker"),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("prepared", "approved", "posted", "void"))),
                name="payment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("damages__gte", 0)), name="payment_of_some_yen"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", models.F("damages"))), name="damages_within_the_payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("cumulative__gte", models.F("amount"))), name="cumulative_with_this_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("damages", 0),
                    models.Q(("payee_kind", "insured"), _negated=True),
                    ("lien__in", ("paid_to_claimant", "claimant_consent")),
                    _connector="OR",
                ),
                name="damages_to_the_insured_need_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("lien__in", ("", "paid_to_claimant", "claimant_consent"))), name="lien_ground_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("lien", ""), ("lien_file__isnull", False), _connector="OR"),
                name="lien_ground_has_its_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("fresh_payee", False), ("approvers_needed__gte", 2), _connector="OR"),
                name="fresh_payee_needs_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("approvers_needed__gte", 1)), name="payment_needs_an_approver"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "posted"), _negated=True),
                    models.Q(("approved_at__isnull", False), ("posted_at__isnull", False)),
                    _connector="OR",
                ),
                name="posted_only_once_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentapproval",
            constraint=models.UniqueConstraint(fields=("payment", "approver"), name="approved_once_a_person"),
        ),
        migrations.AddConstraint(
            model_name="paymentapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("approver", models.F("made_by")), _negated=True), name="maker_does_not_approve"
            ),
        ),
        migrations.AddConstraint(
            model_name="premiumanswer",
            constraint=models.UniqueConstraint(
                fields=("id", "cover", "received"), name="premium_answer_with_its_cover"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.UniqueConstraint(fields=("payment", "cover", "head"), name="a_head_once_a_payment"),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="line_of_some_yen"),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("premium_received", True)), name="paid_only_on_received_premium"
            ),
        ),
    ]
