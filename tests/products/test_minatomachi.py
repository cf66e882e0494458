"""A second, deliberately different plan runs with no code of its own: load, prove, quote, explain, verify, lower."""

import json
from datetime import UTC, datetime
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.cli import product_table, table
from sonae.conditions import COVERAGES
from sonae.coverage import matrix
from sonae.doors import answer as answer_door
from sonae.industry_search import resolve
from sonae.lowering import lower
from sonae.period import next_possible_start
from sonae.proof import prove
from tests.core import asking
from tests.core.asking import codes
from tests.core.oracle import Member, Oracle, Papers
from tests.products import MINATOMACHI, both, minatomachi
from verify.premium import Company

ORACLE = Oracle(
    MINATOMACHI,
    Papers(
        class_base={"N": 9_000},
        it_base={},
        plan_column={"standard": "standard_factor", "full": "full_factor"},
        attack_column="card_factor",
        liability_share=Fraction(60, 100),
        expense_share=Fraction(40, 100),
        group_discount=Fraction(15, 100),
        unit=100,
        minimum=12_000,
    ),
)
SETS = {1: (10_000_000, 1_000_000, 0), 2: (30_000_000, 3_000_000, 1_000_000)}
DAY = "2026-02-01"
MOMENT = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SHOP = {
    "product": "minatomachi_cyber_2025",
    "industry": "S3",
    "annual_sales": 30_000_000,
    "plan": "light",
    "set": 1,
    "inception": DAY,
}
FREE = {"liability": 30_000_000, "expense": 3_000_000}
FACTS = {"guests_use_shop_network": False}


def words(**changes: Any) -> dict[str, Any]:
    return {**SHOP, **changes}


def charm(answers: dict[str, str], shared: bool = False, *certificates: dict[str, str]) -> dict[str, Any]:
    return {
        "version": "M2025",
        "answers": answers,
        "facts": {"guests_use_shop_network": shared},
        "certificates": list(certificates),
    }


def answered(asked: dict[str, Any]) -> Any:
    return asking.answered(asked, both(), MOMENT)


def broken_at(asked: dict[str, Any]) -> dict[str, str]:
    return asking.broken_at(asked, both())


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    product = minatomachi()
    number = draw(st.sampled_from([1, 2, 3, 3]))
    asked = words(
        industry=draw(st.sampled_from(list(product.industries))),
        annual_sales=draw(st.one_of(st.sampled_from([1, 5_000_000, 5_000_001, 5 * 10**9]), st.integers(1, 5 * 10**9))),
        plan=draw(st.sampled_from(list(product.plans))),
        set=number,
        riders=draw(st.lists(st.sampled_from(list(product.riders)), unique=True)),
    )
    if number == 3:
        chosen = [name for name in COVERAGES if name != "business_income" or name in asked["riders"]]
        asked["limits"] = {
            coverage: draw(st.sampled_from([row.at for row in product.menus[coverage]])) for coverage in chosen
        }
    asked["sheet_discount"] = draw(st.sampled_from([0, 10, 20, 30, 40]))
    return asked


def by_oracle(asked: dict[str, Any]) -> dict[str, int]:
    if asked["set"] in SETS:
        liability, expense, income = SETS[asked["set"]]
    else:
        limits = asked["limits"]
        liability, expense, income = limits["liability"], limits["expense"], limits.get("business_income", 0)
    return ORACLE.lines(
        Member(
            industry=asked["industry"],
            annual_sales=asked["annual_sales"],
            plan=asked["plan"],
            liability=liability,
            expense=expense,
            business_income=income,
            attack="point_card" in asked["riders"],
            security_discount=asked["sheet_discount"],
        )
    )


def test_it_loads_and_is_sound_in_each_of_its_20_covers() -> None:
    """Sets 1 and 2: 5 each (the card rider or not, but never in full); set 3: twice that with the closure rider."""
    proof = prove(minatomachi())
    assert (proof.covers, proof.cells, proof.flaws) == (20, 20 * 4 * 5, ())


def test_a_premium_worked_by_hand() -> None:
    """衣料品店, 3,000万円: core 24,500; 60 % and 40 % of it; 15 % and 10 % off; to the nearest 100 yen."""
    answer = answered(words(sheet_discount=10))
    assert {line.line: line.value for line in answer.worksheet if line.value} == {
        "sales_factor": 10_000,
        "core_at_size": 24_500,
        "liability": 14_700,
        "expense": 9_800,
        "subtotal": 24_500,
        "after_group_discount": 20_825,
        "after_security_discount": 18_743,
        "annual_premium": 18_700,
    }


