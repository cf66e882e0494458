"""The brochure (パンフレット): two A4 pages made from the product, every figure of them from its data.

What it covers is derived from the clauses, as everywhere; the premium examples are those that the loader reproduces.
It is a solicitation document, so it carries the approval or 「見本・未承認」.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sonae.certificate import Agency
from sonae.conditions import COVERAGES
from sonae.coverage import matrix, possible_cells
from sonae.office.documents.cover import coverage_name
from sonae.office.documents.frame import fill, frame, limit_basis, limits_of_sets, total_discount
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import Language, amount, figure, limit, say, sized
from sonae.period import japanese_day
from sonae.product import Product, PublishedExample, Rider, Text

_WORDS: Final[Mapping[str, Text]] = {
    "paper": Text("ご案内", "Brochure"),
    "up_to": Text("最大で", "up to"),
    "off": Text("割引", "off"),
    "group": Text("団体割引", "Group discount"),
    "security": Text("セキュリティ状況に応じた割引", "Security discount"),
    "most": Text("最大", "up to "),
    "paid": Text("お支払保険金：約", "Paid: about "),
    "page_title": Text("補償の内容と保険料例", "Cover and premium examples"),
    "events": Text("対象となる事由", "Covered events"),
    "heads": Text("対象となる損害", "Heads of loss"),
    "plans": Text("プラン", "Plans"),
    "sets": Text("加入セットと支払限度額", "Sets and limits"),
    "deductible": Text("免責金額", "Deductible"),
    "free": Text("フリーセット", "Free set"),
    "options": Text("オプション（特約）", "Options (riders)"),
    "examples": Text("年間保険料例", "Annual premium examples"),
    "industry": Text("業種", "Industry"),
    "sales": Text("年間売上高", "Annual sales"),
    "set": Text("加入セット", "Set"),
    "yen": Text("円", " yen"),
    "none": Text("なし", "none"),
    "all_coverages": Text("共通：なし", "all: none"),
    "attached": Text("付帯", " attached"),
    "legend": Text(
        "○ 対象　× 対象外　特 特約を付けると対象　－ その損害が生じない組み合わせ",
        "○ covered　× not covered　特 covered with a rider　－ no such loss arises",
    ),
    "compulsory": Text("加入セット{sets}では必須付帯", "compulsory in sets {sets}"),
    "optional": Text("{sets}では任意付帯", "optional in {sets}"),
    "contact": Text("お問合せ先（募集代理店）", "Contact (agency)"),
    "body": Text("団体名", "Association"),
    "insurer_of_agency": Text("引受保険会社", "Insurer"),
}


def brochure_paper(
    product: Product,
    made_at: datetime,
    *,
    agency: Agency | None = None,
    association: str | None = None,
    language: Language = "ja",
) -> bytes:
    """The brochure as PDF/A-2b and PDF/UA-1. Without agency and association their lines stay blank, for a stamp."""

    def word(name: str) -> str:
        return say(_WORDS[name], language)

    paper = frame(product, japanese_day(made_at), language, sells=True) | {
        "paper": word("paper"),
        "wording": say(product.wording, language),
        "year": say(product.year, language),
        "first": _first_page(product, language),
        "page_title": word("page_title"),
        "matrix": _matrix(product, language),
        "heads": _heads(product, language),
        "plans": {"title": word("plans"), "rows": _plans(product, language)},
        "sets": _sets(product, language),
        "options": {"title": word("options"), "rows": [_option(product, each, language) for each in _riders(product)]},
        "examples": _examples(product, language),
        "contact": [
            [word("contact"), sized(" ".join(filter(None, (agency.name, agency.phone))), ((60, 8), (0, 6)))]
            if agency
            else [word("contact"), ""],
            [word("insurer_of_agency"), say(product.insurer, language)],
            [word("body"), sized(association, ((40, 8), (0, 6))) if association else ""],
        ],
    }
    return typeset("brochure", paper, made_at)


def _first_page(product: Product, language: Language) -> dict[str, Any]:
    def word(name: str) -> str:
        return say(_WORDS[name], language)

    sheet = product.sheet
    discounts = [[word("group"), f"{product.constants['group_discount'].value}%"]]
    if sheet is not None:
        discounts.append([word("security"), f"{word('most')}{sheet.discount_at_most}%"])
    page: dict[str, Any] = {
        "discount": {
            "up_to": word("up_to"),
            "percent": f"{total_discount(product)}%",
            "off": word("off"),
            "parts": discounts,
        },
        "cases": _cases(product, language),
        "words": None,
    }
    words = product.papers.brochure if product.papers is not None else None
    if words is not None:
        page["words"] = {
            name: fill(product, getattr(words, name), language)
            for name in (
                *("lead", "background_title", "background", "risks_title", "responses_title", "responses_note"),
                *("cases_title", "cases_note", "closing"),
            )
        } | {
            "risks": [
                {
                    "coverage": coverage_name(coverage, language),
                    "colour": coverage,
                    "title": fill(product, title, language),
                    "examples": [fill(product, each, language) for each in examples],
                }
                for coverage, title, examples in words.risks
            ],
            "responses": [
                {
                    "coverage": coverage_name(coverage, language),
                    "colour": coverage,
                    "steps": [fill(product, step, language) for step in steps],
                }
                for coverage, steps in words.responses
            ],
        }
    return page


def _cases(product: Product, language: Language) -> list[dict[str, str]]:
    """The cases that the brochure printed: story and sum paid. Other known cases are not for a brochure."""
    shown = []
    for case in product.cases:
        printed = case.printed
        if printed is None:
            continue
        shown.append(
            {
                "title": say(case.title, language),
                "paid": f"{say(_WORDS['paid'], language)}{amount(printed.paid_about, language)}",
                "story": printed.story,
            }
        )
    return shown


# --- what it covers ----------------------------------------------------------------------------------------------


def _riders(product: Product) -> list[Rider]:
    return list(product.riders.values())


def _covers(product: Product, plan: str) -> tuple[list[set[tuple[str, str]]], list[set[tuple[str, str]]]]:
    """What is granted as each set stands, and with one rider chosen besides, by every set and rider that may join."""
    plain, chosen = [], []
    for number, each in product.sets.items():
        plain.append(_granted(product, plan, number, each.attaches))
        for code, rider in product.riders.items():
            riders = product.attached_riders(number, (code,))
            if rider.may_join(plan, number, riders):
                chosen.append(_granted(product, plan, number, riders))
    return plain, chosen


def _granted(product: Product, plan: str, number: int, riders: Collection[str]) -> set[tuple[str, str]]:
    return {place for place, cell in matrix(product, plan, number, riders).items() if cell.granted}


def _mark(product: Product, plan: str, places: Collection[tuple[str, str]]) -> str:
    """○ when a set of the plan grants one of the places, 特 when a rider besides does, × when none, － where none ever.

    Business income comes with a rider that sets attach, so the plan as it is sold grants it.
    """
    wanted = set(places)
    if not wanted & possible_cells(product):
        return "－"
    plain, chosen = _covers(product, plan)
    if any(granted & wanted for granted in plain):
        return "○"
    return "特" if any(granted & wanted for granted in chosen) else "×"


def _matrix(product: Product, language: Language) -> dict[str, Any]:
    coverages = [each for each in COVERAGES if any(head.coverage == each for head in product.heads.values())]
    rows = []
    for code, event in product.events.items():
        marks = []
        for coverage in coverages:
            places = [(code, head.code) for head in product.heads.values() if head.coverage == coverage]
            marks += [_mark(product, plan, places) for plan in product.plans]
        rows.append({"number": event.number, "event": say(event.name, language), "marks": marks})
    return {
        "title": say(_WORDS["events"], language),
        "coverages": [{"name": coverage_name(each, language), "colour": each} for each in coverages],
        "plans": [_short(say(plan.name, language)) for plan in product.plans.values()],
        "rows": rows,
        "legend": say(_WORDS["legend"], language),
    }


def _short(plan: str) -> str:
    """ベーシックプラン as the head of a narrow column."""
    return plan.removesuffix("プラン").removesuffix(" plan")


def _heads(product: Product, language: Language) -> dict[str, Any]:
    blocks = []
    for coverage in COVERAGES:
        rows = [
            {
                "head": say(head.name, language),
                "marks": [_mark(product, plan, [(event, code) for event in product.events]) for plan in product.plans],
            }
            for code, head in product.heads.items()
            if head.coverage == coverage
        ]
        if rows:
            blocks.append({"coverage": coverage_name(coverage, language), "colour": coverage, "rows": rows})
    return {"title": say(_WORDS["heads"], language), "blocks": blocks}


def _plans(product: Product, language: Language) -> list[dict[str, Any]]:
    """Each plan with the clauses that it is made of, and what is said of it."""
    words = product.papers.brochure if product.papers is not None else None
    always = [clause for clause in product.clauses.values() if clause.always]
    return [
        {
            "plan": say(plan.name, language),
            "clauses": "＋".join(
                say(clause.name, language) for clause in (*always, *(product.clauses[code] for code in plan.clauses))
            ),
            "note": fill(product, words.plan_notes[plan.code], language) if words else say(plan.tagline, language),
        }
        for plan in product.plans.values()
    ]


def _sets(product: Product, language: Language) -> dict[str, Any]:
    table = limits_of_sets(product, language)
    for row in table["rows"]:
        row["colour"], row["basis"] = row["coverage"], limit_basis(product, row["coverage"], language)
        row["coverage"] = coverage_name(row["colour"], language)
    return table | {
        "title": say(_WORDS["sets"], language),
        "free_label": say(_WORDS["free"], language),
        "deductible_label": say(_WORDS["deductible"], language),
        "set_label": say(_WORDS["set"], language),
    }


def _option(product: Product, rider: Rider, language: Language) -> dict[str, Any]:
    """A rider: what it does, in which sets it is compulsory, and what the brochure adds."""
    compulsory = [each.number for each in product.sets.values() if rider.code in each.attaches]
    notes = []
    if compulsory:
        free = [
            f"{each.number}（{say(_WORDS['free'], language)}）" if each.free else str(each.number)
            for each in product.sets.values()
            if each.number not in compulsory
        ]
        notes.append(say(_WORDS["compulsory"], language).replace("{sets}", _span(compulsory)))
        if free:
            notes.append(say(_WORDS["optional"], language).replace("{sets}", "・".join(free)))
    words = product.papers.brochure if product.papers is not None else None
    if words is not None and rider.rates == "business_income":
        notes += [fill(product, each, language).rstrip("。") for each in words.options_notes]
    return {
        "rider": say(rider.name, language),
        "plain": say(rider.plain, language),
        "notes": ("、" if language == "ja" else ", ").join(notes[:2]) + "".join(f"※{each}" for each in notes[2:]),
    }


def _span(numbers: list[int]) -> str:
    """1～4 for 1, 2, 3, 4."""
    run = numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1
    return f"{numbers[0]}～{numbers[-1]}" if run else "・".join(map(str, numbers))


# --- what it costs -----------------------------------------------------------------------------------------------


def _examples(product: Product, language: Language) -> dict[str, Any]:
    """The printed premiums, a row for each insured, a column for each plan."""
    rows: dict[Any, dict[str, Any]] = {}
    for example in product.examples:
        key = (example.industry, example.annual_sales, example.set, tuple(example.limits.items()), example.riders)
        row = rows.setdefault(key, _example(product, example, language) | {"premiums": {}})
        row["premiums"][example.plan] = f"{figure(example.premium)}{say(_WORDS['yen'], language)}"
    words = product.papers.brochure if product.papers is not None else None
    return {
        "title": say(_WORDS["examples"], language),
        "head": [
            *(say(_WORDS[name], language) for name in ("industry", "sales", "set")),
            *(say(plan.name, language) for plan in product.plans.values()),
        ],
        "rows": [
            row | {"premiums": [row["premiums"].get(plan, "－") for plan in product.plans]} for row in rows.values()
        ],
        "note": fill(product, words.examples_note, language) if words else "",
    }


def _example(product: Product, example: PublishedExample, language: Language) -> dict[str, Any]:
    enrolment = product.sets[example.set]
    details = []
    if enrolment.free:
        limits = [
            f"{coverage_name(coverage, language)}：{limit_basis(product, coverage, language)}{limit(yen, language)}"
            for coverage, yen in example.limits.items()
            if yen
        ]
        details = limits
        if not any(enrolment.deductibles.values()):
            details.append(f"〈{say(_WORDS['deductible'], language)}〉{say(_WORDS['all_coverages'], language)}")
        chosen = [code for code in example.riders if code not in enrolment.attaches]
        details += [
            f"【{say(product.riders[code].name, language)}{say(_WORDS['attached'], language)}】" for code in chosen
        ]
    words = product.papers.brochure if product.papers is not None else None
    printed = words.industry_names.get(example.industry) if words is not None else None
    return {
        "industry": say(printed or product.industries[example.industry].name, language),
        "sales": amount(example.annual_sales, language),
        "set": str(example.set),
        "details": details,
    }
