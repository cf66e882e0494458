"""An office of its own for a measurement: the embedded server, durable as in production, in a folder that goes away."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sonae.office import database, environment, supervisor

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def office() -> Iterator[dict[str, str]]:
    """The environment of a process of a fresh, empty office."""
    with tempfile.TemporaryDirectory(prefix="sonae-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SONAE_")}
        place = environment.read(kept | {"SONAE_DATA_DIR": f"{folder}/office"})
        server = database.embedded_server(place)
        server.start()
        try:
            addresses = database.prepare(place, server)
            supervisor.manage(place, addresses, "migrate", "--no-input", "--verbosity=0", owner=True)
            variables = supervisor.child_variables(place, addresses, owner=False)
            yield variables | {"SONAE_DB_POOL": "off", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        finally:
            server.stop()


def start(variables: dict[str, str], module: str, *words: str, clock: datetime | None = None) -> Any:
    """A process of the office that runs `python -m MODULE WORDS`; with a clock of its own where one is given."""
    if clock is not None:
        told = Path(variables["SONAE_DATA_DIR"]) / f"clock-{'-'.join(words)}"
        told.write_text(clock.isoformat(), "ascii")
        variables = variables | {"SONAE_CLOCK_FILE": str(told)}
    return subprocess.Popen([sys.executable, "-m", module, *words], env=variables, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, cwd=ROOT)  # fmt: skip


def finish(*processes: Any, told: Any = None) -> list[Any]:
    """What each process prints, as JSON, after it was told something on standard input."""
    for process in processes:
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.close()
    found = [json.loads(process.stdout.read()) for process in processes]
    for process in processes:
        assert process.wait(60) == 0
    return found


class FileClock:
    """The clock of `SONAE_CLOCK_FILE`, moved from within the story."""

    def __init__(self) -> None:
        self.path = Path(os.environ["SONAE_CLOCK_FILE"])

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text("ascii"))

    def to(self, year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> None:
        moment = self.moment.replace(year=year, month=month, day=day, hour=hour, minute=minute)
        self.path.write_text(moment.isoformat(), "ascii")


def trade() -> Any:
    """The stories' trade in this process, on the office that is there; its people are made if they are not."""
    import django

    django.setup()
    from sonae.office.models import User
    from tests.office.cast import Office, make
    from tests.office.trade import Trade

    if User.objects.filter(username="alice").exists():
        people = {user.role: user for user in User.objects.filter(username__startswith="the_").exclude(
            username="the_cooperative")}  # fmt: skip
        alice, bob = (User.objects.select_related("organisation").get(username=name) for name in ("alice", "bob"))
        return Trade(Office(alice.organisation, bob.organisation, alice, bob, people), FileClock())  # type: ignore[arg-type]
    made = Trade(make(), FileClock())  # type: ignore[arg-type]
    made.cooperative  # noqa: B018  the cooperative's person
    return made
