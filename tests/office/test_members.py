"""Members: names as typed, one number once, handled by one agency, confirmed by their cooperative."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from sonae.application import Step
from sonae.office import access, applications, clock, covers, desk, member_names, members, subjects, walls
from sonae.office.members import Particulars
from sonae.office.models import Handling, Member, Organisation
from sonae.office.refusals import Refused

from .trade import Trade, corporate_number


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.mark.parametrize("name", ["髙﨑工務店", "𠮷野家電", "葛󠄀城商店", "㈱アイウ", "神奈川（福）塚"])
def test_a_name_is_kept_code_point_for_code_point(trade: Trade, name: str) -> None:
    member = trade.member(name)
    assert members.one(trade.agent, member.organisation_id).legal_name == name
    assert members.listed(trade.agent, name=member_names.search_form(name)[:2])


@pytest.mark.parametrize("name", ["", " ", "あ\u200bい", "\u3164", "あ\u202eい", "あ\x00", "あ" * 201, "あ\u2028"])
def test_a_name_with_something_invisible_is_refused(trade: Trade, name: str) -> None:
    with refused("name_unusable"):
        trade.member(name)


def test_a_wrong_check_digit_is_refused(trade: Trade) -> None:
    right = corporate_number(700110000000)
    wrong = str((int(right[0]) + 1) % 10) + right[1:]
    with refused("number_unusable"):
        members.register(trade.agent, Particulars("甲"), cooperative_id=trade.cooperative.organisation_id,
                         corporate_number=wrong)  # fmt: skip


def test_one_number_is_registered_once_whoever_asks(trade: Trade) -> None:
    trade.member("甲社", 700110000001)
    for who in ("alice", "bob"):
        with refused("member_known"):
            trade.member("乙社", 700110000001, trade.principal(who))


@pytest.mark.parametrize(("one", "other"), [
    ("株式会社ニュー工業", "二ュー工業㈱"), ("ロイヤル", "口イヤル"), ("髙﨑工務店", "高崎工務店"),
    ("カエデ", "力エデ"), ("ヘいわ", "へイワ"), ("エース", "工ース"), ("ﾀｶｻｷ", "タカサキ"), ("サーバ", "サ－バ"),
])  # fmt: skip
def test_the_same_firm_under_another_spelling_is_suspected(trade: Trade, one: str, other: str) -> None:
    trade.member(one, 700110000001)
    trade.member(other, 700110000002, trade.principal("bob"))
    [found] = members.suspicions(trade.principal("federation_office"))
    assert [row.legal_name for row in found.members] == [one, other]


def test_different_firms_are_not_suspected(trade: Trade) -> None:
    trade.member("高崎工務店", 700110000001)
    trade.member("前橋工務店", 700110000002)
    assert members.suspicions(trade.principal("federation_office")) == []


def test_contacts_lie_under_a_key_that_can_be_erased(trade: Trade) -> None:
    member = trade.member()
    assert members.contact_of(member) == {"person": "高崎 一郎", "mail": "ichiro@example.jp"}
    assert member.contact_ciphertext is not None
    assert b"ichiro" not in bytes(member.contact_ciphertext)
    assert desk.erase_subject(trade.principal("operator"), "ichiro@example.jp") == 1
    assert members.contact_of(members.one(trade.agent, member.organisation_id)) is None


# --- who sees a member --------------------------------------------------------------------------------------------


def test_another_agency_sees_neither_the_member_nor_its_application_or_cover(trade: Trade) -> None:
    cover = trade.bound()
    theirs = trade.principal("bob")
    for look in (
        lambda: members.one(theirs, cover.member_id),
        lambda: applications.one(theirs, cover.application_id),
        lambda: covers.as_of(theirs, cover.id),
        lambda: covers.as_of(theirs, cover.number),
    ):
        with pytest.raises(desk.NotFound):
            look()
    assert members.listed(theirs) == []
    assert applications.listed(theirs) == []
    assert covers.listed(theirs) == []


def test_rights_follow_a_transfer_at_once(trade: Trade) -> None:
    cover = trade.bound()
    ours, theirs = trade.agent, trade.principal("bob")
    members.transfer(trade.principal("federation_office"), cover.member_id, trade.office.theirs.id)
    assert covers.as_of(theirs, cover.id).cover.id == cover.id
    assert applications.one(theirs, cover.application_id).next is None
    with pytest.raises(desk.NotFound):
        covers.as_of(ours, cover.id)


def test_a_suspended_relation_shows_nothing_until_it_is_resumed(trade: Trade) -> None:
    cover = trade.bound()
    federation = trade.principal("federation_office")
    members.suspend(federation, cover.member_id, suspended=True)
    with pytest.raises(desk.NotFound):
        covers.as_of(trade.agent, cover.id)
    members.suspend(federation, cover.member_id, suspended=False)
    assert covers.as_of(trade.agent, cover.id)


def test_an_agency_cannot_take_a_member_that_another_one_handles(trade: Trade) -> None:
    member = trade.member()
    access.enter(trade.principal("bob"), "member.read")
    with pytest.raises(DatabaseError), transaction.atomic():
        Handling.objects.create(
            member_id=member.organisation_id, agency_id=trade.office.theirs.id, begun_at=clock.now()
        )


def test_the_bodies_above_see_their_members_and_others_do_not(trade: Trade) -> None:
    member = trade.member()
    assert members.one(trade.cooperative, member.organisation_id)
    assert members.one(trade.principal("federation_office"), member.organisation_id)
    assert members.one(trade.person_of(member), member.organisation_id)
    other = desk.create_organisation(None, "cooperative", "よその組合")
    stranger = desk.create_user(None, username="stranger", password="correct horse battery staple", name="x",
                                organisation=other, role="association_office")  # fmt: skip
    with pytest.raises(desk.NotFound):
        members.one(access.principal_of_user(stranger), member.organisation_id)
    with pytest.raises(desk.NotFound):
        members.one(trade.person_of(trade.member("乙社", 700110000005)), member.organisation_id)


# --- membership -----------------------------------------------------------------------------------------------------


def test_only_the_cooperative_confirms_its_own_members(trade: Trade) -> None:
    member = trade.member()
    for role in ("solicitor", "agency_manager", "federation_office", "underwriter", "auditor", "operator", "member"):
        with pytest.raises(PermissionDenied):
            members.confirm_list(trade.principal(role), clock.now().date(), {member.organisation_id: True})
    elsewhere = Organisation.objects.exclude(id=trade.cooperative.organisation_id).filter(kind="association")[0]
    other = members.register(trade.agent, Particulars("乙社"), cooperative_id=elsewhere.id)
    with refused("not_of_this_cooperative"):
        trade.confirmed(member, other)
    with refused("as_of_ahead"):
        members.confirm_list(trade.cooperative, clock.now().date() + timedelta(days=1), {member.organisation_id: True})


def test_membership_is_the_newest_evidence_and_not_too_old(trade: Trade) -> None:
    member = trade.member()
    day = clock.now().date() + timedelta(days=100)
    walls.enter(reach="all")
    assert not members.is_confirmed(member.organisation_id, day, 365)
    trade.confirmed(member)
    walls.enter(reach="all")
    assert members.is_confirmed(member.organisation_id, day, 365)
    assert not members.is_confirmed(member.organisation_id, day, 99)
    trade.confirmed(member, belongs=False)
    walls.enter(reach="all")
    assert not members.is_confirmed(member.organisation_id, day, 365)


def test_a_list_that_comes_after_the_signature_takes_the_application_on(trade: Trade) -> None:
    member = trade.member()
    found = trade.accepted(member)
    assert found.next is Step.membership
    trade.confirmed(member)
    found = applications.check_membership(trade.agent, found.application.id)
    assert found.next is Step.binding


def test_no_wall_is_lower_than_the_permission(trade: Trade) -> None:
    member = trade.member()
    access.enter(trade.principal("bob"), "member.read")
    assert Member.objects.count() == 0
    assert not Organisation.objects.filter(id=member.organisation_id).exists()
    assert member.subject_key is not None
    assert not subjects.SubjectKey.objects.filter(id=member.subject_key_id).exists()
