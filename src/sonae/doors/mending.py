"""Reading on past errors of type: what is wrong is taken out, so that the words of the rest are checked as well.

A request with a wrong type in one field and an unknown name in another gets both errors at once.
"""

from typing import Any

from pydantic import TypeAdapter, ValidationError

STAND_INS: dict[str, Any] = {
    "industry": "",
    "annual_sales": 10**15 - 1,
    "plan": "",
    "set": -1,
    "liability": 0,
    "expense": 0,
    "version": "",
    "facts": {},
    "kind": "",
}
"""What stands in for a required field that is missing or wrong. Errors that only follow from it are dropped."""

ELEMENTS: dict[str, Any] = {"riders": "", "certificates": {"kind": ""}}
"""The same for an element of a list, so that the others keep their places."""


def mended(adapter: TypeAdapter[Any], value: Any) -> Any | None:
    """The value without what the adapter refuses; None when nothing readable is left."""
    try:
        return adapter.validate_python(value)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_context=False, include_input=False):
            value = _without(value, error["loc"], "")
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None


def _without(value: Any, path: tuple[int | str, ...], within: str) -> Any:
    """The value with the part at the path taken out, or with its stand-in there. `within` is the field it is in."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        if rest and first in value:
            return {**value, first: _without(value[first], rest, str(first))}
        kept = {key: part for key, part in value.items() if key != first}
        return {**kept, first: STAND_INS[first]} if first in STAND_INS else kept
    if isinstance(value, tuple) and isinstance(first, int) and first < len(value):
        part = _without(value[first], rest, "") if rest else ELEMENTS.get(within, value[first])
        return (*value[:first], part, *value[first + 1 :])
    return value


def at_or_below(pointer: str, wrong: frozenset[str]) -> bool:
    """Whether an error at this pointer only follows from one that was already found at the field or around it."""
    parts = pointer.split("/")
    return any("/".join(parts[:length]) in wrong for length in range(1, len(parts) + 1))
