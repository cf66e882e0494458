"""The pages of covers, changes, renewals, referrals, membership and the scheme, as HTTP sees them: who may, and what.

Stories go through the desk with the office's clock; the pages are asked as each role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sonae.cover import Reason
from sonae.office import covers
from sonae.office.covers import Change
from sonae.office.members import Particulars
from tests.office.cast import logged_in

from .office_pages import (
    as_member,
    premium_of,
    text_of,
    twelfths,
    with_all_reach,
)

if TYPE_CHECKING:
    from sonae.office.models import Cover
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]

STAFF = ("solicitor", "agency_manager", "association_office", "federation_office", "underwriter", "claims_handler",
         "claims_manager", "auditor", "operator")  # fmt: skip


# --- who may ------------------------------------------------------------------------------------------------------

OPENED_BY = {
    "/covers": {"solicitor", "agency_manager", "association_office", "federation_office", "underwriter",
                "claims_handler", "claims_manager", "auditor"},
    "/proposals": {"underwriter"},
    "/referrals": {"underwriter"},
    "/conditions": {"solicitor", "agency_manager", "underwriter", "auditor"},
    "/renewals": {"solicitor", "agency_manager", "association_office", "federation_office", "underwriter", "auditor"},
    "/membership": {"association_office"},
    "/scheme": {"association_office", "federation_office", "auditor"},
    "/scheme.csv": {"association_office", "federation_office", "auditor"},
    "/timeline": {"auditor", "operator"},
}  # fmt: skip


@pytest.mark.parametrize("path", OPENED_BY)
def test_each_page_opens_to_its_roles_and_to_no_other(as_role: Callable[[str], Client], path: str) -> None:
    opened = {role for role in STAFF if as_role(role).get(path).status_code == 200}
    assert opened == OPENED_BY[path]


def test_a_stranger_is_sent_to_log_in(client: Client) -> None:
    for path in (*OPENED_BY, "/member"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login?next=")


def test_navigation_shows_what_opens_and_nothing_else(as_role: Callable[[str], Client]) -> None:
    """Every entry of a role's navigation leads to a page, none to a refusal."""
    for role in STAFF:
        client = as_role(role)
        page = client.get("/").content.decode()
        places = re.findall(r'<a href="(/[^"]*)"', page.partition('<ul class="nav')[2].partition("</ul>")[0])
        assert places, role
        for place in places:
            assert client.get(place).status_code == 200, (role, place)


def test_another_agencys_cover_is_not_there(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    for path in (f"/covers/{cover.id}", f"/covers/{cover.id}/change", f"/covers/{cover.id}/certificate-1.pdf"):
        assert as_role("bob").get(path).status_code == 404, path
        assert as_role("alice").get(path).status_code == 200, path
    assert "髙﨑工務店" not in text_of(as_role("bob").get("/covers"))


# --- a cover ------------------------------------------------------------------------------------------------------


def test_a_cover_as_of_a_day_as_known_on_another(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """Wide from 1 July, recorded on 20 June: not yet in June, not known on the 19th, and there on 1 July."""
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 7, 1), {"plan": "wide"}))
    client = as_role("alice")

    def plan(**query: str) -> str:
        found = re.search(r"<dt>プラン</dt><dd>([^<]+)</dd>", client.get(f"/covers/{cover.id}", query).content.decode())
        return found[1] if found else ""

    assert plan(as_of="2027-06-30", known="2027-06-20") == "ベーシックプラン"
    assert plan(as_of="2027-07-01", known="2027-06-19") == "ベーシックプラン"
    assert plan(as_of="2027-07-01", known="2027-06-20") == "ワイドプラン"
    assert plan(as_of="2028-04-01") == ""


def test_before_anything_was_recorded_the_page_says_so(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    page = text_of(as_role("alice").get(f"/covers/{cover.id}", {"known": "2020-01-01"}))
    assert "この日には、まだ記録がありません" in page
    assert f"{premium_of():,}" not in page


def test_hostile_days_are_no_error(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    client = as_role("alice")
    for typed in ("", "yesterday", "2027-02-30", "9999-12-31", "0001-01-01", "2027-4-1", "<b>", "\x00"):
        for name in ("as_of", "known"):
            assert client.get(f"/covers/{cover.id}", {name: typed}).status_code == 200, typed


def test_written_premium_stands_with_its_months(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """Basic for three months and wide for nine, rounded once."""
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 7, 1), {"plan": "wide"}))
    basic, wide = premium_of(), premium_of(plan="wide")
    written = twelfths((basic, 3), (wide, 9))
    page = text_of(as_role("alice").get(f"/covers/{cover.id}"))
    assert f"{basic:,} × 3 ÷ 12" in page
    assert f"{wide:,} × 9 ÷ 12" in page
    assert f"計上保険料 {written:,}" in page
    assert f"+{written - basic:,}" in page


