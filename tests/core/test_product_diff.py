"""What moved between two products: nothing else, nothing less, and with what each value rests on."""

import dataclasses
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from sonae.cli.product_diff import diff as command
from sonae.office import catalogue
from sonae.product import Product
from sonae.product_diff import diff, side_by_side
from sonae.product_inventory import GROUPS, inventory
from tests.core.asking import shipped
from tests.products import MINATOMACHI

SHIPPED = catalogue.PRODUCTS / "chuokai_cyber_2024"
OTHER = SHIPPED.parent.parent / "what_if" / "chuokai_cyber_2024_b"


def test_every_value_has_one_place_and_a_group() -> None:
    values = list(inventory(shipped()))
    places = Counter((one.group, one.key, one.field) for one in values)
    assert [place for place, count in places.items() if count > 1] == []
    assert {one.group for one in values} == {group.code for group in GROUPS}


def test_a_product_does_not_differ_from_itself() -> None:
    assert diff(shipped(), shipped()).changes == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("expense_limits.csv", "500000000,29959", "500000000,29960", ("menus", "2.9959", "2.9960")),
        ("tariff.toml", "value = 20_000, reason", "value = 30_000, reason", ("constants", "20,000円", "30,000円")),
        ("heads.csv", "広告宣伝活動費用", "広告活動費用", ("heads", "広告宣伝活動費用", "広告活動費用")),
    ],
)
def test_one_edit_in_a_folder_is_one_change(
    tmp_path: Path, file: str, old: str, new: str, expected: tuple[str, str, str]
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "next"))
    text = (folder / file).read_text("utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), "utf-8")
    [change] = diff(shipped(), catalogue.product_in(folder)).changes
    assert (change.group, *side_by_side(change, "ja")) == expected
    assert change.kind == "changed"


def test_the_second_assumption_set_moves_rates_and_nothing_of_the_cover() -> None:
    found = diff(shipped(), catalogue.product_in(OTHER))
    assert {one.group for one in found.changes} == {"identity", "industries", "constants"}
    assert {"limits", "riders", "rules", "clauses", "heads", "sheet"} <= set(found.unmoved)
    building = [one for one in found.changes if one.group == "industries" and one.key == "D06"]
    assert next((one.field, one.before, one.after) for one in building) == ("core_base", 80_370, 43_470)


def test_there_and_back_is_the_same_turned_round() -> None:
    there, back = (diff(*pair) for pair in ((shipped(), other()), (other(), shipped())))
    turned = {"added": "removed", "removed": "added"}
    assert {
        (turned.get(one.kind, one.kind), one.group, one.key, one.field, one.after, one.before) for one in back.changes
    } == {(one.kind, one.group, one.key, one.field, one.before, one.after) for one in there.changes}


def other() -> Product:
    return catalogue.product_in(MINATOMACHI)


def test_what_comes_and_goes() -> None:
    product = shipped()
    heads = dict(product.heads)
    gone = heads.pop(next(iter(heads)))
    rules = tuple(rule for rule in product.rules if rule.code != "cyber_attack_with_wide")
    found = diff(product, dataclasses.replace(product, heads=heads, rules=rules))
    removed = {(one.group, one.key) for one in found.changes if one.kind == "removed"}
    assert removed == {("heads", gone.code), ("rules", "cyber_attack_with_wide")}


def test_a_grant_taken_away_is_told_cell_by_cell() -> None:
    product = shipped()
    code, clause = next((code, one) for code, one in product.clauses.items() if len(one.grants[0].heads) > 2)
    grant = clause.grants[0]
    less = dataclasses.replace(grant, heads=grant.heads[1:])
    clauses = {**product.clauses, code: dataclasses.replace(clause, grants=(less, *clause.grants[1:]))}
    [change] = diff(product, dataclasses.replace(product, clauses=clauses)).changes
    before, after = side_by_side(change, "ja")
    assert before.count("×") == len(grant.events)
    assert product.heads[grant.heads[0]].name.ja in before
    assert after == "—"


def test_the_command_says_it_in_a_table_and_in_json() -> None:
    runner = CliRunner()
    said = runner.invoke(command, ["chuokai_cyber_2024", str(OTHER)], standalone_mode=False)
    assert said.exception is None
    for words in ("業種の料率", "建設業", "80,370円", "43,470円", "変わらないもの"):
        assert words in said.output
    document = json.loads(runner.invoke(command, ["chuokai_cyber_2024", str(OTHER), "--json"]).output)
    assert document["from"]["id"] == "chuokai_cyber_2024"
    one = next(one for one in document["changes"] if one["key"] == "D06" and one["field"] == "core_base")
    assert (one["before"], one["after"], one["unit"]) == (80_370, 43_470, "yen")
    assert one["before_basis"]["status"] == "fitted"
