"""The papers of applications and covers: one function a paper, for pages, API, command line and jobs alike.

A paper is issued once (issuing.py) and printed as often as someone who may see it asks. A certificate's version is the
number of its last transaction, so an earlier version can always be printed again; its day of issue is the day on which
that transaction was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae import certificate as core_certificate
from sonae import cover as core
from sonae.application import Step
from sonae.certificate import Agency, Association, NamedInsured, Parties, summarise
from sonae.period import JST
from sonae.product import Product

from . import (
    access,
    applications,
    canonical,
    catalogue,
    clock,
    cover_reading,
    covers,
    given_papers,
    issuing,
    members,
    overview,
    released,
    renewals,
)
from .access import Principal
from .desk import NotFound
from .documents import glyphs
from .documents.application import ApplicationRecord, application_copy
from .documents.certificate import certificate_paper, cover_note_paper
from .documents.endorsement import endorsement_paper
from .documents.renewal import renewal_paper
from .documents.words import Language
from .given_papers import ProductPaper
from .issuing import Of
from .members import Particulars
from .models import Cover, CoverTransaction, IssuedPaper, Member, MemberParticulars, PaperKind, RenewalOffer, Role
from .signing import Signer, signer

SEE_ANSWERS = frozenset({Role.MEMBER, Role.UNDERWRITER, Role.AUDITOR})
"""Who is given a paper with the answers to disclosure and sheet: the applicant, the insurer, the auditor."""

BY_RULE = "rule"
"""Who issues what follows from a transaction by itself."""


def _by() -> Signer:
    return signer(settings.SONAE_KEYS)


# --- covers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Version:
    """A cover as known with its first so many transactions."""

    row: Cover
    product: Product
    before: core.Cover
    held: core.Cover
    last: CoverTransaction


def _version(row: Cover, number: int | None) -> _Version:
    rows = list(CoverTransaction.objects.filter(cover=row).order_by("number"))
    upto = len(rows) if number is None else number
    if not 1 <= upto <= len(rows):
        raise NotFound
    return _Version(
        row, cover_reading.product_of(row), cover_reading.core_of(row, rows[: upto - 1]),
        cover_reading.core_of(row, rows[:upto]), rows[upto - 1],
    )  # fmt: skip


def certificate(
    principal: Principal, cover_id: UUID | str, site: str, version: int | None = None, *, note: bool = False
) -> bytes:
    """The signed certificate, or with `note` the 付保証明書 (limits only); `site` is where its QR code leads.

    Raises PermissionDenied, NotFound (also when the version has no terms), MissingGlyph.
    """
    with transaction.atomic():
        access.enter(principal, "cover.read")
        paper = issue_certificate(covers.seen(cover_id), version, principal.name, note=note)
        assert paper.cover is not None, "a certificate is of a cover"
        summary = core_certificate.read_canonical(bytes(paper.content))
        made_at = CoverTransaction.objects.get(cover=paper.cover, number=paper.version).recorded.astimezone(JST)
        make = cover_note_paper if note else certificate_paper
        return make(summary, _by(), address=address_of(site, paper.cover.number, paper.version), made_at=made_at)


def address_of(site: str, number: str, version: int) -> str:
    """The public page that tells what a certificate is worth today."""
    return f"{site}/certificates/{number}/{version}"


def issue_certificate(row: Cover, version: int | None, actor: str, *, note: bool = False) -> IssuedPaper:
    """Issues the certificate of a version in the caller's transaction. Raises NotFound, MissingGlyph."""
    found = _version(row, version)
    parts = [segment for segment in core.segments(found.held) if segment.request is not None]
    moment = max(clock.now(), found.last.effective)
    # The terms of that moment; after all of them the last, and of a cover that ends ahead those of today.
    held = [place for place, part in enumerate(parts) if part.start <= moment] or [0]
    if not parts:
        raise NotFound
    place = held[-1]
    kind = PaperKind.COVER_NOTE if note else PaperKind.CERTIFICATE
    of = Of(kind, found.last.number, cover=row, part=len(parts) - place)

    def says() -> bytes:
        start, known = parts[place].start, found.last.recorded
        shown = members.particulars_at(row.member_id, start, known)
        summary = summarise(
            found.product, found.held, start, row.number, _parties(row.member, shown, row.agency_id),
            earlier=covers.earlier(row, known),
        )  # fmt: skip
        return core_certificate.canonical(core_certificate.cover_note(summary) if note else summary)

    return _issue(of, says, actor)


