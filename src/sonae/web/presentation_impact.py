"""What a change of the product does, as a page shows it: a waterfall that sums, who moves, where, and what it rests on.

Pure: everything is read from the document of a run (`office.book_impacts`) and from the two products.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sonae.impact import BANDS, CAUSES
from sonae.product import Product, Text
from sonae.product_diff import Change, diff, side_by_side
from sonae.product_inventory import GROUPS
from sonae.web.presentation import Language, mark, say
from sonae.web.presentation_prices import coverage_word
from sonae.wording import difference, figure

SHOWN = 200
"""Rows of the diff that the page shows of one group; the command shows all."""

_COUNTS: Final = ("risen", "fallen", "unchanged", "won", "lost", "refused", "bad")

CAUSE_WORDS: Final[Mapping[str, Text]] = {
    "industry_base": Text("業種の基準額", "Industry base"),
    "sales_curve": Text("売上高係数", "Sales curve"),
    "limits": Text("支払限度額の係数", "Limits"),
    "riders": Text("特約", "Riders"),
    "discounts": Text("割引", "Discounts"),
    "rounding": Text("端数・最低保険料", "Rounding and minimum"),
    "eligibility_won": Text("新たにお引受けできる", "Eligibility won"),
    "eligibility_lost": Text("お引受けできなくなる", "Eligibility lost"),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "covered": Text("有責", "Covered"),
    "part": Text("一部有責", "Partly covered"),
    "not_covered": Text("無責", "Not covered"),
    "": Text("判断できない", "Cannot be decided"),
}


def shown(
    run: Mapping[str, Any], old: Product | None, new: Product | None, language: Language, *, hide_below: int
) -> dict[str, Any]:
    """Everything of a run that has results; segments of fewer members than `hide_below` without yen.

    The products are None where their folders are no longer these.
    """
    english = language == "en"
    found = run["impact"]
    words: dict[str, Any] = {
        "from": run["from"], "to": run["to"], "rows": figure(run["rows"]), "title": title(run, old, new, language),
        "before": figure(found["before"]), "after": figure(found["after"]),
        "change": difference(found["after"] - found["before"]), "moves": _moves(found, language),
        "who_moves": _who_moves(found, language),
        "percent": _percent(found["before"], found["after"]),
        "counts": {name: figure(found[name]) for name in _COUNTS},
        "bars": waterfall(found, language),
        "bands": _bands(found, language),
        "segments": [
            {"title": title, "rows": _segments(new or old, found[name], name, language, hide_below=hide_below)}
            for name, title in (
                ("by_industry", "By industry" if english else "業種ごと"),
                ("by_plan", "By plan" if english else "プランごと"),
                ("by_set", "By set" if english else "加入セットごと"),
            )
        ],
        "movers": [
            {"title": title, "rows": [_mover(one) for one in found[name]]}
            for name, title in (("up", "Rising most" if english else "大きく上がる"),
                                ("down", "Falling most" if english else "大きく下がる"))
        ],
        "withheld": found.get("movers_withheld", False),
        "risk": risk(run.get("risk", {}), language),
        "diff": difference_of(old, new, language),
    }  # fmt: skip
    if "claims" in run:
        words["claims"] = _claims(run["claims"], new, language)
    return words


_STEPS: Final = (
    Text("加入者を用意しています。", "Preparing the members. "),
    Text("保険料を比べています。", "Comparing the premiums. "),
    Text("今の商品で支払いを模擬しています。", "Simulating payments under the present product. "),
    Text("変えた商品で支払いを模擬しています。", "Simulating payments under the changed product. "),
    Text("過去の事案を判断し直しています。", "Deciding past claims again. "),
)
"""What is done once so many steps are over."""


def doing(run: Mapping[str, Any], language: Language) -> str:
    """What the worker is at."""
    return say(_STEPS[min(run["step"], len(_STEPS) - 1)], language)


def title(run: Mapping[str, Any], old: Product | None, new: Product | None, language: Language) -> str:
    """The two product years by name; by the key that was chosen where they are not told apart, or are gone."""
    name = "name_en" if language == "en" else "name"
    names = [
        run[told][name] if told in run else say(product.year, language) if product else run[key]
        for told, key, product in (("from", "old", old), ("to", "new", new))
    ]
    if names[0] == names[1]:
        names = [f"{said}（{run[key]}）" for said, key in zip(names, ("old", "new"), strict=True)]
    return " → ".join(names)


def _moves(found: Mapping[str, Any], language: Language) -> str:
    """What the premium does, in one sentence."""
    before, after = found["before"], found["after"]
    yen, share = figure(abs(after - before)), _percent(before, after)[1:]
    if language == "en":
        return f"The premium {'rises' if after > before else 'falls'} by {yen} yen ({share})" if after != before \
            else "The premium stays the same in all"  # fmt: skip
    return f"保険料は{yen}円（{share}）{'増える' if after > before else '減る'}" if after != before \
        else "保険料の合計は変わらない"  # fmt: skip


def _who_moves(found: Mapping[str, Any], language: Language) -> str:
    """How many pay less and how many more, in one sentence."""
    fallen, risen = figure(found["fallen"]), figure(found["risen"])
    return f"{fallen} members pay less, {risen} pay more" if language == "en" else \
        f"{fallen}加入者は下がり、{risen}加入者は上がる"  # fmt: skip


def _percent(before: int, after: int) -> str:
    if before == 0:
        return "—"
    tenths = ((after - before) * 2000 + before) // (2 * before)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else "±"
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def waterfall(found: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """The movements as bars on a cut axis, the totals as thin lines; the parts sum to the change to the yen."""
    parts = [(cause, found["waterfall"][cause]) for cause, _ in CAUSES]
    parts += [(cause, found["waterfall"][cause]) for cause in ("eligibility_won", "eligibility_lost")]
    places = [found["before"]]
    for _, yen in parts:
        places.append(places[-1] + yen)
    assert places[-1] == found["after"], "the parts of a waterfall sum to the yen"
    low, span = min(places), max(1, max(places) - min(places))

    def at(yen: int) -> int:
        return int(60 + (yen - low) * 880 // span)

    def total(label: str, yen: int) -> dict[str, Any]:
        return {"label": label, "value": figure(yen), "start": at(yen) - 4, "width": 8, "colour": "f-sum", "sum": True}

    english = language == "en"
    bars = [total("Premium before" if english else "これまでの年間保険料", found["before"])]
    for (cause, yen), reached in zip(parts, places, strict=False):
        start, end = sorted((at(reached), at(reached + yen)))
        bars.append({
            "label": say(CAUSE_WORDS[cause], language), "value": difference(yen), "start": start,
            "width": end - start, "colour": "f-up" if yen > 0 else "f-down", "sum": False,
        })  # fmt: skip
    return [*bars, total("Premium after" if english else "これからの年間保険料", found["after"])]


def _bands(found: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """Members by their change in percent, those that do not move in the middle."""
    english = language == "en"
    counts: list[int] = list(found["distribution"])
    labels = [f"{'below ' if english else ''}{_edge(BANDS[0])}{'' if english else '以下'}"]
    labels += [f"{_edge(low)} {'to' if english else '〜'} {_edge(high)}" for low, high in itertools.pairwise(BANDS)]
    labels.append(f"{'above ' if english else ''}{_edge(BANDS[-1])}{'' if english else '超'}")
    rows = [(label, count, "f-down" if BANDS[min(place, len(BANDS) - 1)] <= 0 else "f-up")
            for place, (label, count) in enumerate(zip(labels, counts, strict=True))]  # fmt: skip
    middle = BANDS.index(0) + 1
    rows.insert(middle, ("no change" if english else "変わらない", found["unchanged"], "f-mid"))
    most = max(1, *(count for _, count, _ in rows))
    return [
        {"label": label, "count": figure(count), "width": round(count / most * 1000), "colour": colour}
        for label, count, colour in rows
    ]


def _edge(percent: int) -> str:
    return f"{'+' if percent > 0 else '−' if percent < 0 else '±'}{abs(percent)}%"


def _segments(
    product: Product | None, rows: Sequence[Mapping[str, Any]], kind: str, language: Language, *, hide_below: int
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for one in sorted(rows, key=lambda one: -one["before"]) if kind == "by_industry" else rows:
        few = one["members"] < hide_below
        told.append({
            "name": _name(product, kind, one["code"], language), "members": figure(one["members"]),
            "before": "—" if few else figure(one["before"]), "after": "—" if few else figure(one["after"]),
            "change": "—" if few else difference(one["after"] - one["before"]),
            "percent": "—" if few else _percent(one["before"], one["after"]),
            "moved": 0 if few else one["after"] - one["before"],
        })  # fmt: skip
    most = max([1, *(abs(one["moved"]) for one in told)])
    return [
        one | {"start": 500 - round(max(0, -one["moved"]) / most * 500), "width": round(abs(one["moved"]) / most * 500),
               "colour": "f-up" if one["moved"] > 0 else "f-down"}
        for one in told
    ]  # fmt: skip


def _name(product: Product | None, kind: str, code: str, language: Language) -> str:
    if product is None:
        return code
    if kind == "by_industry":
        return say(product.industries[code].name, language) if code in product.industries else code
    if kind == "by_plan":
        return say(product.plans[code].name, language) if code in product.plans else code
    return say(product.sets[int(code)].name, language) if int(code) in product.sets else code


def _mover(one: Mapping[str, Any]) -> dict[str, Any]:
    before, after = one["before"], one["after"]
    both = before is not None and after is not None
    return {
        "who": one.get("name") or one["member_id"],
        "cover": one["member_id"] if one.get("name") else "",
        "before": None if before is None else figure(before),
        "after": None if after is None else figure(after),
        "change": difference(after - before) if both else "",
        "percent": _percent(before, after) if both else "",
    }


PERIOD: Final = "200"
_OKU: Final = 100_000_000
_MAN: Final = 10_000


def risk(found: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Premium, expected loss, tail and loss ratio before and after, a row each; empty until both are there.

    A tail is told as the range of its sampling error, its middle beside it. Yen in 億円, of a small book in 万円.
    """
    if set(found) != {"old", "new"}:
        return {}
    english = language == "en"
    old, new = found["old"], found["new"]
    large = max(old["premium"], new["premium"]) >= _OKU
    unit, places = (_OKU, 2) if large else (_MAN, 0)

    def yen(amount: float) -> str:
        return f"{amount / unit:,.{places}f}"

    def moved(key: str) -> str:
        return _signed((new[key] - old[key]) / unit, places)

    assumed = mark("assumed", language)
    rows: list[dict[str, Any]] = [
        {"name": name, "before": yen(old[key]), "after": yen(new[key]), "change": moved(key), "mark": status}
        for name, key, status in (
            ("Annual premium" if english else "年間保険料", "premium", None),
            ("Expected loss (AAL)" if english else "支払いの期待値（AAL）", "expected", assumed),
        )
    ]
    if PERIOD in old["periods"] and PERIOD in new["periods"]:
        first, second = old["periods"][PERIOD], new["periods"][PERIOD]
        few = min(places, 1)
        before, after = (
            f"{one['low'] / unit:,.{few}f}{'–' if english else '〜'}{one['high'] / unit:,.{few}f}"
            for one in (first, second)
        )
        middles = [f"{'middle' if english else '中央'} {one['loss'] / unit:,.{few}f}" for one in (first, second)]
        rows.append({
            "name": "1-in-200 year" if english else "200年に1回の年", "before": before, "after": after,
            "middles": middles, "change": _signed((second["loss"] - first["loss"]) / unit, places), "mark": assumed,
            "hint": "range of the sampling error" if english else "標本の誤差の幅",
        })  # fmt: skip
    ratios = [one["loss_ratio"] * 100 for one in (old, new)]
    rows.append({
        "name": "Loss ratio" if english else "損害率", "before": f"{ratios[0]:.1f}%", "after": f"{ratios[1]:.1f}%",
        "change": _signed(ratios[1] - ratios[0], 1) + (" pt" if english else "ポイント"), "mark": assumed,
    })  # fmt: skip
    names = ("¥100 million", "億円") if large else ("¥10,000", "万円")
    return {"unit": names[0] if english else names[1], "rows": rows}


