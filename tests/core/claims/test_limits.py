"""The one payment path: the figures that are known, what it never does, and that it compiles from the same source."""

from itertools import pairwise
from typing import Any

import numba
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.conditions import COVERAGES
from sonae.limits import AGGREGATE, DEDUCTIBLE, LIMIT, NO_LIMIT, RATIO, SUBLIMIT, USUAL_ORDER, PayTerms, pay, table
from sonae.payment_terms import pay_terms, per_head, terms_of
from sonae.risk import Limits, QuotationRequest
from tests.core.asking import shipped

HEADS = list(shipped().heads)
LIABILITY_HEADS, EXPENSE_HEADS, INCOME_HEADS = HEADS[:4], HEADS[4:16], HEADS[16:]


def paid(
    terms: PayTerms,
    claimed: dict[str, int],
    cap: dict[str, int] | None = None,
    remaining: tuple[int, ...] | None = None,
) -> dict[str, int]:
    """What each head is paid, with nothing used of any aggregate unless said."""
    rows = table(terms)
    total = pay(
        terms,
        per_head(shipped(), claimed),
        per_head(shipped(), cap or {}, NO_LIMIT),
        terms.limit if remaining is None else remaining,
        rows,
    )
    assert rows[0] == per_head(shipped(), claimed)
    assert total == sum(rows[-1])
    return {head: yen for head, yen in zip(HEADS, rows[-1], strict=True) if yen}


def asked(plan: str, number: int, limits: Limits | None = None) -> QuotationRequest:
    return QuotationRequest(industry="E09", annual_sales=2_000_000_000, plan=plan, set=number, limits=limits)


def claimed_in(case: str) -> dict[str, int]:
    """A known case's claim by head, as its file itemises it."""
    known = next(one for one in shipped().cases if one.code == case)
    amounts: dict[str, int] = {}
    for item in known.case.items:
        amounts[item.head] = amounts.get(item.head, 0) + item.amount
    return amounts


BASIC = set(HEADS[:10])
"""The heads that the basic plan opens for a leak: the brochure's liability heads and the first six of expense."""


def covered(amounts: dict[str, int], plan: str) -> dict[str, int]:
    return {head: yen for head, yen in amounts.items() if plan == "wide" or head in BASIC}


class TestKnownFigures:
    """What practice and publications say is paid."""

    def test_the_insurers_worked_example_of_2015(self) -> None:
        terms = terms_of(shipped(), (100_000_000, 20_000_000, 0), (100_000, 100_000, 0), 100)
        found = paid(terms, claimed_in("worked_example_2015"))
        assert sum(found.values()) == 50_800_000
        assert sum(found[head] for head in found if head in LIABILITY_HEADS) == 39_900_000
        assert sum(found[head] for head in found if head in EXPENSE_HEADS) == 10_900_000

    @pytest.mark.parametrize(
        ("plan", "number", "expected"),
        [
            ("basic", 1, 10_000_000), ("wide", 1, 10_000_000), ("basic", 2, 20_000_000), ("wide", 2, 20_000_000),
            ("basic", 3, 28_500_000), ("wide", 3, 30_000_000), ("basic", 4, 28_500_000), ("wide", 4, 30_000_000),
        ],
    )  # fmt: skip
    def test_the_manufacturers_log_in_attack(self, plan: str, number: int, expected: int) -> None:
        terms = pay_terms(shipped(), asked(plan, number))
        assert sum(paid(terms, covered(claimed_in("log_in_attack"), plan)).values()) == expected

    @pytest.mark.parametrize(("plan", "expected"), [("basic", 28_500_000), ("wide", 50_000_000)])
    def test_only_wide_with_fifty_million_of_expense_pays_it_in_full(self, plan: str, expected: int) -> None:
        terms = pay_terms(shipped(), asked(plan, 5, Limits(liability=100_000_000, expense=50_000_000)))
        assert sum(paid(terms, covered(claimed_in("log_in_attack"), plan)).values()) == expected

    @pytest.mark.parametrize("plan", ["basic", "wide"])
    @pytest.mark.parametrize(
        ("number", "expected"), [(1, 37_000_000), (2, 57_000_000), (3, 90_300_000), (4, 90_300_000)]
    )
    def test_the_retailers_card_leak(self, plan: str, number: int, expected: int) -> None:
        terms = pay_terms(shipped(), asked(plan, number))
        assert sum(paid(terms, covered(claimed_in("card_leak"), plan)).values()) == expected


