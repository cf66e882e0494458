"""The pages of covers, changes, renewals, referrals, membership and the scheme, as HTTP sees them: who may, and what.

Stories go through the desk with the office's clock; the pages are asked as each role.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sonae.cover import Reason
from sonae.office import covers, deciding, desk, members, renewals, walls
from sonae.office.covers import Change
from sonae.office.members import Particulars
from sonae.web import csv_export
from tests.office.cast import body, logged_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from sonae.office.models import Cover, RenewalOffer
    from tests.office.trade import Trade

pytestmark = pytest.mark.django_db

STAFF = ("solicitor", "agency_manager", "association_office", "federation_office", "underwriter", "claims_handler",
         "claims_manager", "auditor", "operator")  # fmt: skip


@pytest.fixture
def trade(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Trade:
    from tests.office.cast import make
    from tests.office.trade import Clock, Trade

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Trade(make(), Clock(monkeypatch))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a stranger of its own."""
    from sonae.web import strangers
    from sonae.web.budget import Budgets

    monkeypatch.setattr(strangers, "budgets", Budgets())


def premium_of(**changes: Any) -> int:
    """The annual premium by the quotation's own door, in yen."""
    answer = desk.estimate(body(sheet_discount=None, **changes))
    premium = getattr(answer, "premium", None)
    assert isinstance(premium, int)
    return premium


def twelfths(*parts: tuple[int, int]) -> int:
    """Σ annual premium × months ÷ 12, to ten yen half up, by fractions of a yen kept whole."""
    return (sum(annual * months for annual, months in parts) + 60) // 120 * 10


@pytest.fixture
def as_role(trade: Trade) -> Callable[[str], Client]:
    """A client logged in as one of the cast; `alice` handles the members, `bob` is of another agency."""

    def made(name: str) -> Client:
        client = Client()
        people = {"alice": trade.office.alice, "bob": trade.office.bob} | trade.office.people
        if name == "cooperative":
            from sonae.office.models import User

            user = User.objects.get(id=trade.cooperative.user_id)
        else:
            user = people[name]
        logged_in(client, user)
        return client

    return made


def as_member(trade: Trade, cover: Cover) -> Client:
    from sonae.office.models import User

    person = trade.person_of(cover.member)
    client = Client()
    with_all_reach()
    logged_in(client, User.objects.get(id=person.user_id))
    return client


def with_all_reach() -> None:
    walls.enter(reach="all")


