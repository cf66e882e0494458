"""Members: registered, handled by an agency, confirmed by their cooperative. Reached through these functions only.

Names stay as typed. Membership is evidence with a day, confirmed by the cooperative for a whole list; whether a
member belonged on a day is read off it, never set.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from sonae.doors.vocabulary import is_corporate_number
from sonae.period import japanese_day

from . import access, clock, journal, member_names, subjects
from .access import Principal
from .desk import NotFound
from .models import (
    Handling,
    Member,
    MemberParticulars,
    MembershipEvidence,
    MembershipList,
    Organisation,
    OrganisationKind,
)
from .refusals import refuse

PAGE_LIMIT = 100


@dataclass(frozen=True)
class Particulars:
    """What papers show of a member: name, reading and address as typed."""

    legal_name: str
    reading: str = ""
    postal_code: str = ""
    address: str = ""

    def checked(self) -> Particulars:
        """Itself, with the postal code as seven ASCII digits. Raises Refused."""
        if not member_names.is_usable(self.legal_name):
            raise refuse("name_unusable")
        if any(text and not member_names.is_usable(text) for text in (self.reading, self.address)):
            raise refuse("name_unusable")
        digits = self.postal_code.replace("-", "").replace("〒", "")
        if digits and not re.fullmatch(r"[0-9]{7}", digits, re.ASCII):
            raise refuse("postal_code_unusable")
        return Particulars(self.legal_name, self.reading, digits, self.address)


@dataclass(frozen=True)
class Suspicion:
    """Members that may be one company: the same looks of their names."""

    skeleton: str
    members: tuple[Member, ...]


def register(
    principal: Principal,
    particulars: Particulars,
    *,
    cooperative_id: UUID,
    corporate_number: str = "",
    contact: Mapping[str, str] | None = None,
    member_id: UUID | None = None,
) -> Member:
    """Registers a company of a cooperative; an agency that registers it handles it from now on.

    Raises PermissionDenied, Refused (`member_known` when the number is registered, by whomever).
    """
    wanted = particulars.checked()
    if corporate_number and not is_corporate_number(corporate_number):
        raise refuse("number_unusable")
    if any(name not in ("person", "mail", "phone") or not member_names.is_usable(text)
           for name, text in (contact or {}).items()):  # fmt: skip
        raise refuse("contact_unusable")
    with transaction.atomic():
        access.enter(principal, "member.register")
        body = Organisation.objects.filter(
            id=cooperative_id, kind__in=(OrganisationKind.COOPERATIVE, OrganisationKind.ASSOCIATION)
        ).first()
        if body is None:
            raise refuse("no_such_body")
        moment, member_id = clock.now(), member_id or uuid4()
        Organisation.objects.bulk_create(
            [Organisation(id=member_id, kind=OrganisationKind.MEMBER, name=wanted.legal_name, created_at=moment)]
        )
        if _is_agency(principal):
            Handling.objects.create(member_id=member_id, agency_id=principal.organisation_id, begun_at=moment)
        member = Member(
            organisation_id=member_id, serial=_next_serial(), cooperative=body, association_id=body.parent_id,
            corporate_number=corporate_number, legal_name=wanted.legal_name, reading=wanted.reading,
            search_name=member_names.search_form(wanted.legal_name),
            skeleton=member_names.skeleton(wanted.legal_name), postal_code=wanted.postal_code,
            address=wanted.address, created_at=moment,
        )  # fmt: skip
        try:
            with transaction.atomic():
                member.save(force_insert=True)
        except IntegrityError as error:
            raise refuse("member_known") from error
        _note_particulars(member, wanted, 1, moment, moment, principal.name)
        if contact:
            _seal_contact(member, contact)
        journal.append(
            f"member/{member_id}", "member_registered", actor=principal.name, organisation_id=member_id,
            body={
                "cooperative": str(body.id), "corporate_number": corporate_number, "name": wanted.legal_name,
                "reading": wanted.reading, "postal_code": wanted.postal_code, "address": wanted.address,
                "agency": str(principal.organisation_id) if _is_agency(principal) else None,
                "contact": bytes(member.contact_ciphertext).hex() if member.contact_ciphertext else None,
            },
        )  # fmt: skip
    return member


def _is_agency(principal: Principal) -> bool:
    return principal.role in ("solicitor", "agency_manager")


def _next_serial() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('member_serial')")
        return int(cursor.fetchone()[0])


def _seal_contact(member: Member, contact: Mapping[str, str]) -> None:
    """Person, mail and phone under a key of the contact's own."""
    found = contact.get("mail") or contact.get("phone") or contact.get("person")
    subject, data_key = subjects.new_key(member.organisation_id, contact=found)
    member.subject_key = subject
    member.contact_ciphertext = subjects.encrypt(
        data_key, json.dumps(dict(contact), ensure_ascii=False, sort_keys=True).encode("utf-8"), table="member",
        column="contact", row=member.organisation_id, key_version=subject.key_version,
    )  # fmt: skip
    member.save(update_fields=["subject_key", "contact_ciphertext"])


