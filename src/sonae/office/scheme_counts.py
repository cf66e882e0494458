"""Counts of the scheme by association and cooperative, and what changed between two lists of a cooperative.

Counts alone: no premium, no answer, no loss. A rate is told only over at least five members, so nobody is read off it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet

from sonae.cover import moment_of

from . import access, catalogue, clock, overview
from .access import Principal
from .cover_reading import group_year_end
from .models import Application, ApplicationStep, Cover, Member, MembershipEvidence, MembershipList
from .overview import BodyCount

FEWEST = 5
"""Members over which a rate may be told."""


@dataclass(frozen=True)
class SchemeRow:
    """One cooperative, or an association with members of its own, in figures; names are empty where there is none."""

    association: str
    cooperative: str
    members: int
    confirmed: int
    in_hand: int
    accepted: int
    starting: int
    covered: int
    leaving: int

    @property
    def rate(self) -> int | None:
        """加入率 in whole percent, half up; None over too few members."""
        return None if self.members < FEWEST else (self.covered * 200 + self.members) // (2 * self.members)


def counts(principal: Principal) -> list[SchemeRow]:
    """By association and cooperative, within reach. Raises PermissionDenied."""
    base = {row.body.id: row for row in overview.counts(principal)}
    with transaction.atomic():
        access.enter(principal, "cover.read")
        now = clock.now()
        calendar = catalogue.default().calendar
        end = moment_of(group_year_end(now.date(), calendar), calendar.start_hour)
        begin = end.replace(year=end.year - 1)
        open_ones = Application.objects.filter(cover=None)
        decided = ApplicationStep.objects.filter(step="decision", application__cover=None)
        accepted = _by_body(open_ones.filter(id__in=decided.filter(outcome="accept").values("application_id")))
        declined = _by_body(open_ones.filter(id__in=decided.filter(outcome="decline").values("application_id")))
        applying = _by_body(open_ones)
        starting = _by_body(Cover.objects.filter(inception__gt=now, ends_at__gt=F("inception")))
        leaving = _by_body(
            Cover.objects.filter(ends_at__gte=begin, ends_at__lte=end, ends_at__lt=F("expiry")).exclude(
                ends_at=F("inception")
            )
        )
        names = overview.names_of(row.body.parent_id for row in base.values())
        return sorted(
            (
                _row(one, names, applying, accepted, declined, starting, leaving) for one in base.values()
            ),
            key=lambda row: (row.association, row.cooperative),
        )  # fmt: skip


def _row(
    one: BodyCount, names: dict[UUID, str], applying: dict[UUID, int], accepted: dict[UUID, int],
    declined: dict[UUID, int], starting: dict[UUID, int], leaving: dict[UUID, int],
) -> SchemeRow:  # fmt: skip
    body, is_association = one.body, one.body.kind == "association"
    return SchemeRow(
        association=body.name if is_association else names.get(body.parent_id, "") if body.parent_id else "",
        cooperative="" if is_association else body.name,
        members=one.members, confirmed=one.confirmed,
        in_hand=applying.get(body.id, 0) - accepted.get(body.id, 0) - declined.get(body.id, 0),
        accepted=accepted.get(body.id, 0), starting=starting.get(body.id, 0), covered=one.covered,
        leaving=leaving.get(body.id, 0),
    )  # fmt: skip


def _by_body(rows: QuerySet[Any]) -> dict[UUID, int]:
    return dict(
        rows.values_list("member__cooperative_id").annotate(found=Count("*")).values_list(
            "member__cooperative_id", "found"
        )
    )  # fmt: skip


def total(rows: Iterable[SchemeRow]) -> SchemeRow:
    """The sum over all rows."""
    found = list(rows)
    names = ("members", "confirmed", "in_hand", "accepted", "starting", "covered", "leaving")
    return SchemeRow("", "", **{name: sum(getattr(row, name) for row in found) for name in names})


# --- lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConfirmedList:
    """A list that was confirmed: its day, when, how many belong, and who came or went since the list before."""

    as_of: date
    confirmed_at: datetime
    belong: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    first: bool


def lists(principal: Principal, limit: int = 6) -> list[ConfirmedList]:
    """The asking body's own lists, the last first, each with its differences to what was known before it.

    A list may be of some members only: who is not on it stays as known.
    """
    with transaction.atomic():
        access.enter(principal, "membership.confirm")
        rows = MembershipList.objects.filter(cooperative_id=principal.organisation_id).order_by("confirmed_at", "id")
        evidence: dict[UUID, list[tuple[UUID, bool]]] = {}
        for list_id, member_id, is_member in MembershipEvidence.objects.filter(
            list__cooperative_id=principal.organisation_id
        ).values_list("list_id", "member_id", "is_member"):
            evidence.setdefault(list_id, []).append((member_id, is_member))
        names = dict(Member.objects.values_list("organisation_id", "legal_name"))
        known: dict[UUID, bool] = {}
        found: list[ConfirmedList] = []
        for row in rows:
            said = evidence.get(row.id, [])
            came = sorted(names.get(one, "") for one, belongs in said if belongs and not known.get(one, False))
            went = sorted(names.get(one, "") for one, belongs in said if not belongs and known.get(one, False))
            belong = sum(belongs for _, belongs in said)
            first = not found
            found.append(
                ConfirmedList(row.as_of, row.confirmed_at, belong, () if first else tuple(came), tuple(went), first)
            )
            known |= dict(said)
        return found[::-1][:limit]
