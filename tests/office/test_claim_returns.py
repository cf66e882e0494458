"""What a payee returns (返還): limits, decision, reserve and sums follow to the yen, and the database holds it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from sonae.office import (
    access,
    claim_aggregates,
    claim_payments,
    claim_reading,
    claim_recoveries,
    claim_reserves,
    claim_returns,
    claims,
)
from sonae.office.models import ClaimPayment, ClaimRecovery
from sonae.office.refusals import Refused

from .claim_story import Settling, settling
from .trade import Trade

EXPENSE = 30_000_000


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.fixture
def payable(trade: Trade) -> Settling:
    """Everything decided and the premium confirmed: 9,000,000 of forensics, 2,000,000 of damages."""
    story = settling(trade)
    story.decided(forensics=9_000_000, damages=2_000_000)
    story.premium()
    return story


def left(story: Settling) -> int:
    access.enter(story.handler, "claim.handle")
    [found] = [one for one in claim_aggregates.left_of(story.cover) if (one.coverage, one.head) == ("expense", "")]
    return found.remaining


def back(story: Settling, made: ClaimPayment, amount: int, head: str = "forensics") -> ClaimRecovery:
    """A return that is expected and comes in at once."""
    found = claim_returns.expect(story.handler, made.id, story.cover.id, head, amount, "請求書の二重計上")
    return claim_recoveries.receive(story.handler, found.id, amount)


def test_what_a_payee_returns_is_left_again_and_may_be_paid_anew(payable: Settling) -> None:
    """9,000,000 paid, 2,500,000 come back in two goes: the limit, the decision and the member's page follow."""
    payee = payable.payee()
    made = payable.paid(payee, 9_000_000)
    asked = claim_returns.expect(payable.handler, made.id, payable.cover.id, "forensics", 2_500_000, "二重の請求")
    assert left(payable) == EXPENSE - 9_000_000
    for so_far in (1_000_000, 1_000_000, 2_500_000):
        claim_recoveries.receive(payable.handler, asked.id, so_far)
        assert left(payable) == EXPENSE - 9_000_000 + so_far
    access.enter(payable.handler, "claim.handle")
    assert claim_payments.drawn(payable.claim) == {(str(payable.cover.id), "forensics"): 6_500_000}
    assert claim_reserves.present(payable.claim)["forensics"] == 2_500_000
    with refused("more_than_decided"):
        payable.prepared(payee, 2_500_001)
    again = payable.prepared(payee, 2_500_000)
    assert again.cumulative == 11_500_000, "the thresholds count what went out"
    seen = [one for one in claim_reading.timeline(payable.member, payable.claim.id) if one["kind"] == "returned"]
    assert [one["body"]["amount"] for one in seen] == [1_000_000, 1_500_000]


def test_what_was_paid_too_much_is_not_reserved_again(payable: Settling) -> None:
    made = payable.paid(payable.payee(), 9_000_000)
    payable.decided("reread", forensics=(9_000_000, 7_000_000), damages=2_000_000)
    back(payable, made, 2_000_000)
    access.enter(payable.handler, "claim.handle")
    assert claim_reserves.present(payable.claim)["forensics"] == 0
    with refused("more_than_decided"):
        payable.prepared(payable.payee(), 1)


def test_a_return_comes_into_a_closed_claim_too(payable: Settling) -> None:
    made = payable.paid(payable.payee(), 9_000_000)
    claims.close(payable.handler, payable.claim.id, "終了")
    back(payable, made, 1)
    assert left(payable) == EXPENSE - 8_999_999


def test_no_more_is_asked_back_than_was_paid_and_only_what_has_gone_out(payable: Settling) -> None:
    payee = payable.payee()
    waiting = payable.prepared(payee, 1_000)
    for head, amount, code in (("forensics", 1, "payment_moved"), ("forensics", 0, "amount_unusable")):
        with refused(code):
            claim_returns.expect(payable.handler, waiting.id, payable.cover.id, head, amount, "誤り")
    made = payable.paid(payee, 1_000_000)
    with refused("reason_unusable"):
        claim_returns.expect(payable.handler, made.id, payable.cover.id, "forensics", 1, "")
    back(payable, made, 400_000)
    for head, amount in (("forensics", 600_001), ("consulting", 1)):
        with refused("return_unusable"):
            claim_returns.expect(payable.handler, made.id, payable.cover.id, head, amount, "誤り")
    with pytest.raises(PermissionDenied):
        claim_returns.expect(payable.member, made.id, payable.cover.id, "forensics", 1, "誤り")
    back(payable, made, 600_000)
    assert left(payable) == EXPENSE - 1_000


def test_the_database_holds_what_a_return_is(payable: Settling) -> None:
    payee = payable.payee()
    made, waiting = payable.paid(payee, 1_000), payable.prepared(payee, 500)
    access.enter(payable.handler, "claim.handle")
    line, other = made.lines.get(), waiting.lines.get()
    right: dict[str, Any] = {
        "claim": payable.claim, "payment": made, "line": line, "kind": "returned", "from_whom": "insured",
        "expected": 600, "made_by": payable.handler.name, "made_at": payable.trade.clock.moment,
    }  # fmt: skip
    ClaimRecovery.objects.create(**right)
    for words, reason in (
        ({"expected": 401}, "more would be returned"),
        ({"line": other}, "has gone out"),
        ({"payment": waiting, "line": other}, "has gone out"),
        ({"line": None}, "return_of_a_line"),
        ({"kind": "subrogation"}, "return_of_a_line"),
    ):
        with pytest.raises(DatabaseError, match=reason), transaction.atomic():
            ClaimRecovery.objects.create(**(right | words))


def test_every_limit_holds_what_was_paid_less_what_was_returned(payable: Settling) -> None:
    """By another route: every limit's row against the lines that name it, after payments and returns at random."""
    payable.decided("more", forensics=9_000_000, consulting=3_000_000, attack_investigation=5_000_000)
    payee, chance = payable.payee(), Random(7)
    for _ in range(12):
        head = chance.choice(["forensics", "consulting", "attack_investigation"])
        made = payable.paid(payee, chance.randrange(1, 200_000), head)
        if chance.random() < 0.7:
            back(payable, made, chance.randrange(1, made.amount + 1), head)
    access.enter(payable.handler, "claim.handle")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.paid, (SELECT sum(l.amount - coalesce((SELECT sum(r.received) FROM claim_recovery r "
            "WHERE r.line_id = l.id), 0)) FROM claim_payment_line l WHERE l.coverage = a.coverage "
            "AND (a.head = '' OR l.head = a.head)) FROM claim_aggregate a WHERE a.coverage = 'expense'"
        )
        rows = cursor.fetchall()
    assert len(rows) == 4, "the coverage and the head with its own limit, in the period and for the claim"
    assert all(paid == kept for paid, kept in rows)
