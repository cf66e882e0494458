"""What an incident may cost one company, and what each cover would pay of it: the same model, the same payment path.

The losses of a company do not depend on what it has insured, so incidents are drawn once and every cover is held
against the same ones. A typical incident of a peril is the middle of those drawn, a severe one is exceeded by one in
twenty.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit

from sonae.limits import NO_LIMIT, pay, table
from sonae.loss_model import LossModel
from sonae.payment_terms import terms_of
from sonae.product import Product
from sonae.simulation import Terms, lay, room_for, sums_for
from sonae.simulation_kernel import Sums, Work, draw_loss, settle
from sonae.simulation_tables import (
    Constants,
    Exposed,
    Floats,
    Laid,
    Members,
    PaymentTables,
    Severity,
    Wholes,
    frequency,
)

INCIDENTS = 2_000
SEED = 1
TYPICAL, SEVERE = 0.50, 0.95
BAND = 0.01
"""A quantile stands for the incidents within so much around it: single ones would jump with every change."""


@dataclass(frozen=True)
class CoverAsked:
    """A cover to hold against the incidents: plan, set, attached riders, limits per coverage in yen."""

    plan: str
    set: int
    riders: tuple[str, ...]
    limits: tuple[int, int, int]
    deductibles: tuple[int, int, int]


@dataclass(frozen=True)
class Company:
    """A company: industry, sales in yen, control quality 0 to 1, and whether it does IT work for others."""

    industry: str
    annual_sales: int
    quality: float
    it_work: bool


@dataclass(frozen=True)
class IncidentCost:
    """One incident in whole yen by head of loss, and what each cover pays of it (in the order asked), by head."""

    heads: dict[str, int]
    total: int
    paid: tuple[dict[str, int], ...]


@dataclass(frozen=True)
class PerilLoss:
    """What one peril may do to a company: the chance of at least one a year, a typical and a severe incident.

    `paid_share` is, for each cover, the share of all drawn losses that it pays.
    """

    peril: str
    chance: float
    typical: IncidentCost
    severe: IncidentCost
    paid_share: tuple[float, ...]


@dataclass(frozen=True)
class CompanyLoss:
    """What may happen to a company in a year: the chance of at least one incident, and each peril by itself.

    Perils are not mixed into one "average incident": nobody has half a ransomware and half a lost letter.
    """

    chance: float
    perils: tuple[PerilLoss, ...]
    incidents: int


def company_loss(
    product: Product,
    model: LossModel,
    company: Company,
    covers: Sequence[CoverAsked],
    terms: Terms,
    *,
    perils: Sequence[str] | None = None,
    sample: Callable[..., None] | None = None,
) -> CompanyLoss:
    """Draw incidents of this company and hold each cover against them. Raises KeyError for an unknown industry.

    The same company always gets the same figures: the seed is fixed, and each peril is drawn by itself, so that the
    figures of one do not depend on which others are asked for. `perils` are all that can happen to the company, and
    `sample` is the compiled source, unless given.
    """
    laid = lay(product, model, _book(company, covers), terms)
    rates = {code: rate for code, rate in _rates(model, company).items() if perils is None or code in perils}
    work, sums = room_for(laid), sums_for(laid, 1)
    found = []
    for peril, rate in rates.items():
        position = laid.perils.index(peril)
        losses = np.zeros((INCIDENTS, len(laid.heads)))
        events = np.zeros((INCIDENTS, 2), dtype=np.int64)
        paid = np.zeros((INCIDENTS, len(covers)), dtype=np.int64)
        work.left.fill(-1)
        (sample or compiled())(
            np.random.Generator(np.random.SFC64([SEED, position])),
            laid.severity,
            laid.constants,
            laid.members,
            laid.payment,
            work,
            sums,
            position,
            losses,
            events,
            paid,
        )
        order = np.argsort(losses.sum(axis=1), kind="stable")
        drawn = float(np.floor(losses + 0.5).sum())
        found.append(
            PerilLoss(
                peril=peril,
                chance=float(1 - np.exp(-rate)),
                typical=_incident(product, laid, losses, events, order, TYPICAL),
                severe=_incident(product, laid, losses, events, order, SEVERE),
                paid_share=tuple(float(one) / drawn if drawn else 0.0 for one in paid.sum(axis=0)),
            )
        )
    return CompanyLoss(float(1 - np.exp(-sum(rates.values()))), tuple(found), INCIDENTS)


def _book(company: Company, covers: Sequence[CoverAsked]) -> Exposed:
    """The same company once for each cover."""
    count = len(covers)
    return Exposed(
        industry=[company.industry] * count,
        annual_sales=np.full(count, company.annual_sales, dtype=np.int64),
        quality=np.full(count, company.quality),
        cover=np.arange(count, dtype=np.int64),
        covers=[(cover.plan, cover.set, cover.riders) for cover in covers],
        limit=np.array([cover.limits for cover in covers], dtype=np.int64),
        deductible=np.array([cover.deductibles for cover in covers], dtype=np.int64),
        premium=np.zeros(count, dtype=np.int64),
        cloud=np.full(count, -1, dtype=np.int64),
        vpn=np.zeros(count, dtype=np.bool_),
        shop=np.zeros(count, dtype=np.bool_),
    )


def _rates(model: LossModel, company: Company) -> dict[str, float]:
    """Each peril's expected number a year, whatever the company has insured; IT errors only where it does IT work."""
    profile = model.industries[company.industry]
    found = {}
    for code, peril in model.perils.items():
        if peril.needs == model.feeds.it_work and not company.it_work:
            continue
        rate = float(frequency(peril, company.annual_sales / model.size.sales, company.quality))
        if peril.relativity != "none":
            rate *= float(getattr(profile, peril.relativity))
        found[code] = rate
    return found


