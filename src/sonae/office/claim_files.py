"""Files that are handed in on a claim: looked at by a child with hard limits, kept encrypted under random names.

What a name says is what the bytes must be. Nothing is unpacked to disk; archives are read as streams up to a bound.
Lists of persons and numbers like a My Number are refused and not kept (T-69, T-70). What goes out again goes out as
an attachment that no browser interprets.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from . import access, claims, clock, member_names, subjects, virus_scanner
from .access import Principal
from .claim_refusals import refuse
from .desk import NotFound
from .models import Claim, ClaimFile

MOST_BYTES = 20 * 2**20
KINDS = ("pdf", "png", "jpg", "jpeg", "csv", "txt", "xlsx", "docx")
EXAMINER = Path(__file__).resolve().parent / "file_examiner.py"
_SECONDS = 20
_CHUNK = 2**16


def hand_in(principal: Principal, claim_id: UUID | str, name: str, chunks: Iterable[bytes]) -> ClaimFile:
    """Keeps a file of a claim; `chunks` are its bytes as they arrive. Memory stays flat whatever arrives.

    Raises PermissionDenied, NotFound, Refused: too large, another kind than its name says, harmful, a list of persons.
    """
    if not member_names.is_usable(name) or len(name.encode("utf-8")) > 255 or "." not in name:
        raise refuse("file_name")
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS:
        raise refuse("file_kind")
    with transaction.atomic():
        access.enter(principal, "claim.report")
        claims.seen(claim_id)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(prefix="sonae-handed-in-") as waiting:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise refuse("file_too_large")
            digest.update(chunk)
            waiting.write(chunk)
        waiting.flush()
        verdict = examine(Path(waiting.name), kind)
        if verdict is not None:
            raise refuse(verdict)
        scanned = _scanned(Path(waiting.name))
        with transaction.atomic():
            access.enter(principal, "claim.report")
            row = claims.locked(claim_id)
            same = ClaimFile.objects.filter(claim=row, sha256=digest.digest()).first()
            if same is not None:
                return same
            made = ClaimFile(
                id=uuid4(), claim=row, kind=kind, size=size, sha256=digest.digest(),
                storage_name=secrets.token_hex(32), handed_in_by=principal.name, handed_in_at=clock.now(),
                examined_at=clock.now(), scanned_by=scanned.by,
            )  # fmt: skip
            made.name_ciphertext = claims.seal(row.subject_key, name, "claim_file", "name", made.id)
            waiting.seek(0)
            _store(row, made, waiting.read())
            made.save(force_insert=True)
            claims.told(row, "file_handed_in", principal.name,
                        {"file": str(made.id), "kind": kind, "size": size, "sha256": digest.hexdigest(),
                         "scanned_by": scanned.by, "name": bytes(made.name_ciphertext).hex()})  # fmt: skip
            return made


def examine(file: Path, kind: str) -> str | None:
    """The code of the refusal, or None. A child with limits on memory, time and files looks; if it dies, it is no."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-P", str(EXAMINER), str(file), kind],
            capture_output=True, timeout=_SECONDS, check=False, env={"PYTHONUTF8": "1"},
            cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "file_bomb"
    if done.returncode:
        return "file_harmful"
    found = json.loads(done.stdout)
    return None if found["refused"] is None else str(found["refused"])


def _scanned(file: Path) -> virus_scanner.Scanned:
    """What the scanner says. Raises Refused: harmful, or the scanner is down, and then nothing is let through."""
    try:
        found = virus_scanner.scan(settings.ENVIRONMENT.scanner, file)
    except virus_scanner.ScannerDown:
        raise refuse("scanner_down") from None
    if found.found:
        raise refuse("file_harmful")
    return found


def opened(principal: Principal, file_id: UUID) -> tuple[str, bytes]:
    """A file's name and bytes. Raises PermissionDenied, NotFound (also for another's, or once its key was erased)."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        made = ClaimFile.objects.select_related("claim__subject_key").filter(id=file_id).first()
        if made is None:
            raise NotFound
        key = made.claim.subject_key
        try:
            name = claims.unseal(key, made.name_ciphertext, "claim_file", "name", made.id)
            plain = subjects.decrypt(
                subjects.open_key(key), _place(made).read_bytes(), table="claim_file", column="bytes", row=made.id,
                key_version=key.key_version,
            )  # fmt: skip
        except (subjects.Erased, FileNotFoundError):
            raise NotFound from None
        if name is None or hashlib.sha256(plain).digest() != bytes(made.sha256):
            raise NotFound
        return name, plain


def listed(principal: Principal, claim_id: UUID | str) -> list[tuple[ClaimFile, str]]:
    """A claim's files with their names, the first first."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        row = claims.seen(claim_id)
        return [
            (one, claims.unseal(row.subject_key, one.name_ciphertext, "claim_file", "name", one.id) or "")
            for one in ClaimFile.objects.filter(claim=row).order_by("handed_in_at", "id")
        ]


def headers(name: str) -> dict[str, str]:
    """What a file goes out with: as an attachment under its own name (RFC 6266), interpreted by nobody."""
    plain = "".join(one if (one.isascii() and one.isalnum()) or one in "-_. " else "_" for one in name) or "file"
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


def _place(made: ClaimFile) -> Path:
    folder = Path(settings.DATA_DIR) / "claim-files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / made.storage_name


def _store(row: Claim, made: ClaimFile, plain: bytes) -> None:
    """Written before the commit: a file without a row is litter, a row without a file would be a lie."""
    key = row.subject_key
    sealed = subjects.encrypt(
        subjects.open_key(key), plain, table="claim_file", column="bytes", row=made.id, key_version=key.key_version
    )
    place = _place(made)
    with place.open("xb") as file:
        place.chmod(0o600)
        file.write(sealed)
        file.flush()
