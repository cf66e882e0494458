"""Change a limit, a rate, a discount step: choose the changes, let the worker try each, read them in one table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import book_what_ifs, catalogue, clock
from sonae.office.access import requires
from sonae.office.desk import Unacceptable
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, principal_of, said, text
from sonae.web.presentation import say
from sonae.web.presentation_runs import moment, time_left
from sonae.web.presentation_what_if import shown

_KINDS = ("rates", "group_discount", "discount_step", "limits", "without_rider", "assumptions")


@requires(GET="book.read", POST="book.simulate")
@once
@never_cache
def what_ifs(request: HttpRequest) -> HttpResponse:
    """The runs that are kept, and the form that starts one."""
    if request.method != "POST":
        return _list(request, 200, "")
    numbers = {name: text(request, name, 12) for name in ("members", "years", "seed")}
    try:
        run_id = book_what_ifs.queue(
            principal_of(request),
            {kind: [one for one in request.POST.getlist(kind) if one] for kind in _KINDS},
            **{name: int(typed) if typed.isascii() and typed.isdigit() else -1 for name, typed in numbers.items()},
        )
    except Unacceptable as refusal:
        return _list(request, 422, said(refusal))
    return HttpResponseRedirect(f"/book/what-if/{run_id}")


def _list(request: HttpRequest, status: int, problem: str) -> HttpResponse:
    from sonae.office.book_files import rider_columns

    principal, product = principal_of(request), catalogue.default()
    rows = [
        one | {"asked": moment(one), "percent": one["done"] * 100 // max(1, one["of"]),
               "count": len(one["rows"]), "members": f"{one['members']:,}", "years": f"{one['years']:,}"}
        for one in book_what_ifs.runs(principal)
    ]  # fmt: skip
    held = product.tariff.group_discount
    return page(
        request, "book/what_ifs.html", "simulation", status, rows=rows, problem=problem,
        may_start=principal.may("book.simulate"), most=book_what_ifs.MOST_CHANGES,
        rates=[{"value": one, "label": _sign(one, "%")} for one in book_what_ifs.RATES],
        discounts=[{"value": one, "label": f"{one}%"} for one in book_what_ifs.GROUP_DISCOUNTS if one != held],
        steps=[{"value": one, "label": _sign(one)} for one in book_what_ifs.STEPS],
        limits=[{"value": one, "label": _sign(one)} for one in book_what_ifs.LIMITS],
        riders=[
            {"value": code, "label": say(product.riders[code].name, language())} for code in rider_columns(product)
        ],
        members=[{"value": one, "label": f"{one:,}"} for one in book_what_ifs.MEMBERS],
        years=[{"value": one, "label": f"{one:,}"} for one in book_what_ifs.YEARS],
    )  # fmt: skip


def _sign(number: int, unit: str = "") -> str:
    return f"{'+' if number > 0 else '−'}{abs(number)}{unit}"


@requires(GET="book.read")
@never_cache
@missing_is_404
def what_if(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its progress, and every row that is ready."""
    return page(request, "book/what_if.html", "simulation", **_words(request, run_id))


@requires(GET="book.read")
@never_cache
@missing_is_404
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The part of the page that changes while the run goes on."""
    return page(request, "book/_what_if.html", "simulation", **_words(request, run_id))


def _words(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    from sonae.office.what_if import KINDS, ranges

    run = book_what_ifs.run_of(principal_of(request), run_id)
    return {
        "run": run, "going": run["state"] in ("queued", "running"),
        "asked": {name: f"{run[name]:,}" for name in ("members", "years", "seed", "done", "of")} | {"at": moment(run)},
        "left": time_left(run, clock.now(), language()),
        "told": shown(run, ranges(run["rows"]), KINDS, language()) if run["rows"] else {},
    }  # fmt: skip