def contact_of(member: Member) -> dict[str, str] | None:
    """Person, mail and phone; None when there is none or it was erased."""
    if member.subject_key is None or member.contact_ciphertext is None:
        return None
    try:
        data_key = subjects.open_key(member.subject_key)
    except subjects.Erased:
        return None
    opened = subjects.decrypt(
        data_key, bytes(member.contact_ciphertext), table="member", column="contact", row=member.organisation_id,
        key_version=member.subject_key.key_version,
    )  # fmt: skip
    found: dict[str, str] = json.loads(opened)
    return found


def _note_particulars(
    member: Member, wanted: Particulars, number: int, effective: datetime, recorded: datetime, actor: str
) -> None:
    MemberParticulars.objects.create(
        member=member, number=number, legal_name=wanted.legal_name, reading=wanted.reading,
        postal_code=wanted.postal_code, address=wanted.address, effective_at=effective, recorded_at=recorded,
        actor=actor,
    )  # fmt: skip


def amend(member: Member, wanted: Particulars, effective: datetime, actor: str) -> int:
    """A new name or address from a moment on, in the caller's transaction; the number of the new particulars."""
    journal.lock(f"member/{member.organisation_id}")
    checked, moment = wanted.checked(), clock.now()
    number = 1 + MemberParticulars.objects.filter(member=member).count()
    _note_particulars(member, checked, number, effective, moment, actor)
    present = particulars_at(member.organisation_id, moment, moment)
    member.legal_name, member.reading = present.legal_name, present.reading
    member.postal_code, member.address = present.postal_code, present.address
    member.search_name = member_names.search_form(present.legal_name)
    member.skeleton = member_names.skeleton(present.legal_name)
    member.save(
        update_fields=["legal_name", "reading", "postal_code", "address", "search_name", "skeleton"]
    )
    journal.append(
        f"member/{member.organisation_id}", "particulars_changed", actor=actor,
        organisation_id=member.organisation_id, effective_at=effective,
        body={"number": number, "name": checked.legal_name, "reading": checked.reading,
              "postal_code": checked.postal_code, "address": checked.address},
    )  # fmt: skip
    return number


def particulars_at(member_id: UUID, as_of: datetime, known: datetime) -> Particulars:
    """Name and address on a day, as known on another. The first ones hold for every day before them too."""
    rows = MemberParticulars.objects.filter(member_id=member_id)
    row = (
        rows.filter(recorded_at__lte=known, effective_at__lte=as_of).order_by("-effective_at", "-number").first()
        or rows.order_by("number").first()
    )
    if row is None:
        raise NotFound
    return Particulars(row.legal_name, row.reading, row.postal_code, row.address)


# --- reading ----------------------------------------------------------------------------------------------------


def one(principal: Principal, member_id: UUID | str) -> Member:
    """One member. Raises PermissionDenied, NotFound (also for another agency's)."""
    with transaction.atomic():
        access.enter(principal, "member.read")
        return seen(member_id)


def seen(member_id: UUID | str) -> Member:
    """The member, if it is within the reach of this transaction. Raises NotFound."""
    try:
        asked = member_id if isinstance(member_id, UUID) else UUID(member_id)
        return Member.objects.select_related("subject_key").get(organisation_id=asked)
    except (ValueError, Member.DoesNotExist):
        raise NotFound from None


def listed(principal: Principal, *, name: str = "", after: UUID | None = None, limit: int = 50) -> list[Member]:
    """Members within reach, at most 100, in the order of their ids; `name` in any spelling."""
    with transaction.atomic():
        access.enter(principal, "member.read")
        rows = Member.objects.order_by("organisation_id")
        if name:
            rows = rows.filter(search_name__contains=member_names.search_form(name))
        if after is not None:
            rows = rows.filter(organisation_id__gt=after)
        return list(rows[: max(1, min(limit, PAGE_LIMIT))])


def suspicions(principal: Principal) -> list[Suspicion]:
    """Members whose names look the same, for a person to judge. Numbers cannot repeat: the database refuses them."""
    with transaction.atomic():
        access.enter(principal, "member.transfer")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT skeleton FROM member WHERE skeleton <> '' GROUP BY skeleton HAVING count(*) > 1 "
                "ORDER BY skeleton LIMIT 500"
            )
            looks = [row[0] for row in cursor.fetchall()]
        found: dict[str, list[Member]] = {look: [] for look in looks}
        for member in Member.objects.filter(skeleton__in=looks).order_by("serial"):
            found[member.skeleton].append(member)
        return [Suspicion(look, tuple(rows)) for look, rows in found.items()]


