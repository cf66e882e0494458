"""`sonae settle`: the file of a Saturday, to the yen; the same bytes every time; and what a hostile file gets."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from sonae.cli.settle import settle
from sonae.doors import decision, facts
from sonae.doors.problem import Problem
from sonae.flipping import decide_and_flip
from sonae.office import catalogue
from tests.core.asking import MOMENT

SATURDAY = Path(__file__).parent / "files" / "ransomware_on_a_saturday.json"


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SATURDAY.read_text("utf-8"))
    return found


def read(words: Any) -> facts.Understood | Problem:
    return facts.read(catalogue.shipped(), json.dumps(words).encode(), MOMENT)


def settled(words: Any) -> Any:
    understood = read(words)
    assert isinstance(understood, facts.Understood), understood
    return decide_and_flip(understood.facts, understood.helds)


def refused(words: Any) -> dict[str, str]:
    """Where a file is refused, and by which code."""
    problem = read(words)
    assert isinstance(problem, Problem)
    return {one.pointer: one.code for one in problem.errors}


def test_the_ransomware_of_a_saturday_is_settled_to_the_yen() -> None:
    found = settled(document())
    assert (found.claimed, found.paid) == (20_204_200, 19_864_200)
    assert {one.subject: one.left_after for one in found.balances} == {
        "liability": 98_470_000, "expense": 15_125_800, "business_income": 26_540_000,
    }  # fmt: skip
    assert {item.id: [cut.yen for cut in item.cuts] for item in found.items if item.cuts} == {
        "consultant-before": [220_000], "extra": [120_000],
    }  # fmt: skip


def test_had_it_been_discovered_before_wide_the_basic_plan_would_have_paid() -> None:
    found = settled(document())
    [earlier] = [one for one in found.flips if one.code == "known_before:2027-06-01T16:00+09:00"]
    assert found.paid - earlier.paid_then == 165_000 + 5_830_000 + 380_000 + 1_250_000


def test_the_same_file_has_the_same_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert settle.main([str(SATURDAY), "--json"], standalone_mode=False) == 0
    printed = capfdbinary.readouterr().out
    assert printed == decision.encode(settled(document())) + b"\n"
    assert json.loads(printed)["paid"] == 19_864_200


def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert settle.main([str(SATURDAY)], standalone_mode=False) == 0
    printed = capsys.readouterr().out
    assert "19,864,200円" in printed
    assert "コンサルティング費用" in printed


def changed(path: str, value: Any) -> dict[str, Any]:
    words = copy.deepcopy(document())
    place: Any = words
    *steps, last = path.strip("/").split("/")
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return words


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/facts/items/0/amount", -1), ("/facts/items/0/amount", 0), ("/facts/items/0/amount", 10**14),
        ("/facts/items/0/amount", 1.5), ("/facts/items/0/amount", "100"), ("/facts/items/0/amount", True),
        ("/facts/items/0/head", "ransom_money"), ("/facts/items/2/id", "forensics"),
        ("/facts/items/0/currency", "USD"), ("/facts/items/0/victims", ["佐藤"]),
        ("/facts/victims/individual", -5), ("/facts/victims/individual", 10**12),
        ("/facts/known_at", "2027-09-11T06:40"), ("/facts/known_at", "yesterday"),
        ("/facts/received_at", "2027-09-01T00:00Z"), ("/facts/received_at", "9999-12-31T23:59Z"),
        ("/facts/occurred_at", "0001-01-01T00:00+14:00"), ("/facts/items/0/incurred_on", "9999-12-31"),
        ("/covers/0/id", "\ud800"), ("/facts/items/0/id", "\udfff"),
        ("/facts/events/0/code", "earthquake"), ("/facts/items/12/demand", "nobody"),
        ("/facts/grounds/0/exclusion", "bad_luck"), ("/facts/grounds/0/item", "nothing"),
        ("/facts/stoppage/ended_at", "2027-09-01T00:00Z"), ("/covers/0/used", {"expense": -1}),
        ("/covers/0/request/plan", "golden"), ("/covers/0/changes/0/reason", "luck"), ("/covers", []), ("/facts", None),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_at_its_field(path: str, value: Any) -> None:
    found = refused(changed(path, value))
    assert any(pointer.startswith(path.rpartition("/")[0]) for pointer in found), found


def test_an_item_twice_is_refused() -> None:
    words = document()
    words["facts"]["items"].append({**words["facts"]["items"][1], "id": "forensics-again"})
    assert refused(words) == {"/facts/items/14": "item_twice"}


def test_no_payment_is_a_yen_over_what_is_left() -> None:
    words = changed("/covers/0/used", {"expense": 30_000_000 - 719_201})
    found = settled(words)
    assert [unit.paid for unit in found.units if unit.coverage == "expense"] == [719_201]
