"""How a mail leaves the office: into a folder as one .eml file each, or to a mail server. Chosen by SONAE_MAIL.

An adapter is handed a finished message whose Message-ID never changes, so whoever receives it twice can tell.
"""

from __future__ import annotations

import os
import secrets
import smtplib
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from . import clock
from .environment import private_dir

SECONDS = 10
"""A mail server that does not answer is given up after this long: the attempt holds a transaction."""


class Undelivered(Exception):
    """It did not leave; `code` says why without a word of the server's, which may name people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Letter:
    """A mail ready to leave."""

    id: UUID
    to: str
    subject: str
    text: str


class Adapter(Protocol):
    """What sends: its name for the record, and the one act. Raises Undelivered."""

    name: str

    def send(self, letter: Letter) -> None: ...


class ToFolder:
    """One file a mail, named by its id: sent again it is there already, and nothing happens."""

    name = "file"

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self.sender = folder, sender

    def send(self, letter: Letter) -> None:
        place = self.folder / f"{letter.id}.eml"
        if place.exists():
            return
        draft = self.folder / f".{letter.id}.{secrets.token_hex(4)}"
        try:
            private_dir(self.folder)
            # Written beside and moved into place: a file that is there is whole.
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_message(letter, self.sender).message().as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise Undelivered(type(error).__name__) from None


class ToServer:
    """A mail server, through Django's backend; `smtp` with STARTTLS, `smtps` encrypted from the first byte."""

    name = "smtp"

    def __init__(self, address: str, sender: str) -> None:
        self.parts, self.sender = urlsplit(address), sender

    def send(self, letter: Letter) -> None:
        parts, encrypted = self.parts, self.parts.scheme == "smtps"
        connection = get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host=parts.hostname, timeout=SECONDS,
            port=parts.port or (465 if encrypted else 587), username=unquote(parts.username or ""),
            password=unquote(parts.password or ""), use_ssl=encrypted,
            use_tls=not encrypted and parts.query != "plain",
        )  # fmt: skip
        try:
            connection.send_messages([_message(letter, self.sender)])
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"{type(error).__name__} {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(type(error).__name__) from None


def _message(letter: Letter, sender: str) -> EmailMessage:
    place = sender.rpartition("@")[2].rstrip(">")
    headers = {
        "Message-ID": f"<{letter.id}@{place}>",
        "Date": format_datetime(clock.now()),
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(letter.subject, letter.text, sender, [letter.to], headers=headers)


def adapter() -> Adapter | None:
    """The adapter of this office; None in production until SONAE_MAIL names one: mails are recorded and wait."""
    chosen = settings.ENVIRONMENT.mail
    if chosen is None:
        return None
    sender = settings.ENVIRONMENT.mail_from
    if chosen == "file":
        return ToFolder(settings.DATA_DIR / "outbox", sender)
    return ToServer(chosen, sender)
