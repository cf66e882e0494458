"""Books for the commands: members whose discount sheets stand in columns, and the same sheets as requests have them."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from sonae.office.book_sheets import names
from tests.core.asking import DAY, NO_FACTS, shipped

Sonae = Callable[..., tuple[int, str, str]]
"""A command with its arguments: exit status, what it printed, what it told on the side."""

HEAD = ("annual_sales", "it_sales", "set", "liability", "expense", "business_income")
RIDERS = ("it_business", "cyber_attack_basic", "exclude_continuity")
SHIPPED = "chuokai_cyber_2024"
SECOND = Path(__file__).resolve().parents[2] / "src" / "sonae" / "what_if" / "chuokai_cyber_2024_b"
"""The second assumption set of the tariff."""


def sheets_and_members(count: int, seed: int = 5) -> tuple[list[dict[str, Any]], pa.Table]:
    """So many sheets, and a book of the worked column's members (construction, a billion yen, set 3) that have them."""
    chance = random.Random(seed)
    drawn = [_drawn(chance) for _ in range(count)]
    rows = [row for _, row in drawn]
    table = pa.table(
        {"member_id": [f"M{number}" for number in range(count)], "industry": ["D06"] * count}
        | {"plan": ["basic"] * count, **{name: [0] * count for name in HEAD}}
        | {name: [False] * count for name in RIDERS}
        | {"annual_sales": [10**9] * count, "set": [3] * count}
        | {name: [row[name] for row in rows] for name in rows[0]}
    )
    return [sheet for sheet, _ in drawn], table


def _drawn(chance: random.Random) -> tuple[dict[str, Any], dict[str, str]]:
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
