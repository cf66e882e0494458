"""Which term (保険期間) pays: by discovery, by the first or deemed demand, by stoppage; and what was known before it.

A coverage finds its term by the moment that the product names for it, so one incident may fall into three. What the
member knew before a layer of the limit, a plan or a rider was taken is not covered by it, but may be below it.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sonae.conditions import COVERAGES
from sonae.cover import CHANGES, Cover, Layer, Reason, Transaction, first_inceptions, segments, terms_at
from sonae.coverage import Cell, matrix
from sonae.facts import Demand, Facts, Held
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.settlement_rules import Moment


@dataclass(frozen=True, slots=True)
class Unit:
    """What is paid together under one limit: the demands of a series, the incident's expense, or a stoppage.

    `moment` decides the term. None: nothing of the kind has happened yet.
    """

    code: str
    coverage: str
    moment: datetime | None
    deemed_by: str
    demands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """The term that a unit found: its place among the member's covers, and the terms in force at the moment."""

    position: int
    request: QuotationRequest


def as_settled(held: Held, facts: Facts) -> Cover:
    """The cover as it counts for this incident: endorsements recorded after the notification are left out."""
    rules = held.product.settlement
    notified = facts.received_at or facts.notified_at
    if rules is None or notified is None or not rules.switches["later_changes_do_not_count"].on:
        return held.cover
    kept = [t for t in held.cover.transactions if t.reason is not Reason.endorsement or t.recorded <= notified]
    if len(kept) == len(held.cover.transactions):
        return held.cover
    numbers = {t.number for t in kept}
    kept = [t for t in kept if t.undoes is None or t.undoes in numbers]
    return dataclasses.replace(held.cover, transactions=tuple(kept))


def as_agreed(cover: Cover, known: datetime) -> tuple[Cover, datetime | None]:
    """The cover without what was agreed only after `known` but reaches back to it, and when that was agreed.

    Whoever knows of an incident cannot take cover for it, however far back the change is dated (保険法5条). What
    lowers or ends the cover stands: it takes away.
    """
    late = [
        t
        for t in cover.transactions
        if t.recorded > known and (t.reason in CHANGES or t.reason is Reason.undo) and _reaches_back(cover, t, known)
    ]
    if not late:
        return cover, None
    kept = tuple(t for t in cover.transactions if t not in late)
    return dataclasses.replace(cover, transactions=kept), max(t.recorded for t in late)


def _reaches_back(cover: Cover, transaction: Transaction, known: datetime) -> bool:
    if transaction.reason is Reason.undo:
        return any(t.number == transaction.undoes and t.effective <= known for t in cover.transactions)
    return (cover.inception if transaction.reason is Reason.correction else transaction.effective) <= known


def units(facts: Facts, product: Product) -> tuple[Unit, ...]:
    """The units of a claim file: liability by series in the order they were made, then expense, then income.

    The moment that decides each unit's term is the product's (`moments` of its settlement rules).
    """
    rules = product.settlement
    assert rules is not None, "a product without settlement rules settles no claims"
    made = _series(facts, product)
    demanded = (made[0].moment, made[0].deemed_by) if made else (None, str(Moment.demand))

    def decided_by(coverage: str, at_demand: tuple[datetime | None, str]) -> tuple[datetime | None, str]:
        moment = rules.moments[coverage].moment
        if moment is Moment.demand:
            return at_demand
        return (_discovered(facts, product) if moment is Moment.discovery else _stopped(facts)), str(moment)

    found = [
        Unit(unit.code, unit.coverage, *decided_by("liability", (unit.moment, unit.deemed_by)), unit.demands)
        for unit in made or (Unit("liability", "liability", *demanded),)
    ]
    others = (coverage for coverage in COVERAGES if coverage != "liability")
    return (*found, *(Unit(coverage, coverage, *decided_by(coverage, demanded)) for coverage in others))


def awaits_a_demand(unit: Unit, product: Product) -> bool:
    """Whether nothing can be owed on a unit before somebody makes a demand: liability, or what a demand dates."""
    rules = product.settlement
    assert rules is not None
    by_demand = rules.moments[unit.coverage].moment is Moment.demand
    return not unit.demands if unit.coverage == "liability" else by_demand and unit.moment is None


def _discovered(facts: Facts, product: Product) -> datetime:
    rules = product.settlement
    assert rules is not None
    if facts.series_known_at is not None and rules.switches["series_counts_as_one"].on:
        return min(facts.known_at, facts.series_known_at)
    return facts.known_at


def _stopped(facts: Facts) -> datetime | None:
    return None if facts.stoppage is None else facts.stoppage.started_at


