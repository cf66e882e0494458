"""The life of a cover: previewed, changed, ended, unmade, undone; and read as of one day, as known on another.

Every change goes the same way: who may ask (product data), the terms after it (the product's rules), its charge
(written after less written before), then one transaction. What is backdated, or is of a kind that the product names, is
proposed by one person and agreed to by another. So is what leads into terms that the product refers to the insurer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from sonae import cover as core
from sonae.cover import BEGINS, CHANGES, ENDS, UNMAKES, Layer, Reason, Transaction, Written, moment_of
from sonae.doors.request import Understood
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.quotation import quote
from sonae.risk import QuotationRequest, understood
from sonae.scheme import Life
from sonae.selection import select

from . import (
    acceptable,
    access,
    canonical,
    clock,
    cover_reading,
    journal,
    member_names,
    members,
    recording,
)
from .access import Principal
from .desk import NotFound
from .members import Particulars
from .models import ChangeProposal, Cover, CoverLoss, CoverTransaction
from .refusals import refuse


@dataclass(frozen=True)
class Change:
    """A change as asked. `day` is when it takes effect, at the product's hour; `changes` are in the request's words."""

    reason: Reason
    day: date
    changes: Mapping[str, Any] = field(default_factory=dict)
    particulars: Particulars | None = None
    undoes: int | None = None
    by_fraud: bool = False
    note: str = ""

    def words(self) -> dict[str, Any]:
        shown = self.particulars
        return {
            "reason": str(self.reason), "day": self.day.isoformat(), "changes": dict(self.changes),
            "particulars": None if shown is None else [
                shown.legal_name, shown.reading, shown.postal_code, shown.address
            ],
            "undoes": self.undoes, "by_fraud": self.by_fraud, "note": self.note,
        }  # fmt: skip

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> Change:
        shown = words["particulars"]
        return cls(
            Reason(words["reason"]), date.fromisoformat(words["day"]), words["changes"],
            None if shown is None else Particulars(*shown), words["undoes"], words["by_fraud"], words["note"],
        )  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What a change would do, before anything is written. Yen; `needs_second_person` says how it would be recorded.

    `referred`: the change leads into terms that the product refers to a person of the insurer.
    """

    charge: int
    written: Written
    written_before: int
    terms: dict[str, Any] | None
    ends_at: datetime
    needs_second_person: bool
    documents: tuple[str, ...]
    referred: bool = False


@dataclass(frozen=True)
class AsOf:
    """A cover on a day, as known on another: its terms then (None: no cover), all its transactions known, the money."""

    cover: Cover
    product: Product
    as_of: datetime
    known: datetime
    core: core.Cover
    terms: QuotationRequest | None
    particulars: Particulars
    written: Written
    transactions: tuple[CoverTransaction, ...]
    layers: tuple[Layer, ...]


# --- reading ----------------------------------------------------------------------------------------------------


def seen(cover_id: UUID | str) -> Cover:
    """The cover by id or number, if it is within the reach of this transaction. Raises NotFound."""
    rows = Cover.objects.select_related("member")
    is_number = isinstance(cover_id, str) and len(cover_id) == 14 and cover_id.isascii() and cover_id.isprintable()
    found = rows.filter(number=cover_id).first() if is_number else None
    if found is not None:
        return found
    try:
        return rows.get(id=cover_id if isinstance(cover_id, UUID) else UUID(cover_id))
    except (ValueError, Cover.DoesNotExist):
        raise NotFound from None


def listed(
    principal: Principal, *, before: tuple[date, UUID] | None = None, limit: int = 50, member: UUID | None = None
) -> list[Cover]:
    """Covers within reach, the last concluded first, at most 100."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        rows = Cover.objects.select_related("member").order_by("-concluded_on", "-id")
        if member is not None:
            rows = rows.filter(member_id=member)
        if before is not None:
            rows = rows.extra(where=["(cover.concluded_on, cover.id) < (%s, %s)"], params=list(before))
        return list(rows[: max(1, min(limit, members.PAGE_LIMIT))])


def as_of(
    principal: Principal, cover_id: UUID | str, moment: datetime | None = None, known: datetime | None = None
) -> AsOf:
    """A cover at a moment, as it was known at another; both are now unless said. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        row = seen(cover_id)
        now = clock.now()
        asked, knowing = moment or now, known or now
        rows = tuple(CoverTransaction.objects.filter(cover=row, recorded__lte=knowing).order_by("number"))
        if not rows:
            raise NotFound
        product = cover_reading.product_of(row)
        held = cover_reading.core_of(row, rows)
        annual = cover_reading.annual_of(product)
        return AsOf(
            cover=row, product=product, as_of=asked, known=knowing, core=held, terms=core.terms_at(held, asked),
            particulars=members.particulars_at(row.member_id, asked, knowing),
            written=core.written(held, annual, cover_reading.part_year_of(product)),
            transactions=rows, layers=_layers(row, held, product, asked, knowing),
        )  # fmt: skip


