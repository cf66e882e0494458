"""Misstatement replayed: what would have been and what the law still allows; brochure premiums, days by hand."""

import json
from datetime import date
from typing import Any

import pytest

from sonae.cover import Cover, Reason, Transaction, moment_of
from sonae.doors import decision as decision_door
from sonae.doors import truth_file
from sonae.doors.problem import Problem
from sonae.misstatement import NotAsked, Option, Replayed, Truth, replay
from sonae.office import catalogue
from sonae.underwriting import Verdict
from tests.core.asking import MOMENT, read, sheet, shipped, words

PRODUCT = shipped()
assert PRODUCT.disclosure is not None
TOLD = {question.id: next(iter(question.choices)) for question in PRODUCT.disclosure.questions}
CONCLUDED, TODAY = date(2027, 3, 1), date(2027, 9, 20)


def cover(**changes: Any) -> Cover:
    """Set 3, basic, for the year from 1 April 2027."""
    understood = read(words(inception="2027-04-01", **changes))
    assert not isinstance(understood, Problem)
    start, end = moment_of(date(2027, 4, 1), 16), moment_of(date(2028, 4, 1), 16)
    begun = Transaction(number=1, reason=Reason.enrolment, effective=start, recorded=start, actor="agent")
    return Cover(id="2027", request=understood.request, inception=start, expiry=end, transactions=(begun,))


def truth(one: Cover, **said: Any) -> Truth:
    raw = json.dumps({"fault": "gross_negligence", **said}).encode()
    found = truth_file.read(catalogue.shipped(), PRODUCT, one.request, TOLD, raw, MOMENT)
    assert isinstance(found, Truth), found
    return found


def replayed(one: Cover, today: date = TODAY, **said: Any) -> Replayed:
    return replay(PRODUCT, one, TOLD, truth(one, **said), CONCLUDED, today)


def option(found: Replayed, code: str) -> Option:
    return next(one for one in found.options if one.code == code)


FULL, WITHOUT_MFA = sheet(), {"sheet": {"answers": {"A1": "none"}}}
"""A sheet all in full earns 40 %; without multi-factor authentication 35 %."""


def test_a_sheet_answer_told_truly_has_the_premium_of_an_honest_application() -> None:
    """504,498 yen after the group discount (353,150 ÷ 0.7): × 0.60 = 302,700 as bound, × 0.65 = 327,920 told truly."""
    found = replayed(cover(sheet=FULL), **WITHOUT_MFA)
    assert (found.told.premium, found.true.premium) == (302_700, 327_920)
    assert (found.told.security_discount, found.true.security_discount) == (40, 35)
    assert [(d.subject, d.told, d.true) for d in found.differences] == [("sheet/A1", "full", "none")]
    assert option(found, "premium_difference").premium == 25_220
    assert found.told.limits == {"liability": 100_000_000, "expense": 30_000_000, "business_income": 30_000_000}


def test_sales_are_corrected_from_inception_whenever_they_are_found() -> None:
    """5億円 told for 10億円: 302,700 − 224,170, the same on any day."""
    one = cover(sheet=FULL, annual_sales=500_000_000)
    for today in (date(2027, 4, 2), date(2028, 3, 31)):
        found = replayed(one, today, terms={"annual_sales": 1_000_000_000})
        assert option(found, "premium_difference").premium == 302_700 - 224_170


def test_termination_keeps_the_months_begun_and_looks_forward() -> None:
    """On 20 September the months April to September have begun: half of 302,700 goes back."""
    termination = option(replayed(cover(sheet=FULL), caused="yes", **WITHOUT_MFA), "termination")
    assert (termination.is_open, termination.loss, termination.premium) == (True, "refused", -151_350)


@pytest.mark.parametrize(("caused", "loss"), [("yes", "refused"), ("no", "paid"), ("unsure", "depends")])
def test_only_a_loss_that_the_fact_caused_is_refused(caused: str, loss: str) -> None:
    assert option(replayed(cover(sheet=FULL), caused=caused, **WITHOUT_MFA), "termination").loss == loss


@pytest.mark.parametrize(("knew", "today", "is_open"), [
    ("2027-09-20", date(2027, 10, 20), True), ("2027-09-20", date(2027, 10, 21), False),
    ("2027-08-31", date(2027, 9, 30), True), ("2027-08-31", date(2027, 10, 1), False),
])  # fmt: skip
def test_a_month_from_knowledge_it_is_too_late(knew: str, today: date, is_open: bool) -> None:
    termination = option(replayed(cover(sheet=FULL), today, insurer_knew_on=knew, **WITHOUT_MFA), "termination")
    assert termination.is_open is is_open
    assert termination.loss == ("depends" if is_open else "paid")


