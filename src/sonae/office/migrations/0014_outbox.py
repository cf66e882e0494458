"""The outbox: mails, attempts to send them and people's addresses, all append-only, behind walls of their own."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

OWN = "nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
ALL = "(SELECT current_setting('sonae.reach', true)) = 'all'"
MAIL = "(SELECT true FROM mail parent WHERE parent.id = mail_attempt.mail_id)"


def wall(table: str, reading: str, adding: str) -> str:
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON {table} FOR SELECT USING ({reading});
        CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({adding});
    """


# A mail is its recipient's and the operator's; whoever causes one writes it through the office, and reads none.
WALLS = [
    wall("mail", f"organisation_id = {OWN} OR {ALL}", ALL),
    wall("mail_attempt", f"{ALL} OR {MAIL}", ALL),
    wall("mail_address", f"organisation_id = {OWN} OR {ALL}", f"organisation_id = {OWN} OR {ALL}"),
]


def row_id() -> "models.UUIDField[object, object]":
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def reference(model: str, name: str = "+") -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


KINDS = [
    ("invitation", "Invitation"),
    ("reset", "Reset"),
    ("applicant_link", "Applicant Link"),
    ("renewal_offer", "Renewal Offer"),
    ("renewal_offers", "Renewal Offers"),
    ("condition_due", "Condition Due"),
]
OUTCOMES = [("sent", "Sent"), ("failed", "Failed"), ("expired", "Expired"), ("erased", "Erased")]


class Migration(migrations.Migration):
    dependencies = [("office", "0013_streams_of_losses")]
    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", row_id()),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("cause", models.CharField(max_length=200, unique=True)),
                ("message_ciphertext", models.BinaryField()),
                ("caused_by", models.CharField(max_length=80)),
                ("recorded_at", models.DateTimeField()),
                ("good_until", models.DateTimeField(null=True)),
                ("organisation", reference("office.organisation")),
                ("subject_key", reference("office.subjectkey")),
            ],
            options={
                "db_table": "mail",
                "indexes": [models.Index(fields=["-recorded_at", "-id"], name="mail_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(good_until=None) | Q(good_until__gt=F("recorded_at")),
                        name="mail_is_good_for_a_while",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailAttempt",
            fields=[
                ("id", row_id()),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("adapter", models.CharField(max_length=10)),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=10)),
                ("code", models.CharField(max_length=60)),
                ("mail", reference("office.mail", "attempts")),
            ],
            options={
                "db_table": "mail_attempt",
                "constraints": [
                    models.UniqueConstraint(fields=["mail", "number"], name="mail_attempts_are_numbered"),
                    models.UniqueConstraint(
                        condition=Q(outcome__in=["sent", "expired", "erased"]), fields=["mail"], name="mail_leaves_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailAddress",
            fields=[
                ("id", row_id()),
                ("number", models.PositiveIntegerField()),
                ("address_ciphertext", models.BinaryField()),
                ("set_by", models.CharField(max_length=80)),
                ("set_at", models.DateTimeField()),
                ("organisation", reference("office.organisation")),
                ("subject_key", reference("office.subjectkey")),
                ("user", reference(settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "mail_address",
                "constraints": [
                    models.UniqueConstraint(fields=["user", "number"], name="mail_addresses_are_numbered"),
                ],
            },
        ),
        # No way back: a restored copy is the way back.
        *(migrations.RunSQL(statement) for statement in WALLS),
    ]
