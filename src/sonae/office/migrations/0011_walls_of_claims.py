"""The walls of claims, the ties of their money, and the order in which a payment moves.

Whoever is not the member, its agent with its consent, or of the insurer's claims people sees no row: no reach alone
opens a claim, not even `all`; the setting `sonae.claims` does, which only permissions on claims set.
"""

from django.db import migrations

OWN = "{column} = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
CLAIMS = "(SELECT current_setting('sonae.claims', true)) = 'all'"
EVIDENCE = "(SELECT current_setting('sonae.claims', true)) IN ('all', 'evidence')"


def own(column: str) -> str:
    return OWN.format(column=column)


def wall(table: str, reading: str, writing: str, changing: str = "") -> str:
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON {table} FOR SELECT USING ({reading});
        CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({writing});
    """ + (f"CREATE POLICY changing ON {table} FOR UPDATE USING ({changing}) WITH CHECK ({changing});" if changing else "")


def of_claim(table: str, changing: str = "") -> str:
    """Whoever sees the claim sees and adds these rows."""
    rule = f"{CLAIMS} OR (SELECT true FROM claim parent WHERE parent.id = {table}.claim_id)"
    return wall(table, rule, rule, rule if changing == "all" else changing)


def inner(table: str, changing: bool = False, *, also: str = "") -> str:
    """The insurer's own rows, which others see at most when `also` holds."""
    return wall(table, f"{CLAIMS} OR {also}" if also else CLAIMS, CLAIMS, CLAIMS if changing else "")


HANDLED = (
    "(SELECT true FROM handling h WHERE h.member_id = {member} AND {agency} AND h.ended_at IS NULL "
    "AND h.suspended_at IS NULL LIMIT 1)"
)
HANDLES = HANDLED.format(member="claim.member_id", agency=own("h.agency_id"))
CONSENTED = (
    "(SELECT true FROM claim_consent k JOIN handling h ON h.member_id = k.member_id AND h.agency_id = k.agency_id "
    f"WHERE k.{{key}} AND {own('k.agency_id')} AND k.withdrawn_at IS NULL AND h.ended_at IS NULL "
    "AND h.suspended_at IS NULL LIMIT 1)"
)
SEEN = f"{own('member_id')} OR {CLAIMS} OR " + CONSENTED.format(key="claim_id = claim.id")
CONSENTS = f"{own('member_id')} OR {CLAIMS}"
BY_AGENT = (
    f"({own('agency_id')} AND basis <> '' AND "
    + HANDLED.format(member="claim_consent.member_id", agency="h.agency_id = claim_consent.agency_id")
    + ")"
)
PARENT = "(SELECT true FROM claim parent WHERE parent.id = {table}.claim_id)"
#: A stream of a claim is its member's; `settlement/…` is the insurer's own.
STREAM = "CASE WHEN stream LIKE 'claim/%' THEN (SELECT true FROM claim c WHERE c.id = substr(stream, 7)::uuid) END"

WALLS = [
    # The consent first: the claim's wall looks through it, and it must not look back.
    wall("claim_consent", f"{CONSENTS} OR {own('agency_id')}", f"{CONSENTS} OR {BY_AGENT}", CONSENTS),
    wall("claim", SEEN, f"{own('member_id')} OR {CLAIMS} OR {HANDLES}", SEEN),
    of_claim("claim_notice", CLAIMS),
    of_claim("claim_task", "all"),
    of_claim("claim_spend", CLAIMS),
    of_claim("claim_demand", CLAIMS),
    of_claim("claim_milestone"),
    of_claim("claim_turn"),
    of_claim("claim_file"),
    inner("common_cause"),
    inner("claim_reserve"),
    inner("claim_decision", True,
          also="(confirmed_at IS NOT NULL AND " + PARENT.format(table="claim_decision") + ")"),
    inner("claim_payee", True),
    inner("claim_premium"),
    inner("claim_payment", True, also="(state = 'posted' AND " + PARENT.format(table="claim_payment") + ")"),
    inner("claim_payment_line", also="(SELECT true FROM claim_payment p WHERE p.id = claim_payment_line.payment_id)"),
    inner("claim_approval"),
    inner("claim_recovery", True),
    inner("claim_aggregate", True,
          also=f"{own('member_id')} OR " + CONSENTED.format(key="member_id = claim_aggregate.member_id")),
    # A notice on a cover blocks backdating (cover_loss), whoever gives it.
    ("CREATE POLICY adding_claims ON cover_loss FOR INSERT WITH CHECK ((SELECT true FROM claim c JOIN cover v "
    "ON v.member_id = c.member_id WHERE c.id = cover_loss.claim_id AND v.id = cover_loss.cover_id));"),
    # The key of a claim belongs to the insurer's office, so that no key of a member's tells that there is a claim.
    ("CREATE POLICY reading_claims ON subject_key FOR SELECT USING "
    "((SELECT true FROM claim c WHERE c.subject_key_id = subject_key.id LIMIT 1));"),
    ("CREATE POLICY adding_claims ON subject_key FOR INSERT WITH CHECK ((SELECT current_setting('sonae.claims', true)) <> '' "
    "AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = subject_key.organisation_id AND o.kind = 'insurer'));"),
    f"CREATE POLICY reading_claims ON journal FOR SELECT USING ({STREAM});",
    f"CREATE POLICY adding_claims ON journal FOR INSERT WITH CHECK (organisation_id IS NULL AND {STREAM});",
    (f"CREATE POLICY claims_apart ON journal AS RESTRICTIVE FOR SELECT USING "
    f"((stream NOT LIKE 'claim/%' AND stream NOT LIKE 'settlement/%') OR {EVIDENCE} OR {STREAM});"),
]  # fmt: skip