class TestOrder:
    """The steps do what their names say, in the order that the terms give."""

    def terms(self, order: tuple[int, ...] = USUAL_ORDER) -> PayTerms:
        plain = terms_of(shipped(), (1_000, 1_000, 1_000), (150, 0, 0), 90)
        return plain._replace(order=order)

    def test_the_deductible_comes_off_the_heads_in_their_listed_order(self) -> None:
        rows = table(self.terms())
        pay(
            self.terms(),
            per_head(shipped(), {"damages": 100, "defence_costs": 300}),
            per_head(shipped(), {}, NO_LIMIT),
            (1_000, 1_000, 1_000),
            rows,
        )
        assert [row[:2] for row in rows] == [[100, 300], [0, 250], [0, 225], [0, 225], [0, 225], [0, 225]]

    def test_the_order_is_the_terms_own(self) -> None:
        claimed = {"damages": 1_000}
        assert paid(self.terms(), claimed) == {"damages": 765}
        assert paid(self.terms((RATIO, DEDUCTIBLE, SUBLIMIT, LIMIT, AGGREGATE)), claimed) == {"damages": 750}

    def test_a_cut_falls_on_the_last_listed_heads_first(self) -> None:
        terms = terms_of(shipped(), (0, 1_000, 0))
        claimed = {"victim_response": 700, "forensics": 200, "legal_advice": 300, "recurrence_prevention": 50}
        assert paid(terms, claimed) == {"victim_response": 700, "forensics": 200, "legal_advice": 100}

    def test_a_spent_aggregate_pays_nothing(self) -> None:
        assert paid(self.terms(), {"damages": 1_000}, remaining=(0, 0, 0)) == {}

    def test_litigation_support_has_its_sublimit(self) -> None:
        terms = pay_terms(shipped(), asked("basic", 4))
        assert paid(terms, {"litigation_support": 10_000_001}) == {"litigation_support": 10_000_000}

    def test_a_coverage_that_is_not_held_pays_nothing(self) -> None:
        terms = pay_terms(shipped(), asked("wide", 5, Limits(liability=100_000_000, expense=10_000_000)))
        assert paid(terms, {"loss_of_profit": 5, "extra_expense": 5}) == {}


yen = st.one_of(st.just(0), st.integers(0, 2_000), st.integers(0, 10**12))
per_head_yen = st.lists(yen, min_size=18, max_size=18)


@st.composite
def any_terms(draw: st.DrawFn) -> PayTerms:
    """Terms with any figures, in any order of steps that a product may give: those of the whole section come last."""
    return PayTerms(
        section=terms_of(shipped(), (0, 0, 0)).section,
        ratio=draw(st.lists(st.integers(0, 100), min_size=18, max_size=18)),
        sublimit=draw(st.lists(st.one_of(st.just(NO_LIMIT), yen), min_size=18, max_size=18)),
        deductible=draw(st.lists(yen, min_size=3, max_size=3)),
        limit=draw(st.lists(yen, min_size=3, max_size=3)),
        order=[*draw(st.permutations(USUAL_ORDER[:3])), *draw(st.permutations(USUAL_ORDER[3:]))],
    )


remaining_yen = st.lists(st.one_of(yen, st.integers(-5, 0)), min_size=3, max_size=3)


