"""`sonae book simulate`: a book in a file, years of incidents out; the same seed gives the same answer."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from sonae.cli import root
from tests.products import MINATOMACHI


def sonae(*words: str) -> Result:
    return CliRunner().invoke(root, words)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("book") / "book.parquet"
    assert sonae("book", "generate", "--members", "500", "--seed", "3", str(target)).exit_code == 0
    return target


def test_the_same_seed_gives_the_same_results_for_any_number_of_workers(book: Path) -> None:
    words = ("book", "simulate", str(book), "--years", "1200", "--json")
    one, two = sonae(*words, "--workers", "1"), sonae(*words, "--workers", "2")
    assert one.exit_code == two.exit_code == 0
    assert one.stdout == two.stdout
    (document,) = json.loads(one.stdout)
    assert document["years"] == 1200
    assert document["premium"] > 0
    assert document["warning"].startswith("この数字は想定であり、予測ではありません")
    assert document["judged_share"] == pytest.approx(1.0)
    ratios = document["ratios"]
    assert set(ratios["coverages"]) == {"liability", "expense", "business_income"}
    whole = sum(one["loss_ratio"] * one["premium"] for one in ratios["segments"].values())
    assert whole == pytest.approx(document["expected"])
    assert sum(one["premium"] for one in ratios["segments"].values()) == pytest.approx(document["premium"])
    ties = document["ties"]
    members = sum(one["members"] for one in ratios["segments"].values())
    assert sum(one["members"] for one in ties if one["kind"] in ("cloud", "no_cloud")) == members
    assert sum(one["premium"] for one in ties if one["kind"] in ("cloud", "no_cloud")) == document["premium"]
    assert {one["kind"] for one in ties} == {"cloud", "no_cloud", "vpn", "shop"}
    assert document["top_years"][0]["causes"]


def test_the_years_are_written_and_add_up(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "years.parquet"
    done = sonae("book", "simulate", str(book), "--years", "700", "--json", "--years-out", str(target))
    assert done.exit_code == 0, done.output
    table = pyarrow.parquet.read_table(target)
    paid = table.column("paid").to_pylist()
    causes = [name for name in table.column_names if name.isupper()]
    assert len(paid) == 700
    assert len(causes) == 18
    assert [sum(row) for row in zip(*(table.column(name).to_pylist() for name in causes), strict=True)] == paid
    (document,) = json.loads(done.stdout)
    assert document["expected"] == pytest.approx(sum(paid) / 700)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_events_are_written_and_add_up(book: Path, tmp_path: Path, ending: str) -> None:
    """The same bytes for any number of workers; their payments are those of the years; nobody is paid over the loss."""
    files = [tmp_path / f"events{workers}.{ending}" for workers in (1, 2)]
    years = tmp_path / "years.csv"
    for workers, target in enumerate(files, 1):
        done = sonae("book", "simulate", str(book), "--years", "1300", "--json", "--years-out", str(years),
                     "--workers", str(workers), "--events-out", str(target))  # fmt: skip
        assert done.exit_code == 0, done.output
    assert files[0].read_bytes() == files[1].read_bytes()
    table = pyarrow.parquet.read_table(files[0]) if ending == "parquet" else pyarrow.csv.read_csv(files[0])
    rows = table.to_pylist()
    paid: Counter[int] = Counter()
    for row in rows:
        paid[row["year"]] += row["paid"]
        assert row["paid"] == sum(row[f"paid_{name}"] for name in ("liability", "expense", "business_income"))
        assert row["paid"] <= row["gross"]
        assert row["systemic"] == row["cause"].startswith("S") & row["cause"][1:].isdigit()
        assert row["members"] == 1 or row["systemic"]
    told = pyarrow.csv.read_csv(years).to_pylist()
    assert [paid[one["year"]] for one in told] == [one["paid"] for one in told]
    (document,) = json.loads(done.stdout)
    counts = Counter[str]()
    for row in rows:
        counts[row["cause"]] += row["members"]
    for cause in document["causes"]:
        assert counts[cause["cause"]] == pytest.approx(cause["events"] * 1300), cause
    assert [one["year"] for one in rows] == sorted(one["year"] for one in rows)
    assert not list(tmp_path.glob(".*")), "no unfinished file stays"


@pytest.mark.parametrize("out", ["--events-out", "--years-out"])
@pytest.mark.parametrize(("target", "said"), [("out.txt", ".parquet .csv"), ("none/out.csv", "書き込めません")])
def test_a_file_that_cannot_be_written_is_told_before_the_run(
    book: Path, tmp_path: Path, out: str, target: str, said: str
) -> None:
    done = sonae("book", "simulate", str(book), "--years", "10", out, str(tmp_path / target))
    assert done.exit_code == 1
    assert said in done.output
    assert "10/10" not in done.output


def test_two_sets_of_assumptions_stand_side_by_side(book: Path, tmp_path: Path) -> None:
    """A folder of the user's own: ransomware three times as often."""
    import sonae.office.simulated as simulated

    own = tmp_path / "more_ransomware"
    own.mkdir()
    for path in (simulated.FOLDER / simulated.FIRST).iterdir():
        text = path.read_text("utf-8")
        if path.name == "perils.csv":
            text = text.replace("Ransomware,0.0050", "Ransomware,0.0150")
        (own / path.name).write_text(text, "utf-8")
    done = sonae(
        "book", "simulate", str(book), "--years", "600", "--json",
        "--assumptions", simulated.FIRST, "--assumptions", str(own),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    first, other = json.loads(done.stdout)
    events = [next(cause["events"] for cause in one["causes"] if cause["cause"] == "RW") for one in (first, other)]
    assert events[1] / events[0] == pytest.approx(3, rel=0.2)
    assert first["assumptions"]["hash"] != other["assumptions"]["hash"]
    table = sonae("book", "simulate", str(book), "--years", "600", "--assumptions", str(own))
    assert table.exit_code == 0
    assert "more_ransomware" in table.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("member_id,industry\n", "列がありません"),
        ("", "読み込めません"),
    ],
)
def test_a_file_that_is_no_book_is_told(tmp_path: Path, text: str, said: str) -> None:
    source = tmp_path / "book.csv"
    source.write_text(text, "utf-8")
    done = sonae("book", "simulate", str(source))
    assert done.exit_code == 1
    assert said in done.output or "加入者の行がありません" in done.output


