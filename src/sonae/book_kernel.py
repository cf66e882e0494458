"""The rows of a book, one after the other, in plain numbers: are the words known, which rules speak, what is the price.

The rules are walked by `eligibility.rules_that_speak` and the premium is worked out by `rating.price`: the same source
that answers one quotation. The functions run interpreted as they stand; `book` compiles them.

Money is in yen, factors are in ten-thousandths, discounts in whole percent. Codes are positions in the product's files.
"""

from typing import Any, NamedTuple

from numba.extending import register_jitable

from sonae import eligibility, money, rating
from sonae.eligibility import RuleTable, Standing, rules_that_speak
from sonae.rating import Rates, Tariff, price, row_below
from sonae.risk import SALES_BELOW

# Made known to the compiler, which then compiles these very functions. Each is put in where it is called: handing over
# tables of arrays by value would cost more than the work, half of the time of a row.
for _function in (money.half_up, rating.row_below, rating.on_curve, rating.price, eligibility._limit, rules_that_speak):
    register_jitable(forceinline=True)(_function)

(
    UNREADABLE,
    UNKNOWN_INDUSTRY,
    UNKNOWN_PLAN,
    UNKNOWN_SET,
    ANNUAL_SALES,
    IT_SALES,
    IT_SALES_ABOVE,
    IT_SALES_MISSING,
    NOT_THE_SETS_OWN,
    OFF_THE_MENU,
    NOT_A_STEP,
) = (1 << bit for bit in range(11))
"""Why a row is not in the product's words, a bit each. `book.WHY_BAD` says them in words, in this order."""


class Tables(NamedTuple):
    """A product laid out for a book, as arrays of int64.

    `of_pair[industry, plan, riders]`-like arrays are flat: position = (industry × plans + plan) × rider sets + riders.
    The rules left open by a position and a set are the rows `rules_from` to `rules_to` of `rules`; `open_rules` are
    their bits. What limits alone decide is decided beforehand: in a set with limits of its own that is in `open_rules`;
    in a free set `limit_rules` has the bits that the limits leave, at
    (liability row × expense rows + expense row) × (1 + business-income rows) + (0 for none, else 1 + its row).
    `declining` has the bits of the rules that decline.
    """

    tariff: Tariff
    core_base: Any
    plan_factor: Any
    business_income_base: Any
    continuity_factor: Any
    it_base: Any
    rules: RuleTable
    rules_from: Any
    rules_to: Any
    open_rules: Any
    limit_rules: Any
    declining: int
    it_industry: Any
    industry_marks: Any
    gross_margin: Any
    plans: int
    rider_sets: int
    set_place: Any
    set_free: Any
    set_liability: Any
    set_expense: Any
    set_business_income: Any
    set_riders: Any
    liability_at: Any
    liability_factor: Any
    expense_at: Any
    expense_factor: Any
    business_income_at: Any
    business_income_factor: Any
    business_income_rider: int
    it_rider: int
    discount_step: int
    discount_at_most: int


class Columns(NamedTuple):
    """The members of a book, a row each. `industry` and `plan` are positions, −1 for an unknown word.

    `riders` are the bits of the riders chosen, without business income, which its limit chooses. 0 is no limit and no
    IT sales. `unreadable` is 1 where a cell is empty or holds no whole number.
    """

    industry: Any
    annual_sales: Any
    it_sales: Any
    plan: Any
    set: Any
    liability: Any
    expense: Any
    business_income: Any
    riders: Any
    security_discount: Any
    unreadable: Any


class Outcome(NamedTuple):
    """What a book comes to, a row each: the premium in yen (−1 refused or bad), the bits of the rules that speak, the
    bits of what is wrong with the row, and the thirteen lines where they were asked for (else no columns)."""

    premium: Any
    findings: Any
    bad: Any
    lines: Any


@register_jitable(forceinline=True)
def on_menu(at: Any, limit: int) -> bool:
    """Whether the limit is on the menu, whose rows rise."""
    return bool(at[row_below(at, limit)] == limit)


