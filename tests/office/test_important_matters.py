"""契約概要・注意喚起情報 are given, read, and only then is anything answered or signed; by whom and how is kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from sonae.application import Step
from sonae.office import access, applicant, applications, clock, desk, given_papers
from sonae.office.models import ApplicationStep
from sonae.office.refusals import Refused

from .trade import AGENT, APPLICANT, NO, Trade


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_the_papers_are_read_before_anything_is_answered_or_signed(trade: Trade) -> None:
    application = trade.applied(trade.member())
    given = trade.given(application)
    person = trade.person_of(application.member)
    assert given.next is Step.acknowledgement
    with refused("papers_not_read"):
        applications.disclose(person, application.id, application.disclosure_version, NO, **APPLICANT)
    document = given.held[Step.papers].content
    assert document is not None
    with refused("other_papers"):
        applications.acknowledge(person, application.id, "0" * 64, **APPLICANT)
    found = applications.acknowledge(person, application.id, document, **APPLICANT)
    taken = found.held[Step.acknowledgement]
    assert (taken.content, taken.party, taken.channel, taken.factor) == (document, "member", "page", "passkey")
    assert applications.acknowledge(person, application.id, document, **APPLICANT).rows == found.rows


def test_other_papers_are_read_again(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    application = trade.applied(trade.member())
    trade.prepared(application)
    trade.answered(application)
    monkeypatch.setattr(given_papers, "important_matters", lambda product, language: b"%PDF- of another text")
    found = applications.prepare(trade.agent, application.id, Step.papers, {}, **AGENT)
    assert found.next is Step.acknowledgement
    content = applications.one(trade.agent, application.id).content_hash
    with refused("papers_not_read"):
        applications.confirm(trade.person_of(application.member), application.id, content or "", **APPLICANT)


def test_nobody_reads_the_papers_in_the_applicants_name(trade: Trade) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    with pytest.raises(PermissionDenied):
        applications.acknowledge(trade.agent, application.id, **AGENT)


@pytest.mark.parametrize(("who", "factor"), [("link", "passkey"), ("person", "link"), ("person", "password")])
def test_a_step_is_recorded_with_the_factor_that_was_shown(trade: Trade, who: str, factor: str) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    link = applicant.open_link(applicant.make_link(trade.agent, application.id).token).principal
    acting = link if who == "link" else trade.person_of(application.member)
    with pytest.raises(AssertionError, match="is not known by"):
        applications.acknowledge(acting, application.id, channel="page", factor=factor)


def test_the_papers_that_were_given_are_kept_by_their_hash(trade: Trade) -> None:
    first = trade.given(trade.applied(trade.member()))
    other = trade.given(trade.applied(trade.member("乙社", 700110000009), set=2))
    document = first.held[Step.papers].content
    assert document == other.held[Step.papers].content
    assert hashlib.sha256(given_papers.kept(document or "")).hexdigest() == document
    with pytest.raises(desk.NotFound):
        given_papers.kept("0" * 64)


def test_the_database_wants_the_papers_read_that_were_given(trade: Trade) -> None:
    application = trade.applied(trade.member())
    document = trade.given(application).held[Step.papers].content
    access.enter(trade.agent, "application.prepare")
    row = {"application": application, "at": clock.now(), "actor": "user:x", "party": "member", "channel": "x",
           "factor": "x", "body": b"{}"}  # fmt: skip
    for words in ({"content": "0" * 64}, {"content": ""}):
        with pytest.raises(DatabaseError, match="other papers"), transaction.atomic():
            ApplicationStep.objects.create(number=4, step="acknowledgement", **row, **words)
    with pytest.raises(DatabaseError, match="missing"), transaction.atomic():
        ApplicationStep.objects.create(number=4, step="disclosure", **row)
    ApplicationStep.objects.create(number=4, step="acknowledgement", content=document, **row)
    ApplicationStep.objects.create(number=5, step="papers", content="1" * 64, **row | {"party": "agency"})
    with pytest.raises(DatabaseError, match="other papers"), transaction.atomic():
        ApplicationStep.objects.create(number=6, step="disclosure", **row)
