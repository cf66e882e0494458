"""The register of papers, the files given to all alike, and that papers are read before answers and signature."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SCHEME = "(SELECT current_setting('sonae.reach', true)) IN ('all', 'scheme')"
OF_MEMBER = f"{SCHEME} OR (SELECT true FROM member parent WHERE parent.organisation_id = issued_paper.member_id)"

WALL = f"""
    ALTER TABLE issued_paper ENABLE ROW LEVEL SECURITY;
    ALTER TABLE issued_paper FORCE ROW LEVEL SECURITY;
    CREATE POLICY reading ON issued_paper FOR SELECT USING ({OF_MEMBER});
    CREATE POLICY adding ON issued_paper FOR INSERT WITH CHECK ({OF_MEMBER});
"""

# As before, with the step in which the applicant says that they read the papers.
STEPS = """
    CREATE OR REPLACE FUNCTION application_step_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        steps text[] := ARRAY['intent', 'proposal', 'papers', 'acknowledgement', 'disclosure', 'final_price',
                              'confirmation', 'signature', 'membership', 'decision', 'binding'];
        place int := array_position(steps, NEW.step);
        taken text[] := '{}';
        last int := 0;
        given text;
        read text;
        found application_step;
    BEGIN
        IF place IS NULL THEN
            RAISE EXCEPTION 'there is no step %', NEW.step;
        END IF;
        IF NEW.step IN ('acknowledgement', 'disclosure', 'confirmation', 'signature') AND NEW.party <> 'member' THEN
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
            given := CASE found.step WHEN 'papers' THEN found.content ELSE given END;
            read := CASE found.step WHEN 'acknowledgement' THEN found.content ELSE read END;
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
        -- What the applicant read is what was given last, before any answer or signature.
        read := CASE NEW.step WHEN 'acknowledgement' THEN NEW.content ELSE read END;
        IF place >= array_position(steps, 'acknowledgement') AND (given = '' OR read IS DISTINCT FROM given) THEN
            RAISE EXCEPTION 'other papers were read than were given';
        END IF;
        RETURN NEW;
    END $$;
"""


def reference(model: str, *, null: bool = False, name: str = "papers") -> "models.ForeignKey[object, object]":
    return models.ForeignKey(null=null, on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


class Migration(migrations.Migration):
    dependencies = [("office", "0006_walls_by_key")]
    operations = [
        migrations.CreateModel(
            name="GivenFile",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=2)),
                ("content", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
                ("product", reference("office.releasedproduct", name="+")),
            ],
            options={"db_table": "given_file"},
        ),
        migrations.CreateModel(
            name="IssuedPaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "Certificate"),
                            ("cover_note", "Cover Note"),
                            ("endorsement_notice", "Endorsement Notice"),
                            ("renewal_paper", "Renewal Paper"),
                            ("application_copy", "Application Copy"),
                        ],
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("content_sha256", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=80)),
                ("application", reference("office.application", null=True)),
                ("cover", reference("office.cover", null=True)),
                ("member", reference("office.member")),
                ("offer", reference("office.renewaloffer", null=True)),
            ],
            options={
                "db_table": "issued_paper",
                "indexes": [models.Index(fields=["member", "-issued_at"], name="papers_of_member")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "cover", "version"), name="paper_of_cover_once"),
                    models.UniqueConstraint(fields=("kind", "application", "version"), name="paper_of_application_once"),
                    models.UniqueConstraint(fields=("kind", "offer"), name="paper_of_offer_once"),
                    models.CheckConstraint(
                        condition=Q(kind="renewal_paper", offer__isnull=False, application=None)
                        | Q(kind="application_copy", application__isnull=False, cover=None, offer=None)
                        | Q(
                            kind__in=["certificate", "cover_note", "endorsement_notice"],
                            cover__isnull=False, application=None, offer=None,
                        ),
                        name="paper_is_of_its_kind",
                    ),
                ],
            },
        ),
        # No way back: a restored copy is the way back.
        migrations.RunSQL(WALL),
        migrations.RunSQL(STEPS),
    ]
