"""The office's own covers as a book: one row a cover in force, by its terms of the day, in a book's columns.

`member_id` is the cover's id, or what the caller makes of it. Nothing personal is read; whose cover it is, is asked
where somebody may know it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa

from sonae import cover as core
from sonae.product import Product
from sonae.quotation import security_discount
from sonae.risk import QuotationRequest
from sonae.selection import select

from . import cover_reading
from .book_files import rider_columns
from .models import Cover, CoverTransaction


def batch(
    product: Product, moment: datetime, known: datetime | None = None, named: Callable[[str], str] = str
) -> pa.RecordBatch:
    """The covers in force at a moment within the reach of the transaction, by number; the caller has entered.

    `product` gives the riders their columns; a rider that it does not know has none. `known`: by what had been
    recorded by then, instead of all that is. `named` makes the row's name of the cover's id.
    """
    rows = list(
        Cover.objects.filter(inception__lte=moment, expiry__gt=moment).select_related("member").order_by("number")
    )
    transactions: dict[Any, list[CoverTransaction]] = {}
    for one in CoverTransaction.objects.filter(cover__in=rows).order_by("number"):
        transactions.setdefault(one.cover_id, []).append(one)
    riders = rider_columns(product)
    table: dict[str, list[Any]] = {name: [] for name in (*_COLUMNS, *riders)}
    for row in rows:
        cover = cover_reading.core_of(row, transactions.get(row.id, ()))
        if known is not None:
            cover = cover.known_at(known)
        if not cover.transactions:
            continue
        terms = core.terms_at(cover, moment)
        if terms is None:
            continue
        cells = _cells(named(str(row.id)), cover_reading.product_of(row), terms)
        for name in _COLUMNS:
            table[name].append(cells[name])
        for code in riders:
            table[code].append(code in cells["riders"])
    kinds = {
        "member_id": pa.string(),
        "industry": pa.string(),
        "plan": pa.string(),
        **dict.fromkeys(riders, pa.bool_()),
    }
    return pa.RecordBatch.from_pydict(
        {name: pa.array(cells, kinds.get(name, pa.int64())) for name, cells in table.items()}
    )


_COLUMNS = (
    "member_id", "industry", "annual_sales", "it_sales", "plan", "set", "liability", "expense", "business_income",
    "security_discount",
)  # fmt: skip


def _cells(name: str, product: Product, terms: QuotationRequest) -> dict[str, Any]:
    chosen = select(product, terms)
    return {
        "member_id": name, "industry": terms.industry, "annual_sales": terms.annual_sales,
        "it_sales": terms.it_sales or 0, "plan": terms.plan, "set": terms.set, "liability": chosen.liability,
        "expense": chosen.expense, "business_income": chosen.business_income or 0, "riders": chosen.riders,
        "security_discount": security_discount(product, terms),
    }  # fmt: skip
