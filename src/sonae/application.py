"""An application (加入申込) is a list of dated steps in the order of the sale; where it stands is read off the list.

Intent, proposal, papers given, papers read, disclosure, final price, confirmation of intent on the final content,
signature, membership, decision, binding. Confirmation and signature hold only for the content they were given on: a
change of price, cover, answers or papers makes a new content, and so re-opens them without anyone having to remember
it. That the papers were read holds only for the document that was given last.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """The steps of the sale, in their order (保険業法294条・294条の2, and the trade's)."""

    intent = "intent"
    proposal = "proposal"
    papers = "papers"
    acknowledgement = "acknowledgement"
    disclosure = "disclosure"
    final_price = "final_price"
    confirmation = "confirmation"
    signature = "signature"
    membership = "membership"
    decision = "decision"
    binding = "binding"


ORDER: tuple[Step, ...] = tuple(Step)

NAMES: dict[Step, tuple[str, str]] = {
    Step.intent: ("意向の把握", "wishes"),
    Step.proposal: ("提案", "proposal"),
    Step.papers: ("契約概要・注意喚起情報の交付", "important matters given"),
    Step.acknowledgement: ("契約概要・注意喚起情報の確認", "important matters read"),
    Step.disclosure: ("告知", "disclosure"),
    Step.final_price: ("最終の保険料", "final price"),
    Step.confirmation: ("意向の確認", "intent confirmed"),
    Step.signature: ("署名", "signature"),
    Step.membership: ("会員の確認", "membership"),
    Step.decision: ("引受の判断", "acceptance"),
    Step.binding: ("成立", "bound"),
}
"""The steps in the trade's words, Japanese and English."""

MEMBERS_OWN = frozenset({Step.acknowledgement, Step.disclosure, Step.confirmation, Step.signature})
"""Steps that only the applicant can take, on their own device: nobody answers or signs in the applicant's name."""

ON_CONTENT = frozenset({Step.confirmation, Step.signature, Step.decision})
"""Steps that hold only for the content they were taken on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken: when, by whom, how, on what content.

    content  the hash of what the step was taken on: of the document for papers given and read, of the final content
             (price, cover, answers, papers) for the steps after the final price, else None
    party    `member` when the applicant acted, else the role of whoever did
    factor   how the person was known (passkey, password and code, call-back …)
    """

    step: Step
    at: datetime
    actor: str
    party: str
    channel: str
    factor: str
    content: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken now."""

    code: str
    message: str
    message_en: str


def standing(steps: tuple[Taken, ...], content: str | None) -> dict[Step, Taken]:
    """The steps that hold now: the last of each kind, without those taken on another content than the present one."""
    held: dict[Step, Taken] = {}
    for taken in steps:
        held[taken.step] = taken
    given, read = held.get(Step.papers), held.get(Step.acknowledgement)
    if read is not None and (given is None or read.content is None or read.content != given.content):
        del held[Step.acknowledgement]
    return {step: taken for step, taken in held.items() if step not in ON_CONTENT or taken.content == content}


def next_step(steps: tuple[Taken, ...], content: str | None) -> Step | None:
    """The first step that does not hold yet; None when the cover is bound."""
    held = standing(steps, content)
    return next((step for step in ORDER if step not in held), None)


def may_take(steps: tuple[Taken, ...], content: str | None, step: Step, party: str) -> Refusal | None:
    """Why this party cannot take this step now; None when it can.

    Every earlier step must hold. A step may be taken again (a changed answer, a new price) until the cover is bound.
    """
    held = standing(steps, content)
    if Step.binding in held:
        return Refusal("already_bound", "すでに成立しています。", "The cover is already bound.")
    missing = [earlier for earlier in ORDER[: ORDER.index(step)] if earlier not in held]
    if missing:
        return _unready(step, missing)
    if step in MEMBERS_OWN and party != "member":
        return Refusal(
            "not_the_applicant",
            "この手続きは、お客さまご本人が行います。",
            "Only the applicant can take this step.",
        )
    if step is Step.binding and held[Step.decision].outcome != "accept":
        return Refusal("not_accepted", "引受の承認がありません。", "The application is not accepted.")
    return None


def _unready(step: Step, missing: list[Step]) -> Refusal:
    """Why a step is too early; papers before answers and signature are a reason of their own (保険業法294条)."""
    after = ORDER.index(step) > ORDER.index(Step.acknowledgement)
    if missing[0] is Step.papers:
        return Refusal(
            "papers_not_given",
            "契約概要・注意喚起情報を先にお渡しします。",
            "The contract summary and the warning information are given first.",
        )
    if missing[0] is Step.acknowledgement and after:
        return Refusal(
            "papers_not_read",
            "契約概要・注意喚起情報をお客さまが確認されるまで、告知や署名には進めません。",
            "Nothing is answered or signed before the applicant has read the contract summary and warning information.",
        )
    ja = "、".join(NAMES[each][0] for each in missing)
    en = ", ".join(NAMES[each][1] for each in missing)
    return Refusal("step_skipped", f"先に済ませる手続きがあります: {ja}", f"Steps to take first: {en}")
