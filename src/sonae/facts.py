"""The facts of a claim file (事案), in the trade's words, as plain values; and the terms that a member held.

A fact is what a person found, with what is still unsure said as unsure. Victims are counted, never named. Days are
Japanese days, moments carry their time zone, money is whole yen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sonae.business_income import Cause
from sonae.cover import Cover
from sonae.product import Product

Certainty = Literal["known", "unsure"]
"""How sure an event or a ground is; what is ruled out is not listed."""

Place = Literal["japan", "abroad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A covered event (対象となる事由) that has happened, or may have."""

    code: str
    certainty: Certainty = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class CircumstanceNotice:
    """A notice of circumstances (おそれの通知): it fixes the term of the demands that it foretold."""

    id: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A demand for damages on the member (損害賠償請求). Demands of one `series` count as one, made with the first."""

    id: str
    made_at: datetime
    series: str | None = None
    circumstance: str | None = None
    place: Place = "japan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The stoppage of the network (機能の停止). `ended_at` None: it still stands."""

    started_at: datetime
    ended_at: datetime | None = None
    cause: Cause = "sudden_event"
    uses_the_equipment: bool = True
    place: Place = "japan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Victims:
    """How many persons and companies suffered, by kind. None: not yet counted."""

    individual: int | None = None
    corporate: int | None = None
    injury: int | None = None

    @property
    def by_kind(self) -> dict[str, int | None]:
        """The numbers by the kinds for which a head of loss may have a cap."""
        return {"individual": self.individual, "corporate": self.corporate, "injury": self.injury}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The insurer's consent before spending (事前承認): its reference, its day, and up to how much."""

    reference: str
    given_on: date
    up_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossItem:
    """An item of the loss (損害の明細): one head, one amount.

    `incurred_on` None: not yet incurred, an estimate. `demand` is the demand that a liability item belongs to.
    `payee`: to whom it would be paid; `evidence`: that the member paid the claimant, or the claimant's consent
    (保険法22条).
    """

    id: str
    head: str
    amount: int
    incurred_on: date | None = None
    approval: Approval | None = None
    demand: str | None = None
    place: Place = "japan"
    payee: Literal["member", "claimant"] = "member"
    evidence: Literal["paid", "consent"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A reason for not paying (免責事由) that a person found, or still asks about.

    With `item` it speaks of that item only; `part` is the part of it in yen, None the whole.
    """

    exclusion: str
    certainty: Certainty = "known"
    item: str | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found in a claim file.

    known_at               when the member came to know of the incident, or of the risk of one
    circumstances_known_at an earlier knowledge that a person found, or None
    series_known_at        when the first incident of the same cause was known, if this is a later one of a series
    notified_at, received_at  when the member told of it, and when the insurer received the notice
    """

    known_at: datetime
    events: tuple[Event, ...] = ()
    occurred_at: datetime | None = None
    notified_at: datetime | None = None
    received_at: datetime | None = None
    circumstances_known_at: datetime | None = None
    series_known_at: datetime | None = None
    circumstance_notices: tuple[CircumstanceNotice, ...] = ()
    demands: tuple[Demand, ...] = ()
    stoppage: Stopped | None = None
    victims: Victims = field(default_factory=Victims)
    items: tuple[LossItem, ...] = ()
    grounds: tuple[Ground, ...] = ()
    other_insurance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A cover that the member held, with its product year and what was paid out of its limits before.

    `used` is by coverage, and by head for heads with a sublimit of their own, in yen. A renewal follows its
    predecessor in the order of a sequence of these.
    """

    cover: Cover
    product: Product
    used: Mapping[str, int] = field(default_factory=dict)
    premium_received: bool = True


def income_items(product: Product, profit: int, extra_expense: int, incurred_on: date) -> tuple[LossItem, ...]:
    """The two figures of a calculated stoppage (`business_income`) as loss items under the product's heads for them.

    A figure of 0 is no item, nor is one for which the product has no head.
    """
    assert product.settlement is not None, "a product without settlement rules settles no claims"
    heads = product.settlement.stoppage
    figures = ((heads.profit_head, profit), (heads.extra_expense_head, extra_expense))
    return tuple(
        LossItem(id=f"income-{head}", head=head, amount=amount, incurred_on=incurred_on)
        for head, amount in figures
        if head is not None and amount > 0
    )
