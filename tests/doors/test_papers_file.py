"""papers.toml: the texts of a product's papers are read, and what does not fit is refused by line and reason."""

import pytest

from sonae.doors.folder import read_product
from tests.doors.planting import FILES, faults, named_after

WHOLE = """version = "1"
source = "leaflet"
status = "stated"

[certificate]
issuer_ja = "港損害保険"
emergency_number = "0120-000-000"

[limit_bases]
liability = { ja = "1請求", en = "each claim" }
expense = { ja = "1事故", en = "each incident" }
business_income = { ja = "1事故", en = "each incident", source = "judgement", status = "assumed", reason = "仮定" }

[[contract_summary]]
code = "period"
title_ja = "期間"
title_en = "Period"
paragraphs = [{ ja = "{start_hour}から", en = "from {start_hour}" }]
"""


def test_a_product_with_papers() -> None:
    papers = read_product({**FILES, "papers.toml": WHOLE.encode()}).papers
    assert papers is not None
    assert papers.issuer is not None
    assert (papers.issuer.ja, papers.issuer.en, papers.emergency_number) == ("港損害保険", "港損害保険", "0120-000-000")
    assert (papers.limit_bases["liability"].words.ja, papers.limit_bases["liability"].basis.status) == (
        "1請求",
        "stated",
    )
    assert papers.limit_bases["business_income"].basis.status == "assumed"
    assert papers.contract_summary[0].paragraphs[0].ja == "{start_hour}から"
    assert papers.brochure is None


def test_a_product_without_papers() -> None:
    assert read_product(FILES).papers is None


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("{start_hour}から", "{stort_hour}から", 14, "there is no figure {stort_hour}"),
        ('expense = { ja = "1事故", en = "each incident" }\n', "", 9, "see expense"),
        ("liability = {", "libility = {", 9, "see libility"),
        ('emergency_number = "0120-000-000"', "emergency = 1", 7, "emergency"),
        ('reason = "仮定"', 'reason = ""', 12, "needs a reason"),
        ('source = "leaflet"', 'source = "letter"', 1, "source 'letter' is not in sources.csv"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, line: int, reason: str) -> None:
    named_after("papers.toml", WHOLE, old, new, line, reason)


def test_a_section_twice() -> None:
    section = WHOLE[WHOLE.index("[[contract_summary]]") :]
    assert any("period is there twice" in fault for fault in faults("papers.toml", f"{WHOLE}\n{section}".encode()))
