"""Small changes of a plan over one book, each beside the plan as it is: premium, expected loss and tail move together.

A change is made to the product's frozen values or to the book's rows, never to a file that anybody keeps. The same seed
is used throughout, so that what differs is the change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sonae.conditions import COVERAGES
from sonae.loss_model import LossModel
from sonae.product import Product, Text

from . import simulated
from .book_files import Writer, chunks, rider_columns


@dataclass(frozen=True)
class Change:
    """A change: what it is called, and the product and the rows as changed."""

    code: str
    name: Text
    product: Callable[[Product], Product] = lambda product: product
    rows: Callable[[Product, pa.RecordBatch], pa.RecordBatch] = lambda _product, rows: rows


def rates(percent: int) -> Change:
    """Every industry's core base dearer or cheaper by so many percent, to the yen."""

    def changed(product: Product) -> Product:
        industries = {
            code: replace(one, core_base=(one.core_base * (100 + percent) + 50) // 100)
            for code, one in product.industries.items()
        }
        return replace(product, industries=industries)

    return Change("rates", Text(f"業種の基準額を{percent:+d}%", f"Industry bases {percent:+d} %"), product=changed)


def group_discount(percent: int) -> Change:
    """The group discount set to so many percent."""

    def changed(product: Product) -> Product:
        return replace(product, tariff=product.tariff._replace(group_discount=percent))

    return Change("group_discount", Text(f"団体割引を{percent}%に", f"Group discount {percent} %"), product=changed)


def discount_step(steps: int) -> Change:
    """Every member's security discount so many steps of the sheet higher or lower, within 0 and the highest."""

    def changed(product: Product, rows: pa.RecordBatch) -> pa.RecordBatch:
        step, most = (product.sheet.step, product.sheet.discount_at_most) if product.sheet else (1, 0)
        held = rows.column("security_discount").to_numpy(zero_copy_only=False)
        return _with(rows, "security_discount", np.clip(held + steps * step, 0, most))

    return Change("discount_step", Text(f"割引を{steps:+d}段", f"Discount {steps:+d} step"), rows=changed)


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

    return Change("limits", Text(f"選べる限度額を{steps:+d}段", f"Chosen limits {steps:+d} row"), rows=changed)


def without_rider(code: str) -> Change:
    """Nobody has this rider."""

    def changed(product: Product, rows: pa.RecordBatch) -> pa.RecordBatch:
        if code not in rider_columns(product):
            return rows
        return _with(rows, code, np.zeros(rows.num_rows, dtype=bool))

    return Change(f"without_{code}", Text(f"特約なし：{code}", f"Without {code}"), rows=changed)


def _with(rows: pa.RecordBatch, name: str, cells: Any) -> pa.RecordBatch:
    return rows.set_column(rows.schema.get_field_index(name), name, pa.array(cells))


def compared(
    product: Product, model: LossModel, source: Path, changes: list[Change], *, years: int, seed: int
) -> list[dict[str, Any]]:
    """The plan as it is and each change alone, a row each. Premiums and yen; a change is told beside the first row."""
    found = []
    as_is = Change("as_is", Text("いまのまま", "As it is"))
    with tempfile.TemporaryDirectory() as place:
        for number, change in enumerate((as_is, *changes)):
            then, file = change.product(product), Path(place) / f"{number}.parquet"
            with Writer(file) as writer:
                for rows in chunks(source):
                    writer.write(change.rows(product, rows))
            done = simulated.simulate(then, model, file, years=years, seed=seed, keep_causes=False)
            found.append({"change": change.code, "name": change.name.ja, "name_en": change.name.en,
                          "without_price": done.without_price, **simulated.in_one_row(done)})  # fmt: skip
    return found
