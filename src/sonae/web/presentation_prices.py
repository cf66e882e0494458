"""The table of prices: every set under every plan, with limits, differences, and reasons where there is no price."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sonae.conditions import COVERAGES, TERMS_ONLY, hold_for_terms
from sonae.product import Product, Rider, Set
from sonae.quotation import Answer, Finding
from sonae.risk import QuotationRequest
from sonae.web.pages_entry import Entry, Understood, body, limits_of, riders_of
from sonae.web.presentation import Language, difference, figure, limit, notes, say

Ask = Callable[[dict[str, Any]], "Asked"]
Key = tuple[int, str]
"""A cell of the table: set number and plan code."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A broken request as a page shows it: the field's pointer and the sentence about it."""

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a door said to one request: an answer, or why the request is broken."""

    answer: Answer | None
    request: QuotationRequest | None = None
    troubles: tuple[Trouble, ...] = ()

    @property
    def premium(self) -> int | None:
        """Yen, where there is a price."""
        return self.answer.premium if self.answer else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One price, or why there is none. `why` is empty where there is a price or nothing was asked yet."""

    value: str
    label: str
    price: str
    difference: str
    chosen: bool
    referred: bool
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """A limit that can be chosen in the free set; an empty value leaves the coverage out."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LimitShown:
    """A limit of a set: as text, and in the free set as a menu."""

    coverage: str
    label: str
    text: str
    menu: tuple[MenuChoice, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A set with its limits and a cell per plan. `why` stands for the whole row when no plan has a price."""

    number: int
    name: str
    free: bool
    limits: tuple[LimitShown, ...]
    cells: tuple[Cell, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanHead:
    code: str
    name: str
    tagline: str


@dataclass(frozen=True, slots=True)
class Prices:
    """The whole table, the cell that is chosen, and what became of the cell that was asked for."""

    plans: tuple[PlanHead, ...]
    coverages: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    chosen: Key
    moved_from: str
    priced: int
    unpriced: int
    available: str


COVERAGE_WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "liability": ("賠償損害", "Liability", "賠償", "Liability"),
    "expense": ("費用損害", "Expense", "費用", "Expense"),
    "business_income": ("利益損害", "Business income", "利益", "Income"),
}


def coverage_word(coverage: str, language: Language, short: bool = False) -> str:
    """The coverage's name: 賠償損害, or 賠償 where there is little room."""
    return COVERAGE_WORDS[coverage][(2 if short else 0) + (language == "en")]


def ask_all(product: Product, entry: Entry, understood: Understood, ask: Ask) -> dict[Key, Asked]:
    """The door's answer for every cell of the table."""
    return {
        (number, plan): ask(body(product, entry, understood, plan, number, riders_of(product, entry, plan, number)))
        for number in product.sets
        for plan in product.plans
    }


def wanted_cell(product: Product, entry: Entry) -> Key:
    """The cell that was asked for; the first where none was, or where the product has no such cell."""
    number = int(entry.set) if entry.set.isascii() and entry.set.isdigit() and len(entry.set) < 6 else 0
    return (
        number if number in product.sets else next(iter(product.sets)),
        entry.plan if entry.plan in product.plans else next(iter(product.plans)),
    )


def choose(product: Product, entry: Entry, asked: Mapping[Key, Asked]) -> Key:
    """The cell to open: the wanted one; where it has no price, the nearest that has, in the same plan first."""
    wanted = wanted_cell(product, entry)
    if not asked or asked[wanted].premium is not None:
        return wanted
    priced = [key for key in asked if asked[key].premium is not None]
    same_plan = [key for key in priced if key[1] == wanted[1]]
    return next(iter(same_plan or priced), wanted)


def prices(product: Product, entry: Entry, asked: Mapping[Key, Asked], language: Language) -> Prices:
    """The table. `asked` is empty while there is nothing to price yet."""
    chosen = choose(product, entry, asked)
    wanted = wanted_cell(product, entry)
    base = asked[chosen].premium if asked else None
    everywhere = declines_everywhere(asked)
    said: dict[tuple[str, ...], str] = {}
    rows = []
    for number, one in product.sets.items():
        cells = tuple(
            _cell(product, (number, plan), chosen, base, asked.get((number, plan)), everywhere, language)
            for plan in product.plans
        )
        why: tuple[str, ...] = ()
        if all(cell.why for cell in cells):
            why = tuple(dict.fromkeys(sentence for cell in cells for sentence in cell.why))
            name = say(one.name, language)
            if why in said:
                why = (_same_reason(said[why], language),)
            else:
                said[why] = name
        rows.append(Row(number, say(one.name, language), one.free, _limits(product, entry, one, language), cells, why))
    counted = [key for key in asked if asked[key].premium is not None]
    names = dict.fromkeys(say(product.sets[number].name, language) for number, _ in counted)
    return Prices(
        plans=tuple(
            PlanHead(plan.code, say(plan.name, language), say(plan.tagline, language))
            for plan in product.plans.values()
        ),
        coverages=tuple((coverage, coverage_word(coverage, language)) for coverage in _coverages(product)),
        rows=tuple(rows),
        chosen=chosen,
        moved_from="" if chosen == wanted else cell_name(product, wanted, language),
        priced=len(counted),
        unpriced=len(asked) - len(counted),
        available=(", " if language == "en" else "、").join(names),
    )


def declines_everywhere(asked: Mapping[Key, Asked]) -> frozenset[str]:
    """The codes of the refusals that stand in every cell; none while some cell has a price."""
    sets = [
        {finding.code for finding in one.answer.findings if finding.effect == "decline"} if one.answer else set()
        for one in asked.values()
    ]
    return frozenset(set.intersection(*sets)) if sets else frozenset()


