"""The outbox: a mail is recorded in the transaction of what causes it, once a cause, and sent by a job.

The message (address, subject, text, links) is ciphertext under a key of its own, which is destroyed once the mail has
left: nobody reads it again. The record says what it was about, for which organisation, when, and how often tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import access, clock, journal, mail_adapters, subjects, walls
from .access import Principal
from .desk import NotFound
from .logs import log
from .mail_adapters import Letter, Undelivered
from .mail_texts import Words
from .models import Mail, MailAddress, MailAttempt, MailKind, MailOutcome, Role, User
from .models.mail import FINAL
from .people import Unacceptable

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,190}")
LISTED = 200
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=5)


@dataclass(frozen=True)
class Recorded:
    """A mail of the list: neither address nor text, which are the recipient's. `outcome` is empty while it waits."""

    mail: Mail
    attempts: int
    outcome: str
    code: str


class NotYet(Exception):
    """It did not leave now; the queue tries it again."""


# --- recording ----------------------------------------------------------------------------------------------------


def record(
    kind: MailKind,
    cause: str,
    organisation_id: UUID,
    to: str,
    words: Words,
    *,
    caused_by: str,
    good_until: datetime | None = None,
) -> bool:
    """Records a mail in the caller's transaction and queues its sending; False if its cause has made one before.

    What is no mail address makes none: an office that has typed rubbish must still be able to work.
    """
    if not ADDRESS.fullmatch(to):
        return False
    with transaction.atomic():
        journal.lock(f"mail/{cause}")
        # For nobody: whoever causes a mail need not be able to read those of the recipient.
        with walls.opened(reach="all"):
            if Mail.objects.filter(cause=cause).exists():
                return False
            subject, data_key = subjects.new_key(organisation_id, contact=to)
            row = Mail(
                id=uuid4(), kind=kind, cause=cause, organisation_id=organisation_id, subject_key=subject,
                caused_by=caused_by, recorded_at=clock.now(), good_until=good_until,
            )  # fmt: skip
            message = {"to": to, "subject": words.subject, "text": words.text}
            row.message_ciphertext = subjects.encrypt(
                data_key, json.dumps(message, ensure_ascii=False).encode("utf-8"), table="mail", column="message",
                row=row.id, key_version=subject.key_version,
            )  # fmt: skip
            row.save(force_insert=True)
        send_mail.defer(mail=str(row.id))
    return True


# --- sending ------------------------------------------------------------------------------------------------------


@app.task(retry=_RETRY, name="sonae.send_mail")
def send_mail(mail: str) -> str:
    """Sends one mail if it has not left; tried again by the queue, then by an operator."""
    outcome = deliver(UUID(mail))
    if outcome == MailOutcome.FAILED:
        raise NotYet
    return outcome


def deliver(mail_id: UUID) -> str:
    """One attempt: its outcome, or empty when no adapter is named (then it waits). Raises NotFound.

    A mail that has left leaves no second time. Killed between the sending and the record, a mail server may get it
    again, under the same Message-ID; the folder keeps one file all the same.
    """
    with transaction.atomic():
        walls.enter(reach="all")
        journal.lock(f"outgoing/{mail_id}")
        row = Mail.objects.select_related("subject_key").filter(id=mail_id).first()
        if row is None:
            raise NotFound
        tried = list(row.attempts.order_by("number"))
        if tried and tried[-1].outcome in FINAL:
            return tried[-1].outcome
        adapter = mail_adapters.adapter()
        if adapter is None:
            return ""
        outcome, code = _attempt(row, adapter)
        MailAttempt.objects.create(
            id=uuid4(), mail=row, number=len(tried) + 1, at=clock.now(), adapter=adapter.name, outcome=outcome,
            code=code[:60],
        )  # fmt: skip
        if outcome in FINAL and row.subject_key.wrapped_key is not None:
            subjects.erase(row.subject_key)
    log.info("mail", code=f"{row.kind} {outcome} {code}".strip(), count=len(tried) + 1)
    return outcome


