"""The embedded server: its data outlive it, only its users come in, and it starts whoever runs it."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sonae.office import database, environment, postgres
from sonae.office.environment import Misconfigured
from sonae.office.postgres import APP, OWNER, SUPERUSER, Postgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres", tmp_path / "secrets", durable=False)
    yield server
    server.stop()


def _rows(server: Postgres) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(SUPERUSER, "postgres")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        rows = connection.execute("SELECT word FROM kept").fetchall()
        connection.execute("INSERT INTO kept VALUES ('備え')")
    return rows


def test_what_is_written_outlives_the_server(server: Postgres) -> None:
    server.start()
    assert _rows(server) == []
    server.stop()
    assert not server.socket_dir.exists()
    server.start()
    assert _rows(server) == [("備え",)]


def test_without_namespaces_it_runs_as_another_user_on_the_same_data(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in most containers. As a plain user nothing changes: there is no root to give up."""
    server.start()
    _rows(server)
    server.stop()
    reachable = Path(tempfile.mkdtemp(prefix="sonae-reachable-"))
    monkeypatch.setattr(postgres, "_REACHABLE", reachable)
    monkeypatch.setattr(postgres, "namespaces_work", lambda: False)
    reachable.chmod(0o755)
    try:
        for seen in (1, 2):
            server.start()
            assert server.process is not None
            owner = Path(f"/proc/{server.process.pid}").stat().st_uid
            assert owner != 0
            assert len(_rows(server)) == seen
            server.stop()
        monkeypatch.undo()  # namespaces are back: the data stay with the user they were given to
        server.start()
        assert len(_rows(server)) == 3
        server.stop()
    finally:
        shutil.rmtree(reachable)


def test_durable_as_the_office_runs_it(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", tmp_path / "secrets")
    try:
        server.start()
        with psycopg.connect(server.url(SUPERUSER, "postgres")) as connection:
            for setting, value in {
                "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
                "server_encoding": "UTF8", "listen_addresses": "", "password_encryption": "scram-sha-256",
            }.items():  # fmt: skip
                assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == (value,), setting
    finally:
        server.stop()


def test_only_its_own_users_come_in(server: Postgres, tmp_path: Path) -> None:
    server.start()
    place = environment.read({"SONAE_DATA_DIR": str(tmp_path)})
    addresses = database.prepare(place, server)
    for role in (SUPERUSER, OWNER, APP):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://{role}:wrong@/postgres?host={server.socket_dir}")
    with psycopg.connect(addresses.application) as connection:
        powers = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(powers).fetchone() == (False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (a int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(addresses.application.replace("/sonae?", "/postgres?"))
    assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_roles_are_made_again_with_another_key(server: Postgres, tmp_path: Path) -> None:
    """A key file that was replaced brings another password; the embedded server follows it."""
    server.start()
    place = environment.read({"SONAE_DATA_DIR": str(tmp_path)})
    old = database.prepare(place, server).application
    place.key_file.unlink()
    new = database.prepare(place, server).application
    assert new != old
    psycopg.connect(new).close()


def test_a_server_that_was_killed_is_recovered(server: Postgres) -> None:
    server.durable = True
    server.start()
    assert server.process is not None
    _rows(server)
    server.process.send_signal(signal.SIGKILL)  # its pid file stays behind, and for a moment its children
    server.process.wait()
    server.start()
    assert _rows(server) == [("備え",)]


def test_it_dies_with_its_starter(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from sonae.office.postgres import Postgres\n"
        "server = Postgres(Path(sys.argv[1]) / 'postgres', Path(sys.argv[1]) / 'secrets', durable=False)\n"
        "server.start(); print(server.process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    watched = os.pidfd_open(pid)
    starter.kill()
    starter.wait()
    assert select.select([watched], [], [], 20)[0], "the server outlived its starter"
    shutil.rmtree(Postgres(tmp_path / "postgres", tmp_path / "secrets").socket_dir)
    assert "database system is shut down" in (tmp_path / "postgres" / "server.log").read_text().splitlines()[-1]


def test_a_server_that_cannot_start_says_why_at_once(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(Misconfigured, match=r"server\.log\n.*FATAL"):
        server.start()


def test_a_socket_folder_of_someone_else_is_not_trusted(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    server.socket_dir.symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(Misconfigured, match="belongs to someone else"):
            server.start()
    finally:
        server.socket_dir.unlink()


def test_a_server_started_with_another_temporary_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own file says where it listens; this process has another temporary folder."""
    (tmp_path / "home" / "data").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "mine"))
    server = postgres.Postgres(tmp_path / "home", tmp_path / "secrets")
    assert f"host={server.socket_dir}" in server.url("owner")
    told = ["1", "data", "0", "5432", str(tmp_path / "theirs"), "", "0 0", "ready"]
    (tmp_path / "home" / "data" / "postmaster.pid").write_text("\n".join(told))
    assert f"host={tmp_path / 'theirs'}" in server.url("owner")
