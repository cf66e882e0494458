"""Invitations and resets: single use, short, following whoever made them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from sonae.office import access, access_factors, access_links, desk, members, walls
from sonae.office.models import JournalEntry, LogInLink, Member, Organisation, Passkey, Role, User

from .cast import PASSWORD, Office, logged_in
from .device import HOST, Device, app_of, code
from .trade import corporate_number

MAIL = "hanako@example.jp"


@pytest.fixture
def member(office: Office) -> Member:
    """A company that alice's agency handles."""
    walls.enter(reach="all")
    cooperative = Organisation.objects.get(kind="cooperative")
    return members.register(
        office.principal("alice"), members.Particulars("髙﨑工務店"), cooperative_id=cooperative.id,
        corporate_number=corporate_number(700110000000),
    )  # fmt: skip


def invited(office: Office, member: Member) -> str:
    return access_links.invite(office.principal("alice"), member.organisation_id, MAIL).token


def by_passkey(client: Client, token: str, device: Device, **words: str) -> Any:
    given = client.get(f"/welcome/{token}/options", **HOST).json()
    sent = {"credential": device.create(given), "token": given["token"], **words}
    return client.post(f"/welcome/{token}", sent, **HOST)


def test_the_invited_person_comes_in_by_passkey_and_acts_for_the_member_only(
    office: Office, member: Member, client: Client
) -> None:
    token, device = invited(office, member), Device()
    page = client.get(f"/welcome/{token}", **HOST).content.decode()
    assert "髙﨑工務店" in page
    assert MAIL in page
    shown = by_passkey(client, token, device, name="高崎 花子")
    assert shown.status_code == 200
    assert shown.content.decode().count("<li><code>") == 10
    principal = access.principal_of(client.get("/health/live", **HOST).wsgi_request)
    assert principal is not None
    assert (principal.organisation_id, principal.role) == (member.organisation_id, Role.MEMBER)
    assert principal.permissions == access.PERMISSIONS_OF_ROLE[Role.MEMBER]
    user = User.objects.get(id=principal.user_id)
    assert not user.has_usable_password()
    walls.enter(organisation=str(member.organisation_id))
    assert desk.name_of(user) == "高崎 花子"
    again = Client()
    given = again.get("/passkey/options?for=log-in", **HOST).json()
    answer = again.post("/login/passkey", {"credential": device.get(given), "token": given["token"]}, **HOST)
    assert answer.status_code == 302
    assert access.principal_of(again.get("/health/live", **HOST).wsgi_request) == principal


def test_a_link_is_used_up_by_one_and_by_opening_not_at_all(office: Office, member: Member) -> None:
    token = invited(office, member)
    for _ in range(2):
        assert Client().get(f"/welcome/{token}", **HOST).status_code == 200
    assert by_passkey(Client(), token, Device(), name="花子").status_code == 200
    for path in (f"/welcome/{token}", f"/welcome/{token}/options"):
        assert Client().get(path, **HOST).status_code == 404
    walls.enter(reach="all")
    assert User.objects.filter(role=Role.MEMBER, organisation=member.organisation_id).count() == 1


def test_what_is_refused_leaves_the_link_as_it_was(office: Office, member: Member, client: Client) -> None:
    token = invited(office, member)
    assert by_passkey(client, token, Device(flags=1), name="花子").status_code == 422, "the device did not verify"
    assert by_passkey(client, token, Device(), name=" ").status_code == 422
    assert by_passkey(client, token, Device(), name="花\u202e子").status_code == 422
    assert client.post(f"/welcome/{token}", {"name": "花子", "password": "short"}, **HOST).status_code == 422
    assert not User.objects.filter(organisation=member.organisation_id).exists()
    assert by_passkey(client, token, Device(), name="花子").status_code == 200


def test_without_a_passkey_the_invited_person_goes_on_to_the_app(
    office: Office, member: Member, client: Client
) -> None:
    answer = client.post(f"/welcome/{invited(office, member)}", {"name": "花子", "password": PASSWORD}, **HOST)
    assert answer.headers["Location"] == "/account/factors"
    assert "髙﨑工務店" in client.get("/account/factors", **HOST).content.decode()
    assert access.principal_of(client.get("/health/live", **HOST).wsgi_request) is None


@pytest.mark.parametrize("token", ["x", "x" * 43, "é" * 43, "..%2f" * 5])
def test_a_made_up_link_opens_nothing(office: Office, client: Client, token: str) -> None:
    for path in (f"/welcome/{token}", f"/welcome/{token}/options"):
        assert client.get(path, **HOST).status_code == 404
    assert client.post(f"/welcome/{token}", {"name": "x", "password": PASSWORD}, **HOST).status_code == 404


