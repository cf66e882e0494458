"""A loss model, a product and a book of members, laid out as arrays for the simulation.

Everything that has a name becomes a position here, so that `simulation_kernel` walks plain numbers. Amounts are yen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sonae.coverage import matrix
from sonae.loss_model import LossModel, Peril, Scenario
from sonae.product import Product

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
Records = Any
"""A record array: rows with named fields, read the same way interpreted and compiled."""

FIXED, LOGNORMAL, FORENSICS = 0, 1, 2
SHARE, OF_ITS_OWN, UNIFORM = 0, 1, 2
DEPENDENCY, SHOP, SHOP_OR_PART = 0, 1, 2
NO_DAYS, DAYS_UNIFORM, DAYS_LOGNORMAL, DAYS_LONGER = 0, 1, 2, 3
ALL, CLOUD, VENDOR, VPN, EC = 0, 1, 2, 3, 4

KINDS = {"fixed": FIXED, "lognormal": LOGNORMAL, "forensics": FORENSICS}
PERSONS = {"share": SHARE, "lognormal": OF_ITS_OWN, "uniform": UNIFORM}
EXPOSURES = {"dependency": DEPENDENCY, "shop": SHOP, "shop_or_part": SHOP_OR_PART}
DAYS = {"": NO_DAYS, "uniform": DAYS_UNIFORM, "lognormal": DAYS_LOGNORMAL, "longer": DAYS_LONGER}
REACHES = {"all": ALL, "cloud": CLOUD, "vendor": VENDOR, "vpn": VPN, "ec": EC}


AMOUNT = np.dtype(
    [
        ("head", np.int64),
        ("kind", np.int64),
        ("probability", np.float64),
        ("log_median", np.float64),
        ("sigma", np.float64),
        ("growth", np.int64),
        ("slope", np.float64),
        ("needs_cards", np.int64),
    ]
)
"""One amount of a peril. `growth` is a column of `sizes` in `member_row`, −1 where the amount does not grow."""

PERIL = np.dtype(
    [
        ("first", np.int64),
        ("last", np.int64),
        ("common", np.int64),
        ("minor", np.int64),
        ("trigger", np.float64),
        ("event", np.int64),
        ("event_without", np.int64),
        ("cards", np.int64),
        ("notice", np.float64),
        ("persons", np.int64),
        ("persons_a", np.float64),
        ("persons_b", np.float64),
        ("letters", np.float64),
        ("call_centre", np.float64),
        ("condolence", np.float64),
        ("stop", np.float64),
        ("stop_exposure", np.int64),
        ("stop_factor", np.float64),
        ("stop_log_days", np.float64),
        ("stop_sigma", np.float64),
        ("stop_most", np.float64),
        ("stop_slope", np.float64),
        ("stop_log_extra", np.float64),
        ("stop_extra_sigma", np.float64),
        ("stop_extra_sized", np.int64),
    ]
)
"""One peril: its amounts are rows `first` up to `last`, then what its notices and its stoppage are drawn from."""


def member_row(ways: int) -> np.dtype[np.void]:
    """What one member has, and a size for each way of growing. In rows, for an event reads all of one member."""
    return np.dtype(
        [
            ("quality", np.float64),
            ("computers", np.float64),
            ("servers", np.float64),
            ("records", np.float64),
            ("profit_a_day", np.float64),
            ("dependency", np.float64),
            ("shop", np.float64),
            ("card_share", np.float64),
            ("cover", np.int64),
            ("segment", np.int64),
            ("sizes", np.float64, (ways,)),
        ]
    )


HEAD = np.dtype([("section", np.int64), ("ratio", np.int64), ("sublimit", np.int64), ("aggregate", np.int64)])
"""What all members' terms of payment say about a head. `aggregate` numbers those whose sublimit is a period's."""


class Severity(NamedTuple):
    """What each peril brings: rows of `PERIL`, whose amounts are rows of `AMOUNT`."""

    perils: Records
    amounts: Records


class Constants(NamedTuple):
    """The model's constants, the heads that its formulas feed, and the product's two limits of a stoppage."""

    common_sigma: float
    minor_share: float
    minor_factor: float
    minor_others: float
    first_computer: float
    computers_investigated: float
    most_computers: float
    server: float
    servers_investigated: float
    most_servers: float
    letter: float
    call_above: float
    call_cost: float
    call_persons: float
    call_power: float
    call_most: float
    condolence: float
    re_issue: float
    re_issue_sigma: float
    card_events: float
    cards_above: float
    outage_factor: float
    outage_sigma: float
    outage_extra_after: float
    outage_log_extra: float
    outage_extra_sigma: float
    part_of_dependency: float
    head_notice: int
    head_condolence: int
    head_damages: int
    head_profit: int
    head_extra: int
    network_outage: int
    condolence_cap: int
    waiting_days: float
    most_days: float


class Members(NamedTuple):
    """The book's members: a `member_row` each, and the terms of their cover.

    `granted[cover, event]` has the bit of each head that a cover pays for the event. A row of `terms` has the limits of
    the sections, then their deductibles.
    """

    rows: Records
    granted: Wholes
    terms: Wholes


class Frequencies(NamedTuple):
    """How often: per peril the book's expected number a year, and an alias table that draws the member.

    Row `peril` of `accept` and `alias` is Walker's table over all members. `shape` is the gamma's of the shared year.
    """

    total: Floats
    shared: Wholes
    accept: Floats
    alias: NDArray[np.int32]
    shape: float


class Scenarios(NamedTuple):
    """The systemic events. Members that scenario s can reach are `reach[first[s]:last[s]]`, for clouds one list each.

    `chance` is each one's relative chance (controls); `most_chance` the largest in its list.
    """

    rate: Floats
    reaches: Wholes
    log_footprint: Floats
    footprint_sigma: Floats
    footprint_most: Floats
    severity: Floats
    peril: Wholes
    days: Wholes
    days_a: Floats
    days_b: Floats
    days_most: Floats
    all_records: Wholes
    first: Wholes
    last: Wholes
    lists: Wholes
    reach: Wholes
    chance: Floats
    most_chance: Floats
    industry: Wholes
    industries: int
    vendor_industries: int
    vendor_factor: float
    vendor_others: float


class PaymentTables(NamedTuple):
    """What `limits.pay` needs that all members share: a row of `HEAD` per head, and the order of the steps.

    `aggregates` are the heads whose sublimit holds for the whole period.
    """

    heads: Records
    aggregates: Wholes
    order: Wholes


@dataclass(frozen=True)
class Exposed:
    """A book as the simulation reads it: one entry a member, in the book's order.

    `industry` are codes; `quality` is between 0 and 1; the cloud is a number of a provider or −1; `cover` is the row of
    `covers` (plan, set, attached riders). Amounts are yen, [member, section].
    """

    industry: Sequence[str]
    annual_sales: Wholes
    quality: Floats
    cover: Wholes
    covers: Sequence[tuple[str, int, tuple[str, ...]]]
    limit: Wholes
    deductible: Wholes
    premium: Wholes
    cloud: Wholes
    vpn: NDArray[np.bool_]
    shop: NDArray[np.bool_]


@dataclass(frozen=True)
class Laid:
    """All tables of one run, and the names behind the positions."""

    severity: Severity
    constants: Constants
    members: Members
    frequencies: Frequencies
    scenarios: Scenarios
    payment: PaymentTables
    perils: tuple[str, ...]
    causes: tuple[str, ...]
    heads: tuple[str, ...]
    segments: tuple[str, ...]


def granted_bits(product: Product, plan: str, number: int, riders: tuple[str, ...]) -> list[int]:
    """For each covered event the bit of every head that such a cover pays for it, by the product's order of heads."""
    cells = matrix(product, plan, number, riders)
    return [
        sum(1 << place for place, head in enumerate(product.heads) if cells[event, head].granted)
        for event in product.events
    ]