def test_no_page_of_a_cover_shows_an_answer_or_a_loss(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    covers.notify_loss(trade.principal("claims_handler"), cover.id, trade.clock.moment)
    for role in ("association_office", "federation_office", "alice"):
        answer = as_role(role).get(f"/covers/{cover.id}")
        if answer.status_code == 200:
            page = text_of(answer)
            assert "事故の通知" not in page
            assert "A1" not in page


def test_a_move_told_late_is_shown_with_both_its_times(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 5, 20)
    moved = Particulars("髙﨑工務店", "タカサキコウムテン", "1000002", "東京都千代田区皇居外苑1-1")
    made = covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 5, 10), particulars=moved))
    covers.agree(trade.underwriter, made.id)  # type: ignore[union-attr, arg-type]
    page = text_of(as_role("alice").get(f"/covers/{cover.id}"))
    assert "東京都千代田区千代田1-1 → 東京都千代田区皇居外苑1-1" in page
    assert "10日さかのぼって記録" in page
    assert "承認" in page


# --- the member ---------------------------------------------------------------------------------------------------


def test_my_cover_my_papers_my_duties(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 5, 1)
    client = as_member(trade, cover)
    page = text_of(client.get("/member"))
    assert "髙﨑工務店の補償" in page
    assert "2028年4月1日 午後4時まで" in page
    assert "100,000,000" in page
    assert "業種（事業の内容）の変更、合併・事業譲渡" in page
    assert "この契約で支払われないもの" in page
    papers = re.findall(r'href="(/[^"]+\.pdf)"', client.get("/member").content.decode())
    assert len(set(papers)) == 4
    for paper in set(papers):
        answer = client.get(paper)
        assert answer.status_code == 200, paper
        assert answer.content.startswith(b"%PDF-")


def test_a_member_without_cover_is_told_how_to_begin(trade: Trade) -> None:
    from sonae.office.models import User

    person = trade.person_of(trade.member())
    client = Client()
    with_all_reach()
    logged_in(client, User.objects.get(id=person.user_id))
    page = text_of(client.get("/member"))
    assert "加入契約はまだありません" in page


