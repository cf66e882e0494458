"""The page "would it have paid": a shipped case, or one that is typed in, under every cover. Nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from sonae.cases import Case, KnownCase, Member
from sonae.office import access, catalogue
from sonae.office.access import PUBLIC, requires
from sonae.product import Product
from sonae.replay import Closing, Replay, closing, replay
from sonae.web import replay_form, strangers
from sonae.web.pages import language, who
from sonae.web.presentation import say
from sonae.web.presentation_prices import coverage_word
from sonae.web.presentation_replay import replay_shown
from sonae.web.replay_form import Read, Typed

OWN = "own"


@vary_on_headers("Accept-Language")
@requires(GET=PUBLIC, POST=PUBLIC)
def would_it_have_paid(request: HttpRequest) -> HttpResponse:
    """Shipped cases by their address; what is typed is posted, so that a member's losses stand in no address."""
    product, spoken = catalogue.default(), language()
    form = request.POST if request.method == "POST" else request.GET
    entry = replay_form.typed(product, lambda name: form.get(name, ""))
    known = None if request.method == "POST" else _chosen(product, form.get("case", ""))
    own = request.method == "POST" or (known is None and form.get("case", "") == OWN)
    found = replay_form.read(product, entry, spoken) if request.method == "POST" else (
        replay_form.company(product, entry, spoken))  # fmt: skip
    words: dict[str, Any] = {
        "cases": _cases(product, known, entry),
        "own_form": own,
        "code": known.code if known else "",
        "entry": _entry_shown(product, entry, found),
        "approved": product.approval_no is not None,
    }
    case = found.case if own else _for_company(known, found.company)
    if case is None:
        return _shown(request, words, 422 if found.troubles else 200)
    if known is not None and found.company is None:
        results = _shipped(product, known.code)
    elif access.principal_of(request) is None and (wait := strangers.must_wait(request)):
        return _shown(request, words | {"wait": wait}, 429)
    else:
        results = replay(product, case), closing(product, case)
    words["shown"] = replay_shown(product, *results, known, spoken, own_company=found.company is not None)
    return _shown(request, words, 422 if found.troubles else 200)


@lru_cache(maxsize=64)
def _shipped(product: Product, code: str) -> tuple[Replay, Closing | None]:
    """A shipped case as it stands: always the same, so it is worked out once a process."""
    case = next(one.case for one in product.cases if one.code == code)
    return replay(product, case), closing(product, case)


def _chosen(product: Product, code: str) -> KnownCase | None:
    """The shipped case of this name; the first where none is named, and None for one's own or an unknown name."""
    if not code:
        return product.cases[0] if product.cases else None
    return next((one for one in product.cases if one.code == code), None)


def _for_company(known: KnownCase | None, company: Member | None) -> Case | None:
    """The shipped case, for the company that was typed if there is one."""
    if known is None:
        return None
    case = known.case
    return case if company is None or case.own_terms is not None else replace(case, member=company)


def _cases(product: Product, chosen: KnownCase | None, entry: Typed) -> list[dict[str, Any]]:
    company = {name: text for name, text in (("industry", entry.industry), ("sales", entry.sales)) if text}
    return [
        {
            "title": say(known.title, language()),
            "here": known is chosen,
            "address": "/would-it-have-paid?" + urlencode({"case": known.code} | company),
        }
        for known in product.cases
    ]


def _entry_shown(product: Product, entry: Typed, found: Read) -> dict[str, Any]:
    """The form with what was typed, and each field's trouble."""
    spoken = language()
    groups: dict[str, list[dict[str, Any]]] = {}
    for code, head in product.heads.items():
        field = f"amount-{code}"
        groups.setdefault(head.coverage, []).append(
            {"field": field, "name": say(head.name, spoken), "plain": head.plain_ja if spoken == "ja" else "",
             "typed": entry.amounts.get(code, ""), "trouble": found.troubles.get(field, "")}
        )  # fmt: skip
    return {
        "events": [
            {"code": code, "name": say(event.plain, spoken), "chosen": code == entry.event}
            for code, event in product.events.items()
        ],
        "groups": [{"name": coverage_word(coverage, spoken), "fields": fields} for coverage, fields in groups.items()],
        "victims": entry.victims,
        "hours": entry.hours,
        "industry": entry.industry,
        "sales": entry.sales,
        "troubles": dict(found.troubles),
        "near": [{"code": one.code, "label": say(one.name, spoken)} for one in found.near],
    }


def _shown(request: HttpRequest, words: dict[str, Any], status: int) -> HttpResponse:
    answer = render(request, "replay/page.html", words | {"here": "replay", "who": who(request)}, status=status)
    if "wait" in words:
        answer.headers["Retry-After"] = str(words["wait"])
    return answer
