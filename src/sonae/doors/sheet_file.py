"""From sheet.toml to the discount sheet of a product."""

from itertools import pairwise
from typing import Any

from sonae.doors.files import Folder
from sonae.product import (
    AnswerChoice,
    CertificateCap,
    CertificateKind,
    DiscountSheet,
    KnockOut,
    Question,
    SheetFact,
    Step,
    Text,
)
from sonae.worksheet import Basis

FILE = "sheet.toml"


def read_sheet(folder: Folder, table: Any) -> DiscountSheet | None:
    """The sheet, or None for a product without one. Faults are noted in the folder."""
    if table is None:
        return None
    around = folder.ground(FILE, (), table, None)
    around = folder.basis(FILE, 1, "sheet", around.source, around.status, table.reason or "")
    for name in ("part_a_at_most", "part_b_at_most", "discount_at_most", "step"):
        folder.ground(FILE, (name,), getattr(table, name), around)
    sheet = DiscountSheet(
        version=table.version,
        name=Text(table.name_ja, table.name_en),
        questions=tuple(_question(folder, number, shape, around) for number, shape in enumerate(table.questions)),
        facts=tuple(
            SheetFact(
                shape.code,
                Text(shape.text_ja, shape.text_en),
                Text(shape.short_ja, shape.short_en or "") if shape.short_ja else None,
            )
            for shape in table.facts
        ),
        steps=tuple(
            Step(shape.points, shape.discount, folder.ground(FILE, ("steps", number), shape, around))
            for number, shape in enumerate(table.steps)
        ),
        knock_outs=tuple(
            KnockOut(
                code=shape.code,
                fact=shape.when.fact,
                lacking=shape.when.lacking,
                part_a_at_most=shape.part_a_at_most,
                message=Text(shape.message_ja, shape.message_en),
            )
            for shape in table.knock_outs
        ),
        certificates=tuple(
            CertificateKind(
                kind=shape.kind,
                part_b=shape.part_b,
                discount=shape.discount,
                name=Text(shape.name_ja, shape.name_en),
                short=Text(shape.short_ja, shape.short_en),
                needs=tuple(shape.needs),
                valid_years=shape.valid_years,
                since=shape.since,
                not_with=(shape.not_with.fact, shape.not_with.full) if shape.not_with else None,
                basis=folder.ground(FILE, ("certificates", number), shape, around),
            )
            for number, shape in enumerate(table.certificates)
        ),
        caps=tuple(CertificateCap(tuple(shape.kinds), shape.at_most) for shape in table.certificate_caps),
        none_label=Text(table.labels.none.label_ja, table.labels.none.label_en),
        unknown_label=Text(table.labels.unknown.label_ja, table.labels.unknown.label_en),
        part_a_at_most=table.part_a_at_most.value,
        part_b_at_most=table.part_b_at_most.value,
        discount_at_most=table.discount_at_most.value,
        step=table.step.value,
        basis=around,
    )
    _check(folder, sheet)
    return sheet


def _question(folder: Folder, number: int, shape: Any, around: Basis) -> Question:
    """A question of part A; its points come out in whole tenths for every answer, the best of which comes first."""
    path = ("questions", number)
    for answer in shape.answers:
        if shape.points * answer.share % 10:
            folder.fault(FILE, path, f"{shape.id}.{answer.code}: points × share must be whole tenths")
    if shape.answers[0].code != "full" or shape.answers[0].share != 100:
        folder.fault(FILE, path, f"{shape.id}: the first answer must be `full` with a share of 100")
    return Question(
        id=shape.id,
        text=Text(shape.text_ja, shape.text_en),
        short=Text(shape.short_ja, shape.short_en),
        points=shape.points,
        answers=tuple(
            AnswerChoice(answer.code, Text(answer.label_ja, answer.label_en), answer.share) for answer in shape.answers
        ),
        evidence=shape.evidence,
        basis=folder.ground(FILE, path, shape, around),
    )


def _check(folder: Folder, sheet: DiscountSheet) -> None:
    """Names that the sheet uses of itself, rising steps, and discounts that stay on the ladder's step."""
    questions = {question.id for question in sheet.questions}
    facts = {fact.code for fact in sheet.facts}
    kinds = [kind.kind for kind in sheet.certificates]
    for names, what in (([question.id for question in sheet.questions], "questions"), (kinds, "certificates")):
        for number, name in enumerate(names):
            if name in names[:number]:
                folder.fault(FILE, (what, number), f"{name} is there twice")
    for number, knock_out in enumerate(sheet.knock_outs):
        place = ("knock_outs", number)
        if knock_out.fact is None and knock_out.lacking is None:
            folder.fault(FILE, place, f"{knock_out.code}: a fact or a question is needed")
        if knock_out.fact is not None and knock_out.fact not in facts:
            folder.fault(FILE, place, f"{knock_out.code}: there is no fact {knock_out.fact}")
        if knock_out.lacking is not None and knock_out.lacking not in questions:
            folder.fault(FILE, place, f"{knock_out.code}: there is no question {knock_out.lacking}")
    for number, kind in enumerate(sheet.certificates):
        if kind.not_with and (kind.not_with[0] not in facts or kind.not_with[1] not in questions):
            folder.fault(FILE, ("certificates", number), f"{kind.kind}: not_with names an unknown fact or question")
    for number, cap in enumerate(sheet.caps):
        for name in set(cap.kinds) - set(kinds):
            folder.fault(FILE, ("certificate_caps", number), f"there is no certificate {name}")
    for number, (low, high) in enumerate(pairwise(sheet.steps), start=1):
        if high.points <= low.points or high.discount <= low.discount:
            folder.fault(FILE, ("steps", number), "points and discounts must rise from step to step")
    discounts = [
        *(step.discount for step in sheet.steps),
        *(kind.discount for kind in sheet.certificates),
        *(cap.at_most for cap in sheet.caps),
        *(knock_out.part_a_at_most for knock_out in sheet.knock_outs),
        sheet.part_a_at_most,
        sheet.part_b_at_most,
        sheet.discount_at_most,
    ]
    for discount in sorted({discount for discount in discounts if discount % sheet.step or not 0 <= discount <= 100}):
        folder.fault(FILE, ("step",), f"{discount} is not a step of {sheet.step} between 0 and 100")
