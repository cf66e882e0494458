"""The pages of renewals, referrals, membership, the scheme, timelines and strangers, as HTTP sees them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sonae.cover import Reason
from sonae.office import access_session, covers, deciding, members, renewals
from sonae.office.covers import Change
from sonae.web import csv_export

from .office_pages import (
    as_member,
    offer_of,
    premium_of,
    text_of,
    with_all_reach,
)

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]


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
    """And not before the months that the product says: four before the turn."""
    trade.bound()
    trade.clock.to(2027, 11, 30)
    early = as_role("federation_office").post("/renewals/run", {"year": "2028"})
    assert early.status_code == 422
    assert "2027年12月1日" in text_of(early)
    trade.clock.to(2027, 12, 1)
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
    for path in ("/certificate", f"/certificates/{cover.number}/2", "/certificate/x"):
        assert "alice 花子" in text_of(as_role("alice").get(path)), path


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


def test_a_decision_and_a_second_persons_word_need_a_factor_of_the_last_minutes(
    trade: Trade,
    as_role: Callable[[str], Client],
) -> None:
    """The page may be read; what is posted is not done until a factor is shown, on pages and by the API."""
    found, cover = referred(trade), trade.bound(trade.member("乙社", 700110000002))
    made = covers.change(
        trade.agent, cover.id, Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 1_200_000_000})
    )
    client = as_role("underwriter")
    trade.clock.moment += timedelta(seconds=access_session.BINDING_SECONDS + 1)
    decision = {"content": found.content_hash, "why": "理由", "accept": "1"}
    for place, words in (
        (f"/referrals/{found.application.id}", decision),
        (f"/proposals/{made.id}", {"agree": "1"}),
        ("/conditions", {"condition": str(made.id), "note": "届いた"}),
    ):
        assert client.get(place).status_code == 200, place
        assert client.post(place, words).headers["Location"].startswith("/account/confirm?"), place
    told = {"content": found.content_hash, "outcome": "accept", "reason": "理由"}
    for place, body in ((f"applications/{found.application.id}/decision", told),
                        (f"proposals/{made.id}/decision", {"agreed": True})):  # fmt: skip
        assert client.post(f"/api/v1/{place}", json.dumps(body), "application/json").status_code == 403, place
    with_all_reach()
    assert [row.id for row in covers.proposals(trade.underwriter)] == [made.id]
    assert [row.application_id for row in deciding.referrals(trade.underwriter)] == [found.application.id]


def test_conditions_are_between_agency_and_insurer_by_the_api_too(
    trade: Trade,
    as_role: Callable[[str], Client],
) -> None:
    trade.decided(referred(trade), "accept", [("報告書を送る", date(2027, 6, 30))])
    for role in ("federation_office", "association_office"):
        assert as_role(role).get("/api/v1/conditions").status_code == 403, role
    for role in ("alice", "underwriter", "auditor"):
        told = as_role(role).get("/api/v1/conditions").json()["conditions"]
        assert [one["text"] for one in told] == ["報告書を送る"], role
