"""The quotation page as one value: everything its templates show, from the product and what was typed.

Pure: the moment is given, and the door's reading is handed in as `ask`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sonae.lowering import lower
from sonae.office.starts import next_start
from sonae.period import first_of_month
from sonae.product import Product
from sonae.quotation import Finding, security_discount
from sonae.selection import select
from sonae.web.pages_entry import Entry, Understood, asked_set, body, riders_of, understand
from sonae.web.presentation import Language, amount, day, figure, hour, limit, notes, say
from sonae.web.presentation_cover import cover_notes, cover_shown, lowering_shown
from sonae.web.presentation_prices import (
    Ask,
    Asked,
    Prices,
    Trouble,
    ask_all,
    cell_name,
    choose,
    coverage_word,
    declines,
    declines_everywhere,
    prices,
    rider_options,
    wanted_cell,
)
from sonae.web.presentation_sheet import sheet_shown
from sonae.web.presentation_worksheet import composition, worksheet

STARTS_OFFERED = 13

_ANCHORS = {
    "industry": ("industry", "業種", "Industry"),
    "annual_sales": ("sales", "年間売上高", "Annual sales"),
    "it_sales": ("it_sales", "IT業務の売上高", "IT sales"),
    "inception": ("inception", "補償の開始", "Start of cover"),
    "sheet_discount": ("discount", "セキュリティ割引", "Security discount"),
    "sheet": ("sheet", "割引確認シート", "Discount sheet"),
    "limits": ("prices", "限度額", "Limits"),
    "riders": ("riders", "特約", "Riders"),
    "plan": ("prices", "プラン", "Plan"),
    "set": ("prices", "加入セット", "Set"),
    "for": ("save", "お客さま", "Customer"),
}


@dataclass(frozen=True, slots=True)
class TroubleShown:
    """A broken field: the sentence, the field's name, and where it stands on the page."""

    anchor: str
    label: str
    message: str


def shown_trouble(trouble: Trouble, language: Language) -> TroubleShown:
    """Where on the page a pointer of the request leads."""
    field = trouble.pointer.strip("/").split("/")[0]
    anchor, ja, en = _ANCHORS.get(field, ("main", field or "入力", field or "Entry"))
    return TroubleShown(anchor, en if language == "en" else ja, trouble.message)


@dataclass(frozen=True, slots=True)
class Asking:
    """What was typed, understood and answered; the page is a view of it."""

    product: Product
    entry: Entry
    understood: Understood
    asked: dict[tuple[int, str], Asked]
    chosen: tuple[int, str]
    troubles: tuple[Trouble, ...]

    @property
    def current(self) -> Asked | None:
        """The answer of the chosen cell."""
        return self.asked.get(self.chosen)

    @property
    def broken(self) -> bool:
        """Whether something typed is outside the product's vocabulary."""
        return bool(self.troubles)


def ask_page(product: Product, entry: Entry, ask: Ask) -> Asking:
    """Ask the door for every cell, and once for the plan and set as typed if the product has no such cell."""
    understood = understand(product, entry)
    asked = ask_all(product, entry, understood, ask) if understood.can_ask else {}
    chosen = choose(product, entry, asked)
    found = [trouble for one in asked.values() for trouble in one.troubles] if _all_broken(asked) else []
    number, plan = wanted_cell(product, entry)
    typed_wrong = (entry.set and asked_set(entry) != number) or (entry.plan and entry.plan != plan)
    if typed_wrong and understood.can_ask:
        words = body(product, entry, understood, plan, number, riders_of(product, entry, plan, number))
        words |= {"plan": entry.plan or plan, "set": asked_set(entry) if entry.set else number}
        words.pop("limits", None)
        found += [one for one in ask(words).troubles if one.pointer in ("/plan", "/set")]
    once = {(one.pointer, one.message): one for one in found}
    return Asking(product, entry, understood, asked, chosen, tuple(once.values()))


def _all_broken(asked: dict[tuple[int, str], Asked]) -> bool:
    """Whether the request itself is broken, and not only some cells of it."""
    return bool(asked) and all(one.troubles for one in asked.values())


def starts(product: Product, moment: datetime, typed: str, language: Language) -> list[dict[str, Any]]:
    """The next possible starts, each the 1st of a month; a day from a link that is none of them is kept and shown."""
    first = next_start(product, moment)
    days = [first_of_month(first, later) for later in range(STARTS_OFFERED)]
    offered = [
        {"value": one.isoformat(), "label": day(one, language), "chosen": one.isoformat() == typed}
        for one in days
        if product.is_valid_on(one)
    ]
    if typed and not any(one["chosen"] for one in offered):
        offered.insert(0, {"value": typed, "label": _typed_day(typed, language), "chosen": True})
    return offered


def _typed_day(typed: str, language: Language) -> str:
    try:
        return day(date.fromisoformat(typed), language) if len(typed) == 10 else typed
    except ValueError:
        return typed


