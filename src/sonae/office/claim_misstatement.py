"""A misstatement replayed over the cover of a claim, as it was bound. An answer for the insurer only; nothing is kept.

The terms, the signed answers and the product are those the cover was bound under; what a person found to be true is
laid over them by the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae import misstatement
from sonae.doors import truth_file
from sonae.doors.problem import Problem
from sonae.misstatement import Replayed
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.risk import QuotationRequest

from . import access, claim_terms, claims, clock, cover_reading
from .access import Principal
from .catalogue import Catalogue
from .claim_refusals import refuse
from .models import Cover


@dataclass(frozen=True)
class Bound:
    """What a cover was bound on: its number, terms, signed answers and product."""

    cover: Cover
    product: Product
    request: QuotationRequest
    answers: Mapping[str, str]


def bound(principal: Principal, claim_id: UUID | str) -> Bound:
    """What the cover of a claim was bound on. Raises PermissionDenied, NotFound, Refused (`no_cover`)."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        return _bound(claim_id)


def replay(principal: Principal, claim_id: UUID | str, words: Any) -> Replayed | Problem:
    """What would have been, had these words been told. Nothing is written.

    Raises PermissionDenied, NotFound, Refused (`no_cover`).
    """
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        found = _bound(claim_id)
        held = claim_terms.held(found.cover)
        products = Catalogue({found.product.id: found.product}, found.product.scheme)
        truth = truth_file.read_words(
            products, found.product, found.request, found.answers, words, held.inception
        )
        if isinstance(truth, Problem):
            return truth
        return misstatement.replay(
            found.product, held, found.answers, truth, found.cover.concluded_on,
            japanese_day(clock.now().astimezone(JST)),
        )  # fmt: skip


def _bound(claim_id: UUID | str) -> Bound:
    """What the claim's cover was bound on. The caller has entered."""
    cover = claim_terms.cover_of(claims.seen(claim_id))
    if cover is None:
        raise refuse("no_cover")
    product = cover_reading.product_of(cover)
    return Bound(cover, product, claim_terms.held(cover).request, claim_terms.disclosed(cover)[1])