def text_of(answer: HttpResponse) -> str:
    """What stands on a page, without its tags and with its spaces drawn together."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return unescape(re.sub(r"\s+", " ", words))


def offer_of(trade: Trade, cover: Cover, year: int = 2028) -> RenewalOffer:
    from sonae.office.models import RenewalOffer

    list(renewals.run(trade.principal("federation_office"), year))
    with_all_reach()
    return RenewalOffer.objects.get(cover=cover)


# --- who may ------------------------------------------------------------------------------------------------------

OPENED_BY = {
    "/covers": {"solicitor", "agency_manager", "association_office", "federation_office", "underwriter",
                "claims_handler", "claims_manager", "auditor"},
    "/proposals": {"underwriter"},
    "/referrals": {"underwriter"},
    "/conditions": {"solicitor", "agency_manager", "association_office", "federation_office", "underwriter",
                    "auditor"},
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
        places = re.findall(r'<a href="(/[a-z]+)"', page.partition('class="nav"')[2].partition("</ul>")[0])
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


# --- renewal ------------------------------------------------------------------------------------------------------


def test_the_form_prices_what_changed_in_parts_that_sum(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    offer = offer_of(trade, cover)
    client = as_member(trade, cover)
    assert "保険料は変わりません" in text_of(client.get(f"/renewals/{offer.id}"))
    page = client.post(f"/renewals/{offer.id}", {"sales": "15億", "look": "1"}).content.decode()
    rows = re.findall(r'<td class="num">([+−±\d,]+)</td><td class="bar">', page)
    values = [int(row.replace(",", "").replace("−", "-").replace("±", "")) for row in rows]
    assert values[0] == premium_of()
    assert values[0] + sum(values[1:-1]) == values[-1]
    assert values[-1] == premium_of(annual_sales=1_500_000_000)
    from sonae.office.models import Application

    with_all_reach()
    assert not Application.objects.filter(renews=cover).exists()


def test_the_answer_begins_one_application(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    offer = offer_of(trade, cover)
    client = as_member(trade, cover)
    first = client.post(f"/renewals/{offer.id}", {"sales": "12億", "begin": "1"})
    assert first.headers["Location"].startswith("/member/applications/")
    again = client.post(f"/renewals/{offer.id}", {"begin": "1"})
    assert again.status_code == 422
    assert "この更改の申込みは始まっています" in text_of(again)


@pytest.mark.parametrize("typed", ["10億5", "−1億", "0", "千", "\x00", "9" * 60, "<script>"])
def test_sales_that_cannot_be_read_are_answered_in_place(trade: Trade, typed: str) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 1)
    offer = offer_of(trade, cover)
    answer = as_member(trade, cover).post(f"/renewals/{offer.id}", {"sales": typed, "begin": "1"})
    assert answer.status_code == 422
    assert "<script>" not in answer.content.decode().partition("<main")[2]


def test_the_chasing_list_and_its_file(trade: Trade, as_role: Callable[[str], Client]) -> None:
    trade.bound(trade.member("=cmd|' /C calc'!A0", 700110000055))
    trade.clock.to(2027, 12, 1)
    list(renewals.run(trade.principal("federation_office"), 2028))
    client = as_role("federation_office")
    assert "まだ署名していない会員 1" in text_of(client.get("/renewals", {"year": "2028"}))
    told = client.get("/renewals/chasing.csv", {"year": "2028"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[1][3] == "'=cmd|' /C calc'!A0"
    assert rows[1][4] == str(premium_of())


def test_the_run_is_queued_by_the_federation_alone(trade: Trade, as_role: Callable[[str], Client]) -> None:
    trade.bound()
    assert as_role("alice").post("/renewals/run", {"year": "2028"}).status_code == 403
    assert as_role("federation_office").post("/renewals/run", {"year": "2028"}).status_code == 302


# --- referrals ----------------------------------------------------------------------------------------------------


def referred(trade: Trade) -> Any:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    return trade.signed(application)


def test_the_facts_stand_side_by_side(trade: Trade, as_role: Callable[[str], Client]) -> None:
    found = referred(trade)
    client = as_role("underwriter")
    assert "髙﨑工務店" in text_of(client.get("/referrals"))
    page = text_of(client.get(f"/referrals/{found.application.id}"))
    for words in (
        "過去5年以内に事故があるため",
        "ありました",
        "会員（2026年12月10日確認）",
        f"{premium_of():,}",
        "似た名称の会員",
    ):
        assert words in page, words


def test_accepted_on_conditions_that_are_closed(trade: Trade, as_role: Callable[[str], Client]) -> None:
    found = referred(trade)
    client, place = as_role("underwriter"), f"/referrals/{found.application.id}"
    content = found.content_hash
    half = {"content": content, "why": "再発防止を確かめた", "condition-1": "報告書を送る", "accept": "1"}
    assert client.post(place, half).status_code == 422
    assert client.post(place, half | {"due-1": "2020-01-01"}).status_code == 422
    assert client.post(place, half | {"due-1": "2027-01-31"}).status_code == 302
    assert "報告書を送る" in text_of(client.get("/conditions"))
    row = deciding.open_conditions(trade.underwriter)[0]
    assert client.post("/conditions", {"condition": str(row.id), "note": ""}).status_code == 422
    assert client.post("/conditions", {"condition": str(row.id), "note": "届いた"}).status_code == 302
    page = text_of(client.get("/conditions"))
    assert "完了していない条件はありません" in page
    assert "届いた" in page
    assert as_role("alice").post("/conditions", {"condition": str(row.id), "note": "x"}).status_code == 403


def test_a_decision_needs_its_reason_and_the_content_that_was_shown(
    trade: Trade,
    as_role: Callable[[str], Client],
) -> None:
    found = referred(trade)
    client, place = as_role("underwriter"), f"/referrals/{found.application.id}"
    assert client.post(place, {"content": found.content_hash, "why": "", "decline": "1"}).status_code == 422
    assert client.post(place, {"content": "0" * 64, "why": "理由", "decline": "1"}).status_code == 422
    assert client.post(place, {"content": found.content_hash, "why": "理由", "decline": "1"}).status_code == 302
    assert "判断を待つ申込みはありません" in text_of(client.get("/referrals"))


# --- membership and the scheme ------------------------------------------------------------------------------------


def seen_mark(client: Client) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get("/membership").content.decode())
    assert found is not None
    return found[1]


def test_one_click_confirms_the_list(trade: Trade, as_role: Callable[[str], Client]) -> None:
    stays, leaves = trade.member(), trade.member("去る会社", 700110000066)
    client = as_role("cooperative")
    first = {"as_of": "2026-12-10", "seen": seen_mark(client)}
    assert client.post("/membership", first).status_code == 302
    assert members.is_confirmed(stays.organisation_id, date(2027, 4, 1), 365)
    trade.clock.to(2026, 12, 20)
    client.post("/membership", first | {"as_of": "2026-12-20", "left": str(leaves.organisation_id)})
    assert members.is_confirmed(stays.organisation_id, date(2027, 4, 1), 365)
    assert not members.is_confirmed(leaves.organisation_id, date(2027, 4, 1), 365)
    page = text_of(client.get("/membership"))
    assert "いなくなった" in page
    assert page.partition("これまでの名簿と違い")[2].count("去る会社") == 1


def test_nobody_is_confirmed_unseen(trade: Trade, as_role: Callable[[str], Client]) -> None:
    trade.member()
    client = as_role("cooperative")
    mark = seen_mark(client)
    late = trade.member("あとから来た会社", 700110000067)
    answer = client.post("/membership", {"as_of": "2026-12-10", "seen": mark})
    assert answer.status_code == 422
    assert not members.is_confirmed(late.organisation_id, date(2027, 4, 1), 365)


def test_a_day_ahead_is_refused(trade: Trade, as_role: Callable[[str], Client]) -> None:
    trade.member()
    client = as_role("cooperative")
    for typed in ("2099-01-01", "", "soon"):
        assert client.post("/membership", {"as_of": typed, "seen": seen_mark(client)}).status_code == 422


def test_a_rate_is_told_over_five_members_only(trade: Trade, as_role: Callable[[str], Client]) -> None:
    """One of four in force: no rate. One of five: 20 %."""
    trade.bound()
    for place in range(3):
        trade.member(f"会社{place}", 700110000080 + place)
    trade.clock.to(2027, 5, 1)
    client = as_role("federation_office")
    assert "25%" not in text_of(client.get("/scheme"))
    trade.member("五社目", 700110000090)
    told = client.get("/scheme.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[-1][0] == "合計"
    assert rows[-1][2:] == ["5", "1", "0", "0", "0", "1", "0", "20"]
    assert "20%" in text_of(client.get("/scheme"))


def test_the_scheme_shows_no_premium(trade: Trade, as_role: Callable[[str], Client]) -> None:
    trade.bound()
    trade.clock.to(2027, 5, 1)
    for role in ("federation_office", "cooperative"):
        page = text_of(as_role(role).get("/scheme"))
        assert f"{premium_of():,}" not in page
        assert "髙﨑" not in page.partition("制度の状況 制度")[2]


# --- timelines and strangers --------------------------------------------------------------------------------------


def test_the_timeline_of_a_cover(trade: Trade, as_role: Callable[[str], Client]) -> None:
    cover = trade.bound()
    client = as_role("auditor")
    for words in (cover.number, "髙﨑", "高崎", str(cover.id)):
        assert f"/timeline/cover/{cover.id}" in client.get("/timeline", {"q": words}).content.decode(), words
    page = text_of(client.get(f"/timeline/cover/{cover.id}"))
    assert "契約の異動" in page
    assert "高崎 一郎" not in page
    lines = client.get(f"/timeline/cover/{cover.id}.jsonl").content.decode().splitlines()
    assert all(json.loads(line)["stands"] for line in lines)
    assert "ichiro@example.jp" not in "".join(lines)
    for path in (f"/timeline/claim/{cover.id}", f"/timeline/cover/{cover.application_id}"):
        assert client.get(path).status_code == 404


def test_a_stranger_learns_what_a_paper_is_worth_and_nothing_more(
    trade: Trade,
    client: Client,
    as_role: Callable[[str], Client],
) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 20)
    covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 7, 1), {"plan": "wide"}))
    for path, words in (
        (f"/certificates/{cover.number}/2", "有効です"),
        (f"/certificates/{cover.number}/1", "差替え済み"),
        (f"/certificate/{cover.number}", "有効です"),
        (f"/certificate?number={cover.number.lower()}", "有効です"),
    ):
        page = text_of(client.get(path))
        assert words in page, path
        for hidden in ("髙﨑", f"{premium_of():,}", f"{premium_of(plan='wide'):,}", "100,000,000", "千代田"):
            assert hidden not in page, hidden
    for path in ("/certificate/26-AAAAA-AAAAA", "/certificate/x", f"/certificates/{cover.number}/9"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "確認できません" in text_of(answer)
    assert as_role("alice").get("/certificate").status_code == 200


def test_a_file_is_judged_by_its_signature(trade: Trade, client: Client, as_role: Callable[[str], Client]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    cover = trade.bound()
    paper = as_role("alice").get(f"/covers/{cover.id}/certificate-1.pdf").content

    def sent(document: bytes, name: str = "paper.pdf") -> HttpResponse:
        return client.post("/certificate/check", {"file": SimpleUploadedFile(name, document)})

    page = text_of(sent(paper))
    assert "署名は正しく" in page
    assert "有効（始期前）" in page
    assert "髙﨑" not in page
    altered = bytearray(paper)
    altered[len(altered) // 2] ^= 1
    assert "署名が合いません" in text_of(sent(bytes(altered)))
    assert "署名が合いません" in text_of(sent(paper[:-100]))
    assert sent(b"hello").status_code == 422
    assert sent(b"%PDF-" + b"0" * 5_000_000).status_code == 413
    assert client.post("/certificate/check").status_code == 422


def test_whoever_asks_too_often_waits(trade: Trade, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from sonae.web import strangers

    cover = trade.bound()
    monkeypatch.setattr(strangers, "must_wait", lambda request: 30)
    answer = client.get(f"/certificate/{cover.number}")
    assert answer.status_code == 429
    assert "有効です" not in text_of(answer)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begins", [*"=+-@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(begins: str) -> None:
    told = csv_export.lines([[f"{begins}1+1", 5, "a,b", 'say "x"', "two\nlines"]])
    row = next(csv.reader(io.StringIO(told, newline="")))
    assert row == [f"'{begins}1+1", "5", "a,b", 'say "x"', "two\nlines"]
    assert told.endswith("\r\n")
