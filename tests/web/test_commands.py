"""The office's commands, as an operator types them; and starts that must be refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from .calling import run

if TYPE_CHECKING:
    from sonae.office.postgres import Postgres
    from tests.conftest import LiveOffice

PASSWORD = "correct horse battery staple"


@pytest.fixture
def empty_office(live_office: LiveOffice, postgres: Postgres) -> LiveOffice:
    """An office in which nobody has ever been: as production starts."""
    from tests.conftest import clone

    return replace(live_office, addresses=clone(postgres, f"empty_{uuid4().hex}"))


def journal(office: LiveOffice, stream: str) -> list[tuple[str, str]]:
    with psycopg.connect(office.addresses.application) as connection:
        connection.execute("SELECT set_config('sonae.reach', 'all', false)")
        return connection.execute(
            "SELECT kind, actor FROM journal WHERE stream = %s ORDER BY number", [stream]
        ).fetchall()


def test_production_starts_with_one_operator_who_makes_the_rest(empty_office: LiveOffice) -> None:
    made = run(empty_office, "user", "create", "root", "--operator", text=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    operator = json.loads(made.stdout)
    again = run(empty_office, "user", "create", "other", "--operator", text=PASSWORD + "\n")
    assert again.returncode == 1
    assert "--as" in again.stderr
    auditor = run(empty_office, "user", "create", "eye", "--role", "auditor", "--organisation",
                  "全国中小企業団体中央会", "--as", "root", text=PASSWORD + "\n")  # fmt: skip
    assert auditor.returncode == 0, auditor.stderr
    stream = f"user/{json.loads(auditor.stdout)['id']}"
    assert journal(empty_office, stream) == [("user_created", f"user:{operator['id']}")]
    for wrong in (["--role", "king"], ["--role", "underwriter"], ["--role", "auditor", "--as", "eye"]):
        words = {"--role": "auditor", "--organisation": "全国中小企業団体中央会", "--as": "root"}
        words |= dict(zip(wrong[::2], wrong[1::2], strict=True))
        arguments = [part for pair in words.items() for part in pair]
        refused = run(empty_office, "user", "create", "x", *arguments, text=PASSWORD + "\n")
        assert refused.returncode == 1, refused.stdout
        assert "Traceback" not in refused.stderr


def test_a_weak_password_is_refused_in_words(empty_office: LiveOffice) -> None:
    refused = run(empty_office, "user", "create", "root", "--operator", text="short\n")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_a_product_is_released_once_under_the_operators_name(empty_office: LiveOffice) -> None:
    assert run(empty_office, "user", "create", "root", "--operator", text=PASSWORD + "\n").returncode == 0
    first = run(empty_office, "product", "release", "chuokai_cyber_2024", "--as", "root")
    assert first.returncode == 0, first.stderr
    released = json.loads(first.stdout)
    assert released["released_now"] is True
    second = json.loads(run(empty_office, "product", "release", "chuokai_cyber_2024", "--as", "root").stdout)
    assert second == released | {"released_now": False}
    assert [kind for kind, _ in journal(empty_office, f"product/{released['hash']}")] == ["product_released"]


def test_the_table_of_routes_names_one_permission_each(live_office: LiveOffice) -> None:
    from sonae.office import access

    done = run(live_office, "routes", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    for row in rows:
        assert set(row) in ({"method", "path", "permission"}, {"command", "permission"})
        assert row["permission"] in access.PERMISSIONS
    assert {"command": "quotation replay", "permission": "quotation.replay"} in rows


def test_an_erased_person_is_gone_and_the_replay_says_so(live_office: LiveOffice) -> None:
    from .calling import demo_caller, words

    contact = f"{uuid4().hex}@example.jp"
    stored = demo_caller(live_office).store(words(**{"for": {"name": "消去商店", "contact": contact}})).json
    replayed = ["quotation", "replay", stored["id"], "--json", "--as", "operator"]
    assert json.loads(run(live_office, *replayed).stdout)["outcome"] == "equal"
    erased = run(live_office, "subject", "erase", "--as", "operator", text=contact + "\n")
    assert json.loads(erased.stdout) == {"erased": 1}
    done = run(live_office, *replayed)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "erased")


def test_the_demo_office_is_seeded_once_and_never_in_production(live_office: LiveOffice) -> None:
    def seed(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "django", "seed_demo"],
            env={**os.environ, **live_office.variables, **variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert json.loads(seed().stdout) == {"seeded": False}
    refused = seed(SONAE_ENV="production")
    assert refused.returncode != 0
    assert "production" in refused.stderr


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", "import sonae.web.wsgi"], env={**os.environ, **variables},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_server_starts_on_the_application_role_and_refuses_the_owners(live_office: LiveOffice) -> None:
    assert start(**live_office.variables).returncode == 0
    refused = start(**live_office.variables | {"SONAE_APP_DATABASE_URL": live_office.addresses.owner})
    assert refused.returncode != 0
    assert "WallDown" in refused.stderr
    assert "owns quotation" in refused.stderr


def test_the_server_refuses_to_start_in_production_without_its_key_file(live_office: LiveOffice) -> None:
    refused = start(**live_office.variables | {"SONAE_ENV": "production", "SONAE_KEY_FILE": "/nowhere/keys.json"})
    assert refused.returncode != 0
    assert "KeyFileMissing" in refused.stderr


def test_production_refuses_a_server_that_may_lose_what_it_acknowledged(live_office: LiveOffice) -> None:
    """The tests' own server runs without fsync."""
    refused = start(**live_office.variables | {"SONAE_ENV": "production"})
    assert refused.returncode != 0
    assert "fsync is off" in refused.stderr
