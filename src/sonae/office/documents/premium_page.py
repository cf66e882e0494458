"""The second page of a quotation paper: the thirteen lines, what the premium is made of, how to check it.

Everything is read from the answer's own worksheet; only differences between its lines are taken.
"""

from collections.abc import Mapping
from typing import Any, Final

from sonae.explanation import FACTOR_LINES
from sonae.office.documents.words import (
    Language,
    amount,
    cited,
    factor,
    figure,
    formula,
    legend,
    mark,
    say,
)
from sonae.product import Product, Text
from sonae.quotation import StoredAnswer
from sonae.worksheet import Line

_PARTS: Final = ("liability", "expense", "business_income", "it_business")
_TOTALS: Final = ("subtotal", "annual_premium")

_WORDS: Final[Mapping[str, Text]] = {
    "title": Text("計算過程", "How the premium is computed"),
    "lead": Text("年間保険料 {yen}円の、計算のすべてです。", "Every step to the annual premium of {yen} yen."),
    "line": Text("項目", "Line"),
    "formula": Text("計算", "Sum"),
    "value": Text("値", "Value"),
    "sources": Text("出典", "Source"),
    "mark": Text("根拠", "Basis"),
    "unit": Text("円", "yen"),
    "note": Text(
        "各行は整数に四捨五入します。r( ) はその中の四捨五入です。係数（{lines}）の計算は1万倍した整数です。",
        "Each line is rounded to a whole number, half up; r( ) is such a rounding inside a sum. "
        "Sums of factor lines ({lines}) are in ten-thousandths.",
    ),
    "sources_title": Text("出典", "Sources"),
    "legend_title": Text("根拠の印", "What the marks mean"),
    "legend_note": Text(
        "複数の値を使う行には、根拠の最も弱いものの印を付けています。",
        "A line that uses several values carries the mark of the weakest.",
    ),
    "check_title": Text("検算", "Checking this paper"),
    "check": Text(
        "同じ商品・同じ条件からは、いつ計算しても同じ金額になります。上の計算だけから金額を確かめるには、"
        "この見積の回答（JSON）を次に渡してください。",
        "The same product and request give the same amount at any time. "
        "To recompute it from the lines above alone, pass this quotation's answer (JSON) to",
    ),
    "product": Text("商品データ", "Product data"),
    "subtotal": Text("割引前の小計", "Subtotal before discounts"),
    "after_group_discount": Text("団体割引", "Group discount"),
    "after_security_discount": Text("セキュリティ割引", "Security discount"),
    "annual_premium": Text("端数処理", "Rounding"),
    "premium": Text("年間保険料", "Annual premium"),
    "minimum": Text("最低保険料まで", "up to the minimum premium"),
}
COMMAND: Final = "python -m verify.premium"
"""The independent check that a reader is pointed to."""


def premium_page(product: Product, answer: StoredAnswer, language: Language) -> dict[str, Any]:
    """The page as plain data. The answer is priced."""

    def word(name: str) -> str:
        return say(_WORDS[name], language)

    numbers: dict[str, int] = {}
    rows = []
    for position, line in enumerate(answer.worksheet, start=1):
        sources = dict.fromkeys(cited(product, source, language) for source in line.sources)
        rows.append(
            {
                "number": str(position),
                "label": line.label_en if language == "en" else line.label,
                "formula": formula(line.formula),
                "value": factor(line.value) if line.unit == "e-4" else figure(line.value),
                "unit": word("unit") if line.unit == "yen" else "",
                "sources": [str(numbers.setdefault(title, len(numbers) + 1)) for title in sources],
                "mark": mark(line.status, language),
                "total": line.line in _TOTALS,
                "zero": line.value == 0,
            }
        )
    factors = [str(at) for at, line in enumerate(answer.worksheet, start=1) if line.line in FACTOR_LINES]
    assert answer.premium is not None, "only a priced answer has this page"
    return {
        "title": word("title"),
        "lead": word("lead").replace("{yen}", figure(answer.premium)),
        "head": [word(name) for name in ("line", "formula", "value", "sources", "mark")],
        "rows": rows,
        "note": word("note").replace("{lines}", ", ".join(factors) if language == "en" else "・".join(factors)),
        "chart": _chart(product, answer.worksheet, language),
        "sources_title": word("sources_title"),
        "sources": [{"number": str(number), "title": title} for title, number in numbers.items()],
        "legend_title": word("legend_title"),
        "legend": legend(language),
        "legend_note": word("legend_note"),
        "check": {
            "title": word("check_title"),
            "text": word("check"),
            "command": COMMAND,
            "product": word("product"),
            "id": answer.product.id,
            "hash": answer.product.hash,
        },
    }


def _chart(product: Product, lines: tuple[Line, ...], language: Language) -> dict[str, Any]:
    """Bars from parts to premium. `start` and `width` are thousandths of the longest; the parts sum to the yen."""
    by_name = {line.line: line for line in lines}
    value = {name: line.value for name, line in by_name.items()}
    subtotal, premium = value["subtotal"], value["annual_premium"]
    scale = max(subtotal, premium, 1)

    def label(name: str) -> str:
        return by_name[name].label_en if language == "en" else by_name[name].label

    def bar(text: str, hint: str, yen: int, at: int, colour: str) -> dict[str, Any]:
        return {
            "label": text,
            "hint": hint,
            "value": figure(yen),
            "start": min(at, at + yen) * 1000 // scale,
            "width": max(abs(yen) * 1000 // scale, 3 if yen else 0),
            "colour": colour,
            "total": colour == "total",
        }

    bars, reached = [], 0
    for name in _PARTS:
        if value[name]:
            bars.append(bar(label(name), _of_subtotal(value[name], subtotal, language), value[name], reached, name))
            reached += value[name]
    bars.append(bar(say(_WORDS["subtotal"], language), "", subtotal, 0, "total"))
    before = subtotal
    for name in ("after_group_discount", "after_security_discount", "annual_premium"):
        change = value[name] - before
        if change:
            colour = "down" if change < 0 and name != "annual_premium" else "up"
            hint = _hint(product, name, change, before, language)
            bars.append(bar(say(_WORDS[name], language), hint, change, before, colour))
        before = value[name]
    bars.append(bar(say(_WORDS["premium"], language), "", premium, 0, "total"))
    largest = max(_PARTS, key=lambda part: value[part])
    share = _percent(value[largest], subtotal)
    title = (
        f"{share}% of the premium before discounts is {label(largest).lower()}."
        if language == "en"
        else f"割引前の保険料の{share}%は{label(largest)}です"
    )
    unit = "yen" if language == "en" else "単位：円"
    return {"title": title, "unit": unit, "bars": bars}


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole) if whole else 0


def _of_subtotal(yen: int, subtotal: int, language: Language) -> str:
    share = _percent(yen, subtotal)
    return f"{share}% of the subtotal" if language == "en" else f"小計の{share}%"


def _hint(product: Product, name: str, change: int, before: int, language: Language) -> str:
    if name == "annual_premium":
        unit = product.constants["unit"].value
        # A step as large as the unit is no rounding: the minimum premium applies.
        if abs(change) >= unit:
            return say(_WORDS["minimum"], language)
        return f"to {amount(unit, language)}" if language == "en" else f"{unit}円単位"
    percent = _percent(-change, before)
    if name == "after_security_discount":
        return f"{percent}% of the rest" if language == "en" else f"残りの{percent}%"
    return f"{percent}%"
