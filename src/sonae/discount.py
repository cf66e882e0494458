"""What the discount sheet (割引確認シート) earns: part A by points, part B by papers, together up to a cap.

Points are counted in whole tenths, discounts in whole percent. Nothing is rounded: the product's loader has
checked that every question's points times every share are whole tenths.

`judge_numbers` is the judgement itself, in whole numbers: interpreted for one sheet, compiled for a book's. What stands
before it lays a sheet out as numbers, and what stands after gives its result names.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

from sonae.period import years_before
from sonae.product import DiscountSheet, KnockOut, Question
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


REASONS = ("", "not_yet_started", "expired", "not_yet_issued", "too_old", "counted_in_part_a")
"""Why a paper scores nothing, by number; 0 for one that counts."""
(_, NOT_YET_STARTED, EXPIRED, NOT_YET_ISSUED, TOO_OLD, COUNTED_IN_PART_A) = range(len(REASONS))

NO_PAPER = -1
"""In the place of a paper's kind: there is none."""


class SheetTable(NamedTuple):
    """A sheet laid out for covers that start on one day, as whole numbers: tuples, or arrays for a book.

    Answers are numbered through all questions: of each first none, then unknown, then as the product lists them.
    `tenths` has what each earns, and `lacking` is 1 for none and unknown. `next_best` is a question's answer after the
    best. Days are proleptic ordinals, 0 for none. −1 stands for no fact, question or cap. `cap` is the first cap that
    names the kind.
    """

    tenths: Any
    lacking: Any
    full: Any
    next_best: Any
    step_tenths: Any
    step_discount: Any
    knocking_fact: Any
    knocking_question: Any
    knocked_at_most: Any
    kind_discount: Any
    kind_begun: Any
    issued_from: Any
    not_with_fact: Any
    not_with_question: Any
    cap: Any
    cap_at_most: Any
    part_a_at_most: int
    part_b_at_most: int
    discount_at_most: int
    inception: int


class Judged(NamedTuple):
    """What `judge_numbers` finds. `knocked` are the bits of the knock-outs, `moved` of the questions whose contract
    counts as a certificate instead."""

    tenths: int
    part_a_by_points: int
    knocked: int
    part_a: int
    part_b: int
    total: int
    moved: int


def judge_numbers(table: SheetTable, answers: Any, facts: int, kinds: Any, expires: Any, issued: Any) -> Judged:
    """What a sheet earns: the number of each question's answer, the bits of the true facts, and the papers, each with
    its kind's number (or `NO_PAPER`) and days.

    A contract that would earn both a question in full and a certificate is counted once, where it earns more: so
    that a better answer never costs a member anything.
    """
    found = judge_lowered(table, answers, 0, facts, kinds, expires, issued)
    twice = 0
    for paper in range(len(kinds)):
        kind = kinds[paper]
        if kind >= 0:
            reason = reason_of(table, kind, expires[paper], issued[paper], answers, 0, facts)
            if reason == COUNTED_IN_PART_A:
                twice |= 1 << table.not_with_question[kind]
    if twice == 0:
        return found
    other = judge_lowered(table, answers, twice, facts, kinds, expires, issued)
    return other if other.total > found.total else found


def judge_lowered(
    table: SheetTable, answers: Any, lowered: int, facts: int, kinds: Any, expires: Any, issued: Any
) -> Judged:
    """The same with the next best answer to the questions of `lowered`, and each contract counted where it is."""
    tenths = 0
    for question in range(len(table.full)):
        tenths += table.tenths[table.next_best[question] if lowered >> question & 1 else answers[question]]
    by_points = ladder(table, tenths)
    part_a = min(by_points, table.part_a_at_most)
    knocked = 0
    for number in range(len(table.knocked_at_most)):
        fact, question = table.knocking_fact[number], table.knocking_question[number]
        if (fact < 0 or facts >> fact & 1) and (
            question < 0 or table.lacking[answer_number(table, answers, lowered, question)]
        ):
            knocked |= 1 << number
            part_a = min(part_a, table.knocked_at_most[number])
    counted = 0
    for paper in range(len(kinds)):
        kind = kinds[paper]
        if kind >= 0 and reason_of(table, kind, expires[paper], issued[paper], answers, lowered, facts) == 0:
            counted |= 1 << kind
    part_b = 0
    if counted != 0:
        part_b = papers_earned(table, counted, -1)
        for cap in range(len(table.cap_at_most)):
            part_b += min(table.cap_at_most[cap], papers_earned(table, counted, cap))
        part_b = min(table.part_b_at_most, part_b)
    total = min(table.discount_at_most, part_a + part_b)
    return Judged(tenths, by_points, knocked, part_a, part_b, total, lowered)


