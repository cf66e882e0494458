"""The desk: the one door for everything stored. Each method reads, decides and appends in one transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from sonae import quotation as core
from sonae.doors import answer as answer_door
from sonae.doors import problem as problem_door
from sonae.doors import request as request_door
from sonae.period import JST
from sonae.quotation import Answer

from . import access, catalogue, clock, idempotency, journal, released, replaying, subjects, walls
from .access import Principal
from .idempotency import Kept, OtherBody, StillRunning
from .models import Quotation, QuotationShare, SubjectKey
from .people import (
    NewKey,
    Unacceptable,
    create_key,
    create_organisation,
    create_user,
    name_of,
    revoke_key,
    set_registration,
    set_up_operator,
    suspend_user,
)
from .replaying import Replay

__all__ = [
    "Kept",
    "NewKey",
    "NotFound",
    "OtherBody",
    "Replay",
    "Shared",
    "StillRunning",
    "StoredQuotation",
    "Unacceptable",
    "create_key",
    "create_organisation",
    "create_user",
    "erase_subject",
    "estimate",
    "list_quotations",
    "name_of",
    "quotation",
    "replay",
    "replay_all",
    "revoke_key",
    "revoke_shares",
    "set_registration",
    "set_up_operator",
    "share",
    "shared",
    "shared_until",
    "store_quotation",
    "suspend_user",
]

STORE_ROUTE = "POST /api/v1/quotations"
PAGE_LIMIT = 100


class NotFound(Exception):
    """There is no such thing, or not for whoever asks: the two look the same."""


@dataclass(frozen=True)
class StoredQuotation:
    """What was answered and stored; `answer_bytes` are the bytes to send. `row` is None for a replayed answer."""

    id: str
    answer_bytes: bytes
    replayed: bool = False


@dataclass(frozen=True)
class Shared:
    """A fresh link's token, shown once, and until when it opens the quotation."""

    token: str
    expires_at: datetime


# --- asking -----------------------------------------------------------------------------------------------------


def estimate(raw: bytes) -> Answer | problem_door.Problem:
    """Prices the bytes of a request and stores nothing."""
    moment = clock.now()
    read = request_door.read(catalogue.shipped(), raw, moment)
    if isinstance(read, problem_door.Problem):
        return read
    return core.quote(read.product, read.request, moment)


def store_quotation(
    principal: Principal, raw: bytes, idempotency_key: str | None = None
) -> StoredQuotation | problem_door.Problem:
    """Prices a request and stores question and answer; a refusal is stored too, a broken request is not.

    Raises PermissionDenied, StillRunning, OtherBody.
    """
    with transaction.atomic():
        access.enter(principal, "quotation.store")
        if idempotency_key is not None:
            kept = idempotency.begin(principal.name, STORE_ROUTE, idempotency_key, raw)
            if kept is not None:
                return StoredQuotation(kept.location, kept.answer, replayed=True)
        moment = clock.now()
        read = request_door.read(catalogue.shipped(), raw, moment)
        if isinstance(read, problem_door.Problem):
            return read
        product, request = read.product, read.request
        quotation_id = uuid4()
        valid_until = moment.date() + timedelta(days=product.calendar.quotation_valid_days)
        answer = core.stored(
            core.quote(product, request, moment), str(quotation_id), moment.isoformat(), valid_until.isoformat()
        )
        answer_bytes = answer_door.encode(answer)
        released.keep(product)
        addressee = read.addressee
        subject, kept_bytes = _sealed(principal, quotation_id, raw, addressee.contact if addressee else None)
        row = Quotation.objects.create(
            id=quotation_id,
            agency_id=principal.organisation_id,
            created_by_id=principal.user_id,
            created_at=moment,
            valid_until=valid_until,
            product_id=product.hash,
            request_bytes=kept_bytes,
            subject_key=subject,
            answer_bytes=answer_bytes,
            premium=answer.premium,
            industry=request.industry,
            annual_sales=request.annual_sales,
            plan=request.plan,
            set=request.set,
            for_name=addressee.name if addressee else "",
            for_corporate_number=(addressee.corporate_number or "") if addressee else "",
        )
        journal.append(
            f"quotation/{row.id}", "quotation_stored", actor=principal.name, organisation_id=row.agency_id,
            body=replaying.digests(row),
        )  # fmt: skip
        if idempotency_key is not None:
            idempotency.keep(
                principal.name, STORE_ROUTE, idempotency_key, raw, Kept(201, str(quotation_id), answer_bytes)
            )
    return StoredQuotation(str(quotation_id), answer_bytes)


def _sealed(
    principal: Principal, quotation_id: UUID, raw: bytes, contact: str | None
) -> tuple[SubjectKey | None, bytes]:
    """The request's bytes as they are kept: as received, or under the contact's own key when there is a contact."""
    if contact is None:
        return None, raw
    subject, data_key = subjects.new_key(principal.organisation_id, contact=contact)
    return subject, subjects.encrypt(
        data_key, raw, table="quotation", column="request_bytes", row=quotation_id, key_version=subject.key_version
    )


# --- reading ----------------------------------------------------------------------------------------------------


def quotation(principal: Principal, quotation_id: UUID | str) -> Quotation:
    """One stored quotation. Raises PermissionDenied, NotFound (also for another agency's)."""
    with transaction.atomic():
        access.enter(principal, "quotation.read")
        return _one(quotation_id)


