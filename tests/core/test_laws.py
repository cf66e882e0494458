"""Laws that hold for every input of the shipped product, drawn over the whole domain.

Refused terms have no premium, so each law speaks of pairs that are both priced.
"""

import json
import os
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sonae.conditions import COVERAGES
from sonae.discount import judge
from sonae.doors import answer as answer_door
from sonae.explanation import LABELS
from sonae.quotation import lines_of, quote
from sonae.rating import Rates, price
from sonae.selection import select
from sonae.worksheet import STATUSES
from tests.core.asking import FREE, MOMENT, answered, premium, shipped, understood, words
from tests.core.drawing import SALES_ABOVE, drawn, knots, requests, sales

lawful = settings(max_examples=150, deadline=None)
DISCOUNTS = st.sampled_from(range(0, 61, 5))


def annual(asked: dict[str, Any]) -> int | None:
    lines = lines_of(shipped(), understood(asked).request)
    return None if lines is None else lines.annual_premium


def never_falls(low: dict[str, Any], high: dict[str, Any]) -> None:
    below, above = annual(low), annual(high)
    assume(below is not None and above is not None)
    assert below is not None
    assert above is not None
    assert below <= above, f"{below:,} → {above:,}"


def with_it_sales(asked: dict[str, Any]) -> dict[str, Any]:
    """The same request with its IT sales said, so that they stay when the annual sales change."""
    return {"it_sales": asked["annual_sales"]} | asked


@lawful
@given(requests(), sales())
def test_the_premium_never_falls_as_sales_rise(asked: dict[str, Any], other: int) -> None:
    low, high = sorted((asked["annual_sales"], other))
    asked = with_it_sales(asked)
    asked["it_sales"] = min(asked["it_sales"], low)
    never_falls(asked | {"annual_sales": low}, asked | {"annual_sales": high})


@lawful
@given(requests())
def test_the_premium_never_falls_when_sales_rise_by_one_yen(asked: dict[str, Any]) -> None:
    never_falls(asked, asked | {"annual_sales": min(asked["annual_sales"] + 1, SALES_ABOVE)})


@lawful
@given(requests(), sales())
def test_the_premium_never_falls_as_it_sales_rise(asked: dict[str, Any], other: int) -> None:
    low, high = sorted((asked.get("it_sales", asked["annual_sales"]), min(other, asked["annual_sales"])))
    never_falls(asked | {"it_sales": low}, asked | {"it_sales": high})


@pytest.mark.parametrize("coverage", COVERAGES)
@lawful
@given(requests(sets=(5,)), st.data())
def test_the_premium_never_falls_as_a_limit_rises(coverage: str, asked: dict[str, Any], data: st.DataObject) -> None:
    asked["riders"] = [*{*asked["riders"], "business_income"}]
    asked["limits"] = {"business_income": 5_000_000} | asked["limits"]
    menu = [row.at for row in shipped().menus[coverage]]
    low, high = sorted(data.draw(st.lists(st.sampled_from(menu), min_size=2, max_size=2)))
    never_falls(*(asked | {"limits": asked["limits"] | {coverage: limit}} for limit in (low, high)))


def test_a_business_income_limit_is_never_cheaper_than_none() -> None:
    without = words(set=5, limits=FREE)
    smallest = shipped().menus["business_income"][0].at
    carrying = without | {"limits": FREE | {"business_income": smallest}, "riders": ["business_income"]}
    assert premium(without) < premium(carrying)


@lawful
@given(requests())
def test_the_premium_never_falls_from_set_1_to_4(asked: dict[str, Any]) -> None:
    asked.pop("limits", None)
    premiums = [annual(asked | {"set": number}) for number in (1, 2, 3, 4)]
    priced = [premium for premium in premiums if premium is not None]
    assert priced == sorted(priced)
    assert len(priced) in (0, 4)


