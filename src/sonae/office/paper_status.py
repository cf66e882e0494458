"""What a certificate that a stranger holds is worth today: valid, superseded, cancelled, expired or unknown.

Asked by its number, which cannot be guessed (50 random bits), and answered without a name, a limit or a premium. With
the version or the hash of its content, that very paper is judged: content that was never issued is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from . import clock, walls
from .models import Cover, IssuedPaper, PaperKind

_NUMBER = re.compile(r"(?:[CN]-)?([0-9]{2}-[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5})(?:-([0-9]{1,6})(?:\.[0-9]{1,4})?)?")
_HASH = re.compile(r"[0-9a-f]{64}")


class Worth(StrEnum):
    """What a paper is worth.

    valid       it is of the present version, and the cover is in force or will be
    superseded  a later version of the same cover has taken its place
    cancelled   the cover was ended or unmade before its time
    expired     the period is over
    unknown     there is no such paper, or it says something else than was issued
    """

    valid = "valid"
    superseded = "superseded"
    cancelled = "cancelled"
    expired = "expired"
    unknown = "unknown"


WORDS: dict[Worth, tuple[str, str]] = {
    Worth.valid: ("有効です。", "Valid."),
    Worth.superseded: (
        "この版は古くなりました。新しい版の書面があります。",
        "Superseded: there is a paper of a later version.",
    ),
    Worth.cancelled: ("この加入契約は、途中で終わっています。", "Cancelled: the cover has ended before its time."),
    Worth.expired: ("補償期間は終わっています。", "Expired: the period of cover is over."),
    Worth.unknown: (
        "この番号・内容の書面は、発行されていません。",
        "Unknown: no paper with this number and content was issued.",
    ),
}
"""What a stranger is told, Japanese and English."""


@dataclass(frozen=True)
class PaperStatus:
    """What a paper is worth. Of an unknown one nothing else is told.

    number    of the cover, as printed
    version   of the paper that was asked for; None when only the number was given
    latest    the present version
    begins    and `ends`: when cover really begins and ends
    """

    worth: Worth
    number: str = ""
    version: int | None = None
    latest: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def words(self) -> tuple[str, str]:
        return WORDS[self.worth]


_UNKNOWN = PaperStatus(Worth.unknown)


def status(number: str, content_hash: str | None = None, version: int | None = None) -> PaperStatus:
    """What the paper with this number is worth now: a cover's number as printed, or the paper's own.

    `content_hash` is the SHA-256 of what the paper says (its signed summary); `version` what is printed beside the
    number. Nothing is raised: whatever was never issued is unknown.
    """
    asked = _NUMBER.fullmatch(number.strip().upper())
    if asked is None or (content_hash is not None and _HASH.fullmatch(content_hash) is None):
        return _UNKNOWN
    if version is None and asked[2] is not None:
        version = int(asked[2])
    with transaction.atomic(), walls.opened(reach="all"):
        row = Cover.objects.filter(number=asked[1]).first()
        papers = None if row is None or content_hash is None else _said(row, content_hash)
    if row is None or (papers is not None and not papers):
        return _UNKNOWN
    if papers:
        version = papers[0] if version is None else version
        if version not in papers:
            return _UNKNOWN
    if version is not None and not 1 <= version <= row.version:
        return _UNKNOWN
    return PaperStatus(_worth(row, version), row.number, version, row.version, row.inception, row.ends_at)


def _said(row: Cover, content_hash: str) -> list[int]:
    """The versions of the cover's certificates and notes that say this, the newest first."""
    kinds = (PaperKind.CERTIFICATE, PaperKind.COVER_NOTE)
    found = IssuedPaper.objects.filter(cover=row, kind__in=kinds, content_sha256=content_hash)
    return list(found.order_by("-version").values_list("version", flat=True))


def _worth(row: Cover, version: int | None) -> Worth:
    now = clock.now()
    if row.ends_at == row.inception or (row.ends_at < row.expiry and now >= row.ends_at):
        return Worth.cancelled
    if now >= row.expiry:
        return Worth.expired
    return Worth.superseded if version is not None and version < row.version else Worth.valid
