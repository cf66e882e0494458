"""The shapes of a product's files: which keys a TOML table has, which columns a CSV file has.

These models are also the JSON Schema for editors (`sonae product schema`). They check types and unknown keys only;
whether the values fit together is checked when `doors.folder` turns them into the core's types.
"""

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from sonae.conditions import Test
from sonae.worksheet import Status


class Shape(BaseModel):
    """A table with no other keys than the named ones, each exactly of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Grounded(Shape):
    """A table with its source and status; what it leaves out it takes from the table around it.

    `assumed` needs a `reason`, here or in the table around it.
    """

    source: str | None = None
    status: Status | None = None
    reason: str | None = None


class Value(Grounded):
    """One whole number with its own source and status."""

    value: int


def _tuple(value: Any) -> Any:
    """TOML has arrays only; a strict tuple wants a tuple."""
    return tuple(value) if isinstance(value, list) else value


class LimitOverMargin(Shape):
    coverage: str
    days: int
    times: Annotated[tuple[int, int], BeforeValidator(_tuple)]


Pair = Annotated[tuple[str, str], BeforeValidator(_tuple)]

_PARAMETERS: dict[Test, Any] = {
    Test.plan_is: str,
    Test.set_in: list[int],
    Test.attached: str,
    Test.industry_in: list[str],
    Test.industry_marked: dict[str, str],
    Test.sales_at_most: int,
    Test.it_sales_given: Literal[True],
    Test.limit_over: dict[str, int],
    Test.limit_above_limit: Pair,
    Test.limit_over_margin: LimitOverMargin,
}

_CONDITION_KEYS: dict[str, Any] = {
    prefix + test.name: (parameter | None, None) for test, parameter in _PARAMETERS.items() for prefix in ("", "not_")
}

ConditionShape: Any = create_model(
    "ConditionShape",
    __base__=Shape,
    __doc__="Exactly one named condition with its parameter; `not_` turns it round.",
    **_CONDITION_KEYS,
)


class RiderRuleShape(ConditionShape, Grounded):
    """A condition that a rider needs or forbids, and what is answered when it is broken."""

    code: str
    pointer: str
    message_ja: str
    message_en: str


class Sentence(Shape):
    ja: str
    en: str


class YearShape(Grounded):
    year_ja: str
    year_en: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None


class InsurerShape(Grounded):
    insurer_ja: str
    insurer_en: str


class ApprovalShape(Grounded):
    approval_no: str | None = None
    approval_valid_until: datetime.date | None = None


class ProductFile(Grounded):
    """product.toml"""

    id: str
    scheme: str
    name_ja: str
    name_en: str
    federation_ja: str
    federation_en: str
    wording_ja: str
    wording_en: str
    currency: Literal["JPY"]
    year: YearShape
    insurer: InsurerShape
    approval: ApprovalShape
    notes: dict[str, Any]


class PlanShape(Grounded):
    name_ja: str
    name_en: str
    tagline_ja: str
    tagline_en: str
    clauses: list[str]
    factor: str | None = None
    it_base: Value | None = None


class PlansFile(Grounded):
    """plans.toml"""

    plans: dict[str, PlanShape]


class RiderShape(Grounded):
    name_ja: str
    name_en: str
    plain_ja: str
    plain_en: str
    clause: str | None = None
    rates: Literal["business_income", "it_business"] | None = None
    plan_factor: str | None = None
    business_income_factor: Value | None = None
    needs: list[RiderRuleShape] = []
    forbids: list[RiderRuleShape] = []


class RidersFile(Grounded):
    """riders.toml"""

    riders: dict[str, RiderShape] = {}


class RuleShape(Grounded):
    code: str
    effect: Literal["decline", "refer", "warn"]
    when: list[ConditionShape]
    pointer: str
    message_ja: str
    message_en: str


class EligibilityFile(Grounded):
    """eligibility.toml"""

    rules: list[RuleShape]


class GrantShape(Grounded):
    events: list[str]
    heads: list[str]
    when: list[ConditionShape] = []


class ClauseShape(Grounded):
    name_ja: str
    name_en: str
    always: bool = False
    grants: list[GrantShape] = []
    withdraws: list[GrantShape] = []


class ClausesFile(Grounded):
    """clauses.toml"""

    clauses: dict[str, ClauseShape]


class NotGrantedShape(GrantShape):
    reason_ja: str
    reason_en: str


class NotGrantedFile(Grounded):
    """not_granted.toml"""

    not_granted: list[NotGrantedShape] = []


class TariffFile(Grounded):
    """tariff.toml"""

    constants: dict[str, Value]
    business_income_bases: dict[str, Value] = {}


class CalendarShape(Grounded):
    group_year_month: Annotated[int, Field(ge=1, le=12)]
    group_year_day: Annotated[int, Field(ge=1, le=28)]
    start_hour: Annotated[int, Field(ge=0, le=23)]
    lag_months: Annotated[int, Field(ge=0, le=12)]
    quotation_valid_days: Annotated[int, Field(ge=1, le=366)]


class CalendarFile(Grounded):
    """calendar.toml"""

    calendar: CalendarShape


class CutOffShape(Grounded):
    months: Annotated[int, Field(ge=-12, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    move: Literal["previous", "next"]
    hour: Annotated[int, Field(ge=0, le=23)] | None = None


class ClosedDaysShape(Grounded):
    days: list[str]


class CutOffsFile(Grounded):
    """cutoffs.toml"""

    cutoffs: dict[str, CutOffShape]
    closed: ClosedDaysShape


class ChoiceShape(Shape):
    code: str
    label_ja: str
    label_en: str
    wants_detail: bool = False


class ConsequenceShape(Shape):
    effect: Literal["decline", "refer", "warn"]
    message_ja: str
    message_en: str


class DisclosureQuestionShape(Grounded):
    id: str
    text_ja: str
    text_en: str
    choices: list[ChoiceShape]
    consequences: dict[str, ConsequenceShape] = {}


class DisclosureFile(Grounded):
    """disclosure.toml"""

    version: str
    questions: list[DisclosureQuestionShape]


KeepsWord = Literal["months_begun", "from_inception", "nothing", "everything"]


class PartYearFile(Grounded):
    """part_year.toml"""

    keeps: dict[str, KeepsWord]
    by_fraud: KeepsWord


class LifeChangeShape(Grounded):
    roles: list[str]
    second_person: bool = False


class LifeMembershipShape(Grounded):
    evidence_days: int


class LifeRenewalShape(Grounded):
    offer_months: int
    no_answer: Literal["ends"]


class LifeFile(Grounded):
    """life.toml"""

    changes: dict[str, LifeChangeShape]
    backdating_days: dict[str, int]
    membership: LifeMembershipShape
    renewal: LifeRenewalShape


class LimitBasisShape(Sentence, Grounded):
    pass


class CertificatePaperShape(Grounded):
    issuer_ja: str | None = None
    issuer_en: str | None = None
    emergency_number: str | None = None


class SectionShape(Grounded):
    code: str
    title_ja: str
    title_en: str
    paragraphs: list[Sentence]


CoverageName = Literal["liability", "expense", "business_income"]


class RiskShape(Shape):
    coverage: CoverageName
    title: Sentence
    examples: list[Sentence] = []


class ResponseShape(Shape):
    coverage: CoverageName
    steps: list[Sentence]


class BrochureShape(Grounded):
    headline: Sentence
    lead: Sentence
    background_title: Sentence
    background: Sentence
    risks_title: Sentence
    risks: list[RiskShape]
    responses_title: Sentence
    responses: list[ResponseShape]
    responses_note: Sentence
    cases_title: Sentence
    cases_note: Sentence
    closing: Sentence
    options_notes: list[Sentence] = []
    plan_notes: dict[str, Sentence]
    examples_note: Sentence
    industry_names: dict[str, Sentence] = {}


class PapersFile(Grounded):
    """papers.toml"""

    version: str
    limit_bases: dict[str, LimitBasisShape]
    certificate: CertificatePaperShape
    contract_summary: list[SectionShape] = []
    warning_information: list[SectionShape] = []
    brochure: BrochureShape | None = None


class AnswerShape(Shape):
    code: str
    label_ja: str
    label_en: str
    share: Annotated[int, Field(ge=1, le=100)]


class QuestionShape(Grounded):
    id: str
    text_ja: str
    text_en: str
    short_ja: str
    short_en: str
    points: Annotated[int, Field(ge=1)]
    evidence: str = ""
    answers: list[AnswerShape]


class FactShape(Grounded):
    code: str
    text_ja: str
    text_en: str
    short_ja: str | None = None
    short_en: str | None = None


class StepShape(Grounded):
    points: Annotated[int, Field(ge=1)]
    discount: Annotated[int, Field(ge=1, le=100)]


class KnockOutWhen(Shape):
    fact: str | None = None
    lacking: str | None = None


class KnockOutShape(Grounded):
    code: str
    when: KnockOutWhen
    part_a_at_most: int
    message_ja: str
    message_en: str


class NotWith(Shape):
    fact: str
    full: str


class CertificateShape(Grounded):
    kind: str
    part_b: str
    discount: int
    name_ja: str
    name_en: str
    short_ja: str
    short_en: str
    needs: list[Literal["number", "expires", "issued"]]
    valid_years: int | None = None
    since: Annotated[datetime.date | None, Field(alias="from")] = None
    not_with: NotWith | None = None


class CapShape(Grounded):
    kinds: list[str]
    at_most: int


class LabelShape(Shape):
    label_ja: str
    label_en: str


class LabelsShape(Shape):
    none: LabelShape
    unknown: LabelShape


class SheetFile(Grounded):
    """sheet.toml"""

    version: str
    name_ja: str
    name_en: str
    part_a_at_most: Value
    part_b_at_most: Value
    discount_at_most: Value
    step: Value
    labels: LabelsShape
    questions: list[QuestionShape]
    facts: list[FactShape] = []
    steps: list[StepShape]
    knock_outs: list[KnockOutShape] = []
    certificates: list[CertificateShape] = []
    certificate_caps: list[CapShape] = []