def page_shown(asking: Asking, ask: Ask, moment: datetime, language: Language) -> dict[str, Any]:
    """Everything the templates show."""
    product, entry, understood = asking.product, asking.entry, asking.understood
    current = asking.current
    answer = current.answer if current else None
    request = current.request if current else None
    earliest = next_start(product, moment)
    inception = request.inception if request and request.inception else earliest
    table = prices(product, entry, asking.asked, language)
    sheet = sheet_shown(product, entry, inception, language)
    discount = security_discount(product, request) if request else 0
    findings = answer.findings if answer else ()
    shown = notes(product, [one for one in findings if not _at_field(one.pointer)], language)
    troubles = [shown_trouble(one, language) for one in asking.troubles]
    words: dict[str, Any] = {
        "product": product,
        "product_name": _plain_name(product, language),
        "year": say(product.year, language),
        "disclaimer": say(product.notes["reconstruction"], language),
        "asked_at_application": say(product.notes["asked_at_application"], language),
        "industry": _industry(asking, language),
        "sales": _sales(asking, language),
        "it_sales": _it_sales(asking, language),
        "asks_it_sales": product.rider_rating("it_business") is not None,
        "inception": {
            "choices": starts(product, moment, entry.inception, language),
            "label": day(inception, language),
            "from_hour": hour(product.calendar.start_hour, language),
            "is_next": inception == earliest,
            "problem": _problem_at(asking.troubles, "/inception")
            or " ".join(one.message for one in notes(product, _pointed(findings, "/inception"), language)),
        },
        "sheet": sheet,
        "discount": discount,
        "discount_choices": _discounts(product, entry, language),
        "discount_problem": _problem_at(asking.troubles, "/sheet_discount"),
        "assumed_discount": entry.discount if entry.discount and request else "",
        "discount_note": " ".join(
            one.message for one in notes(product, _pointed(findings, "/sheet_discount"), language)
        ),
        "sheet_troubles": [one for one in asking.troubles if one.pointer.startswith("/sheet/")],
        "prices": table,
        "cell_count": len(product.sets) * len(product.plans),
        "table_notes": _table_notes(product, asking, table, discount, language),
        "notices": [one for one in shown if one.effect != "decline"],
        "declines": notes(product, _declines(asking), language),
        "riders": rider_options(product, entry, understood, asking.chosen, current, ask, language),
        "troubles": troubles,
        "answer": answer if not asking.troubles else None,
        "chosen_name": cell_name(product, asking.chosen, language),
    }
    words |= _cover(asking, language)
    if answer is not None and answer.premium is not None and request is not None:
        words |= {
            "premium": figure(answer.premium),
            "monthly": f"{(answer.premium + 60) // 120 * 10:,}",
            "referred": answer.referred,
            "worksheet": worksheet(product, answer.worksheet, language),
            "composition": composition(product, answer.worksheet, language),
            "lowering": lowering_shown(product, lower(product, request), language),
        }
    return words


def _plain_name(product: Product, language: Language) -> str:
    """The plan's name without the federation's before it."""
    name, federation = say(product.name, language), say(product.federation, language)
    return name.removeprefix(federation).lstrip(" 　:：") or name


def _at_field(pointer: str) -> bool:
    """Whether a finding is shown beside its own field instead of under the table."""
    return pointer in ("/inception", "/sheet_discount") or pointer.startswith("/sheet/")


def _pointed(findings: Iterable[Any], pointer: str) -> list[Any]:
    return [one for one in findings if one.pointer == pointer]


def _declines(asking: Asking) -> list[Finding]:
    """Why the chosen cell is refused."""
    return declines(asking.current, declines_everywhere(asking.asked)) if asking.current else []


def _problem_at(troubles: Iterable[Trouble], pointer: str) -> str:
    return " ".join(one.message for one in troubles if one.pointer == pointer)


def _industry(asking: Asking, language: Language) -> dict[str, Any]:
    product, entry, understood = asking.product, asking.entry, asking.understood
    code = understood.industry
    problem = _problem_at(asking.troubles, "/industry")
    if entry.industry and code is None:
        several = bool(understood.candidates)
        problem = _SEVERAL[language == "en"] if several else _NO_SUCH[language == "en"]
    name = say(product.industries[code].name, language) if code else ""
    return {
        "typed": entry.industry if entry.industry != code else name,
        "code": code or "",
        "name": name,
        "problem": problem,
        "candidates": [{"code": one.code, "label": say(one.name, language)} for one in understood.candidates],
        "all": [{"code": one.code, "label": say(one.name, language)} for one in product.industries.values()],
    }


_SEVERAL = ("近い業種がいくつかあります。", "Several industries are close.")
_NO_SUCH = (
    "この名前の業種が見つかりません。別の呼び名で入力するか、一覧から選んでください。",
    "No industry has this name. Try another name, or choose from the list.",
)


