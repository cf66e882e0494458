"""A book is priced as its members would be: yen for yen and finding for finding equal to the single quotation."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae import book
from sonae.book_kernel import Columns
from sonae.doors.problem import Problem
from sonae.product import Product
from sonae.quotation import quote
from tests.core.asking import DAY, MOMENT, read, shipped

AMOUNTS = (0, 1, -1, 999_999_999_999_999, 10**15, 10**15 - 1, 2**62)


def columns(product: Product, members: list[Mapping[str, Any]]) -> Columns:
    known = book.prepared(product)

    def of(name: str) -> Any:
        return np.array([member[name] for member in members], dtype=np.int64)

    return Columns(
        industry=np.array([known.industries.get(member["industry"], -1) for member in members]),
        annual_sales=of("annual_sales"),
        it_sales=of("it_sales"),
        plan=np.array([known.plans.get(member["plan"], -1) for member in members]),
        set=of("set"),
        liability=of("liability"),
        expense=of("expense"),
        business_income=of("business_income"),
        riders=np.array([sum(known.riders[code] for code in member["riders"]) for member in members]),
        security_discount=of("security_discount"),
        unreadable=np.zeros(len(members), dtype=np.int64),
    )


def request(product: Product, member: Mapping[str, Any]) -> dict[str, Any] | None:
    """The member's row as a request at the door; None where a row has no request of the same meaning."""
    asked = {name: member[name] for name in ("industry", "annual_sales", "plan", "set")} | {"inception": DAY}
    riders = list(member["riders"])
    if member["business_income"] and "business_income" not in riders:
        riders.append("business_income")
    if member["it_sales"]:
        asked["it_sales"] = member["it_sales"]
    limits = {name: member[name] for name in ("liability", "expense", "business_income") if member[name]}
    selected = product.sets.get(member["set"])
    if selected is not None and selected.free:
        asked["limits"] = limits
    elif selected is not None and any(selected.limits[name] != limit for name, limit in limits.items()):
        return None
    return asked | {"riders": riders, "sheet_discount": member["security_discount"]}


def members() -> st.SearchStrategy[dict[str, Any]]:
    product = shipped()
    knots = [row.at + step for row in (*product.sales_curve, *product.it_sales_curve) for step in (-1, 0, 1)]
    sized = st.integers(0, 15).flatmap(lambda digits: st.integers(0, 10**digits))
    sales = st.one_of(st.sampled_from(knots), sized, st.sampled_from(AMOUNTS))

    def menu(coverage: str, *others: int) -> st.SearchStrategy[int]:
        listed = [row.at for row in product.menus[coverage]]
        return st.sampled_from([*listed, *listed, *others])

    free = {
        "liability": menu("liability", 1),
        "expense": menu("expense", 0),
        "business_income": menu("business_income", 0, 0, 0, 7),
    }
    terms = st.sampled_from([1, 2, 3, 4, 5, 5, 5, 0, 6, -1]).flatmap(
        lambda number: st.fixed_dictionaries(
            {"set": st.just(number)}
            | (
                free
                if number == 5
                else {
                    name: st.sampled_from([0, product.sets[number].limits[name] if number in product.sets else 0, 0, 9])
                    for name in free
                }
            )
        )
    )
    rest = st.fixed_dictionaries(
        {
            "industry": st.sampled_from([*product.industries, "Z99"]),
            "annual_sales": sales,
            "it_sales": st.one_of(st.just(0), sales),
            "plan": st.sampled_from([*product.plans, "gold"]),
            "riders": st.sets(st.sampled_from([code for code in product.riders if code != "business_income"])),
            "security_discount": st.sampled_from([*range(0, 61, 5), 1, 65, -5]),
        }
    )
    return st.tuples(terms, rest).map(lambda parts: parts[0] | parts[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(members(), min_size=1, max_size=60))
def test_a_book_is_priced_like_its_members(drawn: list[dict[str, Any]]) -> None:
    """Premium, findings and every line; and a row is bad exactly when the door would not understand it."""
    product = shipped()
    outcome = book.rate(product, columns(product, drawn), lines=True)
    for row, member in enumerate(drawn):
        asked = request(product, member)
        understood = None if asked is None else read(asked)
        if understood is None or isinstance(understood, Problem):
            assert outcome.bad[row] != 0, member
            assert (outcome.premium[row], outcome.findings[row]) == (-1, 0)
            continue
        assert outcome.bad[row] == 0, (member, book.why_bad(int(outcome.bad[row])))
        answer = quote(product, understood.request, MOMENT)
        assert outcome.premium[row] == (-1 if answer.premium is None else answer.premium), member
        codes = tuple(one.code for one in answer.findings if one.code != "discount_not_evidenced")
        assert book.prepared(product).codes(int(outcome.findings[row])) == codes, member
        lines = [line.value for line in answer.worksheet] or [0] * 13
        assert list(outcome.lines[row]) == lines, member


def test_the_published_premiums_come_out_of_a_book() -> None:
    product = shipped()
    drawn = [
        {
            "industry": example.industry,
            "annual_sales": example.annual_sales,
            "it_sales": example.it_sales or 0,
            "plan": example.plan,
            "set": example.set,
            **{name: example.limits.get(name, 0) for name in ("liability", "expense", "business_income")},
            "riders": [code for code in example.riders if code != "business_income"],
            "security_discount": example.security_discount,
        }
        for example in product.examples
    ]
    outcome = book.rate(product, columns(product, drawn))
    assert list(outcome.premium) == [example.premium for example in product.examples]


def test_a_row_can_be_asked_again_as_a_request() -> None:
    """For whoever wants to see one member's whole answer."""
    product = shipped()
    member = {
        "industry": "D06", "annual_sales": 10**9, "it_sales": 0, "plan": "basic", "set": 3, "liability": 0,
        "expense": 0, "business_income": 0, "riders": [], "security_discount": 30,
    }  # fmt: skip
    again = book.request_of(product, columns(product, [member]), 0)
    answer = quote(product, dataclasses.replace(again, inception=date.fromisoformat(DAY)), MOMENT)
    assert answer.premium == 353_150


@pytest.mark.parametrize("bit", range(len(book.WHY_BAD)))
def test_every_reason_has_words(bit: int) -> None:
    code, words = book.WHY_BAD[bit]
    assert book.why_bad(1 << bit) == (code,)
    assert words.ja
    assert words.en
