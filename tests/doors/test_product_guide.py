"""The guide for whoever writes a product year names every file, condition and status, and what may be left out."""

import re
from pathlib import Path

import click
import pytest

from sonae.cli import root
from sonae.conditions import Test as Condition
from sonae.doors.csv_shapes import CSV_FILES
from sonae.doors.product_files import OPTIONAL_FILES, TOML_FILES
from sonae.worksheet import MARKS

GUIDE = (Path(__file__).parents[2] / "docs" / "products.md").read_text("utf-8")
ROWS = [row.split("|")[1:-1] for row in GUIDE.splitlines() if row.startswith("| `")]


def test_it_lists_every_file_once_and_says_which_may_be_left_out() -> None:
    listed = [(file, bool(row[2].strip())) for row in ROWS for file in re.findall(r"`([a-z_]+\.(?:toml|csv))`", row[0])]
    assert sorted(listed) == sorted((file, file in OPTIONAL_FILES) for file in (*TOML_FILES, *CSV_FILES))


def test_it_names_every_condition() -> None:
    section = GUIDE.partition("## A condition")[2].partition("## ")[0]
    assert set(re.findall(r"`([a-z]+_[a-z_]+|attached)`", section)) - {"not_"} == {test.name for test in Condition}


def test_it_shows_every_status_as_readers_see_it() -> None:
    shown = {row[0].strip(" `"): row[1].strip() for row in ROWS if row[0].strip(" `") in MARKS}
    assert shown == {status: word for status, (word, _) in MARKS.items()}


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`sonae ((?:product|book) [a-z]+|quote|settle)", GUIDE))))
def test_its_commands_exist(words: str) -> None:
    command: click.Command = root
    for word in words.split():
        assert isinstance(command, click.Group)
        command = command.commands[word]
    assert "--product" not in GUIDE.partition(f"sonae {words} ")[2].partition("`")[0] or any(
        "--product" in option.opts for option in command.params
    )
