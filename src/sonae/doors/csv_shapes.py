"""The shapes of a product's CSV files: the columns of each, and how a cell becomes a value."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict

from sonae.doors.shapes import Shape
from sonae.worksheet import Status

_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)


def whole(text: str) -> int:
    """A cell with a whole number in ASCII digits."""
    if not _DIGITS.fullmatch(text):
        raise ValueError("a whole number in ASCII digits is needed")
    return int(text)


Whole = Annotated[int, BeforeValidator(whole)]
WholeOrBlank = Annotated[int | None, BeforeValidator(lambda text: whole(text) if text else None)]
Flag = Annotated[bool, BeforeValidator(lambda text: {"0": False, "1": True}.get(text, text))]


class Row(Shape):
    """A row of a CSV file with its source and status."""

    source: str
    status: Status
    reason: str


class SourceRow(Shape):
    key: str
    title_ja: str
    title_en: str
    where_found: str


class IndustryNameRow(Shape):
    code: str
    name: str
    reading: str


class CurveFileRow(Row):
    at: Whole
    factor: Whole


class SetRow(Row):
    set: Whole
    name_ja: str
    name_en: str
    free: Flag
    liability: WholeOrBlank
    expense: WholeOrBlank
    business_income: WholeOrBlank
    attaches: str
    deductible_liability: Whole
    deductible_expense: Whole
    deductible_business_income: Whole


class EventRow(Row):
    code: str
    number: str
    name_ja: str
    name_en: str
    plain_ja: str
    plain_en: str
    section_note: str


class HeadRow(Row):
    code: str
    number: str
    coverage: Literal["liability", "expense", "business_income"]
    name_ja: str
    name_en: str
    plain_ja: str
    within_limit: Flag
    needs_prior_approval: Flag
    sublimit: WholeOrBlank
    sublimit_basis: str
    per_victim_individual: WholeOrBlank
    per_victim_corporate: WholeOrBlank
    per_victim_injury: WholeOrBlank
    ratio: Whole
    other_source: str
    other_status: Status
    other_reason: str
    ratio_source: str
    ratio_status: Status
    ratio_reason: str


class PrintedMarkRow(Row):
    coverage: Literal["liability", "expense", "business_income"]
    kind: Literal["event", "head"]
    code: str
    plan: str
    mark: str


class ExampleRow(Row):
    industry: str
    annual_sales: Whole
    plan: str
    set: Whole
    liability: WholeOrBlank
    expense: WholeOrBlank
    business_income: WholeOrBlank
    it_business: Flag
    it_sales: WholeOrBlank
    security_discount: Whole
    premium: Whole


class IndustryRow(Row):
    """`…_factor` columns are plan factors by name; other columns become marks that rules may look at.

    source, status and reason speak of the core base and of the factors that `also_of` names (separated by blanks);
    the `other_…` columns speak of everything else in the row.
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    code: str
    jsic: str
    name_ja: str
    name_en: str
    core_base: Whole
    business_income_class: str
    it_industry: Flag
    gross_margin: Whole
    also_of: str
    other_source: str
    other_status: Status
    other_reason: str


CSV_FILES: dict[str, type[Shape]] = {
    "sources.csv": SourceRow,
    "industries.csv": IndustryRow,
    "industry_names.csv": IndustryNameRow,
    "sales_curve.csv": CurveFileRow,
    "it_sales_curve.csv": CurveFileRow,
    "liability_limits.csv": CurveFileRow,
    "expense_limits.csv": CurveFileRow,
    "business_income_limits.csv": CurveFileRow,
    "sets.csv": SetRow,
    "events.csv": EventRow,
    "heads.csv": HeadRow,
    "printed_marks.csv": PrintedMarkRow,
    "examples.csv": ExampleRow,
}

FIRST_COLUMN = {"sales_curve.csv": "annual_sales", "it_sales_curve.csv": "it_sales"}
"""How the `at` column of a curve or menu is headed; the menus head it `limit`."""


def header_of(file: str, name: str) -> str:
    """The header of a model's field in a CSV file."""
    return FIRST_COLUMN.get(file, "limit") if name == "at" else name
