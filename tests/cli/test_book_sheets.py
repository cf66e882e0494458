"""`sonae book rate` on a book with sheets: each member's answers and papers are judged as its own quotation would."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from sonae.cli import main
from sonae.office.book_sheets import names
from tests.core.asking import DAY, NO_FACTS, answered, codes, shipped, words

HEAD = ("annual_sales", "it_sales", "set", "liability", "expense", "business_income")
RIDERS = ("it_business", "cyber_attack_basic", "exclude_continuity")


def rate(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in ("book", "rate", *arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def drawn(chance: random.Random) -> tuple[dict[str, Any], dict[str, str]]:
    """A sheet as a request has it, and as a book's row has it."""
    sheet = shipped().sheet
    assert sheet is not None
    cells: dict[str, str] = dict.fromkeys(names(sheet), "")
    full = chance.random() < 0.5
    answers = {
        one.id: "full" if full else chance.choice([*(choice.code for choice in one.answers), "none", "unknown"])
        for one in sheet.questions
        if chance.random() < 0.9
    }
    facts = {code: chance.random() < 0.4 for code in NO_FACTS}
    papers = []
    for kind in sheet.certificates:
        cells |= {kind.kind: "false"} if kind.kind in cells else {}
        if chance.random() < 0.5:
            paper = {"kind": kind.kind}
            for need in kind.needs:
                paper[need] = "No. 1"
                if need in ("expires", "issued"):
                    paper[need] = chance.choice(["2029-12-31", "2030-04-01", "2031-03-31", DAY, "2031-04-02"])
                    cells[f"{kind.kind}_{need}"] = paper[need]
            if kind.kind in cells:
                cells[kind.kind] = "true"
            papers.append(paper)
    cells |= answers | {code: str(true).lower() for code, true in facts.items()}
    return {"version": sheet.version, "answers": answers, "facts": facts, "certificates": papers}, cells


def test_a_book_with_sheets_is_priced_like_its_members(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """From CSV and, with days as days, from Parquet: premium, discount and findings of every member."""
    chance = random.Random(5)
    sheets, rows = zip(*(drawn(chance) for _ in range(200)), strict=True)
    table = pa.table(
        {"member_id": [f"M{number}" for number in range(len(rows))], "industry": ["D06"] * len(rows)}
        | {"plan": ["basic"] * len(rows), **{name: [0] * len(rows) for name in HEAD}}
        | {name: [False] * len(rows) for name in RIDERS}
        | {"annual_sales": [10**9] * len(rows), "set": [3] * len(rows)}
        | {name: [row[name] for row in rows] for name in rows[0]}
    )
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
        status, out, err = rate(capsys, "--json", "--inception", DAY, source, target)
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
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cells: dict[str, str], word: str
) -> None:
    row = {"member_id": "A", "industry": "D06", "plan": "basic"} | dict.fromkeys(HEAD, "0")
    row |= dict.fromkeys((*RIDERS, *NO_FACTS), "false") | {"annual_sales": "1000000000", "set": "3"} | cells
    source = tmp_path / "members.csv"
    source.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", "utf-8")
    status, out, err = rate(capsys, "--json", "--inception", DAY, source, tmp_path / "out.csv")
    assert (status, word in out + err) == (1 if word else 0, True), out + err
    status, _, err = rate(capsys, source, tmp_path / "out.csv")
    assert status == 1
    assert word == "not both" or "--inception" in err
