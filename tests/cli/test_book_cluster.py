"""`sonae book rate --scheduler`: a book priced by two worker processes is the book priced by one, hash for hash."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.office.book_cluster import parts
from tests.core.asking import DAY

from .books import Sonae, sheets_and_members

MEMBERS = 3_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Two workers in processes of their own; the address of their scheduler."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as running:
        yield running.scheduler_address


def test_two_workers_price_what_one_machine_prices(book_command: Sonae, cluster: str, tmp_path: Path) -> None:
    """The report with its bad rows, the content hash, and every cell of the result; as a file and as a folder."""
    source = tmp_path / "members.parquet"
    book_command("book", "generate", "--members", str(MEMBERS), "--seed", "7", source)
    table = pyarrow.parquet.read_table(source)
    industries = table.column("industry").to_pylist()
    industries[1_400] = industries[2_700] = "X99"
    table = table.set_column(table.schema.get_field_index("industry"), "industry", [industries])
    pyarrow.parquet.write_table(table, source, row_group_size=900)  # no multiple of a chunk

    def rated(target: Path, *flags: str) -> Any:
        status, out, _ = book_command("book", "rate", "--json", "--lines", *flags, source, target)
        assert status == 1
        return json.loads(out)

    alone = rated(tmp_path / "alone.parquet")
    assert [one["row"] for one in alone["bad_rows"]] == [1_401, 2_701]
    assert rated(tmp_path / "joined.parquet", "--scheduler", cluster) == alone
    assert rated(tmp_path / "folder", "--scheduler", cluster) == alone
    expected = pyarrow.parquet.read_table(tmp_path / "alone.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "joined.parquet").equals(expected)
    assert pyarrow.parquet.read_table(tmp_path / "folder").equals(expected)
    assert len(list((tmp_path / "folder").iterdir())) == 3
    assert not list(tmp_path.glob(".*"))


def test_two_workers_judge_sheets_as_one_machine(book_command: Sonae, cluster: str, tmp_path: Path) -> None:
    """The same report, content hash and cells, one sheet unreadable among them."""
    _, table = sheets_and_members(1_700)
    answers = table.column("A1").to_pylist()
    answers[1_300] = "perhaps"
    source = tmp_path / "members.parquet"
    table = table.set_column(table.column_names.index("A1"), "A1", [answers])
    pyarrow.parquet.write_table(table, source, row_group_size=700)  # no multiple of a chunk

    def rated(target: Path, *flags: str) -> Any:
        status, out, err = book_command("book", "rate", "--json", "--inception", DAY, *flags, source, target)
        assert status == 1, err
        return json.loads(out)

    alone = rated(tmp_path / "alone.parquet")
    assert [one["row"] for one in alone["bad_rows"]] == [1_301]
    assert rated(tmp_path / "joined.parquet", "--scheduler", cluster) == alone
    expected = pyarrow.parquet.read_table(tmp_path / "alone.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "joined.parquet").equals(expected)
    assert len(set(expected.column("security_discount").to_pylist())) > 3


@given(st.lists(st.integers(1, 40), max_size=12), st.integers(1, 15))
def test_parts_take_every_row_once_and_begin_where_chunks_do(groups: list[int], chunk: int) -> None:
    found = parts(groups, chunk)
    starts = [sum(groups[: part.row_groups[0]]) + part.skipped for part in found]
    taken = [row for start, part in zip(starts, found, strict=True) for row in range(start, start + part.rows)]
    assert taken == list(range(sum(groups)))
    assert all(start % chunk == 0 for start in starts)
    for start, part in zip(starts, found, strict=True):
        assert start + part.rows <= sum(groups[: part.row_groups[-1] + 1])


@pytest.mark.parametrize(
    ("name", "target", "address", "word"),
    [
        ("no.csv", "out.parquet", "tcp://127.0.0.1:1", "Parquet only"),
        ("no.parquet", "out.parquet", "tcp://127.0.0.1:1", "cannot be read"),
        ("members.parquet", "out.parquet", "nowhere", "does not serve"),
        ("members.parquet", "there", "tcp://127.0.0.1:1", "already"),
    ],
)
def test_what_no_cluster_can_do_is_said(
    book_command: Sonae,
    tmp_path: Path,
    name: str,
    target: str,
    address: str,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sonae.office.book_cluster.WAIT", "500ms")
    (tmp_path / name).write_text("A", "utf-8")
    (tmp_path / "there").mkdir()
    if name == "members.parquet":
        book_command("book", "generate", "--members", "10", "--seed", "7", tmp_path / name)
    status, _, err = book_command("book", "rate", "--scheduler", address, tmp_path / name, tmp_path / target)
    assert (status, word in err) == (1, True), err
    assert not (tmp_path / "out.parquet").exists()


def test_without_the_package_the_command_says_how_to_get_it(
    book_command: Sonae, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "members.parquet").write_text("A", "utf-8")
    status, _, err = book_command(
        "book", "rate", "--scheduler", "x", tmp_path / "members.parquet", tmp_path / "out.parquet"
    )
    assert status == 1
    assert "dev/bootstrap.sh cluster" in err
