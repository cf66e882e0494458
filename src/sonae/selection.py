"""Which rows of the product apply: from a request to the terms of the cover and the rates of its premium."""

from functools import lru_cache
from typing import NamedTuple

from sonae.conditions import COVERAGES
from sonae.money import E4
from sonae.product import Constant, CurveRow, Industry, Plan, Product, Rider
from sonae.rating import Rates
from sonae.risk import Limits, QuotationRequest
from sonae.worksheet import Basis


class Selection(NamedTuple):
    """The product values that a request's premium reads, each still with its basis.

    `riders` are those chosen and those the set attaches. Limits are in yen, 0 where the coverage is absent.
    A row or constant is None where its coverage or rider is absent. `rates` are the same values for `rating`.
    `it_sales` are the sales that IT work is rated on; they matter only where the IT rider gives an `it_base`.
    """

    industry: Industry
    plan: Plan
    riders: tuple[str, ...]
    liability: int
    expense: int
    business_income: int
    plan_factor: int
    plan_factor_basis: Basis
    liability_row: CurveRow
    expense_row: CurveRow
    business_income_row: CurveRow | None
    business_income_base: Constant | None
    continuity: Constant | None
    it_base: Constant | None
    rates: Rates
    it_sales: int

    @property
    def limits(self) -> tuple[int, int, int]:
        """The limits in yen in the order of `conditions.COVERAGES`, 0 where the coverage is absent."""
        return self.liability, self.expense, self.business_income

    def limits_held(self) -> dict[str, int]:
        """The limit in yen of each coverage that the cover has."""
        return {coverage: limit for coverage, limit in zip(COVERAGES, self.limits, strict=True) if limit}


def select(product: Product, request: QuotationRequest) -> Selection:
    """Find every product value that this request's premium reads.

    In an IT industry all sales are IT sales unless the member says otherwise (tariff, "IT sales").
    Raises KeyError for a word that is not the product's; a door lets none through.
    """
    rows = _rows(product, request.industry, request.plan, request.set, request.riders, request.limits)
    it_sales = request.it_sales
    if it_sales is None:
        it_sales = request.annual_sales if rows.industry.it_industry else 0
    return Selection(*rows[:-1], it_sales) if it_sales else rows


@lru_cache(maxsize=8192)
def _rows(
    product: Product, industry_code: str, plan_code: str, number: int, chosen: tuple[str, ...], limits: Limits | None
) -> Selection:
    """The selection before IT sales. Kept, since few combinations are asked for again and again."""
    industry = product.industries[industry_code]
    plan = product.plans[plan_code]
    riders = product.attached_riders(number, chosen)
    amounts = _limits(product, number, limits, riders)
    rating_riders = [product.riders[code] for code in riders]
    rated = {rider.rates for rider in rating_riders}
    # A fixed set may have no limit for it; the product then refuses the rider there (see doors.fitting).
    has_business_income = "business_income" in rated and amounts["business_income"] > 0
    factor, factor_basis = _plan_factor(industry, plan, rating_riders)
    liability_row = product.menu_row("liability", amounts["liability"])
    expense_row = product.menu_row("expense", amounts["expense"])
    income_row = product.menu_row("business_income", amounts["business_income"]) if has_business_income else None
    income_base = product.business_income_bases[industry.business_income_class] if has_business_income else None
    continuity = _continuity(rating_riders) if has_business_income else None
    it_base = plan.it_base if "it_business" in rated else None
    return Selection(
        industry=industry,
        plan=plan,
        riders=riders,
        liability=amounts["liability"],
        expense=amounts["expense"],
        business_income=amounts["business_income"],
        plan_factor=factor,
        plan_factor_basis=factor_basis,
        liability_row=liability_row,
        expense_row=expense_row,
        business_income_row=income_row,
        business_income_base=income_base,
        continuity=continuity,
        it_base=it_base,
        rates=Rates(
            core_base=industry.core_base,
            plan_factor=factor,
            liability_factor=liability_row.factor,
            expense_factor=expense_row.factor,
            business_income_base=income_base.value if income_base else 0,
            business_income_factor=income_row.factor if income_row else 0,
            continuity_factor=continuity.value if continuity else E4,
            it_base=it_base.value if it_base else 0,
        ),
        it_sales=0,
    )


def _limits(product: Product, set_number: int, chosen: Limits | None, riders: tuple[str, ...]) -> dict[str, int]:
    if chosen is not None:
        limits = {"liability": chosen.liability, "expense": chosen.expense}
        limits["business_income"] = chosen.business_income or 0
        return limits
    limits = {"business_income": 0, **product.sets[set_number].limits}
    rider = product.rider_rating("business_income")
    if rider is None or rider.code not in riders:
        limits["business_income"] = 0
    return limits


def _plan_factor(industry: Industry, plan: Plan, riders: list[Rider]) -> tuple[int, Basis]:
    """The factor on liability and expense: the rider's column, else the plan's, else 1."""
    name = plan.factor_name
    for rider in riders:
        if rider.plan_factor_name is not None:
            name = rider.plan_factor_name
    if name is None:
        return E4, plan.basis
    return industry.factors[name], industry.factor_bases[name]


def _continuity(riders: list[Rider]) -> Constant | None:
    for rider in riders:
        if rider.business_income_factor is not None:
            return rider.business_income_factor
    return None
