"""Losses under the second plan: where its settlement.toml differs, the decision differs; no code of its own."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sonae.claim import decide
from sonae.clocks import due_day
from sonae.coverage import events_of
from sonae.decision import Decision, Verdict
from sonae.doors import decision as door
from sonae.doors import facts as facts_door
from sonae.doors import request as request_door
from sonae.doors.files import BrokenProduct
from sonae.facts import income_items
from sonae.flipping import decide_and_flip
from sonae.office import catalogue
from sonae.period import JST
from sonae.reserving import opening_reserves
from tests.products import MINATOMACHI, both, minatomachi
from verify.settlement import Files, faults

COVER = {
    "id": "shop", "inception_at": "2026-02-01T00:00+09:00", "expiry_at": "2027-02-01T00:00+09:00",
    "request": {"product": "minatomachi_cyber_2025", "industry": "S3", "annual_sales": 30_000_000, "plan": "standard",
                "set": 2, "inception": "2026-02-01"},
}  # fmt: skip
FACTS: dict[str, Any] = {
    "events": [{"code": "leak"}], "known_at": "2026-05-01T09:00+09:00", "notified_at": "2026-05-01T10:00+09:00",
    "received_at": "2026-05-01T10:00+09:00", "victims": {"individual": 4000, "corporate": 0, "injury": 0},
    "items": [],
}  # fmt: skip


def item(head: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"id": head, "head": head, "amount": amount, "incurred_on": "2026-05-10", **more}


def file(*items: dict[str, Any], cover: dict[str, Any] | None = None, **facts: Any) -> bytes:
    words = {"covers": [{**COVER, **(cover or {})}], "facts": {**FACTS, "items": list(items), **facts}}
    return json.dumps(words, ensure_ascii=False).encode()


def decided(*items: dict[str, Any], cover: dict[str, Any] | None = None, **facts: Any) -> Decision:
    read = facts_door.read(both(), file(*items, cover=cover, **facts), datetime(2026, 6, 1, tzinfo=JST))
    assert isinstance(read, facts_door.Understood), read
    found = decide(read.facts, read.helds)
    assert list(faults(json.loads(door.encode(found)), Files(MINATOMACHI))) == []
    return found


def test_the_ratio_comes_before_the_deductible() -> None:
    """1,000,000 × 90 % − 10,000; the other order would pay 891,000."""
    found = decided(item("notice", 1_000_000))
    assert found.paid == 890_000
    [unit] = [one for one in found.units if one.coverage == "expense"]
    assert [name for name, _ in unit.rows] == ["claimed", "ratio", "deductible", "sublimit", "limit", "aggregate"]


def test_defence_is_paid_on_top_of_the_limit_and_uses_none_of_the_aggregate() -> None:
    """30,000,000 of damages fill the limit; 2,000,000 of defence come on top."""
    demands = [{"id": "d1", "made_at": "2026-05-20T10:00+09:00"}]
    approval = {"reference": "A", "given_on": "2026-05-01"}
    found = decided(
        item("damages", 31_000_000, demand="d1", payee="claimant"),
        item("defence", 2_000_000, demand="d1", approval=approval), demands=demands,
    )  # fmt: skip
    assert found.paid == 32_000_000
    [balance] = [one for one in found.balances if one.subject == "liability"]
    assert (balance.paid_now, balance.left_after) == (30_000_000, 0)


def test_a_premium_not_received_is_no_cover_here() -> None:
    """Under the shipped plan it would only hold the money."""
    found = decided(item("notice", 1_000_000), cover={"premium_received": False})
    assert (found.verdict, found.paid, found.holds) == (Verdict.not_covered, 0, ())


@pytest.mark.parametrize(("day", "paid"), [("2026-06-30", 80_000), ("2026-07-01", 0)])
def test_the_window_is_sixty_days(day: str, paid: int) -> None:
    """1 May + 60 days is 30 June; 100,000 × 90 % − 10,000."""
    assert decided(item("notice", 100_000, incurred_on=day)).paid == paid


def test_two_demands_of_one_series_count_each_by_itself() -> None:
    """Set 1 has a deductible of 50,000 for each demand."""
    demands = [{"id": name, "made_at": f"2026-05-2{n}T10:00+09:00", "series": "s"} for n, name in enumerate("ab")]
    small = {"request": {**COVER["request"], "set": 1}}  # type: ignore[dict-item]
    items = [item("damages", 200_000, demand=name, payee="claimant") | {"id": name} for name in "ab"]
    assert decided(*items, cover=small, demands=demands).paid == 300_000


def test_a_stoppage_is_reserved_under_the_plans_own_event() -> None:
    """Its event of a stoppage is called otherwise than the shipped plan's; nothing but its clauses says so."""
    product = minatomachi()
    words = json.dumps(COVER["request"]).encode()
    read = request_door.read(both(), words, datetime(2026, 1, 5, tzinfo=JST))
    assert isinstance(read, request_door.Understood), read
    assert events_of(product, "business_income") == ("outage",)
    opened = {
        stopped: opening_reserves(product, read.request, "leak", stopped=stopped, demanded=False, leak_ruled_out=False)
        for stopped in (False, True)
    }
    assert set(opened[True]) - set(opened[False]) == {"lost_sales"}