@lawful
@given(requests(), DISCOUNTS, DISCOUNTS)
def test_the_premium_never_rises_as_the_security_discount_rises(asked: dict[str, Any], one: int, other: int) -> None:
    asked.pop("sheet", None)
    never_falls(*(asked | {"sheet_discount": discount} for discount in sorted((one, other), reverse=True)))


@lawful
@given(requests())
def test_wide_costs_no_less_than_basic_with_the_attack_rider_and_that_no_less_than_basic(asked: dict[str, Any]) -> None:
    riders = [rider for rider in asked["riders"] if rider != "cyber_attack_basic"]
    basic = asked | {"plan": "basic", "riders": riders}
    attack = asked | {"plan": "basic", "riders": [*riders, "cyber_attack_basic"]}
    never_falls(basic, attack)
    never_falls(attack, asked | {"plan": "wide", "riders": riders})


@lawful
@given(requests(sets=(5,)), st.sampled_from(["it_business", "business_income"]))
def test_a_rider_that_adds_cover_never_lowers_the_premium(asked: dict[str, Any], rider: str) -> None:
    without = with_it_sales(asked) | {"riders": [code for code in asked["riders"] if code != rider]}
    carrying = without | {"riders": [*without["riders"], rider]}
    if rider == "business_income":
        without["limits"] = {name: limit for name, limit in asked["limits"].items() if name != rider}
        carrying["limits"] = without["limits"] | {rider: 10_000_000}
    never_falls(without, carrying)


@lawful
@given(requests())
def test_taking_the_continuity_cost_out_never_raises_the_premium(asked: dict[str, Any]) -> None:
    riders = [rider for rider in asked["riders"] if rider != "exclude_continuity"]
    never_falls(asked | {"riders": [*riders, "exclude_continuity"]}, asked | {"riders": riders})


