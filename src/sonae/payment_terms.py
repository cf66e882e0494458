"""What a cover's terms say about paying, as the whole numbers that `limits.pay` reads."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sonae.business_income import Terms as StoppageTerms
from sonae.conditions import COVERAGES
from sonae.limits import NO_LIMIT, USUAL_ORDER, PayTerms
from sonae.product import HeadOfLoss, Product
from sonae.risk import QuotationRequest
from sonae.selection import select


def pay_terms(product: Product, request: QuotationRequest) -> PayTerms:
    """The terms of payment of a cover: limits and deductibles of its set, ratios and sublimits of its heads.

    A coverage that the cover does not have has a limit of 0.
    """
    given = product.sets[request.set].deductibles
    deductibles = tuple(given.get(coverage, 0) for coverage in COVERAGES)
    return terms_of(product, select(product, request).limits, deductibles)


@lru_cache(maxsize=1024)
def terms_of(
    product: Product, limits: tuple[int, ...], deductibles: tuple[int, ...] = (0, 0, 0), ratio: int | None = None
) -> PayTerms:
    """Terms of payment with these limits and deductibles per coverage, in yen, in the order of `COVERAGES`.

    For terms that are no set's: a published case on its own terms brings a `ratio` (whole percent) for all its heads.
    """
    sections = sections_of(product)
    extra = len(set(sections.values())) - len(COVERAGES)
    heads = product.heads.values()
    return PayTerms(
        section=tuple(sections.values()),
        ratio=tuple(head.ratio if ratio is None else ratio for head in heads),
        sublimit=tuple(NO_LIMIT if head.sublimit is None else head.sublimit for head in heads),
        deductible=(*deductibles, *(0 for _ in range(extra))),
        limit=(*limits, *(NO_LIMIT for _ in range(extra))),
        order=USUAL_ORDER if product.settlement is None else product.settlement.order,
    )


def sections_of(product: Product) -> dict[str, int]:
    """The section of each head: its coverage's, or one behind them all for heads that are paid on top of a limit."""
    return {
        head.code: COVERAGES.index(head.coverage) if head.within_limit else len(COVERAGES)
        for head in product.heads.values()
    }


def victims_cap(head: HeadOfLoss, victims: Mapping[str, int | None]) -> int:
    """The most a head pays for the victims counted by kind, in yen; `NO_LIMIT` where it has no cap per victim."""
    if not head.per_victim:
        return NO_LIMIT
    return sum((victims.get(kind) or 0) * yen for kind, yen in head.per_victim.items())


def per_head(product: Product, amounts: Mapping[str, int], absent: int = 0) -> Sequence[int]:
    """Amounts by head code as the row that `limits.pay` reads; a head that is not named has the `absent` one."""
    return [amounts.get(code, absent) for code in product.heads]


def stoppage_terms(product: Product) -> StoppageTerms | None:
    """What the product says of a stoppage, as `business_income` reads it; None for a product that settles no claims."""
    if product.settlement is None:
        return None
    said = product.settlement.stoppage
    return StoppageTerms(
        waiting_hours=said.waiting_hours.value,
        longest_days=said.longest_days.value,
        own_shutdown_counts=said.own_shutdown_counts,
        outsourced_needs_use=said.outsourced_needs_use,
        waiting_basis=said.waiting_hours.basis,
        longest_basis=said.longest_days.basis,
        readings_basis=said.basis,
    )
