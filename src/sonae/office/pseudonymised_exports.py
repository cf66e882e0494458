"""Pseudonymised rows leave the house only with a second person's word, and on record: who, to whom, what for, what.

One person agrees to an export of exactly this book, by exactly this recipe, for one purpose and one recipient; another
writes it, once. The journal keeps both, with the number of rows, the hashes and the tokens of the canary rows.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from sonae.product import Product

from . import access, journal, walls
from .access import Principal
from .book_exchange import Exported, pseudonymised, recipe
from .book_files import NotABook
from .models import JournalEntry
from .refusals import Refused

STREAM = "book/exports"
AGREED, WRITTEN = "export_agreed", "export_written"
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """What is to leave: which book, for what, to whom."""

    source: Path
    purpose: str
    recipient: str


def agree(principal: Principal, product: Product, asked: Asked) -> int:
    """Agree that somebody else may write this export once; its number on record.

    Agreed again while it is unused, it is the same. Raises PermissionDenied, Refused.
    """
    words = _words(product, asked)
    with transaction.atomic():
        access.enter(principal, "book.export")
        journal.lock(STREAM)
        with walls.opened(reach="all"):  # one stream for all bodies, so that each sees what the other agreed to
            for entry in _unused(words):
                if entry.actor == principal.name:
                    return entry.number
            return journal.append(
                STREAM, AGREED, actor=principal.name, organisation_id=principal.organisation_id, body=words
            ).number


def write(principal: Principal, product: Product, asked: Asked, target: Path) -> Exported:
    """Write the rows, if another person agreed. The record is made before the file has its name.

    Raises PermissionDenied, Refused, NotABook.
    """
    words = _words(product, asked)
    with transaction.atomic():
        access.enter(principal, "book.export")
        with walls.opened(reach="all"):
            _agreement(principal, words)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        found = pseudonymised(product, asked.source, unfinished, recipe())
        with transaction.atomic():
            access.enter(principal, "book.export")
            journal.lock(STREAM)
            with walls.opened(reach="all"):
                agreement = _agreement(principal, words)
                journal.append(
                    STREAM, WRITTEN, actor=principal.name, organisation_id=principal.organisation_id,
                    body=words | {
                        "agreement": agreement.number, "agreed_by": agreement.actor, "rows": found.written,
                        "left_out": found.left_out, "merged": found.merged, "canaries": sorted(found.canaries),
                        "sha256": hashlib.sha256(unfinished.read_bytes()).hexdigest(),
                    },
                )  # fmt: skip
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return found


def traced(principal: Principal, file: Path) -> list[dict[str, Any]]:
    """The exports whose canary rows stand in a file that was found, newest first. Raises PermissionDenied, NotABook."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            tokens = {cell for row in csv.reader(lines) for cell in row}
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise NotABook(f"{file.name} を読めません / cannot be read") from wrong
    with transaction.atomic():
        access.enter(principal, "book.export")
        with walls.opened(reach="all"):
            written = list(JournalEntry.objects.filter(stream=STREAM, kind=WRITTEN).order_by("-number"))
    found = []
    for entry in written:
        body = json.loads(bytes(entry.body))
        if hits := tokens & set(body["canaries"]):
            found.append({"number": entry.number, "written_at": entry.recorded_at.isoformat(),
                          "written_by": entry.actor, "agreed_by": body["agreed_by"], "recipient": body["recipient"],
                          "purpose": body["purpose"], "canaries": len(hits)})  # fmt: skip
    return found


def _words(product: Product, asked: Asked) -> dict[str, Any]:
    """What an agreement holds for, exactly."""
    for text, what, what_en in ((asked.purpose, "目的", "purpose"), (asked.recipient, "渡す先", "recipient")):
        if not text.strip() or len(text) > LONGEST or not text.isprintable():
            raise Refused("export_unclear", f"{what}を{LONGEST}字までで書いてください。",
                          f"Give the {what_en} in at most {LONGEST} characters.")  # fmt: skip
    return {
        "book": hashlib.sha256(asked.source.read_bytes()).hexdigest(), "product": product.hash,
        "recipe": recipe().hash, "purpose": asked.purpose.strip(), "recipient": asked.recipient.strip(),
    }  # fmt: skip


def _unused(words: dict[str, Any]) -> list[JournalEntry]:
    """Agreements for exactly these words that no export has used, the oldest first."""
    agreed, used = [], set()
    for entry in JournalEntry.objects.filter(stream=STREAM).order_by("number"):
        body = json.loads(bytes(entry.body))
        if entry.kind == WRITTEN:
            used.add(body["agreement"])
        elif entry.kind == AGREED and body == words:
            agreed.append(entry)
    return [entry for entry in agreed if entry.number not in used]


def _agreement(principal: Principal, words: dict[str, Any]) -> JournalEntry:
    for entry in _unused(words):
        if entry.actor != principal.name:
            return entry
    raise Refused(
        "export_not_agreed", "この内容の持ち出しに、ほかの人の承認がまだありません。",
        "Nobody else has agreed to this export yet: same book, recipe, purpose and recipient.",
    )  # fmt: skip
