"""The checks that the working papers name, each by its own name, and the twelve premiums of the brochure."""

import re

import pytest

from sonae.coverage import matrix
from sonae.doors.folder import BrokenProduct, read_product
from sonae.office import catalogue
from sonae.product import Product
from tests.core.asking import A_FULL, FREE, answered, codes, finding, premium, sheet, shipped, understood, words

MIDDLE_FIRM = {
    **A_FULL,
    "A2": "edr_only",
    "A3": "within_30_days",
    "A4": "offline_only",
    "A5": "yearly",
    "A7": "one_or_two",
    "A9": "stored_only",
    "A11": "document_only",
    "A12": "at_contract_only",
}
ISMS = {"kind": "isms", "number": "IS 1", "expires": "2033-01-31"}
PRIVACY_MARK = {"kind": "privacy_mark", "number": "10000001", "expires": "2032-06-30"}
SCAN = {"kind": "vulnerability_scan", "issued": "2031-01-20"}

# industry, sales, set, IT sales with the rider, basic, wide: as printed, at a 30 % sheet.
BROCHURE = [
    ("K69", 100_000_000, 1, None, 84_640, 88_600),
    ("I591", 500_000_000, 2, None, 234_900, 274_610),
    ("D06", 1_000_000_000, 3, None, 353_150, 385_450),
    ("E09", 2_000_000_000, 4, None, 872_940, 908_260),
    ("G39", 500_000_000, 5, None, 193_420, 288_040),
    ("G39", 500_000_000, 5, 500_000_000, 1_504_450, 1_622_320),
]


@pytest.mark.parametrize(("industry", "sales", "number", "it_sales", "basic", "wide"), BROCHURE)
def test_the_brochure_prints(
    industry: str, sales: int, number: int, it_sales: int | None, basic: int, wide: int
) -> None:
    asked = words(
        industry=industry,
        annual_sales=sales,
        set=number,
        limits=FREE if number == 5 else None,
        it_sales=it_sales,
        riders=["it_business"] if it_sales else None,
        sheet_discount=30,
    )
    assert (premium(asked | {"plan": "basic"}), premium(asked | {"plan": "wide"})) == (basic, wide)


def test_the_worked_column_of_construction_is_this_line_by_line() -> None:
    answer = answered(words(sheet_discount=30))
    assert {line.line: line.value for line in answer.worksheet} == {
        "sales_factor": 27_121,
        "core_at_size": 217_971,
        "liability": 108_986,
        "expense": 108_986,
        "business_income_at_size": 298_331,
        "business_income": 412_651,
        "it_sales_factor": 0,
        "it_at_size": 0,
        "it_business": 0,
        "subtotal": 630_623,
        "after_group_discount": 504_498,
        "after_security_discount": 353_149,
        "annual_premium": 353_150,
    }


def test_case_2_of_the_practice_notes_is_priced_over_the_menu() -> None:
    """無店舗小売業 3億円, basic, 30 %: 239,300 without business income, 388,030 with 1,000万円 of it; sets 2 and 3."""
    shop = words(industry="I61", annual_sales=300_000_000, sheet_discount=30)
    small = {"liability": 100_000_000, "expense": 10_000_000}
    assert premium(shop | {"set": 5, "limits": small}) == 239_300
    with_income = {"set": 5, "limits": small | {"business_income": 10_000_000}, "riders": ["business_income"]}
    assert premium(shop | with_income) == 388_030
    assert (premium(shop | {"set": 2}), premium(shop | {"set": 3})) == (383_010, 495_520)


# --- Checks of the sheet --------------------------------------------------------------------------------------------


def _discount(asked: dict[str, object]) -> str:
    line = next(line for line in answered(words(sheet=asked)).worksheet if line.line == "after_security_discount")
    found = re.search(r"1 − 0\.(\d\d)", line.formula)
    assert found is not None
    return found[1]


def test_a_blank_sheet_earns_nothing() -> None:
    assert _discount(sheet({})) == "00"


def test_every_question_in_full_earns_40_percent() -> None:
    assert _discount(sheet()) == "40"


def test_every_question_in_full_but_remote_access_without_mfa_earns_15_percent() -> None:
    assert _discount(sheet({**A_FULL, "A1": "none"}, {"remote_access": True})) == "15"


