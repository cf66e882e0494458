"""The office's covers on a day as a book file, for whoever may ask: the federation's office and the insurer.

Rows carry a token instead of the cover's id. The token follows from the id and the office's own key, so two snapshots
can be laid beside each other, and nobody without the key can say whose cover a row is. No name is in the file.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sonae.period import JST, japanese_day
from sonae.product import Product

from . import access, clock, journal, own_book, walls
from .access import Principal
from .book_files import NotABook, Writer

TAKEN = "book_snapshot_taken"


def token(cover_id: str) -> str:
    """What a row says instead of its cover's id: 24 hex digits."""
    key = f"book snapshot {settings.SONAE_KEYS.cookie_key}".encode("ascii")
    return hmac.new(key, cover_id.encode("ascii"), hashlib.sha256).hexdigest()[:24]


def take(
    principal: Principal | None, product: Product, target: Path, day: date | None = None, known: date | None = None
) -> int:
    """Write the covers in force on `day` (its hour of starts; today without one) and return how many they are.

    `known`: by what had been recorded by the end of that day; by all that is recorded without one.
    Recorded in the journal with the file's hash. Raises PermissionDenied; NotABook when no cover is in force.
    """
    asked = day or japanese_day(clock.now())
    hour = product.calendar.start_hour if product.calendar is not None else 0
    moment = datetime(asked.year, asked.month, asked.day, hour, tzinfo=JST)
    recorded = None if known is None else datetime(known.year, known.month, known.day, 23, 59, 59, 999_999, tzinfo=JST)
    with transaction.atomic():
        access.enter(principal, "book.snapshot")
        assert principal is not None, "nobody is not let in"
        batch = own_book.batch(product, moment, recorded, token)
        if batch.num_rows == 0:
            raise NotABook(f"{asked} に有効な契約がありません / no cover is in force on that day")
        with Writer(target) as writer:
            writer.write(batch)
        # One stream for all bodies: whoever adds to it sees its last entry, whosever that is.
        with walls.opened(reach="all"):
            journal.append(
                "book/snapshots", TAKEN, actor=principal.name, organisation_id=principal.organisation_id,
                body={"day": str(asked), "known": None if known is None else str(known), "covers": batch.num_rows,
                      "sha256": hashlib.sha256(target.read_bytes()).hexdigest()},
            )  # fmt: skip
    return int(batch.num_rows)
