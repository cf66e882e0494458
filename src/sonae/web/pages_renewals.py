"""Renewal: how far the run is, whom to ask, and one member's offer: what changed, why the price moved, the answer.

The form is pre-printed: who has nothing to change answers without typing. What is typed is priced at once and nothing
is written before the answer is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.cache import never_cache

from sonae import cover as core
from sonae import yen_text
from sonae.change import explain_change
from sonae.doors.request import Understood
from sonae.office import (
    catalogue,
    clock,
    cover_papers,
    cover_reading,
    covers,
    desk,
    overview,
    released,
    renewals,
)
from sonae.office.access import Principal, requires
from sonae.office.models import RenewalOffer
from sonae.office.renewals import Chased
from sonae.period import japanese_day
from sonae.product import Product
from sonae.quotation import quote, security_discount
from sonae.risk import QuotationRequest
from sonae.web import csv_export, sheet_form
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import asked, missing_is_404, page, paper, principal_of, said, text
from sonae.web.presentation import amount, day, figure, notes
from sonae.web.presentation_life import in_days, last_minute, waterfall
from sonae.web.presentation_office import content_name, stamp, start_words, terms_shown
from sonae.web.sheet_form import SEES_SHEET
from sonae.yen_text import Unreadable

ANSWERS = frozenset({"member", "solicitor", "agency_manager"})
"""Who takes up an offer: the member, or the agency that prepares it for them."""


# --- how far the run is -------------------------------------------------------------------------------------------


def year_of(request: HttpRequest) -> int:
    """The group year asked for; the coming one unless said."""
    typed = asked(request, "year", 4) or text(request, "year", 4)
    if typed.isascii() and typed.isdigit() and 2000 <= int(typed) <= 2999:
        return int(typed)
    return coming()


def coming() -> int:
    """The group year after the present one."""
    today = japanese_day(clock.now())
    this = renewals.turn_of(today.year)
    return today.year + 1 if today >= this else today.year


@requires(GET="renewal.read")
@never_cache
def overview_page(request: HttpRequest) -> HttpResponse:
    """Progress of the run, and the members who have not answered, by agency and cooperative."""
    principal, spoken = principal_of(request), language()
    if principal.role == "member":
        return HttpResponseRedirect("/member")
    year = year_of(request)
    rows = renewals.chasing(principal, year, limit=1000)
    return page(
        request, "renewals/overview.html", "renewals", year=year, progress=_progress(principal, year),
        turn=start_words(catalogue.default(), renewals.turn_of(year), spoken), groups=_groups(rows),
        waiting=len(rows), may_run=principal.may("renewal.run"), queued="queued" in request.GET,
        until=day(renewals.turn_of(year) - timedelta(days=1), spoken),
        left=in_days(renewals.turn_of(year) - timedelta(days=1), japanese_day(clock.now()), spoken),
        now=stamp(clock.now()),
    )  # fmt: skip


@requires(GET="renewal.read")
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """The progress alone, for the page that waits for the run."""
    year = year_of(request)
    return page(request, "renewals/_progress.html", "renewals", progress=_progress(principal_of(request), year),
                year=year, queued=True)  # fmt: skip


@requires(POST="renewal.run")
@once
def run(request: HttpRequest) -> HttpResponse:
    """Queues the run; asked again it goes on where it was."""
    year = year_of(request)
    try:
        renewals.queue_run(principal_of(request), year)
    except desk.Unacceptable as refusal:
        back = f"/renewals?year={year}"
        return page(request, "renewals/refused.html", "renewals", 422, reason=said(refusal), back=back)
    return HttpResponseRedirect(f"/renewals?year={year}&queued=1")


def _progress(principal: Principal, year: int) -> dict[str, Any]:
    found = renewals.progress(principal, year)
    return {
        "due": found.due, "offered": found.offered, "signed": found.signed, "renewed": found.renewed,
        "ended": found.due > 0 and found.offered >= found.due,
    }  # fmt: skip


def _groups(rows: list[Chased]) -> list[dict[str, Any]]:
    """By agency and cooperative, as the list is chased."""
    names = overview.names_of([one.agency_id for one in rows] + [one.cooperative_id for one in rows])
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in rows:
        agency = names.get(one.agency_id, "") if one.agency_id else ""
        groups.setdefault((agency, names.get(one.cooperative_id, "")), []).append(
            {
                "offer": one.offer.id,
                "cover": one.offer.cover_id,
                "name": one.offer.member.legal_name,
                "number": one.offer.cover.number,
                "premium": figure(one.offer.premium) if one.offer.premium is not None else "",
                "confirmed": one.offer.membership_confirmed,
                "begun": one.begun,
            }
        )
    return [
        {"agency": agency, "cooperative": cooperative, "rows": found, "count": len(found)}
        for (agency, cooperative), found in sorted(groups.items())
    ]


@requires(GET="renewal.read")
def chasing_file(request: HttpRequest) -> HttpResponse:
    """The chasing list as a file."""
    year = year_of(request)
    groups = _groups(renewals.chasing(principal_of(request), year, limit=1000))
    rows: list[list[str | int]] = [
        ["代理店", "組合", "加入者番号", "会員", "更新後の年間保険料", "会員の確認", "手続き"]
    ]
    rows += [
        [group["agency"], group["cooperative"], one["number"], one["name"],
         int(one["premium"].replace(",", "")) if one["premium"] else "", "済" if one["confirmed"] else "未",
         "途中" if one["begun"] else "未着手"]
        for group in groups for one in group["rows"]
    ]  # fmt: skip
    return csv_export.answer(f"chasing-{year}", rows)


# --- one offer ----------------------------------------------------------------------------------------------------


@requires(GET="renewal.read", POST="renewal.read")
@once
@never_cache
@missing_is_404
def offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """One member's offer, priced with what was typed; `begin` takes it up, anything else only looks."""
    principal = principal_of(request)
    found = renewals.one(principal, offer_id)
    changes, troubles = _typed(principal, found, request.POST) if request.method == "POST" else ({}, {})
    begun = None
    if request.method == "POST" and "begin" in request.POST and not troubles and principal.role in ANSWERS:
        try:
            made = renewals.begin(principal, offer_id, changes)
            place = "/member/applications" if principal.role == "member" else "/applications"
            return HttpResponseRedirect(f"{place}/{made.id}")
        except desk.Unacceptable as refusal:
            begun = said(refusal)
    shown = offer_shown(principal, found, changes)
    return page(
        request, "renewals/offer.html", "member" if principal.role == "member" else "renewals",
        422 if troubles or begun or shown["problems"] else 200, offer=shown, troubles=troubles, refused=begun,
        may_answer=principal.role in ANSWERS, form=_form(principal, found, request.POST), name=found.member.legal_name,
        now=stamp(clock.now()), looked=request.method == "POST",
    )  # fmt: skip


