"""Small changes of the plan as the office asks them: chosen by a person, done by the worker, each row as it is ready.

The book is a synthetic one; nothing of the office's tables is read or written. The same choice gives the same figures,
so a run that was killed is simply done again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sonae.product import Product
from sonae.sensitivities import CODES

from . import access, catalogue
from .access import Principal
from .refusals import Refused
from .run_files import RunFiles, bound, seldom

if TYPE_CHECKING:
    from sonae.simulation import Progress

    from .what_if import Change

MEMBERS = (1_000, 10_000, 100_000, 1_000_000)
YEARS = (1_000, 2_000, 10_000, 20_000)
MOST_CHANGES = 12
RATES = (-20, -10, -5, 5, 10, 20)
GROUP_DISCOUNTS = tuple(range(0, 35, 5))
STEPS = (-2, -1, 1, 2)
LIMITS = (-2, -1, 1, 2)

RUNS = RunFiles("what-ifs")


def queue(principal: Principal, changes: Mapping[str, Sequence[str]], *, members: int, years: int, seed: int) -> UUID:
    """Queue a run; one waits at a time.

    `changes` are the chosen values by kind: rates, group_discount, discount_step, limits (whole numbers out of the
    lists of this module), without_rider (codes), assumptions. Raises PermissionDenied, Refused.
    """
    product = catalogue.default()
    chosen = _chosen(product, changes)
    count = 1 + sum(len(values) if kind != "assumptions" else len(CODES) for kind, values in chosen.items())
    bound(MEMBERS, members, YEARS, years, seed, count)
    return RUNS.queue(
        principal, try_changes,
        {"changes": chosen, "members": members, "years": years, "seed": seed, "done": 0, "of": years * count,
         "rows": []},
    )  # fmt: skip


def _chosen(product: Product, changes: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
    """The choice in the order of its kinds, each value one that is offered."""
    from .book_files import rider_columns

    offered: dict[str, tuple[Any, ...]] = {
        "rates": RATES, "group_discount": GROUP_DISCOUNTS, "discount_step": STEPS, "limits": LIMITS,
        "without_rider": tuple(rider_columns(product)), "assumptions": ("yes",),
    }  # fmt: skip
    found: dict[str, list[Any]] = {}
    for kind, values in offered.items():
        known = {str(one): one for one in values}
        asked = changes.get(kind, ())
        if not set(asked) <= set(known):
            raise Refused("no_such_change", "この変更はありません。", "There is no such change.")
        if picked := [one for word, one in known.items() if word in asked]:
            found[kind] = picked
    count = sum(map(len, found.values()))
    if not 0 < count <= MOST_CHANGES:
        raise Refused(
            "no_change", f"変更を1つから{MOST_CHANGES}まで選んでください。", f"Choose from 1 to {MOST_CHANGES} changes."
        )
    return found


def run_of(principal: Principal, run_id: UUID) -> dict[str, Any]:
    """A run as it stands, with the rows that are ready. Raises PermissionDenied, NotFound."""
    access.enter(principal, "book.read")
    return RUNS.read(run_id)


def runs(principal: Principal, most: int = 20) -> list[dict[str, Any]]:
    """The runs that are kept, newest first."""
    access.enter(principal, "book.read")
    return RUNS.newest(most)


@app.task(queueing_lock="try_changes", retry=RetryStrategy(max_attempts=3, wait=5), name="sonae.try_changes")
def try_changes(run: str) -> int:
    """A queued run; how many rows it made. A run whose file is gone is no longer wanted."""
    return RUNS.work(run, _try)


def _try(run_id: UUID, asked: dict[str, Any]) -> int:
    from . import compiled_code, simulated, synthetic_books, what_if
    from .book_files import Writer

    compiled_code.keep()
    product, model = catalogue.default(), simulated.loss_model()
    told = asked | {
        "state": "running", "done": 0, "rows": [], "product": product.id, "product_hash": product.hash,
        "assumptions": {"id": model.id, "hash": model.hash, "name": model.name_ja, "name_en": model.name_en},
        "warning": model.warning.text_ja, "warning_en": model.warning.text_en,
    }  # fmt: skip
    RUNS.write(run_id, told)
    makers: dict[str, Callable[[Any], Change]] = {
        "rates": what_if.rates, "group_discount": what_if.group_discount, "discount_step": what_if.discount_step,
        "limits": what_if.limits, "without_rider": partial(what_if.without_rider, product),
    }  # fmt: skip
    changes = [makers[kind](value) for kind, values in asked["changes"].items() if kind in makers for value in values]
    if "assumptions" in asked["changes"]:
        changes += what_if.assumptions(model)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "book.parquet"
        with Writer(source) as writer:
            for batch in synthetic_books.batches(product, asked["members"], asked["seed"]):
                writer.write(batch)
        for row in what_if.compared(
            product, model, source, changes, years=asked["years"], seed=asked["seed"], show=_teller(run_id, told)
        ):
            told["rows"].append(row)
            told["done"] = len(told["rows"]) * asked["years"]
            RUNS.write(run_id, told)
    RUNS.write(run_id, told | {"state": "done"})
    return len(told["rows"])


def _teller(run_id: UUID, told: dict[str, Any]) -> Callable[[int, Progress], None]:
    """Tells the file how far the run is, every two seconds."""

    def tell(number: int, progress: Progress) -> None:
        RUNS.write(run_id, told | {"done": number * told["years"] + progress.done})

    return seldom(tell)
