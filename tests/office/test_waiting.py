"""What waits for whom: each turn on one list, with the start that the cut-off calendar still allows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from sonae.cover import Reason
from sonae.office import applicant, applications, binding, clock, covers, renewals, waiting
from sonae.office.covers import Change
from sonae.office.waiting import Kind, Waiting, Whose

from .trade import AGENT, Trade

if TYPE_CHECKING:
    from sonae.office.access import Principal

pytestmark = pytest.mark.django_db


def told(who: Principal) -> list[tuple[Kind, str, Whose, bool]]:
    return [(one.kind, one.task, one.whose, one.mine) for one in waiting.listed(who)]


def only(who: Principal) -> Waiting:
    [found] = waiting.listed(who)
    return found


def test_each_turn_of_an_application_stands_with_whoever_has_it(trade: Trade) -> None:
    member = trade.member()
    application = trade.applied(member)
    person = trade.person_of(member)
    turns = []

    def look() -> None:
        found = only(trade.agent)
        assert found.id == application.id
        sides = {"agency": trade.agent, "applicant": person, "cooperative": trade.cooperative,
                 "insurer": trade.underwriter}  # fmt: skip
        mine = {name for name, who in sides.items() if only(who).mine}
        assert mine == {found.whose}, "exactly the one whose turn it is can do it"
        turns.append((found.task, str(found.whose)))

    look()
    trade.given(application)
    look()
    applications.acknowledge(person, application.id, channel="page", factor="passkey")
    look()
    trade.answered(application, incidents="yes")
    look()
    trade.signed(application)
    look()
    trade.confirmed(member)
    applications.check_membership(trade.agent, application.id)
    look()
    found = trade.decided(applications.one(trade.agent, application.id), "accept", [("多要素認証", date(2027, 6, 30))])
    by_kind = {one.kind: one for one in waiting.listed(trade.agent)}
    assert (by_kind[Kind.application].task, by_kind[Kind.application].mine) == ("binding", True)
    assert (by_kind[Kind.condition].until, by_kind[Kind.condition].mine) == (date(2027, 6, 30), True)
    assert Kind.condition not in {one.kind for one in waiting.listed(trade.cooperative)}, "it may tell of an incident"
    binding.bind(trade.agent, found.application.id, **AGENT)
    assert told(trade.agent) == [(Kind.condition, "condition", Whose.agency, True)]
    assert turns == [
        ("intent", "agency"), ("acknowledgement", "applicant"), ("disclosure", "applicant"),
        ("confirmation", "applicant"), ("membership", "cooperative"), ("decision", "insurer"),
    ]  # fmt: skip


def test_the_start_is_promised_from_the_calendar_and_ends_with_it(trade: Trade) -> None:
    """1 April 2027 is promised to the last second of its deadline; after it the next start that is true."""
    trade.applied(trade.member())
    one = only(trade.agent)
    assert one.reach is not None
    closes = one.reach.until.closes
    assert (one.reach.start, one.reach.holds, one.reach.following) == (date(2027, 4, 1), True, date(2027, 2, 1))
    trade.clock.moment = closes - timedelta(seconds=1)
    late = only(trade.agent).reach
    assert late is not None
    assert late.following == date(2027, 4, 1)
    trade.clock.moment = closes
    past = only(trade.agent).reach
    assert past is not None
    assert (past.holds, past.following) == (False, date(2027, 5, 1))


def test_a_stranger_sees_no_row_and_a_neighbour_only_its_own(trade: Trade) -> None:
    trade.applied(trade.member())
    for name in ("bob", "member"):
        assert waiting.listed(trade.principal(name)) == []
    for name in ("claims_handler", "operator"):
        with pytest.raises(PermissionDenied):
            waiting.listed(trade.principal(name))
    assert not only(trade.principal("federation_office")).mine
    assert not only(trade.principal("auditor")).mine


def test_a_quotation_waits_for_its_agency_alone_until_it_is_applied_for(trade: Trade) -> None:
    trade.quotation(**{"for": {"name": "髙﨑工務店"}})
    trade.clock.moment += timedelta(minutes=1)
    newest = trade.quotation(**{"for": {"name": "髙﨑工務店"}, "plan": "wide"})
    assert [(one.kind, str(one.id), one.mine) for one in waiting.listed(trade.agent)] == [
        (Kind.quotation, newest, True)
    ]
    for name in ("bob", "underwriter", "federation_office", "auditor"):
        assert waiting.listed(trade.principal(name)) == []
    applications.begin(trade.agent, trade.member().organisation_id, newest)
    assert [one[0] for one in told(trade.agent)] == [Kind.application], "what else it was quoted is chosen there"


def test_a_quotation_that_has_expired_waits_no_more(trade: Trade) -> None:
    trade.quotation(**{"for": {"name": "髙﨑工務店"}})
    last = only(trade.agent)
    trade.clock.moment += timedelta(days=120)
    assert waiting.quoted(trade.agent) == []
    assert last.until <= clock.now().date()


def test_a_start_in_the_far_future_hides_nothing_else_that_waits(trade: Trade) -> None:
    """One mistyped year on a quotation must not close the agency's list."""
    trade.quotation(inception="2999-12-01")
    trade.quotation(**{"for": {"name": "髙﨑工務店"}})
    assert len(waiting.listed(trade.agent)) == 2


def test_an_offer_waits_for_the_member_until_its_answer_is_begun(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2028, 1, 12)
    list(renewals.run(trade.principal("federation_office"), 2028))
    person = trade.person_of(cover.member)
    offer = only(person)
    assert (offer.kind, offer.whose, offer.mine) == (Kind.offer, Whose.applicant, True)
    assert offer.reach is not None
    assert (offer.reach.start, offer.until) == (date(2028, 4, 1), date(2028, 3, 10))
    assert only(trade.agent).kind is Kind.offer
    renewals.begin(trade.agent, offer.id, {})
    assert only(person).kind is Kind.application
    assert waiting.listed(trade.principal("bob")) == []


def test_a_change_waits_for_a_second_person_and_never_for_the_first(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 9, 1)
    covers.change(
        trade.underwriter, cover.id, Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 900_000_000})
    )
    assert told(trade.underwriter) == [(Kind.proposal, "proposal", Whose.insurer, False)]
    assert told(trade.agent) == []


def test_whoever_holds_a_link_reads_that_application_alone(trade: Trade) -> None:
    from django.test import Client

    member = trade.member()
    application = trade.applied(member)
    token = applicant.make_link(trade.agent, application.id).token
    trade.applied(member, plan="wide")
    answer = Client().get("/api/v1/waiting", headers={"Authorization": f"Link {token}"})
    assert [row["id"] for row in answer.json()["waiting"]] == [str(application.id)]