@settings(max_examples=500, deadline=None)
@given(requests())
def test_every_premium_is_the_oracles_and_the_verifier_accepts_it(asked: dict[str, Any]) -> None:
    answer = answered(asked)
    if answer.premium is not None:
        assert {line.line: line.value for line in answer.worksheet} == by_oracle(asked)
        assert answer.premium % 100 == 0
        assert answer.premium >= 12_000
    raw = answer_door.encode(answer)
    document = json.loads(raw)
    assert Company().check(document) == []
    assert answer_door.encode(answered(document["request"])) == raw


def verdict_by_the_leaflet(asked: dict[str, Any]) -> set[str]:
    riders, sales = asked["riders"], asked["annual_sales"]
    closure = asked["set"] == 2 or "business_income" in riders
    said = set()
    if sales > 5_000_000_000:
        said.add("shop_too_large")
    if asked["industry"] == "S6" and asked["plan"] == "light":
        said.add("pharmacy_needs_more_than_light")
    if "point_card" in riders and asked["plan"] == "full":
        said.add("point_card_with_full")
    if closure and sales > 1_000_000_000:
        said.add("closure_sales_over")
    if closure and asked["set"] == 1:
        said.add("closure_with_the_small_set")
    if closure and asked["industry"] in ("S1", "S2", "S4"):
        said.add("cold_chain_closure_refer")
    if asked["set"] == 1 and sales > 100_000_000:
        said.add("small_set_for_a_large_shop")
    if asked.get("limits", {}).get("liability", 0) > 50_000_000:
        said.add("liability_over_50_million_refer")
    return said


def test_every_combination_gets_the_verdict_of_the_leaflet() -> None:
    riders = list(minatomachi().riders)
    for chosen in chain.from_iterable(combinations(riders, size) for size in range(len(riders) + 1)):
        for plan in ("light", "standard", "full"):
            for number in (1, 2, 3):
                for industry in ("S1", "S3", "S6"):
                    for sales in (100_000_000, 100_000_001, 10**9, 10**9 + 1, 5 * 10**9, 5 * 10**9 + 1):
                        asked = words(industry=industry, annual_sales=sales, plan=plan, set=number, riders=list(chosen))
                        if number == 3:
                            asked["limits"] = {**FREE, "liability": 100_000_000}
                            if "business_income" in chosen:
                                asked["limits"]["business_income"] = 1_000_000
                        answer = answered(asked)
                        found = set(codes(answer)) - {"closure_over_ten_days"}
                        assert found == verdict_by_the_leaflet(asked), asked
                        refused = any(finding.effect == "decline" for finding in answer.findings)
                        assert (answer.premium is None) == refused


def test_a_shop_in_a_small_set_without_closure_cover_is_refused_the_rider_and_does_not_fail() -> None:
    answer = answered(words(riders=["business_income"]))
    assert (answer.premium, codes(answer)) == (None, ["closure_with_the_small_set"])


def test_its_words_are_its_own() -> None:
    assert set(broken_at(words(industry="D06", plan="basic", set=5, riders=["it_business"], sheet_discount=35))) == {
        "/industry", "/plan", "/set", "/riders/0", "/sheet_discount",
    }  # fmt: skip
    assert set(broken_at(words(sheet=charm({"A1": "full"}) | {"version": "2024.1"}))) == {
        "/sheet/version", "/sheet/answers/A1",
    }  # fmt: skip
    assert set(broken_at(words(set=3, limits=FREE | {"liability": 300_000_000}))) == {"/limits/liability"}


def test_its_product_year_ends_where_the_next_would_begin() -> None:
    assert answered(words(inception="2026-06-30")).premium is not None
    assert answered(words(inception="2025-07-01")).premium is not None
    for outside in ("2026-07-01", "2025-06-30"):
        assert broken_at(words(inception=outside)) == {"/inception": "no_product_year"}