def test_five_years_from_conclusion_it_is_too_late() -> None:
    one = cover(sheet=FULL)
    assert option(replayed(one, date(2032, 3, 1), **WITHOUT_MFA), "termination").is_open
    late = option(replayed(one, date(2032, 3, 2), **WITHOUT_MFA), "termination")
    assert (late.is_open, late.until) == (False, date(2032, 3, 1))


@pytest.mark.parametrize(("said", "is_open"), [
    ({"fault": "intent"}, True), ({"fault": "slight"}, False), ({"insurer_knew_before": True}, False),
    ({"mediator_hindered": True}, False), ({"mediator_hindered": True, "mediator_immaterial": True}, True),
])  # fmt: skip
def test_what_the_law_sets_against_termination(said: dict[str, Any], is_open: bool) -> None:
    assert option(replayed(cover(sheet=FULL), **WITHOUT_MFA, **said), "termination").is_open is is_open


def test_what_moves_neither_price_nor_acceptance_is_not_material() -> None:
    """Other insurance only warns."""
    found = replayed(cover(sheet=FULL), answers={"other_insurance": "yes"})
    assert not found.material
    assert [one.code for one in found.options if one.is_open] == ["no_effect"]


def test_an_incident_not_told_would_have_been_referred_at_the_same_price() -> None:
    found = replayed(cover(sheet=FULL), answers={"incidents": "yes"})
    assert (found.told.verdict, found.true.verdict) == (Verdict.accept, Verdict.refer)
    assert found.material
    assert option(found, "termination").is_open
    assert (option(found, "premium_difference").is_open, option(found, "premium_difference").premium) == (False, 0)


def test_what_would_have_been_declined_cannot_be_mended_by_a_difference() -> None:
    found = replayed(cover(sheet=FULL), answers={"special_body": "consumer_lender"})
    assert (found.true.verdict, found.true.premium, found.true.limits) == (Verdict.decline, None, {})
    assert not option(found, "premium_difference").is_open


def test_sales_of_200_oku_with_business_income_would_have_been_declined() -> None:
    found = replayed(cover(sheet=FULL), terms={"annual_sales": 20_000_000_000})
    assert (found.true.verdict, found.true.premium) == (Verdict.decline, None)


def test_letting_it_stand_is_always_open_and_nothing_is_recorded() -> None:
    one = cover(sheet=FULL)
    for said in (WITHOUT_MFA, {"answers": {"special_body": "public_body"}}):
        found = replayed(one, fault="intent", **said)
        assert found.options[0].code == "no_effect"
        assert found.options[0].is_open
    assert len(one.transactions) == 1


def test_what_was_never_asked_is_not_held_against_anybody() -> None:
    one = cover(sheet=FULL)
    for foreign in (Truth(answers={"criminal_record": "yes"}, fault="intent"), Truth(terms={"set": 5}, fault="intent")):
        with pytest.raises(NotAsked):
            replay(PRODUCT, one, TOLD, foreign, CONCLUDED, TODAY)


@pytest.mark.parametrize(("said", "pointer", "code"), [
    ({"fault": "gross"}, "/fault", "literal_error"), ({}, "", "nothing_differs"),
    ({"answers": {"incidents": "maybe"}}, "/answers/incidents", "unknown_word"),
    ({"answers": {"nonsense": "yes"}}, "/answers/nonsense", "not_asked"),
    ({"terms": {"annual_sales": 0}}, "/terms/annual_sales", "out_of_range"),
    ({"terms": {"plan": "wide"}}, "/terms/plan/[key]", "literal_error"),
    ({"sheet": {"answers": {"A1": "perhaps"}}}, "/sheet/answers/A1", "unknown"),
])  # fmt: skip
def test_a_truth_in_other_words_is_refused_at_its_place(said: dict[str, Any], pointer: str, code: str) -> None:
    raw = json.dumps({"fault": "intent", **said}).encode()
    found = truth_file.read(catalogue.shipped(), PRODUCT, cover(sheet=FULL).request, TOLD, raw, MOMENT)
    assert isinstance(found, Problem), found
    assert found.errors[0].pointer == pointer
    assert code in found.errors[0].code


def test_a_sheet_that_was_never_handed_in_says_nothing_false() -> None:
    raw = json.dumps({"fault": "intent", **WITHOUT_MFA}).encode()
    found = truth_file.read(catalogue.shipped(), PRODUCT, cover().request, TOLD, raw, MOMENT)
    assert isinstance(found, Problem)
    assert found.errors[0].code == "not_asked"


def test_the_answer_prints_as_json_without_a_fraction() -> None:
    said = json.dumps(decision_door.words(replayed(cover(sheet=FULL), **WITHOUT_MFA)), ensure_ascii=False)
    json.loads(said, parse_float=lambda text: pytest.fail(text))
