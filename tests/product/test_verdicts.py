"""Broken, refused, priced: every row of the shared table of verdicts, and every combination of terms."""

from itertools import chain, combinations
from typing import Any

import pytest

from sonae.doors.problem import Problem
from sonae.quotation import Answer
from tests.core.asking import FREE, answered, broken_at, codes, premium, read, sheet, shipped, words

# --- Broken: not in the product's vocabulary --------------------------------------------------------------------------

IN_IT = {"industry": "G39", "set": 5, "limits": FREE}
BROKEN: dict[str, tuple[bytes | dict[str, Any], set[str]]] = {
    "sales of zero": (words(annual_sales=0), {"/annual_sales"}),
    "negative sales": (words(annual_sales=-1), {"/annual_sales"}),
    "sales of 10^15": (words(annual_sales=10**15), {"/annual_sales"}),
    "IT sales of zero": (words(it_sales=0), {"/it_sales"}),
    "negative IT sales": (words(it_sales=-5), {"/it_sales"}),
    "IT sales above annual sales": (words(it_sales=1_000_000_001), {"/it_sales"}),
    "IT sales of 10^15": (words(it_sales=10**15), {"/it_sales"}),
    "an unknown industry": (words(industry="Z99"), {"/industry"}),
    "an industry by its name": (words(industry="建設業"), {"/industry"}),
    "an unknown plan": (words(plan="economy"), {"/plan"}),
    "an unknown rider": (words(riders=["sabotage"]), {"/riders/0"}),
    "a rider twice": (words(riders=["cyber_attack_basic", "cyber_attack_basic"]), {"/riders/1"}),
    "set 0": (words(set=0), {"/set"}),
    "set 6": (words(set=6), {"/set"}),
    "a limit of liability off the menu": (words(set=5, limits=FREE | {"liability": 1}), {"/limits/liability"}),
    "a limit of expense off the menu": (words(set=5, limits=FREE | {"expense": 30_000_001}), {"/limits/expense"}),
    "a limit of business income off the menu": (
        words(set=5, limits=FREE | {"business_income": 15_000_000}, riders=["business_income"]),
        {"/limits/business_income"},
    ),
    "a discount that is no step of five": (words(sheet_discount=33), {"/sheet_discount"}),
    "a discount above 60": (words(sheet_discount=65), {"/sheet_discount"}),
    "a negative discount": (words(sheet_discount=-5), {"/sheet_discount"}),
    "limits with a fixed set": (words(set=3, limits=FREE), {"/limits"}),
    "no limits with the free set": (words(set=5), {"/limits"}),
    "a business-income limit without the rider": (
        words(set=5, limits=FREE | {"business_income": 10_000_000}), {"/limits/business_income"}),
    "the rider without a business-income limit": (
        words(set=5, limits=FREE, riders=["business_income"]), {"/limits/business_income"}),
    "the IT rider outside IT without IT sales": (words(riders=["it_business"]), {"/it_sales"}),
    "both a sheet and an assumed discount": (words(sheet=sheet(), sheet_discount=30), {"/sheet_discount"}),
    "a day that does not exist": (words(inception="2031-02-29"), {"/inception"}),
    "a day in another form": (words(inception="2031/4/1"), {"/inception"}),
    "a day in basic form": (words(inception="20310401"), {"/inception"}),
    "a day before the first product year": (words(inception="2024-03-31"), {"/inception"}),
    "an unknown product": (words(product="nowhere"), {"/product"}),
    "a path for a product": (words(product="../chuokai_cyber_2024"), {"/product"}),
    "another version of the sheet": (words(sheet=sheet() | {"version": "1999"}), {"/sheet/version"}),
    "an unknown question": (words(sheet=sheet({"A15": "full"})), {"/sheet/answers/A15"}),
    "an unknown answer": (words(sheet=sheet({"A1": "mostly"})), {"/sheet/answers/A1"}),
    "an answer of another question": (words(sheet=sheet({"A1": "edr_only"})), {"/sheet/answers/A1"}),
    "a missing fact": (
        words(sheet={"version": "2024.1", "facts": {"remote_access": False, "monitoring_by_otasuke": True}}),
        {"/sheet/facts/unsupported_os_exposed"}),
    "an unknown fact": (words(sheet=sheet({}, {"has_a_dog": True})), {"/sheet/facts/has_a_dog"}),
    "no facts": (words(sheet={"version": "2024.1"}), {"/sheet/facts"}),
    "an unknown certificate": (words(sheet=sheet({}, None, {"kind": "iso9001"})), {"/sheet/certificates/0/kind"}),
    "one star of SECURITY ACTION": (
        words(sheet=sheet({}, None, {"kind": "security_action_1"})), {"/sheet/certificates/0/kind"}),
    "a certificate without number and expiry": (
        words(sheet=sheet({}, None, {"kind": "isms"})),
        {"/sheet/certificates/0/number", "/sheet/certificates/0/expires"}),
    "a scan without its day": (
        words(sheet=sheet({}, None, {"kind": "vulnerability_scan"})), {"/sheet/certificates/0/issued"}),
    "a blank certificate number": (
        words(sheet=sheet({}, None, {"kind": "isms", "number": " ", "expires": "2032-01-01"})),
        {"/sheet/certificates/0/number"}),
    "21 certificates": (
        words(sheet=sheet({}, None, *[{"kind": "otasuke"}] * 21)), {"/sheet/certificates"}),
    "an unknown field": (words(discount=30), {"/discount"}),
    "a premium of the client's own": (words(premium=1, indicative=False), {"/premium", "/indicative"}),
    "an unknown field inside the limits": (words(set=5, limits=FREE | {"deductible": 0}), {"/limits/deductible"}),
    "every required field missing": ({}, {"/industry", "/annual_sales", "/plan", "/set"}),
    "a limit missing": (words(set=5, limits={"liability": 100_000_000}), {"/limits/expense"}),
}  # fmt: skip


