"""The renewal paper (更新のご案内; 更改 on the insurer's side): pre-printed, only sales and changes to fill in.

It says what changed and why the price moved, in parts that sum to the change (`change.explain_change`).
"""

from datetime import date, datetime
from typing import Any, Final

from sonae.certificate import Parties
from sonae.change import Cause, PriceChange, explain_change
from sonae.office.documents.frame import fill, frame
from sonae.office.documents.terms import compared, sheet_answers, terms
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import day, figure, hour, sized
from sonae.period import japanese_day
from sonae.product import Product, Text
from sonae.risk import QuotationRequest

CAUSES: Final[dict[Cause, str]] = {
    "industry": "業種の変更",
    "sales": "売上高の変化",
    "limits": "加入セット・支払限度額の変更",
    "plan": "プランの変更",
    "riders": "特約の変更",
    "security_discount": "割引確認シートによる割引の変化",
    "group_discount": "団体割引の率の変化",
    "tariff": "料率の改定",
    "terms_and_tariff": "加入内容の変更と料率の改定",
    "minimum": "最低保険料",
    "rounding": "端数の処理",
}
"""The causes of a change of price, in members' words."""


def renewal_paper(
    last: tuple[Product, QuotationRequest],
    offered: tuple[Product, QuotationRequest],
    *,
    number: str,
    parties: Parties,
    answer_by: date,
    made_at: datetime,
) -> bytes:
    """The paper for one cover: last year's product and terms, the offered ones, until when to answer. Two pages.

    Raises MissingGlyph.
    """
    (before, held), (product, request) = last, offered
    change = explain_change(before, held, product, request)
    start = request.inception
    assert start is not None, "a door sets the inception"
    paper: dict[str, Any] = frame(product, japanese_day(made_at), "ja", sells=True) | {
        "paper": "更新のご案内",
        "number": number,
        "insured": sized(parties.named_insured.name, ((26, 14), (60, 10), (0, 7))) | {"honorific": "御中"},
        "meta": [
            ["加入番号", number],
            ["作成日", day(japanese_day(made_at), "ja")],
            ["ご回答の期限", day(answer_by, "ja")],
            ["取扱代理店", sized(parties.agency.name, ((44, 8), (0, 6)))],
        ],
        "period": f"更新後の補償は {day(start, 'ja')}{hour(product.calendar.start_hour, 'ja')} に始まります。",
        "price": _price(change),
        "chart": _chart(change, product),
        "terms_title": "更新後の加入内容",
        "terms_head": ["項目", "現在", "更新後"],
        "terms": compared(terms(before, held), terms(product, request)),
        "form": _form(held, product),
        "sheet": {
            "title": "割引確認シート（前回の回答）",
            "lead": "変わったものだけ、右の欄に書いてください。変わらなければ空欄のままで結構です。",
            "head": ["", "質問", "前回の回答", "変更"],
            "rows": sheet_answers(before, held.sheet) if held.sheet is not None and before.sheet is not None else [],
        },
        "notes": [
            f"{day(answer_by, 'ja')}までにご回答がないときは、更新されず、補償は満期で終わります。",
            "この金額は、前年の内容にもとづく見積です。売上高と回答を確認して、最終の金額を示します。",
            *([fill(product, product.notes["reconstruction"], "ja")] if "reconstruction" in product.notes else []),
            *(
                [fill(product, product.notes["dispute_resolution"], "ja")]
                if "dispute_resolution" in product.notes
                else []
            ),
        ],
    }
    return typeset("renewal", paper, made_at)


def _price(change: PriceChange) -> dict[str, str]:
    moved = change.yen
    word = "同じです" if not moved else f"{figure(abs(moved))}円{'上がります' if moved > 0 else '下がります'}"
    return {
        "label": "更新後の年間保険料",
        "figure": figure(change.after),
        "unit": "円",
        "moved": f"現在の{figure(change.before)}円から、{word}"
        if moved
        else f"現在の{figure(change.before)}円と同じです",
    }


def _chart(change: PriceChange, product: Product) -> dict[str, Any]:
    """Bars from this year's premium to the next; the parts between sum to the yen."""
    reached, levels = change.before, [change.before, change.after]
    for part in change.parts:
        reached += part.yen
        levels.append(reached)
    assert reached == change.after, "the parts sum to the change"
    scale = max(levels)
    bars = [_bar("現在の年間保険料", change.before, 0, scale, "total")]
    reached = change.before
    for part in change.parts:
        label = CAUSES[part.cause]
        if part.cause == "rounding":
            label += f"（{product.constants['unit'].value}円単位）"
        bars.append(_bar(label, part.yen, reached, scale, "up" if part.yen > 0 else "down"))
        reached += part.yen
    bars.append(_bar("更新後の年間保険料", change.after, 0, scale, "total"))
    return {"title": "保険料が変わる理由", "unit": "単位：円", "bars": bars}


def _bar(label: str, yen: int, at: int, scale: int, colour: str) -> dict[str, Any]:
    value = figure(yen) if colour == "total" or yen <= 0 else f"+{figure(yen)}"
    return {
        "label": label,
        "value": value,
        "start": max(min(at, at + yen), 0) * 1000 // scale,
        "width": max(abs(yen) * 1000 // scale, 3 if yen else 0),
        "colour": colour,
        "total": colour == "total",
    }


def _form(held: QuotationRequest, product: Product) -> dict[str, Any]:
    """What a member fills in: this year's sales, and what of the disclosure is different now."""
    questions = product.disclosure.questions if product.disclosure is not None else ()
    asked: list[Text] = [question.text for question in questions if question.id not in ("sales", "industry")]
    return {
        "title": "ご記入いただくこと",
        "sales_label": "直近の事業年度の年間売上高（税込）",
        "sales_before": f"前回の申告　{figure(held.annual_sales)}円",
        "unit": "円",
        "changed": "業種・名称・住所の変更",
        "changed_choices": "□ なし　□ あり（内容：",
        "questions_title": "告知事項（毎年お答えいただきます）",
        "questions": [text.ja for text in asked],
        "choices": [
            "　".join(f"□ {choice.label.ja}" for choice in question.choices.values())
            for question in questions
            if question.id not in ("sales", "industry")
        ],
        "sign": ["記入日", "ご記入者（役職・氏名）"],
    }
