"""Check a certificate (加入者証・加入内容確認書・付保証明書) offline, from nothing but the file and a public key.

    python -m verify.certificate FILE KEY.pem

FILE is the PDF, or a text file with what the QR code says. The rules, in full:

* The metadata of the PDF hold `sonae-signature=KEY:DIGITS`: the key id (first 16 hexadecimal digits of the SHA-256
  of the public key's 32 bytes) and an Ed25519 signature in 128 hexadecimal digits. It may stand there more than once,
  always the same. It signs `sonae paper`, a line feed, and the file with those digits replaced by zeros.
* They may hold `sonae-summary=SEAL`, and the QR code holds the same SEAL behind a `#`. A seal is
  `S1.KEY.DATA.SIGNATURE`: an Ed25519 signature of `sonae certificate summary`, a line feed, and `S1.KEY.DATA`.
  DATA is the summary as JSON, by raw deflate with the dictionary below. Both are base64url without padding.
* The JSON has one spelling (RFC 8785): keys in order, no white space, whole numbers.

Exit status 0 and the summary on standard output when all of it stands, 1 with the reason when not. Standard library
and `cryptography` only.
"""

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

DICTIONARY = (
    "株式会社有限会社合同会社組合協同組合中央会会員団体保険事務所損害保険保険代理店農業建設業製造業卸売業小売業不動産業サービス業"
    "都道府県市区町村丁目番地年度版ワイドプランベーシックプランフリーセット賠償責任保険特約付帯セット利益損害補償特約"
    "1請求・補償期間中1事故・補償期間中"
    '{"agency":{"name":"","phone":"0","registration":"","solicitor":""},"annual_premium":'
    ',"annual_sales":00000000,"association":{"cooperative":"","name":""},"clauses":["","'
    '"emergency_number":"issuer":"cover_note"],"expiry":"2028-04-01T16:00+09:00","federation":"'
    '","format":1,"group_discount":20,"inception":"2027-04-01T16:00+09:00","industry":"業","insurers":['
    '{"leads":true,"name":"","share":10000},"leads":false,],"it_sales":,"kind":"certificate","known_at":"2027-01-01T'
    '"limits":[{"basis":"","coverage":"liability","deductible":0,"limit":100000000,"since":[[100000000,"'
    '2027-04-01T16:00+09:00"]]},{"basis":"","coverage":"expense","deductible":0,"limit":30000000,"since":[[30000000,"'
    '2027-04-01T16:00+09:00"]]},{"basis":"","coverage":"business_income","deductible":0,"limit":10000000,"since":'
    '"named_insured":{"address":"","corporate_number":"","name":"株式会社"},"number":"","plan":"","plan_title":"",'
    '"premium":,"product":"","product_hash":"","security_discount":30,"set":"セット1","terms_from":"'
    '2027-04-01T16:00+09:00","version":1,"wording":"'
).encode()

_HEX = frozenset("0123456789abcdef")


class Refused(Exception):
    """Why the document is not what it claims to be."""


class Key:
    """The public key to check by, and its id."""

    def __init__(self, pem: bytes) -> None:
        public = load_pem_public_key(pem)
        if not isinstance(public, Ed25519PublicKey):
            raise Refused("the key is not an Ed25519 public key")
        self.public = public
        self.id = hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]

    def check(self, name: str, signature: bytes, message: bytes, what: str) -> None:
        if name != self.id:
            raise Refused(f"{what} is signed by key {name}, not by {self.id}")
        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            raise Refused(f"{what} was changed: its signature does not stand") from None


def summary_of(seal: str, key: Key) -> dict[str, Any]:
    """The summary that a seal holds."""
    parts = seal.split(".")
    if len(parts) != 4 or parts[0] != "S1":
        raise Refused("this is no seal")
    key.check(parts[1], _bytes(parts[3]), f"sonae certificate summary\n{'.'.join(parts[:3])}".encode(), "the summary")
    inflate = zlib.decompressobj(wbits=-15, zdict=DICTIONARY)
    text = inflate.decompress(_bytes(parts[2])).decode("utf-8")
    if not inflate.eof or inflate.unused_data:
        raise Refused("the summary does not end where it should")
    summary = json.loads(text)
    if json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":")) != text:
        raise Refused("the summary is not in its one spelling")
    return dict(summary)


def check(document: bytes, key: Key) -> dict[str, Any] | None:
    """The summary of a document that stands; None for a signed paper without one. Raises Refused."""
    if not document.startswith(b"%PDF-"):
        return summary_of(document.decode("utf-8", "replace").strip().split("#")[-1], key)
    names = set(_behind(document, b"sonae-signature=", 16 + 1 + 128))
    if len(names) != 1:
        raise Refused(f"the file holds {len(names)} signatures, not one")
    name, colon, digits = names.pop().partition(":")
    if colon != ":" or len(digits) != 128 or not _HEX.issuperset(digits):
        raise Refused("the file's signature is not written as it should be")
    mark = f"sonae-signature={name}:"
    blank = document.replace(f"{mark}{digits}".encode(), f"{mark}{'0' * 128}".encode())
    key.check(name, bytes.fromhex(digits), b"sonae paper\n" + blank, "the file")
    seals = {
        text.partition(",")[0].partition(")")[0].partition("<")[0]
        for text in _behind(document, b"sonae-summary=", 3000)
    }
    if len(seals) > 1:
        raise Refused("the file holds several summaries")
    return summary_of(seals.pop(), key) if seals else None


def _behind(document: bytes, mark: bytes, length: int) -> list[str]:
    """What stands behind each occurrence of a mark."""
    found, at = [], document.find(mark)
    while at >= 0:
        found.append(document[at + len(mark) : at + len(mark) + length].decode("latin-1"))
        at = document.find(mark, at + 1)
    return found


def _bytes(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Refused("a part is not base64url in its one spelling")
    return raw


def main(arguments: list[str]) -> int:
    """Check one document and print its summary."""
    if len(arguments) != 2:
        print("usage: python -m verify.certificate FILE KEY.pem", file=sys.stderr)
        return 1
    try:
        summary = check(Path(arguments[0]).read_bytes(), Key(Path(arguments[1]).read_bytes()))
    except Refused as reason:
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    except (ValueError, OSError, zlib.error) as reason:
        print(f"refused: unreadable ({reason})", file=sys.stderr)
        return 1
    print(json.dumps(summary, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
