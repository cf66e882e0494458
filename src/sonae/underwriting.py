"""Accept, refer or decline (引受・個別照会・引受不可) an application, with every reason from product data.

A decline outweighs a referral, and a referral an acceptance. A referral is never decided here: a person of the
insurer does that, and not the one who proposed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sonae.product import Product
from sonae.quotation import Answer
from sonae.scheme import Disclosure, Effect


class Verdict(StrEnum):
    """What becomes of an application."""

    accept = "accept"
    refer = "refer"
    decline = "decline"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for a verdict: its code, effect, sentence in Japanese and English, and where it stands."""

    code: str
    effect: Effect
    message: str
    message_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and all its grounds; an acceptance may have grounds too, those that only warn."""

    verdict: Verdict
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the office knows beside the papers: whether membership is confirmed, and whether cover is already held."""

    membership_confirmed: bool
    cover_already_held: bool


def before_binding(due: date, inception: date) -> bool:
    """Whether a condition of an acceptance must be met before the cover is bound: it falls due by the start.

    One that falls due later binds nobody's hands at binding; it waits on the list of open conditions.
    """
    return due <= inception


def decide(product: Product, answer: Answer, answers: Mapping[str, str], circumstances: Circumstances) -> Decision:
    """Decide an application by rule.

    `answer` is the final price; `answers` are the member's answers to exactly the product's disclosure questions,
    each `yes`, `no` or the code of a choice. Raises ValueError when a question is unanswered or unknown.
    """
    disclosure = product.disclosure
    assert disclosure is not None, "a product without a disclosure takes no applications"
    grounds = [
        Ground(finding.code, finding.effect, finding.message, finding.message_en, finding.source)
        for finding in answer.findings
    ]
    grounds += _from_disclosure(disclosure, answers)
    for code, stands in (
        ("membership_not_confirmed", not circumstances.membership_confirmed),
        ("cover_already_held", circumstances.cover_already_held),
        ("discount_not_evidenced_for_application", "sheet_discount" in answer.request),
    ):
        if stands:
            note = product.notes[code]
            grounds.append(Ground(code, "decline", note.ja, note.en, f"product.toml:notes.{code}"))
    effects = {ground.effect for ground in grounds}
    if "decline" in effects:
        return Decision(Verdict.decline, tuple(grounds))
    return Decision(Verdict.refer if "refer" in effects else Verdict.accept, tuple(grounds))


def _from_disclosure(disclosure: Disclosure, answers: Mapping[str, str]) -> list[Ground]:
    asked = {question.id for question in disclosure.questions}
    if set(answers) != asked:
        raise ValueError(f"the questions are {sorted(asked)}, the answers are to {sorted(answers)}")
    grounds = []
    for question in disclosure.questions:
        if answers[question.id] not in question.choices:
            raise ValueError(f"{question.id} is answered by one of {list(question.choices)}")
        consequence = question.consequences.get(answers[question.id])
        if consequence is not None:
            code = f"disclosed_{question.id}"
            message = consequence.message
            grounds.append(Ground(code, consequence.effect, message.ja, message.en, question.basis.cited))
    return grounds
