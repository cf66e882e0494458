from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

    from .calling import Caller


@pytest.fixture(scope="session")
def caller(live_office: LiveOffice) -> Caller:
    """The demo agency's key at the running office."""
    from .calling import demo_caller

    return demo_caller(live_office)
