"""A coverage decision (有無責判断) and settlement (支払額の決定) as a proof: numbered steps from facts to yen.

`claim.decide` makes it. `values` of a step hold what a checker needs to work the step out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from sonae.facts import Facts
from sonae.product import Text
from sonae.worksheet import Basis, Status


class Verdict(StrEnum):
    """有責、無責、または一つの事実による."""

    covered = "covered"
    not_covered = "not_covered"
    depends = "depends"


State = Literal["yes", "no", "unknown"]

StepKind = Literal[
    "premium", "period", "knowledge", "event", "grant", "territory", "exclusion", "item", "cap",
    "claimed", "deductible", "ratio", "sublimit", "limit", "aggregate", "balance", "total",
]  # fmt: skip
"""What a step does, in the order in which the steps of a decision come."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its kind, whom it speaks of (unit, head, item or term), what it found, and where that stands."""

    number: int
    kind: StepKind
    subject: str
    says: Text
    values: Mapping[str, Any]
    source: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of an item that is not accepted: by which reason, and how many yen."""

    code: str
    yen: int
    reason: Text


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """What becomes of an item: accepted yen, the cuts, and to whom it may be paid (`held`: evidence is missing)."""

    id: str
    head: str
    unit: str
    amount: int
    accepted: int
    open: int
    cuts: tuple[Cut, ...]
    release: Literal["member", "claimant", "held"]


@dataclass(frozen=True, slots=True)
class HeadDecision:
    """What becomes of a head: the verdict with its reason and clause, claimed, accepted and paid yen.

    `open` is the yen that depends on a fact still to be found. `clause` is what grants the head or why it does not.
    """

    head: str
    coverage: str
    verdict: Verdict
    reason: Text
    clause: str
    source: str
    claimed: int
    accepted: int
    open: int
    paid: int


@dataclass(frozen=True, slots=True)
class UnitDecision:
    """What is paid together under one limit, out of which term, with the rows of `limits.pay` (by head code)."""

    code: str
    coverage: str
    term: str | None
    limit: int
    remaining: int
    paid: int
    rows: tuple[tuple[str, Mapping[str, int]], ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """An aggregate of a term before and after: of a coverage, or of a head with a sublimit of its own. Yen."""

    term: str
    subject: str
    limit: int
    used_before: int
    paid_now: int
    left_after: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A single fact that would change the outcome: what would be different, and what would be paid then.

    `head` None speaks of the whole. `turns`: the verdict of the whole, or of the head, would turn.
    """

    code: str
    head: str | None
    sentence: Text
    paid_then: int
    turns: bool
    effort: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on a claim file. `holds` say why money is decided but not yet to be paid.

    `flip` is the single fact that would turn the whole, `flips` those that would move the amount, `head_flips` for
    each head that something is claimed for the one that would turn it, left out where there is none. `notes` tell what
    is done besides and moves no yen here.
    """

    product: str
    product_hash: str
    facts: Facts
    verdict: Verdict
    claimed: int
    accepted: int
    open: int
    paid: int
    heads: tuple[HeadDecision, ...]
    items: tuple[ItemDecision, ...]
    units: tuple[UnitDecision, ...]
    balances: tuple[Balance, ...]
    steps: tuple[Step, ...]
    holds: tuple[Text, ...]
    flip: Flip | None = None
    flips: tuple[Flip, ...] = ()
    head_flips: Mapping[str, Flip] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()

    def head(self, code: str) -> HeadDecision:
        """The decision on a head."""
        return next(head for head in self.heads if head.head == code)

    def with_flips(self, flip: Flip | None, flips: tuple[Flip, ...], head_flips: Mapping[str, Flip]) -> "Decision":
        """The same decision with the facts that would change it."""
        return replace(self, flip=flip, flips=flips, head_flips=head_flips)


class Proof:
    """The steps while they are being taken."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, kind: StepKind, subject: str, ja: str, en: str, basis: Basis | None = None, **values: Any) -> None:
        """Take the next step."""
        self.steps.append(
            Step(
                len(self.steps) + 1,
                kind,
                subject,
                Text(ja, en),
                values,
                "" if basis is None else basis.cited,
                None if basis is None else basis.status,
            )
        )
