"""Which single fact would change a decision: every one of a list of single-fact changes is tried and decided again.

The list is made from the facts themselves: an event or ground that might be otherwise, knowledge that might have been
earlier, an approval that might be there or not, a day that might lie elsewhere. The least change that turns the verdict
is the one reported; those that only move yen follow by size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sonae.claim import decide
from sonae.decision import Decision, Flip
from sonae.facts import Approval, Event, Facts, Ground, Held
from sonae.period import JST, japanese_day
from sonae.product import Text

MOST_REPORTED = 5
"""How many changes that only move yen are reported beside the one that turns the verdict."""


def decide_and_flip(facts: Facts, helds: Sequence[Held]) -> Decision:
    """The decision with the single fact that would turn it, and those that would change the amount."""
    decided = decide(facts, helds)
    found: list[Flip] = []
    tried = [(*change[:3], decide(change[3], helds)) for change in single_changes(facts, helds)]
    for number, (rank, code, sentence, then) in enumerate(tried):
        turns = then.verdict is not decided.verdict or (then.paid == 0) != (decided.paid == 0)
        if turns or then.paid != decided.paid:
            found.append(Flip(code, None, sentence, then.paid, turns, (rank, number)))
    turning = min((flip for flip in found if flip.turns), key=lambda flip: flip.effort, default=None)
    moving = sorted(
        (flip for flip in found if flip is not turning),
        key=lambda flip: (-abs(flip.paid_then - decided.paid), flip.effort),
    )
    asked = dict.fromkeys(item.head for item in facts.items)
    by_head = {head: flip for head in asked if (flip := _head_flip(decided, tried, head)) is not None}
    return decided.with_flips(turning, tuple(moving[:MOST_REPORTED]), by_head)


def _head_flip(decided: Decision, tried: Sequence[tuple[int, str, Text, Decision]], head: str) -> Flip | None:
    """The nearest at hand of the changes tried that turns one head."""
    before = decided.head(head)
    for number, (rank, code, sentence, whole) in enumerate(sorted(tried, key=lambda change: change[0])):
        then = whole.head(head)
        if then.verdict is not before.verdict or (then.paid == 0) != (before.paid == 0):
            return Flip(code, head, sentence, then.paid, True, (rank, number))
    return None


def single_changes(facts: Facts, helds: Sequence[Held]) -> Iterator[tuple[int, str, Text, Facts]]:
    """Every change of one fact that is tried: its rank (small is near at hand), code, sentence, and the facts then."""
    yield from _events(facts, helds)
    yield from _grounds(facts)
    yield from _knowledge(facts, helds)
    yield from _items(facts)
    if facts.received_at is None:
        told = Text("事故の通知を受け取っていたら", "If the notice had been received")
        yield 1, "received", told, replace(facts, received_at=facts.known_at)


def _events(facts: Facts, helds: Sequence[Held]) -> Iterator[tuple[int, str, Text, Facts]]:
    events = helds[-1].product.events
    for place, event in enumerate(facts.events):
        name = events[event.code].plain
        others = facts.events[:place] + facts.events[place + 1 :]
        without = replace(facts, events=others)
        if event.certainty == "unsure":
            sure = replace(facts, events=(*others, Event(code=event.code)))
            yield 0, f"event:{event.code}", Text(f"「{name.ja}」と認定されたら", f"If it is found: {name.en}"), sure
        yield 1, f"no_event:{event.code}", Text(f"「{name.ja}」に当たらないなら", f"If ruled out: {name.en}"), without
    listed = {event.code for event in facts.events}
    for code, covered in events.items():
        if code not in listed:
            also = replace(facts, events=(*facts.events, Event(code=code)))
            name = covered.plain
            yield 2, f"event:{code}", Text(f"「{name.ja}」にも当たるなら", f"If also found: {name.en}"), also


def _grounds(facts: Facts) -> Iterator[tuple[int, str, Text, Facts]]:
    for place, ground in enumerate(facts.grounds):
        others = facts.grounds[:place] + facts.grounds[place + 1 :]
        gone = Text(f"免責事由 {ground.exclusion} に当たらないなら", f"If the exclusion {ground.exclusion} falls away")
        yield 1, f"no_ground:{ground.exclusion}", gone, replace(facts, grounds=others)
        if ground.certainty == "unsure":
            sure = (*others, Ground(exclusion=ground.exclusion, item=ground.item, part=ground.part))
            stands = Text(f"免責事由 {ground.exclusion} に当たるなら", f"If the exclusion {ground.exclusion} stands")
            yield 0, f"ground:{ground.exclusion}", stands, replace(facts, grounds=sure)


def _knowledge(facts: Facts, helds: Sequence[Held]) -> Iterator[tuple[int, str, Text, Facts]]:
    """Knowledge a minute before each moment at which cover begins or changes; and none of the earlier knowledge."""
    if facts.circumstances_known_at is not None:
        sooner = Text("それより前には知らなかったなら", "If nothing had been known earlier")
        yield 1, "not_known_before", sooner, replace(facts, circumstances_known_at=None)
    starts = {held.cover.inception for held in helds}
    starts |= {t.effective for held in helds for t in held.cover.transactions[1:]}
    for start in sorted(starts, reverse=True):
        before = start - timedelta(minutes=1)
        if before < facts.known_at:
            when = start.astimezone(JST)
            says = Text(
                f"{when:%Y-%m-%d %H:%M} より前に事故を知っていたなら",
                f"If the incident had been known before {when:%Y-%m-%d %H:%M}",
            )
            changed = replace(facts, circumstances_known_at=before)
            yield 3, f"known_before:{when.isoformat(timespec='minutes')}", says, changed
            discovered = Text(
                f"{when:%Y-%m-%d %H:%M} より前に事故を発見していたなら",
                f"If the incident had been discovered before {when:%Y-%m-%d %H:%M}",
            )
            yield (
                4,
                f"discovered_before:{when.isoformat(timespec='minutes')}",
                discovered,
                replace(facts, known_at=before),
            )


def _items(facts: Facts) -> Iterator[tuple[int, str, Text, Facts]]:
    for place, item in enumerate(facts.items):

        def changed(place: int = place, **fields: object) -> Facts:
            new = replace(facts.items[place], **fields)  # type: ignore[arg-type]
            return replace(facts, items=(*facts.items[:place], new, *facts.items[place + 1 :]))

        day = item.incurred_on or japanese_day(facts.known_at)
        if item.approval is None or item.approval.given_on > day or item.approval.up_to is not None:
            says = Text(f"明細 {item.id} に事前の承認があれば", f"If item {item.id} had been approved beforehand")
            yield 0, f"approval:{item.id}", says, changed(approval=Approval(reference="-", given_on=day))
        else:
            says = Text(f"明細 {item.id} の事前の承認がなければ", f"Without the approval of item {item.id}")
            yield 1, f"no_approval:{item.id}", says, changed(approval=None)
        if item.incurred_on is None or item.incurred_on != japanese_day(facts.known_at):
            says = Text(f"明細 {item.id} が対象期間内の支出なら", f"If item {item.id} had been spent in the window")
            spent = day if item.incurred_on is None else japanese_day(facts.known_at)
            yield 2, f"spent:{item.id}", says, changed(incurred_on=spent)
