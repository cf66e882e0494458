"""The worksheet of a price, and the chart of what the price is made of.

Both read the answer's own lines; nothing is computed again but differences between lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sonae.product import Product, Text
from sonae.web.presentation import (
    Language,
    Mark,
    factor,
    figure,
    formula,
    mark,
    say,
    source_place,
    source_title,
)
from sonae.worksheet import Line

_SUMS: Final = frozenset({"subtotal"})
_TOTAL: Final = "annual_premium"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line as shown: its sum as people write it, the numbers of its sources, its value and mark."""

    line: str
    label: str
    formula: str
    sources: tuple[int, ...]
    value: str
    in_yen: bool
    mark: Mark | None
    kind: str
    zero: bool


@dataclass(frozen=True, slots=True)
class WorkSource:
    """A source of the worksheet, with the places in the product's files that were read."""

    number: int
    title: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The rows that count, those that are zero because a rider is absent, and the sources of all."""

    rows: tuple[WorkRow, ...]
    zero_rows: tuple[WorkRow, ...]
    sources: tuple[WorkSource, ...]


def worksheet(product: Product, lines: Iterable[Line], language: Language) -> Worksheet:
    """The worksheet of an answer."""
    numbers: dict[str, int] = {}
    places: dict[str, list[str]] = {}
    rows = []
    for line in lines:
        cited = []
        for source in line.sources:
            title = source_title(product, source, language)
            number = numbers.setdefault(title, len(numbers) + 1)
            place = source_place(source)
            known = places.setdefault(title, [])
            if place not in known and place != title:
                known.append(place)
            if number not in cited:
                cited.append(number)
        rows.append(
            WorkRow(
                line=line.line,
                label=line.label_en if language == "en" else line.label,
                formula=formula(line.formula),
                sources=tuple(cited),
                value=factor(line.value) if line.unit == "e-4" else figure(line.value),
                in_yen=line.unit == "yen",
                mark=mark(line.status, language),
                kind="total" if line.line == _TOTAL else "sum" if line.line in _SUMS else "",
                zero=line.value == 0,
            )
        )
    return Worksheet(
        rows=tuple(row for row in rows if not row.zero),
        zero_rows=tuple(row for row in rows if row.zero),
        sources=tuple(WorkSource(number, title, tuple(places[title])) for title, number in numbers.items()),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart whose parts sum. `start` and `width` are thousandths of the chart, as SVG text."""

    label: str
    hint: str
    value: str
    start: str
    width: str
    colour: str
    sum: bool


@dataclass(frozen=True, slots=True)
class Composition:
    """What a premium is made of: one sentence and the bars. The parts add up to the yen."""

    headline: str
    bars: tuple[Bar, ...]


_PARTS: Final[Mapping[str, str]] = {
    "liability": "f-l",
    "expense": "f-e",
    "business_income": "f-b",
    "it_business": "f-i",
}
_FULL: Final = 1000
_THINNEST: Final = 4


def composition(product: Product, lines: Iterable[Line], language: Language) -> Composition:
    """The chart: the parts, their sum, the discounts, the rounding, the premium."""
    by_name = {line.line: line for line in lines}
    value = {name: line.value for name, line in by_name.items()}
    subtotal, premium = value["subtotal"], value[_TOTAL]
    scale = max(subtotal, premium, 1)

    def bar(label: str, hint: str, yen: int, at: int, colour: str, total: bool = False) -> Bar:
        start = round(min(at, at + yen) * _FULL / scale, 1)
        width = max(round(abs(yen) * _FULL / scale, 1), _THINNEST if yen else 0)
        return Bar(label, hint, figure(yen), f"{min(start, _FULL - width):.1f}", f"{width:.1f}", colour, total)

    bars, reached = [], 0
    for name, colour in _PARTS.items():
        yen = value[name]
        if yen == 0:
            continue
        label = by_name[name].label_en if language == "en" else by_name[name].label
        bars.append(bar(label, _share(yen, subtotal, language), yen, reached, colour))
        reached += yen
    bars.append(bar(_word("subtotal", language), "", subtotal, 0, "f-sum", total=True))
    before = subtotal
    for name in ("after_group_discount", "after_security_discount", _TOTAL):
        change = value[name] - before
        if change or name != _TOTAL:
            bars.append(
                bar(
                    _word(name, language),
                    _hint(name, change, before, product.tariff.unit, language),
                    change,
                    before,
                    "f-down" if change < 0 and name != _TOTAL else "f-up",
                )
            )
        before = value[name]
    bars.append(bar(_word("premium", language), "", premium, 0, "f-sum", total=True))
    return Composition(_headline(by_name, subtotal, language), tuple(bars))


_WORDS: Final[Mapping[str, Text]] = {
    "subtotal": Text("割引前の小計", "Subtotal before discounts"),
    "after_group_discount": Text("団体割引", "Group discount"),
    "after_security_discount": Text("セキュリティ割引", "Security discount"),
    _TOTAL: Text("端数処理", "Rounding"),
    "premium": Text("年間保険料", "Annual premium"),
}


def _word(name: str, language: Language) -> str:
    return say(_WORDS[name], language)


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole) if whole else 0


def _share(yen: int, subtotal: int, language: Language) -> str:
    share = _percent(yen, subtotal)
    return f"{share}% of the subtotal" if language == "en" else f"小計の{share}%"


def _hint(name: str, change: int, before: int, unit: int, language: Language) -> str:
    if name == _TOTAL:
        # A step as large as the unit is no rounding: the minimum premium applies.
        if abs(change) >= unit:
            return "up to the minimum premium" if language == "en" else "最低保険料まで"
        return f"to {unit} yen" if language == "en" else f"{unit}円単位"
    percent = _percent(-change, before)
    if name == "after_security_discount":
        return f"{percent}% of the rest" if language == "en" else f"残りの{percent}%"
    return f"{percent}%"


def _headline(by_name: Mapping[str, Line], subtotal: int, language: Language) -> str:
    """The finding in one sentence: the largest part and its share."""
    name = max(_PARTS, key=lambda part: by_name[part].value)
    line = by_name[name]
    share = _percent(line.value, subtotal)
    if language == "en":
        return f"{share}% of the premium before discounts is {line.label_en.lower()}."
    return f"割引前の{share}%は、{line.label}です。"
