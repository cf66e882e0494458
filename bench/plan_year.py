"""A plan year on the test clock: a thousand members join, change, leave and renew; twice, on two fresh offices.

    .venv/bin/python -m bench.plan_year [MEMBERS]

Two processes share the members; what one does rests on its own draw only, so the end does not depend on who is faster.
"""

import json
import random
import sys
import time
from typing import Any

from bench.office_here import finish, office, start, trade
from sonae.period import JST

HANDS = 2


def main(members: int) -> None:
    """Run the year twice and compare the ends."""
    ends = []
    for _ in range(2):
        with office() as variables:
            finish(start(variables, "bench.plan_year", "people", clock=_first_day()))
            begun = time.perf_counter()
            _both(variables, "join", members)
            finish(start(variables, "bench.plan_year", "offers", clock=_first_day()))
            _both(variables, "answer", members)
            took = time.perf_counter() - begun
            [end] = finish(start(variables, "bench.plan_year", "digest", clock=_first_day()))
        ends.append(end)
        print(f"{members} members: {took:.1f} s; {end['covers']} covers, {end['transactions']} transactions, "
              f"{end['premium']:,} yen; {end['digest'][:16]}")  # fmt: skip
    assert ends[0] == ends[1], "the two years ended differently"
    print("both years ended the same")


def _both(variables: dict[str, str], what: str, members: int) -> None:
    finish(*[start(variables, "bench.plan_year", what, str(hand), clock=_first_day()) for hand in range(HANDS)],
           told=members)  # fmt: skip


def _first_day() -> Any:
    from datetime import datetime

    return datetime(2026, 12, 10, 10, 0, tzinfo=JST)


def _work(what: str, hand: int, members: int) -> Any:
    here = trade()
    from tests.scenarios.test_plan_year import Year

    year = Year(here, random.Random(2027 * 10 + hand))
    places = range(hand, members, HANDS)
    if what == "join":
        year.lives([year.joins(place) for place in places])
    elif what == "offers":
        return len(year.offers())
    elif what == "answer":
        offers = [one for one in year.offers() if int(one.member.corporate_number[1:]) % HANDS == hand]
        year.answers(offers[: len(places) // 5])
    elif what == "digest":
        return year.sums() | {"digest": year.digest()}
    return None


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["people"]:
        trade()
        print("null")
    elif words and not words[0].isdigit():
        told = json.loads(sys.stdin.readline())
        print(json.dumps(_work(words[0], int(words[1]) if len(words) > 1 else 0, told or 0)))
    else:
        main(int(words[0]) if words else 1_000)
