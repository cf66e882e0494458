"""A quotation (見積): eligibility, then the discount, then the premium with its worksheet.

One function answers for every door. The same request, product and moment give the same answer, to the byte.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from sonae.conditions import Test
from sonae.discount import Discount, judge
from sonae.eligibility import RuleTable, Standing, lay_out, narrow, rules_that_speak
from sonae.explanation import explain
from sonae.money import half_up
from sonae.period import next_possible_start
from sonae.product import DiscountSheet, Effect, Product, Rule
from sonae.rating import Lines, price
from sonae.risk import QuotationRequest, Sheet, understood
from sonae.selection import Selection, select
from sonae.worksheet import Line

SAYINGS = (
    "reconstruction",
    "asked_at_application",
    "discount_not_evidenced",
    "certificate_expired",
    "certificate_too_old",
    "certificate_not_yet_issued",
    "certificate_not_yet_started",
    "certificate_counted_in_part_a",
    "answer_counted_as_certificate",
    "inception_not_first_of_month",
    "inception_too_early",
)
"""The notes that every product must bring, for answers say them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the product's rules say about a request, with its effect and its reason."""

    code: str
    effect: Effect
    message: str
    message_en: str
    source: str
    pointer: str


@dataclass(frozen=True, slots=True)
class ProductRef:
    """The product year that gave an answer, by name and by the hash of its files."""

    id: str
    hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a quotation request. `premium` is yearly, in yen; None when the request is refused.

    `indicative` is always true: the tariff is a reconstruction, not the insurer's.
    """

    premium: int | None
    currency: str
    indicative: Literal[True]
    product: ProductRef
    request: dict[str, Any]
    worksheet: tuple[Line, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether a rule declined the request."""
        return self.premium is None

    @property
    def referred(self) -> bool:
        """Whether the price is 概算 because a person of the insurer must decide."""
        return any(finding.effect == "refer" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class StoredAnswer(Answer):
    """An answer that was stored: with its id and until when it stands."""

    id: str
    created_at: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A product laid out for many quotations."""

    rules: RuleTable
    industry_marks: dict[str, int]
    plan_numbers: dict[str, int]
    rider_bits: dict[str, int]
    reference: ProductRef
    narrowed: dict[tuple[str, str, int, tuple[str, ...]], tuple[RuleTable, Standing]]
    """The rule table by industry, plan, set and riders, and the standing without amounts; filled as they are asked."""


@lru_cache(maxsize=16)
def prepare(product: Product) -> Prepared:
    """Lay a product out once; products are immutable, so the result can be kept."""
    rules, marks = lay_out(product)
    return Prepared(
        rules=rules,
        industry_marks=marks,
        plan_numbers={code: number for number, code in enumerate(product.plans)},
        rider_bits={code: 1 << number for number, code in enumerate(product.riders)},
        reference=ProductRef(product.id, product.hash),
        narrowed={},
    )


def quote(product: Product, request: QuotationRequest, moment: datetime) -> Answer:
    """Price a request, or refuse it with reasons.

    The request has been read at a door: its words are the product's and its inception is set.
    `moment` is when it was asked; only the finding on the next possible start looks at it.
    """
    assert request.inception is not None, "a door sets the inception"
    selection = select(product, request)
    spoken = _rules(product, request, selection)
    discount = _discount(product.sheet, request.sheet, request.inception)
    findings = [_finding(rule, request, selection) for rule in spoken]
    findings += _about_discount(product, request, discount)
    findings += _about_inception(product, request.inception, moment)
    worksheet: tuple[Line, ...] = ()
    premium = None
    if not any(finding.effect == "decline" for finding in findings):
        security_discount = request.sheet_discount or 0 if discount is None else discount.total
        lines = price(product.tariff, selection.rates, request.annual_sales, selection.it_sales, security_discount)
        worksheet = explain(product, selection, request.annual_sales, security_discount, lines)
        premium = lines.annual_premium
    return Answer(
        premium=premium,
        currency=product.currency,
        indicative=True,
        product=prepare(product).reference,
        request=understood(request),
        worksheet=worksheet,
        findings=tuple(findings),
    )


def lines_of(product: Product, request: QuotationRequest) -> Lines | None:
    """Only the thirteen figures of a request, for comparisons; None when a rule declines it."""
    selection = select(product, request)
    if any(rule.effect == "decline" for rule in _rules(product, request, selection)):
        return None
    discount = security_discount(product, request)
    return price(product.tariff, selection.rates, request.annual_sales, selection.it_sales, discount)


def annual_premium(product: Product, request: QuotationRequest) -> int | None:
    """The yearly premium of a request alone, in yen; None when a rule declines it."""
    lines = lines_of(product, request)
    return None if lines is None else lines.annual_premium


def security_discount(product: Product, request: QuotationRequest) -> int:
    """The security discount of a request in whole percent: what its sheet earns, or what the estimate assumes."""
    assert request.inception is not None, "a door sets the inception"
    judged = _discount(product.sheet, request.sheet, request.inception)
    return request.sheet_discount or 0 if judged is None else judged.total


def stored(answer: Answer, quotation_id: str, created_at: str, valid_until: str) -> StoredAnswer:
    """The answer as it is stored, with its id and validity (ISO 8601)."""
    parts = {part.name: getattr(answer, part.name) for part in fields(Answer)}
    return StoredAnswer(**parts, id=quotation_id, created_at=created_at, valid_until=valid_until)


def _discount(sheet: DiscountSheet | None, answered: Sheet | None, inception: date) -> Discount | None:
    return None if sheet is None or answered is None else judge(sheet, answered, inception)


def _rules(product: Product, request: QuotationRequest, selection: Selection) -> list[Rule]:
    """The product's rules that speak about this request, in the product's order."""
    prepared = prepare(product)
    key = (request.industry, request.plan, request.set, selection.riders)
    narrowed = prepared.narrowed.get(key)
    if narrowed is None:
        narrowed = prepared.narrowed[key] = _narrowed(prepared, *key, selection.industry.gross_margin)
    table, frame = narrowed
    standing = Standing(
        frame.plan,
        frame.set,
        frame.riders,
        frame.industry_marks,
        request.annual_sales,
        0 if request.it_sales is None else 1,
        selection.liability,
        selection.expense,
        selection.business_income,
        frame.gross_margin,
    )
    bits = rules_that_speak(table, standing)
    if bits == 0:
        return []
    return [rule for number, rule in enumerate(product.rules) if bits >> number & 1]


def _narrowed(
    prepared: Prepared, industry: str, plan: str, set_number: int, riders: tuple[str, ...], gross_margin: int
) -> tuple[RuleTable, Standing]:
    """The rules that plan, set, riders and industry leave open. There are a few thousand combinations at most."""
    frame = Standing(
        plan=prepared.plan_numbers[plan],
        set=set_number,
        riders=sum(prepared.rider_bits[code] for code in riders),
        industry_marks=prepared.industry_marks[industry],
        annual_sales=0,
        it_sales_given=0,
        liability=0,
        expense=0,
        business_income=0,
        gross_margin=gross_margin,
    )
    return narrow(prepared.rules, frame), frame


def _finding(rule: Rule, request: QuotationRequest, selection: Selection) -> Finding:
    ja, en = rule.message.ja, rule.message.en
    if "{figure}" in ja:
        figure = _figure(rule, request, selection)
        ja, en = ja.replace("{figure}", f"{figure:,}"), en.replace("{figure}", f"{figure:,}")
    return Finding(rule.code, rule.effect, ja, en, rule.basis.cited, rule.pointer)


def _figure(rule: Rule, request: QuotationRequest, selection: Selection) -> int:
    """The yen figure that a margin rule compares the limit with, rounded half up for the reader."""
    condition = next(condition for condition in rule.when if condition.test is Test.limit_over_margin)
    _, days, times, parts = condition.parameter
    margin = request.annual_sales * selection.industry.gross_margin * days * times
    return half_up(margin, 365 * 100 * parts)


def _about_discount(product: Product, request: QuotationRequest, discount: Discount | None) -> list[Finding]:
    """That an assumed discount is no evidence, which weaknesses hold part A down, which papers do not count."""
    sheet = product.sheet
    if sheet is None:
        return []
    if discount is None:
        if request.sheet_discount is None:
            return []
        note = product.notes["discount_not_evidenced"]
        return [Finding("discount_not_evidenced", "warn", note.ja, note.en, sheet.basis.cited, "/sheet_discount")]
    findings = []
    for knock_out in discount.knock_outs:
        place = f"/sheet/answers/{knock_out.lacking}" if knock_out.lacking else f"/sheet/facts/{knock_out.fact}"
        message = knock_out.message
        findings.append(Finding(knock_out.code, "warn", message.ja, message.en, sheet.basis.cited, place))
    for question in discount.moved:
        note = product.notes["answer_counted_as_certificate"]
        place = f"/sheet/answers/{question}"
        findings.append(Finding("answer_counted_as_certificate", "warn", note.ja, note.en, sheet.basis.cited, place))
    for uncounted in discount.uncounted:
        note = product.notes[f"certificate_{uncounted.reason}"]
        place = f"/sheet/certificates/{uncounted.position}"
        findings.append(Finding(f"certificate_{uncounted.reason}", "warn", note.ja, note.en, sheet.basis.cited, place))
    return findings


def _about_inception(product: Product, inception: date, moment: datetime) -> list[Finding]:
    """A day on which no cover can start is priced all the same, and said."""
    calendar = product.calendar
    findings = []
    if inception.day != 1:
        note = product.notes["inception_not_first_of_month"]
        findings.append(
            Finding("inception_not_first_of_month", "warn", note.ja, note.en, calendar.basis.cited, "/inception")
        )
    start = next_possible_start(moment, calendar.lag_months)
    if inception < start:
        note = product.notes["inception_too_early"]
        ja = note.ja.replace("{start}", f"{start.year}年{start.month}月{start.day}日")
        en = note.en.replace("{start}", start.isoformat())
        findings.append(Finding("inception_too_early", "warn", ja, en, calendar.basis.cited, "/inception"))
    return findings
