"""The clocks of claims from what is recorded, as of any moment; and the worklist that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae import clocks
from sonae.clocks import Deadline, Leak
from sonae.period import JST, japanese_day

from . import access, catalogue, claim_rules, claim_terms, claims, clock, cover_reading, members
from .access import Principal
from .models import Claim, ClaimMilestone, ClaimNotice

_ENQUIRIES = {"enquiry_police": "payment_after_enquiry", "enquiry_expert": "payment_after_expert"}


@dataclass(frozen=True)
class Work:
    """A claim with the deadline that is next, None when nothing runs."""

    claim: Claim
    next: Deadline | None
    today: date

    @property
    def days_left(self) -> int | None:
        return None if self.next is None else self.next.days_left(self.today)


def of_claim(principal: Principal, claim_id: UUID | str, as_of: datetime | None = None) -> tuple[Deadline, ...]:
    """Every clock that ran at a moment (now), by what was recorded until then. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        return running(claims.seen(claim_id), as_of or clock.now())


def running(row: Claim, as_of: datetime) -> tuple[Deadline, ...]:
    """The clocks of a claim; the caller has entered."""
    notices = list(ClaimNotice.objects.filter(claim=row, received_at__lte=as_of).order_by("number"))
    if not notices:
        return ()
    milestones = list(ClaimMilestone.objects.filter(claim=row, recorded_at__lte=as_of).order_by("at", "id"))
    return _running(row, notices, milestones)


def _running(row: Claim, notices: list[ClaimNotice], milestones: list[ClaimMilestone]) -> tuple[Deadline, ...]:
    product = catalogue.default()
    cover = claim_terms.cover_at(row.member_id, notices[-1].known_at)
    if cover is not None:
        product = cover_reading.product_of(cover)
    if product.settlement is None:
        return ()
    first: dict[str, date] = {}
    for one in milestones:
        first.setdefault(one.kind, _day(one.at))
    starts = {
        "known": _day(notices[-1].known_at),
        "received": _day(notices[0].received_at),
        "documents_complete": first.get("documents_complete"),
        "claimable": _day(notices[-1].occurred_at or notices[-1].known_at),
        "insurer_knew": first.get("insurer_knew"),
        "concluded": None if cover is None or "insurer_knew" not in first else cover.concluded_on,
    }
    met = {kind: day for kind, day in first.items() if kind not in ("documents_complete", "insurer_knew")}
    if "report_final" in met:
        met["report_final_wrongful"] = met["report_final"]
    enquiry = next((code for kind, code in _ENQUIRIES.items() if kind in first), None)
    if enquiry and "payment" in met:
        met[enquiry] = met["payment"]
    return clocks.deadlines(
        product.settlement.clocks.values(), {name: day for name, day in starts.items() if day is not None}, met,
        leak_of(notices[-1].event, notices[-1].facts), claim_rules.rules().persons_over, enquiry=enquiry,
    )  # fmt: skip


def leak_of(event: str, facts: Mapping[str, Any]) -> Leak:
    """What the newest notice says of a leak; a leak that cannot be ruled out counts as one (おそれ)."""
    answered = {name: facts.get(name) == "yes" for name in ("sensitive", "property_at_risk", "wrongful", "encrypted")}
    happened = facts.get("leak") == "yes" or (event == "information_leak" and facts.get("leak") != "no")
    return Leak(happened=happened, persons=facts.get("persons"), **answered)


def worklist(principal: Principal, *, mine: bool = False) -> list[Work]:
    """Open claims by the deadline that is next, the most urgent first; what nothing presses comes last."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        rows = Claim.objects.filter(state="open").select_related("member").order_by("received_at")
        if mine:
            rows = rows.filter(handler=principal.name)
        moment = clock.now()
        today = japanese_day(moment)
        found = []
        for row in rows[: members.PAGE_LIMIT]:
            unmet = [one for one in running(row, moment) if one.met is None]
            ahead = [one for one in unmet if not (one.clock.code.startswith("rescission") and one.due < today)]
            found.append(Work(row, ahead[0] if ahead else None, today))
        return sorted(found, key=lambda work: (work.next is None, work.next.due if work.next else today))


def _day(moment: datetime) -> date:
    return japanese_day(moment.astimezone(JST))
