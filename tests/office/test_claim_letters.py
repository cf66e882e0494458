"""The letter on a claim: every yen with its clause, every cut with its reason, what is left, and whom to ask."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from sonae.office import (
    canonical,
    claim_decisions,
    claim_letters,
    claim_payments,
    claim_recoveries,
    claim_response,
    claim_returns,
    claims,
    desk,
    subjects,
    walls,
)
from sonae.office.access import Principal
from sonae.office.documents import MissingGlyph
from sonae.office.models import ClaimLetter, JournalEntry, User
from sonae.office.refusals import Refused

from .cast import logged_in
from .claim_story import Settling, judged, settling
from .paperwork import pages, reader
from .trade import Trade


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade, event="information_leak")


def test_the_payment_letter_says_what_is_paid_and_why_the_rest_is_not(story: Settling) -> None:
    story.decided(forensics=4_620_000, consulting=(660_000, 440_000), damages=1_200_000)
    story.premium()
    story.paid(story.payee("vendor"), 4_620_000)
    text = "".join(pages(claim_letters.letter(story.member, story.claim.id)))
    for said in (
        "保険金のお支払いのご案内", story.claim.number, "髙﨑工務店", "6,260,000円", "事故原因・被害範囲調査費用",
        "660,000円", "−220,000円", "440,000円", "費目ごとに確かめた", "業者へ直接", "口座末尾4471", "4,620,000円",
        "そんぽADRセンター", "引受保険会社100%", "30,000,000円24,940,000円",
    ):  # fmt: skip
        assert said.replace("−", "\u2212") in text, said
    assert "1234471" not in text


def test_the_denial_letter_says_why_and_how_to_have_it_looked_at_again(story: Settling) -> None:
    story.decided(consulting=(660_000, 0))
    made = claim_letters.letter(story.handler, story.claim.id)
    text = "".join(pages(made))
    for said in ("お支払いできないことのご案内", "お支払いできない理由", "費目ごとに確かめた", "確かめ直します"):
        assert said in text
    assert re.search(r"0円", text)
    assert reader(made).trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_there_is_no_letter_before_a_second_person_confirmed_it(story: Settling, trade: Trade) -> None:
    with pytest.raises(Refused, check=lambda error: error.code == "no_decision"):
        claim_letters.letter(story.member, story.claim.id)
    story.decided(forensics=1)
    with pytest.raises(desk.NotFound):
        claim_letters.letter(trade.agent, story.claim.id)


def issued(story: Settling) -> list[ClaimLetter]:
    walls.enter(principal="test", reach="all", claims="all")
    return list(ClaimLetter.objects.filter(claim=story.claim).order_by("number"))


def entries(story: Settling) -> list[dict[str, object]]:
    walls.enter(principal="test", reach="all", claims="all")
    rows = JournalEntry.objects.filter(stream=f"claim/{story.claim.id}", kind="letter_issued").order_by("number")
    return [canonical.load(row.body) for row in rows]


def test_each_confirmed_decision_and_each_payment_has_its_letter_and_its_entry(story: Settling) -> None:
    decision = story.decided(forensics=4_620_000)
    story.premium()
    payee = story.payee("vendor")
    first, second = (story.paid(payee, yen) for yen in (3_000_000, 1_620_000))
    claim_payments.post(story.handler, second.id)
    rows = issued(story)
    assert [(one.number, one.kind, one.payment_id) for one in rows] == [
        (1, "payment", None), (2, "payment", first.id), (3, "payment", second.id)
    ]  # fmt: skip
    assert {one.decision_id for one in rows} == {decision.id}
    assert [one["number"] for one in entries(story)] == [f"L-{story.claim.number}-{place}" for place in (1, 2, 3)]
    for row, entry in zip(rows, entries(story), strict=True):
        assert entry["content_sha256"] == row.content_sha256 == hashlib.sha256(bytes(row.content)).hexdigest()


def test_a_letter_printed_again_is_the_same_whatever_was_paid_and_renamed_since(story: Settling) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    payee = story.payee("vendor")
    story.paid(payee, 3_000_000)
    before = claim_letters.letter(story.member, story.claim.id)
    story.paid(payee, 1_620_000)
    story.trade.clock.to(2027, 12, 1)
    assert claim_letters.letter(story.member, story.claim.id, 2) == before
    text = "".join(pages(before))
    number = f"L-{story.claim.number}-2"
    for said in ("3,000,000円", "これからお支払いする額1,620,000円", f"通知書番号{number}", "30,000,000円25,380,000円"):
        assert said in text, said
    newest = "".join(pages(claim_letters.letter(story.member, story.claim.id)))
    assert "これから" not in newest
    assert f"sha256:{issued(story)[-1].content_sha256}" in newest
    assert [one.number for one in claim_letters.all_of(story.member, story.claim.id)] == [3, 2, 1]
    with pytest.raises(desk.NotFound):
        claim_letters.letter(story.member, story.claim.id, 4)


def test_a_denial_is_issued_when_it_is_confirmed_and_a_new_decision_has_a_letter_of_its_own(story: Settling) -> None:
    story.decided(consulting=(660_000, 0))
    story.decided("reread", consulting=(660_000, 440_000))
    assert [(one.number, one.kind) for one in issued(story)] == [(1, "denial"), (2, "payment")]
    denial, payment = ("".join(pages(claim_letters.letter(story.member, story.claim.id, one))) for one in (1, 2))
    assert "お支払いできないことのご案内" in denial
    assert "保険金のお支払いのご案内" in payment


@pytest.mark.parametrize("who", ["member", "agent", "handler"])
def test_a_decision_from_before_the_register_gets_its_letter_from_whoever_asks_first(
    story: Settling, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(claim_letters, "follow", lambda *_: None)
    story.decided(forensics=4_620_000)
    assert issued(story) == []
    asker: Principal = story.trade.agent if who == "agent" else getattr(story, who)
    if who == "agent":
        claims.consent(story.member, story.claim.id)
    assert claim_letters.letter(asker, story.claim.id) == claim_letters.letter(story.member, story.claim.id)
    assert [one.issued_by for one in issued(story)] == [asker.name]
    assert len(entries(story)) == 1


def test_a_reason_that_cannot_be_printed_holds_up_no_money_and_is_named(story: Settling) -> None:
    made = claim_decisions.propose(
        story.handler, story.claim.id, judged(story.cover, consulting=(660_000, 440_000)), reason="見直した\U0001f600"
    )
    claim_decisions.confirm(story.manager, made.id)
    story.premium()
    assert story.paid(story.payee("vendor"), 440_000, "consulting").state == "posted"
    with pytest.raises(MissingGlyph, match=r"U\+1F600"):
        claim_letters.letter(story.member, story.claim.id)
    assert issued(story) == []


def test_a_reason_of_two_lines_is_printed(story: Settling) -> None:
    made = claim_decisions.propose(
        story.handler, story.claim.id, judged(story.cover, consulting=(660_000, 0)), reason="対象外。\r\n約款のとおり。"
    )
    claim_decisions.confirm(story.manager, made.id)
    assert "対象外。約款のとおり。" in pages(claim_letters.letter(story.member, story.claim.id))[0]


def test_the_ending_of_an_account_stands_in_the_register_only_under_the_claims_key(story: Settling) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    story.paid(story.payee("vendor"), 4_620_000)
    assert b"4471" not in bytes(issued(story)[-1].content)
    assert "口座末尾4471" in "".join(pages(claim_letters.letter(story.member, story.claim.id)))
    walls.enter(principal="test", reach="all", claims="all")
    subjects.erase(story.claim.subject_key)
    again = "".join(pages(claim_letters.letter(story.member, story.claim.id)))
    assert "4471" not in again
    assert "4,620,000円" in again


def test_the_database_keeps_the_register_as_it_was_written(story: Settling) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    story.paid(story.payee("vendor"), 1_000_000)
    issued(story)
    for statement, said in (
        ("UPDATE claim_letter SET content = 'x'", "permission denied"),
        ("DELETE FROM claim_letter", "permission denied"),
        (_AGAIN.format("kind", "'denial'"), "is_of_its_kind|confirmed decision|letter_once"),
        (_AGAIN.format("content", "'x'::bytea"), "is_hashed"),
        (_AGAIN.format("number", "7"), "payment_id|letter_once"),
    ):
        with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


_AGAIN = (
    "INSERT INTO claim_letter SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(), "
    "'number', 9) || jsonb_build_object('{0}', {1}))).* FROM claim_letter l"
)


def test_the_letters_come_by_api_and_page_to_whoever_sees_the_claim(story: Settling) -> None:
    story.decided(consulting=(660_000, 0))
    story.decided("reread", forensics=1)
    place, path = f"/api/v1/claims/{story.claim.id}", f"/claims/{story.claim.id}"
    handler, member, agent = Client(), Client(), Client()
    logged_in(handler, story.trade.office.people["claims_handler"])
    logged_in(member, User.objects.get(id=story.member.user_id))
    logged_in(agent, story.trade.office.alice)
    told = handler.get(f"{place}/letters").json()["letters"]
    assert [(one["number"], one["kind"], one["place"], one["payment"]) for one in told] == [
        (f"L-{story.claim.number}-2", "payment", 2, None), (f"L-{story.claim.number}-1", "denial", 1, None)
    ]  # fmt: skip
    for client, address in ((handler, f"{place}/letter"), (handler, f"{place}/letters/1"),
                            (member, f"{path}/letter.pdf"), (member, f"{path}/letters/1.pdf")):  # fmt: skip
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    page = member.get(path).content.decode()
    for one in told:
        assert one["number"] in page
    assert "お支払いできないことの通知書" in page
    assert member.get(f"{path}/letters/3.pdf").status_code == 404
    assert handler.get(f"{place}/letters/3").status_code == handler.get(f"{place}/letters/x").status_code == 404
    assert agent.get(f"{path}/letters/1.pdf").status_code == 404


def test_a_letter_tells_what_is_left_without_the_claim_and_once_it_is_paid(story: Settling) -> None:
    """An approved estimate of the same claim holds 5,000,000 of the limit; 4,620,000 were decided."""
    asked = claim_response.ask_spend(story.member, story.claim.id, "forensics", "業者", 5_000_000)
    claim_response.approve_spend(story.manager, asked.id)
    story.decided(forensics=4_620_000)
    assert "30,000,000円30,000,000円25,380,000円" in "".join(pages(claim_letters.letter(story.member, story.claim.id)))


def test_a_letter_counts_no_yen_that_came_back(story: Settling) -> None:
    story.decided(forensics=4_620_000)
    story.premium()
    payee = story.payee("vendor")
    made = story.paid(payee, 4_000_000)
    wrong = claim_returns.expect(story.handler, made.id, story.cover.id, "forensics", 1_500_000, "別の業者の請求")
    claim_recoveries.receive(story.handler, wrong.id, 1_500_000)
    story.paid(payee, 2_120_000)
    text = "".join(pages(claim_letters.letter(story.member, story.claim.id)))
    for said in ("2,500,000円", "2,120,000円", "25,380,000円"):
        assert said in text, said
    assert "これからお支払いする額" not in text
