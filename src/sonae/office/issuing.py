"""The register of issued papers: each once, with its number, what it says, when and by whom; and one journal entry.

Issuing again answers with the paper that is there. Whatever a paper says that rows do not keep for ever (names of
bodies, a reader's day) is kept with it, so it says the same when it is printed again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from . import access, applications, clock, covers, journal
from .access import Principal
from .models import Application, Cover, IssuedPaper, PaperKind, RenewalOffer

#: The first letter of a paper's number; the certificate's number is the cover's with the version behind it.
_LETTER: dict[PaperKind, str] = {
    PaperKind.CERTIFICATE: "C",
    PaperKind.COVER_NOTE: "N",
    PaperKind.ENDORSEMENT_NOTICE: "E",
    PaperKind.RENEWAL_PAPER: "R",
    PaperKind.APPLICATION_COPY: "A",
}

TITLES: dict[PaperKind, tuple[str, str]] = {
    PaperKind.CERTIFICATE: ("加入内容確認書", "Confirmation of cover"),
    PaperKind.COVER_NOTE: ("付保証明書", "Cover note"),
    PaperKind.ENDORSEMENT_NOTICE: ("異動承認書", "Endorsement notice"),
    PaperKind.RENEWAL_PAPER: ("更新のご案内", "Renewal paper"),
    PaperKind.APPLICATION_COPY: ("加入申込書控え", "Copy of the application"),
}
"""The papers in the trade's words, Japanese and English."""


@dataclass(frozen=True)
class Of:
    """What a paper is of: a kind, of a cover, an application or an offer, in a version."""

    kind: PaperKind
    version: int
    cover: Cover | None = None
    application: Application | None = None
    offer: RenewalOffer | None = None
    part: int = 1

    @property
    def number(self) -> str:
        """C-27-ABCDE-FGHJK-2; with a further figure for terms that others of the same version follow."""
        name = self.cover.number if self.cover is not None else self._application.id.hex[:16].upper()
        part = "" if self.part == 1 else f".{self.part}"
        version = self.offer.group_year if self.offer is not None else self.version
        return f"{_LETTER[self.kind]}-{name}-{version}{part}"

    @property
    def stream(self) -> str:
        return f"papers/{self._application.id if self.cover is None else self.cover.id}"

    @property
    def member_id(self) -> UUID:
        found: UUID = self._application.member_id if self.cover is None else self.cover.member_id
        return found

    @property
    def _application(self) -> Application:
        assert self.application is not None, "a paper is of a cover or of an application"
        return self.application


def find(of: Of) -> IssuedPaper | None:
    """The paper, if it is issued."""
    return IssuedPaper.objects.filter(number=of.number).first()


def issue(of: Of, content: bytes, actor: str) -> IssuedPaper:
    """Issues a paper in the caller's transaction, or answers with the one that is there."""
    journal.lock(of.stream)
    found = find(of)
    if found is not None:
        return found
    digest = hashlib.sha256(content).hexdigest()
    paper = IssuedPaper.objects.create(
        number=of.number, kind=of.kind, member_id=of.member_id, cover=of.cover, application=of.application,
        offer=of.offer, version=of.version, part=of.part, content=content, content_sha256=digest,
        issued_at=clock.now(), issued_by=actor,
    )  # fmt: skip
    journal.append(
        of.stream, "paper_issued", actor=actor, organisation_id=of.member_id,
        body={"number": of.number, "kind": str(of.kind), "version": of.version, "content_sha256": digest},
    )  # fmt: skip
    return paper


# --- what was issued ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issued:
    """An issued paper as lists show it."""

    number: str
    kind: PaperKind
    version: int
    content_sha256: str
    issued_at: datetime
    issued_by: str

    @property
    def title(self) -> tuple[str, str]:
        return TITLES[self.kind]


def of_cover(principal: Principal, cover_id: UUID | str) -> list[Issued]:
    """What was issued of a cover, its renewal papers too, the newest first. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        row = covers.seen(cover_id)
        return [_told(paper) for paper in IssuedPaper.objects.filter(cover=row).order_by("-issued_at", "-number")]


def of_application(principal: Principal, application_id: UUID | str) -> list[Issued]:
    """What was issued of an application. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        row = applications.seen(application_id)
        return [_told(paper) for paper in IssuedPaper.objects.filter(application=row).order_by("-issued_at", "-number")]


def _told(paper: IssuedPaper) -> Issued:
    return Issued(
        paper.number, PaperKind(paper.kind), paper.version, paper.content_sha256, paper.issued_at, paper.issued_by
    )
