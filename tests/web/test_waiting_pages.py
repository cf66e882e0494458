"""The page of what waits, and the pipeline that begins with the quotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.office.cast import logged_in

from .office_pages import text_of, with_all_reach

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]


def client_of(trade: Trade, name: str) -> Client:
    from sonae.office.models import User

    user = User.objects.get(id=trade.principal(name).user_id)
    client = Client()
    with_all_reach()
    logged_in(client, user)
    return client


def test_the_page_says_what_is_whose_turn_by_when_and_which_start_is_reached(trade: Trade) -> None:
    trade.quotation(**{"for": {"name": "見積だけの会社"}})
    trade.given(trade.applied(trade.member()))
    agent = client_of(trade, "alice")
    page = text_of(agent.get("/waiting"))
    own, others = page.split("ほかの人を待っているもの", 1)
    assert "見積だけの会社" in own
    assert "見積から申込みを始める" in own
    assert "髙﨑工務店" in others
    assert "重要事項を読む" in others
    assert "2027年4月1日 午後4時" in others
    federation = text_of(client_of(trade, "federation_office").get("/waiting"))
    assert "いま、あなたがすることはありません。" in federation
    assert "見積だけの会社" not in federation
    assert "353,150" not in federation
    file = agent.get("/waiting.csv").content.decode("utf-8-sig").splitlines()
    assert len(file) == 3
    assert 'href="/waiting"' in agent.get("/quotations").content.decode()


def test_who_may_open_it(trade: Trade) -> None:
    member = client_of(trade, "member")
    assert member.get("/waiting")["Location"] == "/member"
    assert 'href="/waiting"' not in client_of(trade, "auditor").get("/applications").content.decode()
    assert client_of(trade, "claims_handler").get("/waiting").status_code == 403
    assert Client().get("/waiting").status_code == 302


def test_the_pipeline_begins_at_the_quotation(trade: Trade) -> None:
    quotation = trade.quotation(**{"for": {"name": "見積だけの会社"}})
    agent = client_of(trade, "alice")
    shown = agent.get("/applications")
    assert f'href="/quotation/{quotation}/apply"' in shown.content.decode()
    assert "見積だけの会社 見積 申込みを始める" in text_of(shown)
    trade.applied(trade.member())
    only = text_of(agent.get("/applications?for=quoted"))
    assert "見積だけの会社" in only
    assert "髙﨑工務店" not in only
    assert "見積だけの会社" not in text_of(agent.get("/applications?for=agency"))
    lines = agent.get("/applications.csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[5] for line in lines] == ["stage", "見積", "準備中"]
    for name in ("bob", "underwriter", "federation_office"):
        assert "見積だけの会社" not in text_of(client_of(trade, name).get("/applications"))
