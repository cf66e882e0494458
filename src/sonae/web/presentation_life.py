"""A cover's life in words: where it stands, its history with both times, what is charged, since when, and why it moved.

Pure, as `presentation.py`. Charts are tables with bars, and their parts sum to the yen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sonae import cover as core
from sonae.change import Cause, PriceChange
from sonae.conditions import COVERAGES
from sonae.cover import CHANGES, UNMAKES, Layer, Reason, Written
from sonae.money import half_up
from sonae.period import first_of_month, japanese_day
from sonae.product import Product, Text
from sonae.web.presentation import Language, Mark, day, difference, figure, limit, mark, say
from sonae.web.presentation_office import (
    compared,
    moment_words,
    reason_word,
    record_day,
    record_hour,
    terms_shown,
    whole_days,
)
from sonae.web.presentation_prices import coverage_word
from sonae.web.presentation_worksheet import Bar


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a cover stands at a moment: a code, its word and colour, and the sentence about its period."""

    code: str
    word: str
    tone: str
    sentence: str


_STANDS: Final[dict[str, tuple[Text, str]]] = {
    "waiting": (Text("始期前", "Not begun"), "key"),
    "in_force": (Text("有効", "In force"), "ok"),
    "ended": (Text("終了", "Ended"), ""),
    "unmade": (Text("取消し・無効", "Avoided or void"), "bad"),
}


def standing(inception: datetime, expiry: datetime, ends_at: datetime, at: datetime, language: Language) -> Standing:
    """Where a cover stands at a moment."""
    english = language == "en"
    begins, ends = moment_words(inception, language), moment_words(ends_at, language)
    if ends_at == inception:
        code, sentence = "unmade", "Never in force" if english else "はじめから効力がありません"
    elif at < inception:
        code, sentence = "waiting", f"{begins} to {ends}" if english else f"{begins}から{ends}まで"
    elif at >= ends_at:
        code, sentence = "ended", f"Ended {ends}" if english else f"{ends}に終わりました"
    else:
        left = whole_days(ends_at, at)
        code, sentence = "in_force", f"Until {ends}, {left} days left" if english else f"{ends}まで、あと{left}日"
        if ends_at != expiry:
            sentence += " (ends early)" if english else "（期間の途中で終わります）"
    words, tone = _STANDS[code]
    return Standing(code, say(words, language), tone, sentence)


# --- history ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """A transaction as a history shows it. `late`: it was recorded after it took effect."""

    number: int
    effective_day: str
    effective_hour: str
    recorded_day: str
    recorded_hour: str
    late: bool
    title: str
    details: tuple[str, ...]
    charge: str
    by: str
    undone: bool


def history(
    product: Product,
    held: core.Cover,
    charges: Sequence[int],
    by: Sequence[str],
    notes: Sequence[str],
    renamed: Sequence[str],
    language: Language,
) -> tuple[Event, ...]:
    """All transactions, the last recorded first. Charges in yen, and who did it, in the order of the transactions."""
    counted = {one.number for one in core.in_effect(held)}
    events = []
    for place, one in enumerate(held.transactions):
        details = [renamed[place]] if renamed[place] else []
        details += _altered(product, held, place, language)
        if one.undoes is not None:
            taken = next(each for each in held.transactions if each.number == one.undoes)
            word = reason_word(taken.reason, language)
            details.append(f"takes back no. {taken.number}, {word}" if language == "en" else
                           f"{taken.number}番の{word}を取り消した")  # fmt: skip
        if notes[place]:
            details.append(notes[place])
        effective, recorded = one.effective, one.recorded
        late = japanese_day(recorded) > japanese_day(effective)
        if late and one.reason not in core.BEGINS:
            days = (japanese_day(recorded) - japanese_day(effective)).days
            details.append(f"recorded {days} days after" if language == "en" else f"{days}日さかのぼって記録")
        events.append(
            Event(
                one.number,
                record_day(effective, language),
                record_hour(effective),
                record_day(recorded, language),
                record_hour(recorded),
                late,
                reason_word(one.reason, language),
                tuple(details),
                difference(charges[place]),
                by[place],
                one.number not in counted and one.reason is not Reason.undo,
            )
        )
    return tuple(reversed(events))


