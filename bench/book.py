"""The book in memory on one core, and from Parquet to Parquet: members drawn over the whole domain.

`.venv/bin/python -m bench.book [ROWS]`; ROWS (default 4,000,000) is the size of the Parquet file. From file to file it
tells the clock, the processor time a row, the floor (pyarrow reading the same columns and writing the same result, and
nothing else) and the highest resident size of a process of its own at a quarter of the rows and at all.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from sonae import book, book_kernel
from sonae.book_kernel import Columns
from sonae.book_sheet import SheetColumns, judge_sheets
from sonae.discount import NO_PAPER, words_of
from sonae.impact import impact
from sonae.office import catalogue, compiled_code, synthetic_books
from sonae.office.book_files import Writer, chunks, rate_file
from sonae.product import Product
from sonae.rating import Rates

ROWS = 1_000_000
INCEPTION = date(2031, 4, 1)


def whole_domain(product: Product, rows: int, seed: int = 1) -> Columns:
    """Members over every industry, plan, set, menu row, rider, step and size that the product's words allow."""
    known = book.prepared(product)
    chance = np.random.default_rng(seed)
    free = chance.random(rows) < 0.5

    def menu(coverage: str) -> np.ndarray:
        return np.where(free, chance.choice([row.at for row in product.menus[coverage]], rows), 0)

    sales = (10 ** (11 * chance.random(rows))).astype(np.int64)
    industry = chance.integers(0, len(known.industries), rows)
    riders = chance.integers(0, 8, rows) * 2
    it_sales = np.where(chance.random(rows) < 0.5, 0, 1 + (sales * chance.random(rows)).astype(np.int64) // 2)
    without = (riders & known.tables.it_rider != 0) & (known.tables.it_industry[industry] == 0)
    return Columns(
        industry=industry,
        annual_sales=sales,
        it_sales=np.where(without, np.maximum(1, sales // 3), np.minimum(it_sales, sales)),
        plan=chance.integers(0, len(known.plans), rows),
        set=np.where(free, 5, chance.integers(1, 5, rows)),
        liability=menu("liability"),
        expense=menu("expense"),
        business_income=np.where(chance.random(rows) < 0.5, menu("business_income"), 0),
        riders=riders,
        security_discount=chance.integers(0, 13, rows) * 5,
        unreadable=np.zeros(rows, dtype=np.int64),
    )


def any_sheets(product: Product, rows: int, seed: int = 1) -> SheetColumns:
    """Any answer to any question, any facts, and papers of which some are out of date."""
    assert product.sheet is not None
    chance = np.random.default_rng(seed)
    answers = [chance.choice(list(known.values()), rows) for known in words_of(product.sheet).answers]
    kinds = np.arange(len(product.sheet.certificates))
    held = chance.random((rows, len(kinds))) < 0.4
    return SheetColumns(
        answers=np.column_stack(answers),
        facts=chance.integers(0, 1 << len(product.sheet.facts), rows),
        kinds=np.where(held, kinds, NO_PAPER),
        expires=INCEPTION.toordinal() + chance.integers(-400, 400, held.shape),
        issued=np.zeros(held.shape, dtype=np.int64),
    )


def best(action: Callable[[], object], repeats: int = 7) -> float:
    """Seconds of the fastest of some runs, the first one (which compiles) aside."""
    action()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    compiled_code.keep()
    product = catalogue.default()
    tables, columns = book.prepared(product).tables, whole_domain(product, ROWS)
    outcome, with_lines = book.room(ROWS, lines=False), book.room(ROWS, lines=True)
    rates = Rates(*(np.empty(ROWS, dtype=np.int64) for _ in Rates._fields))
    it_sales, premium = np.empty(ROWS, dtype=np.int64), np.empty(ROWS, dtype=np.int64)
    rate, select, price = map(book.compiled, (book_kernel.rate_rows, book_kernel.select_rows, book_kernel.price_rows))
    select(tables, columns, rates, it_sales)
    of_price = (tables.tariff, rates, columns.annual_sales, it_sales, columns.security_discount, premium)
    rows: list[tuple[str, Callable[[], object]]] = [
        ("rating.price alone, rates selected", lambda: price(*of_price)),
        ("words, rules, selection and rating", lambda: rate(tables, columns, outcome)),
        ("the same with thirteen lines kept", lambda: rate(tables, columns, with_lines)),
    ]
    for name, action in rows:
        print(f"{name:40} {ROWS / best(action) / 1e6:8.2f} M/s")
    assert product.sheet is not None
    sheet, sheets = product.sheet, any_sheets(product, ROWS // 4)
    seconds = processor(lambda: judge_sheets(sheet, sheets, INCEPTION))
    print(f"{'discount sheets, fourteen answers each':40} {ROWS / 4 / seconds / 1e6:8.2f} M/s of processor time")
    priced = outcome.premium >= 0
    assert (outcome.premium[priced] == premium[priced]).all()
    print(f"{'of these priced':40} {priced.mean():8.0%}")

    members = synthetic_books.members(product, 100_000, 3).columns
    other = catalogue.product_in(catalogue.PRODUCTS.parent / "what_if" / "chuokai_cyber_2024_b")
    print(f"{'impact on 100,000 members':40} {best(lambda: impact(product, other, members, members)):8.2f} s")

    from_file_to_file(product, int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000)


def from_file_to_file(product: Product, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target, copy = (Path(folder) / f"{name}.parquet" for name in ("members", "rated", "copy"))

        def write(rows: int) -> None:
            with Writer(source) as writer:
                for batch in synthetic_books.batches(product, rows, 1):
                    writer.write(batch)

        def read(path: Path) -> None:
            for _ in chunks(path):
                pass

        def copied() -> None:
            with Writer(copy) as writer:
                for batch in chunks(target):
                    writer.write(batch)

        peaks = {}
        for rows in (count // 4, count):
            write(rows)
            peaks[rows] = peak(source, target)
        seconds = best(lambda: rate_file(product, source, target), 3)
        ours = processor(lambda: rate_file(product, source, target)) / count
        reading = processor(lambda: read(source)) / count
        writing = (processor(copied) - processor(lambda: read(target))) / count
        load = os.getloadavg()[0]
        print(f"{'Parquet to Parquet, two threads':40} {count / seconds / 1e6:8.2f} M rows/s, load {load:.1f}")
        print(f"{'its processor time a row':40} {ours * 1e6:8.3f} µs")
        print(f"{'its floor: reading + writing alone':40} {reading * 1e6:8.3f} + {writing * 1e6:.3f} µs")
        for rows, size in peaks.items():
            print(f"{f'highest resident size, {rows:,} rows':40} {size / 1024:8.0f} MB")


def processor(action: Callable[[], object], repeats: int = 3) -> float:
    """Seconds of processor time of all threads, the least of some runs."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        seconds.append(time.process_time() - start)
    return min(seconds)


def peak(source: Path, target: Path) -> int:
    """KiB at most resident in a process that runs `sonae book rate` and nothing else."""
    command = [sys.executable, "-m", "sonae.cli", "book", "rate", "--json", str(source), str(target)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss


if __name__ == "__main__":
    main()
