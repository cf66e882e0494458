"""Simulations of a book in a file: which assumptions, whose members, and the results as words and files.

Nothing of the office's tables is read or written here; the book is a file.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from sonae import book
from sonae.book_kernel import Columns
from sonae.conditions import COVERAGES
from sonae.doors.loss_model_files import read_loss_model
from sonae.loss_model import LossModel
from sonae.office.book_files import NotABook, chunks, priced_by
from sonae.product import Product
from sonae.rating import Lines
from sonae.simulation import MODEL_TERMS, Chunk, Progress, Terms, lay, run
from sonae.simulation_exposure import exposed
from sonae.simulation_kernel import ALL_PAID, BY_SECTION, CAUSE, CLAIMANTS, GROSS, HIT, LARGEST, SYSTEMIC, YEAR
from sonae.simulation_results import Results, results
from sonae.simulation_tables import Exposed, Laid

FOLDER = Path(__file__).resolve().parent.parent / "loss_models"
FIRST = "first_judgement"


@lru_cache(maxsize=8)
def loss_model(name: str = FIRST) -> LossModel:
    """Shipped assumptions by name, or a folder by its path. Raises BrokenProduct with its faults."""
    folder = Path(name) if "/" in name or Path(name).is_dir() else FOLDER / name
    if not folder.is_dir():
        raise NotABook(f"想定のフォルダがありません: {name} / there is no such folder of assumptions")
    return read_loss_model(
        folder.name, {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    )


def terms_of_stoppage(product: Product) -> Terms:
    """Waiting time and maximum of a stoppage as the product's settlement rules say; without rules none."""
    rules = product.settlement
    if rules is None:
        return MODEL_TERMS
    stoppage = rules.stoppage
    return Terms(stoppage.waiting_hours.value / 24, float(stoppage.longest_days.value))


def book_of(
    product: Product, model: LossModel, source: Path, seed: int, inception: date | None = None
) -> tuple[Exposed, int]:
    """The members of a file that have a price, and how many rows have none (refused, or not in the product's words).

    Sheets are judged by the product's own, for covers from `inception`.
    `control_quality` (ten-thousandths), `cloud`, `vpn` and `shop` are read where the file has them.
    """
    parts: list[Columns] = []
    keys: dict[str, list[Any]] = {"control_quality": [], "cloud": [], "vpn": [], "shop": []}
    for chunk in chunks(source):
        parts.append(priced_by(product, chunk, inception))
        for name, found in keys.items():
            if name in chunk.schema.names:
                found.append(_numbers(chunk.column(name), name))
    if not parts:
        raise NotABook(f"{source.name} に加入者の行がありません / no members in the file")
    columns = Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    premium = book.rate(product, columns).premium
    codes = list(product.industries)
    strangers = [
        codes[place] for place in np.unique(columns.industry[premium >= 0]) if codes[place] not in model.industries
    ]
    if strangers:
        raise NotABook(
            f"想定 {model.id} にない業種です: {', '.join(strangers)} / the assumptions do not know these industries"
        )
    known = {name: np.concatenate(found) for name, found in keys.items() if len(found) == len(parts)}
    quality = known["control_quality"] / 10_000 if "control_quality" in known else None
    members, rows = exposed(
        product,
        model,
        columns,
        premium,
        quality=quality,
        cloud=known.get("cloud"),
        vpn=known.get("vpn"),
        shop=known.get("shop"),
        seed=seed,
    )
    if not len(rows):
        raise NotABook(f"{source.name} に保険料の出る加入者がいません / no member of the file has a price")
    return members, len(premium) - len(rows)