@register_jitable(forceinline=True)
def wrong_words(tables: Tables, columns: Columns, row: int) -> int:
    """The bits of what is wrong with a row, as the doors would find it in a request; 0 where every word is known."""
    if columns.unreadable[row]:
        return UNREADABLE
    wrong = 0
    industry = columns.industry[row]
    annual_sales = columns.annual_sales[row]
    it_sales = columns.it_sales[row]
    number = columns.set[row]
    if industry < 0:
        wrong |= UNKNOWN_INDUSTRY
    if columns.plan[row] < 0:
        wrong |= UNKNOWN_PLAN
    if annual_sales < 1 or annual_sales >= SALES_BELOW:
        wrong |= ANNUAL_SALES
    if it_sales < 0 or it_sales >= SALES_BELOW:
        wrong |= IT_SALES
    elif it_sales > annual_sales:
        wrong |= IT_SALES_ABOVE
    if it_sales == 0 and columns.riders[row] & tables.it_rider and industry >= 0 and not tables.it_industry[industry]:
        wrong |= IT_SALES_MISSING
    discount = columns.security_discount[row]
    if discount < 0 or discount > tables.discount_at_most or discount % tables.discount_step != 0:
        wrong |= NOT_A_STEP
    if number < 0 or number >= len(tables.set_place) or tables.set_place[number] < 0:
        return wrong | UNKNOWN_SET
    place = tables.set_place[number]
    liability = columns.liability[row]
    expense = columns.expense[row]
    income = columns.business_income[row]
    if tables.set_free[place]:
        attached = tables.set_riders[place] & tables.business_income_rider != 0
        known = on_menu(tables.liability_at, liability) and on_menu(tables.expense_at, expense)
        if not known or ((income != 0 or attached) and not on_menu(tables.business_income_at, income)):
            wrong |= OFF_THE_MENU
    elif (
        liability not in (0, tables.set_liability[place])
        or expense not in (0, tables.set_expense[place])
        or income not in (0, tables.set_business_income[place])
    ):
        wrong |= NOT_THE_SETS_OWN
    return wrong


class Terms(NamedTuple):
    """What a row's set and columns come to: rider bits, limits and the sales that IT work is rated on, in yen.

    `…_row` are the limits' rows in their menus.
    """

    place: int
    riders: int
    liability: int
    expense: int
    business_income: int
    it_sales: int
    liability_row: int
    expense_row: int
    business_income_row: int


@register_jitable(forceinline=True)
def terms_of(tables: Tables, columns: Columns, row: int) -> Terms:
    """The terms of a row whose words are known."""
    place = tables.set_place[columns.set[row]]
    riders = columns.riders[row] | tables.set_riders[place]
    income = columns.business_income[row]
    if income > 0:
        riders |= tables.business_income_rider
    if tables.set_free[place]:
        liability, expense = columns.liability[row], columns.expense[row]
    else:
        liability, expense = tables.set_liability[place], tables.set_expense[place]
        income = tables.set_business_income[place] if riders & tables.business_income_rider else 0
    it_sales = columns.it_sales[row]
    if it_sales == 0 and tables.it_industry[columns.industry[row]]:
        it_sales = columns.annual_sales[row]
    return Terms(
        place,
        riders,
        liability,
        expense,
        income,
        it_sales,
        row_below(tables.liability_at, liability),
        row_below(tables.expense_at, expense),
        row_below(tables.business_income_at, income),
    )


@register_jitable(forceinline=True)
def position_of(tables: Tables, columns: Columns, row: int, terms: Terms) -> int:
    """Where the row's industry, plan and riders stand in the flat tables."""
    pair = columns.industry[row] * tables.plans + columns.plan[row]
    return int(pair * tables.rider_sets + terms.riders)


@register_jitable(forceinline=True)
def rates_of(tables: Tables, terms: Terms, position: int) -> Rates:
    """What the row selects from the tables, as `selection.select` would."""
    return Rates(
        tables.core_base[position],
        tables.plan_factor[position],
        tables.liability_factor[terms.liability_row],
        tables.expense_factor[terms.expense_row],
        tables.business_income_base[position] if terms.business_income > 0 else 0,
        tables.business_income_factor[terms.business_income_row],
        tables.continuity_factor[position],
        tables.it_base[position],
    )


