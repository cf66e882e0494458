"""Why the price moved: the parts sum to the yen, whatever changed, and each says what it is."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.change import explain_change
from sonae.office import catalogue
from sonae.product import Product
from sonae.quotation import lines_of
from sonae.risk import Limits, QuotationRequest

PRODUCT = catalogue.default()
INDUSTRIES = sorted(
    code for code, industry in PRODUCT.industries.items() if industry.marks["business_income_rider"] != "no"
)


def asked(**changes: Any) -> QuotationRequest:
    usual: dict[str, Any] = {
        "industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "sheet_discount": 30,
        "inception": date(2027, 4, 1),
    }  # fmt: skip
    return QuotationRequest(**usual | changes)


def premium(product: Product, request: QuotationRequest) -> int:
    lines = lines_of(product, request)
    assert lines is not None
    return lines.annual_premium


def causes(a: QuotationRequest, b: QuotationRequest, product_b: Product = PRODUCT) -> dict[str, int]:
    return {part.cause: part.yen for part in explain_change(PRODUCT, a, product_b, b).parts}


@st.composite
def _requests(draw: st.DrawFn) -> QuotationRequest:
    plan, number = draw(st.sampled_from(["basic", "wide"])), draw(st.integers(1, 5))
    riders = draw(st.sets(st.sampled_from(["it_business", "exclude_continuity", "cyber_attack_basic"])))
    limits = None
    if number == 5:
        income = draw(st.sampled_from([None, 10_000_000, 30_000_000]))
        limits = Limits(liability=draw(st.sampled_from([100_000_000, 300_000_000])), expense=30_000_000,
                        business_income=income)  # fmt: skip
        riders = (riders | {"business_income"}) if income else riders - {"exclude_continuity"}
    if plan == "wide":
        riders -= {"cyber_attack_basic"}
    return asked(
        industry=draw(st.sampled_from(INDUSTRIES)),
        annual_sales=draw(st.integers(10_000, 10_000_000_000)), plan=plan, set=number, limits=limits,
        it_sales=10_000 if "it_business" in riders else None, riders=tuple(sorted(riders)),
        sheet_discount=draw(st.sampled_from(range(0, 65, 5))),
    )  # fmt: skip


@given(_requests(), _requests(), st.integers(0, 30), st.integers(50, 150))
def test_the_parts_sum_to_the_yen(a: QuotationRequest, b: QuotationRequest, group: int, percent: int) -> None:
    """Over changes of everything at once, and a tariff that moved by some percent."""
    tariff = PRODUCT.tariff._replace(
        group_discount=group, sales_factor=tuple(factor * percent // 100 for factor in PRODUCT.tariff.sales_factor)
    )
    other = replace(PRODUCT, tariff=tariff)
    change = explain_change(PRODUCT, a, other, b)
    assert (change.before, change.after) == (premium(PRODUCT, a), premium(other, b))
    assert sum(part.yen for part in change.parts) == change.yen
    assert len({part.cause for part in change.parts}) == len(change.parts)


def test_nothing_changed() -> None:
    assert causes(asked(), asked()) == {}


@pytest.mark.parametrize(
    ("cause", "changes"),
    [
        ("industry", {"industry": "E09"}),
        ("sales", {"annual_sales": 1_500_000_000}),
        ("limits", {"set": 4}),
        ("plan", {"plan": "wide"}),
        ("riders", {"riders": ("exclude_continuity",)}),
        ("security_discount", {"sheet_discount": 45}),
    ],
)
def test_a_change_alone_is_the_only_cause(cause: str, changes: dict[str, Any]) -> None:
    """Rounding apart, which is less than the tariff's unit."""
    found = causes(asked(), asked(**changes))
    assert set(found) - {"rounding"} == {cause}
    assert abs(found.get("rounding", 0)) < 10
    difference = premium(PRODUCT, asked(**changes)) - premium(PRODUCT, asked())
    assert found[cause] + found.get("rounding", 0) == difference


def test_a_new_tariff_and_group_discount_stand_apart_from_what_the_member_did() -> None:
    dearer = tuple(factor * 11 // 10 for factor in PRODUCT.tariff.sales_factor)
    other = replace(PRODUCT, tariff=PRODUCT.tariff._replace(sales_factor=dearer, group_discount=25))
    found = causes(asked(), asked(annual_sales=1_100_000_000), other)
    assert set(found) - {"rounding"} == {"sales", "group_discount", "tariff"}
    assert found["group_discount"] < 0 < found["tariff"]
    assert found["sales"] == causes(asked(), asked(annual_sales=1_100_000_000))["sales"]


def test_a_rider_that_the_wide_plan_includes_goes_with_the_plan() -> None:
    found = causes(asked(riders=("cyber_attack_basic",)), asked(plan="wide"))
    assert found["riders"] == 0
    assert found["plan"] > 0


def test_the_minimum_premium_is_said() -> None:
    small = asked(annual_sales=10_000, industry="A01", set=1, sheet_discount=60)
    found = causes(small, asked())
    assert found["minimum"] == lifted(small) * -1 < 0


def lifted(request: QuotationRequest) -> int:
    lines = lines_of(PRODUCT, request)
    assert lines is not None
    return lines.annual_premium - (lines.after_security_discount + 5) // 10 * 10


def test_years_too_different_to_walk_between_are_one_part() -> None:
    """Another federation's product shares neither industries nor menus with ours."""
    other = catalogue.product_in(Path(__file__).parents[1] / "products" / "minatomachi_cyber_2025")
    example = other.examples[0]
    request = QuotationRequest(
        industry=example.industry, annual_sales=example.annual_sales, plan=example.plan, set=example.set,
        riders=example.riders, sheet_discount=example.security_discount or None, inception=other.valid_from,
        limits=None if not other.sets[example.set].free else Limits(
            liability=example.limits["liability"], expense=example.limits["expense"],
            business_income=example.limits.get("business_income") or None,
        ),
    )  # fmt: skip
    change = explain_change(PRODUCT, asked(), other, request)
    assert sum(part.yen for part in change.parts) == change.yen == example.premium - premium(PRODUCT, asked())
