"""`sonae product show|check|matrix|schema`, on the shipped plan and on another federation's folder."""

import datetime
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from sonae.cli import main
from sonae.office import catalogue
from tests.products import MINATOMACHI

SHIPPED = catalogue.PRODUCTS / "chuokai_cyber_2024"
Sonae = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sonae(capsys: pytest.CaptureFixture[str]) -> Sonae:
    """Run a command in this process: its exit status, and what it printed and warned."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the second plan that a test may break."""
    return Path(shutil.copytree(MINATOMACHI, tmp_path / "plan"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("which", "covers", "cells", "examples"),
    [("chuokai_cyber_2024", 66, 8_316, 12), (str(MINATOMACHI), 20, 400, 4)],
    ids=["shipped", "second"],
)
def test_check_proves_a_product(sonae: Sonae, which: str, covers: int, cells: int, examples: int) -> None:
    status, printed, _ = sonae("product", "check", which, "--json")
    document = json.loads(printed)
    assert status == 0
    assert (document["covers"], document["cells"], document["examples"]) == (covers, cells, examples)
    assert document["flaws"] == []
    assert sonae("product", "check", which)[0] == 0


def test_check_without_a_name_takes_the_shipped_plan(sonae: Sonae) -> None:
    assert sonae("product", "check") == sonae("product", "check", "chuokai_cyber_2024")


def test_check_names_each_flaw_with_its_witness_and_exits_1(sonae: Sonae, folder: Path) -> None:
    edit(folder / "not_granted.toml", 'heads = ["notice", "lawyer"]', 'heads = ["notice"]')
    status, printed, _ = sonae("product", "check", str(folder))
    assert status == 1
    assert "gap: disruption × lawyer [plan light, set 1, riders none]" in printed
    status, printed, _ = sonae("product", "check", str(folder), "--json")
    assert status == 1
    assert json.loads(printed)["flaws"] == [
        {"kind": "gap", "subject": "disruption × lawyer", "witness": "plan light, set 1, riders none"}
    ]


@pytest.mark.parametrize("command", ["check", "show", "matrix"])
def test_a_broken_folder_is_named_by_file_line_and_reason(sonae: Sonae, folder: Path, command: str) -> None:
    edit(folder / "examples.csv", "18700", "18800")
    edit(folder / "sets.csv", "Free set,1", "Free set,2")
    status, printed, said = sonae("product", command, str(folder))
    assert (status, printed) == (1, "")
    assert "sets.csv:4: free:" in said


@pytest.mark.parametrize("which", ["chuokai_cyber_2024", str(MINATOMACHI)], ids=["shipped", "second"])
def test_show_prints_every_value_with_its_mark(sonae: Sonae, which: str) -> None:
    status, printed, _ = sonae("product", "show", which)
    product = catalogue.product_in(MINATOMACHI if "/" in which else SHIPPED)
    shown = "".join(printed.split())
    assert status == 0
    assert product.hash in shown
    for code in (*product.industries, *(rule.code for rule in product.rules), *product.sources):
        assert code in shown, code
    for industry in product.industries.values():
        assert f"{industry.core_base:,}" in shown
    assert "記載" in shown


def test_show_says_that_the_tariff_is_fitted_and_the_papers_unapproved(sonae: Sonae) -> None:
    printed = sonae("product", "show")[1]
    assert "推定" in printed
    assert "見本・未承認" in printed


def test_matrix_marks_what_is_granted(sonae: Sonae) -> None:
    status, printed, _ = sonae("product", "matrix", "--set", "3", "--plan", "basic")
    assert status == 0
    row = next(line for line in printed.splitlines() if line.startswith("サイバー攻撃調査費用"))
    assert "○" not in row
    row = next(line for line in printed.splitlines() if line.startswith("利益保険金"))
    assert row.split()[1:].count("○") == 1


@pytest.mark.parametrize("which", ["chuokai_cyber_2024", str(MINATOMACHI)], ids=["shipped", "second"])
def test_matrix_as_json_has_every_cell_with_its_clause_or_its_reason(sonae: Sonae, which: str) -> None:
    product = catalogue.product_in(MINATOMACHI if "/" in which else SHIPPED)
    cells = json.loads(sonae("product", "matrix", which, "--json")[1])
    assert len(cells) == len(product.plans) * len(product.events) * len(product.heads)
    for cell in cells:
        assert cell["source"] in product.sources
        assert ("clause" in cell) == cell["granted"]
        assert cell["granted"] or (cell["reason"] and cell["reason_en"])


def test_matrix_with_a_rider_opens_its_cells(sonae: Sonae) -> None:
    def granted(*riders: str) -> set[tuple[str, str]]:
        words = [word for rider in riders for word in ("--rider", rider)]
        cells = json.loads(sonae("product", "matrix", "--plan", "basic", "--set", "3", "--json", *words)[1])
        return {(cell["event"], cell["head"]) for cell in cells if cell["granted"]}

    opened = granted("cyber_attack_basic") - granted()
    assert {event for event, _ in opened} == {"cyber_attack"}
    assert len(opened) == 6


def _plain(value: Any) -> Any:
    """TOML as JSON has it: days as text."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


@pytest.mark.parametrize("folder_of", [SHIPPED, MINATOMACHI], ids=["shipped", "second"])
def test_the_schema_of_each_file_fits_the_file(sonae: Sonae, folder_of: Path) -> None:
    for file in sorted(folder_of.glob("*.toml")):
        status, printed, _ = sonae("product", "schema", file.name)
        assert status == 0
        jsonschema_rs.validate(json.loads(printed), _plain(tomllib.loads(file.read_text("utf-8"))))


def test_the_schema_refuses_what_the_loader_refuses(sonae: Sonae) -> None:
    schema = json.loads(sonae("product", "schema", "tariff.toml")[1])
    tariff = tomllib.loads((MINATOMACHI / "tariff.toml").read_text("utf-8"))
    for wrong in ({"value": 1.5}, {"value": "1"}, {"value": 1, "colour": 2}, {}):
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(schema, tariff | {"constants": tariff["constants"] | {"unit": wrong}})


def test_the_schema_of_all_files_names_every_file_of_a_product(sonae: Sonae) -> None:
    schemas = json.loads(sonae("product", "schema")[1])
    assert {file.name for file in SHIPPED.iterdir()} <= set(schemas)


def test_a_folder_that_is_no_product_is_told_in_one_line(sonae: Sonae, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n", "utf-8")
    for words in (("product", "check", str(tmp_path)), ("quote", "--product", str(tmp_path), "--plan", "light")):
        status, printed, warned = sonae(*words)
        assert (status, printed) == (1, "")
        assert warned.count("\n") == 1
        assert "product.toml" in warned
