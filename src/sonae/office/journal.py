"""The journal: every fact once, in the commit of its effect, numbered without gap and chained by hash per stream.

The hash covers the stored bytes, never a text made from them again. Personal data stand in a body only as
ciphertext, or not at all: erasing a subject leaves every hash valid.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from . import clock
from .models import JournalEntry

FIRST = bytes(32)


def append(
    stream: str,
    kind: str,
    *,
    actor: str,
    organisation_id: UUID | None,
    body: dict[str, Any],
    effective_at: datetime | None = None,
) -> JournalEntry:
    """Adds one fact at the end of a stream, in the caller's transaction.

    The stream is locked until the commit, so its numbers have no gap and no two entries follow the same one.
    """
    last = _last(stream)
    # Recorded time never goes back within a stream, whatever the machine's clock does.
    recorded = clock.now() if last is None else max(clock.now(), last[2])
    entry = JournalEntry(
        stream=stream,
        number=1 if last is None else last[0] + 1,
        kind=kind,
        organisation_id=organisation_id,
        actor=actor,
        effective_at=effective_at or recorded,
        recorded_at=recorded,
        body=json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8"),
        previous_hash=FIRST if last is None else last[1],
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def lock(stream: str) -> None:
    """Holds a stream until the commit: whoever decides on what it says takes this first, and so waits for others.

    Order, so that nobody waits for each other: application, member, cover.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_place(stream)])


def _last(stream: str) -> tuple[int, bytes, datetime] | None:
    """Number, hash and recorded time of the last entry of a stream, which is held from before it is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_place(stream)])
        # A statement of its own: its snapshot is taken after the wait.
        cursor.execute(
            "SELECT number, hash, recorded_at FROM journal WHERE stream = %s ORDER BY number DESC LIMIT 1", [stream]
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], bytes(row[1]), row[2])


def _place(stream: str) -> int:
    """The number under which a stream is held."""
    digest = hashlib.sha256(b"journal\0" + stream.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def hash_of(entry: JournalEntry) -> bytes:
    """sha256 over the previous hash, then each part of the entry after its length (8 bytes, big-endian)."""
    digest = hashlib.sha256(bytes(entry.previous_hash))
    parts = (
        entry.stream.encode("utf-8"),
        str(entry.number).encode("ascii"),
        entry.kind.encode("utf-8"),
        str(entry.organisation_id or "").encode("ascii"),
        entry.actor.encode("utf-8"),
        str(int(entry.effective_at.timestamp())).encode("ascii"),
        str(int(entry.recorded_at.timestamp())).encode("ascii"),
        bytes(entry.body),
    )
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
