"""The shape of cases.toml: shipped cases with their sources and the figures that they must reproduce."""

from sonae.doors.shapes import Grounded, Shape, Value


class PrintedShape(Grounded):
    story_ja: str
    paid_about: int


class MemberShape(Shape):
    industry: str
    annual_sales: int
    plan: str
    it_sales: int | None = None
    security_discount: int = 0
    reason: str


class RatioShape(Grounded):
    value: int


class OwnTermsShape(Shape):
    limits: dict[str, int]
    deductibles: dict[str, int] = {}
    ratio: RatioShape


class ItemShape(Grounded):
    head: str
    amount: int
    label_ja: str
    label_en: str


class ExpectedShape(Shape):
    plan: str | None = None
    set: int | None = None
    limits: dict[str, int] = {}
    riders: list[str] = []
    paid: int
    paid_liability: int | None = None
    paid_expense: int | None = None
    paid_business_income: int | None = None


class PriceShape(Shape):
    plan: str
    set: int
    limits: dict[str, int] = {}
    riders: list[str] = []
    premium: int
    closes_the_gap: bool = False
    gives_up_ja: str = ""
    gives_up_en: str = ""


class WarningShape(Shape):
    per_victim: int
    amount: int
    message_ja: str
    message_en: str


class CaseShape(Grounded):
    code: str
    name_ja: str
    name_en: str
    itemised_by_us: bool
    notice_ja: str = ""
    notice_en: str = ""
    event: str | None = None
    events: list[str] = []
    victims_individual: int | Value | None = None
    victims_corporate: int | Value | None = None
    victims_injury: int | Value | None = None
    printed: PrintedShape | None = None
    member: MemberShape | None = None
    terms: OwnTermsShape | None = None
    items: list[ItemShape]
    expected: list[ExpectedShape]
    prices: list[PriceShape] = []
    condolence_warning: WarningShape | None = None


class CasesFile(Grounded):
    """cases.toml"""

    notice_ja: str = ""
    notice_en: str = ""
    cases: list[CaseShape] = []
