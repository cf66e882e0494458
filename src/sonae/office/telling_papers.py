"""What the doors tell of papers and timelines: one shape for the command line and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sonae.period import JST

from .issuing import Issued
from .paper_status import PaperStatus
from .timeline import Found, Timeline


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(JST).isoformat()


def issued(paper: Issued) -> dict[str, Any]:
    title, title_en = paper.title
    return {
        "number": paper.number, "kind": str(paper.kind), "title": title, "title_en": title_en,
        "version": paper.version, "content_sha256": paper.content_sha256, "issued_at": moment(paper.issued_at),
    }  # fmt: skip


def status(found: PaperStatus) -> dict[str, Any]:
    """What a stranger is told: nothing of the member, and of an unknown paper nothing at all."""
    message, message_en = found.words
    return {
        "status": str(found.worth), "message": message, "message_en": message_en, "number": found.number or None,
        "version": found.version, "latest_version": found.latest, "begins": moment(found.begins),
        "ends": moment(found.ends),
    }  # fmt: skip


def hit(found: Found) -> dict[str, Any]:
    return {"kind": found.kind, "id": str(found.id), "title": found.title, "member": found.member}


def timeline(told: Timeline) -> dict[str, Any]:
    """An object with everything recorded of it, when it took effect and when it was recorded."""
    return {
        "object": hit(told.found),
        "streams": list(told.streams),
        "facts": [
            {"stream": fact.stream, "number": fact.number, "kind": fact.kind, "effective": moment(fact.effective),
             "recorded": moment(fact.recorded),
             "actor": {"kind": fact.actor.kind, "role": fact.actor.role, "organisation": fact.actor.organisation},
             "body": fact.body, "hash": fact.hash, "stands": fact.stands}
            for fact in told.facts
        ],
    }  # fmt: skip
