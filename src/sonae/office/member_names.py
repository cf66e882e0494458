"""Names of companies: as typed for papers, normalised for search, folded to their looks for suspicion of duplicates."""

from __future__ import annotations

import unicodedata

LONGEST = 200

#: Characters that look alike (一 ー ―, 二 ニ, 口 ロ …) and variants of the same character, folded to one of them.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("一ー―‐−－-–—ｰ", "ー"),
        "二": "ニ",
        "口": "ロ",
        "力": "カ",
        "工": "エ",
        "夕": "タ",
        "へ": "ヘ",
        "べ": "ベ",
        "ぺ": "ペ",
        "八": "ハ",
        "卜": "ト",
        "才": "オ",
        "千": "チ",
        "三": "ミ",
        "又": "ヌ",
        "髙": "高",
        "﨑": "崎",
        "嵜": "崎",
        "𠮷": "吉",
        "濵": "浜",
        "濱": "浜",
        "邉": "辺",
        "邊": "辺",
        "齋": "斎",
        "齊": "斎",
        "斉": "斎",
        "澤": "沢",
        "廣": "広",
        "國": "国",
        "德": "徳",
        "櫻": "桜",
        "圓": "円",
        "藏": "蔵",
        "驛": "駅",
    }
)
#: Company forms, left out when names are compared for their looks.
_FORMS = ("株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "(株)", "(有)", "(同)")
#: Characters without looks that are no control characters.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800")


def is_usable(name: str) -> bool:
    """Whether a name can be kept as typed: not blank, not long, nothing invisible but variation selectors."""
    return (
        bool(name.strip())
        and len(name) <= LONGEST
        and not any(
            character in _BLANK or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
            for character in name
        )
    )


def is_text(text: str, longest: int) -> bool:
    """Whether a person's own words can be kept: not blank, not long; lines may break, nothing else is invisible."""
    kept = text.replace("\n", "").replace("\r", "")
    return (
        bool(kept.strip())
        and len(text) <= longest
        and not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for one in kept)
    )


def search_form(name: str) -> str:
    """NFKC, case folded, hiragana as katakana, without spaces and variation selectors."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    kept = (character for character in folded if not character.isspace() and unicodedata.category(character) != "Mn")
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in kept)


def skeleton(name: str) -> str:
    """What a name looks like: two members with the same skeleton may be one, and a person looks."""
    # Variants are folded before NFKC too: it does not know them as the same.
    looks = search_form(name.translate(_ALIKE))
    for form in _FORMS:
        looks = looks.replace(form, "")
    return "".join(one for one in looks.translate(_ALIKE) if unicodedata.category(one)[0] in "LN" or one == "ー")
