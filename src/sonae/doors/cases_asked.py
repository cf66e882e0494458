"""Several cases in one request: shipped ones by name, and cases as typed. From bytes to cases, or to every error."""

from dataclasses import replace
from typing import Any

from sonae.cases import Case
from sonae.doors import case_file
from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.vocabulary import allowed, error, escape
from sonae.product import Product

MOST_CASES = 10
"""Cases in one request; each answers with every cover and may bring as many items as a case file."""

FIELDS = ("cases",)


def read(product: Product, raw: bytes) -> tuple[Case, ...] | Problem:
    """The cases of a request, in its order; all shipped ones where it names none."""
    parsed = parse(raw)
    if isinstance(parsed, Problem):
        return parsed
    shipped = {known.code: known.case for known in product.cases}
    errors: list[FieldError] = []
    if not isinstance(parsed, dict):
        return not_understood((error("", "not_an_object", "オブジェクトで書いてください。", "Write an object."),))
    if isinstance(parsed, Twice):
        errors += [error(f"/{escape(key)}", "twice", "同じ項目が2回あります。", "A field is there twice.")
                   for key in parsed.keys_twice]  # fmt: skip
    errors += [allowed(f"/{escape(key)}", FIELDS, "unknown_field") for key in parsed if key not in FIELDS]
    listed = parsed.get("cases", list(shipped))
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_CASES:
        errors.append(
            error("/cases", "not_a_list", f"1〜{MOST_CASES}件の配列で書いてください。", f"A list of 1 to {MOST_CASES}.")
        )
        return not_understood(tuple(errors))
    found: list[Case] = []
    for number, one in enumerate(listed):
        case = _case(product, shipped, one, f"/cases/{number}")
        if isinstance(case, Case):
            found.append(case)
        else:
            errors += case
    return not_understood(tuple(errors)) if errors else tuple(found)


def _case(product: Product, shipped: dict[str, Case], value: Any, place: str) -> Case | list[FieldError]:
    """A shipped case by its name, or one that is written out; the errors point into the whole request."""
    if isinstance(value, str) and not isinstance(value, NotWhole):
        known = shipped.get(value)
        return [allowed(place, shipped, "unknown_case")] if known is None else known
    read_ = case_file.read_value(product, value)
    if isinstance(read_, Case):
        return read_
    return [replace(one, pointer=place + one.pointer) for one in read_.errors]