# --- who handles a member ---------------------------------------------------------------------------------------


def transfer(principal: Principal, member_id: UUID | str, agency_id: UUID) -> None:
    """Another agency handles the member from now on; the old one sees nothing of it from the next request on."""
    with transaction.atomic():
        access.enter(principal, "member.transfer")
        member = seen(member_id)
        journal.lock(f"member/{member.organisation_id}")
        if not Organisation.objects.filter(id=agency_id, kind=OrganisationKind.AGENCY).exists():
            raise refuse("no_such_body")
        moment = clock.now()
        Handling.objects.filter(member_id=member.organisation_id, ended_at=None).update(ended_at=moment)
        Handling.objects.create(member_id=member.organisation_id, agency_id=agency_id, begun_at=moment)
        _note(principal, member, "handling_transferred", {"agency": str(agency_id)})


def suspend(principal: Principal, member_id: UUID | str, *, suspended: bool) -> None:
    """Takes the handling agency's sight of the member, or gives it back."""
    with transaction.atomic():
        access.enter(principal, "member.transfer")
        member = seen(member_id)
        journal.lock(f"member/{member.organisation_id}")
        Handling.objects.filter(member_id=member.organisation_id, ended_at=None).update(
            suspended_at=clock.now() if suspended else None
        )
        _note(principal, member, "handling_suspended" if suspended else "handling_resumed", {})


def agency_of(member_id: UUID) -> UUID | None:
    """The agency that handles a member now."""
    found = Handling.objects.filter(member_id=member_id, ended_at=None).first()
    return None if found is None else found.agency_id


def _note(principal: Principal, member: Member, kind: str, body: dict[str, Any]) -> None:
    journal.append(
        f"member/{member.organisation_id}", kind, actor=principal.name, organisation_id=member.organisation_id,
        body=body,
    )  # fmt: skip


# --- membership -------------------------------------------------------------------------------------------------


def confirm_list(
    principal: Principal, as_of: date, belongs: Mapping[UUID, bool], cooperative_id: UUID | None = None
) -> MembershipList:
    """The cooperative confirms a whole list: who belonged to it on a day, and who did not.

    Raises PermissionDenied, Refused (a day ahead, or another's member on the list).
    """
    with transaction.atomic():
        access.enter(principal, "membership.confirm")
        moment = clock.now()
        if as_of > japanese_day(moment):
            raise refuse("as_of_ahead")
        body_id = cooperative_id or principal.organisation_id
        for member_id in sorted(belongs, key=str):
            journal.lock(f"member/{member_id}")
        known = set(
            Member.objects.filter(organisation_id__in=belongs, cooperative_id=body_id).values_list(
                "organisation_id", flat=True
            )
        )
        if known != set(belongs) or not belongs or body_id != principal.organisation_id:
            raise refuse("not_of_this_cooperative")
        rows = [[str(member_id), belongs[member_id]] for member_id in sorted(belongs, key=str)]
        content = json.dumps([as_of.isoformat(), rows], separators=(",", ":")).encode("ascii")
        made = MembershipList.objects.create(
            cooperative_id=body_id, as_of=as_of, confirmed_by=principal.name, confirmed_at=moment,
            content_sha256=hashlib.sha256(content).digest(),
        )  # fmt: skip
        MembershipEvidence.objects.bulk_create(
            [
                MembershipEvidence(
                    list=made, member_id=member_id, is_member=is_member, as_of=as_of, recorded_at=moment
                )
                for member_id, is_member in belongs.items()
            ]
        )
        journal.append(
            f"membership/{made.id}", "membership_confirmed", actor=principal.name, organisation_id=body_id,
            body={"as_of": as_of.isoformat(), "rows": rows},
        )  # fmt: skip
    return made


def is_confirmed(member_id: UUID, day: date, evidence_days: int) -> bool:
    """Whether the newest evidence says that the member belongs, and is not too old on that day."""
    newest = MembershipEvidence.objects.filter(member_id=member_id).order_by("-as_of", "-id").first()
    return newest is not None and newest.is_member and newest.as_of >= day - timedelta(days=evidence_days)


def evidence_of(members: Sequence[Member]) -> dict[UUID, MembershipEvidence]:
    """The newest evidence of each of some members."""
    rows = MembershipEvidence.objects.filter(member__in=members).order_by("member_id", "as_of", "id")
    return {row.member_id: row for row in rows}
