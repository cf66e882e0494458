"""The verifier of printed premiums: it accepts what sonae answers, and names the line that was tampered with."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.doors import answer as answers_door
from tests.core.asking import A_FULL, FREE, answered, sheet, words
from tests.core.drawing import requests
from verify import premium as verifier
from verify.premium import Company, check

Printed = dict[str, Any]


def printed(**changes: Any) -> Printed:
    """An answer as it is printed, read back without any type of sonae's."""
    document: Printed = json.loads(answers_door.encode(answered(words(**changes))))
    return document


IT_WORK = {"riders": ["it_business"], "it_sales": 44_444_444}
EVERY_LINE = {
    "industry": "M76",
    "annual_sales": 987_654_321,
    "set": 5,
    "limits": {"liability": 200_000_000, "expense": 40_000_000, "business_income": 20_000_000},
    "riders": ["business_income", "it_business", "exclude_continuity"],
    "it_sales": 44_444_444,
    "sheet_discount": 35,
}
SMALL = {
    "industry": "A01",
    "annual_sales": 12_345_678,
    "set": 5,
    "limits": {"liability": 20_000_000, "expense": 10_000_000},
    "sheet_discount": 60,
}
KINDS_OF_ANSWER: dict[str, dict[str, Any]] = {
    "every line is in use": EVERY_LINE,
    "the minimum applies": SMALL,
    "the worked column": {"sheet_discount": 30},
    "the attack rider": {"riders": ["cyber_attack_basic"], "annual_sales": 999_999_999},
}


@settings(max_examples=1_500, deadline=None)
@given(requests())
def test_accepts_every_answer(asked: dict[str, Any]) -> None:
    document = json.loads(answers_door.encode(answered(asked)))
    assert check(document) == []


def test_reads_the_formulas_of_the_worked_column() -> None:
    assert verifier.work_out("r(80370 × 2.7121)") == 217_971
    assert verifier.work_out("max(20000, 10 × r(353149 ÷ 10))") == 353_150
    between_two_rows = "r(24621 + (27121 − 24621) × (950000000 − 800000000) ÷ (1000000000 − 800000000))"
    assert verifier.work_out(between_two_rows) == 26_496
    assert verifier.work_out("r(630623 × (1 − 0.20))") == 504_498


@pytest.mark.parametrize(
    "formula",
    ["", "1 +", "r(1", "1 ÷ 0", "007", "1e5", "1_000", "２", "r 1", "max()", "1 2", "sqrt(4)", "1 - 1", "0.5.5", "__"],
)
def test_reads_nothing_but_the_grammar(formula: str) -> None:
    with pytest.raises(verifier.Unreadable):
        verifier.work_out(formula)


def _other_digits(text: str) -> Iterator[str]:
    for place, character in enumerate(text):
        if character.isdigit():
            for digit in "0123456789":
                if digit != character:
                    yield text[:place] + digit + text[place + 1 :]


def tampered(document: Printed) -> Iterator[tuple[str, str, Printed]]:
    """Every change of one digit in a line's value, in a line's formula, or in the premium: line, change, answer."""
    copied = copy.deepcopy(document)
    for line in copied["worksheet"]:
        for part in ("value", "formula"):
            original = line[part]
            for text in _other_digits(str(original)):
                line[part] = int(text) if part == "value" else text
                yield line["line"], f"{part} {text}", copied
            line[part] = original
    for text in _other_digits(str(copied["premium"])):
        yield "premium", text, copied | {"premium": int(text)}


def _moves_a_yen(document: Printed) -> bool:
    """Whether some line's own formula no longer gives the value printed beside it, or the premium is not the last."""
    for line in document["worksheet"]:
        try:
            if verifier.work_out(line["formula"]) != line["value"]:
                return True
        except verifier.Unreadable:
            return True
    return bool(document["premium"] != document["worksheet"][-1]["value"])


MAY_HIDE_ALONE = {"sales_factor", "core_at_size", "liability", "expense", "business_income_at_size", "business_income",
                  "it_sales_factor", "it_at_size", "it_business", "annual_premium"}  # fmt: skip
"""Lines that look a value up in the tariff: there a changed last decimal may leave the rounded yen as they were."""


@pytest.mark.parametrize("kind", KINDS_OF_ANSWER)
def test_one_answer_alone_catches_every_digit_that_moves_a_yen(kind: str) -> None:
    document = printed(**KINDS_OF_ANSWER[kind])
    assert check(document) == []
    for line, change, changed in tampered(document):
        faults = check(changed)
        if not faults:
            assert not _moves_a_yen(changed), (line, change)
            assert line in MAY_HIDE_ALONE, (line, change)


@pytest.mark.parametrize("kind", KINDS_OF_ANSWER)
def test_beside_a_second_print_of_the_same_answer_every_single_digit_is_caught(kind: str) -> None:
    document = printed(**KINDS_OF_ANSWER[kind])
    tried = 0
    for line, change, changed in tampered(document):
        beside = Company()
        assert beside.check(document) == []
        assert beside.check(changed), (line, change)
        tried += 1
    assert tried > 1_500


