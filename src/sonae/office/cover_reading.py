"""From stored rows to the core's cover, and back to what the register keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sonae import cover as core
from sonae.cover import Reason, Transaction
from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.doors.request import Understood
from sonae.period import JST
from sonae.product import Product
from sonae.quotation import annual_premium
from sonae.risk import Certificate, Limits, QuotationRequest, Sheet
from sonae.scheme import Calendar, PartYear

from . import canonical, released
from .catalogue import Catalogue
from .models import Cover, CoverTransaction

CHANGEABLE = frozenset(
    {"industry", "annual_sales", "plan", "set", "it_sales", "limits", "riders", "sheet"}
)  # fmt: skip
"""What a change of terms may name, in the request's words. The start and the product are the cover's own."""


class Unpriceable(Exception):
    """Terms that the product's rules decline, or words that are no longer its own: no premium can be written."""


def product_of(row: Cover) -> Product:
    """The product that the cover was written under, from the files kept under its hash."""
    return released.product(row.product_id)


def part_year_of(product: Product) -> PartYear:
    assert product.part_year is not None, "a product that takes applications has a table of part-year money"
    return product.part_year


def read_words(product: Product, words: Mapping[str, Any], moment: datetime) -> Understood | problem_door.Problem:
    """Request words by exactly this product."""
    return request_door.read_value(Catalogue({product.id: product}, product.scheme), dict(words), moment)


def request_of(product: Product, raw: bytes | memoryview, moment: datetime) -> QuotationRequest:
    """A request that was stored as understood. It was read once by this product, so it reads again."""
    read = read_words(product, canonical.load(raw), moment)
    assert isinstance(read, Understood), "a stored request is in its product's words"
    return read.request


def typed(words: Mapping[str, Any]) -> dict[str, Any]:
    """Changed words as the core's values; null takes a word away."""
    found: dict[str, Any] = {}
    for name, value in words.items():
        if value is None:
            found[name] = () if name == "riders" else None
        elif name == "limits":
            found[name] = Limits(**value)
        elif name == "riders":
            found[name] = tuple(value)
        elif name == "sheet":
            found[name] = Sheet(
                version=value["version"], answers=dict(value["answers"]), facts=dict(value["facts"]),
                certificates=tuple(_certificate(one) for one in value.get("certificates", ())),
            )  # fmt: skip
        else:
            found[name] = value
    return found


def _certificate(words: Mapping[str, str]) -> Certificate:
    days = {name: date.fromisoformat(words[name]) for name in ("expires", "issued") if name in words}
    return Certificate(kind=words["kind"], number=words.get("number"), **days)


def transaction_of(row: CoverTransaction) -> Transaction:
    """The core's transaction of a stored one."""
    return Transaction(
        number=row.number, reason=Reason(row.reason), effective=row.effective.astimezone(JST),
        recorded=row.recorded.astimezone(JST), actor=row.actor, changes=typed(row.changes), undoes=row.undoes,
        by_fraud=row.by_fraud,
    )  # fmt: skip


def core_of(row: Cover, transactions: Iterable[CoverTransaction]) -> core.Cover:
    """The core's cover of a stored one, with all its transactions in the order of recording."""
    inception = row.inception.astimezone(JST)
    return core.Cover(
        id=str(row.id), request=request_of(product_of(row), row.request_bytes, inception), inception=inception,
        expiry=row.expiry.astimezone(JST), transactions=tuple(transaction_of(one) for one in transactions),
    )  # fmt: skip


def annual_of(product: Product) -> Callable[[QuotationRequest], int]:
    """The annual premium of terms by this product, in yen; a price is worked out once. Raises Unpriceable."""
    known: list[tuple[QuotationRequest, int]] = []

    def annual(request: QuotationRequest) -> int:
        for asked, premium in known:
            if asked is request or asked == request:
                return premium
        found = annual_premium(product, request)
        if found is None:
            raise Unpriceable
        known.append((request, found))
        return found

    return annual


def ends_at(cover: core.Cover) -> datetime:
    """When cover really ends: its inception when it was unmade or never began."""
    held = [segment.end for segment in core.segments(cover) if segment.request is not None]
    return max(held, default=cover.inception)


def group_year_end(inception: date, calendar: Calendar) -> date:
    """The common expiry: the first day of the group year after the one in which a cover starts."""
    turn = date(inception.year, calendar.group_year_month, calendar.group_year_day)
    return turn if inception < turn else turn.replace(year=turn.year + 1)
