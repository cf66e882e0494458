"""Drafts of what the privacy act asks for, from what is recorded on a claim: dates, counts, yes or no.

Never a list of victims, never the story as told (it may name somebody): whoever sends it writes those parts. What is
not known stands as 【未確認】. The texts are data (claim_drafts.toml), each with its rule; they are our drafts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.db import transaction

from sonae.period import JST

from . import access, catalogue, claim_terms, claims, clock, cover_reading, members
from .access import Principal
from .desk import NotFound
from .models import ClaimMilestone, ClaimNotice

BLANK = "【未確認】"
FIELDS = frozenset({
    "name", "known", "occurred", "stopped", "event", "persons", "sensitive", "property_at_risk", "wrongful",
    "encrypted", "report_preliminary", "persons_notified", "police_told", "blank",
})  # fmt: skip
_YES = {"yes": "あり", "no": "なし"}


@dataclass(frozen=True)
class Draft:
    """A kind of draft: its code (also a milestone's kind), title, the rule it follows, and its text with fields."""

    code: str
    title: str
    rule: str
    text: str


@lru_cache(maxsize=1)
def kinds() -> dict[str, Draft]:
    """The drafts by code, as the data says."""
    told = tomllib.loads(Path(__file__).with_name("claim_drafts.toml").read_text("utf-8"))
    found = {one["code"]: Draft(**one) for one in told["drafts"]}
    for one in found.values():
        one.text.format_map(dict.fromkeys(FIELDS, ""))  # a field that nobody fills stops the start, not a member
    return found


@lru_cache(maxsize=1)
def _foot() -> str:
    told = tomllib.loads(Path(__file__).with_name("claim_drafts.toml").read_text("utf-8"))
    return f"仮定　{told['reason']}（出典 {told['source']}）"


def draft(principal: Principal, claim_id: UUID | str, code: str) -> str:
    """A draft filled as of now. Raises PermissionDenied, NotFound (also for a kind that there is not)."""
    kind = kinds().get(code)
    if kind is None:
        raise NotFound
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        newest = ClaimNotice.objects.filter(claim=row).order_by("-number")[0]
        at: dict[str, datetime] = {}
        for one in ClaimMilestone.objects.filter(claim=row).order_by("at", "id"):
            at.setdefault(one.kind, one.at)
        cover = claim_terms.cover_at(row.member_id, row.known_at)
        product = cover_reading.product_of(cover) if cover is not None else catalogue.default()
        event = product.events.get(row.event)
        persons = newest.facts.get("persons")
        words = {
            "name": members.particulars_at(row.member_id, row.known_at, clock.now()).legal_name,
            "known": _moment(newest.known_at), "occurred": _moment(newest.occurred_at),
            "stopped": _moment(newest.stopped_at), "event": event.plain.ja if event is not None else BLANK,
            "persons": f"{persons:,}人" if isinstance(persons, int) else BLANK, "blank": BLANK,
            **{name: _YES.get(str(newest.facts.get(name)), BLANK)
               for name in ("sensitive", "property_at_risk", "wrongful", "encrypted")},
            **{name: _moment(at.get(name)) for name in ("report_preliminary", "persons_notified", "police_told")},
        }  # fmt: skip
    head = f"{kind.title}\n{kind.rule}\n{_moment(clock.now())} 現在、事案 {row.number} に記録されていることから作成\n"
    return (
        f"{head}\n{kind.text.strip().format_map(words)}\n\n{BLANK}は、送る前に確かめて書き入れてください。\n{_foot()}\n"
    )


def _moment(value: datetime | None) -> str:
    if value is None:
        return BLANK
    local = value.astimezone(JST)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}時{local.minute:02}分"