@requires(GET="renewal.read")
@missing_is_404
def offer_paper(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """更新のご案内 as PDF."""
    return paper(request, "renewal", lambda: cover_papers.renewal(principal_of(request), offer_id))


def offer_shown(principal: Principal, found: RenewalOffer, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An offer with these changes: price, why it moved, what is refused. Nothing is written."""
    spoken, moment = language(), clock.now()
    product = released.product(found.product_id)
    held = covers.as_of(principal, found.cover_id)
    before = core.terms_at(held.core, last_minute(held.core))
    words = renewals.as_it_stands(principal, found) | dict(changes or {})
    read = cover_reading.read_words(
        product, {name: value for name, value in words.items() if value is not None}, moment
    )
    turn = renewals.turn_of(found.group_year)
    shown: dict[str, Any] = {
        "id": found.id, "row": held.cover, "number": held.cover.number, "premium": "", "waterfall": None,
        "turn": start_words(product, turn, spoken), "answer_by": day(turn - timedelta(days=1), spoken),
        "left": in_days(turn - timedelta(days=1), japanese_day(moment), spoken),
        "confirmed": found.membership_confirmed, "problems": [], "declines": (), "referred": False,
        "terms": (), "approved": product.approval_no is not None,
    }  # fmt: skip
    if not isinstance(read, Understood):
        english = spoken == "en"
        shown["problems"] = [error.message_en if english else error.message for error in read.errors]
        return shown
    answer = quote(product, read.request, moment)
    shown["declines"] = notes(product, [one for one in answer.findings if one.effect == "decline"], spoken)
    shown["referred"] = any(one.effect == "refer" for one in answer.findings)
    shown["notices"] = notes(product, [one for one in answer.findings if one.effect != "decline"], spoken)
    shown["terms"] = terms_shown(product, read.request, spoken)
    if answer.premium is not None and before is not None:
        change = explain_change(held.product, before, product, read.request)
        shown["premium"] = figure(answer.premium)
        shown["waterfall"] = waterfall(change, _hint(held.product, before), _hint(product, read.request), spoken)
    return shown


def _hint(product: Product, terms: QuotationRequest) -> str:
    spoken = language()
    discount = security_discount(product, terms)
    word = f"discount {discount}%" if spoken == "en" else f"割引{discount}%"
    sales = amount(terms.annual_sales, spoken)
    parts = [content_name(product, terms, spoken), sales, word]
    return (", " if spoken == "en" else "、").join(parts)


# --- the pre-printed form -----------------------------------------------------------------------------------------


def _form(principal: Principal, found: RenewalOffer, typed: QueryDict) -> dict[str, Any]:
    """What can be filled in: sales, and for those who see it the sheet with last year's answers."""
    spoken = language()
    product = released.product(found.product_id)
    words = renewals.as_it_stands(principal, found)
    held = words.get("sheet") if principal.role in SEES_SHEET else None
    return {
        "sales_before": amount(words["annual_sales"], spoken),
        "sales": typed.get("sales", "")[:60],
        "it_sales_before": amount(words["it_sales"], spoken) if words.get("it_sales") else "",
        "it_sales": typed.get("it_sales", "")[:60],
        "questions": sheet_form.questions(product, held, typed, spoken),
    }


def _typed(principal: Principal, found: RenewalOffer, typed: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed as changes in the request's words, and what cannot be understood."""
    words = renewals.as_it_stands(principal, found)
    changes: dict[str, Any] = {}
    troubles: dict[str, str] = {}
    for field, name in (("sales", "annual_sales"), ("it_sales", "it_sales")):
        entered = typed.get(field, "")[:60].strip()
        if not entered:
            continue
        read = yen_text.read(entered)
        if isinstance(read, Unreadable):
            troubles[field] = read.message_en if language() == "en" else read.message
        elif read != words.get(name):
            changes[name] = read
    if principal.role in SEES_SHEET:
        answered = sheet_form.changed(released.product(found.product_id), words.get("sheet"), typed)
        if answered is not None:
            changes["sheet"] = answered
    return changes, troubles
