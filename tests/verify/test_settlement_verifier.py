"""The verifier accepts what `claim` decides, and catches a tampering of every kind of step."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sonae.claim import decide
from sonae.decision import Decision
from sonae.doors import decision as door
from sonae.doors import facts as facts_door
from sonae.facts import Event, Ground, Held
from sonae.flipping import decide_and_flip, single_changes
from sonae.office import catalogue
from tests.core.asking import MOMENT
from tests.core.claims.filing import held, item, leak
from verify.settlement import KINDS, Files, faults, main

FOLDER = catalogue.PRODUCTS / "chuokai_cyber_2024"
FILES = Files(FOLDER)
SATURDAY = Path(__file__).parents[1] / "core" / "claims" / "files" / "ransomware_on_a_saturday.json"


def printed(found: Decision) -> Any:
    return json.loads(door.encode(found))


def saturday() -> facts_door.Understood:
    understood = facts_door.read(catalogue.shipped(), SATURDAY.read_bytes(), MOMENT)
    assert isinstance(understood, facts_door.Understood)
    return understood


def refused() -> Decision:
    """A decision with a reason for not paying and a demand from abroad, for the kinds that a paid claim has not."""
    facts = leak(item("forensics", 100), grounds=(Ground(exclusion="wilful_act"),))
    return decide(facts, [held()])


def test_decisions_stand_and_so_do_all_their_single_fact_changes() -> None:
    file = saturday()
    assert list(faults(printed(decide_and_flip(file.facts, file.helds)), FILES)) == []
    for _, code, _, changed in single_changes(file.facts, file.helds):
        assert list(faults(printed(decide(changed, file.helds)), FILES)) == [], code


@pytest.mark.parametrize(
    "helds",
    [[held()], [held(expense=29_999_950)], [Held(cover=held().cover, product=held().product, premium_received=False)]],
)
def test_other_decisions_stand(helds: list[Held]) -> None:
    for facts in (
        leak(item("forensics", 100), item("attack_investigation", 5)),
        leak(item("attack_investigation", 11_000_000), events=(Event(code="suspected_attack"),)),
        leak(item("forensics", 100), events=(Event(code="information_leak", certainty="unsure"),)),
    ):
        assert list(faults(printed(decide(facts, helds)), FILES)) == []
    assert list(faults(printed(refused()), FILES)) == []


def tampered(value: Any) -> Iterator[Any]:
    """The same value told otherwise."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, dict):
        for key in value:
            for other in tampered(value[key]):
                yield {**value, key: other}
    elif isinstance(value, str) and value in ("yes", "no", "unknown"):
        yield "no" if value == "yes" else "yes"
    elif isinstance(value, str) and value in ("known", "unsure"):
        yield "unsure" if value == "known" else "known"


FIELDS = {
    "premium": ("received",), "period": (), "knowledge": ("limit",), "event": ("certainty",), "grant": ("state",),
    "exclusion": ("state",), "item": ("amount", "accepted", "open"), "cap": (), "claimed": ("heads", "limit"),
    "deductible": ("heads", "remaining"), "ratio": ("heads",), "sublimit": ("heads",), "limit": ("heads", "limit"),
    "aggregate": ("heads", "remaining"), "balance": ("limit", "before", "now", "after"),
    "total": ("claimed", "accepted", "open", "paid"),
}  # fmt: skip
"""The figures of each kind of step that are told otherwise, one at a time."""


def test_a_figure_told_otherwise_is_caught_in_every_kind_of_step() -> None:
    file = saturday()
    whole, none = printed(decide_and_flip(file.facts, file.helds)), printed(refused())
    tried: set[str] = set()
    for document in (whole, none):
        for place, step in enumerate(document["steps"]):
            for name in FIELDS[step["kind"]]:
                for other in tampered(step["values"][name]):
                    changed = copy.deepcopy(document)
                    changed["steps"][place]["values"][name] = other
                    assert list(faults(changed, FILES)), (step, name, other)
                    tried.add(step["kind"])
    assert tried == KINDS - {"period", "cap", "territory"}


@pytest.mark.parametrize(
    ("kind", "name", "other"),
    [
        ("period", "moment", "2027-09-01T00:00+09:00"), ("period", "term", "2026"), ("period", "by", "circumstances"),
        ("knowledge", "known", "2027-09-12T06:40+09:00"), ("knowledge", "since", "2028-04-01T16:00+09:00"),
        ("grant", "clause", "protect_costs_of_another"), ("grant", "clause", "not_granted"),
        ("grant", "events", ["it_work"]), ("item", "cuts", [["good_will", 1]]),
        ("cap", "cap", 10**12), ("cap", "cap", 0),
    ],
)  # fmt: skip
def test_a_word_told_otherwise_is_caught(kind: str, name: str, other: Any) -> None:
    file = saturday()
    document = printed(decide(file.facts, file.helds))
    step = next(one for one in document["steps"] if one["kind"] == kind and one["values"][name] != other)
    step["values"][name] = other
    assert list(faults(document, FILES))


def test_a_step_taken_out_is_caught() -> None:
    file = saturday()
    document = printed(decide(file.facts, file.helds))
    paid = {head["head"] for head in document["heads"] if head["paid"]}
    for place, step in enumerate(document["steps"]):
        head = step["subject"].partition("/")[2]
        if step["kind"] == "grant" and head not in paid:
            continue
        changed = copy.deepcopy(document)
        del changed["steps"][place]
        for number, one in enumerate(changed["steps"], 1):
            one["number"] = number
        assert list(faults(changed, FILES)), step


def test_a_larger_payment_is_caught_wherever_it_is_written() -> None:
    file = saturday()
    document = printed(decide(file.facts, file.helds))
    for place in ("units", "heads"):
        changed = copy.deepcopy(document)
        changed[place][0]["paid"] += 1
        assert list(faults(changed, FILES)), place


def test_it_is_run_on_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saturday()
    path = tmp_path / "decision.json"
    path.write_bytes(door.encode(decide_and_flip(file.facts, file.helds)))
    assert main([str(path), str(FOLDER)]) == 0
    path.write_text("{}")
    assert main([str(path), str(FOLDER)]) == 1
    assert "unreadable" in capsys.readouterr().out


def test_the_terms_are_held_against_the_covers_of_the_file() -> None:
    """The proof agrees with itself in each of these; only the cover shows that the term was another."""
    file = json.loads(SATURDAY.read_bytes())
    understood = saturday()
    found = printed(decide_and_flip(understood.facts, understood.helds))
    assert list(faults(found, FILES, file["covers"])) == []
    for wrong in (
        {"request": {**file["covers"][0]["request"], "set": 1}},
        {"used": {"expense": 1_000_000}},
        {"inception_at": "2027-10-01T16:00+09:00"},
        {"premium_received": False},
        {"id": "another"},
    ):
        covers = [{**file["covers"][0], **wrong}, *file["covers"][1:]]
        assert list(faults(found, FILES, covers)), wrong


def test_other_insurance_is_noted_and_moves_no_yen() -> None:
    plain, shared = (decide(leak(item("forensics", 100), other_insurance=there), [held()]) for there in (False, True))
    assert plain.paid == shared.paid == 100
    assert (len(plain.notes), len(shared.notes)) == (0, 1)
    tampered = printed(shared)
    tampered["notes"] = []
    assert list(faults(tampered, FILES))
