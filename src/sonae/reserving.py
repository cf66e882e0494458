"""With which case reserves a claim opens (普通支払備金): a typical amount for each head open at first notice."""

from collections.abc import Mapping

from sonae.coverage import events_of, matrix
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select


def opening_reserves(
    product: Product, terms: QuotationRequest, event: str, *, stopped: bool, demanded: bool, leak_ruled_out: bool
) -> Mapping[str, int]:
    """Yen by head in the product's order, from the product's typical amounts (`settlement.reserves`).

    A head is open when the cover grants it for the event. An event that is not sure is reserved as a possible leak; one
    that is by its words no leak (④, ⑤) as both, until a leak is ruled out. Liability opens with the first demand,
    business income with the first hour that stands still.
    """
    if product.settlement is None:
        return {}
    selection = select(product, terms)
    cells = matrix(product, terms.plan, terms.set, selection.riders)
    events = {event or "information_leak"} | set(events_of(product, "business_income") if stopped else ())
    if not leak_ruled_out and "information_leak" in product.settlement.residual.apart_from.get(event, ()):
        events.add("information_leak")
    wanted = {"expense": True, "liability": demanded, "business_income": stopped}
    return {
        code: product.settlement.reserves[code]
        for code, head in product.heads.items()
        if wanted[head.coverage]
        and code in product.settlement.reserves
        and any(cells[one, code].granted for one in events if (one, code) in cells)
    }
