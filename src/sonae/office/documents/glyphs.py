"""Which characters the papers' fonts can print, read from the fonts themselves.

A legal name is printed code point for code point. A character that no font of ours can draw is an error that
names it, never a box and never a look-alike. Only the cmap tables are read (OpenType, "cmap", formats 4, 12, 14).
"""

import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).resolve().parent.parent / "paper" / "fonts"
"""The fonts that papers are set in; nothing else on the machine is looked at."""

_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


class MissingGlyph(ValueError):
    """Characters that the papers' fonts cannot print, each as `U+XXXX`, with its variation selector if it has one."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(f"no glyph for {', '.join(characters)}")
        self.characters = characters


@dataclass(frozen=True, slots=True)
class Coverage:
    """The code points that one of the fonts has, and the variation sequences as (code point, selector)."""

    characters: frozenset[int]
    variants: frozenset[tuple[int, int]]


def check(texts: Iterable[str]) -> None:
    """Raise MissingGlyph with every character of the texts that cannot be printed, in order of first use.

    Control and format characters have nothing to print, so they are refused too; so is a variation selector
    whose variant no font has.
    """
    have = coverage()
    missing: dict[str, None] = {}
    for text in texts:
        if text.isascii() and text.isprintable():
            continue
        for position, character in enumerate(text):
            code = ord(character)
            if any(code in selectors for selectors in _SELECTORS):
                before = ord(text[position - 1]) if position else 0
                if (before, code) not in have.variants:
                    missing[f"U+{before:04X} U+{code:04X}" if before else f"U+{code:04X}"] = None
            elif code not in have.characters or unicodedata.category(character) in _INVISIBLE:
                missing[f"U+{code:04X}"] = None
    if missing:
        raise MissingGlyph(tuple(missing))


@lru_cache(maxsize=1)
def coverage() -> Coverage:
    """What all fonts together cover. A regular weight may stand in for a bold one, so weights are not told apart."""
    characters: set[int] = set()
    variants: set[tuple[int, int]] = set()
    for path in sorted(FONTS.glob("*.[ot]tf")):
        for number, table in _cmap_tables(path.read_bytes()):
            if number == 4:
                characters |= _format_4(table)
            elif number == 12:
                characters |= _format_12(table)
            elif number == 14:
                variants |= _format_14(table)
    return Coverage(frozenset(characters), frozenset(variants))


def _cmap_tables(font: bytes) -> Iterable[tuple[int, memoryview]]:
    """The format and bytes of every Unicode subtable, each once."""
    view = memoryview(font)
    count = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(count))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    subtables = struct.unpack_from(">H", font, start + 2)[0]
    offsets = {struct.unpack_from(">HHI", font, start + 4 + 8 * number)[2] for number in range(subtables)}
    for offset in sorted(offsets):
        table = view[start + offset :]
        yield struct.unpack_from(">H", table)[0], table


def _format_4(table: memoryview) -> set[int]:
    """Segments of the basic plane. A character whose glyph number is 0 is not there."""
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", table, 14)
    starts = struct.unpack_from(f">{segments}H", table, 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", table, 16 + 4 * segments)
    shifts_at = 16 + 6 * segments
    found: set[int] = set()
    for number, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        place = shifts_at + 2 * number
        shift = struct.unpack_from(">H", table, place)[0]
        for code in range(start, end + 1):
            glyph = code
            if shift:
                glyph = struct.unpack_from(">H", table, place + shift + 2 * (code - start))[0]
                if glyph == 0:
                    continue
            if (glyph + delta) % 0x10000:
                found.add(code)
    found.discard(0xFFFF)
    return found


def _format_12(table: memoryview) -> set[int]:
    """Groups of code points with consecutive glyphs."""
    found: set[int] = set()
    for number in range(struct.unpack_from(">I", table, 12)[0]):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * number)
        found.update(range(first + (glyph == 0), last + 1))
    return found


def _format_14(table: memoryview) -> set[tuple[int, int]]:
    """Variation sequences: those drawn by the usual glyph, and those with a glyph of their own."""
    found: set[tuple[int, int]] = set()
    for number in range(struct.unpack_from(">I", table, 6)[0]):
        high, low, usual, own = struct.unpack_from(">BHII", table, 10 + 11 * number)
        selector = high << 16 | low
        if usual:
            for entry in range(struct.unpack_from(">I", table, usual)[0]):
                high, low, more = struct.unpack_from(">BHB", table, usual + 4 + 4 * entry)
                first = high << 16 | low
                found.update((code, selector) for code in range(first, first + more + 1))
        if own:
            for entry in range(struct.unpack_from(">I", table, own)[0]):
                high, low = struct.unpack_from(">BH", table, own + 4 + 5 * entry)
                found.add((high << 16 | low, selector))
    return found
