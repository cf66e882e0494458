"""The simulation beside a straightforward numpy version of the same attritional perils, and beside GEMAct.

    .venv/bin/python -m bench.simulation [years]        (10,000 members; the aim is 100,000 years in 90 s)

numpy gets what it is good at: whole columns of events, a chunk of years at a time, the aggregates by sorting.
GEMAct works out a compound distribution by Fourier transform: one peril with a limit per incident, no years drawn.
"""

import dataclasses
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from sonae.office import catalogue, compiled_code, simulated, synthetic_books
from sonae.simulation import CHUNK, MODEL_TERMS, lay, run
from sonae.simulation_exposure import exposed
from sonae.simulation_kernel import ALL_PAID
from sonae.simulation_results import results
from sonae.simulation_tables import DEPENDENCY, FORENSICS, OF_ITS_OWN, SHARE, SHOP, Laid

MEMBERS = 10_000


def laid_book() -> tuple[Laid, int]:
    from sonae import book

    product, model = catalogue.default(), simulated.loss_model()
    drawn = synthetic_books.members(product, MEMBERS, 3)
    premium = book.rate(product, drawn.columns).premium
    members, _ = exposed(
        product, model, drawn.columns, premium, quality=drawn.quality, cloud=drawn.cloud, vpn=drawn.vpn, shop=drawn.shop
    )
    return lay(product, model, members, MODEL_TERMS), int(members.premium.sum())


def ours(laid: Laid, years: int, workers: int) -> tuple[float, Any]:
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        progress = list(run(laid, 1, years, keep_causes=False, each=pool.map))[-1]
    return time.perf_counter() - started, progress


# --- numpy ---------------------------------------------------------------------------------------------------------


def numpy_years(laid: Laid, years: int, seed: int = 1) -> tuple[float, np.ndarray]:
    """Yen paid in each year by the attritional perils, events as columns."""
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    total = np.zeros(years)
    for first in range(0, years, CHUNK):
        count = min(CHUNK, years - first)
        shared = rng.standard_gamma(laid.frequencies.shape, count) / laid.frequencies.shape
        parts = []
        for peril in range(len(laid.perils)):
            rate = laid.frequencies.total[peril]
            if rate <= 0:
                continue
            number = rng.poisson(rate * shared if laid.frequencies.shared[peril] else rate, count)
            year = np.repeat(np.arange(count), number)
            place = rng.random(len(year)) * MEMBERS
            member = place.astype(np.int64)
            other = laid.frequencies.alias[peril, member]
            member = np.where(place - member >= laid.frequencies.accept[peril, member], other, member)
            parts.append((year, member, *_losses(laid, peril, member, rng)))
        year, member, event, loss, persons = (np.concatenate(column) for column in zip(*parts, strict=True))
        total[first : first + count] = np.bincount(year, _paid(laid, year, member, event, loss, persons), count)
    return time.perf_counter() - started, total


