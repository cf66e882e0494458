"""One code, several hands: whoever is first gets in, the others are told no, on a committed office."""

from __future__ import annotations

import secrets

import pytest
from django.db import transaction
from django.test import Client

from sonae.office import access_factors, access_links, clock, desk, walls
from sonae.office.models import User

from .cast import PASSWORD
from .test_races import at_once, committed, member
from .trade import Trade

assert committed  # a fixture

HANDS = 4
HOST = {"SERVER_NAME": "localhost"}


@pytest.fixture
def person(committed: Trade) -> User:
    """Somebody of the agency with an app, who nobody else has been."""
    made = desk.create_user(
        None, username=f"racer-{secrets.token_hex(6)}", password=PASSWORD, name="競争 花子",
        organisation=committed.office.ours, role="solicitor", registration_number="R-1",
        registration_expires=clock.now().date().replace(year=2099),
    )  # fmt: skip
    with transaction.atomic():
        walls.enter(organisation=str(made.organisation_id), principal=f"user:{made.id}")
        access_factors.give_app(made)
    return User.objects.get(id=made.id)


def inside(person: User, code: str) -> int:
    """How many browsers are in, of several that show the same code at once after the password."""
    clients = [Client() for _ in range(HANDS)]
    for client in clients:
        answer = client.post("/login", {"username": person.username, "password": PASSWORD}, **HOST)
        assert answer.headers["Location"].startswith("/login/second")
    answers = at_once(*[lambda one=one: one.post("/login/second", {"code": code}, **HOST) for one in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 403, 403, 403], answers
    return sum(one.get("/account", **HOST).status_code == 200 for one in clients)


def test_one_code_of_the_app_lets_one_browser_in(person: User) -> None:
    with transaction.atomic():
        walls.enter(organisation=str(person.organisation_id), principal=f"user:{person.id}")
        code = access_factors.next_code(person)
    assert code is not None
    assert inside(person, code) == 1


def test_one_recovery_code_lets_one_browser_in(person: User) -> None:
    with transaction.atomic():
        walls.enter(organisation=str(person.organisation_id), principal=f"user:{person.id}")
        code = access_factors.new_recovery_codes(person)[0]
    assert inside(person, code) == 1
    assert access_factors.codes_left(person) == access_factors.RECOVERY_CODES - 1


def test_one_invitation_makes_one_person(committed: Trade) -> None:
    invited = member(committed)
    token = access_links.invite(committed.agent, invited.organisation_id, "hanako@example.jp").token
    works = [
        lambda name=name: Client().post(f"/welcome/{token}", {"name": name, "password": PASSWORD}, **HOST)
        for name in ("花子", "太郎", "次郎", "三郎")
    ]
    answers = at_once(*works)
    assert sorted(answer.status_code for answer in answers) == [302, 404, 404, 404], answers
    with transaction.atomic():
        walls.enter(reach="all")
        assert User.objects.filter(organisation_id=invited.organisation_id).count() == 1


def test_one_reset_link_starts_one_person_anew(committed: Trade, person: User) -> None:
    token = access_links.reset(committed.principal("operator"), person.username).token
    passwords = [f"{PASSWORD} {place}" for place in range(HANDS)]
    works = [lambda word=word: Client().post(f"/welcome/{token}", {"password": word}, **HOST) for word in passwords]
    answers = at_once(*works)
    assert sorted(answer.status_code for answer in answers) == [302, 404, 404, 404], answers
    [first] = [word for word, answer in zip(passwords, answers, strict=True) if answer.status_code == 302]
    changed = User.objects.get(id=person.id)
    assert [word for word in passwords if changed.check_password(word)] == [first]
    assert changed.session_epoch == person.session_epoch + 1
