"""Sets a paper: one template, one set of plain data, PDF/A-2b and PDF/UA-1 out.

Data reach the template as one JSON text, so nothing in them is ever read as markup. The same template, data and
moment give the same bytes: fonts and template come from this package, and the time is the one that is passed.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from sonae.office.documents import glyphs

PAPER: Final = Path(__file__).resolve().parent.parent / "paper"
"""The templates, and the fonts below them."""

STANDARDS: Final = ("a-2b", "ua-1")
"""Archiving (ISO 19005-2, level b) and accessibility (ISO 14289-1)."""

# A compiler serves one thread at a time.
_turn: Final = Lock()


def typeset(template: str, data: dict[str, Any], moment: datetime) -> bytes:
    """The PDF of a template filled with data; `moment` (with its zone) is the paper's date of creation.

    Raises MissingGlyph for a character that the fonts cannot print. typst itself refuses a paper that would
    break one of the standards.
    """
    glyphs.check(_texts(data))
    with _turn:
        made = _compiler(template).compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[*STANDARDS],
            timestamp=moment,
        )
    assert isinstance(made, bytes), "one PDF is one byte string"
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(glyphs.FONTS)])


@lru_cache(maxsize=16)
def _compiler(template: str) -> typst.Compiler:
    """The compiler of a template, kept with its fonts for the life of the process."""
    return typst.Compiler(str(PAPER / f"{template}.typ"), root=str(PAPER), font_paths=_fonts())


def _texts(data: Any) -> Iterator[str]:
    """Every text in the data, however deep."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
