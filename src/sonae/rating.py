"""The premium, line by line.

This is the one premium path: a quotation, an enrolment, an endorsement, a renewal and the book are all
priced here. Plain whole numbers go in, a named tuple of the thirteen lines comes out. The functions read
no dates, names or product objects, so the same source can be compiled to price a whole book.

Money is in yen, factors are in ten-thousandths, shares and discounts in whole percent.
"""

from typing import NamedTuple

from sonae.money import E4, half_up


class Tariff(NamedTuple):
    """The tables and constants that hold for every member of one product year.

    The curves are rows in rising order: `…_at` in yen, `…_factor` in ten-thousandths.
    """

    sales_at: tuple[int, ...]
    sales_factor: tuple[int, ...]
    it_sales_at: tuple[int, ...]
    it_sales_factor: tuple[int, ...]
    liability_share: int
    expense_share: int
    group_discount: int
    unit: int
    minimum: int


class Rates(NamedTuple):
    """What this member's industry, plan, limits and riders select from the tables.

    A rider that is not attached leaves 0 in its base, so its lines are 0.
    """

    core_base: int
    plan_factor: int
    liability_factor: int
    expense_factor: int
    business_income_base: int
    business_income_factor: int
    continuity_factor: int
    it_base: int


class Lines(NamedTuple):
    """The thirteen lines of a premium, in the order in which they are worked out."""

    sales_factor: int
    core_at_size: int
    liability: int
    expense: int
    business_income_at_size: int
    business_income: int
    it_sales_factor: int
    it_at_size: int
    it_business: int
    subtotal: int
    after_group_discount: int
    after_security_discount: int
    annual_premium: int


def row_below(at: tuple[int, ...], value: int) -> int:
    """The index of the last row that is not above the value; 0 for a value below the first row."""
    low = 0
    high = len(at)
    while high - low > 1:
        middle = (low + high) // 2
        if at[middle] <= value:
            low = middle
        else:
            high = middle
    return low


def on_curve(at: tuple[int, ...], factor: tuple[int, ...], value: int) -> int:
    """The factor at this value: between two rows linear, rounded half up; below the first row, the first row.

    A value above the last row has no factor. Eligibility refuses it first, so here it takes the last row.
    """
    row = row_below(at, value)
    if value <= at[row] or row + 1 == len(at):
        return factor[row]
    rise = (factor[row + 1] - factor[row]) * (value - at[row])
    return factor[row] + half_up(rise, at[row + 1] - at[row])


def price(tariff: Tariff, rates: Rates, annual_sales: int, it_sales: int, security_discount: int) -> Lines:
    """The thirteen lines of the annual premium.

    `it_sales` matters only where the IT rider gives an `it_base`. The caller has bounded every number.
    """
    sales_factor = on_curve(tariff.sales_at, tariff.sales_factor, annual_sales)
    core_at_size = half_up(rates.core_base * sales_factor, E4)
    liability = half_up(
        core_at_size * tariff.liability_share * rates.liability_factor * rates.plan_factor, 100 * E4 * E4
    )
    expense = half_up(core_at_size * tariff.expense_share * rates.expense_factor * rates.plan_factor, 100 * E4 * E4)

    business_income_at_size = 0
    business_income = 0
    if rates.business_income_base > 0:
        business_income_at_size = half_up(rates.business_income_base * sales_factor, E4)
        business_income = half_up(
            business_income_at_size * rates.business_income_factor * rates.continuity_factor, E4 * E4
        )

    it_sales_factor = 0
    it_at_size = 0
    it_business = 0
    if rates.it_base > 0:
        it_sales_factor = on_curve(tariff.it_sales_at, tariff.it_sales_factor, it_sales)
        it_at_size = half_up(rates.it_base * it_sales_factor, E4)
        it_business = half_up(it_at_size * rates.liability_factor, E4)

    subtotal = liability + expense + business_income + it_business
    after_group_discount = half_up(subtotal * (100 - tariff.group_discount), 100)
    after_security_discount = half_up(after_group_discount * (100 - security_discount), 100)
    annual_premium = max(tariff.minimum, half_up(after_security_discount, tariff.unit) * tariff.unit)
    return Lines(
        sales_factor,
        core_at_size,
        liability,
        expense,
        business_income_at_size,
        business_income,
        it_sales_factor,
        it_at_size,
        it_business,
        subtotal,
        after_group_discount,
        after_security_discount,
        annual_premium,
    )
