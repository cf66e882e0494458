"""The papers of covers and applications as the office gives them: to whom, what stands in them, and what they are
worth later."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae import certificate as core_certificate
from sonae.application import Step
from sonae.cover import Reason
from sonae.office import (
    access,
    applicant,
    canonical,
    cover_papers,
    covers,
    desk,
    issuing,
    overview,
    paper_jobs,
    paper_status,
    renewals,
    signing,
    timeline,
    walls,
)
from sonae.office.access import Principal
from sonae.office.desk import NotFound
from sonae.office.documents import MissingGlyph
from sonae.office.members import Particulars
from sonae.office.models import ChangeProposal, Cover, IssuedPaper, Organisation
from sonae.office.paper_status import Worth
from sonae.office.refusals import Refused

from .cast import PASSWORD
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
    assert Step.acknowledgement in found.held
    again = applicant.acknowledge(person, application.id, channel="page", factor="passkey")
    assert len(again.rows) == len(found.rows)


# --- issued once ----------------------------------------------------------------------------------------------------


def papers(cover: Cover, kind: str) -> list[IssuedPaper]:
    with transaction.atomic():
        walls.enter(reach="all")
        return list(IssuedPaper.objects.filter(cover=cover, kind=kind).order_by("version"))


def worked() -> int:
    """Runs the paper jobs that wait, as the worker does."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    tasks = {"sonae.papers_of_transaction": paper_jobs.papers_of_transaction,
             "sonae.paper_of_offer": paper_jobs.paper_of_offer}  # fmt: skip
    waiting = [(job.task_name, job.args) for job in ProcrastinateJob.objects.filter(task_name__in=tasks)]
    return sum(tasks[name](**args) for name, args in waiting)


def test_a_paper_is_issued_once_with_its_number_and_one_journal_entry(trade: Trade) -> None:
    cover = trade.bound()
    cover_papers.certificate(trade.agent, cover.id, SITE)
    cover_papers.certificate(trade.person_of(cover.member), cover.id, SITE)
    (paper,) = papers(cover, "certificate")
    assert paper.number == f"C-{cover.number}-1"
    assert paper.issued_by == trade.agent.name
    facts = timeline.read(trade.principal("auditor"), "cover", cover.id).facts
    assert [fact.body["number"] for fact in facts if fact.kind == "paper_issued"] == [paper.number]
    assert [one.number for one in issuing.of_cover(trade.agent, cover.id)] == [paper.number]


def test_a_certificate_made_again_says_the_same(trade: Trade) -> None:
    cover = trade.bound()
    first = cover_papers.certificate(trade.agent, cover.id, SITE)
    with transaction.atomic():
        walls.enter(reach="all")
        Organisation.objects.filter(kind="cooperative").update(name="改称した組合")
    trade.clock.to(2027, 9, 1)
    assert cover_papers.certificate(trade.principal("auditor"), cover.id, SITE) == first


def test_the_papers_follow_every_transaction_by_themselves(trade: Trade) -> None:
    cover = trade.bound()
    assert worked() == 1
    renamed(trade, cover, "𠮷野組")
    covers.change(trade.agent, cover.id, covers.Change(Reason.withdrawal, date(2027, 10, 1)))
    assert worked() == 1 + 2 + 2
    assert worked() == 5
    assert [paper.version for paper in papers(cover, "certificate")] == [1, 2, 3]
    assert [paper.version for paper in papers(cover, "endorsement_notice")] == [2, 3]
    assert {paper.issued_by for paper in papers(cover, "certificate")} == {"rule"}


def test_a_change_that_is_not_recorded_leaves_no_job(trade: Trade) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    cover = trade.bound()
    before = ProcrastinateJob.objects.count()
    with refused("nothing_changes"):
        covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"set": 3}))
    assert ProcrastinateJob.objects.count() == before


def test_terms_that_follow_each_other_have_a_paper_each(trade: Trade) -> None:
    cover = trade.bound()
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 10, 1), {"plan": "wide"}))
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"set": 2}))
    trade.clock.to(2027, 6, 2)
    assert "ベーシックプラン" in said(cover_papers.certificate(trade.agent, cover.id, SITE))
    trade.clock.to(2027, 10, 2)
    assert "ワイドプラン" in said(cover_papers.certificate(trade.agent, cover.id, SITE))
    assert {paper.number for paper in papers(cover, "certificate")} == {f"C-{cover.number}-3.2", f"C-{cover.number}-3"}


def test_a_certificate_of_a_cover_that_was_ended_shows_its_real_end(trade: Trade) -> None:
    cover = trade.bound()
    covers.change(trade.agent, cover.id, covers.Change(Reason.withdrawal, date(2027, 10, 1)))
    assert "2027年10月1日午後4時まで" in said(cover_papers.certificate(trade.agent, cover.id, SITE))


def test_an_avoided_cover_has_no_certificate(trade: Trade) -> None:
    cover = trade.bound()
    proposal = covers.change(trade.underwriter, cover.id, covers.Change(Reason.avoidance, date(2027, 4, 1)))
    assert isinstance(proposal, ChangeProposal)
    covers.agree(second_underwriter(trade), proposal.id)
    with pytest.raises(NotFound):
        cover_papers.certificate(trade.agent, cover.id, SITE)
    assert paper_status.status(cover.number).worth is Worth.cancelled


def second_underwriter(trade: Trade) -> Principal:
    user = desk.create_user(
        None, username="second", password=PASSWORD, name="次席 花子", role="underwriter",
        organisation=Organisation.objects.get(id=trade.underwriter.organisation_id),
    )  # fmt: skip
    return access.principal_of_user(user)


