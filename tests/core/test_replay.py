"""Would it have paid: the published cases to the yen, and the cheapest change held against trying the whole menu."""

from dataclasses import replace
from fractions import Fraction
from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.cases import Case, Item, Member
from sonae.doors.folder import BrokenProduct, read_product
from sonae.doors.known_cases import cover_of
from sonae.office import catalogue
from sonae.product import Product
from sonae.proof import legal_terms
from sonae.quotation import lines_of
from sonae.replay import closing, printed_covers, replay, request_for, result_of
from sonae.scheme import Text
from tests.core.oracle import Member as Asked
from tests.core.oracle import Oracle

SHIPPED = catalogue.default()
KNOWN = {known.code: known.case for known in SHIPPED.cases}


def paid(code: str) -> dict[tuple[str | None, int | None, tuple[str, ...]], int]:
    return {(one.plan, one.set, one.riders): one.paid for one in replay(SHIPPED, KNOWN[code]).results}


def test_case_1_as_practice_has_it() -> None:
    found = paid("log_in_attack")
    held = ("business_income",)
    assert [found["basic", number, held] for number in (1, 2, 3, 4)] == [10_000_000, 20_000_000, 28_500_000, 28_500_000]
    assert [found["wide", number, held] for number in (1, 2, 3, 4)] == [10_000_000, 20_000_000, 30_000_000, 30_000_000]
    wider = {"liability": 100_000_000, "expense": 50_000_000}
    assert result_of(SHIPPED, KNOWN["log_in_attack"], "basic", 5, wider, ()).paid == 28_500_000
    assert result_of(SHIPPED, KNOWN["log_in_attack"], "wide", 5, wider, ()).paid == 50_000_000


def test_only_wide_with_a_larger_free_limit_pays_case_1_in_full() -> None:
    assert max(paid("log_in_attack").values()) < 50_000_000
    found = closing(SHIPPED, KNOWN["log_in_attack"])
    assert found is not None
    assert (found.payable, found.short, found.printed) == (50_000_000, 0, None)
    assert found.chosen is not None
    assert (found.chosen.result.plan, found.chosen.result.limits["expense"]) == ("wide", 50_000_000)


def test_case_2_as_practice_has_it() -> None:
    found = paid("card_leak")
    for plan in ("basic", "wide"):
        assert [found[plan, number, ("business_income",)] for number in (1, 2, 3, 4)] == [
            37_000_000, 57_000_000, 90_300_000, 90_300_000,
        ]  # fmt: skip
    change = closing(SHIPPED, KNOWN["card_leak"])
    assert change is not None
    assert change.printed is not None
    assert change.chosen is not None
    assert change.chosen_with_income is not None
    assert (change.printed.result.plan, change.printed.result.set, change.printed.premium) == ("basic", 3, 495_520)
    assert change.chosen.premium == 239_300
    assert change.chosen.result.limits == {"liability": 100_000_000, "expense": 10_000_000}
    assert change.chosen.gives_up == {"expense": 10_000_000, "business_income": 0}
    assert change.chosen_with_income.premium == 388_030
    assert change.chosen_with_income.result.limits["business_income"] == 10_000_000


def test_the_shipped_prices_are_what_the_cases_members_would_pay() -> None:
    tried = 0
    for known in SHIPPED.cases:
        for price in known.prices:
            assert known.case.member is not None
            limits, riders = cover_of(SHIPPED, price.set, price.limits, price.riders)
            request = request_for(SHIPPED, known.case.member, price.plan, price.set, limits, riders)
            lines = lines_of(SHIPPED, request)
            assert lines is not None
            assert lines.annual_premium == price.premium
            tried += 1
    assert tried >= 4


def test_the_shipped_prices_by_the_tariffs_second_writing() -> None:
    """The same prices from the working papers' formula, which shares no code with the core."""
    oracle = Oracle()
    for known in SHIPPED.cases:
        for price in known.prices:
            member, limits = known.case.member, price.limits or SHIPPED.sets[price.set].limits
            assert member is not None
            lines = oracle.lines(
                Asked(member.industry, member.annual_sales, price.plan, limits["liability"], limits["expense"],
                      limits.get("business_income", 0), security_discount=member.security_discount)
            )  # fmt: skip
            assert lines["annual_premium"] == price.premium


def scaled(yen: int, sales: int) -> int:
    """A cost at 1 billion yen of sales, for a company of these sales: to the 0.35th power, in ten-thousands of yen."""
    return round(yen * (sales / 10**9) ** 0.35 / 10_000) * 10_000


