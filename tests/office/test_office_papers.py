"""The papers of covers and applications as the office gives them: to whom, what stands in them, and what they are
worth later."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf
import pytest

from sonae.cover import Reason
from sonae.office import applicant, cover_papers, covers, overview, renewals, timeline
from sonae.office.desk import NotFound
from sonae.office.members import Particulars
from sonae.office.models import Cover
from sonae.office.refusals import Refused

from .trade import Trade

SITE = "https://sonae.example.jp"


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def said(paper: bytes) -> str:
    """All of a paper's text without spaces."""
    pages = pypdf.PdfReader(io.BytesIO(paper)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def renamed(trade: Trade, cover: Cover, name: str) -> None:
    covers.change(
        trade.agent, cover.id,
        covers.Change(Reason.endorsement, date(2027, 6, 1), particulars=Particulars(name, "", "1000001", "東京都")),
    )  # fmt: skip


# --- who sees what is in hand ---------------------------------------------------------------------------------------


def test_the_agency_sees_what_is_in_hand_and_another_agency_does_not(trade: Trade) -> None:
    member = trade.member()
    application = trade.applied(member)
    trade.prepared(application)
    link = applicant.make_link(trade.agent, application.id)
    (found,) = overview.pipeline(trade.agent)
    assert found.standing.application == application
    assert found.cover is None
    assert found.link_until == link.expires_at
    assert overview.pipeline(trade.principal("bob")) == []


def test_counts_by_cooperative(trade: Trade) -> None:
    trade.bound()
    trade.clock.to(2027, 4, 2)
    (body,) = [one for one in overview.counts(trade.principal("federation_office")) if one.members]
    assert (body.members, body.confirmed, body.covered, body.applying) == (1, 1, 1, 0)


def test_a_timeline_of_a_cover_holds_everything_it_rests_on(trade: Trade) -> None:
    cover = trade.bound()
    auditor = trade.principal("auditor")
    told = timeline.read(auditor, "cover", cover.id)
    kinds = [fact.kind for fact in told.facts]
    assert kinds[0] == "quotation_stored"
    assert {"application_begun", "step_signature", "cover_transaction"} <= set(kinds)
    assert all(fact.stands for fact in told.facts)
    recorded = [fact.recorded for fact in told.facts]
    assert recorded == sorted(recorded)
    assert timeline.search(auditor, cover.number)[0].id == cover.id
    assert {found.kind for found in timeline.search(auditor, "高崎工務店")} == {"member", "cover", "application"}


# --- papers ---------------------------------------------------------------------------------------------------------


def test_the_papers_of_a_cover_and_its_application(trade: Trade) -> None:
    cover = trade.bound(trade.member("𠮷野髙﨑工務店"))
    person = trade.person_of(cover.member)
    certificate = said(cover_papers.certificate(person, cover.id, SITE))
    assert "𠮷野髙﨑工務店" in certificate
    assert cover.number in certificate
    assert "保険料" not in said(cover_papers.certificate(person, cover.id, SITE, note=True))
    assert "重要事項" in said(cover_papers.important_matters(person, cover.application_id, "ja"))
    assert "控え" in said(cover_papers.copy_of_application(person, cover.application_id))
    with pytest.raises(NotFound):
        cover_papers.endorsement(person, cover.id, 1)
    renamed(trade, cover, "𠮷野組")
    assert "𠮷野組" in said(cover_papers.endorsement(person, cover.id, 2))


def test_the_renewal_paper_of_an_offer(trade: Trade) -> None:
    trade.bound()
    trade.clock.to(2027, 12, 1)
    list(renewals.run(trade.principal("operator"), 2028))
    offer = renewals.chasing(trade.agent, 2028)[0].offer
    assert "更新のご案内" in said(cover_papers.renewal(trade.agent, offer.id))


def test_nobody_gets_the_papers_of_others(trade: Trade) -> None:
    cover = trade.bound()
    with pytest.raises(NotFound):
        cover_papers.certificate(trade.principal("bob"), cover.id, SITE)


def test_the_applicant_acknowledges_the_papers_that_were_given(trade: Trade) -> None:
    application = trade.applied(trade.member())
    person = trade.person_of(application.member)
    trade.given(application)
    found = applicant.acknowledge(person, application.id, channel="page", factor="passkey")
    assert applicant.has_acknowledged(found)
    again = applicant.acknowledge(person, application.id, channel="page", factor="passkey")
    assert len(again.rows) == len(found.rows)
