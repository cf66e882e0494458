"""Books with sheets: each member's answers and papers are judged as its own quotation would, by any product."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from sonae.office import catalogue
from sonae.product import Product
from tests.core.asking import DAY, NO_FACTS, answered, codes, words

from .books import HEAD, RIDERS, SECOND, SHIPPED, Sonae, sheets_and_members


def test_a_book_with_sheets_is_priced_like_its_members(book_command: Sonae, tmp_path: Path) -> None:
    """From CSV and, with days as days, from Parquet: premium, discount and findings of every member."""
    sheets, table = sheets_and_members(200)
    hashes = set()
    for kind in ("csv", "parquet"):
        source, target = tmp_path / f"members.{kind}", tmp_path / f"rated.{kind}.parquet"
        if kind == "csv":
            pyarrow.csv.write_csv(table, source)
        else:
            for number, name in enumerate(table.column_names):
                if name.endswith(("_expires", "_issued")):
                    days = pa.array([day or None for day in table.column(name).to_pylist()], pa.string())
                    table = table.set_column(number, name, days.cast(pa.date32()))
            table = table.set_column(
                table.column_names.index("otasuke"), "otasuke", table.column("otasuke").cast(pa.bool_())
            )
            pyarrow.parquet.write_table(table, source)
        status, out, err = book_command("book", "rate", "--json", "--inception", DAY, source, target)
        assert status == 0, err
        hashes.add(json.loads(out)["content_hash"])
        rated = pyarrow.parquet.read_table(target).to_pylist()
        for row, sheet in zip(rated, sheets, strict=True):
            answer = answered(words(sheet=sheet))
            assert row["premium"] == answer.premium
            assert row["findings"].split() == codes(answer)
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"A1": "perhaps"}, "unreadable"),
        ({"isms_expires": "2031-02-29"}, "unreadable"),
        ({"remote_access": ""}, ""),
        ({"security_discount": "0"}, "not both"),
    ],
)
def test_what_a_sheet_does_not_say_is_told(
    book_command: Sonae, tmp_path: Path, cells: dict[str, str], word: str
) -> None:
    row = {"member_id": "A", "industry": "D06", "plan": "basic"} | dict.fromkeys(HEAD, "0")
    row |= dict.fromkeys((*RIDERS, *NO_FACTS), "false") | {"annual_sales": "1000000000", "set": "3"} | cells
    source = tmp_path / "members.csv"
    source.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", "utf-8")
    status, out, err = book_command("book", "rate", "--json", "--inception", DAY, source, tmp_path / "out.csv")
    assert (status, word in out + err) == (1 if word else 0, True), out + err
    if word == "unreadable":
        assert json.loads(out)["bad_rows"][0]["cells"] == cells
    status, _, err = book_command("book", "rate", source, tmp_path / "out.csv")
    assert status == 1
    assert word == "not both" or "--inception" in err


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The second assumption set, whose sheet asks for more points before the first steps are earned."""
    folder = Path(shutil.copytree(SECOND, tmp_path / SECOND.name))
    text = (folder / "sheet.toml").read_text("utf-8")
    for old, new in (("points = 18\n", "points = 27\n"), ("points = 50\n", "points = 58\n")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "sheet.toml").write_text(text, "utf-8")
    return folder


def alone(product: Product, sheet: dict[str, Any]) -> int:
    """The premium of this member's own quotation."""
    premium = answered(words(sheet=sheet, product=product.id), catalogue.Catalogue({product.id: product})).premium
    assert premium is not None
    return premium


def test_an_impact_judges_each_sheet_by_both_products(book_command: Sonae, stricter: Path, tmp_path: Path) -> None:
    """Sums, movers and what the discounts move are those of the members' own quotations under each product."""
    sheets, table = sheets_and_members(120)
    source = tmp_path / "members.parquet"
    pyarrow.parquet.write_table(table, source)
    asked = ("book", "impact", "--json", "--from", SHIPPED)
    status, out, err = book_command(*asked, "--to", stricter, "--inception", DAY, source)
    assert status == 0, err
    found = json.loads(out)
    first, middle, last = (
        [alone(product, sheet) for sheet in sheets]
        for product in (catalogue.product(SHIPPED), catalogue.product_in(SECOND), catalogue.product_in(stricter))
    )
    assert (found["before"], found["after"]) == (sum(first), sum(last))
    assert sum(found["waterfall"].values()) == sum(last) - sum(first)
    # The same second set with its sheet as it was: what differs is what the stricter sheet takes away.
    assert sum(last) > sum(middle)
    _, out, _ = book_command(*asked, "--to", SECOND, "--inception", DAY, source)
    without = json.loads(out)["waterfall"]
    assert (sum(without.values()), without["discounts"]) == (sum(middle) - sum(first), 0)
    moved = {name: yen - without[name] for name, yen in found["waterfall"].items()}
    assert moved["discounts"] + moved["rounding"] == sum(last) - sum(middle)
    assert moved["discounts"] > 0
    changes = sorted((now - was for was, now in zip(first, last, strict=True)), reverse=True)
    assert [one["after"] - one["before"] for one in found["up"]] == [one for one in changes if one > 0][:10]
    status, _, err = book_command(*asked, "--to", stricter, source)
    assert (status, "--inception" in err) == (1, True)


def test_a_simulation_of_sheets_is_one_of_what_they_earn(book_command: Sonae, tmp_path: Path) -> None:
    """A book with sheets, and the same book rated before, whose discount is read: the same figures, also changed."""
    _, table = sheets_and_members(60)
    source, rated = tmp_path / "members.parquet", tmp_path / "rated.parquet"
    pyarrow.parquet.write_table(table, source)
    assert book_command("book", "rate", "--inception", DAY, source, rated)[0] == 0
    for command in (("simulate", "--years", "200"), ("what-if", "--years", "200", "--discount-step", "-1")):
        status, of_sheets, err = book_command("book", *command, "--json", "--inception", DAY, source)
        assert status == 0, err
        status, of_discounts, err = book_command("book", *command, "--json", rated)
        assert status == 0, err
        assert json.loads(of_sheets) == json.loads(of_discounts)
        status, _, err = book_command("book", *command, source)
        assert (status, "--inception" in err) == (1, True)
