"""What the doors tell of claims: one shape for the command line, the API and pages.

The member and its agent are told what concerns them; reserves, prepared payments and likeness are the insurer's own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae.clocks import Deadline
from sonae.coverage import matrix
from sonae.period import JST, japanese_day
from sonae.selection import select

from . import (
    access,
    canonical,
    claim_aggregates,
    claim_clocks,
    claim_reserves,
    claim_terms,
    claims,
    clock,
    cover_reading,
)
from .access import Principal
from .claim_aggregates import Left
from .claim_causes import Cause
from .claim_clocks import Work
from .claim_recoveries import Balance
from .models import (
    Claim,
    ClaimDecision,
    ClaimDemand,
    ClaimFile,
    ClaimLetter,
    ClaimMilestone,
    ClaimNotice,
    ClaimPayment,
    ClaimRecovery,
    ClaimReserve,
    ClaimSpend,
    ClaimTask,
    Cover,
    JournalEntry,
)


@dataclass(frozen=True)
class Outlook:
    """What may become of a head: `open` (the event as told grants it), `depends` (another fact would), `not_in_plan`.

    `events` are the covered events that would open it; `needs_approval`: ask before anything is ordered.
    """

    head: str
    outlook: str
    events: tuple[str, ...]
    needs_approval: bool


@dataclass(frozen=True)
class Cockpit:
    """Everything about a claim that whoever asks may see, read in one transaction."""

    claim: Claim
    cover: Cover | None
    notices: tuple[ClaimNotice, ...]
    tasks: tuple[ClaimTask, ...]
    spends: tuple[ClaimSpend, ...]
    demands: tuple[ClaimDemand, ...]
    deadlines: tuple[Deadline, ...]
    left: tuple[Left, ...]
    outlook: tuple[Outlook, ...]
    decisions: tuple[ClaimDecision, ...]
    payments: tuple[ClaimPayment, ...]
    files: tuple[tuple[ClaimFile, str], ...]
    reserves: dict[str, int]
    recoveries: tuple[ClaimRecovery, ...]
    consented: bool


def cockpit(principal: Principal, claim_id: UUID | str) -> Cockpit:
    """A claim as whoever asks may see it. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        cover = claim_terms.cover_at(row.member_id, row.known_at)
        key = row.subject_key
        return Cockpit(
            claim=row, cover=cover, notices=tuple(row.notices.order_by("number")),
            tasks=tuple(row.tasks.order_by("due", "made_at", "id")),
            spends=tuple(row.spends.order_by("asked_at", "id")), demands=tuple(row.demands.order_by("number")),
            deadlines=claim_clocks.running(row, clock.now()),
            left=tuple(claim_aggregates.left_of(cover)) if cover else (),
            outlook=tuple(_outlook(row, cover)) if cover else (), decisions=tuple(row.decisions.order_by("number")),
            payments=tuple(row.payments.order_by("number").prefetch_related("lines")),
            files=tuple(
                (one, claims.unseal(key, one.name_ciphertext, "claim_file", "name", one.id) or "")
                for one in row.files.order_by("handed_in_at", "id")
            ),
            reserves=claim_reserves.present(row), recoveries=tuple(
                row.recoveries.select_related("line", "payment__payee").order_by("made_at", "id")
            ),
            consented=row.consents.filter(withdrawn_at=None).exists(),
        )  # fmt: skip


def _outlook(row: Claim, cover: Cover) -> list[Outlook]:
    """「いま補償される・ある事実による・プランにない」: never a flat no, read off the cover's own matrix."""
    product, terms = cover_reading.product_of(cover), claim_terms.terms_at(cover, row.known_at)
    assert terms is not None, "a cover in force has terms"
    cells = matrix(product, terms.plan, terms.set, select(product, terms).riders)
    found = []
    for code, head in product.heads.items():
        granting = tuple(event for event in product.events if cells[event, code].granted)
        now = row.event in granting
        outlook = "open" if now else "depends" if granting else "not_in_plan"
        found.append(Outlook(code, outlook, granting, head.needs_prior_approval))
    return found


# --- shapes -----------------------------------------------------------------------------------------------------


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(JST).isoformat()


