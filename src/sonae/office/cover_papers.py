"""The papers of applications and covers, made from what is stored when someone who may see it asks for them.

A certificate's version is the number of its last transaction, so an earlier version can always be printed again; its
day of issue is the day on which that transaction was recorded. A number and a version tell a stranger whether the paper
they hold still stands, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sonae import cover as core
from sonae.application import Step
from sonae.certificate import Agency, Association, CertificateSummary, NamedInsured, NoCoverThen, Parties, summarise
from sonae.period import JST
from sonae.product import Product

from . import (
    access,
    applications,
    canonical,
    clock,
    cover_reading,
    covers,
    members,
    overview,
    released,
    renewals,
    walls,
)
from .access import Principal
from .desk import NotFound
from .documents.application import ApplicationRecord, application_copy
from .documents.certificate import certificate_paper, cover_note_paper
from .documents.endorsement import endorsement_paper
from .documents.important_matters import important_matters_paper
from .documents.renewal import renewal_paper
from .documents.words import Language
from .members import Particulars
from .models import Cover, CoverTransaction, Member, MemberParticulars
from .signing import Signer, signer


@dataclass(frozen=True)
class _Version:
    """A cover as known with its first so many transactions."""

    row: Cover
    product: Product
    before: core.Cover
    held: core.Cover
    last: CoverTransaction


def _by() -> Signer:
    return signer(settings.SONAE_KEYS)


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


def _version(cover_id: UUID | str, number: int | None) -> _Version:
    row = covers.seen(cover_id)
    rows = list(CoverTransaction.objects.filter(cover=row).order_by("number"))
    upto = len(rows) if number is None else number
    if not 1 <= upto <= len(rows):
        raise NotFound
    return _Version(
        row, cover_reading.product_of(row), cover_reading.core_of(row, rows[: upto - 1]),
        cover_reading.core_of(row, rows[:upto]), rows[upto - 1],
    )  # fmt: skip


def _numbered(member_id: UUID, number: int) -> Particulars:
    """A member's particulars by their number. Raises NotFound."""
    row = MemberParticulars.objects.filter(member_id=member_id, number=number).first()
    if row is None:
        raise NotFound
    return Particulars(row.legal_name, row.reading, row.postal_code, row.address)


def _summary(found: _Version) -> CertificateSummary:
    last = found.last
    moment = max(clock.now(), last.effective).astimezone(JST)
    known = last.recorded if last.number < found.row.version else max(clock.now(), last.recorded)
    shown = members.particulars_at(found.row.member_id, moment, known)
    parties = _parties(found.row.member, shown, found.row.agency_id)
    earlier = covers.earlier(found.row, known)
    return summarise(found.product, found.held, moment, found.row.number, parties, earlier=earlier)


def certificate(
    principal: Principal, cover_id: UUID | str, site: str, version: int | None = None, *, note: bool = False
) -> bytes:
    """The signed certificate, or with `note` the 付保証明書 (limits only); `site` is where its QR code leads.

    Raises PermissionDenied, NotFound (also when the cover has no terms any more), MissingGlyph.
    """
    with transaction.atomic():
        access.enter(principal, "cover.read")
        found = _version(cover_id, version)
        try:
            summary = _summary(found)
        except NoCoverThen:
            raise NotFound from None
        address = f"{site}/certificates/{found.row.number}/{found.last.number}"
        make = cover_note_paper if note else certificate_paper
        return make(summary, _by(), address=address, made_at=found.last.recorded.astimezone(JST))


