"""Finding an industry by what people call it."""

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.industry_search import Nearness, resolve, search
from sonae.product import IndustryName, Product, Text


def _product(industries: dict[str, tuple[str, str]], names: list[tuple[str, str, str]]) -> Product:
    return cast(
        Product,
        SimpleNamespace(
            industries={code: SimpleNamespace(code=code, name=Text(ja, en)) for code, (ja, en) in industries.items()},
            industry_names=tuple(IndustryName(*row) for row in names),
        ),
    )


PRODUCT = _product(
    {
        "D06": ("建設業", "Construction"),
        "E09": ("食料品製造業", "Food manufacturing"),
        "E29": ("製造業(機械・金属・化学等)", "Manufacturing (machinery, metal, chemicals)"),
        "P83": ("医療業", "Medical services"),
        "L72": ("専門サービス業(士業等)", "Professional services"),
    },
    [
        ("D06", "工務店", "こうむてん"),
        ("E29", "町工場", "まちこうば"),
        ("E09", "食品工場", "しょくひんこうじょう"),
        ("P83", "クリニック", "くりにっく"),
        ("L72", "税理士", "ぜいりし"),
    ],
)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("建設業", "D06"),
        ("D06", "D06"),
        ("ｄ０６", "D06"),
        ("D06 建設業", "D06"),
        ("町工場", "E29"),
        ("まちこうば", "E29"),
        ("ﾏﾁｺｳﾊﾞ", "E29"),
        ("クリニック", "P83"),
        ("くりにっく", "P83"),
        ("ｸﾘﾆｯｸ", "P83"),
        ("ゼイリシ", "L72"),
        ("construction", "D06"),
        ("町の小さな工務店", "D06"),
        ("製造業", "E29"),
        (" 建 設 業 ", "D06"),
    ],
)
def test_finds_the_one_that_is_meant(typed: str, code: str) -> None:
    assert resolve(PRODUCT, typed) == code


@pytest.mark.parametrize(
    "typed", ["", "　", "業", "宇宙飛行士", "建設業\x00", "建設業\u202e", "建設業\ufffd", "x" * 61, "\x00", "%", "工場"]
)
def test_does_not_guess(typed: str) -> None:
    assert resolve(PRODUCT, typed) is None


def test_the_best_comes_first_and_each_once() -> None:
    found = search(PRODUCT, "製造業")
    assert [match.code for match in found] == ["E29", "E09"]
    assert found[0].nearness is Nearness.same
    assert [match.code for match in search(PRODUCT, "工場")] == ["E29", "E09"]
    assert len(search(PRODUCT, "業", most=3)) == 3


def test_says_by_which_name_it_was_found() -> None:
    assert search(PRODUCT, "町工")[0].found_by == "町工場"


@given(st.text(max_size=80))
def test_never_raises(text: str) -> None:
    assert all(match.code in PRODUCT.industries for match in search(PRODUCT, text))