def test_the_ransomware_at_a_factory_by_the_published_unit_costs() -> None:
    """C1, C2 and C4 are the basic heads, C9 and C11 the wide plan's; profit is margin a day × dependency × days."""
    sales = 500_000_000
    basic = 600_000 + (2 * 1_100_000 + 1_600_000) + 600_000
    wide = basic + scaled(2_000_000, sales) + scaled(700_000, sales)
    profit = round(Fraction(sales * 22, 100) / 365 * 30 * Fraction(1, 2))
    income = profit + scaled(800_000, sales)
    found = paid("ransomware_factory")
    for number in (1, 2, 3, 4):
        assert found["basic", number, ("business_income",)] == income
        assert found["wide", number, ("business_income",)] == wide + income
        assert found["basic", number, ("business_income", "cyber_attack_basic")] == basic + income
        assert found["basic", number, ("business_income", "exclude_continuity")] == profit
    assert (found["basic", 5, ()], found["wide", 5, ()]) == (0, wide)
    change = closing(SHIPPED, KNOWN["ransomware_factory"])
    assert change is not None
    assert change.printed is not None
    assert (change.printed.result.plan, change.printed.result.set, change.printed.premium) == ("wide", 1, 264_400)


def test_the_outage_of_an_outsourcer_is_paid_by_the_smallest_set() -> None:
    sales, persons = 80_000_000, 2_000
    calls = round(750_000 * (persons / 3_000) ** 0.9 / 10_000) * 10_000
    expense = 130 * persons + calls + 600_000
    income = round(Fraction(sales * 65, 100) / 365 * 30 * Fraction(4, 10)) + scaled(800_000, sales)
    found = paid("cloud_outage_office")
    assert {found[plan, number, ("business_income",)] for plan in ("basic", "wide") for number in (1, 2, 3, 4)} == {
        expense + income
    }
    assert KNOWN["cloud_outage_office"].claimed == expense + income
    assert found["basic", 5, ()] == expense


def test_the_leak_at_a_small_shop_is_cut_by_expense_and_business_income() -> None:
    million, sales = 1_000_000, 300_000_000
    demand = 2_500_000
    basic = 750_000 + 130 * 3_000 + 7_500_000 + 600_000 + 600 * 3_000
    wide = basic + million + scaled(2 * million, sales) + scaled(700_000, sales)
    lost = 57 * million * 35 // 100
    found = paid("shop_card_leak")
    for plan, costs in (("basic", basic), ("wide", wide)):
        assert [found[plan, number, ("business_income",)] for number in (1, 2, 3, 4)] == [
            demand + min(costs, expense) + min(lost, income)
            for expense, income in ((10 * million, 10 * million), (20 * million, 10 * million),
                                    (30 * million, 30 * million), (30 * million, 30 * million))
        ]  # fmt: skip
    assert demand == 833 * 3_000 + 1_000  # the demand is printed in ten-thousands of yen


def test_every_item_of_a_case_put_together_by_us_has_a_source_that_exists() -> None:
    ours = {"ransomware_factory", "cloud_outage_office", "shop_card_leak"}
    assert ours <= KNOWN.keys()
    for known in SHIPPED.cases:
        if known.code in ours:
            assert known.notice is not None
            assert "当方" in known.notice.ja
            for item in known.case.items:
                assert item.basis is not None
                assert item.basis.source in SHIPPED.sources
                assert item.basis.status in ("comparable", "assumed")


def test_the_worked_example_on_its_own_terms() -> None:
    (only,) = replay(SHIPPED, KNOWN["worked_example_2015"]).results
    assert (only.plan, only.set, only.riders, only.paid, only.short) == (None, None, (), 50_800_000, 200_000)
    assert closing(SHIPPED, KNOWN["worked_example_2015"]) is None


def test_every_legal_cover_is_run_once_and_the_heads_sum_to_the_payment() -> None:
    covers = {(terms.plan, terms.set, terms.riders) for terms in legal_terms(SHIPPED)}
    for case in (KNOWN["log_in_attack"], KNOWN["card_leak"]):
        found = replay(SHIPPED, case)
        assert {(one.plan, one.set, one.riders) for one in found.results} == covers
        assert len(found.results) == len(covers)
        for one in found.results:
            assert one.paid == sum(head.paid for head in one.heads)
            assert one.paid + one.short == found.claimed == sum(head.claimed for head in one.heads)
            assert all(head.paid == 0 for head in one.heads if head.clause is None)