def _altered(product: Product, held: core.Cover, place: int, language: Language) -> list[str]:
    """What a transaction alters in the terms, label by label; what a cover begins with."""
    one = held.transactions[place]
    if one.reason in core.BEGINS:
        shown = terms_shown(product, held.request, language)
        separator = ", " if language == "en" else "、"
        return [separator.join(list(shown.values())[:6])]
    if one.reason not in CHANGES:
        return []
    moment = max(one.effective, held.inception)
    before = core.terms_at(replace(held, transactions=held.transactions[:place]), moment)
    after = core.terms_at(replace(held, transactions=held.transactions[: place + 1]), moment)
    if before is None or after is None:
        return []
    rows = compared(terms_shown(product, before, language), terms_shown(product, after, language))
    colon = ": " if language == "en" else "："
    return [f"{row.label}{colon}{row.before} → {row.after}" for row in rows if row.changed]


# --- money ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthsRow:
    """A run of months: which, how many, the annual premium, and its share of the year."""

    months: str
    count: int
    annual: str
    formula: str
    yen: str


@dataclass(frozen=True, slots=True)
class WrittenShown:
    """The written premium and the runs of months it is made of; what rounding and the minimum add stands apart."""

    rows: tuple[MonthsRow, ...]
    rest: str
    rest_is_minimum: bool
    total: str


def written_shown(written: Written, minimum: int, language: Language) -> WrittenShown:
    """Written premium with its months. Each row is rounded to the yen; the rest makes the sum exact."""
    rows, sum_of_rows = [], 0
    for run in written.runs:
        yen = half_up(run.annual_premium * run.months, 12)
        sum_of_rows += yen
        last = first_of_month(run.start, run.months - 1)
        rows.append(
            MonthsRow(
                _months(run.start, last, language),
                run.months,
                figure(run.annual_premium),
                f"{figure(run.annual_premium)} × {run.months} ÷ 12",
                figure(yen),
            )
        )
    rest = written.premium - sum_of_rows
    raised = bool(written.runs) and written.premium == minimum and rest > 10
    return WrittenShown(tuple(rows), difference(rest) if rest else "", raised, figure(written.premium))


def _months(first: date, last: date, language: Language) -> str:
    if language == "en":
        return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
    return (
        f"{first.year}年{first.month}月"
        if first == last
        else (f"{first.year}年{first.month}月〜{last.year}年{last.month}月")
    )


# --- first inceptions -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LayerShown:
    """A layer of a coverage and since when it is held."""

    coverage: str
    css: str
    span: str
    since: str


_COLOURS: Final = {"liability": "l", "expense": "e", "business_income": "b"}


def layers_shown(layers: Iterable[Layer], language: Language) -> tuple[LayerShown, ...]:
    """First inceptions by coverage and increase, in the order of the coverages."""
    order = {coverage: place for place, coverage in enumerate(COVERAGES)}
    shown = []
    for one in sorted(layers, key=lambda layer: (order[layer.coverage], layer.above)):
        upper = limit(one.up_to, language)
        if one.above:
            lower = limit(one.above, language)
            span = f"above {lower} up to {upper}" if language == "en" else f"{lower}を超え{upper}まで"
        else:
            span = f"up to {upper}" if language == "en" else f"{upper}まで"
        shown.append(
            LayerShown(
                coverage_word(one.coverage, language), _COLOURS[one.coverage], span, moment_words(one.since, language)
            )
        )
    return tuple(shown)


# --- why the price moved ----------------------------------------------------------------------------------------

