"""The rating of a book in OpenFisca: a variable a line, formulas over arrays. Used only to measure; never to answer.

OpenFisca keeps numbers in 32 bits, in which yen go wrong; so its variables are widened to 64 here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from sonae.money import E4
from sonae.rating import Tariff

YEAR_PRICED = "2024"
Columns = Mapping[str, np.ndarray]


def half_up(numerator: Any, denominator: Any) -> Any:
    return (2 * numerator + denominator) // (2 * denominator)


def on_curve(at: tuple[int, ...], factor: tuple[int, ...], value: Any) -> Any:
    sizes, factors = np.array(at), np.array(factor)
    inside = np.clip(value, at[0], at[-1])
    row = np.clip(np.searchsorted(sizes, inside, side="right") - 1, 0, len(at) - 2)
    low, start = sizes[row], factors[row]
    return start + half_up((factors[row + 1] - start) * (inside - low), sizes[row + 1] - low)


def premium(tariff: Tariff, given: Columns) -> Callable[[], np.ndarray]:
    """A function that prices all members by a new simulation, as a caller with new members would."""
    member = build_entity(key="member", plural="members", label="", is_person=True)
    one = 100 * E4 * E4
    formulas: dict[str, Callable[[Callable[[str], Any]], Any]] = {
        "sales_factor": lambda of: on_curve(tariff.sales_at, tariff.sales_factor, of("annual_sales")),
        "core_at_size": lambda of: half_up(of("core_base") * of("sales_factor"), E4),
        "liability": lambda of: half_up(
            of("core_at_size") * tariff.liability_share * of("liability_factor") * of("plan_factor"), one
        ),
        "expense": lambda of: half_up(
            of("core_at_size") * tariff.expense_share * of("expense_factor") * of("plan_factor"), one
        ),
        "business_income_at_size": lambda of: half_up(of("business_income_base") * of("sales_factor"), E4),
        "business_income": lambda of: half_up(
            of("business_income_at_size") * of("business_income_factor") * of("continuity_factor"), E4 * E4
        ),
        "it_sales_factor": lambda of: on_curve(tariff.it_sales_at, tariff.it_sales_factor, of("it_sales")),
        "it_at_size": lambda of: half_up(of("it_base") * of("it_sales_factor"), E4),
        "it_business": lambda of: half_up(of("it_at_size") * of("liability_factor"), E4),
        "subtotal": lambda of: of("liability") + of("expense") + of("business_income") + of("it_business"),
        "after_group": lambda of: half_up(of("subtotal") * (100 - tariff.group_discount), 100),
        "after_security": lambda of: half_up(of("after_group") * (100 - of("security_discount")), 100),
        "premium": lambda of: np.maximum(tariff.minimum, half_up(of("after_security"), tariff.unit) * tariff.unit),
    }
    system = TaxBenefitSystem([member])
    for name in (*given, *formulas):
        words: dict[str, Any] = {"value_type": int, "entity": member, "definition_period": YEAR, "label": name}
        if name in formulas:
            words["formula"] = _formula(formulas[name])
        system.add_variable(type(name, (Variable,), words))
        system.variables[name].dtype = np.dtype(np.int64)

    def priced() -> np.ndarray:
        rows = len(given["annual_sales"])
        simulation = SimulationBuilder().build_default_simulation(system, count=rows)
        for name, cells in given.items():
            simulation.set_input(name, YEAR_PRICED, cells)
        found: np.ndarray = simulation.calculate("premium", YEAR_PRICED)
        return found

    return priced


def _formula(line: Callable[[Callable[[str], Any]], Any]) -> Callable[[Any, Any], Any]:
    def formula(member: Any, period: Any) -> Any:
        return line(lambda name: member(name, period))

    return formula
