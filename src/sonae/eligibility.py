"""May they: which of the product's rules speak about this request.

The rules are product data. Here they are laid out as rows of whole numbers, and one function walks the rows and
returns the codes that stand, as a bit set. It reads no names and no objects, so that the same source can be
compiled for a whole book.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sonae.conditions import COVERAGES, Condition, Test
from sonae.product import Industry, Product, Rule


class RuleTable(NamedTuple):
    """All conditions of all rules, a row each. Row i belongs to rule `rule[i]` (its bit in the result).

    `a`, `b`, `c`, `d` are the parameters of the row's test; `wanted` is 1 when the test must hold, 0 when it must not.
    `every_rule` has the bit of each rule set.
    """

    rule: tuple[int, ...]
    test: tuple[int, ...]
    a: tuple[int, ...]
    b: tuple[int, ...]
    c: tuple[int, ...]
    d: tuple[int, ...]
    wanted: tuple[int, ...]
    every_rule: int


class Standing(NamedTuple):
    """What the rules look at, as whole numbers: positions, bit sets and yen. No limit is 0."""

    plan: int
    set: int
    riders: int
    industry_marks: int
    annual_sales: int
    it_sales_given: int
    liability: int
    expense: int
    business_income: int
    gross_margin: int


_PLAN_IS = int(Test.plan_is)
_SET_IN = int(Test.set_in)
_ATTACHED = int(Test.attached)
_INDUSTRY_IN = int(Test.industry_in)
_SALES_AT_MOST = int(Test.sales_at_most)
_IT_SALES_GIVEN = int(Test.it_sales_given)
_LIMIT_OVER = int(Test.limit_over)
_LIMIT_ABOVE_LIMIT = int(Test.limit_above_limit)

_AMOUNT_FREE = frozenset({_PLAN_IS, _SET_IN, _ATTACHED, _INDUSTRY_IN})
_AMOUNTS = frozenset(map(int, Test)) - _AMOUNT_FREE
_LIMITS_ALONE = frozenset({_LIMIT_OVER, _LIMIT_ABOVE_LIMIT})


def rules_that_speak(table: RuleTable, standing: Standing) -> int:
    """The bit set of the rules whose conditions all hold."""
    silent = 0
    for row in range(len(table.rule)):
        bit = 1 << table.rule[row]
        if silent & bit:
            continue
        test = table.test[row]
        a = table.a[row]
        if test == _ATTACHED:
            holds = standing.riders & a != 0
        elif test == _SALES_AT_MOST:
            holds = standing.annual_sales <= a
        elif test == _INDUSTRY_IN:
            holds = standing.industry_marks & a != 0
        elif test == _PLAN_IS:
            holds = standing.plan == a
        elif test == _SET_IN:
            holds = a >> standing.set & 1 == 1
        elif test == _LIMIT_OVER:
            holds = _limit(standing, a) > table.b[row]
        elif test == _LIMIT_ABOVE_LIMIT:
            holds = _limit(standing, a) > _limit(standing, table.b[row])
        elif test == _IT_SALES_GIVEN:
            holds = standing.it_sales_given == 1
        else:
            # limit × 365 × 100 × d > sales × margin % × b days × c, without the right side, which 64 bits may not hold.
            scaled = _limit(standing, a) * 365 * 100 * table.d[row]
            margin = standing.gross_margin * table.b[row] * table.c[row]
            holds = scaled > 0 if margin == 0 else (scaled - 1) // margin >= standing.annual_sales
        if holds != (table.wanted[row] == 1):
            silent |= bit
    return table.every_rule & ~silent


def narrow(table: RuleTable, standing: Standing) -> RuleTable:
    """The same table for one plan, set, rider and industry combination: only the rows that look at amounts are left.

    Rules that such a combination silences are gone; their bits are no longer in `every_rule`.
    """
    every_rule = rules_that_speak(_rows_where(table, _AMOUNT_FREE, table.every_rule), standing)
    return _rows_where(table, _AMOUNTS, every_rule)


def left_by_limits(table: RuleTable, standing: Standing) -> int:
    """The bit set of the rules that the limits alone do not silence."""
    return rules_that_speak(_rows_where(table, _LIMITS_ALONE, table.every_rule), standing)


def beyond_limits(table: RuleTable) -> RuleTable:
    """A narrowed table without the rows that look at limits alone, for whoever has asked `left_by_limits`."""
    return _rows_where(table, _AMOUNTS - _LIMITS_ALONE, table.every_rule)


def _rows_where(table: RuleTable, tests: frozenset[int], every_rule: int) -> RuleTable:
    """The rows with one of these tests that belong to one of these rules."""
    rows = [row for row in zip(*table[:-1], strict=True) if row[1] in tests and every_rule >> row[0] & 1]
    rule, test, a, b, c, d, wanted = zip(*rows, strict=True) if rows else ((),) * 7
    return RuleTable(rule, test, a, b, c, d, wanted, every_rule)


def _limit(standing: Standing, coverage: int) -> int:
    """The limit of a coverage by its position in `COVERAGES`."""
    if coverage == 0:
        return standing.liability
    if coverage == 1:
        return standing.expense
    return standing.business_income


def lay_out(product: Product) -> tuple[RuleTable, dict[str, int]]:
    """The product's rules as a table, and for each industry code the bit set of the industry tests it meets."""
    tests = _industry_tests(product.rules)
    marks = {
        code: sum(1 << bit for bit, condition in enumerate(tests) if _meets(industry, condition))
        for code, industry in product.industries.items()
    }
    rows = [
        (number, *_row(product, condition, tests), int(condition.wanted))
        for number, rule in enumerate(product.rules)
        for condition in rule.when
    ]
    rule, test, a, b, c, d, wanted = zip(*rows, strict=True) if rows else ((),) * 7
    return RuleTable(rule, test, a, b, c, d, wanted, (1 << len(product.rules)) - 1), marks


