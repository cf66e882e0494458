"""`sonae replay` as a person or a script runs it."""

import json
from pathlib import Path
from typing import Any

import pytest

from sonae.cli import main
from sonae.doors.json_reading import MOST_BYTES

CASE: dict[str, Any] = {
    "case": "mail",
    "event": "information_leak",
    "items": [{"head": "forensics", "amount": 1_000_000}, {"head": "damages", "amount": 40_000_000}],
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["replay", *arguments])
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


def test_every_shipped_case_runs_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--json")
    found = json.loads(out)
    assert status == 0
    assert [one["case"] for one in found][:3] == ["log_in_attack", "card_leak", "worked_example_2015"]
    for one in found:
        assert set(one) == {"case", "claimed", "results"}
        for result in one["results"]:
            assert set(result) == {"plan", "set", "limits", "riders", "paid", "short", "heads"}
            assert all(set(head) == {"head", "claimed", "paid", "clause"} for head in result["heads"])
    own = found[2]["results"]
    assert [(result["plan"], result["set"], result["paid"]) for result in own] == [(None, None, 50_800_000)]
    free = [result for result in found[1]["results"] if result["set"] == 5 and not result["riders"]]
    assert [result["limits"] for result in free] == [{"liability": 100_000_000, "expense": 30_000_000}] * 2


def test_the_table_says_that_the_split_is_ours_and_what_would_have_paid(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "card_leak")
    assert status == 0
    for words in ("内訳は当方の推定です。", "90,300,000", "495,520円", "239,300円", "388,030円", "利益損害の補償なし"):
        assert words in out
    assert "見舞金は1人500円でも3,500万円になり" in run(capsys, "log_in_attack")[1]


def test_a_case_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    status, out, _ = run(capsys, str(file), "--json")
    assert status == 0
    (found,) = json.loads(out)
    assert (found["case"], found["claimed"]) == ("mail", 41_000_000)
    assert {result["paid"] for result in found["results"] if result["set"] == 1} == {31_000_000}


ITEM = {"head": "forensics", "amount": 1}
BROKEN: dict[str, tuple[Any, str]] = {
    "no object": ([], ""),
    "nothing": ({}, "/items"),
    "an unknown field": (CASE | {"colour": 1}, "/colour"),
    "an unknown event": (CASE | {"event": "war"}, "/event"),
    "an unknown head": (CASE | {"items": [{"head": "ransom", "amount": 1}]}, "/items/0/head"),
    "a negative amount": (CASE | {"items": [{"head": "damages", "amount": -1}]}, "/items/0/amount"),
    "nothing lost": (CASE | {"items": [{"head": "damages", "amount": 0}]}, "/items/0/amount"),
    "an absurd amount": (CASE | {"items": [{"head": "damages", "amount": 10**15}]}, "/items/0/amount"),
    "an absurd sum": (
        CASE | {"items": [{"head": "damages", "amount": 6 * 10**14}, {"head": "forensics", "amount": 6 * 10**14}]},
        "/items",
    ),
    "a fraction": (CASE | {"items": [{"head": "damages", "amount": 1.5}]}, "/items/0/amount"),
    "a truth for an amount": (CASE | {"items": [{"head": "damages", "amount": True}]}, "/items/0/amount"),
    "a foreign currency": (CASE | {"items": [{"head": "damages", "amount": "$100"}]}, "/items/0/amount"),
    "an item twice": (CASE | {"items": [ITEM, ITEM]}, "/items/1"),
    "no items": (CASE | {"items": []}, "/items"),
    "too many items": (CASE | {"items": [ITEM | {"label": str(number)} for number in range(101)]}, "/items"),
    "negative victims": (CASE | {"victims": {"individual": -1}}, "/victims/individual"),
    "absurd victims": (CASE | {"victims": {"individual": 10**10}}, "/victims/individual"),
    "condolence to nobody": (CASE | {"items": [{"head": "condolence", "amount": 1}]}, "/items/0/head"),
    "its own terms and a price": (
        CASE | {"terms": {"limits": {}}, "member": {"industry": "E09", "annual_sales": 1}},
        "/member",
    ),
    "a ratio over the whole": (CASE | {"terms": {"limits": {}, "ratio": 101}}, "/terms/ratio"),
    "a member of no industry": (CASE | {"member": {"industry": "X", "annual_sales": 1}}, "/member/industry"),
    "a discount off the steps": (
        CASE | {"member": {"industry": "E09", "annual_sales": 1, "sheet_discount": 61}},
        "/member/sheet_discount",
    ),
    "a control character": (CASE | {"case": "a\x1b[31m"}, "/case"),
    "both event and events": (CASE | {"events": ["cyber_attack"]}, "/event"),
    "events twice": (
        {"events": ["cyber_attack", "cyber_attack"], "items": [ITEM]},
        "/events/1",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_case_is_told_with_its_place(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    value, pointer = BROKEN[name]
    file = tmp_path / "case.json"
    file.write_text(json.dumps(value))
    status, out, _ = run(capsys, str(file), "--json")
    problem = json.loads(out)
    assert status == 1
    assert pointer in [one["pointer"] for one in problem["errors"]]
    assert all(one["message"] and one["message_en"] for one in problem["errors"])


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100, b" " * (MOST_BYTES + 1), b'{"items":NaN}'])
def test_bytes_that_are_no_json(raw: bytes, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(raw)
    assert run(capsys, str(file), "--json")[0] == 1


def test_a_name_that_is_neither_case_nor_file(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, said = run(capsys, "no_such_case")
    assert status == 1
    assert "log_in_attack" in said
