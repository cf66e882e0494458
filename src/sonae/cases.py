"""A case: what happened to a member and what it cost, in the trade's words, to be run through every cover.

Shipped cases are product data with sources; a case may also be typed at a door. Money is in whole yen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sonae.scheme import Text
from sonae.worksheet import Basis


@dataclass(frozen=True, slots=True)
class Item:
    """One loss of a case (損害の明細): its head, amount in yen, and what it was; with its basis where one is known."""

    head: str
    amount: int
    label: Text
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """Terms that a case brings itself: limits and deductibles by coverage in yen, one ratio in whole percent.

    Such a case belongs to no plan. It is shown as such and never priced.
    """

    limits: Mapping[str, int]
    deductibles: Mapping[str, int]
    ratio: int
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """For whom a case is priced: industry, sales in yen, discount in whole percent, and the plan held."""

    industry: str
    annual_sales: int
    plan: str | None = None
    it_sales: int | None = None
    security_discount: int = 0
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What happened, whom it hurt and what it cost. Heads that need prior approval are taken as approved.

    `events`: the covered events that apply; a loss is paid under the first of them that grants its head. `victims` are
    counted by kind (`individual`, `corporate`, `injury`), never named.
    """

    code: str
    title: Text
    events: tuple[str, ...]
    items: tuple[Item, ...]
    victims: Mapping[str, int]
    own_terms: OwnTerms | None = None
    member: Member | None = None
    basis: Basis | None = None

    @property
    def claimed(self) -> int:
        """What was lost, in yen."""
        return sum(item.amount for item in self.items)

    def amounts(self) -> dict[str, int]:
        """What was lost by head."""
        found: dict[str, int] = {}
        for item in self.items:
            found[item.head] = found.get(item.head, 0) + item.amount
        return found


@dataclass(frozen=True, slots=True)
class Printed:
    """What the brochure prints of a case: its story and about how much was paid. Yen."""

    story: str
    paid_about: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Warned:
    """What to say before condolence money is promised: yen a victim, and the sum."""

    per_victim: int
    amount: int
    message: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class Expected:
    """What a shipped case must come to: under a set (with `limits` where it is free), or on its own terms (`set` None).

    `paid` is in yen; `by_coverage` gives a part of it where it is known.
    """

    plan: str | None
    set: int | None
    limits: Mapping[str, int]
    riders: tuple[str, ...]
    paid: int
    by_coverage: Mapping[str, int]
    basis: Basis


@dataclass(frozen=True, slots=True)
class ExpectedPrice:
    """What a cover must cost the case's member, in yen a year, and whether it pays the case in full."""

    plan: str
    set: int
    limits: Mapping[str, int]
    riders: tuple[str, ...]
    premium: int
    closes_the_gap: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A shipped case with its sources, and the figures that it must reproduce or the product is refused."""

    case: Case
    notice: Text | None
    printed: Printed | None
    warning: Warned | None
    expected: tuple[Expected, ...]
    prices: tuple[ExpectedPrice, ...]
    basis: Basis

    @property
    def code(self) -> str:
        return self.case.code

    @property
    def title(self) -> Text:
        return self.case.title
