"""Drafts behind the privacy act's clocks: what is recorded stands in them, what is not is a blank, no person ever."""

from __future__ import annotations

from datetime import datetime

import pytest

from sonae.office import claim_drafts, claim_response
from sonae.office.claim_drafts import BLANK
from sonae.office.desk import NotFound

from .claim_story import Settling, settling
from .trade import Trade

LEAK = {"leak": "yes", "persons": 1840, "sensitive": "no", "wrongful": "yes"}


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade, event="information_leak", facts=LEAK, story="山田太郎さんの名簿が出た。")


def test_what_is_recorded_stands_in_the_preliminary_report(story: Settling) -> None:
    text = claim_drafts.draft(story.member, story.claim.id, "report_preliminary")
    for what in ("1,840人", "要配慮個人情報の有無：なし", "不正の目的によるおそれ：あり", "2027年9月11日 7時06分",
                 "規則7条・8条1項", "仮定"):  # fmt: skip
        assert what in text, what
    assert f"高度な暗号化等の措置：{BLANK}" in text
    assert f"警察への相談：{BLANK}" in text
    assert "山田" not in text
    assert "{" not in text


def test_a_fact_recorded_later_fills_its_blank(story: Settling) -> None:
    at = datetime.fromisoformat("2027-09-11T07:30:00+09:00")
    claim_response.record_milestone(story.member, story.claim.id, "police_told", at, "")
    claim_response.record_milestone(story.member, story.claim.id, "report_preliminary", at, "")
    text = claim_drafts.draft(story.handler, story.claim.id, "report_final")
    assert "警察への相談：2027年9月11日 7時30分" in text
    assert "速報をした日：2027年9月11日 7時30分" in text


@pytest.mark.parametrize("code", sorted(claim_drafts.kinds()))
def test_every_draft_asks_for_what_the_rule_lists(story: Settling, code: str) -> None:
    """Rule 8(1) lists nine items; rule 10 asks of them what concerns the person."""
    text = claim_drafts.draft(story.member, story.claim.id, code)
    wanted = ["概要", "原因", "二次被害又はそのおそれの有無及びその内容"]
    if code != "persons_notified":
        wanted += ["個人データの項目", "本人の数", "本人への対応の実施状況", "公表の実施状況", "再発防止のための措置",
                   "その他参考となる事項"]  # fmt: skip
    assert all(item in text for item in wanted)


def test_nobody_else_gets_one(story: Settling) -> None:
    for principal in (story.trade.agent, story.trade.principal("auditor")):
        with pytest.raises(NotFound):
            claim_drafts.draft(principal, story.claim.id, "report_preliminary")
    with pytest.raises(NotFound):
        claim_drafts.draft(story.member, story.claim.id, "nothing")