def test_a_shutdown_of_its_own_is_no_stoppage_here() -> None:
    stopped = {"started_at": "2026-05-01T09:00+09:00", "ended_at": "2026-05-05T09:00+09:00", "cause": "own_shutdown"}
    lost = item("lost_sales", 500_000)
    events = [{"code": "outage"}]
    assert decided(lost, events=events, stoppage=stopped).paid == 0
    # 500,000 × 80 % − 30,000.
    assert decided(lost, events=events, stoppage={**stopped, "cause": "sudden_event"}).paid == 370_000


def test_a_reason_of_its_own_stands_against_its_coverage_only() -> None:
    found = decided(item("notice", 1_000_000), grounds=[{"exclusion": "holiday"}])
    assert found.paid == 890_000
    assert found.head("lost_sales").verdict is Verdict.not_covered


# --- the moment that finds a coverage's term is the product's


RENEWED = {**COVER, "id": "renewed", "inception_at": "2027-02-01T00:00+09:00", "expiry_at": "2028-02-01T00:00+09:00"}
IN_2026, IN_2027 = "2026-05-01T09:00+09:00", "2027-03-01T09:00+09:00"


def dated(tmp_path: Path, **moments: str) -> tuple[catalogue.Catalogue, Path]:
    """The second plan with other moments for these coverages."""
    folder = tmp_path / "minatomachi_cyber_2025"
    shutil.copytree(MINATOMACHI, folder)
    rules = (folder / "settlement.toml").read_text("utf-8")
    for coverage, moment in moments.items():
        rules = re.sub(rf'(\[moments\.{coverage}\]\nmoment = )"\w+"', rf'\1"{moment}"', rules)
    (folder / "settlement.toml").write_text(rules, "utf-8")
    another = catalogue.product_in(folder)
    return catalogue.Catalogue({another.id: another}), folder


def terms(products: catalogue.Catalogue, folder: Path, *items: dict[str, Any], **facts: Any) -> dict[str, str | None]:
    """Which of two terms pays each unit, where any does; the verifier agrees."""
    words: dict[str, Any] = {"covers": [COVER, RENEWED], "facts": {**FACTS, "items": list(items), **facts}}
    read = facts_door.read(products, json.dumps(words).encode(), datetime(2027, 6, 1, tzinfo=JST))
    assert isinstance(read, facts_door.Understood), read
    found = decide(read.facts, read.helds)
    assert list(faults(json.loads(door.encode(found)), Files(folder), words["covers"])) == []
    return {unit.code: unit.term for unit in found.units if unit.paid}


DEMAND = {"id": "d", "made_at": IN_2027}
DAMAGES = item("damages", 500_000, demand="d", payee="claimant")
STOP = {"started_at": IN_2027, "ended_at": "2027-03-05T09:00+09:00", "cause": "sudden_event"}
LOST = item("lost_sales", 500_000, incurred_on="2027-03-02")


@pytest.mark.parametrize(("liability", "term"), [("demand", "renewed"), ("discovery", "shop"), ("stoppage", "renewed")])
def test_damages_are_paid_from_the_term_that_the_product_says(tmp_path: Path, liability: str, term: str) -> None:
    """Discovered in the first term, demanded and stopped in the second."""
    products, folder = dated(tmp_path, liability=liability)
    found = terms(products, folder, DAMAGES, demands=[DEMAND], stoppage=STOP)
    assert found == {"liability:d": term}


@pytest.mark.parametrize(("expense", "term"), [("demand", "renewed"), ("discovery", "shop"), ("stoppage", "renewed")])
def test_expense_is_paid_from_the_term_that_the_product_says(tmp_path: Path, expense: str, term: str) -> None:
    products, folder = dated(tmp_path, expense=expense)
    found = terms(products, folder, item("notice", 1_000_000), demands=[DEMAND], stoppage=STOP)
    assert found == {"expense": term}


