"""The money of claims: estimates against limits, decisions by two persons, payments in two phases, who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from sonae.office import (
    access,
    claim_aggregates,
    claim_decisions,
    claim_payees,
    claim_payments,
    claim_reserves,
    claim_response,
    claim_rules,
    claims,
    walls,
)
from sonae.office.claim_payments import Line
from sonae.office.models import Aggregate, ClaimPayment, ClaimRecovery, Payee
from sonae.office.refusals import Refused

from .claim_story import ACCOUNT, Settling, judged, settling
from .trade import Trade

EXPENSE = 30_000_000


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


@pytest.fixture
def payable(story: Settling) -> Settling:
    """Everything decided and the premium confirmed: 9,000,000 of forensics, 2,000,000 of damages."""
    story.decided(forensics=9_000_000, damages=2_000_000)
    story.premium()
    return story


def left(story: Settling, coverage: str = "expense", head: str = "") -> int:
    access.enter(story.handler, "claim.handle")
    [found] = [one for one in claim_aggregates.left_of(story.cover) if (one.coverage, one.head) == (coverage, head)]
    return found.remaining


# --- estimates ------------------------------------------------------------------------------------------------------


def test_what_remains_is_shown_before_and_held_after_an_estimate_is_approved(story: Settling) -> None:
    asked = claim_response.ask_spend(story.member, story.claim.id, "forensics", "北陸フォレンジック", 4_620_000)
    seen = claim_response.preview_spend(story.handler, asked.id)
    assert (seen.fits, seen.after) == (True, (EXPENSE - 4_620_000,))
    assert left(story) == EXPENSE
    claim_response.approve_spend(story.handler, asked.id)
    claim_response.approve_spend(story.handler, asked.id)
    assert left(story) == EXPENSE - 4_620_000
    claim_response.decline_spend(story.handler, asked.id, "中止になった")
    assert left(story) == EXPENSE


def test_an_estimate_over_what_is_left_is_refused_and_holds_nothing(story: Settling) -> None:
    asked = claim_response.ask_spend(story.member, story.claim.id, "forensics", "業者", EXPENSE + 1)
    assert not claim_response.preview_spend(story.handler, asked.id).fits
    with refused("limit_reached"):
        claim_response.approve_spend(story.handler, asked.id)
    assert left(story) == EXPENSE
    claim_response.approve_spend(story.handler, asked.id, EXPENSE)
    assert left(story) == 0


def test_a_head_with_a_sublimit_has_its_own_end(story: Settling) -> None:
    asked = claim_response.ask_spend(story.member, story.claim.id, "attack_investigation", "業者", 10_000_001)
    with refused("limit_reached"):
        claim_response.approve_spend(story.handler, asked.id)
    claim_response.approve_spend(story.handler, asked.id, 10_000_000)
    assert (left(story), left(story, head="attack_investigation")) == (EXPENSE - 10_000_000, 0)


def test_nobody_approves_what_they_asked_for_and_the_member_approves_nothing(story: Settling) -> None:
    asked = claim_response.ask_spend(story.handler, story.claim.id, "forensics", "業者", 1_000)
    with refused("same_person"):
        claim_response.approve_spend(story.handler, asked.id)
    with pytest.raises(PermissionDenied):
        claim_response.approve_spend(story.member, asked.id)


def test_an_approved_estimate_is_paid_out_of_what_it_held(payable: Settling) -> None:
    asked = claim_response.ask_spend(payable.member, payable.claim.id, "forensics", "業者", 4_000_000)
    claim_response.approve_spend(payable.handler, asked.id)
    payment = payable.prepared(payable.payee("vendor"), 3_900_000, spend=asked.id)
    assert left(payable) == EXPENSE - 3_900_000
    claim_payments.void(payable.handler, payment.id, "請求書の差し替え")
    assert left(payable) == EXPENSE - 3_900_000
    asked.refresh_from_db()
    assert (asked.state, asked.approved) == ("approved", 3_900_000)


# --- decisions ------------------------------------------------------------------------------------------------------


def test_a_decision_is_read_by_a_second_person_before_anyone_else_sees_it(story: Settling) -> None:
    made = claim_decisions.propose(story.handler, story.claim.id, judged(story.cover, forensics=1_000_000))
    again = claim_decisions.propose(story.handler, story.claim.id, judged(story.cover, forensics=1_000_000))
    assert again.id == made.id
    assert claim_decisions.all_of(story.member, story.claim.id) == []
    with refused("same_person"):
        claim_decisions.confirm(story.handler, made.id)
    confirmed = claim_decisions.confirm(story.manager, made.id)
    assert bytes(confirmed.proof_bytes) == judged(story.cover, forensics=1_000_000).proof
    assert [one.id for one in claim_decisions.all_of(story.member, story.claim.id)] == [made.id]
    assert claim_reserves.history(story.handler, story.claim.id)[-1].amount == 1_000_000


def test_a_cut_or_a_denial_has_its_reason(story: Settling) -> None:
    for granted in (0, 600_000):
        with refused("reason_unusable"):
            claim_decisions.propose(story.handler, story.claim.id, judged(story.cover, consulting=(660_000, granted)))
    made = claim_decisions.propose(
        story.handler, story.claim.id, judged(story.cover, consulting=(660_000, 0)), reason="承認の前に着手した"
    )
    assert made.outcome == "not_covered"


def test_a_decision_keeps_to_the_members_covers_and_its_own_claims(story: Settling, trade: Trade) -> None:
    trade.clock.to(2026, 12, 10)
    other = trade.bound(trade.member("乙社", 700110000002))
    trade.clock.to(2027, 9, 11, 9)
    with refused("cover_of_another"):
        claim_decisions.propose(story.handler, story.claim.id, judged(other, forensics=1))
    with refused("no_such_head"):
        claim_decisions.propose(story.handler, story.claim.id, judged(story.cover, ransom=1))
    with refused("decision_unusable"):
        claim_decisions.propose(story.handler, story.claim.id, judged(story.cover, forensics=(1, 2)), reason="x")


def test_a_departure_from_like_cases_asks_for_its_reason(story: Settling, trade: Trade) -> None:
    story.decided(consulting=(660_000, 440_000))
    trade.clock.to(2026, 12, 10)
    other = trade.bound(trade.member("乙社", 700110000002))
    trade.clock.to(2027, 9, 11, 9)
    theirs = settling(trade, other)
    alike = judged(other, consulting=(600_000, 400_000))
    assert claim_decisions.compare(theirs.handler, theirs.claim.id, alike).departures == ()
    apart = judged(other, consulting=(600_000, 600_000))
    [like] = claim_decisions.compare(theirs.handler, theirs.claim.id, apart).likes
    assert like.name == story.claim.number
    with refused("departure_unexplained"):
        claim_decisions.propose(theirs.handler, theirs.claim.id, apart)
    claim_decisions.propose(theirs.handler, theirs.claim.id, apart, departure="着手の前に電話で承認していた")


# --- payments -------------------------------------------------------------------------------------------------------


def test_a_payment_is_prepared_approved_by_another_and_posted(payable: Settling) -> None:
    made = payable.prepared(payable.payee(), 4_620_000)
    assert (made.state, left(payable)) == ("prepared", EXPENSE - 4_620_000)
    assert claim_payments.all_of(payable.member, payable.claim.id) == []
    with refused("approvals_missing"):
        claim_payments.post(payable.handler, made.id)
    with refused("same_person"):
        claim_payments.approve(payable.handler, made.id)
    assert claim_payments.approve(payable.second(), made.id).state == "approved"
    posted = claim_payments.post(payable.handler, made.id)
    assert claim_payments.post(payable.handler, made.id).posted_at == posted.posted_at
    access.enter(payable.handler, "claim.handle")
    row = Aggregate.objects.get(coverage="expense", head="", claim=None)
    assert (row.paid, row.prepared, row.committed) == (4_620_000, 0, 0)
    assert [one.amount for one in claim_payments.all_of(payable.member, payable.claim.id)] == [4_620_000]


def test_nothing_is_paid_before_the_decision_and_the_premium(story: Settling) -> None:
    payee = story.payee()
    with refused("no_decision"):
        story.prepared(payee, 1)
    story.decided(forensics=5_000_000)
    with refused("premium_not_received"):
        story.prepared(payee, 1)
    claim_payees.answer_premium(story.handler, story.claim.id, story.cover.id, received=False, note="督促中")
    with refused("premium_not_received"):
        story.prepared(payee, 1)


def _posted(story: Settling, payment: ClaimPayment) -> None:
    """Past the office, in the table."""
    words = {"state": "posted", "posted_at": payment.made_at, "posted_by": story.handler.name}
    ClaimPayment.objects.filter(id=payment.id).update(**words)


def test_what_a_later_decision_takes_away_does_not_go_out_on_the_earlier_one(payable: Settling) -> None:
    """Prepared and approved, then the facts turn out otherwise: nothing leaves that no longer stands."""
    payee, vendor = payable.payee(), payable.payee("vendor")
    waiting, approved = payable.prepared(payee, 4_000_000), payable.prepared(vendor, 3_000_000)
    claim_payments.approve(payable.manager, approved.id)
    payable.decided("again", forensics=(9_000_000, 5_000_000))
    with refused("more_than_decided"):
        claim_payments.approve(payable.manager, waiting.id)
    with refused("more_than_decided"):
        claim_payments.post(payable.handler, approved.id)
    access.enter(payable.handler, "claim.pay")
    with pytest.raises(DatabaseError, match="than the newest decision grants"), transaction.atomic():
        _posted(payable, approved)
    claim_payments.void(payable.handler, waiting.id, "判断が変わった")
    assert claim_payments.post(payable.handler, approved.id).state == "posted"
    assert left(payable) == EXPENSE - 3_000_000


def test_a_premium_that_turns_out_unpaid_stops_what_was_prepared(payable: Settling) -> None:
    made = payable.prepared(payable.payee(), 4_000_000)
    payable.trade.clock.moment += timedelta(minutes=1)
    claim_payees.answer_premium(
        payable.handler, payable.claim.id, payable.cover.id, received=False, note="口座振替が不能だった"
    )
    with refused("premium_not_received"):
        claim_payments.approve(payable.manager, made.id)
    payable.trade.clock.moment += timedelta(minutes=1)
    payable.premium()
    claim_payments.approve(payable.manager, made.id)
    payable.trade.clock.moment += timedelta(minutes=1)
    claim_payees.answer_premium(
        payable.handler, payable.claim.id, payable.cover.id, received=False, note="もう一度確かめた"
    )
    access.enter(payable.handler, "claim.pay")
    with pytest.raises(DatabaseError, match="premium was not received"), transaction.atomic():
        _posted(payable, made)
    payable.trade.clock.moment += timedelta(minutes=1)
    payable.premium()
    assert claim_payments.post(payable.handler, made.id).state == "posted"


@pytest.mark.parametrize("amount", [9_000_001, 0, -1, 10**13, True])
def test_an_amount_that_was_not_decided_is_refused(payable: Settling, amount: int) -> None:
    with pytest.raises(Refused):
        payable.prepared(payable.payee(), amount)


def test_what_was_paid_before_counts_against_what_was_decided(payable: Settling) -> None:
    payee = payable.payee()
    payable.paid(payee, 8_999_999)
    with refused("more_than_decided"):
        payable.prepared(payee, 2)
    payable.prepared(payee, 1)


def test_the_limit_stops_what_two_claims_were_granted_together(payable: Settling, trade: Trade) -> None:
    other = settling(trade, payable.cover)
    other.decided("second", forensics=EXPENSE)
    other.premium()
    payable.prepared(payable.payee(), 1)
    with refused("limit_reached"):
        other.prepared(other.payee(), EXPENSE)
    other.prepared(other.payee(), EXPENSE - 1)


def test_damages_reach_the_insured_only_against_a_paper(payable: Settling) -> None:
    insured = payable.payee()
    for words in ({}, {"lien": "claimant_consent"}, {"lien": "trust"}):
        with refused("lien"):
            payable.prepared(insured, 1_000_000, "damages", **words)
    payable.prepared(insured, 1_000_000, "damages", lien="claimant_consent", lien_file=payable.file().id)
    payable.prepared(payable.payee("claimant"), 500_000, "damages")
    with refused("lien"):  # nor by way of somebody who repairs
        payable.prepared(payable.payee("vendor"), 500_000, "damages")


def test_thresholds_count_all_payments_of_the_claim_not_each(story: Settling) -> None:
    """Splitting a payment under the line changes nothing (T-65)."""
    story.decided(forensics=20_000_000)
    story.premium()
    payee = story.payee()
    story.paid(payee, 9_000_000)
    made = story.prepared(payee, 1_000_000)
    assert (made.cumulative, made.manager_needed) == (10_000_000, True)
    assert claim_payments.approve(story.second(), made.id).state == "prepared"
    assert claim_payments.approve(story.manager, made.id).state == "approved"


def test_from_fifty_million_two_persons_approve(story: Settling) -> None:
    story.decided(damages=60_000_000)
    story.premium()
    made = story.prepared(story.payee("claimant"), 60_000_000, "damages")
    assert claim_payments.approve(story.manager, made.id).state == "prepared"
    assert claim_payments.approve(story.manager, made.id).state == "prepared"
    assert claim_payments.approve(story.second(), made.id).state == "approved"


def test_a_changed_account_needs_a_call_back_and_a_second_approver(payable: Settling) -> None:
    old = payable.payee()
    waiting = payable.prepared(old, 1_000)
    new = payable.payee(replaces=old.id)
    with refused("payee_changed"):
        claim_payments.approve(payable.manager, waiting.id)
    with refused("payee_changed"):
        payable.prepared(old, 1_000)
    made = payable.prepared(new, 1_000)
    with refused("call_back_missing"):
        claim_payments.approve(payable.manager, made.id)
    with refused("same_person"):
        claim_payees.call_back(payable.handler, new.id, "かけた")
    claim_payees.call_back(payable.manager, new.id, "証券に記載の番号にかけ、社長に確かめた")
    assert claim_payments.approve(payable.manager, made.id).state == "prepared"
    assert claim_payments.approve(payable.second(), made.id).state == "approved"
    payable.trade.clock.moment += timedelta(days=claim_rules.rules().fresh_days + 1)
    assert not payable.prepared(new, 1_000).fresh_payee


def test_a_void_payment_frees_its_yen_and_never_moves_again(payable: Settling) -> None:
    made = payable.prepared(payable.payee(), 1_000_000)
    claim_payments.void(payable.handler, made.id, "二重に準備した")
    assert left(payable) == EXPENSE
    assert claim_payments.void(payable.handler, made.id, "もう一度").void_reason == "二重に準備した"
    with refused("payment_moved"):
        claim_payments.approve(payable.manager, made.id)
    with refused("payments_waiting"):
        payable.prepared(payable.payee(), 1)
        claims.close(payable.handler, payable.claim.id, "終了")


def test_an_account_lies_under_a_key_of_its_own(payable: Settling) -> None:
    payee = payable.payee()
    assert b"1234471" not in bytes(payee.account_ciphertext)
    assert claim_payees.account_of(payee) == ACCOUNT
    assert payee.ending == "4471"


def test_the_lead_pays_all_and_the_others_owe_their_shares(payable: Settling, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = claim_rules.rules()
    shared = type(rules)(**{**vars(rules), "shares": {"幹事": 40, "乙保険": 35, "丙保険": 25}})
    monkeypatch.setattr(claim_rules, "rules", lambda: shared)
    made = payable.paid(payable.payee(), 1_000_001)
    access.enter(payable.handler, "claim.handle")
    owed = dict(ClaimRecovery.objects.filter(payment=made).values_list("from_whom", "expected"))
    assert owed == {"乙保険": 350_000, "丙保険": 250_000}


def test_what_fails_while_posting_leaves_the_payment_as_it_was(
    payable: Settling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between prepare and post, the payment is still approved, its yen held, and posting goes through once."""
    made = payable.prepared(payable.payee(), 1_000_000)
    claim_payments.approve(payable.manager, made.id)
    with monkeypatch.context() as patch:
        patch.setattr(claim_payments, "_shares", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            claim_payments.post(payable.handler, made.id)
    access.enter(payable.handler, "claim.handle")
    made.refresh_from_db()
    assert (made.state, Aggregate.objects.get(coverage="expense", head="", claim=None).prepared) == (
        "approved", 1_000_000)  # fmt: skip
    assert claim_payments.post(payable.handler, made.id).state == "posted"


# --- held by the database alone -------------------------------------------------------------------------------------


def test_the_database_holds_limits_makers_approvals_and_the_order_of_moves(payable: Settling) -> None:
    made = payable.prepared(payable.payee(), 1_000)
    insured = payable.payee()
    approval = f"INSERT INTO claim_approval (payment_id, made_by, approver, is_manager, at) VALUES ('{made.id}', "
    approval += "'{}', '{}', true, now())"
    access.enter(payable.handler, "claim.pay")
    for statement, reason in (
        ("UPDATE claim_aggregate SET paid = \"limit\" + 1", "never_over_a_limit"),
        ("UPDATE claim_payment SET state = 'approved', approved_at = now()", "approvals are missing"),
        ("UPDATE claim_payment SET state = 'posted', approved_at = now(), posted_at = now()", "does not move"),
        (approval.format(made.made_by, made.made_by), "maker_does_not_approve"),
        (approval.format("user:x", made.made_by), "maker_is_the_payments"),
        ("UPDATE claim_payment SET amount = 1", "permission denied"),
        ("DELETE FROM claim_payment", "permission denied"),
        ("UPDATE claim_reserve SET amount = 0", "permission denied"),
        ("UPDATE claim_decision SET proof_bytes = ''", "permission denied"),
        ("UPDATE claim_notice SET facts = '{}'", "permission denied"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    again: dict[str, Any] = {
        "claim": made.claim, "number": 9, "decision": made.decision, "payee": insured, "payee_kind": "insured",
        "amount": 1_000, "damages": 0, "cumulative": 2_000, "approvers_needed": 1, "manager_needed": False,
        "fresh_payee": False, "made_by": payable.handler.name, "made_at": payable.trade.clock.moment,
    }  # fmt: skip
    for words, reason in (
        ({"damages": 1_000}, "damages_to_others_need_proof"),
        ({"cumulative": 1_000}, "not the sum"),
        ({"payee_kind": "claimant"}, "kind_is_the_payees"),
        ({"state": "posted", "approved_at": again["made_at"], "posted_at": again["made_at"]}, "begins prepared"),
        ({"approvers_needed": 0}, "payment_needs_an_approver"),
        ({"fresh_payee": True}, "fresh_payee_needs_two"),
    ):
        with pytest.raises(DatabaseError, match=reason), transaction.atomic():
            ClaimPayment.objects.create(**{**again, **words})


@pytest.mark.parametrize("role", ["solicitor", "agency_manager", "association_office", "federation_office",
                                  "underwriter", "auditor", "operator", "member"])  # fmt: skip
def test_the_money_of_claims_is_the_claims_peoples(payable: Settling, role: str) -> None:
    made = payable.prepared(payable.payee(), 1_000)
    who = payable.member if role == "member" else payable.trade.principal(role)
    for act in (
        lambda: claim_payments.prepare(who, payable.claim.id, made.payee_id, [Line(payable.cover.id, "forensics", 1)]),
        lambda: claim_payments.approve(who, made.id),
        lambda: claim_payments.post(who, made.id),
        lambda: claim_decisions.propose(who, payable.claim.id, judged(payable.cover, forensics=1)),
        lambda: claim_payees.add_payee(who, payable.claim.id, "insured", ACCOUNT),
        lambda: claim_reserves.reserve(who, payable.claim.id, "forensics", 1, "x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    walls.enter(organisation=str(who.organisation_id), reach="all", claims="own")
    assert not Payee.objects.exists()
    assert not ClaimPayment.objects.exists()
