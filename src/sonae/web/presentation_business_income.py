"""A calculation of business income for its page: the chart of standard against actual, and the steps in yen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sonae.business_income import Calculated, Measured, Point, Terms, Unmeasured
from sonae.doors import income_asked
from sonae.doors.problem import FieldError
from sonae.product import Text
from sonae.web.presentation import Language, day, figure, formula, say
from sonae.wording import mark

_SIZES = (("wide", 1080, 260, 12), ("narrow", 358, 220, 4))
"""Name, width, height, and at most how many labels under the axis."""

_GROUPS = {
    "stop": ("stopped_at", "restored_at"), "year": income_asked.YEAR,
    "of_profit": ("saved", "prevention", "fall_avoided", "trend_percent"),
    "of_extra": ("extra", "value_kept", "in_both", "paid_as_restoration"),
}  # fmt: skip
FIELDS = {
    "stopped_at": Text("止まった日時", "Stopped at"), "restored_at": Text("復旧した日時", "Restored at"),
    "year_sales": Text("売上高", "Sales"),
    "operating_profit": Text("営業利益（損失は −）", "Operating profit (a loss with −)"),
    "fixed_costs": Text("固定費", "Fixed costs"), "saved": Text("かからなかった経費", "Costs saved"),
    "prevention": Text("売上高の減少を防ぐための費用", "Cost of preventing a larger fall"),
    "fall_avoided": Text("それで防いだ売上高の減少", "The fall in sales it prevented"),
    "trend_percent": Text("前年を100とした売上高（%）", "Sales against the year before (%)"),
    "extra": Text("営業を続けるため余分にかかった費用", "Extra cost of carrying on"),
    "value_kept": Text("買った物に残る価値", "Value left in what was bought"),
    "in_both": Text("減少を防ぐ費用と重なる額", "Also counted as cost of prevention"),
    "paid_as_restoration": Text("復旧費用として支払う額", "Paid as restoration"),
}  # fmt: skip
HINTS = {
    "fixed_costs": Text("家賃・人件費など、止まっていてもかかる費用。", "Rent, wages and what runs on during a stop."),
    "saved": Text("固定費のうち、止まったために払わずに済んだ額。", "Fixed costs that the stop made unnecessary."),
    "trend_percent": Text("伸びや落ちこみを合意したときだけ。", "Only where a growth or fall was agreed."),
    "value_kept": Text("余分に買った機器など、あとに残るもの。", "Equipment bought for it that remains."),
    "paid_as_restoration": Text("同じ費用を二重には支払いません。", "Nothing is paid twice."),
}  # fmt: skip

NOTES = {
    "standard_revenue": Text("前年の同じ日の売上高 × 合意した増減", "The same days a year before × the agreed trend"),
    "revenue_decrease": Text("免責時間の分を除く", "Less the share of the waiting time"),
    "profit_rate": Text("（営業利益＋固定費）÷ 売上高", "(Operating profit + fixed costs) ÷ sales"),
    "lost_profit": Text("減少した売上高 × 利益率", "Decrease × profit rate"),
    "saved_costs": Text("引く", "Taken off"),
    "prevention_cost": Text("守った利益まで", "Up to the profit it kept"),
}  # fmt: skip


def income_shown(found: Calculated | Unmeasured, terms: Terms, spoken: Language) -> dict[str, Any]:
    """What the page shows; only the reason where nothing could be measured."""
    if isinstance(found, Unmeasured):
        return {"unmeasured": say(found.reason, spoken), "days": [day(one, spoken) for one in found.days[:12]],
                "more_days": max(0, len(found.days) - 12)}  # fmt: skip
    measured, income, points = found.measured, found.income, _around(found.measured)
    return {
        "loss_of_profit": figure(income.loss_of_profit), "extra_expense": figure(income.extra_expense),
        "sum": figure(income.loss_of_profit + income.extra_expense),
        "from": day(measured.first, spoken), "days": measured.days,
        "hours": figure(measured.stopped_seconds // 3600),
        "waiting": terms.waiting_hours, "waiting_mark": mark(terms.waiting_basis.status, spoken),
        "waiting_reason": terms.waiting_basis.reason,
        "longest": terms.longest_days, "longest_mark": mark(terms.longest_basis.status, spoken),
        "lines": [
            {"name": line.label_en if spoken == "en" else line.label,
             "note": say(NOTES[line.line], spoken) if line.line in NOTES else "",
             "formula": _sum_of(line.formula, spoken),
             "value": figure(line.value) if line.unit == "yen" else f"{line.value / 100:.2f}%",
             "sum": line.line in ("loss_of_profit", "extra_expense")}
            for line in income.worksheet
        ],
        "charts": [_chart(measured, points, *size) for size in _SIZES],
        "points": [{"day": day(one.first, spoken), "standard": "—" if one.standard is None else figure(one.standard),
                    "actual": "—" if one.actual is None else figure(one.actual),
                    "in": one.first < measured.until and measured.first < one.until} for one in points],
    }  # fmt: skip


def _around(measured: Measured) -> Sequence[Point]:
    """The period with the days or months before and after it that follow without a gap; not those of another year."""
    points = measured.points
    inside = [place for place, one in enumerate(points) if one.first < measured.until and measured.first < one.until]
    if not inside:
        return points
    first, last = inside[0], inside[-1]
    while first > 0 and points[first - 1].until == points[first].first:
        first -= 1
    while last + 1 < len(points) and points[last].until == points[last + 1].first:
        last += 1
    return points[first : last + 1]


def _sum_of(text: str, spoken: Language) -> str:
    """A formula with its numbers grouped; a number alone says nothing that does not stand beside it."""
    rounded = say(Text("四捨五入(", "round("), spoken)
    return "" if text.isdigit() else formula(text).replace("r(", rounded)


def form_shown(typed: Mapping[str, str], wrong: Sequence[FieldError], spoken: Language) -> dict[str, Any]:
    """The form by its groups of fields, each with what was typed and what is wrong with it, and what is wrong else."""
    said = {one.pointer.removeprefix("/"): one.message_en if spoken == "en" else one.message for one in wrong}
    # The file's own faults have its rows for a place.
    sales = [words for name, words in said.items() if name.partition("/")[0] in ("", "rows", "sales")]

    def field(name: str) -> dict[str, Any]:
        day_and_hour = name in ("stopped_at", "restored_at")
        return {
            "name": name, "label": say(FIELDS[name], spoken), "value": typed.get(name, ""), "wrong": said.get(name, ""),
            "kind": "datetime-local" if day_and_hour else "text", "needed": day_and_hour or name in income_asked.YEAR,
            # A loss has a sign, which the keypad of numbers alone lacks.
            "mode": "text" if name == "operating_profit" else "numeric",
            "hint": say(HINTS[name], spoken) if name in HINTS else "",
            "placeholder": "100" if name == "trend_percent" else "",
        }  # fmt: skip

    groups = {group: [field(name) for name in names] for group, names in _GROUPS.items()}
    return {
        **groups, "sales_wrong": sales,
        "costs_told": any(one["value"] or one["wrong"] for one in groups["of_profit"] + groups["of_extra"]),
        "others_wrong": [words for name, words in said.items() if name not in FIELDS and words not in sales],
    }  # fmt: skip


def standing_shown(body: Mapping[str, Any] | None, spoken: Language) -> dict[str, str] | None:
    """The calculation that a claim holds, if any."""
    if body is None:
        return None
    figures = body["calculation"]
    return {"profit": figure(figures["loss_of_profit"]), "extra": figure(figures["extra_expense"]),
            "from": day(date.fromisoformat(body["from"]), spoken)}  # fmt: skip


def _chart(
    measured: Measured, points: Sequence[Point], name: str, width: int, height: int, labels: int
) -> dict[str, Any]:
    """Bars of the actual sales under the line of the standard, the restoration period marked."""
    left, right, top, bottom = 76, width - 8, 12, height - 34
    highest = max([1, *(yen for one in points for yen in (one.standard, one.actual) if yen is not None)])
    step = 10 ** (len(str(highest)) - 1)
    steps = (step // 5 or 1, step // 2 or 1, step, 2 * step, 5 * step)
    step = next(one for one in steps if highest / one <= 5)
    room = (right - left) / len(points)
    every = -(-len(points) // labels)

    def y(yen: int) -> float:
        return round(bottom - yen / highest * (bottom - top), 1)

    bars, line, ticks = [], [], []
    stopped = [place for place, one in enumerate(points) if one.first < measured.until and measured.first < one.until]
    band = None
    if stopped:
        band = {"x": round(left + stopped[0] * room, 1), "y": top, "height": bottom - top,
                "width": round((stopped[-1] - stopped[0] + 1) * room, 1)}  # fmt: skip
    for place, one in enumerate(points):
        at = left + place * room
        inside = place in stopped
        if one.actual is not None:
            top_of = y(one.actual)
            bars.append({"x": round(at + room * 0.15, 1), "y": top_of, "width": round(room * 0.7, 1),
                         "height": round(bottom - top_of, 1), "fill": "f-b" if inside else "f-soft"})  # fmt: skip
        if one.standard is not None:
            line += [f"{round(at, 1)},{y(one.standard)}", f"{round(at + room, 1)},{y(one.standard)}"]
        if place % every == 0:
            month = f"{one.first.year}/{one.first.month}"
            label = month if (one.until - one.first).days > 1 else f"{one.first.month}/{one.first.day}"
            ticks.append({"x": round(at + room / 2, 1), "label": label})
    return {
        "name": name, "width": width, "height": height, "left": left, "right": right, "bottom": bottom,
        "bars": bars, "band": band,
        "line": " ".join(line), "ticks": ticks, "label_x": left - 8, "label_y": height - 10,
        "grid": [{"y": y(number * step), "text": y(number * step) + 5, "label": _short(number * step)}
                 for number in range(highest // step + 1)],
    }  # fmt: skip


def _short(yen: int) -> str:
    """An axis label: tens of thousands of yen where it comes out whole."""
    return f"{yen // 10_000:,}万" if yen >= 10_000 and yen % 10_000 == 0 else figure(yen)
