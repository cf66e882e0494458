"""What a change of the product does to a book: the parts sum, and each cause shows where it was changed."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sonae import book
from sonae.book_kernel import Columns
from sonae.impact import impact
from sonae.office import catalogue, synthetic_books
from sonae.product import Product, Rule
from sonae.risk import QuotationRequest
from tests.core.asking import shipped

OTHER = Path(catalogue.PRODUCTS).parent / "what_if" / "chuokai_cyber_2024_b"


def members(count: int = 3000) -> Columns:
    return synthetic_books.members(shipped(), count, 11).columns


def changed(**values: Any) -> Product:
    """The shipped product with other constants in its tariff."""
    return dataclasses.replace(shipped(), tariff=shipped().tariff._replace(**values))


def test_nothing_changes_between_a_product_and_itself() -> None:
    found = impact(shipped(), shipped(), members(), members())
    assert (found.risen, found.fallen, found.won, found.lost) == (0, 0, 0, 0)
    assert found.before == found.after > 0
    assert {yen for _, yen in found.waterfall} == {0}


@pytest.mark.parametrize(
    ("cause", "values"),
    [
        ("discounts", {"group_discount": 25}),
        ("rounding", {"minimum": 60_000}),
        ("rounding", {"unit": 100}),
        ("industry_base", {"liability_share": 60}),
        ("sales_curve", {"sales_factor": tuple(factor + 500 for factor in shipped().tariff.sales_factor)}),
    ],
)
def test_a_change_stands_under_its_cause(cause: str, values: dict[str, Any]) -> None:
    """One value moved: all the yen are that cause's, and equal the difference of two books rated alone."""
    new = changed(**values)
    found = impact(shipped(), new, members(), members())
    alone = int(book.rate(new, members()).premium.sum() - book.rate(shipped(), members()).premium.sum())
    assert {name: yen for name, yen in found.waterfall if yen} == {cause: alone}
    assert found.after - found.before == alone


def test_the_causes_sum_however_the_book_is_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    new = changed(group_discount=25, minimum=60_000)
    whole = impact(shipped(), new, members(), members())
    monkeypatch.setattr("sonae.impact.PART", 7)
    assert impact(shipped(), new, members(), members()) == whole


def test_who_is_no_longer_accepted_stands_under_eligibility() -> None:
    """A rule that declines everybody in the wide plan takes away exactly what they paid; turned round, it is won."""
    old = shipped()
    declining = next(rule for rule in old.rules if rule.code == "cyber_attack_with_wide")
    wide = [condition for condition in declining.when if condition.test.name == "plan_is"]
    assert wide
    rule: Rule = dataclasses.replace(declining, code="no_wide", when=tuple(wide))
    new = dataclasses.replace(old, rules=(*old.rules, rule))
    rows = members()
    in_wide = rows.plan == book.prepared(old).plans["wide"]
    theirs = int(book.rate(old, rows).premium[in_wide].sum())
    lost = dict(impact(old, new, rows, rows).waterfall)
    won = dict(impact(new, old, rows, rows).waterfall)
    assert (lost["eligibility_lost"], lost["eligibility_won"]) == (-theirs, 0)
    assert (won["eligibility_lost"], won["eligibility_won"]) == (0, theirs)


def test_the_second_assumption_set() -> None:
    """It gives the twelve too, moves only what it says it moves, and every count and segment adds up."""
    new = catalogue.product_in(OTHER)
    assert [example.premium for example in new.examples] == [example.premium for example in shipped().examples]
    rows = members()
    found = impact(shipped(), new, rows, rows)
    assert {name for name, yen in found.waterfall if yen} == {"industry_base"}
    assert sum(yen for _, yen in found.waterfall) == found.after - found.before
    assert found.risen + found.fallen + found.unchanged == found.stayed
    assert sum(found.distribution) == found.risen + found.fallen
    for segments in (found.by_industry, found.by_plan, found.by_set):
        assert sum(one.members for one in segments) == found.stayed + found.won + found.lost
        assert sum(one.after - one.before for one in segments) == found.after - found.before
    up = [mover.after - mover.before for mover in found.up if mover.before is not None and mover.after is not None]
    assert up == sorted(up, reverse=True)
    moved = book.rate(new, rows).premium - book.rate(shipped(), rows).premium
    assert up[0] == int(np.max(moved))
    assert isinstance(book.request_of(shipped(), rows, found.up[0].row), QuotationRequest)
