"""A book for others: as OED 4 accounts (cyber), or pseudonymised for one purpose. What is lost: docs/exchange.md.

Both are made from a book's file; the office's tables are not opened. Who may take a pseudonymised one out, and that it
is on record: pseudonymised_exports.py.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import os
import secrets
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sonae import book
from sonae.book_kernel import Columns
from sonae.conditions import COVERAGES
from sonae.product import Product

from .book_files import NotABook, chunks, priced_by, rider_columns

FOLDER = Path(__file__).resolve().parent.parent / "exchange"
OTHER = "other"

WHOLE = tuple(name for name in Columns._fields if name not in ("industry", "plan", "riders", "unreadable"))
"""A book's columns that hold whole numbers."""

OED_FIELDS = (
    "PortNumber", "AccNumber", "AccCurrency", "InsuredName", "PolNumber", "PolInceptionDate", "PolExpiryDate",
    "IndustryScheme1", "IndustryCode1", "IndustryDescription", "AnnualRevenue", "AnnualRevenueCurrency",
    "GrossProfitMargin", "AreaName", "CountryCode", "PolPerilsCovered", "PolCoverage", "PolLimitLIA", "PolLimitINRE",
    "PolLimitDIAS", "PolLimitNPBI", "PolLimitENO", "PolDed", "BIWaitingPeriod", "PolGrossPremium",
    "LayerParticipation", "LayerLimit", "LayerAttachment",
)  # fmt: skip
"""The columns of account.csv, in the standard's spelling."""

PASSED_ON = {
    "NumberOfEmployees": 10**9, "NumberOfRecords": 10**12, "CloudVendor": 6, "OSVendor": 10, "EmailVendor": 13,
    "CRMVendor": 8, "PatchPolicy": 6, "BackUpFreq": 6,
}  # fmt: skip
"""Fields of the standard that are written as the book has them, under the same names, and the highest value of each;
the codes are the standard's own (OED 4.0.0), 0 is unknown. Nothing of ours is turned into them: whom a simulated outage
reaches is drawn by shares and names no vendor."""

NAICS = "NAICS"
"""A book's column with the industry's code in that scheme. Without it the industry stands by the product's own list."""


@dataclass(frozen=True)
class Exported:
    """What became of a book's rows: written, and left out because they have no price or would stand too much alone.

    `canaries`: the tokens of rows that are nobody's, among those written.
    """

    written: int
    without_price: int
    left_out: int = 0
    merged: int = 0
    canaries: tuple[str, ...] = ()


def _priced(product: Product, source: Path, inception: date | None = None) -> Iterator[tuple[dict[str, Any], int]]:
    """Every row with its price, below 0 where it has none. Sheets are judged only where no discount is written out."""
    rows = 0
    riders = rider_columns(product)
    for chunk in chunks(source):
        rated = "security_discount" in chunk.schema.names
        premium = book.rate(product, priced_by(product, chunk, None if rated else inception)).premium.tolist()
        for row, yen in zip(chunk.to_pylist(), premium, strict=True):
            rows += 1
            yield row if yen < 0 else _in_kind(row, riders), yen
    if rows == 0:
        raise NotABook(f"{source.name} に加入者の行がありません / no members in the file")


def _in_kind(row: dict[str, Any], riders: Sequence[str]) -> dict[str, Any]:
    """A priced row with whole numbers as such and riders as true or false; a CSV file has them as text."""
    numbers = {name: int(row[name]) for name in WHOLE if isinstance(row.get(name), str)}
    flags = {code: row[code].lower() in ("true", "1") for code in riders if isinstance(row.get(code), str)}
    return row | numbers | flags


# --- OED ----------------------------------------------------------------------------------------------------------


