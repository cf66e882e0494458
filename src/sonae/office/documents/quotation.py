"""The quotation paper (見積書): what was asked, what it costs, what it pays for, and how the figure came about.

The paper prints a stored answer; it prices nothing. It is a solicitation document (募集文書): until the product
carries an approval number that stands on the day, 「見本・未承認」 is printed across every page.
"""

from datetime import date, datetime
from typing import Any, Final

from sonae.conditions import COVERAGES
from sonae.office.documents.cover import cover, coverage_name
from sonae.office.documents.frame import frame, limit_basis
from sonae.office.documents.premium_page import premium_page
from sonae.office.documents.quotation_words import WORDS
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import (
    Language,
    amount,
    cited,
    day,
    figure,
    hour,
    limit,
    mark,
    say,
    sized,
)
from sonae.period import japanese_day
from sonae.product import Product
from sonae.quotation import Finding, StoredAnswer, security_discount
from sonae.risk import QuotationRequest
from sonae.selection import Selection, select

_NOTES: Final = ("reconstruction", "asked_at_application")
_INCOME_NOTES: Final = ("waiting_time", "own_shutdown", "outsourced_outage")
_LAST_NOTES: Final = ("dispute_resolution",)
"""The product's notes that the paper carries, where the product has them; the middle ones with business income."""


class OtherProduct(ValueError):
    """The answer was not given by this product: its hash is another's."""


def quotation_paper(
    product: Product,
    request: QuotationRequest,
    answer: StoredAnswer,
    *,
    addressee_name: str,
    corporate_number: str | None = None,
    agency_name: str,
    solicitor_name: str | None = None,
    solicitor_registration: str | None = None,
    language: Language = "ja",
) -> bytes:
    """The paper of a stored quotation as PDF/A-2b and PDF/UA-1 on A4; the same arguments give the same bytes.

    Names are printed code point for code point. Raises MissingGlyph, OtherProduct.
    """
    if answer.product.hash != product.hash:
        raise OtherProduct(f"{answer.product.id} {answer.product.hash} is not {product.id} {product.hash}")
    moment = datetime.fromisoformat(answer.created_at)
    paper = _first_page(product, request, answer, japanese_day(moment), language)
    paper |= {
        "addressee": _addressee(addressee_name, corporate_number, language),
        "agency": _agency(agency_name, solicitor_name, solicitor_registration, language),
        "work": None if answer.refused else premium_page(product, answer, language),
    }
    return typeset("quotation", paper, moment)


def _addressee(addressee_name: str, corporate_number: str | None, language: Language) -> dict[str, Any]:
    return sized(addressee_name, ((18, 15), (48, 12), (120, 9), (0, 7))) | {
        "honorific": say(WORDS["honorific"], language),
        "number": f"{say(WORDS['corporate_number'], language)} {corporate_number}" if corporate_number else "",
    }


def _agency(agency: str, solicitor: str | None, registration: str | None, language: Language) -> list[Any]:
    named = {"agency": agency, "solicitor": solicitor, "registration": registration}
    sizes = ((40, 8), (80, 6.5), (0, 5))
    return [[say(WORDS[key], language), sized(text, sizes)] for key, text in named.items() if text]


def _first_page(
    product: Product, request: QuotationRequest, answer: StoredAnswer, made_on: date, language: Language
) -> dict[str, Any]:
    def word(key: str) -> str:
        return say(WORDS[key], language)

    selection = select(product, request)
    last_day = day(date.fromisoformat(answer.valid_until), language)
    return frame(product, made_on, language, sells=True) | {
        "paper": word("paper"),
        "number": answer.id,
        "meta": [
            [word("number"), answer.id],
            [word("made_on"), day(made_on, language)],
            *([] if answer.refused else [[word("valid_until"), f"{last_day}{word('until')}"]]),
        ],
        "result": _result(product, request, answer, language),
        "terms_title": word("asked" if answer.refused else "terms"),
        "terms": _terms(product, request, selection, language),
        "limits": _limits(product, request, selection, language),
        "cover_title": word("cover"),
        "cover_head": [word("event"), *(coverage_name(each, language) for each in COVERAGES)],
        "cover": None if answer.refused else cover(product, selection, request.set, language),
        "cover_words": {key: word(key) for key in ("paid_title", "left_out_title", "left_out_none", "dash", "colon")},
        "notes_title": word("notes"),
        "findings": _findings(product, answer, language),
        "notes": [
            say(product.notes[key], language)
            for key in (*_NOTES, *(_INCOME_NOTES if selection.business_income else ()), *_LAST_NOTES)
            if key in product.notes and not answer.refused
        ],
    }


