"""Which rows of the product apply: from a request to the terms of the cover and the rates of its premium."""

from dataclasses import dataclass

from sonae.money import E4
from sonae.product import Constant, CurveRow, Industry, Plan, Product, Rider
from sonae.rating import Rates
from sonae.risk import QuotationRequest
from sonae.worksheet import Basis


@dataclass(frozen=True, slots=True)
class Selection:
    """The product values that a request selects, each still with its basis.

    `riders` are those chosen and those the set attaches. Limits are in yen, 0 where the coverage is absent.
    A row or constant is None where its coverage or rider is absent.
    """

    industry: Industry
    plan: Plan
    riders: tuple[str, ...]
    liability: int
    expense: int
    business_income: int
    it_sales: int
    plan_factor: int
    plan_factor_basis: Basis
    liability_row: CurveRow
    expense_row: CurveRow
    business_income_row: CurveRow | None
    business_income_base: Constant | None
    continuity: Constant | None
    it_base: Constant | None

    @property
    def rates(self) -> Rates:
        """The same as plain whole numbers, for `rating`."""
        return Rates(
            core_base=self.industry.core_base,
            plan_factor=self.plan_factor,
            liability_factor=self.liability_row.factor,
            expense_factor=self.expense_row.factor,
            business_income_base=self.business_income_base.value if self.business_income_base else 0,
            business_income_factor=self.business_income_row.factor if self.business_income_row else 0,
            continuity_factor=self.continuity.value if self.continuity else E4,
            it_base=self.it_base.value if self.it_base else 0,
        )


def select(product: Product, request: QuotationRequest) -> Selection:
    """Find every product value that this request's premium reads.

    In an IT industry all sales are IT sales unless the member says otherwise (tariff, "IT sales").
    """
    industry = product.industries[request.industry]
    plan = product.plans[request.plan]
    riders = product.attached_riders(request.set, request.riders)
    limits = _limits(product, request, riders)
    rating_riders = [product.riders[code] for code in riders]
    rated = {rider.rates for rider in rating_riders}
    has_business_income = "business_income" in rated
    it_sales = request.it_sales
    if it_sales is None:
        it_sales = request.annual_sales if industry.it_industry else 0
    factor, factor_basis = _plan_factor(industry, plan, rating_riders)
    return Selection(
        industry=industry,
        plan=plan,
        riders=riders,
        liability=limits["liability"],
        expense=limits["expense"],
        business_income=limits["business_income"],
        it_sales=it_sales,
        plan_factor=factor,
        plan_factor_basis=factor_basis,
        liability_row=product.menu_row("liability", limits["liability"]),
        expense_row=product.menu_row("expense", limits["expense"]),
        business_income_row=product.menu_row("business_income", limits["business_income"])
        if has_business_income
        else None,
        business_income_base=product.business_income_bases[industry.business_income_class]
        if has_business_income
        else None,
        continuity=_continuity(rating_riders) if has_business_income else None,
        it_base=plan.it_base if "it_business" in rated else None,
    )


def _limits(product: Product, request: QuotationRequest, riders: tuple[str, ...]) -> dict[str, int]:
    chosen = request.limits
    if chosen is not None:
        limits = {"liability": chosen.liability, "expense": chosen.expense}
        limits["business_income"] = chosen.business_income or 0
        return limits
    limits = {"business_income": 0, **product.sets[request.set].limits}
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
