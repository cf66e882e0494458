"""The key file: every secret of an installation that must not lie in the database.

A JSON file with mode 0600 (`SONAE_KEY_FILE`). It holds the key of signed cookies, the key-encryption keys that
wrap the subjects' data keys, by version, the key of the blind indexes, and the key that signs certificates. Who
loses it loses every personal field for good; who copies it together with the database can read them.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class KeyFileMissing(Exception):
    """In production the key file is brought by the operator; it is never made up at start."""


class KeyFileUnsafe(Exception):
    """The key file can be read by others than its owner, or is not a key file."""


@dataclass(frozen=True)
class Keys:
    """`key_encryption_keys` wrap the subjects' data keys, by version; new ones are wrapped under `current_version`.

    `application_password` is the database role's where the operator set none: derived, so that the owner, who
    makes the role, and the application, which logs in, both compute it. `signing_key` is the seed of an Ed25519 key;
    a key file from before there was one gets it the same way.
    """

    cookie_key: str
    key_encryption_keys: dict[int, bytes]
    current_version: int
    blind_index_key: bytes
    application_password: str
    signing_key: bytes


def load(path: Path, *, production: bool) -> Keys:
    """The keys in `path`; a missing file is made with mode 0600, except in production.

    Raises KeyFileMissing, KeyFileUnsafe.
    """
    if not path.exists():
        if production:
            raise KeyFileMissing(
                f"{path} does not exist. In production it is made once, by hand, and kept apart from the data's "
                f"backups: sonae key-file new {path}"
            )
        make(path)
    if path.stat().st_mode & 0o077:
        raise KeyFileUnsafe(f"{path} can be read by others: chmod 600 {path}")
    try:
        written = json.loads(path.read_text("ascii"))
        return Keys(
            cookie_key=written["cookie_key"],
            key_encryption_keys={int(v): base64.b64decode(k) for v, k in written["key_encryption_keys"].items()},
            current_version=written["current_version"],
            blind_index_key=base64.b64decode(written["blind_index_key"]),
            application_password=_derived(written["cookie_key"], b"application database role").hex(),
            signing_key=base64.b64decode(written["signing_key"])
            if "signing_key" in written
            else _derived(written["cookie_key"], b"certificate signing key"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyFileUnsafe(f"{path} is not a key file") from None


def _derived(cookie_key: str, purpose: bytes) -> bytes:
    return hmac.new(cookie_key.encode("ascii"), purpose, hashlib.sha256).digest()


def make(path: Path) -> None:
    """Write a fresh key file, complete or not at all; of two processes at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "cookie_key": secrets.token_urlsafe(48),
        "key_encryption_keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode("ascii")},
        "current_version": 1,
        "blind_index_key": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        "signing_key": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
    }
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        json.dump(fresh, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