def _numbers(cells: Any, name: str) -> NDArray[np.int64]:
    """A key's cells as whole numbers, true as 1, empty as 0; a CSV file has them as text. Raises NotABook."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        lower = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(cells, "")))
        cells = pc.replace_with_mask(lower, pc.equal(lower, ""), pa.scalar("0", lower.type))
        for word, number in (("true", "1"), ("false", "0")):
            cells = pc.replace_with_mask(cells, pc.equal(cells, word), pa.scalar(number, cells.type))
    try:
        numbers: NDArray[np.int64] = pc.fill_null(cells.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as wrong:
        raise NotABook(
            f"{name} に整数でも true・false でもない値があります / neither a whole number nor true or false: {wrong}"
        ) from wrong
    return numbers


@dataclass(frozen=True)
class Simulated:
    """A run that is over: its tables, its results and how many rows of the book had no price."""

    laid: Laid
    model: LossModel
    results: Results
    progress: Progress
    without_price: int
    members: Exposed


def simulate(
    product: Product,
    model: LossModel,
    source: Path,
    *,
    years: int,
    seed: int,
    workers: int = 2,
    terms: Terms | None = None,
    show: Callable[[Progress], None] | None = None,
    keep_causes: bool = True,
    events_out: Path | None = None,
    inception: date | None = None,
) -> Simulated:
    """Simulate so many years over a book in a file. `show` is called after every chunk of years.

    Without `keep_causes` memory stays small for millions of years; the years' causes can then not be written. Events
    are written chunk by chunk while the run goes on.
    """
    members, without = book_of(product, model, source, seed, inception)
    laid = lay(product, model, members, terms or terms_of_stoppage(product))
    progress = None
    with ThreadPoolExecutor(workers) as pool, _event_file(laid, events_out) as write:
        for progress in run(
            laid, seed, years, keep_causes=keep_causes, keep_events=events_out is not None,
            each=partial(_few_ahead, pool, 2 * workers),
        ):  # fmt: skip
            write(progress.chunks[-1].events)
            if show is not None:
                show(progress)
    assert progress is not None, "a run has at least one year"
    found = results(laid, model, progress.chunks, int(members.premium.sum()))
    return Simulated(laid, model, found, progress, without, members)


def _few_ahead(pool: ThreadPoolExecutor, most: int, one: Callable[[int], Chunk], numbers: range) -> Iterator[Chunk]:
    """The pool's map, with only so many chunks done or begun before whoever reads them takes the first."""
    waiting: deque[Future[Chunk]] = deque()
    for number in numbers:
        waiting.append(pool.submit(one, number))
        if len(waiting) == most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def premiums(product: Product, source: Path, inception: date | None = None) -> dict[str, Any]:
    """The book's yearly premium by industry and coverage, shared out by the lines before discounts; float yen.

    The IT rider's premium counts with liability, from whose limit its losses are paid.
    """
    places = {name: list(Lines._fields).index(name) for name in (*COVERAGES, "it_business")}
    industries = list(product.industries)
    table = np.zeros((len(industries), len(COVERAGES)))
    members = np.zeros(len(industries), dtype=np.int64)
    for chunk in chunks(source):
        columns = priced_by(product, chunk, inception)
        outcome = book.rate(product, columns, lines=True)
        rows = np.flatnonzero(outcome.premium >= 0)
        parts = np.stack([outcome.lines[rows, places[name]] for name in COVERAGES], axis=1).astype(np.float64)
        parts[:, 0] += outcome.lines[rows, places["it_business"]]
        whole = parts.sum(axis=1, keepdims=True)
        shares = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0)
        industry = np.asarray(columns.industry)[rows]
        np.add.at(table, industry, shares * outcome.premium[rows][:, None])
        np.add.at(members, industry, 1)
    return {
        code: {"members": int(members[place]), **dict(zip(COVERAGES, table[place].tolist(), strict=True))}
        for place, code in enumerate(industries)
        if members[place]
    }


