"""What would lower this member's premium: better answers on the discount sheet, alone and in the best order.

Each way is an answer not yet given in full, a paper not yet held, or a weakness that can be mended. Its saving is
the difference of two premiums, both from `rating`. Ways that save nothing alone but do together are a group.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sonae.discount import answer_to, judge, tenths_of, why_uncounted
from sonae.product import CertificateKind, DiscountSheet, Product, Text
from sonae.quotation import annual_premium
from sonae.risk import Certificate, QuotationRequest, Sheet


@dataclass(frozen=True, slots=True)
class Way:
    """One thing a member could do: what, and which question, paper or fact of the sheet it changes."""

    kind: Literal["answer", "certificate", "fact"]
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Saving:
    """What one way saves when it is the only change. Yen a year; discounts in whole percent; points in tenths."""

    way: Way
    saving: int
    premium: int
    discount: int
    tenths: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the best order: the ways taken together, and the running premium and discount after it."""

    ways: tuple[Way, ...]
    saving: int
    premium: int
    discount: int
    tenths: int

    @property
    def only_together(self) -> bool:
        """Whether these ways help only when all of them are done."""
        return len(self.ways) > 1


@dataclass(frozen=True, slots=True)
class Lowering:
    """The premium now, every way alone (the largest saving first), and the best order down to the lowest premium.

    `together` is a smallest group of ways that save nothing alone, but do together; None where there is none.
    """

    premium: int
    discount: int
    tenths: int
    alone: tuple[Saving, ...]
    together: Stage | None
    order: tuple[Stage, ...]


def lower(product: Product, request: QuotationRequest) -> Lowering | None:
    """What would lower the premium of a request. None when it is refused, or the product has no sheet.

    A request without a sheet is taken as one on which nothing has been answered yet; then the premium now is that
    of no discount, whatever discount an estimate assumed.
    """
    sheet = product.sheet
    if sheet is None:
        return None
    answered = request.sheet or blank(sheet)
    finder = _Finder(product, sheet, dataclasses.replace(request, sheet_discount=None, sheet=answered))
    now = finder.premium(answered)
    if now is None:
        return None
    return finder.lowering(answered, now)


def blank(sheet: DiscountSheet) -> Sheet:
    """A sheet on which nothing is answered and no fact is true."""
    return Sheet(version=sheet.version, facts={fact.code: False for fact in sheet.facts})


