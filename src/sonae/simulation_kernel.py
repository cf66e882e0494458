"""The years of a simulation, one after the other, in plain numbers.

The functions run interpreted as they stand; `simulation` compiles the same source. Every loss is paid through
`limits.pay` with the member's own terms and what is left of its aggregates in that year. Random numbers come from the
generator that is passed in, and from nowhere else.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from sonae.limits import PayTerms, pay
from sonae.money import half_up
from sonae.simulation_tables import (
    CLOUD,
    DAYS_LONGER,
    DAYS_UNIFORM,
    DEPENDENCY,
    FORENSICS,
    LOGNORMAL,
    OF_ITS_OWN,
    SHARE,
    SHOP,
    VENDOR,
    Constants,
    Floats,
    Frequencies,
    Members,
    PaymentTables,
    Scenarios,
    Severity,
    Wholes,
)

UNCAPPED = 10**15

# The one payment path as it stands, known to the compiler.
register_jitable(half_up)
register_jitable(pay)


AMOUNTS, CAPS, SECTIONS, RATIOS, SUBLIMITS, PLACES = range(6)
"""The rows of `Work.paying`."""

FILLED, PAID, LEFT = range(3)
"""The columns of `Work.left`; the third is the first of those with yen."""

ALL_PAID, SYSTEMIC, LARGEST, CLAIMANTS = range(4)
"""The rows of `Sums.years`: yen paid, of it systemic, of the largest event; members with a payment of their own."""

YEAR, CAUSE, HIT, GROSS, BY_SECTION = range(5)
"""The columns of `Events.rows`; the fifth is the first of the sections' payments."""


class Work(NamedTuple):
    """Room that is used again for every event: the loss per head, a payment, what is left of aggregates.

    `paying` has the heads that are being paid, a column each, in its first columns; PLACES says which head it is.
    A row of `left` is one member's: the year in which it was last filled, the year in which it was last paid, then what
    is left of each section, then of each head whose sublimit holds for the whole period. All that one event needs of a
    member lies together, for members are met at random and memory is slower than arithmetic. `event` is the
    row of `Events` that is being added up.
    """

    loss: Floats
    paying: Wholes
    rows: Wholes
    left: Wholes
    factor: Floats
    event: Wholes


class Sums(NamedTuple):
    """What a chunk of years adds up to, in yen. Causes are the perils, then the scenarios.

    `years` is [row, year], `year_cause` [year, cause], `claimed` and `paid` [cause, head], `segment` [segment,
    section].
    """

    years: Wholes
    year_cause: Wholes
    claimed: Wholes
    paid: Wholes
    events: Wholes
    segment: Wholes


class Log(NamedTuple):
    """Single payments as long as there is room. `what` is year, cause, member, covered event, persons."""

    taken: Wholes
    what: Wholes
    amount: Wholes
    paid: Wholes


class Events(NamedTuple):
    """Every event, a row each: year, cause, members hit, their loss before any terms, and yen paid by section.

    `taken` counts them all; those beyond the room are not kept, and whoever asked makes more room.
    """

    taken: Wholes
    rows: Wholes


@register_jitable
def lognormal(rng: np.random.Generator, log_median: float, sigma: float) -> float:
    """A lognormal with this median (given as its logarithm)."""
    return math.exp(log_median + sigma * rng.standard_normal())


@register_jitable
def persons_concerned(rng: np.random.Generator, peril: Any, records: float, all_records: bool) -> float:
    """How many persons' data an event of this peril concerns."""
    if all_records:
        return records
    a, b = peril.persons_a, peril.persons_b
    if peril.persons == SHARE:
        return float(records * rng.beta(a, b))
    if peril.persons == OF_ITS_OWN:
        return min(records, lognormal(rng, math.log(a), b))
    return float(records * (a + (b - a) * rng.random()))