def sample_incidents(
    rng: np.random.Generator,
    severity: Severity,
    constants: Constants,
    members: Members,
    payment: PaymentTables,
    work: Work,
    sums: Sums,
    peril: int,
    losses: Floats,
    events: Wholes,
    paid: Wholes,
) -> None:
    """Draw incidents of a peril and settle each under every cover, each time with full aggregates."""
    for place in range(losses.shape[0]):
        event, consoled = draw_loss(rng, severity, constants, members, 0, peril, 0.0, 0.0, 0.0, False, work.loss)
        for head in range(losses.shape[1]):
            losses[place, head] = work.loss[head]
        events[place, 0] = event
        events[place, 1] = math.ceil(consoled)
        for cover in range(paid.shape[1]):
            # A year of its own for each incident: nothing was paid before it.
            yen, _ = settle(work, payment, members, constants, cover, event, consoled, 1.0, place, peril, sums)
            paid[place, cover] = yen


@lru_cache(maxsize=1)
def compiled() -> Callable[..., None]:
    """`sample_incidents` from its own source, compiled."""
    made: Callable[..., None] = njit(nogil=True, cache=True)(sample_incidents)
    return made


def _incident(product: Product, laid: Laid, losses: Floats, events: Wholes, order: Wholes, at: float) -> IncidentCost:
    """The mean incident around a quantile, by head in whole yen, with the payment of each cover worked out for it."""
    count = len(order)
    band = order[int(count * (at - BAND)) : max(int(count * (at + BAND)), int(count * (at - BAND)) + 1)]
    amounts = [int(one) for one in np.floor(losses[band].mean(axis=0) + 0.5)]
    codes, number = np.unique(events[band, 0], return_counts=True)
    event = int(codes[np.argmax(number)])
    persons = int(events[band, 1].mean())
    heads = list(product.heads.values())
    paid = []
    for cover in range(len(laid.members.rows)):
        sections = laid.members.terms.shape[1] // 2
        limits = tuple(int(one) for one in laid.members.terms[cover, :sections])
        deductibles = tuple(int(one) for one in laid.members.terms[cover, sections:])
        granted = int(laid.members.granted[cover, event]) | int(
            laid.members.granted[cover, laid.constants.network_outage]
        )
        terms = terms_of(product, limits, deductibles)
        caps = [
            max(1, persons) * laid.constants.condolence_cap if place == laid.constants.head_condolence else NO_LIMIT
            for place in range(len(heads))
        ]
        asked = [amount if granted >> place & 1 else 0 for place, amount in enumerate(amounts)]
        rows = table(terms)
        pay(terms, asked, caps, limits, rows)
        paid.append({head.code: yen for head, yen in zip(heads, rows[-1], strict=True) if yen})
    return IncidentCost(
        heads={head.code: amount for head, amount in zip(heads, amounts, strict=True) if amount},
        total=sum(amounts),
        paid=tuple(paid),
    )
