"""The register of the letters on claims: read by whoever sees the claim, written by the claims office alone."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

CLAIMS = "(SELECT current_setting('sonae.claims', true)) = 'all'"
SEEN = f"{CLAIMS} OR (SELECT true FROM claim parent WHERE parent.id = claim_letter.claim_id)"

WALL = f"""
    ALTER TABLE claim_letter ENABLE ROW LEVEL SECURITY;
    ALTER TABLE claim_letter FORCE ROW LEVEL SECURITY;
    CREATE POLICY reading ON claim_letter FOR SELECT USING ({SEEN});
    CREATE POLICY adding ON claim_letter FOR INSERT WITH CHECK ({CLAIMS});
"""

HASHED = """ALTER TABLE claim_letter ADD CONSTRAINT claim_letter_is_hashed
    CHECK (content_sha256 = encode(sha256(content), 'hex'));"""

# After the wall: whoever may not write a letter is told that, and nothing of what it rests on.
RESTS = """
    CREATE FUNCTION claim_letter_rests() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        decided claim_decision;
        paid claim_payment;
    BEGIN
        SELECT * INTO decided FROM claim_decision d WHERE d.id = NEW.decision_id;
        IF decided.confirmed_at IS NULL OR decided.claim_id <> NEW.claim_id
                OR (NEW.kind = 'denial') <> (decided.payable = 0) THEN
            RAISE EXCEPTION 'a letter tells of a confirmed decision of its claim';
        END IF;
        IF NEW.payment_id IS NOT NULL THEN
            SELECT * INTO paid FROM claim_payment p WHERE p.id = NEW.payment_id;
            IF paid.state <> 'posted' OR paid.decision_id <> NEW.decision_id THEN
                RAISE EXCEPTION 'a letter tells of a payment that has gone out on its decision';
            END IF;
        END IF;
        IF NEW.number <> (SELECT count(*) FROM claim_letter l WHERE l.claim_id = NEW.claim_id) THEN
            RAISE EXCEPTION 'letters are numbered without gap';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER rests AFTER INSERT ON claim_letter FOR EACH ROW EXECUTE FUNCTION claim_letter_rests();
"""


def reference(model: str) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="letters", to=model)


class Migration(migrations.Migration):
    dependencies = [("office", "0015_scanned_files")]
    operations = [
        migrations.CreateModel(
            name="ClaimLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=[("payment", "Payment"), ("denial", "Denial")], max_length=8)),
                ("content", models.BinaryField()),
                ("content_sha256", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=80)),
                ("claim", reference("office.claim")),
                ("decision", reference("office.claimdecision")),
                (
                    "payment",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="letter",
                        to="office.claimpayment",
                    ),
                ),
            ],
            options={
                "db_table": "claim_letter",
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "number"), name="letter_numbered_once"),
                    models.UniqueConstraint(
                        fields=("decision", "payment"), name="letter_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="payment") | Q(kind="denial", payment=None), name="letter_is_of_its_kind"
                    ),
                ],
            },
        ),
        # No way back: a restored copy is the way back.
        migrations.RunSQL(WALL),
        migrations.RunSQL(HASHED),
        migrations.RunSQL(RESTS),
    ]  # fmt: skip
