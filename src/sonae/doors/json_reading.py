"""JSON as bytes, read strictly: UTF-8 only, no key twice, no NaN, bounded size and depth.

Numbers that are no plain whole numbers do not fail here: they are kept as `NotWhole`, so that the error can name
the field. A key that is there twice is kept as `Twice`, for the same reason.
"""

import json
from typing import Any, NoReturn

from sonae.doors.problem import Problem, not_json, too_large

MOST_BYTES = 64 * 1024
MOST_DEPTH = 12
LONGEST_NUMBER = 20


class NotWhole(str):
    """A JSON number with a fraction or exponent, or too many digits to be one of ours."""

    __slots__ = ()


class Twice(dict[str, Any]):
    """An object in which a key stood more than once; `keys_twice` are those keys."""

    keys_twice: tuple[str, ...] = ()


class _NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _NotANumber(name)


def _whole(digits: str) -> int | NotWhole:
    return int(digits) if len(digits) <= LONGEST_NUMBER else NotWhole(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Twice(found)
    names = [name for name, _ in pairs]
    twice.keys_twice = tuple(name for name in found if names.count(name) > 1)
    return twice


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NotWhole, parse_int=_whole, parse_constant=_refuse_constant
)


def parse(raw: bytes) -> Any | Problem:
    """The JSON value of these bytes, or the problem with them."""
    if len(raw) > MOST_BYTES:
        return too_large(MOST_BYTES)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        place = wrong.start
        return not_json(f"UTF-8ではありません（{place}バイト目）。", f"The body is not UTF-8 (at byte {place}).")
    if text.startswith("\ufeff"):
        return not_json("先頭のBOMを取り除いてください。", "Remove the byte order mark at the start.")
    if raw.count(b"[") + raw.count(b"{") > MOST_DEPTH and _depth(text) > MOST_DEPTH:
        return not_json(f"入れ子は{MOST_DEPTH}段までです。", f"At most {MOST_DEPTH} levels of nesting are accepted.")
    try:
        return _decoder.decode(text)
    except _NotANumber as wrong:
        return not_json(f"{wrong}という数はJSONにありません。", f"JSON has no number {wrong}.")
    except json.JSONDecodeError as wrong:
        return not_json(
            f"{wrong.lineno}行{wrong.colno}文字目を読み取れません。",
            f"Cannot be read at line {wrong.lineno}, column {wrong.colno}.",
        )
    except RecursionError:
        return not_json(f"入れ子は{MOST_DEPTH}段までです。", f"At most {MOST_DEPTH} levels of nesting are accepted.")


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
