"""The discount sheet: what answers and papers earn, against an oracle and rule by rule."""

from datetime import date
from itertools import product as combinations_of
from typing import Any

import pytest
from hypothesis import given, settings

from sonae.discount import Discount, judge
from sonae.product import DiscountSheet
from tests.core import sheet_oracle
from tests.core.asking import A_FULL, DAY, NO_FACTS, answered, codes, finding, sheet, shipped, understood, words
from tests.core.drawing import sheets

EXPIRY = {"number": "No. 1", "expires": "2033-01-01"}
PAPERS = [
    {"kind": "isms", **EXPIRY},
    {"kind": "privacy_mark", **EXPIRY},
    {"kind": "pci_dss", **EXPIRY},
    {"kind": "vulnerability_scan", "issued": "2031-01-01"},
    {"kind": "otasuke"},
    {"kind": "security_action_2"},
    {"kind": "scs_3", **EXPIRY},
    {"kind": "scs_4", **EXPIRY},
]


def the_sheet() -> DiscountSheet:
    found = shipped().sheet
    assert found is not None
    return found


def judged(asked: dict[str, Any], inception: str = DAY) -> Discount:
    request = understood(words(sheet=asked, inception=inception)).request
    assert request.sheet is not None
    assert request.inception is not None
    return judge(the_sheet(), request.sheet, request.inception)


def by_oracle(asked: dict[str, Any], inception: str = DAY) -> int:
    return sheet_oracle.discount(
        asked.get("answers", {}), asked["facts"], asked.get("certificates", ()), date.fromisoformat(inception)
    )


@settings(max_examples=1_000, deadline=None)
@given(sheets())
def test_any_sheet_earns_what_the_oracle_says(asked: dict[str, Any]) -> None:
    assert judged(asked).total == by_oracle(asked)


def test_every_single_answer_earns_its_points() -> None:
    for question in the_sheet().questions:
        points, shares = sheet_oracle.QUESTIONS[question.id]
        assert {choice.code: choice.share for choice in question.answers} == shares
        for code, share in [*shares.items(), ("none", 0), ("unknown", 0)]:
            assert judged(sheet({question.id: code})).tenths == points * share // 10


def test_part_a_has_100_points_in_all() -> None:
    assert sum(question.points for question in the_sheet().questions) == 100
    assert judged(sheet()).tenths == 1_000


def test_each_step_of_the_ladder_begins_exactly_at_its_points() -> None:
    """By what is left out of a full sheet; A1 and A4 stay, so no knock-out holds the ladder down."""
    small = {"A13": 2, "A14": 3, "A12": 4, "A7": 5, "A8": 5, "A9": 5, "A10": 6, "A11": 6, "A6": 6, "A5": 8, "A2": 12}
    for mask in range(1 << len(small)):
        left_out = {question for bit, question in enumerate(small) if mask >> bit & 1}
        points = 100 - sum(small[question] for question in left_out)
        answers = {question: "none" if question in left_out else "full" for question in A_FULL}
        expected = max((percent for at, percent in sheet_oracle.STEPS if points >= at), default=0)
        assert judge_answers(answers) == expected, (points, left_out)


def judge_answers(answers: dict[str, str]) -> int:
    from sonae.risk import Sheet

    return judge(the_sheet(), Sheet(version="2024.1", answers=answers, facts=NO_FACTS), date(2031, 4, 1)).part_a


@pytest.mark.parametrize("with_questions", [False, True])
def test_every_combination_of_papers_earns_what_the_oracle_says(with_questions: bool) -> None:
    """All 2^8 sets of papers, with each way of watching: the contract in A2, another in A2, none."""
    answers = A_FULL if with_questions else {}
    for chosen in combinations_of((False, True), repeat=len(PAPERS)):
        papers = [paper for paper, held in zip(PAPERS, chosen, strict=True) if held]
        for by_otasuke in (False, True):
            asked = sheet(answers, {"monitoring_by_otasuke": by_otasuke}, *papers)
            assert judged(asked).total == by_oracle(asked), papers


def test_every_combination_of_knock_outs_earns_what_the_oracle_says() -> None:
    weak = ("full", "partial", "none", "unknown", None)
    backups = ("full", "online_only", "none", "unknown", None)
    for mfa, backup, remote, old in combinations_of(weak, backups, (False, True), (False, True)):
        answers = {**A_FULL, "A1": mfa, "A4": backup}
        asked = sheet(
            {question: answer for question, answer in answers.items() if answer is not None},
            {"remote_access": remote, "unsupported_os_exposed": old},
        )
        assert judged(asked).total == by_oracle(asked), (mfa, backup, remote, old)


# --- Papers on the day of inception -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "counts"), [("2031-03-31", False), ("2031-04-01", True), ("2031-04-02", True), ("2040-01-01", True)]
)
def test_a_certificate_counts_to_the_end_of_its_last_day(expires: str, counts: bool) -> None:
    """Our reading (docs/decisions.md, D1): the printed day itself is still in force."""
    asked = sheet({}, None, {"kind": "isms", "number": "IS 1", "expires": expires})
    assert judged(asked).part_b == (20 if counts else 0)
    assert ("certificate_expired" in codes(answered(words(sheet=asked)))) == (not counts)