@settings(max_examples=300, deadline=None)
@given(requests(), sales(SALES_ABOVE // 2))
def test_twice_the_sales_never_cost_more_than_twice_the_premium(asked: dict[str, Any], once: int) -> None:
    """IT sales double with the annual sales. Half a unit of rounding, and the minimum, are inside the law."""
    asked = asked | {"annual_sales": once}
    if "it_sales" in asked:
        asked["it_sales"] = min(asked["it_sales"], once)
    doubled = asked | {"annual_sales": 2 * once}
    if "it_sales" in asked:
        doubled["it_sales"] = 2 * asked["it_sales"]
    one, two = annual(asked), annual(doubled)
    assume(one is not None and two is not None)
    assert one is not None
    assert two is not None
    assert two <= 2 * one, f"{one:,} → {two:,}"


def test_the_laws_of_rating_hold_for_many_members() -> None:
    """Thousands of members at the speed of the formula: each is priced again with one thing more."""
    chance = random.Random(2_024)
    product, near = shipped(), knots()
    for _ in range(int(os.environ.get("ORACLE_MEMBERS", "4000"))):
        asked, request = drawn(chance, product, near)
        rates = select(product, request).rates
        once, it_sales, discount = request.annual_sales, request.it_sales or 0, request.sheet_discount or 0

        def premium_of(rates: Rates, annual_sales: int, it_sales: int, discount: int) -> int:
            return price(product.tariff, rates, annual_sales, it_sales, discount).annual_premium

        now = premium_of(rates, once, it_sales, discount)
        assert now % 10 == 0, asked
        assert now >= 20_000, asked
        assert now <= premium_of(rates, once + 1, it_sales, discount), asked
        assert now <= premium_of(rates, once, it_sales + 1, discount), asked
        assert now <= premium_of(rates, 2 * once, 2 * it_sales, discount) <= 2 * now, asked
        assert now >= premium_of(rates, once, it_sales, min(discount + 5, 60)), asked
        for name in set(rates._fields) - {"business_income_base", "continuity_factor"}:
            more = rates._replace(**{name: getattr(rates, name) + 1})
            assert now <= premium_of(more, once, it_sales, discount), (asked, name)


@lawful
@given(requests())
def test_a_premium_is_a_multiple_of_10_yen_and_at_least_20_000(asked: dict[str, Any]) -> None:
    premium = annual(asked)
    assume(premium is not None)
    assert premium is not None
    assert premium % 10 == 0
    assert premium >= 20_000


@lawful
@given(requests())
def test_the_same_request_twice_gives_the_same_bytes(asked: dict[str, Any]) -> None:
    once, again = answer_door.encode(answered(asked)), answer_door.encode(answered(dict(reversed(asked.items()))))
    assert once == again


@lawful
@given(requests())
def test_the_request_as_understood_asked_again_gives_the_same_answer(asked: dict[str, Any]) -> None:
    first = answer_door.encode(answered(asked))
    assert answer_door.encode(answered(json.loads(first)["request"])) == first


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in _numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in _numbers(part)]
    return [value] if isinstance(value, int | float | Decimal) else []


@lawful
@given(requests())
def test_no_fraction_stands_anywhere_in_an_answer(asked: dict[str, Any]) -> None:
    document = json.loads(answer_door.encode(answered(asked)))
    assert {type(number) for number in _numbers(document)} <= {int, bool}


@lawful
@given(requests())
def test_a_premium_is_there_exactly_when_nothing_declines(asked: dict[str, Any]) -> None:
    answer = answered(asked)
    declined = any(finding.effect == "decline" for finding in answer.findings)
    assert (answer.premium is None) == answer.refused == declined
    assert [line.line for line in answer.worksheet] == ([] if declined else list(LABELS))


@lawful
@given(requests())
def test_a_line_is_as_weak_as_the_weakest_value_it_cites(asked: dict[str, Any]) -> None:
    """Each citation names a place in the product's files; that place's own status is looked up there."""
    status_at = {basis.cited: basis.status for basis in bases()}
    for line in answered(asked).worksheet:
        ranks = [STATUSES.index(status_at[source]) for source in line.sources]
        assert line.status == (STATUSES[max(ranks)] if ranks else None)


def bases() -> list[Any]:
    """Every basis of the values that a worksheet can read."""
    product = shipped()
    assert product.sheet is not None
    found = [row.basis for rows in (product.sales_curve, product.it_sales_curve) for row in rows]
    found += [row.basis for menu in product.menus.values() for row in menu]
    found += [constant.basis for constant in (*product.constants.values(), *product.business_income_bases.values())]
    for industry in product.industries.values():
        found += [industry.basis, industry.other_basis, *industry.factor_bases.values()]
    for plan in product.plans.values():
        found += [plan.basis, *([plan.it_base.basis] if plan.it_base else [])]
    found += [rider.business_income_factor.basis for rider in product.riders.values() if rider.business_income_factor]
    return [*found, product.sheet.basis]


@lawful
@given(requests())
def test_the_discounts_multiply_and_stay_between_32_and_80_percent(asked: dict[str, Any]) -> None:
    """Total factor 0.80 × (1 − s): never their sum. One yen of rounding for each of the two steps."""
    answer = answered(asked)
    assume(answer.premium is not None)
    value = {line.line: line.value for line in answer.worksheet}
    subtotal, secured = value["subtotal"], value["after_security_discount"]
    request = understood(asked).request
    assert shipped().sheet is not None
    discount = request.sheet_discount or 0
    if request.sheet is not None and request.inception is not None:
        discount = judge(shipped().sheet, request.sheet, request.inception).total
    assert abs(secured * 10_000 - subtotal * 80 * (100 - discount)) <= 10_000
    assert 3_200 * subtotal - 10_000 <= 10_000 * secured <= 8_000 * subtotal + 10_000


def test_the_moment_changes_nothing_but_what_is_said_of_the_next_possible_start() -> None:
    found = understood(words())
    late = MOMENT.replace(year=2031, month=3)
    assert quote(found.product, found.request, MOMENT).findings == ()
    assert [finding.code for finding in quote(found.product, found.request, late).findings] == ["inception_too_early"]
