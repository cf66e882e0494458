"""From papers.toml to the texts of a product year's papers."""

import re
from collections.abc import Collection
from typing import Any

from sonae.doors.files import Folder
from sonae.doors.toml_lines import Path
from sonae.papers import FIGURES, BrochureWords, LimitBasis, Papers, Section
from sonae.scheme import Text
from sonae.worksheet import Basis

FILE = "papers.toml"


def read_papers(
    folder: Folder, table: Any, plans: Collection[str], industries: Collection[str], coverages: Collection[str]
) -> Papers | None:
    """The texts, or None for a product that has none. Plans, industries and coverages are the product's codes."""
    if table is None:
        return None
    around = folder.ground(FILE, (), table, None)
    for coverage in sorted(table.limit_bases.keys() ^ set(coverages)):
        folder.fault(FILE, ("limit_bases",), f"the limit bases are one for each coverage; see {coverage}")
    issuer = table.certificate.issuer_ja
    return Papers(
        version=table.version,
        issuer=None if issuer is None else Text(issuer, table.certificate.issuer_en or issuer),
        emergency_number=table.certificate.emergency_number,
        limit_bases={
            coverage: LimitBasis(
                Text(shape.ja, shape.en), folder.ground(FILE, ("limit_bases", coverage), shape, around)
            )
            for coverage, shape in table.limit_bases.items()
        },
        contract_summary=_sections(folder, "contract_summary", table.contract_summary, around),
        warning_information=_sections(folder, "warning_information", table.warning_information, around),
        brochure=None if table.brochure is None else _brochure(folder, table.brochure, plans, industries, around),
        basis=folder.basis(FILE, 1, "version", around.source, around.status, table.reason or ""),
    )


def _text(folder: Folder, path: Path, shape: Any) -> Text:
    """A text; the figures that it names in braces are known."""
    for name in re.findall(r"\{([^{}]*)\}", shape.ja + shape.en):
        if name not in FIGURES:
            folder.fault(FILE, path, f"there is no figure {{{name}}}; they are {', '.join(FIGURES)}")
    return Text(shape.ja, shape.en)


def _sections(folder: Folder, kind: str, shapes: Any, around: Basis) -> tuple[Section, ...]:
    found: list[Section] = []
    for number, shape in enumerate(shapes):
        path = (kind, number)
        if shape.code in {section.code for section in found}:
            folder.fault(FILE, path, f"{shape.code} is there twice")
        paragraphs = tuple(_text(folder, path, each) for each in shape.paragraphs)
        title = Text(shape.title_ja, shape.title_en)
        found.append(Section(shape.code, title, paragraphs, folder.ground(FILE, path, shape, around)))
    return tuple(found)


def _brochure(
    folder: Folder, shape: Any, plans: Collection[str], industries: Collection[str], around: Basis
) -> BrochureWords:
    path = ("brochure",)

    def text(name: str) -> Text:
        return _text(folder, (*path, name), getattr(shape, name))

    for plan in sorted(shape.plan_notes.keys() ^ set(plans)):
        folder.fault(FILE, (*path, "plan_notes"), f"the notes are one for each plan; see {plan}")
    for code in sorted(shape.industry_names.keys() - set(industries)):
        folder.fault(FILE, (*path, "industry_names"), f"there is no industry {code}")
    return BrochureWords(
        headline=text("headline"),
        lead=text("lead"),
        background_title=text("background_title"),
        background=text("background"),
        risks_title=text("risks_title"),
        risks=tuple(
            (
                risk.coverage,
                _text(folder, (*path, "risks", number), risk.title),
                tuple(_text(folder, (*path, "risks", number), each) for each in risk.examples),
            )
            for number, risk in enumerate(shape.risks)
        ),
        responses_title=text("responses_title"),
        responses=tuple(
            (each.coverage, tuple(_text(folder, (*path, "responses", number), step) for step in each.steps))
            for number, each in enumerate(shape.responses)
        ),
        responses_note=text("responses_note"),
        cases_title=text("cases_title"),
        cases_note=text("cases_note"),
        closing=text("closing"),
        options_notes=tuple(_text(folder, (*path, "options_notes"), each) for each in shape.options_notes),
        plan_notes={plan: _text(folder, (*path, "plan_notes", plan), each) for plan, each in shape.plan_notes.items()},
        examples_note=text("examples_note"),
        industry_names={
            code: _text(folder, (*path, "industry_names", code), each) for code, each in shape.industry_names.items()
        },
        basis=folder.ground(FILE, path, shape, around),
    )