def _layers(row: Cover, held: core.Cover, product: Product, moment: datetime, known: datetime) -> tuple[Layer, ...]:
    """First inceptions of the terms at a moment, or of the first terms before, over this cover and those it renewed."""
    then = max(moment, held.inception)
    # Cut behind these terms: what is taken, lowered or dropped later says nothing of them.
    shown = next((one.end for one in core.segments(held) if one.start <= then < one.end), held.expiry)
    periods = [*earlier(row, known), replace(held, expiry=shown)]
    products = {str(row.id): product}

    def limits_of(request: QuotationRequest) -> dict[str, int]:
        selection = select(products[str(row.id)], request)
        limits = {
            "liability": selection.liability,
            "expense": selection.expense,
            "business_income": selection.business_income,
        }
        return {coverage: limit for coverage, limit in limits.items() if limit}

    return core.first_inceptions(periods, limits_of)


def earlier(row: Cover, known: datetime) -> list[core.Cover]:
    """The covers that this one renewed, oldest first, as known at a moment."""
    found: list[core.Cover] = []
    previous = row.renews
    while previous is not None:
        rows = CoverTransaction.objects.filter(cover=previous, recorded__lte=known).order_by("number")
        found.insert(0, cover_reading.core_of(previous, rows))
        previous = previous.renews
    return found


# --- changing ---------------------------------------------------------------------------------------------------


def preview(principal: Principal, cover_id: UUID | str, change: Change) -> Preview:
    """Price, charge, terms and papers of a change; nothing is written. Raises as `change` does."""
    with transaction.atomic():
        access.enter(principal, "cover.change")
        row = seen(cover_id)
        product, held = _present(row)
        made = _transaction(row, held, product, change, principal, principal.role)
        after, charge, written = _weighed(held, made, product)
        referred = _leads_into_referral(held, after, product)
        start = made.effective if made.effective > held.inception else held.inception
        terms = core.terms_at(after, start)
        return Preview(
            charge=charge, written=written,
            written_before=core.written(
                held, cover_reading.annual_of(product), cover_reading.part_year_of(product)
            ).premium,
            terms=understood(terms) if terms is not None else None, ends_at=cover_reading.ends_at(after),
            needs_second_person=referred or _needs_second(made, acceptable.life_of(product)),
            documents=_documents(change), referred=referred,
        )  # fmt: skip


def change(principal: Principal, cover_id: UUID | str, asked: Change) -> CoverTransaction | ChangeProposal:
    """Records a change, or proposes it where a second person must agree.

    Raises PermissionDenied, NotFound, Refused: the role may not, too far back, a loss was notified, the terms do not
    fit the product's rules, nothing would change.
    """
    with transaction.atomic():
        access.enter(principal, "cover.change")
        row = _locked(cover_id)
        product, held = _present(row)
        made = _transaction(row, held, product, asked, principal, principal.role)
        after, _, _ = _weighed(held, made, product)
        if _needs_second(made, acceptable.life_of(product)) or _leads_into_referral(held, after, product):
            proposal = ChangeProposal.objects.create(
                cover=row, change_bytes=canonical.dump(asked.words()), proposed_by=principal.name,
                role=principal.role, proposed_at=clock.now(),
            )  # fmt: skip
            _note(row, "change_proposed", principal.name, {"proposal": str(proposal.id), **asked.words()})
            return proposal
        return _record(row, held, product, made, asked)


def agree(principal: Principal, proposal_id: UUID, *, agreed: bool = True, reason: str = "") -> CoverTransaction | None:
    """A second person agrees to a proposed change, and it is recorded; or turns it down (None), saying why."""
    if reason and not member_names.is_text(reason, 400):
        raise refuse("reason_unusable")
    with transaction.atomic():
        access.enter(principal, "cover.approve")
        proposal = ChangeProposal.objects.filter(id=proposal_id).first()
        if proposal is None:
            raise NotFound
        row = _locked(proposal.cover_id)
        proposal.refresh_from_db()
        if proposal.decided_at is not None:
            raise refuse("proposal_decided")
        if proposal.proposed_by == principal.name:
            raise refuse("same_person")
        proposal.decided_at, proposal.decided_by = clock.now(), principal.name
        proposal.outcome = "agreed" if agreed else "turned_down"
        proposal.save(update_fields=["decided_at", "decided_by", "outcome"])
        _note(row, f"change_{proposal.outcome}", principal.name, {"proposal": str(proposal.id), "reason": reason})
        if not agreed:
            return None
        asked = Change.of(canonical.load(proposal.change_bytes))
        product, held = _present(row)
        # Judged again, as it is now and as far back as the proposer could reach when it was proposed.
        made = _transaction(row, held, product, asked, principal, proposal.role, proposal)
        return _record(row, held, product, made, asked, approver=principal.name)


