"""Changes of a cover: tried first, with price, cover and papers before and after; then written, or proposed.

Nothing is written by looking. What needs a second person is proposed here and decided on the page of proposals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae import cover as core
from sonae import yen_text
from sonae.cover import CHANGES, Reason, moment_of
from sonae.doors.request import Understood
from sonae.office import acceptable, access_session, canonical, clock, cover_reading, covers, desk, overview
from sonae.office.access import Principal, requires
from sonae.office.covers import AsOf, Change
from sonae.office.members import Particulars
from sonae.office.models import ChangeProposal
from sonae.office.refusals import refuse
from sonae.period import JST, first_of_month, japanese_day
from sonae.product import Product
from sonae.quotation import Finding, quote
from sonae.risk import QuotationRequest, understood
from sonae.web import sheet_form
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import asked, day_of, missing_is_404, page, principal_of, said, text
from sonae.web.presentation import amount, day, difference, figure, limit, notes, say
from sonae.web.presentation_changes import (
    FROM_INCEPTION,
    HINTS,
    ORDER,
    changed_names,
    cover_moved,
    is_end,
    takes_a_day,
    terms_or_nothing,
)
from sonae.web.presentation_life import (
    age,
    document_words,
    life_mark,
    second_person_reason,
    standing,
    written_shown,
)
from sonae.web.presentation_office import (
    actor_word,
    compared,
    moment_words,
    reason_word,
    stamp,
)
from sonae.web.presentation_prices import coverage_word
from sonae.web.presentation_worksheet import worksheet
from sonae.web.sheet_form import SEES_SHEET
from sonae.yen_text import Unreadable

_PARTICULARS = ("legal_name", "reading", "postal_code", "address")


# --- trying -------------------------------------------------------------------------------------------------------


@requires(GET="cover.change", POST="cover.change")
@once
@never_cache
@missing_is_404
def change(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    """The reason first, then the day and what changes; `write` records or proposes exactly what was looked at."""
    principal, spoken = principal_of(request), language()
    found = covers.as_of(principal, cover_id)
    reason = _reason(principal, found.product, asked(request, "reason", 40) or text(request, "reason", 40))
    context: dict[str, Any] = {
        "row": found.cover,
        "name": found.particulars.legal_name,
        "standing": standing(found.cover.inception, found.cover.expiry, cover_reading.ends_at(found.core), clock.now(),
                             spoken),
        "reasons": _reasons(principal, found.product),
        "mark": life_mark(found.product, spoken),
        "now": stamp(clock.now()),
    }  # fmt: skip
    if reason is None:
        return page(request, "covers/change.html", "covers", **context)
    typed = _Typed.read(request, principal, found, reason)
    context |= {"reason": str(reason), "reason_word": reason_word(reason, spoken), "form": _form(found, reason, typed)}
    if principal.role in SEES_SHEET and context["form"]["takes_terms"]:
        context["form"]["questions"] = sheet_form.questions(
            found.product, _sheet_of(context["form"]["terms"]), request.POST, spoken
        )
    if request.method == "GET":
        return page(request, "covers/change.html", "covers", **context)
    if typed.troubles or typed.asked is None:
        return page(request, "covers/change.html", "covers", 422, **context, troubles=typed.troubles)
    try:
        _check_terms(found, typed.asked)
        digest = canonical.sha256(canonical.dump([found.cover.version, typed.asked.words()]))
        context["digest"] = digest
        if "write" in request.POST and text(request, "looked", 64) == digest:
            made = covers.change(principal, cover_id, typed.asked)
            done = "proposed" if isinstance(made, ChangeProposal) else "changed"
            return HttpResponseRedirect(f"/covers/{cover_id}?done={done}")
        context["preview"] = _preview(principal, found, typed.asked)
        context["again"] = "write" in request.POST
    except _Refusal as refusal:
        context["refused"] = refusal.reasons
    except desk.Unacceptable as refusal:
        context["refused"] = [said(refusal)]
    return page(request, "covers/change.html", "covers", 422 if "refused" in context else 200, **context)


class _Refusal(Exception):
    """Why the terms after a change cannot be had, in the product's own sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons


