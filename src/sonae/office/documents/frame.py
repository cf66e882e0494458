"""What every paper has around its content: whose it is, approval, the foot of the page, the figures of its texts.

A paper that sells is a solicitation document (募集文書): until the product carries an approval number that stands on
the day, 「見本・未承認」 is printed across every page.
"""

from datetime import date
from typing import Any, Final

from sonae.conditions import COVERAGES, Test
from sonae.office.documents.quotation_words import LIMIT_BASES, WORDS
from sonae.office.documents.words import Language, amount, day, hour, limit, say
from sonae.product import Product, Text


def frame(product: Product, made_on: date, language: Language, *, sells: bool) -> dict[str, Any]:
    """The parts of a paper's data that every template reads."""
    approved = is_approved(product, made_on)
    approval = ""
    if approved and sells:
        approval = f"{say(WORDS['approval'], language)} {product.approval_no}"
        if product.approval_valid_until is not None:
            until = say(WORDS["until"], language)
            approval += f"（{day(product.approval_valid_until, language)}{until}）"
    insurer = say(product.insurer, language)
    return {
        "language": language,
        "federation": say(product.federation, language),
        "author": say(product.federation, language),
        "plan_title": plan_title(product, language),
        "sample": say(WORDS["sample"], language) if sells and not approved else None,
        "approval": approval,
        "insurer": f"{say(WORDS['insurer'], language)}{say(WORDS['colon'], language)}{insurer}" if insurer else "",
        "page": say(WORDS["page"], language),
        "identity": f"{product.id} · sha256:{product.hash}",
        "keywords": [],
    }


def is_approved(product: Product, made_on: date) -> bool:
    """Whether a paper that sells carries an approval that stands on this day."""
    until = product.approval_valid_until
    return product.approval_no is not None and (until is None or made_on <= until)


def plan_title(product: Product, language: Language) -> str:
    """The plan's name without the federation's, which stands above it."""
    return say(product.name, language).removeprefix(say(product.federation, language)).lstrip(" 　:：")


def limit_basis(product: Product, coverage: str, language: Language) -> str:
    """「1請求・補償期間中」: to what a limit applies, from the product's papers, else as the brochure has it."""
    if product.papers is not None and coverage in product.papers.limit_bases:
        return say(product.papers.limit_bases[coverage].words, language)
    return say(LIMIT_BASES[coverage], language)


def total_discount(product: Product) -> int:
    """The largest discount in whole percent: group and security multiply (1 − 0.8 × 0.4 is 68 %), rounded down."""
    group = product.constants["group_discount"].value
    most = product.sheet.discount_at_most if product.sheet is not None else 0
    return (10_000 - (100 - group) * (100 - most)) // 100


def business_income_ceiling(product: Product) -> int | None:
    """The annual sales in yen up to which the business-income rider can be attached; None without a ceiling."""
    rider = product.rider_rating("business_income")
    if rider is None:
        return None
    conditions = [condition for rule in rider.rules for condition in rule.when]
    return min((each.parameter for each in conditions if each.test is Test.sales_at_most), default=None)


def example_discount(product: Product) -> int:
    """The security discount of the printed examples in whole percent; all examples of a brochure share one."""
    discounts = {example.security_discount for example in product.examples}
    return discounts.pop() if len(discounts) == 1 else 0


def fill(product: Product, text: Text, language: Language) -> str:
    """A text with the figures that it names in braces (`papers.FIGURES`) put into words."""
    sheet = product.sheet
    ceiling = business_income_ceiling(product)
    figures: Final = {
        "federation": say(product.federation, language),
        "plan": plan_title(product, language),
        "insurer": say(product.insurer, language),
        "wording": say(product.wording, language),
        "start_hour": hour(product.calendar.start_hour, language),
        "group_discount": f"{product.constants['group_discount'].value}%",
        "security_discount": f"{sheet.discount_at_most if sheet else 0}%",
        "total_discount": f"{total_discount(product)}%",
        "example_discount": f"{example_discount(product)}%",
        "business_income_ceiling": "" if ceiling is None else amount(ceiling, language),
        "minimum": amount(product.constants["minimum"].value, language),
        "unit": amount(product.constants["unit"].value, language),
    }
    filled = say(text, language)
    for name, value in figures.items():
        filled = filled.replace("{" + name + "}", value)
    return filled


def limits_of_sets(product: Product, language: Language) -> dict[str, Any]:
    """The table of the sets: their limits by coverage, as printed; a free set says so."""
    sets = list(product.sets.values())
    coverages = [coverage for coverage in COVERAGES if product.menus.get(coverage)]
    return {
        "sets": [say(each.name, language) for each in sets],
        "rows": [
            {
                "coverage": coverage,
                "limits": [
                    "" if each.free else limit(each.limits[coverage], language) if each.limits.get(coverage) else "－"
                    for each in sets
                ],
            }
            for coverage in coverages
        ],
        "free": [each.free for each in sets],
        "deductible": say(WORDS["none"], language) if not any(any(each.deductibles.values()) for each in sets) else "",
    }
