"""Claims: found, kept apart, shared with the agency while the member consents, closed and reopened.

Nothing about a claim is seen without the member's own log-in, its consent, or a claims person of the insurer: the
walls of the database hold that (migration 0011). Two streams tell a claim's story: `claim/<id>`, which the member may
see, and `settlement/<id>`, the insurer's own.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from . import access, clock, journal, member_names, members, subjects, walls
from .access import Principal
from .binding import _LETTERS
from .claim_refusals import refuse
from .desk import NotFound
from .models import (
    Claim,
    ClaimConsent,
    ClaimPayment,
    ClaimTurn,
    Organisation,
    OrganisationKind,
    SubjectKey,
)

LONGEST_REASON = 400


def seen(claim_id: UUID | str) -> Claim:
    """The claim by id or number, if it is within the reach of this transaction. Raises NotFound."""
    rows = Claim.objects.select_related("member", "subject_key", "common_cause")
    if isinstance(claim_id, str) and claim_id.startswith("C") and len(claim_id) == 15 and claim_id.isascii():
        found = rows.filter(number=claim_id).first()
        if found is not None:
            return found
    try:
        return rows.get(id=claim_id if isinstance(claim_id, UUID) else UUID(claim_id))
    except (ValueError, Claim.DoesNotExist):
        raise NotFound from None


def locked(claim_id: UUID | str, *, is_open: bool = True) -> Claim:
    """The claim as it is now, held until the commit. Raises NotFound, Refused when it is closed."""
    row = seen(claim_id)
    journal.lock(f"claim/{row.id}")
    row.refresh_from_db(fields=["state", "version", "event", "known_at", "notified_at", "received_at"])
    if is_open and row.state != "open":
        raise refuse("claim_closed")
    return row


def one(principal: Principal, claim_id: UUID | str) -> Claim:
    """One claim. Raises PermissionDenied, NotFound (also for another's, or without consent)."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        return seen(claim_id)


def listed(
    principal: Principal, *, member: UUID | None = None, state: str = "", before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Claim]:  # fmt: skip
    """Claims within reach, the last received first, at most 100."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        rows = Claim.objects.select_related("member").order_by("-received_at", "-id")
        if member is not None:
            rows = rows.filter(member_id=member)
        if state:
            rows = rows.filter(state=state)
        if before is not None:
            rows = rows.extra(where=["(claim.received_at, claim.id) < (%s, %s)"], params=list(before))
        return list(rows[: max(1, min(limit, members.PAGE_LIMIT))])


def is_insurers(principal: Principal) -> bool:
    return principal.role in ("claims_handler", "claims_manager")


# --- what all of them share -------------------------------------------------------------------------------------


def told(claim: Claim, kind: str, actor: str, body: dict[str, Any], effective: datetime | None = None) -> None:
    """A fact of the stream that the member sees."""
    journal.append(f"claim/{claim.id}", kind, actor=actor, organisation_id=None, body=body, effective_at=effective)


def noted(claim: Claim, kind: str, actor: str, body: dict[str, Any]) -> None:
    """A fact of the insurer's own stream: reserves, decisions, payments."""
    journal.append(f"settlement/{claim.id}", kind, actor=actor, organisation_id=None, body=body)


def as_office(actor: str) -> None:
    """The claims office's own part of a member's or an agent's act; the caller enters again as itself afterwards."""
    walls.enter(principal=actor, reach="all", claims="all")


def new_key() -> tuple[SubjectKey, bytes]:
    """A key for a claim's personal data. It belongs to the insurer: no key of the member's shows that there is one."""
    office = Organisation.objects.filter(kind=OrganisationKind.INSURER).order_by("created_at", "id").first()
    if office is None:
        raise NotFound
    return subjects.new_key(office.id)


def seal(key: SubjectKey, text: str, table: str, column: str, row: UUID) -> bytes:
    """A text under a claim's key."""
    return subjects.encrypt(
        subjects.open_key(key), text.encode("utf-8"), table=table, column=column, row=row, key_version=key.key_version
    )


def unseal(key: SubjectKey, sealed: bytes | memoryview | None, table: str, column: str, row: UUID) -> str | None:
    """The text; None when there is none or the key was erased."""
    if sealed is None:
        return None
    try:
        data_key = subjects.open_key(key)
    except subjects.Erased:
        return None
    return subjects.decrypt(
        data_key, bytes(sealed), table=table, column=column, row=row, key_version=key.key_version
    ).decode("utf-8")


def new_number(moment: datetime) -> str:
    """A claim's number; it cannot be guessed from another's."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"C{moment.year % 100:02}-{drawn[:5]}-{drawn[5:]}"


def reasoned(reason: str) -> str:
    """The reason as typed. Raises Refused."""
    if not member_names.is_text(reason, LONGEST_REASON):
        raise refuse("reason_unusable")
    return reason


# --- consent ----------------------------------------------------------------------------------------------------


def consent(principal: Principal, claim_id: UUID | str) -> ClaimConsent:
    """The member lets the agency that handles it see this claim. Asked again, it answers with the same consent."""
    with transaction.atomic():
        access.enter(principal, "claim.consent")
        row = locked(claim_id, is_open=False)
        agency = members.agency_of(row.member_id)
        if agency is None:
            raise refuse("no_agency")
        standing = ClaimConsent.objects.filter(claim=row, agency_id=agency, withdrawn_at=None).first()
        if standing is not None:
            return standing
        made = ClaimConsent.objects.create(
            claim=row, member_id=row.member_id, agency_id=agency, given_at=clock.now(), given_by=principal.name
        )
        told(row, "consent_given", principal.name, {"consent": str(made.id), "agency": str(agency)})
        return made


def withdraw_consent(principal: Principal, claim_id: UUID | str) -> int:
    """The member takes the agency's sight away, from the next request on. Returns how many consents ended."""
    with transaction.atomic():
        access.enter(principal, "claim.consent")
        row = locked(claim_id, is_open=False)
        ended = ClaimConsent.objects.filter(claim=row, withdrawn_at=None).update(withdrawn_at=clock.now())
        if ended:
            told(row, "consent_withdrawn", principal.name, {})
        return ended


# --- handling, turns ---------------------------------------------------------------------------------


def take(principal: Principal, claim_id: UUID | str) -> Claim:
    """A claims person takes the claim: the one named person whom the member calls."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = locked(claim_id)
        if row.handler != principal.name:
            row.handler = principal.name
            row.save(update_fields=["handler"])
            noted(row, "handler_taken", principal.name, {})
        return row


def turned(row: Claim, turn: str, reason: str, actor: str) -> ClaimTurn:
    """A turn in the caller's transaction, with its entry."""
    number = 1 + ClaimTurn.objects.filter(claim=row).count()
    made = ClaimTurn.objects.create(
        claim=row, number=number, turn=turn, reason=reason, at=clock.now(), actor=actor
    )
    told(row, turn, actor, {"reason": reason})
    return made


def close(principal: Principal, claim_id: UUID | str, reason: str) -> Claim:
    """Closes a claim. Raises Refused while a payment is under way."""
    reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = locked(claim_id)
        if ClaimPayment.objects.filter(claim=row, state__in=("prepared", "approved")).exists():
            raise refuse("payments_waiting")
        row.state = "closed"
        row.save(update_fields=["state"])
        turned(row, "closed", reason, principal.name)
        return row


def reopen(principal: Principal, claim_id: UUID | str, reason: str) -> Claim:
    """Opens a closed claim again, saying why."""
    reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = locked(claim_id, is_open=False)
        if row.state != "closed":
            raise refuse("claim_open")
        row.state = "open"
        row.save(update_fields=["state"])
        turned(row, "reopened", reason, principal.name)
        return row
