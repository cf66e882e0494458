"""First notice and what is known later: partial, wrong, revisable; the claim itself is something else.

A notice is never changed: what is known later is a further one. It comes from the member, from its agent with the
member's consent, by telephone through a claims person, or from anybody who holds the number of a certificate: that one
waits until somebody has called back. With the notice the backdating of every cover concerned is blocked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sonae import personal_numbers
from sonae.reserving import opening_reserves

from . import (
    access,
    claim_reserves,
    claim_rules,
    claim_terms,
    claims,
    clock,
    cover_reading,
    journal,
    member_names,
    members,
    walls,
)
from .access import Principal
from .claim_refusals import refuse
from .claims import seal
from .desk import NotFound
from .models import Claim, ClaimConsent, ClaimNotice, ClaimTask, Cover, CoverLoss
from .recording import seconds

COUNTS = frozenset({"persons", "companies"})
"""Facts that are numbers of the concerned: counted, never listed."""
ANSWERS = frozenset(
    {"leak", "sensitive", "property_at_risk", "wrongful", "encrypted", "stopped", "own_shutdown", "outsourced",
     "ransom_demanded", "demanded"}
)  # fmt: skip
"""Facts that are `yes`, `no` or `unknown`."""
LONGEST_STORY = 4000
_CHANNELS = {"member": "member", "claims_handler": "phone", "claims_manager": "phone"}


@dataclass(frozen=True)
class Told:
    """What a notice says, as far as anybody knows: everything but when it became known may be open.

    `occurred_at` is when it happened, `stopped_at` when the network stopped. `event` is empty while it is not sure.
    `circumstances`: nothing is lost yet, but a demand may come (おそれの通知).
    """

    known_at: datetime
    notified_at: datetime | None = None
    occurred_at: datetime | None = None
    stopped_at: datetime | None = None
    event: str = ""
    circumstances: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    story: str = ""


@dataclass(frozen=True)
class CallBack:
    """Whom to call back about a notice without log-in."""

    name: str
    phone: str


# --- reporting --------------------------------------------------------------------------------------------------


def report(principal: Principal, told: Told, *, member: UUID | str | None = None, consent_basis: str = "") -> Claim:
    """Opens a claim with its first notice. Members report for themselves; others name the member.

    An agent says how the member consented (`consent_basis`), and sees the claim until the member withdraws that.
    Raises PermissionDenied, NotFound, Refused.
    """
    with transaction.atomic():
        access.enter(principal, "claim.report")
        whose = members.seen(member or principal.organisation_id)
        channel = _CHANNELS.get(principal.role, "agent")
        agent = channel == "agent"
        if agent and not (consent_basis.strip() and member_names.is_usable(consent_basis)):
            raise refuse("consent_needed")
        journal.lock(f"member/{whose.organisation_id}")
        _check(told, clock.now())
        row = _open(principal.name, whose.organisation_id, told, clock.now())
        if agent:
            ClaimConsent.objects.create(
                claim=row, member_id=row.member_id, agency_id=principal.organisation_id, given_at=row.opened_at,
                given_by=principal.name, basis=consent_basis,
            )  # fmt: skip
        claims.turned(row, "opened", "", principal.name)
        if agent:
            claims.told(row, "consent_given", principal.name,
                        {"agency": str(principal.organisation_id), "basis": consent_basis})  # fmt: skip
        _notice(row, told, channel, principal.name, row.received_at)
        _first_tasks(row, principal.name)
        _block_backdating(row, told, principal.name)
        claims.as_office(principal.name)
        _first_reserves(row, told, principal.name)
        access.enter(principal, "claim.report")
        return row


def revise(principal: Principal, claim_id: UUID | str, told: Told) -> ClaimNotice:
    """What is known now, as a further notice: earlier ones stay as they were given. Raises NotFound, Refused.

    The first receipt stays the receipt: it is what the clocks run from.
    """
    with transaction.atomic():
        access.enter(principal, "claim.report")
        row = claims.seen(claim_id)
        journal.lock(f"member/{row.member_id}")
        row = claims.locked(row.id)
        moment = clock.now()
        _check(told, moment)
        row.version += 1
        row.event, row.circumstances, row.known_at = told.event, told.circumstances, told.known_at
        row.notified_at = min(row.notified_at, told.notified_at or row.notified_at)
        row.save(update_fields=["version", "event", "circumstances", "known_at", "notified_at"])
        channel = _CHANNELS.get(principal.role, "agent")
        made = _notice(row, told, channel, principal.name, moment)
        _block_backdating(row, told, principal.name)
        return made


def report_open(certificate_number: str, call_back: CallBack, told: Told) -> ClaimNotice:
    """A notice without log-in, by the number of a certificate. Whether there is such a certificate is never told.

    It opens no claim until somebody has called back, but backdating is blocked at once. Raises Refused.
    """
    moment = clock.now()
    _check(told, moment)
    usable = (certificate_number, call_back.name, call_back.phone)
    if not all(text.strip() and member_names.is_usable(text) for text in usable) or len(certificate_number) > 40:
        raise refuse("text_unusable")
    with transaction.atomic(), walls.opened(reach="all"):
        claims.as_office("open")
        cover = Cover.objects.filter(number=certificate_number.strip()).first()
        key, _ = claims.new_key()
        made = ClaimNotice(
            id=uuid4(), number=0, cover=cover, certificate_number=certificate_number, channel="open",
            known_at=told.known_at, notified_at=told.notified_at or moment, received_at=moment,
            occurred_at=told.occurred_at, stopped_at=told.stopped_at, event=told.event,
            circumstances=told.circumstances, facts=dict(told.facts), subject_key=key, actor="open",
        )  # fmt: skip
        if told.story:
            made.story_ciphertext = seal(key, told.story, "claim_notice", "story", made.id)
        words = f"{call_back.name}\n{call_back.phone}"
        made.callback_ciphertext = seal(key, words, "claim_notice", "callback", made.id)
        made.save(force_insert=True)
        if cover is not None:
            CoverLoss.objects.create(
                cover=cover, occurred_at=told.occurred_at or told.known_at, notified_at=moment, actor="open"
            )
        journal.append(
            f"open-notice/{made.id}", "notified_open", actor="open", organisation_id=None,
            body={"cover": str(cover.id) if cover else None, "callback": bytes(made.callback_ciphertext).hex()},
            effective_at=told.known_at,
        )  # fmt: skip
        return made


def waiting(principal: Principal) -> list[ClaimNotice]:
    """Notices without log-in that wait for a call back, oldest first."""
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        rows = ClaimNotice.objects.filter(claim=None, outcome="").select_related("cover__member", "subject_key")
        return list(rows.order_by("received_at")[: members.PAGE_LIMIT])


def called_back(principal: Principal, notice_id: UUID, *, member: UUID | None, outcome: str) -> Claim | None:
    """What came of calling back: a claim of a member (the receipt is the notice's), or nothing (`outcome` says why)."""
    claims.reasoned(outcome or "-")
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        notice = ClaimNotice.objects.select_for_update(of=("self",)).filter(id=notice_id, channel="open").first()
        if notice is None:
            raise NotFound
        if notice.outcome:
            raise refuse("notice_settled")
        notice.called_back_at, notice.called_back_by = clock.now(), principal.name
        row = None
        if member is not None:
            whose = members.seen(member)
            journal.lock(f"member/{whose.organisation_id}")
            story = claims.unseal(notice.subject_key, notice.story_ciphertext, "claim_notice", "story", notice.id)
            told = Told(
                notice.known_at, notice.notified_at, notice.occurred_at, notice.stopped_at, notice.event,
                notice.circumstances, notice.facts, story or "",
            )  # fmt: skip
            row = _open(principal.name, whose.organisation_id, told, notice.received_at)
            claims.turned(row, "opened", "", principal.name)
            _notice(row, told, "phone", principal.name, notice.received_at)
            _first_tasks(row, principal.name)
            _block_backdating(row, told, principal.name)
            _first_reserves(row, told, principal.name)
        notice.outcome = "claim" if row is not None else "no_claim"
        notice.save(update_fields=["called_back_at", "called_back_by", "outcome"])
        journal.append(
            f"open-notice/{notice.id}", "called_back", actor=principal.name, organisation_id=None,
            body={"claim": str(row.id) if row else None, "outcome": outcome},
        )  # fmt: skip
        return row


# --- parts ------------------------------------------------------------------------------------------------------


def _check(told: Told, moment: datetime) -> None:
    """Raises Refused: times that run backwards, words of no product, facts that are no counts."""
    earlier = [told.known_at, told.notified_at or told.known_at, told.occurred_at or told.known_at,
               told.stopped_at or told.known_at]  # fmt: skip
    if any(one > moment for one in earlier) or any(one < moment - timedelta(days=3660) for one in earlier):
        raise refuse("notice_times_wrong")
    if (told.notified_at or moment) < told.known_at or (told.occurred_at or told.known_at) > told.known_at:
        raise refuse("notice_times_wrong")
    from . import catalogue

    if told.event and told.event not in catalogue.default().events:
        raise refuse("event_unknown")
    for name, value in told.facts.items():
        counted = name in COUNTS and type(value) is int and 0 <= value < 10**9
        if not counted and not (name in ANSWERS and value in ("yes", "no", "unknown")):
            raise refuse("facts_unusable")
    if told.story:
        if not member_names.is_text(told.story, LONGEST_STORY):
            raise refuse("story_unusable")
        if personal_numbers.holds_my_number(told.story):
            raise refuse("my_number")
        if personal_numbers.looks_like_persons(told.story.splitlines()):
            raise refuse("facts_unusable")


def _open(actor: str, member_id: UUID, told: Told, received: datetime) -> Claim:
    key, _ = claims.new_key()
    row = Claim(
        id=uuid4(), number=claims.new_number(clock.now()), member_id=member_id, subject_key=key,
        opened_at=clock.now(), opened_by=actor, event=told.event, circumstances=told.circumstances,
        known_at=told.known_at, notified_at=told.notified_at or received, received_at=received, version=1,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _notice(row: Claim, told: Told, channel: str, actor: str, received: datetime) -> ClaimNotice:
    made = ClaimNotice(
        id=uuid4(), claim=row, number=row.version, channel=channel, known_at=told.known_at,
        notified_at=told.notified_at or received, received_at=received, occurred_at=told.occurred_at,
        stopped_at=told.stopped_at, event=told.event, circumstances=told.circumstances, facts=dict(told.facts),
        subject_key=row.subject_key, actor=actor,
    )  # fmt: skip
    if told.story:
        made.story_ciphertext = seal(row.subject_key, told.story, "claim_notice", "story", made.id)
    made.save(force_insert=True)
    claims.told(
        row, "notified", actor,
        {"number": made.number, "channel": channel, "event": told.event, "circumstances": told.circumstances,
         "known_at": seconds(made.known_at), "notified_at": seconds(made.notified_at),
         "received_at": seconds(made.received_at), "facts": dict(told.facts),
         "story": bytes(made.story_ciphertext).hex() if made.story_ciphertext else None},
        effective=told.known_at,
    )  # fmt: skip
    return made


def _first_tasks(row: Claim, actor: str) -> None:
    """What is done first, of all five steps; a notice of circumstances has nothing to do yet."""
    if row.circumstances:
        return
    for task in claim_rules.rules().tasks:
        ClaimTask.objects.create(
            claim=row, step=task.step, title=task.title_ja, due=row.received_at + timedelta(hours=task.hours),
            made_by=actor, made_at=clock.now(),
        )  # fmt: skip


def _block_backdating(row: Claim, told: Told, actor: str) -> None:
    """Marks the loss on every cover that it may concern: whose period reaches from when it happened to today."""
    happened = min(told.occurred_at or told.known_at, told.known_at)
    marked = set(CoverLoss.objects.filter(claim=row).values_list("cover_id", flat=True))
    for cover in claim_terms.covers_of(row.member_id):
        if cover.id in marked or cover.expiry <= happened or cover.inception > row.received_at:
            continue
        journal.lock(f"cover/{cover.id}")
        CoverLoss.objects.create(cover=cover, occurred_at=happened, notified_at=clock.now(), actor=actor, claim=row)


def _first_reserves(row: Claim, told: Told, actor: str) -> None:
    """The typical amount of every open head, by the cover in force when it became known."""
    cover = claim_terms.cover_at(row.member_id, told.known_at)
    if cover is None or told.circumstances:
        return
    terms = claim_terms.terms_at(cover, told.known_at)
    assert terms is not None, "a cover in force has terms"
    stopped = told.stopped_at is not None or told.facts.get("stopped") == "yes"
    opened = opening_reserves(
        cover_reading.product_of(cover), terms, told.event, stopped=stopped,
        demanded=told.facts.get("demanded") == "yes", leak_ruled_out=told.facts.get("leak") == "no",
    )  # fmt: skip
    for head, amount in opened.items():
        claim_reserves.put(row, head, amount, "受付時の標準額", actor, typical=True)