def endorsement(principal: Principal, cover_id: UUID | str, number: int) -> bytes:
    """The notice of one change (異動承認書). Raises PermissionDenied, NotFound, MissingGlyph."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        row = covers.seen(cover_id)
        paper = issue_endorsement(row, number, principal.name)
        found, words = _version(row, number), canonical.load(paper.content)
        return endorsement_paper(
            found.product, found.before, found.held, number=row.number,
            parties=core_certificate.read_parties(words["parties"]), by=_by(),
            made_at=found.last.recorded.astimezone(JST), renamed=[(a, b, c) for a, b, c in words["renamed"]],
        )  # fmt: skip


def issue_endorsement(row: Cover, number: int, actor: str) -> IssuedPaper:
    """Issues the notice of one change in the caller's transaction. Raises NotFound, MissingGlyph."""
    found = _version(row, number)
    if number < 2:
        raise NotFound
    last = found.last

    def says() -> bytes:
        shown = members.particulars_at(row.member_id, last.effective, last.recorded)
        renamed: list[list[str]] = []
        if last.particulars is not None:
            shown = _numbered(row.member_id, last.particulars)
            before = _numbered(row.member_id, last.particulars - 1)
            pairs = (["名称", before.legal_name, shown.legal_name], ["所在地", before.address, shown.address])
            renamed = [pair for pair in pairs if pair[1] != pair[2]]
        parties = _parties(row.member, shown, row.agency_id)
        entry = {"transaction": last.number, "charge": last.charge, "written": last.written, "renamed": renamed}
        return _words(row, parties, entry)

    return _issue(Of(PaperKind.ENDORSEMENT_NOTICE, number, cover=row), says, actor)


def _numbered(member_id: UUID, number: int) -> Particulars:
    """A member's particulars by their number. Raises NotFound."""
    row = MemberParticulars.objects.filter(member_id=member_id, number=number).first()
    if row is None:
        raise NotFound
    return Particulars(row.legal_name, row.reading, row.postal_code, row.address)


def renewal(principal: Principal, offer_id: UUID | str) -> bytes:
    """更新のご案内 of one offer. Raises PermissionDenied, NotFound (also when it was refused), MissingGlyph."""
    with transaction.atomic():
        access.enter(principal, "renewal.read" if principal.may("renewal.read") else "cover.read")
        offer = renewals.seen(offer_id)
        paper = issue_renewal(offer, principal.name)
        words = canonical.load(paper.content)
        found = _version(offer.cover, words["version"])
        terms = core.terms_at(found.held, found.held.expiry - timedelta(minutes=1))
        assert terms is not None, "an offer is made for a cover that is in force to its expiry"
        product = released.product(offer.product_id)
        moment = offer.offered_at.astimezone(JST)
        return renewal_paper(
            (found.product, terms), (product, cover_reading.request_of(product, offer.request_bytes, moment)),
            number=found.row.number, parties=core_certificate.read_parties(words["parties"]),
            answer_by=date.fromisoformat(words["answer_by"]), made_at=moment,
        )  # fmt: skip


def issue_renewal(offer: RenewalOffer, actor: str) -> IssuedPaper:
    """Issues the paper of an offer in the caller's transaction. Raises NotFound, MissingGlyph."""
    if offer.premium is None:
        raise NotFound
    row = offer.cover

    def says() -> bytes:
        known = CoverTransaction.objects.filter(cover=row, recorded__lte=offer.offered_at).count()
        shown = members.particulars_at(offer.member_id, offer.offered_at, offer.offered_at)
        parties = _parties(row.member, shown, members.agency_of(offer.member_id))
        answer_by = renewals.turn_of(offer.group_year) - timedelta(days=1)
        entry = {"version": known, "offer": str(offer.id), "answer_by": answer_by.isoformat(),
                 "request_sha256": canonical.sha256(bytes(offer.request_bytes)), "premium": offer.premium}  # fmt: skip
        return _words(row, parties, entry)

    return _issue(Of(PaperKind.RENEWAL_PAPER, 1, cover=row, offer=offer), says, actor)


