"""The settings of "where it runs": every SONAE_* variable of the office is read here.

No Django here: the supervisor, the doctor and the command line read it before any framework is loaded.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from . import virus_scanner

DEFAULT_SCHEME = "chuokai_cyber"
"""The plan that this office sells when nothing else is set."""

_SENDER = re.compile(r"[^\s@<>\x00-\x1f]{1,64}@[^\s@<>\x00-\x1f]{1,190}")


class Misconfigured(Exception):
    """The office cannot start as it is set up; the message names the setting and what to do."""


@dataclass(frozen=True)
class Environment:
    """Where this office keeps its data, listens and finds its database."""

    data_dir: Path
    host: str
    port: int
    key_file: Path
    production: bool
    database_url: str | None  # the owner's; None: the embedded server
    app_database_url: str | None  # the application's; None: derived
    mail: str | None = "file"  # smtp://…, smtps://…, file; None: mails are recorded and wait
    mail_from: str = "sonae@localhost"
    site: str = "http://localhost:8765"  # where links in mails lead
    scheme: str = DEFAULT_SCHEME  # the plan that is meant when a request names no product
    scanner: str | None = None  # unix:/…, tcp://HOST:PORT; None: files are kept unscanned, and marked so

    @property
    def secrets_dir(self) -> Path:
        return self.data_dir / "secrets"


def read(variables: Mapping[str, str] = os.environ) -> Environment:
    """Read the SONAE_* variables; Misconfigured names the first that makes no sense."""
    data_dir = Path(variables.get("SONAE_DATA_DIR") or "var").absolute()
    port_text = variables.get("SONAE_PORT") or "8765"
    if not (port_text.isascii() and port_text.isdigit() and 0 < int(port_text) < 65536):
        raise Misconfigured(f"SONAE_PORT must be a port number from 1 to 65535, not {port_text!r}")
    kind = variables.get("SONAE_ENV") or "demo"
    if kind not in ("demo", "production"):
        raise Misconfigured(f"SONAE_ENV must be 'production' or absent (or 'demo'), not {kind!r}")
    if kind == "production" and variables.get("SONAE_CLOCK_FILE"):
        raise Misconfigured("SONAE_CLOCK_FILE is for tests; in production the clock is the machine's")
    mail = variables.get("SONAE_MAIL") or (None if kind == "production" else "file")
    if mail not in (None, "file") and not _names_a_host(mail, "smtp", "smtps"):
        raise Misconfigured("SONAE_MAIL must be 'file', smtp://HOST or smtps://HOST")
    mail_from = variables.get("SONAE_MAIL_FROM") or "sonae@localhost"
    if not _SENDER.fullmatch(mail_from):
        raise Misconfigured("SONAE_MAIL_FROM must be a mail address")
    site = (variables.get("SONAE_SITE") or f"http://localhost:{port_text}").rstrip("/")
    if not _names_a_host(site, "http", "https"):
        raise Misconfigured("SONAE_SITE must be https://HOST, where people open this office")
    scanner = variables.get("SONAE_SCANNER") or None
    if scanner is not None and not virus_scanner.understood(scanner):
        raise Misconfigured("SONAE_SCANNER must be unix:/PATH or tcp://HOST:PORT, where clamd listens")
    return Environment(
        data_dir=data_dir,
        host=variables.get("SONAE_HOST") or "127.0.0.1",
        port=int(port_text),
        key_file=Path(variables.get("SONAE_KEY_FILE") or data_dir / "keys.json").absolute(),
        production=kind == "production",
        database_url=variables.get("SONAE_DATABASE_URL") or None,
        app_database_url=variables.get("SONAE_APP_DATABASE_URL") or None,
        mail=mail,
        mail_from=mail_from,
        scanner=scanner,
        scheme=scheme(variables),
        site=site,
    )


def scheme(variables: Mapping[str, str] = os.environ) -> str:
    """The plan that this office sells: what SONAE_SCHEME names. Quoting without an office reads this one alone."""
    return variables.get("SONAE_SCHEME") or DEFAULT_SCHEME


def _names_a_host(address: str, *schemes: str) -> bool:
    """Is this an address with one of the schemes, a host, and a port that is none or a number?"""
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def private_dir(path: Path) -> Path:
    """Make a folder that only its owner may enter."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def secret(path: Path) -> str:
    """Read a password of 256 random bits, made on first use; only its owner may read it."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        private_dir(path.parent)
    # Written beside and linked into place: of two starts at once, both read the first one's secret.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text("ascii").strip()
