"""What waits for the insurer: the facts side by side, the decision with its reason, conditions to closure."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.application import Step
from sonae.office import access_session, applications, canonical, clock, deciding, desk, overview, underwriter_facts
from sonae.office.access import Principal, requires
from sonae.office.applications import Standing
from sonae.office.models import Referral, UnderwritingCondition
from sonae.office.refusals import refuse
from sonae.office.underwriter_facts import Facts
from sonae.period import japanese_day
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import asked, day_of, factor_shown, missing_is_404, page, principal_of, said, text, uuid_of
from sonae.web.presentation import Language, day, figure, notes, points, say
from sonae.web.presentation_life import age, evidence_words, in_days, standing
from sonae.web.presentation_office import (
    answers_shown,
    content_name,
    limits_shown,
    stamp,
    start_words,
    terms_shown,
)
from sonae.web.presentation_worksheet import worksheet

CONDITIONS = 3
"""Rows for conditions on the form; who needs more writes them into one."""


# --- what waits ---------------------------------------------------------------------------------------------------


@requires(GET="application.decide")
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Referrals by age, the oldest first."""
    principal, spoken = principal_of(request), language()
    rows = deciding.referrals(principal, limit=100)
    return page(
        request, "referrals/list.html", "referrals", now=stamp(clock.now()),
        rows=[_row(principal, row, spoken) for row in rows], done=asked(request, "done", 10),
    )  # fmt: skip


def _row(principal: Principal, row: Referral, spoken: Language) -> dict[str, Any]:
    found = applications.one(principal, row.application_id)
    grounds = canonical.load(row.grounds)
    return {
        "id": row.application_id,
        "name": row.application.member.legal_name,
        "content": content_name(found.product, found.request, spoken),
        "premium": figure(found.content.premium),
        "start": start_words(found.product, row.application.inception, spoken),
        "age": age(row.opened_at, clock.now(), spoken),
        "opened": stamp(row.opened_at),
        "grounds": [_said(one, spoken) for one in grounds if one["effect"] == "refer"],
        "stale": row.content != found.content_hash,
    }


def _said(ground: dict[str, Any], spoken: Language) -> str:
    return str(ground["message_en"] if spoken == "en" else ground["message"])


# --- one ----------------------------------------------------------------------------------------------------------


