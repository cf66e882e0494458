"""Whether the words of a request are the product's, and whether its fields agree. Every error is noted, none stops.

A word or number that is not listed is an error with what is allowed. What the product's rules say of known words is
not asked here.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sonae.conditions import COVERAGES
from sonae.doors.problem import FieldError
from sonae.product import DiscountSheet, Product
from sonae.risk import SALES_BELOW, Addressee, QuotationRequest, Sheet

MOST_CERTIFICATES = 20
LONGEST_TEXT = 200


def error(pointer: str, code: str, message: str, message_en: str) -> FieldError:
    """What is wrong with the field at a JSON pointer."""
    return FieldError(pointer, code, message, message_en)


def escape(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def allowed(pointer: str, words: Iterable[Any], code: str = "unknown_word") -> FieldError:
    """An unknown name, with the names that are known."""
    listed = [str(word) for word in words]
    shown = ", ".join(listed[:60]) + (" …" if len(listed) > 60 else "")
    return error(pointer, code, f"使える値: {shown}", f"Allowed: {shown}")


def check_words(product: Product, request: QuotationRequest, errors: list[FieldError]) -> None:
    """Every name and number is in the product's vocabulary, and the fields agree."""
    if request.industry not in product.industries:
        errors.append(allowed("/industry", product.industries))
    if request.plan not in product.plans:
        errors.append(allowed("/plan", product.plans))
    if request.set not in product.sets:
        errors.append(allowed("/set", product.sets))
    _check_amount("/annual_sales", request.annual_sales, errors)
    if request.it_sales is not None:
        _check_amount("/it_sales", request.it_sales, errors)
        if request.it_sales > request.annual_sales:
            errors.append(
                error(
                    "/it_sales",
                    "above_annual_sales",
                    "IT業務の売上高は年間売上高以下にしてください。",
                    "The IT sales cannot be above the annual sales.",
                )
            )
    _check_riders(product, request, errors)
    _check_limits(product, request, errors)
    if request.sheet is not None and request.sheet_discount is not None:
        errors.append(
            error(
                "/sheet_discount",
                "both_sheet_and_discount",
                "割引確認シートと仮の割引率は、どちらか一方だけにしてください。",
                "Give either the sheet or an assumed discount, not both.",
            )
        )
    sheet = product.sheet
    if request.sheet_discount is not None:
        steps = [] if sheet is None else list(range(0, sheet.discount_at_most + 1, sheet.step))
        if request.sheet_discount not in steps:
            errors.append(allowed("/sheet_discount", steps, "not_a_step"))
    if request.sheet is not None:
        if sheet is None:
            errors.append(
                error("/sheet", "no_sheet", "この商品に割引確認シートはありません。", "This product has no sheet.")
            )
        else:
            _check_sheet(sheet, request.sheet, errors)


def _check_amount(pointer: str, amount: int, errors: list[FieldError]) -> None:
    if not 1 <= amount < SALES_BELOW:
        errors.append(
            error(
                pointer,
                "out_of_range",
                "1円以上、1,000兆円未満の整数で書いてください。",
                "Write a whole number of yen from 1 to below 10^15.",
            )
        )


def _check_riders(product: Product, request: QuotationRequest, errors: list[FieldError]) -> None:
    for number, code in enumerate(request.riders):
        if code not in product.riders:
            errors.append(allowed(f"/riders/{number}", product.riders))
        elif code in request.riders[:number]:
            errors.append(error(f"/riders/{number}", "twice", "同じ特約が2回あります。", "The rider is there twice."))
    it_rider = product.rider_rating("it_business")
    industry = product.industries.get(request.industry)
    if (
        it_rider is not None
        and it_rider.code in request.riders
        and request.it_sales is None
        and industry is not None
        and not industry.it_industry
    ):
        errors.append(
            error(
                "/it_sales",
                "missing",
                f"{it_rider.name.ja}を付けるときは、IT業務の売上高が必要です。",
                "The IT business rider needs the IT sales.",
            )
        )


