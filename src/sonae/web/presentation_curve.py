"""The curve of what a year may cost, drawn: a line, two bands, the lines beside it, each named in the chart.

Pure: points of an SVG from the results of a run. A page and a paper draw from the same points.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from sonae.sensitivities import CODES
from sonae.web.presentation import Language

TAIL = 200

SIZES = (("wide", 1256, 440, 14), ("narrow", 358, 320, 14))
"""Name, width, height and size of letters of the drawings that a page shows, of which a screen shows one."""

PAPER = ("paper", 1256, 440, 20)


def percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def between(low: float, high: float, language: Language) -> str:
    """164〜309%: a range with its unit once."""
    return f"{low * 100:.0f}{'–' if language == 'en' else '〜'}{high * 100:.0f}%"


def at(points: Sequence[Mapping[str, Any]], period: int) -> Mapping[str, Any] | None:
    return next((one for one in points if one["return_period"] == period), None)


def span(found: Mapping[str, Any], period: int) -> tuple[float, float]:
    """The lowest and highest of the sampling interval and of every changed assumption."""
    base = at(found["base"]["aggregate"], period)
    assert base is not None
    others = [one["loss"] for name in CODES if name in found and (one := at(found[name]["aggregate"], period))]
    return min([base["low"], *others]), max([base["high"], *others])


def chart(
    found: Mapping[str, Any], premium: float, language: Language, name: str, width: int, height: int, size: int
) -> dict[str, Any]:
    """The year's loss against how rarely it is exceeded: a line with two bands, as points of an SVG."""
    base = found["base"]
    points = base["aggregate"]
    if len(points) < 2:
        return {"name": name, "empty": True}
    left, right, top, bottom = 4 * size, width - 24, 2 * size + 8, height - 3 * size - 6
    first, last = math.log(points[0]["return_period"]), math.log(points[-1]["return_period"])
    ranges = [span(found, one["return_period"]) for one in points]
    highest = max(high for _, high in ranges) / premium or 1
    step = next(one for one in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 10**9) if highest / one <= 7)

    def x(period: float) -> float:
        return round(left + (math.log(period) - first) / (last - first) * (right - left), 1)

    def y(yen: float) -> float:
        return round(bottom - yen / premium / highest * (bottom - top), 1)

    def line(rows: Sequence[Mapping[str, Any]]) -> str:
        return " ".join(f"{x(one['return_period'])},{y(one['loss'])}" for one in rows)

    def band(lows: Sequence[float], highs: Sequence[float]) -> str:
        periods = [one["return_period"] for one in points]
        up = [f"{x(period)},{y(low)}" for period, low in zip(periods, lows, strict=True)]
        down = [f"{x(period)},{y(high)}" for period, high in zip(periods, highs, strict=True)]
        return " ".join([*up, *reversed(down)])

    def height_at(rows: Sequence[Mapping[str, Any]], place: float) -> float:
        """How low a line is at a place of the drawing, between its points."""
        places = [(x(one["return_period"]), y(one["loss"])) for one in rows]
        for (x1, y1), (x2, y2) in itertools.pairwise(places):
            if x1 <= place <= x2:
                return y1 + (y2 - y1) * (place - x1) / (x2 - x1)
        return places[0][1]

    english = language == "en"
    tail = at(points, TAIL)
    # Named where they end, each under its line; the one line's name never over the other line.
    single, alone = ("Largest event", "Single incidents") if english else ("最大の1事故", "個別の事故だけ")
    long = len(single) * size * (0.55 if english else 1)
    under = height_at(base["largest_event"], width - 4 - long) + size * 1.2
    lowest = y(base["without_systemic"][-1]["loss"])
    labels = [
        {"label": single, "x": width - 4, "y": round(min(under, lowest - size * 0.4), 1)},
        {"label": alone, "x": width - 4, "y": round(min(lowest + size * 1.1, bottom - 4), 1)},
    ]
    rarest = span(found, TAIL) if tail is not None else (0.0, 0.0)
    return {
        "name": name, "width": width, "height": height, "left": left, "right": right, "bottom": bottom,
        "grid": [
            {"y": y(number * step * premium), "text": round(y(number * step * premium) + size / 3, 1),
             "label": percent(number * step)}
            for number in range(int(highest / step) + 1)
        ],
        "ticks": [
            {"x": x(one["return_period"]), "label": f"{one['return_period']:,}"}
            for number, one in enumerate(points) if name != "narrow" or number % 2 == 0 or one["return_period"] == TAIL
        ],
        "label_y": bottom + size + 6, "title_y": height - 4, "middle": (left + right) // 2, "label_x": left - 8,
        "unit": "of the annual premium" if english else "年間保険料に対する割合", "unit_y": size,
        "pale": band([low for low, _ in ranges], [high for _, high in ranges]),
        "dark": band([one["low"] for one in points], [one["high"] for one in points]),
        "line": line(points), "alone": line(base["without_systemic"]), "event": line(base["largest_event"]),
        "labels": labels, "size": size,
        "dot": None if tail is None else {
            "x": x(TAIL), "y": y(tail["loss"]), "label_x": x(TAIL) - size, "label_y": round(y(tail["loss"]) - size, 1),
            "label": f"{'1 in 200' if english else '200年に1回'} "
                     f"{between(rarest[0] / premium, rarest[1] / premium, language)}",
        },
    }  # fmt: skip
