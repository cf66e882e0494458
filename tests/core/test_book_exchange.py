"""A book for others: the limits and premium that each cover has, and nobody who stands alone."""

import csv
import stat
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from sonae.office import book_exchange, synthetic_books
from sonae.office.book_files import NotABook, Writer, rate_file
from tests.core.asking import shipped


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("book") / "book.parquet"
    with Writer(file) as writer:
        for batch in synthetic_books.batches(shipped(), 3000, 7):
            writer.write(batch)
    return file


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_oed_accounts_carry_every_priced_yen(source: Path, tmp_path: Path) -> None:
    found = book_exchange.oed(shipped(), source, tmp_path / "oed", date(2027, 4, 1))
    report = rate_file(shipped(), source, tmp_path / "rated.csv")
    accounts = rows(tmp_path / "oed" / "account.csv")
    assert (found.written, found.without_price) == (report.priced, report.rows - report.priced)
    assert sum(int(one["PolGrossPremium"]) for one in accounts) == report.premium
    for one in accounts:
        parts = [int(one[f"PolLimit{name}"]) for name in ("LIA", "INRE", "NPBI")]
        assert int(one["LayerLimit"]) == sum(parts)
        assert ("NPBI" in one["PolCoverage"].split(";")) == (parts[2] > 0)
        assert (one["PolInceptionDate"], one["PolExpiryDate"]) == ("2027-04-01", "2028-04-01")
        assert int(one["PolLimitDIAS"]) in (0, parts[1])


def test_oed_passes_on_what_the_book_names_and_makes_up_nothing(source: Path, tmp_path: Path) -> None:
    """Codes of the standard in the book reach the account; the drawn clouds of the simulation do not."""
    accounts = rows_of_oed(source, tmp_path / "drawn")
    assert {one["IndustryScheme1"] for one in accounts} == {"USER"}
    assert {one[name] for one in accounts for name in book_exchange.PASSED_ON} == {"0"}
    table = pyarrow.parquet.read_table(source).slice(0, 3)
    table = table.append_column("CloudVendor", pa.array([2, 0, None]))
    table = table.append_column("NAICS", pa.array(["541511", "", "23"]))
    said = tmp_path / "said.parquet"
    pyarrow.parquet.write_table(table, said)
    named = rows_of_oed(said, tmp_path / "said")
    assert [one["CloudVendor"] for one in named] == ["2", "0", "0"]
    assert [(one["IndustryScheme1"], one["IndustryCode1"]) for one in (named[0], named[2])] == [
        ("NAICS", "541511"), ("NAICS", "23"),
    ]  # fmt: skip
    assert named[1]["IndustryScheme1"] == "USER"
    table = table.set_column(table.column_names.index("CloudVendor"), "CloudVendor", [[7, 0, 0]])
    pyarrow.parquet.write_table(table, said)
    with pytest.raises(NotABook, match="CloudVendor"):
        rows_of_oed(said, tmp_path / "wrong")


def rows_of_oed(source: Path, target: Path) -> list[dict[str, str]]:
    book_exchange.oed(shipped(), source, target, date(2027, 4, 1))
    return rows(target / "account.csv")


def test_nobody_stands_in_a_cell_too_small(source: Path, tmp_path: Path) -> None:
    rules = book_exchange.recipe()
    target = tmp_path / "out.csv"
    found = book_exchange.pseudonymised(shipped(), source, target, rules)
    written = rows(target)
    cells = Counter((one["industry"], one["prefecture"], one["sales_from"]) for one in written)
    assert min(cells.values()) >= rules.smallest_cell == 5
    assert len(written) == found.written
    assert found.merged > 0
    assert found.written - len(found.canaries) + found.left_out + found.without_price == 3000
    assert not any("M00" in cell for one in written for cell in one.values())
    assert [one["token"] for one in written] == sorted(one["token"] for one in written)


def test_no_two_files_can_be_joined(source: Path, tmp_path: Path) -> None:
    """Each has a key of its own, so the same member has another token; and its canaries are in that file alone."""
    rules = book_exchange.recipe()
    files, canaries = [], []
    for name in ("a", "b"):
        found = book_exchange.pseudonymised(shipped(), source, tmp_path / name, rules)
        files.append({one["token"]: one for one in rows(tmp_path / name)})
        canaries.append(found.canaries)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert not files[0].keys() & files[1].keys()
    assert len(canaries[0]) == rules.canary_rows == 3
    assert set(canaries[0]) <= files[0].keys()
    cells = [{(one["industry"], one["prefecture"], one["sales_from"]) for token, one in files[0].items()
              if (token in canaries[0]) is known} for known in (True, False)]  # fmt: skip
    assert cells[0] <= cells[1], "a canary stands among members, never alone"


@pytest.mark.parametrize(("yen", "shown"), [(353_150, 350_000), (20_000, 20_000), (1_504_450, 1_500_000), (7, 7)])
def test_a_premium_keeps_two_digits(yen: int, shown: int) -> None:
    assert book_exchange._rounded(yen, 2) == shown


def test_a_csv_book_leaves_as_a_parquet_one_does(source: Path, tmp_path: Path) -> None:
    """Its cells are text, its covers are the same; without names as well."""
    packed, text = tmp_path / "book.parquet", tmp_path / "book.csv"
    table = pyarrow.parquet.read_table(source).slice(0, 400)
    pyarrow.parquet.write_table(table, packed)
    pyarrow.csv.write_csv(table, text)
    told = [rows_of_oed(one, tmp_path / one.suffix) for one in (packed, text)]
    assert told[0] == told[1]
    found = [
        book_exchange.pseudonymised(shipped(), one, tmp_path / "out.csv", book_exchange.recipe())
        for one in (packed, text)
    ]
    assert found[0].written == found[1].written
