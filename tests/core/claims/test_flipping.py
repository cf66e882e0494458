"""The single fact that would turn a decision: it is found, it really turns it, and the nearest one comes first."""

from datetime import date

from sonae.claim import decide
from sonae.facts import Approval, Event
from sonae.flipping import decide_and_flip, single_changes
from tests.core.claims.filing import cover, held, item, leak


def test_every_reported_change_really_changes_the_outcome() -> None:
    gift = item("condolence", 10, approval=Approval(reference="A", given_on=date(2027, 9, 12)))
    facts = leak(item("forensics", 100), item("consulting", 50), gift)
    covers = [held()]
    found = decide_and_flip(facts, covers)
    assert found.flip is not None
    changes = {code: changed for _, code, _, changed in single_changes(facts, covers)}
    for flip in (found.flip, *found.flips):
        then = decide(changes[flip.code], covers)
        assert then.paid == flip.paid_then
        assert then.paid != found.paid or then.verdict is not found.verdict
    assert "approval:consulting" in {flip.code for flip in found.flips}


def test_knowing_before_inception_turns_it_all() -> None:
    facts = leak(item("forensics", 100), events=(Event(code="information_leak"), Event(code="cyber_attack")))
    found = decide_and_flip(facts, [held()])
    codes = {flip.code for flip in (found.flip, *found.flips) if flip is not None and flip.paid_then == 0}
    assert any(code.startswith("known_before:2027-04-01T16:00") for code in codes)


def test_an_unsure_leak_is_the_fact_on_which_a_basic_head_turns() -> None:
    events = (Event(code="cyber_attack"), Event(code="information_leak", certainty="unsure"))
    flip = decide_and_flip(leak(item("forensics", 100), events=events), [held(cover("basic"))]).head_flips["forensics"]
    assert (flip.code, flip.paid_then) == ("event:information_leak", 100)


def test_the_decision_names_the_fact_that_turns_each_head_asked_for() -> None:
    """Deciding again with that fact turns the head; a head that nothing was claimed for has none."""
    events = (Event(code="information_leak", certainty="unsure"),)
    facts, helds = leak(item("forensics", 100), item("system_restoration", 50), events=events), [held(cover("basic"))]
    found = decide_and_flip(facts, helds)
    assert set(found.head_flips) <= {"forensics", "system_restoration"}
    assert found.head_flips["forensics"].code == "event:information_leak"
    assert found.head_flips["forensics"].paid_then == 100
    changes = {code: changed for _, code, _, changed in single_changes(facts, helds)}
    for head, flip in found.head_flips.items():
        then = decide(changes[flip.code], helds).head(head)
        assert then.paid == flip.paid_then
        assert then.verdict is not found.head(head).verdict or (then.paid == 0) != (found.head(head).paid == 0)
