"""The applicant's copy of the application (申込書控え): what was applied for, answered, confirmed and signed, and when.

It is the member's own paper, so it holds the answers of disclosure and sheet; nobody else is given it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sonae.application import NAMES, Taken
from sonae.certificate import Parties
from sonae.office.documents.frame import frame
from sonae.office.documents.terms import sheet_answers, terms
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import day, figure, hour, sized
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.quotation import Answer
from sonae.risk import QuotationRequest

_PARTIES: Final = {"member": "お客さま"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """An application as signed: its number, the final content and price, the answers, and the steps taken.

    `details` are what the member wrote beside an answer; `signer` is who signed; `content` the hash they signed.
    """

    number: str
    parties: Parties
    request: QuotationRequest
    answer: Answer
    answers: Mapping[str, str]
    details: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Taken, ...] = ()
    signer: str
    content: str


class UnknownAnswer(ValueError):
    """The record answers another version's questions."""


def application_copy(product: Product, record: ApplicationRecord, made_at: datetime) -> bytes:
    """The copy as PDF/A-2b and PDF/UA-1. Raises MissingGlyph, UnknownAnswer."""
    parties = record.parties
    insured = parties.named_insured
    premium = record.answer.premium
    start = record.request.inception
    assert start is not None, "a door sets the inception"
    paper: dict[str, Any] = frame(product, japanese_day(made_at), "ja", sells=False) | {
        "paper": "加入申込書（お客さま控え）",
        "number": record.number,
        "insured": sized(insured.name, ((26, 14), (60, 10), (0, 7))),
        "insured_label": "申込者・記名被保険者",
        "insured_more": "　".join(
            filter(None, (f"法人番号 {insured.corporate_number}" if insured.corporate_number else "", insured.address))
        ),
        "meta": [
            ["申込番号", record.number],
            ["発行日", day(japanese_day(made_at), "ja")],
            ["取扱代理店", sized(parties.agency.name, ((44, 8), (0, 6)))],
            ["会員団体・組合", sized(parties.association.name, ((44, 8), (0, 6)))],
        ],
        "premium": {
            "label": "年間保険料（概算）" if record.answer.referred else "年間保険料",
            "figure": figure(premium) if premium is not None else "－",
            "unit": "円",
        },
        "start": f"始期　{day(start, 'ja')}{hour(product.calendar.start_hour, 'ja')}",
        "terms_title": "申込みの内容",
        "terms": [[label, value] for label, value in terms(product, record.request).items()],
        "disclosure_title": f"告知事項への回答（{_version(product)}）",
        "disclosure": _disclosure(product, record),
        "sheet_title": "割引確認シートの回答",
        "sheet": sheet_answers(product, record.request.sheet) if record.request.sheet is not None else [],
        "steps_title": "手続きの記録",
        "steps": [_step(taken) for taken in record.steps],
        "signed": [["署名した方", sized(record.signer, ((44, 8), (0, 6)))], ["署名した内容", record.content]],
        "notes": [
            "申込みだけでは補償は始まりません。引受けが承認され、成立すると、加入内容確認書をお送りします。",
            "回答が事実と違うことに気づいたときは、すぐに取扱代理店にご連絡ください。",
        ],
    }
    return typeset("application", paper, made_at)


def _version(product: Product) -> str:
    return product.disclosure.version if product.disclosure is not None else ""


def _disclosure(product: Product, record: ApplicationRecord) -> list[list[str]]:
    """Each question with its answer, and what the member wrote beside it."""
    questions = product.disclosure.questions if product.disclosure is not None else ()
    rows = []
    for question in questions:
        choice = question.choices.get(record.answers.get(question.id, ""))
        if choice is None:
            raise UnknownAnswer(f"{question.id}: {record.answers.get(question.id)!r}")
        detail = record.details.get(question.id, "")
        rows.append([question.text.ja, choice.label.ja, detail])
    return rows


def _step(taken: Taken) -> list[str]:
    at = taken.at.astimezone(JST)
    return [
        NAMES[taken.step][0],
        f"{day(at.date(), 'ja')} {at:%H:%M}",
        _PARTIES.get(taken.party, taken.actor),
        "・".join(filter(None, (taken.channel, taken.factor))),
    ]
