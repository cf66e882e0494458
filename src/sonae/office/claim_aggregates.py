"""What is left of every limit, and the one way to take from it: a conditional UPDATE that the database decides.

A yen of a head counts against up to four limits: the coverage's in the period and for the claim, and the head's own
(内枠) in both, where it has one. All of them are taken or none, always in the same order, so hands that race neither
exceed a limit nor wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from . import claim_terms, cover_reading
from .claim_refusals import refuse
from .models import Aggregate, Claim, Cover


@dataclass(frozen=True)
class Left:
    """A limit and what stands against it, in yen. `head` is empty for a whole coverage."""

    coverage: str
    head: str
    limit: int
    paid: int
    prepared: int
    committed: int

    @property
    def remaining(self) -> int:
        return self.limit - self.paid - self.prepared - self.committed


@dataclass(frozen=True)
class Take:
    """How much of a head's limits is newly prepared, paid or committed; negative gives back."""

    cover: Cover
    head: str
    prepared: int = 0
    paid: int = 0
    committed: int = 0


def take(claim: Claim, takes: Iterable[Take]) -> None:
    """Takes from every limit concerned, in the caller's transaction, or raises Refused (`limit_reached`)."""
    sums: dict[UUID, list[int]] = {}
    for one in takes:
        for row in rows_of(claim, one.cover, one.head):
            found = sums.setdefault(row.id, [0, 0, 0])
            for place, yen in enumerate((one.prepared, one.paid, one.committed)):
                found[place] += yen
    for row_id in sorted(sums):
        prepared, paid, committed = sums[row_id]
        changed = Aggregate.objects.filter(
            id=row_id, limit__gte=F("paid") + F("prepared") + F("committed") + prepared + paid + committed
        ).update(prepared=F("prepared") + prepared, paid=F("paid") + paid, committed=F("committed") + committed)
        if not changed:
            raise refuse("limit_reached")


def rows_of(claim: Claim, cover: Cover, head: str) -> list[Aggregate]:
    """The limits that a head of a claim counts against, made where they are missing and never lower than they were."""
    product = cover_reading.product_of(cover)
    spec = product.heads[head]
    highest = claim_terms.highest_limit(cover, spec.coverage)
    if highest == 0:
        raise refuse("no_cover")
    wanted: list[tuple[str, Claim | None, int]] = []
    if spec.within_limit:
        wanted += [("", None, highest), ("", claim, _of_the_day(claim, cover, spec.coverage))]
    if spec.sublimit is not None:
        own = claim_terms.highest_limit(cover, spec.coverage, head)
        wanted += [(head, None, own), (head, claim, own)]
    return [_row(cover, spec.coverage, of_head, whose, limit) for of_head, whose, limit in wanted]


def _of_the_day(claim: Claim, cover: Cover, coverage: str) -> int:
    """The limit per demand or incident: of the terms when the claim became known, or of the cover's last ones."""
    product = cover_reading.product_of(cover)
    terms = claim_terms.terms_at(cover, max(claim.known_at, cover.inception))
    if terms is None:
        return claim_terms.highest_limit(cover, coverage)
    return claim_terms.limit_of(product, terms, coverage)


def _row(cover: Cover, coverage: str, head: str, claim: Claim | None, limit: int) -> Aggregate:
    keys = {"cover": cover, "coverage": coverage, "head": head, "claim": claim}
    found = Aggregate.objects.filter(**keys).first()
    if found is None:
        Aggregate.objects.bulk_create(
            [Aggregate(**keys, member_id=cover.member_id, limit=limit)], ignore_conflicts=True
        )
        found = Aggregate.objects.get(**keys)
    if found.limit < limit:
        Aggregate.objects.filter(id=found.id, limit__lt=limit).update(limit=limit)
        found.limit = limit
    return found


def left_of(cover: Cover) -> list[Left]:
    """What is left of each limit of a cover's period; a limit that nothing was taken from stands whole."""
    product = cover_reading.product_of(cover)
    stored = {
        (row.coverage, row.head): row for row in Aggregate.objects.filter(cover=cover, claim=None)
    }
    found = []
    for coverage in dict.fromkeys(head.coverage for head in product.heads.values()):
        subs = [code for code, head in product.heads.items() if head.coverage == coverage and head.sublimit is not None]
        for head in ("", *subs):
            limit = claim_terms.highest_limit(cover, coverage, head)
            row = stored.get((coverage, head))
            if row is not None:
                found.append(Left(coverage, head, max(limit, row.limit), row.paid, row.prepared, row.committed))
            elif limit:
                found.append(Left(coverage, head, limit, 0, 0, 0))
    return found