@pytest.mark.parametrize(
    ("issued", "why"),
    [
        ("2030-03-31", "too_old"),
        ("2030-04-01", None),
        ("2031-04-01", None),
        ("2031-04-02", "not_yet_issued"),
    ],
)
def test_a_scan_counts_for_a_year_up_to_the_inception_day(issued: str, why: str | None) -> None:
    asked = sheet({}, None, {"kind": "vulnerability_scan", "issued": issued})
    assert judged(asked).part_b == (0 if why else 5)
    assert [uncounted.reason for uncounted in judged(asked).uncounted] == ([why] if why else [])


def test_a_scan_of_the_28th_counts_on_the_leap_day_a_year_later() -> None:
    scan = {"kind": "vulnerability_scan", "issued": "2031-02-28"}
    assert judged(sheet({}, None, scan), "2032-02-29").part_b == 5
    scan["issued"] = "2031-02-27"
    assert judged(sheet({}, None, scan), "2032-02-29").part_b == 0


@pytest.mark.parametrize(("inception", "percent"), [("2027-03-31", 0), ("2027-04-01", 15), ("2031-04-01", 15)])
def test_the_supply_chain_stars_count_from_the_start_of_their_scheme(inception: str, percent: int) -> None:
    four_stars = {"kind": "scs_4", "number": "S", "expires": "2033-01-01"}
    assert judged(sheet({}, None, four_stars), inception).part_b == percent


@pytest.mark.parametrize(
    ("a2", "by_otasuke", "percent"),
    [("full", True, 5), ("full", False, 5), ("edr_only", True, 5), ("none", True, 5)],
)
def test_the_help_desk_contract_counts_where_it_earns_more(a2: str, by_otasuke: bool, percent: int) -> None:
    asked = sheet({"A2": a2}, {"monitoring_by_otasuke": by_otasuke}, {"kind": "otasuke"})
    assert judged(asked).part_b == percent


def test_the_help_desk_contract_is_not_counted_twice() -> None:
    """A2 in full is 12 points; with A5 8 it makes the first step of 18: 5 %, the same as the paper alone."""
    asked = sheet({"A2": "full", "A5": "full"}, {"monitoring_by_otasuke": True}, {"kind": "otasuke"})
    found = judged(asked)
    assert (found.tenths, found.part_a, found.part_b, found.total, found.moved) == (200, 5, 0, 5, ())
    asked = sheet({"A2": "full"}, {"monitoring_by_otasuke": True}, {"kind": "otasuke"})
    found = judged(asked)
    assert (found.tenths, found.part_a, found.part_b, found.total, found.moved) == (72, 0, 5, 5, ("A2",))


def test_a_paper_handed_in_twice_counts_once() -> None:
    asked = sheet({}, None, *[{"kind": "security_action_2"}] * 3)
    assert judged(asked).part_b == 5


def test_an_expired_paper_beside_a_valid_one_of_its_kind_takes_nothing_away() -> None:
    old = {"kind": "isms", "number": "IS 1", "expires": "2030-12-31"}
    new = {"kind": "isms", "number": "IS 2", "expires": "2033-12-31"}
    found = judged(sheet({}, None, old, new))
    assert (found.part_b, [uncounted.position for uncounted in found.uncounted]) == (20, [0])


@pytest.mark.parametrize(
    ("papers", "percent"),
    [
        (["isms"], 20), (["privacy_mark"], 15), (["isms", "privacy_mark"], 25), (["pci_dss"], 5),
        (["pci_dss", "vulnerability_scan"], 5), (["scs_3"], 5), (["scs_4"], 15), (["scs_3", "scs_4"], 15),
        (["otasuke", "security_action_2"], 10), (["isms", "privacy_mark", "pci_dss"], 30),
        ([paper["kind"] for paper in PAPERS], 30),
    ],
)  # fmt: skip
def test_papers_of_one_group_and_of_part_b_are_capped(papers: list[str], percent: int) -> None:
    held = [paper for paper in PAPERS if paper["kind"] in papers]
    assert judged(sheet({}, None, *held)).part_b == percent


# --- What is said about it ----------------------------------------------------------------------------------------


def test_a_knock_out_is_said_at_the_answer_that_would_mend_it() -> None:
    answer = answered(words(sheet=sheet({**A_FULL, "A1": "none", "A4": "unknown"}, {"remote_access": True})))
    assert finding(answer, "remote_access_without_mfa").pointer == "/sheet/answers/A1"
    assert finding(answer, "no_backup").pointer == "/sheet/answers/A4"
    exposed = answered(words(sheet=sheet(A_FULL, {"unsupported_os_exposed": True})))
    assert finding(exposed, "unsupported_os_exposed").pointer == "/sheet/facts/unsupported_os_exposed"


def test_an_uncounted_paper_is_said_at_its_place() -> None:
    expired = {"kind": "isms", "number": "IS 1", "expires": "2030-12-31"}
    answer = answered(words(sheet=sheet(A_FULL, None, {"kind": "security_action_2"}, expired)))
    assert finding(answer, "certificate_expired").pointer == "/sheet/certificates/1"


@settings(max_examples=300, deadline=None)
@given(sheets())
def test_a_sheet_earns_a_step_of_five_up_to_60(asked: dict[str, Any]) -> None:
    assert judged(asked).total in range(0, 61, 5)


@settings(max_examples=300, deadline=None)
@given(sheets())
def test_a_better_answer_never_earns_less(asked: dict[str, Any]) -> None:
    """Unless it is the full A2 that the help-desk contract itself earns: then the contract no longer counts."""
    now = judged(asked).total
    for question in QUESTIONS_BUT_A2:
        assert judged({**asked, "answers": {**asked["answers"], question: "full"}}).total >= now


QUESTIONS_BUT_A2 = [question for question in A_FULL if question != "A2"]
