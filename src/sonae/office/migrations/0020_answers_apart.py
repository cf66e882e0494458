"""Answers of the disclosure, and decisions with their grounds, behind a wall of their own; the steps keep the hash.

The applicant reads them, and the insurer's people; neither the agency nor the federation and the bodies below it. What
a referral and a condition tell of the answers is kept from the federation and the bodies too, in the journal as well.
"""

import hashlib
import json
import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# Each setting is read once a query, as a sub-select, not once a row. Unset or empty matches nothing.
OWN = "{column} = nullif((SELECT current_setting('sonae.organisation', true)), '')::uuid"
ALL = "(SELECT current_setting('sonae.reach', true)) = 'all'"
APPLICANT = f"""(SELECT {OWN.format(column="a.member_id")} FROM application a
    WHERE a.id = application_answers.application_id)"""


def of_the_sale(member: str) -> str:
    """The member itself, and the agency that handles it now."""
    return f"""({OWN.format(column=member)} OR (SELECT h.suspended_at IS NULL FROM handling h WHERE h.member_id = {member}
        AND h.ended_at IS NULL AND {OWN.format(column="h.agency_id")} LIMIT 1))"""


#: Whoever takes the step writes what it says, also where the rules decide for an agency that may not read it.
TAKES = f"""{ALL} OR (SELECT {of_the_sale("a.member_id")} FROM application a
    WHERE a.id = application_answers.application_id)"""

WALLS = [
    f"""
        ALTER TABLE application_answers ENABLE ROW LEVEL SECURITY;
        ALTER TABLE application_answers FORCE ROW LEVEL SECURITY;
        CREATE POLICY reading ON application_answers FOR SELECT USING ({ALL} OR {APPLICANT});
        CREATE POLICY adding ON application_answers FOR INSERT WITH CHECK ({TAKES});
    """,
    *(
        f"""CREATE POLICY answers_apart ON {table} AS RESTRICTIVE FOR SELECT USING ({ALL} OR
            (SELECT {of_the_sale("a.member_id")} FROM application a WHERE a.id = {table}.application_id));"""
        for table in ("referral", "underwriting_condition")
    ),
    f"""CREATE POLICY answers_apart ON journal AS RESTRICTIVE FOR SELECT USING (
            kind NOT IN ('referred', 'condition_closed') OR stream NOT LIKE 'application/%' OR {ALL}
            OR {of_the_sale("organisation_id")});""",
]


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def move(apps: Any, editor: Any) -> None:
    """Moves what stands already, byte for byte, so that it keeps the hash that the journal has of it.

    The hash of a final content was made from the answers then; it stays with the disclosure it was made from.
    """
    applications, contents, steps, answers = (
        apps.get_model("office", name).objects
        for name in ("Application", "ApplicationContent", "ApplicationStep", "ApplicationAnswers")
    )
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sonae.reach', 'all', true)")
        # The owner too stands under a forced wall, and nobody may change a step.
        cursor.execute("ALTER TABLE application_step NO FORCE ROW LEVEL SECURITY")
    for application in applications.all():
        rows = list(steps.filter(application=application).order_by("number"))
        last = {row.step: row for row in rows}
        content = contents.filter(application=application).order_by("-number").first()
        told: dict[int, dict[str, Any]] = {}
        for row in rows:
            if row.step in ("disclosure", "decision"):
                told[row.number] = {"sha256": sha256(bytes(row.body))}
        if content is not None and "disclosure" in last and "papers" in last:
            disclosure, papers = last["disclosure"], last["papers"]
            told[disclosure.number] |= {
                "content": sha256(dump({
                    "application": str(application.id), "premium": content.premium,
                    "request_sha256": sha256(bytes(content.request_bytes)),
                    "answer_sha256": sha256(bytes(content.answer_bytes)),
                    "disclosure": application.disclosure_version, "answers": json.loads(bytes(disclosure.body))["answers"],
                    "papers": json.loads(bytes(papers.body))["papers"],
                })),
                "content_of": [content.number, papers.number],
            }  # fmt: skip
        for row in rows:
            if row.number in told:
                answers.create(id=uuid.uuid4(), application=application, number=row.number, body=bytes(row.body))
                row.body = dump(told[row.number])
                row.save(update_fields=["body"])
    with editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE application_step FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("office", "0019_damages_to_others")]
    operations = [
        migrations.CreateModel(
            name="ApplicationAnswers",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("body", models.BinaryField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.application"
                    ),
                ),
            ],
            options={
                "db_table": "application_answers",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "number"), name="answers_numbered_once")
                ],
            },
        ),
        # No way back: a restored copy is the way back.
        migrations.RunPython(move),
        *(migrations.RunSQL(statement) for statement in WALLS),
    ]
