"""Books in files: Parquet, CSV and Arrow in and out, in chunks of fixed size, so memory stays flat in the rows.

A chunk is `CHUNK` rows of the file, wherever its own row groups end. The content hash is that of the row-ordered
outcome: sha256 over the chunks' sha256, the same for any format and any number of workers.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from sonae import book
from sonae.book_kernel import Columns, Outcome
from sonae.office import book_sheets
from sonae.office.book_cells import NotABook as NotABook
from sonae.office.book_cells import filled, flag
from sonae.product import Product
from sonae.rating import Lines

CHUNK = 1 << 17
_WHOLE = ("annual_sales", "it_sales", "set", "liability", "expense", "business_income", "security_discount")
_DISCOUNT = "security_discount"
_WORDS = ("industry", "plan")
_FEW = ("prefecture",)
"""Texts besides the words of which a book has few: kept as a dictionary from file to file."""
_MANY = ("member_id",)
"""Texts of which nearly every row has its own: a dictionary of them would be as long as the book."""
_LIMITS = ("liability", "expense", "business_income")
"""Whole numbers of which a book has few and large ones: a dictionary says them shortest. All others are packed as
differences, which costs less than looking each one up."""
_ALWAYS = ("findings", "problems")
"""Results that every row has, if only an empty text."""
MOST_TOLD = 1000
_LONGEST_CELL = 80


class BadRow(NamedTuple):
    """A row that is not in the product's words: its number from 1, its member, the codes of why, and what stands in the
    cells that they speak of."""

    row: int
    member_id: str
    reasons: tuple[str, ...]
    cells: dict[str, str]


@dataclass
class Report:
    """What became of a book. `told` are the first bad rows; `bad` counts them all. Premiums in yen."""

    rows: int = 0
    priced: int = 0
    refused: int = 0
    bad: int = 0
    premium: int = 0
    told: list[BadRow] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)

    @property
    def content_hash(self) -> str:
        """sha256 over the chunks' hashes, in order."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()


def rider_columns(product: Product) -> list[str]:
    """The riders that have a column of their own: all but business income, which its limit chooses."""
    income = product.rider_rating("business_income")
    return [code for code in product.riders if income is None or code != income.code]


def columns_of(product: Product, chunk: pa.RecordBatch, sheets: bool = False) -> Columns:
    """The chunk's cells as numbers; a cell that holds none marks its row unreadable.

    With sheets a book has no column of discounts: they are 0 here, and the caller puts what the sheets earn in their
    place.
    """
    known = book.prepared(product)
    missing = [
        name
        for name in ("member_id", *_WORDS, *_WHOLE, *rider_columns(product))
        if name not in chunk.schema.names and not (sheets and name == _DISCOUNT)
    ]
    if missing:
        raise NotABook(f"列がありません: {', '.join(missing)} / missing columns")
    unreadable = np.zeros(chunk.num_rows, dtype=bool)
    if sheets:
        if _DISCOUNT in chunk.schema.names:
            raise NotABook(f"{_DISCOUNT} と割引確認シートの列は一方だけです / a discount or a sheet, not both")
        chunk = chunk.append_column(_DISCOUNT, pa.repeat(pa.scalar(0, pa.int64()), chunk.num_rows))
    numbers = {name: _whole(chunk.column(name), name, unreadable) for name in _WHOLE}
    riders = np.zeros(chunk.num_rows, dtype=np.int64)
    for code in rider_columns(product):
        riders += flag(chunk.column(code), code, unreadable) * known.riders[code]
    return Columns(
        industry=_place(chunk.column("industry"), known.industries),
        plan=_place(chunk.column("plan"), known.plans),
        riders=riders,
        unreadable=unreadable,
        **numbers,
    )


def has_sheets(product: Product, names: list[str]) -> bool:
    """Whether a book has columns of the discount sheet: one is enough."""
    return product.sheet is not None and any(name in names for name in book_sheets.names(product.sheet))


def priced_by(product: Product, chunk: pa.RecordBatch, inception: date | None) -> Columns:
    """The chunk's cells as numbers, the discount as this product's own sheet earns it where the book has sheets. A book
    that was rated has both; without an inception day its discount is read."""
    names = chunk.schema.names
    sheets = has_sheets(product, names) and (inception is not None or _DISCOUNT not in names)
    return _judged(product, chunk, sheets, inception)[0]


def _judged(
    product: Product, chunk: pa.RecordBatch, sheets: bool, inception: date | None
) -> tuple[Columns, book_sheets.Judged | None]:
    columns = columns_of(product, chunk, sheets)
    if product.sheet is None or not sheets:
        return columns, None
    if inception is None:
        raise NotABook("割引確認シートの列には始期日（--inception）が要ります / sheets need the inception day")
    judged = book_sheets.judge(product.sheet, chunk, inception)
    unreadable = columns.unreadable | judged.unreadable
    return columns._replace(security_discount=judged.rows.discount, unreadable=unreadable), judged


