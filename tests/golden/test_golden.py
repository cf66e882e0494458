"""The golden quotations through the core, the command line and the independent verifier."""

import json
import subprocess
import sys
from typing import Any

import pytest

from sonae.office import catalogue
from tests.golden import QUOTATIONS, answers, is_problem, requests
from tests.golden.__main__ import answer_to
from verify.premium import Company

GOLDEN = list(zip(requests(), answers(), strict=True))


def _name(pair: tuple[bytes, bytes]) -> str:
    number = GOLDEN.index(pair) + 1
    try:
        request = json.loads(pair[0])
        return f"{number}-{request['industry']}-{request['plan']}-{request['set']}"
    except (ValueError, TypeError, KeyError):
        return f"{number}-broken"


@pytest.mark.parametrize("pair", GOLDEN, ids=_name)
def test_the_core_answers_byte_for_byte(pair: tuple[bytes, bytes]) -> None:
    """When the product or a message was changed on purpose: python -m tests.golden"""
    request, answer = pair
    assert answer_to(request).decode() == answer.decode()


def test_the_command_line_answers_byte_for_byte_and_exits_with_the_worst_of_the_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sonae.cli", "quote", str(QUOTATIONS), "--jsonl"], capture_output=True, check=False
    )
    assert done.stdout.split(b"\n") == [*answers(), b""]
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_independent_verifier_accepts_every_golden_answer() -> None:
    company = Company()
    for answer in answers():
        if not is_problem(answer):
            assert company.check(json.loads(answer)) == []


def _documents() -> list[dict[str, Any]]:
    return [json.loads(answer) for answer in answers()]


def test_every_finding_that_the_product_can_make_is_among_the_golden_answers() -> None:
    product = catalogue.default()
    sheet = product.sheet
    assert sheet is not None
    # The one that looks at the clock cannot be golden.
    by_notes = {"discount_not_evidenced", "inception_not_first_of_month"}
    by_notes |= {note for note in product.notes if note.startswith(("certificate_", "answer_counted_"))}
    possible = {rule.code for rule in product.rules} | {knock_out.code for knock_out in sheet.knock_outs} | by_notes
    found = {finding["code"] for document in _documents() for finding in document.get("findings", ())}
    assert found == possible


def test_every_set_plan_rider_and_kind_of_certificate_is_among_the_golden_requests() -> None:
    product = catalogue.default()
    assert product.sheet is not None
    priced = [document["request"] for document in _documents() if document.get("premium") is not None]
    assert {request["plan"] for request in priced} == set(product.plans)
    assert {request["set"] for request in priced} == set(product.sets)
    assert {rider for request in priced for rider in request["riders"]} == set(product.riders)
    papers = {paper["kind"] for request in priced for paper in request.get("sheet", {}).get("certificates", ())}
    assert papers == {kind.kind for kind in product.sheet.certificates}


def test_no_golden_answer_holds_a_fraction() -> None:
    for answer in answers():
        json.loads(answer, parse_float=lambda text: pytest.fail(f"{text} is no whole number"))