def test_an_invitation_ends_after_a_week_and_with_the_next_one(
    office: Office, member: Member, client: Client, later: Callable[[int], None]
) -> None:
    first = invited(office, member)
    second = access_links.invite(office.principal("alice"), member.organisation_id, "HANAKO@example.jp").token
    assert client.get(f"/welcome/{first}", **HOST).status_code == 404
    assert client.get(f"/welcome/{second}", **HOST).status_code == 200
    later(7 * 24 * 3600)
    assert client.get(f"/welcome/{second}", **HOST).status_code == 404


@pytest.mark.parametrize("change", ["suspended", "unregistered", "moved", "transferred"])
def test_an_invitation_follows_whoever_made_it(office: Office, member: Member, client: Client, change: str) -> None:
    token = invited(office, member)
    if change == "suspended":
        desk.suspend_user(office.principal("operator"), "alice")
    elif change == "unregistered":
        desk.set_registration(office.principal("operator"), "alice", "", None)
    elif change == "moved":
        User.objects.filter(id=office.alice.id).update(organisation=office.theirs)
    else:
        members.transfer(office.principal("federation_office"), member.organisation_id, office.theirs.id)
    assert client.get(f"/welcome/{token}", **HOST).status_code == 404


def test_who_may_invite_and_whom(office: Office, member: Member) -> None:
    for role in sorted(set(map(str, Role)) - {"solicitor", "agency_manager"}):
        with pytest.raises(PermissionDenied):
            access_links.invite(office.principal(role), member.organisation_id, MAIL)
    with pytest.raises(desk.NotFound):
        access_links.invite(office.principal("bob"), member.organisation_id, MAIL)
    for place in (office.ours.id, uuid4()):
        with pytest.raises(desk.NotFound):
            access_links.invite(office.principal("alice"), place, MAIL)
    for wrong in ("", "x", "a@b\n", "a b@c", "<a@b>", "a@" + "b" * 300):
        with pytest.raises(desk.Unacceptable):
            access_links.invite(office.principal("alice"), member.organisation_id, wrong)


def test_an_invitation_keeps_neither_token_nor_mail_in_clear(office: Office, member: Member) -> None:
    token = invited(office, member)
    walls.enter(reach="all")
    row = LogInLink.objects.get()
    assert token not in repr(row.__dict__)
    assert MAIL.encode() not in bytes(row.mail_ciphertext or b"")
    assert not any(MAIL.encode() in bytes(entry.body) for entry in JournalEntry.objects.all())


def test_another_agency_sees_no_link(office: Office, member: Member) -> None:
    invited(office, member)
    walls.enter(organisation=str(office.theirs.id))
    assert not LogInLink.objects.exists()
    walls.enter(organisation=str(office.ours.id))
    assert LogInLink.objects.count() == 1
    walls.enter()
    assert not LogInLink.objects.exists()


# --- reset --------------------------------------------------------------------------------------------------------


def test_a_reset_takes_everything_old_away(office: Office, client: Client) -> None:
    walls.enter(reach="all")
    app = app_of(office.alice)
    codes = access_factors.new_recovery_codes(office.alice)
    old = Client()
    logged_in(old, office.alice)
    token = access_links.reset(office.principal("operator"), "alice").token
    assert old.get("/account", **HOST).status_code == 200, "nothing changes before the link is redeemed"
    assert by_passkey(client, token, Device()).status_code == 200
    assert old.get("/account", **HOST).status_code == 302
    assert Client().post("/login", {"username": "alice", "password": PASSWORD}, **HOST).status_code == 403
    walls.enter(organisation=str(office.ours.id))
    assert access_factors.take_code(office.alice, code(app)) is None
    assert access_factors.take_code(office.alice, codes[0]) is None
    assert Passkey.objects.filter(user=office.alice, revoked_at=None).count() == 1
    assert Client().get(f"/welcome/{token}", **HOST).status_code == 404


def test_a_reset_is_an_operators_and_never_the_own(office: Office) -> None:
    for role in sorted(set(map(str, Role)) - {"operator"}):
        with pytest.raises(PermissionDenied):
            access_links.reset(office.principal(role), "alice")
    for name in ("the_operator", "nobody"):
        with pytest.raises(desk.Unacceptable):
            access_links.reset(office.principal("operator"), name)


def test_a_reset_lives_half_an_hour_and_not_for_the_suspended(
    office: Office, client: Client, later: Callable[[int], None]
) -> None:
    token = access_links.reset(office.principal("operator"), "alice").token
    later(1799)
    assert client.get(f"/welcome/{token}", **HOST).status_code == 200
    desk.suspend_user(office.principal("operator"), "alice")
    assert client.get(f"/welcome/{token}", **HOST).status_code == 404
    User.objects.filter(id=office.alice.id).update(is_active=True)
    later(1)
    assert client.get(f"/welcome/{token}", **HOST).status_code == 404
