"""What another product would do to a book: choose two, let the worker compare them, read what moves and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.doors.folder import BrokenProduct
from sonae.office import book_impacts, book_simulations, catalogue, clock, simulated
from sonae.office.access import requires
from sonae.office.desk import NotFound, Unacceptable
from sonae.office.documents.committee import committee_paper
from sonae.office.scheme_counts import FEWEST
from sonae.product import Product
from sonae.web import presentation_committee, presentation_simulation
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import missing_is_404, page, paper, principal_of, said, text
from sonae.web.presentation import say
from sonae.web.presentation_impact import doing, shown, title
from sonae.web.presentation_runs import moment


@requires(GET="book.read", POST="book.simulate")
@once
@never_cache
def impacts(request: HttpRequest) -> HttpResponse:
    """The runs that are kept, and the form that starts one."""
    if request.method != "POST":
        return _list(request, 200, "")
    book = text(request, "book", 12)
    try:
        run_id = book_impacts.queue(
            principal_of(request), text(request, "old", 80), text(request, "new", 80),
            members=None if book == "own" else _whole(book), seed=_whole(text(request, "seed", 12)),
            years=_whole(text(request, "years", 12)),
        )  # fmt: skip
    except Unacceptable as refusal:
        return _list(request, 422, said(refusal))
    return HttpResponseRedirect(f"/book/impact/{run_id}")


def _whole(typed: str) -> int:
    """The number that is typed; −1, which no field takes, where it is none."""
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def _list(request: HttpRequest, status: int, problem: str) -> HttpResponse:
    principal = principal_of(request)
    versions = [{"key": one.key, "label": say(one.year, language())} for one in book_impacts.versions()]
    if len({one["label"] for one in versions}) < len(versions):
        versions = [{"key": one["key"], "label": f"{one['label']}（{one['key']}）"} for one in versions]
    labels = {one["key"]: one["label"] for one in versions}
    rows = [
        one | {"asked": moment(one), "percent": one["step"] * 100 // one["of"],
               "names": [labels.get(one[name], one[name]) for name in ("old", "new")],
               "members": None if one["members"] is None else f"{one['members']:,}"}
        for one in book_impacts.runs(principal)
    ]  # fmt: skip
    default = catalogue.default().id
    return page(
        request, "book/impacts.html", "impact", status, rows=rows, problem=problem, versions=versions,
        may_start=principal.may("book.simulate"), default=default,
        other=next((one["key"] for one in versions if one["key"] != default), default),
        members=[{"value": one, "label": f"{one:,}"} for one in book_impacts.MEMBERS],
        years=[{"value": one, "label": f"{one:,}"} for one in book_impacts.YEARS],
    )  # fmt: skip


@requires(GET="book.read")
@never_cache
@missing_is_404
def impact(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its progress, and its results when they are there."""
    return page(request, "book/impact.html", "impact", **_words(request, run_id))


@requires(GET="book.read")
@never_cache
@missing_is_404
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The part of the page that changes while the run goes on."""
    return page(request, "book/_impact.html", "impact", fragment=True, **_words(request, run_id))


def _words(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    principal = principal_of(request)
    run = book_impacts.run_of(principal, run_id)
    going = run["state"] in ("queued", "running")
    words: dict[str, Any] = {
        "run": run, "going": going, "own": run["members"] is None,
        "title": title(run, _known(run["old"]), _known(run["new"]), language()),
        "ready": "impact" in run and not going, "doing": doing(run, language()) if run["state"] == "running" else "",
        "asked": {"members": f"{run['members'] or 0:,}", "years": f"{run['years']:,}", "at": moment(run)},
    }  # fmt: skip
    if "impact" in run:
        reads_all = principal.may("cover.read") and principal.reach("cover.read") == "all"
        words["told"] = shown(
            run, _still(run, "old", "from"), _still(run, "new", "to"), language(),
            hide_below=0 if reads_all or run["members"] is not None else FEWEST,
        )  # fmt: skip
    words["releasable"] = principal.may("product.release") and book_impacts.weighs_a_year(run)
    return words


def _still(run: dict[str, Any], key: str, told: str) -> Product | None:
    """The product of the run, if its folder still has the content that was compared."""
    product = _known(run[key])
    return product if product is not None and product.hash == run[told]["hash"] else None


def _known(key: str) -> Product | None:
    """The product of a key as its folder is now, if there is one that loads."""
    try:
        return book_impacts.product_of(key)
    except (catalogue.UnknownProduct, BrokenProduct):
        return None


@requires(GET="book.read")
@never_cache
@missing_is_404
def impact_paper(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The run as a paper for the committee."""
    words = _words(request, run_id)
    if not words["ready"]:
        raise NotFound
    model = simulated.loss_model()
    warning = model.warning.text_en if language() == "en" else model.warning.text_ja
    told = presentation_committee.impact_paper(words["run"], words["told"], warning, language())
    return _paper(request, f"impact-{run_id}", told)


@requires(GET="book.read")
@never_cache
@missing_is_404
def simulation_paper(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A simulation run as a paper for the committee."""
    run = book_simulations.run_of(principal_of(request), run_id)
    if run["state"] != "done":
        raise NotFound
    told = presentation_simulation.shown(catalogue.default(), simulated.loss_model(), run, language())
    return _paper(request, f"simulation-{run_id}", presentation_committee.simulation_paper(run, told, language()))


def _paper(request: HttpRequest, name: str, told: dict[str, Any]) -> HttpResponse:
    return paper(
        request,
        name,
        lambda: committee_paper(catalogue.default(), clock.now().replace(microsecond=0), **told, language=language()),
    )