def endorsement(principal: Principal, cover_id: UUID | str, number: int) -> bytes:
    """The notice of one change (異動承認書). Raises PermissionDenied, NotFound, MissingGlyph."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        found = _version(cover_id, number)
        if number < 2:
            raise NotFound
        row, last = found.row, found.last
        before = members.particulars_at(row.member_id, last.effective, last.recorded)
        shown = before
        renamed: list[tuple[str, str, str]] = []
        if last.particulars is not None:
            shown = _numbered(row.member_id, last.particulars)
            before = _numbered(row.member_id, last.particulars - 1)
            pairs = (("名称", before.legal_name, shown.legal_name), ("所在地", before.address, shown.address))
            renamed = [pair for pair in pairs if pair[1] != pair[2]]
        return endorsement_paper(
            found.product, found.before, found.held, number=row.number,
            parties=_parties(row.member, shown, row.agency_id), by=_by(),
            made_at=last.recorded.astimezone(JST), renamed=renamed,
        )  # fmt: skip


def important_matters(principal: Principal, application_id: UUID | str, language: Language) -> bytes:
    """契約概要・注意喚起情報 of exactly the version that the application is for. Raises PermissionDenied, NotFound."""
    found = applications.one(principal, application_id)
    return important_matters_paper(found.product, found.application.created_at.astimezone(JST), language=language)


def copy_of_application(principal: Principal, application_id: UUID | str) -> bytes:
    """申込書控え, for the applicant alone. Raises PermissionDenied, NotFound (also before the signature)."""
    with transaction.atomic():
        access.enter(principal, "application.answer")
        found = applications.standing(applications.seen(application_id))
        signed = found.row(Step.signature)
        if signed is None or found.answers is None or Step.signature not in found.held:
            raise NotFound
        member = found.application.member
        shown = members.particulars_at(member.organisation_id, signed.at, signed.at)
        disclosed = found.row(Step.disclosure)
        record = ApplicationRecord(
            number=str(found.application.id),
            parties=_parties(member, shown, found.application.agency_id),
            request=found.request,
            answer=applications.answer_of(found),
            answers=found.answers,
            details=overview.details_of(disclosed) if disclosed is not None else {},
            steps=found.steps,
            signer=overview.details_of(signed).get("signer", "－"),
            content=signed.content,
        )
        return application_copy(found.product, record, signed.at.astimezone(JST))


def renewal(principal: Principal, offer_id: UUID | str) -> bytes:
    """更新のご案内 of one offer. Raises PermissionDenied, NotFound (also when it was refused), MissingGlyph."""
    offer = renewals.one(principal, offer_id)
    with transaction.atomic():
        access.enter(principal, "cover.read")
        if offer.premium is None:
            raise NotFound
        found = _version(offer.cover_id, None)
        terms = core.terms_at(found.held, found.held.expiry - timedelta(minutes=1))
        if terms is None:
            raise NotFound
        product = released.product(offer.product_id)
        moment = offer.offered_at.astimezone(JST)
        asked = cover_reading.request_of(product, canonical.dump(canonical.load(offer.request_bytes)), moment)
        shown = members.particulars_at(offer.member_id, clock.now(), clock.now())
        turn = renewals.turn_of(offer.group_year)
        return renewal_paper(
            (found.product, terms), (product, asked), number=found.row.number,
            parties=_parties(found.row.member, shown, members.agency_of(offer.member_id)),
            answer_by=turn - timedelta(days=1), made_at=moment,
        )  # fmt: skip


# --- strangers --------------------------------------------------------------------------------------------------


class Stands(StrEnum):
    """What a paper that someone holds is worth today."""

    valid = "valid"
    not_begun = "not_begun"
    superseded = "superseded"
    ended = "ended"
    unmade = "unmade"


@dataclass(frozen=True)
class Checked:
    """Whether a version of a cover's certificate stands, and for which period. Nothing of the member."""

    number: str
    version: int
    latest: int
    stands: Stands
    inception: datetime
    ends_at: datetime


def checked(number: str, version: int) -> Checked:
    """For whoever holds a certificate: does it still stand? Raises NotFound for a number or version that never was.

    The number cannot be guessed (50 random bits), and the answer names nobody.
    """
    with transaction.atomic():
        walls.enter(reach="all")
        row = Cover.objects.filter(number=number).first()
        walls.enter()
        if row is None or not 1 <= version <= row.version:
            raise NotFound
        now = clock.now()
        if row.ends_at == row.inception:
            stands = Stands.unmade
        elif now >= row.ends_at:
            stands = Stands.ended
        elif version < row.version:
            stands = Stands.superseded
        else:
            stands = Stands.not_begun if now < row.inception else Stands.valid
        return Checked(row.number, version, row.version, stands, row.inception, row.ends_at)