def _reasons(principal: Principal, product: Product) -> list[dict[str, Any]]:
    """The reasons that this role may give, by the product's table, and those that always need a second person."""
    life, spoken = acceptable.life_of(product), language()
    return [
        {"code": str(one), "word": reason_word(one, spoken), "hint": say(HINTS[one], spoken),
         "second": one in life.second_person}
        for one in ORDER if principal.role in life.roles.get(one, frozenset())
    ]  # fmt: skip


def _reason(principal: Principal, product: Product, typed: str) -> Reason | None:
    allowed = {one["code"] for one in _reasons(principal, product)}
    return Reason(typed) if typed in allowed else None


# --- what was typed -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Typed:
    """A change as typed; `asked` is None where something cannot be understood."""

    words: Mapping[str, str]
    riders: tuple[str, ...]
    asked: Change | None
    troubles: Mapping[str, str]

    @classmethod
    def read(cls, request: HttpRequest, principal: Principal, found: AsOf, reason: Reason) -> _Typed:
        names = ("day", *_PARTICULARS, "industry", "annual_sales", "it_sales", "plan", "set", "limit-liability",
                 "limit-expense", "limit-business_income", "undoes", "note", "by_fraud")  # fmt: skip
        words = {name: text(request, name, 400) for name in names}
        riders = tuple(one[:40] for one in request.POST.getlist("rider")[:20])
        if request.method == "GET":
            return cls(words, riders, None, {})
        troubles: dict[str, str] = {}
        asked_day = _day(found, reason, words["day"])
        if asked_day is None:
            troubles["day"] = "Choose a day." if language() == "en" else "日付を選んでください。"
        undoes = _number(words["undoes"])
        if reason is Reason.undo and undoes is None:
            troubles["undoes"] = "Choose one." if language() == "en" else "取り消す異動を選んでください。"
        terms = _terms_then(found, reason, asked_day) if asked_day is not None else None
        changes = _changes(found.product, terms, words, riders, troubles) if reason in CHANGES and terms else {}
        if terms is not None and reason in CHANGES and principal.role in SEES_SHEET:
            answered = sheet_form.changed(found.product, _sheet_of(terms), request.POST)
            changes |= {"sheet": answered} if answered is not None else {}
        particulars = _particulars(found, words) if reason is Reason.endorsement else None
        if troubles or asked_day is None:
            return cls(words, riders, None, troubles)
        wanted = Change(
            reason, asked_day, changes, particulars, undoes,
            words["by_fraud"] == "yes", words["note"],
        )  # fmt: skip
        return cls(words, riders, wanted, troubles)


def _sheet_of(terms: QuotationRequest) -> dict[str, Any] | None:
    """The sheet of terms in the request's words."""
    return understood(terms).get("sheet")


def _day(found: AsOf, reason: Reason, typed: str) -> date | None:
    if reason is Reason.undo:
        return japanese_day(clock.now())
    return day_of(typed) if takes_a_day(reason) else japanese_day(found.cover.inception)


def _terms_then(found: AsOf, reason: Reason, asked_day: date) -> QuotationRequest | None:
    """The terms that the change starts from."""
    moment = moment_of(asked_day, found.product.calendar.start_hour)
    if reason in FROM_INCEPTION:
        moment = found.core.inception
    return core.terms_at(found.core, max(moment, found.core.inception))


def _particulars(found: AsOf, words: Mapping[str, str]) -> Particulars | None:
    held = found.particulars
    typed = Particulars(*(words[name] for name in _PARTICULARS))
    same = replace(held, postal_code=held.postal_code.replace("-", ""))
    return None if replace(typed, postal_code=typed.postal_code.replace("-", "")) == same else typed


