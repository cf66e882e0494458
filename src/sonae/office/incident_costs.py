"""What an incident would cost a company, held against the covers that it asks about: a dry computation, kept nowhere.

The model, its payment path and its assumptions are those of the simulation; nothing of the office is read. The compiler
is loaded at the first call, so that whoever never asks never waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select

if TYPE_CHECKING:
    from sonae.loss_model import Grounded, LossModel
    from sonae.simulation_incident import Company, CompanyLoss, CoverAsked

FIRST = "RW"
"""Ransomware: the incident that is shown first, and in one sentence beside the prices."""

MIDDLE = 5_000
"""Control quality in ten-thousandths where nothing is known of it: the model's middling controls, an assumption."""


@dataclass(frozen=True)
class Costs:
    """The answer, the assumptions that it rests on, and how the company was understood (quality in 1/10,000)."""

    model: LossModel
    loss: CompanyLoss
    quality: int
    quality_known: bool
    it_work: bool


@dataclass(frozen=True)
class Assumption:
    """One row of the assumptions as a reader is told it: what, of which peril, where from, and why."""

    peril: str
    what: str
    what_en: str
    row: Grounded


def costs(
    product: Product,
    requests: Sequence[QuotationRequest],
    *,
    quality: int | None = None,
    discount: int | None = None,
    perils: tuple[str, ...] | None = None,
) -> Costs:
    """Each peril's loss to the company of these requests (all of the same company), under the cover of each.

    `quality` is the control quality in ten-thousandths; where only a security discount (whole percent) is known it is
    read off that, and where neither is, it is the model's middle. `perils`: only these, if given. Raises
    ValueError without a request, KeyError for an industry that the model does not know.
    """
    from sonae.office import simulated
    from sonae.simulation import quality_of_discount
    from sonae.simulation_incident import Company

    if not requests:
        raise ValueError("no cover to hold the incidents against")
    first = requests[0]
    known = quality is not None or discount is not None
    if quality is None:
        import numpy as np

        quality = MIDDLE
        if discount is not None:
            quality = round(float(quality_of_discount(product, np.array([discount]))[0]) * 10_000)
    it_work = select(product, first).it_sales > 0
    company = Company(first.industry, first.annual_sales, quality / 10_000, it_work)
    model = simulated.loss_model()
    loss = _kept(product, company, tuple(_cover(product, one) for one in requests), perils)
    return Costs(model, loss, quality, known, it_work)


def _cover(product: Product, request: QuotationRequest) -> CoverAsked:
    from sonae.simulation_incident import CoverAsked

    chosen = select(product, request)
    given = product.sets[request.set].deductibles
    return CoverAsked(
        plan=request.plan,
        set=request.set,
        riders=chosen.riders,
        limits=chosen.limits,
        deductibles=(given.get("liability", 0), given.get("expense", 0), given.get("business_income", 0)),
    )


@lru_cache(maxsize=256)
def _kept(
    product: Product, company: Company, covers: tuple[CoverAsked, ...], perils: tuple[str, ...] | None
) -> CompanyLoss:
    """The same question has the same answer; it is kept while the process lives."""
    from sonae.office import simulated
    from sonae.simulation_incident import company_loss

    _compiler()
    stoppage = simulated.terms_of_stoppage(product)
    return company_loss(product, simulated.loss_model(), company, covers, stoppage, perils=perils)


@lru_cache(maxsize=1)
def _compiler() -> None:
    from sonae.office import compiled_code

    compiled_code.keep()


_warm = threading.Event()


def is_warm() -> bool:
    """Whether an answer about one peril now takes milliseconds. A page that may not wait asks this first."""
    return _warm.is_set()


def warm(product: Product) -> None:
    """Load the compiler and what it compiled, by one question about a company that nobody has."""
    from sonae.cases import Member
    from sonae.replay import printed_covers, request_for

    plan, number, limits, riders = printed_covers(product)[0]
    member = Member(next(iter(product.industries)), 1_000_000_000)
    costs(product, [request_for(product, member, plan, number, limits, riders)], perils=(FIRST,))
    _warm.set()


def assumptions(model: LossModel, industry: str, peril: str) -> tuple[Assumption, ...]:
    """Every row that a peril's figures for an industry rest on, in the order of the model's files."""
    row = model.perils[peril]
    found = [Assumption(peril, "1年に起きる回数", "How often in a year", row)]
    found += [Assumption(peril, one.name_ja, one.name_en, one) for one in model.amounts if one.peril == peril]
    if peril in model.notice_rows:
        found.append(Assumption(peril, "本人への通知の件数と割合", "Persons to notify", model.notice_rows[peril]))
        found.append(Assumption(peril, "通知・コールセンター・見舞金の単価", "Price of notices", model.notices))
    if peril in model.stoppages:
        found.append(Assumption(peril, "止まる日数と利益", "Days of stoppage and profit", model.stoppages[peril]))
    if any(one.kind == "forensics" for one in model.amounts if one.peril == peril):
        found.append(Assumption(peril, "調べるPC・サーバの台数と単価", "Computers investigated", model.forensics))
    if any(one.needs == "cards" for one in model.amounts if one.peril == peril):
        found.append(Assumption(peril, "カードの再発行", "Card re-issue", model.cards))
    profile = model.industries[industry]
    found.append(Assumption(peril, "業種の姿（人数・PC・個人情報・粗利）", "The industry profile", profile))
    found.append(Assumption(peril, "会社の規模による違い", "Growth with size", model.size))
    if row.common_factor:
        found.append(Assumption(peril, "同じ事故の費目が共に動くこと", "Heads that move together", model.common_factor))
    if row.minor:
        found.append(Assumption(peril, "軽い事故の割合", "Share of minor events", model.minor))
    return tuple(found)


def told(product: Product, asked: Sequence[QuotationRequest], found: Costs) -> dict[str, Any]:
    """The answer as a document: whole yen by head, each cover's paid and left, the assumptions with their status."""
    model, loss = found.model, found.loss
    return {
        "assumptions": {
            "id": model.id, "hash": model.hash, "name": model.name_ja, "name_en": model.name_en,
            "status": model.status, "reason": model.reason,
        },
        "warning": model.warning.text_ja,
        "warning_en": model.warning.text_en,
        "control_quality": found.quality,
        "control_quality_known": found.quality_known,
        "it_work": found.it_work,
        "incidents_drawn": loss.incidents,
        "chance": loss.chance,
        "covers": [{"set": one.set, "plan": one.plan, "riders": list(select(product, one).riders)} for one in asked],
        "perils": [
            {
                "peril": one.peril,
                "name": model.perils[one.peril].name_ja,
                "name_en": model.perils[one.peril].name_en,
                "chance": one.chance,
                "typical": _incident(one.typical),
                "severe": _incident(one.severe),
                "paid_share": list(one.paid_share),
                "rests_on": [
                    {
                        "what": each.what, "what_en": each.what_en, "status": each.row.status,
                        "source": each.row.source,
                        "source_title": model.sources.get(each.row.source, ("", ""))[0],
                        "reason": each.row.reason,
                    }
                    for each in assumptions(model, asked[0].industry, one.peril)
                ],
            }
            for one in loss.perils
        ],
    }  # fmt: skip


def _incident(one: Any) -> dict[str, Any]:
    paid = [sum(heads.values()) for heads in one.paid]
    return {
        "total": one.total,
        "heads": one.heads,
        "covers": [
            {"paid": yen, "left": one.total - yen, "heads": heads} for yen, heads in zip(paid, one.paid, strict=True)
        ],
    }