def _industry_tests(rules: Iterable[Rule]) -> list[Condition]:
    """Each distinct test on the industry once; its position is its bit."""
    found: list[Condition] = []
    for rule in rules:
        for condition in rule.when:
            if condition.test in (Test.industry_in, Test.industry_marked):
                positive = Condition(condition.test, condition.parameter)
                if positive not in found:
                    found.append(positive)
    return found


def _meets(industry: Industry, condition: Condition) -> bool:
    if condition.test is Test.industry_in:
        return bool(industry.code in condition.parameter)
    column, value = condition.parameter
    return bool(industry.marks[column] == value)


def _row(product: Product, condition: Condition, tests: list[Condition]) -> tuple[int, int, int, int, int]:
    """The condition as (test, a, b, c, d)."""
    test, parameter = condition.test, condition.parameter
    match test:
        case Test.plan_is:
            return test, list(product.plans).index(parameter), 0, 0, 0
        case Test.set_in:
            return test, sum(1 << number for number in parameter), 0, 0, 0
        case Test.attached:
            return test, 1 << list(product.riders).index(parameter), 0, 0, 0
        case Test.industry_in | Test.industry_marked:
            return Test.industry_in, 1 << tests.index(Condition(test, parameter)), 0, 0, 0
        case Test.sales_at_most:
            return test, parameter, 0, 0, 0
        case Test.it_sales_given:
            return test, 0, 0, 0, 0
        case Test.limit_over:
            coverage, amount = parameter
            return test, COVERAGES.index(coverage), amount, 0, 0
        case Test.limit_above_limit:
            coverage, other = parameter
            return test, COVERAGES.index(coverage), COVERAGES.index(other), 0, 0
        case Test.limit_over_margin:
            coverage, days, times, parts = parameter
            return test, COVERAGES.index(coverage), days, times, parts
