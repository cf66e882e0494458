"""The register of covers, made again from the journal: what the register says must be what the journal says.

Rows that are missing are put back, and what changes with a cover (its end, its premium, its version) is set right.
Where anything else differs a person must look: it is reported and left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from . import access, canonical, recording
from .access import Principal
from .models import Cover, CoverTransaction, JournalEntry

MUTABLE = ("ends_at", "premium", "version")


@dataclass(frozen=True)
class Difference:
    """Where register and journal part; `mended` when the register was set right."""

    cover: str
    what: str
    register: Any
    journal: Any
    mended: bool


def rebuild(principal: Principal, *, mend: bool) -> Iterator[Difference]:
    """Compares every cover with the journal, and mends what can be mended. Raises PermissionDenied."""
    with transaction.atomic():
        access.enter(principal, "cover.rebuild")
        entries: dict[str, list[JournalEntry]] = {}
        rows = JournalEntry.objects.filter(stream__startswith="cover/").order_by("stream", "number")
        for entry in rows.iterator(chunk_size=1000):
            entries.setdefault(entry.stream.removeprefix("cover/"), []).append(entry)
        register = {str(row.id): row for row in Cover.objects.all()}
        found: list[Difference] = []
        for cover_id in sorted(set(entries) | set(register)):
            found += _one(cover_id, register.get(cover_id), entries.get(cover_id, []), mend)
    yield from found


def _one(cover_id: str, row: Cover | None, entries: list[JournalEntry], mend: bool) -> list[Difference]:
    if not entries:
        return [Difference(cover_id, "cover", "there", "not there", False)]
    made = cover_of(entries)
    found: list[Difference] = []
    if row is None:
        if mend:
            made.save(force_insert=True)
        found.append(Difference(cover_id, "cover", "not there", "there", mend))
        row = made
    for field in Cover._meta.concrete_fields:
        name = field.attname
        stands, should = getattr(row, name), getattr(made, name)
        if isinstance(stands, memoryview):
            stands = bytes(stands)
        if stands != should:
            mended = mend and name in MUTABLE
            if mended:
                setattr(row, name, should)
                row.save(update_fields=[name])
            found.append(Difference(cover_id, name, _shown(stands), _shown(should), mended))
    found += _transactions(cover_id, row, entries, mend)
    return found


def _transactions(cover_id: str, row: Cover, entries: list[JournalEntry], mend: bool) -> list[Difference]:
    found = []
    stored = {one.number: one for one in CoverTransaction.objects.filter(cover_id=row.id)}
    for entry in entries:
        wanted = recording.columns(
            canonical.load(entry.body), entry.effective_at, entry.recorded_at, entry.actor
        )
        one = stored.pop(entry.number, None)
        if one is None:
            if mend:
                CoverTransaction.objects.create(cover_id=row.id, **wanted)
            found.append(Difference(cover_id, f"transaction {entry.number}", "not there", "there", mend))
            continue
        for name, should in wanted.items():
            if getattr(one, name) != should:
                what = f"transaction {entry.number} {name}"
                found.append(Difference(cover_id, what, _shown(getattr(one, name)), _shown(should), False))
    found += [Difference(cover_id, f"transaction {number}", "there", "not there", False) for number in stored]
    return found


def cover_of(entries: list[JournalEntry]) -> Cover:
    """The register's row of a cover, from its stream alone."""
    first, last = canonical.load(entries[0].body), canonical.load(entries[-1].body)
    words = first["cover"]
    return Cover(
        id=UUID(words["id"]), number=words["number"], member_id=UUID(words["member"]), member_serial=words["serial"],
        agency_id=_id(words["agency"]), application_id=UUID(words["application"]),
        quotation_id=_id(words["quotation"]), renews_id=_id(words["renews"]), product_id=words["product"],
        request_bytes=canonical.dump(words["request"]), content=words["content"],
        inception=_moment(words["inception"]), expiry=_moment(words["expiry"]),
        applied_on=date.fromisoformat(words["applied_on"]), accepted_on=date.fromisoformat(words["accepted_on"]),
        concluded_on=date.fromisoformat(words["concluded_on"]),
        booking_month=date.fromisoformat(words["booking_month"]), ends_at=_moment(last["ends_at"]),
        premium=last["written"], version=last["number"],
    )  # fmt: skip


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _shown(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
