"""Draw requests over the whole domain of the shipped product: all that is priced, and much that is refused."""

import random
from datetime import date
from typing import Any

from hypothesis import strategies as st

from sonae.product import Product
from sonae.risk import Limits, QuotationRequest
from tests.core.asking import A_FULL, DAY, NO_FACTS, shipped

SALES_ABOVE = 100_000_000_000
"""The product's ceiling: above it every request is refused."""


def knots() -> list[int]:
    """Every row of both curves with its neighbours, the ceiling of business income, and the ends of the domain."""
    product = shipped()
    rows = {row.at for row in (*product.sales_curve, *product.it_sales_curve)} | {10_000_000_000}
    near = {at + step for at in rows for step in (-1, 0, 1)} | {1, 2}
    return sorted(sales for sales in near if 1 <= sales <= SALES_ABOVE)


def sales(most: int = SALES_ABOVE) -> st.SearchStrategy[int]:
    """Annual sales: every size alike often, and the knots of the curve more often than chance."""
    sized = st.integers(0, 11).flatmap(lambda digits: st.integers(max(1, 10 ** (digits - 1)), 10**digits))
    return st.one_of(st.sampled_from(knots()), sized, st.integers(1, SALES_ABOVE)).map(lambda found: min(found, most))


def menu(coverage: str) -> st.SearchStrategy[int]:
    return st.sampled_from([row.at for row in shipped().menus[coverage]])


def sheets() -> st.SearchStrategy[dict[str, Any]]:
    """Any sheet: any answers, facts and papers, in date or not."""
    asked = shipped().sheet
    assert asked is not None
    answers = {
        question.id: st.sampled_from([*(choice.code for choice in question.answers), "none", "unknown"])
        for question in asked.questions
    }
    days = st.sampled_from(["2029-12-31", "2030-03-31", "2030-04-01", "2031-03-31", DAY, "2031-04-02", "2032-01-01"])
    papers = st.sampled_from(asked.certificates).flatmap(
        lambda kind: st.fixed_dictionaries(
            {"kind": st.just(kind.kind)}
            | {need: days if need in ("expires", "issued") else st.just("No. 1") for need in kind.needs}
        )
    )
    return st.fixed_dictionaries(
        {
            "version": st.just(asked.version),
            "answers": st.one_of(st.just(A_FULL).map(dict), st.fixed_dictionaries({}, optional=answers)),
            "facts": st.fixed_dictionaries(dict.fromkeys(NO_FACTS, st.booleans())),
            "certificates": st.lists(papers, max_size=6),
        }
    )


@st.composite
def requests(draw: st.DrawFn, sets: tuple[int, ...] = (1, 2, 3, 4, 5)) -> dict[str, Any]:
    """A request in the product's words. Its terms may be refused, but it is never broken."""
    product = shipped()
    annual_sales = draw(sales())
    number = draw(st.sampled_from(sets))
    riders = draw(st.lists(st.sampled_from(list(product.riders)), unique=True))
    asked: dict[str, Any] = {
        "industry": draw(st.sampled_from(list(product.industries))),
        "annual_sales": annual_sales,
        "plan": draw(st.sampled_from(list(product.plans))),
        "set": number,
        "riders": riders,
        "inception": DAY,
    }
    if number == 5:
        asked["limits"] = {"liability": draw(menu("liability")), "expense": draw(menu("expense"))}
        if "business_income" in riders:
            asked["limits"]["business_income"] = draw(menu("business_income"))
    in_it = product.industries[asked["industry"]].it_industry
    if draw(st.booleans()) or ("it_business" in riders and not in_it):
        asked["it_sales"] = draw(sales(annual_sales))
    match draw(st.sampled_from(["none", "assumed", "sheet"])):
        case "assumed":
            asked["sheet_discount"] = draw(st.sampled_from(range(0, 61, 5)))
        case "sheet":
            asked["sheet"] = draw(sheets())
    return asked


def drawn(chance: random.Random, product: Product, near: list[int]) -> tuple[dict[str, Any], QuotationRequest]:
    """One member as plain words and as a request, without the doors in between."""
    industry = chance.choice(list(product.industries))
    plan, number = chance.choice(("basic", "wide")), chance.choice((1, 2, 3, 4, 5, 5, 5))
    annual_sales = chance.choice((chance.choice(near), min(SALES_ABOVE, int(10 ** (11 * chance.random())))))
    riders = [rider for rider in ("business_income", "it_business", "exclude_continuity") if chance.random() < 0.4]
    if plan == "basic" and chance.random() < 0.4:
        riders.append("cyber_attack_basic")
    asked: dict[str, Any] = {"industry": industry, "annual_sales": annual_sales, "plan": plan, "set": number}
    limits = None
    if number == 5:
        income = chance.choice(product.menus["business_income"]).at if "business_income" in riders else None
        chosen = {name: chance.choice(product.menus[name]).at for name in ("liability", "expense")}
        limits = Limits(**chosen, business_income=income)
        asked["limits"] = chosen | ({} if income is None else {"business_income": income})
    else:
        riders = [*riders, "business_income"] if "business_income" not in riders else riders
    it_sales = chance.choice((chance.choice(near), int(annual_sales ** chance.random())))
    asked |= {"riders": riders, "it_sales": max(1, min(annual_sales, it_sales))}
    discount = chance.randrange(0, 61, 5)
    request = QuotationRequest(
        industry=industry, annual_sales=annual_sales, plan=plan, set=number, it_sales=asked["it_sales"],
        limits=limits, riders=tuple(riders), sheet_discount=discount, inception=date.fromisoformat(DAY),
    )  # fmt: skip
    return asked, request
