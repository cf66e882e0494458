"""How long 1,000 different cases take through every cover, in process: `python -m bench.replay`."""

import random
import time

from sonae.cases import Case, Item, Member
from sonae.office import catalogue
from sonae.replay import closing, printed_covers, replay
from sonae.scheme import Text

CASES = 1000
PRICED = 100


def drawn(seed: int) -> list[Case]:
    """Cases of one to eight heads, with the events that open them, for members of every industry."""
    product, chance = catalogue.default(), random.Random(seed)
    found = []
    for number in range(CASES):
        heads = chance.sample(list(product.heads), chance.randint(1, 8))
        events = (chance.choice(["information_leak", "third_party_disruption", "cyber_attack"]), "network_outage")
        items = tuple(Item(head, chance.randint(10_000, 80_000_000), Text(head, head)) for head in heads)
        member = Member(chance.choice(list(product.industries)), chance.randint(10**7, 9 * 10**9), security_discount=30)
        found.append(
            Case(
                str(number), Text("試", "drawn"), events, items, {"individual": chance.randint(1, 10**5)}, None, member
            )
        )
    return found


def main() -> None:
    product, cases = catalogue.default(), drawn(20_261_124)
    started = time.perf_counter()
    paid = sum(one.paid for case in cases for one in replay(product, case).results)
    ran = time.perf_counter() - started
    started = time.perf_counter()
    closed = sum(closing(product, case) is not None for case in cases[:PRICED])
    searched = time.perf_counter() - started
    print(f"{CASES:,} cases × {len(printed_covers(product))} covers: {ran:.2f} s (sum paid {paid:,} yen)")
    print(f"cheapest change over the menu: {1000 * searched / closed:.1f} ms a case ({closed} cases)")


if __name__ == "__main__":
    main()
