"""The terms of a request in words, for papers that compare or repeat them. Japanese: these papers go to members."""

from sonae import quotation
from sonae.conditions import COVERAGES
from sonae.office.documents.cover import coverage_name
from sonae.office.documents.frame import limit_basis
from sonae.office.documents.words import amount, day, figure, limit
from sonae.product import Product
from sonae.risk import QuotationRequest, Sheet
from sonae.selection import select


def terms(product: Product, request: QuotationRequest) -> dict[str, str]:
    """Label → value of everything that a member chose or declared, sheet answers apart."""
    selection = select(product, request)
    held = selection.limits_held()
    said = {
        "業種": selection.industry.name.ja,
        "年間売上高（税込）": amount(request.annual_sales, "ja"),
        "うちIT業務の売上高": amount(selection.it_sales, "ja") if selection.it_sales else "なし",
        "プラン": selection.plan.name.ja,
        "加入セット": product.sets[request.set].name.ja,
    }
    for coverage in COVERAGES:
        if product.menus.get(coverage):
            yen = held.get(coverage)
            said[f"{coverage_name(coverage, 'ja')}の支払限度額"] = (
                f"{limit_basis(product, coverage, 'ja')}{limit(yen, 'ja')}" if yen else "補償なし"
            )
    said["特約"] = "、".join(product.riders[code].name.ja for code in selection.riders) or "なし"
    said["割引確認シートによる割引"] = f"{quotation.security_discount(product, request)}%"
    return said


def annual_premium(product: Product, request: QuotationRequest) -> str:
    """The annual premium of terms: 353,150円."""
    premium = quotation.annual_premium(product, request)
    assert premium is not None, "terms that are held or offered are priced"
    return f"{figure(premium)}円"


def compared(before: dict[str, str], after: dict[str, str]) -> list[dict[str, object]]:
    """Rows of label, before, after, and whether they differ."""
    labels = list(dict.fromkeys([*before, *after]))
    return [
        {
            "label": label,
            "before": before.get(label, "－"),
            "after": after.get(label, "－"),
            "changed": before.get(label) != after.get(label),
        }
        for label in labels
    ]


def sheet_answers(product: Product, answered: Sheet) -> list[list[str]]:
    """Every question, fact and certificate of an answered discount sheet with its answer."""
    sheet = product.sheet
    assert sheet is not None, "an answered sheet belongs to a product with one"
    rows = []
    for question in sheet.questions:
        code = answered.answers.get(question.id, "none")
        labels = {"none": sheet.none_label.ja, "unknown": sheet.unknown_label.ja}
        labels |= {choice.code: choice.label.ja for choice in question.answers}
        rows.append([question.id, question.text.ja, labels[code]])
    rows += [["", fact.text.ja, "はい" if answered.facts[fact.code] else "いいえ"] for fact in sheet.facts]
    kinds = {kind.kind: kind.name.ja for kind in sheet.certificates}
    for paper in answered.certificates:
        days = [f"{word} {day(on, 'ja')}" for word, on in (("有効期限", paper.expires), ("実施日", paper.issued)) if on]
        rows.append(["", kinds[paper.kind], "　".join(filter(None, (paper.number or "", *days))) or "あり"])
    return rows