@register_jitable(forceinline=True)
def rate_row(tables: Tables, columns: Columns, outcome: Outcome, row: int) -> None:
    """One row: its words, then the rules, then the premium."""
    wrong = wrong_words(tables, columns, row)
    outcome.bad[row] = wrong
    outcome.premium[row] = -1
    outcome.findings[row] = 0
    if wrong != 0:
        return
    industry = columns.industry[row]
    annual_sales = columns.annual_sales[row]
    terms = terms_of(tables, columns, row)
    position = position_of(tables, columns, row, terms)
    open_at = position * len(tables.set_free) + terms.place

    findings = tables.open_rules[open_at]
    if tables.set_free[terms.place]:
        chosen = terms.liability_row * len(tables.expense_at) + terms.expense_row
        income_row = 1 + terms.business_income_row if terms.business_income > 0 else 0
        findings &= tables.limit_rules[chosen * (1 + len(tables.business_income_at)) + income_row]
    if findings != 0:
        first, last = tables.rules_from[open_at], tables.rules_to[open_at]
        rules = tables.rules
        standing = Standing(
            columns.plan[row],
            columns.set[row],
            terms.riders,
            tables.industry_marks[industry],
            annual_sales,
            1 if columns.it_sales[row] > 0 else 0,
            terms.liability,
            terms.expense,
            terms.business_income,
            tables.gross_margin[industry],
        )
        opened = RuleTable(
            rules.rule[first:last],
            rules.test[first:last],
            rules.a[first:last],
            rules.b[first:last],
            rules.c[first:last],
            rules.d[first:last],
            rules.wanted[first:last],
            findings,
        )
        findings = rules_that_speak(opened, standing)
        outcome.findings[row] = findings
        if findings & tables.declining:
            return

    rates = rates_of(tables, terms, position)
    lines = price(tables.tariff, rates, annual_sales, terms.it_sales, columns.security_discount[row])
    outcome.premium[row] = lines.annual_premium
    if outcome.lines.shape[1] > 0:
        outcome.lines[row, 0] = lines.sales_factor
        outcome.lines[row, 1] = lines.core_at_size
        outcome.lines[row, 2] = lines.liability
        outcome.lines[row, 3] = lines.expense
        outcome.lines[row, 4] = lines.business_income_at_size
        outcome.lines[row, 5] = lines.business_income
        outcome.lines[row, 6] = lines.it_sales_factor
        outcome.lines[row, 7] = lines.it_at_size
        outcome.lines[row, 8] = lines.it_business
        outcome.lines[row, 9] = lines.subtotal
        outcome.lines[row, 10] = lines.after_group_discount
        outcome.lines[row, 11] = lines.after_security_discount
        outcome.lines[row, 12] = lines.annual_premium


def rate_rows(tables: Tables, columns: Columns, outcome: Outcome) -> None:
    """Every row of the book."""
    for row in range(len(columns.annual_sales)):
        rate_row(tables, columns, outcome, row)


def select_rows(tables: Tables, columns: Columns, rates: Any, it_sales: Any) -> None:
    """Only what each row selects: `rates` are `Rates` of columns; the rows' words must be known."""
    for row in range(len(columns.annual_sales)):
        terms = terms_of(tables, columns, row)
        selected = rates_of(tables, terms, position_of(tables, columns, row, terms))
        it_sales[row] = terms.it_sales
        rates.core_base[row] = selected.core_base
        rates.plan_factor[row] = selected.plan_factor
        rates.liability_factor[row] = selected.liability_factor
        rates.expense_factor[row] = selected.expense_factor
        rates.business_income_base[row] = selected.business_income_base
        rates.business_income_factor[row] = selected.business_income_factor
        rates.continuity_factor[row] = selected.continuity_factor
        rates.it_base[row] = selected.it_base


def price_rows(
    tariff: Tariff, rates: Any, annual_sales: Any, it_sales: Any, security_discount: Any, premium: Any
) -> None:
    """Only `rating.price`, for rows whose rates are already selected: `rates` are `Rates` of columns."""
    for row in range(len(annual_sales)):
        selected = Rates(
            rates.core_base[row],
            rates.plan_factor[row],
            rates.liability_factor[row],
            rates.expense_factor[row],
            rates.business_income_base[row],
            rates.business_income_factor[row],
            rates.continuity_factor[row],
            rates.it_base[row],
        )
        lines = price(tariff, selected, annual_sales[row], it_sales[row], security_discount[row])
        premium[row] = lines.annual_premium