def test_condolence_is_paid_up_to_the_cap_of_each_victim() -> None:
    case = Case(
        "gift",
        Text("見舞金", "Condolence"),
        ("information_leak",),
        (Item("condolence", 9_000_000, Text("見舞金", "Money")),),
        {"individual": 2_000, "corporate": 10},
    )
    assert {one.paid for one in replay(SHIPPED, case).results} == {2_500_000}


# --- the search, held against pricing every cover of the menu

HEADS = st.dictionaries(
    st.sampled_from(["damages", "litigation_support", "victim_response", "system_restoration", "loss_of_profit",
                     "extra_expense", "forensics"]),
    st.integers(1, 250_000_000),
    min_size=1, max_size=4,
)  # fmt: skip


def narrowed() -> Product:
    """The shipped product with a few rows of each menu, so that the whole of it can be tried."""
    kept = {
        "liability": (20_000_000, 30_000_000, 50_000_000, 100_000_000, 300_000_000),
        "expense": (10_000_000, 20_000_000, 30_000_000, 200_000_000),
        "business_income": (10_000_000, 30_000_000),
    }
    menus = {name: tuple(SHIPPED.menu_row(name, limit) for limit in limits) for name, limits in kept.items()}
    return replace(SHIPPED, menus=menus)


NARROWED = narrowed()


@settings(max_examples=40, deadline=None)
@given(HEADS, st.sampled_from(["information_leak", "cyber_attack"]), st.sampled_from([10**8, 3 * 10**9, 2 * 10**10]))
def test_no_cover_of_the_menu_pays_as_much_for_less(amounts: dict[str, int], event: str, sales: int) -> None:
    case = Case(
        "tried",
        Text("試", "Tried"),
        (event, "network_outage"),
        tuple(Item(head, amount, Text(head, head)) for head, amount in amounts.items()),
        {},
        member=Member("E09", sales, security_discount=30),
    )
    assert case.member is not None
    found = closing(NARROWED, case)
    assert found is not None
    tried: list[tuple[int, int]] = []
    for plan, number, printed, riders in printed_covers(NARROWED):
        if number != 5 or "it_business" in riders:
            continue
        menus = [[row.at for row in NARROWED.menus[name]] for name in printed]
        for amounts_ in every(*menus):
            limits = dict(zip(printed, amounts_, strict=True))
            lines = lines_of(NARROWED, request_for(NARROWED, case.member, plan, 5, limits, riders))
            if lines is not None:
                tried.append((result_of(NARROWED, case, plan, 5, limits, riders).paid, lines.annual_premium))
    if found.chosen is not None:
        assert min(price for got, price in tried if got >= found.payable) == found.chosen.premium
    assert found.chosen is not None or all(got < found.payable for got, _ in tried)


# --- a product whose cases do not come out

FILES = catalogue.read_files(catalogue.PRODUCTS / SHIPPED.id)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("paid = 28500000", "paid = 28500001", "28500001 is expected, 28500000 would be paid"),
        ("closes_the_gap = true", "closes_the_gap = false", "closes the gap"),
        ("paid_liability = 39900000", "paid_liability = 39900001", "would be paid"),
        ("amount = 35000000", "amount = 35000001", "the victims times the amount"),
        ('head = "forensics"', 'head = "forensic"', "there is no head of loss forensic"),
        ('event = "information_leak"', 'event = "leak"', "there is no covered event leak"),
        ("amount = 4900000", "amount = -1", "out of range"),
        ('industry = "I61"', 'industry = "X99"', "industry or plan is unknown"),
        ("expense = 50000000 }", "expense = 50000001 }", "off the menu"),
        ('code = "card_leak"', 'code = "log_in_attack"', "there twice"),
        ("itemised_by_us = true", "itemised_by_us = true\ncolour = 1", "Extra inputs"),
    ],
)
def test_a_product_is_refused_whose_cases_do_not_come_out(old: str, new: str, reason: str) -> None:
    text = FILES["cases.toml"].decode()
    assert old in text
    with pytest.raises(BrokenProduct) as broken:
        read_product({**FILES, "cases.toml": text.replace(old, new, 1).encode()})
    assert any(one.file == "cases.toml" and one.line > 1 and reason in one.reason for one in broken.value.faults)
