"""`sonae serve` from outside: start, stop, kill, start twice, a busy port, another database; and reset, doctor."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from sonae.office import database, environment, keys, supervisor
from sonae.office.postgres import SUPERUSER, Postgres


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(fact: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def processes_of(marker: str) -> list[str]:
    """The command lines of the running processes whose environment or command names `marker`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if marker.encode() in known and state != "Z":
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


@dataclass
class Served:
    """One `sonae serve` on a data folder of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SONAE_", "DJANGO_"))}
        return {**clean, "SONAE_DATA_DIR": str(self.data), "SONAE_PORT": str(self.port), **self.more}

    @property
    def output(self) -> str:
        return self.data.with_suffix(".out").read_text()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "sonae.cli", *words]
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, check=False, timeout=120)

    def start(self) -> None:
        with self.data.with_suffix(".out").open("wb") as out:
            command = [sys.executable, "-P", "-m", "sonae.cli", "serve"]
            self.process = subprocess.Popen(command, env=self.variables, stdout=out, stderr=out, start_new_session=True)

    def ready(self) -> "Served":
        def answers() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.output
            return "Ctrl-C" in self.output and self.get("/health/ready") == 200

        wait_for(answers, f"ready: {self.output}")
        return self

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def nothing_runs(self) -> None:
        wait_for(lambda: not processes_of(str(self.data)), f"all processes end: {processes_of(str(self.data))}", 30)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "office")
    yield served
    if served.process is not None and served.process.poll() is None:
        served.end(signal.SIGTERM)


def users(served: Served) -> int:
    """How many people the office knows, read as its owner."""
    addresses = database.addresses(environment.read(served.variables))
    with psycopg.connect(addresses.owner) as connection:
        row = connection.execute("SELECT count(*) FROM office_user").fetchone()
        assert row is not None
        return int(row[0])


def test_a_first_start_seeds_stops_in_order_and_starts_again_fast(serving: Served) -> None:
    serving.start()
    serving.ready()
    assert f"http://localhost:{serving.port}" in serving.output
    assert "demo log-ins" in serving.output
    assert "API key" in serving.output
    assert serving.get("/health/live") == 200
    people = users(serving)
    assert people > 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (serving.data / "secrets").iterdir())

    # The superuser's password, and the owner's, are known to no child.
    kept = [serving.data / "secrets" / f"postgres-{role}" for role in ("postgres", "sonae_owner")]
    hidden = [path.read_text().strip() for path in kept]
    assert [line for secret in hidden for line in processes_of(secret)] == []

    assert serving.end(signal.SIGINT) == 0
    serving.nothing_runs()
    assert "database system is shut down" in (serving.data / "postgres" / "server.log").read_text().splitlines()[-1]

    begun = time.monotonic()
    serving.start()
    serving.ready()
    assert time.monotonic() - begun < 5  # warm: under five seconds to a ready page
    assert "seeding" not in serving.output
    assert "demo log-ins" in serving.output
    assert users(serving) == people
    assert serving.end(signal.SIGTERM) == 0
    serving.nothing_runs()


def test_kill_leaves_nothing_running_and_nothing_broken(serving: Served) -> None:
    serving.start()
    serving.ready()
    people = users(serving)
    assert serving.end(signal.SIGKILL) == -signal.SIGKILL
    # At once, while the old server may still be shutting down.
    serving.start()
    serving.ready()
    assert users(serving) == people
    assert serving.end(signal.SIGKILL) == -signal.SIGKILL
    serving.nothing_runs()
    serving.start()
    serving.ready()
    assert serving.end(signal.SIGTERM) == 0


def test_kill_leaves_no_worker_that_is_amid_a_long_run(serving: Served) -> None:
    """It would go on for half an hour beside the one of the next start, over the same run."""
    serving.start()
    serving.ready()
    run = serving.data / "simulations" / f"{uuid4()}.json"
    run.parent.mkdir(mode=0o700)
    asked = {"id": run.stem, "state": "queued", "members": 10_000, "years": 100_000, "seed": 1, "done": 0,
             "of": 400_000, "asked_at": "2026-12-10T10:00:00+09:00"}  # fmt: skip
    run.write_text(json.dumps(asked))
    with psycopg.connect(database.addresses(environment.read(serving.variables)).owner) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s)",
            ["sonae.simulate_book", json.dumps({"run": run.stem})],
        )
    wait_for(lambda: json.loads(run.read_text())["state"] == "running", "the run begins")
    assert serving.end(signal.SIGKILL) == -signal.SIGKILL
    serving.nothing_runs()


@pytest.mark.parametrize("after", [0.05, 0.4, 0.9, 1.5, 2.5, 3.5])
def test_a_first_start_that_is_killed_is_taken_up_again(serving: Served, after: float) -> None:
    serving.start()
    time.sleep(after)
    serving.end(signal.SIGKILL)
    serving.start()
    serving.ready()
    assert serving.end(signal.SIGTERM) == 0
    serving.nothing_runs()


def test_a_second_start_on_the_same_data_is_refused(serving: Served) -> None:
    serving.start()
    serving.ready()
    second = Served(serving.data, more={"SONAE_PORT": str(free_port())}).run("serve")
    assert second.returncode == 1
    assert "SONAE_DATA_DIR" in second.stderr
    assert "Traceback" not in second.stderr
    assert serving.get("/health/ready") == 200


def test_a_busy_port_is_named(serving: Served) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", serving.port))
        taken.listen()
        refused = serving.run("serve")
    assert refused.returncode == 1
    assert re.search(rf"port {serving.port}\b.*SONAE_PORT", refused.stderr)
    assert processes_of(str(serving.data)) == []


def _child_of(process: int, words: str) -> int:
    """The child of a process whose command line has these words; 0 while there is none."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                command = (entry / "cmdline").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == process and words in command:
                return int(entry.name)
    return 0


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_end_of_a_child_ends_the_office(serving: Served, name: str) -> None:
    serving.start()
    serving.ready()
    words = {"web": "granian", "worker": "procrastinate"}[name]
    assert serving.process is not None
    child, deadline = 0, time.monotonic() + 20
    while not child and time.monotonic() < deadline:  # the page may answer before the worker is up
        child = _child_of(serving.process.pid, words)
    assert child
    os.kill(child, signal.SIGKILL)
    assert serving.process.wait(60) == 1
    assert f"{name} ended" in serving.output
    serving.nothing_runs()


