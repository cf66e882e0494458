"""The response to an incident: tasks of five steps, estimates approved against what is left, demands, milestones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from sonae import personal_numbers

from . import access, catalogue, claim_aggregates, claim_rules, claim_terms, claims, clock, cover_reading, member_names
from .access import Principal
from .claim_aggregates import Left, Take
from .claim_refusals import refuse
from .claims import seal
from .desk import NotFound
from .models import Claim, ClaimDemand, ClaimFile, ClaimMilestone, ClaimSpend, ClaimTask, Cover
from .recording import seconds

MOST = 10**13
MILESTONES = frozenset(
    {"documents_complete", "claimed", "enquiry_police", "enquiry_expert", "report_preliminary", "report_final",
     "persons_notified", "police_told", "insurer_knew", "payment"}
)  # fmt: skip
"""What can be recorded; a report's kind is its clock's code, so that the clock is met."""


def _text(text: str) -> str:
    if not member_names.is_usable(text):
        raise refuse("text_unusable")
    if personal_numbers.holds_my_number(text):
        raise refuse("my_number")
    return text


def yen(amount: int) -> int:
    """An amount as it can be paid. Raises Refused."""
    if type(amount) is not int or not 0 < amount < MOST:
        raise refuse("amount_unusable")
    return amount


# --- tasks ------------------------------------------------------------------------------------------------------


def add_task(
    principal: Principal, claim_id: UUID | str, step: str, title: str, *, owner: str = "", due: datetime | None = None
) -> ClaimTask:
    """A further task of one of the five steps; `owner` is a person and lies under the claim's key."""
    if step not in claim_rules.STEPS:
        raise refuse("no_such_step")
    _text(title)
    with transaction.atomic():
        access.enter(principal, "claim.report")
        row = claims.locked(claim_id)
        made = ClaimTask(
            id=uuid4(), claim=row, step=step, title=title, due=due, made_by=principal.name, made_at=clock.now()
        )
        if owner:
            made.owner_ciphertext = seal(row.subject_key, _text(owner), "claim_task", "owner", made.id)
        made.save(force_insert=True)
        claims.told(row, "task_added", principal.name, {"task": str(made.id), "step": step, "title": title})
        return made


def settle_task(
    principal: Principal, task_id: UUID, *, dropped: bool = False, evidence: UUID | None = None
) -> ClaimTask:
    """A task is done, with its evidence (a file of the claim), or dropped. Raises NotFound, Refused."""
    with transaction.atomic():
        access.enter(principal, "claim.report")
        task = ClaimTask.objects.filter(id=task_id).first()
        if task is None:
            raise NotFound
        row = claims.locked(task.claim_id)
        task.refresh_from_db()
        if task.state != "open":
            raise refuse("task_settled")
        file = None if evidence is None else ClaimFile.objects.filter(id=evidence, claim=row).first()
        if evidence is not None and file is None:
            raise NotFound
        task.state, task.settled_at, task.settled_by = "dropped" if dropped else "done", clock.now(), principal.name
        task.evidence = file
        task.save(update_fields=["state", "settled_at", "settled_by", "evidence"])
        claims.told(row, f"task_{task.state}", principal.name,
                    {"task": str(task.id), "evidence": str(file.id) if file else None})  # fmt: skip
        return task


# --- estimates and invoices -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SpendPreview:
    """What approving would leave of each limit concerned, before anything is written."""

    before: tuple[Left, ...]
    amount: int
    fits: bool

    @property
    def after(self) -> tuple[int, ...]:
        return tuple(left.remaining - self.amount for left in self.before)


def ask_spend(
    principal: Principal, claim_id: UUID | str, head: str, vendor: str, amount: int, *, purpose: str = "",
    file: UUID | None = None,
) -> ClaimSpend:  # fmt: skip
    """Asks whether a vendor's estimate or invoice may be ordered. Raises Refused."""
    if head not in catalogue.default().heads:
        raise refuse("no_such_head")
    _text(vendor), yen(amount)
    if purpose:
        claims.reasoned(purpose)
    with transaction.atomic():
        access.enter(principal, "claim.report")
        row = claims.locked(claim_id)
        if file is not None and not ClaimFile.objects.filter(id=file, claim=row).exists():
            raise NotFound
        made = ClaimSpend.objects.create(
            id=uuid4(), claim=row, head=head, vendor=vendor, purpose=purpose, amount=amount, file_id=file,
            asked_by=principal.name, asked_at=clock.now(),
        )  # fmt: skip
        claims.told(row, "spend_asked", principal.name,
                    {"spend": str(made.id), "head": head, "vendor": vendor, "amount": amount})  # fmt: skip
        return made


