"""A retried command has one effect and one answer.

Under (principal, route, key) the first answer is kept with the hash of the received bytes and replayed. While a
command runs it holds an advisory lock of its transaction: a second one with the same key is told so at once (409)
and a crash releases the lock with the transaction. The record commits together with the effect (invariants,
ruling 1), and its UNIQUE constraint stands even if the lock should fail. Only answers that had an effect are
kept: a broken request changed nothing, and may be mended and sent again under its key.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from . import clock
from .models import IdempotencyRecord

KEPT = timedelta(days=30)
#: Printable ASCII without spaces, as in the header's draft standard; long enough for any UUID or hash.
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class StillRunning(Exception):
    """Another command under the same key has not ended yet."""


class OtherBody(Exception):
    """The key was used before, for a command with other bytes."""


@dataclass(frozen=True)
class Kept:
    """An answer as it was first given."""

    status: int
    location: str
    answer: bytes


def well_formed(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def begin(principal: str, route: str, key: str, body: bytes) -> Kept | None:
    """The kept answer, or None: then the caller does the work and calls `keep` in the same transaction.

    Raises StillRunning, OtherBody.
    """
    digest = hashlib.sha256("\0".join((principal, route, key)).encode("utf-8")).digest()
    with connection.cursor() as cursor:
        lock = int.from_bytes(digest[:8], "big", signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise StillRunning
    kept = IdempotencyRecord.objects.filter(principal=principal, route=route, key=key).first()
    if kept is None:
        return None
    if bytes(kept.body_sha256) != hashlib.sha256(body).digest():
        raise OtherBody
    return Kept(kept.status, kept.location, bytes(kept.answer_bytes))


def keep(principal: str, route: str, key: str, body: bytes, answer: Kept) -> None:
    IdempotencyRecord.objects.create(
        principal=principal,
        route=route,
        key=key,
        body_sha256=hashlib.sha256(body).digest(),
        status=answer.status,
        location=answer.location,
        answer_bytes=answer.answer,
        created_at=clock.now(),
    )


def prune() -> int:
    """Drops records past their time; what they guarded stays unique by itself. Returns how many went."""
    return IdempotencyRecord.objects.filter(created_at__lt=clock.now() - KEPT - timedelta(days=1)).delete()[0]