def _changes(
    product: Product, terms: QuotationRequest, words: Mapping[str, str], riders: tuple[str, ...],
    troubles: dict[str, str],
) -> dict[str, Any]:  # fmt: skip
    """What differs from the terms then, in the request's words."""
    wanted: dict[str, Any] = {"industry": words["industry"] or terms.industry, "plan": words["plan"] or terms.plan}
    wanted["annual_sales"] = _yen(words["annual_sales"], "annual_sales", terms.annual_sales, troubles)
    wanted["it_sales"] = _yen(words["it_sales"], "it_sales", terms.it_sales, troubles)
    number = _number(words["set"])
    wanted["set"] = terms.set if number is None else number
    chosen = product.sets.get(wanted["set"])
    bringer = product.rider_rating("business_income")
    kept = {one for one in riders if one in product.riders}
    wanted["limits"] = None
    if bringer is not None:
        kept.discard(bringer.code)
    if chosen is not None and chosen.free:
        picked = {coverage: words[f"limit-{coverage}"] for coverage in ("liability", "expense", "business_income")}
        limits = {name: yen for name, one in picked.items() if (yen := _number(one)) is not None}
        wanted["limits"] = limits
        if bringer is not None and limits.get("business_income"):
            kept.add(bringer.code)
    elif chosen is not None and bringer is not None and bringer.code in terms.riders:
        kept.add(bringer.code)
    wanted["riders"] = sorted(kept)
    before = understood(terms)
    held = {"riders": sorted(before.get("riders") or []), "limits": before.get("limits"),
            "it_sales": before.get("it_sales")}  # fmt: skip
    return {name: value for name, value in wanted.items() if value != held.get(name, before.get(name))}


def _number(typed: str) -> int | None:
    """A whole number as a field of choices sends it; None when it is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None


def _yen(typed: str, name: str, held: int | None, troubles: dict[str, str]) -> int | None:
    if not typed:
        return held
    read = yen_text.read(typed)
    if isinstance(read, Unreadable):
        troubles[name] = read.message_en if language() == "en" else read.message
        return held
    return read


def _check_terms(found: AsOf, wanted: Change) -> None:
    """The product's own sentences where its rules do not take the terms; the desk judges all of it again."""
    if wanted.particulars is not None:
        wanted.particulars.checked()
    terms = _terms_then(found, wanted.reason, wanted.day)
    if terms is None or not wanted.changes:
        return
    words = understood(terms) | dict(wanted.changes)
    read = cover_reading.read_words(
        found.product, {name: value for name, value in words.items() if value is not None}, found.core.inception
    )
    english = language() == "en"
    if not isinstance(read, Understood):
        raise _Refusal([error.message_en if english else error.message for error in read.errors])
    answer = quote(found.product, read.request, found.core.inception)
    declined = notes(found.product, [one for one in answer.findings if one.effect == "decline"], language())
    if declined:
        raise _Refusal([one.message for one in declined])


# --- the form -----------------------------------------------------------------------------------------------------


def _form(found: AsOf, reason: Reason, typed: _Typed) -> dict[str, Any]:
    """The fields of a reason, as typed or as the cover stands."""
    spoken, product = language(), found.product
    today = japanese_day(clock.now())
    posted = typed.asked is not None or bool(typed.troubles)
    default_day = max(first_of_month(today, 1), japanese_day(found.cover.inception))
    asked_day = day_of(typed.words["day"]) or (default_day if not posted else None)
    terms = _terms_then(found, reason, asked_day or today) or core.terms_at(
        found.core, max(found.core.inception, clock.now().astimezone(JST))
    )
    held = found.particulars
    form: dict[str, Any] = {
        "day": asked_day.isoformat() if asked_day else typed.words["day"],
        "takes_day": takes_a_day(reason), "takes_terms": reason in CHANGES and terms is not None,
        "terms": terms,
        "takes_name": reason is Reason.endorsement,
        "takes_fraud": reason in (Reason.avoidance, Reason.voidness), "takes_undo": reason is Reason.undo,
        "note": typed.words["note"], "by_fraud": typed.words["by_fraud"] == "yes",
        "inception": moment_words(found.cover.inception, spoken),
        "first": japanese_day(found.cover.inception).isoformat(),
        "last": (japanese_day(found.cover.expiry) - timedelta(days=1)).isoformat(),
        "names": {name: typed.words[name] if posted else getattr(held, name) for name in _PARTICULARS},
    }  # fmt: skip
    if form["takes_undo"]:
        form["undoable"] = [
            {"number": one.number, "word": reason_word(one.reason, spoken),
             "day": day(japanese_day(one.effective), spoken), "on": typed.words["undoes"] == str(one.number)}
            for one in core.in_effect(found.core) if is_end(one.reason)
        ]  # fmt: skip
    if terms is not None and form["takes_terms"]:
        form |= _terms_form(product, terms, typed, posted)
    return form


