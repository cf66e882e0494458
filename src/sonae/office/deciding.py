"""Accepted, referred or declined: by rule where the rules suffice, else by a second person of the insurer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from sonae import underwriting
from sonae.application import Step
from sonae.cover import moment_of
from sonae.underwriting import Circumstances, Decision, Verdict

from . import acceptable, access, answers_apart, applications, canonical, clock, journal, members, starts
from .access import Principal
from .applications import Standing
from .cover_reading import group_year_end
from .desk import NotFound
from .member_names import is_text
from .models import Application, Cover, Referral, Role, UnderwritingCondition
from .refusals import Refused, refuse

LONGEST_REASON = 400
SEES_CONDITIONS = frozenset({Role.SOLICITOR, Role.AGENCY_MANAGER, Role.UNDERWRITER, Role.AUDITOR})
"""A condition may tell of an incident, so the federation and the cooperatives see none."""


def decide_now(found: Standing) -> Decision:
    """What the product's rules say of an application as it stands."""
    application, disclosed = found.application, found.row(Step.disclosure)
    assert disclosed is not None, "the questions are answered"
    life = acceptable.life_of(found.product)
    return underwriting.decide(
        found.product,
        applications.answer_of(found),
        answers_apart.for_the_rules(application, disclosed.number),
        Circumstances(
            membership_confirmed=members.is_confirmed(application.member_id, application.inception, life.evidence_days),
            cover_already_held=holds_cover(found),
        ),
    )


def holds_cover(found: Standing) -> bool:
    """Whether the member has cover in the period that is applied for."""
    calendar = found.product.calendar
    start = moment_of(found.application.inception, calendar.start_hour)
    end = moment_of(group_year_end(found.application.inception, calendar), calendar.start_hour)
    return Cover.objects.filter(
        member_id=found.application.member_id, inception__lt=end, ends_at__gt=start
    ).exclude(application=found.application).exists()  # fmt: skip


def by_rule(found: Standing) -> Standing:
    """Decides what the rules can decide; a referral is opened and waits for a person."""
    decision = decide_now(found)
    if decision.verdict is Verdict.refer:
        assert found.content_hash is not None
        _, fresh = Referral.objects.get_or_create(
            application=found.application, content=found.content_hash,
            defaults={"grounds": canonical.dump(grounds_of(decision)), "proposed_by": found.application.created_by,
                      "opened_at": clock.now()},
        )  # fmt: skip
        if fresh:
            words = {"content": found.content_hash, "grounds": grounds_of(decision)}
            applications.note(found.application, "referred", "rule", words)
        return found
    return applications.take(
        found, Step.decision, actor="rule", party="rule", channel="rule", factor="rule",
        outcome=str(decision.verdict), body={"grounds": grounds_of(decision)},
    )  # fmt: skip


def grounds_of(decision: Decision) -> list[dict[str, Any]]:
    return [
        {"code": ground.code, "effect": ground.effect, "message": ground.message, "message_en": ground.message_en,
         "source": ground.source}
        for ground in decision.grounds
    ]  # fmt: skip


def referrals(principal: Principal, *, limit: int = 50) -> list[Referral]:
    """What waits for a decision, oldest first, at most 100."""
    with transaction.atomic():
        access.enter(principal, "application.decide")
        rows = Referral.objects.filter(decided_at=None).select_related("application__member").order_by("opened_at")
        return list(rows[: max(1, min(limit, members.PAGE_LIMIT))])


def decide(
    principal: Principal,
    application_id: UUID | str,
    content: str,
    outcome: str,
    reason: str,
    conditions: Sequence[tuple[str, date]] = (),
    *,
    channel: str,
    factor: str,
) -> Standing:
    """An underwriter accepts or declines a referred application, with a reason and dated conditions.

    Raises PermissionDenied, NotFound, Refused (`other_content` when it changed since it was shown; `same_person`).
    """
    if outcome not in ("accept", "decline"):
        raise refuse("not_referred")
    if not is_text(reason, LONGEST_REASON):
        raise refuse("reason_unusable")
    if not all(is_text(text, LONGEST_REASON) for text, _ in conditions):
        raise refuse("reason_unusable")
    with transaction.atomic():
        access.enter(principal, "application.decide")
        application = applications.seen(application_id)
        journal.lock(f"application/{application.id}")
        found = applications.standing(application)
        if found.content_hash is None or content != found.content_hash:
            raise refuse("other_content")
        waiting = Referral.objects.filter(application=application, content=content, decided_at=None).first()
        if waiting is None:
            raise refuse("not_referred")
        if principal.name in (waiting.proposed_by, application.created_by):
            raise refuse("same_person")
        if outcome == "accept":
            starts.check_acceptance(found.product, application.inception, clock.now())
        decision = decide_now(found)
        if decision.verdict is Verdict.decline and outcome == "accept":
            # What the rules decline no person accepts: a member without evidence, or with cover already.
            blocking = next(ground for ground in decision.grounds if ground.effect == "decline")
            raise Refused(blocking.code, blocking.message, blocking.message_en)
        waiting.decided_at, waiting.decided_by = clock.now(), principal.name
        waiting.outcome, waiting.reason = outcome, reason
        waiting.save(update_fields=["decided_at", "decided_by", "outcome", "reason"])
        for text, due in conditions:
            UnderwritingCondition.objects.create(
                application=application, text=text, due=due, set_by=principal.name, set_at=clock.now()
            )
        return applications.take(
            found, Step.decision, actor=principal.name, party="insurer", channel=channel,
            factor=applications.known_by(principal, factor), outcome=outcome,
            body={"grounds": canonical.load(waiting.grounds), "reason": reason,
                  "conditions": [[text, due.isoformat()] for text, due in conditions]},
        )  # fmt: skip


def nothing_open_before_binding(application: Application) -> None:
    """In the caller's transaction: every condition that falls due by the start is closed. Raises Refused."""
    for row in UnderwritingCondition.objects.filter(application=application, closed_at=None).order_by("due", "id"):
        if underwriting.before_binding(row.due, application.inception):
            refused = refuse("condition_open")
            raise Refused(refused.code, f"{refused.message}{row.text}", f"{refused.message_en} {row.text}")


def open_conditions(principal: Principal, due_by: date | None = None) -> list[UnderwritingCondition]:
    """Conditions that nobody has closed, the most urgent first. Raises PermissionDenied: who may not see any."""
    if principal.role not in SEES_CONDITIONS:
        raise PermissionDenied
    with transaction.atomic():
        access.enter(principal, "application.read")
        rows = UnderwritingCondition.objects.filter(closed_at=None).select_related("application__member")
        if due_by is not None:
            rows = rows.filter(Q(due__lte=due_by))
        return list(rows.order_by("due", "id")[: members.PAGE_LIMIT])


def close_condition(principal: Principal, condition_id: UUID, note: str) -> None:
    """A person of the insurer closes a condition, saying by what evidence it was met."""
    if not is_text(note, LONGEST_REASON):
        raise refuse("reason_unusable")
    with transaction.atomic():
        access.enter(principal, "application.decide")
        row = UnderwritingCondition.objects.select_related("application").filter(id=condition_id).first()
        if row is None:
            raise NotFound
        journal.lock(f"application/{row.application_id}")
        row.refresh_from_db()
        if row.closed_at is not None:
            raise refuse("condition_closed")
        row.closed_at, row.closed_by, row.note = clock.now(), principal.name, note
        row.save(update_fields=["closed_at", "closed_by", "note"])
        applications.note(row.application, "condition_closed", principal.name, {"condition": str(row.id), "note": note})
