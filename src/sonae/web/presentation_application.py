"""An application as pages show it: where it stands, for whom it waits, until when, and who took which step.

Pure but for the values it is given. What a role may not see (terms, answers) is left out by the pages that call this.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sonae.application import ORDER, Step
from sonae.cutoffs import NAMES
from sonae.office import starts
from sonae.period import JST, japanese_day
from sonae.product import Product, Text
from sonae.web.presentation import Language, Mark, day, mark, say
from sonae.web.presentation_office import factor_word, stamp, start_words, step_word

AGENCY: Final = Text("代理店", "Agency")
APPLICANT: Final = Text("お客さま", "Applicant")
COOPERATIVE: Final = Text("組合", "Cooperative")
INSURER: Final = Text("引受保険会社", "Insurer")

_KEYS: Final = {AGENCY: "agency", APPLICANT: "applicant", COOPERATIVE: "cooperative", INSURER: "insurer"}

WAITS: Final[dict[Step, tuple[Text, Text]]] = {
    Step.intent: (AGENCY, Text("意向を書き留める", "write down the wishes")),
    Step.proposal: (AGENCY, Text("提案を書く", "write the proposal")),
    Step.papers: (AGENCY, Text("重要事項の書面を渡す", "hand over the important matters")),
    Step.acknowledgement: (APPLICANT, Text("重要事項を読む", "read the important matters")),
    Step.disclosure: (APPLICANT, Text("告知に答える", "answer the disclosure")),
    Step.final_price: (AGENCY, Text("最終の保険料を出す", "give the final price")),
    Step.confirmation: (APPLICANT, Text("最終の内容を確かめる", "confirm the final content")),
    Step.signature: (APPLICANT, Text("署名する", "sign")),
    Step.membership: (COOPERATIVE, Text("会員であることを確かめる", "confirm membership")),
    Step.decision: (INSURER, Text("引受けを判断する", "decide on acceptance")),
    Step.binding: (AGENCY, Text("成立させる", "bind the cover")),
}

GROUPS: Final[tuple[tuple[Text, tuple[Step, ...]], ...]] = (
    (Text("準備", "Preparation"), (Step.intent, Step.proposal, Step.papers)),
    (Text("重要事項と告知", "Papers and disclosure"), (Step.acknowledgement, Step.disclosure, Step.final_price)),
    (Text("確認と署名", "Confirmation and signature"), (Step.confirmation, Step.signature)),
    (Text("会員の確認と引受け", "Membership and acceptance"), (Step.membership, Step.decision)),
    (Text("成立", "Cover"), (Step.binding,)),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an application stands: a tag with its tone, for whom it waits, and what that one does next."""

    tag: str
    tone: str
    whose: str
    waits_for: str
    what: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class GroupShown:
    """One of the five parts of the way: `state` is done, now or empty; `text` says when, or what is missing."""

    name: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when the applicant can sign, in words with its hour, and whether that is near or past."""

    day: date
    words: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class CutOffShown:
    """One cut-off of a start: what, until when, and how sure that is."""

    name: str
    when: str
    past: bool
    mark: Mark | None


def stage(held: dict[Step, Any], following: Step | None, referred: bool, language: Language) -> Stage:
    """The stage from the steps that hold, the next one, and whether a referral waits."""
    done, of = len(held), len(ORDER)
    decision = held.get(Step.decision)
    if following is None:
        return Stage(say(Text("成立", "In force"), language), "ok", "done", "", "", done, of)
    if decision is not None and decision.outcome == "decline":
        return Stage(say(Text("引受不可", "Declined"), language), "bad", "done", "", "", done, of)
    waits_for, what = WAITS[following]
    if following is Step.decision and referred:
        tag, tone = Text("審査中", "Referred"), "warn"
    elif following in (Step.intent, Step.proposal, Step.papers, Step.final_price):
        tag, tone = Text("準備中", "In preparation"), ""
    elif following is Step.binding:
        tag, tone = Text("引受承認", "Accepted"), "ok"
    elif following in (Step.membership, Step.decision):
        tag, tone = Text("署名済み", "Signed"), "key"
    else:
        tag, tone = Text("お客さま待ち", "With the applicant"), "warn"
    return Stage(say(tag, language), tone, _KEYS[waits_for], say(waits_for, language), say(what, language), done, of)


def groups(held: dict[Step, Any], following: Step | None, language: Language) -> tuple[GroupShown, ...]:
    """The five parts of the way for the row of steps."""
    found = []
    for name, steps in GROUPS:
        missing = [step for step in steps if step not in held]
        if not missing:
            at: datetime = max(held[step].at for step in steps)
            found.append(GroupShown(say(name, language), "done", stamp(at)))
        else:
            is_now = following in steps
            text = say(WAITS[missing[0]][0], language) if is_now else ""
            found.append(GroupShown(say(name, language), "now" if is_now else "", text))
    return tuple(found)


def deadline(
    product: Product, inception: date, valid_until: date, renews: bool, moment: datetime, language: Language
) -> Deadline:
    """The last day to sign: what the start's cut-off still allows, and no longer than the price stands."""
    closes = starts.closing(product, inception, renews=renews)
    last = min(valid_until, closes.day)
    left = (last - japanese_day(moment)).days
    if left < 0 or moment >= closes.closes:
        words, tone = Text("締切を過ぎています", "past the deadline"), "bad"
    elif left == 0:
        words, tone = Text("今日まで", "today"), "warn"
    else:
        words, tone = Text(f"あと{left}日", f"{left} days left"), "warn" if left < 8 else ""
    until = starts.when(closes, language) if last == closes.day else day(last, language)
    return Deadline(last, until, say(words, language), tone)


def promise(product: Product, inception: date, until: Deadline, language: Language) -> str:
    """「2月26日 午後4時までに署名すると、2027年4月1日 午後4時から」: a start promised only from the calendar."""
    start = start_words(product, inception, language)
    if language == "en":
        return f"Signed by {until.words}, cover starts on {start}."
    return f"{until.words}までに署名すると、{start}から補償します。"


def cutoffs_shown(product: Product, inception: date, moment: datetime, language: Language) -> list[CutOffShown]:
    """Every cut-off of a start, in the trade's order."""
    rules = product.cutoffs.rules if product.cutoffs is not None else {}
    return [
        CutOffShown(
            say(Text(*NAMES[one.kind]), language),
            starts.when(one, language),
            moment >= one.closes,
            mark(rules[one.kind].basis.status, language),
        )
        for one in starts.calendar_of(product, inception)
    ]


def steps_shown(rows: Any, who: dict[str, str], language: Language) -> list[dict[str, Any]]:
    """The steps as taken, oldest first: what, when, who, how. Never what was answered."""
    return [
        {
            "step": step_word(row.step, language),
            "at": row.at.astimezone(JST),
            "stamp": stamp(row.at),
            "who": who.get(row.actor, row.actor),
            "factor": factor_word(row.factor, language),
            "outcome": say(_OUTCOMES[row.outcome], language) if row.outcome in _OUTCOMES else "",
        }
        for row in rows
    ]


_OUTCOMES: Final[dict[str, Text]] = {
    "accept": Text("引受け", "accepted"),
    "decline": Text("引受不可", "declined"),
    "confirmed": Text("確認済み", "confirmed"),
}
