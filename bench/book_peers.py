"""The rating of a book beside polars and duckdb: this very tariff, the same members, equal yen for yen, in one run.

`.venv/bin/python -m bench.book_peers [ROWS]` (default 1,000,000). Each is given the rates already selected, as
`rating.price` is, in its own kind of column, so that all four compute the same thirteen lines and nothing else; each
on one thread, and the two peers again with as many threads as they take. Peers: requirements/bench.in.
"""

import os
import sys

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read once, at import: a run with more sets it itself

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from bench.book import best, whole_domain
from sonae import book, book_kernel
from sonae.money import E4
from sonae.office import catalogue, compiled_code
from sonae.rating import Rates, Tariff


def polars_premium(tariff: Tariff, members: pl.DataFrame) -> pl.DataFrame:
    """The tariff as expressions over columns; a curve's rows are found by a sorted search."""

    def half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
        return (2 * numerator + denominator) // (2 * denominator)

    def on_curve(at: tuple[int, ...], factor: tuple[int, ...], value: pl.Expr) -> pl.Expr:
        sizes, factors = pl.lit(pl.Series(at)), pl.lit(pl.Series(factor))
        inside = value.clip(at[0], at[-1])
        row = (sizes.search_sorted(inside, side="right").cast(pl.Int64) - 1).clip(0, len(at) - 2)
        low, high = sizes.gather(row), sizes.gather(row + 1)
        start = factors.gather(row)
        return start + half_up((factors.gather(row + 1) - start) * (inside - low), high - low)

    c = pl.col
    share, it = c("core_at_size"), c("it_base")
    return (
        members.lazy()
        .with_columns(
            sales_factor=on_curve(tariff.sales_at, tariff.sales_factor, c("annual_sales")),
            it_sales_factor=on_curve(tariff.it_sales_at, tariff.it_sales_factor, c("it_sales")),
        )
        .with_columns(
            core_at_size=half_up(c("core_base") * c("sales_factor"), E4),
            income_at_size=half_up(c("business_income_base") * c("sales_factor"), E4),
            it_at_size=half_up(it * c("it_sales_factor"), E4),
        )
        .with_columns(
            subtotal=half_up(share * tariff.liability_share * c("liability_factor") * c("plan_factor"), 100 * E4 * E4)
            + half_up(share * tariff.expense_share * c("expense_factor") * c("plan_factor"), 100 * E4 * E4)
            + half_up(c("income_at_size") * c("business_income_factor") * c("continuity_factor"), E4 * E4)
            + half_up(c("it_at_size") * c("liability_factor"), E4)
        )
        .with_columns(after_group=half_up(c("subtotal") * (100 - tariff.group_discount), 100))
        .with_columns(after_security=half_up(c("after_group") * (100 - c("security_discount")), 100))
        .select(
            premium=pl.max_horizontal(
                pl.lit(tariff.minimum, pl.Int64), half_up(c("after_security"), tariff.unit) * tariff.unit
            )
        )
        .collect()
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


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    compiled_code.keep()
    product = catalogue.default()
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
        ours(tables.tariff, rates, columns.annual_sales, it_sales, columns.security_discount, premium)

    found: list[tuple[str, float]] = [("sonae, one thread", rows / best(ours_now, 5))]
    frame = pl.DataFrame(given)
    assert (polars_premium(product.tariff, frame)["premium"].to_numpy() == premium).all(), "polars: not the same yen"
    name = f"polars {pl.__version__}, {pl.thread_pool_size()} thread(s)"
    found.append((name, rows / best(lambda: polars_premium(product.tariff, frame), 5)))
    connection = duckdb.connect()
    connection.register("given", pa.table({"row": np.arange(rows), **given}))
    connection.execute("CREATE TABLE members AS SELECT * FROM given")
    statement = duckdb_premium(product.tariff)
    for threads in (1, os.cpu_count() or 1):
        connection.execute(f"SET threads = {threads}")
        priced = connection.execute(f"{statement} ORDER BY row").fetchnumpy()
        assert (priced["premium"] == premium).all(), "duckdb: not the same yen"
        seconds = best(lambda: connection.execute(f"CREATE OR REPLACE TEMP TABLE priced AS {statement}"), 3)
        found.append((f"duckdb {duckdb.__version__}, {threads} thread(s)", rows / seconds))
    print(f"{rows:,} members of the whole domain, equal yen for yen; load {os.getloadavg()[0]:.1f}")
    for name, speed in found:
        print(f"{name:36} {speed / 1e6:8.2f} M premiums/s   ours is {found[0][1] / speed:5.1f} times that")


if __name__ == "__main__":
    main()
