"""Proofs about a product: each planted flaw is named, with a smallest cover that shows it."""

import dataclasses
from typing import Any

import pytest

from sonae import conditions
from sonae.conditions import Condition
from sonae.coverage import matrix
from sonae.product import Clause, Grant, NotGranted, PrintedMark, Product, Text
from sonae.proof import Flaw, legal_terms, prove
from sonae.worksheet import Basis
from tests.core.asking import shipped
from tests.products import minatomachi

PLANTED = Basis("planted", "judgement", "assumed", "planted by a test")


def changed(product: Product, **parts: Any) -> Product:
    return dataclasses.replace(product, **parts)


def flaws(product: Product) -> list[Flaw]:
    return list(prove(product).flaws)


def grant(event: str, head: str, *when: Condition) -> Grant:
    return Grant((event,), (head,), when, PLANTED)


def with_clause(product: Product, clause: Clause) -> Product:
    return changed(product, clauses={**product.clauses, clause.code: clause})


def without_exception(product: Product, event: str, head: str) -> Product:
    """The product with this cell taken out of everything that is listed as not granted."""
    kept = []
    for entry in product.not_granted:
        if event in entry.events and head in entry.heads:
            cells = [(e, h) for e in entry.events for h in entry.heads if (e, h) != (event, head)]
            kept += [dataclasses.replace(entry, events=(e,), heads=(h,)) for e, h in cells]
        else:
            kept.append(entry)
    return changed(product, not_granted=tuple(kept))


def test_the_shipped_product_is_sound_in_all_66_covers_and_8316_cells() -> None:
    """Sets 1 to 4: 8 covers in basic, 4 in wide; set 5: 12 and 6. Seven events, eighteen heads."""
    proof = prove(shipped())
    assert (proof.covers, proof.cells, proof.sound) == (4 * (8 + 4) + 12 + 6, 66 * 7 * 18, True)


def test_no_legal_cover_breaks_a_need_of_its_riders() -> None:
    for terms in legal_terms(shipped()):
        assert not ("cyber_attack_basic" in terms.riders and terms.plan == "wide")
        assert not ("exclude_continuity" in terms.riders and "business_income" not in terms.riders)
        assert ("business_income" in terms.riders) or terms.set == 5


def test_names_a_gap_with_the_cover_of_fewest_riders() -> None:
    [flaw] = flaws(without_exception(shipped(), "cyber_attack", "forensics"))
    assert str(flaw) == "gap: cyber_attack × forensics [plan basic, set 5, riders none]"


def test_names_a_gap_that_a_rider_would_close_in_the_cover_without_it() -> None:
    [flaw] = flaws(without_exception(shipped(), "network_outage", "extra_expense"))
    assert str(flaw) == "gap: network_outage × extra_expense [plan basic, set 5, riders none]"


def test_names_an_overlap_with_both_clauses() -> None:
    rider = shipped().clauses["it_business"]
    twice = dataclasses.replace(rider, grants=(*rider.grants, grant("information_leak", "damages")))
    [flaw] = flaws(with_clause(shipped(), twice))
    assert str(flaw) == (
        "overlap: information_leak × damages (cyber_security, it_business) [plan basic, set 5, riders it_business]"
    )


def test_names_a_contradiction_of_a_grant_and_an_exception() -> None:
    never = NotGranted(
        ("information_leak",), ("damages",), (Condition(conditions.Test.set_in, (4,)),), Text("", ""), PLANTED
    )
    [flaw] = flaws(changed(shipped(), not_granted=(*shipped().not_granted, never)))
    assert (flaw.kind, flaw.witness) == ("contradiction", "plan basic, set 4, riders business_income")


def test_names_a_cell_that_is_listed_twice_as_not_granted() -> None:
    again = NotGranted(("suspected_attack",), ("damages",), (), Text("", ""), PLANTED)
    [flaw] = flaws(changed(shipped(), not_granted=(*shipped().not_granted, again)))
    assert (flaw.kind, flaw.subject.split(" (")[0]) == ("listed twice", "suspected_attack × damages")


def test_names_a_clause_that_no_cover_carries() -> None:
    dead = Clause("museum", Text("", ""), False, (grant("information_leak", "damages"),), (), PLANTED)
    [flaw] = flaws(with_clause(shipped(), dead))
    assert str(flaw) == "dead: museum grants or withdraws nothing in any cover [planted]"


def test_names_a_clause_that_grants_only_under_what_never_holds() -> None:
    never = (
        Condition(conditions.Test.plan_is, "wide", wanted=True),
        Condition(conditions.Test.plan_is, "wide", wanted=False),
    )
    dead = Clause("museum", Text("", ""), True, (grant("information_leak", "damages", *never),), (), PLANTED)
    [flaw] = flaws(with_clause(shipped(), dead))
    assert flaw.kind == "dead"


