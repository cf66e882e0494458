"""The rating of a book beside polars, duckdb, OpenFisca and zen-engine: this very tariff, the same members, equal yen
for yen, in one run.

`.venv/bin/python -m bench.book_peers [ROWS]` (default 1,000,000). Each is given the rates already selected, as
`rating.price` is, in its own kind of column, so that all compute the same thirteen lines and nothing else; each on
one thread, polars and duckdb again with all cores; the slow ones on fewer rows. Peers: requirements/bench.in.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from typing import Literal

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read once, at import: a run with more sets it itself

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import zen

from bench import openfisca_tariff
from bench.book import whole_domain
from bench.zen_tariff import selected_graph
from sonae import book, book_kernel
from sonae.money import E4
from sonae.office import catalogue, compiled_code
from sonae.rating import Rates, Tariff

Engine = Literal["in-memory", "streaming"]


def polars_premium(tariff: Tariff, members: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """The tariff as expressions over columns, the fastest of those tried here.

    A curve's segment is found by a sorted search, and its line is one division: the segment's start, rise and rounding
    are put into one addend beforehand. Slower, by processor time on 300,000 members: the formula as it is written
    after the same search (a third of the speed), when/then over the segments (a quarter), bins (two thirds), slices
    of the members. The streaming engine, which is the default, takes nearly twice as long.
    """

    def whole(value: int) -> pl.Expr:
        return pl.lit(value, pl.Int64)

    def half_up(numerator: pl.Expr, denominator: int) -> pl.Expr:
        """All denominators of the tariff are even."""
        return (numerator + whole(denominator // 2)) // whole(denominator)

    def on_curve(at: tuple[int, ...], factor: tuple[int, ...], value: pl.Expr) -> pl.Expr:
        segments = [
            (low, high - low, a, b - a) for (low, high), (a, b) in zip(pairwise(at), pairwise(factor), strict=True)
        ]
        twice_rise, addend, twice_width = (
            pl.lit(pl.Series(column, dtype=pl.Int64))
            for column in zip(
                *((2 * rise, 2 * width * a - 2 * rise * low + width, 2 * width) for low, width, a, rise in segments),
                strict=True,
            )
        )
        inside = value.clip(whole(at[0]), whole(at[-1]))
        row = pl.lit(pl.Series(at[1:-1], dtype=pl.Int64)).search_sorted(inside, side="right")
        return (twice_rise.gather(row) * inside + addend.gather(row)) // twice_width.gather(row)

    c = pl.col
    one = 100 * E4 * E4
    core = c("core_at_size")
    return (
        members.lazy()
        .with_columns(
            sales_factor=on_curve(tariff.sales_at, tariff.sales_factor, c("annual_sales")),
            it_sales_factor=on_curve(tariff.it_sales_at, tariff.it_sales_factor, c("it_sales")),
        )
        .with_columns(
            core_at_size=half_up(c("core_base") * c("sales_factor"), E4),
            income_at_size=half_up(c("business_income_base") * c("sales_factor"), E4),
            it_at_size=half_up(c("it_base") * c("it_sales_factor"), E4),
        )
        .with_columns(
            subtotal=half_up(core * whole(tariff.liability_share) * c("liability_factor") * c("plan_factor"), one)
            + half_up(core * whole(tariff.expense_share) * c("expense_factor") * c("plan_factor"), one)
            + half_up(c("income_at_size") * c("business_income_factor") * c("continuity_factor"), E4 * E4)
            + half_up(c("it_at_size") * c("liability_factor"), E4)
        )
        .with_columns(after_group=half_up(c("subtotal") * whole(100 - tariff.group_discount), 100))
        .with_columns(after_security=half_up(c("after_group") * (whole(100) - c("security_discount")), 100))
        .select(
            premium=pl.max_horizontal(
                whole(tariff.minimum), half_up(c("after_security"), tariff.unit) * whole(tariff.unit)
            )
        )
        .collect(engine=engine)
    )


def duckdb_premium(tariff: Tariff) -> str:
    """The tariff as one statement."""

    def half_up(numerator: str, denominator: int) -> str:
        return f"((2 * ({numerator}) + {denominator}) // {2 * denominator})"

    def on_curve(at: tuple[int, ...], factor: tuple[int, ...], value: str) -> str:
        """A search by halves, ending in the line between two rows: faster here than an ASOF join by fifteen times."""
        if len(at) == 2:
            rise = f"({factor[1] - factor[0]})::BIGINT * ({value} - {at[0]})"
            return f"({factor[0]} + {half_up(rise, at[1] - at[0])})"
        half = len(at) // 2
        below, above = (on_curve(at[part], factor[part], value) for part in (slice(half + 1), slice(half, None)))
        return f"CASE WHEN {value} < {at[half]} THEN {below} ELSE {above} END"

    size, it_size = (
        f"least(greatest({name}, {at[0]}), {at[-1]})"
        for name, at in (("annual_sales", tariff.sales_at), ("it_sales", tariff.it_sales_at))
    )
    one = 100 * E4 * E4
    return f"""
        WITH clipped AS (SELECT *, {size} AS size, {it_size} AS it_size FROM members),
        sized AS (SELECT *, {on_curve(tariff.sales_at, tariff.sales_factor, "size")} AS sf,
                  {on_curve(tariff.it_sales_at, tariff.it_sales_factor, "it_size")} AS itf FROM clipped),
        lines AS (SELECT *, {half_up("core_base * sf", E4)} AS core,
                  {half_up("business_income_base * sf", E4)} AS income, {
        half_up("it_base * itf", E4)
    } AS it FROM sized),
        subtotals AS (SELECT row, security_discount,
            {half_up(f"core * {tariff.liability_share} * liability_factor * plan_factor", one)}
          + {half_up(f"core * {tariff.expense_share} * expense_factor * plan_factor", one)}
          + {half_up("income * business_income_factor * continuity_factor", E4 * E4)}
          + {half_up("it * liability_factor", E4)} AS subtotal FROM lines),
        after AS (SELECT row, {
        half_up(half_up(f"subtotal * {100 - tariff.group_discount}", 100) + " * (100 - security_discount)", 100)
    } AS p FROM subtotals)
        SELECT row, greatest({tariff.minimum}, {half_up("p", tariff.unit)} * {
        tariff.unit
    })::BIGINT AS premium FROM after
    """


@dataclass
class Measured:
    """The best of some runs of one side, in rows a second: by the clock, and by its own processor time (with
    several threads, of all of them)."""

    name: str
    by_clock: float
    by_processor: float


def measured(name: str, rows: int, action: Callable[[], object], repeats: int = 5) -> Measured:
    """The first run, which compiles or warms, aside."""
    action()
    clock, processor = [], []
    for _ in range(repeats):
        start, start_of_processor = time.perf_counter(), time.process_time()
        action()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_of_processor)
    return Measured(name, rows / min(clock), rows / min(processor))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    only_polars = "--only-polars" in sys.argv
    compiled_code.keep()
    product = catalogue.default()
    tariff = product.tariff
    tables, columns = book.prepared(product).tables, whole_domain(product, rows)
    rates = Rates(*(np.empty(rows, dtype=np.int64) for _ in Rates._fields))
    it_sales, premium = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int64)
    book.compiled(book_kernel.select_rows)(tables, columns, rates, it_sales)
    given = {
        "annual_sales": columns.annual_sales,
        "it_sales": it_sales,
        "security_discount": columns.security_discount,
        **rates._asdict(),
    }
    ours = book.compiled(book_kernel.price_rows)

    def ours_now() -> None:
        ours(tariff, rates, columns.annual_sales, it_sales, columns.security_discount, premium)

    found = [measured("sonae, one thread", rows, ours_now)]
    frame = pl.DataFrame(given)
    engines: tuple[Engine, ...] = ("in-memory", "streaming")
    for engine in engines:
        assert (polars_premium(tariff, frame, engine)["premium"].to_numpy() == premium).all(), "polars: not the yen"
        name = f"polars {pl.__version__} {engine}, {pl.thread_pool_size()} thread(s)"
        found.append(measured(name, rows, partial(polars_premium, tariff, frame, engine)))
    if only_polars:
        tell(found[1:], found[0])
        return
    connection = duckdb.connect()
    connection.register("given", pa.table({"row": np.arange(rows), **given}))
    connection.execute("CREATE TABLE members AS SELECT * FROM given")
    statement = duckdb_premium(tariff)
    for threads in (1, os.cpu_count() or 1):
        connection.execute(f"SET threads = {threads}")
        priced = connection.execute(f"{statement} ORDER BY row").fetchnumpy()
        assert (priced["premium"] == premium).all(), "duckdb: not the same yen"
        priced_now = partial(connection.execute, f"CREATE OR REPLACE TEMP TABLE priced AS {statement}")
        found.append(measured(f"duckdb {duckdb.__version__}, {threads} thread(s)", rows, priced_now, 3))
    some = min(rows, 200_000)
    openfisca = openfisca_tariff.premium(tariff, {name: cells[:some] for name, cells in given.items()})
    assert (openfisca() == premium[:some]).all(), "openfisca: not the same yen"
    found.append(measured(f"openfisca-core {version('openfisca-core')}, {some:,} rows", some, openfisca, 3))
    few = min(rows, 2_000)
    members = [{name: int(cells[row]) for name, cells in given.items()} for row in range(few)]
    decision = zen.ZenEngine().create_decision(selected_graph(product))

    def zen_now() -> list[int]:
        return [int(decision.evaluate(member)["result"]["annual_premium"]) for member in members]

    assert zen_now() == premium[:few].tolist(), "zen-engine: not the same yen"
    found.append(measured(f"zen-engine {version('zen-engine')}, {few:,} rows", few, zen_now, 3))
    print(f"{rows:,} members of the whole domain, equal yen for yen; load {os.getloadavg()[0]:.1f}")
    tell(found, found[0])
    sys.stdout.flush()
    os.environ["POLARS_MAX_THREADS"] = str(os.cpu_count() or 1)
    subprocess.run([sys.executable, "-m", "bench.book_peers", str(rows), "--only-polars"], check=True)


def tell(found: list[Measured], ours: Measured) -> None:
    for one in found:
        clock, processor = one.by_clock / 1e6, one.by_processor / 1e6
        print(
            f"{one.name:44} M premiums/s by the clock {clock:8.3f} (ours {ours.by_clock / one.by_clock:7.1f} times)"
            f", by processor time {processor:8.3f} (ours {ours.by_processor / one.by_processor:7.1f} times)"
        )


if __name__ == "__main__":
    main()
