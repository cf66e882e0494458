"""Row-level security and the ties that a CHECK alone cannot hold."""

from django.db import migrations

# Each setting is read once a query, as a sub-select, not once a row. Unset or empty matches nothing.
OWN = "{column} = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
ALL = "(SELECT current_setting('sonae.reach', true)) = 'all'"
SHARED = "nullif((SELECT current_setting('sonae.share', true)), '')"


def wall(table: str, reading: str, writing: str) -> str:
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON {table} FOR SELECT USING ({reading});
        CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({writing});
    """


def changing(table: str, condition: str) -> str:
    return f"CREATE POLICY changing ON {table} FOR UPDATE USING ({condition}) WITH CHECK ({condition});"


own_agency = OWN.format(column="agency_id")
own_organisation = OWN.format(column="organisation_id")

WALLS = [
    # Members' names are members' data; the other kinds are the scheme's own directory.
    wall("organisation", f"kind <> 'member' OR {OWN.format(column='id')} OR {ALL}", ALL),
    changing("organisation", ALL),
    wall("quotation_share", f"{own_agency} OR {ALL} OR encode(token_sha256, 'hex') = {SHARED}", own_agency),
    changing("quotation_share", own_agency),
    wall(
        "quotation",
        f"{own_agency} OR {ALL} OR ({SHARED} IS NOT NULL AND id IN (SELECT s.quotation_id FROM quotation_share s "
        f"WHERE encode(s.token_sha256, 'hex') = {SHARED} AND s.revoked_at IS NULL))",
        own_agency,
    ),
    wall("subject_key", f"{own_organisation} OR {ALL}", f"{own_organisation} OR {ALL}"),
    changing("subject_key", f"{own_organisation} OR {ALL}"),
    wall(
        "idempotency_record",
        f"principal = (SELECT current_setting('sonae.principal', true)) OR {ALL}",
        "principal = (SELECT current_setting('sonae.principal', true))",
    ),
    f"CREATE POLICY pruning ON idempotency_record FOR DELETE USING ({ALL} AND created_at < now() - interval '30 days');",
    wall("journal", f"{own_organisation} OR {ALL}", f"{own_organisation} OR {ALL}"),
    # A person's kind is the organisation's kind: together with the CHECK on roles, no federation's employee can
    # hold an insurer's role whatever the application does.
    """
    ALTER TABLE office_user ADD CONSTRAINT kind_is_the_organisations
        FOREIGN KEY (organisation_id, organisation_kind) REFERENCES organisation (id, kind);
    """,
]


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(statement) for statement in WALLS]
