"""An office from before answers lay apart is brought up to date: nothing answered, confirmed or signed changes.

INV-15: what a bound cover rests on stays what it was, byte for byte. T-17 and T-19 (the wall itself is in
test_answers_apart): after the move the steps tell no answer. INV-14 and INV-16: what was begun before goes on after.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from sonae.office import environment, supervisor
from sonae.office.postgres import SUPERUSER, Postgres
from tests.web.calling import run

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

SCRIPT = Path(__file__).with_name("before_the_move.py")
Key = tuple[str, int]


@dataclass(frozen=True)
class Held:
    """What is stored, read past every wall: steps and what lies apart by application and number, and the rest."""

    steps: dict[Key, tuple[str, bytes]]
    apart: dict[Key, bytes]
    rest: dict[str, str]

    @classmethod
    def read(cls, url: str) -> Held:
        with psycopg.connect(url) as database:
            def by_number(query: str) -> dict[Key, Any]:
                rows = database.execute(query).fetchall()  # type: ignore[arg-type]
                return {(str(row[0]), row[1]): row[2] if len(row) == 3 else row[2:] for row in rows}

            rest = {}
            for table in ("application", "application_content", "referral", "underwriting_condition", "cover",
                          "cover_transaction", "journal", "issued_paper"):  # fmt: skip
                rows = database.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1").fetchall()  # type: ignore[arg-type]
                rest[table] = "\n".join(row[0] for row in rows)
            rest["application_step"] = str(database.execute(
                "SELECT (to_jsonb(t) - 'body')::text FROM application_step t ORDER BY 1").fetchall())  # fmt: skip
            return cls(by_number("SELECT application_id, number, step, body FROM application_step"),
                       by_number("SELECT application_id, number, body FROM application_answers"), rest)  # fmt: skip


@dataclass(frozen=True)
class Moved:
    office: LiveOffice
    url: str
    data: Path
    before: Held
    stood: dict[str, Any]

    def script(self, *words: str) -> Any:
        return _script(self.office.variables, *words)

    def verified(self) -> dict[str, Any]:
        done = run(self.office, "verify", "--all", "--as", "auditor", SONAE_DATA_DIR=str(self.data))
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def _script(variables: dict[str, str], *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), *words], env=variables, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def moved(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """Seeded and under a checkpoint as then, read, and moved."""
    from tests.conftest import LiveOffice, clone

    name, place, data = f"moved_{uuid4().hex[:12]}", environment.read(), tmp_path_factory.mktemp("moved")
    addresses = clone(postgres, name)
    (data / "now").write_text("2026-11-24T10:00:00+09:00", "ascii")
    told = {"SONAE_CLOCK_FILE": str(data / "now")}
    variables = supervisor.child_variables(place, addresses, owner=False) | told
    office, url = LiveOffice("", {}, addresses, variables), postgres.url(SUPERUSER, name)
    _script(variables, "seed")
    done = run(office, "checkpoint", "--as", "operator", SONAE_DATA_DIR=str(data))
    assert done.returncode == 0, done.stderr
    before, stood = Held.read(url), _script(variables, "stands", "then")
    _script(supervisor.child_variables(place, addresses, owner=True) | told, "move")
    return Moved(office, url, data, before, stood)


def test_every_answer_and_ground_is_moved_byte_for_byte_and_nothing_else_changes(moved: Moved) -> None:
    after = Held.read(moved.url)
    told = {key: body for key, (step, body) in moved.before.steps.items() if step in ("disclosure", "decision")}
    assert moved.before.apart == {}
    assert len(told) > 15
    assert after.apart == told
    for key, (step, body) in after.steps.items():
        if key in told:
            assert json.loads(body)["sha256"] == hashlib.sha256(told[key]).hexdigest()
            assert b"answers" not in body
            assert b"grounds" not in body
        else:
            assert (step, body) == moved.before.steps[key]
    assert after.steps.keys() == moved.before.steps.keys()
    assert after.rest == moved.before.rest


def test_each_application_stands_where_it_stood_with_the_content_that_was_signed(moved: Moved) -> None:
    assert moved.script("stands") == moved.stood
    assert {next_step for _, _, next_step, _, _ in moved.stood.values()} >= {"None", "decision"}
    with psycopg.connect(moved.url) as database:
        signed = dict(database.execute(
            "SELECT DISTINCT ON (application_id) application_id::text, content FROM application_step "
            "WHERE step = 'signature' ORDER BY application_id, number DESC").fetchall())  # fmt: skip
    assert {key: stood[0] for key, stood in moved.stood.items() if key in signed} == signed


def test_the_journal_has_the_hash_of_what_lies_apart(moved: Moved) -> None:
    apart = Held.read(moved.url).apart
    with psycopg.connect(moved.url) as database:
        rows = database.execute("SELECT stream, body FROM journal WHERE kind IN ('step_disclosure', 'step_decision')")
        entries = [(stream.removeprefix("application/"), json.loads(bytes(body))) for stream, body in rows]
    told = {(application, body["number"]): body["body_sha256"] for application, body in entries}
    assert told == {key: hashlib.sha256(body).hexdigest() for key, body in apart.items()}


def test_it_verifies_and_what_was_signed_before_is_decided_and_bound_after(moved: Moved) -> None:
    first = moved.verified()
    assert (first["stands"], first["faults"]) == (True, [])
    assert first["checkpoints"] == 1
    bound = moved.script("goes_on")
    assert moved.stood[bound["application"]][0] == bound["content"]
    done = run(moved.office, "checkpoint", "--as", "operator", SONAE_DATA_DIR=str(moved.data))
    assert done.returncode == 0, done.stderr
    second = moved.verified()
    assert (second["stands"], second["faults"], second["checkpoints"]) == (True, [], 2)
    assert second["covers"] == first["covers"] + 1
