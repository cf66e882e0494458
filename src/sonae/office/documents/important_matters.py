"""契約概要・注意喚起情報 of a product year: what an applicant is given before answering and signing.

The text is the product's (`papers.toml`); its figures are filled in from the product. That it was read is recorded with
the application, not here.
"""

from datetime import datetime
from typing import Any, Final

from sonae.office.documents.cover import coverage_name
from sonae.office.documents.frame import fill, frame, limit_basis, limits_of_sets
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import Language, mark, say
from sonae.papers import Section
from sonae.period import japanese_day
from sonae.product import Product, Text

_WORDS: Final = {
    "paper": Text("重要事項のご説明", "Important matters"),
    "summary": Text("契約概要", "Contract summary"),
    "summary_lead": Text(
        "商品の内容をご理解いただくために、特に確認していただきたい事項です。",
        "What to know to understand the product.",
    ),
    "warning": Text("注意喚起情報", "Warning information"),
    "warning_lead": Text(
        "加入の前に、不利益になることなど、特に注意していただきたい事項です。",
        "What to watch out for before joining.",
    ),
    "version": Text("版", "Version"),
    "set": Text("加入セット", "Set"),
    "free": Text("フリーセット", "Free set"),
    "deductible": Text("免責金額", "Deductible"),
    "notice": Text(
        "下線の語は、その記載の根拠です。「仮定」「参考」は、引受保険会社の確認が済んでいません。",
        "The underlined word is what a part rests on. 'Assumed' and 'comparable' are not confirmed by the insurer.",
    ),
}


class NoText(LookupError):
    """The product has no such text (papers.toml)."""


def important_matters_paper(product: Product, made_at: datetime, *, language: Language = "ja") -> bytes:
    """Both texts of the product's version as PDF/A-2b and PDF/UA-1. Raises NoText."""
    papers = product.papers
    if papers is None or not (papers.contract_summary and papers.warning_information):
        raise NoText(f"{product.id} has no 契約概要 and 注意喚起情報")

    def word(name: str) -> str:
        return say(_WORDS[name], language)

    sets = limits_of_sets(product, language)
    for row in sets["rows"]:
        row["basis"] = limit_basis(product, row["coverage"], language)
        row["coverage"] = coverage_name(row["coverage"], language)
    paper: dict[str, Any] = frame(product, japanese_day(made_at), language, sells=True) | {
        "paper": word("paper"),
        "version": f"{say(product.year, language)}　{word('version')} {papers.version}",
        "wording": say(product.wording, language),
        "notice": word("notice"),
        "parts": [
            {
                "title": word(name),
                "lead": word(f"{name}_lead"),
                "sections": [_section(product, section, language) for section in sections],
            }
            for name, sections in (("summary", papers.contract_summary), ("warning", papers.warning_information))
        ],
        "sets": sets | {"set_label": word("set"), "free_label": word("free"), "deductible_label": word("deductible")},
    }
    return typeset("important_matters", paper, made_at)


def _section(product: Product, section: Section, language: Language) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": say(section.title, language),
        "paragraphs": [fill(product, each, language) for each in section.paragraphs],
        "mark": mark(section.basis.status, language),
    }
