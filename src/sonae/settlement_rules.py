"""How a loss is settled, as product data: which term pays, in which order, what may stand against paying, by when.

Most values are customary practice, to be confirmed by the insurer, and so `assumed`; each carries its basis.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sonae.scheme import Text
from sonae.worksheet import Basis


class Moment(StrEnum):
    """What decides which term of a member's covers pays a coverage.

    demand     when the first demand of its series was made, or when a notice of circumstances foretold it
    discovery  when the member came to know of the incident, or of the risk of one
    stoppage   when the function of the network stopped
    """

    demand = "demand"
    discovery = "discovery"
    stoppage = "stoppage"


@dataclass(frozen=True, slots=True)
class TermMoment:
    """The moment by which a coverage finds its term."""

    moment: Moment
    name: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class Switch:
    """A reading of the wording that may be turned on or off."""

    on: bool
    name: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class Figure:
    """One whole number with its basis."""

    value: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Territory:
    """Where demands, costs and business may lie, by coverage."""

    places: Mapping[str, Literal["japan", "world"]]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason for not paying (免責事由), chosen by a person, with how far it reaches.

    `effect`: `head` only the item it is chosen for, `coverage` the coverages listed, `all` the whole claim.
    """

    code: str
    effect: Literal["head", "coverage", "all"]
    name: Text
    coverages: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Clock:
    """A period that the law or the wording counts from a recorded fact."""

    code: str
    starts: str
    count: int
    unit: Literal["days", "months", "years"]
    first_day_counts: bool
    name: Text
    rule: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Stoppage:
    """What counts as a stoppage, how long one waits, for how long it is paid, and under which heads.

    `profit_head` and `extra_expense_head` take the two figures of a calculated stoppage; None where the plan has no
    such head.
    """

    waiting_hours: Figure
    longest_days: Figure
    own_shutdown_counts: bool
    outsourced_needs_use: bool
    profit_head: str | None
    extra_expense_head: str | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class ResidualEvents:
    """Covered events that are by their words what others are not (「上記①～③を除き」), each with those others."""

    apart_from: Mapping[str, tuple[str, ...]]
    basis: Basis


@dataclass(frozen=True, slots=True)
class UnpaidPremium:
    """What follows when the premium of the term has not been received."""

    then: Literal["covered", "held", "not_covered"]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Settlement:
    """The settlement rules of a product year.

    `order` are step codes of `limits`. `territory` is by plan, `territory_of_event` narrows it for an event.
    `reserves` are typical amounts by head in yen.
    """

    order: tuple[int, ...]
    order_basis: Basis
    moments: Mapping[str, TermMoment]
    switches: Mapping[str, Switch]
    unpaid: UnpaidPremium
    residual: ResidualEvents
    expense_window: Figure
    stoppage: Stoppage
    territory: Mapping[str, Territory]
    territory_of_event: Mapping[str, Territory]
    exclusions: Mapping[str, Exclusion]
    clocks: Mapping[str, Clock]
    reserves: Mapping[str, int]
    reserves_basis: Basis
    basis: Basis


SWITCHES = (
    "circumstances_fix_the_term",
    "series_counts_as_one",
    "later_changes_do_not_count",
    "increase_covers_only_what_was_unknown",
)
"""The readings that a product must decide."""

STARTS = ("known", "received", "documents_complete", "claimable", "insurer_knew", "concluded")
"""The facts that a clock may run from."""