def members_of(product: Product, model: LossModel, book: Exposed) -> Members:
    """What each member has, from its industry's profile and its sales. Raises KeyError for an industry unknown here."""
    profiles = [model.industries[code] for code in book.industry]

    def column(name: str) -> Floats:
        return np.array([getattr(profile, name) for profile in profiles], dtype=np.float64)

    sales = book.annual_sales.astype(np.float64)
    staff = sales / column("sales_a_head")
    records = np.maximum(model.exposure.least_records, sales / 1e8 * column("records"))
    codes = sorted(model.industries)
    place = {code: number for number, code in enumerate(codes)}
    ways = growths(model)
    rows = np.zeros(len(sales), dtype=member_row(len(ways)))
    rows["quality"] = book.quality
    rows["computers"] = staff * column("computers_a_head")
    rows["servers"] = 1 + staff / model.exposure.staff_a_server
    rows["records"] = records
    rows["profit_a_day"] = sales * column("gross_margin") / 365
    rows["dependency"] = column("dependency")
    rows["shop"] = column("shop_share")
    rows["card_share"] = column("card_share")
    rows["cover"] = book.cover
    rows["segment"] = [place[code] for code in book.industry]
    rows["sizes"] = np.column_stack([(sales / unit) ** power for unit, power in ways])
    return Members(
        rows=rows.view(np.recarray),
        granted=np.array([granted_bits(product, *cover) for cover in book.covers], dtype=np.int64),
        terms=np.ascontiguousarray(np.hstack([book.limit, book.deductible])),
    )


