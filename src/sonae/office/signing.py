"""Signatures on papers: a third party checks a certificate offline, from the file alone or from its QR code alone.

Two signatures, both Ed25519 (RFC 8032) by the key of the key file:

* The seal is the signed summary as text: `S1.KEY.SUMMARY.SIGNATURE`. KEY is the key id, SUMMARY the canonical bytes
  compressed (`certificate.compress`), SIGNATURE is over `sonae certificate summary`, a line feed and all of the text
  before the last point; both are base64url without padding. It stands in the QR code and in the file's metadata.
* The file's signature is a keyword in its metadata, `sonae-signature=KEY:SIGNATURE` with 128 hexadecimal digits. It is
  over `sonae paper`, a line feed and all bytes of the file, with those digits as zeros. Nothing follows the end of the
  file, so it stays PDF/A, and there is no byte that is not signed.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from sonae.certificate import WORDS_IN_ADVANCE, CertificateSummary, canonical, compress
from sonae.office.keys import Keys

_SEAL: Final = re.compile(r"S1\.([0-9a-f]{16})\.([\w-]+)\.([\w-]{86})", re.ASCII)
_FILE_SIGNATURE: Final = re.compile(rb"sonae-signature=([0-9a-f]{16}):([0-9a-f]{128})")
_FILE_SEAL: Final = re.compile(rb"sonae-summary=(S1\.[0-9A-Za-z_.-]+)")
_LARGEST_SUMMARY: Final = 20_000
"""Bytes; a seal that unpacks to more is none of ours."""


class Forged(ValueError):
    """The signature does not stand, or the text is no seal: nothing in it may be believed."""


class UnknownKey(Forged):
    """Signed by a key that the checker does not have."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs, and its id: the first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes."""

    private: Ed25519PrivateKey
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature."""
        return self.private.sign(message)

    @property
    def public_pem(self) -> str:
        """The public key as others keep it: PEM, SubjectPublicKeyInfo."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def signer(keys: Keys) -> Signer:
    """The signer of this installation."""
    private = Ed25519PrivateKey.from_private_bytes(keys.signing_key)
    return Signer(private, key_id(private.public_key()))


def key_id(public: Ed25519PublicKey) -> str:
    """The id of a public key."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def read_public_keys(*pems: bytes) -> dict[str, Ed25519PublicKey]:
    """Public keys by id. ValueError for what is no Ed25519 key in PEM."""
    keys: dict[str, Ed25519PublicKey] = {}
    for pem in pems:
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("the key is not an Ed25519 key")
        keys[key_id(key)] = key
    return keys


# --- the summary -------------------------------------------------------------------------------------------------


def seal(by: Signer, summary: CertificateSummary) -> str:
    """The signed summary as ASCII text, for a QR code."""
    head = f"S1.{by.key_id}.{_to_text(compress(canonical(summary)))}"
    return f"{head}.{_to_text(by.sign(_summary_message(head)))}"


def open_seal(text: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The summary of a seal as plain words (`certificate.canonical`). Raises Forged."""
    found = _SEAL.fullmatch(text)
    if found is None:
        raise Forged("this is no signed summary")
    head, signature = text.rpartition(".")[0], _from_text(found[3])
    _verify(keys, found[1], signature, _summary_message(head))
    unpacker = zlib.decompressobj(-15, WORDS_IN_ADVANCE)
    raw = unpacker.decompress(_from_text(found[2]), _LARGEST_SUMMARY)
    words = json.loads(raw)
    assert isinstance(words, dict), "only summaries are signed as summaries"
    return words


# --- the file ----------------------------------------------------------------------------------------------------


def keywords(by: Signer, sealed: str | None) -> list[str]:
    """What a paper's metadata carries: the seal, if it shows a summary, and the room for the file's signature."""
    room = f"sonae-signature={by.key_id}:{'0' * 128}"
    return [room] if sealed is None else [f"sonae-summary={sealed}", room]


def sign_file(by: Signer, paper: bytes) -> bytes:
    """The paper with its signature put into the room that `keywords` left; no other byte changes."""
    name = by.key_id.encode()
    room = _written(name, b"0" * 128)
    assert paper.count(room) == paper.count(b"sonae-signature=") > 0, "the paper has room"
    return paper.replace(room, _written(name, by.sign(_file_message(paper)).hex().encode()))


@dataclass(frozen=True, slots=True)
class Checked:
    """A file or text whose signatures stand. `summary` is None for a signed paper that shows no summary."""

    key_id: str
    whole_file: bool
    summary: dict[str, Any] | None


def check(document: bytes, keys: Mapping[str, Ed25519PublicKey]) -> Checked:
    """Check a signed PDF, or the text of a QR code (with or without the address before `#`). Raises Forged."""
    if not document.startswith(b"%PDF-"):
        try:
            text = document.decode("ascii").strip().rpartition("#")[2]
        except UnicodeDecodeError:
            raise Forged("this is neither a PDF nor the text of a QR code") from None
        summary = open_seal(text, keys)
        return Checked(text.split(".")[1], whole_file=False, summary=summary)
    signatures = set(_FILE_SIGNATURE.findall(document))
    if len(signatures) != 1:
        raise Forged("the file carries no signature" if not signatures else "the file carries several signatures")
    name, signature = signatures.pop()
    blank = document.replace(_written(name, signature), _written(name, b"0" * 128))
    _verify(keys, name.decode(), bytes.fromhex(signature.decode()), _file_message(blank))
    seals = set(_FILE_SEAL.findall(document))
    if len(seals) > 1:
        raise Forged("the file carries several summaries")
    return Checked(name.decode(), True, open_seal(seals.pop().decode(), keys) if seals else None)


def _written(name: bytes, digits: bytes) -> bytes:
    """The keyword that carries the file's signature."""
    return b"sonae-signature=" + name + b":" + digits


def _verify(keys: Mapping[str, Ed25519PublicKey], name: str, signature: bytes, message: bytes) -> None:
    if name not in keys:
        raise UnknownKey(f"signed by the key {name}, which is not among the keys to check by")
    try:
        keys[name].verify(signature, message)
    except InvalidSignature:
        raise Forged("the signature does not stand: something was changed") from None


def _summary_message(head: str) -> bytes:
    return b"sonae certificate summary\n" + head.encode("ascii")


def _file_message(paper: bytes) -> bytes:
    return b"sonae paper\n" + paper


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _from_text(text: str) -> bytes:
    """Base64url without padding, in its one spelling: unused bits are zero."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Forged("this is no signed summary") from None
    if _to_text(raw) != text:
        raise Forged("this is no signed summary")
    return raw