def test_a_cover_asked_for_now_starts_next_month_and_the_shipped_plan_the_month_after() -> None:
    assert str(next_possible_start(MOMENT, minatomachi().calendar.lag_months)) == "2025-07-01"
    assert str(next_possible_start(MOMENT, asking.shipped().calendar.lag_months)) == "2025-08-01"


@pytest.mark.parametrize(
    ("answers", "shared", "papers", "percent"),
    [
        ({}, False, (), 0),
        ({"Q2": "full"}, False, (), 10),
        ({"Q1": "full", "Q3": "weekly"}, False, (), 10),
        ({"Q1": "till_only", "Q2": "full", "Q3": "weekly"}, False, (), 20),
        ({"Q1": "full", "Q2": "full", "Q3": "full"}, False, (), 30),
        ({"Q1": "full", "Q2": "full", "Q3": "full"}, True, (), 10),
        ({"Q1": "full", "Q2": "full", "Q3": "full"}, False, ("safe_street", "till_check"), 40),
        ({}, True, ("safe_street", "till_check"), 10),
    ],
)  # fmt: skip
def test_its_sheet_earns(answers: dict[str, str], shared: bool, papers: tuple[str, ...], percent: int) -> None:
    held = {"safe_street": {"kind": "safe_street", "number": "1", "issued": "2024-02-01"},
            "till_check": {"kind": "till_check"}}  # fmt: skip
    answer = answered(words(sheet=charm(answers, shared, *(held[kind] for kind in papers))))
    line = next(line for line in answer.worksheet if line.line == "after_security_discount")
    assert f"(1 − 0.{percent:02d})" in line.formula


def test_its_mark_counts_for_two_years() -> None:
    mark = {"kind": "safe_street", "number": "1"}
    for issued, said in (("2024-02-01", []), ("2024-01-31", ["certificate_too_old"])):
        assert codes(answered(words(sheet=charm({}, False, mark | {"issued": issued})))) == said


def test_what_lowers_its_premium_needs_all_three_answers_for_the_last_step() -> None:
    found = asking.understood(words(plan="full", sheet=charm({"Q1": "full"})), both())
    answer = lower(found.product, found.request)
    assert answer is not None
    assert answer.discount == 10
    assert answer.order[-1].discount == 40
    assert [way.code for stage in answer.order for way in stage.ways].count("Q1") == 0


def test_its_lines_cite_its_own_files() -> None:
    answer = answered(words(plan="standard", set=3, limits=FREE, riders=["point_card"]))
    cited = {source for line in answer.worksheet for source in line.sources}
    assert "tariff.toml:constants.liability_share (leaflet)" in cited
    assert "industries.csv:S3.card_factor (judgement)" in cited
    assert {line.status for line in answer.worksheet} == {None, "stated", "assumed"}


def test_defence_costs_are_outside_the_limit_and_sets_have_deductibles() -> None:
    product = minatomachi()
    assert [head.code for head in product.heads.values() if not head.within_limit] == ["defence"]
    assert product.sets[1].deductibles == {"liability": 50_000, "expense": 0, "business_income": 0}
    assert product.sets[2].deductibles == {"liability": 0, "expense": 10_000, "business_income": 30_000}


def test_its_matrix_opens_point_fraud_by_plan_or_by_rider() -> None:
    def granted(plan: str, *riders: str) -> set[str]:
        cells = matrix(minatomachi(), plan, 3, riders)
        return {head for (event, head), cell in cells.items() if event == "point_fraud" and cell.granted}

    assert granted("light") == granted("standard") == set()
    assert granted("full") == granted("light", "point_card") == {"damages", "defence", "notice", "lawyer"}


def test_people_find_its_industries_by_their_own_names() -> None:
    assert [resolve(minatomachi(), name) for name in ("魚屋", "やおや", "Pharmacies")] == ["S1", "S2", "S6"]


def test_it_prints_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    product_table.show(minatomachi())
    product_table.print_matrix(minatomachi(), list(minatomachi().plans), 3, ("point_card",))
    found = asking.understood(words(), both())
    table.print_answer(found.product, found.request, answered(words()))
    # Long lines are wrapped at the width of the table, between any two characters.
    shown = "".join(capsys.readouterr().out.split())
    wanted_words = ("港町商店街連合会", "おまもりシート", "ポイントカード特約", "2026年2月1日午前0時から1年")
    for wanted in wanted_words:
        assert wanted in shown
    assert "IT業務の売上高" not in shown
