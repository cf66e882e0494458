"""What papers need beyond `sonae.wording`: marks with their legend, and names that may be hostile.

Every function that speaks takes the paper's language, `ja` or `en`.
"""

import re
from typing import Any, Final

from sonae import wording
from sonae.product import Text
from sonae.wording import (
    MINUS,
    Language,
    amount,
    day,
    factor,
    figure,
    formula,
    hour,
    limit,
    say,
)
from sonae.wording import source_title as cited
from sonae.worksheet import STATUSES, Status

__all__ = [
    "MEANINGS",
    "MINUS",
    "Language",
    "amount",
    "cited",
    "day",
    "factor",
    "figure",
    "formula",
    "hour",
    "legend",
    "limit",
    "mark",
    "name",
    "say",
    "sized",
]

MEANINGS: Final[dict[Status, Text]] = {
    "stated": Text("募集案内に印刷されている", "printed in the plan's brochure"),
    "published": Text(
        "法令や同種の商品の公開資料にある", "in public documents of the law or of the same kind of product"
    ),
    "fitted": Text("印刷された保険料例から復元した", "reconstructed from the brochure's examples"),
    "comparable": Text("他社の公開情報から取った", "taken from another insurer's public figures"),
    "assumed": Text("確認できず、理由を書いて置いた", "not confirmed; set by judgement, with its reason"),
}
"""What a mark means to the reader."""


def mark(status: Status | None, language: Language) -> dict[str, Any] | None:
    """The mark of a status as templates read it: its word, and whether the value stands on paper."""
    found = wording.mark(status, language)
    return None if found is None else {"word": found.word, "printed": found.on_paper}


def legend(language: Language) -> list[dict[str, Any]]:
    """Every mark with what it means, strongest first."""
    return [{"mark": mark(status, language), "means": say(MEANINGS[status], language)} for status in STATUSES]


_LONGEST_RUN: Final = 12


def name(text: str) -> list[str]:
    """A name in pieces between which a line may break; joined they are the name, code point for code point.

    Line breaks and tabs, which a name cannot have, become one space. A run of more than twelve letters without
    a place to break is cut, so that no name is wider than its column.
    """
    line = " ".join(re.split(r"[\t\n\v\f\r\x85\u2028\u2029]+", text)).strip(" ")
    pieces = []
    for part in re.findall(r"[!-~\u00A1-\u2DFF]+|[^!-~\u00A1-\u2DFF]+", line):
        if len(part) > _LONGEST_RUN and part[0] < "\u2e00":
            pieces += [part[at : at + _LONGEST_RUN] for at in range(0, len(part), _LONGEST_RUN)]
        else:
            pieces.append(part)
    return pieces


def sized(text: str, sizes: tuple[tuple[int, float], ...]) -> dict[str, Any]:
    """A name in pieces, in the size (points) that its length allows: up to so many characters, the last for all."""
    pieces = name(text)
    length = sum(map(len, pieces))
    size = next((size for longest, size in sizes if length <= longest), sizes[-1][1])
    return {"name": pieces, "size": size}
