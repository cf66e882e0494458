"""What a hostile or careless client sends: never an exception, never a price, always a named field or byte."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.doors import problem as problem_door
from sonae.doors.json_reading import MOST_BYTES, MOST_DEPTH
from sonae.doors.problem import Problem
from sonae.doors.request import Understood
from sonae.doors.vocabulary import is_corporate_number
from tests.core.asking import NO_FACTS, broken_at, read, sheet, understood, words
from tests.core.drawing import requests


def raw(**changes: Any) -> bytes:
    return json.dumps(words(**changes), ensure_ascii=False).encode()


def spelt(field: str, text: str) -> bytes:
    """The good request with one field's value spelt as given, JSON or not."""
    marked = words(**{field: "SPELT"})
    return json.dumps(marked, ensure_ascii=False).replace('"SPELT"', text).encode("utf-8", "surrogatepass")


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


# --- Bytes that are no JSON: 400, 413 -------------------------------------------------------------------------------

NOT_JSON: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "a blank": (b" ", 400),
    "half an object": (raw()[:-1], 400),
    "two objects": (raw() + raw(), 400),
    "a comma too many": (raw()[:-1] + b",}", 400),
    "single quotes": (raw().replace(b'"', b"'"), 400),
    "a comment": (raw() + b"// please", 400),
    "a byte order mark": (b"\xef\xbb\xbf" + raw(), 400),
    "UTF-16": (raw().decode().encode("utf-16"), 400),
    "UTF-32": (raw().decode().encode("utf-32"), 400),
    "CP932": (raw(industry="建設業").decode().encode("cp932"), 400),
    "EUC-JP": (raw(industry="建設業").decode().encode("euc_jp"), 400),
    "a raw surrogate": (spelt("industry", '"\ud800"'), 400),
    "an overlong slash": (raw().replace(b"D06", b"\xc0\xaf"), 400),
    "a raw control character in a text": (raw().replace(b"D06", b"D\x0006"), 400),
    "a raw line feed in a text": (raw().replace(b"D06", b"D\n06"), 400),
    "NaN": (spelt("annual_sales", "NaN"), 400),
    "Infinity": (spelt("annual_sales", "Infinity"), 400),
    "minus Infinity": (spelt("annual_sales", "-Infinity"), 400),
    "full-width digits": (spelt("annual_sales", "１０００００"), 400),
    "Arabic digits": (spelt("annual_sales", "١٠٠٠"), 400),
    "Devanagari digits": (spelt("annual_sales", "१०००"), 400),
    "kanji digits": (spelt("annual_sales", "10億"), 400),
    "digits with commas": (spelt("annual_sales", "1,000,000"), 400),
    "digits with underscores": (spelt("annual_sales", "1_000_000"), 400),
    "a leading zero": (spelt("annual_sales", "0100"), 400),
    "a plus sign": (spelt("annual_sales", "+100"), 400),
    "hexadecimal": (spelt("annual_sales", "0xFF"), 400),
    "a bare word": (spelt("plan", "basic"), 400),
    "Python's True": (spelt("set", "True"), 400),
    "one byte over 64 KiB": (raw().ljust(MOST_BYTES + 1), 413),
    "a thousand brackets": (nested(1_000), 400),
    "brackets deeper than any stack": (nested(30_000), 400),
    "a level too deep": (nested(MOST_DEPTH + 1), 400),
    "objects deeper than any stack": (b'{"a":' * 10_000, 400),
}


@pytest.mark.parametrize("body", NOT_JSON)
def test_is_no_request_at_all(body: str) -> None:
    sent, status = NOT_JSON[body]
    found = read(sent)
    assert isinstance(found, Problem)
    assert found.status == status
    assert [error.pointer for error in found.errors] == [""]


def test_64_kib_of_blanks_around_a_request_are_still_read() -> None:
    assert understood(raw().ljust(MOST_BYTES)).request.industry == "D06"


def test_brackets_inside_a_text_are_no_depth() -> None:
    deep = words(**{"for": {"name": "株式会社" + "[{" * 50}})
    assert understood(deep).addressee is not None


# --- JSON whose values are not the product's words: 422, at the field -----------------------------------------------

