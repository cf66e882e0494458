"""The discount sheets of a book, judged row by row by the very source that judges one (`discount.judge_numbers`)."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from sonae import discount
from sonae.book import compiled, whole
from sonae.discount import REASONS, SheetTable, judge_numbers, laid_out, reason_of
from sonae.product import DiscountSheet

# Made known to the compiler, which then compiles these very functions.
for _function in (
    discount.ladder, discount.answer_number, discount.papers_earned, reason_of, discount.judge_lowered, judge_numbers,
):  # fmt: skip
    register_jitable(_function)


class SheetColumns(NamedTuple):
    """The sheets of a book, a row each: the number of the answer to each question and the bits of the true facts; of
    each place for a paper its kind's number (or `discount.NO_PAPER`) and its days as ordinals, 0 for none."""

    answers: Any
    facts: Any
    kinds: Any
    expires: Any
    issued: Any


class JudgedRows(NamedTuple):
    """A row each: the discount in whole percent; the bits of the knock-outs and of the questions that were moved; and
    of each place for a paper the number in `discount.REASONS` of why it scores nothing."""

    discount: Any
    knocked: Any
    moved: Any
    reasons: Any


def judge_rows(table: SheetTable, sheets: SheetColumns, judged: JudgedRows) -> None:
    """Every sheet of the book."""
    for row in range(len(sheets.facts)):
        answers, facts = sheets.answers[row], sheets.facts[row]
        kinds, expires, issued = sheets.kinds[row], sheets.expires[row], sheets.issued[row]
        found = judge_numbers(table, answers, facts, kinds, expires, issued)
        judged.discount[row] = found.total
        judged.knocked[row] = found.knocked
        judged.moved[row] = found.moved
        for paper in range(len(kinds)):
            judged.reasons[row, paper] = 0
            if kinds[paper] >= 0:
                judged.reasons[row, paper] = reason_of(
                    table, kinds[paper], expires[paper], issued[paper], answers, found.moved, facts
                )


def judge_sheets(sheet: DiscountSheet, sheets: SheetColumns, inception: date) -> JudgedRows:
    """What every row's sheet earns for covers that start on `inception`."""
    laid: Any = (whole(part) if isinstance(part, tuple) else part for part in laid_out(sheet, inception))
    rows, places = sheets.kinds.shape
    discounts, knocked, moved = (np.zeros(rows, dtype=np.int64) for _ in range(3))
    judged = JudgedRows(discounts, knocked, moved, np.zeros((rows, places), dtype=np.int64))
    compiled(judge_rows)(SheetTable(*laid), sheets, judged)
    return judged


def codes(sheet: DiscountSheet, knocked: int, moved: int, reasons: list[int]) -> tuple[str, ...]:
    """The codes of one row's findings about its sheet, in the order of a quotation's."""
    return (
        *(one.code for number, one in enumerate(sheet.knock_outs) if knocked >> number & 1),
        *("answer_counted_as_certificate" for number in range(len(sheet.questions)) if moved >> number & 1),
        *(f"certificate_{REASONS[reason]}" for reason in reasons if reason),
    )
