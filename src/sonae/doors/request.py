"""A quotation request: from bytes to `QuotationRequest`, or to every error in them.

Two passes. Types and unknown fields are pydantic's, in strict mode, over the core's own dataclasses. Then the
words: every name and number must be in the product's vocabulary, and fields that need or forbid each other must
agree. Whether the product's rules allow the whole is not asked here; that is a refusal, not an error.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.mending import at_or_below, mended
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.strict import read_strictly
from sonae.doors.vocabulary import check_addressee, check_words, error, escape
from sonae.period import next_possible_start
from sonae.product import Product
from sonae.risk import Addressee, Certificate, Limits, QuotationRequest, Sheet

read_strictly(QuotationRequest, Limits, Sheet, Certificate, Addressee)

_requests = TypeAdapter(QuotationRequest)
_addressees = TypeAdapter(Addressee)

LAST_YEAR = 2999
"""The last year of a start. Behind a start lie cut-offs, an expiry and a renewal, which a calendar must still hold."""
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
            (error("", "not_an_object", "JSONのオブジェクトが必要です。", "A JSON object is needed."),)
        )
    errors: list[FieldError] = []
    tidied = _tidy(parsed, "", errors)
    addressee_words = tidied.pop("for", None)
    request = _validate(_requests, tidied, "", errors)
    addressee = None
    if addressee_words is not None:
        addressee = _validate(_addressees, addressee_words, "/for", errors)
        if addressee is not None:
            check_addressee(addressee, errors)
    product = _product(products, tidied, errors)
    if request is None or product is None:
        if product is not None:
            _check_the_rest(product, tidied, errors)
        return not_understood(_once(errors))
    check_words(product, request, errors)
    inception = request.inception or next_possible_start(moment, product.calendar.lag_months)
    if request.inception is None and not product.is_valid_on(inception):
        # A year that is over, or has not begun, is priced for a day that is named, never for the next start.
        errors.append(_outside(product))
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
        inception=inception,
        product=product.id,
    )
    return Understood(product, filled_in, addressee)


def _once(errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """Each error once, and one per field: the first says enough."""
    kept: dict[str, FieldError] = {}
    for one in errors:
        kept.setdefault(one.pointer, one)
    return tuple(kept.values())


def _tidy(value: Any, pointer: str, errors: list[FieldError]) -> Any:
    """Note nulls, odd numbers and doubled keys; turn lists into tuples and ISO days into dates for strict types."""
    if isinstance(value, dict):
        if isinstance(value, Twice):
            for key in value.keys_twice:
                errors.append(
                    error(f"{pointer}/{escape(key)}", "twice", "同じ項目が2回あります。", "The field is there twice.")
                )
        return {
            # Most values are plain; only the others need a pointer.
            key: part
            if type(part) in _PLAIN and key not in _DAY_FIELDS
            else _tidy(part, f"{pointer}/{escape(key)}", errors)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return tuple(_tidy(part, f"{pointer}/{number}", errors) for number, part in enumerate(value))
    if isinstance(value, NotWhole):
        errors.append(
            error(
                pointer,
                "not_whole",
                "整数で書いてください（小数・指数は使えません）。",
                "Write a whole number, without fraction or exponent.",
            )
        )
        return value
    if value is None:
        errors.append(
            error(
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
        for found in wrong.errors(include_url=False, include_context=False, include_input=False):
            place = pointer + "".join(f"/{escape(str(part))}" for part in found["loc"])
            errors.append(_type_error(place, found["type"]))
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
    return error(pointer, *known)


def _product(products: Products, words: dict[str, Any], errors: list[FieldError]) -> Product | None:
    """The product that the request names, else the default scheme's product year of its inception."""
    named, day = words.get("product"), words.get("inception")
    inception = day if isinstance(day, date) else None
    if inception is not None and inception.year > LAST_YEAR:
        errors.append(
            error(
                "/inception", "too_far", f"{LAST_YEAR}年までの日付を書いてください。", f"Write a day up to {LAST_YEAR}."
            )
        )
    if isinstance(named, str):
        product = products.get(named)
        if product is None:
            errors.append(error("/product", "unknown_word", "この商品はありません。", "There is no such product."))
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
        errors.append(error("/product", "missing", "商品を指定してください。", "Name a product."))
    return product


def _outside(product: Product) -> FieldError:
    first, end = product.valid_from.isoformat(), product.valid_until
    until, until_en = (f"、{end.isoformat()}より前", f", before {end.isoformat()}") if end is not None else ("", "")
    return error(
        "/inception",
        "no_product_year",
        f"この日に始まる商品年度はありません（{first}以降{until}）。",
        f"No released product year covers this day (from {first}{until_en}).",
    )


def _check_the_rest(product: Product, words: dict[str, Any], errors: list[FieldError]) -> None:
    """The words of a request that as a whole has the wrong shape, as far as they stand on their own."""
    rest = mended(_requests, words)
    if rest is None:
        return
    wrong = frozenset(error.pointer for error in errors)
    found: list[FieldError] = []
    check_words(product, rest, found)
    errors += [
        error
        for error in found
        if not at_or_below(error.pointer, wrong) and not (error.code == "needs_rider" and "/riders" in wrong)
    ]


def request_schema() -> dict[str, Any]:
    """The JSON Schema of a request, for OpenAPI: the types; names and menus are the product's."""
    schema = _requests.json_schema(ref_template="#/components/schemas/{model}")
    addressee = _addressees.json_schema(ref_template="#/components/schemas/{model}")
    schema.setdefault("properties", {})["for"] = addressee
    return schema