def growths(model: LossModel) -> list[tuple[float, float]]:
    """The ways in which amounts grow with sales: the model's own first, then those of single amounts."""
    found = [(model.size.sales, model.size.power)]
    for amount in model.amounts:
        if amount.size_sales is not None and amount.size_power is not None:
            own = (amount.size_sales, amount.size_power)
            if own not in found:
                found.append(own)
    return found


def frequency(peril: Peril, sales: Any, quality: Any) -> Any:
    """A peril's expected number a year before the industry's relativity: a number for one company, an array for many.

    `sales` in units of the model's size, control quality from 0 to 1.
    """
    return peril.frequency * sales**peril.size_power * np.exp(-peril.control_slope * (quality - 0.5))


def expected(product: Product, model: LossModel, book: Exposed, members: Members) -> Floats:
    """Each peril's expected number a year for each member, [peril, member]; the shared year at its mean."""
    events = list(product.events)
    sales = book.annual_sales / model.size.sales
    rates = []
    for peril in model.perils.values():
        rate = frequency(peril, sales, book.quality)
        if peril.relativity != "none":
            rate = rate * np.array([getattr(model.industries[code], peril.relativity) for code in book.industry])
        if peril.needs:
            has = members.granted[book.cover, events.index(peril.needs)] != 0
            rate = np.where(has, rate, 0.0)
        rates.append(rate)
    return np.array(rates)


def severity_of(product: Product, model: LossModel) -> Severity:
    """The model's rows as arrays. Raises ValueError for a head or event that the product does not have."""
    perils, heads, events = list(model.perils), list(product.heads), list(product.events)
    amounts = sorted(model.amounts, key=lambda row: perils.index(row.peril))
    ways = growths(model)
    last = 0
    rows = np.zeros(len(perils), dtype=PERIL)
    for number, (code, peril) in enumerate(model.perils.items()):
        row = rows[number]
        own = [amount for amount in amounts if amount.peril == code]
        row["first"], row["last"] = last, last + len(own)
        last += len(own)
        row["common"], row["minor"], row["trigger"] = peril.common_factor, peril.minor, peril.trigger
        row["event"], row["event_without"] = events.index(peril.event), events.index(peril.event_without_trigger)
        row["cards"] = any(amount.needs == "cards" for amount in own)
        notice, stop = model.notice_rows.get(code), model.stoppages.get(code)
        if notice is not None:
            row["notice"], row["persons"] = notice.probability, PERSONS[notice.persons]
            row["persons_a"], row["persons_b"] = notice.a, notice.b
            row["letters"], row["call_centre"] = notice.letters, notice.call_centre
            row["condolence"] = notice.condolence
        if stop is not None:
            row["stop"], row["stop_exposure"] = stop.probability, EXPOSURES[stop.exposure]
            row["stop_factor"], row["stop_log_days"] = stop.factor, _log(stop.days_median)
            row["stop_sigma"], row["stop_most"] = stop.days_sigma, stop.days_most
            row["stop_slope"], row["stop_log_extra"] = stop.control_slope, _log(stop.extra_median)
            row["stop_extra_sigma"], row["stop_extra_sized"] = stop.extra_sigma, stop.extra_sized
    lines = np.zeros(len(amounts), dtype=AMOUNT)
    for number, amount in enumerate(amounts):
        line = lines[number]
        line["head"], line["kind"] = heads.index(amount.head), KINDS[amount.kind]
        line["probability"], line["log_median"] = amount.probability, _log(amount.median)
        line["sigma"], line["slope"] = amount.sigma, amount.control_slope
        line["needs_cards"] = amount.needs == "cards"
        if amount.size_sales is not None and amount.size_power is not None:
            line["growth"] = ways.index((amount.size_sales, amount.size_power))
        else:
            line["growth"] = 0 if amount.sized else -1
    return Severity(rows.view(np.recarray), lines.view(np.recarray))


def _log(median: float) -> float:
    """The logarithm of a median; of none minus infinity, whose exponential is nothing."""
    return math.log(median) if median > 0 else -math.inf