TIES = [
    """ALTER TABLE claim_payment ADD CONSTRAINT kind_is_the_payees
        FOREIGN KEY (payee_id, payee_kind) REFERENCES claim_payee (id, kind);""",
    """ALTER TABLE claim_approval ADD CONSTRAINT maker_is_the_payments
        FOREIGN KEY (payment_id, made_by) REFERENCES claim_payment (id, made_by);""",
    """ALTER TABLE claim_payment_line ADD CONSTRAINT premium_is_the_covers
        FOREIGN KEY (premium_id, cover_id, premium_received) REFERENCES claim_premium (id, cover_id, received);""",
]

MOVES = """
    CREATE FUNCTION claim_payment_moves() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        payee claim_payee;
        decided claim_decision;
        moved text := coalesce(OLD.state, '') || '>' || NEW.state;
    BEGIN
        SELECT * INTO payee FROM claim_payee p WHERE p.id = NEW.payee_id;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'prepared' THEN
                RAISE EXCEPTION 'a payment begins prepared';
            END IF;
            SELECT * INTO decided FROM claim_decision d WHERE d.id = NEW.decision_id;
            IF decided.confirmed_at IS NULL OR decided.claim_id <> NEW.claim_id OR payee.claim_id <> NEW.claim_id THEN
                RAISE EXCEPTION 'a payment rests on a confirmed decision and a payee of its claim';
            END IF;
            IF NEW.cumulative <> NEW.amount + coalesce((SELECT sum(p.amount) FROM claim_payment p
                    WHERE p.claim_id = NEW.claim_id AND p.state <> 'void'), 0) THEN
                RAISE EXCEPTION 'the cumulative amount is not the sum of the payments';
            END IF;
            IF payee.fresh_until > NEW.made_at AND NOT NEW.fresh_payee THEN
                RAISE EXCEPTION 'the account was changed lately';
            END IF;
        ELSIF NEW.state <> OLD.state THEN
            IF moved NOT IN ('prepared>approved', 'prepared>void', 'approved>posted', 'approved>void') THEN
                RAISE EXCEPTION 'a payment does not move %', moved;
            END IF;
            IF NEW.state <> 'void' AND EXISTS (SELECT 1 FROM claim_payee p WHERE p.replaces_id = NEW.payee_id) THEN
                RAISE EXCEPTION 'the account was changed since';
            END IF;
        END IF;
        IF moved = 'prepared>approved' THEN
            IF (SELECT count(*) FROM claim_approval a WHERE a.payment_id = NEW.id) < NEW.approvers_needed
               OR NEW.manager_needed AND NOT EXISTS
                  (SELECT 1 FROM claim_approval a WHERE a.payment_id = NEW.id AND a.is_manager) THEN
                RAISE EXCEPTION 'approvals are missing';
            END IF;
            IF NEW.fresh_payee AND payee.called_back_at IS NULL THEN
                RAISE EXCEPTION 'the payee was not called back';
            END IF;
            IF NEW.amount <> (SELECT sum(l.amount) FROM claim_payment_line l WHERE l.payment_id = NEW.id)
               OR NEW.damages <> (SELECT coalesce(sum(l.amount), 0) FROM claim_payment_line l
                                  WHERE l.payment_id = NEW.id AND l.head = 'damages') THEN
                RAISE EXCEPTION 'the lines do not sum to the payment';
            END IF;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON claim_payment
        FOR EACH ROW EXECUTE FUNCTION claim_payment_moves();
"""


CONSENT = """
    CREATE FUNCTION consent_is_the_members() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.basis <> '' AND EXISTS (SELECT 1 FROM claim_consent k WHERE k.claim_id = NEW.claim_id) THEN
            RAISE EXCEPTION 'only the member consents again';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER members BEFORE INSERT ON claim_consent FOR EACH ROW EXECUTE FUNCTION consent_is_the_members();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0010_claims_money")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(statement) for statement in (*WALLS, *TIES, MOVES, CONSENT)]