def ladder(table: SheetTable, tenths: int) -> int:
    """The discount of the highest step that so many tenths of points reach; 0 below the first."""
    reached = 0
    for step in range(len(table.step_tenths)):
        if table.step_tenths[step] > tenths:
            break
        reached = table.step_discount[step]
    return reached


def answer_number(table: SheetTable, answers: Any, lowered: int, question: int) -> int:
    """The number of the answer that counts."""
    return int(table.next_best[question] if lowered >> question & 1 else answers[question])


def papers_earned(table: SheetTable, counted: int, cap: int) -> int:
    """What the counted kinds of one cap earn together, before it holds them down; each kind once."""
    total = 0
    for kind in range(len(table.cap)):
        if table.cap[kind] == cap and counted >> kind & 1:
            total += table.kind_discount[kind]
    return total


def reason_of(table: SheetTable, kind: int, expires: int, issued: int, answers: Any, lowered: int, facts: int) -> int:
    """Why a paper scores nothing, as a number of `REASONS`. An expiry day still counts."""
    if not table.kind_begun[kind]:
        return NOT_YET_STARTED
    if 0 < expires < table.inception:
        return EXPIRED
    if issued > table.inception:
        return NOT_YET_ISSUED
    if 0 < issued < table.issued_from[kind]:
        return TOO_OLD
    question = table.not_with_question[kind]
    in_full = question >= 0 and table.tenths[answer_number(table, answers, lowered, question)] == table.full[question]
    if in_full and facts >> table.not_with_fact[kind] & 1:
        return COUNTED_IN_PART_A
    return 0


@lru_cache(maxsize=64)
def laid_out(sheet: DiscountSheet, inception: date) -> SheetTable:
    """The sheet as numbers, for covers that start on this day."""
    questions = {question.id: number for number, question in enumerate(sheet.questions)}
    facts = {fact.code: number for number, fact in enumerate(sheet.facts)}
    words = words_of(sheet)
    caps = {kind: number for number, cap in reversed([*enumerate(sheet.caps)]) for kind in cap.kinds}
    kinds = sheet.certificates
    return SheetTable(
        tenths=tuple(
            tenths_of(question, code)
            for question, codes in zip(sheet.questions, words.answers, strict=True)
            for code in codes
        ),
        lacking=tuple(int(code in NO_ANSWER) for codes in words.answers for code in codes),
        full=tuple(question.points * 10 for question in sheet.questions),
        next_best=tuple(
            codes[question.answers[1].code if len(question.answers) > 1 else "none"]
            for question, codes in zip(sheet.questions, words.answers, strict=True)
        ),
        step_tenths=tuple(step.points * 10 for step in sheet.steps),
        step_discount=tuple(step.discount for step in sheet.steps),
        knocking_fact=tuple(-1 if one.fact is None else facts[one.fact] for one in sheet.knock_outs),
        knocking_question=tuple(-1 if one.lacking is None else questions[one.lacking] for one in sheet.knock_outs),
        knocked_at_most=tuple(one.part_a_at_most for one in sheet.knock_outs),
        kind_discount=tuple(kind.discount for kind in kinds),
        kind_begun=tuple(int(kind.since is None or kind.since <= inception) for kind in kinds),
        issued_from=tuple(
            0 if kind.valid_years is None else years_before(inception, kind.valid_years).toordinal() for kind in kinds
        ),
        not_with_fact=tuple(-1 if kind.not_with is None else facts[kind.not_with[0]] for kind in kinds),
        not_with_question=tuple(-1 if kind.not_with is None else questions[kind.not_with[1]] for kind in kinds),
        cap=tuple(caps.get(kind.kind, -1) for kind in kinds),
        cap_at_most=tuple(cap.at_most for cap in sheet.caps),
        part_a_at_most=sheet.part_a_at_most,
        part_b_at_most=sheet.part_b_at_most,
        discount_at_most=sheet.discount_at_most,
        inception=inception.toordinal(),
    )


