"""The tests' database, office and browser.

One embedded PostgreSQL server a run, without fsync; one migrated template; one clone a worker. Django stands on the
application's role, as in the office, so row-level security holds in tests too. A test marked `django_db` is rolled
back; what must be committed is tried on `live_office`, a seeded office behind the real web server.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

# All that a run keeps lies below a folder of its own, which the workers inherit; settings of an office are left out.
_CONTROLLER = "SONAE_TEST_RUN" not in os.environ
if _CONTROLLER:
    for _name in [name for name in os.environ if name.startswith("SONAE_")]:
        del os.environ[_name]
    os.environ["SONAE_TEST_RUN"] = tempfile.mkdtemp(prefix="sonae-test-")
RUN = Path(os.environ["SONAE_TEST_RUN"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ |= {
    "SONAE_DATA_DIR": str(RUN / "office"),
    # Playwright's synchronous interface runs an event loop in this thread, which Django would take for an async view.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}

from sonae.office import database, environment, supervisor  # noqa: E402  they read the variables set above
from sonae.office.postgres import OWNER, SUPERUSER, Postgres  # noqa: E402

_TEMPLATE = "template_sonae"
_CHROMIUM = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-quic",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


def _server() -> Postgres:
    return Postgres(RUN / "office" / "postgres", RUN / "office" / "secrets", durable=False)


def _addresses(name: str) -> database.Addresses:
    """The addresses of one of the run's databases."""
    found = database.addresses(environment.read())
    return database.Addresses(*(url.replace("/sonae?", f"/{name}?") for url in (found.owner, found.application)))


os.environ["SONAE_APP_DATABASE_URL"] = _addresses(f"sonae_{WORKER}").application

_started: list[Postgres] = []


def _start_server() -> None:
    """Start the run's server and migrate its template; the controller's work, or a lone process's when first needed."""
    if _started or not _CONTROLLER:
        return
    server = _server()
    _started.append(server)
    server.start()
    database.prepare(environment.read(), server)
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE sonae RENAME TO {}").format(sql.Identifier(_TEMPLATE)))
    supervisor.manage(environment.read(), _addresses(_TEMPLATE), "migrate", "--no-input", "--verbosity=0", owner=True)


def pytest_configure(config: pytest.Config) -> None:
    if _CONTROLLER and config.getoption("numprocesses", None):
        # No Django here: settings named here would be inherited by the workers and loaded before this file has run.
        _start_server()
        return
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "sonae.web.settings"
    django.setup()


def pytest_unconfigure() -> None:
    for server in _started:
        server.stop()
        if (server.home / "data").is_symlink():  # moved to where its user can reach it
            shutil.rmtree(server.data.parent, ignore_errors=True)
    if _CONTROLLER:
        shutil.rmtree(RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """The run's server, for tests that make databases of their own."""
    _start_server()
    return _server()


def clone(server: Postgres, name: str) -> database.Addresses:
    """A fresh copy of the migrated template under a name of its own."""
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        # Two workers may clone at once, but a template may have one reader only.
        connection.execute("SELECT pg_advisory_lock(1)")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*map(sql.Identifier, (name, _TEMPLATE, OWNER)))
        )
    return _addresses(name)


@pytest.fixture(scope="session")
def django_db_setup(postgres: Postgres, django_test_environment: None) -> None:
    """In place of pytest-django's: this worker's database is a clone, and its role could not create one."""
    clone(postgres, f"sonae_{WORKER}")


@pytest.fixture(scope="session")
def owner_address(django_db_setup: None) -> str:
    """This worker's database as its owner, for looking behind row-level security."""
    return _addresses(f"sonae_{WORKER}").owner


@dataclass(frozen=True)
class LiveOffice:
    """A seeded office behind the real web server, shared by a worker's tests: what they store stays."""

    url: str
    demo: dict[str, Any]  # what seed_demo printed: people with username and password, api_key
    addresses: database.Addresses
    variables: dict[str, str]  # the environment of a process of this office


@pytest.fixture(scope="session")
def live_office(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOffice]:
    addresses = clone(postgres, f"sonae_live_{WORKER}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = environment.read({**os.environ, "SONAE_PORT": str(port)})
    demo = json.loads(supervisor.manage(place, addresses, "seed_demo"))
    variables = supervisor.child_variables(place, addresses, owner=False)
    log = tmp_path_factory.mktemp("live") / "web.log"
    with log.open("wb") as file:
        web = subprocess.Popen(supervisor.web_command(place), env=variables, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 60
        while not supervisor.answers(place, "/health/ready"):
            assert web.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield LiveOffice(f"http://localhost:{port}", demo, addresses, variables)
    finally:
        web.terminate()
        web.wait(20)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": shutil.which("chromium"), "args": _CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