@pytest.mark.parametrize("row", BROKEN)
def test_is_broken_at_its_field(row: str) -> None:
    asked, pointers = BROKEN[row]
    assert set(broken_at(asked)) == pointers


def test_all_errors_of_a_request_are_reported_at_once_those_of_type_and_those_of_words() -> None:
    asked = {
        "industry": "Z99",
        "annual_sales": "10億",
        "plan": None,
        "set": 5,
        "limits": {"liability": 7, "expense": 30_000_000.5},
        "riders": ["it_business", "sabotage", 4],
        "sheet": sheet({"A1": "mostly", "A2": 3}, None, {"kind": "isms", "number": "IS 1"}, {"kind": "iso9001"}),
        "inception": "2031-13-01",
        "premium": 1,
    }
    assert set(broken_at(asked)) == {
        "/industry", "/annual_sales", "/plan", "/limits/liability", "/limits/expense", "/riders/1", "/riders/2",
        "/sheet/answers/A1", "/sheet/answers/A2", "/sheet/certificates/0/expires", "/sheet/certificates/1/kind",
        "/inception", "/premium",
    }  # fmt: skip


@pytest.mark.parametrize("row", BROKEN)
def test_says_what_is_allowed_in_japanese_and_english(row: str) -> None:
    problem = read(BROKEN[row][0])
    assert isinstance(problem, Problem)
    assert problem.status == 422
    for error in problem.errors:
        assert error.message_en.isascii() or "…" in error.message_en
        assert any(ord(character) > 0x3000 for character in error.message)


def test_an_unknown_word_is_answered_with_the_words_that_are_known() -> None:
    problem = read(words(plan="economy", set=7, sheet_discount=33))
    assert isinstance(problem, Problem)
    said = {error.pointer: error.message_en for error in problem.errors}
    assert said["/plan"] == "Allowed: basic, wide"
    assert said["/set"] == "Allowed: 1, 2, 3, 4, 5"
    assert said["/sheet_discount"] == "Allowed: " + ", ".join(str(step) for step in range(0, 61, 5))


