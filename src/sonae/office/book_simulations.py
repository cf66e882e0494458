"""Simulations of a book as the office runs them: asked for by a person, done by the worker, kept as a file each.

The book is a synthetic one of so many members; nothing of the office's tables is read or written. A file under the data
directory holds the whole of a run: who asked, how far it is, what it has so far. The same members, years and seed give
the same figures, so a run that was killed is simply done again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sonae import sensitivities
from sonae.product import Product

from . import access, catalogue
from .access import Principal
from .run_files import RunFiles, bound, seldom

if TYPE_CHECKING:
    from sonae.simulation import Progress

MEMBERS = (100, 1_000, 10_000, 100_000, 1_000_000)
YEARS = (1_000, 2_000, 10_000, 20_000, 100_000)

VARIANTS = ("base", *sensitivities.CODES)
"""The run itself, then the same seed with the changes that the loss model names."""

RUNS = RunFiles("simulations", ("results",))


def queue(principal: Principal, members: int, years: int, seed: int) -> UUID:
    """Queue a run; one waits at a time. Raises PermissionDenied, Refused."""
    bound(MEMBERS, members, YEARS, years, seed, len(VARIANTS))
    return RUNS.queue(
        principal, simulate_book,
        {"members": members, "years": years, "seed": seed, "done": 0, "of": years * len(VARIANTS)},
    )  # fmt: skip


def run_of(principal: Principal, run_id: UUID) -> dict[str, Any]:
    """A run as it stands. Raises PermissionDenied, NotFound."""
    access.enter(principal, "book.read")
    return RUNS.read(run_id)


def runs(principal: Principal, most: int = 20) -> list[dict[str, Any]]:
    """The runs that are kept, newest first, each without its results."""
    access.enter(principal, "book.read")
    return RUNS.newest(most)


@app.task(queueing_lock="simulate_book", retry=RetryStrategy(max_attempts=3, wait=5), name="sonae.simulate_book")
def simulate_book(run: str) -> int:
    """A queued run; how many years it simulated in all. A run whose file is gone is no longer wanted."""
    return RUNS.work(run, _simulate)


def _simulate(run_id: UUID, asked: dict[str, Any]) -> int:
    from . import compiled_code, simulated

    compiled_code.keep()
    product, model = catalogue.default(), simulated.loss_model()
    told = asked | {
        "state": "running", "done": 0, "product": product.id, "product_hash": product.hash,
        "assumptions": {"id": model.id, "hash": model.hash, "name": model.name_ja, "name_en": model.name_en},
        "warning": model.warning.text_ja, "warning_en": model.warning.text_en,
        "balance": model.warning.balance_ja, "balance_en": model.warning.balance_en,
    }  # fmt: skip
    RUNS.write(run_id, told)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "book.parquet"
        _write_book(product, source, asked["members"], asked["seed"])
        told["premium"] = simulated.premiums(product, source)
        found: dict[str, Any] = {}
        variants = [(one.code, one.model) for one in sensitivities.sensitivities(model)]
        for number, (name, changed) in enumerate([("base", model), *variants]):
            before = number * asked["years"]
            done = simulated.simulate(
                product, changed, source, years=asked["years"], seed=asked["seed"],
                show=_teller(run_id, told, found, before),
            )  # fmt: skip
            words = simulated.words_of(done)
            del done  # before the next one is laid out
            found[name] = words if name == "base" else {
                key: words[key] for key in ("expected", "loss_ratio", "aggregate", "largest_event")
            }  # fmt: skip
    RUNS.write(run_id, told | {"state": "done", "done": asked["of"], "results": found})
    return int(asked["of"])


def _teller(run_id: UUID, told: dict[str, Any], found: dict[str, Any], before: int) -> Callable[[Progress], None]:
    """Tells the file how far the run is, every two seconds, with the mean of the years so far."""

    def tell(progress: Progress) -> None:
        partial: dict[str, Any] = {}
        if before == 0:
            paid = sum(int(chunk.sums.years[0].sum()) for chunk in progress.chunks)
            partial = {"so_far": {"years": progress.done, "expected": paid / progress.done}}
        elif found:
            partial = {"results": found}
        RUNS.write(run_id, told | {"done": before + progress.done} | partial)

    return seldom(tell)


def _write_book(product: Product, target: Path, members: int, seed: int) -> None:
    from . import synthetic_books
    from .book_files import Writer

    with Writer(target) as writer:
        for batch in synthetic_books.batches(product, members, seed):
            writer.write(batch)
