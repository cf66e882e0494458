"""An office as it was before answers lay apart, then moved: run in a process of its own, on a database of its own.

    before_the_move.py seed            as then: answers and grounds stand in the step, the content is hashed over them
    before_the_move.py stands [then]   where each application stands, as JSON; `then`: read as it was read then
    before_the_move.py move            as the database's owner: without the table and its walls, then migrated
    before_the_move.py goes_on         a referred application from then is accepted and bound
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  models want settings first
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402

from sonae.office import access, answers_apart, applications, binding, canonical, deciding, walls  # noqa: E402
from sonae.office.models import Application, ApplicationContent, ApplicationStep, Referral, User  # noqa: E402

MOVE = ("office", "0020_answers_apart")


def _in_the_steps(application: Application) -> dict[int, Any]:
    rows = ApplicationStep.objects.filter(application=application, step__in=("disclosure", "decision"))
    return {row.number: canonical.load(row.body) for row in rows}


def _hashed_over_the_answers(
    application: Application, content: ApplicationContent, papers: ApplicationStep, disclosure: ApplicationStep
) -> str:
    answers: Mapping[str, str] = canonical.load(disclosure.body)["answers"]
    return canonical.sha256(canonical.dump({
        "application": str(application.id), "premium": content.premium,
        "request_sha256": canonical.sha256(bytes(content.request_bytes)),
        "answer_sha256": canonical.sha256(bytes(content.answer_bytes)),
        "disclosure": application.disclosure_version, "answers": answers,
        "papers": canonical.load(papers.body)["papers"],
    }))  # fmt: skip


def then() -> None:
    """From here on this process writes and reads as the office did then."""
    answers_apart.APART = frozenset()
    answers_apart.of = _in_the_steps
    answers_apart.content_hash = _hashed_over_the_answers


def stands() -> dict[str, Any]:
    """By application: the hash of its content, the steps that are held, the next one, the answers and grounds."""
    told = {}
    with transaction.atomic():
        walls.enter(reach="all")
        for row in Application.objects.order_by("id"):
            found = applications.standing(row)
            decided = found.row(applications.Step.decision)
            told[str(row.id)] = [
                found.content_hash, [str(step) for step in found.held], str(found.next), found.answers,
                None if decided is None else found.apart[decided.number]["grounds"],
            ]  # fmt: skip
    return told


def move() -> None:
    """What `migrate` does where the migration has not been applied yet; later ones stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE application_answers")
        for table in ("referral", "underwriting_condition", "journal"):
            cursor.execute(f"DROP POLICY answers_apart ON {table}")
    loader = MigrationLoader(connection)
    migration = loader.get_migration(*MOVE)
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(loader.project_state(migration.dependencies), editor)
    call_command("migrate", "--no-input", verbosity=0)  # gives the application's role its grants


def goes_on() -> dict[str, str]:
    underwriter, agent = (
        access.principal_of_user(User.objects.get(username=name)) for name in ("underwriter", "solicitor")
    )
    how = {"channel": "page", "factor": "totp"}
    with transaction.atomic():
        access.enter(underwriter, "application.decide")
        waiting = Referral.objects.filter(decided_at=None).order_by("opened_at").last()
        assert waiting is not None
    deciding.decide(underwriter, waiting.application_id, waiting.content, "accept", "内容を確認した", **how)
    return {"application": str(waiting.application_id), "content": waiting.content,
            "cover": str(binding.bind(agent, waiting.application_id, **how).id)}  # fmt: skip


if __name__ == "__main__":
    if "seed" in sys.argv or "then" in sys.argv:
        then()
    if "seed" in sys.argv:
        call_command("seed_demo", verbosity=0)
    else:
        print(json.dumps({"stands": stands, "move": move, "goes_on": goes_on}[sys.argv[1]]()))
