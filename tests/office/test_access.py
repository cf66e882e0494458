"""Who may do what, from the present relation."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from sonae.office import access, clock, declarations, desk, keys
from sonae.office.models import KINDS_OF_ROLE, ApiKey, OrganisationKind, Role, User

from .cast import PASSWORD, Office, logged_in


def test_the_table_of_permissions_is_the_whole_table_of_roles() -> None:
    assert set(access.PERMISSIONS_OF_ROLE) == set(Role) == set(KINDS_OF_ROLE)
    assert {kind for kinds in KINDS_OF_ROLE.values() for kind in kinds} == set(OrganisationKind)
    assert access.NEEDS_REGISTRATION <= access.PERMISSIONS
    assert access.PERMISSIONS_OF_ROLE[Role.AGENCY_MANAGER] >= access.KEY_SCOPES
    for role, permission in access.REACHES_ALL:
        assert permission in access.PERMISSIONS_OF_ROLE[role]


def test_who_settles_claims_sells_nothing() -> None:
    for role in (Role.CLAIMS_HANDLER, Role.CLAIMS_MANAGER):
        assert not access.PERMISSIONS_OF_ROLE[role] & access.NEEDS_REGISTRATION


def test_every_route_and_command_declares_one_permission() -> None:
    from sonae.cli import root

    rows = declarations.routes() + declarations.commands(root)
    assert all(row["permission"] in access.PERMISSIONS for row in rows)
    keys_ = [(row.get("method"), row.get("path"), row.get("command")) for row in rows]
    assert len(keys_) == len(set(keys_))
    assert {"method": "POST", "path": "/api/v1/quotations?dry_run=true", "permission": "quotation.estimate"} in rows


def test_the_start_is_refused_over_a_command_that_declares_nothing() -> None:
    root = click.Group("sonae", commands={"loose": click.Command("loose")})
    with pytest.raises(declarations.Undeclared, match="loose"):
        declarations.commands(root)


def test_the_start_is_refused_over_a_route_that_declares_nothing(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.office.loose_urls"
    with pytest.raises(declarations.Undeclared, match="/loose"):
        declarations.routes()


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_a_role_is_refused_at_every_other_kind_of_organisation(office: Office, role: str) -> None:
    for kind in set(OrganisationKind) - set(KINDS_OF_ROLE[role]):
        place = desk.create_organisation(None, kind, "x")
        with pytest.raises(desk.Unacceptable):
            desk.create_user(None, username="new", password=PASSWORD, name="x", organisation=place, role=role)


def test_a_weak_password_is_refused(office: Office) -> None:
    for weak in ("short", "123456789012345", "alice2alice2alice2"):
        with pytest.raises(ValidationError):
            desk.create_user(None, username="alice2alice2alice2", password=weak, name="x", organisation=office.ours,
                             role="solicitor")  # fmt: skip


def test_only_an_operator_makes_people(office: Office) -> None:
    for role in set(map(str, Role)) - {"operator"}:
        with pytest.raises(PermissionDenied):
            desk.create_user(office.principal(role), username="new", password=PASSWORD, name="x",
                             organisation=office.ours, role="solicitor")  # fmt: skip
    desk.create_user(office.principal("operator"), username="new", password=PASSWORD, name="x",
                     organisation=office.ours, role="solicitor")  # fmt: skip


def test_a_second_first_operator_is_refused(office: Office) -> None:
    with pytest.raises(desk.Unacceptable):
        desk.set_up_operator("other", PASSWORD, "x")


# --- keys -------------------------------------------------------------------------------------------------------


def new_key(office: Office, **changes: Any) -> desk.NewKey:
    words: dict[str, Any] = {"holder": office.alice, "label": "x", "scopes": frozenset({"quotation.read"})}
    return desk.create_key(office.principal("agency_manager"), **(words | changes))


def principal_of(token: str) -> access.Principal | None:
    return access.principal_of_key(f"Bearer {token}")


def test_a_key_is_kept_as_a_hash_and_opens_what_it_was_made_for(office: Office) -> None:
    made = new_key(office)
    row = ApiKey.objects.get(id=made.id)
    secret = made.token.split(".")[1]
    assert bytes(row.secret_sha256) == hashlib.sha256(secret.encode()).digest()
    assert secret not in repr(row.__dict__)
    principal = principal_of(made.token)
    assert principal is not None
    assert principal.permissions == {"quotation.read"}


@pytest.mark.parametrize("header", ["", "Bearer", "Basic x", "Bearer x.y", "Bearer " + "a" * 16 + "." + "b" * 43,
                                    "Bearer " + "a" * 100_000, "Bearer é.ß"])  # fmt: skip
def test_a_made_up_key_opens_nothing(db: None, header: str) -> None:
    assert access.principal_of_key(header) is None


def test_a_key_ends_at_once_when_it_is_revoked(office: Office) -> None:
    made = new_key(office)
    desk.revoke_key(office.principal("agency_manager"), made.id)
    assert principal_of(made.token) is None


def test_a_key_ends_at_once_when_its_holder_is_suspended_or_moves(office: Office) -> None:
    made = new_key(office)
    User.objects.filter(id=office.alice.id).update(organisation=office.theirs)
    assert principal_of(made.token) is None
    User.objects.filter(id=office.alice.id).update(organisation=office.ours)
    assert principal_of(made.token) is not None
    desk.suspend_user(office.principal("operator"), "alice")
    assert principal_of(made.token) is None


def test_a_key_ends_on_its_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = new_key(office, valid_days=1)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert principal_of(made.token) is None


def test_a_key_may_no_more_than_its_holder_may_now(office: Office) -> None:
    made = new_key(office)
    User.objects.filter(id=office.alice.id).update(registration_expires=clock.now().date() - timedelta(days=1))
    principal = principal_of(made.token)
    assert principal is not None
    assert principal.permissions == frozenset()


def test_a_manager_makes_and_revokes_keys_of_the_own_agency_only(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        new_key(office, holder=office.bob)
    theirs = desk.create_key(office.principal("operator"), holder=office.bob, label="x",
                             scopes=frozenset({"quotation.read"}))  # fmt: skip
    with pytest.raises(desk.Unacceptable):
        desk.revoke_key(office.principal("agency_manager"), theirs.id)
    assert principal_of(theirs.token) is not None


@pytest.mark.parametrize("scopes", [set(), {"user.manage"}, {"quotation.read", "quotation.replay"}])
def test_a_key_is_made_for_nothing_but_quotations(office: Office, scopes: set[str]) -> None:
    with pytest.raises(desk.Unacceptable):
        new_key(office, scopes=frozenset(scopes))


# --- log-in -----------------------------------------------------------------------------------------------------


def test_a_session_ends_at_once_when_the_person_is_suspended(office: Office) -> None:
    client = Client()
    logged_in(client, office.alice)
    request = client.get("/health/live").wsgi_request
    assert access.principal_of(request) is not None
    User.objects.filter(id=office.alice.id).update(is_active=False)
    request = client.get("/health/live").wsgi_request
    assert access.principal_of(request) is None


def test_guessing_is_slowed_for_the_guesser_and_not_for_the_victim(office: Office, rf: Any) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    def attempt(address: str, password: str) -> bool:
        request = rf.post("/login", REMOTE_ADDR=address)
        request.session = SessionStore()
        return access.log_in(request, "alice", password)

    for _ in range(5):
        assert not attempt("192.0.2.1", "wrong")
    assert not attempt("192.0.2.1", PASSWORD), "the guesser waits, even with the right password"
    assert attempt("192.0.2.2", PASSWORD), "the victim logs in from elsewhere"


# --- the key file -------------------------------------------------------------------------------------------------


def test_a_missing_key_file_is_made_for_its_owner_only_except_in_production(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(keys.KeyFileMissing):
        keys.load(path, production=True)
    made = keys.load(path, production=False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load(path, production=True) == made
    path.chmod(0o640)
    with pytest.raises(keys.KeyFileUnsafe):
        keys.load(path, production=True)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"cookie_key": 1}', "ä"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(keys.KeyFileUnsafe):
        keys.load(path, production=False)


def test_who_guesses_too_often_is_told_to_wait(rf: Any) -> None:
    answer = access.too_many_attempts(rf.post("/login"), {"username": "alice"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "alice" not in answer.content.decode()
