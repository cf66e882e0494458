"""Small changes of a plan in one table: premium, expected loss, a bad year and the loss ratio, each beside the plan.

Pure: everything is read from the document of a run (`office.book_what_ifs`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sonae.product import Text
from sonae.web.presentation import Language, mark, say
from sonae.web.presentation_curve import between
from sonae.web.presentation_impact import PERIOD, _signed
from sonae.web.presentation_simulation import oku

_HYPHEN = re.compile(r"(?<=[を ])-(?=\d)")
"""A hyphen that stands for a minus sign."""


def shown(
    run: Mapping[str, Any],
    ranges: Mapping[str, tuple[float, float]],
    kinds: Mapping[str, Text],
    language: Language,
) -> dict[str, Any]:
    """The rows that are ready, and how far a 1-in-200 year moves by each kind of change; empty without a row."""
    rows: Sequence[Mapping[str, Any]] = run["rows"]
    if not rows:
        return {}
    first = rows[0]
    premium = first["premium"] or 1
    widest = max([high for _, high in ranges.values()], default=0) or 1
    return {
        "warning": run["warning_en" if language == "en" else "warning"],
        "assumed": mark("assumed", language),
        "judged": f"{first['judged_share'] * 100:.0f}%",
        "rows": [_row(one, first, language) for one in rows],
        "ranges": [
            {
                "name": say(kinds[kind], language),
                "yen": _span(low, high, language),
                "share": _still(between(low / premium, high / premium, language), language),
                "start": round(low / widest * 1000), "width": max(4, round((high - low) / widest * 1000)),
            }
            for kind, (low, high) in ranges.items()
        ],
        "model": run["assumptions"]["name_en" if language == "en" else "name"],
        "hash": run["assumptions"]["hash"][:12], "product": run["product"], "product_hash": run["product_hash"][:12],
    }  # fmt: skip


def _row(one: Mapping[str, Any], first: Mapping[str, Any], language: Language) -> dict[str, Any]:
    tail, before = one["periods"].get(PERIOD), first["periods"].get(PERIOD)
    is_first = one is first
    return {
        "name": _HYPHEN.sub("−", one["name_en" if language == "en" else "name"]),
        "first": is_first,
        "premium": oku(one["premium"]), "premium_change": _beside(one["premium"] - first["premium"], is_first),
        "expected": oku(one["expected"]), "expected_change": _beside(one["expected"] - first["expected"], is_first),
        "tail_change": _beside(tail["loss"] - before["loss"], is_first) if tail and before else "",
        "tail_range": _span(tail["low"], tail["high"], language) if tail else "",
        "ratio": f"{one['loss_ratio'] * 100:.1f}%",
        "ratio_change": "" if is_first else _signed((one["loss_ratio"] - first["loss_ratio"]) * 100, 1),
    }  # fmt: skip


def _span(low: float, high: float, language: Language) -> str:
    """4.2〜4.9, in 億円."""
    return f"{oku(low)}{'–' if language == 'en' else '〜'}{oku(high)}"


def _still(told: str, language: Language) -> str:
    """A range, or that it does not move where both its ends are the same figure."""
    low, high = told[:-1].split("–" if language == "en" else "〜")
    if low != high:
        return told
    return f"{low}% (no change)" if language == "en" else f"{low}%（動かない）"


def _beside(yen: float, first: bool) -> str:
    return "" if first else _signed(yen / 1e8, 2)