def _losses(laid: Laid, peril: int, member: np.ndarray, rng: np.random.Generator) -> tuple[Any, Any, Any]:
    what, constants, who = laid.severity.perils[peril], laid.constants, laid.members.rows[member]
    events, quality = len(member), laid.members.rows["quality"][member] - 0.5
    loss = np.zeros((events, len(laid.heads)))
    noticed = rng.random(events) < what["notice"]
    records, a, b = who["records"], what["persons_a"], what["persons_b"]
    if what["notice"] == 0:
        persons = np.zeros(events)
    elif what["persons"] == SHARE:
        persons = records * rng.beta(a, b, events)
    elif what["persons"] == OF_ITS_OWN:
        persons = np.minimum(records, np.exp(np.log(a) + b * rng.standard_normal(events)))
    else:
        persons = records * (a + (b - a) * rng.random(events))
    with_cards = np.zeros(events, dtype=bool)
    if what["cards"]:
        cards = persons * who["card_share"]
        with_cards = (rng.random(events) < constants.card_events) & (cards > constants.cards_above)
        issue = constants.re_issue * cards * np.exp(constants.re_issue_sigma * rng.standard_normal(events))
        loss[:, constants.head_damages] += np.where(with_cards, issue, 0)
    for line in laid.severity.amounts[what["first"] : what["last"]]:
        amount = np.exp(line["log_median"] - line["slope"] * quality + line["sigma"] * rng.standard_normal(events))
        if line["kind"] == FORENSICS:
            computers = np.minimum(constants.computers_investigated * who["computers"], constants.most_computers)
            servers = np.minimum(constants.servers_investigated * who["servers"], constants.most_servers)
            amount = amount * (constants.first_computer * (1 + computers) + constants.server * servers)
        if line["growth"] >= 0:
            amount = amount * who["sizes"][:, line["growth"]]
        happens = rng.random(events) < line["probability"]
        loss[:, line["head"]] += np.where(happens & (with_cards | (line["needs_cards"] == 0)), amount, 0)
    letters = noticed & (rng.random(events) < what["letters"])
    calls = noticed & (rng.random(events) < what["call_centre"]) & (persons > constants.call_above)
    consoled = np.where(noticed & (rng.random(events) < what["condolence"]), persons, 0)
    call_cost = constants.call_cost * (persons / constants.call_persons) ** constants.call_power
    loss[:, constants.head_notice] += letters * constants.letter * persons
    loss[:, constants.head_notice] += calls * np.minimum(constants.call_most, call_cost)
    loss[:, constants.head_condolence] += constants.condolence * consoled
    if what["stop"] > 0:
        stops = rng.random(events) < what["stop"]
        part = {SHOP: who["shop"], DEPENDENCY: who["dependency"]}.get(
            int(what["stop_exposure"]), np.maximum(who["shop"], constants.part_of_dependency * who["dependency"])
        )
        days = np.exp(
            what["stop_log_days"] - what["stop_slope"] * quality + what["stop_sigma"] * rng.standard_normal(events)
        )
        days = np.minimum(what["stop_most"], days)
        loss[:, constants.head_profit] += stops * who["profit_a_day"] * part * days * what["stop_factor"]
        extra = np.exp(what["stop_log_extra"] + what["stop_extra_sigma"] * rng.standard_normal(events))
        size = who["sizes"][:, 0] if what["stop_extra_sized"] else 1.0
        loss[:, constants.head_extra] += stops * extra * size
    met = (rng.random(events) < what["trigger"]) | (loss[:, constants.head_damages] > 0)
    event = np.where(met, what["event"], what["event_without"])
    if what["common"]:
        sigma = constants.common_sigma
        loss *= np.exp(sigma * rng.standard_normal(events) - sigma * sigma / 2)[:, None]
    if what["minor"]:
        light = rng.random(events) < constants.minor_share
        loss *= np.where(light, constants.minor_factor, constants.minor_others)[:, None]
    return event, loss, consoled


