"""The paper for the committee: what a change of the product does, or what a year may cost, with charts and its doubts.

The words and figures come from whoever presents the run; here they are laid out. Charts are drawn as SVG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from sonae.office.documents.frame import frame
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import Language, day
from sonae.period import japanese_day
from sonae.product import Product


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the paper: a chart (SVG and what it shows, for who cannot see it), a table, or words.

    `columns` are the heads of the table: so many of words (`words`), then of figures, which stand to the right.
    `strong` are rows to be read first.
    """

    title: str
    note: str = ""
    svg: str = ""
    alt: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    words: int = 1
    strong: frozenset[int] = frozenset()


def committee_paper(
    product: Product,
    made_at: datetime,
    *,
    title: str,
    lead: str,
    meta: Sequence[tuple[str, str]],
    figures: Sequence[tuple[str, str, str]],
    warning: Sequence[tuple[str, str]],
    parts: Sequence[Part],
    language: Language = "ja",
) -> bytes:
    """The paper as a PDF. `figures` are label, figure and hint; `warning` title and text. Raises MissingGlyph."""
    paper: dict[str, Any] = frame(product, japanese_day(made_at), language, sells=False) | {
        "paper": title,
        "lead": lead,
        "meta": [list(one) for one in (("作成日" if language == "ja" else "Made on",
                                        day(japanese_day(made_at), language)), *meta)],
        "figures": [list(one) for one in figures],
        "warning": [list(one) for one in warning],
        "parts": [
            {"title": one.title, "note": one.note, "svg": one.svg, "alt": one.alt, "columns": list(one.columns),
             "rows": [list(row) for row in one.rows], "words": one.words, "strong": sorted(one.strong)}
            for one in parts
        ],
    }  # fmt: skip
    return typeset("committee", paper, made_at)


INK: Final = "#1a1a1a"
_COLOURS: Final[Mapping[str, str]] = {
    "f-up": "#767676", "f-down": "#1d8b56", "f-sum": INK, "f-key": "#00118f", "f-mid": "#949494",
    "f-l": "#00118f", "f-e": "#4979f5", "f-b": "#008da6",
}  # fmt: skip


def bars_svg(bars: Sequence[Mapping[str, Any]]) -> str:
    """Rows of label, value and a bar between 0 and 1000, as the pages draw them."""
    height, left = 20, max([300, *(round(12 * _ems(f"{bar['label']}  {bar['value']}")) + 30 for bar in bars)])
    room = 800 - left
    rows = []
    for place, bar in enumerate(bars):
        y = place * height
        weight = ' font-weight="700"' if bar.get("sum") else ""
        label, value = escape(str(bar["label"])), escape(str(bar["value"]))
        rows.append(f'<text x="0" y="{y + 14}"{weight}>{label}</text>')
        rows.append(f'<text x="{left - 12}" y="{y + 14}" text-anchor="end"{weight}>{value}</text>')
        rows.append(f'<line x1="0" x2="800" y1="{y + 19.5}" y2="{y + 19.5}" stroke="#e0e0e0" stroke-width="0.6"/>')
        rows.append(
            f'<rect x="{left + bar["start"] * room / 1000:.1f}" y="{y + 3}" '
            f'width="{max(0.0, bar["width"] * room / 1000):.1f}" '
            f'height="13" fill="{_COLOURS[bar["colour"]]}"/>'
        )
    return _svg(800, len(bars) * height, rows)


def curve_svg(chart: Mapping[str, Any], title: str) -> str:
    """The curve of a year's loss with its two bands, from the points that the page draws."""
    parts = []
    for number, one in enumerate(chart["grid"]):
        colour = "#949494" if number == 0 else "#e0e0e0"
        parts.append(f'<line x1="{chart["left"]}" x2="{chart["right"]}" y1="{one["y"]}" y2="{one["y"]}" '
                     f'stroke="{colour}"/>')  # fmt: skip
        parts.append(f'<text x="{chart["label_x"]}" y="{one["text"]}" text-anchor="end">{one["label"]}</text>')
    for one in chart["ticks"]:
        parts.append(f'<text x="{one["x"]}" y="{chart["label_y"]}" text-anchor="middle">{one["label"]}</text>')
    parts.append(
        f'<polygon points="{chart["pale"]}" fill="#d9e6ff"/><polygon points="{chart["dark"]}" fill="#9db7f9"/>'
    )
    parts.append(f'<polyline points="{chart["alone"]}" fill="none" stroke="{INK}" stroke-width="1.5" '
                 f'stroke-dasharray="1 4" stroke-linecap="round"/>')  # fmt: skip
    parts.append(f'<polyline points="{chart["event"]}" fill="none" stroke="{INK}" stroke-width="1.5" '
                 f'stroke-dasharray="5 4"/>')  # fmt: skip
    parts.append(f'<polyline points="{chart["line"]}" fill="none" stroke="#00118f" stroke-width="2.5"/>')
    for one in chart["labels"]:
        parts.append(f'<text x="{one["x"]}" y="{one["y"]}" text-anchor="end">{escape(one["label"])}</text>')
    if dot := chart["dot"]:
        parts.append(f'<line x1="{dot["x"]}" x2="{dot["x"]}" y1="{dot["y"]}" y2="{chart["bottom"]}" stroke="#00118f" '
                     f'stroke-dasharray="2 3"/><circle cx="{dot["x"]}" cy="{dot["y"]}" r="6" fill="#00118f"/>'
                     f'<text x="{dot["label_x"]}" y="{dot["label_y"]}" text-anchor="end" font-weight="700">'
                     f'{escape(dot["label"])}</text>')  # fmt: skip
    parts.append(f'<text x="0" y="{chart["unit_y"]}">{escape(chart["unit"])}</text>')
    parts.append(f'<text x="{chart["middle"]}" y="{chart["title_y"]}" text-anchor="middle">{escape(title)}</text>')
    return _svg(chart["width"], chart["height"], parts, size=chart["size"])


def _ems(text: str) -> float:
    """About how wide a text is, in its own size: Latin letters and figures a little over half."""
    return sum(0.6 if ord(one) < 0x2E80 else 1.0 for one in text)


def _svg(width: int, height: int, parts: Sequence[str], size: int = 12) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="Noto Sans JP" font-size="{size}" fill="{INK}">{"".join(parts)}</svg>'
    )
