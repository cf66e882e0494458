"""What would lower a premium, held against quoting every changed sheet again."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sonae.doors.request import Understood
from sonae.lowering import Lowering, Stage, Way, lower
from sonae.quotation import quote
from tests.core.asking import A_FULL, DAY, MOMENT, sheet, shipped, understood, words

EXPIRY = {"number": "No. 1", "expires": "2033-01-01"}
FRESH: dict[str, dict[str, str]] = {
    "isms": EXPIRY, "privacy_mark": EXPIRY, "pci_dss": EXPIRY, "vulnerability_scan": {"issued": DAY},
    "otasuke": {}, "security_action_2": {}, "scs_3": EXPIRY, "scs_4": EXPIRY,
}  # fmt: skip
EVERY_PAPER = [{"kind": kind, **fields} for kind, fields in FRESH.items()]


def lowering_of(asked: dict[str, Any]) -> tuple[Lowering, dict[str, Any]]:
    """What lowers it, and the request with its sheet as it was understood."""
    found = understood(asked)
    answer = lower(found.product, found.request)
    assert answer is not None
    return answer, json.loads(json.dumps(asked))


def changed(asked: dict[str, Any], ways: Iterable[Way]) -> dict[str, Any]:
    """The request after a member has done these things, as it would be typed."""
    typed: dict[str, Any] = json.loads(json.dumps(asked))
    for way in ways:
        if way.kind == "answer":
            typed["sheet"]["answers"][way.code] = "full"
        elif way.kind == "fact":
            typed["sheet"]["facts"][way.code] = False
        else:
            typed["sheet"]["certificates"].append({"kind": way.code, **FRESH[way.code]})
    return typed


_prices: dict[str, int] = {}


def quoted(asked: dict[str, Any], ways: Iterable[Way] = ()) -> int:
    typed = changed(asked, ways)
    key = json.dumps(typed, sort_keys=True)
    if key not in _prices:
        found: Understood = understood(typed)
        premium = quote(found.product, found.request, MOMENT).premium
        assert premium is not None
        _prices[key] = premium
    return _prices[key]


def subsets(ways: Iterable[Way]) -> Iterable[tuple[Way, ...]]:
    everything = tuple(ways)
    for size in range(1, len(everything) + 1):
        yield from combinations(everything, size)


@st.composite
def nearly_done(draw: st.DrawFn) -> dict[str, Any]:
    """A sheet with at most seven things left to do, so that every combination of them can be quoted."""
    left = draw(st.sets(st.sampled_from([*A_FULL, *FRESH]), max_size=7))
    questions = {question.id: question for question in shipped().sheet.questions} if shipped().sheet else {}
    answers = dict(A_FULL)
    for code in sorted(left & A_FULL.keys()):
        weaker = [choice.code for choice in questions[code].answers[1:]]
        answers[code] = draw(st.sampled_from(["none", "unknown", *weaker]))
    facts = {"remote_access": draw(st.booleans()), "unsupported_os_exposed": draw(st.booleans()),
             "monitoring_by_otasuke": draw(st.booleans())}  # fmt: skip
    return sheet(answers, facts, *(paper for paper in EVERY_PAPER if paper["kind"] not in left))


brute_force = settings(max_examples=60, deadline=None)


@brute_force
@given(nearly_done())
def test_each_saving_alone_is_the_difference_of_two_quotations(asked: dict[str, Any]) -> None:
    found, typed = lowering_of(words(sheet=asked))
    assert found.premium == quoted(typed)
    for saving in found.alone:
        assert saving.premium == quoted(typed, [saving.way])
        assert saving.saving == found.premium - saving.premium


@brute_force
@given(nearly_done())
def test_no_way_alone_is_said_to_save_less_than_nothing(asked: dict[str, Any]) -> None:
    found, _ = lowering_of(words(sheet=asked))
    assert all(saving.saving >= 0 for saving in found.alone)


@brute_force
@given(nearly_done())
def test_the_running_premiums_are_those_of_the_sheets_so_far(asked: dict[str, Any]) -> None:
    found, typed = lowering_of(words(sheet=asked))
    done: list[Way] = []
    before = found.premium
    for stage in found.order:
        done += stage.ways
        assert stage.premium == quoted(typed, done)
        assert stage.saving == before - stage.premium > 0
        before = stage.premium


@brute_force
@given(nearly_done())
def test_the_best_order_ends_at_the_lowest_premium_that_any_sheet_reaches(asked: dict[str, Any]) -> None:
    found, typed = lowering_of(words(sheet=asked))
    ways = [saving.way for saving in found.alone]
    lowest = min((quoted(typed, chosen) for chosen in subsets(ways)), default=found.premium)
    last = found.order[-1].premium if found.order else found.premium
    assert last == min(lowest, found.premium)


@brute_force
@given(nearly_done())
def test_a_group_is_as_small_as_any_that_helps(asked: dict[str, Any]) -> None:
    """At each stage no smaller group of the ways left lowers the premium at all."""
    found, typed = lowering_of(words(sheet=asked))
    left = [saving.way for saving in found.alone]
    done: list[Way] = []
    now = found.premium
    for stage in found.order:
        for chosen in subsets(left):
            if len(chosen) < len(stage.ways):
                assert quoted(typed, [*done, *chosen]) >= now, chosen
        done += stage.ways
        left = [way for way in left if way not in stage.ways]
        now = stage.premium


@brute_force
@given(nearly_done())
def test_together_is_a_smallest_group_that_saves_nothing_alone(asked: dict[str, Any]) -> None:
    found, typed = lowering_of(words(sheet=asked))
    idle = [saving.way for saving in found.alone if saving.saving == 0]
    helping = [chosen for chosen in subsets(idle) if quoted(typed, chosen) < found.premium]
    if found.together is None:
        assert helping == []
    else:
        assert set(found.together.ways) <= set(idle)
        assert len(found.together.ways) == min(map(len, helping))
        assert found.together.premium == quoted(typed, found.together.ways)


def test_a_single_way_that_helps_most_comes_first() -> None:
    answers = {**A_FULL, "A3": "occasionally", "A13": "none", "A14": "one_of_two"}
    found, typed = lowering_of(words(sheet=sheet(answers)))
    savings = [saving.saving for saving in found.alone]
    assert savings == sorted(savings, reverse=True)
    assert found.order[0].ways == (found.alone[0].way,)
    assert quoted(typed) == found.premium


def test_mfa_and_backup_help_only_together_when_both_are_missing() -> None:
    """Each of the two knock-outs alone holds part A at 15 percent."""
    answers = {**A_FULL, "A1": "none", "A4": "none"}
    asked = words(sheet=sheet(answers, {"remote_access": True}, *EVERY_PAPER[:5]))
    found, _ = lowering_of(asked)
    together = found.together
    assert together is not None
    assert {way.code for way in together.ways} == {"A1", "A4"}
    assert together.only_together
    assert found.order[0] == together


def test_an_assumed_discount_starts_from_a_blank_sheet() -> None:
    found = understood(words(sheet_discount=30))
    answer = lower(found.product, found.request)
    assert answer is not None
    assert (answer.premium, answer.discount) == (504_500, 0)
    blank = understood(words())
    assert lower(blank.product, blank.request) == answer


def test_nothing_lowers_a_premium_at_60_percent() -> None:
    found, _ = lowering_of(words(sheet=sheet(A_FULL, None, *EVERY_PAPER)))
    assert (found.discount, found.order, found.together) == (60, (), None)


def test_nothing_lowers_a_premium_at_the_minimum() -> None:
    small = words(industry="A01", annual_sales=1, set=5, limits={"liability": 20_000_000, "expense": 10_000_000})
    found, _ = lowering_of(small | {"sheet": sheet({})})
    assert found.premium == 20_000
    assert (found.order, found.together) == ((), None)
    assert {saving.saving for saving in found.alone} == {0}


def test_a_refused_request_has_nothing_to_lower() -> None:
    found = understood(words(plan="wide", riders=["cyber_attack_basic"]))
    assert lower(found.product, found.request) is None


def test_an_expired_paper_can_be_renewed() -> None:
    expired = {"kind": "isms", "number": "IS 1", "expires": "2030-01-01"}
    found, _ = lowering_of(words(sheet=sheet(A_FULL, None, expired)))
    assert ("certificate", "isms") in {(saving.way.kind, saving.way.code) for saving in found.alone}


def test_a_scheme_that_has_not_started_is_not_proposed() -> None:
    found, _ = lowering_of(words(sheet=sheet({}), inception="2027-03-01"))
    assert not {"scs_3", "scs_4"} & {saving.way.code for saving in found.alone}


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(list(A_FULL)), st.sampled_from(["full", "none", "unknown"])), st.booleans())
def test_any_sheet_ends_where_everything_done_would_end(answers: dict[str, str], exposed: bool) -> None:
    """Doing all that is proposed reaches the same premium as the best order, with every paper in reach."""
    asked = words(sheet=sheet(answers, {"unsupported_os_exposed": exposed}))
    found, typed = lowering_of(asked)
    assume(found.order)
    last: Stage = found.order[-1]
    assert last.premium == quoted(typed, [saving.way for saving in found.alone]) == 201_800


@pytest.mark.parametrize("plan", ["basic", "wide"])
def test_the_order_is_the_same_for_the_same_request(plan: str) -> None:
    asked = words(plan=plan, sheet=sheet({"A1": "partial"}))
    once, _ = lowering_of(asked)
    again, _ = lowering_of(asked)
    assert once == again
    assert replace(once, alone=()) == replace(again, alone=())
