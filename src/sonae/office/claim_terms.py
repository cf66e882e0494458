"""Under which covers a claim is paid: a member's covers, their terms at a moment, and every limit of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sonae import cover as core
from sonae.application import Step
from sonae.conditions import COVERAGES
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select

from . import answers_apart, cover_reading
from .models import ApplicationStep, Claim, Cover, CoverTransaction


def covers_of(member_id: UUID) -> list[Cover]:
    """A member's covers, the oldest first."""
    return list(Cover.objects.filter(member_id=member_id).select_related("member").order_by("inception"))


def held(row: Cover) -> core.Cover:
    """The core's cover with every transaction recorded so far."""
    return cover_reading.core_of(row, CoverTransaction.objects.filter(cover=row).order_by("number"))


def terms_at(row: Cover, moment: datetime) -> QuotationRequest | None:
    """The cover's terms at a moment, None outside of it."""
    return core.terms_at(held(row), moment)


def cover_at(member_id: UUID, moment: datetime) -> Cover | None:
    """The member's cover that is in force at a moment."""
    for row in covers_of(member_id):
        if row.inception <= moment < row.expiry and terms_at(row, moment) is not None:
            return row
    return None


def cover_of(row: Claim) -> Cover | None:
    """The cover in force when the loss was known, or else the member's newest one."""
    return cover_at(row.member_id, row.known_at) or next(reversed(covers_of(row.member_id)), None)


def disclosed(row: Cover) -> tuple[ApplicationStep | None, dict[str, str]]:
    """The step in which the applicant answered for a cover, and the answers that were signed."""
    steps = ApplicationStep.objects.filter(application_id=row.application_id, step=Step.disclosure.value)
    signed = steps.order_by("-number").first()
    return signed, {} if signed is None else dict(answers_apart.of(signed.application)[signed.number]["answers"])


def limit_of(product: Product, terms: QuotationRequest, coverage: str, head: str = "") -> int:
    """The limit of a coverage in yen, or the sublimit of a head within it; 0: no such cover."""
    selection = select(product, terms)
    limits = (selection.liability, selection.expense, selection.business_income)
    limit = dict(zip(COVERAGES, limits, strict=True))[coverage] or 0
    sublimit = product.heads[head].sublimit if head else None
    return limit if sublimit is None else min(limit, sublimit)


def highest_limit(row: Cover, coverage: str, head: str = "") -> int:
    """The highest limit that stood in any part of the period: what its aggregate never exceeds."""
    product = cover_reading.product_of(row)
    stretches = [segment.request for segment in core.segments(held(row)) if segment.request is not None]
    return max((limit_of(product, terms, coverage, head) for terms in stretches), default=0)
