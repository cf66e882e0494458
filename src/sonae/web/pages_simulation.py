"""What a year may cost the plan: start a simulation of a book, watch it, read it. Nothing of the office is touched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import book_simulations, catalogue, clock
from sonae.office.access import requires
from sonae.office.desk import Unacceptable
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, principal_of, said, text
from sonae.web.presentation_runs import moment, time_left
from sonae.web.presentation_simulation import oku, shown


@requires(GET="book.read", POST="book.simulate")
@once
@never_cache
def simulations(request: HttpRequest) -> HttpResponse:
    """The runs that are kept, and the form that starts one."""
    if request.method != "POST":
        return _list(request, 200, "")
    try:
        numbers = [_whole(text(request, name, 12)) for name in ("members", "years", "seed")]
        run_id = book_simulations.queue(principal_of(request), *numbers)
    except Unacceptable as refusal:
        return _list(request, 422, said(refusal))
    return HttpResponseRedirect(f"/book/simulation/{run_id}")


def _whole(typed: str) -> int:
    """The number that is typed; −1, which no field takes, where it is none."""
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def _list(request: HttpRequest, status: int, problem: str) -> HttpResponse:
    principal = principal_of(request)
    rows = [
        one | {"percent": one["done"] * 100 // max(1, one["of"]), "asked": moment(one),
               "members": f"{one['members']:,}", "years": f"{one['years']:,}"}
        for one in book_simulations.runs(principal)
    ]  # fmt: skip
    return page(
        request, "book/simulations.html", "simulation", status, rows=rows, problem=problem,
        may_start=principal.may("book.simulate"),
        members=[{"value": one, "label": f"{one:,}"} for one in book_simulations.MEMBERS],
        years=[{"value": one, "label": f"{one:,}"} for one in book_simulations.YEARS],
    )  # fmt: skip


@requires(GET="book.read")
@never_cache
@missing_is_404
def simulation(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its progress with what it has so far, and its results when they are there."""
    return page(request, "book/simulation.html", "simulation", **_words(request, run_id))


@requires(GET="book.read")
@never_cache
@missing_is_404
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The part of the page that changes while the run goes on."""
    return page(request, "book/_simulation.html", "simulation", fragment=True, **_words(request, run_id))


def _words(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    from sonae.office import simulated

    run = book_simulations.run_of(principal_of(request), run_id)
    words: dict[str, Any] = {
        "run": run, "going": run["state"] in ("queued", "running"), "ready": run["state"] == "done",
        "asked": {name: f"{run[name]:,}" for name in ("members", "years", "seed", "done", "of")} | {"at": moment(run)},
        "left": time_left(run, clock.now(), language()),
    }  # fmt: skip
    if so_far := run.get("so_far"):
        words["so_far"] = {"years": f"{so_far['years']:,}", "expected": oku(so_far["expected"])}
    if "results" in run:
        words["told"] = shown(catalogue.default(), simulated.loss_model(), run, language())
    return words