# --- applications -------------------------------------------------------------------------------------------------


def important_matters(principal: Principal, application_id: UUID | str, language: Language) -> bytes:
    """契約概要・注意喚起情報 of exactly the version that the application is for: once given, the bytes that were given.

    Before, and in English, as they would be given today. Raises PermissionDenied, NotFound, Refused.
    """
    found = applications.one(principal, application_id)
    given = found.held.get(Step.papers)
    if language == "ja" and given is not None and given.content:
        return given_papers.kept(given.content)
    return given_papers.important_matters(found.product, language)


def copy_of_application(principal: Principal, application_id: UUID | str) -> bytes:
    """申込書控え with all answers, for those who see answers. Raises PermissionDenied, NotFound (not signed)."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        if principal.role not in SEE_ANSWERS:
            raise PermissionDenied
        found = applications.standing(applications.seen(application_id))
        signed, disclosed = found.row(Step.signature), found.row(Step.disclosure)
        if signed is None or disclosed is None or found.answers is None or Step.signature not in found.held:
            raise NotFound
        application = found.application

        def says() -> bytes:
            shown = members.particulars_at(application.member_id, signed.at, signed.at)
            parties = _parties(application.member, shown, application.agency_id)
            return canonical.dump({"application": str(application.id), "content": signed.content,
                                   "parties": core_certificate.parties_words(parties)})  # fmt: skip

        of = Of(PaperKind.APPLICATION_COPY, signed.number, application=application)
        paper = _issue(of, says, principal.name)
        record = ApplicationRecord(
            number=paper.number,
            parties=core_certificate.read_parties(canonical.load(paper.content)["parties"]),
            request=found.request,
            answer=applications.answer_of(found),
            answers=found.answers,
            details=overview.details_of(disclosed),
            steps=found.steps[: signed.number],
            signer=overview.details_of(signed).get("signer", "－"),
            content=signed.content,
        )
        return application_copy(found.product, record, signed.at.astimezone(JST))


# --- products -----------------------------------------------------------------------------------------------------


def of_product(product_id: str, kind: ProductPaper, language: Language) -> bytes:
    """A paper of a product for everybody: its brochure, or 契約概要・注意喚起情報. Raises NotFound."""
    product = catalogue.shipped().get(product_id)
    if product is None:
        raise NotFound
    return given_papers.product_paper(product, kind, language)


# --- what all have ------------------------------------------------------------------------------------------------


def _issue(of: Of, says: Callable[[], bytes], actor: str) -> IssuedPaper:
    """The paper that is issued, or a new one of what it says; every character can be printed (INV-41)."""
    found = issuing.find(of)
    if found is not None:
        return found
    content = says()
    glyphs.check(_texts(canonical.load(content)))
    return issuing.issue(of, content, actor)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def _words(row: Cover, parties: Parties, entry: dict[str, Any]) -> bytes:
    return canonical.dump(
        {"cover": row.number, "product": row.product_id, "parties": core_certificate.parties_words(parties), **entry}
    )


def _parties(member: Member, shown: Particulars, agency_id: UUID | None) -> Parties:
    names = overview.names_of([agency_id, member.association_id, member.cooperative_id])
    association = names.get(member.association_id) if member.association_id else None
    cooperative = names[member.cooperative_id]
    return Parties(
        named_insured=NamedInsured(
            name=shown.legal_name, corporate_number=member.corporate_number or None, address=shown.address or None
        ),
        agency=Agency(name=names.get(agency_id, "－") if agency_id else "－"),
        association=Association(name=association or cooperative, cooperative=cooperative if association else None),
    )