def preview_spend(principal: Principal, spend_id: UUID, amount: int | None = None) -> SpendPreview:
    """「この請求を承認すると、いくら残るか」: for every limit that the head counts against. Nothing is written."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        spend = _spend(spend_id)
        cover, asked = _cover_of(spend.claim), yen(amount or spend.amount)
        coverage = cover_reading.product_of(cover).heads[spend.head].coverage
        concerned = tuple(
            left for left in claim_aggregates.left_of(cover)
            if left.coverage == coverage and left.head in ("", spend.head)
        )  # fmt: skip
        fits = bool(concerned) and all(left.remaining >= asked for left in concerned)
        return SpendPreview(concerned, asked, fits)


def approve_spend(principal: Principal, spend_id: UUID, amount: int | None = None) -> ClaimSpend:
    """Approves an estimate, or less of it: the yen stand against every limit until they are paid or released.

    Asked again for the same, it answers with the same. Raises Refused (`limit_reached`, `same_person`).
    """
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        spend = _spend(spend_id)
        row = claims.locked(spend.claim_id)
        spend.refresh_from_db()
        agreed = yen(amount or spend.amount)
        if spend.state == "approved" and spend.approved == agreed and spend.decided_by == principal.name:
            return spend
        if spend.state != "asked":
            raise refuse("spend_decided")
        if agreed > spend.amount:
            raise refuse("amount_unusable")
        if spend.asked_by == principal.name:
            raise refuse("same_person")
        spend.cover = _cover_of(row)
        claim_aggregates.take(row, [Take(spend.cover, spend.head, committed=agreed)])
        spend.state, spend.approved = "approved", agreed
        return _decided(row, spend, principal)


def decline_spend(principal: Principal, spend_id: UUID, reason: str) -> ClaimSpend:
    """Declines an estimate, saying why; an approved one that is not needed any more is released."""
    claims.reasoned(reason)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        spend = _spend(spend_id)
        row = claims.locked(spend.claim_id)
        spend.refresh_from_db()
        if spend.state == "approved":
            assert spend.cover is not None, "an approved estimate stands against a cover"
            claim_aggregates.take(row, [Take(spend.cover, spend.head, committed=-spend.approved)])
            spend.state = "released"
        elif spend.state == "asked":
            if spend.asked_by == principal.name:
                raise refuse("same_person")
            spend.state = "declined"
        else:
            raise refuse("spend_decided")
        spend.reason = reason
        return _decided(row, spend, principal)


def _spend(spend_id: UUID) -> ClaimSpend:
    found = ClaimSpend.objects.select_related("claim").filter(id=spend_id).first()
    if found is None:
        raise NotFound
    return found


def _cover_of(row: Claim) -> Cover:
    cover = claim_terms.cover_at(row.member_id, row.known_at)
    if cover is None:
        raise refuse("no_cover")
    return cover


def _decided(row: Claim, spend: ClaimSpend, principal: Principal) -> ClaimSpend:
    if spend.asked_by != principal.name:
        spend.decided_by = principal.name
    spend.decided_at = clock.now()
    spend.save(update_fields=["state", "cover", "approved", "decided_by", "decided_at", "reason"])
    claims.told(row, f"spend_{spend.state}", principal.name,
                {"spend": str(spend.id), "approved": spend.approved, "reason": spend.reason})  # fmt: skip
    return spend


# --- demands ----------------------------------------------------------------------------------------------------


def record_demand(
    principal: Principal, claim_id: UUID | str, made_at: datetime, claimant: str, *, amount: int | None = None,
    claimants: int = 1, series_of: UUID | None = None,
) -> ClaimDemand:  # fmt: skip
    """A third party's demand on the member. Who makes it lies under the claim's key; `claimants` counts them."""
    _text(claimant)
    if amount is not None:
        yen(amount)
    if type(claimants) is not int or not 0 < claimants < 10**9:
        raise refuse("facts_unusable")
    with transaction.atomic():
        access.enter(principal, "claim.report")
        row = claims.locked(claim_id)
        if made_at > clock.now():
            raise refuse("milestone_ahead")
        first = None if series_of is None else ClaimDemand.objects.filter(id=series_of, claim=row).first()
        if series_of is not None and first is None:
            raise NotFound
        made = ClaimDemand(
            id=uuid4(), claim=row, number=1 + ClaimDemand.objects.filter(claim=row).count(), made_at=made_at,
            amount=amount, claimants=claimants, series_of=first, recorded_by=principal.name, recorded_at=clock.now(),
        )  # fmt: skip
        made.claimant_ciphertext = seal(row.subject_key, claimant, "claim_demand", "claimant", made.id)
        made.save(force_insert=True)
        claims.told(row, "demand_recorded", principal.name,
                    {"demand": str(made.id), "made_at": seconds(made_at), "amount": amount, "claimants": claimants,
                     "claimant": bytes(made.claimant_ciphertext).hex()})  # fmt: skip
        return made


def agree_settlement(principal: Principal, demand_id: UUID, amount: int) -> ClaimDemand:
    """The insurer consents that the member settles a demand for so many yen (示談案の承認), once."""
    yen(amount)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        demand = ClaimDemand.objects.filter(id=demand_id).first()
        if demand is None:
            raise NotFound
        row = claims.locked(demand.claim_id)
        demand.refresh_from_db()
        if demand.agreed_at is not None:
            raise refuse("demand_settled")
        demand.settled_for, demand.agreed_by, demand.agreed_at = amount, principal.name, clock.now()
        demand.save(update_fields=["settled_for", "agreed_by", "agreed_at"])
        claims.told(row, "settlement_agreed", principal.name, {"demand": str(demand.id), "amount": amount})
        return demand


# --- milestones -------------------------------------------------------------------------------------------------


def record_milestone(
    principal: Principal, claim_id: UUID | str, kind: str, at: datetime, note: str = ""
) -> ClaimMilestone:
    """A dated fact that a clock starts or ends with. The insurer's people record what binds the insurer."""
    if kind not in MILESTONES:
        raise refuse("milestone_unknown")
    if note:
        claims.reasoned(note)
    insurers = kind in ("documents_complete", "enquiry_police", "enquiry_expert", "insurer_knew", "payment")
    with transaction.atomic():
        access.enter(principal, "claim.handle" if insurers else "claim.report")
        row = claims.locked(claim_id)
        if at > clock.now():
            raise refuse("milestone_ahead")
        made = ClaimMilestone.objects.create(
            claim=row, kind=kind, at=at, note=note, recorded_at=clock.now(), actor=principal.name
        )
        claims.told(row, "milestone", principal.name, {"kind": kind, "at": seconds(at), "note": note}, effective=at)
        return made