# --- Refused: every word is known, and the rules say no ---------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "sales over the ceiling": (
        words(annual_sales=100_000_000_001, set=5, limits=FREE), [("sales_over_ceiling", "/annual_sales")]),
    "set 1 with sales over 100億円": (
        words(annual_sales=10_000_000_001, set=1), [("business_income_sales_over", "/annual_sales")]),
    "business income in the free set with sales over 100億円": (
        words(annual_sales=10_000_000_001, set=5, riders=["business_income"],
              limits=FREE | {"business_income": 10_000_000}), [("business_income_sales_over", "/annual_sales")]),
    "set 2 in a barred industry": (
        words(industry="J62", set=2), [("business_income_industry_barred", "/industry")]),
    "the attack rider with the wide plan": (
        words(plan="wide", riders=["cyber_attack_basic"]), [("cyber_attack_with_wide", "/riders")]),
    "the continuity exclusion without business income": (
        words(set=5, limits=FREE, riders=["exclude_continuity"]),
        [("continuity_without_business_income", "/riders")]),
    "an expense limit above liability": (
        words(set=5, limits={"liability": 20_000_000, "expense": 30_000_000}),
        [("expense_over_liability", "/limits/expense")]),
    "a business-income limit above liability": (
        words(set=5, riders=["business_income"],
              limits={"liability": 20_000_000, "expense": 20_000_000, "business_income": 30_000_000}),
        [("business_income_over_liability", "/limits/business_income")]),
    "all of it at once": (
        words(industry="J62", annual_sales=200_000_000_000, plan="wide", set=1, riders=["cyber_attack_basic"]),
        [("sales_over_ceiling", "/annual_sales"), ("business_income_sales_over", "/annual_sales"),
         ("business_income_industry_barred", "/industry"), ("cyber_attack_with_wide", "/riders")]),
}  # fmt: skip


@pytest.mark.parametrize("row", REFUSED)
def test_is_refused_with_every_reason_and_no_premium(row: str) -> None:
    asked, reasons = REFUSED[row]
    answer = answered(asked)
    declined = [finding for finding in answer.findings if finding.effect == "decline"]
    assert [(finding.code, finding.pointer) for finding in declined] == reasons
    assert answer.premium is None
    assert answer.worksheet == ()
    assert all(finding.message and finding.message_en and finding.source for finding in declined)


# --- Priced, with what is said beside it ------------------------------------------------------------------------------

PRICED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "nothing to say": (words(), []),
    "an IT industry without the IT rider": (words(**IN_IT), [("it_work_not_covered", "warn")]),
    "IT sales without the IT rider": (words(it_sales=1), [("it_sales_not_used", "warn")]),
    "an assumed discount": (words(sheet_discount=0), [("discount_not_evidenced", "warn")]),
    "a business-income limit above 60 days' margin": (
        words(annual_sales=100_000_000), [("business_income_limit_high", "warn")]),
    "business income in a refer industry": (
        words(industry="G37", riders=["it_business"]), [("business_income_industry_refer", "refer")]),
    "a referred limit of liability": (
        words(set=5, limits=FREE | {"liability": 400_000_000}), [("liability_limit_refer", "refer")]),
    "a referred limit of expense": (
        words(set=5, limits=FREE | {"expense": 100_000_000}), [("expense_limit_refer", "refer")]),
    "a referred limit of business income": (
        words(set=5, limits=FREE | {"business_income": 50_000_000}, riders=["business_income"]),
        [("business_income_limit_refer", "refer")]),
    "a day that is not the 1st": (words(inception="2031-04-02"), [("inception_not_first_of_month", "warn")]),
    "a day before the next possible start": (words(inception="2030-12-01"), [("inception_too_early", "warn")]),
    "the next possible start itself": (words(inception="2031-01-01"), []),
    "the first day of the product year": (words(inception="2024-04-01"), [("inception_too_early", "warn")]),
    "the IT rider in an IT industry without IT sales": (words(**IN_IT, riders=["it_business"]), []),
    "the IT rider elsewhere with IT sales": (words(riders=["it_business"], it_sales=1), []),
    "IT sales equal to annual sales": (words(riders=["it_business"], it_sales=1_000_000_000), []),
    "sales of one yen": (
        words(annual_sales=1, set=5, limits=FREE), []),
    "sales at the ceiling": (words(annual_sales=100_000_000_000, set=5, limits=FREE), []),
}  # fmt: skip


@pytest.mark.parametrize("row", PRICED)
def test_is_priced_and_said(row: str) -> None:
    asked, said = PRICED[row]
    answer = answered(asked)
    assert answer.premium is not None
    assert [(finding.code, finding.effect) for finding in answer.findings] == said
    assert answer.referred == any(effect == "refer" for _, effect in said)


def test_listing_the_rider_that_a_set_attaches_changes_nothing() -> None:
    assert answered(words(riders=["business_income"])) == answered(words())


def test_in_an_it_industry_all_sales_are_it_sales_unless_the_member_says_otherwise() -> None:
    carrying = words(**IN_IT, riders=["it_business"])
    assert premium(carrying) == premium(carrying | {"it_sales": 1_000_000_000})
    assert premium(carrying | {"it_sales": 999_000_000}) < premium(carrying)


