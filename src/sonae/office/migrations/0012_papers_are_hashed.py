"""What is kept under a hash has that hash, whoever wrote it."""

from django.db import migrations

HASHED = [
    "ALTER TABLE given_file ADD CONSTRAINT given_file_is_hashed CHECK (sha256 = encode(sha256(content), 'hex'));",
    """ALTER TABLE issued_paper ADD CONSTRAINT issued_paper_is_hashed
        CHECK (content_sha256 = encode(sha256(content), 'hex'));""",
]


class Migration(migrations.Migration):
    dependencies = [("office", "0011_walls_of_claims")]
    operations = [migrations.RunSQL(statement) for statement in HASHED]
