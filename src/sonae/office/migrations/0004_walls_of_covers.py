"""The walls of members, applications and covers; the constraint on overlap; what the order of steps rests on."""

from django.db import migrations

# Each setting is read once a query, as a sub-select, not once a row. Unset or empty matches nothing.
OWN = "{column} = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
ALL = "(SELECT current_setting('sonae.reach', true)) = 'all'"
SCHEME = "(SELECT current_setting('sonae.reach', true)) IN ('all', 'scheme')"
SHARED = "nullif((SELECT current_setting('sonae.share', true)), '')"


def wall(table: str, reading: str, writing: str, changing: str = "") -> str:
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON {table} FOR SELECT USING ({reading});
        CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({writing});
    """ + (f"CREATE POLICY changing ON {table} FOR UPDATE USING ({changing}) WITH CHECK ({changing});" if changing else "")


def own(column: str) -> str:
    return OWN.format(column=column)


def through(parent: str, key: str, column: str) -> str:
    """Whoever sees the parent's row sees this one: the parent's own wall decides."""
    return f"{SCHEME} OR EXISTS (SELECT 1 FROM {parent} parent WHERE parent.{key} = {column})"


HANDLED = (
    "EXISTS (SELECT 1 FROM handling h WHERE h.member_id = member.organisation_id AND "
    f"{own('h.agency_id')} AND h.ended_at IS NULL AND h.suspended_at IS NULL)"
)
OF_MEMBER = f"{own('organisation_id')} OR {own('cooperative_id')} OR {own('association_id')} OR {SCHEME} OR {HANDLED}"


def of_member(table: str, changing: bool = False) -> str:
    rule = through("member", "organisation_id", f"{table}.member_id")
    return wall(table, rule, rule, rule if changing else "")


def of_application(table: str, changing: bool = False) -> str:
    rule = through("application", "id", f"{table}.application_id")
    return wall(table, rule, rule, rule if changing else "")


def of_cover(table: str, changing: bool = False) -> str:
    rule = through("cover", "id", f"{table}.cover_id")
    return wall(table, rule, rule, rule if changing else "")


def also(table: str, policy: str, kind: str, rule: str) -> str:
    """A further way through a wall that stands already; ways add up."""
    return f"CREATE POLICY {policy} ON {table} {kind} ({rule});"


OF_SOME_MEMBER = "EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = {table}.organisation_id)"
JOURNAL = OF_SOME_MEMBER.format(table="journal")
SUBJECT = OF_SOME_MEMBER.format(table="subject_key")

WALLS = [
    "CREATE SEQUENCE member_serial AS bigint;",
    wall("handling", f"{own('agency_id')} OR {own('member_id')} OR {SCHEME}", f"{own('agency_id')} OR {SCHEME}", SCHEME),
    wall("member", OF_MEMBER, OF_MEMBER, OF_MEMBER),
    of_member("member_particulars"),
    # Only the body itself confirms who belongs to it.
    wall("membership_list", f"{own('cooperative_id')} OR {SCHEME}", own("cooperative_id")),
    wall(
        "membership_evidence",
        through("member", "organisation_id", "membership_evidence.member_id"),
        "EXISTS (SELECT 1 FROM membership_list l JOIN member m ON m.cooperative_id = l.cooperative_id "
        f"WHERE l.id = list_id AND m.organisation_id = member_id AND {own('l.cooperative_id')})",
    ),
    of_member("application"),
    of_application("application_content"),
    of_application("application_step"),
    wall(
        "application_link",
        f"encode(token_sha256, 'hex') = {SHARED} OR " + through("application", "id", "application_link.application_id"),
        through("application", "id", "application_link.application_id"),
        through("application", "id", "application_link.application_id"),
    ),
    of_application("referral", changing=True),
    of_application("underwriting_condition", changing=True),
    of_member("cover", changing=True),
    of_cover("cover_transaction"),
    of_cover("change_proposal", changing=True),
    # Neither the federation nor the bodies below it learn of a loss.
    wall("cover_loss", ALL, ALL),
    of_member("renewal_offer"),
    # A member's organisation is made by whoever registers the member, and read by whoever sees the member.
    also("organisation", "reading_members", "FOR SELECT USING",
         "kind = 'member' AND EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = organisation.id)"),
    also("organisation", "adding_members", "FOR INSERT WITH CHECK",
         "kind = 'member' AND nullif((SELECT current_setting('sonae.organisation', true)), '') IS NOT NULL"),
    also("journal", "reading_members", "FOR SELECT USING", JOURNAL),
    also("journal", "adding_members", "FOR INSERT WITH CHECK", JOURNAL),
    also("subject_key", "reading_members", "FOR SELECT USING", SUBJECT),
    also("subject_key", "adding_members", "FOR INSERT WITH CHECK", SUBJECT),
]  # fmt: skip

TIES = [
    # The association is the cooperative's parent, and follows it.
    "ALTER TABLE organisation ADD CONSTRAINT organisation_with_its_parent UNIQUE (id, parent_id);",
    """ALTER TABLE member ADD CONSTRAINT association_is_the_cooperatives_parent
        FOREIGN KEY (cooperative_id, association_id) REFERENCES organisation (id, parent_id) ON UPDATE CASCADE;""",
    """ALTER TABLE cover ADD CONSTRAINT serial_is_the_members
        FOREIGN KEY (member_id, member_serial) REFERENCES member (organisation_id, serial);""",
    # One cover at a time. The serial as a range of one stands for a plain equality, which gist has only by extension.
    """ALTER TABLE cover ADD CONSTRAINT one_cover_at_a_time EXCLUDE USING gist
        (int8range(member_serial, member_serial, '[]') WITH &&, tstzrange(inception, ends_at) WITH &&);""",
]

TRIGGERS = [
    # The order of the sale, and that what is signed, decided and bound is what was confirmed (INV-14, INV-16).
    """
    CREATE FUNCTION application_step_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        steps text[] := ARRAY['intent', 'proposal', 'papers', 'disclosure', 'final_price', 'confirmation',
                              'signature', 'membership', 'decision', 'binding'];
        place int := array_position(steps, NEW.step);
        needed text;
        found application_step;
    BEGIN
        IF place IS NULL THEN
            RAISE EXCEPTION 'there is no step %', NEW.step;
        END IF;
        IF NEW.number <> 1 + (SELECT count(*) FROM application_step s WHERE s.application_id = NEW.application_id) THEN
            RAISE EXCEPTION 'steps are numbered without gap';
        END IF;
        IF EXISTS (SELECT 1 FROM application_step s WHERE s.application_id = NEW.application_id AND s.step = 'binding') THEN
            RAISE EXCEPTION 'the application is bound';
        END IF;
        IF NEW.step IN ('disclosure', 'confirmation', 'signature') AND NEW.party <> 'member' THEN
            RAISE EXCEPTION 'only the applicant takes the step %', NEW.step;
        END IF;
        FOREACH needed IN ARRAY steps[1:place - 1] LOOP
            SELECT * INTO found FROM application_step s
                WHERE s.application_id = NEW.application_id AND s.step = needed ORDER BY s.number DESC LIMIT 1;
            IF found.id IS NULL THEN
                RAISE EXCEPTION 'the step % is missing', needed;
            END IF;
            IF needed IN ('confirmation', 'signature', 'decision') AND found.content IS DISTINCT FROM NEW.content THEN
                RAISE EXCEPTION 'the step % was taken on another content', needed;
            END IF;
            IF found.at > NEW.at THEN
                RAISE EXCEPTION 'the step % is later than %', needed, NEW.step;
            END IF;
            IF NEW.step = 'binding' AND needed = 'decision' AND found.outcome <> 'accept' THEN
                RAISE EXCEPTION 'the application is not accepted';
            END IF;
        END LOOP;
        RETURN NEW;
    END $$;
    CREATE TRIGGER in_order BEFORE INSERT ON application_step
        FOR EACH ROW EXECUTE FUNCTION application_step_in_order();
    """,
    # A cover rests on a binding step of its application on the same content.
    """
    CREATE FUNCTION cover_rests_on_its_application() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM application_step s JOIN application a ON a.id = s.application_id
                       WHERE s.application_id = NEW.application_id AND s.step = 'binding' AND s.content = NEW.content
                       AND a.member_id = NEW.member_id) THEN
            RAISE EXCEPTION 'the application is not bound on this content';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER rests BEFORE INSERT ON cover FOR EACH ROW EXECUTE FUNCTION cover_rests_on_its_application();
    """,
    # Transactions have no gap, and recorded time never goes back (INV-22, INV-50).
    """
    CREATE FUNCTION cover_transaction_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last cover_transaction;
    BEGIN
        SELECT * INTO last FROM cover_transaction t WHERE t.cover_id = NEW.cover_id ORDER BY t.number DESC LIMIT 1;
        IF NEW.number <> coalesce(last.number, 0) + 1 THEN
            RAISE EXCEPTION 'transaction % is next', coalesce(last.number, 0) + 1;
        END IF;
        IF NEW.recorded < last.recorded THEN
            RAISE EXCEPTION 'recorded time goes back';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER follows BEFORE INSERT ON cover_transaction
        FOR EACH ROW EXECUTE FUNCTION cover_transaction_follows();
    """,
]


class Migration(migrations.Migration):
    dependencies = [("office", "0003_members_applications_covers")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(statement) for statement in (*WALLS, *TIES, *TRIGGERS)]
