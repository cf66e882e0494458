"""From cases.toml to the shipped cases, and whether each reproduces what it says it comes to."""

from typing import Any

from sonae.cases import Case, Expected, ExpectedPrice, Item, KnownCase, Member, OwnTerms, Printed, Warned
from sonae.conditions import COVERAGES
from sonae.doors.case_shapes import CaseShape
from sonae.doors.files import Folder
from sonae.doors.toml_lines import Path
from sonae.product import Product
from sonae.replay import Limit, replay, result_of
from sonae.scheme import Text
from sonae.worksheet import Basis

FILE = "cases.toml"
VICTIMS = ("individual", "corporate", "injury")


def read_cases(folder: Folder, table: Any) -> tuple[KnownCase, ...]:
    """Every case of the file, with the sources of its values."""
    if table is None:
        return ()
    around = folder.ground(FILE, (), table, None)
    notice = Text(table.notice_ja, table.notice_en) if table.notice_ja else None
    return tuple(_case(folder, ("cases", number), shape, notice, around) for number, shape in enumerate(table.cases))


def _case(folder: Folder, path: Path, shape: CaseShape, notice: Text | None, around: Basis) -> KnownCase:
    ground = folder.ground(FILE, path, shape, around)
    basis = Basis(f"{FILE}:{shape.code}", ground.source, ground.status, ground.reason)
    folder.places[basis.where] = (FILE, path)
    items = tuple(
        Item(item.head, item.amount, Text(item.label_ja, item.label_en),
             folder.ground(FILE, (*path, "items", place), item, basis))
        for place, item in enumerate(shape.items)
    )  # fmt: skip
    counted = {kind: getattr(shape, f"victims_{kind}") for kind in VICTIMS}
    own = None
    if shape.terms is not None:
        ratio = shape.terms.ratio
        own_basis = folder.ground(FILE, (*path, "terms", "ratio"), ratio, basis)
        own = OwnTerms(shape.terms.limits, shape.terms.deductibles, ratio.value, own_basis)
    held = shape.member
    warned, printed = shape.condolence_warning, shape.printed
    return KnownCase(
        case=Case(
            code=shape.code,
            title=Text(shape.name_ja, shape.name_en),
            events=(*([shape.event] if shape.event else []), *shape.events),
            items=items,
            victims={
                kind: count if isinstance(count, int) else count.value
                for kind, count in counted.items()
                if count is not None
            },
            own_terms=own,
            member=None
            if held is None
            else Member(
                industry=held.industry,
                annual_sales=held.annual_sales,
                plan=held.plan,
                it_sales=held.it_sales,
                security_discount=held.security_discount,
                basis=folder.basis(
                    FILE, (*path, "member"), f"{shape.code}.member", "judgement", "assumed", held.reason
                ),
            ),
            basis=basis,
        ),
        notice=Text(shape.notice_ja, shape.notice_en) if shape.notice_ja else notice if shape.itemised_by_us else None,
        printed=None
        if printed is None
        else Printed(printed.story_ja, printed.paid_about, folder.ground(FILE, (*path, "printed"), printed, basis)),
        warning=None
        if warned is None
        else Warned(warned.per_victim, warned.amount, Text(warned.message_ja, warned.message_en), basis),
        expected=tuple(
            Expected(
                one.plan,
                one.set,
                one.limits,
                tuple(one.riders),
                one.paid,
                {name: part for name in COVERAGES if (part := getattr(one, f"paid_{name}")) is not None},
                basis,
            )
            for one in shape.expected
        ),
        prices=tuple(
            ExpectedPrice(one.plan, one.set, one.limits, tuple(one.riders), one.premium, one.closes_the_gap, basis)
            for one in shape.prices
        ),
        basis=basis,
    )


def check_cases(folder: Folder, product: Product) -> None:
    """Note every case whose words are not the product's, or whose payments do not come out to the yen.

    Premiums of a case follow from the tariff, which is a reconstruction with other solutions; they are held in tests.
    """
    seen: set[str] = set()
    for number, known in enumerate(product.cases):
        path: Path = ("cases", number)
        wrong = _wrong_words(product, known)
        if known.code in seen:
            wrong.append(f"the case {known.code} is there twice")
        seen.add(known.code)
        for reason in wrong:
            folder.fault(FILE, path, reason)
        if not wrong:
            _check_figures(folder, product, known, path)


def _wrong_words(product: Product, known: KnownCase) -> list[str]:
    case, found = known.case, []
    if not case.events:
        found.append("an event is needed")
    found += [f"there is no covered event {event}" for event in case.events if event not in product.events]
    for item in case.items:
        if item.head not in product.heads:
            found.append(f"there is no head of loss {item.head}")
        if not 1 <= item.amount < 10**15:
            found.append(f"{item.head}: the amount is out of range")
    if not case.items or not known.expected:
        found.append("items and expected figures are needed")
    if (case.own_terms is None) == (case.member is None):
        found.append("a case has either a member or its own terms")
    member = case.member
    if member is not None and (member.industry not in product.industries or member.plan not in product.plans):
        found.append("the member's industry or plan is unknown")
    covers = [(one.plan, one.set, one.limits, one.riders) for one in known.expected]
    covers += [(one.plan, one.set, one.limits, one.riders) for one in known.prices]
    for plan, number, limits, riders in covers:
        if case.own_terms is not None:
            if (plan, number) != (None, None):
                found.append("a case on its own terms belongs to no plan and set")
            continue
        if plan is None or number is None or plan not in product.plans or number not in product.sets:
            found.append(f"there is no plan {plan} or set {number}")
        elif product.sets[number].free != ({"liability", "expense"} <= limits.keys()):
            found.append("limits are named with a free set, and only there")
        elif any(all(row.at != at for row in product.menus.get(name, ())) for name, at in limits.items()):
            found.append(f"limits are off the menu: {limits}")
        found += [f"there is no rider {code}" for code in riders if code not in product.riders]
    return found


def _check_figures(folder: Folder, product: Product, known: KnownCase, path: Path) -> None:
    case = known.case
    for place, one in enumerate(known.expected):
        if one.plan is None or one.set is None:
            found = replay(product, case).results[0]
        else:
            limits, riders = cover_of(product, one.set, one.limits, one.riders)
            found = result_of(product, case, one.plan, one.set, limits, riders)
        parts = {
            name: sum(head.paid for head in found.heads if product.heads[head.head].coverage == name)
            for name in one.by_coverage
        }
        if found.paid != one.paid or parts != one.by_coverage:
            folder.fault(FILE, (*path, "expected", place), f"{one.paid} is expected, {found.paid} would be paid")
    for place, price in enumerate(known.prices):
        limits, riders = cover_of(product, price.set, price.limits, price.riders)
        closes = result_of(product, case, price.plan, price.set, limits, riders).short == 0
        if closes != price.closes_the_gap:
            folder.fault(FILE, (*path, "prices", place), "whether it closes the gap is not as expected")
    if known.warning is not None and known.warning.per_victim * sum(case.victims.values()) != known.warning.amount:
        folder.fault(FILE, (*path, "condolence_warning"), "the sum is not the victims times the amount each")


def cover_of(product: Product, number: int, limits: Limit, riders: tuple[str, ...]) -> tuple[Limit, tuple[str, ...]]:
    """The limits of the set, or those named with a free one, and the attached riders."""
    own = limits if product.sets[number].free else product.sets[number].limits
    rider = product.rider_rating("business_income")
    chosen = (*riders, *([rider.code] if rider is not None and "business_income" in own else []))
    return own, product.attached_riders(number, chosen)
