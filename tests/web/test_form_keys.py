"""A form that is sent twice has one effect: each carries a key, and the second sending gets the first one's answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.template import engines
from django.test import Client

from sonae.cover import Reason
from sonae.office import covers, walls
from sonae.office.covers import Change
from sonae.office.models import ApplicationStep, ClaimPayment, ClaimReserve, ClaimSpend, Cover, CoverTransaction
from tests.office.claim_story import Settling, settling

from .office_pages import as_member, text_of
from .test_office_lists import referred

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]
KEY = re.compile(r'name="form_key" value="([0-9a-f]{32})"')


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def spends(story: Settling) -> int:
    walls.enter(reach="all", claims="all", principal="test")
    return ClaimSpend.objects.filter(claim=story.claim).count()


def test_every_form_of_a_page_has_a_key_of_its_own(story: Settling, as_role: Callable[[str], Client]) -> None:
    handler = as_role("claims_handler")
    for path in ("", "/reserves", "/payments", "/decision"):
        page = handler.get(f"/claims/{story.claim.id}{path}").content.decode()
        keys = KEY.findall(page)
        assert len(keys) == page.count("csrfmiddlewaretoken")
        assert len(set(keys)) == len(keys) > 0


def test_outside_a_request_there_is_no_key() -> None:
    assert engines["django"].from_string("{% csrf_token %}").render() == ""


def test_an_estimate_sent_twice_is_one(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    [key, *_] = KEY.findall(member.get(place).content.decode())
    words = {"form_key": key, "do": "spend", "head": "forensics", "vendor": "北陸フォレンジック", "amount": "4,620,000"}
    first, second = (member.post(f"{place}/act", words) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert spends(story) == 1
    assert member.post(f"{place}/act", words | {"form_key": "another"}).status_code == 302
    assert spends(story) == 2


def test_what_was_refused_may_be_mended_under_the_same_key(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    words = {"form_key": "k1", "do": "spend", "head": "forensics", "vendor": "業者", "amount": "-1"}
    assert member.post(f"{place}/act", words).status_code == 422
    assert member.post(f"{place}/act", words | {"amount": "1"}).status_code == 302
    assert spends(story) == 1


def test_other_contents_under_a_used_key_are_refused_and_said(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    words = {"form_key": "k1", "do": "spend", "head": "forensics", "vendor": "業者", "amount": "1"}
    assert member.post(f"{place}/act", words).status_code == 302
    other = member.post(f"{place}/act", words | {"amount": "2"})
    assert other.status_code == 409
    assert "送信済み" in text_of(other)
    assert spends(story) == 1
    assert member.post(f"{place}/act", words | {"form_key": "鍵"}).status_code == 400


def test_a_key_is_its_persons_own(story: Settling, as_role: Callable[[str], Client]) -> None:
    """Another person's same key is another key."""
    words = {"form_key": "k1", "head": "forensics", "amount": "1000", "reason": "見直し"}
    place = f"/claims/{story.claim.id}/reserves"
    assert as_role("claims_handler").post(place, words).status_code == 302
    assert as_role("claims_manager").post(place, words | {"amount": "2000"}).status_code == 302
    walls.enter(reach="all", claims="all", principal="test")
    assert list(ClaimReserve.objects.filter(claim=story.claim, head="forensics", typical=False).values_list(
        "amount", flat=True).order_by("number")) == [1000, 2000]  # fmt: skip


def test_a_payment_prepared_twice_is_one(story: Settling, as_role: Callable[[str], Client]) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    payee, place = story.payee("vendor"), f"/claims/{story.claim.id}/payments"
    words = {"form_key": "k1", "do": "prepare", "payee": str(payee.id), f"line_{story.cover.id}_forensics": "1,000,000"}
    handler = as_role("claims_handler")
    assert [handler.post(place, words).status_code for _ in range(3)] == [302, 302, 302]
    walls.enter(reach="all", claims="all", principal="test")
    assert ClaimPayment.objects.filter(claim=story.claim).count() == 1


def test_a_stranger_who_presses_twice_gives_one_notice(story: Settling, client: Client) -> None:
    words = {"form_key": "k1", "known_at": "2027-09-11T06:40", "story": "開けない。", "certificate": story.cover.number,
             "caller": "髙﨑 次郎", "phone": "025-000-0000"}  # fmt: skip
    first, second = (client.post("/incident/report", words) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


# --- the sale -----------------------------------------------------------------------------------------------------


def twice(client: Client, place: str, words: dict[str, str]) -> str:
    """Where both sendings of one form lead."""
    first, second = (client.post(place, {"form_key": "k1"} | words) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    return first.headers["Location"]


def test_a_cover_bound_by_two_clicks_is_one(trade: Trade, as_role: Callable[[str], Client]) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.accepted(member).application
    place = twice(as_role("alice"), f"/applications/{application.id}/bind", {})
    walls.enter(reach="all")
    cover = Cover.objects.get(application=application)
    assert place == f"/covers/{cover.id}?bound=1"


def test_a_referral_decided_by_two_clicks_is_decided_once(trade: Trade, as_role: Callable[[str], Client]) -> None:
    found = referred(trade)
    words = {"content": found.content_hash, "why": "再発防止を確かめた", "accept": "1"}
    assert twice(as_role("underwriter"), f"/referrals/{found.application.id}", words) == "/referrals?done=accept"
    walls.enter(reach="all")
    assert ApplicationStep.objects.filter(application=found.application, step="decision").count() == 1


def test_a_proposal_agreed_by_two_clicks_changes_the_cover_once(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    change = Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 1_200_000_000})
    made = covers.change(trade.agent, cover.id, change)
    twice(as_role("underwriter"), f"/proposals/{made.id}", {"agree": "1"})
    walls.enter(reach="all")
    assert CoverTransaction.objects.filter(cover=cover).count() == 2


def test_to_be_sent_for_a_factor_is_no_effect(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """The same form is sent again afterwards, and then it counts."""
    found = referred(trade)
    words = {"content": found.content_hash, "why": "再発防止を確かめた", "accept": "1"}
    late = as_role("underwriter")
    trade.clock.moment += timedelta(minutes=10)
    place = twice(late, f"/referrals/{found.application.id}", words)
    assert place.startswith("/account/confirm?")
    assert twice(as_role("underwriter"), f"/referrals/{found.application.id}", words) == "/referrals?done=accept"
