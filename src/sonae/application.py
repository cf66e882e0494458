"""An application (加入申込) is a list of dated steps in the order of the sale; where it stands is read off the list.

Intent, proposal, papers, disclosure, final price, confirmation of intent on the final content, signature,
membership, decision, binding. Confirmation and signature hold only for the content they were given on: a change of
price, cover, answers or papers makes a new content, and so re-opens them without anyone having to remember it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """The steps of the sale, in their order (保険業法294条・294条の2, and the trade's)."""

    intent = "intent"
    proposal = "proposal"
    papers = "papers"
    disclosure = "disclosure"
    final_price = "final_price"
    confirmation = "confirmation"
    signature = "signature"
    membership = "membership"
    decision = "decision"
    binding = "binding"


ORDER: tuple[Step, ...] = tuple(Step)

MEMBERS_OWN = frozenset({Step.disclosure, Step.confirmation, Step.signature})
"""Steps that only the applicant can take, on their own device: nobody answers or signs in the applicant's name."""

ON_CONTENT = frozenset({Step.confirmation, Step.signature, Step.decision})
"""Steps that hold only for the content they were taken on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken: when, by whom, how, on what content.

    content  the hash of the final content (price, cover, answers, papers) for steps that hold only on it, else None
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
        names = ", ".join(missing)
        return Refusal("step_skipped", f"先に済ませる手続きがあります: {names}", f"Steps to take first: {names}")
    if step in MEMBERS_OWN and party != "member":
        return Refusal(
            "not_the_applicant",
            "この手続きは、お客さまご本人が行います。",
            "Only the applicant can take this step.",
        )
    if step is Step.binding and held[Step.decision].outcome != "accept":
        return Refusal("not_accepted", "引受の承認がありません。", "The application is not accepted.")
    return None
