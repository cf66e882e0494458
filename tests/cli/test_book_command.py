"""`sonae book generate|rate`: whole books from file to file."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from .books import SECOND, SHIPPED, Sonae

MEMBERS = 1200


@pytest.fixture
def members(book_command: Sonae, tmp_path: Path) -> Path:
    path = tmp_path / "members.parquet"
    assert book_command("book", "generate", "--members", str(MEMBERS), "--seed", "7", path)[0] == 0
    return path


def rated(book_command: Sonae, source: Path, target: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    status, out, _ = book_command("book", "rate", "--json", *flags, source, target)
    report: dict[str, Any] = json.loads(out)
    return status, report


def test_every_format_gives_the_same_content(book_command: Sonae, members: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(members)
    as_csv, as_arrow = tmp_path / "members.csv", tmp_path / "members.arrow"
    pyarrow.csv.write_csv(table, as_csv)
    with pa.ipc.new_file(str(as_arrow), table.schema) as file:
        file.write_table(table, max_chunksize=333)
    hashes = set()
    for source in (members, as_csv, as_arrow):
        status, report = rated(book_command, source, tmp_path / f"rated{source.suffix}")
        assert (status, report["rows"], report["bad"]) == (0, MEMBERS, 0)
        hashes.add(report["content_hash"])
    assert len(hashes) == 1
    out = pyarrow.parquet.read_table(tmp_path / "rated.parquet")
    assert out.column("member_id").equals(table.column("member_id"))
    assert sum(out.column("premium").to_pylist()) == report["premium"]


def test_the_same_seed_gives_the_same_members(book_command: Sonae, members: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.parquet", tmp_path / "other.parquet"
    book_command("book", "generate", "--members", str(MEMBERS), "--seed", "7", again)
    book_command("book", "generate", "--members", str(MEMBERS), "--seed", "8", other)
    first = pyarrow.parquet.read_table(members)
    assert pyarrow.parquet.read_table(again).equals(first)
    assert not pyarrow.parquet.read_table(other).equals(first)


def test_lines_lead_to_the_premium(book_command: Sonae, members: Path, tmp_path: Path) -> None:
    rated(book_command, members, tmp_path / "rated.parquet", "--lines")
    out = pyarrow.parquet.read_table(tmp_path / "rated.parquet")
    assert out.column("line_annual_premium").equals(out.column("premium"))
    parts = [
        out.column(f"line_{name}").to_pylist() for name in ("liability", "expense", "business_income", "it_business")
    ]
    assert [sum(row) for row in zip(*parts, strict=True)] == out.column("line_subtotal").to_pylist()


def test_bad_rows_are_told_and_kept(book_command: Sonae, tmp_path: Path) -> None:
    """Empty, fractional, unknown and impossible cells: each row is listed with its reason, and stays where it was."""
    head = "member_id,industry,annual_sales,it_sales,plan,set,liability,expense,business_income,it_business,"
    head += "cyber_attack_basic,exclude_continuity,security_discount"
    rows = [
        "A,D06,1000000000,0,basic,3,0,0,0,false,false,false,30",
        "B,D06,,0,basic,3,0,0,0,false,false,false,30",
        "C,D06,1000.5,0,basic,3,0,0,0,false,false,false,30",
        "D,X99,1000000000,0,basic,3,0,0,0,false,false,false,30",
        "E,D06,1000000000,0,basic,3,7,0,0,false,false,false,31",
        "F,D06,99999999999999999999999,0,basic,3,0,0,0,false,false,false,30",
        "G,D06,1000000000,0,basic,3,0,0,0,perhaps,false,false,30",
        "H,D06,900000000000,0,basic,3,0,0,0,false,false,false,30",
    ]
    source, target = tmp_path / "bad.csv", tmp_path / "out.csv"
    source.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    status, report = rated(book_command, source, target)
    assert status == 1
    assert (report["rows"], report["priced"], report["refused"], report["bad"]) == (8, 1, 1, 6)
    told = {(one["row"], one["member_id"]): one["reasons"] for one in report["bad_rows"]}
    assert told[2, "B"] == told[3, "C"] == told[6, "F"] == told[7, "G"] == ["unreadable"]
    assert told[4, "D"] == ["unknown_industry"]
    assert told[5, "E"] == ["not_the_sets_own", "not_a_step"]
    cells = {one["member_id"]: one["cells"] for one in report["bad_rows"]}
    assert cells["G"] == {"it_business": "perhaps"}
    assert cells["F"] == {"annual_sales": "99999999999999999999999"}
    assert cells["D"].keys() == {"industry"}
    assert cells["E"]["security_discount"] == "31"
    out = pyarrow.csv.read_csv(target)
    assert out.column("premium").to_pylist() == [353_150, *[None] * 7]
    assert out.column("member_id").to_pylist() == list("ABCDEFGH")
    assert out.column("findings")[7].as_py() == "sales_over_ceiling business_income_sales_over"


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("no.csv", "member_id,industry\nA,D06\n", "missing columns"),
        ("no.txt", "A", ".parquet"),
        ("no.parquet", "A", "read"),
        ("no.csv", "member_id,名前\nA,渋谷\n", "UTF-8"),
    ],
)
def test_what_is_no_book_is_said(book_command: Sonae, tmp_path: Path, name: str, text: str, word: str) -> None:
    source = tmp_path / name
    source.write_text(text, "utf-8" if text.isascii() else "shift_jis")
    status, _, err = book_command("book", "rate", source, tmp_path / "out.parquet")
    assert status == 1
    assert word in err
    assert not (tmp_path / "out.parquet").exists()


def test_the_impact_of_the_second_assumption_set(book_command: Sonae, members: Path) -> None:
    """The printed and the JSON answer say the same, and the parts sum."""
    asked = ("book", "impact", "--from", SHIPPED, "--to", SECOND, members)
    status, out, _ = book_command(*asked, "--json")
    found = json.loads(out)
    assert status == 0
    assert found["members"] == MEMBERS
    assert sum(found["waterfall"].values()) == found["after"] - found["before"] != 0
    status, out, _ = book_command(*asked)
    assert status == 0
    assert f"{found['after']:,}" in out
    assert found["up"][0]["member_id"] in out


def test_the_file_says_which_cells_may_be_empty(book_command: Sonae, members: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(members)
    assert not any(field.nullable for field in table.schema)
    assert rated(book_command, members, tmp_path / "rated.parquet")[0] == 0
    out = pyarrow.parquet.read_schema(tmp_path / "rated.parquet")
    assert [field.name for field in out if field.nullable] == ["premium"]  # a refused row has none

    # One empty cell, in a chunk that is not the first: the file may hold it, and the row is told and kept.
    sales = [*table.column("annual_sales").to_pylist()[:-1], None]
    at = table.schema.get_field_index("annual_sales")
    holed = table.set_column(at, pa.field("annual_sales", pa.int64()), [pa.array(sales, pa.int64())])
    pyarrow.parquet.write_table(holed, tmp_path / "holed.parquet")
    status, report = rated(book_command, tmp_path / "holed.parquet", tmp_path / "told.parquet")
    assert (status, report["bad"]) == (1, 1)
    told = pyarrow.parquet.read_table(tmp_path / "told.parquet")
    assert told.column("annual_sales").to_pylist() == sales
    assert told.column("problems").to_pylist()[-1] == "unreadable"


def test_a_book_is_not_written_over_itself(book_command: Sonae, members: Path) -> None:
    before = members.read_bytes()
    status, _, err = book_command("book", "rate", members, members)
    assert (status, members.read_bytes()) == (1, before)
    assert "OUT" in err


@pytest.mark.parametrize("verb", ["generate", "rate"])
def test_a_folder_that_is_not_there_is_told_in_one_line(
    book_command: Sonae, members: Path, tmp_path: Path, verb: str
) -> None:
    target = tmp_path / "none" / "out.csv"
    words = ("--members", "10", target) if verb == "generate" else (members, target)
    status, _, err = book_command("book", verb, *words)
    assert status == 1
    assert "Traceback" not in err
    assert str(tmp_path / "none") in err.splitlines()[-1]


def test_the_document_of_a_books_columns_names_every_column(members: Path) -> None:
    told = (Path(__file__).parents[2] / "docs" / "book.md").read_text("utf-8")
    riders = {"cyber_attack_basic", "exclude_continuity"}  # told as the product's riders, by the first
    for name in set(pyarrow.parquet.read_schema(members).names) - riders:
        assert f"`{name}`" in told, name