def declines(asked: Asked, everywhere: frozenset[str]) -> list[Finding]:
    """Why one cell is refused. Where a reason holds for the whole table, the others lead nowhere and are left out."""
    found = [one for one in asked.answer.findings if one.effect == "decline"] if asked.answer else []
    return [one for one in found if one.code in everywhere] if everywhere else found


def cell_name(product: Product, key: Key, language: Language) -> str:
    """セット3 ベーシック."""
    return f"{say(product.sets[key[0]].name, language)} {say(product.plans[key[1]].name, language)}"


def _coverages(product: Product) -> tuple[str, ...]:
    return tuple(coverage for coverage in COVERAGES if coverage in product.menus)


def _same_reason(name: str, language: Language) -> str:
    return f"Same reason as {name}." if language == "en" else f"{name}と同じ理由です。"


def _cell(
    product: Product,
    key: Key,
    chosen: Key,
    base: int | None,
    asked: Asked | None,
    everywhere: frozenset[str],
    language: Language,
) -> Cell:
    premium = asked.premium if asked else None
    answer = asked.answer if asked else None
    why: tuple[str, ...] = ()
    if asked is not None and premium is None:
        declined = declines(asked, everywhere)
        why = tuple(note.message for note in notes(product, declined, language))
        why += tuple(dict.fromkeys(trouble.message for trouble in asked.troubles))
    return Cell(
        value=f"{key[0]}-{key[1]}",
        label=cell_name(product, key, language),
        price="" if premium is None else figure(premium),
        difference="" if premium is None or base is None or key == chosen else difference(premium - base),
        chosen=key == chosen,
        referred=answer.referred if answer else False,
        why=why,
    )


def _limits(product: Product, entry: Entry, one: Set, language: Language) -> tuple[LimitShown, ...]:
    chosen = limits_of(product, entry, one.number) if one.free else {}
    shown = []
    for coverage in _coverages(product):
        yen = one.limits.get(coverage, 0)
        menu: tuple[MenuChoice, ...] = ()
        if one.free:
            typed = chosen.get(coverage, "")
            yen = int(typed) if typed.isascii() and typed.isdigit() else 0
            menu = _menu(product, coverage, typed, language)
        shown.append(
            LimitShown(
                coverage,
                coverage_word(coverage, language, short=True),
                limit(yen, language) if yen else _none(language),
                menu,
            )
        )
    return tuple(shown)


def _menu(product: Product, coverage: str, typed: str, language: Language) -> tuple[MenuChoice, ...]:
    """The menu. A coverage that a rider brings can be left out; a value off the menu is kept, to be refused."""
    bringer = product.rider_rating("business_income")
    rows = [MenuChoice(str(row.at), limit(row.at, language), str(row.at) == typed) for row in product.menus[coverage]]
    if coverage == "business_income" and bringer is not None:
        rows.insert(0, MenuChoice("", _none(language), not typed))
    if typed and not any(row.chosen for row in rows):
        rows.append(MenuChoice(typed, typed, True))
    return tuple(rows)


def _none(language: Language) -> str:
    return "none" if language == "en" else "付けない"


@dataclass(frozen=True, slots=True)
class RiderOption:
    """A rider beside the table: ticked or not, what it would change, or why it cannot be had."""

    code: str
    name: str
    plain: str
    ticked: bool
    locked: bool
    change: str
    why: tuple[str, ...]
    included: bool
    by_menu: bool


def rider_options(
    product: Product,
    entry: Entry,
    understood: Understood,
    chosen: Key,
    now: Asked | None,
    ask: Ask,
    language: Language,
) -> tuple[RiderOption, ...]:
    """Each rider turned round for the chosen cell: the door itself says what that costs, or why it may not be."""
    number, plan = chosen
    carried = riders_of(product, entry, plan, number)
    attached = product.sets[number].attaches
    bringer = product.rider_rating("business_income")
    options = []
    for rider in product.riders.values():
        included = rider.code in attached
        by_menu = bringer is not None and rider.code == bringer.code and product.sets[number].free
        ticked = rider.code in carried or included
        change = ""
        why: tuple[str, ...] = ()
        joins = ticked or rider.may_join(plan, number, {*carried, *attached, rider.code})
        if now is not None and now.premium is not None and not included and not by_menu and joins:
            turned = tuple(code for code in carried if code != rider.code) if ticked else (*carried, rider.code)
            other = ask(body(product, entry, understood, plan, number, turned))
            if other.premium is not None:
                change = difference(other.premium - now.premium)
            elif not ticked:
                why = _refusal(product, other, language)
        elif not joins:
            why = _cannot_join(rider, plan, number, {*carried, *attached, rider.code}, language)
        options.append(
            RiderOption(
                code=rider.code,
                name=say(rider.name, language),
                plain=say(rider.plain, language),
                ticked=ticked or (rider.code in entry.riders and not why),
                locked=included or by_menu or (not ticked and (bool(why) or not joins)),
                change=change,
                why=why,
                included=included,
                by_menu=by_menu,
            )
        )
    return tuple(options)


def _refusal(product: Product, asked: Asked, language: Language) -> tuple[str, ...]:
    if asked.answer is not None:
        declined = [finding for finding in asked.answer.findings if finding.effect == "decline"]
        return tuple(note.message for note in notes(product, declined, language))
    return tuple(dict.fromkeys(trouble.message for trouble in asked.troubles))


def _cannot_join(rider: Rider, plan: str, number: int, riders: set[str], language: Language) -> tuple[str, ...]:
    """The product's own sentences about the needs that this plan and set do not meet."""
    return tuple(
        say(rule.message, language)
        for rule in rider.rules
        if all(condition.test in TERMS_ONLY for condition in rule.when)
        and hold_for_terms(rule.when, plan, number, riders)
    )
