"""Fixtures; what they make is in cast.py, which needs a Django that is set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .cast import Office
    from .trade import Trade


@pytest.fixture
def cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def office(db: None, cheap_passwords: None) -> Office:
    from .cast import make

    return make()


@pytest.fixture
def trade(office: Office, monkeypatch: pytest.MonkeyPatch) -> Trade:
    from .trade import Clock, Trade

    return Trade(office, Clock(monkeypatch))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Moves the office's clock on by seconds."""
    from sonae.office import clock

    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    return move
