"""The timeline of any object, read from the journal: when it took effect, when it was recorded, by whom, what it says.

For auditors. Losses are left out: an auditor may sit with the federation, which never learns of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from . import access, canonical, journal, member_names, overview
from .access import Principal
from .desk import NotFound
from .models import Application, ApplicationContent, Cover, JournalEntry, Member, MembershipEvidence, RenewalOffer
from .overview import Actor

KINDS = ("cover", "application", "member", "quotation")


@dataclass(frozen=True)
class Found:
    """An object that fits what was searched for."""

    kind: str
    id: UUID
    title: str
    member: str


@dataclass(frozen=True)
class Fact:
    """One entry of the journal; `stands` says whether its hash is that of its bytes."""

    stream: str
    number: int
    kind: str
    effective: datetime
    recorded: datetime
    actor: Actor
    body: dict[str, Any]
    hash: str
    stands: bool


@dataclass(frozen=True)
class Timeline:
    """An object with everything recorded of it, the oldest first."""

    found: Found
    facts: tuple[Fact, ...]
    streams: tuple[str, ...]


def search(principal: Principal, words: str, limit: int = 30) -> list[Found]:
    """Objects by a cover's number, an id, or a member's name in any spelling."""
    words = words.strip()
    if not words or not member_names.is_usable(words):
        return []
    with transaction.atomic():
        access.enter(principal, "journal.export")
        try:
            asked = UUID(words)
        except ValueError:
            asked = None
        if asked is not None:
            return [found for kind in KINDS if (found := _object(kind, asked)) is not None]
        covers = list(Cover.objects.filter(number=words.upper()).select_related("member"))
        if covers:
            return [_of_cover(row) for row in covers]
        members = list(Member.objects.filter(_named(words)).order_by("serial")[:limit])
        rows: list[Found] = []
        for member in members:
            rows.append(_of_member(member))
            rows += [_of_cover(row) for row in Cover.objects.filter(member=member).order_by("inception")]
            rows += [_of_application(row) for row in Application.objects.filter(member=member).order_by("created_at")]
        return rows[: limit * 3]


def _named(words: str) -> Q:
    """Members by any spelling of their name, also by characters that look alike (高 for 髙)."""
    name, looks = member_names.search_form(words), member_names.skeleton(words)
    found = Q(search_name__contains=name) if name else Q(pk__in=())
    return found | Q(skeleton__contains=looks) if looks else found


def read(principal: Principal, kind: str, object_id: UUID) -> Timeline:
    """Everything the journal says of an object and of what it rests on. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "journal.export")
        found = _object(kind, object_id)
        if found is None:
            raise NotFound
        streams = tuple(_streams(kind, object_id))
        entries = list(JournalEntry.objects.filter(stream__in=streams).order_by("recorded_at", "id"))
        who = overview.actors(entry.actor for entry in entries)
        return Timeline(found, tuple(_fact(entry, who[entry.actor]) for entry in entries), streams)


def _fact(entry: JournalEntry, actor: Actor) -> Fact:
    return Fact(
        entry.stream, entry.number, entry.kind, entry.effective_at, entry.recorded_at, actor,
        canonical.load(entry.body), bytes(entry.hash).hex(), journal.hash_of(entry) == bytes(entry.hash),
    )  # fmt: skip


def _streams(kind: str, object_id: UUID) -> Iterable[str]:
    if kind == "cover":
        row = Cover.objects.get(id=object_id)
        yield f"cover/{row.id}"
        yield f"proposals/{row.id}"
        yield f"papers/{row.id}"
        for offer in RenewalOffer.objects.filter(cover=row):
            yield f"renewal/{offer.id}"
        yield from _streams("application", row.application_id)
    elif kind == "application":
        yield f"application/{object_id}"
        yield f"papers/{object_id}"
        contents = ApplicationContent.objects.filter(application_id=object_id).exclude(quotation=None)
        for quotation_id in contents.values_list("quotation_id", flat=True):
            yield f"quotation/{quotation_id}"
    elif kind == "member":
        yield f"member/{object_id}"
        yield f"organisation/{object_id}"
        for list_id in MembershipEvidence.objects.filter(member_id=object_id).values_list("list_id", flat=True):
            yield f"membership/{list_id}"
    else:
        yield f"quotation/{object_id}"


def _object(kind: str, object_id: UUID) -> Found | None:
    if kind == "cover":
        cover = Cover.objects.filter(id=object_id).select_related("member").first()
        return None if cover is None else _of_cover(cover)
    if kind == "application":
        application = Application.objects.filter(id=object_id).select_related("member").first()
        return None if application is None else _of_application(application)
    if kind == "member":
        member = Member.objects.filter(organisation_id=object_id).first()
        return None if member is None else _of_member(member)
    if kind == "quotation" and JournalEntry.objects.filter(stream=f"quotation/{object_id}").exists():
        return Found("quotation", object_id, str(object_id), "")
    return None


def _of_cover(row: Cover) -> Found:
    return Found("cover", row.id, row.number, row.member.legal_name)


def _of_application(row: Application) -> Found:
    return Found("application", row.id, f"{row.inception.isoformat()}", row.member.legal_name)


def _of_member(row: Member) -> Found:
    return Found("member", row.organisation_id, row.legal_name, row.legal_name)
