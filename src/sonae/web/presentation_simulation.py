"""A simulation of a book as a page shows it: ranges before single numbers, and how much of each is judgement.

Pure: everything is read from the document of a run (`office.book_simulations`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sonae.product import Product, Text
from sonae.sensitivities import CODES, sensitivities
from sonae.web.presentation import Language, mark, say
from sonae.web.presentation_prices import coverage_word

if TYPE_CHECKING:
    from sonae.loss_model import LossModel

TAIL = 200
COVERAGES = ("liability", "expense", "business_income")
_COLOURS = {"liability": "f-l", "expense": "f-e", "business_income": "f-b"}
_OKU = 100_000_000


def shown(product: Product, model: LossModel, run: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Everything of a run that has results; what has not come yet is left out."""
    english = language == "en"
    found = run["results"]
    base = found["base"]
    premium = base["premium"] or 1
    members = sum(one["members"] for one in run["premium"].values())
    tail = _at(base["aggregate"], TAIL)
    words: dict[str, Any] = {
        "partial": run["state"] != "done",
        "members": f"{members:,}",
        "years": f"{base['years']:,}",
        "seed": run["seed"],
        "model": run["assumptions"]["name_en" if english else "name"],
        "hash": run["assumptions"]["hash"][:12],
        "warning": run["warning_en" if english else "warning"],
        "balance": run.get("balance_en" if english else "balance", ""),
        "assumed": mark("assumed", language),
        "premium": oku(premium),
        "each": f"{round(premium / max(1, members)):,}",
        "expected": oku(base["expected"]),
        "expected_low": oku(base["expected"] - 1.645 * base["expected_error"]),
        "expected_high": oku(base["expected"] + 1.645 * base["expected_error"]),
        "ratio": percent(base["expected"] / premium),
        "ratio_systemic": percent(base["systemic"] / premium),
        "ratio_attritional": percent((base["expected"] - base["systemic"]) / premium),
        "claimants": f"{base['members_with_claim'] * 100:.1f}%",
        "judged": percent(base["judged_share"]),
        "without_price": f"{base['without_price']:,}",
        "points": _points(found, premium),
        "changed": _changed(model, found, premium, language),
        "coverages": _coverages(run["premium"], base, language),
        "segments": _segments(product, run["premium"], base, language),
        "causes": _causes(model, base["top_years"], language),
        "top_years": len(base["top_years"]),
        "ties": _ties(base.get("ties", ()), members, language),
        "charts": [_chart(found, premium, *one) for one in _SIZES],
    }
    if tail is not None:
        low, high = _range(found, TAIL)
        words |= {
            "tail_low": percent(low / premium), "tail_high": percent(high / premium),
            "tail_low_yen": oku(low), "tail_high_yen": oku(high), "tail_middle": percent(tail["loss"] / premium),
            "tail_mean": percent(tail["tail_mean"] / premium),
        }  # fmt: skip
    return words


def oku(yen: float) -> str:
    """Hundreds of millions of yen, in as many places as a figure that is an estimate deserves."""
    value = yen / _OKU
    return f"{value:,.1f}" if value >= 1 else f"{value:.2f}"


def percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def _at(points: Sequence[Mapping[str, Any]], period: int) -> Mapping[str, Any] | None:
    return next((one for one in points if one["return_period"] == period), None)


def _range(found: Mapping[str, Any], period: int) -> tuple[float, float]:
    """The lowest and highest of the sampling interval and of every changed assumption."""
    base = _at(found["base"]["aggregate"], period)
    assert base is not None
    others = [one["loss"] for name in CODES if name in found and (one := _at(found[name]["aggregate"], period))]
    return min([base["low"], *others]), max([base["high"], *others])


