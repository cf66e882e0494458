"""Money that a payee returns is of a line of a payment that has gone out, and never more than it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

RESTS = """
    CREATE FUNCTION claim_return_rests() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        paid claim_payment;
        line claim_payment_line;
    BEGIN
        SELECT * INTO line FROM claim_payment_line l WHERE l.id = NEW.line_id;
        SELECT * INTO paid FROM claim_payment p WHERE p.id = NEW.payment_id;
        IF line.payment_id IS DISTINCT FROM paid.id OR paid.claim_id <> NEW.claim_id OR paid.state <> 'posted' THEN
            RAISE EXCEPTION 'a return is of a line of a payment that has gone out';
        END IF;
        -- Hands that ask a line back at once come one after the other.
        PERFORM pg_advisory_xact_lock(hashtextextended('claim_payment_line', NEW.line_id));
        IF line.amount < (SELECT sum(r.expected) FROM claim_recovery r WHERE r.line_id = NEW.line_id) THEN
            RAISE EXCEPTION 'more would be returned than was paid';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER rests AFTER INSERT ON claim_recovery
        FOR EACH ROW WHEN (NEW.kind = 'returned') EXECUTE FUNCTION claim_return_rests();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0016_claim_letters")]
    operations = [
        migrations.AddField(
            model_name="claimrecovery",
            name="line",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="returns",
                to="office.paymentline",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrecovery",
            constraint=models.CheckConstraint(
                condition=Q(kind="returned", line__isnull=False, payment__isnull=False)
                | (~Q(kind="returned") & Q(line__isnull=True)),
                name="return_of_a_line",
            ),
        ),
        # No way back: a restored copy is the way back.
        migrations.RunSQL(RESTS),
    ]  # fmt: skip
