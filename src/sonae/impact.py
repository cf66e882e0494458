"""What a change of the product does to a book: who pays more, who less, and why, in parts that sum to the yen.

Every part is the difference that one group of values makes on top of those before it, in the order of `CAUSES`, priced
by `rating` as always. Members whom only one of the two products accepts stand under eligibility, with all they pay.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from sonae import book, book_kernel
from sonae.book_kernel import Columns
from sonae.product import Product
from sonae.rating import Rates, Tariff

Cause = Literal[
    "industry_base", "sales_curve", "limits", "riders", "discounts", "rounding", "eligibility_won", "eligibility_lost"
]

CAUSES: Final[tuple[tuple[Cause, tuple[str, ...]], ...]] = (
    (
        "industry_base",
        ("core_base", "plan_factor", "business_income_base", "liability_share", "expense_share"),
    ),
    ("sales_curve", ("sales_at", "sales_factor", "it_sales_at", "it_sales_factor")),
    ("limits", ("liability_factor", "expense_factor", "business_income_factor")),
    ("riders", ("continuity_factor", "it_base")),
    ("discounts", ("group_discount",)),
    ("rounding", ("unit", "minimum")),
)
"""Each cause with the values of `Rates` and `Tariff` that it moves, in the order in which they are priced.

What members' sheets earn moves with the discounts."""

PART: Final = 1 << 17
"""Members whose causes are worked out at a time."""

BANDS: Final = (-20, -10, -5, 0, 5, 10, 20)
"""Edges of the distribution, in whole percent of the premium before."""


class Segment(NamedTuple):
    """One industry, plan or set: members priced before or after, and their premiums in yen."""

    code: str
    members: int
    before: int
    after: int


class Mover(NamedTuple):
    """A member by row (from 0) with the premiums before and after; None where it is not priced."""

    row: int
    before: int | None
    after: int | None


class Impact(NamedTuple):
    """What the change does. Yen a year. `waterfall` sums to after − before; rows bad in either product are in `bad`.

    `distribution` counts members priced in both by their change in percent: falling by more than 20 %, by more than
    10 %, …; `unchanged` stands apart.
    """

    members: int
    bad: int
    stayed: int
    won: int
    lost: int
    refused: int
    risen: int
    fallen: int
    unchanged: int
    before: int
    after: int
    waterfall: tuple[tuple[Cause, int], ...]
    distribution: tuple[int, ...]
    up: tuple[Mover, ...]
    down: tuple[Mover, ...]
    by_industry: tuple[Segment, ...]
    by_plan: tuple[Segment, ...]
    by_set: tuple[Segment, ...]


def impact(old: Product, new: Product, before: Columns, after: Columns, movers: int = 10) -> Impact:
    """Compare the same members, row by row, in the columns of the old product and of the new one."""
    first, second = book.rate(old, before), book.rate(new, after)
    bad = (first.bad != 0) | (second.bad != 0)
    was, is_now = (first.premium >= 0) & ~bad, (second.premium >= 0) & ~bad
    stayed, won, lost = was & is_now, ~was & is_now, was & ~is_now
    paid, pays = np.where(was, first.premium, 0), np.where(is_now, second.premium, 0)
    change = pays - paid
    parts: list[tuple[Cause, int]] = _waterfall(old, new, before, after, stayed)
    parts += [("eligibility_won", int(pays[won].sum())), ("eligibility_lost", -int(paid[lost].sum()))]
    moved = change[stayed]
    band = np.sum([moved * 100 > edge * paid[stayed] for edge in BANDS], axis=0)[moved != 0]
    order = np.argsort(change, kind="stable")
    named = {number: str(number) for number in old.sets}
    return Impact(
        members=len(bad),
        bad=int(bad.sum()),
        stayed=int(stayed.sum()),
        won=int(won.sum()),
        lost=int(lost.sum()),
        refused=int((~was & ~is_now & ~bad).sum()),
        risen=int((moved > 0).sum()),
        fallen=int((moved < 0).sum()),
        unchanged=int((moved == 0).sum()),
        before=int(paid.sum()),
        after=int(pays.sum()),
        waterfall=tuple(parts),
        distribution=tuple(np.bincount(band, minlength=len(BANDS) + 1).tolist()),
        up=tuple(_mover(row, first, second) for row in order[::-1][:movers].tolist() if change[row] > 0),
        down=tuple(_mover(row, first, second) for row in order[:movers].tolist() if change[row] < 0),
        by_industry=_segments(before.industry, dict(enumerate(old.industries)), was | is_now, paid, pays),
        by_plan=_segments(before.plan, dict(enumerate(old.plans)), was | is_now, paid, pays),
        by_set=_segments(before.set, named, was | is_now, paid, pays),
    )


