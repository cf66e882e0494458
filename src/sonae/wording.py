"""How values are put into words, on pages and papers alike: money, limits, factors, days, hours, sums, marks, sources.

Every function that speaks takes the reader's language, `ja` or `en`.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sonae import yen_text
from sonae.explanation import decimal
from sonae.product import Product, Text
from sonae.worksheet import MARKS, Status

Language = Literal["ja", "en"]

MINUS: Final = "−"
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ON_PAPER: Final = frozenset({"stated", "published"})


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a value: its word, and whether it stands on paper (a solid line) or not (a dotted one)."""

    word: str
    on_paper: bool


def say(text: Text, language: Language) -> str:
    """The text in the reader's language."""
    return text.en if language == "en" else text.ja


def mark(status: Status | None, language: Language) -> Mark | None:
    """The mark of a status; None where no product value was read."""
    if status is None:
        return None
    return Mark(MARKS[status][language == "en"], status in _ON_PAPER)


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
    """3千万円, or ¥30 million."""
    if language == "ja":
        return yen_text.write_limit(yen)
    return f"¥{yen // 10**6:,} million" if yen >= 10**6 and yen % 10**6 == 0 else f"¥{yen:,}"


def short_limit(yen: int, language: Language) -> str:
    """3千万円, or ¥30m: for the narrow columns of pages."""
    if language == "ja":
        return yen_text.write_limit(yen)
    for worth, word in ((10**9, "bn"), (10**6, "m")):
        if yen >= worth and yen % (worth // 10) == 0:
            whole, tenth = divmod(yen * 10 // worth, 10)
            return f"¥{whole}{f'.{tenth}' if tenth else ''}{word}"
    return f"¥{yen:,}"


def factor(ten_thousandths: int) -> str:
    """A factor with its four decimals: 2.7121."""
    return decimal(ten_thousandths)


def points(tenths: int) -> str:
    """Points without a needless decimal: 64.4, 6."""
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth else f"{whole}"


def day(value: date, language: Language) -> str:
    """2027年4月1日, or 1 April 2027."""
    if language == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def hour(value: int, language: Language) -> str:
    """午後4時, or 4 p.m."""
    afternoon, twelve = divmod(value % 24, 12)
    if language == "en":
        return f"{twelve or 12} {('a.m.', 'p.m.')[afternoon]}"
    return f"{('午前', '午後')[afternoon]}{twelve}時"


def formula(text: str) -> str:
    """A worksheet's formula with its whole numbers grouped; one `r(…)` around all of it goes without saying."""
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
    """The title of the source that a cited line names (`where (key)`, or the key alone); the line if it names none."""
    found = _CITED.fullmatch(cited)
    key = found["key"] if found else cited
    return say(product.sources[key].title, language) if key in product.sources else cited


def source_place(cited: str) -> str:
    """The place in the product's files that a cited line names."""
    found = _CITED.fullmatch(cited)
    return found["where"] if found else cited
