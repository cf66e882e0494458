"""A claim file for tests: a cover of the shipped product for the year from 1 April 2027, and its facts."""

from datetime import date, datetime
from typing import Any

from sonae.cover import Cover, Reason, Transaction
from sonae.facts import Event, Facts, Held, LossItem, Victims
from sonae.period import JST
from sonae.risk import Limits, QuotationRequest
from tests.core.asking import shipped


def at(text: str) -> datetime:
    """A moment in Japan: `at("2027-09-12T06:40")`."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def cover(
    plan: str = "wide",
    number: int = 3,
    year: int = 2027,
    riders: tuple[str, ...] = (),
    limits: Limits | None = None,
    *changes: Transaction,
) -> Cover:
    """A cover for the year that begins in April, with later changes."""
    start = at(f"{year}-04-01T16:00")
    request = QuotationRequest(
        industry="D06", annual_sales=1_000_000_000, plan=plan, set=number, riders=riders, limits=limits
    )
    first = Transaction(number=1, reason=Reason.enrolment, effective=start, recorded=start, actor="agent")
    return Cover(
        id=f"{year}",
        request=request,
        inception=start,
        expiry=at(f"{year + 1}-04-01T16:00"),
        transactions=(first, *changes),
    )


def held(one: Cover | None = None, **used: int) -> Held:
    return Held(cover=one or cover(), product=shipped(), used=used)


def item(head: str, amount: int, **more: Any) -> LossItem:
    return LossItem(**{"id": head, "head": head, "amount": amount, "incurred_on": date(2027, 9, 20), **more})


def leak(*items: LossItem, **more: Any) -> Facts:
    """A leak that was known and told on 12 September 2027."""
    facts: dict[str, Any] = {
        "known_at": at("2027-09-12T06:40"),
        "notified_at": at("2027-09-12T08:05"),
        "received_at": at("2027-09-12T08:06"),
        "events": (Event(code="information_leak"),),
        "victims": Victims(individual=1840, corporate=0, injury=0),
        "items": items,
    }
    return Facts(**{**facts, **more})
