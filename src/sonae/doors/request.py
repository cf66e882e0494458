"""A quotation request: from bytes to `QuotationRequest`, or to every error in them.

Two passes. Types and unknown fields are pydantic's, in strict mode, over the core's own dataclasses. Then the
words: every name and number must be in the product's vocabulary, and fields that need or forbid each other must
agree. Whether the product's rules allow the whole is not asked here; that is a refusal, not an error.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError

from sonae.conditions import COVERAGES
from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.mending import at_or_below, mended
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.period import next_possible_start
from sonae.product import DiscountSheet, Product
from sonae.risk import Addressee, Certificate, Limits, QuotationRequest, Sheet

SALES_BELOW = 10**15
MOST_CERTIFICATES = 20
LONGEST_TEXT = 200


def _fields_strict_from_object(_cls: type, source: Any, handler: GetCoreSchemaHandler) -> Any:
    """Every field strict, but the whole given as a parsed JSON object: strict dataclasses take only instances."""
    return {**handler(source), "strict": False}


# The core knows no pydantic; strictness is hung on its types from here.
for _shape in (QuotationRequest, Limits, Sheet, Certificate, Addressee):
    setattr(_shape, "__pydantic_config__", ConfigDict(extra="forbid", strict=True))  # noqa: B010
    setattr(_shape, "__get_pydantic_core_schema__", classmethod(_fields_strict_from_object))  # noqa: B010

_requests = TypeAdapter(QuotationRequest)
_addressees = TypeAdapter(Addressee)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DAY_FIELDS = frozenset({"inception", "expires", "issued"})
_PLAIN = frozenset({int, str, bool})


class Products(Protocol):
    """Where a request's product is looked up (see `office.catalogue.Catalogue`)."""

    def get(self, product_id: str) -> Product | None: ...
    def for_day(self, day: date) -> Product | None: ...


class Understood(NamedTuple):
    """A request that was understood: its product, the request with inception and product filled in, and for whom."""

    product: Product
    request: QuotationRequest
    addressee: Addressee | None


def read(products: Products, raw: bytes, moment: datetime) -> Understood | Problem:
    """Read a request at this moment. All errors are reported at once."""
    parsed = parse(raw)
    if isinstance(parsed, Problem):
        return parsed
    return read_value(products, parsed, moment)


def read_value(products: Products, parsed: Any, moment: datetime) -> Understood | Problem:
    """The same for a value that is already parsed (a command line's flags, a page's form)."""
    if not isinstance(parsed, dict):
        return not_understood(
            (_error("", "not_an_object", "JSONのオブジェクトが必要です。", "A JSON object is needed."),)
        )
    errors: list[FieldError] = []
    tidied = _tidy(parsed, "", errors)
    addressee_words = tidied.pop("for", None)
    request = _validate(_requests, tidied, "", errors)
    addressee = None
    if addressee_words is not None:
        addressee = _validate(_addressees, addressee_words, "/for", errors)
        if addressee is not None:
            _check_addressee(addressee, errors)
    product = _product(products, tidied, errors)
    if request is None or product is None:
        if product is not None:
            _check_the_rest(product, tidied, errors)
        return not_understood(_once(errors))
    _check_words(product, request, errors)
    if errors:
        return not_understood(_once(errors))
    filled_in = QuotationRequest(
        industry=request.industry,
        annual_sales=request.annual_sales,
        plan=request.plan,
        set=request.set,
        it_sales=request.it_sales,
        limits=request.limits,
        riders=product.attached_riders(request.set, request.riders),
        sheet_discount=request.sheet_discount,
        sheet=request.sheet,
        inception=request.inception or next_possible_start(moment, product.calendar.lag_months),
        product=product.id,
    )
    return Understood(product, filled_in, addressee)


def _error(pointer: str, code: str, message: str, message_en: str) -> FieldError:
    return FieldError(pointer, code, message, message_en)


