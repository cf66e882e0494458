"""What a cover grants: each cell of covered event × head of loss, with the clause that grants it or why not.

The matrix is derived from the attached clauses, the way the wording composes cover. It is never typed in.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sonae.conditions import hold_for_terms
from sonae.product import Clause, Grant, NotGranted, Product


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its event and head, every attached clause that grants it, and every exception that speaks of it.

    In a sound product exactly one of the two is there, once; `proof` shows that.
    """

    event: str
    head: str
    grants: tuple[tuple[Clause, Grant], ...]
    withdrawn_by: tuple[Clause, ...]
    left_out: tuple[NotGranted, ...]

    @property
    def granted(self) -> bool:
        """Whether the cover pays this head for this event."""
        return bool(self.grants) and not self.withdrawn_by


def matrix(product: Product, plan: str, set_number: int, riders: Collection[str]) -> dict[tuple[str, str], Cell]:
    """Every cell of a cover by (event, head). `riders` are the attached ones, those of the set included."""
    clauses = product.attached_clauses(plan, riders)
    granted: dict[tuple[str, str], list[tuple[Clause, Grant]]] = {}
    withdrawn: dict[tuple[str, str], list[Clause]] = {}
    left_out: dict[tuple[str, str], list[NotGranted]] = {}
    for clause in clauses:
        for grant in clause.grants:
            if hold_for_terms(grant.when, plan, set_number, riders):
                for cell in _cells(grant):
                    granted.setdefault(cell, []).append((clause, grant))
        for grant in clause.withdraws:
            if hold_for_terms(grant.when, plan, set_number, riders):
                for cell in _cells(grant):
                    withdrawn.setdefault(cell, []).append(clause)
    for entry in product.not_granted:
        if hold_for_terms(entry.when, plan, set_number, riders):
            for cell in _cells(entry):
                left_out.setdefault(cell, []).append(entry)
    return {
        (event, head): Cell(
            event=event,
            head=head,
            grants=tuple(granted.get((event, head), ())),
            withdrawn_by=tuple(withdrawn.get((event, head), ())),
            left_out=tuple(left_out.get((event, head), ())),
        )
        for event in product.events
        for head in product.heads
    }


def possible_cells(product: Product) -> set[tuple[str, str]]:
    """The cells (event, head) that some clause of the product grants, whatever plan or rider attaches it."""
    return {cell for clause in product.clauses.values() for grant in clause.grants for cell in _cells(grant)}


def events_of(product: Product, coverage: str) -> tuple[str, ...]:
    """The covered events under which some clause grants a head of this coverage, in the product's order.

    Of business income these are the stoppages (機能の停止).
    """
    opened = {event for event, head in possible_cells(product) if product.heads[head].coverage == coverage}
    return tuple(event for event in product.events if event in opened)


def _cells(grant: Grant | NotGranted) -> list[tuple[str, str]]:
    return [(event, head) for event in grant.events for head in grant.heads]
