"""The pages of claims as HTTP sees them: who may, what a member is told on the day, and what the office decides.

Stories go through the desk with the office's clock; the pages are asked as each role.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sonae.office import claim_response, walls
from sonae.office.models import ClaimNotice, ClaimSpend, User
from tests.office.cast import logged_in
from tests.office.claim_story import Settling, insured_elsewhere, settling
from tests.office.paperwork import pages

from .office_pages import as_member, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]

FACTS = {"known_at": "2027-09-11T06:40", "event": "", "story": "共有フォルダが開けない。脅迫文がある。",
         "stopped": "yes", "leak": "unknown"}  # fmt: skip


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def all_notices() -> list[ClaimNotice]:
    walls.enter(reach="all", claims="all", principal="test")
    return list(ClaimNotice.objects.order_by("received_at", "number"))


# --- first notice ---------------------------------------------------------------------------------------------------


def test_the_first_screen_says_what_to_do_and_asks_nothing(client: Client) -> None:
    answer = client.get("/incident")
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 200
    for what in ("LANを抜く", "電源は切らない", "触らない", "電話する", "責任を認めない",
                 "24時間の番号は、引受保険会社が定めます"):  # fmt: skip
        assert what in words
    assert 'name="story"' not in page.partition("<main")[2]


def test_anybody_with_a_certificates_number_is_called_back(story: Settling, client: Client) -> None:
    """The answer does not depend on whether there is such a certificate."""
    caller = {"caller": "髙﨑 次郎", "phone": "025-000-0000"}
    places = []
    for number in (story.cover.number, "9999999999"):
        answer = client.post("/incident/report", FACTS | caller | {"certificate": number})
        assert answer.status_code == 302
        places.append(answer.headers["Location"])
    shapes = {re.sub("[0-9A-F]{4}", "X", place.rpartition("/")[2]) for place in places}
    assert shapes == {"N-X-X"}
    words = text_of(client.get(places[0]))
    assert places[0].rpartition("/")[2] in words
    assert "折り返し" in words
    waiting = [one for one in all_notices() if one.channel == "open"]
    assert [one.cover_id for one in waiting] == [story.cover.id, None]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"known_at": ""}, "日時"), ({"known_at": "2027-09-12T00:00"}, "日時"), ({"persons": "-3"}, "数"),
     ({"event": "meteor"}, "事由"), ({"caller": ""}, "200文字")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason_and_kept(
    story: Settling, client: Client, change: dict[str, str], why: str
) -> None:
    before = len(all_notices())
    words = FACTS | {"caller": "髙﨑", "phone": "025-000-0000", "certificate": "X"} | change
    answer = client.post("/incident/report", words)
    assert answer.status_code == 422
    assert "まだ届いていません" in text_of(answer)
    assert "共有フォルダが開けない" in answer.content.decode()
    assert len(all_notices()) == before


def test_a_member_reports_for_its_own_cover(story: Settling) -> None:
    client = as_member(story.trade, story.cover)
    answer = client.post("/incident/report", FACTS)
    assert answer.status_code == 302
    newest = all_notices()[-1]
    assert newest.channel == "member"
    assert newest.facts == {"stopped": "yes", "leak": "unknown"}
    assert answer.headers["Location"] == f"/claims/{newest.claim_id}?done=reported"


def test_circumstances_without_a_loss_are_a_notice_too(story: Settling) -> None:
    client = as_member(story.trade, story.cover)
    assert client.post("/incident/report", FACTS | {"circumstances": "yes"}).status_code == 302
    assert all_notices()[-1].circumstances


def test_an_agent_says_how_the_member_consented(story: Settling, as_role: Callable[[str], Client]) -> None:
    agent = as_role("alice")
    words = FACTS | {"certificate": story.cover.number}
    refused = agent.post("/incident/report", words)
    assert refused.status_code == 422
    assert "同意" in text_of(refused)
    told = agent.post("/incident/report", words | {"consent": "9月11日 8時、社長から電話で"})
    assert told.status_code == 302
    other = as_role("bob").post("/incident/report", words | {"consent": "電話で"})
    assert other.status_code == 422


def test_the_claims_office_writes_down_a_call(story: Settling, as_role: Callable[[str], Client]) -> None:
    answer = as_role("claims_handler").post("/incident/report", FACTS | {"certificate": story.cover.number})
    assert answer.status_code == 302
    assert all_notices()[-1].channel == "phone"


# --- who may --------------------------------------------------------------------------------------------------------


def test_nobody_but_the_office_and_the_member_sees_a_claim(story: Settling, as_role: Callable[[str], Client]) -> None:
    """The federation, the cooperative and an agent without consent: as if it were not there."""
    place = f"/claims/{story.claim.id}"
    member = as_member(story.trade, story.cover)
    for name in ("alice", "bob", "auditor"):
        assert as_role(name).get(place).status_code == 404, name
        assert "ランサム" not in text_of(as_role(name).get("/claims")), name
    for name in ("federation_office", "association_office", "cooperative", "underwriter", "operator"):
        for path in (place, "/claims", f"{place}/timeline.csv", f"{place}/decision", "/approvals"):
            assert as_role(name).get(path).status_code in (403, 404), (name, path)
    assert member.get(place).status_code == 200
    for name in ("claims_handler", "claims_manager"):
        assert as_role(name).get(place).status_code == 200
    assert Client().get(place).status_code == 302


def test_the_insurers_auditor_reads_the_story_and_changes_nothing(story: Settling) -> None:
    story.decided(forensics=4_620_000)
    user = User.objects.get(id=story.second("insurers-auditor", "auditor").user_id)
    auditor, place = Client(), f"/claims/{story.claim.id}"
    logged_in(auditor, user)
    assert story.claim.number in text_of(auditor.get("/claims"))
    answer = auditor.get(place)
    words = text_of(answer)
    for what in ("経過", "事故の知らせ", "支払いの判断", "起きた時", "記録した時"):
        assert what in words, what
    assert not re.search(rf'<form[^>]+action="{place}', answer.content.decode())
    story_file = auditor.get(f"{place}/timeline.csv")
    assert story_file.status_code == 200
    assert story_file["Content-Disposition"].startswith("attachment")
    for path, sent in (("/act", {"do": "task", "step": "investigation", "title": "x"}), ("/revise", FACTS),
                       ("/turn", {"do": "take"}), ("/consent", {"give": "1"}), ("/decision", {"look": "1"}),
                       ("/payments", {"do": "prepare"})):  # fmt: skip
        assert auditor.post(place + path, sent).status_code == 403, path


def test_the_agent_sees_it_while_the_member_consents(story: Settling, as_role: Callable[[str], Client]) -> None:
    place, member = f"/claims/{story.claim.id}", as_member(story.trade, story.cover)
    assert "同意なし" in text_of(member.get(place))
    assert member.post(f"{place}/consent", {"give": "1"}).status_code == 302
    assert as_role("alice").get(place).status_code == 200
    assert as_role("bob").get(place).status_code == 404
    assert member.post(f"{place}/consent", {}).status_code == 302
    assert as_role("alice").get(place).status_code == 404


def test_what_is_the_insurers_own_is_not_told_to_the_member(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    words = text_of(member.get(place))
    assert "支払備金" not in words
    assert "損害調査の担当" not in words
    for path in ("/reserves", "/decision", "/payments"):
        assert member.get(place + path).status_code == 403
    assert member.post(f"{place}/turn", {"do": "close", "reason": "もうよい"}).status_code == 403


# --- the member's page ----------------------------------------------------------------------------------------------


def test_the_member_reads_what_is_covered_what_is_left_and_by_when(story: Settling) -> None:
    """Set 3, basic; not sure yet what happened: every head of the plan depends on one fact, none is a flat no."""
    words = text_of(as_member(story.trade, story.cover).get(f"/claims/{story.claim.id}"))
    for what in ("5つの段階", "ネットワークから切り離す", "事実による", "このプランにない", "こうなら支払う",
                 "100,000,000",
                 "30,000,000", "身代金", "見積と承認", "経過", "同意なし"):  # fmt: skip
        assert what in words, what


def test_a_leak_that_is_known_starts_the_commissions_clock(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    facts = {"known_at": "2027-09-11T06:40", "event": "information_leak", "leak": "yes", "persons": "1840"}
    assert member.post(f"{place}/revise", facts).status_code == 302
    words = text_of(member.get(place))
    # 速報 within five days of the discovery on 11 September: the 16th (個人情報保護法施行規則8条).
    assert "個人情報保護委員会への速報" in words
    assert "あと5日 2027年9月16日まで" in words
    assert "承認を待たずに頼めるもの" in words
    assert "第2" in words or "1,840" in words


def test_an_estimate_is_previewed_approved_and_seen(story: Settling, as_role: Callable[[str], Client]) -> None:
    member, handler, place = as_member(story.trade, story.cover), as_role("claims_handler"), f"/claims/{story.claim.id}"
    spend = {"do": "spend", "head": "forensics", "vendor": "北陸フォレンジック", "amount": "4,620,000"}
    assert member.post(f"{place}/act", spend | {"amount": "-1"}).status_code == 422
    assert member.post(f"{place}/act", spend).status_code == 302
    assert "25,380,000" in text_of(member.get(place))
    all_notices()
    made = ClaimSpend.objects.get(claim=story.claim)
    preview = text_of(handler.get(f"{place}/spends/{made.id}"))
    assert "4,620,000円を承認すると" in preview
    assert "25,380,000" in preview
    over = handler.post(f"{place}/spends/{made.id}", {"look": "1", "amount": "31,000,000"})
    assert "残りを超えます" in text_of(over)
    assert handler.post(f"{place}/spends/{made.id}", {"approve": "1", "amount": "4000000"}).status_code == 302
    words = text_of(member.get(place))
    assert "承認 4,000,000" in words
    assert "26,000,000" in words


def test_what_another_claim_holds_is_gone_from_what_an_estimate_leaves(story: Settling) -> None:
    """30,000,000 less the 5,000,000 of the other claim less 4,620,000, on the page and in the preview alike."""
    other = settling(story.trade, story.cover)
    held = claim_response.ask_spend(other.member, other.claim.id, "forensics", "業者", 5_000_000)
    claim_response.approve_spend(other.handler, held.id)
    asked = claim_response.ask_spend(story.member, story.claim.id, "forensics", "業者", 4_620_000)
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    assert "承認待ち 20,380,000" in re.sub("[^ ]*着手[^ ]* ", "", text_of(member.get(place)))
    claim_response.approve_spend(story.handler, asked.id)
    assert "承認 20,380,000" in text_of(member.get(place))


def test_a_file_goes_in_and_comes_out_as_an_attachment(story: Settling, as_role: Callable[[str], Client]) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    raw = b"%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF\n"
    assert member.post(f"{place}/files", {"file": SimpleUploadedFile("見積書.pdf", raw)}).status_code == 302
    liar = member.post(f"{place}/files", {"file": SimpleUploadedFile("偽.pdf", b"MZ\x90\x00")})
    assert liar.status_code == 422
    [link] = re.findall(rf'href="({place}/files/[0-9a-f-]+)"', member.get(place).content.decode())[:1]
    sent = as_role("claims_handler").get(link)
    assert sent.content == raw
    assert sent["Content-Disposition"].startswith("attachment;")
    assert as_role("alice").get(link).status_code == 404


def test_the_story_is_told_with_both_times_and_exported(story: Settling) -> None:
    member, place = as_member(story.trade, story.cover), f"/claims/{story.claim.id}"
    noted = {"do": "milestone", "kind": "police_told", "at": "2027-09-11T07:30", "note": "受理番号 12"}
    assert member.post(f"{place}/act", noted).status_code == 302
    lines = member.get(f"{place}/timeline.csv").content.decode("utf-8-sig").splitlines()
    assert lines[1] == "2027-09-11 07:30,2027-09-11 08:06,警察に相談した,受理番号 12"
    assert member.post(f"{place}/act", noted | {"kind": "documents_complete"}).status_code == 403


# --- the office -----------------------------------------------------------------------------------------------------


def test_a_strangers_notice_becomes_a_claim_once_somebody_called(
    story: Settling, client: Client, as_role: Callable[[str], Client]
) -> None:
    caller = {"caller": "髙﨑 次郎", "phone": "025-000-0000", "certificate": story.cover.number}
    where = client.post("/incident/report", FACTS | caller).headers["Location"]
    handler = as_role("claims_handler")
    page = handler.get("/claims").content.decode()
    assert where.rpartition("/")[2] in page
    [(notice, member)] = re.findall(r'/claims/notices/([0-9a-f-]+)">.*?name="member" value="([0-9a-f-]+)"', page)
    made = handler.post(f"/claims/notices/{notice}", {"open": "1", "member": member, "outcome": "社長と話した"})
    assert "?done=reported" in made.headers["Location"]
    twice = handler.post(f"/claims/notices/{notice}", {"open": "1", "member": member, "outcome": "社長と話した"})
    assert twice.status_code == 422
    assert where.rpartition("/")[2] not in handler.get("/claims").content.decode()


def test_the_worklist_stands_by_clock(story: Settling, as_role: Callable[[str], Client]) -> None:
    later = settling(story.trade, story.cover, event="information_leak", facts={"leak": "yes", "persons": 5000})
    page = as_role("claims_handler").get("/claims").content.decode()
    assert page.index(str(later.claim.id)) < page.index(str(story.claim.id))
    handler = as_role("claims_handler")
    assert handler.post(f"/claims/{story.claim.id}/turn", {"do": "take"}).status_code == 302
    mine = handler.get("/claims?mine=1").content.decode()
    assert str(story.claim.id) in mine
    assert str(later.claim.id) not in mine


def test_reserves_keep_their_history(story: Settling, as_role: Callable[[str], Client]) -> None:
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}/reserves"
    assert handler.post(place, {"head": "forensics", "amount": "12000000", "reason": ""}).status_code == 422
    assert handler.post(place, {"head": "forensics", "amount": "12,000,000", "reason": "中間報告"}).status_code == 302
    assert handler.post(place, {"head": "forensics", "amount": "22500000", "reason": "確報"}).status_code == 302
    words = text_of(handler.get(place))
    assert words.index("確報") < words.index("中間報告")
    assert "12,000,000 22,500,000" in words


def test_from_the_facts_to_the_letter(story: Settling, as_role: Callable[[str], Client]) -> None:
    """Decided by one, confirmed by another; prepared by one, approved by another; the limits stand right."""
    handler, manager, place = as_role("claims_handler"), as_role("claims_manager"), f"/claims/{story.claim.id}"
    assert "未確認" in text_of(handler.get(f"{place}/payments"))
    premium = {"do": "premium", "cover": str(story.cover.id), "received": "1", "note": "9月の送金明細"}
    assert handler.post(f"{place}/payments", premium).status_code == 302
    facts = {"event-information_leak": "known", "victims-individual": "1840", "id-1": "A", "head-1": "forensics",
             "amount-1": "4,620,000", "incurred_on-1": "2027-09-11", "payee-1": "member", "id-2": "B",
             "head-2": "system_restoration", "amount-2": "5830000", "incurred_on-2": "2027-09-11",
             "payee-2": "member"}  # fmt: skip
    looked = handler.post(f"{place}/decision", facts | {"look": "1"})
    assert looked.status_code == 200, text_of(looked)[:2000]
    words = text_of(looked)
    for what in ("支払いの判断 — 支払う、4,620,000円", "−5,830,000", "結論を変える、ただ一つの事実", "25,380,000"):
        assert what in words, what
    for what in ("プロテクト費用補償特約", "請求のない費目 16件", story.cover.number,
                 "費目ごとに、その結論を変える事実", "費用損害：請求から支払い 4,620,000円まで",
                 "1請求・1事故の限度額に収める"):  # fmt: skip
        assert what in words, what
    for code in ("protect_costs", "not_granted", "no_event", str(story.cover.id)):
        assert code not in words, code
    bare = handler.post(f"{place}/decision", facts | {"propose": "1"})
    assert bare.status_code == 422
    told = facts | {"propose": "1", "reason": "復旧費用はベーシックにない"}
    assert handler.post(f"{place}/decision", told).status_code == 302
    assert "あなたが起案した判断です" in text_of(handler.get(f"{place}/decision"))
    page = manager.get(f"{place}/decision").content.decode()
    [decision] = re.findall(r'name="decision" value="([0-9a-f-]+)"', page)
    assert handler.post(f"{place}/decision", {"confirm": "1", "decision": decision}).status_code == 422
    assert manager.post(f"{place}/decision", {"confirm": "1", "decision": decision}).status_code == 302
    proof = handler.get(f"{place}/decisions/{decision}.json").json()
    assert proof["paid"] == 4_620_000
    payee = {"do": "payee", "kind": "vendor", "holder": "北陸フォレンジック", "holder_kana": "ホクリクフォレンジック",
             "bank": "越後みらい銀行", "branch": "本店", "account_kind": "ordinary", "account": "1234567"}  # fmt: skip
    assert handler.post(f"{place}/payments", payee).status_code == 302
    page = handler.get(f"{place}/payments").content.decode()
    [payee_id] = re.findall(r'id="payee" name="payee"><option value="([0-9a-f-]+)"', page)
    line = f"line_{story.cover.id}_forensics"
    prepare = {"do": "prepare", "payee": payee_id, line: "4,620,000"}
    over = handler.post(f"{place}/payments", prepare | {line: "4620001"})
    assert over.status_code == 422
    assert "判断した額を超える" in text_of(over)
    assert handler.post(f"{place}/payments", prepare).status_code == 302
    waits = handler.get("/approvals")
    assert "あなたが準備した支払いです" in text_of(waits)
    [payment] = re.findall(r'action="/approvals/([0-9a-f-]+)"', manager.get("/approvals").content.decode())
    assert handler.post(f"/approvals/{payment}").status_code == 422
    early = handler.post(f"{place}/payments", {"do": "post", "payment": payment})
    assert "承認が足りません" in text_of(early)
    assert manager.post(f"/approvals/{payment}").status_code == 302
    assert handler.post(f"{place}/payments", {"do": "post", "payment": payment}).status_code == 302
    member = as_member(story.trade, story.cover)
    words = text_of(member.get(place))
    assert "支払いの判断：4,620,000円を支払う" in words
    assert "支払い済み 4,620,000円、承認済み 0円" in words
    assert "復旧費用はベーシックにない" in words
    letter = member.get(f"{place}/letter.pdf")
    assert letter["Content-Type"] == "application/pdf"
    told = "".join(pages(letter.content))
    assert "お支払いできない理由：" in told
    assert "（\u22125,830,000円）" in told
    assert "not_granted" not in told
    assert "中央会" not in told


def test_other_insurance_is_found_by_the_handler_and_noted_beside_the_payment(
    story: Settling, as_role: Callable[[str], Client]
) -> None:
    """It moves no yen; the decision keeps the fact, and whoever reads it is told what follows."""
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}/decision"
    facts = {"event-information_leak": "known", "victims-individual": "1840", "id-1": "A", "head-1": "forensics",
             "amount-1": "4,620,000", "incurred_on-1": "2027-09-11", "payee-1": "member"}  # fmt: skip
    without = text_of(handler.post(place, facts | {"look": "1"}))
    found = handler.post(place, facts | {"look": "1", "other_insurance": "1"})
    for words in (without, text_of(found)):
        assert "支払いの判断 — 支払う、4,620,000円" in words
    note = "他の保険者の負担部分を求償します（保険法20条、約款は未確認で仮定）"
    assert note not in without
    assert note in text_of(found)
    assert "他の保険契約等 ある" in text_of(found)
    assert 'name="other_insurance" value="1" checked' in found.content.decode()
    assert handler.post(place, facts | {"propose": "1", "other_insurance": "1"}).status_code == 302
    stored = handler.get(place)
    assert note in text_of(stored)
    english = handler.get(place, headers={"Accept-Language": "en"}).content.decode()
    assert "recovers the others" in english
    assert "There is other insurance for this loss" in english


def test_a_void_payment_gives_its_limit_back_and_a_closed_claim_opens_again(
    story: Settling, as_role: Callable[[str], Client]
) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    made = story.prepared(story.payee("vendor"), 4_620_000)
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}"
    shut = handler.post(f"{place}/turn", {"do": "close", "reason": "終わった"})
    assert shut.status_code == 422
    void = {"do": "void", "payment": str(made.id), "reason": "口座違い"}
    assert handler.post(f"{place}/payments", void).status_code == 302
    assert "残り 30,000,000" in text_of(handler.get(place))
    assert handler.post(f"{place}/turn", {"do": "close", "reason": "終わった"}).status_code == 302
    assert "終了" in text_of(handler.get(place))
    assert handler.post(f"{place}/turn", {"do": "reopen", "reason": "新しい請求"}).status_code == 302
    assert "新しい請求" in text_of(handler.get(place))


def test_other_insurance_of_the_application_is_ticked_with_its_source_and_may_be_taken_back(
    trade: Trade, as_role: Callable[[str], Client]
) -> None:
    there = insured_elsewhere(trade)
    handler, place = as_role("claims_handler"), f"/claims/{there.claim.id}/decision"
    page, ticked = handler.get(place), 'name="other_insurance" value="1" checked'
    assert ticked in page.content.decode()
    assert f"加入 {there.cover.number} の申込みの告知（2026-" in text_of(page)
    looked = handler.post(place, {"look": "1", "event-information_leak": "known"})
    assert ticked not in looked.content.decode()
    assert "保険法20条" not in text_of(looked)
    assert f"加入 {there.cover.number} の申込みの告知" in text_of(looked)


def test_money_moves_only_with_a_factor_of_the_last_minutes(story: Settling, as_role: Callable[[str], Client]) -> None:
    """By a page as by the API: a browser left open pays nobody, changes no account and approves nothing."""
    story.decided(forensics=1_000_000)
    story.premium()
    prepared = story.prepared(story.payee(), 1_000_000)
    handler, manager = as_role("claims_handler"), as_role("claims_manager")
    story.trade.clock.moment += timedelta(minutes=6)
    place = f"/claims/{story.claim.id}"
    payee = {"do": "payee", "kind": "insured", "holder": "甲", "holder_kana": "コウ", "bank": "銀行", "branch": "本店",
             "account_kind": "ordinary", "account": "1234567"}  # fmt: skip
    for client, path, words in (
        (handler, f"{place}/payments", payee),
        (handler, f"{place}/payments", {"do": "void", "payment": str(prepared.id), "reason": "誤り"}),
        (manager, f"/approvals/{prepared.id}", {}),
        (handler, f"{place}/recoveries", {"from_whom": "委託先", "amount": "1"}),
    ):
        assert client.get(path.replace(f"/{prepared.id}", "")).status_code == 200
        assert client.post(path, words).headers["Location"].startswith("/account/confirm?")
    prepared.refresh_from_db()
    assert prepared.state == "prepared"
