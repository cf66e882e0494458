"""How pages put values into words: all of `sonae.wording`, with limits in short, and findings as notes.

Pure: no framework, no clock. Every function that speaks takes the page's language, `ja` or `en`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sonae.product import Product
from sonae.quotation import Finding
from sonae.wording import (
    MINUS,
    Language,
    Mark,
    amount,
    day,
    difference,
    factor,
    figure,
    formula,
    hour,
    mark,
    points,
    say,
    source_place,
    source_title,
)
from sonae.wording import short_limit as limit

__all__ = [
    "MINUS",
    "Language",
    "Mark",
    "Note",
    "amount",
    "day",
    "difference",
    "factor",
    "figure",
    "formula",
    "hour",
    "limit",
    "mark",
    "note",
    "notes",
    "points",
    "say",
    "source_place",
    "source_title",
]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as a page shows it: the tone of its notice, what it says, and what it rests on."""

    code: str
    effect: str
    message: str
    source: str
    mark: Mark | None


def note(product: Product, finding: Finding, language: Language) -> Note:
    """A finding in the page's language, with the title of its source and the mark of the rule behind it."""
    status = next((rule.basis.status for rule in product.rules if rule.code == finding.code), None)
    return Note(
        code=finding.code,
        effect=finding.effect,
        message=finding.message_en if language == "en" else finding.message,
        source=source_title(product, finding.source, language),
        mark=mark(status, language),
    )


def notes(product: Product, findings: Iterable[Finding], language: Language) -> tuple[Note, ...]:
    """Findings in the page's language, each sentence once."""
    seen: dict[str, Note] = {}
    for finding in findings:
        shown = note(product, finding, language)
        seen.setdefault(shown.message, shown)
    return tuple(seen.values())