def listed(row: Claim) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "member": str(row.member_id), "name": row.member.legal_name,
        "event": row.event or None, "circumstances": row.circumstances, "state": row.state,
        "known_at": moment(row.known_at), "notified_at": moment(row.notified_at),
        "received_at": moment(row.received_at), "version": row.version,
    }  # fmt: skip


def claim(found: Cockpit, principal: Principal) -> dict[str, Any]:
    """A claim as whoever asks may see it."""
    row, today = found.claim, japanese_day(clock.now())
    said = listed(row) | {
        "cover": found.cover.number if found.cover else None,
        "notices": [notice(one, row) for one in found.notices],
        "tasks": [task(one, row) for one in found.tasks],
        "spends": [spend(one) for one in found.spends],
        "demands": [demand(one) for one in found.demands],
        "deadlines": [deadline(one) | {"days_left": one.days_left(today)} for one in found.deadlines],
        "left": [left(one) for one in found.left],
        "outlook": [asdict(one) for one in found.outlook],
        "decisions": [decision(one) for one in found.decisions],
        "payments": [payment(one) for one in found.payments],
        "files": [file(one, name) for one, name in found.files],
        "agency_sees": found.consented,
    }  # fmt: skip
    if claims.is_insurers(principal):
        said |= {"reserves": found.reserves, "recoveries": [recovery(one) for one in found.recoveries],
                 "handler": row.handler or None,
                 "common_cause": row.common_cause.name if row.common_cause else None}  # fmt: skip
    return said


def notice(one: ClaimNotice, row: Claim | None) -> dict[str, Any]:
    key = row.subject_key if row is not None else one.subject_key
    said = {
        "id": str(one.id), "number": one.number, "channel": one.channel, "known_at": moment(one.known_at),
        "notified_at": moment(one.notified_at), "received_at": moment(one.received_at),
        "occurred_at": moment(one.occurred_at), "stopped_at": moment(one.stopped_at), "event": one.event or None,
        "circumstances": one.circumstances, "facts": one.facts,
        "story": claims.unseal(key, one.story_ciphertext, "claim_notice", "story", one.id),
    }  # fmt: skip
    if row is None:
        said |= {
            "certificate_number": one.certificate_number,
            "cover": one.cover.number if one.cover else None,
            "name": one.cover.member.legal_name if one.cover else None,
            "member": str(one.cover.member_id) if one.cover else None,
            "call_back": claims.unseal(key, one.callback_ciphertext, "claim_notice", "callback", one.id),
        }
    return said


def task(one: ClaimTask, row: Claim) -> dict[str, Any]:
    return {"id": str(one.id), "step": one.step, "title": one.title, "due": moment(one.due), "state": one.state,
            "owner": claims.unseal(row.subject_key, one.owner_ciphertext, "claim_task", "owner", one.id),
            "settled_at": moment(one.settled_at),
            "evidence": str(one.evidence_id) if one.evidence_id else None}  # fmt: skip


def spend(one: ClaimSpend) -> dict[str, Any]:
    return {"id": str(one.id), "head": one.head, "vendor": one.vendor, "purpose": one.purpose, "amount": one.amount,
            "state": one.state, "approved": one.approved, "asked_at": moment(one.asked_at),
            "decided_at": moment(one.decided_at), "reason": one.reason}  # fmt: skip


def demand(one: ClaimDemand) -> dict[str, Any]:
    return {"id": str(one.id), "number": one.number, "made_at": moment(one.made_at), "amount": one.amount,
            "claimants": one.claimants, "series_of": str(one.series_of_id) if one.series_of_id else None,
            "settled_for": one.settled_for, "agreed_at": moment(one.agreed_at)}  # fmt: skip


def deadline(one: Deadline) -> dict[str, Any]:
    return {"code": one.clock.code, "name": one.clock.name.ja, "name_en": one.clock.name.en, "rule": one.clock.rule,
            "since": one.since.isoformat(), "due": one.due.isoformat(),
            "met": one.met.isoformat() if one.met else None, "status": one.clock.basis.status,
            "source": one.clock.basis.source}  # fmt: skip


def left(one: Left) -> dict[str, Any]:
    return asdict(one) | {"remaining": one.remaining}


