"""A payment moves on only while its decision and its premium still stand; fraud is said of what unmakes a cover only."""

from django.db import migrations

DUE = """
    CREATE FUNCTION claim_payment_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        decided jsonb := (SELECT d.heads FROM claim_decision d WHERE d.claim_id = NEW.claim_id
                          AND d.confirmed_at IS NOT NULL ORDER BY d.number DESC LIMIT 1);
        line claim_payment_line;
    BEGIN
        FOR line IN SELECT * FROM claim_payment_line l WHERE l.payment_id = NEW.id LOOP
            IF coalesce((SELECT sum(l.amount) FROM claim_payment_line l JOIN claim_payment p ON p.id = l.payment_id
                         WHERE p.claim_id = NEW.claim_id AND p.state <> 'void' AND l.cover_id = line.cover_id
                         AND l.head = line.head), 0)
               - coalesce((SELECT sum(r.received) FROM claim_recovery r JOIN claim_payment_line l ON l.id = r.line_id
                           WHERE r.claim_id = NEW.claim_id AND l.cover_id = line.cover_id AND l.head = line.head), 0)
               > coalesce((SELECT sum((h ->> 4)::bigint) FROM jsonb_array_elements(decided) h
                           WHERE h ->> 0 = line.cover_id::text AND h ->> 2 = line.head), 0) THEN
                RAISE EXCEPTION 'more would be paid than the newest decision grants';
            END IF;
            IF NOT coalesce((SELECT a.received FROM claim_premium a WHERE a.claim_id = NEW.claim_id
                             AND a.cover_id = line.cover_id ORDER BY a.at DESC, a.received DESC LIMIT 1), false) THEN
                RAISE EXCEPTION 'the premium was not received after all';
            END IF;
        END LOOP;
        RETURN NULL;
    END $$;
    CREATE TRIGGER is_due AFTER UPDATE OF state ON claim_payment
        FOR EACH ROW WHEN (NEW.state IN ('approved', 'posted')) EXECUTE FUNCTION claim_payment_is_due();
"""

#: New rows only: a register that was kept before stands as it was written.
FRAUD = """
    ALTER TABLE cover_transaction ADD CONSTRAINT fraud_unmakes_only
        CHECK (NOT by_fraud OR reason IN ('avoidance', 'voidness')) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0017_returns")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(DUE), migrations.RunSQL(FRAUD)]
