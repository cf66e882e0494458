"""Personal fields: each person's under a data key of their own, which can be erased.

AES-256-GCM with a random 96-bit nonce. The additional data name table, column, row and key version, so that a
ciphertext moved to another place does not open. A data key lies in the database only wrapped by the
key-encryption key, which lies outside (keys.py).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from . import clock
from .models import SubjectKey

_NONCE = 12


class Erased(Exception):
    """The subject's key was erased: the field is gone for good."""


class Altered(Exception):
    """The ciphertext does not belong to this row and column, or was changed."""


def new_key(organisation_id: UUID, *, contact: str | None = None) -> tuple[SubjectKey, bytes]:
    """A stored key for one person, and its data key. `contact` can be found again by its blind index only."""
    keys = settings.SONAE_KEYS
    row = SubjectKey(organisation_id=organisation_id, key_version=keys.current_version, created_at=clock.now())
    data_key = secrets.token_bytes(32)
    row.wrapped_key = _seal(keys.key_encryption_keys[keys.current_version], data_key, _wrapping(row))
    row.blind_index = None if contact is None else blind_index(contact)
    row.save(force_insert=True)
    return row, data_key


def open_key(row: SubjectKey) -> bytes:
    """The data key of a subject. Raises Erased, Altered."""
    if row.wrapped_key is None:
        raise Erased
    return _open(settings.SONAE_KEYS.key_encryption_keys[row.key_version], bytes(row.wrapped_key), _wrapping(row))


def encrypt(data_key: bytes, plain: bytes, *, table: str, column: str, row: UUID, key_version: int) -> bytes:
    return _seal(data_key, plain, _place(table, column, row, key_version))


def decrypt(data_key: bytes, sealed: bytes, *, table: str, column: str, row: UUID, key_version: int) -> bytes:
    """Raises Altered."""
    return _open(data_key, sealed, _place(table, column, row, key_version))


def erase(row: SubjectKey) -> None:
    """Destroys a subject's key and its trace in the index; every field under it is unreadable from now on."""
    row.wrapped_key, row.blind_index, row.erased_at = None, None, clock.now()
    row.save(update_fields=["wrapped_key", "blind_index", "erased_at"])


def blind_index(contact: str) -> bytes:
    """The keyed trace of a contact: equal for the same person's mail or number however it was typed."""
    form = unicodedata.normalize("NFKC", contact).casefold()
    searched = "".join(character for character in form if not character.isspace())
    return hmac.new(settings.SONAE_KEYS.blind_index_key, searched.encode("utf-8"), hashlib.sha256).digest()


def _wrapping(row: SubjectKey) -> bytes:
    return _place("subject_key", "wrapped_key", row.id, row.key_version)


def _place(table: str, column: str, row: UUID, key_version: int) -> bytes:
    return f"{table}/{column}/{row}/{key_version}".encode("ascii")


def _seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _open(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
    except (InvalidTag, ValueError):
        raise Altered from None
