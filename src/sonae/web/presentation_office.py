"""Words that the pages of applications and covers share: steps, who waits, moments, terms, reasons, people.

Pure, as `presentation.py`. To customers an hour is 午後4時, in records it is 16:00; a history shows both of its times.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sonae.application import Step
from sonae.conditions import COVERAGES
from sonae.cover import Reason
from sonae.period import JST
from sonae.product import Product, Text
from sonae.quotation import security_discount
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.web.presentation import Language, amount, day, figure, hour, limit, say
from sonae.web.presentation_prices import cell_name, coverage_word

STEP_WORDS: Final[dict[Step, Text]] = {
    Step.intent: Text("意向の把握", "Wishes"),
    Step.proposal: Text("提案", "Proposal"),
    Step.papers: Text("重要事項の交付", "Important matters given"),
    Step.acknowledgement: Text("重要事項の確認", "Important matters read"),
    Step.disclosure: Text("告知", "Disclosure"),
    Step.final_price: Text("最終の保険料", "Final price"),
    Step.confirmation: Text("意向の確認", "Intent confirmed"),
    Step.signature: Text("署名", "Signature"),
    Step.membership: Text("会員の確認", "Membership"),
    Step.decision: Text("引受の判断", "Acceptance"),
    Step.binding: Text("成立", "Bound"),
}

ROLE_WORDS: Final[dict[str, Text]] = {
    "solicitor": Text("募集人", "Solicitor"),
    "agency_manager": Text("代理店管理者", "Agency manager"),
    "association_office": Text("会員団体・組合", "Association or cooperative"),
    "federation_office": Text("中央会", "Federation"),
    "underwriter": Text("引受担当", "Underwriter"),
    "claims_handler": Text("損害調査担当", "Claims handler"),
    "claims_manager": Text("損害調査管理者", "Claims manager"),
    "auditor": Text("監査人", "Auditor"),
    "operator": Text("システム運用者", "Operator"),
    "member": Text("お客さま", "Member"),
}

_NO_PERSON: Final[dict[str, Text]] = {
    "link": Text("お客さま（申込みのリンク）", "Applicant by link"),
    "rule": Text("商品の規則", "The product's rules"),
    "key": Text("接続キー", "A key"),
    "set-up": Text("初期設定", "Set-up"),
}

REASON_WORDS: Final[dict[Reason, Text]] = {
    Reason.enrolment: Text("加入", "Enrolment"),
    Reason.mid_term_enrolment: Text("中途加入", "Mid-term enrolment"),
    Reason.renewal: Text("更新", "Renewal"),
    Reason.endorsement: Text("加入内容の変更", "Endorsement"),
    Reason.correction: Text("告知の訂正", "Correction of disclosure"),
    Reason.withdrawal: Text("脱退", "Withdrawal"),
    Reason.cancellation: Text("解約", "Cancellation"),
    Reason.lapse: Text("失効", "Lapse"),
    Reason.termination: Text("解除", "Termination"),
    Reason.termination_for_non_payment: Text("保険料不払による解除", "Termination for non-payment"),
    Reason.avoidance: Text("取消し", "Avoidance"),
    Reason.voidness: Text("無効", "Voidness"),
    Reason.undo: Text("前の異動の取消し", "Undo of a change"),
}

FACTOR_WORDS: Final[dict[str, Text]] = {
    "passkey": Text("パスキー", "passkey"),
    "totp": Text("パスワードと認証アプリ", "password and app"),
    "recovery": Text("回復コード", "recovery code"),
    "password": Text("パスワード", "password"),
    "link": Text("申込みのリンク", "link"),
    "key": Text("接続キー", "key"),
    "rule": Text("規則", "rule"),
    "evidence": Text("組合の確認", "cooperative's evidence"),
}


def step_word(step: Step | str, language: Language) -> str:
    """A step of the sale in the page's language."""
    return say(STEP_WORDS[Step(step)], language)


def reason_word(reason: Reason | str, language: Language) -> str:
    """Why a transaction happened, in the page's language."""
    return say(REASON_WORDS[Reason(reason)], language)


def factor_word(factor: str, language: Language) -> str:
    """How a person was known, in the page's language."""
    return say(FACTOR_WORDS[factor], language) if factor in FACTOR_WORDS else factor


def actor_word(kind: str, role: str, organisation: str, language: Language) -> str:
    """Who acted: role and organisation, never a personal name."""
    if kind in _NO_PERSON:
        return say(_NO_PERSON[kind], language)
    if role not in ROLE_WORDS:
        return kind
    opened, closed = (" (", ")") if language == "en" else ("（", "）")
    return f"{say(ROLE_WORDS[role], language)}{opened}{organisation}{closed}"