def _points(found: Mapping[str, Any], premium: float) -> list[dict[str, Any]]:
    """The curves as a table with bars: the year's sum, its sampling error, the largest event, the tail's mean."""
    base = found["base"]
    widest = max((_range(found, one["return_period"])[1] for one in base["aggregate"]), default=1) or 1
    rows = []
    for whole, event in zip(base["aggregate"], base["largest_event"], strict=True):
        low, high = _range(found, whole["return_period"])
        rows.append(
            {
                "period": f"{whole['return_period']:,}",
                "loss": percent(whole["loss"] / premium),
                "sampling": f"{percent(whole['low'] / premium)}〜{percent(whole['high'] / premium)}",
                "range": f"{percent(low / premium)}〜{percent(high / premium)}",
                "event": percent(event["loss"] / premium),
                "tail_mean": percent(whole["tail_mean"] / premium),
                "width": round(whole["loss"] / widest * 1000),
                "range_from": round(low / widest * 1000),
                "range_width": max(1, round((high - low) / widest * 1000)),
                "tail": whole["return_period"] == TAIL,
            }
        )
    return rows


def _changed(model: LossModel, found: Mapping[str, Any], premium: float, language: Language) -> list[dict[str, str]]:
    """The changed assumptions, as the loss model names them, each with its expected loss and its tail."""
    rows = []
    for one in sensitivities(model):
        if one.code in found:
            point = _at(found[one.code]["aggregate"], TAIL)
            rows.append(
                {
                    "name": say(one.name, language),
                    "ratio": percent(found[one.code]["expected"] / premium),
                    "tail": percent(point["loss"] / premium) if point else "—",
                }
            )
    return rows