def _attempt(row: Mail, adapter: mail_adapters.Adapter) -> tuple[MailOutcome, str]:
    if row.good_until is not None and clock.now() >= row.good_until:
        return MailOutcome.EXPIRED, ""
    try:
        data_key = subjects.open_key(row.subject_key)
    except subjects.Erased:
        return MailOutcome.ERASED, ""
    opened = subjects.decrypt(
        data_key, bytes(row.message_ciphertext), table="mail", column="message", row=row.id,
        key_version=row.subject_key.key_version,
    )  # fmt: skip
    message = json.loads(opened)
    try:
        adapter.send(Letter(row.id, message["to"], message["subject"], message["text"]))
    except Undelivered as why:
        return MailOutcome.FAILED, why.code
    return MailOutcome.SENT, ""


# --- for operators ------------------------------------------------------------------------------------------------


def listed(principal: Principal, *, waiting: bool = False, limit: int = 50) -> list[Recorded]:
    """The newest mails, or only those that have not left. Raises PermissionDenied."""
    with transaction.atomic():
        access.enter(principal, "mail.manage")
        rows = Mail.objects.order_by("-recorded_at", "-id")
        if waiting:
            rows = _waiting()
        return [_told(row) for row in rows.prefetch_related("attempts")[: max(1, min(limit, LISTED))]]


def retry(principal: Principal, mail_id: UUID | None = None) -> Iterator[tuple[UUID, str]]:
    """Tries what has not left once more, one transaction each; or one mail. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "mail.manage")
        ids = [mail_id] if mail_id else list(_waiting().values_list("id", flat=True))
    for one in ids:
        yield one, deliver(one)


def _waiting() -> QuerySet[Mail]:
    left = MailAttempt.objects.filter(mail=OuterRef("pk"), outcome__in=FINAL)
    return Mail.objects.filter(~Exists(left)).order_by("recorded_at", "id")


def _told(row: Mail) -> Recorded:
    tried = sorted(row.attempts.all(), key=lambda one: one.number)
    last = tried[-1] if tried else None
    return Recorded(row, len(tried), last.outcome if last else "", last.code if last else "")


# --- addresses ----------------------------------------------------------------------------------------------------


def set_address(principal: Principal, username: str, address: str) -> None:
    """Where a person of the office gets mail from now on; empty: nowhere. Raises PermissionDenied, Unacceptable."""
    with transaction.atomic():
        access.enter(principal, "user.manage")
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise Unacceptable(f"there is no active user {username}")
        keep_address(user, address, principal.name)


def keep_address(user: User, address: str, actor: str) -> None:
    """The address in the caller's transaction, which acts for the person's organisation. Raises Unacceptable."""
    if address and not ADDRESS.fullmatch(address):
        raise Unacceptable("メールアドレスの形ではありません / not a mail address")
    journal.lock(f"mail-address/{user.id}")
    before = MailAddress.objects.filter(user=user).count()
    subject, data_key = subjects.new_key(user.organisation_id, contact=address or None)
    row = MailAddress(
        id=uuid4(), user=user, number=before + 1, organisation_id=user.organisation_id, subject_key=subject,
        set_by=actor, set_at=clock.now(),
    )  # fmt: skip
    row.address_ciphertext = subjects.encrypt(
        data_key, address.encode("utf-8"), table="mail_address", column="address", row=row.id,
        key_version=subject.key_version,
    )  # fmt: skip
    row.save(force_insert=True)


def address_of(user_id: UUID) -> str:
    """A person's present address; empty when there is none, or it was erased. To write to, not to show."""
    with walls.opened(reach="all"):
        rows = MailAddress.objects.filter(user_id=user_id).select_related("subject_key")
        row = rows.order_by("-number").first()
        if row is None or row.subject_key.wrapped_key is None:
            return ""
        data_key = subjects.open_key(row.subject_key)
        return subjects.decrypt(
            data_key, bytes(row.address_ciphertext), table="mail_address", column="address", row=row.id,
            key_version=row.subject_key.key_version,
        ).decode("utf-8")  # fmt: skip


def agents_of(agency_id: UUID) -> list[tuple[UUID, str]]:
    """The people of an agency who may sell today and have an address."""
    sell = (Role.SOLICITOR, Role.AGENCY_MANAGER)
    people = User.objects.filter(organisation_id=agency_id, role__in=sell, is_active=True).order_by("username")
    today = clock.now().date()
    return [(one.id, to) for one in people if one.registration_is_live(today) and (to := address_of(one.id))]