def test_an_external_database_is_used_in_place_of_the_embedded_one(serving: Served, postgres: Postgres) -> None:
    """A server of someone else's, whose owner may create roles; the application's address is derived."""
    name = f"elsewhere_{serving.port}"
    role = f"theirs_{serving.port}"
    with psycopg.connect(postgres.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'p'").format(sql.Identifier(role)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, role))))
    # The run's server has the application's role already, with the password of the run's key file.
    run = environment.read()
    serving.more = {
        "SONAE_DATABASE_URL": f"postgresql://{role}:p@/{name}?host={postgres.socket_dir}",
        "SONAE_KEY_FILE": str(run.key_file),
    }
    serving.start()
    serving.ready()
    assert not (serving.data / "postgres").exists()
    with psycopg.connect(serving.more["SONAE_DATABASE_URL"]) as connection:
        assert supervisor.read_stamp(connection)["demo"] is True
    assert serving.end(signal.SIGTERM) == 0


def test_production_brings_its_key_and_gets_no_demo(serving: Served) -> None:
    serving.more = {"SONAE_ENV": "production", "SONAE_KEY_FILE": str(serving.data.with_suffix(".key"))}
    refused = serving.run("serve")
    assert refused.returncode == 1
    assert "SONAE_KEY_FILE" in refused.stderr

    keys.make(serving.data.with_suffix(".key"))
    serving.start()
    serving.ready()
    assert "demo log-ins" not in serving.output
    refused = serving.run("reset", "--demo")
    assert refused.returncode == 1
    assert "production" in refused.stderr
    assert serving.end(signal.SIGTERM) == 0

    # What was born in production is never seeded, nor dropped, later.
    del serving.more["SONAE_ENV"]
    serving.start()
    serving.ready()
    assert "demo log-ins" not in serving.output
    assert users(serving) == 0
    assert serving.run("reset", "--demo").returncode == 1


def test_doctor_and_reset(serving: Served) -> None:
    before = serving.run("doctor")
    assert before.returncode == 0, before.stdout
    assert "first start" in before.stdout
    assert not serving.data.exists()

    serving.start()
    serving.ready()
    log_ins = supervisor.log_ins_file(environment.read({"SONAE_DATA_DIR": str(serving.data)}))
    old = log_ins.read_text()
    running = serving.run("doctor")
    assert running.returncode == 0, running.stdout
    assert "up to date" in running.stdout

    refused = serving.run("reset", "--demo")
    assert refused.returncode == 1
    assert "stop it" in refused.stderr
    assert serving.end(signal.SIGTERM) == 0
    done = serving.run("reset", "--demo")
    assert done.returncode == 0, done.stderr
    assert log_ins.read_text() != old
    assert log_ins.read_text() in done.stdout
    serving.nothing_runs()

    (serving.data / "keys.json").chmod(0o644)
    broken = serving.run("doctor")
    assert broken.returncode == 1
    assert "MISSING keys" in broken.stdout


def test_a_clock_of_its_own_is_for_tests_only(serving: Served, tmp_path: Path) -> None:
    told = tmp_path / "clock"
    told.write_text("2027-04-01T15:59:00", "ascii")
    without_offset = serving.run("serve", "--clock-file", str(told))
    assert without_offset.returncode == 1
    assert "--clock-file" in without_offset.stderr
    told.write_text("2027-04-01T15:59:00+09:00", "ascii")
    serving.more = {"SONAE_ENV": "production"}
    refused = serving.run("serve", "--clock-file", str(told))
    assert refused.returncode == 1
    assert "SONAE_CLOCK_FILE is for tests" in refused.stderr
    assert processes_of(str(serving.data)) == []
