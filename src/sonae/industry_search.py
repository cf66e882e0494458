"""Finding an industry by the names that people type: 町工場, クリニック, ぜいりし, Ｄ０６.

Width, case, spaces and the two kana scripts make no difference. The names come with the product
(`Product.industry_names`); an industry is also found by its code and its own name.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sonae.product import Product, Text

LONGEST: Final = 60
"""Characters. No business is called by a longer name; more is not searched."""

_HIRAGANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_IGNORED: Final = str.maketrans("", "", " 　・･-‐－/／()（）[]「」、，,.。")


class Nearness(IntEnum):
    """How well a name fits what was typed; the smaller the better."""

    same = 0
    begins = 1
    contains = 2
    is_contained = 3


@dataclass(frozen=True, slots=True)
class Match:
    """An industry that fits, and the name by which it was found."""

    code: str
    name: Text
    found_by: str
    nearness: Nearness
    unlike: int
    """Characters by which the name and what was typed differ; fewer is nearer."""

    @property
    def rank(self) -> tuple[int, int]:
        """Smaller is better. Only a name inside a longer text is ranked by length too: the longer says more."""
        return self.nearness, self.unlike if self.nearness is Nearness.is_contained else 0


def _unprintable(text: str) -> bool:
    """Whether a control, format or replacement character hides in the text: that is no name."""
    return any(letter == "\ufffd" or unicodedata.category(letter)[0] == "C" for letter in text)


def fold(text: str) -> str:
    """The form in which two spellings of one name are equal. For search only; names are kept as typed."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.translate(_IGNORED).translate(_HIRAGANA)


def search(product: Product, text: str, most: int = 8) -> tuple[Match, ...]:
    """The industries that fit, best first, each once; none for an empty or overlong text."""
    wanted = fold(text) if len(text) <= LONGEST and not _unprintable(text) else ""
    if not wanted:
        return ()
    best: dict[str, Match] = {}
    for code, shown, folded in _names(product):
        nearness = _nearness(wanted, folded)
        if nearness is None:
            continue
        match = Match(code, product.industries[code].name, shown, nearness, abs(len(folded) - len(wanted)))
        known = best.get(code)
        if known is None or match.rank < known.rank:
            best[code] = match
    return tuple(sorted(best.values(), key=lambda match: match.rank)[:most])


def resolve(product: Product, text: str) -> str | None:
    """The code of the one industry that is meant; None where none or several fit equally well."""
    found = search(product, text, most=2)
    if not found:
        return None
    if len(found) == 2 and found[0].rank == found[1].rank:
        return None
    return found[0].code


def _names(product: Product) -> Iterator[tuple[str, str, str]]:
    """Code, the name to show, and its folded form, for every name of every industry."""
    for industry in product.industries.values():
        yield industry.code, industry.name.ja, fold(industry.code)
        for name in (industry.name.ja, industry.name.en):
            yield industry.code, name, fold(name)
            # 「情報サービス業（受託開発…）」 is also called by what stands before the bracket.
            head = name.replace("（", "(").partition("(")[0]
            yield industry.code, name, fold(head)
        yield industry.code, industry.name.ja, fold(f"{industry.code}{industry.name.ja}")
        yield industry.code, industry.name.en, fold(f"{industry.code}{industry.name.en}")
    for known in product.industry_names:
        yield known.code, known.name, fold(known.name)
        yield known.code, known.name, fold(known.reading)


def _nearness(wanted: str, name: str) -> Nearness | None:
    if wanted == name:
        return Nearness.same
    if name.startswith(wanted):
        return Nearness.begins
    if wanted in name:
        return Nearness.contains
    # 「町の小さな工務店」: what was typed contains a name of two characters or more.
    if len(name) >= 2 and name in wanted:
        return Nearness.is_contained
    return None