@register_jitable
def draw_loss(
    rng: np.random.Generator,
    severity: Severity,
    constants: Constants,
    members: Members,
    member: int,
    peril: int,
    longer_days: float,
    longer_sigma: float,
    longer_most: float,
    all_records: bool,
    loss: Floats,
) -> tuple[int, float]:
    """Draw one event of this peril at this member: `loss` gets the yen of each head, the covered event comes back.

    With `longer_days` (a median above 0) a stoppage lasts as a scenario says instead. The second value is the number of
    persons to whom condolence money goes, for its cap.
    """
    for head in range(len(loss)):
        loss[head] = 0.0
    what = severity.perils[peril]
    who = members.rows[member]
    quality = who.quality - 0.5
    size = who.sizes[0]
    has_notice = what.notice > 0 and rng.random() < what.notice
    persons = 0.0
    if has_notice or what.cards == 1:
        persons = persons_concerned(rng, what, who.records, all_records)
    has_cards = False
    if what.cards == 1:
        cards = persons * who.card_share
        if rng.random() < constants.card_events and cards > constants.cards_above:
            has_cards = True
            loss[constants.head_damages] += constants.re_issue * cards * lognormal(rng, 0.0, constants.re_issue_sigma)
    for row in range(what.first, what.last):
        line = severity.amounts[row]
        if line.needs_cards == 1 and not has_cards:
            continue
        if line.probability < 1 and rng.random() >= line.probability:
            continue
        log_amount = line.log_median - line.slope * quality
        if line.kind == LOGNORMAL:
            amount = lognormal(rng, log_amount, line.sigma)
        elif line.kind == FORENSICS:
            computers = min(constants.computers_investigated * who.computers, constants.most_computers)
            servers = min(constants.servers_investigated * who.servers, constants.most_servers)
            base = constants.first_computer * (1 + computers) + constants.server * servers
            amount = base * lognormal(rng, log_amount, line.sigma)
        else:
            amount = math.exp(log_amount)
        way = line.growth
        if way >= 0:
            amount *= who.sizes[way]
        loss[line.head] += amount
    consoled = 0.0
    if has_notice:
        if rng.random() < what.letters:
            loss[constants.head_notice] += constants.letter * persons
        if rng.random() < what.call_centre and persons > constants.call_above:
            calls = constants.call_cost * (persons / constants.call_persons) ** constants.call_power
            loss[constants.head_notice] += min(constants.call_most, calls)
        if rng.random() < what.condolence:
            consoled = persons
            loss[constants.head_condolence] += constants.condolence * persons
    if what.stop > 0 and rng.random() < what.stop:
        exposed = who.dependency
        if what.stop_exposure == SHOP:
            exposed = who.shop
        elif what.stop_exposure != DEPENDENCY:
            exposed = max(who.shop, constants.part_of_dependency * exposed)
        if longer_days > 0:
            days = min(longer_most, lognormal(rng, math.log(longer_days), longer_sigma))
        else:
            log_days = what.stop_log_days - what.stop_slope * quality
            days = min(what.stop_most, lognormal(rng, log_days, what.stop_sigma))
        days = min(constants.most_days, max(0.0, days - constants.waiting_days))
        loss[constants.head_profit] += who.profit_a_day * exposed * days * what.stop_factor
        if what.stop_log_extra > -1e300:
            extra = lognormal(rng, what.stop_log_extra, what.stop_extra_sigma)
            loss[constants.head_extra] += extra * (size if what.stop_extra_sized == 1 else 1.0)
    event = what.event
    if what.trigger < 1 and rng.random() >= what.trigger and loss[constants.head_damages] == 0:
        event = what.event_without
    factor = 1.0
    if what.common == 1:
        sigma = constants.common_sigma
        factor = lognormal(rng, -sigma * sigma / 2, sigma)
    if what.minor == 1:
        factor *= constants.minor_factor if rng.random() < constants.minor_share else constants.minor_others
    for head in range(len(loss)):
        loss[head] *= factor
    return event, consoled


@register_jitable
def draw_outage(
    rng: np.random.Generator, constants: Constants, members: Members, member: int, days: float, loss: Floats
) -> None:
    """What an outage of so many days costs this member: profit of the part that stands still, and extra expense."""
    for head in range(len(loss)):
        loss[head] = 0.0
    who = members.rows[member]
    counted = min(constants.most_days, max(0.0, days - constants.waiting_days))
    profit = who.profit_a_day * who.dependency * counted
    loss[constants.head_profit] = profit * constants.outage_factor * lognormal(rng, 0.0, constants.outage_sigma)
    if days > constants.outage_extra_after:
        extra = lognormal(rng, constants.outage_log_extra, constants.outage_extra_sigma)
        loss[constants.head_extra] = extra * who.sizes[0]


