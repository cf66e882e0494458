"""What a cover pays for, what it leaves out, and what would lower its premium, in words.

The verdicts come from the derived matrix of event × head; the page decides nothing. A cell that no clause of the
product can ever grant is no gap of this cover: it is the nature of the coverage, and stands as 「—」.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sonae.conditions import COVERAGES
from sonae.coverage import Cell, matrix, possible_cells
from sonae.lowering import Lowering, Saving, Stage
from sonae.product import HeadOfLoss, Product
from sonae.web.presentation import Language, Mark, difference, figure, limit, mark, points, say
from sonae.web.presentation_prices import coverage_word
from sonae.worksheet import Basis, weakest


@dataclass(frozen=True, slots=True)
class Verdict:
    """One coverage's answer to one event: `sign` is yes, no or none."""

    label: str
    sign: str
    words: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event, the verdict of each coverage, the clauses that grant, and what would be needed where nothing is."""

    name: str
    number: str
    verdicts: tuple[Verdict, ...]
    because: str


@dataclass(frozen=True, slots=True)
class HeadShown:
    """A head of loss with its own limit and whether it must be approved beforehand."""

    name: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not paid, and the product's reason."""

    subject: str
    reason: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class CoverShown:
    """The whole cover. `heads` are the heads paid by coverage; a limit is empty where the coverage is absent."""

    coverages: tuple[tuple[str, str], ...]
    rows: tuple[EventRow, ...]
    heads: tuple[tuple[str, tuple[HeadShown, ...]], ...]
    left_out: tuple[LeftOut, ...]


def cover_shown(
    product: Product, plan: str, set_number: int, riders: Collection[str], limits: dict[str, int], language: Language
) -> CoverShown:
    """The cover of a plan and set with these attached riders."""
    cells = matrix(product, plan, set_number, riders)
    possible = possible_cells(product)
    heads_of = {
        coverage: [code for code, head in product.heads.items() if head.coverage == coverage] for coverage in COVERAGES
    }
    coverages = tuple(coverage for coverage in COVERAGES if heads_of[coverage])
    rows = []
    for event, one in product.events.items():
        verdicts = tuple(
            _verdict(coverage, event, heads_of[coverage], cells, possible, language) for coverage in coverages
        )
        if all(verdict.sign == "none" for verdict in verdicts):
            continue
        because = _because(event, cells, possible, language)
        rows.append(EventRow(say(one.plain, language), one.number, verdicts, because))
    paid = []
    for coverage in coverages:
        heads = tuple(
            _head(product.heads[code], language)
            for code in heads_of[coverage]
            if any(cells[event, code].granted for event in product.events)
        )
        if heads:
            paid.append((coverage_word(coverage, language), heads))
    return CoverShown(
        coverages=tuple((coverage_word(one, language), _up_to(limits.get(one, 0), language)) for one in coverages),
        rows=tuple(rows),
        heads=tuple(paid),
        left_out=_left_out(product, cells, possible, language),
    )


BUSINESS_INCOME_NOTES = ("waiting_time", "own_shutdown", "outsourced_outage")


def cover_notes(product: Product, limits: dict[str, int], language: Language) -> list[str]:
    """What is not settled about the business-income cover; the product says it before the sale."""
    if not limits.get("business_income"):
        return []
    return [say(product.notes[code], language) for code in BUSINESS_INCOME_NOTES if code in product.notes]


def _up_to(yen: int, language: Language) -> str:
    if not yen:
        return ""
    return f"up to {limit(yen, language)}" if language == "en" else f"{limit(yen, language)}まで"


def _verdict(
    coverage: str,
    event: str,
    heads: list[str],
    cells: dict[tuple[str, str], Cell],
    possible: set[tuple[str, str]],
    language: Language,
) -> Verdict:
    label = coverage_word(coverage, language, short=True)
    open_heads = [head for head in heads if (event, head) in possible]
    if not open_heads:
        return Verdict(label, "none", "", None)
    granted = [head for head in open_heads if cells[event, head].granted]
    english = language == "en"
    if not granted:
        return Verdict(label, "no", "not paid" if english else "支払わない", None)
    bases: list[Basis] = [grant.basis for head in granted for _, grant in cells[event, head].grants]
    status = mark(weakest(bases), language)
    shown = status if status is not None and not status.on_paper else None
    if len(granted) < len(open_heads):
        words = f"{len(granted)} of {len(open_heads)} costs" if english else f"{len(granted)}費目を支払う"
        return Verdict(label, "yes", words, shown)
    return Verdict(label, "yes", "paid" if english else "支払う", shown)


