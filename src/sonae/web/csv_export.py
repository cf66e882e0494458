"""Tables as files for spreadsheets: CSV by RFC 4180, in UTF-8 with its mark, safe against formulas.

A text that a spreadsheet would take for a formula stands behind one apostrophe; numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a formula may begin with, in full width too."""


def cell(value: str | int) -> str:
    """One field: guarded, and quoted where it must be."""
    if isinstance(value, int):
        return str(value)
    text = f"'{value}" if value.startswith(FORMULA) else value
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def lines(rows: Iterable[Sequence[str | int]]) -> str:
    """Rows as RFC 4180 writes them: CRLF behind each."""
    return "".join(",".join(cell(value) for value in row) + "\r\n" for row in rows)


def answer(name: str, rows: Iterable[Sequence[str | int]]) -> HttpResponse:
    """The file as a download."""
    return HttpResponse(
        "\ufeff" + lines(rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "X-Content-Type-Options": "nosniff"},
    )  # fmt: skip