def oed(product: Product, source: Path, target: Path, inception: date) -> Exported:
    """Write `account.csv` under a folder: one account and one policy a priced member, all terms of its own cover."""
    target.mkdir(parents=True, exist_ok=True)
    written = without = 0
    expiry = inception.replace(year=inception.year + 1)
    with (target / "account.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, (*OED_FIELDS, *PASSED_ON), lineterminator="\n")
        writer.writeheader()
        for row, premium in _priced(product, source, inception):
            if premium < 0:
                without += 1
                continue
            writer.writerow(_account(product, row, premium, inception, expiry) | _industry(row) | _passed_on(row))
            written += 1
    return Exported(written, without)


def _account(product: Product, row: dict[str, Any], premium: int, inception: date, expiry: date) -> dict[str, Any]:
    liability, expense, income = _limits(product, row)
    restores = product.plans[row["plan"]] is not next(iter(product.plans.values()))
    it_rider = product.rider_rating("it_business")
    works = it_rider is not None and str(row[it_rider.code]).lower() in ("true", "1")
    industries = list(product.industries)
    covers = ["LIAB", "INRE", *(["DIAS"] if restores else []), *(["NPBI"] if income else []),
              *(["ENO"] if works else [])]  # fmt: skip
    rules = product.settlement
    deductible = max(product.sets[int(row["set"])].deductibles.values(), default=0)
    return {
        "PortNumber": product.id[:20], "AccNumber": row["member_id"], "AccCurrency": product.currency,
        "InsuredName": row["member_id"], "PolNumber": str(row["member_id"])[-20:],
        "PolInceptionDate": inception.isoformat(), "PolExpiryDate": expiry.isoformat(),
        "IndustryScheme1": "USER", "IndustryCode1": industries.index(row["industry"]) + 1,
        "IndustryDescription": f"{row['industry']} {product.industries[row['industry']].name.en}",
        "AnnualRevenue": row["annual_sales"], "AnnualRevenueCurrency": product.currency,
        "GrossProfitMargin": product.industries[row["industry"]].gross_margin / 100,
        "AreaName": row.get("prefecture") or "", "CountryCode": "JP", "PolPerilsCovered": "CC1",
        "PolCoverage": ";".join(covers), "PolLimitLIA": liability, "PolLimitINRE": expense,
        "PolLimitDIAS": expense if restores else 0, "PolLimitNPBI": income, "PolLimitENO": liability if works else 0,
        "PolDed": deductible, "BIWaitingPeriod": rules.stoppage.waiting_hours.value if rules else 0,
        "PolGrossPremium": premium, "LayerParticipation": 1, "LayerLimit": liability + expense + income,
        "LayerAttachment": 0,
    }  # fmt: skip


def _industry(row: dict[str, Any]) -> dict[str, Any]:
    """The industry by NAICS where the book says it."""
    code = _code(row, NAICS, 999_999)
    return {"IndustryScheme1": NAICS, "IndustryCode1": code} if code else {}


def _passed_on(row: dict[str, Any]) -> dict[str, int]:
    return {name: _code(row, name, highest) for name, highest in PASSED_ON.items()}


def _code(row: dict[str, Any], name: str, highest: int) -> int:
    """A cell that the standard reads as a code or count; 0 where the book does not say. Raises NotABook."""
    said = row.get(name)
    if said is None or said == "":
        return 0
    if not str(said).isdecimal() or int(said) > highest:
        raise NotABook(
            f"{row['member_id']}の{name}は0から{highest:,}までの整数です（{said}）/ a whole number up to {highest:,}"
        )
    return int(said)


def _limits(product: Product, row: dict[str, Any]) -> tuple[int, int, int]:
    chosen = product.sets[int(row["set"])]
    given = [int(row[name]) if chosen.free else chosen.limits.get(name, 0) for name in COVERAGES]
    return given[0], given[1], given[2]


# --- pseudonymised ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """How a book is blurred: data, with its hash, so that two exports can be told apart."""

    smallest_cell: int
    sales_bands: tuple[int, ...]
    premium_digits: int
    canary_rows: int
    hash: str


def recipe(file: Path = FOLDER / "recipe.toml") -> Recipe:
    """The shipped recipe, or another. Raises NotABook when a value is missing or makes no sense."""
    raw = file.read_bytes()
    words = tomllib.loads(raw.decode("utf-8"))
    try:
        found = Recipe(words["smallest_cell"], tuple(words["sales_bands"]), words["premium_digits"],
                       words["canary_rows"], hashlib.sha256(raw).hexdigest())  # fmt: skip
    except KeyError as missing:
        raise NotABook(f"{file.name}: {missing} がありません / is missing") from missing
    if found.smallest_cell < 2 or found.premium_digits < 1 or found.canary_rows < 1 or found.sales_bands[:1] != (0,):
        raise NotABook(f"{file.name}: 値が使えません / values that make no sense")
    return found


BLURRED = ("token", "industry", "prefecture", "sales_from", "plan", "set", "security_discount", "premium")


def pseudonymised(product: Product, source: Path, target: Path, rules: Recipe) -> Exported:
    """Write the priced members without names: a token, bands for sums, and no cell smaller than the recipe allows.

    A member in a small cell loses its industry, then its prefecture, then its band; who would still stand in a cell
    too small is left out. Rows are ordered by token, so that their order tells nothing. The key of the tokens is new
    each time and kept nowhere: no two files can be joined, and nobody can find a member again. Some rows are nobody's,
    so that whoever finds a copy can tell whose it was.
    """
    key = secrets.token_bytes(32)
    rows, without = [], 0
    for row, premium in _priced(product, source):
        if premium < 0:
            without += 1
            continue
        band = max(at for at in rules.sales_bands if at <= row["annual_sales"])
        rows.append([_token(key, str(row["member_id"])), row["industry"], row.get("prefecture") or OTHER, str(band),
                     row["plan"], row["set"], row["security_discount"],
                     _rounded(premium, rules.premium_digits)])  # fmt: skip
    merged: set[int] = set()
    for place in (1, 2, 3):
        for number in _alone(rows, rules.smallest_cell):
            rows[number][place] = OTHER
            merged.add(number)
    out = set(_alone(rows, rules.smallest_cell))
    kept = [row for number, row in enumerate(rows) if number not in out]
    canaries = [_canary(kept, key, number) for number in range(rules.canary_rows if kept else 0)]
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8",
                   newline="") as file:  # fmt: skip
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(BLURRED)
        writer.writerows(sorted([*kept, *canaries]))
    return Exported(len(kept) + len(canaries), without, len(out), len(merged - out), tuple(one[0] for one in canaries))


def _token(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:24]


def _canary(rows: Sequence[Sequence[Any]], key: bytes, number: int) -> list[Any]:
    """A row that is nobody's and looks like the others: the cell of one member, the cover of another in that cell."""
    cell = secrets.choice(rows)
    others = [row for row in rows if list(row[1:4]) == list(cell[1:4])]
    return [_token(key, f"canary {number}"), *cell[1:4], *secrets.choice(others)[4:]]


def _alone(rows: Sequence[Sequence[Any]], smallest: int) -> list[int]:
    """Rows whose cell holds fewer members than the smallest allowed."""
    cells = Counter((row[1], row[2], row[3]) for row in rows)
    return [number for number, row in enumerate(rows) if cells[row[1], row[2], row[3]] < smallest]


def _rounded(yen: int, digits: int) -> int:
    unit: int = 10 ** max(0, len(str(yen)) - digits)
    return (yen + unit // 2) // unit * unit
