"""The export: journal, registers and checkpoints as JSON lines, for whoever checks the office without trusting it.

One file each, of covers, papers and letters on claims too. Bytes are hexadecimal, moments whole seconds since 1970:
exactly what the chain hashes. Personal fields are in it only as ciphertext, as they lie in the journal.

What tells of losses is the insurer's. Whoever takes the export out for another body gets those entries closed: number
and hashes alone, so that the chain can be followed to every checkpoint, and not what was said, by whom or when. The
letters on claims are left out of it altogether (`letters_left_out`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Func, TextField, Value

from . import access, checkpoints, walls
from .access import Principal
from .models import ClaimLetter, Cover, CoverTransaction, IssuedPaper, JournalEntry
from .recording import first_words, seconds

OF_LOSSES = frozenset({"claim", "settlement", "open-notice", "cause", "loss"})
"""The kinds of streams that tell of a loss (as in the wall `claims_apart` of the journal)."""
_KIND = Func(F("stream"), Value("/"), Value(1), function="split_part", output_field=TextField())


def export(principal: Principal, folder: Path) -> dict[str, int]:
    """What a person takes out: everything for the insurer's own auditor, closed entries of losses for others.

    Raises PermissionDenied.
    """
    return _export(principal, folder, "journal.export", losses=principal.is_insurers)


def for_the_checker(principal: Principal, folder: Path) -> dict[str, int]:
    """Everything, for the checker that the office runs itself and whose verdict alone goes out. PermissionDenied."""
    return _export(principal, folder, "journal.verify", losses=True)


def _export(principal: Principal, folder: Path, permission: str, *, losses: bool) -> dict[str, int]:
    """Writes journal, covers, papers, letters and checkpoints (.jsonl) into a folder; how many lines each has.

    `closed_entries` are those of the journal's lines whose content was left out. Where losses are left out there is no
    file of letters either, and `letters_left_out` says so.

    Journal and registers are of one moment: one transaction reads them, at the isolation that sees one state. The
    checkpoints are read before it, so each is of a journal that this one continues.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outermost = not connection.in_atomic_block
    signed = list(checkpoints.stored(Path(settings.DATA_DIR)))
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        access.enter(principal, permission)
        closed = 0 if losses else JournalEntry.objects.annotate(of=_KIND).filter(of__in=OF_LOSSES).count()
        counted = {
            "checkpoints": _write(folder / "checkpoints.jsonl", iter(signed)),
            "journal": _write(folder / "journal.jsonl", _journal(losses=losses)),
            "closed_entries": closed,
            "covers": _write(folder / "covers.jsonl", _covers()),
            "papers": _write(folder / "papers.jsonl", _papers()),
        }
        letters = folder / "letters.jsonl"
        if losses:
            # The journal's evidence opens no claim's row; whoever takes losses out is the insurer's, or the checker.
            walls.enter(principal=principal.name, reach="all", claims="all")
            return counted | {"letters": _write(letters, _letters())}
        letters.unlink(missing_ok=True)  # of an earlier export into the same folder
        return counted | {"letters_left_out": True}


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    lines = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
            lines += 1
    return lines


def _journal(*, losses: bool) -> Iterator[dict[str, Any]]:
    """Every entry; without losses, the content of theirs is never read from the database."""
    entries = JournalEntry.objects.annotate(of=_KIND).order_by("stream", "number")
    if not losses:
        closed = entries.filter(of__in=OF_LOSSES).values_list("stream", "number", "previous_hash", "hash")
        for stream, number, previous, own in closed.iterator(chunk_size=1000):
            yield {"stream": stream, "number": number, "closed": True, "previous_hash": bytes(previous).hex(),
                   "hash": bytes(own).hex()}  # fmt: skip
        entries = entries.exclude(of__in=OF_LOSSES)
    for entry in entries.iterator(chunk_size=1000):
        yield {
            "stream": entry.stream,
            "number": entry.number,
            "kind": entry.kind,
            "organisation": str(entry.organisation_id or ""),
            "actor": entry.actor,
            "effective_at": seconds(entry.effective_at),
            "recorded_at": seconds(entry.recorded_at),
            "body": bytes(entry.body).hex(),
            "previous_hash": bytes(entry.previous_hash).hex(),
            "hash": bytes(entry.hash).hex(),
        }


def _covers() -> Iterator[dict[str, Any]]:
    """The register as it stands: what a checker compares with the journal."""
    transactions: dict[Any, list[dict[str, Any]]] = {}
    for one in CoverTransaction.objects.order_by("cover_id", "number").iterator(chunk_size=1000):
        transactions.setdefault(one.cover_id, []).append(
            {
                "number": one.number,
                "reason": one.reason,
                "effective": seconds(one.effective),
                "recorded": seconds(one.recorded),
                "actor": one.actor,
                "approver": one.approver,
                "changes": one.changes,
                "particulars": one.particulars,
                "undoes": one.undoes,
                "by_fraud": one.by_fraud,
                "note": one.note,
                "charge": one.charge,
                "written": one.written,
                "months": one.months,
            }
        )
    for row in Cover.objects.order_by("id").iterator(chunk_size=1000):
        yield first_words(row) | {
            "ends_at": seconds(row.ends_at),
            "premium": row.premium,
            "version": row.version,
            "transactions": transactions.get(row.id, []),
        }


def _papers() -> Iterator[dict[str, Any]]:
    """The register of issued papers, each with what it says."""
    for row in IssuedPaper.objects.order_by("number").iterator(chunk_size=1000):
        yield {
            "number": row.number,
            "kind": row.kind,
            "version": row.version,
            "stream": f"papers/{row.cover_id or row.application_id}",
            "content": bytes(row.content).hex(),
            "content_sha256": row.content_sha256,
            "issued_at": seconds(row.issued_at),
            "issued_by": row.issued_by,
        }


def _letters() -> Iterator[dict[str, Any]]:
    """The register of the letters on claims, each with what it says."""
    rows = ClaimLetter.objects.select_related("claim").order_by("claim_id", "number")
    for row in rows.iterator(chunk_size=1000):
        yield {
            "number": row.full_number,
            "kind": row.kind,
            "stream": f"claim/{row.claim_id}",
            "decision": str(row.decision_id),
            "payment": str(row.payment_id) if row.payment_id else None,
            "content": bytes(row.content).hex(),
            "content_sha256": row.content_sha256,
            "issued_at": seconds(row.issued_at),
            "issued_by": row.issued_by,
        }
