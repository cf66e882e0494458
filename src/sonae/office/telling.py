"""What the doors tell of members, applications and covers: one shape for the command line, the API and pages.

Answers of the disclosure and the sheet are told to the applicant and the insurer only: the agent sees that they were
given, the federation and the cooperative not even that much detail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sonae.application import Step
from sonae.cover import Written
from sonae.period import JST
from sonae.risk import understood

from . import canonical
from .access import Principal
from .applications import Standing
from .covers import AsOf, Preview
from .models import (
    Application,
    ChangeProposal,
    Cover,
    CoverTransaction,
    Member,
    Referral,
    RenewalOffer,
    UnderwritingCondition,
)
from .renewals import Chased

_SEE_ANSWERS = frozenset({"member", "underwriter", "auditor"})
_SEE_TERMS = _SEE_ANSWERS | {"solicitor", "agency_manager"}


def moment(value: datetime) -> str:
    return value.astimezone(JST).isoformat()


def member(row: Member) -> dict[str, Any]:
    return {
        "id": str(row.organisation_id),
        "name": row.legal_name,
        "reading": row.reading,
        "corporate_number": row.corporate_number,
        "postal_code": row.postal_code,
        "address": row.address,
        "cooperative": str(row.cooperative_id),
    }


def listed_application(row: Application) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "member": str(row.member_id),
        "name": row.member.legal_name,
        "inception": row.inception.isoformat(),
        "created_at": moment(row.created_at),
        "renews": str(row.renews_id) if row.renews_id else None,
    }


def application(found: Standing, principal: Principal) -> dict[str, Any]:
    """Where an application stands; terms, answers and grounds as far as whoever asks may see them."""
    told = listed_application(found.application) | {
        "product": found.application.product_id,
        "disclosure": found.application.disclosure_version,
        "next": str(found.next) if found.next else None,
        "held": [str(step) for step in found.held],
        "document": found.held[Step.papers].content if Step.papers in found.held else None,
        "steps": [
            {"number": row.number, "step": row.step, "at": moment(row.at), "party": row.party,
             "channel": row.channel, "factor": row.factor, "outcome": row.outcome}
            for row in found.rows
        ],
    }  # fmt: skip
    if principal.role in _SEE_TERMS:
        words = canonical.load(found.content.request_bytes)
        if principal.role not in _SEE_ANSWERS:
            words.pop("sheet", None)
        told |= {"request": words, "premium": found.content.premium, "content": found.content_hash,
                 "valid_until": found.content.valid_until.isoformat()}  # fmt: skip
    if principal.role in _SEE_ANSWERS:
        told["answers"] = dict(found.answers) if found.answers is not None else None
        told["grounds"] = (found.words(Step.decision) or {}).get("grounds")
    return told


def cover(row: Cover) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "member": str(row.member_id),
        "name": row.member.legal_name,
        "inception": moment(row.inception),
        "expiry": moment(row.expiry),
        "ends_at": moment(row.ends_at),
        "premium": row.premium,
        "version": row.version,
        "applied_on": row.applied_on.isoformat(),
        "accepted_on": row.accepted_on.isoformat(),
        "concluded_on": row.concluded_on.isoformat(),
        "booking_month": row.booking_month.isoformat(),
        "application": str(row.application_id),
        "renews": str(row.renews_id) if row.renews_id else None,
    }


def transaction(row: CoverTransaction) -> dict[str, Any]:
    changes = {name: value for name, value in row.changes.items() if name != "sheet"}
    if "sheet" in row.changes:
        changes["sheet"] = "changed"
    return {
        "number": row.number,
        "reason": row.reason,
        "effective": moment(row.effective),
        "recorded": moment(row.recorded),
        "changes": changes,
        "undoes": row.undoes,
        "two_persons": row.approver != "",
        "charge": row.charge,
        "written": row.written,
        "months": row.months,
        "note": row.note,
    }


def as_of(found: AsOf) -> dict[str, Any]:
    """A cover as of a moment, as known on another. Never the sheet's answers."""
    terms = understood(found.terms) if found.terms is not None else None
    if terms is not None:
        terms.pop("sheet", None)
    return cover(found.cover) | {
        "as_of": moment(found.as_of),
        "known": moment(found.known),
        "name": found.particulars.legal_name,
        "address": found.particulars.address,
        "terms": terms,
        "written": _written(found.written),
        "transactions": [transaction(row) for row in found.transactions],
        "first_inceptions": [
            {"coverage": layer.coverage, "above": layer.above, "up_to": layer.up_to, "since": moment(layer.since)}
            for layer in found.layers
        ],
    }


def _written(written: Written) -> dict[str, Any]:
    runs = [[run.start.isoformat(), run.months, run.annual_premium] for run in written.runs]
    return {"premium": written.premium, "months": runs}


def preview(found: Preview) -> dict[str, Any]:
    terms = found.terms
    if terms is not None:
        terms = {name: value for name, value in terms.items() if name != "sheet"}
    return {
        "charge": found.charge,
        "written": _written(found.written),
        "written_before": found.written_before,
        "terms": terms,
        "ends_at": moment(found.ends_at),
        "needs_second_person": found.needs_second_person,
        "referred": found.referred,
        "documents": list(found.documents),
    }


def changed(made: CoverTransaction | ChangeProposal) -> dict[str, Any]:
    """What became of a change: recorded, or proposed for a second person."""
    if isinstance(made, ChangeProposal):
        return {"proposal": str(made.id), "cover": str(made.cover_id)}
    return {"cover": str(made.cover_id), "transaction": transaction(made)}


def proposal(row: ChangeProposal) -> dict[str, Any]:
    words = canonical.load(row.change_bytes)
    return {"id": str(row.id), "cover": str(row.cover_id), "number": row.cover.number,
            "name": row.cover.member.legal_name, "role": row.role, "proposed_at": moment(row.proposed_at),
            "change": words}  # fmt: skip


def referral(row: Referral) -> dict[str, Any]:
    """A referral with its grounds, for the insurer's people only."""
    return {"id": str(row.id), "application": str(row.application_id), "name": row.application.member.legal_name,
            "inception": row.application.inception.isoformat(), "content": row.content,
            "grounds": canonical.load(row.grounds), "opened_at": moment(row.opened_at)}  # fmt: skip


def condition(row: UnderwritingCondition) -> dict[str, Any]:
    return {"id": str(row.id), "application": str(row.application_id), "name": row.application.member.legal_name,
            "text": row.text, "due": row.due.isoformat()}  # fmt: skip


def offer(row: RenewalOffer) -> dict[str, Any]:
    words = canonical.load(row.request_bytes)
    words.pop("sheet", None)
    return {
        "id": str(row.id),
        "cover": str(row.cover_id),
        "member": str(row.member_id),
        "name": row.member.legal_name,
        "group_year": row.group_year,
        "request": words,
        "premium": row.premium,
        "premium_before": row.premium_before,
        "parts": row.parts,
        "membership_confirmed": row.membership_confirmed,
    }


def chased(one: Chased) -> dict[str, Any]:
    return {
        "agency": str(one.agency_id) if one.agency_id else None,
        "cooperative": str(one.cooperative_id),
        "member": str(one.offer.member_id),
        "name": one.offer.member.legal_name,
        "offer": str(one.offer.id),
        "premium": one.offer.premium,
        "begun": one.begun,
    }
