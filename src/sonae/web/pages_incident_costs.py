"""What an incident would cost the company on the quotation page: a part of that page, and a page of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from sonae.office import access, catalogue, incident_costs
from sonae.office.access import PUBLIC, requires
from sonae.web import strangers
from sonae.web.pages import door, language, who
from sonae.web.pages_entry import read_form
from sonae.web.presentation import say
from sonae.web.presentation_incident_costs import costs_shown, known_discount, typed
from sonae.web.presentation_page import ask_page

KEPT = frozenset({"plan", "set", "discount", "rider", "it_sales"})
"""What else the quotation page asked for: it stays when the company is changed here."""


@vary_on_headers("HX-Request", "Accept-Language")
@requires(GET=PUBLIC)
def costs(request: HttpRequest) -> HttpResponse:
    """Each peril by itself, held against every set and plan. Nothing is stored."""
    product = catalogue.default()
    asking = ask_page(product, read_form(product, request.GET.getlist), door)
    requests = [one.request for one in asking.asked.values() if one.request is not None]
    words: dict[str, Any] = {
        "typed": typed(product, asking, language()),
        "asked": bool(requests),
        "troubles": asking.troubles,
    }
    status = 422 if asking.troubles else 200
    words["near"] = [
        {"label": say(one.name, language()), "query": urlencode({"industry": one.code, "sales": asking.entry.sales})}
        for one in asking.understood.candidates
    ]
    words["kept"] = [(name, value) for name in request.GET if name in KEPT or name.startswith("limit-")
                     for value in request.GET.getlist(name)[:8]]  # fmt: skip
    unread = asking.understood.sales_problem
    words["unread"] = "" if unread is None else (unread.message_en if language() == "en" else unread.message)
    if requests and not asking.troubles:
        if access.principal_of(request) is None and (wait := strangers.must_wait(request)):
            return _shown(request, words | {"wait": wait}, 429)
        found = incident_costs.costs(product, requests, discount=known_discount(asking))
        words["costs"] = costs_shown(product, asking, requests, found, language())
    return _shown(request, words, status)


def _shown(request: HttpRequest, words: dict[str, Any], status: int) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    template = "incident_costs/_costs.html" if fragment else "incident_costs/page.html"
    frame = {"here": "quotation", "who": who(request), "level": 3 if fragment else 2}
    answer = render(request, template, words | frame, status=status)
    if "wait" in words:
        answer.headers["Retry-After"] = str(words["wait"])
    return answer