class _Finder:
    """Prices changed sheets of one request. Premiums are kept by discount, for nothing else of the request changes."""

    def __init__(self, product: Product, sheet: DiscountSheet, request: QuotationRequest) -> None:
        self.product = product
        self.sheet = sheet
        self.request = request
        self.kept: dict[int, int | None] = {}

    def judged(self, answered: Sheet) -> tuple[int, int]:
        """The discount in percent and the points in tenths."""
        assert self.request.inception is not None, "a door sets the inception"
        discount = judge(self.sheet, answered, self.request.inception)
        return discount.total, discount.tenths

    def premium(self, answered: Sheet) -> int | None:
        discount, _ = self.judged(answered)
        if discount not in self.kept:
            self.kept[discount] = annual_premium(self.product, dataclasses.replace(self.request, sheet=answered))
        return self.kept[discount]

    def lowering(self, answered: Sheet, now: int) -> Lowering:
        discount, tenths = self.judged(answered)
        ways = self.ways(answered)
        alone = [self.stage(answered, (way,), now) for way in ways]
        savings = [Saving(stage.ways[0], stage.saving, stage.premium, stage.discount, stage.tenths) for stage in alone]
        savings.sort(key=lambda saving: (-saving.saving, -saving.tenths))
        idle = [saving.way for saving in savings if saving.saving == 0]
        group = self.smallest_group(answered, idle, now) if idle else None
        together = None if group is None else self.stage(answered, group, now)
        return Lowering(now, discount, tenths, tuple(savings), together, tuple(self.order(answered, ways, now)))

    def order(self, answered: Sheet, ways: list[Way], now: int) -> Iterable[Stage]:
        """Stage by stage, the smallest group that lowers the premium; among equals the one that saves most.

        Ends when the ways left save nothing even all together.
        """
        left = list(ways)
        while left:
            group = self.smallest_group(answered, left, now)
            if group is None:
                return
            stage = self.stage(answered, group, now)
            yield stage
            answered, now = self.changed(answered, group), stage.premium
            left = [way for way in left if way not in group]

    def smallest_group(self, answered: Sheet, left: list[Way], now: int) -> tuple[Way, ...] | None:
        """One way if one helps, else a smallest group that helps only together, else None.

        Points add up, so among the ways that earn points a smallest helping group is found by taking the largest
        gains first; ways that lift a knock-out come first of all, since nothing helps before they are taken. What
        turns out to be needless is dropped again.
        """
        singles = [self.stage(answered, (way,), now) for way in left]
        best = max(singles, key=lambda stage: (stage.saving, stage.tenths))
        if best.saving > 0:
            return best.ways
        lifting = self.lifting(answered)
        gains = sorted(singles, key=lambda stage: (stage.ways[0].code not in lifting, -stage.tenths))
        group: list[Way] = []
        for stage in gains:
            group.append(stage.ways[0])
            if self.stage(answered, tuple(group), now).saving > 0:
                break
        else:
            return None
        for way in list(group):
            rest = tuple(other for other in group if other != way)
            if rest and self.stage(answered, rest, now).saving > 0:
                group = list(rest)
        return tuple(group)

    def lifting(self, answered: Sheet) -> set[str]:
        """The questions and facts behind the knock-outs that apply."""
        assert self.request.inception is not None, "a door sets the inception"
        applied = judge(self.sheet, answered, self.request.inception).knock_outs
        return {code for knock_out in applied for code in (knock_out.lacking, knock_out.fact) if code is not None}

    def stage(self, answered: Sheet, ways: tuple[Way, ...], now: int) -> Stage:
        changed = self.changed(answered, ways)
        discount, tenths = self.judged(changed)
        premium = self.premium(changed)
        assert premium is not None, "a better sheet never turns a price into a refusal"
        return Stage(ways, now - premium, premium, discount, tenths)

    def ways(self, answered: Sheet) -> list[Way]:
        """Everything that is not yet as good as it can be, in the sheet's order."""
        found = [
            Way("answer", question.id, question.short)
            for question in self.sheet.questions
            if tenths_of(question, answer_to(answered, question.id)) < question.points * 10
        ]
        found += [
            Way("fact", fact.code, fact.short)
            for fact in self.sheet.facts
            if fact.short is not None and answered.facts[fact.code]
        ]
        found += [
            Way("certificate", kind.kind, kind.short)
            for kind in self.sheet.certificates
            if self.can_be_added(answered, kind)
        ]
        return found

    def can_be_added(self, answered: Sheet, kind: CertificateKind) -> bool:
        """Whether a fresh paper of this kind would count and none does yet."""
        inception = self.request.inception
        assert inception is not None, "a door sets the inception"
        if why_uncounted(self.sheet, Certificate(kind=kind.kind), answered, inception) is not None:
            return False
        return not any(
            held.kind == kind.kind and why_uncounted(self.sheet, held, answered, inception) is None
            for held in answered.certificates
        )

    def changed(self, answered: Sheet, ways: Iterable[Way]) -> Sheet:
        """The sheet after these ways were taken."""
        answers, facts, certificates = dict(answered.answers), dict(answered.facts), list(answered.certificates)
        for way in ways:
            if way.kind == "answer":
                answers[way.code] = "full"
            elif way.kind == "fact":
                facts[way.code] = False
            else:
                certificates.append(Certificate(kind=way.code))
        return dataclasses.replace(answered, answers=answers, facts=facts, certificates=tuple(certificates))