def _result(product: Product, request: QuotationRequest, answer: StoredAnswer, language: Language) -> dict[str, Any]:
    """The one figure, or that there is none and why."""
    if answer.premium is None:
        declined = [finding for finding in answer.findings if finding.effect == "decline"]
        return {
            "kind": "refused",
            "label": say(WORDS["refused"], language),
            "lead": say(WORDS["refused_lead"], language),
            "reasons": [_finding(product, finding, language) for finding in declined],
        }
    group = product.constants["group_discount"].value
    security = security_discount(product, request)
    by_name = {line.line: line.value for line in answer.worksheet}
    evidence = "sheet_answered" if request.sheet else "sheet_assumed" if security else "sheet_none"
    return {
        "kind": "referred" if answer.referred else "priced",
        "label": say(WORDS["premium_referred" if answer.referred else "premium"], language),
        "figure": figure(answer.premium),
        "unit": say(WORDS["yen"], language),
        "under": _under(product, request, answer, language),
        "discounts": [
            [say(WORDS["before"], language), "", figure(by_name["subtotal"])],
            [
                say(WORDS["group_discount"], language),
                f"{group}%",
                figure(by_name["after_group_discount"] - by_name["subtotal"]),
            ],
            [
                say(WORDS["security_discount"], language),
                f"{security}%",
                figure(by_name["after_security_discount"] - by_name["after_group_discount"]),
            ],
        ],
        "discount_note": say(WORDS[evidence], language),
    }


def _under(product: Product, request: QuotationRequest, answer: StoredAnswer, language: Language) -> list[str]:
    """What the figure is, and what it is not yet."""
    start, end = _period(product, request.inception)
    words = ["yearly"]
    if (end.year, end.month, end.day) < (start.year + 1, start.month, start.day):
        words.append("part_year")
    if answer.referred:
        words.append("referred_lead")
    return [say(WORDS[word], language) for word in words]


def _terms(
    product: Product, request: QuotationRequest, selection: Selection, language: Language
) -> list[list[list[str]]]:
    """What was asked, by its official names: labels and values, each as its lines."""
    between = say(WORDS["between"], language)
    rows = [
        ["product", between.join((say(product.year, language), say(product.wording, language)))],
        ["plan", between.join((say(selection.plan.name, language), say(product.sets[request.set].name, language)))],
        ["riders", "\n".join(say(product.riders[code].name, language) for code in selection.riders)],
        ["industry", between.join((request.industry, say(selection.industry.name, language)))],
        ["sales", f"{amount(request.annual_sales, language)}{say(WORDS['sales_basis'], language)}"],
    ]
    if selection.it_sales:
        rows.append(["it_sales", amount(selection.it_sales, language)])
    start, end = _period(product, request.inception)
    at = hour(product.calendar.start_hour, language)
    if language == "en":
        period = f"{day(start, language)}, {at} to {day(end, language)}, {at}"
    else:
        period = f"{day(start, language)}{at}から\n{day(end, language)}{at}まで"
    rows.append(["period", period])
    none = say(WORDS["none"], language)
    return [[say(WORDS[key], language).split("\n"), (text or none).split("\n")] for key, text in rows]


def _period(product: Product, inception: date | None) -> tuple[date, date]:
    """From the inception to the group's common expiry, the next start of a group year."""
    assert inception is not None, "a door sets the inception"
    month, first = product.calendar.group_year_month, product.calendar.group_year_day
    expiry = date(inception.year, month, first)
    return inception, expiry if inception < expiry else date(inception.year + 1, month, first)


def _limits(product: Product, request: QuotationRequest, selection: Selection, language: Language) -> dict[str, Any]:
    """Limits of liability in the form of the brochure, 「1請求・補償期間中1億円」, and the deductibles."""
    limits = {
        "liability": selection.liability,
        "expense": selection.expense,
        "business_income": selection.business_income,
    }
    deductibles = product.sets[request.set].deductibles
    rows = []
    for coverage in COVERAGES:
        if coverage not in product.menus:
            continue
        yen, own_share = limits[coverage], deductibles.get(coverage, 0)
        rows.append(
            {
                "coverage": coverage_name(coverage, language),
                "colour": coverage,
                "basis": limit_basis(product, coverage, language) if yen else "",
                "limit": limit(yen, language) if yen else say(WORDS["no_cover"], language),
                "deductible": ""
                if not yen
                else amount(own_share, language)
                if own_share
                else say(WORDS["none"], language),
                "absent": not yen,
            }
        )
    return {
        "title": say(WORDS["limits"], language),
        "head": [say(WORDS[key], language) for key in ("coverage", "limit", "deductible")],
        "rows": rows,
    }


def _findings(product: Product, answer: StoredAnswer, language: Language) -> list[dict[str, Any]]:
    """Referrals and warnings, each sentence once, referrals first."""
    seen: dict[str, dict[str, Any]] = {}
    spoken = [finding for finding in answer.findings if finding.effect != "decline"]
    for finding in sorted(spoken, key=lambda finding: finding.effect != "refer"):
        shown = _finding(product, finding, language)
        seen.setdefault(shown["message"], shown)
    return list(seen.values())


def _finding(product: Product, finding: Finding, language: Language) -> dict[str, Any]:
    basis = next((rule.basis for rule in product.rules if rule.code == finding.code), None)
    return {
        "tone": finding.effect,
        "message": finding.message_en if language == "en" else finding.message,
        "source": cited(product, finding.source, language),
        "mark": mark(basis.status, language) if basis else None,
    }