def _sales(asking: Asking, language: Language) -> dict[str, str]:
    understood = asking.understood
    problem = _problem_at(asking.troubles, "/annual_sales")
    if understood.sales_problem is not None:
        problem = understood.sales_problem.message_en if language == "en" else understood.sales_problem.message
    declined = [one for one in _declines(asking) if one.pointer == "/annual_sales"]
    if declined:
        problem = " ".join([problem, *(one.message for one in notes(asking.product, declined, language))]).strip()
    read = understood.annual_sales
    return {
        "typed": asking.entry.sales,
        "read": "" if read is None else amount(read, language),
        "problem": problem,
    }


def _it_sales(asking: Asking, language: Language) -> dict[str, str]:
    understood, entry = asking.understood, asking.entry
    problem = _problem_at(asking.troubles, "/it_sales")
    if understood.it_sales_problem is not None:
        problem = understood.it_sales_problem.message_en if language == "en" else understood.it_sales_problem.message
    own = understood.industry is not None and asking.product.industries[understood.industry].it_industry
    hints = (
        ("空欄なら、年間売上高のすべてをIT業務とみます。", "If left empty, all sales count as IT work.")
        if own
        else ("IT業務特約を付けるときに使います。", "Used with the IT business rider.")
    )
    read = understood.it_sales
    return {
        "typed": entry.it_sales,
        "read": "" if read is None else amount(read, language),
        "problem": problem,
        "hint": hints[language == "en"],
    }


def _discounts(product: Product, entry: Entry, language: Language) -> list[dict[str, Any]]:
    """By the sheet, or an assumed result of it: each step that the sheet can earn."""
    sheet = product.sheet
    if sheet is None:
        return []
    english = language == "en"
    rows = [
        {
            "value": "",
            "label": "As the sheet says" if english else "シートの答えで計算",
            "chosen": not entry.discount,
        }
    ]
    for percent in range(0, sheet.discount_at_most + 1, sheet.step):
        label = f"{percent}%, assumed" if english else f"{percent}%（見込み）"
        rows.append({"value": str(percent), "label": label, "chosen": entry.discount == str(percent)})
    if entry.discount and not any(one["chosen"] for one in rows):
        rows.append({"value": entry.discount, "label": entry.discount, "chosen": True})
    return rows


def _table_notes(product: Product, asking: Asking, table: Prices, discount: int, language: Language) -> list[str]:
    """What to know about the table, in whole sentences."""
    english = language == "en"
    said: list[str] = []
    if not asking.asked or asking.troubles:
        return said
    if table.moved_from and table.priced:
        said.append(
            f"{table.moved_from} is not available, so {cell_name(product, table.chosen, language)} is shown. "
            if english
            else f"{table.moved_from}は選べないため、{cell_name(product, table.chosen, language)}を表示しています。"
        )
    if table.unpriced and table.priced:
        said.append(
            f"{table.unpriced} of {table.unpriced + table.priced} are not available; {table.available} can be chosen. "
            if english
            else f"{table.unpriced}通りは選べません。{table.available}なら加入できます。"
        )
    elif table.priced:
        said.append(f"All {table.priced} can be had. " if english else f"{table.priced}通りとも引き受けできます。")
    if table.priced:
        group = product.constants["group_discount"].value
        said.append(
            f"Differences are to the chosen one. A group discount of {group}% and a security discount of "
            f"{discount}%{' (assumed)' if asking.entry.discount else ''} are included. "
            if english
            else f"差額は選択中との比較です。団体割引{group}%と、セキュリティ割引{discount}%"
            f"{'（見込み）' if asking.entry.discount else ''}を反映しています。"
        )
    said.append(_deductibles(product, language))
    return said


def _deductibles(product: Product, language: Language) -> str:
    english = language == "en"
    amounts = sorted({yen for one in product.sets.values() for yen in one.deductibles.values()})
    if not amounts or amounts == [0]:
        return "There is no deductible." if english else "免責金額（自己負担額）はありません。"
    words = [limit(yen, language) for yen in amounts if yen]
    if english:
        return f"Deductible: {', '.join(words)}."
    return f"免責金額（自己負担額）は{'、'.join(words)}です。"


def _cover(asking: Asking, language: Language) -> dict[str, Any]:
    """The cover of the chosen cell; of the set alone while nothing is asked yet."""
    product, (number, plan) = asking.product, asking.chosen
    current = asking.current
    request = current.request if current else None
    if request is not None:
        selection = select(product, request)
        riders: tuple[str, ...] = selection.riders
        limits = {
            "liability": selection.liability,
            "expense": selection.expense,
            "business_income": selection.business_income,
        }
    else:
        riders = product.attached_riders(number, ())
        limits = dict(product.sets[number].limits)
    none = "none" if language == "en" else "なし"
    pieces = [
        f"{coverage_word(one, language, short=True)}{' ' if language == 'en' else ''}"
        f"{limit(yen, language) if yen else none}"
        for one, yen in limits.items()
    ]
    return {
        "cover": cover_shown(product, plan, number, riders, limits, language),
        "chosen_limits": (", " if language == "en" else "・").join(pieces),
        "carried_riders": [say(product.riders[code].name, language) for code in riders],
        "cover_notes": cover_notes(product, limits, language),
    }
