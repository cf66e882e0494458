"""From disclosure.toml, part_year.toml and life.toml to the rules of how a plan is run."""

from collections.abc import Mapping
from typing import Any

from sonae.cover import BEGINS, Reason
from sonae.doors.files import Folder
from sonae.product import Constant
from sonae.scheme import Choice, Consequence, Disclosure, DisclosureQuestion, Keeps, Life, PartYear, Text


def read_disclosure(folder: Folder, table: Any) -> Disclosure | None:
    """The questionnaire, or None for a product that takes no applications."""
    if table is None:
        return None
    file = "disclosure.toml"
    around = folder.ground(file, (), table, None)
    questions: list[DisclosureQuestion] = []
    for number, shape in enumerate(table.questions):
        path = ("questions", number)
        choices = {
            choice.code: Choice(choice.code, Text(choice.label_ja, choice.label_en), choice.wants_detail)
            for choice in shape.choices
        }
        for code in shape.consequences:
            if code not in choices:
                folder.fault(file, path, f"{shape.id}: a consequence for {code}, which is no choice")
        if shape.id in {question.id for question in questions}:
            folder.fault(file, path, f"{shape.id} is there twice")
        questions.append(
            DisclosureQuestion(
                id=shape.id,
                text=Text(shape.text_ja, shape.text_en),
                choices=choices,
                consequences={
                    code: Consequence(follows.effect, Text(follows.message_ja, follows.message_en))
                    for code, follows in shape.consequences.items()
                },
                basis=folder.ground(file, path, shape, around),
            )
        )
    basis = folder.basis(file, 1, "disclosure", around.source, around.status, table.reason or "")
    return Disclosure(table.version, tuple(questions), basis)


def read_part_year(folder: Folder, table: Any, constants: Mapping[str, Constant]) -> PartYear | None:
    """The table of part-year money; unit and minimum are the tariff's."""
    if table is None:
        return None
    file = "part_year.toml"
    around = folder.ground(file, (), table, None)
    reasons = {reason.value for reason in Reason if reason is not Reason.undo}
    for reason in sorted(reasons - table.keeps.keys()):
        folder.fault(file, ("keeps",), f"the reason {reason} is missing")
    for reason in sorted(table.keeps.keys() - reasons):
        folder.fault(file, ("keeps", reason), f"there is no reason {reason}")
    return PartYear(
        keeps={reason: Keeps(word) for reason, word in table.keeps.items()},
        by_fraud=Keeps(table.by_fraud),
        unit=constants["unit"].value,
        minimum=constants["minimum"].value,
        basis=folder.basis(file, 1, "keeps", around.source, around.status, table.reason or ""),
    )


def read_life(folder: Folder, table: Any) -> Life | None:
    """The rules of a cover's life: who may ask for which change, and how far back."""
    if table is None:
        return None
    file = "life.toml"
    around = folder.ground(file, (), table, None)
    reasons = {reason.value for reason in Reason if reason not in BEGINS}
    for reason in sorted(reasons - table.changes.keys()):
        folder.fault(file, ("changes",), f"the reason {reason} is missing")
    for reason in sorted(table.changes.keys() - reasons):
        folder.fault(file, ("changes", reason), f"{reason} is no change of a cover")
    for role, days in table.backdating_days.items():
        if days < 0:
            folder.fault(file, ("backdating_days", role), "days are not negative")
    return Life(
        roles={reason: frozenset(change.roles) for reason, change in table.changes.items()},
        second_person=frozenset(reason for reason, change in table.changes.items() if change.second_person),
        backdating_days=dict(table.backdating_days),
        evidence_days=table.membership.evidence_days,
        offer_months=table.renewal.offer_months,
        no_answer=table.renewal.no_answer,
        basis=folder.basis(file, 1, "changes", around.source, around.status, table.reason or ""),
    )