def proposals(principal: Principal) -> list[ChangeProposal]:
    """Changes that wait for a second person, oldest first."""
    with transaction.atomic():
        access.enter(principal, "cover.approve")
        rows = ChangeProposal.objects.filter(decided_at=None).select_related("cover__member").order_by("proposed_at")
        return list(rows[: members.PAGE_LIMIT])


def pending(principal: Principal, cover_id: UUID | str) -> list[ChangeProposal]:
    """What is proposed for one cover and not decided yet, oldest first. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        rows = ChangeProposal.objects.filter(cover=seen(cover_id), decided_at=None).select_related("cover__member")
        return list(rows.order_by("proposed_at")[: members.PAGE_LIMIT])


def notify_loss(principal: Principal, cover_id: UUID | str, occurred_at: datetime) -> CoverLoss:
    """Marks that a loss was notified: from now on nothing of this cover is backdated. The insurer's people only."""
    with transaction.atomic():
        access.enter(principal, "loss.notify")
        row = _locked(cover_id)
        loss = CoverLoss.objects.create(
            cover=row, occurred_at=occurred_at, notified_at=clock.now(), actor=principal.name
        )
        journal.append(
            f"loss/{loss.id}", "loss_notified", actor=principal.name, organisation_id=None,
            body={"cover": str(row.id)}, effective_at=occurred_at,
        )  # fmt: skip
        return loss


def _locked(cover_id: UUID | str) -> Cover:
    """The cover as it is now, held until the commit."""
    row = seen(cover_id)
    journal.lock(f"member/{row.member_id}")
    journal.lock(f"cover/{row.id}")
    row.refresh_from_db(fields=["ends_at", "premium", "version"])
    return row


def _present(row: Cover) -> tuple[Product, core.Cover]:
    product = cover_reading.product_of(row)
    return product, cover_reading.core_of(row, CoverTransaction.objects.filter(cover=row).order_by("number"))


def _note(row: Cover, kind: str, actor: str, body: Mapping[str, Any]) -> None:
    """Proposals have a stream beside the cover's, whose entries are its transactions and nothing else."""
    journal.append(f"proposals/{row.id}", kind, actor=actor, organisation_id=row.member_id, body=dict(body))


def _needs_second(made: Transaction, life: Life) -> bool:
    """By the product's table, and whatever takes effect before it is recorded: later on the same day is backdated."""
    return made.reason in life.second_person or made.effective < made.recorded


def _leads_into_referral(held: core.Cover, after: core.Cover, product: Product) -> bool:
    """Whether a change makes terms that the product refers: a person of the insurer decides them, as at the sale.

    Terms that the cover has or had already were decided when they were taken.
    """
    known = [segment.request for segment in core.segments(held)]
    return any(
        quote(product, segment.request, after.inception).referred
        for segment in core.segments(after)
        if segment.request is not None and segment.request not in known
    )


