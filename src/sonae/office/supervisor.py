"""`sonae serve`: starts the database, brings it up to date, runs the web server and the job worker, stops them all.

A process that only watches others: neither Django nor the web is loaded here. Each child is told by the kernel
when this process dies (`setpriv --pdeathsig`), so even `kill -9` leaves nothing running.
"""

import contextlib
import hashlib
import http.client
import importlib.metadata
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, Any

import psycopg

import sonae
from sonae.office import database, released_folders
from sonae.office.database import Addresses
from sonae.office.environment import Environment, Misconfigured, private_dir
from sonae.office.postgres import Postgres

_READY_SECONDS = 60.0
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "sonae.web.settings", "PYTHONUNBUFFERED": "1"}
_MIGRATING = ("django", "django-axes", "procrastinate")  # packages that bring migrations of their own


class Stopped(BaseException):
    """Someone asked this process to stop."""


def serve(environment: Environment, say: Callable[[str], None]) -> int:
    """Run the office until it is told to stop; returns the exit status.

    Raises Misconfigured, with everything stopped again, if it cannot start.
    """
    office = _Office(environment, say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with database.hold(environment):
            try:
                office.start()
                return office.watch()
            finally:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)  # stopping is under way and bounded in time
                office.stop()
    except Stopped:
        return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


class _Office:
    """The processes of one office, in the order they were started."""

    def __init__(self, environment: Environment, say: Callable[[str], None]) -> None:
        self.environment = environment
        self.say = say
        self.server: Postgres | None = None
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        environment = self.environment
        _refuse_busy_port(environment)
        if environment.database_url is None:
            self.server = database.embedded_server(environment)
            self.server.start()
        addresses = database.prepare(environment, self.server)
        bring_up_to_date(environment, addresses, self.say)
        database.refuse_strangers(addresses)
        refuse_edited_products(environment, addresses, self.say)
        variables = child_variables(environment, addresses, owner=False)
        self.children["web"] = self._spawn("web", web_command(environment), variables)
        self._wait_until_ready()
        self.say(f"\n備え sonae  http://localhost:{environment.port}\n")
        log_ins = log_ins_file(environment)
        if not environment.production and log_ins.exists():
            self.say(log_ins.read_text("utf-8"))
        self.say("Ctrl-C で停止します / Ctrl-C stops everything.")
        # After the page is there: the worker has nothing to do before someone asks for something.
        worker = [sys.executable, "-P", "-m", "django", "procrastinate", "worker"]
        # Asked to end, a worker finishes the run it has in hand, which may be half an hour; so if this process is
        # killed the worker is too. Its jobs are repeatable.
        self.children["worker"] = self._spawn("worker", worker, {**variables, "SONAE_DB_POOL": "off"}, at_death="KILL")

    def watch(self) -> int:
        """Wait for the end of any child, which ends the office: whoever started it decides on starting it again."""
        while True:
            time.sleep(0.2)
            for name, child in self._all():
                if child.poll() is not None:
                    self.say(f"{name} ended with status {child.returncode}; see {self._log_of(name)}. Stopping.")
                    return 1

    def stop(self) -> None:
        """Stop in order: the web server and the worker, which finish what they have in hand, then the database."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            # What a killed parent left of its own children goes with the process group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if self.server is not None:
            self.server.stop()

    def _all(self) -> list[tuple[str, subprocess.Popen[bytes]]]:
        server = [("postgres", self.server.process)] if self.server and self.server.process else []
        return [*self.children.items(), *server]

    def _spawn(
        self, name: str, command: list[str], variables: dict[str, str], at_death: str = "TERM"
    ) -> subprocess.Popen[bytes]:
        log = self._open_log(name)
        try:
            # A session of its own: Ctrl-C in the terminal reaches this process only, which stops in order.
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", at_death, "--", *command],
                env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        finally:
            if log is not None:
                log.close()

    def _open_log(self, name: str) -> IO[bytes] | None:
        """A file beside the data, so that the terminal shows the address; in production stderr, which is collected."""
        log = self._log_of(name)
        return None if isinstance(log, str) else log.open("ab")

    def _log_of(self, name: str) -> Path | str:
        if name == "postgres" and self.server is not None:
            return self.server.log
        if self.environment.production:
            return "the lines above"
        return private_dir(self.environment.data_dir / "log") / f"{name}.log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        web = self.children["web"]
        while time.monotonic() < deadline:
            if web.poll() is not None:
                break
            if answers(self.environment, "/health/ready"):
                return
            time.sleep(0.02)
        raise Misconfigured(f"the web server did not become ready; see {self._log_of('web')}")


def child_variables(environment: Environment, addresses: Addresses, *, owner: bool) -> dict[str, str]:
    """The environment of a child: the address of one database role, never of both."""
    variables = {**os.environ, **_SETTINGS}
    for name in ("SONAE_DATABASE_URL", "SONAE_APP_DATABASE_URL"):
        variables.pop(name, None)
    variables |= {
        "SONAE_DATA_DIR": str(environment.data_dir),
        "SONAE_KEY_FILE": str(environment.key_file),
        "SONAE_PORT": str(environment.port),
        "SONAE_DB_ROLE": "owner" if owner else "application",
    }
    if owner:
        variables["SONAE_DATABASE_URL"] = addresses.owner
    else:
        variables["SONAE_APP_DATABASE_URL"] = addresses.application
    return variables


def manage(environment: Environment, addresses: Addresses, *words: str, owner: bool = False) -> str:
    """Run a Django management command in a child; returns what it printed, Misconfigured if it fails."""
    done = subprocess.run(
        ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-P", "-m", "django", *words],
        env=child_variables(environment, addresses, owner=owner), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        log = private_dir(environment.data_dir / "log") / f"{words[0]}.log"
        log.write_text(done.stderr, "utf-8")
        raise Misconfigured(f"{words[0]} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]} (see {log})")
    return done.stdout


def bring_up_to_date(environment: Environment, addresses: Addresses, say: Callable[[str], None]) -> None:
    """Migrate if this version brings other migrations than the database last saw; seed the demo office once.

    What the database last saw stands in the database itself, as the comment of its schema: a restored or
    replaced database never passes for another. The demo office is seeded only into a database that was never
    started before, so a production database stays free of it whatever it is started with later.
    """
    with psycopg.connect(addresses.owner, autocommit=True) as connection:
        seen = read_stamp(connection)
        version = migrations_version()
        if seen.get("migrations") == version:
            return
        say("データベースを準備しています / preparing the database …")
        manage(environment, addresses, "migrate", "--no-input", "--verbosity=0", owner=True)
        demo = bool(seen.get("demo"))
        if not seen and not environment.production:
            say("デモの事務所を用意しています / seeding the demo office …")
            seed_demo(environment, addresses)
            demo = True
        write_stamp(connection, {"migrations": version, "demo": demo})


def refuse_edited_products(environment: Environment, addresses: Addresses, say: Callable[[str], None]) -> None:
    """In production nothing starts over a product folder that was edited since its release; a demo office is warned."""
    with psycopg.connect(addresses.owner, autocommit=True) as connection:
        found = released_folders.edited(connection)
    if found and environment.production:
        raise Misconfigured(f"{'; '.join(map(str, found))}: {released_folders.REMEDY}")
    for one in found:
        say(f"注意 / warning: {one}")


def seed_demo(environment: Environment, addresses: Addresses) -> None:
    """Seed the demo office and keep its log-ins, which only this folder's owner may read, to be shown at each start."""
    seeded = json.loads(manage(environment, addresses, "seed_demo"))
    kept = log_ins_file(environment)
    if seeded["seeded"]:
        width = max(len(person["username"]) for person in seeded["people"])
        lines = ["デモのログイン / demo log-ins:"]
        for person in seeded["people"]:
            lines.append(f"  {person['username']:{width}}  {person['password']}  {person['name']} ({person['role']})")
        lines.append("  + code: ./sonae demo code USER")
        lines.append(f"API key: {seeded['api_key']}\n")
    elif kept.exists():
        return
    else:  # an earlier first start was killed between the seeding and this line; passwords are kept hashed only
        lines = ["The demo log-ins were lost with a start that was killed: ./sonae reset --demo makes new ones.\n"]
    draft = kept.with_suffix(".new")
    draft.touch(0o600)
    draft.write_text("\n".join(lines), "utf-8")
    draft.replace(kept)


