"""A member, its cover and a signer for the tests of papers; and how to read a paper back."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pypdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sonae.certificate import Agency, Association, CertificateSummary, NamedInsured, Parties, summarise
from sonae.cover import Cover, Reason, Transaction, append, moment_of
from sonae.office import catalogue, signing
from sonae.period import JST
from sonae.product import Product
from sonae.risk import QuotationRequest

PRODUCT = catalogue.product("chuokai_cyber_2024")
NAME = "株式会社髙﨑𠮷野工務店"
NUMBER = "27-000123-4"
ADDRESS = "https://sonae.example.jp/certificates/27-000123-4"
MADE = datetime(2027, 3, 1, 10, 0, tzinfo=JST)
DAY = date(2027, 4, 1)

_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = signing.Signer(_PRIVATE, signing.key_id(_PRIVATE.public_key()))
KEYS = signing.read_public_keys(SIGNER.public_pem.encode())
_OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_SIGNER = signing.Signer(_OTHER, signing.key_id(_OTHER.public_key()))

PARTIES = Parties(
    named_insured=NamedInsured(name=NAME, corporate_number="1234567890123", address="新潟県長岡市大手通1丁目4-10"),
    agency=Agency(name="信濃川保険事務所", solicitor="山口 沙織", registration="15-0012345", phone="0258-00-0000"),
    association=Association(name="新潟県中小企業団体中央会", cooperative="長岡建設業協同組合"),
)


def at(day: date, product: Product = PRODUCT) -> datetime:
    return moment_of(day, product.calendar.start_hour)


def asked(**changes: Any) -> QuotationRequest:
    usual: dict[str, Any] = {
        "industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "riders": ("business_income",),
        "sheet_discount": 30, "inception": DAY,
    }  # fmt: skip
    return QuotationRequest(**usual | changes)


def enrolled(request: QuotationRequest | None = None, product: Product = PRODUCT) -> Cover:
    request = request or asked()
    day = request.inception
    assert day is not None
    begun = Transaction(
        number=1, reason=Reason.enrolment, effective=at(day, product), recorded=datetime(2027, 2, 10, 3, 4, tzinfo=UTC),
        actor="user:1",
    )  # fmt: skip
    return Cover(
        id="cover", request=request, inception=at(day, product), expiry=at(day.replace(year=day.year + 1), product),
        transactions=(begun,),
    )  # fmt: skip


def endorsed(cover: Cover, day: date, reason: Reason = Reason.endorsement, **changes: Any) -> Cover:
    number = len(cover.transactions) + 1
    recorded = datetime(2027, 6, 1, 3, 0, tzinfo=UTC)
    change = Transaction(
        number=number, reason=reason, effective=at(day), recorded=recorded, actor="user:2", changes=changes
    )
    return append(cover, change)


def summary(cover: Cover | None = None, as_of: datetime = MADE, parties: Parties = PARTIES) -> CertificateSummary:
    return summarise(PRODUCT, cover or enrolled(), as_of, NUMBER, parties)


def named(name: str) -> Parties:
    return replace(PARTIES, named_insured=NamedInsured(name=name))


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of every page, without line breaks and spaces: where a line breaks is not what is tested."""
    return ["".join(page.extract_text().split()) for page in reader(pdf).pages]
