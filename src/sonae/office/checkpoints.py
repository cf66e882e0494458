"""Signed lists of the heads of all streams, kept outside the database: who rewrites the journal cannot rewrite these.

A checkpoint is one file: its number, when, the hash of the checkpoint before, and of every stream its last number and
hash, signed by the key of the key file (Ed25519). Files are copied elsewhere by whoever keeps the backups.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import access, canonical, clock, signing, walls
from .access import Principal

PURPOSE = b"sonae checkpoint\n"
_FIRST = "0" * 64


def write(principal: Principal, data_dir: Path) -> Path:
    """Signs the heads of all streams as they are now, and keeps them as the next file. Raises PermissionDenied."""
    with transaction.atomic():
        access.enter(principal, "journal.checkpoint")
        return _write(data_dir)


def _write(data_dir: Path) -> Path:
    folder = data_dir / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    with connection.cursor() as cursor:
        # One at a time; the journal goes on meanwhile, and what is committed later is in the next one.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sonae checkpoint'))")
        cursor.execute(
            "SELECT DISTINCT ON (stream) stream, number, hash FROM journal ORDER BY stream, number DESC"
        )
        heads = {stream: [number, bytes(head).hex()] for stream, number, head in cursor.fetchall()}
    before = files(data_dir)
    signer = signing.signer(settings.SONAE_KEYS)
    body = canonical.dump(
        {
            "number": len(before) + 1,
            "at": int(clock.now().timestamp()),
            "previous": hashlib.sha256(before[-1].read_bytes()).hexdigest() if before else _FIRST,
            "key": signer.key_id,
            "heads": heads,
        }
    )
    line = json.dumps({"body": body.hex(), "signature": signer.sign(PURPOSE + body).hex()}) + "\n"
    path = folder / f"{len(before) + 1:08}.json"
    # Whole or not at all, and never over another.
    draft = folder / f".{path.name}.{os.getpid()}"
    with draft.open("w", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    path.hardlink_to(draft)
    draft.unlink()
    return path


def files(data_dir: Path) -> list[Path]:
    """The checkpoints in their order."""
    return sorted((data_dir / "checkpoints").glob("[0-9]*.json"))


def stored(data_dir: Path) -> Iterator[dict[str, Any]]:
    """The checkpoints for an export, as they lie there."""
    for path in files(data_dir):
        yield {"name": path.name, "line": path.read_text("ascii")}


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="checkpoint", retry=RetryStrategy(max_attempts=3, wait=60), name="sonae.checkpoint")
def hourly(timestamp: int) -> str:
    """A checkpoint an hour."""
    with transaction.atomic():
        walls.enter(reach="all", claims="evidence")
        return _write(Path(settings.DATA_DIR)).name