@register_jitable
def settle(
    work: Work,
    payment: PaymentTables,
    members: Members,
    constants: Constants,
    member: int,
    event: int,
    consoled: float,
    severity_factor: float,
    year: int,
    cause: int,
    sums: Sums,
) -> tuple[int, int]:
    """Pay one member's loss through `limits.pay`, and take it off what is left in this year.

    Returns the yen paid and how many heads were in the payment.

    Heads that the cover does not grant for the event are not paid; a stoppage is a network outage whatever caused it.
    """
    cover = members.rows[member].cover
    granted = members.granted[cover, event] | members.granted[cover, constants.network_outage]
    paying: Any = work.paying
    left: Any = work.left[member]
    # Only heads with a payable amount are handed on: the others pay nothing and take nothing from any limit.
    count = 0
    for head in range(len(payment.heads)):
        if work.loss[head] > 0:
            yen = math.floor(work.loss[head] * severity_factor + 0.5)
            sums.claimed[cause, head] += yen
            work.event[GROSS] += yen
            if yen > 0 and granted >> head & 1 == 1:
                paying[PLACES, count] = head
                paying[AMOUNTS, count] = yen
                count += 1
    if count == 0:
        return 0, 0
    sections = members.terms.shape[1] // 2
    limit: Any = members.terms[member, :sections]
    deductible: Any = members.terms[member, sections:]
    order: Any = payment.order
    rows: Any = work.rows
    if left[FILLED] != year:
        left[FILLED] = year
        for section in range(sections):
            left[LEFT + section] = limit[section]
        for one in range(len(payment.aggregates)):
            left[LEFT + sections + one] = payment.heads[payment.aggregates[one]].sublimit
    for place in range(count):
        head = paying[PLACES, place]
        about = payment.heads[head]
        paying[SECTIONS, place] = about.section
        paying[RATIOS, place] = about.ratio
        paying[SUBLIMITS, place] = about.sublimit
        cap = UNCAPPED
        if head == constants.head_condolence and constants.condolence_cap > 0:
            cap = constants.condolence_cap * math.ceil(consoled)
        if about.aggregate >= 0:
            cap = min(cap, left[LEFT + sections + about.aggregate])
        paying[CAPS, place] = cap
    terms = PayTerms(
        paying[SECTIONS, :count],
        paying[RATIOS, :count],
        paying[SUBLIMITS, :count],
        deductible,
        limit,
        order,
    )
    paid = pay(terms, paying[AMOUNTS, :count], paying[CAPS, :count], left[LEFT : LEFT + sections], rows)
    last = len(payment.order)
    segment = members.rows[member].segment
    for place in range(count):
        yen = rows[last, place]
        if yen > 0:
            head, section = paying[PLACES, place], paying[SECTIONS, place]
            left[LEFT + section] -= yen
            if payment.heads[head].aggregate >= 0:
                left[LEFT + sections + payment.heads[head].aggregate] -= yen
            sums.paid[cause, head] += yen
            sums.segment[segment, section] += yen
            work.event[BY_SECTION + section] += yen
    return paid, count


@register_jitable
def keep_event(events: Events, work: Work, year: int, cause: int, hit: int) -> None:
    """The event that was added up gets its row while there is room; the next one begins with nothing."""
    place = events.taken[0]
    events.taken[0] = place + 1
    if place < len(events.rows):
        work.event[YEAR] = year
        work.event[CAUSE] = cause
        work.event[HIT] = hit
        for column in range(len(work.event)):
            events.rows[place, column] = work.event[column]
    for column in range(GROSS, len(work.event)):
        work.event[column] = 0


@register_jitable
def note(log: Log, work: Work, count: int, year: int, cause: int, member: int, event: int, consoled: float) -> None:
    """Keep one payment of so many heads while there is room."""
    place = log.taken[0]
    if place >= len(log.what):
        return
    log.taken[0] = place + 1
    log.what[place, 0] = year
    log.what[place, 1] = cause
    log.what[place, 2] = member
    log.what[place, 3] = event
    log.what[place, 4] = math.ceil(consoled)
    last = work.rows.shape[0] - 1
    for one in range(count):
        head = work.paying[PLACES, one]
        log.amount[place, head] = work.paying[AMOUNTS, one]
        log.paid[place, head] = work.rows[last, one]