OFF_WORDS: dict[str, tuple[bytes, dict[str, str]]] = {
    "an array": (b"[]", {"": "not_an_object"}),
    "a number": (b"353150", {"": "not_an_object"}),
    "a text": (b'"D06"', {"": "not_an_object"}),
    "null": (b"null", {"": "not_an_object"}),
    "a fraction": (spelt("annual_sales", "1000000000.5"), {"/annual_sales": "not_whole"}),
    "a fraction of nothing": (spelt("annual_sales", "1000000000.0"), {"/annual_sales": "not_whole"}),
    "an exponent": (spelt("annual_sales", "1e9"), {"/annual_sales": "not_whole"}),
    "a capital exponent": (spelt("annual_sales", "1E+9"), {"/annual_sales": "not_whole"}),
    "minus nothing": (spelt("annual_sales", "-0"), {"/annual_sales": "out_of_range"}),
    "minus nothing as a fraction": (spelt("annual_sales", "-0.0"), {"/annual_sales": "not_whole"}),
    "true": (spelt("annual_sales", "true"), {"/annual_sales": "not_whole"}),
    "true for a set": (spelt("set", "true"), {"/set": "not_whole"}),
    "null for a number": (spelt("annual_sales", "null"), {"/annual_sales": "null"}),
    "null for an optional field": (spelt("it_sales", "null"), {"/it_sales": "null"}),
    "a number as a text": (spelt("annual_sales", '"1000000000"'), {"/annual_sales": "not_whole"}),
    "a list for a number": (spelt("annual_sales", "[1]"), {"/annual_sales": "not_whole"}),
    "an object for a text": (spelt("plan", "{}"), {"/plan": "not_text"}),
    "a number for a text": (spelt("industry", "6"), {"/industry": "not_text"}),
    "2^63": (spelt("annual_sales", str(2**63)), {"/annual_sales": "out_of_range"}),
    "2^64": (spelt("annual_sales", str(2**64)), {"/annual_sales": "out_of_range"}),
    "a thousand digits": (spelt("annual_sales", "9" * 1_000), {"/annual_sales": "not_whole"}),
    "sixty thousand digits": (spelt("annual_sales", "9" * 60_000), {"/annual_sales": "not_whole"}),
    "a thousand digits below nothing": (spelt("annual_sales", "-" + "9" * 1_000), {"/annual_sales": "not_whole"}),
    "a fraction of sixty thousand digits": (spelt("annual_sales", "0." + "3" * 60_000), {"/annual_sales": "not_whole"}),
    "full-width digits in a text": (spelt("annual_sales", '"１０００"'), {"/annual_sales": "not_whole"}),
    "a day in full-width digits": (spelt("inception", '"２０３１-０４-０１"'), {"/inception": "not_a_day"}),
    "a moment for a day": (spelt("inception", '"2031-04-01T16:00:00"'), {"/inception": "not_a_day"}),
    "a number for a day": (spelt("inception", "20310401"), {"/inception": "not_a_day"}),
    "a year behind every calendar": (spelt("inception", '"9999-12-31"'), {"/inception": "too_far"}),
    "a year that is none": (spelt("inception", '"0000-01-01"'), {"/inception": "not_a_day"}),
    "a text for a list": (spelt("riders", '"cyber_attack_basic"'), {"/riders": "not_a_list"}),
    "an object for a list": (spelt("riders", '{"0": "cyber_attack_basic"}'), {"/riders": "not_a_list"}),
    "a list for an object": (spelt("sheet", "[]"), {"/sheet": "not_an_object"}),
    "a full-width code": (raw(industry="Ｄ０６"), {"/industry": "unknown_word"}),
    "a code in small letters": (raw(industry="d06"), {"/industry": "unknown_word"}),
    "a code with a blank": (raw(industry="D06 "), {"/industry": "unknown_word"}),
    "a code with a hidden character": (raw(industry="D06\u200b"), {"/industry": "unknown_word"}),
    "an escaped lone surrogate": (spelt("industry", '"\\ud800"'), {"/industry": "unknown_word"}),
    "an escaped NUL": (spelt("plan", '"basic\\u0000"'), {"/plan": "unknown_word"}),
    "an SQL quotation": (raw(plan="basic'; DROP TABLE quotations; --"), {"/plan": "unknown_word"}),
    "a dunder field": (raw(__class__="admin"), {"/__class__": "unknown_field"}),
    "a field with a slash and a tilde": (raw(**{"a/b~c": 1}), {"/a~1b~0c": "unknown_field"}),
    "a field with no name": (raw(**{"": 1}), {"/": "unknown_field"}),
    "a field in Japanese": (raw(保険料=1), {"/保険料": "unknown_field"}),
    "mass assignment": (
        raw(premium=1, findings=[], id="x", created_at="2031-01-01", indicative=False),
        dict.fromkeys(("/premium", "/findings", "/id", "/created_at", "/indicative"), "unknown_field"),
    ),
    "a price inside the limits": (
        raw(set=5, limits={"liability": 100_000_000, "expense": 30_000_000, "premium": 1}),
        {"/limits/premium": "unknown_field"},
    ),
    "a text for a fact": (
        raw(sheet=sheet({}) | {"facts": NO_FACTS | {"remote_access": "false"}}),
        {"/sheet/facts/remote_access": "not_bool"},
    ),
    "a zero for a fact": (
        raw(sheet=sheet({}) | {"facts": NO_FACTS | {"remote_access": 0}}), {"/sheet/facts/remote_access": "not_bool"}),
    "a share for an answer": (raw(sheet=sheet({"A1": 100})), {"/sheet/answers/A1": "not_text"}),  # type: ignore[dict-item]
}  # fmt: skip