def _transaction(
    row: Cover, held: core.Cover, product: Product, asked: Change, principal: Principal, role: str,
    proposal: ChangeProposal | None = None,
) -> Transaction:  # fmt: skip
    """The transaction that a change makes, if it is allowed. Raises Refused."""
    life = acceptable.life_of(product)
    now = clock.now()
    if asked.reason in BEGINS or role not in life.roles[asked.reason]:
        raise refuse("role_may_not")
    if asked.note and not member_names.is_text(asked.note, 400):
        raise refuse("reason_unusable")
    if asked.by_fraud and asked.reason not in UNMAKES:
        raise refuse("fraud_unmakes_only")
    proposed = proposal.proposed_at if proposal is not None else now
    effective = moment_of(asked.day, product.calendar.start_hour)
    if asked.reason is Reason.undo:
        effective = _undone(held, asked).effective
    elif asked.reason is Reason.correction or asked.reason in UNMAKES:
        effective = held.inception
    elif not held.inception <= effective < held.expiry:
        raise refuse("outside_period")
    else:
        days_back = (japanese_day(proposed.astimezone(JST)) - asked.day).days
        if days_back > life.backdating_days.get(role, 0):
            raise refuse("backdated_too_far")
    _no_loss_in_the_way(row, asked, effective, now)
    if asked.reason in ENDS and core.terms_at(held, effective) is None:
        raise refuse("cover_ended")
    if asked.reason in UNMAKES and cover_reading.ends_at(held) == held.inception:
        raise refuse("cover_ended")
    words = asked.changes
    if set(words) - cover_reading.CHANGEABLE or (words and asked.reason not in CHANGES):
        raise refuse("terms_unusable")
    if asked.reason in CHANGES and not words and (asked.particulars is None or asked.reason is Reason.correction):
        raise refuse("nothing_changes")
    try:
        changes = cover_reading.typed(words)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise refuse("terms_unusable") from error
    last = held.transactions[-1].recorded
    return Transaction(
        number=len(held.transactions) + 1, reason=asked.reason, effective=effective, recorded=max(now, last),
        actor=proposal.proposed_by if proposal is not None else principal.name,
        changes=changes, undoes=asked.undoes, by_fraud=asked.by_fraud,
    )  # fmt: skip


def _undone(held: core.Cover, asked: Change) -> Transaction:
    """The transaction that an undo takes back: an end, or an avoidance, that still counts."""
    counted = {one.number: one for one in core.in_effect(held)}
    found = counted.get(asked.undoes or 0)
    if found is None or (found.reason not in ENDS and found.reason not in UNMAKES):
        raise refuse("not_undoable")
    return found


def _no_loss_in_the_way(row: Cover, asked: Change, effective: datetime, now: datetime) -> None:
    """Nothing reaches back once a loss was notified; an undo only over a gap without a loss.

    A loss in the gap is one that happened in it, or was found in it though it happened before: expense is paid by
    discovery, liability by demand. Only the insurer's people see losses: a proposer learns of none, and the second
    person is stopped.
    """
    losses = CoverLoss.objects.filter(cover=row)
    if asked.reason is Reason.undo:
        losses = losses.filter(Q(occurred_at__gte=effective) | Q(notified_at__gte=effective))
    elif asked.reason in UNMAKES or asked.reason is Reason.termination:
        return  # the insurer's own grounds, often found because of a loss
    elif effective >= now and asked.reason is not Reason.correction:
        return
    if losses.exists():
        raise refuse("loss_notified")


def _weighed(held: core.Cover, made: Transaction, product: Product) -> tuple[core.Cover, int, Written]:
    """After, charge, written; every stretch of the period must fit the product's rules then. Raises Refused."""
    try:
        after, charge, written = recording.weigh(held, made, product)
    except (cover_reading.Unpriceable, TypeError, ValueError, KeyError) as error:
        raise refuse("terms_unusable") from error
    annual = cover_reading.annual_of(product)
    for segment in core.segments(after):
        if segment.request is None:
            continue
        read = cover_reading.read_words(product, understood(segment.request), after.inception)
        if not isinstance(read, Understood) or read.request != segment.request:
            raise refuse("terms_unusable")
        try:
            annual(segment.request)
        except cover_reading.Unpriceable as error:
            raise refuse("terms_unusable") from error
    if made.changes and _stretches(after) == _stretches(held):
        raise refuse("nothing_changes")
    return after, charge, written


def _stretches(cover: core.Cover) -> list[tuple[datetime, QuotationRequest | None]]:
    """The terms and since when, without cuts between the same terms."""
    found: list[tuple[datetime, QuotationRequest | None]] = []
    for segment in core.segments(cover):
        if not found or found[-1][1] != segment.request:
            found.append((segment.start, segment.request))
    return found


def _record(
    row: Cover, held: core.Cover, product: Product, made: Transaction, asked: Change, approver: str = ""
) -> CoverTransaction:
    _weighed(held, made, product)
    number = None
    if asked.particulars is not None:
        number = members.amend(row.member, asked.particulars, made.effective, made.actor)
    try:
        with transaction.atomic():
            return recording.record(
                row, held, made, product, words=asked.changes, approver=approver, particulars=number, note=asked.note
            )
    except IntegrityError as error:  # an undo, where other cover was taken in the meantime
        if "one_cover_at_a_time" in str(error):
            raise refuse("cover_already_held") from error
        raise


def _documents(asked: Change) -> tuple[str, ...]:
    """The papers that follow a change."""
    if asked.reason in CHANGES or asked.reason is Reason.undo:
        return ("endorsement_notice", "certificate")
    return ("end_notice",)
