"""What an incident may cost one company, and what each cover would pay of it."""

import pytest

from sonae.simulation import MODEL_TERMS
from sonae.simulation_incident import Company, CompanyLoss, CoverAsked, company_loss
from tests.simulation import small_book

SMALL = CoverAsked("basic", 1, ("business_income",), (30_000_000, 10_000_000, 10_000_000), (0, 0, 0))
LARGE = CoverAsked("basic", 4, ("business_income",), (300_000_000, 30_000_000, 30_000_000), (0, 0, 0))
WIDE = CoverAsked("wide", 4, ("business_income",), (300_000_000, 30_000_000, 30_000_000), (0, 0, 0))
FREE = CoverAsked("basic", 5, (), (300_000_000, 30_000_000, 0), (0, 0, 0))
COVERS = (SMALL, LARGE, WIDE, FREE)
BUILDER = Company("D06", 500_000_000, 0.5, False)


def of(company: Company) -> CompanyLoss:
    return company_loss(small_book.product(), small_book.model(), company, COVERS, MODEL_TERMS)


@pytest.fixture(scope="module")
def builder() -> CompanyLoss:
    return of(BUILDER)


def test_the_chance_is_that_of_the_model(builder: CompanyLoss) -> None:
    """By hand for ransomware at a builder: 0.005 × 0.5^0.35 × 1.1, the controls in the middle."""
    ransomware = next(one for one in builder.perils if one.peril == "RW")
    assert ransomware.chance == pytest.approx(1 - 2.718281828 ** -(0.005 * 0.5**0.35 * 1.1))
    assert builder.chance > max(one.chance for one in builder.perils)


def test_more_cover_never_pays_less_and_nobody_pays_more_than_the_loss(builder: CompanyLoss) -> None:
    for peril in builder.perils:
        small, large, wide, free = peril.paid_share
        assert small <= large <= wide <= 1
        assert free <= large
        for incident in (peril.typical, peril.severe):
            paid = [sum(one.values()) for one in incident.paid]
            assert paid[0] <= paid[1] <= paid[2] <= incident.total
            assert all(yen <= incident.heads[head] for one in incident.paid for head, yen in one.items())
        assert peril.typical.total < peril.severe.total


def test_each_head_is_paid_where_its_clause_grants_it(builder: CompanyLoss) -> None:
    perils = {one.peril: one for one in builder.perils}
    stop, suspected = perils["SYS"], perils["SUS"]
    assert not stop.severe.paid[3], "no rider, no business income"
    assert stop.severe.paid[0].keys() <= {"loss_of_profit", "extra_expense"}
    assert [bool(one) for one in suspected.severe.paid] == [False, False, True, False], (
        "only the wide plan investigates"
    )


def test_it_errors_are_for_those_who_do_it_work() -> None:
    without, with_work = (of(Company("G39", 500_000_000, 0.5, work)) for work in (False, True))
    assert "ITE" not in {one.peril for one in without.perils}
    assert "ITE" in {one.peril for one in with_work.perils}


def test_better_controls_and_smaller_companies_have_fewer_incidents(builder: CompanyLoss) -> None:
    assert of(Company("D06", 500_000_000, 0.9, False)).chance < builder.chance
    assert of(Company("D06", 50_000_000, 0.5, False)).chance < builder.chance


def test_the_same_company_always_has_the_same_figures(builder: CompanyLoss) -> None:
    assert of(BUILDER) == builder