def _paid(laid: Laid, year: Any, member: Any, event: Any, loss: Any, persons: Any) -> np.ndarray:
    """Per-incident limits by head, then the aggregates of each member's year by sorting the events."""
    members, constants = laid.members, laid.constants
    cover = members.rows["cover"][member]
    granted = members.granted[cover, event] | members.granted[cover, constants.network_outage]
    bits = granted[:, None] >> np.arange(loss.shape[1]) & 1
    amount = np.floor(loss + 0.5) * bits
    amount = np.minimum(amount, laid.payment.heads["sublimit"])
    consoled = np.ceil(persons) * constants.condolence_cap
    amount[:, constants.head_condolence] = np.minimum(amount[:, constants.head_condolence], consoled)
    section = laid.payment.heads["section"]
    order = np.lexsort((member, year))
    key = (year * MEMBERS + member)[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    paid = np.zeros(len(year))
    for number in range(members.terms.shape[1] // 2):
        limit = members.terms[member, number]
        one = np.minimum(amount[:, section == number].sum(axis=1), limit)[order]
        running = np.cumsum(one)
        before = np.repeat(running[starts] - one[starts], np.diff(np.r_[starts, len(key)]))
        so_far = np.minimum(running - before, limit[order])
        earlier = np.minimum(running - before - one, limit[order])
        paid[order] += so_far - earlier
    return paid


# --- GEMAct --------------------------------------------------------------------------------------------------------


def against_gemact(laid: Laid, years: int) -> None:
    """One peril (IT errors' damages, lognormal) with a limit of 30 million an incident, 20 incidents a year."""
    try:
        from gemact.lossmodel import Frequency, Layer, LossModel, PolicyStructure, Severity
    except ImportError:
        print("GEMAct is not installed: dev/bootstrap.sh bench")
        return
    median, sigma, limit, rate = 3_500_000.0, 1.4, 30_000_000, 20.0
    started = time.perf_counter()
    theirs = LossModel(
        severity=Severity(dist="lognormal", par={"scale": median, "shape": sigma}),
        frequency=Frequency(dist="poisson", par={"mu": rate}),
        policystructure=PolicyStructure(layers=Layer(cover=limit, deductible=0)),
        aggr_loss_dist_method="fft",
        n_aggr_dist_nodes=2**16,
        sev_discr_method="localmoments",
        n_sev_discr_nodes=3_000,
    )
    mean, tail = float(theirs.mean()), float(np.ravel(theirs.ppf(0.995))[0])
    took = time.perf_counter() - started
    single, only = _one_peril(laid, median, sigma, limit, rate), time.perf_counter()
    last = list(run(single, 7, years))[-1]
    paid = np.concatenate([chunk.sums.years[ALL_PAID] for chunk in last.chunks])
    error = 1.96 * paid.std() / np.sqrt(years)
    print(f"GEMAct (fft)   mean {mean:13,.0f}                  1-in-200 {tail:13,.0f}   {took:5.2f} s")
    print(
        f"ours           mean {paid.mean():13,.0f} ± {error:9,.0f}      1-in-200 {np.quantile(paid, 0.995):13,.0f}   "
        f"{time.perf_counter() - only:5.2f} s for {years:,} years"
    )


def _one_peril(laid: Laid, median: float, sigma: float, limit: int, rate: float) -> Laid:
    """The tables with IT errors' damages alone, no growth with size, every member with the same limit."""
    peril = laid.perils.index("ITE")
    amounts = laid.severity.amounts.copy()
    first = laid.severity.perils[peril]["first"]
    amounts[first]["log_median"], amounts[first]["sigma"], amounts[first]["growth"] = np.log(median), sigma, -1
    perils = laid.severity.perils.copy()
    perils[peril]["last"] = first + 1
    terms = laid.members.terms.copy()
    terms[:, 0] = limit
    granted = np.full_like(laid.members.granted, (1 << len(laid.heads)) - 1)
    count = len(laid.members.rows)
    total = np.zeros(len(laid.perils))
    total[peril] = rate
    accept = laid.frequencies.accept.copy()
    accept[peril] = 1.0
    alias = laid.frequencies.alias.copy()
    alias[peril] = np.arange(count)
    return dataclasses.replace(
        laid,
        severity=laid.severity._replace(amounts=amounts, perils=perils),
        members=laid.members._replace(terms=terms, granted=granted),
        frequencies=laid.frequencies._replace(total=total, accept=accept, alias=alias),
        scenarios=laid.scenarios._replace(rate=laid.scenarios.rate * 0),
    )


def floor(count: int) -> float:
    """Seconds to draw so many normals and exponentiate them, one core: what no simulation can do without."""
    rng = np.random.Generator(np.random.SFC64(1))
    started = time.perf_counter()
    for _ in range(0, count, 1_000_000):
        np.exp(rng.standard_normal(1_000_000))
    return time.perf_counter() - started


def main() -> None:
    years = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    compiled_code.keep()
    laid, premium = laid_book()
    ours(laid, 1, 1)  # compiles
    took, progress = ours(laid, years, 2)
    events = sum(int(chunk.sums.events.sum()) for chunk in progress.chunks)
    found = results(laid, simulated.loss_model(), progress.chunks, premium)
    print(
        f"ours, two workers: {MEMBERS:,} members × {years:,} years in {took:.1f} s; {events:,} incidents, "
        f"{events / took / 1e6:.2f} million a second; 100,000 years would take {took * 100_000 / years:.0f} s"
    )
    print(f"loss ratio {found.loss_ratio:.1%}, of it systemic {found.systemic / premium:.1%}")
    draws = 6 * events
    print(f"floor: {draws:,} lognormals alone take {floor(draws) / 2:.1f} s on two cores")
    alone = dataclasses.replace(laid, scenarios=laid.scenarios._replace(rate=laid.scenarios.rate * 0))
    few = min(years, 2_000)
    single, progress = ours(alone, few, 1)
    mean = np.concatenate([chunk.sums.years[ALL_PAID] for chunk in progress.chunks]).mean()
    theirs, total = numpy_years(laid, few)
    print(
        f"attritional perils only, one core, {few:,} years: ours {single:.2f} s, numpy {theirs:.2f} s: "
        f"{theirs / single:.1f}×"
    )
    error = 1.96 * total.std() / np.sqrt(few) * np.sqrt(2) / premium
    print(f"loss ratio ours {mean / premium:.2%}, numpy {total.mean() / premium:.2%} (difference within ± {error:.2%})")
    against_gemact(laid, years)


if __name__ == "__main__":
    main()
