"""What may have happened: every way in which the events that are still unsure can turn out.

Some events are by their words what the others are not (「上記①～③を除き」); they fall away where one of those stands.
"""

from collections.abc import Sequence
from itertools import product as every

from sonae.facts import Event
from sonae.product import Product


def worlds(events: Sequence[Event], product: Product) -> tuple[frozenset[str], ...]:
    """The sets of events that may stand; one set when nothing is unsure."""
    rules = product.settlement
    apart = {} if rules is None else rules.residual.apart_from
    known = [event.code for event in events if event.certainty == "known"]
    unsure = [event.code for event in events if event.certainty == "unsure"]
    found: dict[frozenset[str], None] = {}
    for turned in every((True, False), repeat=len(unsure)):
        happened = {*known, *(code for code, true in zip(unsure, turned, strict=True) if true)}
        found[frozenset(code for code in happened if not happened.intersection(apart.get(code, ())))] = None
    return tuple(found)