CAUSE_WORDS: Final[dict[Cause, Text]] = {
    "industry": Text("業種の変更", "Another industry"),
    "sales": Text("売上高の変化", "Sales"),
    "limits": Text("加入セット・支払限度額の変更", "Set and limits"),
    "plan": Text("プランの変更", "Plan"),
    "riders": Text("特約の変更", "Riders"),
    "security_discount": Text("セキュリティ割引", "Security discount"),
    "group_discount": Text("団体割引", "Group discount"),
    "tariff": Text("料率の改定", "The year's tariff"),
    "terms_and_tariff": Text("条件と料率の変更", "Terms and tariff"),
    "minimum": Text("最低保険料", "Minimum premium"),
    "rounding": Text("端数処理", "Rounding"),
}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why a premium moved: the finding as title, the bars, and the change in yen."""

    title: str
    bars: tuple[Bar, ...]
    change: int


def waterfall(change: PriceChange, before_hint: str, after_hint: str, language: Language) -> Waterfall:
    """The movements as bars on a cut axis, the totals as thin lines; the parts sum to the change."""
    reached, places = change.before, [change.before]
    for part in change.parts:
        reached += part.yen
        places.append(reached)
    low, high = min(places), max(places)
    span = max(1, high - low)

    def at(yen: int) -> int:
        return 60 + (yen - low) * 880 // span

    english = language == "en"
    bars = [_total("Premium now" if english else "これまでの年間保険料", before_hint, change.before, at(change.before))]
    reached = change.before
    for part in change.parts:
        start, end = sorted((at(reached), at(reached + part.yen)))
        colour = "f-up" if part.yen > 0 else "f-down"
        bars.append(
            Bar(
                say(CAUSE_WORDS[part.cause], language),
                "",
                difference(part.yen),
                str(start),
                str(end - start),
                colour,
                sum=False,
            )
        )
        reached += part.yen
    bars.append(
        _total("Premium then" if english else "これからの年間保険料", after_hint, change.after, at(change.after))
    )
    return Waterfall(_title(change, english), tuple(bars), change.yen)


def _total(label: str, hint: str, yen: int, place: int) -> Bar:
    return Bar(label, hint, figure(yen), str(place - 4), "8", "f-sum", sum=True)


def _title(change: PriceChange, english: bool) -> str:
    if change.yen == 0:
        return "The premium does not change" if english else "保険料は変わりません"
    word = figure(abs(change.yen))
    if english:
        return f"Why the premium {'rises' if change.yen > 0 else 'falls'} by {word} yen"
    return f"保険料が{word}円{'上がる' if change.yen > 0 else '下がる'}理由"


# --- changes ----------------------------------------------------------------------------------------------------

DOCUMENT_WORDS: Final[dict[str, Text]] = {
    "endorsement_notice": Text("異動承認書", "Endorsement notice"),
    "certificate": Text("加入内容確認書（新しい版）", "Certificate, a new version"),
    "end_notice": Text("異動承認書（終了のお知らせ）", "Notice of the end of cover"),
}


def document_words(codes: Iterable[str], language: Language) -> tuple[str, ...]:
    """The papers that follow a change."""
    return tuple(say(DOCUMENT_WORDS[code], language) if code in DOCUMENT_WORDS else code for code in codes)


def second_person_reason(
    reason: Reason, effective: datetime, now: datetime, language: Language, *, referred: bool = False
) -> str:
    """Why a second person must agree; every reason is the product's rule."""
    if effective < now and reason is not Reason.correction and reason not in UNMAKES:
        return "It takes effect before now." if language == "en" else "効力の発生が今より前のため。"
    if referred:
        return (
            "The new terms need the insurer's decision."
            if language == "en"
            else "変更後の内容には、引受保険会社の審査が必要なため。"
        )
    word = reason_word(reason, language)
    return (
        f"“{word}” always needs a second person by the product's rules."
        if language == "en"
        else f"「{word}」は、商品の定めでいつも二人目の承認が必要なため。"
    )


def life_mark(product: Product, language: Language) -> Mark | None:
    """The mark of the rules of a cover's life: mostly assumed, and shown where they are relied on."""
    return mark(product.life.basis.status, language) if product.life is not None else None


def in_days(until: date, today: date, language: Language) -> str:
    """あと12日, 今日, or 3日過ぎ."""
    days = (until - today).days
    if language == "en":
        return f"{days} days left" if days > 0 else "today" if days == 0 else f"{-days} days late"
    return f"あと{days}日" if days > 0 else "今日" if days == 0 else f"{-days}日過ぎ"


def age(since: datetime, now: datetime, language: Language) -> str:
    """How long something has waited, in whole days counted in Japan."""
    days = whole_days(now, since)
    if language == "en":
        return "today" if days == 0 else f"{days} day{'s' if days > 1 else ''}"
    return "今日" if days == 0 else f"{days}日"


def evidence_words(is_member: bool | None, as_of: date | None, language: Language) -> str:
    """What the newest evidence says: 会員 2026年4月1日確認."""
    if is_member is None or as_of is None:
        return "not confirmed" if language == "en" else "未確認"
    said = day(as_of, language)
    if language == "en":
        return f"{'member' if is_member else 'no member'}, confirmed {said}"
    return f"{'会員' if is_member else '会員でない'}（{said}確認）"


def last_minute(held: core.Cover) -> datetime:
    """The moment whose terms a renewal starts from."""
    return held.expiry - timedelta(minutes=1)