def _check_limits(product: Product, request: QuotationRequest, errors: list[FieldError]) -> None:
    selected = product.sets.get(request.set)
    if selected is None:
        return
    limits = request.limits
    if not selected.free:
        if limits is not None:
            errors.append(
                error(
                    "/limits",
                    "fixed_by_set",
                    "このセットの支払限度額は決まっています。limitsはフリーセットだけに書いてください。",
                    "This set has its own limits. Give limits only with the free set.",
                )
            )
        return
    if limits is None:
        errors.append(
            error(
                "/limits",
                "missing",
                "フリーセットには支払限度額（limits）が必要です。",
                "The free set needs limits.",
            )
        )
        return
    for coverage in COVERAGES:
        limit = getattr(limits, coverage)
        menu = [row.at for row in product.menus[coverage]]
        if limit is not None and limit not in menu:
            errors.append(allowed(f"/limits/{coverage}", menu, "off_the_menu"))
    rider = product.rider_rating("business_income")
    attached = rider is not None and rider.code in product.attached_riders(
        request.set, [code for code in request.riders if code in product.riders]
    )
    if limits.business_income is None and attached:
        errors.append(
            error(
                "/limits/business_income",
                "missing",
                "利益損害補償特約を付けるときは、利益損害の支払限度額が必要です。",
                "The business income rider needs a business income limit.",
            )
        )
    if limits.business_income is not None and not attached:
        errors.append(
            error(
                "/limits/business_income",
                "needs_rider",
                "利益損害の支払限度額は、利益損害補償特約を付けたときだけ書けます。",
                "A business income limit needs the business income rider.",
            )
        )


def _check_sheet(sheet: DiscountSheet, answered: Sheet, errors: list[FieldError]) -> None:
    if answered.version != sheet.version:
        errors.append(allowed("/sheet/version", [sheet.version], "other_version"))
    questions = {question.id: question for question in sheet.questions}
    for question_id, answer in answered.answers.items():
        pointer = f"/sheet/answers/{escape(question_id)}"
        question = questions.get(question_id)
        if question is None:
            errors.append(allowed(pointer, questions, "unknown_question"))
            continue
        choices = [*(choice.code for choice in question.answers), "none", "unknown"]
        if answer not in choices:
            errors.append(allowed(pointer, choices))
    facts = [fact.code for fact in sheet.facts]
    for fact in facts:
        if fact not in answered.facts:
            errors.append(error(f"/sheet/facts/{fact}", "missing", "この項目は必要です。", "This field is required."))
    for fact in answered.facts:
        if fact not in facts:
            errors.append(allowed(f"/sheet/facts/{escape(fact)}", facts, "unknown_field"))
    if len(answered.certificates) > MOST_CERTIFICATES:
        errors.append(
            error(
                "/sheet/certificates",
                "too_many",
                f"{MOST_CERTIFICATES}件までです。",
                f"At most {MOST_CERTIFICATES} certificates.",
            )
        )
        return
    kinds = {kind.kind: kind for kind in sheet.certificates}
    for number, certificate in enumerate(answered.certificates):
        pointer = f"/sheet/certificates/{number}"
        kind = kinds.get(certificate.kind)
        if kind is None:
            errors.append(allowed(f"{pointer}/kind", kinds))
            continue
        for field in kind.needs:
            if getattr(certificate, field) is None:
                errors.append(error(f"{pointer}/{field}", "missing", "この項目は必要です。", "This field is required."))
        if certificate.number is not None:
            _check_text(f"{pointer}/number", certificate.number, errors)


def check_addressee(addressee: Addressee, errors: list[FieldError]) -> None:
    _check_text("/for/name", addressee.name, errors)
    if addressee.contact is not None:
        _check_text("/for/contact", addressee.contact, errors)
    number = addressee.corporate_number
    if number is not None and not is_corporate_number(number):
        errors.append(
            error(
                "/for/corporate_number",
                "not_a_corporate_number",
                "法人番号は13桁の数字です（先頭は検査用の数字）。",
                "A corporate number has 13 digits; the first is its check digit.",
            )
        )


def is_corporate_number(text: str) -> bool:
    """Whether this is a 法人番号: 13 ASCII digits whose first is the check digit of the other twelve.

    Check digit: 9 minus the remainder by 9 of the sum of the digits, counted from the right, odd places once and
    even places twice. Source: 法人番号の指定等に関する省令, article 2.
    """
    if not re.fullmatch(r"[0-9]{13}", text, re.ASCII):
        return False
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(text[1:])))
    return int(text[0]) == 9 - total % 9


def _check_text(pointer: str, text: str, errors: list[FieldError]) -> None:
    """A text as typed: not blank, not long, no control, format or unassigned characters, no lone surrogates."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        errors.append(
            error(
                pointer, "length", f"1〜{LONGEST_TEXT}文字で書いてください。", f"Write 1 to {LONGEST_TEXT} characters."
            )
        )
    elif any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in text):
        errors.append(
            error(
                pointer,
                "control_character",
                "制御文字や見えない文字は使えません。",
                "Control and invisible characters are not accepted.",
            )
        )
