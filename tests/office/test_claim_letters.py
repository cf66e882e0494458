"""The letter on a claim: every yen with its clause, every cut with its reason, what is left, and whom to ask."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sonae.office import claim_letters, desk
from sonae.office.refusals import Refused

from .cast import logged_in
from .claim_story import Settling, settling
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
        "そんぽADRセンター", "引受保険会社100%", "30,000,000円25,380,000円",
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


def test_the_letter_comes_by_the_api(story: Settling) -> None:
    story.decided(forensics=1)
    client = Client()
    logged_in(client, story.trade.office.people["claims_handler"])
    answer = client.get(f"/api/v1/claims/{story.claim.id}/letter")
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
