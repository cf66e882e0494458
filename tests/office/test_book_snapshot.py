"""The office's covers as a book file: rated, they cost what their covers say; nobody can read whose they are."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow.parquet
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae.office import book_snapshot, catalogue, clock, walls
from sonae.office.book_files import NotABook, rate_file
from sonae.office.models import Cover, JournalEntry

if TYPE_CHECKING:
    from pathlib import Path

    from .trade import Trade

pytestmark = pytest.mark.django_db
STARTS = date(2027, 4, 1)


@pytest.mark.parametrize("who", ["underwriter", "federation_office"])
def test_a_snapshot_rates_to_the_premiums_of_its_covers(trade: Trade, tmp_path: Path, who: str) -> None:
    first = trade.bound()
    second = trade.bound(trade.member("乙社", 700110000002), set=1, plan="wide", annual_sales=300_000_000)
    source, target = tmp_path / "book.parquet", tmp_path / "rated.parquet"
    asker = trade.principal(who)
    assert book_snapshot.take(asker, catalogue.default(), source, STARTS) == 2
    report = rate_file(catalogue.default(), source, target)
    assert (report.rows, report.bad, report.refused) == (2, 0, 0)
    rated = pyarrow.parquet.read_table(target)
    with transaction.atomic():
        walls.enter(reach="all")
        bound = {book_snapshot.token(str(one.id)): one.premium for one in Cover.objects.all()}
        entry = JournalEntry.objects.get(stream="book/snapshots")
    assert set(bound) == {book_snapshot.token(str(one.id)) for one in (first, second)}
    assert dict(zip(rated["member_id"].to_pylist(), rated["premium"].to_pylist(), strict=True)) == bound
    assert (entry.actor, json.loads(bytes(entry.body))["covers"]) == (asker.name, 2)
    raw = source.read_bytes()
    assert not any(word.encode() in raw for word in ("乙社", "髙﨑工務店", str(first.id), str(first.number)))


def test_as_it_was_known(trade: Trade, tmp_path: Path) -> None:
    """Before a cover was recorded, nobody knew of it; on the day before its start it is not in force."""
    trade.bound()
    today = clock.now().date()
    target = tmp_path / "book.parquet"
    product = catalogue.default()
    for day, known in ((STARTS, today - timedelta(days=3)), (STARTS - timedelta(days=1), None)):
        with pytest.raises(NotABook, match="no cover"):
            book_snapshot.take(trade.underwriter, product, target, day, known)
        assert not target.exists()
    assert book_snapshot.take(trade.underwriter, product, target, STARTS, today + timedelta(days=1)) == 1


@pytest.mark.parametrize("who", ["alice", "auditor", "operator", "claims_handler"])
def test_nobody_else_takes_one(trade: Trade, tmp_path: Path, who: str) -> None:
    trade.bound()
    with pytest.raises(PermissionDenied):
        book_snapshot.take(trade.principal(who), catalogue.default(), tmp_path / "book.parquet", STARTS)