def test_unknown_assumptions_are_told(book: Path) -> None:
    done = sonae("book", "simulate", str(book), "--assumptions", "nobody")
    assert done.exit_code == 1
    assert "想定のフォルダがありません" in done.output


@pytest.mark.parametrize("words", [("simulate",), ("what-if", "--rates", "10")])
def test_a_book_simulates_alike_whatever_its_file(book: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A CSV file has its keys as text; the years are the same."""
    table, as_csv = pyarrow.parquet.read_table(book), tmp_path / "book.csv"
    pyarrow.csv.write_csv(table, as_csv)
    told = [sonae("book", *words, str(source), "--years", "60", "--json") for source in (book, as_csv)]
    assert [one.exit_code for one in told] == [0, 0], told[1].output
    assert told[0].stdout == told[1].stdout


def test_a_key_that_is_no_number_is_told_with_its_column(book: Path, tmp_path: Path) -> None:
    source = tmp_path / "book.csv"
    pyarrow.csv.write_csv(pyarrow.parquet.read_table(book), source)
    first, one, *rest = source.read_text("utf-8").splitlines()
    cells = one.split(",")
    cells[first.split(",").index('"cloud"')] = "often"
    source.write_text("\n".join([first, ",".join(cells), *rest]), "utf-8")
    done = sonae("book", "simulate", str(source), "--years", "10")
    assert done.exit_code == 1
    assert "cloud に整数でも" in done.output
    assert "often" in done.output


def test_two_products_are_told_apart_by_name(book: Path, tmp_path: Path) -> None:
    from sonae.office import catalogue

    other = tmp_path / "next_year"
    shutil.copytree(Path(catalogue.__file__).parent.parent / "products" / "chuokai_cyber_2024", other)
    done = sonae("book", "simulate", str(book), "--years", "50", "--product", "chuokai_cyber_2024",
                 "--product", str(other))  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert sum(line.strip() == "next_year" for line in lines) == 1
    headings = next(line for line in lines if "chuokai_cyber_2024" in line and "next_year" in line)
    assert "first_judgement" not in headings


SHOPS = (
    "member_id,industry,annual_sales,it_sales,plan,set,liability,expense,business_income,security_discount,"
    "point_card\nA,S1,30000000,0,standard,1,0,0,0,0,false\n"
)


@pytest.mark.parametrize("words", [("simulate",), ("what-if", "--rates", "10")])
def test_industries_that_the_assumptions_do_not_know_are_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Another federation's members need assumptions of their own."""
    source = tmp_path / "shops.csv"
    source.write_text(SHOPS, "utf-8")
    done = sonae("book", *words, str(source), "--product", str(MINATOMACHI), "--years", "10")
    assert done.exit_code == 1
    assert "にない業種です: S1" in done.output


def test_no_members_are_drawn_for_a_plan_that_nobody_assumed(tmp_path: Path) -> None:
    target = tmp_path / "shops.csv"
    done = sonae("book", "generate", "--members", "10", "--product", str(MINATOMACHI), str(target))
    assert done.exit_code == 1
    assert "加入者の想定がありません" in done.output
    assert not list(tmp_path.iterdir())
