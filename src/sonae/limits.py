"""What is paid: the one payment path, step by step.

A claim, a case that is replayed and a simulated loss all go through `pay`. Plain whole numbers go in, a row of yen per
head of loss comes out for each step. It reads no dates, clauses or product objects, so the same source can be compiled.
What is covered, in which period, with whose approval and up to how much a victim is decided before it.

Money is in yen, the ratio in whole percent. The caller bounds every amount below `NO_LIMIT`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sonae.money import half_up

NO_LIMIT = 10**15
"""Stands where there is no limit, no sublimit or no cap. No real amount reaches it."""

LIABILITY, EXPENSE, BUSINESS_INCOME = 0, 1, 2
"""The sections, in the order of `conditions.COVERAGES`. Heads on top of a limit have a section of their own."""

CLAIMED, DEDUCTIBLE, RATIO, SUBLIMIT, LIMIT, AGGREGATE = 0, 1, 2, 3, 4, 5
"""The steps. The first row is always what is claimed; the product says in which order the others follow.

DEDUCTIBLE  the section's deductible once, off its heads in their listed order
RATIO       each head × its ratio, half up
SUBLIMIT    each head within its sublimit and its cap
LIMIT       each section within its limit per demand or incident, the last listed heads cut first
AGGREGATE   each section within what is left of its aggregate, the last listed heads cut first

The last two come last: a step by head after them could make a larger claim pay less.
"""

USUAL_ORDER = (DEDUCTIBLE, RATIO, SUBLIMIT, LIMIT, AGGREGATE)
"""The order of a product whose settlement rules do not say otherwise."""


class PayTerms(NamedTuple):
    """What the terms of a cover say about paying.

    `section`, `ratio` (whole percent) and `sublimit` (yen) have one entry per head of loss in the product's order;
    `deductible` and `limit` (yen) one per section; `order` the codes of the steps after the first.
    """

    section: Sequence[int]
    ratio: Sequence[int]
    sublimit: Sequence[int]
    deductible: Sequence[int]
    limit: Sequence[int]
    order: Sequence[int]


def pay(
    terms: PayTerms, amount: Sequence[int], cap: Sequence[int], remaining: Sequence[int], rows: Sequence[list[int]]
) -> int:
    """Work out what is paid, in yen, and fill `rows` with the yen of each head after each step.

    `amount` and `cap` have one entry per head, `remaining` (what is left of the aggregate) one per section. `rows` is a
    table of 1 + len(terms.order) rows, one cell per head: row 0 is what is claimed, the last row what is paid, and it
    sums to the payment. Interpreted, `rows` is a list of lists; compiled, a two-dimensional array.
    """
    heads = len(terms.section)
    sections = len(terms.limit)
    before = rows[0]
    for head in range(heads):
        before[head] = amount[head]
    for place in range(len(terms.order)):
        step = terms.order[place]
        after = rows[place + 1]
        if step == RATIO:
            for head in range(heads):
                after[head] = half_up(before[head] * terms.ratio[head], 100)
        elif step == SUBLIMIT:
            for head in range(heads):
                after[head] = min(before[head], terms.sublimit[head], cap[head])
        elif step == DEDUCTIBLE:
            for section in range(sections):
                owed = terms.deductible[section]
                for head in range(heads):
                    if terms.section[head] == section:
                        borne = min(before[head], owed)
                        after[head] = before[head] - borne
                        owed -= borne
        else:
            for section in range(sections):
                # Filling the heads in order until the room is used up cuts the last listed ones first.
                room = terms.limit[section] if step == LIMIT else max(0, remaining[section])
                for head in range(heads):
                    if terms.section[head] == section:
                        after[head] = min(before[head], room)
                        room -= after[head]
        before = after
    paid = 0
    for head in range(heads):
        paid += before[head]
    return paid


def table(terms: PayTerms) -> list[list[int]]:
    """A table of rows for `pay`, when it is interpreted."""
    return [[0] * len(terms.section) for _ in range(1 + len(terms.order))]