def test_names_a_withdrawal_that_takes_nothing_away() -> None:
    nothing = Clause("museum", Text("", ""), True, (), (grant("suspected_attack", "damages"),), PLANTED)
    [flaw] = flaws(with_clause(shipped(), nothing))
    assert flaw.kind == "dead"


def test_a_withdrawal_without_an_exception_to_tell_the_member_is_a_gap() -> None:
    takes = Clause("museum", Text("", ""), True, (), (grant("information_leak", "damages"),), PLANTED)
    found = flaws(with_clause(shipped(), takes))
    assert ("gap", "information_leak × damages (cyber_security)") in {(flaw.kind, flaw.subject) for flaw in found}


@pytest.mark.parametrize(
    ("event", "plan", "mark", "witness"),
    [
        ("injury_or_damage", "basic", "yes", "plan basic, set 5, riders none"),
        ("injury_or_damage", "wide", "no", "plan wide, set 5, riders none"),
        ("information_leak", "basic", "cyber_attack_basic", "plan basic, set 5, riders none"),
        ("cyber_attack", "basic", "yes", "plan basic, set 5, riders none"),
        ("cyber_attack", "basic", "no", "plan basic, set 5, riders cyber_attack_basic"),
        ("cyber_attack", "basic", "it_business", "plan basic, set 5, riders it_business"),
    ],
)
def test_names_a_printed_mark_that_the_clauses_do_not_bear_out(event: str, plan: str, mark: str, witness: str) -> None:
    coverage = "expense"
    printed = PrintedMark(coverage, "event", event, plan, mark, PLANTED)
    [flaw] = flaws(changed(shipped(), printed_marks=(printed,)))
    assert (flaw.kind, flaw.witness) == ("printed matrix", witness)
    assert flaw.subject.startswith(f"expense event {event} is printed {mark} in {plan}, but granted is ")


def test_every_one_of_the_second_plans_cells_matters() -> None:
    """Take any one cell out of any exception, or any clause out of the product: the proof sees it."""
    product = minatomachi()
    for entry in product.not_granted:
        for event in entry.events:
            for head in entry.heads:
                found = flaws(without_exception(product, event, head))
                assert [(flaw.kind, flaw.subject.split(" (")[0]) for flaw in found] == [("gap", f"{event} × {head}")]
    for code in product.clauses:
        rest = {other: clause for other, clause in product.clauses.items() if other != code}
        assert any(flaw.kind == "gap" for flaw in flaws(changed(product, clauses=rest)))


# --- The matrix that the working papers draw --------------------------------------------------------------------------

SIX = ["victim_response", "forensics", "crisis_communication", "legal_advice", "consulting", "condolence"]
FIVE = ["credit_monitoring", "regulatory_response", "system_restoration", "loss_mitigation", "recurrence_prevention"]
LIABILITY = ["damages", "defence_costs", "rights_preservation", "litigation_support"]


def expected_heads(plan: str, riders: tuple[str, ...], event: str) -> set[str]:
    """product-rules 1.4, read column by column."""
    wide = plan == "wide"
    match event:
        case "information_leak" | "third_party_disruption":
            return {*LIABILITY, *SIX, *(FIVE if wide else ())}
        case "injury_or_damage":
            return {*LIABILITY, *SIX, *FIVE} - {"credit_monitoring"} if wide else set()
        case "cyber_attack":
            return {*SIX, *FIVE} if wide else set(SIX) if "cyber_attack_basic" in riders else set()
        case "suspected_attack":
            return {"attack_investigation"} if wide else set()
        case "it_work":
            return {*LIABILITY, *SIX, *(FIVE if wide else ())} if "it_business" in riders else set()
        case _:
            if "business_income" not in riders:
                return set()
            return {"loss_of_profit"} | ({"extra_expense"} if "exclude_continuity" not in riders else set())


def test_every_legal_cover_grants_exactly_the_cells_of_the_papers_matrix() -> None:
    for terms in legal_terms(shipped()):
        cells = matrix(shipped(), terms.plan, terms.set, terms.riders)
        for event in shipped().events:
            granted = {head for head in shipped().heads if cells[event, head].granted}
            assert granted == expected_heads(terms.plan, terms.riders, event), (terms, event)


def test_a_cell_that_is_not_granted_says_why_in_both_languages() -> None:
    for terms in legal_terms(shipped()):
        for cell in matrix(shipped(), terms.plan, terms.set, terms.riders).values():
            if not cell.granted:
                [entry] = cell.left_out
                assert entry.reason.ja
                assert entry.reason.en
