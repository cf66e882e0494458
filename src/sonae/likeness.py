"""Like cases are decided alike: the nearest past decisions, and whether a new one departs from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is compared: what happened to whom, and what became of each head.

    `heads` is by head (claimed, payable) in yen; `grounds` are the exclusions and reasons that were chosen.
    """

    name: str
    event: str
    plan: str
    industry: str
    annual_sales: int
    heads: dict[str, tuple[int, int]]
    grounds: frozenset[str]

    @property
    def claimed(self) -> int:
        return sum(claimed for claimed, _ in self.heads.values())


@dataclass(frozen=True, slots=True)
class Departure:
    """A head that the nearest like cases treated otherwise: their paid share and ours, in whole percent."""

    head: str
    like: str
    theirs: int
    ours: int


#: What a difference weighs. Facts of the decision weigh more than what the member is.
_EVENT, _GROUND, _HEAD, _PLAN, _INDUSTRY, _SIZE = 8, 4, 2, 2, 1, 1


def distance(one: Decided, other: Decided) -> int:
    """How unlike two decisions are; 0 for the same facts, more for each that differs. The same both ways."""
    heads = set(one.heads) ^ set(other.heads)
    return (
        _EVENT * (one.event != other.event)
        + _PLAN * (one.plan != other.plan)
        + _INDUSTRY * (one.industry[:1] != other.industry[:1])
        + _SIZE * _steps(one.annual_sales, other.annual_sales)
        + _SIZE * _steps(one.claimed, other.claimed)
        + _HEAD * len(heads)
        + _GROUND * len(one.grounds ^ other.grounds)
    )


def _steps(one: int, other: int) -> int:
    """How often the smaller must be doubled to reach the larger, at most 8."""
    small, large = sorted((max(one, 1), max(other, 1)))
    return min(8, (large // small).bit_length() - 1)


def nearest(made: Decided, past: Iterable[Decided], most: int = 3) -> list[Decided]:
    """The nearest past decisions, at most `most`, the nearest first; of equals the one named first by its name."""
    return sorted(past, key=lambda one: (distance(made, one), one.name))[:most]


def departures(made: Decided, likes: Iterable[Decided], tolerance: int) -> list[Departure]:
    """Heads whose paid share differs from that of like cases of the same event by more than `tolerance` percent."""
    found = []
    for like in likes:
        if like.event != made.event:
            continue
        for head, (claimed, payable) in made.heads.items():
            theirs = like.heads.get(head)
            if theirs is None or not claimed or not theirs[0]:
                continue
            ours_share, their_share = Fraction(100 * payable, claimed), Fraction(100 * theirs[1], theirs[0])
            if abs(ours_share - their_share) > tolerance:
                found.append(Departure(head, like.name, int(their_share), int(ours_share)))
    return found
