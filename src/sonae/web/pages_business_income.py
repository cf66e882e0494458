"""Business income worked out from recorded sales: a page for anybody, and the same page on the way to a decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.business_income import calculate
from sonae.doors import income_asked, sales_file
from sonae.doors.problem import FieldError, Problem
from sonae.office import access, catalogue, claim_income, claim_judging, claim_reading, desk
from sonae.office.access import PUBLIC, Principal, requires
from sonae.payment_terms import stoppage_terms
from sonae.period import JST
from sonae.web import strangers
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, principal_of, said
from sonae.web.presentation_business_income import form_shown, income_shown, standing_shown

_NAMES = ("stopped_at", "restored_at", "cause", "trend_percent", *income_asked.YEAR, *income_asked.COSTS)


@requires(GET=PUBLIC, POST=PUBLIC)
@never_cache
def business_income(request: HttpRequest) -> HttpResponse:
    """What is typed is posted and kept nowhere."""
    context: dict[str, Any] = {"action": "/business-income", "trouble": False}
    if request.method == "POST":
        if access.principal_of(request) is None and (wait := strangers.must_wait(request)):
            return _page(request, {**context, "wait": wait}, 429)
        read, terms = income_asked.read(_sales(request), _words(request)), stoppage_terms(catalogue.default())
        assert terms is not None, "the shipped product settles claims"
        if isinstance(read, Problem):
            context |= _wrong(read)
        else:
            context["found"] = income_shown(calculate(read, terms), terms, language())
    return _page(request, context, 422 if context["trouble"] else 200)


@requires(GET="claim.decide", POST="claim.decide")
@never_cache
@missing_is_404
def of_claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The same for a claim, by its cover's terms; attached, its figures are items of the decision's facts."""
    principal = principal_of(request)
    claim = claim_reading.cockpit(principal, claim_id).claim
    context: dict[str, Any] = {
        "action": f"/claims/{claim_id}/business-income", "trouble": False, "claim": claim_id, "number": claim.number,
        "name": claim.member.legal_name, "is_open": claim.state == "open",
        "standing": standing_shown(claim_income.attached(principal, claim_id), language()),
        "first": _recorded(principal, claim_id),
    }  # fmt: skip
    if request.method == "POST":
        try:
            work = claim_income.attach if "attach" in request.POST else claim_income.reckon
            reckoned = work(principal, claim_id, _sales(request), _words(request))
            if isinstance(reckoned, Problem):
                context |= _wrong(reckoned)
            else:
                context["found"] = income_shown(reckoned.found, reckoned.terms, language())
                if "attach" in request.POST and "unmeasured" not in context["found"]:
                    return HttpResponseRedirect(f"/claims/{claim_id}/decision?done=attached")
        except desk.Unacceptable as refusal:
            context |= {"trouble": True, "errors": (FieldError("/claim", "refused", said(refusal), said(refusal)),)}
    return _page(request, context, 422 if context["trouble"] else 200)


def _recorded(principal: Principal, claim_id: UUID) -> dict[str, str]:
    """What is known of the stoppage from the notices, for a form that nobody has filled yet."""
    stoppage = claim_judging.draft(principal, claim_id).stoppage
    return {} if stoppage is None else {"stopped_at": f"{stoppage.started_at.astimezone(JST):%Y-%m-%dT%H:%M}"}


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    first = context.pop("first", {})
    typed = {name: request.POST.get(name, first.get(name, ""))[:40] for name in _NAMES}
    sales = _sales(request).decode("utf-8-sig", "replace") if request.method == "POST" else ""
    here = "claims" if "claim" in context else "business_income"
    form = form_shown(typed, context.pop("errors", ()), language())
    return page(request, "business_income/page.html", here, status, typed=typed, sales=sales, form=form, **context)


def _words(request: HttpRequest) -> dict[str, Any]:
    words: dict[str, Any] = {name: request.POST.get(name, "")[:40].replace("\x00", "").strip() for name in _NAMES}
    return words


def _sales(request: HttpRequest) -> bytes:
    """The uploaded file, or what was pasted. One byte more than may be, so that the reader says when it is too long."""
    most = sales_file.MOST_BYTES + 1
    file = request.FILES.get("file")
    if file is not None and file.size:
        file.seek(0)
        return bytes(file.read(most))
    return request.POST.get("sales", "").encode()[:most]


def _wrong(problem: Problem) -> dict[str, Any]:
    """What is wrong, by field; what belongs to no field of the form stands above it."""
    errors = problem.errors[:20] or (FieldError("/sales", problem.kind, problem.title, problem.title_en),)
    return {"trouble": True, "errors": errors}
