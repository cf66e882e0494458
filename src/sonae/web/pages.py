"""The quotation page: open to everyone, priced through the same door as every other way in."""

from __future__ import annotations

import json
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.vary import vary_on_cookie, vary_on_headers

from sonae.doors import answer as answer_door
from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.doors.problem import Problem
from sonae.industry_search import search
from sonae.office import access, catalogue, clock, desk, incident_costs, starts
from sonae.office.access import PUBLIC, requires
from sonae.period import next_possible_start
from sonae.quotation import quote
from sonae.web.pages_entry import Entry, asked_set, body, read_form, riders_of, tidy, understand
from sonae.web.presentation import Language, say
from sonae.web.presentation_incident_costs import known_discount, link
from sonae.web.presentation_one_incident import one_incident
from sonae.web.presentation_page import Asking, ask_page, page_shown, shown_trouble
from sonae.web.presentation_prices import Asked, Trouble, wanted_cell

KEPT = "kept_entry"
"""The session's name for an entry that is carried over a log-in or a change of language."""

FOR_FIELDS = ("name", "corporate_number", "contact")


def language() -> Language:
    """The language of this request."""
    return "en" if (translation.get_language() or "").startswith("en") else "ja"


def door(words: dict[str, Any]) -> Asked:
    """What the door says to one request: never anything but an answer or the fields that are broken."""
    moment = clock.now()
    read = request_door.read(catalogue.shipped(), raw(words), moment)
    if isinstance(read, Problem):
        english = language() == "en"
        wrong = tuple(Trouble(error.pointer, error.message_en if english else error.message) for error in read.errors)
        return Asked(None, None, wrong)
    return Asked(quote(read.product, read.request, moment), read.request)


def raw(words: dict[str, Any]) -> bytes:
    """A request as the bytes that a door reads."""
    return json.dumps(words, ensure_ascii=False).encode("utf-8")


def who(request: HttpRequest) -> dict[str, str] | None:
    """Who is logged in, for the head of the page."""
    user = getattr(request, "user", None)
    if user is None or access.principal_of(request) is None:
        return None
    return {"office": user.organisation.name, "name": desk.name_of(user)}


def addressee_of(form: QueryDict) -> dict[str, str]:
    """For whom a quotation is saved, as typed."""
    return {name: tidy(form.get(f"for-{name}", "")) for name in FOR_FIELDS}


@vary_on_cookie
@vary_on_headers("HX-Request", "Accept-Language")
@requires(GET=PUBLIC, POST=PUBLIC)
def quotation(request: HttpRequest) -> HttpResponse:
    """The page itself. Without a script its button posts the form; with one, every change does."""
    form = _form(request)
    asking = ask_page(catalogue.default(), _with_true_start(read_form(catalogue.default(), form.getlist)), door)
    return shown(request, asking, addressee_of(form))


def _with_true_start(entry: Entry) -> Entry:
    """Without a start, the first that can be promised: on a month's last days that is one later than the door takes."""
    if entry.inception:
        return entry
    product, moment = catalogue.default(), clock.now()
    true = starts.next_start(product, moment)
    is_doors = true == next_possible_start(moment, product.calendar.lag_months)
    return entry if is_doors else replace(entry, inception=true.isoformat())


def shown(
    request: HttpRequest, asking: Asking, addressee: dict[str, str], for_troubles: tuple[Trouble, ...] = ()
) -> HttpResponse:
    """The page with what was asked; 422 when something typed is outside the product's vocabulary."""
    page = page_shown(asking, door, clock.now(), language())
    page["addressee"] = addressee
    page["incident_costs"] = link(asking)
    page["one_incident"] = _one_incident(asking)
    page["replay"] = "/would-it-have-paid" + _company(asking)
    page["once"] = token_urlsafe(16)
    page["for_problems"] = {one.pointer.removeprefix("/for/"): one.message for one in for_troubles}
    page["troubles"] += [shown_trouble(one, language()) for one in for_troubles]
    fragment = request.headers.get("HX-Request") == "true"
    status = 422 if asking.broken or for_troubles else 200
    answer = render(
        request,
        "quotation/form.html" if fragment else "quotation/page.html",
        {"page": page, "here": "quotation", "who": who(request)},
        status=status,
    )
    if fragment and status == 200:
        answer.headers["HX-Replace-Url"] = "/" + short_link(asking)
    return answer


