"""The synthetic book from its folder of assumptions, as chunks in a book's columns."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from sonae import book
from sonae.office.book_files import CHUNK, NotABook, rider_columns
from sonae.product import Product
from sonae.synthetic_book import BookAssumptions, Firms, SyntheticBook, draw

FOLDER = Path(__file__).resolve().parent.parent / "synthetic_books" / "chuokai"


def assumptions(folder: Path = FOLDER) -> BookAssumptions:
    """Read a folder of assumptions; a missing or unknown field raises TypeError."""
    words = tomllib.loads((folder / "book.toml").read_text("utf-8"))
    with (folder / "industries.csv").open(encoding="utf-8", newline="") as rows:
        industries = [
            Firms(code=row["code"], **{name: int(row[name]) for name in Firms.__slots__ if name != "code"})
            for row in csv.DictReader(rows)
        ]
    with (folder / "prefectures.csv").open(encoding="utf-8", newline="") as rows:
        prefectures = {row["name"]: int(row["weight"]) for row in csv.DictReader(rows)}
    return BookAssumptions(**words, industries=industries, prefectures=prefectures)


def members(product: Product, count: int, seed: int, chunk: int = 0) -> SyntheticBook:
    """One chunk of the synthetic book of this seed, at most `CHUNK` members. Chunks are drawn independently."""
    return draw(assumptions(), product, count, np.random.default_rng([seed, chunk]))


def batches(product: Product, count: int, seed: int) -> Iterator[pa.RecordBatch]:
    """The synthetic book in a book's columns, chunk by chunk. The same seed gives the same members.

    Raises NotABook for a product whose plans or industries the assumptions do not know.
    """
    assumed = assumptions()
    missing = [code for code in assumed.plans if code not in product.plans]
    if missing or not any(one.code in product.industries for one in assumed.industries):
        raise NotABook(
            f"{product.id} の加入者の想定がありません（{FOLDER.name} のプランと業種だけ）"
            f" / members are assumed for the plans and industries of {FOLDER.name} alone"
        )
    for chunk, start in enumerate(range(0, count, CHUNK)):
        yield batch(product, members(product, min(CHUNK, count - start), seed, chunk), start)


def batch(product: Product, drawn: SyntheticBook, start: int) -> pa.RecordBatch:
    """Drawn members as a table; they are numbered from `start` + 1."""
    known = book.prepared(product)
    columns = drawn.columns
    rows = len(columns.annual_sales)
    names = list(assumptions().prefectures)
    table = {
        "member_id": pa.array([f"M{number:09d}" for number in range(start + 1, start + rows + 1)]),
        "industry": pa.array(list(known.industries)).take(pa.array(columns.industry)),
        "annual_sales": pa.array(columns.annual_sales),
        "it_sales": pa.array(columns.it_sales),
        "plan": pa.array(list(known.plans)).take(pa.array(columns.plan)),
        "set": pa.array(columns.set),
        "liability": pa.array(columns.liability),
        "expense": pa.array(columns.expense),
        "business_income": pa.array(columns.business_income),
        **{code: pa.array(columns.riders & known.riders[code] != 0) for code in rider_columns(product)},
        "security_discount": pa.array(columns.security_discount),
        "prefecture": pa.array(names).take(pa.array(drawn.prefecture)),
        "control_quality": pa.array(np.rint(drawn.quality * 10_000).astype(np.int64)),
        "cloud": pa.array(drawn.cloud),
        "vpn": pa.array(drawn.vpn != 0),
        "shop": pa.array(drawn.shop != 0),
    }
    fields = [pa.field(name, cells.type, nullable=False) for name, cells in table.items()]
    return pa.RecordBatch.from_arrays(list(table.values()), schema=pa.schema(fields))
