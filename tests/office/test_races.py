"""Many hands at once, on a committed office: one effect, whoever comes first and by whichever door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from sonae.office import (
    access,
    access_session,
    applicant,
    applications,
    binding,
    clock,
    members,
    walls,
)
from sonae.office.models import Cover, User
from sonae.office.refusals import Refused
from sonae.period import first_of_month

from .cast import make
from .trade import AGENT, LINK, Clock, Trade

if TYPE_CHECKING:
    from tests.conftest import LiveOffice


@pytest.fixture
def committed(
    live_office: LiveOffice, cheap_passwords: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Trade]:
    """The trade on the seeded office's own database, where what is stored is committed and every hand has its own
    connection."""
    database = connections["default"].settings_dict
    name = psycopg.conninfo.conninfo_to_dict(live_office.addresses.application)["dbname"]
    with django_db_blocker.unblock():
        _let_go()
        old = database["NAME"]
        database["NAME"] = name
        try:
            yield Trade(_cast(), Clock(monkeypatch, clock.now()))
        finally:
            _let_go()
            database["NAME"] = old


def _let_go() -> None:
    """No connection and no pool to the database used so far: a pool would go on handing out the old one's."""
    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]


def _cast() -> Any:
    """The cast, made once in this database."""
    from .cast import Office

    if not User.objects.filter(username="alice").exists():
        return make()
    people = {user.role: user for user in User.objects.filter(username__startswith="the_").exclude(
        username="the_cooperative")}  # fmt: skip
    alice, bob = (User.objects.select_related("organisation").get(username=name) for name in ("alice", "bob"))
    return Office(alice.organisation, bob.organisation, alice, bob, people)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Does all of it at the same moment, each in a thread with a connection of its own; results or errors in order."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def hand(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            results[place] = work()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


_SERIAL = iter(range(910_000, 990_000))


def member(trade: Trade) -> Any:
    number = next(_SERIAL) + 1_000_000 * (os.getpid() % 900)
    return trade.member(f"競争{number}社", 600_000_000_000 + number)


def start(trade: Trade) -> str:
    """The next possible start but one, so that the day of the test does not matter."""
    return first_of_month(trade.clock.moment.date(), 3).isoformat()


def session_of(trade: Trade, username: str) -> Client:
    """A browser of a person who has just shown a second factor, with the proof that forms carry."""
    client = Client(enforce_csrf_checks=True)
    user = User.objects.get(username=username)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["factor"] = {"name": access_session.TOTP, "at": int(trade.clock.moment.timestamp())}
    session.save()
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    return client


def test_sixteen_hands_through_mixed_doors_bind_one_cover(committed: Trade, live_office: LiveOffice) -> None:
    trade = committed
    who = member(trade)
    trade.confirmed(who)
    found = trade.accepted(who, inception=start(trade))
    application = found.application
    link = applicant.make_link(trade.agent, application.id)
    opened = applicant.open_link(link.token).principal
    agent, underwriter, person = trade.agent, trade.underwriter, trade.person_of(who)

    def by_api() -> Any:
        client = session_of(trade, "alice")
        answer = client.post(
            f"/api/v1/applications/{application.id}/cover", b"{}", content_type="application/json",
            headers={"X-CSRFToken": "a" * 32},
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        return Cover(id=members.UUID(answer.json()["id"]))

    def by_command() -> Any:
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from sonae.cli import main; main()", "application", "bind",
             str(application.id), "--as", "alice"],
            env={**os.environ, **live_office.variables, "SONAE_DATABASE_URL": live_office.addresses.owner,
                 "SONAE_APP_DATABASE_URL": live_office.addresses.application},
            capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return Cover(id=members.UUID(json.loads(done.stdout)["id"]))

    known = ((agent, AGENT), (underwriter, AGENT), (person, AGENT), (opened, LINK))
    desk_hands = [lambda p=p, by=by: binding.bind(p, application.id, **by) for p, by in known * 3]
    results = at_once(*desk_hands, by_api, by_api, by_command, by_command)
    assert not [one for one in results if isinstance(one, Exception)], results
    assert len({one.id for one in results}) == 1
    with walls.transaction.atomic():
        walls.enter(reach="all")
        [row] = Cover.objects.filter(member_id=who.organisation_id)
        assert row.transactions.count() == 1