def ratios(premium: Mapping[str, Mapping[str, Any]], paid: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Loss ratio by coverage, and by industry with each of its coverages; None where there is no premium."""

    def ratio(yen: float, of: float) -> float | None:
        return yen / of if of > 0 else None

    return {
        "coverages": {
            one: ratio(sum(row[place] for row in paid.values()), sum(row[one] for row in premium.values()))
            for place, one in enumerate(COVERAGES)
        },
        "segments": {
            code: {"members": row["members"], "premium": sum(row[one] for one in COVERAGES),
                   "loss_ratio": ratio(sum(paid[code]), sum(row[one] for one in COVERAGES)),
                   **{one: ratio(paid[code][place], row[one]) for place, one in enumerate(COVERAGES)}}
            for code, row in premium.items()
        },
    }  # fmt: skip


def ties(members: Exposed) -> list[dict[str, Any]]:
    """Members that one supplier or one technique ties together: how many, their premium, and what a year could take.

    `limit` is the sum of the limits for business income, which an outage of a supplier meets, and of all limits.
    """
    groups = [("cloud", number + 1, members.cloud == number) for number in range(int(members.cloud.max()) + 1)]
    groups += [("no_cloud", 0, members.cloud < 0), ("vpn", 0, members.vpn), ("shop", 0, members.shop)]
    income = COVERAGES.index("business_income")
    return [
        {"kind": kind, "number": number, "members": int(held.sum()), "premium": int(members.premium[held].sum()),
         "limit": int(members.limit[held].sum()), "income_limit": int(members.limit[held, income].sum())}
        for kind, number, held in groups
    ]  # fmt: skip


def words_of(simulated: Simulated) -> dict[str, Any]:
    """The results as a document, with the assumptions' name, hash and warning."""
    model, found = simulated.model, simulated.results
    return {
        "assumptions": {"id": model.id, "hash": model.hash, "name": model.name_ja, "name_en": model.name_en},
        "warning": model.warning.text_ja,
        "warning_en": model.warning.text_en,
        "without_price": simulated.without_price,
        "loss_ratio": found.loss_ratio,
        "ties": ties(simulated.members),
        **asdict(found),
    }


def in_one_row(simulated: Simulated) -> dict[str, Any]:
    """What one table lays side by side: premium, expected loss, loss ratio, and the year's sum by return period."""
    found = simulated.results
    return {
        "premium": found.premium,
        "expected": found.expected,
        "expected_error": found.expected_error,
        "loss_ratio": found.loss_ratio,
        "judged_share": found.judged_share,
        "years": found.years,
        "periods": {
            str(one.return_period): {"loss": one.loss, "low": one.low, "high": one.high} for one in found.aggregate
        },
    }


def writable(target: Path) -> None:
    """Raise NotABook where years or events cannot be written; asked before a run, which may take hours."""
    if target.suffix not in (".parquet", ".csv"):
        raise NotABook(f"{target.name}: .parquet .csv のどちらかです / one of these")
    if not os.access(target.parent, os.W_OK):
        raise NotABook(f"{target.parent} に書き込めません / cannot be written to")


EVENTS = pa.schema(
    [("year", pa.int64()), ("cause", pa.string()), ("systemic", pa.bool_()), ("members", pa.int64()),
     ("gross", pa.int64()), ("paid", pa.int64()), *((f"paid_{section}", pa.int64()) for section in COVERAGES)]
)  # fmt: skip
"""The event loss table: yen before any terms, and paid; the first year is 1."""


@contextmanager
def _event_file(laid: Laid, target: Path | None) -> Iterator[Callable[[NDArray[np.int64]], None]]:
    """A file that takes events chunk by chunk, under its name only when it is whole; without a target, none."""
    if target is None:
        yield lambda _rows: None
        return
    unfinished = target.with_name(f".{target.name}.unfinished")
    causes = pa.array(laid.causes)
    perils = len(laid.perils)

    def batch(rows: NDArray[np.int64]) -> pa.RecordBatch:
        column = np.ascontiguousarray(rows.T)
        sections = column[BY_SECTION:]
        return pa.record_batch(
            [column[YEAR] + 1, causes.take(pa.array(column[CAUSE])), column[CAUSE] >= perils, column[HIT],
             column[GROSS], sections.sum(axis=0), *sections], schema=EVENTS
        )  # fmt: skip

    try:
        if target.suffix == ".parquet":
            with pyarrow.parquet.ParquetWriter(unfinished, EVENTS, compression="zstd") as parquet:
                yield lambda rows: parquet.write_batch(batch(rows))
        else:
            with pyarrow.csv.CSVWriter(unfinished, EVENTS) as lines:
                yield lambda rows: lines.write_batch(batch(rows))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def write_years(simulated: Simulated, target: Path) -> None:
    """The year loss table: a row a year, with what each cause paid, as Parquet or CSV by the file's ending."""
    writable(target)
    sums = [chunk.sums for chunk in simulated.progress.chunks]
    years = np.concatenate([one.years for one in sums], axis=1)
    causes = np.concatenate([one.year_cause for one in sums])
    columns = {
        "year": pa.array(np.arange(1, years.shape[1] + 1)),
        "paid": pa.array(years[ALL_PAID]),
        "systemic": pa.array(years[SYSTEMIC]),
        "largest_event": pa.array(years[LARGEST]),
        "members_with_claim": pa.array(years[CLAIMANTS]),
    }
    columns |= {
        code: pa.array(np.ascontiguousarray(causes[:, place])) for place, code in enumerate(simulated.laid.causes)
    }
    table = pa.table(columns)
    if target.suffix == ".parquet":
        pyarrow.parquet.write_table(table, target, compression="zstd")
    else:
        pyarrow.csv.write_csv(table, target)