def list_quotations(
    principal: Principal, *, before: tuple[datetime, UUID] | None = None, limit: int = 50, name: str = ""
) -> list[Quotation]:
    """The newest stored quotations first, at most 100; `before` is the last row's (created_at, id) of the page before.

    `name` narrows to companies whose name contains it.
    """
    with transaction.atomic():
        access.enter(principal, "quotation.read")
        rows = Quotation.objects.order_by("-created_at", "-id")
        if principal.reach("quotation.read") == "own":
            rows = rows.filter(agency_id=principal.organisation_id)
        if before is not None:
            rows = rows.extra(where=["(created_at, id) < (%s, %s)"], params=list(before))
        if name:
            rows = rows.filter(for_name__contains=name)
        return list(rows[: max(1, min(limit, PAGE_LIMIT))])


def _one(quotation_id: UUID | str) -> Quotation:
    try:
        asked = quotation_id if isinstance(quotation_id, UUID) else UUID(quotation_id)
        return Quotation.objects.get(id=asked)
    except (ValueError, Quotation.DoesNotExist):
        raise NotFound from None


# --- sharing ----------------------------------------------------------------------------------------------------


def share(principal: Principal, quotation_id: UUID | str) -> Shared:
    """A link to one quotation for whoever holds it, to the end of the quotation's last valid day.

    Raises PermissionDenied, NotFound (also when the quotation is no longer valid: its link would open nothing).
    """
    with transaction.atomic():
        access.enter(principal, "quotation.share")
        row = _one(quotation_id)
        moment = clock.now()
        last_day = datetime.combine(row.valid_until, datetime.min.time(), JST)
        expires = last_day + timedelta(days=1)
        if moment >= expires:
            raise NotFound
        token = secrets.token_urlsafe(32)
        made = QuotationShare.objects.create(
            quotation=row,
            agency_id=row.agency_id,
            token_sha256=_hash(token),
            created_by_id=principal.user_id,
            created_at=moment,
            expires_at=expires,
        )
        journal.append(
            f"quotation/{row.id}", "quotation_shared", actor=principal.name, organisation_id=row.agency_id,
            body={"share": str(made.id), "expires_at": expires.isoformat()},
        )  # fmt: skip
    return Shared(token, expires)


def revoke_shares(principal: Principal, quotation_id: UUID | str) -> int:
    """No link to the quotation opens anything from the next request on; how many did.

    Safe to repeat: a second time there is nothing left to end, and nothing is noted. Raises PermissionDenied, NotFound.
    """
    with transaction.atomic():
        access.enter(principal, "quotation.share")
        row, moment, ended = _one(quotation_id), clock.now(), 0
        live = QuotationShare.objects.filter(quotation=row, revoked_at=None, expires_at__gt=moment)
        for made in live.select_for_update().order_by("created_at", "id"):
            made.revoked_at = moment
            made.save(update_fields=["revoked_at"])
            ended += 1
            journal.append(
                f"quotation/{row.id}", "share_revoked", actor=principal.name, organisation_id=made.agency_id,
                body={"share": str(made.id)},
            )  # fmt: skip
    return ended


def shared_until(principal: Principal, quotation_id: UUID | str) -> datetime | None:
    """Until when a link to the quotation opens it; None: no link does. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "quotation.share")
        live = QuotationShare.objects.filter(quotation=_one(quotation_id), revoked_at=None, expires_at__gt=clock.now())
        last: datetime | None = live.aggregate(last=Max("expires_at"))["last"]
        return last


def shared(token: str) -> Quotation:
    """The quotation behind a link. Raises NotFound for any link that is unknown, expired or revoked."""
    if not (token.isascii() and len(token) == 43):
        raise NotFound
    digest = _hash(token)
    with transaction.atomic():
        walls.enter(share=digest.hex())
        found = (
            QuotationShare.objects.select_related("quotation")
            .filter(token_sha256=digest, revoked_at=None, expires_at__gt=clock.now())
            .first()
        )
        if found is None:
            raise NotFound
        return found.quotation


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


# --- proving ----------------------------------------------------------------------------------------------------


def replay(principal: Principal, quotation_id: UUID | str) -> Replay:
    """Recomputes a stored quotation and compares it byte for byte. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "quotation.replay")
        return replaying.replay(_one(quotation_id))


def replay_all(principal: Principal) -> Iterator[Replay]:
    """Recomputes every stored quotation, oldest first; reads a few hundred at a time."""
    last: tuple[datetime, UUID] | None = None
    while True:
        with transaction.atomic():
            access.enter(principal, "quotation.replay")
            rows = Quotation.objects.select_related("subject_key").order_by("created_at", "id")
            if last is not None:
                rows = rows.extra(where=["(quotation.created_at, quotation.id) > (%s, %s)"], params=list(last))
            batch = list(rows[:300])
            results = [replaying.replay(row) for row in batch]
        if not batch:
            return
        last = (batch[-1].created_at, batch[-1].id)
        yield from results


def erase_subject(principal: Principal, contact: str) -> int:
    """Destroys every key of the person behind a contact; what lay under them is unreadable from now on.

    Returns how many keys were destroyed. The quotations stay, with price and company, without the person.
    """
    with transaction.atomic():
        access.enter(principal, "subject.erase")
        keys = list(SubjectKey.objects.filter(blind_index=subjects.blind_index(contact)))
        for key in keys:
            subjects.erase(key)
            journal.append(
                f"subject/{key.id}", "subject_erased", actor=principal.name, organisation_id=key.organisation_id,
                body={},
            )  # fmt: skip
    return len(keys)
