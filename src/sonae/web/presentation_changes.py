"""A change before it is written, in words: what it changes, what cover it gives or takes, and what follows.

Pure, as `presentation.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sonae.conditions import COVERAGES
from sonae.cover import ENDS, UNMAKES, Reason
from sonae.coverage import matrix
from sonae.product import Product, Text
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.web.presentation import Language, limit, say
from sonae.web.presentation_office import terms_shown
from sonae.web.presentation_prices import coverage_word

HINTS: Final[dict[Reason, Text]] = {
    Reason.endorsement: Text(
        "名称・所在地・業種・プラン・セット・限度額・特約を、ある日から変える。",
        "Name, address, industry, plan, set, limits or riders, from a day on.",
    ),
    Reason.correction: Text("申告の誤りを、始期にさかのぼって正す。", "A wrong declaration, put right from inception."),
    Reason.withdrawal: Text("会員の申し出で、ある日に終える。", "The member leaves the plan on a day."),
    Reason.cancellation: Text("契約を途中で解約する。", "The cover is cancelled within its period."),
    Reason.lapse: Text("約款の定めで効力が失われた。", "The wording itself ends the cover."),
    Reason.termination: Text("義務違反などで、保険会社が将来に向けて解除する。", "The insurer ends it from a day on."),
    Reason.termination_for_non_payment: Text(
        "督促しても保険料が払われないため、通知して解除する。", "Ended by notice, for the premium stays unpaid."
    ),
    Reason.avoidance: Text("詐欺・強迫などで、はじめから取り消す。", "Taken away from inception, as for fraud."),
    Reason.voidness: Text("はじめから効力がない。", "Void from inception."),
    Reason.undo: Text("誤って記録した終了・取消しを元に戻す。", "A mistaken end is taken back."),
}
"""What each reason is for, beside its name."""

ORDER: Final = (
    *(Reason.endorsement, Reason.correction, Reason.withdrawal, Reason.cancellation, Reason.lapse),
    *(Reason.termination_for_non_payment, Reason.termination, Reason.avoidance, Reason.voidness, Reason.undo),
)

FROM_INCEPTION: Final = frozenset({Reason.correction, *UNMAKES})
"""Reasons that take effect at inception, whatever day is typed."""


def takes_a_day(reason: Reason) -> bool:
    """Whether the day of effect is for the person to say."""
    return reason not in FROM_INCEPTION and reason is not Reason.undo


def is_end(reason: Reason) -> bool:
    """Whether the cover ends or is unmade by it."""
    return reason in ENDS or reason in UNMAKES


@dataclass(frozen=True, slots=True)
class Granted:
    """An event and the costs that are paid in it from then on, or no longer."""

    event: str
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverMoved:
    """What is paid that was not, and what is no longer paid."""

    gained: tuple[Granted, ...]
    lost: tuple[Granted, ...]


def cover_moved(
    product: Product, before: QuotationRequest | None, after: QuotationRequest | None, language: Language
) -> CoverMoved:
    """The cells of the cover's matrix and the limits that differ; no cover at all where the terms are None."""
    old, new = _cells(product, before), _cells(product, after)
    gained, lost = _grouped(product, new - old, language), _grouped(product, old - new, language)
    if before is not None and after is not None:
        higher, lower = _limits_moved(product, before, after, language)
        gained, lost = (*gained, *higher), (*lost, *lower)
    return CoverMoved(gained, lost)


def _cells(product: Product, terms: QuotationRequest | None) -> set[tuple[str, str]]:
    if terms is None:
        return set()
    selection = select(product, terms)
    cells = matrix(product, terms.plan, terms.set, selection.riders)
    return {place for place, cell in cells.items() if cell.granted}


def _grouped(product: Product, cells: set[tuple[str, str]], language: Language) -> tuple[Granted, ...]:
    """Events whose costs are the same stand together, in the product's order."""
    by_event: dict[tuple[str, ...], list[str]] = {}
    for event in product.events:
        heads = tuple(head for head in product.heads if (event, head) in cells)
        if heads:
            by_event.setdefault(heads, []).append(event)
    separator = "; " if language == "en" else "、"
    return tuple(
        Granted(
            separator.join(say(product.events[one].plain, language) for one in events),
            tuple(say(product.heads[head].name, language) for head in heads),
        )
        for heads, events in by_event.items()
    )


def _limits_moved(
    product: Product, before: QuotationRequest, after: QuotationRequest, language: Language
) -> tuple[list[Granted], list[Granted]]:
    higher: list[Granted] = []
    lower: list[Granted] = []
    old, new = select(product, before), select(product, after)
    for coverage in COVERAGES:
        was, is_now = getattr(old, coverage), getattr(new, coverage)
        if was != is_now and (was or is_now):
            none = "none" if language == "en" else "なし"
            words = f"{limit(was, language) if was else none} → {limit(is_now, language) if is_now else none}"
            name = coverage_word(coverage, language)
            title = f"Limit: {name}" if language == "en" else f"{name}の限度額"
            (higher if is_now > was else lower).append(Granted(title, (words,)))
    return higher, lower


WORD_NAMES: Final[dict[str, Text]] = {
    "industry": Text("業種", "Industry"),
    "annual_sales": Text("年間売上高", "Annual sales"),
    "it_sales": Text("IT業務の売上高", "IT sales"),
    "plan": Text("プラン", "Plan"),
    "set": Text("加入セット", "Set"),
    "limits": Text("限度額", "Limits"),
    "riders": Text("特約", "Riders"),
    "sheet": Text("割引確認シート", "Discount sheet"),
}


def changed_names(words: Mapping[str, Any], language: Language) -> str:
    """The names of what a proposed change alters."""
    separator = ", " if language == "en" else "、"
    return separator.join(say(WORD_NAMES[name], language) for name in words if name in WORD_NAMES)


def terms_or_nothing(product: Product, terms: QuotationRequest | None, language: Language) -> dict[str, str]:
    """Terms label by label; empty when there is no cover."""
    return terms_shown(product, terms, language) if terms is not None else {}