def _terms_form(product: Product, terms: QuotationRequest, typed: _Typed, posted: bool) -> dict[str, Any]:
    spoken, words = language(), typed.words

    def now(name: str, held: str) -> str:
        return words[name] if posted and words[name] else held

    industry, plan, number = now("industry", terms.industry), now("plan", terms.plan), now("set", str(terms.set))
    riders = set(typed.riders) if posted else set(terms.riders)
    bringer = product.rider_rating("business_income")
    free = next((str(one.number) for one in product.sets.values() if one.free), "")
    held = understood(terms).get("limits") or {}
    return {
        "industries": [{"code": code, "name": say(one.name, spoken), "on": code == industry}
                       for code, one in product.industries.items()],
        "plans": [{"code": code, "name": say(one.name, spoken), "on": code == plan}
                  for code, one in product.plans.items()],
        "sets": [{"code": str(one.number), "name": say(one.name, spoken), "on": str(one.number) == number}
                 for one in product.sets.values()],
        "free": free,
        "riders": [{"code": code, "name": say(one.name, spoken), "on": code in riders}
                   for code, one in product.riders.items() if bringer is None or code != bringer.code],
        "menus": [
            {"coverage": coverage, "name": coverage_word(coverage, spoken),
             "rows": [{"at": str(row.at), "word": limit(row.at, spoken),
                       "on": str(row.at) == now(f"limit-{coverage}", str(held.get(coverage) or ""))}
                      for row in product.menus[coverage]],
             "optional": coverage == "business_income"}
            for coverage in ("liability", "expense", "business_income") if product.menus.get(coverage)
        ],
        "annual_sales": words["annual_sales"] if posted else "",
        "annual_sales_held": amount(terms.annual_sales, spoken),
        "it_sales": words["it_sales"] if posted else "",
        "it_sales_held": amount(terms.it_sales, spoken) if terms.it_sales else "",
    }  # fmt: skip


# --- before and after ---------------------------------------------------------------------------------------------


def _preview(principal: Principal, found: AsOf, wanted: Change) -> dict[str, Any]:
    """What the change would do; nothing is written."""
    spoken, product = language(), found.product
    seen = covers.preview(principal, found.cover.id, wanted)
    before = _terms_before(found, wanted)
    after = _read(found, seen.terms) if seen.terms is not None else None
    part_year = cover_reading.part_year_of(product)
    answer = quote(product, after, found.core.inception) if after is not None else None
    was = quote(product, before, found.core.inception).premium if before is not None else None
    renamed = []
    if wanted.particulars is not None:
        held = found.particulars
        renamed = [
            (getattr(held, name), getattr(wanted.particulars, name)) for name in _PARTICULARS
            if getattr(held, name).replace("-", "") != getattr(wanted.particulars, name).replace("-", "")
        ]  # fmt: skip
    return {
        "rows": compared(terms_or_nothing(product, before, spoken), terms_or_nothing(product, after, spoken)),
        "renamed": renamed,
        "annual_before": figure(was) if was is not None else "",
        "annual_after": figure(answer.premium) if answer is not None and answer.premium is not None else "",
        "annual_moved": difference(answer.premium - was)
        if answer is not None and answer.premium is not None and was is not None else "",
        "charge": difference(seen.charge),
        "returned": seen.charge < 0,
        "nothing": seen.charge == 0,
        "written_before": figure(seen.written_before),
        "written": written_shown(seen.written, part_year.minimum, spoken),
        "moved": cover_moved(product, before, after, spoken),
        "ends_at": moment_words(seen.ends_at, spoken),
        "ends": is_end(wanted.reason),
        "documents": document_words(seen.documents, spoken),
        "second": seen.needs_second_person,
        "why_second": second_person_reason(
            wanted.reason, _effective(found, wanted), clock.now(), spoken, referred=seen.referred
        )
        if seen.needs_second_person else "",
        "worksheet": worksheet(product, answer.worksheet, spoken) if answer is not None else None,
        "notices": notes(product, [one for one in answer.findings if _speaks(one)], spoken)
        if answer is not None else (),
        "effective": moment_words(_effective(found, wanted), spoken),
    }  # fmt: skip


