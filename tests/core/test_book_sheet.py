"""The sheets of a book earn and say what the quotation of each member would."""

from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae import book_sheet
from sonae.book_sheet import SheetColumns, judge_sheets
from sonae.discount import NO_PAPER, numbers_of
from sonae.risk import Sheet
from tests.core.asking import DAY, answered, codes, shipped, understood, words
from tests.core.drawing import sheets

PLACES = 6


def columns(drawn: list[Sheet]) -> SheetColumns:
    asked = shipped().sheet
    assert asked is not None
    rows = [numbers_of(asked, one) for one in drawn]

    def papers(name: str, nothing: int) -> Any:
        found = [getattr(row, name) for row in rows]
        return np.array([[*some, *[nothing] * (PLACES - len(some))] for some in found], dtype=np.int64)

    return SheetColumns(
        answers=np.array([row.answers for row in rows], dtype=np.int64),
        facts=np.array([row.facts for row in rows], dtype=np.int64),
        kinds=papers("kinds", NO_PAPER),
        expires=papers("expires", 0),
        issued=papers("issued", 0),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(sheets(), min_size=1, max_size=20))
def test_a_books_sheets_are_judged_like_its_members(drawn: list[dict[str, Any]]) -> None:
    sheet = shipped().sheet
    assert sheet is not None
    asked = [understood(words(sheet=one)).request.sheet for one in drawn]
    found = judge_sheets(sheet, columns([one for one in asked if one is not None]), date.fromisoformat(DAY))
    for row, one in enumerate(drawn):
        answer = answered(words(sheet=one))
        line = next(line for line in answer.worksheet if line.line == "after_security_discount")
        assert f"(1 − {int(found.discount[row]) / 100:.2f})" in line.formula
        said = book_sheet.codes(sheet, int(found.knocked[row]), int(found.moved[row]), found.reasons[row].tolist())
        assert list(said) == codes(answer)