def simulate_years(
    rng: np.random.Generator,
    severity: Severity,
    constants: Constants,
    members: Members,
    frequencies: Frequencies,
    scenarios: Scenarios,
    payment: PaymentTables,
    work: Work,
    sums: Sums,
    log: Log,
    events: Events,
    first_year: int,
    quiet: int,
) -> None:
    """Simulate as many years as `sums.years` has columns. `quiet` is the peril that does not count as a claim."""
    perils = len(frequencies.total)
    count = len(members.rows)
    shape = frequencies.shape
    for place in range(sums.years.shape[1]):
        year = first_year + place
        shared = rng.standard_gamma(shape) / shape
        for peril in range(perils):
            total = frequencies.total[peril]
            if total <= 0:
                continue
            if frequencies.shared[peril] == 1:
                total *= shared
            for _ in range(rng.poisson(total)):
                chosen = rng.random() * count
                member = int(chosen)
                if chosen - member >= frequencies.accept[peril, member]:
                    member = frequencies.alias[peril, member]
                event, consoled = draw_loss(
                    rng, severity, constants, members, member, peril, 0.0, 0.0, 0.0, False, work.loss
                )
                paid, heads = settle(work, payment, members, constants, member, event, consoled, 1.0, year, peril, sums)
                sums.events[peril] += 1
                if paid > 0:
                    sums.years[ALL_PAID, place] += paid
                    sums.year_cause[place, peril] += paid
                    sums.years[LARGEST, place] = max(sums.years[LARGEST, place], paid)
                    if peril != quiet and work.left[member, PAID] != year:
                        work.left[member, PAID] = year
                        sums.years[CLAIMANTS, place] += 1
                    note(log, work, heads, year, peril, member, event, consoled)
                keep_event(events, work, year, peril, 1)
        for scenario in range(len(scenarios.rate)):
            for _ in range(rng.poisson(scenarios.rate[scenario])):
                _systemic(
                    rng, severity, constants, members, scenarios, payment, work, sums, log, events, scenario, perils,
                    place, year, quiet,
                )  # fmt: skip


@register_jitable
def _systemic(
    rng: np.random.Generator,
    severity: Severity,
    constants: Constants,
    members: Members,
    scenarios: Scenarios,
    payment: PaymentTables,
    work: Work,
    sums: Sums,
    log: Log,
    events: Events,
    scenario: int,
    perils: int,
    place: int,
    year: int,
    quiet: int,
) -> None:
    """One systemic event: whom it hits, and what it costs each of them.

    Members are found by geometric steps through the list with the largest chance, each then kept with its own share of
    it, so that a small footprint costs little time.
    """
    cause = perils + scenario
    peril = scenarios.peril[scenario]
    footprint = min(
        scenarios.footprint_most[scenario],
        lognormal(rng, scenarios.log_footprint[scenario], scenarios.footprint_sigma[scenario]),
    )
    group = scenarios.lists[scenario, 0]
    if scenarios.reaches[scenario] == CLOUD:
        group += int(rng.random() * (scenarios.lists[scenario, 1] - group))
    weight = 1.0
    if scenarios.reaches[scenario] == VENDOR:
        weight = scenarios.vendor_factor
        for industry in range(scenarios.industries):
            work.factor[industry] = scenarios.vendor_others
        for _ in range(scenarios.vendor_industries):
            work.factor[int(rng.random() * scenarios.industries)] = scenarios.vendor_factor
    days = 0.0
    longer = 0.0
    if scenarios.days[scenario] == DAYS_LONGER:
        longer = scenarios.days_a[scenario]
    elif peril < 0:
        if scenarios.days[scenario] == DAYS_UNIFORM:
            days = scenarios.days_a[scenario] + rng.random() * (scenarios.days_b[scenario] - scenarios.days_a[scenario])
        else:
            days = lognormal(rng, math.log(scenarios.days_a[scenario]), scenarios.days_b[scenario])
    most = min(1.0, footprint * scenarios.most_chance[group] * weight)
    if most <= 0:
        return
    step = math.log1p(-most) if most < 1 else 0.0
    total = 0
    hit = 0
    position = scenarios.first[group] - 1
    while True:
        position += 1 if most >= 1 else 1 + int(math.log1p(-rng.random()) / step)
        if position >= scenarios.last[group]:
            break
        member = scenarios.reach[position]
        own = footprint * scenarios.chance[position]
        if weight > 1:
            own *= work.factor[scenarios.industry[member]]
        if rng.random() * most >= own:
            continue
        consoled = 0.0
        event = constants.network_outage
        if peril < 0:
            draw_outage(rng, constants, members, member, days, work.loss)
        else:
            event, consoled = draw_loss(
                rng, severity, constants, members, member, peril, longer, scenarios.days_b[scenario],
                scenarios.days_most[scenario], scenarios.all_records[scenario] == 1, work.loss,
            )  # fmt: skip
        paid, heads = settle(
            work, payment, members, constants, member, event, consoled, scenarios.severity[scenario], year, cause, sums
        )
        sums.events[cause] += 1
        hit += 1
        if paid > 0:
            total += paid
            note(log, work, heads, year, cause, member, event, consoled)
    if hit > 0:
        keep_event(events, work, year, cause, hit)
    sums.years[ALL_PAID, place] += total
    sums.years[SYSTEMIC, place] += total
    sums.year_cause[place, cause] += total
    sums.years[LARGEST, place] = max(sums.years[LARGEST, place], total)
