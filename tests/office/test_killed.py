"""Processes killed in the middle of their work (SIGKILL), and what is left: all of a command, or nothing of it.

Real processes on a committed office bind applications through mixed doors: the API of a real web server, the command
and the desk. They are killed again and again and go on with the same keys; so is a worker amid a renewal run.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from sonae.office import environment, renewals, supervisor, walls
from sonae.office.jobs import retry_stalled
from sonae.office.models import Cover, IdempotencyRecord, JournalEntry, RenewalOffer
from verify.journal import ZEROS, entry_hash

from .test_races import committed, member, session_of, start
from .trade import Trade

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

assert committed  # a fixture

APPLICATIONS = 8
KILLS = 2

#: A hand at the desk: binds the applications it is told, one after the other, and says so.
DESK = """
import sys
import django
django.setup()
from sonae.office import access, binding
agent = access.act_as("alice")
print("ready", flush=True)
sys.stdin.readline()
for one in sys.argv[1:]:
    print(one, binding.bind(agent, one, channel="command", factor="command").id, flush=True)
"""
#: The worker as the office starts it, with one cover a batch.
WORKER = """
import django
django.setup()
from django.core.management import call_command
from sonae.office import renewals
renewals.BATCH = 1
call_command("procrastinate", "worker")
"""


def spawn(office: LiveOffice, *command: str, **variables: str) -> subprocess.Popen[str]:
    """A process of the office with a group of its own, so that its children die with it."""
    with errors_of(office).open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-P", *command], env={**office.variables, **variables}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip


def troubles(office: LiveOffice) -> str:
    """What the processes said of trouble, without what the web server answered."""
    return "\n".join(line for line in errors_of(office).read_text("utf-8").splitlines() if '"answered"' not in line)


def errors_of(office: LiveOffice) -> Path:
    return Path(office.variables["SONAE_DATA_DIR"]) / "killed.log"


def kill(process: subprocess.Popen[str]) -> str:
    """SIGKILL for the process and its children; what it had said until then."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate(timeout=20)[0]


@contextmanager
def web_server(office: LiveOffice) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A web server of the same office on a port of its own; killed at the end, if not before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = environment.read({**os.environ, "SONAE_PORT": str(port)})
    web = spawn(office, *supervisor.web_command(place)[2:], SONAE_PORT=str(port))
    try:
        deadline = time.monotonic() + 60
        while not supervisor.answers(place, "/health/ready"):
            assert web.poll() is None, "the web server did not start"
            assert time.monotonic() < deadline, "the web server did not become ready"
            time.sleep(0.02)
        yield port, web
    finally:
        kill(web)


def post(port: int, application: str, cookies: str) -> tuple[str, str]:
    """Binds by the API under the application's own key: status and cover, or nothing where the server died."""
    sender = http.client.HTTPConnection("localhost", port, timeout=20)
    try:
        sender.request(
            "POST", f"/api/v1/applications/{application}/cover", body=b"{}",
            headers={"Content-Type": "application/json", "Cookie": cookies, "X-CSRFToken": "a" * 32,
                     "Idempotency-Key": f"bind-{application}"},
        )  # fmt: skip
        answer = sender.getresponse()
        told = answer.read()
        assert answer.status in (201, 409), told  # 409: the same key is still running
        return application, json.loads(told)["id"] if answer.status == 201 else ""
    finally:
        sender.close()


def bind_and_be_killed(
    office: LiveOffice, ids: list[str], cookies: str, chance: random.Random, *, killed: bool
) -> list[tuple[str, str]]:
    """All three doors at work at once until they are killed, or done; every cover that somebody was told of."""
    told: list[tuple[str, str]] = []

    def by_api(port: int, order: list[str]) -> None:
        for one in order:
            try:
                told.append(post(port, one, cookies))
            except (OSError, http.client.HTTPException):
                return

    orders = [chance.sample(ids, len(ids)) for _ in range(3)]
    desk = spawn(office, "-c", DESK, *orders[0])
    command = spawn(
        office, "-c", "from sonae.cli import main; main()", "application", "bind", orders[1][0], "--as", "alice",
        SONAE_DATABASE_URL=office.addresses.owner, SONAE_APP_DATABASE_URL=office.addresses.application,
    )  # fmt: skip
    with web_server(office) as (port, web):
        assert desk.stdout is not None
        assert desk.stdin is not None
        assert desk.stdout.readline() == "ready\n"
        hands = [threading.Thread(target=by_api, args=(port, order)) for order in orders[1:]]
        for hand in hands:
            hand.start()
        desk.stdin.write("go\n")
        desk.stdin.flush()
        if killed:
            time.sleep(chance.uniform(0.01, 0.12))
            said = kill(desk)
            kill(web)
            by_command = kill(command)
        else:
            said, by_command = (one.communicate(timeout=60)[0] for one in (desk, command))
            assert (desk.returncode, command.returncode) == (0, 0), troubles(office)
        for hand in hands:
            hand.join(60)
    told += [tuple(line.split()) for line in said.splitlines() if len(line.split()) == 2]  # type: ignore[misc]
    if by_command:
        told.append((orders[1][0], json.loads(by_command)["id"]))
    return [(application, cover) for application, cover in told if cover]


