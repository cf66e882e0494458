"""A simulation of a book as a page shows it: ranges before single numbers, and how much of each is judgement.

Pure: everything is read from the document of a run (`office.book_simulations`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sonae.product import Product, Text
from sonae.sensitivities import sensitivities
from sonae.web.presentation import Language, mark, say
from sonae.web.presentation_curve import PAPER, SIZES, TAIL, at, between, chart, percent, span
from sonae.web.presentation_prices import coverage_word

if TYPE_CHECKING:
    from sonae.loss_model import LossModel

_LEAST = 0.015
"""Causes of less than this share of the worst years stand together in one row."""

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
    tail = at(base["aggregate"], TAIL)
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
        "unsourced": percent(_unsourced(model, {one["cause"]: one["paid"] for one in base["causes"]})),
        "unsourced_worst": percent(_unsourced(model, _summed(base["top_years"]))),
        "without_price": f"{base['without_price']:,}",
        "points": _points(found, premium, language),
        "changed": _changed(model, found, premium, language),
        "coverages": _coverages(run["premium"], base, language),
        "segments": _segments(product, run["premium"], base, language),
        "causes": _causes(model, base["top_years"], language),
        "top_years": len(base["top_years"]),
        "ties": _ties(base.get("ties", ()), members, language),
        "charts": [chart(found, premium, language, *one) for one in SIZES],
        "paper_chart": chart(found, premium, language, *PAPER),
    }
    if tail is not None:
        low, high = span(found, TAIL)
        words |= {
            "tail": between(low / premium, high / premium, language),
            "tail_times": _times(low, high, premium, language),
            "tail_low_yen": oku(low), "tail_high_yen": oku(high), "tail_middle": percent(tail["loss"] / premium),
            "tail_mean": percent(tail["tail_mean"] / premium),
        }  # fmt: skip
    return words


def oku(yen: float) -> str:
    """Hundreds of millions of yen, in as many places as a figure that is an estimate deserves."""
    value = yen / _OKU
    return f"{value:,.1f}" if value >= 1 else f"{value:.2f}"


def _times(low: float, high: float, premium: float, language: Language) -> str:
    """What a 1-in-200 year may cost, as a sentence."""
    least, most = f"{low / premium:.1f}", f"{high / premium:.1f}"
    return f"A 1-in-200 year may cost {least} to {most} times the premium" if language == "en" else \
        f"200年に1回の年には、保険料の{least}〜{most}倍を支払いうる"  # fmt: skip


def _summed(years: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Yen by cause of several years together."""
    sums: dict[str, float] = {}
    for year in years:
        for cause, paid in year["causes"].items():
            sums[cause] = sums.get(cause, 0) + paid
    return sums


def _unsourced(model: LossModel, paid: Mapping[str, float]) -> float:
    """The share paid for causes whose frequency has no published material behind it at all."""
    rows = {**model.perils, **model.scenarios}
    whole = sum(paid.values()) or 1
    return sum(yen for cause, yen in paid.items() if cause in rows and rows[cause].source == "judgement") / whole


def _points(found: Mapping[str, Any], premium: float, language: Language) -> list[dict[str, Any]]:
    """The curves as a table with bars: the year's sum, its sampling error, the largest event, the tail's mean."""
    base = found["base"]
    widest = max((span(found, one["return_period"])[1] for one in base["aggregate"]), default=1) or 1
    rows = []
    for whole, event in zip(base["aggregate"], base["largest_event"], strict=True):
        low, high = span(found, whole["return_period"])
        rows.append(
            {
                "period": f"{whole['return_period']:,}",
                "loss": percent(whole["loss"] / premium),
                "sampling": between(whole["low"] / premium, whole["high"] / premium, language),
                "range": between(low / premium, high / premium, language),
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
            point = at(found[one.code]["aggregate"], TAIL)
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
    """What the largest years were made of: systemic events by name, single incidents as one row, the least together."""
    sums: dict[str, float] = {}
    for cause, paid in _summed(years).items():
        key = cause if cause in model.scenarios else ""
        sums[key] = sums.get(key, 0) + paid
    whole = sum(sums.values()) or 1
    small = [code for code, paid in sums.items() if code and paid / whole < _LEAST]
    rest = sum(sums.pop(code) for code in small) if len(small) > 1 else 0
    most = max(sums.values(), default=1)
    english = language == "en"
    assumed = mark("assumed", language)
    rows: list[dict[str, Any]] = []
    for code, paid in sorted(sums.items(), key=lambda one: -one[1]):
        scenario = model.scenarios.get(code)
        if scenario is None:
            name, status = "Incidents of single members" if english else "個別の事故", assumed
        else:
            name, status = scenario.name_en if english else scenario.name_ja, mark(scenario.status, language)
        rows.append({"name": name, "paid": paid, "colour": "f-key" if scenario else "f-mid", "mark": status})
    if rest:
        name = f"{len(small)} other accumulations" if english else f"ほか{len(small)}つの集積"
        rows.append({"name": name, "paid": rest, "colour": "f-mid", "mark": assumed})
    return [
        {"name": row["name"], "share": percent(row["paid"] / whole), "width": round(row["paid"] / most * 1000),
         "colour": row["colour"], "mark": row["mark"]}
        for row in rows
    ]  # fmt: skip


_TIES = {
    "cloud": Text("クラウド事業者{number}を使う", "On cloud provider {number}"),
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
