from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import LiveOffice
    from tests.office.trade import Trade

    from .calling import Caller


@pytest.fixture(scope="session")
def caller(live_office: LiveOffice) -> Caller:
    """The demo agency's key at the running office."""
    from .calling import demo_caller

    return demo_caller(live_office)


@pytest.fixture
def trade(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Trade:
    from tests.office.cast import make
    from tests.office.trade import Clock, Trade

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Trade(make(), Clock(monkeypatch))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a stranger of its own."""
    from sonae.web import strangers
    from sonae.web.budget import Budgets

    monkeypatch.setattr(strangers, "budgets", Budgets())


@pytest.fixture
def as_role(trade: Trade) -> Callable[[str], Client]:
    """A client logged in as one of the cast; `alice` handles the members, `bob` is of another agency."""

    def made(name: str) -> Client:
        from django.test import Client

        from tests.office.cast import logged_in

        client = Client()
        people = {"alice": trade.office.alice, "bob": trade.office.bob} | trade.office.people
        if name == "cooperative":
            from sonae.office.models import User

            user = User.objects.get(id=trade.cooperative.user_id)
        else:
            user = people[name]
        logged_in(client, user)
        return client

    return made


@pytest.fixture
def run_files(settings: Any, tmp_path: Path) -> Path:
    """A data directory of the test's own, for the files of runs."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture(scope="session")
def compiled_book(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What runs of a book compile, before a test holds a transaction open."""
    from .compiled_book import compile_all

    compile_all(tmp_path_factory.mktemp("book"))