def test_a_member_sees_nothing_of_another(trade: Trade) -> None:
    mine, theirs = trade.bound(), trade.bound(trade.member("別の会社", 700110000077))
    client = as_member(trade, mine)
    for path in (f"/covers/{theirs.id}", f"/covers/{theirs.id}/certificate-1.pdf",
                 f"/member/papers/{theirs.application_id}/application.pdf"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.get(f"/covers/{mine.id}/change").status_code == 403


# --- changes ------------------------------------------------------------------------------------------------------

TERMS = {"reason": "endorsement", "industry": "D06", "plan": "basic", "set": "3", "legal_name": "髙﨑工務店",
         "reading": "タカサキコウムテン", "postal_code": "1000001", "address": "東京都千代田区千代田1-1"}  # fmt: skip


def looked(client: Client, cover: Cover, **typed: str) -> tuple[Any, str]:
    """The page after trying a change, and the mark of what was looked at."""
    answer = client.post(f"/covers/{cover.id}/change", TERMS | typed | {"look": "1"})
    found = re.search(r'name="looked" value="([0-9a-f]{64})"', answer.content.decode())
    return answer, found[1] if found else ""


def versions(cover: Cover) -> int:
    with_all_reach()
    cover.refresh_from_db()
    return cover.version


def test_trying_writes_nothing_and_writing_does_what_was_shown(
    trade: Trade,
    as_role: Callable[[str], Client],
) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    client = as_role("alice")
    answer, mark = looked(client, cover, day="2027-07-01", plan="wide")
    page = text_of(answer)
    assert answer.status_code == 200
    basic, wide = premium_of(), premium_of(plan="wide")
    written = twelfths((basic, 3), (wide, 9))
    assert f"+{written - basic:,}" in page
    assert f"計上保険料 {basic:,} → {written:,}" in page
    assert "一人で記録できます" in page
    assert versions(cover) == 1
    sent = client.post(f"/covers/{cover.id}/change",
                       TERMS | {"day": "2027-07-01", "plan": "wide", "looked": mark, "write": "1"})  # fmt: skip
    assert sent.headers["Location"] == f"/covers/{cover.id}?done=changed"
    assert versions(cover) == 2
    with_all_reach()
    assert cover.transactions.get(number=2).charge == written - basic


def test_what_was_not_looked_at_is_not_written(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    client = as_role("alice")
    _, mark = looked(client, cover, day="2027-07-01", plan="wide")
    other = TERMS | {"day": "2027-08-01", "plan": "wide", "looked": mark, "write": "1"}
    assert "試算したあとで内容が変わりました" in text_of(client.post(f"/covers/{cover.id}/change", other))
    assert versions(cover) == 1


def test_the_same_button_pressed_twice_writes_once(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    client = as_role("alice")
    _, mark = looked(client, cover, day="2027-07-01", plan="wide")
    sent = TERMS | {"day": "2027-07-01", "plan": "wide", "looked": mark, "write": "1"}
    for _ in range(2):
        client.post(f"/covers/{cover.id}/change", sent)
    assert versions(cover) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"day": "2027-05-01", "plan": "wide"}, "さかのぼれる日数を超えています"),
        ({"day": "2029-01-01", "plan": "wide"}, "補償期間の外の日付です"),
        ({"day": "2027-07-01"}, "何も変わらない異動です"),
        ({"day": "2027-07-01", "annual_sales": "2000億"}, "億円"),
        ({"day": "2027-07-01", "annual_sales": "10億5"}, "のように入力してください"),
        ({"day": "someday", "plan": "wide"}, "日付を選んでください"),
        ({"day": "2027-07-01", "set": "5", "limit-liability": "123"}, "この異動はできません"),
        ({"day": "2027-07-01", "industry": "ZZ9"}, "この異動はできません"),
        ({"day": "2027-07-01", "legal_name": "\u202e"}, "この異動はできません"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_says_why(
    trade: Trade,
    as_role: Callable[[str], Client],
    typed: dict[str, str],
    words: str,
) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    answer, mark = looked(as_role("alice"), cover, **typed)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert mark == ""
    assert versions(cover) == 1


def test_the_reasons_offered_are_the_roles_own(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    offered = {
        role: set(re.findall(r"change\?reason=(\w+)", as_role(role).get(f"/covers/{cover.id}/change").content.decode()))
        for role in ("alice", "federation_office", "underwriter")
    }
    assert "avoidance" not in offered["alice"]
    assert "endorsement" not in offered["federation_office"]
    assert "termination_for_non_payment" in offered["federation_office"]
    assert {"avoidance", "voidness", "termination", "endorsement"} <= offered["underwriter"]
    refused = as_role("alice").post(f"/covers/{cover.id}/change", {"reason": "avoidance", "write": "1"})
    assert versions(cover) == 1
    assert "何の異動ですか" in text_of(refused)


def test_a_proposal_waits_for_another_person(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """A correction of sales is proposed, shown with its price, and recorded by the insurer's person."""
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    agent, insurer = as_role("alice"), as_role("underwriter")
    answer, mark = looked(agent, cover, reason="correction", annual_sales="12億")
    assert "二人目の承認が必要です" in text_of(answer)
    assert "いつも二人目の承認が必要" in text_of(answer)
    sent = TERMS | {"reason": "correction", "annual_sales": "12億", "looked": mark, "write": "1"}
    assert agent.post(f"/covers/{cover.id}/change", sent).headers["Location"].endswith("done=proposed")
    assert versions(cover) == 1
    place = re.search(r"/proposals/[0-9a-f-]{36}", insurer.get("/proposals").content.decode())
    assert place is not None
    assert "12億円" in text_of(insurer.get(place[0]))
    assert insurer.post(place[0], {"refuse": "1"}).status_code == 422
    assert insurer.post(place[0], {"agree": "1"}).status_code == 302
    assert versions(cover) == 2
    assert insurer.get(place[0]).status_code == 404


def test_a_proposal_turned_down_keeps_its_reason(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    made = covers.change(
        trade.agent, cover.id, Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 10**9 + 1})
    )
    insurer = as_role("underwriter")
    insurer.post(f"/proposals/{made.id}", {"refuse": "1", "why": "決算書が届いていない"})
    assert versions(cover) == 1
    from sonae.office.models import JournalEntry

    with_all_reach()
    entry = JournalEntry.objects.get(kind="change_turned_down")
    assert json.loads(bytes(entry.body))["reason"] == "決算書が届いていない"


def test_the_insurer_alone_sees_and_changes_the_sheet(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """A worse answer costs discount; the agency's page neither shows the answers nor takes one."""
    from sonae.office import catalogue

    sheet = catalogue.default().sheet
    assert sheet is not None
    best = {question.id: question.answers[0].code for question in sheet.questions}
    facts = {fact.code: False for fact in sheet.facts}
    cover = trade.bound(sheet={"version": sheet.version, "answers": best, "facts": facts, "certificates": []})
    trade.clock.to(2027, 6, 20)
    place = f"/covers/{cover.id}/change"
    assert "answer-A1" not in as_role("alice").get(place, {"reason": "endorsement"}).content.decode()
    insurer = as_role("underwriter")
    assert 'name="answer-A1"' in insurer.get(place, {"reason": "endorsement"}).content.decode()
    worse = {"day": "2027-07-01", "answer-A1": "none", "answer-A2": "none", "answer-A4": "none"}
    answer, _ = looked(insurer, cover, **worse)
    assert answer.status_code == 200
    assert re.search(r'class="figure-big">\+[\d,]+<', answer.content.decode())
    refused, _ = looked(as_role("alice"), cover, **worse)
    assert "何も変わらない異動です" in text_of(refused)
