"""The discount sheet in a book's columns: answers, facts and papers as a request would name them, a row a member.

Columns: a question's id with the code of its answer (empty counts as none); every fact's code, true or false, all of
them; of a kind of paper `KIND_expires` or `KIND_issued` with its day (empty: no paper), or `KIND`, true or false, where
the kind asks for no day. Other columns than facts may be left out.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sonae import book_sheet
from sonae.book_sheet import JudgedRows, SheetColumns
from sonae.discount import NO_PAPER, words_of
from sonae.office.book_cells import NotABook, days, flag
from sonae.product import CertificateKind, DiscountSheet

_DAYS = ("expires", "issued")


class Judged(NamedTuple):
    """The judged rows, and whether a cell of the row's sheet holds no word or day of the product's."""

    rows: JudgedRows
    unreadable: Any


def names(sheet: DiscountSheet) -> list[str]:
    """The columns that belong to the sheet."""
    questions, facts = ([one.id for one in sheet.questions], [one.code for one in sheet.facts])
    return [*questions, *facts, *(name for kind in sheet.certificates for name in _columns_of(kind))]


def _columns_of(kind: CertificateKind) -> list[str]:
    dated = [day for day in _DAYS if day in kind.needs]
    return [f"{kind.kind}_{day}" for day in dated] or [kind.kind]


def judge(sheet: DiscountSheet, chunk: pa.RecordBatch, inception: date) -> Judged:
    """What every row's sheet earns for a cover from `inception`."""
    there = set(chunk.schema.names)
    missing = [one.code for one in sheet.facts if one.code not in there]
    if missing:
        raise NotABook(f"列がありません: {', '.join(missing)} / missing columns of the sheet")
    rows = chunk.num_rows
    unreadable = np.zeros(rows, dtype=bool)
    words = words_of(sheet)
    facts = np.zeros(rows, dtype=np.int64)
    for code, bit in words.facts.items():
        facts += flag(chunk.column(code), code, unreadable) * bit
    answers = np.empty((rows, len(words.answers)), dtype=np.int64)
    for number, (question, known) in enumerate(zip(sheet.questions, words.answers, strict=True)):
        answers[:, number] = known["none"]
        if question.id in there:
            answers[:, number] = _answers(chunk.column(question.id), question.id, unreadable, known)
    kinds = np.full((rows, len(sheet.certificates)), NO_PAPER, dtype=np.int64)
    expires, issued = np.zeros_like(kinds), np.zeros_like(kinds)
    for number, kind in enumerate(sheet.certificates):
        for name, cells in _given(kind, chunk):
            if name == kind.kind:
                held = flag(cells, name, unreadable) != 0
            else:
                found = days(cells, name, unreadable)
                (expires if name.endswith(_DAYS[0]) else issued)[:, number] = found
                held = found != 0
            kinds[held, number] = number
    found = book_sheet.judge_sheets(sheet, SheetColumns(answers, facts, kinds, expires, issued), inception)
    return Judged(found, unreadable)


def readings(sheet: DiscountSheet) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every column of the sheet with what reads its cells and marks the rows where it cannot."""
    for fact in sheet.facts:
        yield fact.code, flag
    for question, known in zip(sheet.questions, words_of(sheet).answers, strict=True):
        yield question.id, partial(_answers, known=known)
    for kind in sheet.certificates:
        for name in _columns_of(kind):
            yield name, flag if name == kind.kind else days


def _given(kind: CertificateKind, chunk: pa.RecordBatch) -> Iterator[tuple[str, Any]]:
    return ((name, chunk.column(name)) for name in _columns_of(kind) if name in chunk.schema.names)


def _answers(cells: Any, name: str, unreadable: Any, known: dict[str, int]) -> Any:
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        raise NotABook(f"{name} は回答コードの列ではありません（{cells.type}）/ not a column of answers")
    cells = pc.if_else(pc.equal(pc.fill_null(cells, ""), ""), "none", cells)
    places = pc.index_in(cells, value_set=pa.array(list(known), cells.type))
    unreadable |= places.is_null().to_numpy(zero_copy_only=False)
    return np.array(list(known.values()))[pc.fill_null(places, 0).to_numpy(zero_copy_only=False)]


def said(sheet: DiscountSheet, judged: Judged, good: Any) -> Any:
    """The codes of each row's findings about its sheet, with a space between; nothing for rows that are bad."""
    kept: dict[tuple[int, ...], str] = {}
    table = np.column_stack([judged.rows.knocked, judged.rows.moved, judged.rows.reasons])
    table[~good] = 0
    distinct, where = np.unique(table, axis=0, return_inverse=True)
    for row in map(tuple, distinct.tolist()):
        kept[row] = " ".join(book_sheet.codes(sheet, row[0], row[1], list(row[2:])))
    return pa.array(list(kept.values()), pa.string()).take(pa.array(where.reshape(-1)))
