"""Sales by day or month from a CSV file (UTF-8 or CP932), or every fault in it by row.

Two columns with a header: 日付,売上高 (`date,sales`) for days or 月,売上高 (`month,sales`) for months.
Amounts are yen as people write them. Nothing is guessed and no row is dropped.
"""

import csv
import io
import re
from datetime import date, timedelta

from sonae import yen_text
from sonae.business_income import Takings
from sonae.doors.problem import FieldError, Problem, not_understood, too_large
from sonae.doors.vocabulary import error
from sonae.period import first_of_month
from sonae.risk import SALES_BELOW

MOST_BYTES = 1024 * 1024
MOST_ROWS = 1500
"""Four years of days."""

_DAY_HEADERS, _MONTH_HEADERS = ("日付", "date"), ("月", "month")
_SALES_HEADERS = ("売上高", "売上", "sales")
_DAY = re.compile(r"([0-9]{4})(?:-|/|年)([0-9]{1,2})(?:-|/|月)([0-9]{1,2})日?", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})(?:-|/|年)([0-9]{1,2})月?", re.ASCII)


def read(raw: bytes) -> tuple[Takings, ...] | Problem:
    """The recorded days or months in their order, or the problem with all faults. Row 1 is the header."""
    if len(raw) > MOST_BYTES:
        return too_large(MOST_BYTES)
    text = _decoded(raw)
    if text is None:
        return _broken("", "encoding", "文字コードはUTF-8かShift_JIS（CP932）にしてください。", "UTF-8 or CP932.")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return _broken("", "not_csv", "CSVとして読み取れません。", "The file is not CSV.")
    if not rows:
        return _broken("", "empty", "行がありません。", "The file has no rows.")
    headers = [cell.strip() for cell in rows[0]]
    monthly = headers[:1] != [] and headers[0] in _MONTH_HEADERS
    if len(headers) != 2 or headers[0] not in (*_DAY_HEADERS, *_MONTH_HEADERS) or headers[1] not in _SALES_HEADERS:
        return _broken(
            "/rows/1",
            "header",
            "1行目は「日付,売上高」か「月,売上高」にしてください。",
            "The first row is date,sales or month,sales.",
        )
    if len(rows) - 1 > MOST_ROWS:
        return _broken("", "too_many", f"{MOST_ROWS}行までです。", f"At most {MOST_ROWS} rows.")
    return _takings(rows[1:], monthly)


def _takings(rows: list[list[str]], monthly: bool) -> tuple[Takings, ...] | Problem:
    errors: list[FieldError] = []
    found: dict[date, Takings] = {}
    for number, cells in enumerate(rows, start=2):
        if not cells:
            continue
        where = f"/rows/{number}"
        if len(cells) != 2:
            reason = f"{number}行目: {len(cells)}列あります。2列にしてください（金額のカンマは外します）。"
            reason_en = f"Row {number}: {len(cells)} cells, not two: leave commas out of amounts, or quote them."
            errors.append(error(where, "cells", reason, reason_en))
            continue
        first = _first(cells[0].strip(), monthly)
        if first is None:
            form, form_en = (
                ("月は2026-04", "a month as 2026-04") if monthly else ("日付は2026-04-01", "a day as 2026-04-01")
            )
            reason = f"{number}行目・1列目: {form}の形で、実在するものを書いてください。"
            errors.append(error(f"{where}/1", "not_a_day", reason, f"Row {number}, column 1: {form_en}."))
        elif first in found:
            reason = f"{number}行目・1列目: {cells[0].strip()}が2回あります。"
            errors.append(error(f"{where}/1", "twice", reason, f"Row {number}, column 1: it is there twice."))
        sales = yen_text.read(cells[1])
        if isinstance(sales, yen_text.Unreadable):
            reason, reason_en = f"{number}行目・2列目: {sales.message}", f"Row {number}, column 2: {sales.message_en}"
            errors.append(error(f"{where}/2", sales.code, reason, reason_en))
        elif sales >= SALES_BELOW:
            reason = f"{number}行目・2列目: 1,000兆円未満で書いてください。"
            errors.append(error(f"{where}/2", "out_of_range", reason, f"Row {number}, column 2: below 10^15 yen."))
        elif first is not None and first not in found:
            until = first_of_month(first, 1) if monthly else first + timedelta(days=1)
            found[first] = Takings(first, until, sales)
    if errors:
        return not_understood(tuple(errors))
    if not found:
        return _broken("", "empty", "売上の行がありません。", "There is no row of sales.")
    return tuple(found[first] for first in sorted(found))


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _first(text: str, monthly: bool) -> date | None:
    """The first day of the record; None where the text is no existing day or month."""
    match = (_MONTH if monthly else _DAY).fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), 1 if monthly else int(match[3]))
    except ValueError:
        return None


def _broken(pointer: str, code: str, message: str, message_en: str) -> Problem:
    return not_understood((error(pointer, code, message, message_en),))
