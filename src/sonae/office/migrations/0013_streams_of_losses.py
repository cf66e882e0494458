"""Every stream that tells of a loss is apart: notices without log-in, causes and losses too, not claims alone."""

from django.db import migrations

EVIDENCE = "(SELECT current_setting('sonae.claims', true)) IN ('all', 'evidence')"
STREAM = "CASE WHEN stream LIKE 'claim/%' THEN (SELECT true FROM claim c WHERE c.id = substr(stream, 7)::uuid) END"
APART = "split_part(stream, '/', 1) NOT IN ('claim', 'settlement', 'open-notice', 'cause', 'loss')"

POLICY = f"ALTER POLICY claims_apart ON journal USING ({APART} OR {EVIDENCE} OR {STREAM});"


class Migration(migrations.Migration):
    dependencies = [("office", "0012_papers_are_hashed")]
    # No way back: a restored copy is the way back.
    operations = [migrations.RunSQL(POLICY)]