def _once(errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """Each error once, and one per field: the first says enough."""
    kept: dict[str, FieldError] = {}
    for error in errors:
        kept.setdefault(error.pointer, error)
    return tuple(kept.values())


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _tidy(value: Any, pointer: str, errors: list[FieldError]) -> Any:
    """Note nulls, odd numbers and doubled keys; turn lists into tuples and ISO days into dates for strict types."""
    if isinstance(value, dict):
        if isinstance(value, Twice):
            for key in value.keys_twice:
                errors.append(
                    _error(f"{pointer}/{_escape(key)}", "twice", "同じ項目が2回あります。", "The field is there twice.")
                )
        return {
            # Most values are plain; only the others need a pointer.
            key: part
            if type(part) in _PLAIN and key not in _DAY_FIELDS
            else _tidy(part, f"{pointer}/{_escape(key)}", errors)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return tuple(_tidy(part, f"{pointer}/{number}", errors) for number, part in enumerate(value))
    if isinstance(value, NotWhole):
        errors.append(
            _error(
                pointer,
                "not_whole",
                "整数で書いてください（小数・指数は使えません）。",
                "Write a whole number, without fraction or exponent.",
            )
        )
        return value
    if value is None:
        errors.append(
            _error(
                pointer,
                "null",
                "nullは使えません。値がなければ項目を省いてください。",
                "null is not accepted; leave the field out.",
            )
        )
        return value
    if isinstance(value, str) and pointer.rpartition("/")[2] in _DAY_FIELDS:
        return _day(value)
    return value


def _day(text: str) -> date | str:
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _validate(adapter: TypeAdapter[Any], value: Any, pointer: str, errors: list[FieldError]) -> Any | None:
    try:
        return adapter.validate_python(value)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_context=False, include_input=False):
            place = pointer + "".join(f"/{_escape(str(part))}" for part in error["loc"])
            errors.append(_type_error(place, error["type"]))
        return None


_TYPE_MESSAGES = {
    "missing": ("missing", "この項目は必要です。", "This field is required."),
    "missing_argument": ("missing", "この項目は必要です。", "This field is required."),
    "unexpected_keyword_argument": ("unknown_field", "この項目はありません。", "There is no such field."),
    "extra_forbidden": ("unknown_field", "この項目はありません。", "There is no such field."),
    "int_type": ("not_whole", "整数で書いてください。", "Write a whole number."),
    "int_parsing_size": ("not_whole", "整数が大きすぎます。", "The number is too large."),
    "string_type": ("not_text", "文字列で書いてください。", "Write a text in quotes."),
    "bool_type": ("not_bool", "trueかfalseで書いてください。", "Write true or false."),
    "date_type": (
        "not_a_day",
        "日付は 2027-04-01 の形で書いてください（実在する日）。",
        "Write an existing day as 2027-04-01.",
    ),
    "tuple_type": ("not_a_list", "配列で書いてください。", "Write a list."),
    "dict_type": ("not_an_object", "オブジェクトで書いてください。", "Write an object."),
    "mapping_type": ("not_an_object", "オブジェクトで書いてください。", "Write an object."),
    "dataclass_type": ("not_an_object", "オブジェクトで書いてください。", "Write an object."),
}


def _type_error(pointer: str, kind: str) -> FieldError:
    known = _TYPE_MESSAGES.get(kind, ("wrong_type", "この値は使えません。", "This value is not accepted."))
    return _error(pointer, *known)


def _allowed(pointer: str, words: Iterable[Any], code: str = "unknown_word") -> FieldError:
    """An unknown name, with the names that are known."""
    listed = [str(word) for word in words]
    shown = ", ".join(listed[:60]) + (" …" if len(listed) > 60 else "")
    return _error(pointer, code, f"使える値: {shown}", f"Allowed: {shown}")


def _product(products: Products, words: dict[str, Any], errors: list[FieldError]) -> Product | None:
    """The product that the request names, else the default scheme's product year of its inception."""
    named, day = words.get("product"), words.get("inception")
    inception = day if isinstance(day, date) else None
    if isinstance(named, str):
        product = products.get(named)
        if product is None:
            errors.append(_error("/product", "unknown_word", "この商品はありません。", "There is no such product."))
        elif inception is not None and not product.is_valid_on(inception):
            errors.append(_outside(product))
        return product
    # Without a usable day the newest year still serves to check the other words.
    product = products.for_day(inception or date.max)
    if product is None and inception is not None:
        product = products.for_day(date.max)
        if product is not None:
            errors.append(_outside(product))
    if product is None:
        errors.append(_error("/product", "missing", "商品を指定してください。", "Name a product."))
    return product


def _outside(product: Product) -> FieldError:
    return _error(
        "/inception",
        "no_product_year",
        f"この日に始まる商品年度はありません（{product.valid_from.isoformat()}以降）。",
        f"No released product year covers this day (from {product.valid_from.isoformat()}).",
    )


def _check_the_rest(product: Product, words: dict[str, Any], errors: list[FieldError]) -> None:
    """The words of a request that as a whole has the wrong shape, as far as they stand on their own."""
    rest = mended(_requests, words)
    if rest is None:
        return
    wrong = frozenset(error.pointer for error in errors)
    found: list[FieldError] = []
    _check_words(product, rest, found)
    errors += [
        error
        for error in found
        if not at_or_below(error.pointer, wrong) and not (error.code == "needs_rider" and "/riders" in wrong)
    ]


def _check_words(product: Product, request: QuotationRequest, errors: list[FieldError]) -> None:
    """Every name and number is in the product's vocabulary, and the fields agree."""
    if request.industry not in product.industries:
        errors.append(_allowed("/industry", product.industries))
    if request.plan not in product.plans:
        errors.append(_allowed("/plan", product.plans))
    if request.set not in product.sets:
        errors.append(_allowed("/set", product.sets))
    _check_amount("/annual_sales", request.annual_sales, errors)
    if request.it_sales is not None:
        _check_amount("/it_sales", request.it_sales, errors)
        if request.it_sales > request.annual_sales:
            errors.append(
                _error(
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
            _error(
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
            errors.append(_allowed("/sheet_discount", steps, "not_a_step"))
    if request.sheet is not None:
        if sheet is None:
            errors.append(
                _error("/sheet", "no_sheet", "この商品に割引確認シートはありません。", "This product has no sheet.")
            )
        else:
            _check_sheet(sheet, request.sheet, errors)


def _check_amount(pointer: str, amount: int, errors: list[FieldError]) -> None:
    if not 1 <= amount < SALES_BELOW:
        errors.append(
            _error(
                pointer,
                "out_of_range",
                "1円以上、1,000兆円未満の整数で書いてください。",
                "Write a whole number of yen from 1 to below 10^15.",
            )
        )


def _check_riders(product: Product, request: QuotationRequest, errors: list[FieldError]) -> None:
    for number, code in enumerate(request.riders):
        if code not in product.riders:
            errors.append(_allowed(f"/riders/{number}", product.riders))
        elif code in request.riders[:number]:
            errors.append(_error(f"/riders/{number}", "twice", "同じ特約が2回あります。", "The rider is there twice."))
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
            _error(
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
                _error(
                    "/limits",
                    "fixed_by_set",
                    "このセットの支払限度額は決まっています。limitsはフリーセットだけに書いてください。",
                    "This set has its own limits. Give limits only with the free set.",
                )
            )
        return
    if limits is None:
        errors.append(
            _error(
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
            errors.append(_allowed(f"/limits/{coverage}", menu, "off_the_menu"))
    rider = product.rider_rating("business_income")
    attached = rider is not None and rider.code in product.attached_riders(
        request.set, [code for code in request.riders if code in product.riders]
    )
    if limits.business_income is None and attached:
        errors.append(
            _error(
                "/limits/business_income",
                "missing",
                "利益損害補償特約を付けるときは、利益損害の支払限度額が必要です。",
                "The business income rider needs a business income limit.",
            )
        )
    if limits.business_income is not None and not attached:
        errors.append(
            _error(
                "/limits/business_income",
                "needs_rider",
                "利益損害の支払限度額は、利益損害補償特約を付けたときだけ書けます。",
                "A business income limit needs the business income rider.",
            )
        )


def _check_sheet(sheet: DiscountSheet, answered: Sheet, errors: list[FieldError]) -> None:
    if answered.version != sheet.version:
        errors.append(_allowed("/sheet/version", [sheet.version], "other_version"))
    questions = {question.id: question for question in sheet.questions}
    for question_id, answer in answered.answers.items():
        pointer = f"/sheet/answers/{_escape(question_id)}"
        question = questions.get(question_id)
        if question is None:
            errors.append(_allowed(pointer, questions, "unknown_question"))
            continue
        choices = [*(choice.code for choice in question.answers), "none", "unknown"]
        if answer not in choices:
            errors.append(_allowed(pointer, choices))
    facts = [fact.code for fact in sheet.facts]
    for fact in facts:
        if fact not in answered.facts:
            errors.append(_error(f"/sheet/facts/{fact}", "missing", "この項目は必要です。", "This field is required."))
    for fact in answered.facts:
        if fact not in facts:
            errors.append(_allowed(f"/sheet/facts/{_escape(fact)}", facts, "unknown_field"))
    if len(answered.certificates) > MOST_CERTIFICATES:
        errors.append(
            _error(
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
            errors.append(_allowed(f"{pointer}/kind", kinds))
            continue
        for field in kind.needs:
            if getattr(certificate, field) is None:
                errors.append(
                    _error(f"{pointer}/{field}", "missing", "この項目は必要です。", "This field is required.")
                )
        if certificate.number is not None:
            _check_text(f"{pointer}/number", certificate.number, errors)


def _check_addressee(addressee: Addressee, errors: list[FieldError]) -> None:
    _check_text("/for/name", addressee.name, errors)
    if addressee.contact is not None:
        _check_text("/for/contact", addressee.contact, errors)
    number = addressee.corporate_number
    if number is not None and not is_corporate_number(number):
        errors.append(
            _error(
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
            _error(
                pointer, "length", f"1〜{LONGEST_TEXT}文字で書いてください。", f"Write 1 to {LONGEST_TEXT} characters."
            )
        )
    elif any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in text):
        errors.append(
            _error(
                pointer,
                "control_character",
                "制御文字や見えない文字は使えません。",
                "Control and invisible characters are not accepted.",
            )
        )


def request_schema() -> dict[str, Any]:
    """The JSON Schema of a request, for OpenAPI: the types; names and menus are the product's."""
    schema = _requests.json_schema(ref_template="#/components/schemas/{model}")
    addressee = _addressees.json_schema(ref_template="#/components/schemas/{model}")
    schema.setdefault("properties", {})["for"] = addressee
    return schema
