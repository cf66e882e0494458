"""Why the price moved: from last year's terms and tariff to this year's, in parts that sum to the yen.

The member's own changes come first, each priced at last year's tariff in a fixed order; then what the year changed for
everyone. A part is the difference that its one change makes on top of those before it, so the parts always sum. The
terms between are no offers and are not judged by the product's rules; they are only priced, by `rating` as always.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sonae.money import to_unit
from sonae.product import Product
from sonae.quotation import security_discount
from sonae.rating import Lines, price
from sonae.risk import Limits, QuotationRequest
from sonae.selection import Selection, select

Cause = Literal[
    "industry",
    "sales",
    "limits",
    "plan",
    "riders",
    "security_discount",
    "group_discount",
    "tariff",
    "terms_and_tariff",
    "minimum",
    "rounding",
]

OWN: Final[tuple[Cause, ...]] = ("industry", "sales", "limits", "plan", "riders", "security_discount")
"""What the member changed, in the order in which it is priced. `limits` stands for the set and its limits."""

OF_THE_YEAR: Final[tuple[Cause, ...]] = ("group_discount", "tariff")
"""What the year changed for every member."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cause and what it adds to the annual premium in yen; negative where it takes away."""

    cause: Cause
    yen: int


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The annual premium before and after in yen, and every cause that is there. The parts sum to the change."""

    before: int
    after: int
    parts: tuple[Part, ...]

    @property
    def yen(self) -> int:
        """After − before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class _Side:
    """One year: its product, what was asked, what that selects, and the security discount it earned."""

    product: Product
    request: QuotationRequest
    selection: Selection
    security_discount: int


_Mix = Mapping[Cause, _Side]
"""From which side each cause is taken."""


def explain_change(
    product_a: Product, request_a: QuotationRequest, product_b: Product, request_b: QuotationRequest
) -> PriceChange:
    """Split the change of the annual premium from A to B by cause.

    Both requests are priced by their own product. Where the years' menus or industries differ so much that neither
    tariff can price the terms between, the change of terms and tariff is one part, `terms_and_tariff`.
    """
    a, b = _side(product_a, request_a), _side(product_b, request_b)
    first, last = _price(dict.fromkeys((*OWN, *OF_THE_YEAR), a)), _price(dict.fromkeys((*OWN, *OF_THE_YEAR), b))
    parts = _walk(a, b, (*OWN, *OF_THE_YEAR)) or _walk(a, b, (*OF_THE_YEAR, *OWN))
    if parts is None:
        parts = [Part("terms_and_tariff", last.after_security_discount - first.after_security_discount)]
    parts += _after_the_discounts(a, b, first, last)
    changed = {cause for cause in OWN if _changed(cause, a, b)}
    kept = tuple(part for part in parts if part.yen or part.cause in changed)
    return PriceChange(first.annual_premium, last.annual_premium, kept)


def _side(product: Product, request: QuotationRequest) -> _Side:
    return _Side(product, request, select(product, request), security_discount(product, request))


def _walk(a: _Side, b: _Side, order: tuple[Cause, ...]) -> list[Part] | None:
    """One cause after the other from A to B, in yen before rounding; None when terms between cannot be priced."""
    mix = dict.fromkeys(order, a)
    reached = _price(mix).after_security_discount
    parts = []
    for cause in order:
        mix[cause] = b
        try:
            now = _price(mix).after_security_discount
        except KeyError:
            return None
        parts.append(Part(cause, now - reached))
        reached = now
    return parts


def _price(mix: _Mix) -> Lines:
    """The premium of mixed terms. KeyError where a word of one year is unknown to the other's product."""
    product = mix["tariff"].product
    held, sales = mix["limits"].selection, mix["sales"]
    plan, number = mix["plan"].request.plan, mix["limits"].request.set
    income = product.rider_rating("business_income")
    riders = set(_chosen(mix["riders"]))
    if held.business_income and income is not None:
        riders.add(income.code)
    # A rider that cannot stand beside this plan is not priced: what it cost goes with the plan.
    standing = tuple(code for code in sorted(riders) if product.riders[code].may_join(plan, number, riders))
    request = QuotationRequest(
        industry=mix["industry"].request.industry,
        annual_sales=sales.request.annual_sales,
        it_sales=sales.selection.it_sales,
        plan=plan,
        set=number,
        limits=Limits(liability=held.liability, expense=held.expense, business_income=held.business_income or None),
        riders=standing,
    )
    tariff = product.tariff._replace(group_discount=mix["group_discount"].product.tariff.group_discount)
    return price(
        tariff,
        select(product, request).rates,
        request.annual_sales,
        sales.selection.it_sales,
        mix["security_discount"].security_discount,
    )


def _chosen(side: _Side) -> tuple[str, ...]:
    """The riders beside business income, which goes with its limit."""
    return tuple(code for code in side.selection.riders if side.product.riders[code].rates != "business_income")


def _after_the_discounts(a: _Side, b: _Side, first: Lines, last: Lines) -> list[Part]:
    """What the minimum premium and the rounding to the tariff's unit add to the change."""

    def lifted(side: _Side, lines: Lines) -> int:
        """By how much the minimum premium lifts the rounded premium."""
        return lines.annual_premium - to_unit(lines.after_security_discount, side.product.tariff.unit)

    minimum = lifted(b, last) - lifted(a, first)
    exact = last.after_security_discount - first.after_security_discount
    return [Part("minimum", minimum), Part("rounding", last.annual_premium - first.annual_premium - exact - minimum)]


def _changed(cause: Cause, a: _Side, b: _Side) -> bool:
    """Whether the member changed this, even where it costs nothing."""
    return _facts(cause, a) != _facts(cause, b)


def _facts(cause: Cause, side: _Side) -> object:
    request, selection = side.request, side.selection
    facts: dict[Cause, object] = {
        "industry": request.industry,
        "sales": (request.annual_sales, selection.it_sales),
        "limits": (request.set, *selection.limits),
        "plan": request.plan,
        "riders": _chosen(side),
        "security_discount": side.security_discount,
    }
    return facts[cause]
