"""What was really so, from JSON: the true declared facts and answers, checked in the product's words.

`terms` are the true sales and industry, `sheet` the true answers, facts and certificates of the discount sheet,
`answers` the true answers to disclosure questions. Only what differs is given; the rest stands as it was told.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from sonae.doors.json_reading import parse
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.request import Products, read_value
from sonae.doors.strict import read_strictly
from sonae.doors.vocabulary import error, escape
from sonae.misstatement import Fault, Finding, Truth
from sonae.product import Product
from sonae.risk import QuotationRequest, understood


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueSheet:
    """What the sheet should have said; certificates, if given, are all that there really were."""

    answers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, bool] = field(default_factory=dict)
    certificates: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthFile:
    """TRUTH.json"""

    fault: Fault
    terms: Mapping[Literal["industry", "annual_sales", "it_sales"], int | str] = field(default_factory=dict)
    sheet: TrueSheet | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    caused: Finding = "unsure"
    insurer_knew_on: date | None = None
    insurer_knew_before: bool = False
    mediator_hindered: bool = False
    mediator_immaterial: bool = False


read_strictly(TruthFile, TrueSheet)

_files = TypeAdapter(TruthFile)


def read(
    products: Products, product: Product, request: QuotationRequest, told: Mapping[str, str], raw: bytes,
    moment: datetime,
) -> Truth | Problem:  # fmt: skip
    """The truth about a cover that was bound on `request` and the answers `told`. All errors are reported at once."""
    parsed = parse(raw)
    if isinstance(parsed, Problem):
        return parsed
    return read_words(products, product, request, told, parsed, moment)


def read_words(
    products: Products, product: Product, request: QuotationRequest, told: Mapping[str, str], words: Any,
    moment: datetime,
) -> Truth | Problem:  # fmt: skip
    """The same, of words that a door has parsed."""
    if not isinstance(words, dict):
        return not_understood(
            (error("", "not_an_object", "JSONのオブジェクトが必要です。", "A JSON object is needed."),)
        )
    try:
        file = _files.validate_python(_with_days(words))
    except ValidationError as wrong:
        return not_understood(
            tuple(
                error("".join(f"/{escape(str(part))}" for part in found["loc"]), found["type"],
                      "この値は使えません。", f"Not accepted: {found['msg']}")
                for found in wrong.errors(include_url=False, include_context=False, include_input=False)
            )
        )  # fmt: skip
    errors = list(_answers(product, told, file.answers))
    terms, broken = _terms(products, request, file, moment)
    if errors or broken:
        return not_understood((*errors, *broken))
    if not terms and not file.answers:
        ja, en = "事実と違う項目を一つ以上書いてください。", "Give at least one fact that was otherwise."
        return not_understood((error("", "nothing_differs", ja, en),))
    return Truth(
        terms=terms, answers=file.answers, fault=file.fault, caused=file.caused, insurer_knew_on=file.insurer_knew_on,
        insurer_knew_before=file.insurer_knew_before, mediator_hindered=file.mediator_hindered,
        mediator_immaterial=file.mediator_immaterial,
    )  # fmt: skip


def _with_days(words: dict[str, Any]) -> dict[str, Any]:
    found = dict(words)
    day = found.get("insurer_knew_on")
    if isinstance(day, str) and len(day) == 10:
        with contextlib.suppress(ValueError):
            found["insurer_knew_on"] = date.fromisoformat(day)
    sheet = found.get("sheet")
    if isinstance(sheet, dict) and isinstance(sheet.get("certificates"), list):
        found["sheet"] = {**sheet, "certificates": tuple(sheet["certificates"])}
    return found


def _answers(product: Product, told: Mapping[str, str], true: Mapping[str, str]) -> Iterator[FieldError]:
    asked = {} if product.disclosure is None else {question.id: question for question in product.disclosure.questions}
    for question, answer in true.items():
        at = f"/answers/{escape(question)}"
        if question not in asked or question not in told:
            says = f"告知で尋ねた質問ではありません。尋ねたのは {'、'.join(told)}"
            yield error(at, "not_asked", says, f"This was not asked. Asked were {', '.join(told)}")
        elif answer not in asked[question].choices:
            allowed = list(asked[question].choices)
            says = f"使えるのは {'、'.join(allowed)}"
            yield error(at, "unknown_word", says, f"One of {', '.join(allowed)}")


def _terms(
    products: Products, request: QuotationRequest, file: TruthFile, moment: datetime
) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """The true declared facts as the core's values, read by the request's own door."""
    words: dict[str, Any] = understood(request)
    words.update(file.terms.items())
    if file.sheet is not None:
        told = words.get("sheet")
        if told is None:
            ja, en = "割引確認シートは提出されていません。", "No discount sheet was handed in."
            return {}, (error("/sheet", "not_asked", ja, en),)
        certificates = told["certificates"] if file.sheet.certificates is None else list(file.sheet.certificates)
        words["sheet"] = {
            **told, "answers": {**told["answers"], **file.sheet.answers},
            "facts": {**told["facts"], **file.sheet.facts}, "certificates": certificates,
        }  # fmt: skip
    read = read_value(products, words, moment)
    if isinstance(read, Problem):
        return {}, tuple(_placed(one) for one in read.errors)
    names = [*file.terms, *(["sheet"] if file.sheet is not None else [])]
    terms = {name: getattr(read.request, name) for name in names}
    return {name: value for name, value in terms.items() if value != getattr(request, name)}, ()


def _placed(one: FieldError) -> FieldError:
    """An error of the request, where it stands in this file."""
    return one if one.pointer.startswith("/sheet") else error(f"/terms{one.pointer}", one.code, one.message,
                                                              one.message_en)  # fmt: skip