@pytest.mark.parametrize(("income", "term"), [("demand", "shop"), ("discovery", "shop"), ("stoppage", "renewed")])
def test_income_is_paid_from_the_term_that_the_product_says(tmp_path: Path, income: str, term: str) -> None:
    """Stopped in the second term; discovered and demanded in the first."""
    products, folder = dated(tmp_path, business_income=income)
    demand = {"id": "d", "made_at": IN_2026}
    assert terms(products, folder, LOST, demands=[demand], stoppage=STOP, events=[{"code": "outage"}]) == {
        "business_income": term
    }


def test_expense_that_a_demand_dates_waits_for_one(tmp_path: Path) -> None:
    """And liability that discovery dates still waits for somebody to demand damages."""
    products, folder = dated(tmp_path, expense="demand", liability="discovery")
    bare = item("damages", 500_000, payee="claimant")
    assert terms(products, folder, item("notice", 1_000_000), bare) == {}


def test_a_notice_of_circumstances_fixes_no_term_here(tmp_path: Path) -> None:
    """The switch is off: the demand of the second term is paid from it, and the verifier knows."""
    products, folder = dated(tmp_path)
    told = [{"id": "n", "given_at": "2026-06-01T09:00+09:00"}]
    found = terms(products, folder, DAMAGES, demands=[DEMAND | {"circumstance": "n"}], circumstance_notices=told)
    assert found == {"liability:d": "renewed"}


def test_a_moment_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BrokenProduct, match=r"moments.*expense.*moment"):
        dated(tmp_path, expense="notification")


# --- the heads of a calculated stoppage


def test_a_calculated_stoppage_is_asked_for_under_this_plans_own_head() -> None:
    """It has a head for lost sales and none for extra expense; what is worked out is paid by its rules."""
    [lost] = income_items(minatomachi(), 500_000, 200_000, date(2026, 5, 3))
    assert (lost.head, lost.amount) == ("lost_sales", 500_000)
    stopped = {"started_at": "2026-05-01T09:00+09:00", "ended_at": "2026-05-05T09:00+09:00", "cause": "sudden_event"}
    words = {"id": lost.id, "head": lost.head, "amount": lost.amount, "incurred_on": "2026-05-03"}
    # 500,000 × 80 % − 30,000.
    assert decided(words, events=[{"code": "outage"}], stoppage=stopped).paid == 370_000


def test_the_shipped_plan_asks_for_both_figures() -> None:
    items = income_items(catalogue.default(), 500_000, 200_000, date(2026, 5, 3))
    assert [(one.head, one.amount) for one in items] == [("loss_of_profit", 500_000), ("extra_expense", 200_000)]
    assert income_items(catalogue.default(), 0, 0, date(2026, 5, 3)) == ()


def test_a_folder_released_before_it_could_name_them_has_them_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "chuokai_cyber_2024"
    shutil.copytree(catalogue.PRODUCTS / "chuokai_cyber_2024", folder)
    rules = (folder / "settlement.toml").read_text("utf-8")
    (folder / "settlement.toml").write_text(re.sub(r"(profit|extra_expense)_head = .*\n", "", rules), "utf-8")
    settlement = catalogue.product_in(folder).settlement
    assert settlement is not None
    assert (settlement.stoppage.profit_head, settlement.stoppage.extra_expense_head) == (
        "loss_of_profit", "extra_expense",
    )  # fmt: skip


@pytest.mark.parametrize("head", ["notice", "profits"])
def test_a_head_of_another_coverage_or_none_is_refused(tmp_path: Path, head: str) -> None:
    folder = tmp_path / "minatomachi_cyber_2025"
    shutil.copytree(MINATOMACHI, folder)
    rules = (folder / "settlement.toml").read_text("utf-8")
    (folder / "settlement.toml").write_text(rules.replace('profit_head = "lost_sales"', f'profit_head = "{head}"'))
    with pytest.raises(BrokenProduct, match=f"profit_head: {head} is no head of business income"):
        catalogue.product_in(folder)


def test_its_own_clock_runs() -> None:
    rules = minatomachi().settlement
    assert rules is not None
    assert due_day(rules.clocks["payment"], date(2026, 5, 1)) == date(2026, 5, 20)


def test_the_command_settles_by_the_folder_that_is_named(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_bytes(file(item("notice", 1_000_000)))
    command = [sys.executable, "-m", "sonae.cli", "settle", str(facts), "--json"]
    done = subprocess.run([*command, "--product", str(MINATOMACHI)], capture_output=True, check=False)
    read = facts_door.read(both(), facts.read_bytes(), datetime(2026, 6, 1, tzinfo=JST))
    assert isinstance(read, facts_door.Understood)
    assert done.stdout == door.encode(decide_and_flip(read.facts, read.helds)) + b"\n"
    assert done.returncode == 0
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
