"""Binds a second: accepted applications bound by two processes, one transaction each, on a durable database.

    .venv/bin/python -m bench.binding [N]
"""

import json
import statistics
import sys
import time
from datetime import datetime
from typing import Any

from bench.office_here import finish, office, start, trade
from sonae.period import JST

NOW = datetime(2026, 12, 10, 10, 0, tzinfo=JST)
HANDS = 2


def main(count: int) -> None:
    """Prepare, bind, report."""
    with office() as variables:
        finish(start(variables, "bench.binding", "people", clock=NOW))
        halves = [start(variables, "bench.binding", "prepare", str(hand), clock=NOW) for hand in range(HANDS)]
        ready: list[list[str]] = finish(*halves, told=count // HANDS)
        hands = [start(variables, "bench.binding", "bind", str(hand), clock=NOW) for hand in range(HANDS)]
        found = finish(*hands, told=ready)
    took = max(one["end"] for one in found) - min(one["begin"] for one in found)
    times = sorted(each for one in found for each in one["times"])
    print(f"{len(times)} binds by {HANDS} processes in {took:.1f} s: {len(times) / took:.0f} a second")
    middle, late = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
    print(f"one bind: median {middle:.1f} ms, 99 of 100 within {late:.1f} ms")


def _prepare(hand: int, count: int) -> list[str]:
    here, made = trade(), []
    for place in range(count):
        member = here.member(f"{hand}の{place}社", 600_000_000_000 + hand * 1_000_000 + place)
        here.confirmed(member)
        application = here.applied(member)
        here.given(application)
        _answered(here, application)
        made.append(str(application.id))
    return made


def _answered(here: Any, application: Any) -> None:
    from sonae.office import applicant, applications
    from tests.office.trade import LINK, NO

    who = applicant.open_link(applicant.make_link(here.agent, application.id).token).principal
    applications.acknowledge(who, application.id, **LINK)
    found = applications.disclose(who, application.id, application.disclosure_version, NO, **LINK)
    applications.confirm(who, application.id, found.content_hash or "", **LINK)
    applications.sign(who, application.id, found.content_hash or "", "代表者", **LINK)


def _bind(hand: int, ready: list[list[str]]) -> dict[str, Any]:
    from django.db import connection

    here = trade()
    from sonae.office import binding
    from tests.office.trade import AGENT

    agent, times = here.agent, []
    connection.ensure_connection()
    begin = time.time()
    for application in ready[hand]:
        before = time.perf_counter()
        binding.bind(agent, application, **AGENT)
        times.append(time.perf_counter() - before)
    return {"begin": begin, "end": time.time(), "times": times}


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["people"]:
        trade()
        print("null")
    elif words[:1] == ["prepare"]:
        print(json.dumps(_prepare(int(words[1]), json.loads(sys.stdin.readline()))))
    elif words[:1] == ["bind"]:
        print(json.dumps(_bind(int(words[1]), json.loads(sys.stdin.readline()))))
    else:
        main(int(words[0]) if words else 400)