def _signed(value: float, places: int) -> str:
    text = f"{abs(value):,.{places}f}"
    if float(text.replace(",", "")) == 0:
        return f"±{text}"
    return f"+{text}" if value > 0 else f"−{text}"


def difference_of(old: Product | None, new: Product | None, language: Language) -> list[dict[str, Any]]:
    """The diff in words by group; empty where a folder is no longer the one that was compared."""
    if old is None or new is None:
        return []
    found = diff(old, new)
    return [
        {"title": say(group.name, language), "count": len(changes), "more": max(0, len(changes) - SHOWN),
         "rows": [_change(one, language) for one in changes[:SHOWN]]}
        for group in GROUPS
        if (changes := found.of(group.code))
    ]  # fmt: skip


def _change(one: Change, language: Language) -> dict[str, Any]:
    before, after = side_by_side(one, language)
    bases = (one.basis_before, one.basis_after)
    return {
        "subject": say(one.subject, language), "label": say(one.label, language), "before": before, "after": after,
        "number": isinstance(one.before, int) and isinstance(one.after, int),
        "marks": [mark(basis.status, language) if basis is not None else None for basis in bases],
    }  # fmt: skip


def _claims(found: Mapping[str, Any], product: Product | None, language: Language) -> dict[str, Any]:
    return {
        "looked_at": figure(found["looked_at"]), "before": figure(found["before"]), "after": figure(found["after"]),
        "change": difference(found["after"] - found["before"]),
        "rows": [
            {
                "number": one["number"], "id": one["claim"], "before": figure(one["before"]),
                "after": "—" if one["unreadable"] else figure(one["after"]),
                "change": "" if one["unreadable"] else difference(one["after"] - one["before"]),
                "outcomes": [say(OUTCOMES[one[name]], language) for name in ("outcome_before", "outcome_after")],
                "why": one["unreadable_en" if language == "en" else "unreadable"],
                "heads": [_head(head, product, language) for head in one["heads"]],
            }
            for one in found["differing"]
        ],
    }  # fmt: skip


def _head(one: Mapping[str, Any], product: Product | None, language: Language) -> dict[str, Any]:
    known = product is not None and one["head"] in product.heads
    clauses = [_clause(product, one[name], language) for name in ("clause_before", "clause_after")]
    return {
        "name": say(product.heads[one["head"]].name, language) if product is not None and known else one["head"],
        "coverage": coverage_word(one["coverage"], language), "before": figure(one["before"]),
        "after": figure(one["after"]), "clauses": clauses, "same_clause": clauses[0] == clauses[1],
        "reason": one["reason_en" if language == "en" else "reason"],
    }  # fmt: skip


def _clause(product: Product | None, code: str, language: Language) -> str:
    if product is not None and code in product.clauses:
        return say(product.clauses[code].name, language)
    return code or "—"
