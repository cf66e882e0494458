"""The walls of members, applications and covers, asked by key; the order of steps, in one query a step.

The same rows are seen as before. Where a row is seen because its parent is, the parent is looked up by its key for the
row at hand; of EXISTS the planner made a list of everything that is seen, for each query anew.
"""

from django.db import migrations

# Each setting is read once a query, as a sub-select, not once a row. Unset or empty matches nothing.
OWN = "{column} = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
SCHEME = "(SELECT current_setting('sonae.reach', true)) IN ('all', 'scheme')"
SHARED = "nullif((SELECT current_setting('sonae.share', true)), '')"


def own(column: str) -> str:
    return OWN.format(column=column)


def through(parent: str, key: str, column: str) -> str:
    """Whoever sees the parent's row sees this one: the parent's own wall decides."""
    return f"{SCHEME} OR (SELECT true FROM {parent} parent WHERE parent.{key} = {column})"


HANDLED = (
    "(SELECT h.suspended_at IS NULL FROM handling h WHERE h.member_id = member.organisation_id AND h.ended_at IS NULL "
    f"AND {own('h.agency_id')} LIMIT 1)"
)
OF_MEMBER = f"{own('organisation_id')} OR {own('cooperative_id')} OR {own('association_id')} OR {SCHEME} OR {HANDLED}"


def rebuilt(table: str, reading: str, writing: str = "", changing: str = "") -> str:
    """The wall's conditions anew; its policies keep their names and kinds."""
    statement = f"ALTER POLICY reading ON {table} USING ({reading});"
    if writing:
        statement += f"ALTER POLICY adding ON {table} WITH CHECK ({writing});"
    if changing:
        statement += f"ALTER POLICY changing ON {table} USING ({changing}) WITH CHECK ({changing});"
    return statement


def of(parent: str, key: str, column: str, table: str, changing: bool = False) -> str:
    rule = through(parent, key, f"{table}.{column}")
    return rebuilt(table, rule, rule, rule if changing else "")


def of_some_member(column: str) -> str:
    return f"(SELECT true FROM member m WHERE m.organisation_id = {column})"


LINK = through("application", "id", "application_link.application_id")

WALLS = [
    rebuilt("member", OF_MEMBER, OF_MEMBER, OF_MEMBER),
    rebuilt("membership_evidence", through("member", "organisation_id", "membership_evidence.member_id")),
    of("member", "organisation_id", "member_id", "member_particulars"),
    of("member", "organisation_id", "member_id", "application"),
    of("application", "id", "application_id", "application_content"),
    of("application", "id", "application_id", "application_step"),
    rebuilt("application_link", f"encode(token_sha256, 'hex') = {SHARED} OR {LINK}", LINK, LINK),
    of("application", "id", "application_id", "referral", changing=True),
    of("application", "id", "application_id", "underwriting_condition", changing=True),
    of("member", "organisation_id", "member_id", "cover", changing=True),
    of("cover", "id", "cover_id", "cover_transaction"),
    of("cover", "id", "cover_id", "change_proposal", changing=True),
    of("member", "organisation_id", "member_id", "renewal_offer"),
    f"ALTER POLICY reading_members ON organisation USING (kind = 'member' AND {of_some_member('organisation.id')});",
    *(
        f"ALTER POLICY reading_members ON {table} USING ({of_some_member(f'{table}.organisation_id')});"
        f"ALTER POLICY adding_members ON {table} WITH CHECK ({of_some_member(f'{table}.organisation_id')});"
        for table in ("journal", "subject_key")
    ),
]

STEPS = """
    CREATE OR REPLACE FUNCTION application_step_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        steps text[] := ARRAY['intent', 'proposal', 'papers', 'disclosure', 'final_price', 'confirmation',
                              'signature', 'membership', 'decision', 'binding'];
        place int := array_position(steps, NEW.step);
        taken text[] := '{}';
        last int := 0;
        found application_step;
    BEGIN
        IF place IS NULL THEN
            RAISE EXCEPTION 'there is no step %', NEW.step;
        END IF;
        IF NEW.step IN ('disclosure', 'confirmation', 'signature') AND NEW.party <> 'member' THEN
            RAISE EXCEPTION 'only the applicant takes the step %', NEW.step;
        END IF;
        -- The last row of each step.
        FOR found IN SELECT DISTINCT ON (s.step) s.* FROM application_step s
                     WHERE s.application_id = NEW.application_id ORDER BY s.step, s.number DESC LOOP
            last := greatest(last, found.number);
            IF found.step = 'binding' THEN
                RAISE EXCEPTION 'the application is bound';
            END IF;
            CONTINUE WHEN array_position(steps, found.step) >= place;
            taken := taken || found.step::text;
            IF found.step IN ('confirmation', 'signature', 'decision') AND found.content IS DISTINCT FROM NEW.content THEN
                RAISE EXCEPTION 'the step % was taken on another content', found.step;
            END IF;
            IF found.at > NEW.at THEN
                RAISE EXCEPTION 'the step % is later than %', found.step, NEW.step;
            END IF;
            IF NEW.step = 'binding' AND found.step = 'decision' AND found.outcome <> 'accept' THEN
                RAISE EXCEPTION 'the application is not accepted';
            END IF;
        END LOOP;
        IF NEW.number <> last + 1 THEN
            RAISE EXCEPTION 'steps are numbered without gap';
        END IF;
        IF cardinality(taken) < place - 1 THEN
            RAISE EXCEPTION 'a step before % is missing', NEW.step;
        END IF;
        RETURN NEW;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0005_second_factors")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(statement) for statement in [*WALLS, STEPS]]
