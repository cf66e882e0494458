"""The words and drawings of runs: sentences that say the finding, a curve whose names stand free, ranges with units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sonae.office import catalogue, simulated
from sonae.web import presentation_curve, presentation_impact, presentation_runs, presentation_simulation

PERIODS = (2, 5, 10, 20, 50, 100, 200, 500, 1000)


def curve(*losses: float) -> list[dict[str, Any]]:
    return [
        {"return_period": period, "loss": loss, "low": loss * 0.95, "high": loss * 1.1, "tail_mean": loss * 1.4}
        for period, loss in zip(PERIODS, losses, strict=True)
    ]


FOUND = {
    "base": {
        "aggregate": curve(54, 69, 82, 95, 121, 149, 203, 360, 488),
        "largest_event": curve(5, 14, 23, 34, 58, 85, 142, 294, 427),
        "without_systemic": curve(45, 50, 55, 60, 66, 70, 74, 78, 82),
    },
    "worm_twice": {"aggregate": curve(56, 75, 90, 110, 160, 220, 309, 470, 600)},
}


@pytest.mark.parametrize("size", [*presentation_curve.SIZES, presentation_curve.PAPER], ids=lambda one: one[0])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_names_in_the_curve_stand_free_and_inside(size: tuple[str, int, int, int], language: Any) -> None:
    drawn = presentation_curve.chart(FOUND, 100, language, *size)
    event, alone = drawn["labels"]
    assert 0 < event["y"] < alone["y"] < drawn["bottom"]
    assert alone["y"] - event["y"] >= size[3], "one name on the other"
    assert event["x"] <= size[1]
    assert event["y"] > float(drawn["event"].split()[-1].split(",")[1]), "under its line"
    for points in (drawn["line"], drawn["event"], drawn["alone"], drawn["pale"], drawn["dark"]):
        for point in points.split():
            x, y = map(float, point.split(","))
            assert drawn["left"] <= x <= drawn["right"]
            assert 0 <= y <= drawn["bottom"]
    assert drawn["dot"]["label"].endswith("193–309%" if language == "en" else "193〜309%")


def test_a_tail_is_a_range_over_sampling_and_assumptions() -> None:
    assert presentation_curve.span(FOUND, 200) == (pytest.approx(192.85), 309)
    assert (
        presentation_simulation._times(192.85, 309, 100, "ja") == "200年に1回の年には、保険料の1.9〜3.1倍を支払いうる"
    )


def test_small_causes_stand_together_and_nothing_is_lost() -> None:
    model = simulated.loss_model()
    codes = list(model.scenarios)
    paid = {codes[0]: 900.0, codes[1]: 10.0, codes[2]: 5.0, next(iter(model.perils)): 85.0}
    rows = presentation_simulation._causes(model, [{"causes": paid}], "ja")
    assert [(one["name"], one["share"]) for one in rows] == [
        (model.scenarios[codes[0]].name_ja, "90%"), ("個別の事故", "8%"), ("ほか2つの集積", "2%"),
    ]  # fmt: skip
    assert all(one["mark"].word == "仮定" for one in rows)


def test_what_has_no_material_behind_it_is_told_apart() -> None:
    model = simulated.loss_model()
    rows = {**model.perils, **model.scenarios}
    bare = next(code for code, row in rows.items() if row.source == "judgement")
    sourced = next(code for code, row in rows.items() if row.source != "judgement")
    assert presentation_simulation._unsourced(model, {bare: 30.0, sourced: 70.0}) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("before", "after", "ja", "en"),
    [
        (2_148_808_680, 2_042_048_690, "保険料は106,759,990円（5.0%）減る",
         "The premium falls by 106,759,990 yen (5.0%)"),
        (1_000_000, 1_025_000, "保険料は25,000円（2.5%）増える", "The premium rises by 25,000 yen (2.5%)"),
        (1_000, 1_000, "保険料の合計は変わらない", "The premium stays the same in all"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_one_sentence(before: int, after: int, ja: str, en: str) -> None:
    found = {"before": before, "after": after}
    assert presentation_impact._moves(found, "ja") == ja
    assert presentation_impact._moves(found, "en") == en


def risk(premium: float) -> dict[str, Any]:
    """A plan's premium, expected loss and tail, in proportion."""
    return {
        "premium": premium, "expected": premium * 0.6, "loss_ratio": 0.6,
        "periods": {"200": {"loss": premium * 2, "low": premium * 1.8, "high": premium * 2.5}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("premium", "unit", "cells"),
    [
        (2_000_000_000, "億円", ("20.00", "20.20", "+0.20", "36.0〜50.0", "中央 40.0")),
        (3_490_000, "万円", ("349", "352", "+3", "628〜872", "中央 698")),
    ],
)
def test_a_small_book_is_told_in_a_smaller_unit(premium: int, unit: str, cells: tuple[str, ...]) -> None:
    told = presentation_impact.risk({"old": risk(premium), "new": risk(premium * 1.01)}, "ja")
    first, expected, tail, ratio = told["rows"]
    assert told["unit"] == unit
    assert (first["before"], first["after"], first["change"], tail["before"], tail["middles"][0]) == cells
    assert first["mark"] is None
    assert {one["mark"].word for one in (expected, tail, ratio)} == {"仮定"}


def test_a_run_is_named_by_its_product_years() -> None:
    product = catalogue.default()
    run = {"old": product.id, "new": "candidate:next"}
    year = product.year.ja
    assert presentation_impact.title(run, product, None, "ja") == f"{year} → candidate:next"
    told = run | {"from": {"name": year}, "to": {"name": year}}
    assert presentation_impact.title(told, None, None, "ja") == f"{year}（{product.id}） → {year}（candidate:next）"


def test_what_is_left_is_told_once_a_fifth_is_done() -> None:
    run = {"began_at": "2027-01-04T10:00:00+09:00", "done": 100, "of": 1_000}
    now = datetime(2027, 1, 4, 1, 4, tzinfo=UTC)
    assert presentation_runs.time_left(run, now, "ja") == ""
    assert presentation_runs.time_left(run | {"done": 250}, now, "ja") == "残りはおよそ12分です。"
    assert presentation_runs.time_left(run | {"done": 990}, now, "en") == "Less than a minute left. "
    assert presentation_runs.time_left(run | {"done": 1_000}, now, "ja") == ""
    assert presentation_runs.time_left({"done": 500, "of": 1_000}, now, "ja") == ""