def test_every_question_with_isms_privacy_mark_and_a_scan_earns_60_percent() -> None:
    assert _discount(sheet(A_FULL, None, ISMS, PRIVACY_MARK, SCAN)) == "60"


def test_the_middle_firm_earns_30_percent_and_35_with_two_stars() -> None:
    assert _discount(sheet(MIDDLE_FIRM)) == "30"
    assert _discount(sheet(MIDDLE_FIRM, None, {"kind": "security_action_2"})) == "35"


# --- Quick tests of the product rules, by their numbers -------------------------------------------------------------


def test_1_the_discounts_multiply_to_68_percent_off() -> None:
    group = shipped().constants["group_discount"].value
    most = shipped().sheet.discount_at_most if shipped().sheet else 0
    assert (100 - group) * (100 - most) == 3_200


def test_2_one_yen_over_10_billion_bars_business_income_and_so_sets_1_to_4() -> None:
    just_under, over = words(annual_sales=10_000_000_000), words(annual_sales=10_000_000_001)
    for number in (1, 2, 3, 4):
        assert answered(just_under | {"set": number}).premium is not None
        refused = answered(over | {"set": number})
        assert (refused.premium, codes(refused)) == (None, ["business_income_sales_over"])
    assert answered(over | {"set": 5, "limits": FREE}).premium is not None


def test_3_the_attack_rider_is_refused_in_the_wide_plan() -> None:
    assert codes(answered(words(plan="wide", riders=["cyber_attack_basic"]))) == ["cyber_attack_with_wide"]


def test_4_the_continuity_exclusion_is_refused_without_business_income() -> None:
    assert codes(answered(words(set=5, limits=FREE, riders=["exclude_continuity"]))) == [
        "continuity_without_business_income"
    ]


@pytest.mark.parametrize("plan", ["basic", "wide"])
def test_5_a_suspected_attack_pays_nothing_but_its_investigation(plan: str) -> None:
    cells = matrix(shipped(), plan, 4, tuple(shipped().riders))
    granted = {head for (event, head), cell in cells.items() if event == "suspected_attack" and cell.granted}
    assert granted == ({"attack_investigation"} if plan == "wide" else set())


def test_6_injury_and_damage_are_paid_in_the_wide_plan_only_and_condolence_up_to_100_000() -> None:
    basic, wide = (matrix(shipped(), plan, 3, ("business_income",)) for plan in ("basic", "wide"))
    event = "injury_or_damage"
    assert not any(cell.granted for (of, _), cell in basic.items() if of == event)
    assert wide[event, "damages"].granted
    assert wide[event, "condolence"].granted
    assert shipped().heads["condolence"].per_victim["injury"] == 100_000


def test_9_questions_of_40_and_papers_of_30_percent_earn_60_and_not_70() -> None:
    stars = {"kind": "security_action_2"}
    assert _discount(sheet(A_FULL, None, ISMS, PRIVACY_MARK, SCAN, stars)) == "60"


def test_10_the_published_examples_of_the_product_are_the_twelve_of_the_brochure() -> None:
    printed = sorted(price for *_, basic, wide in BROCHURE for price in (basic, wide))
    assert sorted(example.premium for example in shipped().examples) == printed


# --- Straight through and refer, and what every price must say ------------------------------------------------------


@pytest.mark.parametrize(
    ("coverage", "accepted", "referred"),
    [
        ("liability", 300_000_000, 400_000_000),
        ("expense", 50_000_000, 100_000_000),
        ("business_income", 30_000_000, 50_000_000),
    ],
)
def test_the_free_set_is_accepted_by_rule_up_to(coverage: str, accepted: int, referred: int) -> None:
    limits = {"liability": 300_000_000, "expense": 50_000_000, "business_income": 30_000_000}
    asked = words(set=5, riders=["business_income"])
    assert codes(answered(asked | {"limits": limits | {coverage: accepted}})) == []
    above = answered(asked | {"limits": limits | {coverage: referred}})
    assert codes(above) == [f"{coverage}_limit_refer"]
    assert above.referred
    assert above.premium is not None


