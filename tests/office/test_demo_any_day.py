"""The demo office opens on any day of the year: whoever tries it does not choose when."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from sonae.office import environment, supervisor
from sonae.office.postgres import Postgres

SOME = [date(2026, 12, 31), date(2027, 4, 1)]
"""`DEMO_EVERY=7` tries every seventh day of the coming year as well: some minutes."""
EVERY = int(os.environ.get("DEMO_EVERY", "0"))
DAYS = SOME + [datetime.now(UTC).date() + timedelta(days=number) for number in range(0, 366, EVERY)] if EVERY else SOME


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_demo_office_opens(day: date, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import clone

    told = tmp_path / "now"
    told.write_text(f"{day}T10:30:00+09:00", "ascii")
    monkeypatch.setenv("SONAE_CLOCK_FILE", str(told))
    addresses = clone(postgres, f"demo_{uuid4().hex[:12]}")
    assert "password" in supervisor.manage(environment.read(), addresses, "seed_demo")
