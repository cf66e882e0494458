"""The TOML files of a product folder, each with its shape, and the files that a product may leave out."""

from sonae.doors.case_shapes import CasesFile
from sonae.doors.settlement_shapes import SettlementFile
from sonae.doors.shapes import (
    CalendarFile,
    ClausesFile,
    CutOffsFile,
    DisclosureFile,
    EligibilityFile,
    Grounded,
    LifeFile,
    NotGrantedFile,
    PapersFile,
    PartYearFile,
    PlansFile,
    ProductFile,
    RidersFile,
    SheetFile,
    TariffFile,
)

TOML_FILES: dict[str, type[Grounded]] = {
    "product.toml": ProductFile,
    "plans.toml": PlansFile,
    "riders.toml": RidersFile,
    "eligibility.toml": EligibilityFile,
    "clauses.toml": ClausesFile,
    "not_granted.toml": NotGrantedFile,
    "tariff.toml": TariffFile,
    "calendar.toml": CalendarFile,
    "cutoffs.toml": CutOffsFile,
    "sheet.toml": SheetFile,
    "disclosure.toml": DisclosureFile,
    "part_year.toml": PartYearFile,
    "life.toml": LifeFile,
    "papers.toml": PapersFile,
    "settlement.toml": SettlementFile,
    "cases.toml": CasesFile,
}

OPTIONAL_FILES = frozenset(
    {
        "sheet.toml",
        "cases.toml",
        "cutoffs.toml",
        "disclosure.toml",
        "part_year.toml",
        "life.toml",
        "papers.toml",
        "settlement.toml",
        "it_sales_curve.csv",
        "business_income_limits.csv",
    }
)