def document(found: Impact, members: Sequence[str]) -> dict[str, Any]:
    """An impact as plain words; movers by their members' ids."""
    words: dict[str, Any] = {**found._asdict(), "waterfall": dict(found.waterfall)}
    for name in ("by_industry", "by_plan", "by_set"):
        words[name] = [segment._asdict() for segment in getattr(found, name)]
    for name in ("up", "down"):
        words[name] = [
            {"member_id": members[one.row], "before": one.before, "after": one.after} for one in getattr(found, name)
        ]
    return words


def _mover(row: int, first: Any, second: Any) -> Mover:
    before, after = int(first.premium[row]), int(second.premium[row])
    return Mover(row, None if before < 0 else before, None if after < 0 else after)


def _rows(columns: Columns, chosen: Any) -> Columns:
    return Columns(*(column[chosen] for column in columns))


def _waterfall(old: Product, new: Product, before: Columns, after: Columns, stayed: Any) -> list[tuple[Cause, int]]:
    """Members priced in both: cause by cause, the new product's values take the old ones' places. A part of the book
    at a time, so that what members select is never held for all."""
    sums: dict[Cause, int] = {cause: 0 for cause, _ in CAUSES}
    for start in range(0, len(stayed), PART):
        rows = start + np.flatnonzero(stayed[start : start + PART])
        for cause, yen in _moved(old, new, _rows(before, rows), _rows(after, rows)):
            sums[cause] += yen
    return list(sums.items())


def _moved(old: Product, new: Product, before: Columns, after: Columns) -> list[tuple[Cause, int]]:
    old_rates, it_sales = _selected(old, before)
    new_rates, _ = _selected(new, after)
    rates, tariff = old_rates, book.prepared(old).tables.tariff
    then = book.prepared(new).tables.tariff
    discount = before.security_discount
    total = _total(tariff, rates, before, it_sales, discount)
    parts: list[tuple[Cause, int]] = []
    for cause, names in CAUSES:
        rates = rates._replace(**{name: getattr(new_rates, name) for name in names if name in Rates._fields})
        tariff = tariff._replace(**{name: getattr(then, name) for name in names if name in Tariff._fields})
        if cause == "discounts":
            discount = after.security_discount
        reached = _total(tariff, rates, before, it_sales, discount)
        parts.append((cause, reached - total))
        total = reached
    return parts


def _selected(product: Product, columns: Columns) -> tuple[Rates, Any]:
    rows = len(columns.annual_sales)
    columns_of_rates: Any = (np.empty(rows, dtype=np.int64) for _ in Rates._fields)
    rates = Rates(*columns_of_rates)
    it_sales = np.empty(rows, dtype=np.int64)
    book.compiled(book_kernel.select_rows)(book.prepared(product).tables, columns, rates, it_sales)
    return rates, it_sales


def _total(tariff: Tariff, rates: Rates, columns: Columns, it_sales: Any, discount: Any) -> int:
    premium = np.empty(len(columns.annual_sales), dtype=np.int64)
    book.compiled(book_kernel.price_rows)(tariff, rates, columns.annual_sales, it_sales, discount, premium)
    return int(premium.sum())


def _segments(places: Any, codes: dict[int, str], chosen: Any, paid: Any, pays: Any) -> tuple[Segment, ...]:
    found = []
    for place, code in codes.items():
        rows = chosen & (places == place)
        if rows.any():
            found.append(Segment(code, int(rows.sum()), int(paid[rows].sum()), int(pays[rows].sum())))
    return tuple(found)
