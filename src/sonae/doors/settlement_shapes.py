"""The shape of settlement.toml, and of the values in it."""

from typing import Annotated, Literal

from pydantic import Field

from sonae.doors.shapes import CoverageName, Grounded, Shape, Value

Place = Literal["japan", "world"]
Count = Annotated[int, Field(ge=0)]


class OrderShape(Grounded):
    steps: list[Literal["deductible", "ratio", "sublimit", "limit", "aggregate"]]


class MomentShape(Grounded):
    moment: Literal["demand", "discovery", "stoppage"]
    name_ja: str
    name_en: str


class SwitchShape(Grounded):
    on: bool
    name_ja: str
    name_en: str


class PremiumShape(Grounded):
    unpaid: Literal["covered", "held", "not_covered"]


class ExpenseWindowShape(Shape):
    days_after_notice: Value


class StoppageShape(Grounded):
    waiting_hours: Value
    longest_days: Value
    own_shutdown_counts: bool
    outsourced_needs_use: bool
    profit_head: str | None = None
    extra_expense_head: str | None = None


class TerritoryShape(Grounded):
    liability: Place
    expense: Place
    business_income: Place


class TerritoryOfEventShape(Grounded):
    place: Place


class ExclusionShape(Grounded):
    code: str
    effect: Literal["head", "coverage", "all"]
    name_ja: str
    name_en: str
    coverages: list[CoverageName]


class ClockShape(Grounded):
    code: str
    starts: str
    count: Count
    unit: Literal["days", "months", "years"]
    first_day_counts: bool = False
    name_ja: str
    name_en: str
    rule_ja: str


class SettlementFile(Grounded):
    """settlement.toml"""

    order: OrderShape
    moments: dict[CoverageName, MomentShape]
    switches: dict[str, SwitchShape]
    premium: PremiumShape
    # Codes of events, each with those it leaves to others, and its own source and status.
    residual_events: dict[str, list[str] | str]
    expense_window: ExpenseWindowShape
    stoppage: StoppageShape
    territory: dict[str, TerritoryShape]
    territory_of_event: dict[str, TerritoryOfEventShape] = {}
    exclusions: list[ExclusionShape]
    clocks: list[ClockShape]
    # Yen by head, with its own source and status.
    reserves: dict[str, int | str]