def _company(asking: Asking) -> str:
    """The company of the page for the address of another; empty while it is not understood."""
    understood = asking.understood
    if understood.industry is None or understood.annual_sales is None:
        return ""
    return "?" + urlencode({"industry": understood.industry, "sales": understood.annual_sales})


def _one_incident(asking: Asking) -> dict[str, Any] | None:
    """The sentence under each column of prices; none where nothing has a price, or while it would have to wait."""
    requests = [one.request for one in asking.asked.values() if one.request is not None]
    priced = any(one.premium is not None for one in asking.asked.values())
    if not priced or asking.troubles or not incident_costs.is_warm():
        return None
    found = incident_costs.costs(
        asking.product, requests, discount=known_discount(asking), perils=(incident_costs.FIRST,)
    )
    return one_incident(asking.product, asking, requests, found, language())


def short_link(asking: Asking) -> str:
    """What a link to this page needs: the company's size and the cell; never the answers of the sheet."""
    understood, (number, plan) = asking.understood, asking.chosen
    if not understood.can_ask:
        return ""
    words = {"industry": understood.industry, "sales": understood.annual_sales, "set": number, "plan": plan}
    next_start = starts.next_start(asking.product, clock.now()).isoformat()
    other_start = "" if asking.entry.inception == next_start else asking.entry.inception
    optional = {"discount": asking.entry.discount, "inception": other_start}
    return "?" + urlencode(words | {name: text for name, text in optional.items() if text})


def _form(request: HttpRequest) -> QueryDict:
    """What was posted, or the query of a link, or the entry that was kept over a log-in."""
    if request.method == "POST":
        return request.POST
    if "kept" in request.GET and isinstance(kept := request.session.get(KEPT), str):
        return QueryDict(kept)
    return request.GET


@csrf_exempt
@requires(POST=PUBLIC)
def answer_bytes(request: HttpRequest) -> HttpResponse:
    """The same form, answered with the door's own bytes for the chosen cell."""
    product = catalogue.default()
    entry = read_form(product, request.POST.getlist)
    answer = desk.estimate(raw(words_of(entry)))
    if isinstance(answer, Problem):
        return HttpResponse(problem_door.encode(answer), status=answer.status, content_type=problem_door.MEDIA_TYPE)
    return HttpResponse(answer_door.encode(answer), content_type="application/json")


def words_of(entry: Entry) -> dict[str, Any]:
    """The request for the cell that was asked for, with plan and set as they were typed."""
    product = catalogue.default()
    number, plan = wanted_cell(product, entry)
    riders = riders_of(product, entry, plan, number)
    words = body(product, entry, understand(product, entry), plan, number, riders)
    return words | {"plan": entry.plan or plan, "set": asked_set(entry) if entry.set else number}


@requires(GET=PUBLIC)
def industries(request: HttpRequest) -> HttpResponse:
    """The industries that fit what is being typed, with the name by which each was found."""
    product, spoken = catalogue.default(), language()
    found = search(product, request.GET.get("q", ""))
    return JsonResponse(
        [
            {
                "code": one.code,
                "label": say(one.name, spoken),
                "by": one.found_by if one.found_by not in (one.name.ja, one.name.en) else "",
            }
            for one in found
        ],
        safe=False,
    )


@requires(POST=PUBLIC)
def keep(request: HttpRequest) -> HttpResponse:
    """Carries the entry over a log-in."""
    keep_entry(request)
    return HttpResponseRedirect("/login?" + urlencode({"next": "/?kept=1#save"}))


def keep_entry(request: HttpRequest) -> None:
    """Puts the form into the session, less whatever would be personal data there."""
    form = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "language", "next", "once", "for-contact"):
        form.pop(name, None)
    text = form.urlencode()
    if len(text) <= _LONGEST_KEPT:
        request.session[KEPT] = text


_LONGEST_KEPT = 16_384
