"""A calculation of business income for its page: the chart of standard against actual, and the steps in yen."""

from __future__ import annotations

from typing import Any

from sonae.business_income import Calculated, Measured, Terms, Unmeasured
from sonae.product import Text
from sonae.web.presentation import Language, day, figure, say
from sonae.wording import mark

_SIZES = (("wide", 1080, 260, 12), ("narrow", 358, 220, 4))
"""Name, width, height, and at most how many labels under the axis."""

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
    measured, income = found.measured, found.income
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
             "note": say(NOTES[line.line], spoken) if line.line in NOTES else "", "formula": line.formula,
             "value": figure(line.value) if line.unit == "yen" else f"{line.value / 100:.2f}%",
             "sum": line.line in ("loss_of_profit", "extra_expense")}
            for line in income.worksheet
        ],
        "charts": [_chart(measured, *size) for size in _SIZES],
        "points": [{"day": day(one.first, spoken), "standard": "—" if one.standard is None else figure(one.standard),
                    "actual": "—" if one.actual is None else figure(one.actual),
                    "in": one.first < measured.until and measured.first < one.until} for one in measured.points],
    }  # fmt: skip


def _chart(measured: Measured, name: str, width: int, height: int, labels: int) -> dict[str, Any]:
    """Bars of the actual sales under the line of the standard, the restoration period marked."""
    points = measured.points
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
    for place, one in enumerate(points):
        at = left + place * room
        inside = one.first < measured.until and measured.first < one.until
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
        "name": name, "width": width, "height": height, "left": left, "right": right, "bottom": bottom, "bars": bars,
        "line": " ".join(line), "ticks": ticks, "label_x": left - 8, "label_y": height - 10,
        "grid": [{"y": y(number * step), "text": y(number * step) + 5, "label": _short(number * step)}
                 for number in range(highest // step + 1)],
    }  # fmt: skip


def _short(yen: int) -> str:
    """An axis label: tens of thousands of yen where it comes out whole."""
    return f"{yen // 10_000:,}万" if yen >= 10_000 and yen % 10_000 == 0 else figure(yen)
