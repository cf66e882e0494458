"""The life of a cover, from the office's desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sonae.cover import Reason
from sonae.office import clock, covers, journal, walls
from sonae.office.covers import Change
from sonae.office.models import CoverTransaction, JournalEntry
from sonae.office.refusals import Refused
from sonae.period import JST

from .trade import Trade


def at(year: int, month: int, day: int, hour: int = 16) -> datetime:
    return datetime(year, month, day, hour, tzinfo=JST)


def test_apply_bind_endorse_and_read_as_of(trade: Trade) -> None:
    cover = trade.bound()
    assert (cover.inception, cover.expiry) == (at(2027, 4, 1), at(2028, 4, 1))
    assert cover.premium == 504_500
    trade.clock.to(2027, 6, 10)
    made = covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 7, 1), {"plan": "wide"}))
    assert isinstance(made, CoverTransaction)
    before = covers.as_of(trade.agent, cover.id, at(2027, 7, 1) - timedelta(minutes=1))
    after = covers.as_of(trade.agent, cover.id, at(2027, 7, 1))
    assert before.terms is not None
    assert after.terms is not None
    assert (before.terms.plan, after.terms.plan) == ("basic", "wide")
    unknown = covers.as_of(trade.agent, cover.id, at(2027, 7, 1), known=at(2027, 6, 1))
    assert unknown.terms is not None
    assert unknown.terms.plan == "basic"
    assert made.charge == made.written - 504_500