def test_a_business_income_limit_is_warned_above_one_and_a_half_times_60_days_of_gross_margin() -> None:
    """limit × 365 × 100 × 2 > sales × margin % × 60 × 3, for D06 with 23 %: 3,000万円 is over below 5億2,898万円."""
    edge = 30_000_000 * 365 * 100 * 2 // (23 * 60 * 3)
    over, within = answered(words(annual_sales=edge)), answered(words(annual_sales=edge + 1))
    assert (codes(over), codes(within)) == (["business_income_limit_high"], [])
    assert "30,000,000" in finding(over, "business_income_limit_high").message


def test_a_refer_industry_is_referred_only_with_business_income() -> None:
    broadcaster = words(industry="G37", riders=["it_business"])
    assert codes(answered(broadcaster)) == ["business_income_industry_refer"]
    assert codes(answered(broadcaster | {"set": 5, "limits": FREE})) == []


def test_every_answer_says_that_it_is_indicative() -> None:
    for asked in (words(), words(plan="wide", riders=["cyber_attack_basic"])):
        assert answered(asked).indicative is True


# --- The honest second assumption set -------------------------------------------------------------------------------

UNCHANGED = {"G39", "G40"}
GIVEN = {"K69": 22_650, "I591": 89_270, "D06": 43_470, "E09": 27_775}


def _with_second_assumptions(files: dict[str, bytes]) -> dict[str, bytes]:
    """The shipped folder with the papers' other values: all of them fit the twelve as well."""
    industries = files["industries.csv"].decode().splitlines()
    assert ",core_base,wide_factor,attack_factor," in industries[0]
    rows = [industries[0]]
    for line in industries[1:]:
        code = line.split(",")[0]
        numbers = re.search(r",(\d+),(\d{5}),(\d{5}),", line)
        assert numbers is not None, line
        base = int(numbers[1])
        if code not in UNCHANGED:
            base = GIVEN.get(code, (2 * base * 43_470 + 80_370) // (2 * 80_370))
        rows.append(line.replace(numbers[0], f",{base},14892,12446,", 1))
    tariff = files["tariff.toml"].decode()
    for old, new in (("110_000", "136_679"), ("165_000", "205_000"), ("227_180", "282_279")):
        assert old in tariff
        tariff = tariff.replace(old, new)
    return {**files, "industries.csv": "\n".join(rows).encode() + b"\n", "tariff.toml": tariff.encode()}


@pytest.fixture(scope="module")
def second_assumptions() -> Product:
    files = catalogue.read_files(catalogue.PRODUCTS / "chuokai_cyber_2024")
    # The loader itself refuses a product that does not give its twelve premiums.
    return read_product(_with_second_assumptions(files))


def test_the_second_assumption_set_gives_the_twelve_too(second_assumptions: Product) -> None:
    assert len(second_assumptions.examples) == 12
    products = catalogue.Catalogue({second_assumptions.id: second_assumptions})
    for industry, sales, number, it_sales, basic, wide in BROCHURE:
        asked = words(industry=industry, annual_sales=sales, set=number, it_sales=it_sales, sheet_discount=30,
                      limits=FREE if number == 5 else None, riders=["it_business"] if it_sales else None)  # fmt: skip
        assert premium(asked | {"plan": "basic"}, products) == basic
        assert premium(asked | {"plan": "wide"}, products) == wide


def test_the_second_assumption_set_is_another_tariff(second_assumptions: Product) -> None:
    assert second_assumptions.hash != shipped().hash
    products = catalogue.Catalogue({second_assumptions.id: second_assumptions})
    without_income = words(set=5, limits=FREE, sheet_discount=30)
    assert premium(without_income, products) < premium(without_income)


def test_a_class_base_100_yen_off_gives_other_premiums_and_does_not_load() -> None:
    files = _with_second_assumptions(catalogue.read_files(catalogue.PRODUCTS / "chuokai_cyber_2024"))
    files["tariff.toml"] = files["tariff.toml"].replace(b"136_679", b"136_779")
    with pytest.raises(BrokenProduct, match="the published premium is"):
        read_product(files)


def test_understood_is_what_is_priced() -> None:
    """The riders that a set attaches, the day and the product are filled in where everyone can see them."""
    found = understood({"industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3})
    assert found.request.riders == ("business_income",)
    assert found.request.product == "chuokai_cyber_2024"
    assert str(found.request.inception) == "2031-01-01"
