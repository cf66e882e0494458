"""What would have been, had the truth been told: for the insurer, on the way to a decision. Nothing is written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae.doors.problem import Problem
from sonae.office import claim_misstatement, claim_reading, clock, desk
from sonae.office.access import requires
from sonae.period import JST, japanese_day
from sonae.risk import understood
from sonae.web import sheet_form
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, principal_of, said
from sonae.web.presentation import figure, say
from sonae.web.presentation_misstatement import form_shown, misstatement_shown, words_of_form
from sonae.web.presentation_office import stamp


@requires(GET="claim.decide", POST="claim.decide")
@never_cache
@missing_is_404
def misstatement(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Type what was really so, and look at what follows."""
    principal, spoken, now = principal_of(request), language(), clock.now()
    claim = claim_reading.cockpit(principal, claim_id).claim
    head = {"id": claim_id, "number": claim.number, "name": claim.member.legal_name, "now": stamp(now)}
    try:
        bound = claim_misstatement.bound(principal, claim_id)
    except desk.Unacceptable as refusal:
        return page(request, "claims/misstatement.html", "claims", 422, trouble=[said(refusal)], **head)
    words, trouble, shown, typed = understood(bound.request), [], None, request.POST
    if request.method == "POST":
        sheet = sheet_form.changed(bound.product, words.get("sheet"), typed)
        truth = words_of_form(words, bound.answers, typed, sheet)
        found = claim_misstatement.replay(principal, claim_id, truth)
        if isinstance(found, Problem):
            trouble = [(one.message_en if spoken == "en" else one.message) for one in found.errors]
        else:
            shown = misstatement_shown(bound.product, found, japanese_day(now.astimezone(JST)), spoken)
    kept: dict[str, Any] = {name: typed.get(name, "") for name in (
        "annual_sales", "it_sales", "industry", "fault", "caused", "knew", "insurer_knew_before", "mediator_hindered",
        "mediator_immaterial")}  # fmt: skip
    return page(
        request, "claims/misstatement.html", "claims", 422 if trouble else 200, trouble=trouble, found=shown,
        typed=kept, certificate=bound.cover.number, concluded=bound.cover.concluded_on,
        sales=figure(bound.request.annual_sales),
        it_sales=figure(bound.request.it_sales) if bound.request.it_sales is not None else "",
        industry=bound.request.industry,
        industries=[(code, say(one.name, spoken)) for code, one in bound.product.industries.items()],
        sheet=sheet_form.questions(bound.product, words.get("sheet"), typed, spoken),
        form=form_shown(bound.product, bound.answers, typed, spoken), **head,
    )  # fmt: skip