def _speaks(finding: Finding) -> bool:
    """Whether a finding is about terms that change: when a new application could start is not."""
    return finding.effect != "decline" and not finding.code.startswith("inception_")


def _effective(found: AsOf, wanted: Change) -> Any:
    if wanted.reason is Reason.undo:
        return next(one.effective for one in found.core.transactions if one.number == wanted.undoes)
    if wanted.reason in FROM_INCEPTION:
        return found.core.inception
    return moment_of(wanted.day, found.product.calendar.start_hour)


def _terms_before(found: AsOf, wanted: Change) -> QuotationRequest | None:
    return core.terms_at(found.core, max(_effective(found, wanted), found.core.inception))


def _read(found: AsOf, words: Mapping[str, Any]) -> QuotationRequest:
    read = cover_reading.read_words(found.product, words, found.core.inception)
    assert isinstance(read, Understood), "the desk has weighed these terms"
    return read.request


# --- proposals ----------------------------------------------------------------------------------------------------


@requires(GET="cover.approve")
@never_cache
def proposals(request: HttpRequest) -> HttpResponse:
    """Changes that wait for a second person, oldest first, each with what it would do now."""
    principal, spoken = principal_of(request), language()
    rows = covers.proposals(principal)
    who = overview.actors({row.proposed_by for row in rows})
    return page(
        request, "covers/proposals.html", "proposals", now=stamp(clock.now()),
        rows=[
            _proposal(row, who[row.proposed_by], spoken) | {"own": row.proposed_by == principal.name} for row in rows
        ],
    )  # fmt: skip


def _proposal(row: ChangeProposal, actor: overview.Actor, spoken: Any) -> dict[str, Any]:
    wanted = Change.of(canonical.load(row.change_bytes))
    return {
        "id": row.id,
        "cover": row.cover_id,
        "number": row.cover.number,
        "name": row.cover.member.legal_name,
        "reason": reason_word(wanted.reason, spoken),
        "day": day(wanted.day, spoken),
        "names": changed_names(wanted.changes, spoken),
        "renamed": wanted.particulars is not None,
        "note": wanted.note,
        "at": stamp(row.proposed_at),
        "age": age(row.proposed_at, clock.now(), spoken),
        "by": actor_word(actor.kind, actor.role, actor.organisation, spoken) if actor.role
        else ("another office" if spoken == "en" else "ほかの事務所"),
    }  # fmt: skip


@requires(GET="cover.approve", POST="cover.approve")
@once
@never_cache
@missing_is_404
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal with before and after; agreed to, or turned down with a reason."""
    principal, spoken = principal_of(request), language()
    row = next((one for one in covers.proposals(principal) if one.id == proposal_id), None)
    if row is None:
        raise desk.NotFound
    trouble = ""
    if request.method == "POST":
        if not access_session.is_recent(request, access_session.BINDING_SECONDS):
            return access_session.ask_for_factor(request)
        try:
            return _decide(request, principal, row)
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    wanted = Change.of(canonical.load(row.change_bytes))
    found = covers.as_of(principal, row.cover_id)
    who = overview.actors({row.proposed_by})
    context: dict[str, Any] = {
        "row": _proposal(row, who[row.proposed_by], spoken), "own": row.proposed_by == principal.name,
        "trouble": trouble, "why": text(request, "why", 400), "now": stamp(clock.now()),
        "mark": life_mark(found.product, spoken),
    }  # fmt: skip
    try:
        context["preview"] = _preview(principal, found, wanted)
    except desk.Unacceptable as refusal:
        context["refused"] = [said(refusal)]
    return page(request, "covers/proposal.html", "proposals", 422 if trouble else 200, **context)


def _decide(request: HttpRequest, principal: Principal, row: ChangeProposal) -> HttpResponse:
    agreed = "agree" in request.POST
    why = text(request, "why", 400)
    if not agreed and not why:
        raise refuse("reason_unusable")
    covers.agree(principal, row.id, agreed=agreed, reason=why)
    return HttpResponseRedirect(f"/covers/{row.cover_id}?done=changed" if agreed else "/proposals")
