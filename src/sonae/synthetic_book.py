"""The synthetic book: members as they might be, drawn from stated assumptions, for rating and for simulation.

All figures come from the assumptions passed in; randomness only from the generator passed in. Sales are in yen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sonae import book
from sonae.book_kernel import Columns
from sonae.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """How many firms of an industry there are, how readily they join (percent), and their sales."""

    code: str
    firms_hundred: int
    propensity_percent: int
    median_sales_yen: int
    shop_share_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAssumptions:
    """What the synthetic book is drawn from; the fields are those of `book.toml`, where each is explained."""

    name: str
    sigma_of_sales: float
    sales_from: int
    sales_to: int
    sales_unit: int
    control_quality: Sequence[float]
    discount_noise: float
    plans: Sequence[str]
    wide_above: int
    wide_percent: Sequence[int]
    it_rider_percent: int
    sales_bands: Sequence[int]
    set_percent: Sequence[Sequence[int]]
    free_bands: Sequence[int]
    free_limits: Sequence[Sequence[int]]
    cloud_percent: Sequence[int]
    vpn_base: float
    vpn_slope: float
    vpn_between: Sequence[float]
    shop_from_percent: int
    shop_users_percent: int
    industries: Sequence[Firms]
    prefectures: Mapping[str, int]


class SyntheticBook(NamedTuple):
    """Drawn members: their columns for rating, and what a simulation needs beside them.

    `quality` is control quality, 0 to 1. Accumulation keys: `cloud` is the provider from 1, 0 for none; `vpn` and
    `shop` are 1 for users. `prefecture` is a position in the assumptions.
    """

    columns: Columns
    quality: Any
    cloud: Any
    vpn: Any
    shop: Any
    prefecture: Any


_OKU = 100_000_000


def draw(assumptions: BookAssumptions, product: Product, members: int, generator: np.random.Generator) -> SyntheticBook:
    """Draw so many members. A member whom the rules would refuse business income takes the free set without it.

    Raises KeyError for a plan of the assumptions that the product does not have, StopIteration without a free set.
    """
    known = book.prepared(product)
    numbers = np.array(list(product.sets))
    free = next(number for number, one in product.sets.items() if one.free)
    plan, wide_plan = (known.plans[code] for code in assumptions.plans)
    firms = [one for one in assumptions.industries if one.code in known.industries]
    weights = np.array([one.firms_hundred * one.propensity_percent for one in firms], dtype=float)
    drawn = generator.choice(len(firms), size=members, p=weights / weights.sum())
    medians = np.array([one.median_sales_yen for one in firms])[drawn]
    unit = assumptions.sales_unit
    sales = medians * np.exp(generator.normal(0, assumptions.sigma_of_sales, members))
    sales = np.clip(np.rint(sales / unit) * unit, assumptions.sales_from, assumptions.sales_to).astype(np.int64)
    quality = generator.beta(assumptions.control_quality[0], assumptions.control_quality[1], members)
    sheet = product.sheet
    most, step = (0, 1) if sheet is None else (sheet.discount_at_most, sheet.step)
    earned = most * quality + 100 * generator.normal(0, assumptions.discount_noise, members)
    discount = np.clip(np.rint(earned / step) * step, 0, most).astype(np.int64)

    wide = generator.random(members) * 100 < np.where(sales > assumptions.wide_above, *assumptions.wide_percent[::-1])
    ladder = np.cumsum(assumptions.set_percent, axis=1)[np.searchsorted(assumptions.sales_bands, sales, side="right")]
    number = numbers[(generator.random(members)[:, None] * 100 >= ladder).sum(axis=1)]
    industry = np.array([known.industries[one.code] for one in firms])[drawn]
    in_it = np.array([product.industries[one.code].it_industry for one in firms])[drawn]
    it_rider = in_it & (generator.random(members) * 100 < assumptions.it_rider_percent)
    nothing = np.zeros(members, dtype=np.int64)
    columns = Columns(
        industry=industry,
        annual_sales=sales,
        it_sales=nothing,
        plan=np.where(wide, wide_plan, plan),
        set=number,
        liability=nothing,
        expense=nothing,
        business_income=nothing,
        riders=it_rider * known.tables.it_rider,
        security_discount=discount,
        unreadable=nothing,
    )
    columns = _free(assumptions, columns, number == free, free)
    refused = book.rate(product, columns).premium < 0
    columns = _free(assumptions, columns, refused, free)

    share = np.array([one.shop_share_percent for one in firms])[drawn]
    vpn = assumptions.vpn_base + assumptions.vpn_slope * np.log10(sales / _OKU)
    providers = np.searchsorted(np.cumsum(assumptions.cloud_percent), generator.random(members) * 100, side="right")
    places = np.array(list(assumptions.prefectures.values()), dtype=float)
    return SyntheticBook(
        columns=columns,
        quality=quality,
        cloud=np.where(providers < len(assumptions.cloud_percent), providers + 1, 0),
        vpn=(generator.random(members) < np.clip(vpn, assumptions.vpn_between[0], assumptions.vpn_between[1])).astype(
            np.int64
        ),
        shop=(
            (share >= assumptions.shop_from_percent)
            & (generator.random(members) * 100 < assumptions.shop_users_percent)
        ).astype(np.int64),
        prefecture=generator.choice(len(places), size=members, p=places / places.sum()),
    )


def _free(assumptions: BookAssumptions, columns: Columns, chosen: Any, free: int) -> Columns:
    """The free set for the chosen rows, with limits by sales and without business income."""
    limits = np.array(assumptions.free_limits)[
        np.searchsorted(assumptions.free_bands, columns.annual_sales, side="right")
    ]
    return columns._replace(
        set=np.where(chosen, free, columns.set),
        liability=np.where(chosen, limits[:, 0], columns.liability),
        expense=np.where(chosen, limits[:, 1], columns.expense),
    )
