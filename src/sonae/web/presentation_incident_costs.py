"""What an incident would cost, as a page shows it: peril by peril, the typical and the severe case under each cover.

Amounts are rounded to ten thousand yen: an estimate must not look exact. Paid and left always sum to the loss shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sonae.office.incident_costs import FIRST, Assumption, Costs, assumptions
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.web.presentation import Language, amount, mark, say
from sonae.web.presentation_page import Asking
from sonae.web.presentation_prices import cell_name

if TYPE_CHECKING:
    from sonae.loss_model import LossModel
    from sonae.simulation_incident import IncidentCost, PerilLoss

_UNIT = 10_000
_WIDTH = 1000


def link(asking: Asking) -> str:
    """The address that shows the same company under the same covers; empty while there is nothing to ask.

    The answers of the sheet never stand in an address: what they come to does.
    """
    understood, entry = asking.understood, asking.entry
    request = next((one.request for one in asking.asked.values() if one.request is not None), None)
    if not understood.can_ask or request is None:
        return ""
    number, plan = asking.chosen
    words: list[tuple[str, Any]] = [
        ("industry", understood.industry), ("sales", understood.annual_sales), ("set", number), ("plan", plan),
    ]  # fmt: skip
    if understood.it_sales is not None:
        words.append(("it_sales", understood.it_sales))
    discount = known_discount(asking)
    if discount is not None:
        words.append(("discount", discount))
    words += [("rider", code) for code in entry.riders]
    words += [(f"limit-{coverage}", text) for coverage, text in entry.limits.items()]
    return "/incident-costs?" + urlencode(words)


def typed(product: Product, asking: Asking, language: Language) -> dict[str, str]:
    """The two fields as a person would write them: the industry's name, 億 and 万; and how they were read."""
    understood, entry = asking.understood, asking.entry
    code, sales = understood.industry, understood.annual_sales
    name = say(product.industries[code].name, language) if code else ""
    plain = entry.sales.isascii() and entry.sales.isdigit() and sales is not None
    written = entry.sales if sales is None or not plain else f"{sales:,}" if language == "en" else amount(sales, "ja")
    return {
        "industry": name if code and entry.industry == code else entry.industry, "read_industry": name,
        "sales": written, "read_sales": "" if sales is None else amount(sales, language),
    }  # fmt: skip


def known_discount(asking: Asking) -> int | None:
    """The security discount, assumed or earned by the sheet; None where nothing is known of the controls."""
    from sonae.quotation import security_discount

    for one in asking.asked.values():
        if one.request is not None and (one.request.sheet is not None or one.request.sheet_discount is not None):
            return security_discount(asking.product, one.request)
    return None


def costs_shown(
    product: Product, asking: Asking, requests: Sequence[QuotationRequest], found: Costs, language: Language
) -> dict[str, Any]:
    """Everything the fragment shows, ransomware first."""
    english = language == "en"
    model = found.model
    perils = sorted(found.loss.perils, key=lambda one: one.peril != FIRST)
    return {
        "industry": say(product.industries[requests[0].industry].name, language),
        "sales": amount(requests[0].annual_sales, language),
        "unit": "¥ thousand" if english else "万円",
        "warning": model.warning.text_en if english else model.warning.text_ja,
        "model": model.name_en if english else model.name_ja,
        "hash": model.hash[:12],
        "quality": f"{found.quality / 100:g}",
        "quality_known": found.quality_known,
        "discount": known_discount(asking),
        "drawn": f"{found.loss.incidents:,}",
        "mark": mark("assumed", language),
        "perils": [_peril(product, asking, requests, model, one, language) for one in perils],
    }


def _peril(
    product: Product,
    asking: Asking,
    requests: Sequence[QuotationRequest],
    model: LossModel,
    found: PerilLoss,
    language: Language,
) -> dict[str, Any]:
    english = language == "en"
    row = model.perils[found.peril]
    widest = max(1, found.typical.total, found.severe.total)
    return {
        "code": found.peril,
        "name": row.name_en if english else row.name_ja,
        "often": often(found.chance, language),
        "open": found.peril == FIRST,
        "status": mark(row.status, language),
        "cases": [
            _case(product, asking, requests, found.typical, found.typical.total, _TYPICAL[english], language),
            _case(product, asking, requests, found.severe, widest, _SEVERE[english], language),
        ],
        "heads": _heads(product, found, language),
        "rests_on": [
            _assumption(model, one, language) for one in assumptions(model, requests[0].industry, found.peril)
        ],
    }


_TYPICAL = (
    ("ふつうの場合", "起きた事故を軽い順に並べて真ん中の額"),
    ("A typical case", "the middle one, incidents in order of size"),
)
_SEVERE = (
    ("重い場合", "20件に1件は、これより重い"),
    ("A severe case", "one incident in twenty is worse"),
)


def often(chance: float, language: Language) -> str:
    """How often, in words: the expected number in a hundred years, in a thousand where that is below one."""
    number = -math.log1p(-min(chance, 0.999_999)) * 100
    years, count = (100, number) if number >= 0.95 else (1000, number * 10)
    whole = max(1, round(count))
    if language == "en":
        return f"about {whole} in {years:,} years" if count >= 0.95 else f"less than once in {years:,} years"
    return f"{years:,}年に{whole}回ほど" if count >= 0.95 else f"{years:,}年に1回より少ない"


def tens(yen: int) -> int:
    """Whole ten-thousands of yen, half up."""
    return (yen + _UNIT // 2) // _UNIT


def _figure(units: int, language: Language) -> str:
    return f"{units * 10:,}" if language == "en" else f"{units:,}"


def _case(
    product: Product,
    asking: Asking,
    requests: Sequence[QuotationRequest],
    one: IncidentCost,
    widest: int,
    words: tuple[str, str],
    language: Language,
) -> dict[str, Any]:
    rows = []
    for request, heads in zip(requests, one.paid, strict=True):
        key = (request.set, request.plan)
        answer = asking.asked[key].answer
        paid = sum(heads.values())
        rows.append(
            {
                "name": cell_name(product, key, language),
                "chosen": key == asking.chosen,
                "refused": answer is not None and answer.premium is None,
                "paid": _figure(tens(paid), language),
                "left": _figure(tens(one.total) - tens(paid), language),
                "paid_width": round(paid * _WIDTH / max(1, widest)),
                "left_width": round((one.total - paid) * _WIDTH / max(1, widest)),
            }
        )
    return {
        "name": words[0],
        "means": words[1],
        "total": _figure(tens(one.total), language),
        "rows": rows,
    }


def _heads(product: Product, found: PerilLoss, language: Language) -> list[dict[str, str]]:
    """The heads of loss of both cases, in the product's order."""
    return [
        {
            "name": say(head.name, language),
            "typical": _figure(tens(found.typical.heads.get(code, 0)), language),
            "severe": _figure(tens(found.severe.heads.get(code, 0)), language),
        }
        for code, head in product.heads.items()
        if code in found.typical.heads or code in found.severe.heads
    ]


def _assumption(model: LossModel, one: Assumption, language: Language) -> dict[str, Any]:
    english = language == "en"
    title = model.sources.get(one.row.source, (one.row.source, one.row.source))
    return {
        "what": one.what_en if english else one.what,
        "source": title[1] if english else title[0],
        "reason": one.row.reason,
        "mark": mark(one.row.status, language),
    }
