"""The renewal run: once a cover and year, however often it is killed; what is not answered ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from sonae.application import Step
from sonae.cover import Reason
from sonae.office import access, applications, binding, canonical, covers, desk, members, renewals, walls
from sonae.office.covers import Change
from sonae.office.models import Application, ChangeProposal, Cover, RenewalOffer
from sonae.office.refusals import Refused
from sonae.period import JST

from .cast import PASSWORD
from .trade import AGENT, NO, Trade

YEAR = 2028


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def run(trade: Trade) -> renewals.Progress:
    return list(renewals.run(trade.principal("federation_office"), YEAR))[-1]


def offer_of(cover: Cover) -> RenewalOffer:
    walls.enter(reach="all")
    return RenewalOffer.objects.select_related("cover", "member").get(cover=cover)


def answered(trade: Trade, offer: RenewalOffer, **changes: Any) -> Application:
    """The member fills in what has changed, and the sale goes its way to the signature."""
    application = renewals.begin(trade.agent, offer.id, changes)
    trade.prepared(application)
    trade.answered(application)
    trade.signed(application)
    return application


def test_an_offer_is_pre_printed_and_its_parts_sum_to_the_change(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    assert run(trade) == renewals.Progress(YEAR, 1, 1, 0, 0)
    offer = offer_of(cover)
    words = canonical.load(offer.request_bytes)
    assert (words["annual_sales"], words["inception"]) == (1_000_000_000, "2028-04-01")
    assert offer.premium is not None
    assert sum(yen for _, yen in offer.parts) == offer.premium - offer.premium_before


def test_a_run_that_is_killed_goes_on_where_it_was(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewals, "BATCH", 2)
    rows = [trade.bound(trade.member(f"{name}社", 700110000001 + place), annual_sales=1_000_000_000 + place)
            for place, name in enumerate("甲乙丙丁戊")]  # fmt: skip
    trade.clock.to(2027, 12, 1)
    federation = trade.principal("federation_office")
    first = renewals.run(federation, YEAR)
    assert next(first).offered == 2
    first.close()
    real = renewals._offer
    made = []

    def dies(*arguments: Any) -> RenewalOffer:
        if len(made) == 1:
            raise KeyboardInterrupt
        made.append(1)
        return real(*arguments)

    monkeypatch.setattr(renewals, "_offer", dies)
    with pytest.raises(KeyboardInterrupt):
        list(renewals.run(federation, YEAR))
    monkeypatch.setattr(renewals, "_offer", real)
    walls.enter(reach="all")
    assert RenewalOffer.objects.count() == 2, "the batch that died left nothing"
    assert run(trade).offered == 5
    assert run(trade).offered == 5
    walls.enter(reach="all")
    assert {offer.cover_id for offer in RenewalOffer.objects.all()} == {row.id for row in rows}


def test_the_database_holds_one_offer_a_cover_and_year(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    offer = offer_of(cover)
    offer.pk = members.uuid4()
    with pytest.raises(IntegrityError, match="one_offer_a_cover_and_year"), transaction.atomic():
        offer.save(force_insert=True)


def test_a_renewal_begins_where_the_cover_ended(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    offer = offer_of(cover)
    application = answered(trade, offer, annual_sales=1_200_000_000)
    trade.confirmed(cover.member)
    assert applications.check_membership(trade.agent, application.id).next is Step.binding
    renewed = binding.bind(trade.agent, application.id, **AGENT)
    assert (renewed.inception, renewed.renews_id) == (cover.expiry, cover.id)
    access.enter(trade.agent, "cover.read")
    assert renewed.transactions.get().reason == "renewal"
    assert renewed.premium == applications.one(trade.agent, application.id).content.premium
    assert run(trade) == renewals.Progress(YEAR, 1, 1, 1, 1)
    layers = covers.as_of(trade.agent, renewed.id, renewed.inception).layers
    assert {layer.since for layer in layers} == {cover.inception.astimezone(JST)}


def test_what_changed_after_the_form_was_printed_is_renewed_too(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    trade.clock.to(2028, 1, 10)
    covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2028, 2, 1), {"plan": "wide", "set": 4}))
    application = renewals.begin(trade.agent, offer_of(cover).id, {"annual_sales": 1_200_000_000})
    words = canonical.load(applications.one(trade.agent, application.id).content.request_bytes)
    assert (words["plan"], words["set"], words["annual_sales"]) == ("wide", 4, 1_200_000_000)
    assert words["inception"] == "2028-04-01"


@pytest.mark.parametrize("reason", [Reason.withdrawal, Reason.termination])
def test_what_has_ended_after_the_renewal_was_signed_is_not_renewed(trade: Trade, reason: Reason) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    application = answered(trade, offer_of(cover))
    trade.confirmed(cover.member)
    applications.check_membership(trade.agent, application.id)
    asked = covers.change(trade.underwriter, cover.id, Change(reason, date(2028, 2, 1)))
    if isinstance(asked, ChangeProposal):
        second = desk.create_user(None, username="uw2", password=PASSWORD, name="二人目", role="underwriter",
                                  organisation=trade.office.people["underwriter"].organisation)  # fmt: skip
        covers.agree(access.principal_of_user(second), asked.id)
    with refused("not_in_force"):
        binding.bind(trade.agent, application.id, **AGENT)


def test_membership_is_checked_again_and_a_leaver_keeps_cover_to_the_end(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    trade.confirmed(cover.member, belongs=False)
    run(trade)
    offer = offer_of(cover)
    assert not offer.membership_confirmed
    application = answered(trade, offer)
    assert applications.check_membership(trade.agent, application.id).next is Step.membership
    with refused("step_skipped"):
        binding.bind(trade.agent, application.id, **AGENT)
    assert covers.as_of(trade.agent, cover.id).cover.ends_at == cover.expiry


def test_who_does_not_answer_has_no_cover_after_expiry(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    assert covers.as_of(trade.agent, cover.id, cover.expiry).terms is None
    [chased] = renewals.chasing(trade.agent, YEAR)
    assert (chased.agency_id, chased.begun) == (trade.office.ours.id, False)


def test_who_has_signed_is_not_chased(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    assert len(renewals.chasing(trade.cooperative, YEAR)) == 1
    application = renewals.begin(trade.agent, offer_of(cover).id, {})
    assert renewals.chasing(trade.agent, YEAR)[0].begun
    trade.prepared(application)
    trade.answered(application)
    trade.signed(application)
    assert renewals.chasing(trade.agent, YEAR) == []


def test_a_cover_that_has_ended_is_offered_nothing(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    covers.change(trade.agent, cover.id, Change(Reason.withdrawal, date(2027, 7, 1)))
    trade.clock.to(2027, 12, 1)
    assert run(trade) == renewals.Progress(YEAR, 0, 0, 0, 0)


def test_a_cover_that_ends_after_its_offer_is_not_renewed(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    covers.change(trade.agent, cover.id, Change(Reason.withdrawal, date(2028, 1, 1)))
    with refused("not_in_force"):
        renewals.begin(trade.agent, offer_of(cover).id, {})


def test_a_renewal_is_begun_once_and_by_its_own_people(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    run(trade)
    offer = offer_of(cover)
    with pytest.raises(desk.NotFound):
        renewals.begin(trade.principal("bob"), offer.id, {})
    for changes in ({"premium": 1}, {"plan": "none"}, {"inception": "2028-05-01"}):
        with refused("terms_unusable"):
            renewals.begin(trade.agent, offer.id, changes)
    renewals.begin(trade.person_of(cover.member), offer.id, {})
    with refused("renewal_begun"):
        renewals.begin(trade.agent, offer.id, {})


@pytest.mark.parametrize("role", ["solicitor", "agency_manager", "association_office", "underwriter", "auditor"])
def test_the_federation_or_the_operator_runs_it(trade: Trade, role: str) -> None:
    with pytest.raises(PermissionDenied):
        next(renewals.run(trade.principal(role), YEAR))


def test_the_job_runs_in_the_name_of_who_asked(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    assert renewals.renewal_run.func("the_federation_office", YEAR) == 1
    assert renewals.renewal_run.func("nobody", YEAR) == 0
    assert offer_of(cover).group_year == YEAR
    assert NO
