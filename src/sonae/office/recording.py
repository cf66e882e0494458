"""One transaction of a cover, written to the journal and to the register in the same commit.

The journal's body says everything that the register keeps, so the register can be made from it again
(`rebuilding.py`). Entry n of the stream `cover/<id>` is transaction n of the cover.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sonae import cover as core
from sonae.cover import Transaction, Written
from sonae.product import Product

from . import canonical, journal, paper_jobs
from .cover_reading import annual_of, ends_at, part_year_of
from .models import Cover, CoverTransaction


def weigh(cover: core.Cover, transaction: Transaction, product: Product) -> tuple[core.Cover, int, Written]:
    """The cover after a transaction, what the transaction charges in yen, and what is written then."""
    annual, part_year = annual_of(product), part_year_of(product)
    after = core.append(cover, transaction)
    written = core.written(after, annual, part_year)
    charge = core.charge(cover if cover.transactions else None, after, annual, part_year)
    return after, charge, written


def record(
    row: Cover,
    cover: core.Cover,
    transaction: Transaction,
    product: Product,
    *,
    words: Mapping[str, Any] | None = None,
    approver: str = "",
    particulars: int | None = None,
    note: str = "",
) -> CoverTransaction:
    """Adds a transaction to a cover in the caller's transaction; `words` are the changes in the request's words."""
    after, charge, written = weigh(cover, transaction, product)
    row.ends_at, row.premium, row.version = ends_at(after), written.premium, transaction.number
    body: dict[str, Any] = {
        "number": transaction.number,
        "reason": str(transaction.reason),
        "approver": approver,
        "changes": dict(words or {}),
        "particulars": particulars,
        "undoes": transaction.undoes,
        "by_fraud": transaction.by_fraud,
        "note": note,
        "charge": charge,
        "written": written.premium,
        "months": [[run.start.isoformat(), run.months, run.annual_premium] for run in written.runs],
        "ends_at": seconds(row.ends_at),
    }
    if transaction.number == 1:
        body["cover"] = first_words(row)
        row.save(force_insert=True)
    else:
        row.save(update_fields=["ends_at", "premium", "version"])
    entry = journal.append(
        f"cover/{row.id}", "cover_transaction", actor=transaction.actor, organisation_id=row.member_id, body=body,
        effective_at=transaction.effective,
    )  # fmt: skip
    assert entry.number == transaction.number, "a cover's stream is its transactions"
    kept = columns(body, transaction.effective, entry.recorded_at, entry.actor)
    made = CoverTransaction.objects.create(cover=row, **kept)
    paper_jobs.after_transaction(row.id, made.number)
    return made


def columns(body: Mapping[str, Any], effective: datetime, recorded: datetime, actor: str) -> dict[str, Any]:
    """The register's columns of a transaction, from what the journal says of it."""
    return {
        "number": body["number"],
        "reason": body["reason"],
        "effective": effective,
        "recorded": recorded,
        "actor": actor,
        "approver": body["approver"],
        "changes": body["changes"],
        "particulars": body["particulars"],
        "undoes": body["undoes"],
        "by_fraud": body["by_fraud"],
        "note": body["note"],
        "charge": body["charge"],
        "written": body["written"],
        "months": body["months"],
    }


def first_words(row: Cover) -> dict[str, Any]:
    """What the journal says of a cover besides its transactions."""
    return {
        "id": str(row.id),
        "number": row.number,
        "member": str(row.member_id),
        "serial": row.member_serial,
        "agency": str(row.agency_id) if row.agency_id else None,
        "application": str(row.application_id),
        "quotation": str(row.quotation_id) if row.quotation_id else None,
        "renews": str(row.renews_id) if row.renews_id else None,
        "product": row.product_id,
        "request": canonical.load(row.request_bytes),
        "content": row.content,
        "inception": seconds(row.inception),
        "expiry": seconds(row.expiry),
        "applied_on": row.applied_on.isoformat(),
        "accepted_on": row.accepted_on.isoformat(),
        "concluded_on": row.concluded_on.isoformat(),
        "booking_month": row.booking_month.isoformat(),
    }


def seconds(moment: datetime) -> int:
    """A moment as whole seconds since 1970, as the chain hashes it."""
    return int(moment.timestamp())
