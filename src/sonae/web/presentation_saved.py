"""A stored quotation as a page shows it: what was answered, then and with that product, and nothing newer."""

from datetime import date
from typing import Any

from sonae.product import Product
from sonae.quotation import StoredAnswer, security_discount
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.web.presentation import Language, amount, day, figure, hour, limit, notes, say
from sonae.web.presentation_cover import cover_notes, cover_shown
from sonae.web.presentation_prices import cell_name, coverage_word
from sonae.web.presentation_worksheet import composition, worksheet


def saved_shown(
    product: Product, request: QuotationRequest, answer: StoredAnswer, language: Language
) -> dict[str, Any]:
    """Everything the templates of a stored quotation show."""
    assert request.inception is not None, "a stored request names its inception"
    selection = select(product, request)
    limits = {
        "liability": selection.liability,
        "expense": selection.expense,
        "business_income": selection.business_income,
    }
    none = "none" if language == "en" else "なし"
    pieces = [
        f"{coverage_word(one, language, short=True)}{' ' if language == 'en' else ''}"
        f"{limit(yen, language) if yen else none}"
        for one, yen in limits.items()
    ]
    words: dict[str, Any] = {
        "product_name": say(product.name, language),
        "year": say(product.year, language),
        "chosen_name": cell_name(product, (request.set, request.plan), language),
        "chosen_limits": (", " if language == "en" else "・").join(pieces),
        "industry": f"{request.industry} {say(selection.industry.name, language)}",
        "sales": amount(request.annual_sales, language),
        "it_sales": amount(request.it_sales, language) if request.it_sales else "",
        "riders": [say(product.riders[code].name, language) for code in selection.riders],
        "inception": day(request.inception, language),
        "from_hour": hour(product.calendar.start_hour, language),
        "valid_until": day(date.fromisoformat(answer.valid_until), language),
        "discount": security_discount(product, request),
        "assumed_discount": request.sheet_discount is not None,
        "notices": notes(product, [one for one in answer.findings if one.effect != "decline"], language),
        "declines": notes(product, [one for one in answer.findings if one.effect == "decline"], language),
        "cover": cover_shown(product, request.plan, request.set, selection.riders, limits, language),
        "cover_notes": cover_notes(product, limits, language),
        "disclaimer": say(product.notes["reconstruction"], language),
        "asked_at_application": say(product.notes["asked_at_application"], language),
        "approved": product.approval_no is not None,
    }
    if answer.premium is not None:
        words |= {
            "premium": figure(answer.premium),
            "referred": answer.referred,
            "worksheet": worksheet(product, answer.worksheet, language),
            "composition": composition(product, answer.worksheet, language),
        }
    return words
