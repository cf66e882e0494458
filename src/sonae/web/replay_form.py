"""A case of one's own as typed into the page: amounts in words, hours of stoppage, and the door's own errors.

The words of the case are read by the door that the command line and the API use; here only free text is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sonae import yen_text
from sonae.cases import Case, Item, Member
from sonae.coverage import events_of
from sonae.doors import case_file
from sonae.doors.problem import Problem
from sonae.industry_search import Match, resolve, search
from sonae.product import Product
from sonae.replay import profit_of_stoppage
from sonae.scheme import Text
from sonae.web.pages_entry import tidy
from sonae.web.presentation import Language
from sonae.worksheet import Basis
from sonae.yen_text import Unreadable

MOST_HOURS = 24 * 366
_ESTIMATED = Text(
    "失った利益（年間売上高×粗利率を時間で割った額。売上がすべて止まったとみた）",
    "Lost profit: sales × gross margin by the hour, as if all sales stopped",
)
_GUESS = Basis(
    "hours of stoppage", "judgement", "assumed", "粗利率は業種の代表値。請求では実際の売上と費用から計算する"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as typed; empty text where nothing was entered."""

    event: str
    amounts: Mapping[str, str]
    victims: str
    hours: str
    industry: str
    sales: str


@dataclass(frozen=True, slots=True)
class Read:
    """What the form was read as: a case if it could be, the company if one was given, and what is wrong, by field."""

    case: Case | None
    company: Member | None
    troubles: Mapping[str, str]
    near: tuple[Match, ...] = ()


def typed(product: Product, values: Callable[[str], str]) -> Typed:
    """The fields of the form, cut to a sane length."""
    return Typed(
        event=tidy(values("event")),
        amounts={head: text for head in product.heads if (text := tidy(values(f"amount-{head}")).strip())},
        victims=tidy(values("victims")).strip(),
        hours=tidy(values("hours")).strip(),
        industry=tidy(values("industry")).strip(),
        sales=tidy(values("sales")).strip(),
    )


def company(product: Product, entry: Typed, language: Language) -> Read:
    """The company alone; none where nothing was entered."""
    troubles: dict[str, str] = {}
    near: tuple[Match, ...] = ()
    if not entry.industry and not entry.sales:
        return Read(None, None, troubles)
    code = resolve(product, entry.industry) if entry.industry else None
    if code is None:
        near = search(product, entry.industry) if entry.industry else ()
        troubles["industry"] = _WORDS["several" if near else "no_industry"][language == "en"]
    sales = _amount(entry.sales, "sales", troubles, language)
    if code is None or not sales:
        return Read(None, None, troubles, near)
    return Read(None, Member(code, sales), troubles)


def read(product: Product, entry: Typed, language: Language) -> Read:
    """The case of the form. Every field that is wrong is said, each in its place."""
    found = company(product, entry, language)
    troubles = dict(found.troubles)
    amounts = {head: _amount(text, f"amount-{head}", troubles, language) for head, text in entry.amounts.items()}
    victims = _count(entry.victims, "victims", case_file.MOST_VICTIMS, troubles, language)
    hours = _count(entry.hours, "hours", MOST_HOURS, troubles, language)
    profit = None if product.settlement is None else product.settlement.stoppage.profit_head
    if hours and profit is None:
        troubles["hours"] = _WORDS["no_profit"][language == "en"]
    elif hours and profit not in amounts and found.company is None and not found.troubles:
        troubles["hours"] = _WORDS["needs_company"][language == "en"]
    if troubles:
        return Read(None, found.company, troubles, found.near)
    estimated = 0
    if hours and profit is not None and profit not in amounts and found.company is not None:
        estimated = profit_of_stoppage(product, found.company, hours)
        if estimated:
            amounts[profit] = estimated
    words: dict[str, Any] = {
        "events": _events(product, entry, amounts),
        "items": [{"head": head, "amount": yen} for head, yen in amounts.items()],
        "victims": {"individual": victims},
    }
    if not amounts:
        return Read(None, found.company, {"nothing": _WORDS["nothing"][language == "en"]})
    case = case_file.read_value(product, words)
    if isinstance(case, Problem):
        english = language == "en"
        return Read(None, found.company, {_field(words, one.pointer): one.message_en if english else one.message
                                          for one in case.errors})  # fmt: skip
    items = tuple(_labelled(product, item, bool(estimated) and item.head == profit) for item in case.items)
    return Read(replace(case, title=_TITLE, items=items, member=found.company), found.company, {})


_TITLE = Text("入力した事故", "The incident typed")


def _labelled(product: Product, item: Item, estimated: bool) -> Item:
    if estimated:
        return replace(item, label=_ESTIMATED, basis=_GUESS)
    return replace(item, label=product.heads[item.head].name)


def _events(product: Product, entry: Typed, amounts: Mapping[str, int]) -> list[str]:
    """What happened, and a stoppage beside it where business income was lost."""
    stopped = any(product.heads[head].coverage == "business_income" for head in amounts)
    found = [entry.event] if entry.event else []
    if stopped:
        found += (event for event in events_of(product, "business_income") if event not in found)
    return found or [""]


def _field(words: Mapping[str, Any], pointer: str) -> str:
    """The field of the form that a pointer of the case leads to."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "items" and len(parts) > 1 and parts[1].isdigit():
        return f"amount-{words['items'][int(parts[1])]['head']}"
    return {"events": "event", "victims": "victims"}.get(parts[0], "nothing")


def _amount(text: str, field: str, troubles: dict[str, str], language: Language) -> int:
    english = language == "en"
    found = yen_text.read(text)
    if isinstance(found, Unreadable):
        troubles[field] = found.message_en if english else found.message
        return 0
    if found < 1:
        troubles[field] = _WORDS["no_amount"][english]
    return found


def _count(text: str, field: str, most: int, troubles: dict[str, str], language: Language) -> int:
    """A whole number; full-width digits and separators as in amounts."""
    if not text:
        return 0
    found = yen_text.read(text)
    if isinstance(found, Unreadable) or found > most:
        troubles[field] = _WORDS["count"][language == "en"].format(most=most)
        return 0
    return found


_WORDS = {
    "several": ("近い業種がいくつかあります。", "Several industries are close."),
    "no_industry": ("この名前の業種が見つかりません。別の呼び名で入力してください。", "No industry has this name."),
    "no_amount": ("1円以上で入力してください。", "Give at least one yen."),
    "count": ("0から{most:,}までの整数で入力してください。", "Give a whole number from 0 to {most:,}."),
    "nothing": ("費目を一つ以上入力してください。", "Give at least one head of loss."),
    "needs_company": (
        "失った利益を時間から見積もるには、業種と年間売上高を入力してください。",
        "To estimate lost profit from hours, give the industry and annual sales.",
    ),
    "no_profit": ("この商品に利益損害の補償はありません。", "This product has no business income cover."),
}