def _place(words: Any, known: dict[str, int]) -> Any:
    """The positions of words, −1 for one that is not known; words that a file lists once are looked up once."""
    if pa.types.is_dictionary(words.type):
        places = np.append(_place(words.dictionary, known), -1)
        return places[
            pc.fill_null(words.indices.cast(pa.int64()), len(words.dictionary)).to_numpy(zero_copy_only=False)
        ]
    if not (pa.types.is_string(words.type) or pa.types.is_large_string(words.type)):
        return np.full(len(words), -1, dtype=np.int64)
    places = pc.index_in(words, value_set=pa.array(list(known), words.type))
    return pc.fill_null(places, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _whole(cells: Any, name: str, unreadable: Any) -> Any:
    kind = cells.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        good = pc.match_substring_regex(cells, r"^-?[0-9]{1,18}$")
        cells = pc.if_else(pc.fill_null(good, False), cells, pa.scalar(None, kind)).cast(pa.int64())
    elif pa.types.is_uint64(kind):
        fits = pc.less(cells, pa.scalar(2**63, pa.uint64()))
        cells = pc.if_else(fits, cells, pa.scalar(None, kind)).cast(pa.int64())
    elif not pa.types.is_integer(kind):
        raise NotABook(f"{name} は整数の列ではありません（{kind}）/ not a column of whole numbers")
    return filled(cells.cast(pa.int64()), 0, unreadable)


_SPEAK_OF = {
    "unknown_industry": ("industry",),
    "unknown_plan": ("plan",),
    "unknown_set": ("set",),
    "annual_sales": ("annual_sales",),
    "it_sales": ("it_sales",),
    "it_sales_above_annual_sales": ("it_sales", "annual_sales"),
    "it_sales_missing": ("it_sales",),
    "not_the_sets_own": ("set", "liability", "expense", "business_income"),
    "off_the_menu": ("liability", "expense", "business_income"),
    "not_a_step": (_DISCOUNT,),
}
"""The columns that a reason speaks of; of an unreadable row, those that cannot be read."""


def _bad_rows(product: Product, chunk: pa.RecordBatch, bad: Any, sheets: bool) -> list[BadRow]:
    """The first bad rows of a chunk, numbered in it."""
    rows = np.flatnonzero(bad)[:MOST_TOLD]
    if not len(rows):
        return []
    few = chunk.take(pa.array(rows))
    unread = _unread(product, few, sheets)
    cells = [few.column(name).to_pylist() for name in few.schema.names]
    found = []
    for number, row in enumerate(rows.tolist()):
        reasons = book.why_bad(int(bad[row]))
        concerned = {name for name, marks in unread.items() if marks[number]}
        concerned |= {name for reason in reasons for name in _SPEAK_OF.get(reason, ())}
        said = {
            name: "" if column[number] is None else str(column[number])
            for name, column in zip(few.schema.names, cells, strict=True)
        }
        shown = {name: words[:_LONGEST_CELL] for name, words in said.items() if name in concerned}
        found.append(BadRow(row + 1, said["member_id"], reasons, shown))
    return found


def _unread(product: Product, chunk: pa.RecordBatch, sheets: bool) -> dict[str, Any]:
    """Of each column, which of its cells cannot be read."""
    marks: dict[str, Any] = {}

    def tried(name: str, read: Callable[..., Any]) -> None:
        if name in chunk.schema.names:
            marks[name] = np.zeros(chunk.num_rows, dtype=bool)
            read(chunk.column(name), name, marks[name])

    for name in _WHOLE:
        if not (sheets and name == _DISCOUNT):
            tried(name, _whole)
    for code in rider_columns(product):
        tried(code, flag)
    if sheets and product.sheet is not None:
        for name, read in book_sheets.readings(product.sheet):
            tried(name, read)
    return marks


class Rated(NamedTuple):
    """A chunk with its outcome beside it, the hash of that outcome, and the chunk's first bad rows."""

    chunk: pa.RecordBatch
    outcome: Outcome
    digest: bytes
    bad: list[BadRow]


def rate_chunk(product: Product, chunk: pa.RecordBatch, lines: bool = False, inception: date | None = None) -> Rated:
    """Price one chunk: the same rows and order, with `premium`, `findings`, `problems` and the lines behind them; in a
    book with sheets also the `security_discount` that each earns for a cover from `inception`."""
    sheets = has_sheets(product, chunk.schema.names)
    columns, judged = _judged(product, chunk, sheets, inception)
    outcome = book.rate(product, columns, lines)
    known = book.prepared(product)
    added = {
        "premium": pa.array(outcome.premium, pa.int64(), mask=outcome.premium < 0),
        "findings": _codes(outcome.findings, known.codes),
        "problems": _codes(outcome.bad, book.why_bad),
    }
    if judged is not None and product.sheet is not None:
        said = book_sheets.said(product.sheet, judged, outcome.bad == 0)
        both = pc.binary_join_element_wise(added["findings"].dictionary_decode(), said, " ")
        added["findings"] = pc.dictionary_encode(pc.utf8_trim(both, " "))
        added[_DISCOUNT] = pa.array(judged.rows.discount, pa.int64(), mask=outcome.bad != 0)
    for number, name in enumerate(Lines._fields if lines else ()):
        added[f"line_{name}"] = pa.array(
            np.ascontiguousarray(outcome.lines[:, number]), pa.int64(), mask=outcome.premium < 0
        )
    taken = [name for name in chunk.schema.names if name in added]
    if taken:
        raise NotABook(f"結果の列がもうあります: {', '.join(taken)} / the book already has columns of results")
    digest = hashlib.sha256()
    for part in _texts(chunk.column("member_id")):
        digest.update(part)
    of_sheets = () if judged is None else judged.rows
    for part in (outcome.premium, outcome.findings, outcome.bad, *of_sheets):
        digest.update(np.ascontiguousarray(part).data)
    # Which cells may be empty is said in the file, so that nobody has to look for empty ones where there are none.
    fields = [*chunk.schema, *(pa.field(name, cells.type, name not in _ALWAYS) for name, cells in added.items())]
    return Rated(
        pa.RecordBatch.from_arrays([*chunk.columns, *added.values()], schema=pa.schema(fields)),
        outcome,
        digest.digest(),
        _bad_rows(product, chunk, outcome.bad, sheets),
    )


def _texts(cells: Any) -> tuple[Any, Any]:
    """The lengths of the texts and their bytes one after the other, wherever the file's own pieces end."""
    texts = pc.fill_null(cells.cast(pa.string()), "")
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.diff(ends), memoryview(b"" if data is None else data)[ends[0] : ends[-1]]


def _codes(bits: Any, words: Callable[[int], tuple[str, ...]]) -> Any:
    """Bit sets as codes with a space between; few sets are different, so each is said once, in a dictionary."""
    if not bits.any():  # nearly always so for what is wrong with a row: nothing need be counted
        none = pa.array([" ".join(words(0))], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(bits), dtype=np.int32)), none)
    coded = pc.dictionary_encode(pa.array(bits))
    said = pa.array([" ".join(words(one)) for one in coded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(coded.indices, said)


def chunks(source: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a file in chunks of exactly `CHUNK`, the last one shorter."""
    return in_chunks(_batches(source), CHUNK)


def in_chunks(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """The same rows in chunks of exactly `size`, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        while batch.num_rows:
            part = batch.slice(0, size - rows)
            waiting.append(part)
            rows += part.num_rows
            batch = batch.slice(part.num_rows)
            if rows == size:
                yield _joined(waiting)
                waiting, rows = [], 0
    if rows:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.concat_batches(batches) if len(batches) > 1 else batches[0]


def _batches(source: Path) -> Iterator[pa.RecordBatch]:
    try:
        match source.suffix:
            case ".parquet":
                with parquet(source) as file:
                    yield from file.iter_batches(batch_size=CHUNK)
            case ".csv":
                with source.open("rb") as lines:
                    names = next(iter(lines), b"").decode("utf-8-sig").strip().split(",")
                kinds = pyarrow.csv.ConvertOptions(
                    column_types={name.strip('"'): pa.string() for name in names}, strings_can_be_null=False
                )
                with pyarrow.csv.open_csv(source, convert_options=kinds) as file:
                    yield from file
            case ".arrow":
                with pa.memory_map(str(source)) as mapped, pyarrow.ipc.open_file(mapped) as file:
                    for number in range(file.num_record_batches):
                        yield file.get_batch(number)
            case other:
                raise NotABook(f"{other or source.name}: .parquet .csv .arrow のどれかです / one of these")
    except (pa.ArrowInvalid, UnicodeDecodeError) as wrong:
        encoded = source.suffix == ".csv" and "utf" in str(wrong).lower()
        fix = "UTF-8で保存し直してください / save it as UTF-8: " if encoded else ""
        raise NotABook(f"{source.name} を読み込めません / cannot be read: {fix}{wrong}") from wrong


def parquet(source: Path) -> pyarrow.parquet.ParquetFile:
    """The file opened, with the columns that repeat few words as dictionaries."""
    names = pyarrow.parquet.read_schema(source).names
    few = [name for name in (*_WORDS, *_FEW) if names.count(name) == 1]
    return pyarrow.parquet.ParquetFile(source, read_dictionary=few)


def _spelt_out(chunk: pa.RecordBatch) -> pa.RecordBatch:
    """The chunk with every text in full, for formats that have no dictionary of their own in every chunk."""
    cells = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in chunk.columns]
    fields = [field.with_type(column.type) for field, column in zip(chunk.schema, cells, strict=True)]
    return pa.RecordBatch.from_arrays(cells, schema=pa.schema(fields))


class Writer:
    """Writes chunks to a file by its ending; the file is there only when all is written."""

    def __init__(self, target: Path) -> None:
        if target.suffix not in (".parquet", ".csv", ".arrow"):
            raise NotABook(f"{target.suffix or target.name}: .parquet .csv .arrow のどれかです / one of these")
        self.target = target
        self.unfinished = target.with_name(f".{target.name}.unfinished")
        self.file: Any = None

    def write(self, chunk: pa.RecordBatch) -> None:
        if self.target.suffix != ".parquet":
            chunk = _spelt_out(chunk)
        if self.file is None:
            match self.target.suffix:
                case ".parquet":
                    packed = [
                        cells.name
                        for cells in chunk.schema
                        if pa.types.is_integer(cells.type) and cells.name not in _LIMITS
                    ]
                    self.file = pyarrow.parquet.ParquetWriter(
                        self.unfinished,
                        chunk.schema,
                        compression="lz4",
                        write_statistics=False,
                        store_schema=False,  # a dictionary is how it is written, not what it is
                        use_dictionary=[name for name in chunk.schema.names if name not in (*_MANY, *packed)],
                        column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
                        write_batch_size=1 << 14,
                    )
                case ".csv":
                    self.file = pyarrow.csv.CSVWriter(self.unfinished, chunk.schema)
                case _:
                    self.file = pyarrow.ipc.new_file(str(self.unfinished), chunk.schema)
        self.file.write_batch(chunk)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if self.file is not None:
            self.file.close()
            if failed is None:
                self.unfinished.replace(self.target)
            else:
                self.unfinished.unlink(missing_ok=True)


def rate_file(
    product: Product,
    source: Path,
    target: Path,
    lines: bool = False,
    progress: Callable[[Report], None] | None = None,
    inception: date | None = None,
) -> Report:
    """Price a file of members into another. Two chunks are under way at once while a third is written; they are written
    in their order, so no more than a handful is ever held."""
    from collections import deque
    from concurrent.futures import Future, ThreadPoolExecutor

    report = Report()
    with Writer(target) as writer, ThreadPoolExecutor(2) as workers, ThreadPoolExecutor(1) as writing:
        under_way: deque[Future[Rated]] = deque()
        written: Future[None] | None = None

        def finish() -> None:
            nonlocal written
            rated = under_way.popleft().result()
            count(report, rated)
            if written is not None:
                written.result()
            written = writing.submit(writer.write, rated.chunk)
            if progress is not None:
                progress(report)

        for chunk in chunks(source):
            under_way.append(workers.submit(rate_chunk, product, chunk, lines, inception))
            if len(under_way) > 2:
                finish()
        while under_way:
            finish()
        if written is not None:
            written.result()
    if report.rows == 0:
        raise NotABook(f"{source.name} に加入者の行がありません / no members in the file")
    return report


def count(report: Report, rated: Rated) -> None:
    """Add a rated chunk to the report."""
    outcome = rated.outcome
    bad = int(np.count_nonzero(outcome.bad))
    priced = outcome.premium >= 0
    free = max(0, MOST_TOLD - len(report.told))
    report.told += [one._replace(row=report.rows + one.row) for one in rated.bad[:free]]
    report.rows += rated.chunk.num_rows
    report.bad += bad
    report.priced += int(priced.sum())
    report.refused += rated.chunk.num_rows - bad - int(priced.sum())
    report.premium += int(outcome.premium[priced].sum())
    report.digests.append(rated.digest)


def whole_book(
    source: Path, old: Product, new: Product, inception: date | None = None
) -> tuple[list[str], Columns, Columns]:
    """A whole book in memory: the members' ids, and their columns in the words of both products; sheets are judged by
    each product's own, for covers from `inception`."""
    members: list[str] = []
    before, after = [], []
    for chunk in chunks(source):
        before.append(priced_by(old, chunk, inception))
        after.append(priced_by(new, chunk, inception))
        members += map(str, chunk.column("member_id").to_pylist())
    if not members:
        raise NotABook(f"{source.name} に加入者の行がありません / no members in the file")
    return members, _stacked(before), _stacked(after)


def _stacked(parts: list[Columns]) -> Columns:
    return Columns(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
