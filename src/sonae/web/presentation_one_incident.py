"""One sentence under each column of prices: in an incident of this size, how much is paid and how much is short.

The incident, its payment and its rounding are those of the page of incident costs; sets that come to the same are
named together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sonae.office.incident_costs import FIRST, Costs
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.web.presentation import Language, mark, say
from sonae.web.presentation_incident_costs import tens
from sonae.web.presentation_page import Asking

if TYPE_CHECKING:
    from sonae.simulation_incident import IncidentCost

Outcome = tuple[int, int]
"""Paid and left, in ten-thousands of yen."""


def one_incident(
    product: Product, asking: Asking, requests: Sequence[QuotationRequest], found: Costs, language: Language
) -> dict[str, Any]:
    """The incident in words, and for each plan what its sets pay and leave of a typical and of a severe one."""
    english = language == "en"
    (loss,) = found.loss.perils
    row = found.model.perils[FIRST]
    cases = []
    for name, one in ((("ふつうの場合", "Typical"), loss.typical), (("重い場合", "Severe"), loss.severe)):
        outcomes = _outcomes(asking, requests, one)
        cases.append(
            {
                "name": name[english],
                "total": money(tens(one.total), language),
                "cells": [
                    {"plan": say(plan.name, language), "says": sentence(product, code, outcomes, language)}
                    for code, plan in product.plans.items()
                ],
            }
        )
    return {
        "peril": row.name_en if english else row.name_ja,
        "plans": [say(plan.name, language) for plan in product.plans.values()],
        "cases": cases,
        "quality_known": found.quality_known,
        "mark": mark("assumed", language),
    }


def _outcomes(
    asking: Asking, requests: Sequence[QuotationRequest], one: IncidentCost
) -> dict[tuple[int, str], Outcome]:
    """What each cell that has a price comes to. Paid and left sum to the loss as it is shown."""
    found = {}
    for request, heads in zip(requests, one.paid, strict=True):
        key = (request.set, request.plan)
        if asking.asked[key].premium is not None:
            paid = tens(sum(heads.values()))
            found[key] = (paid, tens(one.total) - paid)
    return found


def sentence(product: Product, plan: str, outcomes: Mapping[tuple[int, str], Outcome], language: Language) -> str:
    """セット1～4なら745万円出て、218万円が自己負担です。"""
    groups: dict[Outcome, list[int]] = {}
    for number in product.sets:
        if (number, plan) in outcomes:
            groups.setdefault(outcomes[number, plan], []).append(number)
    english = language == "en"
    if not groups:
        return "Not available to this company." if english else "この会社では選べません。"
    said = [_clause(_sets(product, sets, language), paid, left, language) for (paid, left), sets in groups.items()]
    return " ".join(said) if english else "".join(said)


def _clause(sets: str, paid: int, left: int, language: Language) -> str:
    if language == "en":
        if left == 0:
            return f"{sets} would pay all of it."
        if paid == 0:
            return f"{sets} would pay nothing."
        return f"{sets} would pay {money(paid, language)} and leave {money(left, language)} to you."
    if left == 0:
        return f"{sets}なら全額出ます。"
    if paid == 0:
        return f"{sets}では出ません。"
    return f"{sets}なら{money(paid, language)}出て、{money(left, language)}が自己負担です。"


def _sets(product: Product, numbers: Sequence[int], language: Language) -> str:
    """セット1～4・5: neighbours in the product's order are named by the first and the last."""
    order = list(product.sets)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and order.index(runs[-1][-1]) + 1 == order.index(number):
            runs[-1].append(number)
        else:
            runs.append([number])
    names = []
    for run in runs:
        first, last = (say(product.sets[number].name, language) for number in (run[0], run[-1]))
        if len(run) < 3:
            names += [say(product.sets[number].name, language) for number in run]
        else:
            names.append(f"{first} to {last}" if language == "en" else f"{first}～{last.removeprefix('セット')}")
    return ", ".join(names) if language == "en" else "・".join(names)


def money(units: int, language: Language) -> str:
    """Ten-thousands of yen in words: 745万円, 1億200万円."""
    if language == "en":
        return f"¥{units / 100:,.2f} million"
    whole, rest = divmod(units, 10_000)
    return "".join([f"{whole:,}億" if whole else "", f"{rest:,}万" if rest or not whole else "", "円"])
