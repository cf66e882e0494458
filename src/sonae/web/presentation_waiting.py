"""What waits, as a page, a file and the API say it: what to do, by when, and which start is still reached.

Pure but for the values it is given.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sonae.application import Step
from sonae.office import starts
from sonae.office.waiting import Kind, Waiting, Whose
from sonae.period import JST, japanese_day
from sonae.product import Text
from sonae.web.presentation import Language, day, say
from sonae.web.presentation_application import AGENCY, APPLICANT, COOPERATIVE, INSURER, WAITS
from sonae.web.presentation_office import stamp, start_words

WHO: Final[dict[Whose, Text]] = {
    Whose.agency: AGENCY, Whose.applicant: APPLICANT, Whose.cooperative: COOPERATIVE, Whose.insurer: INSURER,
}  # fmt: skip
_TASKS: Final[dict[str, Text]] = {
    Kind.quotation: Text("見積から申込みを始める", "begin the application from the quotation"),
    Kind.proposal: Text("異動を承認するか決める", "agree to the change or not"),
    Kind.condition: Text("引受けの条件を満たす", "meet the condition of the acceptance"),
    Kind.offer: Text("更新の案内に答える", "answer the renewal offer"),
}
_TO_CLOSE: Final = Text("条件が満たされたか確かめて閉じる", "check that the condition is met, and close it")
_KINDS: Final[dict[Kind, Text]] = {
    Kind.quotation: Text("見積", "Quotation"),
    Kind.application: Text("申込み", "Application"),
    Kind.proposal: Text("異動", "Change"),
    Kind.condition: Text("引受条件", "Condition"),
    Kind.offer: Text("更新", "Renewal"),
}
_NAMELESS: Final = Text("宛名なし", "no name")


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """One row: its address, company, task, whose turn it is, last day with what is left, and the start in words."""

    href: str
    name: str
    kind: str
    task: str
    who: str
    since: str
    until: str
    left: str
    tone: str
    start: str
    next_start: str


def task_of(one: Waiting, role: str) -> Text:
    """What is to be done; a condition is met by the one side and closed by the other."""
    if one.kind is Kind.condition and role == "underwriter":
        return _TO_CLOSE
    return WAITS[Step(one.task)][1] if one.kind is Kind.application else _TASKS[one.kind]


def address_of(one: Waiting, role: str) -> str:
    """Where it is done by whoever asks."""
    own = role == "member"
    if one.kind is Kind.application:
        if own:
            return f"/member/applications/{one.id}"
        return f"/referrals/{one.id}" if one.mine and one.task == Step.decision else f"/applications/{one.id}"
    if one.kind is Kind.condition:
        return "/conditions" if role == "underwriter" else f"/applications/{one.id}"
    places = {
        Kind.quotation: f"/quotation/{one.id}/apply", Kind.proposal: f"/proposals/{one.id}",
        Kind.offer: f"/renewals/{one.id}",
    }  # fmt: skip
    return places[one.kind]


def shown(one: Waiting, role: str, moment: datetime, language: Language) -> WaitingShown:
    """A row in words."""
    reach = one.reach
    left = (one.until - japanese_day(moment)).days
    past = left < 0 or (reach is not None and not reach.holds)
    if one.kind is Kind.proposal:
        words, tone, until = Text("", ""), "", "—"
    else:
        words, tone = _left(left, past)
        exact = reach is not None and one.until == reach.until.day
        until = starts.when(reach.until, language) if reach is not None and exact else day(one.until, language)
    following = ""
    if reach is not None and not reach.holds and not one.renews:
        following = start_words(one.product, reach.following, language)
    return WaitingShown(
        address_of(one, role), one.member or say(_NAMELESS, language), say(_KINDS[one.kind], language),
        say(task_of(one, role), language), say(WHO[one.whose], language), stamp(one.since), until,
        say(words, language), tone,
        start_words(one.product, reach.start, language) if reach is not None else "", following,
    )  # fmt: skip


def _left(left: int, past: bool) -> tuple[Text, str]:
    if past:
        return Text("締切を過ぎています", "past the deadline"), "bad"
    if left == 0:
        return Text("今日まで", "today"), "warn"
    return Text(f"あと{left}日", f"{left} days left"), "warn" if left < 8 else ""


def told(one: Waiting, role: str) -> dict[str, Any]:
    """A row for the API."""
    task, reach = task_of(one, role), one.reach
    return {
        "kind": str(one.kind), "id": str(one.id), "member": one.member, "waits_for": str(one.whose), "mine": one.mine,
        "task": one.task, "message": task.ja, "message_en": task.en, "since": one.since.astimezone(JST).isoformat(),
        "until": None if one.kind is Kind.proposal else one.until.isoformat(),
        "start": _iso(reach.start if reach else None), "start_holds": reach.holds if reach else None,
        "next_start": _iso(reach.following if reach else None), "page": address_of(one, role),
    }  # fmt: skip


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