def decision(one: ClaimDecision) -> dict[str, Any]:
    return {"id": str(one.id), "number": one.number, "outcome": one.outcome, "claimed": one.claimed,
            "payable": one.payable, "heads": one.heads, "reason": one.reason, "made_at": moment(one.made_at),
            "confirmed_at": moment(one.confirmed_at), "proof": one.proof_sha256, "product": one.product_id}  # fmt: skip


def payment(one: ClaimPayment) -> dict[str, Any]:
    return {"id": str(one.id), "number": one.number, "amount": one.amount, "state": one.state, "lien": one.lien or None,
            "cumulative": one.cumulative, "approvers_needed": one.approvers_needed,
            "manager_needed": one.manager_needed, "fresh_payee": one.fresh_payee, "made_at": moment(one.made_at),
            "approved_at": moment(one.approved_at), "posted_at": moment(one.posted_at),
            "voided_at": moment(one.voided_at),
            "lines": [{"cover": str(line.cover_id), "coverage": line.coverage, "head": line.head,
                       "amount": line.amount} for line in one.lines.all()]}  # fmt: skip


def file(one: ClaimFile, name: str) -> dict[str, Any]:
    return {"id": str(one.id), "name": name, "kind": one.kind, "size": one.size,
            "scanned_by": one.scanned_by, "handed_in_at": moment(one.handed_in_at)}  # fmt: skip


def letter(one: ClaimLetter) -> dict[str, Any]:
    """An issued letter; `place` is its number among the claim's."""
    return {"number": one.full_number, "place": one.number, "kind": one.kind,
            "decision": str(one.decision_id), "payment": str(one.payment_id) if one.payment_id else None,
            "content_sha256": one.content_sha256, "issued_at": moment(one.issued_at)}  # fmt: skip


def reserve(one: ClaimReserve) -> dict[str, Any]:
    return {"number": one.number, "head": one.head, "amount": one.amount, "before": one.before,
            "typical": one.typical, "reason": one.reason, "at": moment(one.at)}  # fmt: skip


def recovery(one: ClaimRecovery) -> dict[str, Any]:
    return {"id": str(one.id), "kind": one.kind, "from": one.from_whom, "expected": one.expected,
            "received": one.received, "received_at": moment(one.received_at),
            "payment": str(one.payment_id) if one.payment_id else None,
            "cover": str(one.line.cover_id) if one.line else None,
            "head": one.line.head if one.line else None}  # fmt: skip


def balance(one: Balance) -> dict[str, Any]:
    return {"recoveries": [recovery(row) for row in one.recoveries], "owed": one.owed, "passed_on": one.passed_on,
            "shares": one.shares}  # fmt: skip


def cause(one: Cause) -> dict[str, Any]:
    """An event with its claims; sums are of payments, reserves and recoveries, each claim under its own limits."""
    sums = {of: one.total(of) for of in ("paid", "under_way", "reserved", "recovered")}
    return {
        "id": str(one.row.id), "name": one.row.name, "opened_at": moment(one.row.opened_at), "members": one.members,
        "claims": [
            {"id": str(share.claim.id), "number": share.claim.number, "name": share.claim.member.legal_name,
             "state": share.claim.state, "paid": share.paid, "under_way": share.under_way,
             "reserved": share.reserved, "recovered": share.recovered}
            for share in one.shares
        ],
    } | sums  # fmt: skip


def milestone(one: ClaimMilestone) -> dict[str, Any]:
    return {"kind": one.kind, "at": moment(one.at), "note": one.note, "recorded_at": moment(one.recorded_at)}


def work(one: Work) -> dict[str, Any]:
    return listed(one.claim) | {
        "next": deadline(one.next) if one.next else None, "days_left": one.days_left,
        "handler": one.claim.handler or None,
    }  # fmt: skip


def timeline(principal: Principal, claim_id: UUID | str) -> list[dict[str, Any]]:
    """What happened, as it was recorded: the stream that the member sees, for the page and for export."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        entries = JournalEntry.objects.filter(stream=f"claim/{row.id}").order_by("number")
        return [
            {"number": one.number, "kind": one.kind, "effective_at": moment(one.effective_at),
             "recorded_at": moment(one.recorded_at),
             "body": {name: value for name, value in canonical.load(one.body).items()
                      if name not in ("story", "name", "claimant")}}
            for one in entries
        ]  # fmt: skip
