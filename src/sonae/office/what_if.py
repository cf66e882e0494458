"""Small changes of a plan over one book, each beside the plan as it is: premium, expected loss and tail move together.

A change is made to the product's frozen values or to the book's rows, never to a file that anybody keeps. The same seed
is used throughout, so that what differs is the change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sonae.conditions import COVERAGES
from sonae.loss_model import LossModel
from sonae.product import Product, Text
from sonae.sensitivities import Sensitivity, sensitivities
from sonae.simulation import Progress

from . import simulated
from .book_files import Writer, chunks, priced_by, rider_columns

KINDS: Mapping[str, Text] = {
    "sampling": Text("標本の誤差", "Sampling error"),
    "rates": Text("料率", "Rates"),
    "discounts": Text("割引", "Discounts"),
    "limits": Text("支払限度額", "Limits"),
    "riders": Text("特約", "Riders"),
    "assumptions": Text("損害の想定", "Assumptions of losses"),
}
"""The kinds of changes, and before them what moves a tail without any."""


@dataclass(frozen=True)
class Change:
    """A change: what it is called, of what kind, and the product, the rows and the assumptions as changed."""

    code: str
    name: Text
    kind: str
    product: Callable[[Product], Product] = lambda product: product
    rows: Callable[[Product, pa.RecordBatch], pa.RecordBatch] = lambda _product, rows: rows
    model: Callable[[LossModel], LossModel] = lambda model: model


def rates(percent: int) -> Change:
    """Every industry's core base dearer or cheaper by so many percent, to the yen."""

    def changed(product: Product) -> Product:
        industries = {
            code: replace(one, core_base=(one.core_base * (100 + percent) + 50) // 100)
            for code, one in product.industries.items()
        }
        return replace(product, industries=industries)

    name = Text(f"業種の基準額を{percent:+d}%", f"Industry bases {percent:+d} %")
    return Change("rates", name, "rates", product=changed)


def group_discount(percent: int) -> Change:
    """The group discount set to so many percent."""

    def changed(product: Product) -> Product:
        return replace(product, tariff=product.tariff._replace(group_discount=percent))

    name = Text(f"団体割引を{percent}%に", f"Group discount {percent} %")
    return Change("group_discount", name, "discounts", product=changed)


def discount_step(steps: int) -> Change:
    """Every member's security discount so many steps of the sheet higher or lower, within 0 and the highest."""

    def changed(product: Product, rows: pa.RecordBatch) -> pa.RecordBatch:
        step, most = (product.sheet.step, product.sheet.discount_at_most) if product.sheet else (1, 0)
        held = rows.column("security_discount").to_numpy(zero_copy_only=False)
        return _with(rows, "security_discount", np.clip(held + steps * step, 0, most))

    return Change("discount_step", Text(f"割引を{steps:+d}段", f"Discount {steps:+d} step"), "discounts", rows=changed)


def limits(steps: int) -> Change:
    """Members of a free set take the limits so many rows up or down their menus; a limit off its end stays."""

    def changed(product: Product, rows: pa.RecordBatch) -> pa.RecordBatch:
        free = [number for number, one in product.sets.items() if one.free]
        chosen = np.isin(rows.column("set").to_numpy(zero_copy_only=False), free)
        for coverage in COVERAGES:
            menu = [row.at for row in product.menus.get(coverage, ())]
            if not menu:
                continue
            held = rows.column(coverage).to_numpy(zero_copy_only=False)
            moved = np.array(menu)[np.clip(np.searchsorted(menu, held) + steps, 0, len(menu) - 1)]
            rows = _with(rows, coverage, np.where(chosen & (held > 0), moved, held))
        return rows

    name = Text(f"選べる限度額を{steps:+d}段", f"Chosen limits {steps:+d} row")
    return Change("limits", name, "limits", rows=changed)


def without_rider(product: Product, code: str) -> Change:
    """Nobody has this rider."""

    def changed(product: Product, rows: pa.RecordBatch) -> pa.RecordBatch:
        if code not in rider_columns(product):
            return rows
        return _with(rows, code, np.zeros(rows.num_rows, dtype=bool))

    rider = product.riders[code].name
    name = Text(f"{rider.ja}をだれも付けない", f"Nobody has: {rider.en}")
    return Change(f"without_{code}", name, "riders", rows=changed)


def assumptions(model: LossModel) -> list[Change]:
    """The changes of assumptions that the loss model names, under the plan as it is."""

    def one(changed: Sensitivity) -> Change:
        return Change(changed.code, changed.name, "assumptions", model=lambda _model: changed.model)

    return [one(changed) for changed in sensitivities(model)]


def _with(rows: pa.RecordBatch, name: str, cells: Any) -> pa.RecordBatch:
    return rows.set_column(rows.schema.get_field_index(name), name, pa.array(cells))


def with_discount(product: Product, rows: pa.RecordBatch, inception: date | None) -> pa.RecordBatch:
    """The rows with the discount that each sheet earns in a column of its own; with such a column, as they are."""
    if "security_discount" in rows.schema.names:
        return rows
    columns = priced_by(product, rows, inception)
    return rows.append_column(
        "security_discount", pa.array(columns.security_discount, pa.int64(), mask=columns.unreadable)
    )


def compared(
    product: Product,
    model: LossModel,
    source: Path,
    changes: list[Change],
    *,
    years: int,
    seed: int,
    show: Callable[[int, Progress], None] | None = None,
    inception: date | None = None,
) -> Iterator[dict[str, Any]]:
    """The plan as it is and each change alone, a row each as it is done. A change is told beside the first row.

    `show` is told, chunk by chunk, the row's number and how far its years are. Sheets are judged once, by the plan as
    it is, for covers from `inception`: no change here is one of the sheet.
    """
    as_is = Change("as_is", Text("いまのまま", "As it is"), "")
    with tempfile.TemporaryDirectory() as place:
        for number, change in enumerate((as_is, *changes)):
            then, file = change.product(product), Path(place) / f"{number}.parquet"
            with Writer(file) as writer:
                for rows in chunks(source):
                    writer.write(change.rows(product, with_discount(product, rows, inception)))
            done = simulated.simulate(
                then, change.model(model), file, years=years, seed=seed, keep_causes=False,
                show=None if show is None else partial(show, number),
            )  # fmt: skip
            file.unlink()
            row = {"change": change.code, "kind": change.kind, "name": change.name.ja, "name_en": change.name.en,
                   "without_price": done.without_price, **simulated.in_one_row(done)}  # fmt: skip
            del done  # before the next one is laid out
            yield row


def ranges(rows: Sequence[Mapping[str, Any]], period: str = "200") -> dict[str, tuple[float, float]]:
    """How far the loss of a return period moves: by sampling error, and by the changes of each kind that was tried.

    The first row is the plan as it is. Empty where the years are too few for the period.
    """
    if not rows or period not in rows[0]["periods"]:
        return {}
    first = rows[0]["periods"][period]
    found = {"sampling": (first["low"], first["high"])}
    for row in rows[1:]:
        low, high = found.get(row["kind"], (first["loss"], first["loss"]))
        loss = row["periods"][period]["loss"]
        found[row["kind"]] = (min(low, loss), max(high, loss))
    return found