def test_a_name_that_cannot_be_printed_stops_the_paper(trade: Trade) -> None:
    cover = trade.bound(trade.member("\U0002a6b3商店"))
    with pytest.raises(MissingGlyph, match="U\\+2A6B3"):
        cover_papers.certificate(trade.agent, cover.id, SITE)
    assert papers(cover, "certificate") == []


@pytest.mark.parametrize("name", ["𠮷野家具", "髙﨑工務店", "神福都塚鶴隆", "葛󠄀城商事"])
def test_a_legal_name_stands_in_every_paper_as_typed(trade: Trade, name: str) -> None:
    cover = trade.bound(trade.member(name))
    person = trade.person_of(cover.member)
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"plan": "wide"}))
    assert cover.member.legal_name == name
    for paper in (
        cover_papers.certificate(person, cover.id, SITE),
        cover_papers.certificate(person, cover.id, SITE, note=True),
        cover_papers.endorsement(person, cover.id, 2),
        cover_papers.copy_of_application(person, cover.application_id),
    ):
        assert name in said(paper)
    summary = core_certificate.read_canonical(bytes(papers(cover, "certificate")[0].content))
    assert summary.named_insured.name == name


# --- who is given which paper ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["underwriter", "auditor", "federation_office", "association_office"])
def test_those_who_see_a_cover_are_given_its_papers(trade: Trade, role: str) -> None:
    cover = trade.bound()
    who = trade.cooperative if role == "association_office" else trade.principal(role)
    assert cover_papers.certificate(who, cover.id, SITE).startswith(b"%PDF")


@pytest.mark.parametrize("role", ["solicitor", "association_office", "federation_office", "operator"])
def test_only_applicant_insurer_and_auditor_get_the_answers(trade: Trade, role: str) -> None:
    cover = trade.bound()
    for who in ("underwriter", "auditor"):
        assert cover_papers.copy_of_application(trade.principal(who), cover.application_id)
    who = {"solicitor": trade.agent, "association_office": trade.cooperative}.get(role) or trade.principal(role)
    with pytest.raises(PermissionDenied):
        cover_papers.copy_of_application(who, cover.application_id)


def test_another_member_gets_no_paper(trade: Trade) -> None:
    cover = trade.bound()
    stranger = trade.person_of(trade.member("乙社", 700110000009))
    for asked in (
        lambda: cover_papers.certificate(stranger, cover.id, SITE),
        lambda: cover_papers.copy_of_application(stranger, cover.application_id),
        lambda: cover_papers.important_matters(stranger, cover.application_id, "ja"),
        lambda: issuing.of_cover(stranger, cover.id),
    ):
        with pytest.raises(NotFound):
            asked()


def test_what_was_given_is_what_is_shown_again(trade: Trade) -> None:
    found = trade.prepared(trade.applied(trade.member()))
    shown = cover_papers.important_matters(trade.agent, found.application.id, "ja")
    assert hashlib.sha256(shown).hexdigest() == found.held[Step.papers].content
    assert cover_papers.important_matters(trade.agent, found.application.id, "en") != shown


# --- what a paper is worth ------------------------------------------------------------------------------------------


def test_a_stranger_learns_what_a_paper_is_worth(trade: Trade) -> None:
    cover = trade.bound()
    first = cover_papers.certificate(trade.agent, cover.id, SITE)
    keys = signing.read_public_keys(signing.signer(settings.SONAE_KEYS).public_pem.encode())
    summary = signing.check(first, keys).summary
    assert summary is not None
    digest = hashlib.sha256(canonical.dump(summary)).hexdigest()
    assert paper_status.status(cover.number, digest).worth is Worth.valid
    renamed(trade, cover, "𠮷野組")
    told = paper_status.status(summary["number"], digest)
    assert (told.worth, told.version, told.latest) == (Worth.superseded, 1, 2)
    assert paper_status.status(cover.number, version=2).worth is Worth.valid
    assert paper_status.status(f"C-{cover.number}-1").worth is Worth.superseded
    covers.change(trade.agent, cover.id, covers.Change(Reason.withdrawal, date(2027, 10, 1)))
    trade.clock.to(2027, 10, 1, 15, 59)
    assert paper_status.status(cover.number, version=3).worth is Worth.valid
    trade.clock.to(2027, 10, 1, 16)
    assert paper_status.status(cover.number, digest).worth is Worth.cancelled


def test_a_cover_that_ran_its_time_has_expired(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2028, 4, 1, 16)
    assert paper_status.status(cover.number).worth is Worth.expired


@pytest.mark.parametrize("asked", ["", "27-AAAAA-AAAAA", "x" * 10_000, "27-%", "C-27-AAAAA-AAAAA-1", "２７-AAAAA-AAAAA"
                                   ])  # fmt: skip
def test_what_was_never_issued_is_unknown(trade: Trade, asked: str) -> None:
    assert paper_status.status(asked) == paper_status.PaperStatus(Worth.unknown)


def test_a_paper_that_says_something_else_is_unknown(trade: Trade) -> None:
    cover = trade.bound()
    cover_papers.certificate(trade.agent, cover.id, SITE)
    for told in (
        paper_status.status(cover.number, "0" * 64), paper_status.status(cover.number, "no hash"),
        paper_status.status(cover.number, version=2), paper_status.status(cover.number, version=0),
    ):  # fmt: skip
        assert told == paper_status.PaperStatus(Worth.unknown)
