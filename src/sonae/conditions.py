"""The closed list of conditions that product data may name.

A condition is a test on what a member asks for. Product data names it with its parameter
(`plan_is = "wide"`, `sales_at_most = 10_000_000_000`); what it means is written once, here.
Two readings of the same condition exist: `holds_for_terms` for the conditions that look only at plan, set and
riders (clauses, legal combinations), and the compiled rows that `eligibility` walks for every quotation.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

COVERAGES = ("liability", "expense", "business_income")
"""The three coverages (補償), in the order in which limits are kept everywhere."""


class Test(IntEnum):
    """The conditions by name. The number is the compiled form's code; it is stored nowhere."""

    plan_is = 1
    set_in = 2
    attached = 3
    industry_in = 4
    industry_marked = 5
    sales_at_most = 6
    it_sales_given = 7
    limit_over = 8
    limit_above_limit = 9
    limit_over_margin = 10


TERMS_ONLY = frozenset({Test.plan_is, Test.set_in, Test.attached})
"""The conditions that need no member: they can be enumerated over every plan, set and rider combination."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One named test with its parameter; `wanted` False turns it round (`not_…` in product data).

    parameter, by test:
    plan_is            plan code
    set_in             tuple of set numbers
    attached           rider code: the rider is chosen, or attached by the set
    industry_in        tuple of industry codes
    industry_marked    (column of industries.csv, its value)
    sales_at_most      yen
    it_sales_given     True: the member states the sales of its IT work
    limit_over         (coverage, yen)
    limit_above_limit  (coverage, coverage): the first one's limit is above the second one's
    limit_over_margin  (coverage, days, times as numerator, denominator): the limit is above so many
                       times the gross margin that the member earns in so many days
    """

    test: Test
    parameter: Any
    wanted: bool = True

    def holds_for_terms(self, plan: str, set_number: int, riders: Collection[str]) -> bool:
        """Whether the condition holds for a plan, set and attached riders. Only for tests in `TERMS_ONLY`."""
        if self.test is Test.plan_is:
            found = plan == self.parameter
        elif self.test is Test.set_in:
            found = set_number in self.parameter
        elif self.test is Test.attached:
            found = self.parameter in riders
        else:
            raise ValueError(f"{self.test.name} needs a member, not only a plan, a set and riders")
        return found is self.wanted


def hold_for_terms(when: Collection[Condition], plan: str, set_number: int, riders: Collection[str]) -> bool:
    """Whether all of the conditions hold for a plan, set and attached riders; an empty list always holds."""
    return all(condition.holds_for_terms(plan, set_number, riders) for condition in when)
