"""Many hands at the last yen of a limit, on a committed office: nobody ever gets more than is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from sonae.office import claim_aggregates, claim_payments, claim_response, claims, walls
from sonae.office.claim_aggregates import Take
from sonae.office.claim_payments import Line
from sonae.office.models import Aggregate, ClaimPayment, Cover
from sonae.office.refusals import Refused

from .cast import logged_in
from .claim_story import Settling, settling
from .test_races import at_once, committed, member, start
from .trade import Trade

assert committed  # a fixture

LIMIT = 30_000_000


@pytest.fixture
def story(committed: Trade) -> Settling:
    """A committed cover with a claim on it, decided for its whole expense limit."""
    who = member(committed)
    committed.confirmed(who)
    cover = committed.bound(who, inception=start(committed))
    committed.clock.moment = cover.inception + timedelta(days=20)
    found = settling(committed, cover)
    found.decided(forensics=LIMIT)
    found.premium()
    return found


def rows(cover: Cover) -> list[tuple[int, int, int, int]]:
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        return list(
            Aggregate.objects.filter(cover=cover, coverage="expense", head="")
            .values_list("limit", "paid", "prepared", "committed")
        )  # fmt: skip


def test_sixteen_hands_race_for_the_last_yen_of_one_claim(story: Settling) -> None:
    """Sixteen payments of a tenth of the limit: ten are held, six are refused, and not a yen more."""
    payee, handler = story.payee("vendor"), story.handler
    line = Line(story.cover.id, "forensics", LIMIT // 10)
    results = at_once(
        *[lambda: claim_payments.prepare(handler, story.claim.id, payee.id, [line]) for _ in range(16)]
    )
    held = [one for one in results if isinstance(one, ClaimPayment)]
    assert len(held) == 10, results
    assert {one.code for one in results if isinstance(one, Refused)} <= {"more_than_decided", "limit_reached"}
    assert all(paid + prepared + committed == LIMIT for _, paid, prepared, committed in rows(story.cover))


def test_claims_of_one_cover_race_for_one_aggregate_while_estimates_are_approved(story: Settling) -> None:
    """Three claims and an estimate draw on one period's limit by different streams; the row alone decides."""
    others = [settling(story.trade, story.cover) for _ in range(2)]
    for number, other in enumerate(others):
        other.decided(str(number), forensics=LIMIT)
        other.premium()
    handler, second = story.handler, story.second()
    works: list[Any] = []
    for each in (story, *others):
        payee, line = each.payee("vendor"), Line(story.cover.id, "forensics", 7_000_000)
        works += [lambda e=each, p=payee, n=line: claim_payments.prepare(handler, e.claim.id, p.id, [n])] * 3
    asked = claim_response.ask_spend(handler, story.claim.id, "victim_response", "業者", 5_000_000)
    works.append(lambda: claim_response.approve_spend(second, asked.id))
    results = at_once(*works)
    assert {one.code for one in results if isinstance(one, Refused)} <= {"more_than_decided", "limit_reached"}
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)], results
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        period = Aggregate.objects.get(cover=story.cover, coverage="expense", head="", claim=None)
    held = sum(one.amount for one in results if isinstance(one, ClaimPayment))
    promised = sum(one.approved for one in results if not isinstance(one, ClaimPayment | Exception))
    assert (period.prepared, period.committed) == (held, promised)
    assert held + promised <= LIMIT
    assert LIMIT - held - promised < 7_000_000


def test_the_row_alone_decides_without_any_lock_of_ours(story: Settling, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the desk's lock on the claim taken away, the conditional UPDATE is what is left."""
    from sonae.office import journal

    monkeypatch.setattr(journal, "lock", lambda stream: None)
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        claim = claims.seen(story.claim.id)
        claim_aggregates.rows_of(claim, story.cover, "forensics")

    def grab() -> int:
        with transaction.atomic():
            walls.enter(reach="all", claims="all")
            claim_aggregates.take(claim, [Take(story.cover, "forensics", prepared=3_000_001)])
            return 1

    results = at_once(*[grab] * 16)
    assert results.count(1) == 9
    assert all(prepared == 27_000_009 for _, _, prepared, _ in rows(story.cover))


def test_two_hands_post_one_payment_once(story: Settling) -> None:
    payment = story.prepared(story.payee("vendor"), 1_000_000)
    claim_payments.approve(story.second(), payment.id)
    handler, manager = story.handler, story.manager
    results = at_once(*[lambda p=p: claim_payments.post(p, payment.id) for p in (handler, manager) * 4])
    assert not [one for one in results if isinstance(one, Exception)], results
    assert {(paid, prepared) for _, paid, prepared, _ in rows(story.cover)} == {(1_000_000, 0)}


def test_a_hand_that_dies_after_preparing_leaves_a_payment_that_can_go_on(story: Settling) -> None:
    """The connection is lost between prepare and post: what was committed stands, what was not never was."""
    payment = story.prepared(story.payee("vendor"), 2_000_000)
    claim_payments.approve(story.second(), payment.id)

    def dies() -> None:
        with transaction.atomic():
            claim_payments.post(story.handler, payment.id)
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    [error] = at_once(dies)
    assert isinstance(error, Exception)
    assert {(paid, prepared) for _, paid, prepared, _ in rows(story.cover)} == {(0, 2_000_000)}
    assert claim_payments.post(story.handler, payment.id).state == "posted"
    assert {(paid, prepared) for _, paid, prepared, _ in rows(story.cover)} == {(2_000_000, 0)}


def test_a_double_click_prepares_one_payment(story: Settling) -> None:
    """The same form at the same moment, eight times: one payment, and everybody is led to it."""
    payee, place = story.payee("vendor"), f"/claims/{story.claim.id}/payments"
    words = {"form_key": "5f0c", "do": "prepare", "payee": str(payee.id),
             f"line_{story.cover.id}_forensics": "1000000"}  # fmt: skip
    client = Client()
    logged_in(client, story.trade.office.people["claims_handler"])
    cookies = client.cookies

    def press() -> tuple[int, str]:
        mine = Client()
        mine.cookies = cookies
        answer = mine.post(place, words)
        return answer.status_code, answer.headers.get("Location", "")

    answers = at_once(*[press for _ in range(8)])
    assert set(answers) == {(302, f"{place}?done=prepare")}
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        assert ClaimPayment.objects.filter(claim=story.claim).count() == 1
