"""One product year (商品), as plain frozen values.

A product is data: plans, sets, riders, clauses, covered events, heads of loss, rules, tariff, discount sheet
and calendar, each value with its source and status. `doors.folder` reads these types from a folder of TOML
and CSV files and refuses a folder whose values do not fit together; `proof` enumerates what it grants.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sonae.cases import KnownCase
from sonae.conditions import Condition, hold_for_terms
from sonae.papers import Papers
from sonae.rating import Tariff
from sonae.scheme import Calendar as Calendar
from sonae.scheme import CutOffs, Disclosure, Life, PartYear
from sonae.scheme import Effect as Effect
from sonae.scheme import Text as Text
from sonae.settlement_rules import Settlement
from sonae.worksheet import Basis


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from: a brochure, a published page, a reconstruction, a judgement."""

    key: str
    title: Text
    where_found: str


@dataclass(frozen=True, slots=True)
class Industry:
    """A rating class of businesses (業種).

    `core_base` is the yearly premium in yen of the first plan at sales factor 1 with limit factors 1, before
    discounts. `factors` are named plan factors in ten-thousandths, `marks` the columns that rules look at.
    `gross_margin` is in whole percent of sales.
    """

    code: str
    jsic: str
    name: Text
    core_base: int
    factors: Mapping[str, int]
    business_income_class: str
    it_industry: bool
    gross_margin: int
    marks: Mapping[str, str]
    basis: Basis
    factor_bases: Mapping[str, Basis]
    other_basis: Basis


@dataclass(frozen=True, slots=True)
class IndustryName:
    """A name that people type for an industry (町工場), with its reading in hiragana."""

    code: str
    name: str
    reading: str


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One row of a curve or a menu: an amount in yen and its factor in ten-thousandths."""

    at: int
    factor: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Constant:
    """One whole number of the tariff, with its basis."""

    value: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan (ベーシック, ワイド): the clauses it attaches, and its factor on liability and expense.

    `factor_name` names a column of the industries; None means a factor of 1.
    `it_base` is the base of the IT rider's premium in yen under this plan.
    """

    code: str
    name: Text
    tagline: Text
    clauses: tuple[str, ...]
    factor_name: str | None
    it_base: Constant | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Set:
    """An enrolment set (加入セット): limits and deductible per coverage in yen, and riders it must carry.

    In a free set the limits are the brochure's example, and the member chooses from the menus.
    """

    number: int
    name: Text
    free: bool
    limits: Mapping[str, int]
    deductibles: Mapping[str, int]
    attaches: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Rule:
    """A product rule: when all its conditions hold, the finding stands, with its effect and its reason.

    `pointer` names the field of the request that the finding is about.
    """

    code: str
    effect: Effect
    when: tuple[Condition, ...]
    message: Text
    pointer: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Rider:
    """A rider (特約) that a member may choose or a set attaches.

    `rates` says which lines of the premium it opens; `plan_factor_name` replaces the plan's factor by another
    column of the industries; `business_income_factor` (ten-thousandths) multiplies the business-income line.
    `legal` are those of its needs that look only at plan, set and riders.
    """

    code: str
    name: Text
    plain: Text
    clause: str | None
    rates: Literal["business_income", "it_business"] | None
    plan_factor_name: str | None
    business_income_factor: Constant | None
    needs: tuple[Condition, ...]
    rules: tuple[Rule, ...]
    basis: Basis

    def may_join(self, plan: str, set_number: int, riders: Iterable[str]) -> bool:
        """Whether this rider may stand in such a combination, as far as plan, set and riders decide it."""
        return hold_for_terms(self.needs, plan, set_number, tuple(riders))


@dataclass(frozen=True, slots=True)
class CoveredEvent:
    """A covered event (対象となる事由): what must have happened."""

    code: str
    number: str
    name: Text
    plain: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class HeadOfLoss:
    """A head of loss (費目): one kind of loss, under one coverage.

    Amounts in yen, `ratio` in whole percent. `within_limit` False means paid on top of the coverage's limit.
    `sublimit_basis` are the words of what the sublimit holds for: `per_demand`, `per_incident`, `aggregate`.
    `basis` speaks of the name and coverage, `terms_basis` of sublimit, caps per victim and approval.
    """

    code: str
    number: str
    coverage: str
    name: Text
    plain_ja: str
    within_limit: bool
    needs_prior_approval: bool
    sublimit: int | None
    sublimit_basis: str
    per_victim: Mapping[str, int]
    ratio: int
    basis: Basis
    terms_basis: Basis
    ratio_basis: Basis

    @property
    def sublimit_is_aggregate(self) -> bool:
        """Whether what is paid uses the sublimit up for the rest of the policy period."""
        return "aggregate" in self.sublimit_basis


