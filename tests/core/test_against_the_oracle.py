"""The premium against a second implementation, over the whole domain.

The timed suite draws some thousands of members. A million take about two minutes:

    ORACLE_MEMBERS=1000000 python -m pytest tests/core/test_against_the_oracle.py -k many
"""

import os
import random
from typing import Any

from hypothesis import given, settings

from sonae.quotation import lines_of
from sonae.rating import Lines, price
from sonae.selection import select
from tests.core.asking import DAY, shipped, understood
from tests.core.drawing import drawn, knots, requests
from tests.core.oracle import Member, Oracle

ORACLE = Oracle()
SETS = {
    1: (30_000_000, 10_000_000, 10_000_000),
    2: (50_000_000, 20_000_000, 10_000_000),
    3: (100_000_000, 30_000_000, 30_000_000),
    4: (300_000_000, 30_000_000, 30_000_000),
}
"""Liability, expense and business income of the printed sets, typed from the brochure."""

IT_INDUSTRIES = {"G37", "G39", "G40"}


def member(asked: dict[str, Any], security_discount: int) -> Member:
    """What the papers make of a request: the set's limits, all sales as IT sales in an IT industry."""
    riders = set(asked.get("riders", ()))
    if asked["set"] in SETS:
        liability, expense, income = SETS[asked["set"]]
        riders.add("business_income")
    else:
        limits = asked["limits"]
        liability, expense, income = limits["liability"], limits["expense"], limits.get("business_income", 0)
    it_sales = 0
    if "it_business" in riders:
        it_sales = asked.get("it_sales") or (asked["annual_sales"] if asked["industry"] in IT_INDUSTRIES else 0)
    return Member(
        industry=asked["industry"],
        annual_sales=asked["annual_sales"],
        plan=asked["plan"],
        liability=liability,
        expense=expense,
        business_income=income,
        it_sales=it_sales,
        attack="cyber_attack_basic" in riders,
        without_continuity="exclude_continuity" in riders,
        security_discount=security_discount,
    )


@settings(max_examples=1_500, deadline=None)
@given(requests())
def test_every_line_of_every_premium_is_the_oracles(asked: dict[str, Any]) -> None:
    asked.pop("sheet", None)
    priced = lines_of(shipped(), understood(asked).request)
    if priced is not None:
        assert priced._asdict() == ORACLE.lines(member(asked, asked.get("sheet_discount", 0)))


def test_many_members_are_priced_as_the_oracle_prices_them() -> None:
    """Also terms that eligibility refuses: the formula itself is total over the domain."""
    product, near, chance = shipped(), knots(), random.Random(20_241_104)
    for _ in range(int(os.environ.get("ORACLE_MEMBERS", "20000"))):
        asked, request = drawn(chance, product, near)
        discount = request.sheet_discount or 0
        selection = select(product, request)
        found = price(product.tariff, selection.rates, request.annual_sales, selection.it_sales, discount)
        assert found._asdict() == ORACLE.lines(member(asked, discount)), (asked, discount)


def test_every_knot_of_both_curves_and_its_neighbours_are_the_oracles() -> None:
    product = shipped()
    for amount in knots():
        asked = {"industry": "G40", "annual_sales": amount, "plan": "wide", "set": 5, "it_sales": amount,
                 "limits": {"liability": 100_000_000, "expense": 30_000_000}, "riders": ["it_business"],
                 "inception": DAY}  # fmt: skip
        priced = lines_of(product, understood(asked).request)
        assert priced is not None
        assert priced._asdict() == ORACLE.lines(member(asked, 0)), amount


@settings(max_examples=500, deadline=None)
@given(requests())
def test_the_thirteen_lines_are_plain_whole_numbers(asked: dict[str, Any]) -> None:
    priced = lines_of(shipped(), understood(asked).request)
    if priced is not None:
        assert isinstance(priced, Lines)
        assert [type(value) for value in priced] == [int] * 13
