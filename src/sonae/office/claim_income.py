"""A calculation of business income attached to a claim: kept in the journal, and the items of its facts from then on.

The decision takes its amounts through the facts, as it takes every other item. The newest calculation holds; an
earlier one stays in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae.business_income import Calculated, Terms, Unmeasured, calculate
from sonae.doors import income_asked
from sonae.doors.problem import Problem
from sonae.facts import LossItem, income_items
from sonae.payment_terms import stoppage_terms
from sonae.product import Product

from . import access, canonical, claim_terms, claims, cover_reading
from .access import Principal
from .claim_refusals import refuse
from .models import Claim, JournalEntry

KIND = "income_calculated"


@dataclass(frozen=True)
class Reckoned:
    """A calculation with the product's terms of a stoppage."""

    found: Calculated | Unmeasured
    terms: Terms


def reckon(principal: Principal, claim_id: UUID | str, sales: bytes, words: Mapping[str, Any]) -> Reckoned | Problem:
    """The calculation by the product of the claim's cover; nothing is written.

    Raises PermissionDenied, NotFound, Refused (`no_cover`).
    """
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return _reckon(claims.seen(claim_id), sales, words)


def attach(principal: Principal, claim_id: UUID | str, sales: bytes, words: Mapping[str, Any]) -> Reckoned | Problem:
    """Keeps the calculation with the claim: its figures are items of the facts from now on. Twice is the same.

    What cannot be calculated is not kept. Raises PermissionDenied, NotFound, Refused (`no_cover`, a closed claim).
    """
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        row = claims.locked(claim_id)
        reckoned = _reckon(row, sales, words)
        if isinstance(reckoned, Problem) or isinstance(reckoned.found, Unmeasured):
            return reckoned
        body = {
            "asked": {name: value for name, value in words.items() if value != ""},
            "sales_sha256": canonical.sha256(sales),
            "from": reckoned.found.measured.first.isoformat(),
            "calculation": income_asked.as_words(reckoned.found),
        }  # fmt: skip
        if standing(row) != body:
            claims.noted(row, KIND, principal.name, body)
        return reckoned


def attached(principal: Principal, claim_id: UUID | str) -> dict[str, Any] | None:
    """The calculation that holds for a claim, or None. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return standing(claims.seen(claim_id))


def standing(row: Claim) -> dict[str, Any] | None:
    """The calculation that holds for a claim; the caller has entered."""
    entry = JournalEntry.objects.filter(stream=f"settlement/{row.id}", kind=KIND).order_by("-number").first()
    if entry is None:
        return None
    body: dict[str, Any] = canonical.load(entry.body)
    return body


def items(row: Claim) -> tuple[LossItem, ...]:
    """What the calculation that holds adds to the facts: one item a figure, incurred when the function stopped."""
    body = standing(row)
    if body is None:
        return ()
    product = _product(row)
    if product is None or product.settlement is None:
        return ()
    figures, since = body["calculation"], date.fromisoformat(body["from"])
    return income_items(product, figures["loss_of_profit"], figures["extra_expense"], since)


def _product(row: Claim) -> Product | None:
    """The product of the cover on the day the incident was known, else of the member's newest."""
    cover = claim_terms.cover_at(row.member_id, row.known_at) or next(
        reversed(claim_terms.covers_of(row.member_id)), None
    )
    return None if cover is None else cover_reading.product_of(cover)


def _reckon(row: Claim, sales: bytes, words: Mapping[str, Any]) -> Reckoned | Problem:
    product = _product(row)
    terms = None if product is None else stoppage_terms(product)
    if terms is None:
        raise refuse("no_cover")
    asked = income_asked.read(sales, words)
    return asked if isinstance(asked, Problem) else Reckoned(calculate(asked, terms), terms)
