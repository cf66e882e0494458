"""The member's own page: my cover now, my papers, what I must tell, and next year's offer when there is one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae import cover as core
from sonae.application import Step
from sonae.office import clock, cover_papers, covers, overview
from sonae.office.access import Principal, requires
from sonae.office.covers import AsOf
from sonae.office.models import Cover
from sonae.product import Product
from sonae.selection import select
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, paper, principal_of
from sonae.web.pages_covers import offer_of, shown
from sonae.web.pages_renewals import offer_shown
from sonae.web.presentation import say
from sonae.web.presentation_cover import cover_notes, cover_shown
from sonae.web.presentation_life import standing
from sonae.web.presentation_office import record_day, stamp, start_words, step_word

_DUTIES = ("notification", "incident")
"""The sections of the important matters that say what a member must tell."""


@requires(GET="cover.read")
@never_cache
@missing_is_404
def home(request: HttpRequest) -> HttpResponse:
    """My cover: the one in force, else the one that comes, else the last."""
    principal, spoken, now = principal_of(request), language(), clock.now()
    mine = principal.organisation_id
    rows = covers.listed(principal, member=mine)
    begun = _applications(principal)
    if not rows:
        return page(request, "member/empty.html", "member", now=stamp(now), applications=begun)
    row = _present(rows)
    found = covers.as_of(principal, row.id)
    context = shown(found)
    moment = max(now, row.inception)
    terms = core.terms_at(found.core, moment)
    if terms is not None:
        selection = select(found.product, terms)
        limits = {"liability": selection.liability, "expense": selection.expense,
                  "business_income": selection.business_income}  # fmt: skip
        cover = cover_shown(found.product, terms.plan, terms.set, selection.riders, limits, spoken)
        context |= {"left_out": cover.left_out, "cover_notes": cover_notes(found.product, limits, spoken)}
    offer = offer_of(principal, row)
    others = [
        {"id": one.id, "number": one.number,
         "standing": standing(one.inception, one.expiry, one.ends_at, now, spoken)}
        for one in rows if one.id != row.id
    ]  # fmt: skip
    context["papers"] += _own_papers(found)
    return page(
        request, "member/home.html", "member", **context, duties=duties(found.product, spoken), others=others,
        offer=offer_shown(principal, offer) if offer is not None and offer.premium is not None else None,
        applications=begun,
    )  # fmt: skip


def _present(rows: list[Cover]) -> Cover:
    now = clock.now()
    in_force = [row for row in rows if row.inception <= now < row.ends_at]
    coming = sorted((row for row in rows if row.inception > now and row.ends_at > row.inception),
                    key=lambda row: row.inception)  # fmt: skip
    return (in_force or coming or sorted(rows, key=lambda row: row.ends_at, reverse=True))[0]


def _applications(principal: Principal) -> list[dict[str, Any]]:
    """Applications of mine that are not bound yet, each with its next step."""
    spoken, found = language(), []
    for one in overview.pipeline(principal, limit=20):
        following = one.standing.next
        if one.cover is None and following is not None and Step.binding not in one.standing.held:
            application = one.standing.application
            found.append({"id": application.id, "renews": application.renews_id is not None,
                          "start": start_words(one.standing.product, application.inception, spoken),
                          "step": step_word(following, spoken)})  # fmt: skip
    return found


def _own_papers(found: AsOf) -> list[dict[str, Any]]:
    """The papers of the application behind a cover: given before it, and the copy of what was signed."""
    application_id, spoken = found.cover.application_id, language()
    issued = record_day(found.transactions[0].recorded, spoken)
    return [
        {"kind": "copy", "issued": issued, "address": f"/member/papers/{application_id}/application.pdf"},
        {"kind": "matters", "issued": issued, "address": f"/member/papers/{application_id}/important-matters.pdf"},
    ]


def duties(product: Product, spoken: Any) -> list[dict[str, str]]:
    """What a member must tell and when, in the words of the product's own papers."""
    if product.papers is None:
        return []
    found = []
    for code in _DUTIES:
        for section in product.papers.warning_information:
            if section.code == code:
                for place, text in enumerate(section.paragraphs):
                    title = say(section.title, spoken) if place == 0 else ""
                    found.append({"title": title, "text": say(text, spoken)})
    return _grouped(found)


def _grouped(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Paragraphs of one section under its title."""
    grouped: list[dict[str, str]] = []
    for one in found:
        if one["title"] or not grouped:
            grouped.append(dict(one))
        else:
            grouped[-1]["text"] += one["text"]
    return grouped


# --- papers of the application ------------------------------------------------------------------------------------


@requires(GET="application.answer")
@missing_is_404
def copy_of_application(request: HttpRequest, application_id: Any) -> HttpResponse:
    """申込書控え, for the applicant alone."""
    return paper(request, "application", lambda: cover_papers.copy_of_application(
        principal_of(request), application_id))  # fmt: skip


@requires(GET="application.answer")
@missing_is_404
def important_matters(request: HttpRequest, application_id: Any) -> HttpResponse:
    """契約概要・注意喚起情報 of the version that was given."""
    return paper(request, "important-matters", lambda: cover_papers.important_matters(
        principal_of(request), application_id, language()))  # fmt: skip
