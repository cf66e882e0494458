"""Stored quotations: saved, listed, shown, shared by link, and printed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sonae.doors import request as request_door
from sonae.doors.problem import Problem
from sonae.office import catalogue, clock, desk, released
from sonae.office.access import PUBLIC, Principal, requires
from sonae.office.documents.glyphs import MissingGlyph
from sonae.office.documents.quotation import quotation_paper
from sonae.office.models import Quotation
from sonae.period import JST
from sonae.product import Product
from sonae.quotation import Finding, ProductRef, StoredAnswer
from sonae.risk import QuotationRequest
from sonae.web.form_keys import once
from sonae.web.pages import addressee_of, door, language, raw, shown, who, words_of
from sonae.web.pages_entry import read_form
from sonae.web.presentation import Language, amount, figure, say
from sonae.web.presentation_page import ask_page
from sonae.web.presentation_prices import Trouble
from sonae.web.presentation_saved import saved_shown
from sonae.worksheet import Line

PAGE = 50


def _principal(request: HttpRequest) -> Principal:
    """Who asks; the permission of the route has made sure that there is someone."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal


@requires(POST="quotation.store")
@once
def save(request: HttpRequest) -> HttpResponse:
    """Stores the chosen cell's quotation for the named company, once however often the button is pressed."""
    product = catalogue.default()
    entry = read_form(product, request.POST.getlist)
    addressee = addressee_of(request.POST)
    words = words_of(entry)
    named = {name: text for name, text in addressee.items() if text}
    if named:
        words["for"] = named
    once = request.POST.get("once", "")
    key = f"page-{once}" if once.isascii() and once.isprintable() and 0 < len(once) <= 64 else None
    try:
        stored = desk.store_quotation(_principal(request), raw(words), key)
    except (desk.OtherBody, desk.StillRunning):
        stored = desk.store_quotation(_principal(request), raw(words))
    if isinstance(stored, Problem):
        english = language() == "en"
        wrong = tuple(
            Trouble(error.pointer, error.message_en if english else error.message)
            for error in stored.errors
            if error.pointer.startswith("/for")
        )
        return shown(request, ask_page(product, entry, door), addressee, wrong)
    return HttpResponseRedirect(f"/quotation/{stored.id}?saved=1")


@requires(GET="quotation.read")
def saved(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """A stored quotation as it was answered."""
    return _show(
        request, _own(request, quotation_id), mine=True, just_saved="saved" in request.GET, ended="ended" in request.GET
    )


@requires(POST="quotation.share")
def share(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """A new link for the customer; it is shown once."""
    try:
        made = desk.share(_principal(request), quotation_id)
    except desk.NotFound:
        raise Http404 from None
    link = request.build_absolute_uri(f"/q/{made.token}")
    return _show(request, _own(request, quotation_id), mine=True, link=link)


@requires(POST="quotation.share")
@once
def end_links(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """The links that were given open nothing from now on."""
    try:
        desk.revoke_shares(_principal(request), quotation_id)
    except desk.NotFound:
        raise Http404 from None
    return HttpResponseRedirect(f"/quotation/{quotation_id}?ended=1")


@requires(GET=PUBLIC)
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The quotation behind a link, for whoever holds it."""
    try:
        row = desk.shared(token)
    except desk.NotFound:
        raise Http404 from None
    answer = _show(request, row, mine=False)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@requires(GET="quotation.read")
def paper(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """The quotation's paper as PDF."""
    row = _own(request, quotation_id)
    product, asked, answer = _restored(row)
    try:
        made = quotation_paper(
            product,
            asked,
            answer,
            addressee_name=row.for_name,
            corporate_number=row.for_corporate_number or None,
            agency_name=row.agency.name,
            solicitor_name=desk.name_of(row.created_by),
            solicitor_registration=row.created_by.registration_number or None,
            language=language(),
        )
    except MissingGlyph as missing:
        return render(
            request,
            "quotation/no_paper.html",
            {"characters": missing.characters, "id": row.id, "who": who(request), "here": "quotations"},
            status=422,
        )
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="quotation-{row.id}.pdf"'},
    )


@requires(GET="quotation.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The agency's quotations, newest first."""
    name = request.GET.get("name", "")[:200].replace("\x00", "")
    before = _cursor(request.GET.get("before", ""))
    rows = desk.list_quotations(_principal(request), before=before, limit=PAGE + 1, name=name)
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    product, spoken = catalogue.default(), language()
    return render(
        request,
        "quotation/list.html",
        {
            "rows": [_row(product, row, spoken) for row in rows[:PAGE]],
            "name": name,
            "next": f"{more.created_at.isoformat()}_{more.id}" if more else "",
            "who": who(request),
            "here": "quotations",
        },
    )


def _row(product: Product, row: Quotation, spoken: Language) -> dict[str, Any]:
    """One line of the list."""
    industry = product.industries.get(row.industry)
    plan, number = product.plans.get(row.plan), product.sets.get(row.set)
    return {
        "id": row.id,
        "name": row.for_name,
        "premium": "" if row.premium is None else figure(row.premium),
        "industry": say(industry.name, spoken) if industry else row.industry,
        "cell": f"{say(number.name, spoken) if number else row.set} {say(plan.name, spoken) if plan else row.plan}",
        "sales_text": amount(row.annual_sales, spoken),
        "created_at": row.created_at,
        "valid_until": row.valid_until,
        "expired": row.valid_until < clock.now().date(),
    }


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    moment, _, quotation_id = text.partition("_")
    try:
        found = datetime.fromisoformat(moment), UUID(quotation_id)
    except ValueError:
        return None
    return found if found[0].tzinfo is not None else None


def _own(request: HttpRequest, quotation_id: UUID) -> Quotation:
    try:
        return desk.quotation(_principal(request), quotation_id)
    except desk.NotFound:
        raise Http404 from None


def _show(
    request: HttpRequest, row: Quotation, *, mine: bool, just_saved: bool = False, link: str = "", ended: bool = False
) -> HttpResponse:
    product, asked, answer = _restored(row)
    shares = mine and _principal(request).may("quotation.share")
    until = desk.shared_until(_principal(request), row.id) if shares else None
    return render(
        request,
        "quotation/saved.html",
        {
            "page": saved_shown(product, asked, answer, language()),
            "row": row,
            "mine": mine,
            "just_saved": just_saved,
            "link": link,
            "links_until": until,
            "ended": ended and until is None,
            "expired": row.valid_until < clock.now().date(),
            "who": who(request) if mine else None,
            "here": "quotations" if mine else "",
        },
    )


def _restored(row: Quotation) -> tuple[Product, QuotationRequest, StoredAnswer]:
    """The stored answer as values again, with the product that gave it and the request as it was understood."""
    product = released.product(row.product_id)
    words = json.loads(bytes(row.answer_bytes))
    read = request_door.read_value(
        catalogue.Catalogue({product.id: product}, product.scheme),
        dict(words["request"]),
        row.created_at.astimezone(JST),
    )
    assert not isinstance(read, Problem), "a stored request reads under its own product"
    return product, read.request, _answer(words)


def _answer(words: dict[str, Any]) -> StoredAnswer:
    return StoredAnswer(
        premium=words["premium"],
        currency=words["currency"],
        indicative=True,
        product=ProductRef(**words["product"]),
        request=words["request"],
        worksheet=tuple(Line(**line | {"sources": tuple(line["sources"])}) for line in words["worksheet"]),
        findings=tuple(Finding(**finding) for finding in words["findings"]),
        id=words["id"],
        created_at=words["created_at"],
        valid_until=words["valid_until"],
    )
