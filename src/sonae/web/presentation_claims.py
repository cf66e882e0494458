"""Words and shapes that the pages of claims share. Pure, as `presentation.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sonae.clocks import Deadline
from sonae.period import JST
from sonae.product import Product, Text
from sonae.web.presentation import Language, day, figure, say
from sonae.web.presentation_prices import coverage_word
from sonae.wording import Mark, mark, source_title

STEP_WORDS: Final[dict[str, Text]] = {
    "investigation": Text("調査", "Investigation"),
    "restoration": Text("復旧", "Restoration"),
    "expert_advice": Text("専門家への相談", "Expert advice"),
    "victim_response": Text("被害者対応", "Response to victims"),
    "recurrence_prevention": Text("再発防止", "Prevention"),
}

STATE_WORDS: Final[dict[str, Text]] = {
    "asked": Text("承認待ち", "Waits for approval"),
    "approved": Text("承認", "Approved"),
    "declined": Text("不承認", "Declined"),
    "released": Text("取りやめ", "Released"),
    "paid": Text("支払いに入れた", "In a payment"),
    "prepared": Text("承認待ち", "Waits for approval"),
    "posted": Text("支払い済み", "Paid"),
    "void": Text("取消し", "Void"),
}

TURN_WORDS: Final[dict[str, Text]] = {
    "opened": Text("受付", "Opened"),
    "closed": Text("終了", "Closed"),
    "reopened": Text("再開", "Reopened"),
    "notified": Text("事故の知らせ", "Notice"),
    "consent_given": Text("代理店の閲覧に同意", "Consent to the agency given"),
    "consent_withdrawn": Text("代理店の閲覧の同意を取消し", "Consent to the agency withdrawn"),
    "task_added": Text("作業を追加", "Task added"),
    "task_done": Text("作業を済ませた", "Task done"),
    "task_dropped": Text("作業を取りやめ", "Task dropped"),
    "spend_asked": Text("見積の承認を求めた", "Approval of an estimate asked"),
    "spend_approved": Text("見積を承認", "Estimate approved"),
    "spend_declined": Text("見積を承認しない", "Estimate declined"),
    "spend_released": Text("見積を取りやめ", "Estimate released"),
    "demand_recorded": Text("損害賠償請求を受けた", "Demand received"),
    "settlement_agreed": Text("示談案を承認", "Settlement agreed"),
    "milestone": Text("出来事", "Milestone"),
    "file_handed_in": Text("書類を受領", "File handed in"),
    "decided": Text("支払いの判断", "Decided"),
    "paid": Text("支払い", "Paid"),
    "returned": Text("支払いの返還を受けた", "A payment was returned"),
    "letter_issued": Text("通知書を発行", "Letter issued"),
}

LETTER_WORDS: Final[dict[str, Text]] = {
    "payment": Text("お支払いの通知書", "Payment letter"),
    "denial": Text("お支払いできないことの通知書", "Denial letter"),
}

MILESTONE_WORDS: Final[dict[str, Text]] = {
    "report_preliminary": Text("個人情報保護委員会へ速報した", "Preliminary report filed"),
    "report_final": Text("個人情報保護委員会へ確報した", "Final report filed"),
    "persons_notified": Text("本人に通知した", "Persons notified"),
    "police_told": Text("警察に相談した", "Police told"),
    "claimed": Text("保険金を請求した", "Claim made"),
    "documents_complete": Text("書類がそろった", "Documents complete"),
    "insurer_knew": Text("解除の原因を知った", "Ground for rescission known"),
    "enquiry_police": Text("警察の照会のため延長を知らせた", "Extended: police enquiry"),
    "enquiry_expert": Text("専門機関の照会のため延長を知らせた", "Extended: expert enquiry"),
    "payment": Text("支払った", "Paid"),
}
OF_THE_MEMBER: Final = ("report_preliminary", "report_final", "persons_notified", "police_told", "claimed")
"""What a member may record of itself; the rest binds the insurer."""

_COLOURS: Final = {"liability": "l", "expense": "e", "business_income": "b"}


def field_moment(moment: datetime) -> str:
    """A moment as the browser's field writes it, in Japan."""
    return f"{moment.astimezone(JST):%Y-%m-%dT%H:%M}"


def understood_moment(typed: str) -> datetime | None:
    """A moment of the browser's field; None when it is none."""
    try:
        found = datetime.fromisoformat(typed) if len(typed) == 16 else None
    except ValueError:
        return None
    return found.replace(tzinfo=JST) if found is not None and found.tzinfo is None else None


def events_shown(product: Product, spoken: Language, chosen: str) -> list[dict[str, Any]]:
    """The covered events in everyday words."""
    return [{"code": code, "words": say(event.plain, spoken), "chosen": code == chosen}
            for code, event in product.events.items()]  # fmt: skip