def constants_of(product: Product, model: LossModel, waiting_days: float, most_days: float) -> Constants:
    """The constants, with the heads and events that the model's formulas lead to found in the product.

    Raises ValueError for a head or event that the product does not have.
    """
    heads, events, feeds = list(product.heads), list(product.events), model.feeds
    forensics, notices, cards, outage = model.forensics, model.notices, model.cards, model.outage
    return Constants(
        common_sigma=model.common_factor.sigma,
        minor_share=model.minor.share,
        minor_factor=model.minor.factor,
        minor_others=model.minor.others,
        first_computer=forensics.first_computer,
        computers_investigated=forensics.computers_investigated,
        most_computers=forensics.most_computers,
        server=forensics.server,
        servers_investigated=forensics.servers_investigated,
        most_servers=forensics.most_servers,
        letter=notices.letter,
        call_above=notices.call_centre_above,
        call_cost=notices.call_centre,
        call_persons=notices.call_centre_persons,
        call_power=notices.call_centre_power,
        call_most=notices.call_centre_most,
        condolence=notices.condolence,
        re_issue=cards.re_issue,
        re_issue_sigma=cards.sigma,
        card_events=cards.share_of_events,
        cards_above=cards.counted_above,
        outage_factor=outage.factor,
        outage_sigma=outage.sigma,
        outage_extra_after=outage.extra_after_days,
        outage_log_extra=float(np.log(outage.extra)),
        outage_extra_sigma=outage.extra_sigma,
        part_of_dependency=model.exposure.part_of_dependency,
        head_notice=heads.index(feeds.notices),
        head_condolence=heads.index(feeds.condolence),
        head_damages=heads.index(feeds.damages),
        head_profit=heads.index(feeds.loss_of_profit),
        head_extra=heads.index(feeds.extra_expense),
        network_outage=events.index(feeds.outage),
        condolence_cap=product.heads[feeds.condolence].per_victim.get("individual", 0),
        waiting_days=waiting_days,
        most_days=most_days,
    )


def scenarios_of(model: LossModel, book: Exposed, members: Members, network_outage: int) -> Scenarios:
    """Whom each scenario can reach, and each one's relative chance. Whose cover pays no outage is in no such list."""
    perils = list(model.perils)
    has_outage = members.granted[book.cover, network_outage] != 0
    clouds = len(model.reach.cloud_shares)
    lists: list[tuple[int, int]] = []
    reach: list[Wholes] = []
    chance: list[Floats] = []
    most: list[float] = []
    for scenario in model.scenarios.values():
        can = np.ones(len(book.cover), dtype=np.bool_) if scenario.peril else has_outage
        groups = _groups(scenario, book, can, clouds)
        lists.append((len(most), len(most) + len(groups)))
        for group in groups:
            relative = np.exp(-scenario.control_slope * (members.rows["quality"][group] - 0.5))
            reach.append(group)
            chance.append(relative)
            most.append(float(relative.max()) if len(group) else 0.0)
    ends = np.cumsum([len(group) for group in reach])
    rows = list(model.scenarios.values())
    return Scenarios(
        rate=np.array([row.frequency for row in rows]),
        reaches=np.array([REACHES[row.reaches] for row in rows], dtype=np.int64),
        log_footprint=np.log(np.array([row.footprint_median for row in rows])),
        footprint_sigma=np.array([row.footprint_sigma for row in rows]),
        footprint_most=np.array([row.footprint_most for row in rows]),
        severity=np.array([row.severity for row in rows]),
        peril=np.array([perils.index(row.peril) if row.peril else -1 for row in rows], dtype=np.int64),
        days=np.array([DAYS[row.days] for row in rows], dtype=np.int64),
        days_a=np.array([row.days_a or 0.0 for row in rows]),
        days_b=np.array([row.days_b or 0.0 for row in rows]),
        days_most=np.array([row.days_most or np.inf for row in rows]),
        all_records=np.array([row.all_records for row in rows], dtype=np.int64),
        first=np.array([0, *ends[:-1]], dtype=np.int64),
        last=np.array(ends, dtype=np.int64),
        lists=np.array(lists, dtype=np.int64),
        reach=np.concatenate(reach).astype(np.int64),
        chance=np.concatenate(chance),
        most_chance=np.array(most),
        industry=np.ascontiguousarray(members.rows["segment"]),
        industries=len(model.industries),
        vendor_industries=model.reach.vendor_industries,
        vendor_factor=model.reach.vendor_factor,
        vendor_others=model.reach.vendor_others,
    )


def _groups(scenario: Scenario, book: Exposed, can: NDArray[np.bool_], clouds: int) -> list[Wholes]:
    """The lists of members that one event of this scenario chooses from: one, or one for each cloud."""
    match scenario.reaches:
        case "cloud":
            return [np.flatnonzero(can & (book.cloud == number)) for number in range(clouds)]
        case "vpn":
            return [np.flatnonzero(can & book.vpn)]
        case "ec":
            return [np.flatnonzero(can & book.shop)]
        case _:
            return [np.flatnonzero(can)]
