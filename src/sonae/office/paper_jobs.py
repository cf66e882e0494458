"""Papers that follow from what happened, issued by the worker: queued in the transaction that they follow from.

A job may run again, or late: each paper is issued once, and a certificate that someone asked for in the meantime is
there already.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import walls
from .models import Cover, RenewalOffer

_RETRY = RetryStrategy(max_attempts=5, exponential_wait=5)


@app.task(retry=_RETRY, name="sonae.papers_of_transaction")
def papers_of_transaction(cover: str, version: int) -> int:
    """Certificate and, for a change, its notice; how many papers the cover has in this version then."""
    from . import cover_papers, desk

    issued = 0
    with transaction.atomic():
        walls.enter(reach="all")
        row = Cover.objects.select_related("member").get(id=UUID(cover))
        if version > 1:
            cover_papers.issue_endorsement(row, version, cover_papers.BY_RULE)
            issued += 1
        try:
            cover_papers.issue_certificate(row, version, cover_papers.BY_RULE)
            issued += 1
        except desk.NotFound:
            pass  # a cover that never was leaves nothing to certify
    return issued


@app.task(retry=_RETRY, name="sonae.paper_of_offer")
def paper_of_offer(offer: str) -> int:
    """The renewal paper of an offer that has a price."""
    from . import cover_papers

    with transaction.atomic():
        walls.enter(reach="all")
        row = RenewalOffer.objects.select_related("cover__member", "member").get(id=UUID(offer))
        if row.premium is None:
            return 0
        cover_papers.issue_renewal(row, cover_papers.BY_RULE)
    return 1


def after_transaction(cover_id: UUID, version: int) -> None:
    """Queues the papers of a cover's transaction, in the transaction that records it."""
    papers_of_transaction.defer(cover=str(cover_id), version=version)


def after_offer(offer_id: UUID) -> None:
    """Queues the paper of a renewal offer, in the transaction that makes it."""
    paper_of_offer.defer(offer=str(offer_id))
