"""From a quotation to a signature: in order, by the right hands, on the content that was shown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from sonae.application import Step
from sonae.office import (
    access,
    applicant,
    applications,
    binding,
    clock,
    deciding,
    desk,
    members,
    subjects,
)
from sonae.office.models import (
    Application,
    ApplicationContent,
    ApplicationStep,
    Cover,
    MembershipEvidence,
    UnderwritingCondition,
)
from sonae.office.refusals import Refused

from .trade import AGENT, APPLICANT, LINK, NO, Trade

SHEET = {"version": "2024.1", "answers": {}, "facts": {"remote_access": False, "unsupported_os_exposed": False,
                                                       "monitoring_by_otasuke": False}, "certificates": []}  # fmt: skip


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


# --- what can be applied for ----------------------------------------------------------------------------------------


def test_an_expired_quotation_cannot_be_applied_for(trade: Trade) -> None:
    member, quotation = trade.member(), trade.quotation()
    trade.clock.to(2027, 1, 9)
    assert applications.begin(trade.agent, member.organisation_id, quotation)
    quotation = trade.quotation(annual_sales=900_000_000)
    trade.clock.to(2027, 2, 9)
    with refused("quotation_expired"):
        applications.begin(trade.agent, member.organisation_id, quotation)


def test_a_foreign_quotation_is_not_there(trade: Trade) -> None:
    with pytest.raises(desk.NotFound):
        applications.begin(trade.agent, trade.member().organisation_id, trade.quotation(trade.principal("bob")))


def test_a_quotation_for_another_company_is_refused(trade: Trade) -> None:
    from .trade import corporate_number

    other = {"name": "乙社", "corporate_number": corporate_number(800110000000)}
    with refused("quotation_for_another"):
        applications.begin(trade.agent, trade.member().organisation_id, trade.quotation(**{"for": other}))


def test_an_assumed_discount_cannot_be_applied_for(trade: Trade) -> None:
    with refused("discount_not_evidenced_for_application"):
        trade.applied(trade.member(), sheet_discount=30)


def test_a_refused_quotation_cannot_be_applied_for(trade: Trade) -> None:
    with refused("quotation_refused"):
        trade.applied(trade.member(), annual_sales=20_000_000_000)


@pytest.mark.parametrize(("day", "code"), [
    ("2027-04-02", "inception_not_first_of_month"), ("2027-01-01", "inception_too_early"),
    ("2028-02-29", "inception_not_first_of_month"), ("2026-12-01", "inception_too_early"),
])  # fmt: skip
def test_a_day_on_which_no_cover_starts_is_refused(trade: Trade, day: str, code: str) -> None:
    with refused(code):
        trade.applied(trade.member(), inception=day)


def test_a_quotation_is_applied_for_once(trade: Trade) -> None:
    member, quotation = trade.member(), trade.quotation()
    applications.begin(trade.agent, member.organisation_id, quotation)
    with refused("quotation_used"):
        applications.begin(trade.agent, member.organisation_id, quotation)


def test_an_altered_quotation_is_refused(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    from sonae.office import replaying

    member, quotation = trade.member(), trade.quotation()
    monkeypatch.setattr(replaying, "digests", lambda row: {"premium": 1})
    with refused("quotation_altered"):
        applications.begin(trade.agent, member.organisation_id, quotation)


def test_a_quotation_of_a_superseded_product_is_refused(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from sonae.office import catalogue

    member, quotation = trade.member(), trade.quotation()
    newer = dataclasses.replace(catalogue.default(), hash="0" * 64)
    monkeypatch.setattr(catalogue, "shipped", lambda: catalogue.Catalogue({newer.id: newer}))
    with refused("quotation_superseded"):
        applications.begin(trade.agent, member.organisation_id, quotation)


# --- the order of the sale ------------------------------------------------------------------------------------------


def test_the_story_in_its_order(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    found = trade.accepted(member)
    assert [row.step for row in found.rows] == [
        "intent", "proposal", "papers", "acknowledgement", "disclosure", "final_price", "confirmation", "signature",
        "membership", "decision",
    ]  # fmt: skip
    assert found.next is Step.binding
    assert found.held[Step.decision].outcome == "accept"


@pytest.mark.parametrize("step", [Step.proposal, Step.papers])
def test_no_step_is_skipped(trade: Trade, step: Step) -> None:
    application = trade.applied(trade.member())
    with refused("step_skipped"):
        applications.prepare(trade.agent, application.id, step, {}, **AGENT)


def test_nobody_signs_before_the_papers_were_delivered(trade: Trade) -> None:
    application = trade.applied(trade.member())
    applications.prepare(trade.agent, application.id, Step.intent, {"wish": "x"}, **AGENT)
    applications.prepare(trade.agent, application.id, Step.proposal, {"why": "x"}, **AGENT)
    person = trade.person_of(application.member)
    for step in ("disclose", "acknowledge"):
        with refused("papers_not_given"):
            if step == "disclose":
                applications.disclose(person, application.id, application.disclosure_version, NO, **APPLICANT)
            else:
                applications.acknowledge(person, application.id, **APPLICANT)
    with refused("other_content"):
        applications.sign(person, application.id, "0" * 64, "高崎 一郎", **APPLICANT)


def test_the_database_holds_the_order_too(trade: Trade) -> None:
    application = trade.applied(trade.member())
    access.enter(trade.agent, "application.prepare")
    row = {"application": application, "at": clock.now(), "actor": "user:x", "channel": "x", "factor": "x",
           "body": b"{}"}  # fmt: skip
    for words, said in (
        ({"number": 1, "step": "papers", "party": "agency"}, "missing"),
        ({"number": 2, "step": "intent", "party": "agency"}, "without gap"),
        ({"number": 1, "step": "payment", "party": "agency"}, "no step"),
        ({"number": 1, "step": "disclosure", "party": "agency"}, "only the applicant"),
        ({"number": 1, "step": "acknowledgement", "party": "agency"}, "only the applicant"),
    ):
        with pytest.raises(DatabaseError, match=said), transaction.atomic():
            ApplicationStep.objects.create(**row, **words)


def test_the_agent_sees_progress_but_cannot_answer_or_sign(trade: Trade) -> None:
    found = trade.prepared(trade.applied(trade.member()))
    for role in ("solicitor", "agency_manager", "federation_office", "association_office", "underwriter", "operator"):
        who = trade.agent if role == "solicitor" else trade.principal(role)
        with pytest.raises(PermissionDenied):
            applications.disclose(who, found.application.id, found.application.disclosure_version, NO, **APPLICANT)
        with pytest.raises(PermissionDenied):
            applications.confirm(who, found.application.id, "0" * 64, **APPLICANT)
    assert applications.one(trade.agent, found.application.id).next is Step.disclosure


def test_answers_to_another_version_or_other_questions_are_refused(trade: Trade) -> None:
    found = trade.prepared(trade.applied(trade.member()))
    person = trade.person_of(found.application.member)
    with refused("other_version"):
        applications.disclose(person, found.application.id, "2023.1", NO, **APPLICANT)
    for answers in (NO | {"extra": "no"}, {name: NO[name] for name in list(NO)[1:]}, NO | {"incidents": "maybe"}):
        with refused("incomplete_answers"):
            applications.disclose(
                person, found.application.id, found.application.disclosure_version, answers, **APPLICANT
            )


def test_a_change_of_price_opens_the_confirmation_again(trade: Trade) -> None:
    member = trade.member()
    found = trade.accepted(member)
    assert Step.signature in found.held
    found = applications.requote(trade.agent, found.application.id, trade.quotation(set=2))
    assert Step.confirmation not in found.held
    assert Step.signature not in found.held
    assert found.next is Step.confirmation
    trade.confirmed(member)
    found = trade.signed(found.application)
    assert found.next is Step.binding
    cover = binding.bind(trade.agent, found.application.id, **AGENT)
    assert cover.premium == found.content.premium


def test_what_was_shown_is_what_is_confirmed(trade: Trade) -> None:
    application = trade.applied(trade.member())
    trade.prepared(application)
    seen = trade.answered(application).content_hash
    assert seen is not None
    applications.requote(trade.agent, application.id, trade.quotation(set=2))
    with refused("other_content"):
        applications.confirm(trade.person_of(application.member), application.id, seen, **APPLICANT)


def test_a_sheet_that_the_applicant_fills_in_makes_a_new_price(trade: Trade) -> None:
    application = trade.applied(trade.member())
    trade.prepared(application)
    person = trade.person_of(application.member)
    before = applications.one(person, application.id).content.premium
    found = applications.disclose(
        person, application.id, application.disclosure_version, NO,
        sheet=SHEET | {"answers": {f"A{number}": "full" for number in range(1, 15)}}, **APPLICANT,
    )  # fmt: skip
    assert found.content.premium < before
    assert found.content.quotation_id is None
    assert found.next is Step.confirmation


def test_a_signature_too_late_for_the_start_is_refused(trade: Trade) -> None:
    application = trade.applied(trade.member(), inception="2027-02-01")
    trade.prepared(application)
    trade.answered(application)
    trade.clock.to(2027, 1, 1)
    with refused("signed_too_late"):
        trade.signed(application)


def test_what_the_applicant_types_lies_in_no_column_in_clear(trade: Trade) -> None:
    application = trade.applied(trade.member())
    trade.prepared(application)
    person = trade.person_of(application.member)
    applications.disclose(person, application.id, application.disclosure_version, NO | {"incidents": "yes"},
                          details={"incidents": "担当の山田が誤送信"}, **APPLICANT)  # fmt: skip
    access.enter(trade.underwriter, "application.read")
    row = ApplicationStep.objects.get(application=application, step="disclosure")
    assert row.detail_ciphertext is not None
    assert "山田".encode() not in bytes(row.detail_ciphertext) + bytes(row.body)


# --- the applicant's own device --------------------------------------------------------------------------------------


def test_a_link_lets_the_applicant_answer_confirm_sign_and_bind(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    link = applicant.make_link(trade.agent, application.id)
    opened = applicant.open_link(link.token)
    assert opened.application_id == application.id
    who = opened.principal
    found = applications.disclose(who, application.id, application.disclosure_version, NO, **LINK)
    assert found.content_hash is not None
    applications.confirm(who, application.id, found.content_hash, **LINK)
    applications.sign(who, application.id, found.content_hash, "高崎 一郎", **LINK)
    cover = binding.bind(who, application.id, **LINK)
    assert cover.application_id == application.id
    with pytest.raises(desk.NotFound):
        applicant.open_link(link.token)


def test_a_link_ends_when_it_expires_is_revoked_or_replaced(trade: Trade) -> None:
    application = trade.applied(trade.member())
    first = applicant.make_link(trade.agent, application.id)
    second = applicant.make_link(trade.agent, application.id)
    with pytest.raises(desk.NotFound):
        applicant.open_link(first.token)
    applicant.open_link(second.token)
    assert applicant.revoke_links(trade.agent, application.id) == 1
    with pytest.raises(desk.NotFound):
        applicant.open_link(second.token)
    third = applicant.make_link(trade.agent, application.id)
    trade.clock.moment = third.expires_at - timedelta(seconds=1)
    applicant.open_link(third.token)
    trade.clock.moment = third.expires_at
    with pytest.raises(desk.NotFound):
        applicant.open_link(third.token)


@pytest.mark.parametrize("token", ["", "x" * 43, "ä" * 43, "x" * 10_000])
def test_a_made_up_link_opens_nothing(db: None, token: str) -> None:
    with pytest.raises(desk.NotFound):
        applicant.open_link(token)


def test_a_link_reaches_no_other_member(trade: Trade) -> None:
    application = trade.applied(trade.member())
    other = trade.applied(trade.member("乙社", 700110000009), set=2)
    who = applicant.open_link(applicant.make_link(trade.agent, application.id).token).principal
    with pytest.raises(desk.NotFound):
        applications.one(who, other.id)


# --- accepted, referred, declined -----------------------------------------------------------------------------------


def referred(trade: Trade) -> applications.Standing:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    return trade.signed(application)


def test_an_incident_is_referred_and_decided_by_a_person_of_the_insurer(trade: Trade) -> None:
    found = referred(trade)
    assert found.next is Step.decision
    with refused("step_skipped"):
        binding.bind(trade.agent, found.application.id, **AGENT)
    [waiting] = deciding.referrals(trade.underwriter)
    assert "disclosed_incidents" in {ground["code"] for ground in json.loads(bytes(waiting.grounds))}
    found = trade.decided(found, "accept", [("多要素認証を入れる", date(2027, 6, 30))])
    assert found.next is Step.binding
    binding.bind(trade.agent, found.application.id, **AGENT)
    [condition] = deciding.open_conditions(trade.underwriter)
    deciding.close_condition(trade.underwriter, condition.id, "導入を確認した")
    assert deciding.open_conditions(trade.underwriter) == []
    with refused("condition_closed"):
        deciding.close_condition(trade.underwriter, condition.id, "もう一度")
    access.enter(trade.underwriter, "application.read")
    assert UnderwritingCondition.objects.get().closed_at is not None


def test_a_declined_application_is_not_bound(trade: Trade) -> None:
    found = trade.decided(referred(trade), "decline")
    with refused("not_accepted"):
        binding.bind(trade.agent, found.application.id, **AGENT)


@pytest.mark.parametrize("role", ["solicitor", "agency_manager", "federation_office", "association_office", "auditor",
                                  "operator", "member", "claims_handler"])  # fmt: skip
def test_only_an_underwriter_decides(trade: Trade, role: str) -> None:
    with pytest.raises(PermissionDenied):
        deciding.decide(trade.principal(role), "x", "0" * 64, "accept", "x", **AGENT)


def test_a_special_body_is_declined(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, special_body="public_body")
    assert trade.signed(application).held[Step.decision].outcome == "decline"


def test_no_person_accepts_what_the_rules_decline(trade: Trade) -> None:
    found = referred(trade)
    trade.confirmed(found.application.member, belongs=False)
    with refused("membership_not_confirmed"):
        trade.decided(found, "accept")


def test_a_decision_is_on_the_content_that_was_looked_at(trade: Trade) -> None:
    found = referred(trade)
    with refused("other_content"):
        deciding.decide(trade.underwriter, found.application.id, "0" * 64, "accept", "x", **AGENT)


# --- binding ----------------------------------------------------------------------------------------------------------


def test_the_five_dates_are_stored(trade: Trade) -> None:
    found = referred(trade)
    trade.clock.to(2026, 12, 14)
    found = trade.decided(found, "accept")
    trade.clock.to(2026, 12, 20)
    cover = binding.bind(trade.agent, found.application.id, **AGENT)
    assert (cover.applied_on, cover.accepted_on, cover.concluded_on, cover.booking_month) == (
        date(2026, 12, 10), date(2026, 12, 14), date(2026, 12, 20), date(2027, 4, 1),
    )  # fmt: skip
    assert (cover.inception.astimezone(clock.now().tzinfo).hour, cover.premium) == (16, found.content.premium)


def test_binding_again_answers_with_the_same_cover(trade: Trade) -> None:
    cover = trade.bound()
    assert binding.bind(trade.agent, cover.application_id, **AGENT).id == cover.id
    assert binding.bind(trade.underwriter, cover.application_id, **AGENT).id == cover.id
    access.enter(trade.underwriter, "cover.read")
    assert Cover.objects.count() == 1


def test_membership_that_is_lost_before_binding_bars_it(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    found = trade.accepted(member)
    trade.confirmed(member, belongs=False)
    with refused("membership_not_confirmed"):
        binding.bind(trade.agent, found.application.id, **AGENT)


def test_cover_that_is_held_already_is_not_bound_twice(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    first, second = trade.accepted(member), trade.accepted(member, set=2)
    binding.bind(trade.agent, first.application.id, **AGENT)
    with refused("cover_already_held"):
        binding.bind(trade.agent, second.application.id, **AGENT)


def test_a_mid_term_joiner_has_cover_to_the_common_expiry(trade: Trade) -> None:
    cover = trade.bound(inception="2027-02-01")
    assert cover.expiry.astimezone(clock.now().tzinfo).date() == date(2027, 4, 1)
    access.enter(trade.agent, "cover.read")
    assert cover.transactions.get().reason == "mid_term_enrolment"
    assert cover.premium == 84_080  # 504,500 × 2 ÷ 12, to 10 yen


@pytest.mark.parametrize("model", [ApplicationContent, ApplicationStep, Application, MembershipEvidence])
def test_frozen_evidence_cannot_be_changed_by_the_application_role(trade: Trade, model: Any) -> None:
    trade.bound()
    access.enter(trade.underwriter, "cover.read")
    column = {"application_content": "premium", "application_step": "party", "application": "inception",
              "membership_evidence": "is_member"}[model._meta.db_table]  # fmt: skip
    value = {"premium": 1, "party": "x", "inception": "2020-01-01", "is_member": False}[column]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model.objects.update(**{column: value})
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_a_cover_needs_its_binding_step_and_content(trade: Trade) -> None:
    cover = trade.bound()
    access.enter(trade.underwriter, "cover.read")
    with pytest.raises(DatabaseError, match="not bound on this content"), transaction.atomic():
        Cover.objects.bulk_create([Cover(**{
            field.attname: getattr(cover, field.attname) for field in Cover._meta.concrete_fields
        } | {"id": subjects.UUID(int=1), "number": "27-AAAAA-AAAAA", "content": "0" * 64})])  # fmt: skip
    assert members.agency_of(cover.member_id) == trade.office.ours.id