def test_what_binds_is_killed_and_every_application_is_bound_once(committed: Trade, live_office: LiveOffice) -> None:
    chance, ids = random.Random(11), []
    for _ in range(APPLICATIONS):
        who = member(committed)
        committed.confirmed(who)
        ids.append(str(committed.accepted(who, inception=start(committed)).application.id))
    session = session_of(committed, "alice").cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"
    told = []
    for place in range(KILLS + 1):
        told += bind_and_be_killed(live_office, ids, cookies, chance, killed=place < KILLS)

    with transaction.atomic():
        walls.enter(reach="all")
        covers = {str(row.application_id): row for row in Cover.objects.filter(application_id__in=ids)}
        assert set(covers) == set(ids)
        assert Cover.objects.filter(application_id__in=ids).count() == APPLICATIONS
        assert len({row.number for row in covers.values()}) == APPLICATIONS
        # Who was told of a cover, also by a process that died a moment later, finds it.
        assert {(application, cover) for application, cover in told} == {
            (application, str(row.id)) for application, row in covers.items()
        }
        for application, row in covers.items():
            first = row.transactions.get()
            assert (first.number, first.charge, first.written) == (1, row.premium, row.premium)
            assert chain(f"cover/{row.id}") == 1
            steps = JournalEntry.objects.filter(stream=f"application/{application}", kind="step_binding")
            assert steps.count() == 1
            chain(f"application/{application}")
        kept = IdempotencyRecord.objects.filter(key__in=[f"bind-{one}" for one in ids])
        assert kept.count() == len({row.key for row in kept})


def chain(stream: str) -> int:
    """How many entries a stream has, after a look at numbers and hashes by the checker's own sum."""
    previous, number = ZEROS, 0
    for number, row in enumerate(JournalEntry.objects.filter(stream=stream).order_by("number"), 1):
        entry = {
            "stream": row.stream, "number": row.number, "kind": row.kind,
            "organisation": str(row.organisation_id or ""), "actor": row.actor,
            "effective_at": int(row.effective_at.timestamp()), "recorded_at": int(row.recorded_at.timestamp()),
            "body": bytes(row.body).hex(), "previous_hash": previous,
        }  # fmt: skip
        assert (row.number, bytes(row.hash).hex()) == (number, entry_hash(entry)), stream
        previous = bytes(row.hash).hex()
    return number


# --- the renewal run ----------------------------------------------------------------------------------------------

YEAR = 2028


def offered() -> int:
    with transaction.atomic():
        walls.enter(reach="all")
        return RenewalOffer.objects.filter(group_year=YEAR).count()


def waiting(*statuses: str) -> int:
    """Jobs of the run that are not done: queued, in hand, or put back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sonae.renewal_run' AND status::text = ANY(%s)",
            [list(statuses or ("todo", "doing"))],
        )
        return int(cursor.fetchone()[0])


def test_a_worker_that_is_killed_amid_the_renewal_run_leaves_one_offer_a_cover(
    committed: Trade, live_office: LiveOffice, tmp_path: Path
) -> None:
    committed.clock.to(2026, 12, 10)
    rows = []
    for _ in range(APPLICATIONS):
        rows.append(committed.bound(member(committed)))
    committed.clock.to(2027, 12, 1)
    file = tmp_path / "clock"
    file.write_text(committed.clock.moment.isoformat(), "ascii")
    federation = committed.principal("federation_office")
    renewals.queue_run(federation, YEAR)
    kills, reached = 0, offered()
    for _ in range(KILLS):
        worker = spawn(live_office, "-c", WORKER, SONAE_DB_POOL="off", SONAE_CLOCK_FILE=str(file))
        wait_until(lambda reached=reached: offered() > reached)
        kill(worker)
        kills += waiting("doing") > 0
        reached = offered()
        progress = renewals.progress(federation, YEAR)
        assert progress.offered == reached <= progress.due
        # Half a minute later the worker counts as dead, and what it had in hand is put back by the job for that.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'")
        with contextlib.suppress(Exception):
            retry_stalled.defer(timestamp=0)
        renewals.queue_run(federation, YEAR)  # somebody asks again, too
    assert kills > 0, "the run was never killed in the middle"
    worker = spawn(live_office, "-c", WORKER, SONAE_DB_POOL="off", SONAE_CLOCK_FILE=str(file))
    try:
        wait_until(lambda: not waiting())
    finally:
        kill(worker)
    progress = renewals.progress(federation, YEAR)
    assert progress.offered == progress.due >= APPLICATIONS
    with transaction.atomic():
        walls.enter(reach="all")
        found = list(RenewalOffer.objects.filter(group_year=YEAR).values_list("cover_id", flat=True))
        assert len(found) == len(set(found)) == progress.due
        assert {row.id for row in rows} <= set(found)


def wait_until(reached: Any, seconds: int = 40) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)