def test_beside_the_ten_prices_of_the_page_every_single_digit_of_the_chosen_one_is_caught() -> None:
    common = {"annual_sales": 777_777_777, "sheet": sheet({**A_FULL, "A1": "partial"}), **IT_WORK}
    ten = [
        printed(plan=plan, set=number, limits=FREE if number == 5 else None, **common)
        for plan in ("basic", "wide")
        for number in (1, 2, 3, 4, 5)
    ]
    chosen, others = ten[2], [*ten[:2], *ten[3:]]
    company = Company()
    for other in others:
        assert company.check(other) == []
    hidden = {line for line, _, changed in tampered(chosen) if not copy.deepcopy(company).check(changed)}
    # The limits' own factors are said once in a page of ten: only a member with the same set repeats them.
    assert hidden <= {"liability", "expense", "business_income", "it_business"}
    same_set = printed(plan="wide", set=3, industry="I50", **{**common, "sheet": None, "sheet_discount": 10})
    assert company.check(same_set) == []
    for line, change, changed in tampered(chosen):
        assert copy.deepcopy(company).check(changed), (line, change)


def test_names_the_line_that_was_tampered_with() -> None:
    document = printed(sheet_discount=30)
    subtotal = next(line for line in document["worksheet"] if line["line"] == "subtotal")
    subtotal["value"] += 1
    assert [fault.line for fault in check(document)] == ["subtotal", "after_group_discount"]


def _line(document: Printed, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(line for line in document["worksheet"] if line["line"] == name)
    return found


def _other_operand(document: Printed) -> None:
    """A lie that adds up within its line: the discounted sum starts from another subtotal."""
    _line(document, "after_group_discount").update(formula="r(630624 × (1 − 0.20))", value=504_499)


def _other_discount(document: Printed) -> None:
    _line(document, "after_security_discount").update(formula="r(504498 × (1 − 0.35))", value=327_924)


def _other_sales(document: Printed) -> None:
    document["request"]["annual_sales"] = 900_000_000
    formula = "r(24621 + (27121 − 24621) × (1000000000 − 800000000) ÷ (1000000000 − 800000000))"
    _line(document, "sales_factor").update(formula=formula)


def _other_shape(document: Printed) -> None:
    _line(document, "core_at_size").update(formula="217971")


def _other_order(document: Printed) -> None:
    document["worksheet"].reverse()


def _line_left_out(document: Printed) -> None:
    del document["worksheet"][4]


def _half_a_rider(document: Printed) -> None:
    _line(document, "business_income_at_size").update(formula="0", value=0)


def _other_unit(document: Printed) -> None:
    _line(document, "liability")["unit"] = "e-4"


def _fraction(document: Printed) -> None:
    _line(document, "liability")["value"] = 108_986.0


def _refused_with_a_worksheet(document: Printed) -> None:
    document["premium"] = None


LIES = {
    "an operand that is not the line before it": (_other_operand, "after_group_discount"),
    "a discount that the request does not have": (_other_discount, "after_security_discount"),
    "sales that the request does not have": (_other_sales, "sales_factor"),
    "a value without its sum": (_other_shape, "core_at_size"),
    "lines in another order": (_other_order, "worksheet"),
    "a line left out": (_line_left_out, "worksheet"),
    "half a rider": (_half_a_rider, "business_income_at_size"),
    "another unit": (_other_unit, "liability"),
    "a fraction": (_fraction, "liability"),
    "a refusal with a worksheet": (_refused_with_a_worksheet, "premium"),
}


@pytest.mark.parametrize("lie", LIES)
def test_catches(lie: str) -> None:
    tell, line = LIES[lie]
    document = printed(sheet_discount=30)
    tell(document)
    assert line in [fault.line for fault in check(document)]


_FIELDS = st.sampled_from(["premium", "worksheet", "request", "line"])


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(_FIELDS, inner),
        max_leaves=6,
    )
)
def test_says_no_to_what_is_no_answer(document: Any) -> None:
    assert check(document) != []


def _run(place: str, stdin: bytes = b"") -> tuple[int, str]:
    words_ = [sys.executable, "-P", "-m", "verify.premium", place]
    done = subprocess.run(
        words_, input=stdin, capture_output=True, check=False, cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.returncode, done.stdout.decode()


def test_runs_as_a_program_on_a_file_and_on_standard_input(tmp_path: Path) -> None:
    good = printed(sheet_discount=30)
    bad = copy.deepcopy(good)
    bad["premium"] = 353_160
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(good), "utf-8")
    assert _run(str(file)) == (0, "1: accepted, 353,150\n")
    both = "\n".join(json.dumps(document) for document in (good, bad))
    assert _run("-", both.encode()) == (
        1, "1: accepted, 353,150\n2: premium: 353160 is not the last line, 353150\n"
    )  # fmt: skip


def test_imports_nothing_but_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import verify.premium; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); {code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {name.split(".")[0] for name in done.stdout.split()} - {"verify"}
    assert loaded <= sys.stdlib_module_names


def test_a_file_that_is_no_answer_is_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "told.txt"
    told.write_text("年間保険料 353,150円\n", "utf-8")
    assert verifier.main([str(told)]) == 1
    assert "not an answer in JSON" in capsys.readouterr().err
