"""A device with passkeys and an authenticator app, in software; it can also do what an attacker would."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from sonae.office import access_factors, clock
from sonae.office.models import User

HOST = {"HTTP_HOST": "localhost"}
"""Passkeys want a host with a name."""
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey on one device. Fields can be turned to what a device must not do."""

    host: str = "localhost"
    origin: str = "http://localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    handle: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, given: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        options = given["publicKey"]
        self.handle = base64url_to_bytes(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(
            clientDataJSON=bytes_to_base64url(client), attestationObject=bytes_to_base64url(attestation)
        )

    def get(self, given: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        client = self._client("webauthn.get", given["publicKey"]["challenge"])
        data = self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=bytes_to_base64url(client), authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(signature), userHandle=bytes_to_base64url(self.handle),
        )  # fmt: skip

    def _data(self, more: int = 0) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: str) -> str:
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def app_of(user: User) -> pyotp.TOTP:
    """The person's app, confirmed without a code."""
    access_factors.give_app(user)
    row = access_factors.live_app(user)
    assert row is not None
    return pyotp.TOTP(access_factors._open(row))


def code(app: pyotp.TOTP, steps: int = 0) -> str:
    return app.generate_otp(int(clock.now().timestamp()) // 30 + steps)
