"""Makes the fonts that papers fall back on, from files that carry an open licence. Needed only to renew them.

    python dev/paper_fonts.py NotoSansCJK-Regular.ttc NotoSans-400.ttf NotoSans-700.ttf

The first file is Debian's package fonts-noto-cjk, the others npm's @expo-google-fonts/noto-sans; fonttools does
the cutting. Only characters that Noto Sans JP lacks are kept, so no character stands in two fonts.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FONTS = Path(__file__).resolve().parent.parent / "src/sonae/office/paper/fonts"
FACE = "Noto Sans CJK JP"


def is_han(code: int) -> bool:
    """Ideographs and their radicals, compatibility forms and supplementary planes included."""
    return 0x2E80 <= code < 0x3000 or 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x40000


def is_western(code: int) -> bool:
    """Latin with marks, Greek, Cyrillic, their punctuation."""
    return 0xA0 <= code < 0x2070 or 0x2150 <= code < 0x2160


def cut(source: str, number: int, codes: set[int], name: str) -> None:
    """Write the glyphs of these characters of a font, number in its collection or -1, to `name`."""
    options = subset.Options()
    options.layout_features = ["ccmp", "locl", "mark", "mkmk"]
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.font_number = number
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font["head"].modified = font["head"].created
    subset.save_font(font, str(FONTS / name), options)


def main() -> None:
    """Cut the three fallback fonts."""
    collection, regular, bold = sys.argv[1:]
    had = set(TTFont(FONTS / "NotoSansJP-400.ttf").getBestCmap())
    names = [font["name"].getDebugName(4) for font in TTCollection(collection).fonts]
    number = names.index(FACE)
    known = set(TTCollection(collection).fonts[number].getBestCmap())
    cut(collection, number, {code for code in known - had if is_han(code)}, "NotoSansCJKjp-rest-400.otf")
    for source, name in ((regular, "NotoSans-rest-400.ttf"), (bold, "NotoSans-rest-700.ttf")):
        known = set(TTFont(source).getBestCmap())
        cut(source, -1, {code for code in known - had if is_western(code)}, name)


if __name__ == "__main__":
    main()