def moment_words(moment: datetime, language: Language) -> str:
    """2027年4月1日 午後4時; minutes where there are any."""
    local = moment.astimezone(JST)
    minutes = f"{local.minute:02}" if local.minute else ""
    if language == "en":
        clock = hour(local.hour, "en") if not minutes else f"{local:%H:%M}"
        return f"{day(local.date(), 'en')}, {clock}"
    return f"{day(local.date(), 'ja')} {hour(local.hour, 'ja')}{f'{local.minute}分' if minutes else ''}"


def record_day(moment: datetime, language: Language) -> str:
    """The Japanese day of a moment."""
    return day(moment.astimezone(JST).date(), language)


def record_hour(moment: datetime) -> str:
    """16:00, as records write it."""
    return f"{moment.astimezone(JST):%H:%M}"


def stamp(moment: datetime) -> str:
    """2027-04-01 16:00, for dense lists."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M}"


def whole_days(until: datetime, now: datetime) -> int:
    """Days that are left, counted in Japan."""
    return (until.astimezone(JST).date() - now.astimezone(JST).date()).days


@dataclass(frozen=True, slots=True)
class LimitShown:
    """One coverage of a cover: its colour class, name, limit in figures and words, and to what it applies."""

    css: str
    name: str
    yen: str
    words: str
    basis: str


_COLOURS: Final = {"liability": "l", "expense": "e", "business_income": "b"}


def limits_shown(product: Product, request: QuotationRequest, language: Language) -> tuple[LimitShown, ...]:
    """The limits of the coverages that the terms hold."""
    bases = product.papers.limit_bases if product.papers is not None else {}
    return tuple(
        LimitShown(
            _COLOURS[coverage], coverage_word(coverage, language), figure(yen), limit(yen, language),
            say(bases[coverage].words, language) if coverage in bases else "",
        )
        for coverage, yen in select(product, request).limits_held().items()
    )  # fmt: skip


_LABELS: Final[dict[str, Text]] = {
    "industry": Text("業種", "Industry"),
    "sales": Text("年間売上高（税込）", "Annual sales, tax included"),
    "it_sales": Text("うちIT業務の売上高", "of which IT work"),
    "plan": Text("プラン", "Plan"),
    "set": Text("加入セット", "Set"),
    "riders": Text("特約", "Riders"),
    "discount": Text("割引確認シートによる割引", "Security discount"),
}
_NONE: Final = Text("なし", "none")


def terms_shown(product: Product, request: QuotationRequest, language: Language) -> dict[str, str]:
    """Label → value of what was chosen and declared, the sheet's answers apart."""
    selection = select(product, request)
    held = selection.limits_held()

    def word(name: str) -> str:
        return say(_LABELS[name], language)

    none = say(_NONE, language)
    said = {
        word("industry"): say(selection.industry.name, language),
        word("sales"): amount(request.annual_sales, language),
    }
    if selection.it_sales:
        said[word("it_sales")] = amount(selection.it_sales, language)
    said[word("plan")] = say(selection.plan.name, language)
    said[word("set")] = say(product.sets[request.set].name, language)
    for coverage in COVERAGES:
        if product.menus.get(coverage):
            said[coverage_word(coverage, language)] = limit(held[coverage], language) if coverage in held else none
    riders = [say(product.riders[code].name, language) for code in selection.riders]
    said[word("riders")] = (", " if language == "en" else "、").join(riders) or none
    said[word("discount")] = f"{security_discount(product, request)}%"
    return said


@dataclass(frozen=True, slots=True)
class Compared:
    """A term before and after a change."""

    label: str
    before: str
    after: str
    changed: bool


def compared(before: dict[str, str], after: dict[str, str]) -> tuple[Compared, ...]:
    """Two sets of terms side by side."""
    labels = dict.fromkeys([*before, *after])
    return tuple(
        Compared(label, before.get(label, "—"), after.get(label, "—"), before.get(label) != after.get(label))
        for label in labels
    )


def content_name(product: Product, request: QuotationRequest, language: Language) -> str:
    """ワイド セット3: the plan and set of terms."""
    return cell_name(product, (request.set, request.plan), language)


def start_words(product: Product, inception: date, language: Language) -> str:
    """2027年4月1日 午後4時."""
    at = hour(product.calendar.start_hour, language)
    return f"{day(inception, language)}, {at}" if language == "en" else f"{day(inception, language)} {at}"


def answers_shown(
    product: Product, answers: dict[str, str], details: dict[str, str], language: Language
) -> list[dict[str, Any]]:
    """The disclosure's questions with the answers given, what was written beside them, and what follows."""
    assert product.disclosure is not None
    rows = []
    for question in product.disclosure.questions:
        given = answers.get(question.id, "")
        choice = question.choices.get(given)
        consequence = question.consequences.get(given)
        rows.append(
            {
                "question": say(question.text, language),
                "answer": say(choice.label, language) if choice else "—",
                "detail": details.get(question.id, ""),
                "effect": consequence.effect if consequence else "",
                "follows": say(consequence.message, language) if consequence else "",
            }
        )
    return rows
