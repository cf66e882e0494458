"""Rights follow the present relation at once; what must be met before binding is met before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from sonae.application import Step
from sonae.cover import Reason
from sonae.office import applications, binding, clock, covers, deciding, desk, members, renewals
from sonae.office.covers import Change
from sonae.office.models import User
from sonae.office.refusals import Refused

from .trade import AGENT, Trade


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_an_expired_registration_stops_every_act_of_the_sale(trade: Trade) -> None:
    cover = trade.bound()
    other = trade.member("別の会社", 700110000001)
    trade.confirmed(other)
    waiting = trade.accepted(other)
    User.objects.filter(id=trade.office.alice.id).update(registration_expires=clock.now().date())
    assert trade.agent.may("application.bind"), "the last day counts"
    trade.clock.to(2026, 12, 11)
    agent = trade.agent
    for act in (
        lambda: trade.member("三つ目の会社", 700110000002, agent),
        lambda: binding.bind(agent, waiting.application.id, **AGENT),
        lambda: covers.change(agent, cover.id, Change(Reason.withdrawal, date(2027, 7, 1))),
        lambda: renewals.begin(agent, cover.id, {}),
        lambda: applications.prepare(agent, waiting.application.id, Step.intent, {}, channel="desk", factor="totp"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert covers.as_of(agent, cover.id).cover.id == cover.id, "looking is no act of the sale"


def test_after_a_transfer_or_suspension_the_old_agency_does_nothing_for_the_member(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    waiting = trade.accepted(member)
    federation = trade.principal("federation_office")
    members.suspend(federation, member.organisation_id, suspended=True)
    with pytest.raises(desk.NotFound):
        binding.bind(trade.agent, waiting.application.id, **AGENT)
    members.suspend(federation, member.organisation_id, suspended=False)
    members.transfer(federation, member.organisation_id, trade.office.theirs.id)
    with pytest.raises(desk.NotFound):
        binding.bind(trade.agent, waiting.application.id, **AGENT)
    cover = binding.bind(trade.principal("bob"), waiting.application.id, **AGENT)
    with pytest.raises(desk.NotFound):
        covers.as_of(trade.agent, cover.id)


@pytest.mark.parametrize("channel", ["page", "api"])
@pytest.mark.parametrize("factor", ["password", "recovery", ""])
def test_nobody_binds_from_a_page_without_a_second_factor(trade: Trade, channel: str, factor: str) -> None:
    with refused("factor_not_shown"):
        binding.bind(trade.agent, "00000000-0000-0000-0000-000000000000", channel=channel, factor=factor)


def test_a_condition_due_by_the_start_is_met_before_binding_and_a_later_one_waits(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    found = trade.decided(
        trade.signed(application), "accept",
        [("多要素認証を入れる", date(2027, 4, 1)), ("訓練をする", date(2027, 4, 2))],
    )  # fmt: skip
    with pytest.raises(Refused, match="多要素認証を入れる", check=lambda error: error.code == "condition_open"):
        binding.bind(trade.agent, found.application.id, **AGENT)
    first, later = deciding.open_conditions(trade.underwriter)
    for nobody in (trade.agent, trade.principal("federation_office")):
        with pytest.raises(PermissionDenied):
            deciding.close_condition(nobody, first.id, "導入を確認した")
    with refused("reason_unusable"):
        deciding.close_condition(trade.underwriter, first.id, "")
    deciding.close_condition(trade.underwriter, first.id, "導入を確認した")
    binding.bind(trade.agent, found.application.id, **AGENT)
    assert [row.id for row in deciding.open_conditions(trade.agent)] == [later.id]


def test_offers_are_prepared_from_four_months_before_the_turn(trade: Trade) -> None:
    trade.bound()
    federation = trade.principal("federation_office")
    trade.clock.to(2027, 11, 30, 23, 59)
    with pytest.raises(Refused, match="2027年12月1日", check=lambda error: error.code == "offered_too_early"):
        next(renewals.run(federation, 2028))
    trade.clock.to(2027, 12, 1, 0, 0)
    assert list(renewals.run(federation, 2028))[-1].offered == 1
