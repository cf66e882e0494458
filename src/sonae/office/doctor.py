"""`sonae doctor`: what is set up, what is missing and what to do about it. It changes nothing."""

import importlib.util
import os
import shutil
import smtplib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from sonae.office import database, keys, postgres, released_folders, supervisor, virus_scanner
from sonae.office.environment import Environment, Misconfigured, read


@dataclass(frozen=True)
class Check:
    """One thing the office needs: its state in a few words, and what to do if it is not as it must be."""

    name: str
    fine: bool
    state: str
    remedy: str = ""


def examine() -> list[Check]:
    """Every check, in the order in which one fault explains the next."""
    checks = [_python(), *_packages()]
    try:
        environment = read()
    except Misconfigured as error:
        return [*checks, Check("settings", False, str(error))]
    for check in (_data_dir, _key_file, _server, _database, _mail, _scanner):
        try:
            checks += check(environment)
        except Misconfigured as error:
            checks.append(Check(check.__name__.strip("_").replace("_", " "), False, str(error)))
    return checks


def report(checks: list[Check], say: Callable[[str], None]) -> int:
    """Say each check on a line of its own; 0 if all is fine, else 1."""
    for check in checks:
        say(f"{'ok     ' if check.fine else 'MISSING'} {check.name}: {check.state}")
        if check.remedy:
            say(f"        → {check.remedy}")
    return 0 if all(check.fine for check in checks) else 1


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), f"{version} at {sys.executable}")


def _packages() -> Iterator[Check]:
    for name in ("django", "ninja", "granian", "procrastinate", "psycopg", "typst"):
        if importlib.util.find_spec(name) is None:
            yield Check(f"package {name}", False, "not installed", "run ./sonae, which installs requirements/app.txt")
    for tool in ("setpriv", "unshare"):
        if shutil.which(tool) is None:
            yield Check(tool, False, "not found", "as root: apt-get install util-linux")


def _data_dir(environment: Environment) -> Iterator[Check]:
    folder = environment.data_dir
    if not folder.exists():
        yield Check("data", True, f"{folder} is made at the first start (SONAE_DATA_DIR)")
    elif os.access(folder, os.W_OK):
        free = shutil.disk_usage(folder).free // 2**20
        yield Check("data", free > 200, f"{folder}, {free} MiB free (SONAE_DATA_DIR)")
    else:
        yield Check("data", False, f"{folder} cannot be written to", "run as its owner, or set SONAE_DATA_DIR")


def _key_file(environment: Environment) -> Iterator[Check]:
    file = environment.key_file
    if environment.production or file.exists():
        try:
            keys.load(file, production=environment.production)
        except (keys.KeyFileMissing, keys.KeyFileUnsafe) as error:
            yield Check("keys", False, str(error))
        else:
            yield Check("keys", True, f"{file} (SONAE_KEY_FILE)")
    else:
        yield Check("keys", True, f"{file} is made at the first start (SONAE_KEY_FILE)")


def _server(environment: Environment) -> Iterator[Check]:
    if environment.database_url is not None:
        yield Check("server", True, "external (SONAE_DATABASE_URL)")
        return
    way = "as this user"
    if os.geteuid() == 0:
        way = "in a user namespace" if postgres.namespaces_work() else "as an unprivileged user, from /var/lib/sonae"
    initialised = (environment.data_dir / "postgres" / "data" / "PG_VERSION").exists()
    state = "initialised" if initialised else "is initialised at the first start"
    yield Check("server", postgres.binaries().exists(), f"embedded PostgreSQL, {way}; {state}")


def _database(environment: Environment) -> Iterator[Check]:
    if not environment.key_file.exists():
        return
    addresses = database.addresses(environment)
    try:
        with psycopg.connect(addresses.owner, connect_timeout=5) as connection:
            seen = supervisor.read_stamp(connection)
            version = connection.info.server_version // 10_000
            edited = released_folders.edited(connection)
    except psycopg.OperationalError as error:
        embedded = environment.database_url is None
        reason = "not running; `./sonae serve` starts it" if embedded else str(error).strip()
        yield Check("database", embedded, reason)
        return
    yield Check("database", version >= 15, f"PostgreSQL {version}", "15 or later is needed" if version < 15 else "")
    current = seen.get("migrations") == supervisor.migrations_version()
    yield Check("tables", current, "up to date" if current else "older than this version",
                "" if current else "restart ./sonae serve, which migrates")  # fmt: skip
    state = "; ".join(map(str, edited)) or "as released"
    fine = not edited or not environment.production
    yield Check("products", fine, state, released_folders.REMEDY if edited else "")
    yield Check("office", True, "demo" if seen.get("demo") else "no demo data")


def _mail(environment: Environment) -> Iterator[Check]:
    """The adapter by which mails leave: a folder that can be written to, or a server that answers."""
    if environment.mail is None:
        remedy = "set SONAE_MAIL to smtp://HOST (or to file, on purpose), then: sonae mail retry"
        yield Check("mail", False, "mails are recorded and wait", remedy)
    elif environment.mail == "file":
        folder = environment.data_dir / "outbox"
        writable = not folder.exists() or os.access(folder, os.W_OK)
        yield Check("mail", writable, f"one .eml each in {folder}; nothing is sent (SONAE_MAIL)")
    else:
        parts = urlsplit(environment.mail)
        encrypted = parts.scheme == "smtps"
        try:
            open_ = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
            with open_(parts.hostname or "", parts.port or (465 if encrypted else 587), timeout=5) as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            yield Check("mail", False, f"{parts.hostname} does not answer: {type(error).__name__}", "see SONAE_MAIL")
        else:
            yield Check("mail", True, f"{parts.hostname} (SONAE_MAIL), from {environment.mail_from}")


def _scanner(environment: Environment) -> Iterator[Check]:
    """The virus scanner: one that answers, or none, which is said. Without one an office in production is not well."""
    if environment.scanner is None:
        remedy = "set SONAE_SCANNER to unix:/PATH or tcp://HOST:3310 (clamd)" if environment.production else ""
        yield Check("virus scanner", not remedy, "none: files are kept unscanned and marked so", remedy)
        return
    try:
        yield Check("virus scanner", True, virus_scanner.version(environment.scanner))
    except virus_scanner.ScannerDown as reason:
        yield Check("virus scanner", False, f"does not answer ({reason}): no file is taken", "see SONAE_SCANNER")