def test_no_sheet_and_no_discount_is_no_security_discount() -> None:
    assert premium(words()) == premium(words(sheet_discount=0)) == premium(words(sheet=sheet({}))) == 504_500


def test_the_next_possible_start_is_told_with_its_day() -> None:
    """Asked in November 2030: the 1st of the month after next."""
    finding = answered(words(inception="2030-12-01")).findings[0]
    assert "2031年1月1日" in finding.message
    assert "2031-01-01" in finding.message_en


# --- Every combination of plan, set, riders, kind of industry and sales at each threshold -----------------------------

RIDERS = ("business_income", "it_business", "cyber_attack_basic", "exclude_continuity")
INDUSTRY_KINDS = {"open": "D06", "barred": "J62", "refer": "G37", "barred, IT": "G39"}
THRESHOLDS = (10_000_000_000, 100_000_000_000)
SALES = (1, *(threshold + step for threshold in THRESHOLDS for step in (-1, 0, 1)))


def verdict_by_the_table(plan: str, number: int, riders: set[str], kind: str, annual_sales: int) -> set[str]:
    """The findings that decline or refer, written down from the tables of the papers."""
    said = set()
    business_income = number != 5 or "business_income" in riders
    if annual_sales > 100_000_000_000:
        said.add("sales_over_ceiling")
    if business_income and annual_sales > 10_000_000_000:
        said.add("business_income_sales_over")
    if business_income and kind.startswith("barred"):
        said.add("business_income_industry_barred")
    if business_income and kind == "refer":
        said.add("business_income_industry_refer")
    if "cyber_attack_basic" in riders and plan == "wide":
        said.add("cyber_attack_with_wide")
    if "exclude_continuity" in riders and not business_income:
        said.add("continuity_without_business_income")
    return said


def _rider_sets() -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(RIDERS, size) for size in range(len(RIDERS) + 1)))


@pytest.mark.parametrize("plan", ["basic", "wide"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_every_combination_gets_the_verdict_of_the_table(plan: str, number: int) -> None:
    for riders in _rider_sets():
        for kind, industry in INDUSTRY_KINDS.items():
            for annual_sales in SALES:
                limits = None
                if number == 5:
                    limits = FREE | ({"business_income": 10_000_000} if "business_income" in riders else {})
                asked = words(industry=industry, annual_sales=annual_sales, plan=plan, set=number,
                              riders=list(riders), it_sales=1, limits=limits)  # fmt: skip
                answer = answered(asked)
                found = {finding.code for finding in answer.findings if finding.effect != "warn"}
                assert found == verdict_by_the_table(plan, number, set(riders), kind, annual_sales), asked
                refused = bool(found - {"business_income_industry_refer"})
                assert (answer.premium is None) == refused, asked


def test_every_pair_of_limits_on_the_menus_gets_the_verdict_of_the_table() -> None:
    menus = {name: [row.at for row in rows] for name, rows in shipped().menus.items()}
    for liability in menus["liability"]:
        for expense in menus["expense"]:
            for income in (None, *menus["business_income"]):
                limits = {"liability": liability, "expense": expense}
                limits |= {} if income is None else {"business_income": income}
                answer = answered(words(set=5, limits=limits, riders=[] if income is None else ["business_income"]))
                expected = set()
                if expense > liability:
                    expected.add("expense_over_liability")
                if income is not None and income > liability:
                    expected.add("business_income_over_liability")
                if liability > 300_000_000:
                    expected.add("liability_limit_refer")
                if expense > 50_000_000:
                    expected.add("expense_limit_refer")
                if income is not None and income > 30_000_000:
                    expected.add("business_income_limit_refer")
                # D06 earns 23 %: 1.5 × 60 days of 10億円 are 56,712,328 yen.
                if income is not None and income > 56_712_328:
                    expected.add("business_income_limit_high")
                assert set(codes(answer)) == expected, limits
                assert (answer.premium is None) == any("over_liability" in code for code in expected)


def test_each_industry_of_the_papers_may_take_business_income_as_the_table_says() -> None:
    barred, referred = {"G39", "G40", "J62"}, {"G37"}
    for industry in shipped().industries:
        answer: Answer = answered(words(industry=industry))
        assert (answer.premium is None) == (industry in barred)
        assert answer.referred == (industry in referred)
