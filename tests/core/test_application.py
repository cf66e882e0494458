"""The order of the sale: what each step waits for, who may take it, and what opens it again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.application import MEMBERS_OWN, NAMES, ORDER, Step, Taken, may_take, next_step, standing

CONTENT, PAPERS = "c" * 64, "p" * 64
START = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
BEFORE_THE_CONTENT = ORDER[: ORDER.index(Step.confirmation)]


def taken(step: Step, place: int = 0, on: str | None = None) -> Taken:
    if on is None and step in (Step.papers, Step.acknowledgement):
        on = PAPERS
    elif on is None and step not in BEFORE_THE_CONTENT:
        on = CONTENT
    outcome = "accept" if step is Step.decision else None
    party = "member" if step in MEMBERS_OWN else "agency"
    at = START + timedelta(minutes=place)
    return Taken(
        step=step, at=at, actor="x", party=party, channel="page", factor="passkey", content=on, outcome=outcome
    )


def upto(step: Step) -> tuple[Taken, ...]:
    """All steps before this one."""
    return tuple(taken(each, place) for place, each in enumerate(ORDER[: ORDER.index(step)]))


def code(steps: tuple[Taken, ...], step: Step, party: str = "member", content: str | None = CONTENT) -> str:
    refusal = may_take(steps, content, step, party)
    return "" if refusal is None else refusal.code


def test_every_step_has_its_words() -> None:
    assert set(NAMES) == set(Step)
    assert len({ja for ja, _ in NAMES.values()}) == len(Step)


@pytest.mark.parametrize("step", ORDER)
def test_a_step_follows_all_before_it(step: Step) -> None:
    assert next_step(upto(step), CONTENT) is step
    assert code(upto(step), step) == ""
    for missing in ORDER[: ORDER.index(step)]:
        without = tuple(each for each in upto(step) if each.step is not missing)
        assert code(without, step) in {"step_skipped", "papers_not_given", "papers_not_read"}


@pytest.mark.parametrize("step", [Step.disclosure, Step.confirmation, Step.signature])
def test_nothing_is_answered_or_signed_before_the_papers_were_read(step: Step) -> None:
    for missing, reason in ((Step.papers, "papers_not_given"), (Step.acknowledgement, "papers_not_read")):
        assert code(tuple(each for each in upto(step) if each.step is not missing), step) == reason
    given_anew = (*upto(step), taken(Step.papers, 20, on="q" * 64))
    assert code(given_anew, step) == "papers_not_read"
    assert code((*given_anew, taken(Step.acknowledgement, 21, on="q" * 64)), step) == ""


def test_papers_that_were_given_without_a_document_are_not_read() -> None:
    nothing = (taken(Step.intent), taken(Step.proposal, 1), taken(Step.papers, 2, on=""))
    assert Step.acknowledgement not in standing((*nothing, taken(Step.acknowledgement, 3)), CONTENT)


@pytest.mark.parametrize("step", sorted(MEMBERS_OWN))
@pytest.mark.parametrize("party", ["agency", "insurer", "cooperative", "rule"])
def test_only_the_applicant_reads_answers_confirms_and_signs(step: Step, party: str) -> None:
    assert code(upto(step), step, party) == "not_the_applicant"


def test_another_price_opens_confirmation_signature_and_decision_again() -> None:
    held = standing(upto(Step.binding), "d" * 64)
    assert set(ORDER) - set(held) == {Step.confirmation, Step.signature, Step.decision, Step.binding}
    assert next_step(upto(Step.binding), "d" * 64) is Step.confirmation


def test_a_declined_application_is_not_bound_and_a_bound_one_is_at_rest() -> None:
    *before, _ = upto(Step.binding)
    declined = Taken(step=Step.decision, at=START, actor="x", party="insurer", channel="desk", factor="totp",
                     content=CONTENT, outcome="decline")  # fmt: skip
    assert code((*before, declined), Step.binding, "agency") == "not_accepted"
    bound = (*upto(Step.binding), taken(Step.binding, 30))
    assert next_step(bound, CONTENT) is None
    assert {code(bound, step) for step in ORDER} == {"already_bound"}


_TRIED = st.tuples(st.sampled_from([None] * 20 + list(ORDER)), st.sampled_from([PAPERS, PAPERS, PAPERS, "q" * 64]))


@given(st.lists(_TRIED, max_size=30))
def test_whatever_is_tried_a_signature_follows_papers_that_were_read(tried: list[tuple[Step | None, str]]) -> None:
    """The papers of a signature were given, and read after that, whatever order hands tried (None: what is next)."""
    steps: tuple[Taken, ...] = ()
    for place, (wanted, document) in enumerate(tried):
        step = wanted or next_step(steps, CONTENT) or Step.intent
        party = "member" if step in MEMBERS_OWN else "agency"
        if may_take(steps, CONTENT, step, party) is not None:
            continue
        if step is Step.signature:
            last = {each.step: each for each in steps}
            assert last[Step.papers].content == last[Step.acknowledgement].content
            first = [each.step for each in steps]
            assert first.index(Step.papers) < first.index(Step.acknowledgement) < first.index(Step.disclosure)
        steps = (*steps, taken(step, place, document if step in (Step.papers, Step.acknowledgement) else None))
