"""The discount sheet as a page shows it: questions with their points, the ladder, papers, and what it earns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sonae.discount import NO_ANSWER, Discount, judge, ladder, laid_out, tenths_of
from sonae.product import CertificateKind, DiscountSheet, Product, Text
from sonae.risk import Certificate, Sheet
from sonae.web.pages_entry import Entry, counted_papers, paper_waits, sheet_waits
from sonae.web.presentation import Language, Mark, mark, points, say


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be tapped."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question of part A with the points that its answer earns, of how many."""

    id: str
    text: str
    earned: str
    of: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact, yes or no; it earns no points."""

    code: str
    text: str
    answer: str
    missing: bool


@dataclass(frozen=True, slots=True)
class PaperField:
    """What a paper must carry: a number, or a day."""

    name: str
    part: str
    label: str
    value: str
    is_day: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper of part B: what it earns, of how much, and why it does not count if it does not."""

    kind: str
    part_b: str
    name: str
    earned: int
    of: int
    has: bool
    fields: tuple[PaperField, ...]
    why: str


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of the ladder: `state` is `here`, `on` (below) or empty (above)."""

    discount: int
    points: int
    state: str


@dataclass(frozen=True, slots=True)
class SheetShown:
    """The whole sheet. Percentages are whole; `part_a` is after what holds it down."""

    name: str
    mark: Mark | None
    begun: bool
    waits: bool
    assumed: str
    part_a: int
    part_b: int
    total: int
    at_most: int
    part_a_at_most: int
    part_b_at_most: int
    points: str
    points_of: int
    missing_points: str
    next_discount: int
    steps: tuple[StepShown, ...]
    held_down: tuple[str, ...]
    facts: tuple[FactRow, ...]
    questions: tuple[QuestionRow, ...]
    papers: tuple[PaperRow, ...]


def sheet_shown(product: Product, entry: Entry, inception: date, language: Language) -> SheetShown | None:
    """The sheet with what was answered so far; None where the product has no sheet."""
    sheet = product.sheet
    if sheet is None:
        return None
    answers = {question.id: _known(question.id, entry, sheet) for question in sheet.questions}
    waits = sheet_waits(product, entry)
    begun = bool(entry.answers or entry.facts or entry.papers)
    earned = {question.id: tenths_of(question, answers[question.id]) for question in sheet.questions}
    tenths = sum(earned.values())
    counts = begun and not waits
    result = judge(sheet, _answered(product, entry, answers), inception) if counts else None
    step = ladder(laid_out(sheet, inception), tenths)
    above = next((one for one in sheet.steps if one.points * 10 > tenths), None)
    return SheetShown(
        name=say(sheet.name, language),
        mark=mark(sheet.basis.status, language),
        begun=begun,
        waits=bool(waits),
        assumed=entry.discount,
        part_a=result.part_a if result else 0,
        part_b=result.part_b if result else 0,
        total=result.total if result else 0,
        at_most=sheet.discount_at_most,
        part_a_at_most=sheet.part_a_at_most,
        part_b_at_most=sheet.part_b_at_most,
        points=points(tenths),
        points_of=sum(question.points for question in sheet.questions),
        missing_points=points(above.points * 10 - tenths) if above else "",
        next_discount=above.discount if above else 0,
        steps=_ladder(sheet, step),
        held_down=tuple(say(one.message, language) for one in result.knock_outs) if result else (),
        facts=tuple(
            FactRow(fact.code, say(fact.text, language), entry.facts.get(fact.code, ""), fact.code in waits)
            for fact in sheet.facts
        ),
        questions=tuple(
            QuestionRow(
                id=question.id,
                text=say(question.text, language),
                earned=points(earned[question.id]),
                of=question.points,
                choices=tuple(
                    Choice(value, label, entry.answers.get(question.id) == value)
                    for value, label in [
                        *((choice.code, say(choice.label, language)) for choice in question.answers),
                        (NO_ANSWER[0], say(sheet.none_label, language)),
                        (NO_ANSWER[1], say(sheet.unknown_label, language)),
                    ]
                ),
            )
            for question in sheet.questions
        ),
        papers=tuple(_paper(product, entry, kind, result, language) for kind in sheet.certificates),
    )


def _known(question: str, entry: Entry, sheet: DiscountSheet) -> str:
    """The answer if the sheet knows it; a word that it does not know earns nothing, and the door refuses it."""
    given = entry.answers.get(question, NO_ANSWER[0])
    known = next(one for one in sheet.questions if one.id == question)
    return given if given in NO_ANSWER or any(given == choice.code for choice in known.answers) else NO_ANSWER[0]


def _answered(product: Product, entry: Entry, answers: Mapping[str, str]) -> Sheet:
    assert product.sheet is not None
    return Sheet(
        version=product.sheet.version,
        answers=answers,
        facts={fact.code: entry.facts.get(fact.code) == "yes" for fact in product.sheet.facts},
        certificates=tuple(
            Certificate(
                kind=kind,
                number=entry.papers[kind].get("number"),
                expires=_day(entry.papers[kind].get("expires", "")),
                issued=_day(entry.papers[kind].get("issued", "")),
            )
            for kind in counted_papers(product, entry)
        ),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _ladder(sheet: DiscountSheet, reached: int) -> tuple[StepShown, ...]:
    steps = [(0, 0), *((step.discount, step.points) for step in sheet.steps)]
    return tuple(
        StepShown(discount, at, "here" if discount == reached else "on" if discount < reached else "")
        for discount, at in steps
    )


_LABELS: Final[Mapping[str, Text]] = {
    "number": Text("番号", "Number"),
    "expires": Text("有効期限", "Valid until"),
    "issued": Text("実施日", "Day of issue"),
}
_WHY: Final[Mapping[str, Text]] = {
    "expired": Text("始期日に有効期限が切れているため、数えません。", "Expired on the day of inception: not counted."),
    "too_old": Text("始期日の1年より前のため、数えません。", "More than a year before inception: not counted."),
    "not_yet_started": Text(
        "制度が始まる前の始期のため、数えません。", "The scheme has not started by inception: not counted."
    ),
    "not_yet_issued": Text("始期日より後の日付のため、数えません。", "Dated after inception: not counted."),
    "counted_in_part_a": Text(
        "同じ契約を管理体制の設問で満点と数えたため、重ねて数えません。",
        "The same contract already earned a question in full: not counted twice.",
    ),
}
_WAITS: Final = Text("番号・日付を入力すると数えます。", "Counts once its number and day are given.")


def _paper(
    product: Product, entry: Entry, kind: CertificateKind, result: Discount | None, language: Language
) -> PaperRow:
    given = entry.papers.get(kind.kind)
    missing = paper_waits(product, entry, kind.kind) if given is not None else ()
    why, earned = "", 0
    if given is not None and missing:
        why = say(_WAITS, language)
    elif given is not None and result is not None:
        position = counted_papers(product, entry).index(kind.kind)
        reasons = {one.position: one.reason for one in result.uncounted}
        if position in reasons:
            why = say(_WHY[reasons[position]], language)
        else:
            earned = kind.discount
    return PaperRow(
        kind=kind.kind,
        part_b=kind.part_b,
        name=say(kind.name, language),
        earned=earned,
        of=kind.discount,
        has=given is not None,
        fields=tuple(
            PaperField(
                name=f"paper-{kind.kind}-{part}",
                part=part,
                label=say(_LABELS[part], language),
                value=(given or {}).get(part, ""),
                is_day=part != "number",
                missing=part in missing,
            )
            for part in kind.needs
        ),
        why=why,
    )