def _series(facts: Facts, product: Product) -> tuple[Unit, ...]:
    """The demands by series, the first made first, each with its first or deemed demand as its moment."""
    rules = product.settlement
    assert rules is not None
    as_one = rules.switches["series_counts_as_one"].on
    fixed = rules.switches["circumstances_fix_the_term"].on
    notices = {notice.id: notice.given_at for notice in facts.circumstance_notices}
    groups: dict[str, list[Demand]] = {}
    for demand in facts.demands:
        groups.setdefault(demand.series if as_one and demand.series is not None else demand.id, []).append(demand)
    made: list[tuple[datetime, str, Unit]] = []
    for code, group in groups.items():
        moment, by = min(demand.made_at for demand in group), str(Moment.demand)
        foretold = [notices[demand.circumstance] for demand in group if demand.circumstance in notices]
        if fixed and foretold and min(foretold) < moment:
            moment, by = min(foretold), "circumstances"
        ids = tuple(sorted(demand.id for demand in group))
        made.append((moment, code, Unit(f"liability:{code}", "liability", moment, by, ids)))
    return tuple(unit for _, _, unit in sorted(made, key=lambda one: one[:2]))


def attach(moment: datetime, covers: Sequence[Cover]) -> Attached | None:
    """The term in force at a moment, or None: the start is in the period, the end is not."""
    for position, cover in enumerate(covers):
        request = terms_at(cover, moment)
        if request is not None:
            return Attached(position, request)
    return None


def knowledge(facts: Facts) -> datetime:
    """When the member first knew of the incident or of circumstances that led to it."""
    said = (facts.known_at, facts.circumstances_known_at, facts.series_known_at)
    return min(moment for moment in said if moment is not None)


def counted_limit(
    helds: Sequence[Held], covers: Sequence[Cover], attached: Attached, unit: Unit, known: datetime
) -> tuple[int, datetime | None]:
    """The limit that counts for what was known at `known`, in yen, and since when the first layer has been held.

    Layers taken after the knowledge fall away, and those dated back over it; 0 when none is left.
    """
    product = helds[attached.position].product
    assert product.settlement is not None
    assert unit.moment is not None
    moment = unit.moment
    products = {held.product.id: held.product for held in helds}

    def limits_of(request: QuotationRequest) -> Mapping[str, int]:
        return select(products.get(request.product or "", product), request).limits_held()

    def layers(last: Cover) -> list[Layer]:
        # What came after the moment is cut off, so that the layers are those of the terms in force then.
        cut = dataclasses.replace(last, expiry=moment + timedelta(microseconds=1))
        found = first_inceptions([*covers[: attached.position], cut], limits_of)
        return [layer for layer in found if layer.coverage == unit.coverage]

    def known_in(held: list[Layer]) -> int:
        return max((layer.up_to for layer in held if layer.since <= known), default=0)

    held = layers(covers[attached.position])
    if not held:
        return 0, None
    since = held[0].since
    if not product.settlement.switches["increase_covers_only_what_was_unknown"].on:
        return (held[-1].up_to if since <= known else 0), since
    cover, agreed_at = as_agreed(covers[attached.position], known)
    if agreed_at is None:
        return known_in(held), since
    agreed = known_in(layers(cover))
    return min(known_in(held), agreed), since if agreed else agreed_at


def cells_at(product: Product, request: QuotationRequest) -> dict[tuple[str, str], Cell]:
    """The matrix of these terms."""
    riders = product.attached_riders(request.set, request.riders)
    return matrix(product, request.plan, request.set, riders)


def granted_since(
    helds: Sequence[Held], covers: Sequence[Cover], attached: Attached, moment: datetime, known: datetime
) -> dict[tuple[str, str], datetime]:
    """For each cell granted at the moment, since when it has been granted without a break.

    A cell that was only dated back over what was `known` counts from when that was agreed.
    """
    products = [held.product for held in helds[: attached.position + 1]]
    since = _granted_since(products, covers, moment)
    cover, agreed_at = as_agreed(covers[attached.position], known)
    if agreed_at is None:
        return since
    agreed = _granted_since(products, [*covers[: attached.position], cover], moment)
    return {cell: max(start, agreed.get(cell, agreed_at)) for cell, start in since.items()}


def _granted_since(
    products: Sequence[Product], covers: Sequence[Cover], moment: datetime
) -> dict[tuple[str, str], datetime]:
    since: dict[tuple[str, str], datetime] = {}
    ended: datetime | None = None
    for product, cover in zip(products, covers, strict=False):
        for segment in segments(cover):
            if segment.start > moment:
                break
            if segment.request is None:
                since, ended = {}, None
                continue
            cells = cells_at(product, segment.request)
            before = since if ended == segment.start else {}
            since = {cell: before.get(cell, segment.start) for cell, one in cells.items() if one.granted}
            ended = segment.end
    return since