def _coverages(premiums: Mapping[str, Any], base: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """Loss ratio by coverage: where tariff and model disagree stands here, whatever it says."""
    rows = []
    for place, coverage in enumerate(COVERAGES):
        premium = sum(one[coverage] for one in premiums.values())
        paid = sum(one[place] for one in base["segments"].values())
        rows.append(_ratio(coverage_word(coverage, language), premium, paid) | {"colour": _COLOURS[coverage]})
    return _with_widths(rows)


def _segments(
    product: Product, premiums: Mapping[str, Any], base: Mapping[str, Any], language: Language
) -> list[dict[str, Any]]:
    rows = []
    for code, one in premiums.items():
        paid = base["segments"].get(code, (0, 0, 0))
        core, income = one["liability"] + one["expense"], one["business_income"]
        row = _ratio(say(product.industries[code].name, language), core + income, sum(paid))
        row |= {
            "members": f"{one['members']:,}",
            "core": percent((paid[0] + paid[1]) / core) if core else "—",
            "income": percent(paid[2] / income) if income else "—",
            "colour": "f-key",
        }
        rows.append(row)
    rows.sort(key=lambda row: -float(row["sort"]))
    return _with_widths(rows)


def _ratio(name: str, premium: float, paid: float) -> dict[str, Any]:
    share = paid / premium if premium else 0.0
    return {"name": name, "premium": oku(premium), "paid": oku(paid), "ratio": percent(share), "share": share,
            "sort": premium}  # fmt: skip


def _with_widths(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    widest = max([1.0, *(row["share"] for row in rows)])
    return [row | {"width": round(row["share"] / widest * 1000), "line": round(1000 / widest)} for row in rows]


def _causes(model: LossModel, years: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """What the largest years were made of, systemic events by name and the attritional ones as one row."""
    sums: dict[str, float] = {}
    for year in years:
        for cause, paid in year["causes"].items():
            key = cause if cause in model.scenarios else ""
            sums[key] = sums.get(key, 0) + paid
    whole = sum(sums.values()) or 1
    most = max(sums.values(), default=1)
    english = language == "en"
    rows = []
    for code, paid in sorted(sums.items(), key=lambda one: -one[1]):
        scenario = model.scenarios.get(code)
        if scenario is None:
            name = "Incidents of single members" if english else "個別の事故"
        else:
            name = scenario.name_en if english else scenario.name_ja
        rows.append(
            {
                "name": name,
                "share": percent(paid / whole),
                "width": round(paid / most * 1000),
                "colour": "f-mid" if scenario is None else "f-key",
                "mark": mark(scenario.status, language) if scenario else mark("assumed", language),
            }
        )
    return rows


_TIES = {
    "cloud": Text("クラウド事業者{number}を使う（仮定の割合）", "On cloud provider {number} (assumed share)"),
    "no_cloud": Text("どのクラウドも使わない", "On none of the clouds"),
    "vpn": Text("VPN機器を使う", "Using a VPN appliance"),
    "shop": Text("同じ通販の仕組みを使う", "On the same web shop system"),
}


def _ties(rows: Sequence[Mapping[str, Any]], members: int, language: Language) -> list[dict[str, Any]]:
    """Members that one supplier or one technique ties together; the shares are drawn by the loss model."""
    most = max([1, *(one["members"] for one in rows)])
    return [
        {
            "name": say(_TIES[one["kind"]], language).format(number=one["number"]), "members": f"{one['members']:,}",
            "share": percent(one["members"] / max(1, members)), "premium": oku(one["premium"]),
            "limit": oku(one["limit"]), "income_limit": oku(one["income_limit"]),
            "width": round(one["members"] / most * 1000),
        }
        for one in rows
    ]  # fmt: skip


_SIZES = (("wide", 1256, 420, 14), ("narrow", 358, 300, 12))


def _chart(found: Mapping[str, Any], premium: float, name: str, width: int, height: int, _size: int) -> dict[str, Any]:
    """The year's loss against how rarely it is exceeded: a line with two bands, as points of an SVG."""
    base = found["base"]
    points = base["aggregate"]
    if len(points) < 2:
        return {"name": name, "empty": True}
    left, right, top, bottom = 56, width - 24, 16, height - 44
    first, last = math.log(points[0]["return_period"]), math.log(points[-1]["return_period"])
    ranges = [_range(found, one["return_period"]) for one in points]
    highest = max(high for _, high in ranges) / premium or 1
    step = next(one for one in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 10**9) if highest / one <= 7)

    def x(period: float) -> float:
        return round(left + (math.log(period) - first) / (last - first) * (right - left), 1)

    def y(yen: float) -> float:
        return round(bottom - yen / premium / highest * (bottom - top), 1)

    def band(lows: Sequence[float], highs: Sequence[float]) -> str:
        periods = [one["return_period"] for one in points]
        up = [f"{x(period)},{y(low)}" for period, low in zip(periods, lows, strict=True)]
        down = [f"{x(period)},{y(high)}" for period, high in zip(periods, highs, strict=True)]
        return " ".join([*up, *reversed(down)])

    tail = _at(points, TAIL)
    return {
        "name": name, "width": width, "height": height, "left": left, "right": right, "bottom": bottom,
        "grid": [
            {"y": y(number * step * premium), "text": y(number * step * premium) + 5, "label": percent(number * step)}
            for number in range(int(highest / step) + 1)
        ],
        "ticks": [
            {"x": x(one["return_period"]), "label": one["return_period"]}
            for number, one in enumerate(points) if name == "wide" or number % 2 == 0 or one["return_period"] == TAIL
        ],
        "label_y": bottom + 20, "title_y": bottom + 38, "middle": (left + right) // 2, "label_x": left - 8,
        "pale": band([low for low, _ in ranges], [high for _, high in ranges]),
        "dark": band([one["low"] for one in points], [one["high"] for one in points]),
        "line": " ".join(f"{x(one['return_period'])},{y(one['loss'])}" for one in points),
        "alone": " ".join(
            f"{x(one['return_period'])},{y(one['loss'])}" for one in base["without_systemic"]
        ),
        "event": " ".join(f"{x(one['return_period'])},{y(one['loss'])}" for one in base["largest_event"]),
        "dot": {"x": x(TAIL), "y": y(tail["loss"])} if tail else None,
    }  # fmt: skip