@pytest.mark.parametrize("body", OFF_WORDS)
def test_is_broken_at_its_field(body: str) -> None:
    sent, expected = OFF_WORDS[body]
    assert broken_at(sent) == expected


def test_a_field_twice_is_broken_at_that_field_and_never_priced_by_the_last() -> None:
    twice = raw()[:-1] + b',"annual_sales":1}'
    assert broken_at(twice) == {"/annual_sales": "twice"}
    inner = raw(set=5, limits={"liability": 20_000_000, "expense": 10_000_000}).replace(
        b'"expense"', b'"liability": 1000000000, "expense"'
    )
    assert broken_at(inner) == {"/limits/liability": "twice"}
    answers = raw(sheet=sheet({"A1": "none"})).replace(b'"A1": "none"', b'"A1": "none", "A1": "full"')
    assert broken_at(answers) == {"/sheet/answers/A1": "twice"}
    escaped = raw()[:-1] + b',"pl\\u0061n":"wide"}'
    assert broken_at(escaped) == {"/plan": "twice"}


# --- For whom: names, numbers, contacts -----------------------------------------------------------------------------

NAMES: dict[str, tuple[str, str | None]] = {
    "a plain name": ("株式会社山田工務店", None),
    "a rare character and a variation selector-free kanji": ("髙﨑𠮷野家", None),
    "a blank name": ("　 ", "length"),
    "an empty name": ("", "length"),
    "201 characters": ("株" * 201, "length"),
    "200 characters": ("株" * 200, None),
    "a line feed": ("株式会社\n山田", "control_character"),
    "a NUL": ("株式会社\x00", "control_character"),
    "an escape sequence": ("\x1b[31m株式会社", "control_character"),
    "a right-to-left override": ("株式会社\u202e田山", "control_character"),
    "a zero-width space": ("株式\u200b会社", "control_character"),
    "a byte order mark inside": ("株式\ufeff会社", "control_character"),
    "a line separator": ("株式\u2028会社", "control_character"),
    "a private character": ("株式\ue000会社", "control_character"),
    "an unassigned character": ("株式\U000e0fff会社", "control_character"),
    "a lone surrogate": ("株式\ud842会社", "control_character"),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_addressee_is_kept_as_typed_or_refused(name: str) -> None:
    typed, code = NAMES[name]
    sent = json.dumps(words(**{"for": {"name": typed}})).encode()
    if code is None:
        addressee = understood(sent).addressee
        assert addressee is not None
        assert addressee.name == typed
    else:
        assert broken_at(sent) == {"/for/name": code}


CORPORATE_NUMBERS = {
    "the Tax Agency's own": ("7000012050002", True),
    "the Digital Agency's": ("8000012010038", True),
    "another check digit": ("1000012050002", False),
    "twelve digits": ("700001205000", False),
    "fourteen digits": ("70000120500020", False),
    "full-width digits": ("７００００１２０５０００２", False),
    "a hyphen": ("7-000012050002", False),
    "a blank after it": ("7000012050002 ", False),
    "a line feed after it": ("7000012050002\n", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize("number", CORPORATE_NUMBERS)
def test_a_corporate_number_carries_its_check_digit(number: str) -> None:
    typed, good = CORPORATE_NUMBERS[number]
    assert is_corporate_number(typed) == good
    sent = json.dumps(words(**{"for": {"name": "山田", "corporate_number": typed}})).encode()
    if good:
        understood(sent)
    else:
        assert broken_at(sent) == {"/for/corporate_number": "not_a_corporate_number"}


def test_every_single_wrong_digit_of_a_corporate_number_is_noticed() -> None:
    """The check digit's weights are 1 and 2 by 9: only 0 for 9 in a place of weight 1 goes unseen, and is 9 apart."""
    number = "7000012050002"
    for place, digit in enumerate(number):
        for other in "0123456789":
            if other != digit:
                changed = number[:place] + other + number[place + 1 :]
                assert is_corporate_number(changed) == ({digit, other} == {"0", "9"} and place > 0), changed


@pytest.mark.parametrize(
    ("addressee", "pointer"),
    [
        ({}, "/for/name"),
        ({"name": 5}, "/for/name"),
        ({"name": "山田", "email": "a@example.jp"}, "/for/email"),
        ({"name": "山田", "contact": "a\tb"}, "/for/contact"),
        ("山田", "/for"),
        (None, "/for"),
    ],
)
def test_an_addressee_is_read_as_strictly_as_the_rest(addressee: Any, pointer: str) -> None:
    assert set(broken_at(json.dumps({**words(), "for": addressee}).encode())) == {pointer}


# --- Anything at all ------------------------------------------------------------------------------------------------


def judged(sent: bytes) -> None:
    """Understood, or a problem with a client's status, sendable as UTF-8 JSON, with a pointer to each error."""
    found = read(sent)
    if isinstance(found, Understood):
        return
    assert found.status in (400, 413, 422)
    assert found.errors
    document = json.loads(problem_door.encode(found).decode("utf-8"))
    assert document["status"] == found.status
    for error in document["errors"]:
        assert error["message"], error
        assert error["message_en"], error
        assert error["pointer"] == "" or error["pointer"].startswith("/")


@settings(max_examples=800, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_judged(sent: bytes) -> None:
    judged(sent)


_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(_ANY_JSON)
def test_any_json_is_judged(value: Any) -> None:
    judged(json.dumps(value).encode())


_PLACES = st.sampled_from([
    ("industry",), ("annual_sales",), ("plan",), ("set",), ("it_sales",), ("riders",), ("limits",), ("sheet",),
    ("inception",), ("product",), ("for",), ("sheet_discount",), ("limits", "liability"), ("sheet", "version"),
    ("sheet", "answers"), ("sheet", "answers", "A1"), ("sheet", "facts"), ("sheet", "facts", "remote_access"),
    ("sheet", "certificates"), ("riders", 0), ("sheet", "certificates", 0), ("sheet", "certificates", 0, "expires"),
])  # fmt: skip


@settings(max_examples=1_200, deadline=None)
@given(requests(), _PLACES, _ANY_JSON, st.text(max_size=3))
def test_a_request_with_anything_in_one_place_is_judged(asked: Any, place: Any, value: Any, extra: str) -> None:
    """The most dangerous inputs are nearly right."""
    inside: Any = asked
    for step in place[:-1]:
        try:
            inside = inside[step]
        except (KeyError, IndexError):
            break
    try:
        inside[place[-1]] = value
    except (IndexError, TypeError):
        asked[extra] = value
    judged(json.dumps(asked).encode())


@settings(max_examples=500, deadline=None)
@given(requests(), st.integers(0, 5_000), st.binary(min_size=1, max_size=4), st.booleans())
def test_a_request_with_some_bytes_changed_is_judged(asked: Any, place: int, other: bytes, insert: bool) -> None:
    sent = json.dumps(asked, ensure_ascii=False).encode()
    place %= len(sent)
    judged(sent[:place] + other + sent[place + (0 if insert else len(other)) :])


@settings(max_examples=300, deadline=None)
@given(requests())
def test_a_good_request_is_understood_in_any_order_and_spacing(asked: Any) -> None:
    plain = understood(asked)
    assert understood(json.dumps(dict(reversed(asked.items())), indent=3).encode()) == plain