class TestLaws:
    """What must hold for any terms, amounts, caps and aggregates, in any order of steps."""

    @given(any_terms(), per_head_yen, per_head_yen, remaining_yen)
    def test_it_never_pays_above_any_limit(
        self, terms: PayTerms, amount: list[int], cap: list[int], remaining: list[int]
    ) -> None:
        rows = table(terms)
        total = pay(terms, amount, cap, remaining, rows)
        assert total == sum(rows[-1])
        for head, figure in enumerate(rows[-1]):
            assert 0 <= figure <= min(amount[head], cap[head], terms.sublimit[head])
        for section in range(len(COVERAGES)):
            of_section = sum(figure for head, figure in enumerate(rows[-1]) if terms.section[head] == section)
            assert of_section <= min(terms.limit[section], max(0, remaining[section]))
        for before, after in pairwise(rows):
            assert all(later <= earlier for later, earlier in zip(after, before, strict=True))

    @given(any_terms(), per_head_yen, per_head_yen, remaining_yen, st.data())
    def test_more_claimed_or_more_room_never_pays_less(
        self, terms: PayTerms, amount: list[int], cap: list[int], remaining: list[int], data: st.DataObject
    ) -> None:
        paid_before = pay(terms, amount, cap, remaining, table(terms))
        head, section = data.draw(st.integers(0, 17)), data.draw(st.integers(0, 2))
        more = data.draw(st.integers(1, 10**9))
        raised = [*amount[:head], amount[head] + more, *amount[head + 1 :]]
        assert pay(terms, raised, cap, remaining, table(terms)) >= paid_before
        wider = terms._replace(limit=[yen + more * (place == section) for place, yen in enumerate(terms.limit)])
        assert pay(wider, amount, cap, remaining, table(terms)) >= paid_before
        left = [yen + more * (place == section) for place, yen in enumerate(remaining)]
        assert pay(terms, amount, cap, left, table(terms)) >= paid_before

    @given(any_terms(), per_head_yen)
    def test_a_limit_cuts_no_head_while_a_later_one_is_paid(self, terms: PayTerms, amount: list[int]) -> None:
        terms = terms._replace(order=(LIMIT,))
        rows = table(terms)
        pay(terms, amount, [NO_LIMIT] * 18, [NO_LIMIT] * 3, rows)
        for section in range(len(COVERAGES)):
            pairs = [(a, p) for a, p, s in zip(amount, rows[-1], terms.section, strict=True) if s == section]
            cut = [place for place, (claimed, given_) in enumerate(pairs) if given_ < claimed]
            assert not cut or all(given_ == 0 for _, given_ in pairs[cut[0] + 1 :])


class TestCompiled:
    """The simulation pays through the very same source, compiled."""

    def test_the_compiled_form_pays_the_same(self) -> None:
        from numba.extending import overload

        from sonae import limits

        # numba compares the two signatures, annotations included.
        def same_signature(numerator: int, denominator: int) -> int:
            return limits.half_up  # type: ignore[return-value]

        overload(limits.half_up)(same_signature)
        compiled = numba.njit(limits.pay)

        def array(values: Any) -> Any:
            return numpy.array(values, dtype=numpy.int64)

        @settings(deadline=None)
        @given(any_terms(), per_head_yen, per_head_yen, remaining_yen)
        def same(terms: PayTerms, amount: list[int], cap: list[int], remaining: list[int]) -> None:
            rows = table(terms)
            total = pay(terms, amount, cap, remaining, rows)
            found = numpy.zeros((len(rows), 18), dtype=numpy.int64)
            arrays = PayTerms(*map(array, terms))
            assert compiled(arrays, array(amount), array(cap), array(remaining), found) == total
            assert found.tolist() == rows

        same()


def test_the_steps_have_different_codes() -> None:
    assert sorted({DEDUCTIBLE, RATIO, SUBLIMIT, LIMIT, AGGREGATE}) == [1, 2, 3, 4, 5]