def event_word(product: Product, code: str, spoken: Language) -> str:
    """What happened, in everyday words; that it is not sure yet."""
    if code in product.events:
        return say(product.events[code].plain, spoken)
    return "Not sure yet what happened" if spoken == "en" else "何が起きたかは、まだ分からない"


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A deadline: its css class, remaining time, last day, rule and mark."""

    css: str
    name: str
    left: str
    due: str
    rule: str
    mark: Mark | None
    source: str


def clock_shown(product: Product, one: Deadline, today: date, spoken: Language) -> ClockShown:
    """A deadline as a panel of the page: remaining time first, then the day and where it stands."""
    days = one.days_left(today)
    english = spoken == "en"
    if one.met is not None:
        css, left = "wait", f"Met {day(one.met, spoken)}" if english else f"{day(one.met, spoken)} 済み"
    elif days < 0:
        css, left = "soon", f"{-days} days late" if english else f"{-days}日過ぎています"
    elif days == 0:
        css, left = "soon", "Today" if english else "きょうまで"
    else:
        css, left = ("soon" if days <= 5 else "run"), f"{days} days left" if english else f"あと{days}日"
    due = f"by {day(one.due, spoken)}" if english else f"{day(one.due, spoken)}まで"
    return ClockShown(
        css, say(one.clock.name, spoken), left, due, one.clock.rule, mark(one.clock.basis.status, spoken),
        source_title(product, one.clock.basis.source, spoken),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """A limit: what is left of it, and the widths of its bar in thousandths (spent, then held and awaiting)."""

    css: str
    fill: str
    name: str
    remaining: str
    limit: str
    paid: str
    held: str
    asked: str
    spent_width: int
    held_width: int


def limit_left(
    product: Product, coverage: str, head: str, limit: int, paid: int, held: int, asked: int, spoken: Language
) -> LimitLeft:
    """A limit in yen: `paid`, `held` (prepared and approved) and `asked` (awaiting approval; not yet taken)."""
    colour = _COLOURS[coverage]
    name = say(product.heads[head].name, spoken) if head else coverage_word(coverage, spoken)
    spent = 1000 * (paid + held) // limit if limit else 0
    return LimitLeft(
        colour, f"f-{colour}", name, figure(limit - paid - held), figure(limit), figure(paid), figure(held),
        figure(asked), spent, min(1000 - spent, 1000 * asked // limit if limit else 0),
    )  # fmt: skip


def spoken_facts(facts: Mapping[str, Any], spoken: Language) -> list[tuple[str, str]]:
    """What a notice says of counts and yes or no."""
    english = spoken == "en"
    answers = {"yes": ("はい", "yes"), "no": ("いいえ", "no"), "unknown": ("不明", "unknown")}
    found = []
    for name, label in FACT_WORDS.items():
        value = facts.get(name)
        if value is not None:
            found.append((say(label, spoken), answers[value][english] if value in answers else f"{value:,}"))
    return found


FACT_WORDS: Final[dict[str, Text]] = {
    "leak": Text("情報が漏れたか", "Did data leak"),
    "stopped": Text("業務が止まっているか", "Is business stopped"),
    "demanded": Text("賠償を求められているか", "Has anyone demanded damages"),
    "ransom_demanded": Text("金銭を要求されているか", "Is a ransom demanded"),
    "persons": Text("人数", "Persons"),
    "companies": Text("会社の数", "Companies"),
}


def asks_shown(names: Iterable[str], kept: Mapping[str, Any], spoken: Language) -> list[dict[str, Any]]:
    """The questions of a notice with yes, no or unknown, as they were answered; unknown to begin with."""
    choices = (("yes", Text("はい", "Yes")), ("no", Text("いいえ", "No")), ("unknown", Text("不明", "Unknown")))
    return [
        {"name": name, "label": say(FACT_WORDS[name], spoken),
         "choices": [(value, say(word, spoken), value == (kept.get(name) or "unknown")) for value, word in choices]}
        for name in names
    ]  # fmt: skip


def timeline_word(kind: str, body: Mapping[str, Any], spoken: Language) -> str:
    """An entry of a claim's story in words."""
    if kind == "milestone" and body.get("kind") in MILESTONE_WORDS:
        return say(MILESTONE_WORDS[body["kind"]], spoken)
    return say(TURN_WORDS[kind], spoken) if kind in TURN_WORDS else kind


def timeline_detail(product: Product, body: Mapping[str, Any], spoken: Language) -> str:
    """What an entry adds, without ids and hashes."""
    found = []
    if body.get("event"):
        found.append(event_word(product, body["event"], spoken))
    if body.get("head") in product.heads:
        found.append(say(product.heads[body["head"]].name, spoken))
    for name in ("vendor", "title", "reason", "note", "basis"):
        if body.get(name):
            found.append(str(body[name]))
    for name in ("amount", "approved", "payable"):
        if body.get(name):
            found.append(f"¥{body[name]:,}" if spoken == "en" else f"{body[name]:,}円")
    return " ・ ".join(found)
