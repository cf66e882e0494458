"""What the discount sheet (割引確認シート) earns: part A by points, part B by papers, together up to a cap.

Points are counted in whole tenths, discounts in whole percent. Nothing is rounded: the product's loader has
checked that every question's points times every share are whole tenths.
"""

import dataclasses
from dataclasses import dataclass
from datetime import date

from sonae.period import years_before
from sonae.product import CertificateKind, DiscountSheet, KnockOut, Question
from sonae.risk import Certificate, Sheet

NO_ANSWER = ("none", "unknown")
"""Answers that every question allows and that score nothing. An absent answer counts as `none`."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A certificate that scores nothing, with its position in the sheet and why."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Discount:
    """What a sheet earns. `tenths` are the points of part A in tenths, `earned` per question.

    `part_a_by_points` is what the points alone would give; `part_a` is after the knock-outs. `moved` are questions
    whose contract was counted as a certificate instead, where it earns more.
    """

    tenths: int
    earned: dict[str, int]
    part_a_by_points: int
    knock_outs: tuple[KnockOut, ...]
    part_a: int
    part_b: int
    uncounted: tuple[Uncounted, ...]
    total: int
    moved: tuple[str, ...] = ()


def judge(sheet: DiscountSheet, answered: Sheet, inception: date) -> Discount:
    """What the answered sheet earns for a cover that starts on `inception`.

    A contract that would earn both a question in full and a certificate is counted once, where it earns more: so
    that a better answer never costs a member anything.
    """
    found = _judge(sheet, answered, inception)
    twice = [u.position for u in found.uncounted if u.reason == "counted_in_part_a"]
    if not twice:
        return found
    lowered = _next_best(sheet, answered, twice)
    other = _judge(sheet, dataclasses.replace(answered, answers={**answered.answers, **lowered}), inception)
    return dataclasses.replace(other, moved=tuple(lowered)) if other.total > found.total else found


def _next_best(sheet: DiscountSheet, answered: Sheet, positions: list[int]) -> dict[str, str]:
    """The questions that these certificates' contracts earned, with the next best answer to each."""
    kinds = {kind.kind: kind for kind in sheet.certificates}
    answers = {}
    for position in positions:
        not_with = kinds[answered.certificates[position].kind].not_with
        assert not_with is not None, "only such a certificate is counted in part A"
        question = next(question for question in sheet.questions if question.id == not_with[1])
        answers[question.id] = question.answers[1].code if len(question.answers) > 1 else "none"
    return answers


def _judge(sheet: DiscountSheet, answered: Sheet, inception: date) -> Discount:
    earned = {question.id: tenths_of(question, answer_to(answered, question.id)) for question in sheet.questions}
    tenths = sum(earned.values())
    by_points = ladder(sheet, tenths)
    knock_outs = tuple(knock_out for knock_out in sheet.knock_outs if _applies(knock_out, answered))
    part_a = min((by_points, sheet.part_a_at_most, *(knock_out.part_a_at_most for knock_out in knock_outs)))
    part_b, uncounted = _part_b(sheet, answered, inception)
    return Discount(
        tenths=tenths,
        earned=earned,
        part_a_by_points=by_points,
        knock_outs=knock_outs,
        part_a=part_a,
        part_b=part_b,
        uncounted=uncounted,
        total=min(sheet.discount_at_most, part_a + part_b),
    )


def answer_to(answered: Sheet, question: str) -> str:
    """The answer code given to a question; one that is absent counts as `none`."""
    return answered.answers.get(question, "none")


def tenths_of(question: Question, answer: str) -> int:
    """The points in tenths that this answer earns."""
    for choice in question.answers:
        if choice.code == answer:
            return question.points * choice.share // 10
    return 0


def ladder(sheet: DiscountSheet, tenths: int) -> int:
    """The discount of the highest step that the points reach."""
    reached = [step.discount for step in sheet.steps if step.points * 10 <= tenths]
    return max(reached, default=0)


def _applies(knock_out: KnockOut, answered: Sheet) -> bool:
    """Whether the weakness is there: the named fact is true, and the named question is not answered with anything."""
    if knock_out.fact is not None and not answered.facts[knock_out.fact]:
        return False
    return knock_out.lacking is None or answer_to(answered, knock_out.lacking) in NO_ANSWER


def _part_b(sheet: DiscountSheet, answered: Sheet, inception: date) -> tuple[int, tuple[Uncounted, ...]]:
    """Each kind of paper counts once; papers of one cap together count at most that; all at most part B's cap."""
    kinds = {kind.kind: kind for kind in sheet.certificates}
    counted: dict[str, int] = {}
    uncounted = []
    for position, certificate in enumerate(answered.certificates):
        kind = kinds[certificate.kind]
        reason = why_uncounted(sheet, kind, certificate, answered, inception)
        if reason is None:
            counted[kind.kind] = kind.discount
        else:
            uncounted.append(Uncounted(position, reason))
    total = 0
    for cap in sheet.caps:
        total += min(cap.at_most, sum(counted.pop(kind, 0) for kind in cap.kinds))
    total += sum(counted.values())
    return min(sheet.part_b_at_most, total), tuple(uncounted)


def why_uncounted(
    sheet: DiscountSheet, kind: CertificateKind, certificate: Certificate, answered: Sheet, inception: date
) -> str | None:
    """Why a paper scores nothing on the inception day (`expired`, `too_old`, …); None when it counts."""
    if kind.since is not None and inception < kind.since:
        return "not_yet_started"
    if certificate.expires is not None and certificate.expires < inception:
        return "expired"
    if certificate.issued is not None and certificate.issued > inception:
        return "not_yet_issued"
    if (
        kind.valid_years is not None
        and certificate.issued is not None
        and certificate.issued < years_before(inception, kind.valid_years)
    ):
        return "too_old"
    if kind.not_with is not None:
        fact, question_id = kind.not_with
        question = next(question for question in sheet.questions if question.id == question_id)
        if answered.facts[fact] and tenths_of(question, answer_to(answered, question_id)) == question.points * 10:
            return "counted_in_part_a"
    return None
