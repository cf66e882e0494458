"""Amounts as people write them: read to the yen, or refused with what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae import yen_text
from sonae.yen_text import Unreadable


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("10億", 1_000_000_000),
        ("10億5千万", 1_050_000_000),
        ("10億5千万円", 1_050_000_000),
        ("10億5,000万円", 1_050_000_000),
        ("１０億５０００万円", 1_050_000_000),
        ("1.5億", 150_000_000),
        ("１．０５億円", 105_000_000),
        ("0.3億", 30_000_000),
        ("105000万円", 1_050_000_000),
        ("1,050,000千円", 1_050_000_000),
        ("1,050百万円", 1_050_000_000),
        ("1050000000", 1_050_000_000),
        ("￥1,050,000,000", 1_050_000_000),
        (" 5 億　", 500_000_000),
        ("10億 5千万円", 1_050_000_000),
        ("5千円", 5_000),
        ("千万円", 10_000_000),
        ("3億千万円", 310_000_000),
        ("2千500万", 25_000_000),
        ("5千3百万円", 53_000_000),
        ("1億5円", 100_000_005),
        ("1兆", 10**12),
        ("0", 0),
        ("0円", 0),
    ],
)
def test_reads(text: str, yen: int) -> None:
    assert yen_text.read(text) == yen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("　 ", "empty"),
        ("円", "number_missing"),
        ("億", "number_missing"),
        ("千円", "number_missing"),
        ("10億千円", "number_missing"),
        ("10億5", "unit_missing"),
        ("10億5千", "unit_missing"),
        ("5千", "unit_missing"),
        ("1億5000", "unit_missing"),
        ("1億20000万", "overlap"),
        ("10万20000円", "overlap"),
        ("5万3億", "order"),
        ("5億3億", "order"),
        ("5百3千万", "order"),
        ("1,05億", "grouping"),
        ("1,0000万円", "grouping"),
        ("1 000 000", "grouping"),
        ("1.234", "fraction"),
        ("1.5億5千万", "fraction"),
        ("0.00000001億5千万円", "fraction"),
        ("0.000000001億", "fraction"),
        ("1..5億", "grouping"),
        ("-5億", "not_an_amount"),
        ("−5億", "not_an_amount"),
        ("+5億", "not_an_amount"),
        ("1e9", "not_an_amount"),
        ("約5億", "not_an_amount"),
        ("五億", "not_an_amount"),
        ("٥億", "not_an_amount"),
        ("५00", "not_an_amount"),
        ("①億", "not_an_amount"),
        ("𝟙億", "not_an_amount"),
        ("5億\x00", "not_an_amount"),
        ("5\n億", "not_an_amount"),
        ("5億\u202e", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("5円円", "not_an_amount"),
        ("¥5億", "not_an_amount"),
        ("5億¥", "not_an_amount"),
        ("9" * 41, "too_long"),
    ],
)
def test_refuses_with_a_reason(text: str, code: str) -> None:
    answer = yen_text.read(text)
    assert isinstance(answer, Unreadable)
    assert answer.code == code
    assert "10億5千万円" in answer.message
    assert "1,050,000千円" in answer.message_en


@given(st.integers(min_value=0, max_value=10**18))
def test_what_is_written_reads_back(yen: int) -> None:
    assert yen_text.read(yen_text.write(yen)) == yen
    assert yen_text.read(yen_text.write_limit(yen)) == yen


@given(st.integers(min_value=0, max_value=10**15), st.sampled_from(["", "円"]))
def test_plain_digits_in_either_width(yen: int, unit: str) -> None:
    full = str(yen).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert yen_text.read(f"{yen}{unit}") == yen_text.read(f"{full}{unit}") == yen
    assert yen_text.read(f"{yen:,}{unit}") == yen


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_and_ten_thousands(count: int) -> None:
    assert yen_text.read(f"{count:,}千円") == count * 1_000
    assert yen_text.read(f"{count:,}万円") == count * 10_000
    assert yen_text.read(f"{count:,}百万円") == count * 1_000_000


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    answer = yen_text.read(text)
    assert isinstance(answer, Unreadable) or answer >= 0


@given(st.text(alphabet="0123456789,.億万千百十円 ", max_size=14))
def test_an_amount_says_the_same_written_out(text: str) -> None:
    answer = yen_text.read(text)
    if isinstance(answer, int):
        assert yen_text.read(yen_text.write(answer)) == answer


def test_writes() -> None:
    assert yen_text.write(1_050_000_000) == "10億5,000万円"
    assert yen_text.write(0) == "0円"
    assert yen_text.write(-110_230) == "−11万230円"
    assert yen_text.write_limit(30_000_000) == "3千万円"
    assert yen_text.write_limit(100_000_000) == "1億円"
    assert yen_text.write_limit(150_000_000) == "1億5千万円"
    assert yen_text.write_limit(5_000_000) == "500万円"
