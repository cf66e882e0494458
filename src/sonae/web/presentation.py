"""How values are put into words on a page: money, limits, dates, marks and findings.

Pure: no framework, no clock. Every function takes the page's language, `ja` or `en`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sonae import yen_text
from sonae.product import Product, Text
from sonae.quotation import Finding
from sonae.worksheet import Status

Language = Literal["ja", "en"]

MINUS: Final = "−"

_MARKS: Final[Mapping[Status, Text]] = {
    "stated": Text("記載", "stated"),
    "published": Text("公表", "published"),
    "fitted": Text("推定", "fitted"),
    "comparable": Text("参考", "comparable"),
    "assumed": Text("仮定", "assumed"),
}
_ON_PAPER: Final = frozenset({"stated", "published"})


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a value: its word, and whether it stands on paper (a solid line) or not (a dotted one)."""

    word: str
    on_paper: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as a page shows it: the tone of its notice, what it says, and what it rests on."""

    code: str
    effect: str
    message: str
    source: str
    mark: Mark | None


def say(text: Text, language: Language) -> str:
    """The text in the page's language."""
    return text.en if language == "en" else text.ja


def mark(status: Status | None, language: Language) -> Mark | None:
    """The mark of a status; None where no product value was read."""
    if status is None:
        return None
    return Mark(say(_MARKS[status], language), status in _ON_PAPER)


def figure(yen: int) -> str:
    """1,504,450, with a true minus sign; the unit stands beside it."""
    return f"{MINUS}{-yen:,}" if yen < 0 else f"{yen:,}"


def difference(yen: int) -> str:
    """+32,920, −110,230 or ±0."""
    if yen == 0:
        return "±0"
    return f"+{yen:,}" if yen > 0 else figure(yen)


def amount(yen: int, language: Language) -> str:
    """10億5,000万円, or ¥1,050,000,000."""
    return f"¥{yen:,}" if language == "en" else yen_text.write(yen)


def limit(yen: int, language: Language) -> str:
    """3千万円, or ¥30m."""
    if language == "ja":
        return yen_text.write_limit(yen)
    for worth, word in ((10**9, "bn"), (10**6, "m")):
        if yen >= worth and yen % (worth // 10) == 0:
            whole, tenth = divmod(yen * 10 // worth, 10)
            return f"¥{whole}{f'.{tenth}' if tenth else ''}{word}"
    return f"¥{yen:,}"


def factor(ten_thousandths: int) -> str:
    """A factor with its four decimals: 2.7121."""
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"


def points(tenths: int) -> str:
    """Points without a needless decimal: 64.4, 6."""
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth else f"{whole}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(value: date, language: Language) -> str:
    """2027年4月1日, or 1 April 2027."""
    if language == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def hour(value: int, language: Language) -> str:
    """午後4時, or 4 p.m."""
    half = (value % 24) // 12
    twelve = value % 12
    if language == "en":
        return f"{twelve or 12} {('a.m.', 'p.m.')[half]}"
    return f"{('午前', '午後')[half]}{twelve}時"


def formula(text: str) -> str:
    """A formula with its whole numbers grouped. One `r(…)` around all of it is left out: every line is rounded."""
    inner = text[2:-1] if text.startswith("r(") and _closes_at_end(text) else text
    return re.sub(r"(?<![\d.])\d{4,}(?!\.?\d)", lambda found: f"{int(found.group()):,}", inner)


def _closes_at_end(text: str) -> bool:
    """Whether the bracket that opens first is the one that closes last."""
    depth = 0
    for position, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and sign == ")":
            return position == len(text) - 1
    return False


_CITED: Final = re.compile(r"(?P<where>.*) \((?P<key>[^()]+)\)", re.DOTALL)


def source_title(product: Product, cited: str, language: Language) -> str:
    """The title of the source that a cited line names (`where (key)`); the line itself if it names none."""
    found = _CITED.fullmatch(cited)
    if found is None or found["key"] not in product.sources:
        return cited
    return say(product.sources[found["key"]].title, language)


def source_place(cited: str) -> str:
    """The place in the product's files that a cited line names."""
    found = _CITED.fullmatch(cited)
    return found["where"] if found else cited


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
