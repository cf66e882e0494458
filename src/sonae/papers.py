"""What the papers of a product year say beside figures: its legal texts, the form of its limits, the brochure's words.

Like everything of a product, each has its source and status. Where a text needs a figure of the product it names it
in braces; `FIGURES` is the closed list, so no figure is ever typed into a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sonae.scheme import Text
from sonae.worksheet import Basis

FIGURES = (
    "federation",
    "plan",
    "insurer",
    "wording",
    "start_hour",
    "group_discount",
    "security_discount",
    "total_discount",
    "example_discount",
    "business_income_ceiling",
    "minimum",
    "unit",
)
"""What a text may name in braces: values of the product, put into words by whoever prints the text."""


@dataclass(frozen=True, slots=True)
class LimitBasis:
    """To what a coverage's limit applies, as certificates say it: 「1請求・補償期間中」."""

    words: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a legal text; each paragraph is one thing that the reader must know."""

    code: str
    title: Text
    paragraphs: tuple[Text, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class BrochureWords:
    """The words of the brochure around its figures.

    `industry_names` are the names under which examples are printed, where they are narrower than the industry's.
    `risks` are groups by coverage: title and examples. `responses` are by coverage what is done after an incident.
    """

    headline: Text
    lead: Text
    background_title: Text
    background: Text
    risks_title: Text
    risks: tuple[tuple[str, Text, tuple[Text, ...]], ...]
    responses_title: Text
    responses: tuple[tuple[str, tuple[Text, ...]], ...]
    responses_note: Text
    cases_title: Text
    cases_note: Text
    closing: Text
    options_notes: tuple[Text, ...]
    plan_notes: Mapping[str, Text]
    examples_note: Text
    industry_names: Mapping[str, Text]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Papers:
    """The texts of a product year's papers, by version.

    issuer            who issues the certificate (加入者証): the lead insurer, once configured; until then None, and
                      the paper is called 加入内容確認書
    emergency_number  the 24-hour number, or None where none is known
    """

    version: str
    issuer: Text | None
    emergency_number: str | None
    limit_bases: Mapping[str, LimitBasis]
    contract_summary: tuple[Section, ...]
    warning_information: tuple[Section, ...]
    brochure: BrochureWords | None
    basis: Basis
