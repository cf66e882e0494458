"""A plan year on the test clock: joined, changed, left and renewed, by a seed; twice, it ends the same.

With a thousand members and a watch: bench/plan_year.py.
"""

from __future__ import annotations

import hashlib
import json
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sonae.cover import Reason

if TYPE_CHECKING:
    from sonae.office.models import Cover, RenewalOffer
    from tests.office.trade import Trade

MEMBERS = 60
CHOICES = {"set": [1, 2, 3, 4], "plan": ["basic", "wide"], "annual_sales": [50_000_000, 300_000_000, 1_200_000_000]}


@pytest.fixture
def year(trade: Trade) -> Year:
    return Year(trade, random.Random(2027))


class Year:
    """One office, one seed: the same members do the same on the same days."""

    def __init__(self, trade: Trade, draw: random.Random) -> None:
        self.trade, self.draw = trade, draw
        self.agent, self.underwriter = trade.agent, trade.underwriter

    def joins(self, place: int) -> Cover:
        """A member registers, applies, answers through a link, signs, and is bound."""
        from sonae.application import Step
        from sonae.office import applicant, applications, binding
        from tests.office.trade import AGENT, LINK, NO

        member = self.trade.member(f"{place}号株式会社", 600_000_000_000 + place, self.agent)
        self.trade.confirmed(member)
        start = self.draw.choice(["2027-04-01", "2027-04-01", "2027-04-01", "2027-05-01"])
        words = {name: self.draw.choice(values) for name, values in CHOICES.items()}
        quotation = self.trade.quotation(self.agent, inception=start, **words)
        application = applications.begin(self.agent, member.organisation_id, quotation)
        for step in (Step.intent, Step.proposal, Step.papers):
            applications.prepare(self.agent, application.id, step, {}, **AGENT)
        who = applicant.open_link(applicant.make_link(self.agent, application.id).token).principal
        applications.acknowledge(who, application.id, **LINK)
        found = applications.disclose(who, application.id, application.disclosure_version, NO, **LINK)
        assert found.content_hash is not None
        applications.confirm(who, application.id, found.content_hash, **LINK)
        applications.sign(who, application.id, found.content_hash, "代表者", **LINK)
        return binding.bind(self.agent, application.id, **AGENT)

    def lives(self, covers_: list[Cover]) -> None:
        """In the course of the year one in five changes, one in twenty leaves, a few of them late or by mistake."""
        from sonae.office import covers
        from sonae.office.covers import Change
        from sonae.office.models import ChangeProposal
        from sonae.office.refusals import Refused

        refused: set[str] = set()
        for month in range(6, 12):
            self.trade.clock.to(2027, month, 10)
            for cover in self.draw.sample(covers_, len(covers_) // 24):
                day = date(2027, self.draw.choice([month, month + 1]), 1)
                reason = self.draw.choice([Reason.endorsement] * 4 + [Reason.withdrawal])
                changes = {"plan": "wide"} if reason is Reason.endorsement else {}
                try:
                    made = covers.change(self.agent, cover.id, Change(reason, day, changes))
                    if isinstance(made, ChangeProposal):
                        covers.agree(self.underwriter, made.id)
                except Refused as refusal:
                    refused.add(refusal.code)
        assert refused <= {"nothing_changes", "cover_ended"}

    def offers(self) -> list[RenewalOffer]:
        """The run in December; the offers in the order of the members' numbers."""
        from django.db import transaction

        from sonae.office import renewals, walls
        from sonae.office.models import RenewalOffer

        self.trade.clock.to(2027, 12, 1)
        list(renewals.run(self.trade.principal("federation_office"), 2028))
        with transaction.atomic():
            walls.enter(reach="all")
            rows = RenewalOffer.objects.select_related("member").order_by("member__corporate_number")
            return sorted(rows, key=lambda one: one.member.corporate_number[1:])

    def answers(self, offers: list[RenewalOffer]) -> None:
        """Every second member answers, with new sales."""
        from sonae.application import Step
        from sonae.office import applicant, applications, binding, renewals
        from tests.office.trade import AGENT, LINK, NO

        self.trade.clock.to(2027, 12, 10)
        self.trade.confirmed(*[offer.member for offer in offers])
        for offer in offers[::2]:
            application = renewals.begin(self.agent, offer.id, {"annual_sales": 400_000_000})
            for step in (Step.intent, Step.proposal, Step.papers):
                applications.prepare(self.agent, application.id, step, {}, **AGENT)
            who = applicant.open_link(applicant.make_link(self.agent, application.id).token).principal
            applications.acknowledge(who, application.id, **LINK)
            found = applications.disclose(who, application.id, application.disclosure_version, NO, **LINK)
            assert found.content_hash is not None
            applications.confirm(who, application.id, found.content_hash, **LINK)
            applications.sign(who, application.id, found.content_hash, "代表者", **LINK)
            binding.bind(self.agent, application.id, **AGENT)

    def digest(self) -> str:
        """Everything the year came to, without the ids and numbers that are drawn."""
        from django.db import transaction

        from sonae.office import walls
        from sonae.office.models import Cover

        with transaction.atomic():
            walls.enter(reach="all")
            rows: list[Any] = [
                [
                    row.member.corporate_number, row.inception.isoformat(), row.ends_at.isoformat(), row.premium,
                    row.applied_on.isoformat(), row.concluded_on.isoformat(),
                    [
                        [
                            one.number,
                            one.reason,
                            one.effective.isoformat(),
                            one.recorded.isoformat(),
                            one.charge,
                            one.months,
                        ]
                        for one in row.transactions.order_by("number")
                    ],
                ]
                for row in Cover.objects.select_related("member").order_by("member__corporate_number", "inception")
            ]  # fmt: skip
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()

    def sums(self) -> dict[str, int]:
        """How many covers and transactions there are, and what is written in yen."""
        from django.db import transaction
        from django.db.models import Sum

        from sonae.office import walls
        from sonae.office.models import Cover, CoverTransaction

        with transaction.atomic():
            walls.enter(reach="all")
            written = Cover.objects.aggregate(Sum("premium"))["premium__sum"]
            return {"covers": Cover.objects.count(), "transactions": CoverTransaction.objects.count(),
                    "premium": int(written)}  # fmt: skip

    def run(self, members: int = MEMBERS) -> str:
        from sonae.office import rebuilding

        covers_ = [self.joins(place) for place in range(members)]
        self.lives(covers_)
        self.answers(self.offers())
        assert list(rebuilding.rebuild(self.trade.principal("operator"), mend=False)) == []
        return self.digest()


def test_a_plan_year_ends_the_same_twice(year: Year) -> None:
    from django.db import transaction

    from tests.office.trade import START

    class Again(Exception):
        """Takes the first year away, to run it again on the same office."""

    ends = []
    for _ in range(2):
        year.trade.clock.moment = START
        year.draw.seed(2027)
        try:
            with transaction.atomic():
                ends.append(year.run())
                raise Again
        except Again:
            continue
    assert ends[0] == ends[1]
