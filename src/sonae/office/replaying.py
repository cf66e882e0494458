"""Is what was answered still what follows from what was asked? Byte for byte, or the difference named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from sonae import quotation as core
from sonae.doors import answer as answer_door
from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.period import JST

from . import released, subjects
from .catalogue import Catalogue
from .models import JournalEntry, Quotation


@dataclass(frozen=True)
class Replay:
    """`equal`, `different` (the difference says where), or `erased`: the request's subject was erased on demand."""

    id: str
    outcome: Literal["equal", "different", "erased"]
    difference: str = ""


def digests(row: Quotation) -> dict[str, Any]:
    """What the journal says of a quotation: hashes of the stored bytes, ciphertext where they are ciphertext."""
    return {
        "product": row.product_id,
        "request_sha256": hashlib.sha256(bytes(row.request_bytes)).hexdigest(),
        "answer_sha256": hashlib.sha256(bytes(row.answer_bytes)).hexdigest(),
        "premium": row.premium,
    }


def replay(row: Quotation) -> Replay:
    """Recomputes a quotation from the product of its hash, at its recorded moment, with its recorded id."""
    difference = _against_journal(row)
    if difference:
        return Replay(str(row.id), "different", difference)
    try:
        raw = _request_of(row)
    except subjects.Erased:
        return Replay(str(row.id), "erased")
    except subjects.Altered:
        return Replay(str(row.id), "different", "request_bytes: the ciphertext does not belong to this row")
    difference = _recomputed(row, raw)
    return Replay(str(row.id), "different" if difference else "equal", difference)


def _request_of(row: Quotation) -> bytes:
    if row.subject_key is None:
        return bytes(row.request_bytes)
    return subjects.decrypt(
        subjects.open_key(row.subject_key), bytes(row.request_bytes), table="quotation", column="request_bytes",
        row=row.id, key_version=row.subject_key.key_version,
    )  # fmt: skip


def _against_journal(row: Quotation) -> str:
    entry = JournalEntry.objects.filter(stream=f"quotation/{row.id}", kind="quotation_stored").first()
    if entry is None:
        return "journal: there is no entry for this quotation"
    noted = json.loads(bytes(entry.body))
    found = digests(row)
    return "; ".join(
        f"{name}: the journal says {noted.get(name)!r}, the row {found[name]!r}"
        for name in found
        if noted.get(name) != found[name]
    )


def _recomputed(row: Quotation, raw: bytes) -> str:
    moment = row.created_at.astimezone(JST)
    try:
        product = released.product(row.product_id)
    except released.NotReleased as error:
        return f"product: {error}"
    read = request_door.read(Catalogue({product.id: product}, product.scheme), raw, moment)
    if isinstance(read, problem_door.Problem):
        return "request_bytes: no longer read as a request"
    answer = core.stored(
        core.quote(product, read.request, moment), str(row.id), moment.isoformat(), row.valid_until.isoformat()
    )
    again, kept = answer_door.encode(answer), bytes(row.answer_bytes)
    if again != kept:
        return "answer: " + first_difference(kept, again)
    copies = {
        "premium": (row.premium, answer.premium),
        "industry": (row.industry, read.request.industry),
        "annual_sales": (row.annual_sales, read.request.annual_sales),
        "plan": (row.plan, read.request.plan),
        "set": (row.set, read.request.set),
    }
    return "; ".join(
        f"column {name}: stored {stored!r}, recomputed {computed!r}"
        for name, (stored, computed) in copies.items()
        if stored != computed
    )


def first_difference(kept: bytes, again: bytes) -> str:
    """Where two answers first part, as a JSON pointer with both values; by byte offset if one is no JSON."""
    try:
        found = _pointer(json.loads(kept), json.loads(again), "")
    except ValueError:
        found = None
    if found is not None:
        return found
    pairs = enumerate(zip(kept, again, strict=False))
    offset = next((at for at, (a, b) in pairs if a != b), min(len(kept), len(again)))
    return f"same values, other bytes from offset {offset}"


def _pointer(kept: Any, again: Any, at: str) -> str | None:
    if isinstance(kept, dict) and isinstance(again, dict):
        for name in [*kept, *(name for name in again if name not in kept)]:
            if name not in kept or name not in again:
                return f"{at}/{name}: only {'recomputed' if name not in kept else 'stored'}"
            found = _pointer(kept[name], again[name], f"{at}/{name}")
            if found:
                return found
        return None
    if isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        pairs = enumerate(zip(kept, again, strict=True))
        return next((found for n, (a, b) in pairs if (found := _pointer(a, b, f"{at}/{n}"))), None)
    if kept != again or type(kept) is not type(again):
        return f"{at or '/'}: stored {kept!r}, recomputed {again!r}"
    return None
