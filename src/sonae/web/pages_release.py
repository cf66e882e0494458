"""The release of a product year that a run has weighed: asked for by one person, agreed to by the insurer's second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import access_session, book_impacts, overview, releasing
from sonae.office.access import requires
from sonae.office.desk import Unacceptable
from sonae.office.releasing import Standing
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, principal_of, said
from sonae.web.presentation import say
from sonae.web.presentation_office import actor_word


@requires(GET="product.release", POST="product.release")
@once
@never_cache
@missing_is_404
def release(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Where the release stands: what it follows, what is missing, who asked; asked for here."""
    return _page(request, run_id, releasing.ask)


@requires(POST="product.agree")
@once
@never_cache
@missing_is_404
def agree(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Agreed to by a second person: the product year is kept for ever."""
    return _page(request, run_id, releasing.agree)


def _page(request: HttpRequest, run_id: UUID, act: Callable[..., Standing]) -> HttpResponse:
    principal, spoken = principal_of(request), language()
    words: dict[str, Any] = {"run_id": run_id}
    try:
        run, product, files = book_impacts.weighed(run_id)
        words |= {"title": say(product.year, spoken), "id": product.id, "hash": product.hash[:12]}
        found = releasing.standing(principal, product)
    except Unacceptable as refusal:
        return page(request, "book/release.html", "impact", 422, problem=said(refusal), **words)
    problem = ""
    if request.method == "POST":
        if not access_session.is_recent(request, access_session.BINDING_SECONDS):
            return access_session.ask_for_factor(request)
        try:
            act(principal, product, files)
            return HttpResponseRedirect(f"/book/impact/{run_id}/release")
        except Unacceptable as refusal:
            problem = said(refusal)
    actor = overview.actors({found.asked_by})[found.asked_by]
    words |= {
        "found": found, "problem": problem,
        "before": f"{run['impact']['before']:,}", "after": f"{run['impact']['after']:,}", "rows": f"{run['rows']:,}",
        "follows": found.predecessor and say(found.predecessor.year, spoken),
        "missing": [one.message_en if spoken == "en" else one.message for one in found.missing],
        "asked_by": found.asked_by and actor_word(actor.kind, actor.role, actor.organisation, spoken),
        "own": found.asked_by == principal.name, "may_agree": principal.may("product.agree"),
    }  # fmt: skip
    return page(request, "book/release.html", "impact", 422 if problem else 200, **words)
