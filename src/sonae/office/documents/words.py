"""How papers put values into words: money, limits, days, hours, sums, and names that may be hostile.

Every function takes the paper's language, `ja` or `en`.
"""

import re
from datetime import date
from typing import Any, Final, Literal

from sonae import yen_text
from sonae.product import Product, Text
from sonae.worksheet import MARKS, STATUSES, Status

Language = Literal["ja", "en"]

MINUS: Final = "−"
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ON_PAPER: Final = frozenset({"stated", "published"})

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


def say(text: Text, language: Language) -> str:
    """The text in the paper's language."""
    return text.en if language == "en" else text.ja


def figure(yen: int) -> str:
    """1,504,450, with a true minus sign."""
    return f"{MINUS}{-yen:,}" if yen < 0 else f"{yen:,}"


def factor(ten_thousandths: int) -> str:
    """A factor with its four decimals: 2.7121."""
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"


def amount(yen: int, language: Language) -> str:
    """10億5,000万円, or ¥1,050,000,000."""
    return f"¥{yen:,}" if language == "en" else yen_text.write(yen)


def limit(yen: int, language: Language) -> str:
    """3千万円, or ¥30 million."""
    if language == "ja":
        return yen_text.write_limit(yen)
    return f"¥{yen // 10**6:,} million" if yen >= 10**6 and yen % 10**6 == 0 else f"¥{yen:,}"


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
    depth = 0
    for position, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and sign == ")":
            return position == len(text) - 1
    return False


def mark(status: Status | None, language: Language) -> dict[str, Any] | None:
    """The mark of a status: its word, and whether the value stands on paper. None where no value was read."""
    if status is None:
        return None
    return {"word": MARKS[status][language == "en"], "printed": status in _ON_PAPER}


def legend(language: Language) -> list[dict[str, Any]]:
    """Every mark with what it means, strongest first."""
    return [{"mark": mark(status, language), "means": say(MEANINGS[status], language)} for status in STATUSES]


def cited(product: Product, line: str, language: Language) -> str:
    """The title of the source that a line `place (key)` cites; the line itself when it names none."""
    found = re.fullmatch(r".* \(([^()]+)\)", line, re.DOTALL)
    source = product.sources.get(found[1]) if found else None
    return line if source is None else say(source.title, language)


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