def _because(event: str, cells: dict[tuple[str, str], Cell], possible: set[tuple[str, str]], language: Language) -> str:
    """The clauses that grant; where none does, the reasons why not."""
    of_event = [cell for (at, head), cell in cells.items() if at == event and (at, head) in possible]
    clauses = dict.fromkeys(
        say(clause.name, language) for cell in of_event if cell.granted for clause, _ in cell.grants
    )
    english = language == "en"
    if clauses:
        return ("; " if english else "、").join(clauses)
    reasons = dict.fromkeys(say(entry.reason, language) for cell in of_event for entry in cell.left_out)
    return (" " if english else "").join(reasons)


def _head(head: HeadOfLoss, language: Language) -> HeadShown:
    english = language == "en"
    details = []
    if head.needs_prior_approval:
        details.append("needs prior approval" if english else "事前の承認が必要")
    if head.sublimit is not None:
        yen = limit(head.sublimit, language)
        details.append(f"up to {yen} within the limit" if english else f"限度額の内枠で{yen}まで")
    if head.ratio != 100:
        details.append(f"{head.ratio}% of the loss" if english else f"損害の{head.ratio}%")
    for who, each in head.per_victim.items():
        words = _VICTIMS.get(who, (who, who))[english]
        details.append(f"{words} {figure(each)}{' yen' if english else '円'}")
    if not head.within_limit:
        details.append("on top of the limit" if english else "限度額とは別に支払う")
    return HeadShown(say(head.name, language), tuple(details))


_VICTIMS = {
    "individual": ("1人", "per person"),
    "corporate": ("1法人", "per company"),
    "injury": ("身体障害・財物損壊は", "per injury or damage"),
}


def _left_out(
    product: Product, cells: dict[tuple[str, str], Cell], possible: set[tuple[str, str]], language: Language
) -> tuple[LeftOut, ...]:
    """Each reason once, with the one event it speaks of, or else the heads."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    bases: dict[str, list[Basis]] = {}
    for (event, head), cell in cells.items():
        if (event, head) in possible and not cell.granted:
            for entry in cell.left_out:
                reason = say(entry.reason, language)
                found.setdefault(reason, {})[event, head] = None
                bases.setdefault(reason, []).append(entry.basis)
    spoken = []
    for reason, places in found.items():
        events = list(dict.fromkeys(event for event, _ in places))
        heads = dict.fromkeys(head for _, head in places)
        if len(events) == 1:
            subject = say(product.events[events[0]].plain, language)
        else:
            subject = ("; " if language == "en" else "、").join(say(product.heads[one].name, language) for one in heads)
        spoken.append(LeftOut(subject, reason, mark(weakest(bases[reason]), language)))
    return tuple(spoken)


@dataclass(frozen=True, slots=True)
class WayRow:
    """One thing that could be done, alone: what, by what the discount moves, and what it saves."""

    text: str
    detail: str
    discount: str
    saving: str
    premium: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of the best order, with the running premium."""

    texts: tuple[str, ...]
    together: bool
    discount: str
    premium: str


@dataclass(frozen=True, slots=True)
class LoweringShown:
    """Ways that help alone, those that help only with others, and the best order."""

    alone: tuple[WayRow, ...]
    idle: tuple[str, ...]
    together: StageRow | None
    together_saving: str
    order: tuple[StageRow, ...]
    premium_now: str
    discount_now: int


def lowering_shown(product: Product, found: Lowering | None, language: Language) -> LoweringShown | None:
    """What would lower the premium; None where it was refused or the product has no sheet."""
    if found is None:
        return None
    return LoweringShown(
        alone=tuple(_way(product, found, one, language) for one in found.alone if one.saving > 0),
        idle=tuple(say(one.way.text, language) for one in found.alone if one.saving == 0),
        together=_stage(found.together, found.discount, language) if found.together else None,
        together_saving=difference(-found.together.saving) if found.together else "",
        order=_stages(found, language),
        premium_now=figure(found.premium),
        discount_now=found.discount,
    )


def _way(product: Product, found: Lowering, one: Saving, language: Language) -> WayRow:
    if one.way.kind == "answer":
        word = " points" if language == "en" else "点"
        detail = f"{one.way.code} ・ {points(found.tenths)}{word} → {points(one.tenths)}{word}"
    elif one.way.kind == "certificate" and product.sheet is not None:
        detail = next(kind.part_b for kind in product.sheet.certificates if kind.kind == one.way.code)
    else:
        detail = ""
    return WayRow(
        text=say(one.way.text, language),
        detail=detail,
        discount=f"{found.discount}% → {one.discount}%",
        saving=difference(-one.saving),
        premium=figure(one.premium),
    )


def _stage(stage: Stage, before: int, language: Language) -> StageRow:
    return StageRow(
        texts=tuple(say(way.text, language) for way in stage.ways),
        together=stage.only_together,
        discount=f"{before}% → {stage.discount}%",
        premium=figure(stage.premium),
    )


def _stages(found: Lowering, language: Language) -> tuple[StageRow, ...]:
    rows, before = [], found.discount
    for stage in found.order:
        rows.append(_stage(stage, before, language))
        before = stage.discount
    return tuple(rows)