@requires(GET="application.decide", POST="application.decide")
@once
@never_cache
@missing_is_404
def referral(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The facts of one application; accepted, accepted on conditions, or declined, always with a reason."""
    principal = principal_of(request)
    trouble = ""
    if request.method == "POST":
        if not access_session.is_recent(request, access_session.BINDING_SECONDS):
            return access_session.ask_for_factor(request)
        try:
            return _decide(request, principal, application_id)
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    return _show(request, principal, application_id, trouble)


def _decide(request: HttpRequest, principal: Principal, application_id: UUID) -> HttpResponse:
    outcome = "accept" if "accept" in request.POST else "decline"
    conditions = _conditions(request) if outcome == "accept" else []
    deciding.decide(
        principal, application_id, text(request, "content", 64), outcome, text(request, "why", 400), conditions,
        channel="page", factor=factor_shown(request),
    )  # fmt: skip
    return HttpResponseRedirect(f"/referrals?done={outcome}")


def _conditions(request: HttpRequest) -> list[tuple[str, date]]:
    """The rows that were filled in; a text needs its day and a day its text, and no day is past. Raises Refused."""
    found = []
    for place in range(1, CONDITIONS + 1):
        words, due = text(request, f"condition-{place}", 400), day_of(text(request, f"due-{place}", 10))
        if not words and due is None:
            continue
        if not words or due is None or due < japanese_day(clock.now()):
            raise refuse("reason_unusable")
        found.append((words, due))
    return found


def _show(request: HttpRequest, principal: Principal, application_id: UUID, trouble: str) -> HttpResponse:
    spoken, now = language(), clock.now()
    found = applications.one(principal, application_id)
    known = underwriter_facts.facts(principal, application_id)
    answer = applications.answer_of(found)
    decision = found.held.get(Step.decision)
    life = found.product.life
    row = known.referral
    return page(
        request, "referrals/referral.html", "referrals", 422 if trouble else 200, trouble=trouble,
        id=application_id, name=known.member.legal_name, now=stamp(now), content=found.content_hash or "",
        start=start_words(found.product, found.application.inception, spoken),
        opened=stamp(row.opened_at) if row else "", age=age(row.opened_at, now, spoken) if row else "",
        waits=row is not None, outcome=decision.outcome if decision else "",
        grounds=_grounds(row, spoken), premium=figure(found.content.premium),
        terms=terms_shown(found.product, found.request, spoken),
        limits=limits_shown(found.product, found.request, spoken),
        findings=notes(found.product, answer.findings, spoken),
        answers=_answers(principal, found, spoken), sheet=_sheet(found.product, found.request, spoken),
        worksheet=worksheet(found.product, answer.worksheet, spoken),
        member=_member(known, spoken), evidence_days=life.evidence_days if life else 0,
        decided=[
            {"outcome": one.outcome, "reason": one.reason, "at": stamp(one.decided_at)}
            for one in known.decided if one.decided_at is not None
        ],
        conditions=overview.conditions_of(principal, application_id), rows=range(1, CONDITIONS + 1),
        today=japanese_day(now).isoformat(), why=text(request, "why", 400),
    )  # fmt: skip


def _grounds(row: Referral | None, spoken: Language) -> list[dict[str, str]]:
    if row is None:
        return []
    return [
        {"message": _said(one, spoken), "effect": one["effect"], "source": one["source"]}
        for one in canonical.load(row.grounds)
    ]


def _answers(principal: Principal, found: Standing, spoken: Language) -> list[dict[str, Any]]:
    if found.answers is None:
        return []
    return answers_shown(found.product, dict(found.answers), overview.disclosed(principal, found), spoken)


def _sheet(product: Product, terms: QuotationRequest, spoken: Language) -> list[dict[str, Any]]:
    """The answers of the discount sheet with what they are worth; empty where none was given."""
    if product.sheet is None or terms.sheet is None:
        return []
    labels = {"none": say(product.sheet.none_label, spoken), "unknown": say(product.sheet.unknown_label, spoken)}
    rows = []
    for question in product.sheet.questions:
        code = terms.sheet.answers.get(question.id, "none")
        choice = next((one for one in question.answers if one.code == code), None)
        earned = question.points * (choice.share if choice else 0) // 10
        rows.append(
            {
                "id": question.id,
                "text": say(question.text, spoken),
                "answer": say(choice.label, spoken) if choice else labels.get(code, code),
                "points": points(earned),
                "of": question.points,
                "short": choice is None or choice.share < 100,
            }
        )
    return rows


def _member(known: Facts, spoken: Language) -> dict[str, Any]:
    evidence, now = known.evidence, clock.now()
    return {
        "corporate_number": known.member.corporate_number,
        "address": known.member.address,
        "cooperative": known.cooperative.name,
        "agency": known.agency.name if known.agency else "",
        "evidence": evidence_words(evidence.is_member if evidence else None, evidence.as_of if evidence else None,
                                   spoken),
        "confirmed": evidence is not None and evidence.is_member,
        "alike": [{"name": one.legal_name, "number": one.corporate_number, "address": one.address}
                  for one in known.alike],
        "covers": [
            {"id": one.id, "number": one.number,
             "standing": standing(one.inception, one.expiry, one.ends_at, now, spoken)}
            for one in known.covers
        ],
    }  # fmt: skip


# --- conditions ---------------------------------------------------------------------------------------------------


@requires(GET="application.read", POST="application.decide")
@once
@never_cache
@missing_is_404
def conditions(request: HttpRequest) -> HttpResponse:
    """Conditions of acceptance by their day; an underwriter closes one, saying how it was met."""
    principal, spoken = principal_of(request), language()
    trouble, place = "", ""
    if request.method == "POST":
        if not access_session.is_recent(request, access_session.BINDING_SECONDS):
            return access_session.ask_for_factor(request)
        place = text(request, "condition", 40)
        try:
            condition_id = uuid_of(place)
            if condition_id is None:
                raise desk.NotFound
            deciding.close_condition(principal, condition_id, text(request, "note", 400))
            return HttpResponseRedirect("/conditions")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    today = japanese_day(clock.now())
    return page(
        request, "referrals/conditions.html", "conditions", 422 if trouble else 200, trouble=trouble, place=place,
        rows=[_condition(one, today, spoken) for one in deciding.open_conditions(principal)],
        closed=[_condition(one, today, spoken) for one in underwriter_facts.closed_conditions(principal)],
        may_close=principal.may("application.decide"), now=stamp(clock.now()),
    )  # fmt: skip


def _condition(row: UnderwritingCondition, today: date, spoken: Language) -> dict[str, Any]:
    return {
        "id": row.id,
        "application": row.application_id,
        "name": row.application.member.legal_name,
        "text": row.text,
        "due": day(row.due, spoken),
        "left": in_days(row.due, today, spoken),
        "late": row.due < today,
        "closed": stamp(row.closed_at) if row.closed_at else "",
        "note": row.note,
    }
