"""Proofs about a product, by enumeration: what the wording grants has no gap, no overlap and no dead clause.

Every cell of plan × set × legal rider combination × event × head is visited. Each must be granted by exactly one
attached clause, or be listed as not granted with its source: neither is a gap, two an overlap, both a
contradiction. A clause that changes no cell anywhere is dead. The matrix that the brochure prints must come out.
A fault is shown with its smallest witness: the cover with the fewest riders that has it, the first in the product's
order among those.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sonae.coverage import Cell, matrix
from sonae.product import Clause, PrintedMark, Product


@dataclass(frozen=True, slots=True)
class Terms:
    """A legal combination of plan, set and riders (those of the set included)."""

    plan: str
    set: int
    riders: tuple[str, ...]

    def __str__(self) -> str:
        return f"plan {self.plan}, set {self.set}, riders {', '.join(self.riders) or 'none'}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something unsound in a product: what kind, where, and the smallest cover that shows it."""

    kind: str
    subject: str
    witness: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject} [{self.witness}]"


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome: how many covers and cells were visited, and every flaw found."""

    covers: int
    cells: int
    flaws: tuple[Flaw, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing unsound was found."""
        return not self.flaws


def legal_terms(product: Product) -> Iterator[Terms]:
    """Every legal combination, the fewest riders first, so that the first witness found is a smallest one."""
    codes = tuple(product.riders)
    found: set[Terms] = set()
    for size in range(len(codes) + 1):
        for plan in product.plans:
            for number in product.sets:
                for chosen in combinations(codes, size):
                    riders = product.attached_riders(number, chosen)
                    terms = Terms(plan, number, riders)
                    if len(riders) != size or terms in found:
                        continue
                    if all(product.riders[code].may_join(plan, number, riders) for code in riders):
                        found.add(terms)
                        yield terms


def prove(product: Product) -> Proof:
    """Visit every cell of every legal cover."""
    covers = cells = 0
    flaws: dict[tuple[str, str], Flaw] = {}
    alive: set[str] = set()
    printed = Printed(product)
    for terms in legal_terms(product):
        covers += 1
        found = matrix(product, terms.plan, terms.set, terms.riders)
        for cell in found.values():
            cells += 1
            alive |= _alive(cell)
            kind = _unsound(cell)
            if kind is not None:
                subject = f"{cell.event} × {cell.head}"
                flaws.setdefault((kind, subject), Flaw(kind, subject + _names(cell), str(terms)))
        printed.look(terms, found)
    flaws |= {("dead", code): _dead(clause) for code, clause in product.clauses.items() if code not in alive}
    flaws |= {("printed", str(mark)): flaw for mark, flaw in printed.flaws()}
    return Proof(covers, cells, tuple(flaws.values()))


def _unsound(cell: Cell) -> str | None:
    granting = len(cell.grants)
    if granting > 1:
        return "overlap"
    if cell.granted and cell.left_out:
        return "contradiction"
    if not cell.granted and not cell.left_out:
        return "gap"
    if len(cell.left_out) > 1:
        return "listed twice"
    return None


def _names(cell: Cell) -> str:
    """The clauses and exceptions behind an unsound cell, for its line."""
    names = [clause.code for clause, _ in cell.grants] + [entry.basis.where for entry in cell.left_out]
    return f" ({', '.join(names)})" if names else ""


def _alive(cell: Cell) -> set[str]:
    """The clauses that decide this cell: the one that grants it, or those that take a granted cell away."""
    if cell.granted:
        return {clause.code for clause, _ in cell.grants}
    return {clause.code for clause in cell.withdrawn_by} if cell.grants else set()


def _dead(clause: Clause) -> Flaw:
    return Flaw("dead", f"{clause.code} grants or withdraws nothing in any cover", clause.basis.where)


class Printed:
    """The matrix as the brochure prints it, held against what the clauses grant.

    A mark is `yes` when some cell of the event (or head) is granted in every cover of the plan, `no` when it is
    granted in none, a rider's code when it is granted exactly where that rider is attached, and `RIDER without
    OTHER` when it is granted exactly where the one is attached and the other is not.
    """

    def __init__(self, product: Product) -> None:
        self.product = product
        self.seen: dict[PrintedMark, list[tuple[Terms, bool]]] = {mark: [] for mark in product.printed_marks}

    def look(self, terms: Terms, found: dict[tuple[str, str], Cell]) -> None:
        """Note for every printed mark of this plan whether the cover grants it."""
        for mark, seen in self.seen.items():
            if mark.plan != terms.plan:
                continue
            granted = any(
                cell.granted
                for cell in found.values()
                if self.product.heads[cell.head].coverage == mark.coverage
                and (cell.event if mark.kind == "event" else cell.head) == mark.code
            )
            seen.append((terms, granted))

    def flaws(self) -> Iterator[tuple[PrintedMark, Flaw]]:
        """The marks that the clauses do not bear out, each with the smallest cover that differs."""
        for mark, seen in self.seen.items():
            for terms, granted in seen:
                if granted != _printed(mark, terms):
                    subject = f"{mark.coverage} {mark.kind} {mark.code} is printed {mark.mark} in {mark.plan}"
                    yield mark, Flaw("printed matrix", f"{subject}, but granted is {granted}", str(terms))
                    break


def _printed(mark: PrintedMark, terms: Terms) -> bool:
    if mark.mark in ("yes", "no"):
        return mark.mark == "yes"
    rider, _, other = mark.mark.partition(" without ")
    return rider in terms.riders and other not in terms.riders