class Words(NamedTuple):
    """The numbers of a sheet's words: of the answers to each question, of facts (as bits), and of kinds of papers."""

    answers: tuple[dict[str, int], ...]
    facts: dict[str, int]
    kinds: dict[str, int]


@lru_cache(maxsize=16)
def words_of(sheet: DiscountSheet) -> Words:
    """The words of a sheet by number; answers are numbered through all questions, as in `SheetTable`."""
    numbers = count()
    return Words(
        tuple(
            {code: next(numbers) for code in (*NO_ANSWER, *(choice.code for choice in question.answers))}
            for question in sheet.questions
        ),
        {fact.code: 1 << number for number, fact in enumerate(sheet.facts)},
        {kind.kind: number for number, kind in enumerate(sheet.certificates)},
    )


class Numbers(NamedTuple):
    """An answered sheet as `judge_numbers` takes it."""

    answers: list[int]
    facts: int
    kinds: list[int]
    expires: list[int]
    issued: list[int]


def numbers_of(sheet: DiscountSheet, answered: Sheet) -> Numbers:
    """An answered sheet in numbers; a question without an answer counts as `none`. The words are the sheet's."""
    words, given, papers = words_of(sheet), answered.answers, answered.certificates
    return Numbers(
        [codes[given.get(question.id, "none")] for question, codes in zip(sheet.questions, words.answers, strict=True)],
        sum(bit for code, bit in words.facts.items() if answered.facts[code]),
        [words.kinds[paper.kind] for paper in papers],
        [0 if paper.expires is None else paper.expires.toordinal() for paper in papers],
        [0 if paper.issued is None else paper.issued.toordinal() for paper in papers],
    )


def judge(sheet: DiscountSheet, answered: Sheet, inception: date) -> Discount:
    """What the answered sheet earns for a cover that starts on `inception`."""
    table, numbers = laid_out(sheet, inception), numbers_of(sheet, answered)
    found = judge_numbers(table, *numbers)
    reasons = [
        reason_of(table, kind, expires, issued, numbers.answers, found.moved, numbers.facts)
        for kind, expires, issued in zip(numbers.kinds, numbers.expires, numbers.issued, strict=True)
    ]
    counting = [
        table.next_best[question] if found.moved >> question & 1 else answer
        for question, answer in enumerate(numbers.answers)
    ]
    return Discount(
        tenths=found.tenths,
        earned={question.id: table.tenths[answer] for question, answer in zip(sheet.questions, counting, strict=True)},
        part_a_by_points=found.part_a_by_points,
        knock_outs=tuple(one for number, one in enumerate(sheet.knock_outs) if found.knocked >> number & 1),
        part_a=found.part_a,
        part_b=found.part_b,
        uncounted=tuple(Uncounted(position, REASONS[reason]) for position, reason in enumerate(reasons) if reason),
        total=found.total,
        moved=tuple(question.id for number, question in enumerate(sheet.questions) if found.moved >> number & 1),
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


def why_uncounted(sheet: DiscountSheet, certificate: Certificate, answered: Sheet, inception: date) -> str | None:
    """Why a paper scores nothing on the inception day (`expired`, `too_old`, …); None when it counts."""
    table = laid_out(sheet, inception)
    numbers = numbers_of(sheet, replace(answered, certificates=(certificate,)))
    (number,), (expires,), (issued,) = numbers.kinds, numbers.expires, numbers.issued
    return REASONS[reason_of(table, number, expires, issued, numbers.answers, 0, numbers.facts)] or None
