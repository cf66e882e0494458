"""Amounts of money as people write them in Japanese, read to whole yen and written back.

「10億5千万」「1,050,000千円」「１０億５０００万円」「105000万円」 are all 1,050,000,000 yen.
A text that could mean two amounts is refused with a reason; nothing is guessed.

Full-width digits, comma, point, space and yen sign count as their ASCII forms: this one
normalisation, and no other. Digits of other scripts and kanji numerals (「五億」) are refused.
Yen are whole numbers; a decimal point may stand only in a single term that has a unit and
still comes out in whole yen (「1.5億」).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

LONGEST: Final = 40
"""Characters. Anything longer is no amount, and need not be looked at."""

_ASCII: Final = str.maketrans("０１２３４５６７８９，．　￥", "0123456789,. ¥")
_BIG: Final = {"兆": 10**12, "億": 10**8, "万": 10**4}
_SMALL: Final = {"千": 1000, "百": 100, "十": 10}
_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_KNOWN: Final = re.compile(r"[0-9,. ¥兆億万千百十円]*")

_ALLOWED_JA: Final = "「10億5千万円」「105,000万円」「1,050,000千円」「1050000000」のように入力してください。"
_ALLOWED_EN: Final = "Write it like 1050000000, 1,050,000,000円, 10億5千万円, 105,000万円 or 1,050,000千円."


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no amount; both sentences end by naming what is allowed."""

    code: str
    message: str
    message_en: str


def _no(code: str, ja: str, en: str) -> Unreadable:
    return Unreadable(code, f"{ja}{_ALLOWED_JA}", f"{en} {_ALLOWED_EN}")


_EMPTY: Final = _no("empty", "金額が入力されていません。", "No amount is given.")
_LONG: Final = _no("too_long", f"金額は{LONGEST}文字までです。", f"At most {LONGEST} characters.")
_LETTERS: Final = _no(
    "not_an_amount",
    "使えるのは数字（半角・全角）、桁区切り、小数点と、兆・億・万・千・百・十・円だけです。",
    "Only the digits 0-9 (or full-width), comma, point and 兆 億 万 千 百 十 円 can be read.",
)
_GROUPS: Final = _no(
    "grouping",
    "桁区切りは3桁ごとに置いてください。",
    "A comma separates groups of three digits.",
)
_ORDER: Final = _no(
    "order",
    "兆・億・万、千・百・十は、大きい単位から順に一度ずつ使ってください。",
    "Units go from large to small, each once.",
)
_UNIT_MISSING: Final = _no(
    "unit_missing",
    "最後の数の単位が分かりません（「10億5千」は5千円とも5千万円とも読めます）。",
    "The unit of the last number is not clear (10億5千 may end in 5千円 or 5千万円).",
)
_TOO_MUCH: Final = _no(
    "overlap",
    "後ろの数が前の単位を超えています（「1億20000万」など）。",
    "A later number is larger than the unit before it (as in 1億20000万).",
)
_NUMBER_MISSING: Final = _no("number_missing", "単位の前に数字がありません。", "A unit has no number before it.")
_FRACTION: Final = _no(
    "fraction",
    "1円未満は扱えません。小数は「1.5億」のように単位を一つだけ付けて使ってください。",
    "Parts of a yen are not money here; a decimal takes exactly one unit, as in 1.5億.",
)


def read(text: str) -> int | Unreadable:
    """Whole yen, at least 0, or the reason why the text is not one clear amount."""
    plain = text.translate(_ASCII).strip(" ")
    if not plain:
        return _EMPTY
    if len(plain) > LONGEST:
        return _LONG
    if not _KNOWN.fullmatch(plain):
        return _LETTERS
    # A space may set a unit off (「10億 5千万円」), never part two digits.
    if re.search(r"[0-9,.] +[0-9,.]", plain):
        return _GROUPS
    plain = plain.replace(" ", "")
    if plain.startswith("¥"):
        plain = plain[1:]
        if not _NUMBER.fullmatch(plain):
            return _LETTERS
    says_yen = plain.endswith("円")
    body = plain[:-1] if says_yen else plain
    if not body:
        return _NUMBER_MISSING
    if "円" in body or "¥" in body:
        return _LETTERS
    return _amount(body, says_yen)


def _amount(body: str, says_yen: bool) -> int | Unreadable:
    """The sum of the terms 「…兆」「…億」「…万」 and what stands after the last of them."""
    pieces = re.split("([兆億万])", body)
    has_unit = any(unit in body for unit in "兆億万千百十")
    several = len([piece for piece in pieces[0::2] if piece]) > 1
    total, room = Fraction(0), 0
    for digits, unit in zip(pieces[0::2], [*pieces[1::2], ""], strict=True):
        if not digits:
            if unit:
                return _NUMBER_MISSING
            continue
        count = _below_myriad(digits, bare_is_one=bool(unit))
        if isinstance(count, Unreadable):
            return count
        if not unit and has_unit and not says_yen:
            return _UNIT_MISSING
        if not unit and several and digits[0] in _SMALL:
            return _NUMBER_MISSING
        if "." in digits and several:
            return _FRACTION
        worth = _BIG.get(unit, 1)
        if room and worth >= room:
            return _ORDER
        amount = count * worth
        if room and amount >= room:
            return _TOO_MUCH
        total, room = total + amount, worth
    if total.denominator != 1:
        return _FRACTION
    return int(total)


def _below_myriad(digits: str, bare_is_one: bool) -> Fraction | Unreadable:
    """「5千3百」 is 5300, 「2千500」 is 2500; 「1,050百」 (as in 百万円) is 105000.

    A unit without a number is 1 only where 万 or more follows: 「千万円」, never 「千円」.
    """
    pieces = re.split("([千百十])", digits)
    several = len([piece for piece in pieces[0::2] if piece]) > 1
    total, room = Fraction(0), 0
    for number, unit in zip(pieces[0::2], [*pieces[1::2], ""], strict=True):
        if not number:
            if not unit:
                continue
            if not bare_is_one:
                return _NUMBER_MISSING
            count = Fraction(1)
        elif not _NUMBER.fullmatch(number):
            return _GROUPS
        else:
            count = Fraction(number.replace(",", ""))
        if "." in number and several:
            return _FRACTION
        worth = _SMALL.get(unit, 1)
        if room and worth >= room:
            return _ORDER
        amount = count * worth
        if room and amount >= room:
            return _TOO_MUCH
        total, room = total + amount, worth
    return total


def write(yen: int) -> str:
    """「10億5,000万円」: each part below ten thousand with its unit, parts of zero left out."""
    if yen < 0:
        return f"−{write(-yen)}"
    if yen == 0:
        return "0円"
    parts = []
    rest = yen
    for unit, worth in _BIG.items():
        count, rest = divmod(rest, worth)
        if count:
            parts.append(f"{count:,}{unit}")
    if rest:
        parts.append(f"{rest:,}")
    return "".join(parts) + "円"


def write_limit(yen: int) -> str:
    """A limit as the trade prints it: 「3千万円」「1億円」「1億5千万円」; others as `write`."""
    hundred_millions, rest = divmod(yen, 10**8)
    thousands, odd = divmod(rest, 10**7)
    if yen <= 0 or odd:
        return write(yen)
    head = f"{hundred_millions:,}億" if hundred_millions else ""
    tail = f"{thousands}千万" if thousands else ""
    return f"{head}{tail}円"
