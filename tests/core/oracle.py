"""The tariff a second time, for tests only: written from the working papers, not from the core.

Exact fractions instead of ten-thousandths, a scan instead of a search, constants typed from the papers instead of
read from the product's TOML; only the CSV tables are shared, and they are read by csv code of this file's own.
It imports nothing from sonae.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

Table = list[tuple[int, Fraction]]

SHIPPED = Path(__file__).parents[2] / "src" / "sonae" / "products" / "chuokai_cyber_2024"


@dataclass(frozen=True)
class Papers:
    """What the papers say beside the tables. Discounts and shares as fractions, money in yen."""

    class_base: Mapping[str, int] = field(default_factory=lambda: {"A": 110_000, "B": 165_000, "M": 227_180})
    it_base: Mapping[str, int] = field(default_factory=lambda: {"basic": 1_165_610, "wide": 1_186_280})
    plan_column: Mapping[str, str] = field(default_factory=lambda: {"wide": "wide_factor"})
    attack_column: str = "attack_factor"
    liability_share: Fraction = Fraction(1, 2)
    expense_share: Fraction = Fraction(1, 2)
    continuity: Fraction = Fraction(8, 10)
    group_discount: Fraction = Fraction(20, 100)
    unit: int = 10
    minimum: int = 20_000


@dataclass(frozen=True)
class Member:
    """What a premium depends on. A limit or IT sales of 0 means that the cover is not there."""

    industry: str
    annual_sales: int
    plan: str
    liability: int
    expense: int
    business_income: int = 0
    it_sales: int = 0
    attack: bool = False
    without_continuity: bool = False
    security_discount: int = 0


def whole(value: Fraction) -> int:
    """四捨五入 of a value that is not negative."""
    floor, rest = divmod(value.numerator, value.denominator)
    return floor + (1 if 2 * rest >= value.denominator else 0)


class Oracle:
    """The tariff over the CSV tables of a product's folder."""

    def __init__(self, folder: Path = SHIPPED, papers: Papers | None = None) -> None:
        self.papers = papers or Papers()
        self.industry = {row["code"]: row for row in _rows(folder / "industries.csv")}
        self.sales = _table(folder / "sales_curve.csv", "annual_sales")
        self.it_sales = _table(folder / "it_sales_curve.csv", "it_sales")
        self.limits = {
            coverage: dict(_table(folder / f"{coverage}_limits.csv", "limit"))
            for coverage in ("liability", "expense", "business_income")
        }

    def lines(self, member: Member) -> dict[str, int]:
        """The thirteen lines by name; factors in ten-thousandths, all else in yen."""
        papers, row = self.papers, self.industry[member.industry]
        at_size = _on(self.sales, member.annual_sales)
        core = whole(int(row["core_base"]) * at_size)
        plan = Fraction(1)
        column = papers.attack_column if member.attack else papers.plan_column.get(member.plan)
        if column:
            plan = Fraction(int(row[column]), 10_000)
        liability = whole(core * papers.liability_share * self.limits["liability"][member.liability] * plan)
        expense = whole(core * papers.expense_share * self.limits["expense"][member.expense] * plan)

        income_base = income = 0
        if member.business_income:
            income_base = whole(papers.class_base[row["business_income_class"]] * at_size)
            kept = papers.continuity if member.without_continuity else 1
            income = whole(income_base * self.limits["business_income"][member.business_income] * kept)

        it_factor, it_base, it_work = Fraction(0), 0, 0
        if member.it_sales:
            it_factor = _on(self.it_sales, member.it_sales)
            it_base = whole(papers.it_base[member.plan] * it_factor)
            it_work = whole(it_base * self.limits["liability"][member.liability])

        total = liability + expense + income + it_work
        grouped = whole(total * (1 - papers.group_discount))
        secured = whole(grouped * (1 - Fraction(member.security_discount, 100)))
        rounded = papers.unit * whole(Fraction(secured, papers.unit))
        return {
            "sales_factor": int(at_size * 10_000),
            "core_at_size": core,
            "liability": liability,
            "expense": expense,
            "business_income_at_size": income_base,
            "business_income": income,
            "it_sales_factor": int(it_factor * 10_000),
            "it_at_size": it_base,
            "it_business": it_work,
            "subtotal": total,
            "after_group_discount": grouped,
            "after_security_discount": secured,
            "annual_premium": max(papers.minimum, rounded),
        }


def _on(curve: Table, amount: int) -> Fraction:
    """Between two rows the straight line, to a whole ten-thousandth; outside the rows, the nearest row."""
    if amount <= curve[0][0]:
        return curve[0][1]
    for (low, at_low), (high, at_high) in pairwise(curve):
        if low <= amount <= high:
            exact = at_low + (at_high - at_low) * Fraction(amount - low, high - low)
            return Fraction(whole(exact * 10_000), 10_000)
    return curve[-1][1]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    header, *body = list(csv.reader(path.read_text("utf-8").splitlines()))
    return [dict(zip(header, cells, strict=True)) for cells in body]


def _table(path: Path, column: str) -> Table:
    return [(int(row[column]), Fraction(int(row["factor"]), 10_000)) for row in _rows(path)]