def test_two_applications_of_a_member_at_once_make_one_cover(committed: Trade) -> None:
    trade = committed
    who = member(trade)
    trade.confirmed(who)
    found = [trade.accepted(who, inception=start(trade), set=number) for number in (1, 2, 3, 4)]
    agent = trade.agent
    results = at_once(*[lambda one=one: binding.bind(agent, one.application.id, **AGENT) for one in found])
    bound = [one for one in results if isinstance(one, Cover)]
    assert len(bound) == 1
    assert {one.code for one in results if isinstance(one, Refused)} == {"cover_already_held"}


def test_the_database_alone_refuses_an_overlap(committed: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the desk's own check and lock taken away, what is left is the constraint."""
    from sonae.office import deciding, journal

    trade = committed
    who = member(trade)
    trade.confirmed(who)
    found = [trade.accepted(who, inception=start(trade), set=number) for number in (1, 2, 3, 4)]
    monkeypatch.setattr(deciding, "holds_cover", lambda found: False)
    monkeypatch.setattr(journal, "lock", lambda stream: None)
    agent = trade.agent
    results = at_once(*[lambda one=one: binding.bind(agent, one.application.id, **AGENT) for one in found])
    assert len([one for one in results if isinstance(one, Cover)]) == 1, results
    assert {one.code for one in results if isinstance(one, Refused)} == {"cover_already_held"}


def test_leaving_and_binding_at_once_never_bind_a_leaver(committed: Trade) -> None:
    """Whichever is first: a cover is bound only if the evidence stood in its own transaction (T-71)."""
    trade = committed
    for _ in range(3):
        who = member(trade)
        trade.confirmed(who)
        found = trade.accepted(who, inception=start(trade))
        agent, office = trade.agent, trade.cooperative
        day = trade.clock.moment.date()
        bound, left = at_once(
            lambda found=found, agent=agent: binding.bind(agent, found.application.id, **AGENT),
            lambda who=who, office=office, day=day: members.confirm_list(office, day, {who.organisation_id: False}),
        )
        assert not isinstance(left, Exception)
        if isinstance(bound, Refused):
            assert bound.code == "membership_not_confirmed"
        else:
            assert isinstance(bound, Cover)


def test_one_quotation_in_two_applications_at_once(committed: Trade) -> None:
    trade = committed
    who, quotation = member(trade), trade.quotation(inception=start(trade))
    agent = trade.agent
    results = at_once(*[lambda: applications.begin(agent, who.organisation_id, quotation) for _ in range(4)])
    assert len([one for one in results if isinstance(one, applications.Application)]) == 1, results
    assert {one.code for one in results if isinstance(one, Refused)} == {"quotation_used"}


def test_one_number_registered_by_two_agencies_at_once(committed: Trade) -> None:
    trade = committed
    number = 600_900_000_000 + next(_SERIAL) + 1_000_000 * (os.getpid() % 900)
    ours, theirs = trade.agent, trade.principal("bob")
    trade.cooperative  # noqa: B018  made before the race
    results = at_once(*[lambda p=p: trade.member("同じ会社", number, p) for p in (ours, theirs, ours, theirs)])
    assert len([one for one in results if isinstance(one, members.Member)]) == 1, results
    assert {one.code for one in results if isinstance(one, Refused)} == {"member_known"}


def test_a_key_cannot_bind(committed: Trade) -> None:
    trade = committed
    who = member(trade)
    trade.confirmed(who)
    found = trade.accepted(who, inception=start(trade))
    from sonae.office import desk

    made = desk.create_key(None, holder=User.objects.get(username="alice"), label="x", scopes=access.KEY_SCOPES)
    answer = Client().post(
        f"/api/v1/applications/{found.application.id}/cover", b"{}", content_type="application/json",
        headers={"Authorization": f"Bearer {made.token}"},
    )  # fmt: skip
    assert answer.status_code == 403
