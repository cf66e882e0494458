"""Would it have paid (この事故なら、いくら出たか): a case run through every plan, set and legal rider combination.

What is granted is asked of `coverage`, what is paid is worked out by `limits`, what a cover costs by `rating`, as
everywhere. A case on its own terms gives one result and is never priced. Money is in whole yen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sonae.cases import Case, Member
from sonae.conditions import COVERAGES
from sonae.coverage import matrix
from sonae.limits import PayTerms, pay, table
from sonae.money import half_up
from sonae.payment_terms import terms_of, victims_cap
from sonae.product import Product
from sonae.proof import legal_terms
from sonae.quotation import annual_premium
from sonae.risk import Limits, QuotationRequest

Limit = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HeadPaid:
    """One head of a case under one cover: what was lost, what is paid, and the clause that grants it, if one does."""

    head: str
    claimed: int
    paid: int
    clause: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """A case under one cover. `plan` and `set` are None on the case's own terms. `riders` are the attached ones."""

    plan: str | None
    set: int | None
    limits: Limit
    riders: tuple[str, ...]
    paid: int
    short: int
    heads: tuple[HeadPaid, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A case and its results, in the product's order."""

    case: Case
    claimed: int
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A cover that would have closed the gap, what it costs its member a year, and what it leaves out.

    `gives_up` are the coverages in which it promises less than the printed set it is held against (`against`): the
    limit it has there, 0 for none.
    """

    result: Result
    premium: int
    against: int | None
    gives_up: Limit


@dataclass(frozen=True, slots=True)
class Closing:
    """The cheapest covers that pay all that any cover of this plan could pay of a case.

    `short` is what even they leave to the member: 0 where the gap can be closed. `printed` is among the sets with fixed
    limits, `chosen` over the whole menu of the free set, `chosen_with_income` over the part of it that keeps at least
    the smallest business-income limit that is printed. None: there is none.
    """

    payable: int
    short: int
    printed: Change | None
    chosen: Change | None
    chosen_with_income: Change | None


def replay(product: Product, case: Case) -> Replay:
    """Run a case through every plan × set × legal rider combination; a free set stands with its printed limits."""
    if case.own_terms is not None:
        return Replay(case, case.claimed, (_on_own_terms(product, case),))
    payer = _Payer(product, case)
    return Replay(
        case,
        case.claimed,
        tuple(payer.result(plan, number, limits, riders) for plan, number, limits, riders in printed_covers(product)),
    )


def result_of(product: Product, case: Case, plan: str, number: int, limits: Limit, riders: tuple[str, ...]) -> Result:
    """A case under one cover. `riders` are the attached ones."""
    return _Payer(product, case).result(plan, number, limits, riders)


@lru_cache(maxsize=16)
def printed_covers(product: Product) -> tuple[tuple[str, int, Limit, tuple[str, ...]], ...]:
    """Every legal cover with printed limits: plan, set, limits, attached riders, in the product's order.

    The free set has the brochure's example; with business income, the smallest limit printed for it.
    """
    income = product.rider_rating("business_income")
    found = []
    for terms in legal_terms(product):
        limits = dict(product.sets[terms.set].limits)
        if income is None or income.code not in terms.riders:
            limits.pop("business_income", None)
        elif "business_income" not in limits:
            smallest = smallest_printed_income(product)
            if smallest is None:
                continue
            limits["business_income"] = smallest
        found.append((terms.plan, terms.set, limits, terms.riders))
    plans, sets = list(product.plans), list(product.sets)
    return tuple(sorted(found, key=lambda one: (plans.index(one[0]), sets.index(one[1]))))


def smallest_printed_income(product: Product) -> int | None:
    """The smallest business-income limit of a set; None where no set has one."""
    return min((one.limits["business_income"] for one in product.sets.values() if "business_income" in one.limits),
               default=None)  # fmt: skip


@lru_cache(maxsize=2048)
def granted(product: Product, plan: str, number: int, riders: tuple[str, ...]) -> Mapping[tuple[str, str], str]:
    """The cells that a cover grants, each with the code of its clause. Kept, for limits do not change them."""
    cells = matrix(product, plan, number, riders)
    return _one({place: cell.grants[0][0].code for place, cell in cells.items() if cell.granted})


_grants: dict[frozenset[tuple[tuple[str, str], str]], Mapping[tuple[str, str], str]] = {}


def _one(cells: Mapping[tuple[str, str], str]) -> Mapping[tuple[str, str], str]:
    """The same object for the same cells, so that covers that grant the same are looked at once a case."""
    return _grants.setdefault(frozenset(cells.items()), cells)


@lru_cache(maxsize=8192)
def _narrow(product: Product, heads: tuple[str, ...], limits: tuple[int, ...]) -> PayTerms:
    """Terms of payment for these heads alone: the others have nothing to pay."""
    return _only(product, heads, terms_of(product, limits))


def _only(product: Product, heads: tuple[str, ...], terms: PayTerms) -> PayTerms:
    places = [place for place, code in enumerate(product.heads) if code in heads]
    return terms._replace(
        section=tuple(terms.section[place] for place in places),
        ratio=tuple(terms.ratio[place] for place in places),
        sublimit=tuple(terms.sublimit[place] for place in places),
    )


def profit_of_stoppage(product: Product, member: Member, hours: int) -> int:
    """What a company would lose in profit if all its sales stopped for so many hours, in yen: an estimate.

    Its margin of the whole year by the hour, after the waiting time and for the longest period, as the product's
    settlement says. A claim is worked out from real sales and costs instead (`business_income`).
    """
    counted = hours
    if product.settlement is not None:
        rules = product.settlement.stoppage
        counted = min(max(hours - rules.waiting_hours.value, 0), rules.longest_days.value * 24)
    margin = product.industries[member.industry].gross_margin
    return half_up(member.annual_sales * margin * counted, 100 * 365 * 24)


class _Payer:
    """Pays one case under many covers. Covers that grant the same heads within the same limits are paid once."""

    def __init__(self, product: Product, case: Case) -> None:
        amounts = case.amounts()
        self.product, self.case = product, case
        self.heads = tuple(code for code in product.heads if code in amounts)
        self.amounts = [amounts[head] for head in self.heads]
        self.caps = [victims_cap(product.heads[head], case.victims) for head in self.heads]
        self.claimed = sum(self.amounts)
        self.by_grants: dict[int, tuple[str | None, ...]] = {}
        self.known: dict[tuple[tuple[int, ...], tuple[str | None, ...]], tuple[int, tuple[HeadPaid, ...]]] = {}

    def result(self, plan: str, number: int, limits: Limit, riders: tuple[str, ...]) -> Result:
        room = tuple(limits.get(coverage, 0) for coverage in COVERAGES)
        paid, heads = self.paid(room, self.clauses(plan, number, riders))
        return Result(plan, number, limits, riders, paid, self.claimed - paid, heads)

    def clauses(self, plan: str, number: int, riders: tuple[str, ...]) -> tuple[str | None, ...]:
        """For each head the clause that grants it, under the first of the case's events for which one does."""
        cells = granted(self.product, plan, number, riders)
        known = self.by_grants.get(id(cells))
        if known is None:
            events = self.case.events
            known = self.by_grants[id(cells)] = tuple(
                next((cells[event, head] for event in events if (event, head) in cells), None) for head in self.heads
            )
        return known

    def paid(self, room: tuple[int, ...], clauses: tuple[str | None, ...]) -> tuple[int, tuple[HeadPaid, ...]]:
        found = self.known.get((room, clauses))
        if found is None:
            found = self.known[room, clauses] = self._pay(_narrow(self.product, self.heads, room), clauses)
        return found

    def _pay(self, terms: PayTerms, clauses: tuple[str | None, ...]) -> tuple[int, tuple[HeadPaid, ...]]:
        rows = table(terms)
        amounts = [0 if clause is None else amount for amount, clause in zip(self.amounts, clauses, strict=True)]
        paid = pay(terms, amounts, self.caps, terms.limit, rows)
        parts = zip(self.heads, self.amounts, rows[-1], clauses, strict=True)
        return paid, tuple(HeadPaid(*part) for part in parts)


def _on_own_terms(product: Product, case: Case) -> Result:
    """The case under the terms it brings: every head is paid, within its own limits."""
    own = case.own_terms
    assert own is not None, "asked only of a case with its own terms"
    payer = _Payer(product, case)
    limits = tuple(own.limits.get(coverage, 0) for coverage in COVERAGES)
    deductibles = tuple(own.deductibles.get(coverage, 0) for coverage in COVERAGES)
    terms = _only(product, payer.heads, terms_of(product, limits, deductibles, own.ratio))
    rows = table(terms)
    paid = pay(terms, payer.amounts, payer.caps, terms.limit, rows)
    parts = zip(payer.heads, payer.amounts, rows[-1], strict=True)
    heads = tuple(HeadPaid(head, claimed, given, None) for head, claimed, given in parts)
    return Result(None, None, own.limits, (), paid, payer.claimed - paid, heads)


# --- the cheapest change that closes the gap --------------------------------------------------------------------


def closing(product: Product, case: Case) -> Closing | None:
    """The cheapest covers that close the gap of a case. None for a case without a member, or on its own terms."""
    if case.member is None or case.own_terms is not None:
        return None
    return _Search(product, case, case.member).closing()


def request_for(
    product: Product, member: Member, plan: str, number: int, limits: Limit, riders: Iterable[str]
) -> QuotationRequest:
    """What the case's member would have asked for, priced on the first day of the product year."""
    free = product.sets[number].free
    return QuotationRequest(
        industry=member.industry,
        annual_sales=member.annual_sales,
        plan=plan,
        set=number,
        it_sales=member.it_sales,
        limits=Limits(**limits) if free else None,
        riders=product.attached_riders(number, riders),
        sheet_discount=member.security_discount if product.sheet is not None else None,
        inception=product.valid_from,
    )


class _Search:
    """Looks for the cheapest cover that pays the most. Exact, for three things hold in every product (`doors.fitting`):
    coverages are paid apart, a premium never falls when a limit rises, and limits have no part in what is granted.
    So only the smallest limits that pay enough need a price, and larger ones only where the rules decline those.
    """

    def __init__(self, product: Product, case: Case, member: Member) -> None:
        self.product, self.case, self.member = product, case, member
        self.payer = _Payer(product, case)
        self.free = next((number for number, one in product.sets.items() if one.free), None)
        self.sections = [product.heads[head].coverage for head in self.payer.heads]

    def closing(self) -> Closing:
        target = 0
        for wanted in self.targets():
            printed = self.cheapest_printed(wanted)
            chosen = self.cheapest_chosen(wanted, {})
            if printed is not None or chosen is not None:
                target = wanted
                break
        else:
            printed = chosen = None
        smallest = smallest_printed_income(self.product)
        with_income = None if smallest is None else self.cheapest_chosen(target, {"business_income": smallest})
        against = printed or self.best_printed()
        return Closing(
            payable=target,
            short=self.payer.claimed - target,
            printed=None if printed is None else Change(*printed, None, {}),
            chosen=self.change(chosen, against),
            chosen_with_income=self.change(with_income, against),
        )

    def change(self, found: tuple[Result, int] | None, against: tuple[Result, int] | None) -> Change | None:
        if found is None:
            return None
        result, premium = found
        if against is None:
            return Change(result, premium, None, {})
        less = {
            coverage: result.limits.get(coverage, 0)
            for coverage, limit in against[0].limits.items()
            if result.limits.get(coverage, 0) < limit
        }
        return Change(result, premium, against[0].set, less)

    def targets(self) -> list[int]:
        """What covers could pay at most, the most first."""
        found = set()
        for plan, number, limits, riders in printed_covers(self.product):
            clauses = self.payer.clauses(plan, number, riders)
            if self.product.sets[number].free:
                limits = {name: menu[-1].at for name, menu in self.product.menus.items() if menu and name in limits}
            room = tuple(limits.get(coverage, 0) for coverage in COVERAGES)
            found.add(self.payer.paid(room, clauses)[0])
        return sorted(found, reverse=True)

    def premium(self, plan: str, number: int, limits: Limit, riders: tuple[str, ...]) -> int | None:
        """What it costs the member; None where the rules decline it or the member has no sales for the IT rider."""
        rated_it = self.product.rider_rating("it_business")
        it_industry = self.product.industries[self.member.industry].it_industry
        if rated_it is not None and rated_it.code in riders and not it_industry and self.member.it_sales is None:
            return None
        return annual_premium(self.product, request_for(self.product, self.member, plan, number, limits, riders))

    def cheapest_printed(self, target: int) -> tuple[Result, int] | None:
        """Among the sets with fixed limits, with all that they promise."""
        found = []
        for plan, number, limits, riders in printed_covers(self.product):
            if self.product.sets[number].free or self.takes_cover_away(riders):
                continue
            result = self.payer.result(plan, number, limits, riders)
            if result.paid >= target:
                premium = self.premium(plan, number, limits, riders)
                if premium is not None:
                    found.append((result, premium))
        return min(found, key=_by_price, default=None)

    def best_printed(self) -> tuple[Result, int] | None:
        """The printed set that pays the most, the cheapest of those; what a free set is held against if none closes."""
        paid = {
            self.payer.result(*cover).paid
            for cover in printed_covers(self.product)
            if not self.product.sets[cover[1]].free
        }
        for most in sorted(paid, reverse=True):
            found = self.cheapest_printed(most)
            if found is not None:
                return found
        return None

    def cheapest_chosen(self, target: int, floors: Limit) -> tuple[Result, int] | None:
        """Over the menu of the free set, with at least these limits."""
        if self.free is None:
            return None
        found = []
        for plan, number, printed, riders in printed_covers(self.product):
            if number != self.free or not floors.keys() <= printed.keys():
                continue
            if floors and self.takes_cover_away(riders):
                continue
            menus = [
                [row.at for row in self.product.menus[name] if row.at >= floors.get(name, 0)] if name in printed else []
                for name in COVERAGES
            ]
            found += self.on_the_menu(plan, riders, menus, target)
        return min(found, key=_by_price, default=None)

    def takes_cover_away(self, riders: tuple[str, ...]) -> bool:
        """Whether one of the riders gives up what the set or the other riders grant."""
        clauses = (self.product.riders[rider].clause for rider in riders)
        return any(clause is not None and self.product.clauses[clause].withdraws for clause in clauses)

    def on_the_menu(
        self, plan: str, riders: tuple[str, ...], menus: list[list[int]], target: int
    ) -> list[tuple[Result, int]]:
        """The cheapest acceptable limits for one plan and its riders that pay the target."""
        assert self.free is not None, "asked only where there is a free set"
        clauses = self.payer.clauses(plan, self.free, riders)
        top = tuple(menu[-1] if menu else 0 for menu in menus)
        most, heads = self.payer.paid(top, clauses)
        if most < target:
            return []
        # Where more than the target could be paid, every way of leaving some of it out is tried.
        needed = [sum(one.paid for one, name in zip(heads, self.sections, strict=True) if name == coverage)
                  for coverage in COVERAGES]  # fmt: skip
        start = tuple(
            next((at for at in menu if at >= need), 0) if most == target else (menu[0] if menu else 0)
            for menu, need in zip(menus, needed, strict=True)
        )
        found: list[tuple[Result, int]] = []
        seen, waiting = {start}, [start]
        while waiting:
            room = waiting.pop()
            limits = {name: at for name, at in zip(COVERAGES, room, strict=True) if at}
            premium = None
            if self.payer.paid(room, clauses)[0] >= target:
                premium = self.premium(plan, self.free, limits, riders)
            if premium is not None:
                found.append((self.payer.result(plan, self.free, limits, riders), premium))
                continue
            for place, menu in enumerate(menus):
                higher = next((at for at in menu if at > room[place]), None)
                if higher is not None:
                    following = (*room[:place], higher, *room[place + 1 :])
                    if following not in seen:
                        seen.add(following)
                        waiting.append(following)
        return found


def _by_price(found: tuple[Result, int]) -> tuple[object, ...]:
    """The lowest premium first; among equals the fewest riders, then the lowest limits."""
    result, premium = found
    return premium, len(result.riders), tuple(result.limits.get(coverage, 0) for coverage in COVERAGES)
