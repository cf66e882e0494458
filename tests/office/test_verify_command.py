"""`sonae verify --all`, as an auditor types it, over a whole office to which somebody with every power did something.

Who owns the database may write what they like past every wall and trigger. What they lack is the key that signs
checkpoints, and the files that lie outside.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from sonae.office import environment, supervisor
from sonae.office.postgres import OWNER, SUPERUSER, Postgres
from tests.web.calling import run

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.conftest import LiveOffice

COVER = "(SELECT 'cover/' || cover_id FROM cover_transaction GROUP BY cover_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1)"
"""A stream of a cover with several transactions."""

_journal = "journal WHERE stream = " + COVER


@dataclass(frozen=True)
class Evidence:
    """A seeded office with two checkpoints: its database, and the folder they lie in."""

    office: LiveOffice
    server: Postgres
    database: str
    data: Path

    def verified(self, database: str, data: Path) -> CompletedProcess[str]:
        urls = {name: url.replace(f"/{self.database}?", f"/{database}?") for name, url in _urls(self.office).items()}
        return run(self.office, "verify", "--all", "--as", "auditor", SONAE_DATA_DIR=str(data), **urls)


def _urls(office: LiveOffice) -> dict[str, str]:
    return {
        "SONAE_DATABASE_URL": office.addresses.owner,
        "SONAE_APP_DATABASE_URL": office.addresses.application,
    }


@pytest.fixture(scope="module")
def evidence(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    from tests.conftest import LiveOffice, clone

    name, place = f"evidence_{uuid4().hex[:12]}", environment.read()
    addresses = clone(postgres, name)
    supervisor.manage(place, addresses, "seed_demo")
    office = LiveOffice("", {}, addresses, supervisor.child_variables(place, addresses, owner=False))
    data = tmp_path_factory.mktemp("evidence")
    for _ in range(2):
        done = run(office, "checkpoint", "--as", "operator", SONAE_DATA_DIR=str(data))
        assert done.returncode == 0, done.stderr
    return Evidence(office, postgres, name, data)


Damage = Callable[[psycopg.Connection[Any], Path], None]


def nothing(_: psycopg.Connection[Any], __: Path) -> None:
    pass


def an_entry_altered(database: psycopg.Connection[Any], _: Path) -> None:
    database.execute(f"UPDATE journal SET actor = 'user:nobody' WHERE id = (SELECT id FROM {_journal} AND number = 1)")


def an_entry_deleted(database: psycopg.Connection[Any], _: Path) -> None:
    database.execute(f"DELETE FROM journal WHERE id = (SELECT id FROM {_journal} AND number = 1)")


def two_entries_reordered(database: psycopg.Connection[Any], _: Path) -> None:
    (stream,) = database.execute(f"SELECT {COVER}").fetchone() or ("",)
    for old, new in ((1, 1001), (2, 1), (1001, 2)):
        database.execute("UPDATE journal SET number = %s WHERE stream = %s AND number = %s", [new, stream, old])


def the_end_cut_off(database: psycopg.Connection[Any], _: Path) -> None:
    """With the register cut to match, as by somebody who knows it."""
    (stream,) = database.execute(f"SELECT {COVER}").fetchone() or ("",)
    (last,) = database.execute("SELECT max(number) FROM journal WHERE stream = %s", [stream]).fetchone() or (0,)
    database.execute("DELETE FROM journal WHERE stream = %s AND number = %s", [stream, last])
    cover = stream.removeprefix("cover/")
    database.execute("DELETE FROM cover_transaction WHERE cover_id = %s AND number = %s", [cover, last])
    body = _entries(database, stream)[-1][7]
    told = json.loads(body)
    database.execute(
        "UPDATE cover SET version = %s, premium = %s, ends_at = to_timestamp(%s) WHERE id = %s",
        [last - 1, told["written"], told["ends_at"], cover],
    )


def the_chain_computed_anew(database: psycopg.Connection[Any], _: Path) -> None:
    """Another actor from the first entry on, with right hashes all the way, in journal and register."""
    (stream,) = database.execute(f"SELECT {COVER}").fetchone() or ("",)
    previous = bytes(32)
    for key, _stream, number, kind, organisation, effective, recorded, body in _entries(database, stream):
        digest = hashlib.sha256(previous)
        for part in (stream, number, kind, organisation, "user:nobody", effective, recorded, body):
            raw = bytes(part) if isinstance(part, (bytes, memoryview)) else str(part).encode()
            digest.update(len(raw).to_bytes(8, "big") + raw)
        database.execute(
            "UPDATE journal SET actor = 'user:nobody', previous_hash = %s, hash = %s WHERE id = %s",
            [previous, digest.digest(), key],
        )
        previous = digest.digest()
    database.execute(
        "UPDATE cover_transaction SET actor = 'user:nobody' WHERE cover_id = %s", [stream.removeprefix("cover/")]
    )


def _entries(database: psycopg.Connection[Any], stream: str) -> list[tuple[Any, ...]]:
    return database.execute(
        "SELECT id, stream, number, kind, coalesce(organisation_id::text, ''), "
        "extract(epoch FROM effective_at)::bigint, extract(epoch FROM recorded_at)::bigint, body "
        "FROM journal WHERE stream = %s ORDER BY number", [stream]
    ).fetchall()  # fmt: skip


def a_premium_changed(database: psycopg.Connection[Any], _: Path) -> None:
    database.execute("UPDATE cover SET premium = premium - 10 WHERE 'cover/' || id = " + COVER)


def a_cover_taken_out(database: psycopg.Connection[Any], _: Path) -> None:
    (stream,) = database.execute(f"SELECT {COVER}").fetchone() or ("",)
    cover = stream.removeprefix("cover/")
    database.execute("DELETE FROM cover_transaction WHERE cover_id = %s", [cover])
    database.execute("DELETE FROM cover WHERE id = %s", [cover])


def a_checkpoint_changed(_: psycopg.Connection[Any], data: Path) -> None:
    path = data / "checkpoints" / "00000002.json"
    written = json.loads(path.read_text("ascii"))
    body = json.loads(bytes.fromhex(written["body"]))
    body["heads"].pop(sorted(body["heads"])[0])
    written["body"] = json.dumps(body).encode().hex()
    path.write_text(json.dumps(written) + "\n", "ascii")


def the_first_checkpoint_lost(_: psycopg.Connection[Any], data: Path) -> None:
    (data / "checkpoints" / "00000001.json").unlink()


@pytest.mark.parametrize(("damage", "where", "what"), [
    (nothing, "", ""),
    (an_entry_altered, "cover/", "was altered"),
    (an_entry_deleted, "cover/", "is expected here"),
    (two_entries_reordered, "cover/", "does not follow the entry before"),
    (the_end_cut_off, "cover/", "was cut"),
    (the_chain_computed_anew, "cover/", "was computed anew"),
    (a_premium_changed, "cover/", "premium: the journal says"),
    (a_cover_taken_out, "cover/", "stands in the journal and not in the register"),
    (a_checkpoint_changed, "checkpoint 00000002.json", "signature does not stand"),
    (the_first_checkpoint_lost, "checkpoint 00000002.json", "does not follow the checkpoint before"),
])  # fmt: skip
def test_what_was_done_is_named(evidence: Evidence, tmp_path: Path, damage: Damage, where: str, what: str) -> None:
    """Exit status 1 and the place, in JSON; 0 where nobody did anything."""
    name, data = f"damaged_{uuid4().hex[:12]}", tmp_path / "data"
    shutil.copytree(evidence.data, data)
    with psycopg.connect(evidence.server.url(SUPERUSER, "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            *map(sql.Identifier, (name, evidence.database, OWNER))))  # fmt: skip
        with psycopg.connect(evidence.server.url(SUPERUSER, name)) as database:
            database.execute("SET session_replication_role = replica")
            damage(database, data)
        done = evidence.verified(name, data)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    found = json.loads(done.stdout)
    assert found["checkpoints"] >= 1
    if damage is nothing:
        assert (done.returncode, found["stands"], found["faults"]) == (0, True, [])
        assert found["covers"] > 3
        assert found["entries"] > found["streams"] > found["covers"]
        return
    assert (done.returncode, found["stands"]) == (1, False)
    assert any(fault["where"].startswith(where) and what in fault["what"] for fault in found["faults"]), found["faults"]
    assert "Traceback" not in done.stderr