def log_ins_file(environment: Environment) -> Path:
    return environment.data_dir / "demo-log-ins.txt"


def migrations_version() -> str:
    """One hash over all that `migrate` does: our migrations, the grants of walls.py, the packages' own migrations."""
    digest = hashlib.sha256()
    package = Path(sonae.__file__).parent
    for path in (*sorted(package.rglob("migrations/*.py")), package / "office" / "walls.py"):
        digest.update(f"{path.relative_to(package)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in _MIGRATING:
        digest.update(f"{name} {importlib.metadata.version(name)}\0".encode())
    return digest.hexdigest()


def read_stamp(connection: psycopg.Connection) -> dict[str, Any]:
    """What the database last saw; empty if it was never started."""
    row = connection.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')").fetchone()
    try:
        stamp = json.loads(row[0]) if row and row[0] else {}
    except ValueError:  # PostgreSQL's own comment, "standard public schema"
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(connection: psycopg.Connection, stamp: dict[str, Any]) -> None:
    text = psycopg.sql.Literal(json.dumps(stamp))
    connection.execute(psycopg.sql.SQL("COMMENT ON SCHEMA public IS {}").format(text))


def web_command(environment: Environment) -> list[str]:
    """The web server's command line."""
    options = {
        "interface": "wsgi",
        "host": environment.host,
        "port": str(environment.port),
        "workers": os.environ.get("SONAE_WEB_WORKERS", "1"),
        "blocking-threads": os.environ.get("SONAE_WEB_THREADS", "4"),
        "log-level": "warning",
        "workers-kill-timeout": "8",
    }
    words = [f"--{name}={value}" for name, value in options.items()] + ["--no-access-log", "--respawn-failed-workers"]
    return [sys.executable, "-P", "-m", "granian", *words, "sonae.web.wsgi:application"]


def _refuse_busy_port(environment: Environment) -> None:
    """The web server shares its port with whoever has it (SO_REUSEPORT), so a forgotten one would answer in part."""
    family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.host, environment.port))
        except OSError as error:
            raise Misconfigured(
                f"port {environment.port} on {environment.host} is not to be had ({error.strerror}):"
                " stop what uses it, or set SONAE_PORT"
            ) from None


def answers(environment: Environment, path: str) -> bool:
    """Does the web server answer this path with 200?"""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104  listening, not calling
    connection = http.client.HTTPConnection(host, environment.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
