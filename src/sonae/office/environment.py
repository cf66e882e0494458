"""The settings of "where it runs": every SONAE_* variable of the office is read here.

No Django here: the supervisor, the doctor and the command line read it before any framework is loaded.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
    return Environment(
        data_dir=data_dir,
        host=variables.get("SONAE_HOST") or "127.0.0.1",
        port=int(port_text),
        key_file=Path(variables.get("SONAE_KEY_FILE") or data_dir / "keys.json").absolute(),
        production=kind == "production",
        database_url=variables.get("SONAE_DATABASE_URL") or None,
        app_database_url=variables.get("SONAE_APP_DATABASE_URL") or None,
    )


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
