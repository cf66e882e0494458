"""How an answer explains itself: steps with a label, a value, the sum that led to it, and its sources.

A worksheet is the computation's own record. Pages and papers print it; nobody recomputes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Status = Literal["stated", "published", "fitted", "comparable", "assumed"]

STATUSES: tuple[Status, ...] = ("stated", "published", "fitted", "comparable", "assumed")
"""Where a value comes from, strongest first.

stated      printed in the plan's own brochure (記載)
published   printed elsewhere for the same product family (公表)
fitted      chosen so that the brochure's own examples come out (推定)
comparable  another insurer's published figures (参考)
assumed     a judgement, with its reason (仮定)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What a product value rests on: where it stands in the product's files, its source and its status.

    Every place in the files has its one basis, so a basis is the same only as itself.
    """

    where: str
    source: str
    status: Status
    reason: str = ""

    @property
    def cited(self) -> str:
        """One line for a reader: the place in the product's files and the key of the source."""
        return f"{self.where} ({self.source})"


class Line(NamedTuple):
    """One line of a worksheet.

    `value` is whole: yen, or ten-thousandths for a factor, as `unit` says.
    `formula` holds the operands as numbers, so that a person with a calculator can follow it.
    `status` is the weakest of the product values read in this line itself; None where none was read.
    """

    line: str
    label: str
    label_en: str
    value: int
    unit: Literal["yen", "e-4"]
    formula: str
    sources: tuple[str, ...]
    status: Status | None


def weakest(bases: Iterable[Basis]) -> Status | None:
    """The weakest status among the values read; None where no product value was read."""
    ranks = [STATUSES.index(basis.status) for basis in bases]
    return STATUSES[max(ranks)] if ranks else None


@lru_cache(maxsize=4096)
def said(bases: tuple[Basis, ...]) -> tuple[tuple[str, ...], Status | None]:
    """What a line says of the values it read: their citations and the weakest status. Kept, for lines repeat."""
    return tuple(basis.cited for basis in bases), weakest(bases)


MARKS: dict[Status, tuple[str, str]] = {
    "stated": ("記載", "stated"),
    "published": ("公表", "published"),
    "fitted": ("推定", "fitted"),
    "comparable": ("参考", "comparable"),
    "assumed": ("仮定", "assumed"),
}
"""The word that a reader sees beside a value, in Japanese and English."""
