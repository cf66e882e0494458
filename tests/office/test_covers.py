"""The life of a cover, from the office's desk: changed, ended, undone; bounded, by two persons, as of and as known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from sonae.cover import CHANGES, Reason
from sonae.office import access, binding, covers, desk, journal, rebuilding, walls
from sonae.office.covers import Change
from sonae.office.members import Particulars
from sonae.office.models import ChangeProposal, Cover, CoverTransaction, JournalEntry
from sonae.office.refusals import Refused
from sonae.period import JST

from .trade import AGENT, Trade

PREMIUM = 504_500


def at(year: int, month: int, day: int, hour: int = 16) -> datetime:
    return datetime(year, month, day, hour, tzinfo=JST)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def changed(trade: Trade, cover: Cover, reason: Reason, day: date, who: Any = None, **words: Any) -> CoverTransaction:
    made = covers.change(who or trade.agent, cover.id, Change(reason, day, **words))
    assert isinstance(made, CoverTransaction)
    return made


def agreed(trade: Trade, cover: Cover, reason: Reason, day: date, who: Any = None, **words: Any) -> CoverTransaction:
    """A change that needs a second person, with the underwriter as that person."""
    proposal = covers.change(who or trade.agent, cover.id, Change(reason, day, **words))
    assert isinstance(proposal, ChangeProposal)
    made = covers.agree(trade.underwriter, proposal.id)
    assert made is not None
    return made


def test_apply_bind_endorse_and_read_as_of(trade: Trade) -> None:
    cover = trade.bound()
    assert (cover.inception, cover.expiry) == (at(2027, 4, 1), at(2028, 4, 1))
    assert cover.premium == PREMIUM
    trade.clock.to(2027, 6, 10)
    made = changed(trade, cover, Reason.endorsement, date(2027, 7, 1), changes={"plan": "wide"})
    before = covers.as_of(trade.agent, cover.id, at(2027, 7, 1) - timedelta(minutes=1))
    after = covers.as_of(trade.agent, cover.id, at(2027, 7, 1))
    assert before.terms is not None
    assert after.terms is not None
    assert (before.terms.plan, after.terms.plan) == ("basic", "wide")
    unknown = covers.as_of(trade.agent, cover.id, at(2027, 7, 1), known=at(2027, 6, 1))
    assert unknown.terms is not None
    assert unknown.terms.plan == "basic"
    assert made.charge == made.written - PREMIUM


def test_a_preview_says_what_the_change_does_and_writes_nothing(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 10)
    asked = Change(Reason.endorsement, date(2027, 7, 1), {"plan": "wide"})
    walls.enter(reach="all")
    entries = JournalEntry.objects.count()
    seen = covers.preview(trade.agent, cover.id, asked)
    walls.enter(reach="all")
    assert JournalEntry.objects.count() == entries
    made = covers.change(trade.agent, cover.id, asked)
    assert isinstance(made, CoverTransaction)
    assert (seen.charge, seen.written.premium) == (made.charge, made.written)
    assert seen.documents == ("endorsement_notice", "certificate")
    assert not seen.needs_second_person


def test_months_begun_are_kept_when_a_member_withdraws(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    made = changed(trade, cover, Reason.withdrawal, date(2027, 7, 1))
    assert made.written == 126_130  # 504,500 × 3 ÷ 12 = 126,125, to 10 yen
    assert made.charge == 126_130 - PREMIUM
    cover.refresh_from_db()
    assert (cover.ends_at, cover.version, cover.premium) == (at(2027, 7, 1), 2, 126_130)
    assert covers.as_of(trade.agent, cover.id, at(2027, 7, 1)).terms is None


def test_a_corrected_figure_is_charged_from_inception_and_by_two_persons(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 9, 10)
    made = agreed(trade, cover, Reason.correction, date(2027, 4, 1), changes={"annual_sales": 2_000_000_000})
    assert made.charge > 0
    assert made.months == [["2027-04-01", 12, made.written]]
    assert made.approver == trade.underwriter.name
    found = covers.as_of(trade.agent, cover.id, at(2027, 5, 1))
    assert found.terms is not None
    assert found.terms.annual_sales == 2_000_000_000


def test_out_of_order_changes_come_to_the_in_order_result(trade: Trade) -> None:
    one, other = trade.bound(), trade.bound(trade.member("乙社", 700110000002), set=3, annual_sales=1_000_000_000)
    trade.clock.to(2027, 7, 20)
    agreed(trade, one, Reason.endorsement, date(2027, 7, 1), changes={"set": 2})
    changed(trade, one, Reason.endorsement, date(2027, 9, 1), changes={"plan": "wide"})
    changed(trade, other, Reason.endorsement, date(2027, 9, 1), changes={"plan": "wide"})
    agreed(trade, other, Reason.endorsement, date(2027, 7, 1), changes={"set": 2})
    for row in (one, other):
        row.refresh_from_db()
    assert one.premium == other.premium
    terms = covers.as_of(trade.agent, other.id, at(2027, 10, 1)).terms
    assert terms is not None
    assert (terms.set, terms.plan) == (2, "wide")


def test_a_new_name_and_address_hold_from_their_day(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 10)
    changed(trade, cover, Reason.endorsement, date(2027, 7, 1),
            particulars=Particulars("株式会社𠮷﨑", "ヨシザキ", "1000001", "東京都"))  # fmt: skip
    assert covers.as_of(trade.agent, cover.id).particulars.legal_name == "髙﨑工務店"
    assert covers.as_of(trade.agent, cover.id, at(2027, 7, 1)).particulars.legal_name == "株式会社𠮷﨑"
    before = covers.as_of(trade.agent, cover.id, at(2027, 7, 1), known=at(2027, 6, 1))
    assert before.particulars.legal_name == "髙﨑工務店"


def test_a_higher_limit_has_its_own_first_inception(trade: Trade) -> None:
    cover = trade.bound(set=1)
    trade.clock.to(2027, 6, 10)
    changed(trade, cover, Reason.endorsement, date(2027, 7, 1), changes={"set": 3})
    layers = covers.as_of(trade.agent, cover.id, at(2027, 8, 1)).layers
    since = sorted({layer.since for layer in layers if layer.coverage == "liability"})
    assert since == [at(2027, 4, 1), at(2027, 7, 1)]
    before = covers.as_of(trade.agent, cover.id, at(2027, 7, 1) - timedelta(minutes=1))
    assert {(layer.up_to, layer.since) for layer in before.layers if layer.coverage == "liability"} == {
        (30_000_000, at(2027, 4, 1))
    }


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_what_is_backdated_needs_a_second_person(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 7, 20)
    asked = Change(Reason.withdrawal, date(2027, 7, 1))
    proposal = covers.change(trade.agent, cover.id, asked)
    assert isinstance(proposal, ChangeProposal)
    cover.refresh_from_db()
    assert cover.version == 1
    with pytest.raises(PermissionDenied):
        covers.agree(trade.agent, proposal.id)
    assert [row.id for row in covers.proposals(trade.underwriter)] == [proposal.id]
    made = covers.agree(trade.underwriter, proposal.id)
    assert made is not None
    assert (made.actor, made.approver) == (trade.agent.name, trade.underwriter.name)
    with refused("proposal_decided"):
        covers.agree(trade.underwriter, proposal.id)


def test_nobody_is_the_own_second_person(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 7, 20)
    proposal = covers.change(trade.underwriter, cover.id, Change(Reason.termination, date(2027, 8, 1)))
    assert isinstance(proposal, ChangeProposal)
    with refused("same_person"):
        covers.agree(trade.underwriter, proposal.id)
    access.enter(trade.underwriter, "cover.approve")
    with pytest.raises(DatabaseError, match="change_decided_by_a_second_person"), transaction.atomic():
        ChangeProposal.objects.filter(id=proposal.id).update(decided_by=trade.underwriter.name)


def test_a_proposal_that_is_turned_down_changes_nothing(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 7, 20)
    proposal = covers.change(trade.agent, cover.id, Change(Reason.withdrawal, date(2027, 7, 1)))
    assert covers.agree(trade.underwriter, UUID(str(proposal.id)), agreed=False) is None
    cover.refresh_from_db()
    assert cover.version == 1


def test_backdating_is_bounded_by_role(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 9, 15)
    asked = Change(Reason.cancellation, date(2027, 8, 1))
    with refused("backdated_too_far"):
        covers.change(trade.agent, cover.id, asked)
    assert isinstance(covers.change(trade.underwriter, cover.id, asked), ChangeProposal)


def test_nothing_is_backdated_once_a_loss_is_notified(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 7, 20)
    first = covers.change(trade.agent, cover.id, Change(Reason.withdrawal, date(2027, 7, 1)))
    second = covers.change(
        trade.agent, cover.id, Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 900_000_000})
    )
    covers.notify_loss(trade.principal("claims_handler"), cover.id, at(2027, 7, 10))
    for proposal in (first, second):
        assert isinstance(proposal, ChangeProposal)
        with refused("loss_notified"):
            covers.agree(trade.underwriter, proposal.id)
    # What lies ahead is free.
    changed(trade, cover, Reason.endorsement, date(2027, 9, 1), changes={"plan": "wide"})


def test_after_the_hour_today_is_backdated_too(trade: Trade) -> None:
    """Attacked at six in the evening, a member does not take a higher set at eight as from four."""
    cover = trade.bound(set=1)
    higher = Change(Reason.endorsement, date(2027, 7, 20), {"set": 4})
    trade.clock.to(2027, 7, 20, 15, 59)
    assert not covers.preview(trade.agent, cover.id, higher).needs_second_person
    trade.clock.to(2027, 7, 20, 20)
    assert covers.preview(trade.agent, cover.id, higher).needs_second_person
    proposal = covers.change(trade.agent, cover.id, higher)
    assert isinstance(proposal, ChangeProposal)
    covers.notify_loss(trade.principal("claims_handler"), cover.id, at(2027, 7, 20, 18))
    with refused("loss_notified"):
        covers.agree(trade.underwriter, proposal.id)


@pytest.mark.parametrize("reason", [Reason.endorsement, Reason.correction, Reason.withdrawal, Reason.cancellation])
def test_fraud_is_no_ground_for_a_change_or_an_end(trade: Trade, reason: Reason) -> None:
    cover = trade.bound()
    words = {"set": 4} if reason in CHANGES else {}
    with refused("fraud_unmakes_only"):
        covers.change(trade.agent, cover.id, Change(reason, date(2027, 8, 1), words, by_fraud=True))
    access.enter(trade.underwriter, "cover.change")
    row = cover.transactions.get()
    row.pk, row.number, row.reason, row.by_fraud = None, 2, str(reason), True
    with pytest.raises(DatabaseError, match="fraud_unmakes_only"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("role", ["solicitor", "agency_manager", "association_office", "federation_office",
                                  "underwriter", "auditor", "operator", "member"])  # fmt: skip
def test_losses_are_marked_by_the_insurers_claims_people_only(trade: Trade, role: str) -> None:
    cover = trade.bound()
    with pytest.raises(PermissionDenied):
        covers.notify_loss(trade.principal(role), cover.id, at(2027, 7, 10))


def test_neither_agent_nor_federation_learns_of_a_loss(trade: Trade) -> None:
    from sonae.office.models import CoverLoss

    cover = trade.bound()
    covers.notify_loss(trade.principal("claims_handler"), cover.id, at(2027, 7, 10))
    for who in (trade.agent, trade.principal("federation_office"), trade.cooperative):
        access.enter(who, "cover.read")
        assert CoverLoss.objects.count() == 0
        assert not JournalEntry.objects.filter(stream__startswith="loss/").exists()


@pytest.mark.parametrize(("role", "reason"), [
    ("solicitor", Reason.termination), ("solicitor", Reason.avoidance), ("solicitor", Reason.lapse),
    ("federation_office", Reason.endorsement), ("federation_office", Reason.correction),
    ("agency_manager", Reason.termination_for_non_payment), ("underwriter", Reason.enrolment),
    ("underwriter", Reason.renewal),
])  # fmt: skip
def test_each_change_belongs_to_roles(trade: Trade, role: str, reason: Reason) -> None:
    cover = trade.bound()
    who = trade.agent if role == "solicitor" else trade.principal(role)
    if role == "agency_manager":
        who = trade.principal("agency_manager")
    with refused("role_may_not"):
        covers.change(who, cover.id, Change(reason, date(2027, 8, 1), {"plan": "wide"}))


@pytest.mark.parametrize("role", ["association_office", "auditor", "operator", "claims_handler", "member"])
def test_others_change_nothing(trade: Trade, role: str) -> None:
    with pytest.raises(PermissionDenied):
        covers.change(trade.principal(role), "x", Change(Reason.withdrawal, date(2027, 8, 1)))


@pytest.mark.parametrize(("day", "code"), [
    (date(2027, 3, 31), "outside_period"), (date(2028, 4, 1), "outside_period"), (date(2030, 1, 1), "outside_period"),
])  # fmt: skip
def test_a_day_outside_the_period_is_refused(trade: Trade, day: date, code: str) -> None:
    with refused(code):
        covers.change(trade.agent, trade.bound().id, Change(Reason.withdrawal, day))


@pytest.mark.parametrize("changes", [
    {"plan": "none"}, {"set": 9}, {"annual_sales": 0}, {"annual_sales": "1"}, {"annual_sales": 20_000_000_000},
    {"premium": 1}, {"inception": "2027-05-01"}, {"product": "x"}, {"sheet_discount": 60}, {"set": 5},
    {"riders": ["none"]}, {"industry": "Z"}, {"limits": {"liability": 1, "expense": 1}}, {"annual_sales": True},
    {"sheet": {"version": "x"}},
])  # fmt: skip
def test_terms_that_do_not_fit_are_refused(trade: Trade, changes: dict[str, Any]) -> None:
    cover = trade.bound()
    with refused("terms_unusable"):
        covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 8, 1), changes))
    cover.refresh_from_db()
    assert cover.version == 1


def test_a_change_that_changes_nothing_is_refused(trade: Trade) -> None:
    cover = trade.bound()
    for changes in ({}, {"plan": "basic"}):
        with refused("nothing_changes"):
            covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 8, 1), changes))


def test_what_has_ended_does_not_end_again(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    changed(trade, cover, Reason.withdrawal, date(2027, 7, 1))
    with refused("cover_ended"):
        covers.change(trade.agent, cover.id, Change(Reason.cancellation, date(2027, 8, 1)))


# --- undone, unmade ---------------------------------------------------------------------------------------------------


def test_a_mistaken_cancellation_is_undone_by_two_persons(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    ended = changed(trade, cover, Reason.cancellation, date(2027, 7, 1))
    trade.clock.to(2027, 7, 15)
    made = agreed(trade, cover, Reason.undo, date(2027, 7, 15), undoes=ended.number)
    assert made.charge == -ended.charge
    cover.refresh_from_db()
    assert (cover.ends_at, cover.premium) == (at(2028, 4, 1), PREMIUM)
    # As it was known before the undo, there was a gap.
    assert covers.as_of(trade.agent, cover.id, at(2027, 7, 10), known=at(2027, 7, 14)).terms is None


def test_an_undo_is_refused_over_a_loss_in_the_gap(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    ended = changed(trade, cover, Reason.cancellation, date(2027, 7, 1))
    trade.clock.to(2027, 7, 15)
    proposal = covers.change(trade.agent, cover.id, Change(Reason.undo, date(2027, 7, 15), undoes=ended.number))
    assert isinstance(proposal, ChangeProposal)
    covers.notify_loss(trade.principal("claims_handler"), cover.id, at(2027, 7, 5))
    with refused("loss_notified"):
        covers.agree(trade.underwriter, proposal.id)


def test_an_undo_is_refused_over_a_loss_that_was_found_in_the_gap(trade: Trade) -> None:
    """It happened under the cover and was found without it: expense is paid by discovery."""
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    ended = changed(trade, cover, Reason.cancellation, date(2027, 7, 1))
    trade.clock.to(2027, 7, 15)
    covers.notify_loss(trade.principal("claims_handler"), cover.id, at(2027, 6, 5))
    proposal = covers.change(trade.agent, cover.id, Change(Reason.undo, date(2027, 7, 15), undoes=ended.number))
    assert isinstance(proposal, ChangeProposal)
    with refused("loss_notified"):
        covers.agree(trade.underwriter, proposal.id)


def test_an_undo_is_refused_where_other_cover_was_taken(trade: Trade) -> None:
    member = trade.member()
    cover = trade.bound(member)
    trade.clock.to(2027, 5, 20)
    ended = changed(trade, cover, Reason.cancellation, date(2027, 6, 1))
    trade.confirmed(member)
    again = trade.accepted(member, inception="2027-07-01", set=2)
    binding.bind(trade.agent, again.application.id, **AGENT)
    proposal = covers.change(trade.agent, cover.id, Change(Reason.undo, date(2027, 5, 20), undoes=ended.number))
    assert isinstance(proposal, ChangeProposal)
    with refused("cover_already_held"):
        covers.agree(trade.underwriter, proposal.id)


@pytest.mark.parametrize("undoes", [None, 1, 9])
def test_only_an_end_that_counts_is_undone(trade: Trade, undoes: int | None) -> None:
    with refused("not_undoable"):
        covers.change(trade.agent, trade.bound().id, Change(Reason.undo, date(2027, 4, 1), undoes=undoes))


@pytest.mark.parametrize(("fraud", "kept"), [(False, 0), (True, PREMIUM)])
def test_an_avoided_cover_never_was_and_its_place_is_free(trade: Trade, fraud: bool, kept: int) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    second = desk.create_user(None, username="uw2", password="correct horse battery staple", name="二人目",
                              organisation=trade.office.people["underwriter"].organisation,
                              role="underwriter")  # fmt: skip
    proposal = covers.change(trade.underwriter, cover.id, Change(Reason.avoidance, date(2027, 4, 1), by_fraud=fraud))
    assert isinstance(proposal, ChangeProposal)
    made = covers.agree(access.principal_of_user(second), proposal.id)
    assert made is not None
    assert made.written == kept
    cover.refresh_from_db()
    assert cover.ends_at == cover.inception
    assert covers.as_of(trade.agent, cover.id, at(2027, 5, 1)).terms is None
    trade.confirmed(cover.member)
    trade.accepted(cover.member, inception="2027-09-01", set=2)


# --- the register and the journal -----------------------------------------------------------------------------------


def busy(trade: Trade) -> Cover:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    ended = changed(trade, cover, Reason.cancellation, date(2027, 7, 1))
    agreed(trade, cover, Reason.undo, date(2027, 6, 20), undoes=ended.number)
    changed(trade, cover, Reason.endorsement, date(2027, 8, 1), changes={"plan": "wide"})
    cover.refresh_from_db()
    return cover


def test_the_stream_of_a_cover_is_its_transactions(trade: Trade) -> None:
    cover = busy(trade)
    walls.enter(reach="all")
    entries = JournalEntry.objects.filter(stream=f"cover/{cover.id}").order_by("number")
    assert [entry.number for entry in entries] == [row.number for row in cover.transactions.order_by("number")]
    assert all(bytes(entry.hash) == journal.hash_of(entry) for entry in entries)


def test_the_register_rebuilt_from_the_journal_is_equal(trade: Trade) -> None:
    busy(trade)
    assert list(rebuilding.rebuild(trade.principal("operator"), mend=False)) == []


def test_a_register_that_was_changed_is_named_and_set_right(trade: Trade) -> None:
    cover = busy(trade)
    walls.enter(reach="all")
    Cover.objects.filter(id=cover.id).update(premium=1)
    operator = trade.principal("operator")
    [found] = rebuilding.rebuild(operator, mend=False)
    assert (found.what, found.register, found.mended) == ("premium", "1", False)
    [found] = rebuilding.rebuild(operator, mend=True)
    assert found.mended
    assert list(rebuilding.rebuild(operator, mend=False)) == []


def test_the_database_holds_gaplessness_and_overlap(trade: Trade) -> None:
    cover = busy(trade)
    access.enter(trade.underwriter, "cover.change")
    row = cover.transactions.order_by("-number")[0]
    row.pk, row.number = None, row.number + 2
    with pytest.raises(DatabaseError, match="is next"), transaction.atomic():
        row.save(force_insert=True)
    row.pk, row.number, row.recorded = None, row.number - 1, row.recorded - timedelta(days=1)
    with pytest.raises(DatabaseError, match="goes back"), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        CoverTransaction.objects.update(charge=0)


def test_terms_that_the_product_refers_need_a_person_of_the_insurer(trade: Trade) -> None:
    """Above 300 million yen of liability the product refers at the sale; an endorsement is no way round it."""
    cover = trade.bound()
    trade.clock.to(2027, 6, 10)
    asked = Change(
        Reason.endorsement, date(2027, 7, 1),
        {"set": 5, "limits": {"liability": 500_000_000, "expense": 30_000_000}, "riders": None},
    )  # fmt: skip
    seen = covers.preview(trade.agent, cover.id, asked)
    assert (seen.referred, seen.needs_second_person) == (True, True)
    proposal = covers.change(trade.agent, cover.id, asked)
    assert isinstance(proposal, ChangeProposal)
    own = covers.change(trade.underwriter, cover.id, asked)
    assert isinstance(own, ChangeProposal), "one person of the insurer is not enough either"
    with refused("same_person"):
        covers.agree(trade.underwriter, own.id)
    made = covers.agree(trade.underwriter, proposal.id)
    assert made is not None
    assert made.approver == trade.underwriter.name
    # What was decided stays decided: the end of this cover is asked as ever.
    changed(trade, cover, Reason.withdrawal, date(2027, 10, 1))
