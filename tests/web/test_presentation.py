"""The page's values without Django: a chart that adds up, limits in words, and another product with no code change."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.doors import request as request_door
from sonae.doors.problem import Problem
from sonae.office import catalogue
from sonae.period import JST
from sonae.product import Product
from sonae.quotation import quote
from sonae.web.pages_entry import Entry, read_form
from sonae.web.presentation import Language, amount, difference, figure, formula, limit, points
from sonae.web.presentation_page import ask_page, page_shown
from sonae.web.presentation_prices import Ask, Asked, Trouble
from sonae.web.presentation_worksheet import composition

MOMENT = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
PRODUCT = catalogue.default()


def door(product: Product) -> Ask:
    """A door that sells this product only."""
    books = catalogue.Catalogue({product.id: product}, product.scheme)

    def ask(words: dict[str, Any]) -> Asked:
        read = request_door.read(books, json.dumps(words).encode(), MOMENT)
        if isinstance(read, Problem):
            return Asked(None, None, tuple(Trouble(error.pointer, error.message) for error in read.errors))
        return Asked(quote(read.product, read.request, MOMENT), read.request)

    return ask


def shown(product: Product, language: Language = "ja", **typed: str) -> dict[str, Any]:
    """The page for what was typed; names of form fields with _ for -."""
    form = {name.replace("__", "-"): [text] for name, text in typed.items()}
    entry = read_form(product, lambda name: form.get(name, []))
    ask = door(product)
    return page_shown(ask_page(product, entry, ask), ask, MOMENT, language)


@settings(deadline=None, max_examples=60)
@given(
    industry=st.sampled_from(sorted(PRODUCT.industries)),
    sales=st.integers(1, 10**11),
    cell=st.sampled_from([f"{number}-{plan}" for number in PRODUCT.sets for plan in PRODUCT.plans]),
    discount=st.sampled_from([str(percent) for percent in range(0, 61, 5)]),
)
def test_the_parts_of_the_chart_are_the_premium(industry: str, sales: int, cell: str, discount: str) -> None:
    """Whatever is asked: the parts add up to the yen, rounding or the minimum included, and no bar leaves the chart."""
    entry = Entry(industry=industry, sales=str(sales), set=cell[0], plan=cell[2:], discount=discount)
    asking = ask_page(PRODUCT, entry, door(PRODUCT))
    answer = asking.current.answer if asking.current else None
    if answer is None or answer.premium is None:
        return
    bars = composition(PRODUCT, answer.worksheet, "ja").bars
    parts = [int(bar.value.replace(",", "").replace("−", "-")) for bar in bars if not bar.sum]
    assert sum(parts) == answer.premium
    assert all(float(bar.start) >= 0 and float(bar.start) + float(bar.width) <= 1000.1 for bar in bars)


def test_the_minimum_premium_is_called_by_its_name() -> None:
    page = shown(PRODUCT, industry="A01", sales="1", cell="5-basic", discount="60")
    if page["premium"] == figure(PRODUCT.tariff.minimum):
        assert any("最低保険料" in bar.hint for bar in page["composition"].bars)


def test_a_thin_product_renders_from_its_data_alone() -> None:
    """One plan, two sets, a deductible, no sheet, no riders: everything on the page follows."""
    first, *_ = PRODUCT.plans.values()
    other = dataclasses.replace(
        PRODUCT,
        id="thin",
        plans={first.code: first},
        sets={
            7: dataclasses.replace(
                PRODUCT.sets[5], number=7, free=False, deductibles={"liability": 100_000}, attaches=()
            ),
            8: dataclasses.replace(PRODUCT.sets[5], number=8),
        },
        riders={},
        sheet=None,
        rules=(),
        not_granted=(),
        examples=(),
    )
    page = shown(other, industry="建設業", sales="10億", cell="7-basic")
    assert page["sheet"] is None
    assert page["discount_choices"] == []
    assert page["riders"] == ()
    assert [row.number for row in page["prices"].rows] == [7, 8]
    assert len(page["prices"].plans) == 1
    assert all(cell.price for row in page["prices"].rows for cell in row.cells)
    assert any("免責金額（自己負担額）は10万円です" in one for one in page["table_notes"])
    assert not page["asks_it_sales"]
    assert page["lowering"] is None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refused_company_sees_one_reason_and_no_price(language: Language) -> None:
    page = shown(PRODUCT, language, industry="D06", sales="1,200億")
    assert "premium" not in page
    assert [one.code for one in page["declines"]] == ["sales_over_ceiling"]
    assert page["sales"]["problem"] == page["declines"][0].message
    assert all(row.why for row in page["prices"].rows)


def test_nothing_is_asked_before_industry_and_sales_are_known() -> None:
    for typed in ({}, {"industry": "建設業"}, {"sales": "10億"}, {"industry": "建設業", "sales": "10億5"}):
        page = shown(PRODUCT, **typed)
        assert page["answer"] is None
        assert not any(cell.price for row in page["prices"].rows for cell in row.cells)


def test_words_for_figures() -> None:
    assert figure(-128_548) == "−128,548"
    assert difference(32_920) == "+32,920"
    assert difference(0) == "±0"
    assert amount(1_050_000_000, "ja") == "10億5,000万円"
    assert amount(1_050_000_000, "en") == "¥1,050,000,000"
    assert limit(30_000_000, "ja") == "3千万円"
    assert limit(30_000_000, "en") == "¥30m"
    assert limit(1_000_000_000, "en") == "¥1bn"
    assert points(644) == "64.4"
    assert points(60) == "6"
    assert formula("r(80370 × 2.7121)") == "80,370 × 2.7121"
    assert formula("max(20000, 10 × r(353149 ÷ 10))") == "max(20,000, 10 × r(353,149 ÷ 10))"
    assert formula("r(1) + r(2)") == "r(1) + r(2)"
