"""A misstatement replayed, in words and figures for the page of the insurer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sonae.misstatement import Asked, Difference, Replayed
from sonae.product import Product, Text
from sonae.web.presentation import Language, day, figure, say

VERDICTS = {
    "accept": Text("引き受ける", "Accepted"), "refer": Text("個別照会", "Referred"),
    "decline": Text("引き受けない", "Declined"),
}  # fmt: skip
LOSS = {
    "paid": Text("この事案は支払う", "This claim is paid"),
    "refused": Text("この事実に基づく損害は支払わない", "Loss that rests on the fact is not paid"),
    "depends": Text("因果関係が決まるまで決まらない", "Hangs on whether the fact caused it"),
}
COVERAGES = {
    "liability": Text("賠償損害", "Liability"), "expense": Text("費用損害", "Expense"),
    "business_income": Text("利益損害", "Business income"),
}  # fmt: skip
TERMS = {
    "industry": Text("業種", "Industry"), "annual_sales": Text("年間売上高（円）", "Annual sales (yen)"),
    "it_sales": Text("IT業務の売上高（円）", "Sales of IT work (yen)"),
    "sheet/certificates": Text("認証などの証明", "Certificates"),
}  # fmt: skip


def misstatement_shown(product: Product, found: Replayed, today: date, spoken: Language) -> dict[str, Any]:
    """What the page shows: differences, the two applications side by side, clocks and options."""
    sides = (
        ("premium", "年間保険料（円）", "Annual premium (yen)"), ("discount", "セキュリティ割引", "Security discount"),
        ("verdict", "引受の判断", "Acceptance"),
    )  # fmt: skip
    told, true = _side(found.told, spoken), _side(found.true, spoken)
    rows = [{"label": say(Text(ja, en), spoken), "told": told[name], "true": true[name],
             "differs": told[name] != true[name]} for name, ja, en in sides]  # fmt: skip
    for coverage, name in COVERAGES.items():
        limits = [figure(side.limits[coverage]) if coverage in side.limits else "—"
                  for side in (found.told, found.true)]  # fmt: skip
        label = say(name, spoken) + say(Text(" 限度額（円）", ", limit (yen)"), spoken)
        rows.append({"label": label, "told": limits[0], "true": limits[1], "differs": limits[0] != limits[1]})
    return {
        "material": found.material,
        "differences": [_difference(product, one, spoken) for one in found.differences],
        "rows": rows,
        "grounds": [ground.message_en if spoken == "en" else ground.message
                    for ground in found.true.grounds if ground.effect in ("refer", "decline")],
        "clocks": [{"name": say(one.clock.name, spoken), "since": day(one.since, spoken), "due": day(one.due, spoken),
                    "left": one.days_left(today), "over": one.due < today, "rule": one.clock.rule}
                   for one in found.deadlines],
        "options": [{"code": one.code, "name": say(one.name, spoken), "open": one.is_open,
                     "until": day(one.until, spoken) if one.until is not None and one.is_open else "",
                     "loss": say(LOSS[one.loss], spoken), "premium": _signed(one.premium),
                     "reasons": [say(reason, spoken) for reason in one.reasons]} for one in found.options],
    }  # fmt: skip


def form_shown(product: Product, told: Mapping[str, str], form: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    """The disclosure questions with the signed answer, and what was typed as true."""
    asked = () if product.disclosure is None else product.disclosure.questions
    return {
        "questions": [
            {"id": question.id, "text": say(question.text, spoken),
             "choices": [{"code": code, "label": say(choice.label, spoken),
                          "on": code == (form.get(f"disclosed-{question.id}") or told[question.id])}
                         for code, choice in question.choices.items()]}
            for question in asked if question.id in told and question.id not in ("sales", "industry")
        ],
    }  # fmt: skip


def words_of_form(
    request: Mapping[str, Any], told: Mapping[str, str], form: Mapping[str, Any], sheet: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The truth in the door's words: only what differs from what was told."""

    def typed(name: str) -> str:
        return str(form.get(name, ""))[:40].replace("\x00", "").strip()

    words: dict[str, Any] = {"fault": typed("fault"), "caused": typed("caused") or "unsure"}
    terms: dict[str, Any] = {}
    for name in ("annual_sales", "it_sales"):
        said = typed(name).replace(",", "")
        number: Any = int(said) if said.isascii() and said.isdigit() else said
        if said and number != request.get(name):
            terms[name] = number
    if typed("industry") and typed("industry") != request["industry"]:
        terms["industry"] = typed("industry")
    if terms:
        words["terms"] = terms
    if sheet is not None:
        before = request["sheet"]["answers"]
        differing = {name: said for name, said in sheet["answers"].items() if said != before.get(name)}
        words["sheet"] = {"answers": differing}
    answers = {name: typed(f"disclosed-{name}") for name in told
               if typed(f"disclosed-{name}") not in ("", told[name])}  # fmt: skip
    if answers:
        words["answers"] = answers
    if typed("knew"):
        words["insurer_knew_on"] = typed("knew")
    for name in ("insurer_knew_before", "mediator_hindered", "mediator_immaterial"):
        if typed(name):
            words[name] = True
    return words


def _side(asked: Asked, spoken: Language) -> dict[str, str]:
    return {
        "premium": "—" if asked.premium is None else figure(asked.premium),
        "discount": f"{asked.security_discount}%", "verdict": say(VERDICTS[asked.verdict.value], spoken),
    }  # fmt: skip


def _signed(yen: int | None) -> str:
    return "—" if yen is None else f"+{figure(yen)}" if yen > 0 else f"−{figure(-yen)}" if yen < 0 else "0"


def _difference(product: Product, one: Difference, spoken: Language) -> dict[str, Any]:
    kind, _, name = one.subject.partition("/")
    if kind == "disclosure" and product.disclosure is not None:
        question = next(each for each in product.disclosure.questions if each.id == name)
        said = [say(question.choices[code].label, spoken) for code in (one.told, one.true)]
        return {"name": say(question.text, spoken), "told": said[0], "true": said[1]}
    if kind == "sheet" and product.sheet is not None:
        asked = next((each for each in product.sheet.questions if each.id == name), None)
        if asked is not None:
            labels = {each.code: each.label for each in asked.answers}
            labels |= {"none": product.sheet.none_label, "unknown": product.sheet.unknown_label}
            return {"name": f"{name} {say(asked.text, spoken)}", "told": say(labels[one.told], spoken),
                    "true": say(labels[one.true], spoken)}  # fmt: skip
    label = say(TERMS[one.subject], spoken) if one.subject in TERMS else name or kind
    if one.subject == "industry":
        return {"name": label, **{side: f"{code} {say(product.industries[code].name, spoken)}"
                                  for side, code in (("told", one.told), ("true", one.true))}}  # fmt: skip
    is_figure = any(isinstance(value, int) and not isinstance(value, bool) for value in (one.told, one.true))
    return {"name": label, "told": _plain(one.told), "true": _plain(one.true), "is_figure": is_figure}


def _plain(value: Any) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return "○" if value else "×"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return figure(value) if isinstance(value, int) else str(value)