@dataclass(frozen=True, slots=True)
class Grant:
    """Cells of covered event × head of loss that a clause opens (or takes away) under conditions."""

    events: tuple[str, ...]
    heads: tuple[str, ...]
    when: tuple[Condition, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the wording (特約): it grants cells; a clause may also withdraw what others grant."""

    code: str
    name: Text
    always: bool
    grants: tuple[Grant, ...]
    withdraws: tuple[Grant, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class NotGranted:
    """Cells that the product knowingly leaves out under conditions, with the reason a member is given."""

    events: tuple[str, ...]
    heads: tuple[str, ...]
    when: tuple[Condition, ...]
    reason: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class PrintedMark:
    """One ○ or × as the brochure prints it: a coverage's event, or a head, under a plan.

    `mark` is `yes`, `no`, the code of the rider that turns the no into a yes, or `RIDER without OTHER`.
    """

    coverage: str
    kind: Literal["event", "head"]
    code: str
    plan: str
    mark: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """A named answer to a question of the sheet; `share` is the whole percent of the points that it earns."""

    code: str
    label: Text
    share: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question of part A of the discount sheet, with its points and answers."""

    id: str
    text: Text
    short: Text
    points: int
    answers: tuple[AnswerChoice, ...]
    evidence: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class SheetFact:
    """A fact asked beside part A. `short` says how to mend it, where it can be mended."""

    code: str
    text: Text
    short: Text | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder: from so many points of part A, so many percent."""

    points: int
    discount: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class KnockOut:
    """A weakness that holds part A down to `part_a_at_most` percent, whatever the points.

    It applies when the fact (if named) is true and the question (if named) is answered none, unknown or not at all.
    """

    code: str
    fact: str | None
    lacking: str | None
    part_a_at_most: int
    message: Text


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """A kind of paper in part B and what it earns, in whole percent.

    `needs` are the fields it must carry. `valid_years` is for papers that carry their day of issue.
    `since` is the first inception day on which it counts. `not_with` (fact, question): it does not count when
    the fact is true and that question earned its points in full, for the same contract is not counted twice.
    """

    kind: str
    part_b: str
    discount: int
    name: Text
    short: Text
    needs: tuple[str, ...]
    valid_years: int | None
    since: date | None
    not_with: tuple[str, str] | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class CertificateCap:
    """Papers that together earn at most so many percent."""

    kinds: tuple[str, ...]
    at_most: int


@dataclass(frozen=True, slots=True, eq=False)
class DiscountSheet:
    """The discount sheet (割引確認シート) of this product year. Discounts in whole percent.

    Like a product a sheet is the same only as the same object, so that its tables can be kept.
    """

    version: str
    name: Text
    questions: tuple[Question, ...]
    facts: tuple[SheetFact, ...]
    steps: tuple[Step, ...]
    knock_outs: tuple[KnockOut, ...]
    certificates: tuple[CertificateKind, ...]
    caps: tuple[CertificateCap, ...]
    none_label: Text
    unknown_label: Text
    part_a_at_most: int
    part_b_at_most: int
    discount_at_most: int
    step: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class PublishedExample:
    """A premium that the brochure prints, with what it is printed for. All in yen; the discount in percent."""

    industry: str
    annual_sales: int
    plan: str
    set: int
    limits: Mapping[str, int]
    riders: tuple[str, ...]
    it_sales: int | None
    security_discount: int
    premium: int
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Product:
    """A product year. `hash` is the content hash of its files; `valid_until` is open until a successor exists.

    Two products are the same only when they are the same object, so that prepared tables can be kept by product.
    """

    id: str
    hash: str
    scheme: str
    name: Text
    year: Text
    federation: Text
    insurer: Text
    wording: Text
    approval_no: str | None
    approval_valid_until: date | None
    valid_from: date
    valid_until: date | None
    currency: str
    notes: Mapping[str, Text]
    basis: Basis

    sources: Mapping[str, Source]
    industries: Mapping[str, Industry]
    industry_names: tuple[IndustryName, ...]
    plans: Mapping[str, Plan]
    sets: Mapping[int, Set]
    riders: Mapping[str, Rider]
    clauses: Mapping[str, Clause]
    not_granted: tuple[NotGranted, ...]
    printed_marks: tuple[PrintedMark, ...]
    events: Mapping[str, CoveredEvent]
    heads: Mapping[str, HeadOfLoss]
    rules: tuple[Rule, ...]
    sheet: DiscountSheet | None
    calendar: Calendar
    cutoffs: CutOffs | None
    disclosure: Disclosure | None
    part_year: PartYear | None
    life: Life | None
    papers: Papers | None
    settlement: Settlement | None
    examples: tuple[PublishedExample, ...]
    cases: tuple[KnownCase, ...]

    sales_curve: tuple[CurveRow, ...]
    it_sales_curve: tuple[CurveRow, ...]
    menus: Mapping[str, tuple[CurveRow, ...]]
    constants: Mapping[str, Constant]
    business_income_bases: Mapping[str, Constant]
    tariff: Tariff

    def menu_row(self, coverage: str, limit: int) -> CurveRow:
        """The row of a coverage's menu for this limit. KeyError when the limit is not on the menu."""
        for row in self.menus[coverage]:
            if row.at == limit:
                return row
        raise KeyError(f"{limit} is not on the menu of {coverage}")

    def rider_rating(self, lines: str) -> Rider | None:
        """The rider that opens these lines of the premium (`business_income`, `it_business`), if there is one."""
        for rider in self.riders.values():
            if rider.rates == lines:
                return rider
        return None

    def attached_riders(self, set_number: int, chosen: Iterable[str]) -> tuple[str, ...]:
        """The riders of a cover: those chosen and those the set attaches, in the product's order."""
        carried = {*chosen, *self.sets[set_number].attaches}
        return tuple(code for code in self.riders if code in carried)

    def attached_clauses(self, plan: str, riders: Iterable[str]) -> tuple[Clause, ...]:
        """The clauses of a cover: those always attached, the plan's, and the riders'."""
        carried = {*self.plans[plan].clauses, *(self.riders[code].clause for code in riders)}
        return tuple(clause for clause in self.clauses.values() if clause.always or clause.code in carried)

    def is_valid_on(self, day: date) -> bool:
        """Whether a cover that starts on this day is written under this product year."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)
