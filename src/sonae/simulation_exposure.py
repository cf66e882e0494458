"""From a book's columns to what a simulation reads: limits, riders and granted heads of each member's own cover."""

import numpy as np

from sonae import book
from sonae.book_kernel import Columns
from sonae.conditions import COVERAGES
from sonae.loss_model import LossModel
from sonae.product import Product
from sonae.simulation import quality_of_discount
from sonae.simulation_tables import Exposed, Floats, Wholes

NO_CLOUD = -1


def exposed(
    product: Product,
    model: LossModel,
    columns: Columns,
    premium: Wholes,
    *,
    quality: Floats | None = None,
    cloud: Wholes | None = None,
    vpn: Wholes | None = None,
    shop: Wholes | None = None,
    seed: int = 0,
) -> tuple[Exposed, Wholes]:
    """The members that have a price, and which rows of the book they are.

    Control quality that is not known is read off the discount. Accumulation keys that are not known are drawn by the
    model's shares, from the seed (`cloud` is a provider from 1, 0 for none). Amounts are yen.
    """
    rows = np.flatnonzero(premium >= 0)
    taken = Columns(*(np.asarray(column)[rows] for column in columns))
    codes = list(product.industries)
    industry = [codes[place] for place in taken.industry]
    limit, deductible = _limits(product, taken)
    covers, cover = _covers(product, taken, limit)
    drawn = np.random.default_rng([seed, 1])
    reach = model.reach
    if quality is None:
        known_quality = quality_of_discount(product, taken.security_discount)
    else:
        known_quality = np.asarray(quality, dtype=np.float64)[rows]
    if cloud is None:
        chosen = np.searchsorted(np.cumsum(reach.cloud_shares), drawn.random(len(rows)), side="right")
        known_cloud = np.where(chosen < len(reach.cloud_shares), chosen, NO_CLOUD)
    else:
        known_cloud = np.asarray(cloud)[rows] - 1
    if vpn is None:
        chance = np.clip(
            reach.vpn_base + reach.vpn_slope * np.log10(taken.annual_sales / 1e8), reach.vpn_least, reach.vpn_most
        )
        known_vpn = drawn.random(len(rows)) < chance
    else:
        known_vpn = np.asarray(vpn)[rows].astype(bool)
    if shop is None:
        share = np.array([model.industries[code].shop_share for code in industry])
        known_shop = (share >= reach.shop_from) & (drawn.random(len(rows)) < reach.shop_share)
    else:
        known_shop = np.asarray(shop)[rows].astype(bool)
    return (
        Exposed(
            industry=industry,
            annual_sales=taken.annual_sales.astype(np.int64),
            quality=known_quality,
            cover=cover,
            covers=covers,
            limit=limit,
            deductible=deductible,
            premium=premium[rows],
            cloud=known_cloud.astype(np.int64),
            vpn=known_vpn,
            shop=known_shop,
        ),
        rows,
    )


def _limits(product: Product, columns: Columns) -> tuple[Wholes, Wholes]:
    """Each member's limits and deductibles per coverage: the set's own, in a free set the chosen limits."""
    given = (columns.liability, columns.expense, columns.business_income)
    limit = np.zeros((len(columns.set), len(COVERAGES)), dtype=np.int64)
    deductible = np.zeros_like(limit)
    for number, one in product.sets.items():
        here = columns.set == number
        for place, coverage in enumerate(COVERAGES):
            limit[here, place] = given[place][here] if one.free else one.limits.get(coverage, 0)
            deductible[here, place] = one.deductibles.get(coverage, 0)
    return limit, deductible


def _covers(product: Product, columns: Columns, limit: Wholes) -> tuple[list[tuple[str, int, tuple[str, ...]]], Wholes]:
    """The different covers (plan, set, attached riders) of the book, and which one each member has."""
    known = book.prepared(product)
    plans = list(product.plans)
    income = product.rider_rating("business_income")
    has_income = (limit[:, COVERAGES.index("business_income")] > 0).astype(np.int64)
    keys = np.stack([columns.plan, columns.set, columns.riders, has_income], axis=1)
    different, cover = np.unique(keys, axis=0, return_inverse=True)
    covers = []
    for plan, number, bits, with_income in different.tolist():
        chosen = {code for code, bit in known.riders.items() if bits & bit}
        if with_income and income is not None:
            chosen.add(income.code)
        covers.append((plans[plan], number, product.attached_riders(number, chosen)))
    return covers, cover.reshape(-1).astype(np.int64)
