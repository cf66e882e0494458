"""What must not be kept: numbers like a My Number (個人番号), and texts that look like lists of persons."""

import re
import unicodedata
from collections.abc import Iterable

_TWELVE = re.compile(r"(?<![0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_MAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![0-9])0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{2,4}(?![0-9])")
_BIRTH = re.compile(r"(?:19|20)[0-9]{2}[-/年][01]?[0-9][-/月][0-3]?[0-9]")
_HEADINGS = ("氏名", "名前", "フリガナ", "ふりがな", "生年月日", "電話番号", "メールアドレス", "住所", "カード番号",
             "full name", "birth", "e-mail", "email")  # fmt: skip

PERSONS = 20
"""From so many lines on that each show a person, a text is taken for a list of persons."""


def is_my_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of a My Number (番号法施行令8条、総務省令5条)."""
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        return False
    # From the right, the check digit apart: the first six weigh 2 to 7, the next five 2 to 6.
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    rest = sum(int(one) * weight for one, weight in zip(reversed(digits[:11]), weights, strict=True)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def holds_my_number(text: str) -> bool:
    """Whether a text holds a number like a My Number, in whatever width of digits."""
    plain = unicodedata.normalize("NFKC", text)
    return any(is_my_number(re.sub("[ -]", "", found)) for found in _TWELVE.findall(plain))


def shows_a_person(line: str) -> bool:
    """Whether a line holds what reaches or names one person: mail, telephone, card, date of birth."""
    return any(pattern.search(line) for pattern in (_MAIL, _PHONE, _CARD, _BIRTH))


def looks_like_persons(lines: Iterable[str]) -> bool:
    """Whether lines look like a list of persons: many that each show one, or a heading of such a list with rows."""
    headed, rows, shown = False, 0, 0
    for line in lines:
        plain = unicodedata.normalize("NFKC", line)
        if not plain.strip():
            continue
        rows += 1
        lowered = plain.casefold()
        if sum(word in lowered for word in _HEADINGS) >= 2:
            headed, rows = True, 0
        elif shows_a_person(plain):
            shown += 1
        if shown >= PERSONS or (headed and rows >= PERSONS // 2):
            return True
    return False
