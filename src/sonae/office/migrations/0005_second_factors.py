"""Second factors, links to log in, and the wall of the latter: they name a person's mail address."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# Seen by whoever made it, by whoever the office's reach shows everything, and by whoever holds its token.
RULE = """
    issuer_id = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid
    OR (SELECT current_setting('sonae.reach', true)) = 'all'
    OR encode(token_sha256, 'hex') = nullif((SELECT current_setting('sonae.share', true)), '')
"""
WALL = f"""
    ALTER TABLE log_in_link ENABLE ROW LEVEL SECURITY;
    ALTER TABLE log_in_link FORCE ROW LEVEL SECURITY;
    CREATE POLICY reading ON log_in_link FOR SELECT USING ({RULE});
    CREATE POLICY adding ON log_in_link FOR INSERT WITH CHECK
        (issuer_id = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid);
    CREATE POLICY changing ON log_in_link FOR UPDATE USING ({RULE}) WITH CHECK ({RULE});
"""


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0004_walls_of_covers"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactorFailures",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0)),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "factor_failures",
            },
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "spent",
            },
        ),
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("credential_id", models.BinaryField(max_length=1023, unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField()),
                ("label", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "passkey",
            },
        ),
        migrations.CreateModel(
            name="LogInLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("invitation", "招待"), ("reset", "再設定")], max_length=12)),
                ("token_sha256", models.BinaryField(max_length=32, unique=True)),
                ("mail_ciphertext", models.BinaryField(null=True)),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.organisation"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.organisation"
                    ),
                ),
                (
                    "subject_key",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.subjectkey"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "log_in_link",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "invitation"),
                                ("mail_ciphertext__isnull", False),
                                ("subject_key__isnull", False),
                            ),
                            models.Q(("kind", "reset"), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="link_is_for_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="link_expires"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code_sha256", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "recovery_code",
                "constraints": [models.UniqueConstraint(fields=("user", "code_sha256"), name="recovery_code_once")],
            },
        ),
        migrations.CreateModel(
            name="TotpSecret",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("secret_ciphertext", models.BinaryField()),
                ("key_version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="totp_secrets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "totp_secret",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("revoked_at", None)),
                        fields=("user",),
                        name="one_authenticator_app_a_person",
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL),
    ]
