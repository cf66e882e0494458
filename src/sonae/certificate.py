"""What the certificate of a cover says (加入者証; 加入内容確認書 until an issuer is configured), and its signed bytes.

A summary is read off the cover as of a moment, once; papers print it, and nothing else, so a certificate shows one
version of one cover. It never holds an answer of the disclosure or of the discount sheet.
"""

import dataclasses
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sonae.cover import Cover, first_inceptions, segments, written
from sonae.period import JST
from sonae.product import Product
from sonae.quotation import annual_premium, security_discount
from sonae.risk import QuotationRequest
from sonae.selection import select

Kind = Literal["certificate", "cover_note"]


class NoCoverThen(ValueError):
    """No terms are in force at that moment: the cover has ended, was unmade, or is not yet known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInsured:
    """The company on the certificate. Names and address as typed, code point for code point."""

    name: str
    corporate_number: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The agency that handles the cover, its solicitor, and how to reach it."""

    name: str
    solicitor: str | None = None
    registration: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """The association through which the member joined, and its cooperative."""

    name: str
    cooperative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsurerShare:
    """An insurer and its share in ten-thousandths; exactly one of several leads."""

    name: str
    share: int
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Everyone a certificate names. Insurers are empty while their shares are not known."""

    named_insured: NamedInsured
    agency: Agency
    association: Association
    insurers: tuple[InsurerShare, ...] = ()

    def __post_init__(self) -> None:
        if self.insurers:
            if sum(insurer.share for insurer in self.insurers) != 10_000:
                raise ValueError("the insurers' shares are not 100 %")
            if sum(insurer.leads for insurer in self.insurers) != 1:
                raise ValueError("exactly one insurer leads")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLimit:
    """One coverage: its limit and deductible in yen, to what the limit applies, and since when it is held.

    `since` are the layers as (up to yen, first inception): with one layer the whole limit dates from one day.
    """

    coverage: str
    limit: int
    basis: str
    deductible: int
    since: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSummary:
    """What a certificate says of a cover. Yen; sales tax included; discounts in whole percent.

    insurer          how the product names the insurer; `insurers` the shares, empty while they are not known
    version          the number of the cover's last transaction that this summary knows
    known_at         when that transaction was recorded
    expiry           when the cover really ends: earlier than agreed when it was ended
    terms_from       since when the terms shown are in force: any day of theirs gives the same summary
    annual_premium   of these terms; `premium` what is written for the whole period. None on a cover note
    """

    kind: Kind
    number: str
    version: int
    known_at: datetime
    terms_from: datetime
    federation: str
    plan_title: str
    wording: str
    edition: str
    product: str
    product_hash: str
    issuer: str | None
    emergency_number: str | None
    named_insured: NamedInsured
    agency: Agency
    association: Association
    insurer: str
    insurers: tuple[InsurerShare, ...]
    inception: datetime
    expiry: datetime
    plan: str
    set: str
    limits: tuple[CoverageLimit, ...]
    clauses: tuple[str, ...]
    industry: str | None
    annual_sales: int | None
    it_sales: int | None
    group_discount: int | None
    security_discount: int | None
    annual_premium: int | None
    premium: int | None


def summarise(
    product: Product, cover: Cover, as_of: datetime, number: str, parties: Parties, *, earlier: Sequence[Cover] = ()
) -> CertificateSummary:
    """The summary of a cover's terms at a moment; before inception, of the terms it will begin with.

    `cover` is given as it is known (`Cover.known_at`); `earlier` are the covers that it renewed, oldest first, for
    the first inceptions. Raises NoCoverThen.
    """
    moment = max(as_of, cover.inception)
    shown = next((each for each in segments(cover) if each.start <= moment < each.end), None)
    if shown is None or shown.request is None or not cover.transactions:
        raise NoCoverThen(f"{cover.id} has no terms at {moment.isoformat()}")
    request = shown.request
    selection = select(product, request)
    # Cut behind these terms: what is added later has its own first inception, on its own certificate.
    held = (*earlier, dataclasses.replace(cover, expiry=shown.end))
    layers = first_inceptions(held, lambda terms: select(product, terms).limits_held())
    deductibles = product.sets[request.set].deductibles
    bases = product.papers.limit_bases if product.papers is not None else {}
    limits = tuple(
        CoverageLimit(
            coverage=coverage,
            limit=limit,
            basis=bases[coverage].words.ja if coverage in bases else "",
            deductible=deductibles.get(coverage, 0),
            since=tuple((layer.up_to, layer.since) for layer in layers if layer.coverage == coverage),
        )
        for coverage, limit in selection.limits_held().items()
    )
    papers = product.papers
    return CertificateSummary(
        kind="certificate",
        number=number,
        version=cover.transactions[-1].number,
        known_at=cover.transactions[-1].recorded,
        terms_from=shown.start,
        federation=product.federation.ja,
        plan_title=product.name.ja.removeprefix(product.federation.ja).lstrip(" 　:："),
        wording=product.wording.ja,
        edition=product.year.ja,
        product=product.id,
        product_hash=product.hash,
        issuer=papers.issuer.ja if papers is not None and papers.issuer is not None else None,
        emergency_number=papers.emergency_number if papers is not None else None,
        named_insured=parties.named_insured,
        agency=parties.agency,
        association=parties.association,
        insurer=product.insurer.ja,
        insurers=parties.insurers,
        inception=cover.inception,
        expiry=max(segment.end for segment in segments(cover) if segment.request is not None),
        plan=selection.plan.name.ja,
        set=product.sets[request.set].name.ja,
        limits=limits,
        clauses=_clauses(product, request, selection.riders),
        industry=selection.industry.name.ja,
        annual_sales=request.annual_sales,
        it_sales=selection.it_sales or None,
        group_discount=product.constants["group_discount"].value,
        security_discount=security_discount(product, request),
        annual_premium=annual_premium(product, request),
        premium=_written(product, cover),
    )


def cover_note(summary: CertificateSummary) -> CertificateSummary:
    """The same cover for a third party (付保証明書): its limits only, no premium and nothing the premium rests on."""
    return dataclasses.replace(
        summary,
        kind="cover_note",
        limits=tuple(dataclasses.replace(each, since=()) for each in summary.limits),
        industry=None,
        annual_sales=None,
        it_sales=None,
        group_discount=None,
        security_discount=None,
        annual_premium=None,
        premium=None,
    )


def _clauses(product: Product, request: QuotationRequest, riders: tuple[str, ...]) -> tuple[str, ...]:
    """The clauses by official name: those of the plan, then the riders', and riders without a clause of their own."""
    names = [clause.name.ja for clause in product.attached_clauses(request.plan, riders)]
    names += [product.riders[code].name.ja for code in riders if product.riders[code].clause is None]
    return tuple(dict.fromkeys(names))


def _written(product: Product, cover: Cover) -> int | None:
    """The written premium of the whole period; None for a product without part-year money."""
    if product.part_year is None:
        return None

    def annual(terms: QuotationRequest) -> int:
        premium = annual_premium(product, terms)
        assert premium is not None, "a bound cover's terms are priced"
        return premium

    return written(cover, annual, product.part_year).premium


# --- the bytes that are signed -----------------------------------------------------------------------------------

FORMAT: Final = 1
"""The version of the canonical form; it stands in the bytes."""

WORDS_IN_ADVANCE: Final = (
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
"""Words that the compression of format 1 knows beforehand; part of the format, so never changed."""


def canonical(summary: CertificateSummary) -> bytes:
    """The one spelling of a summary: JSON as RFC 8785 writes it, without what is not known.

    UTF-8, no white space, keys in rising order (all are ASCII), whole numbers only, moments as `2027-04-01T16:00+09:00`
    in Japan; a field that is None is left out. Names are never normalised.
    """
    words = _plain(summary) | {"format": FORMAT}
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_canonical(canonical_bytes: bytes) -> CertificateSummary:
    """The summary of its canonical bytes: what was issued is what is printed again."""
    words = json.loads(canonical_bytes)
    assert words.pop("format") == FORMAT, "summaries of another format are not ours"
    for name in ("known_at", "terms_from", "inception", "expiry"):
        words[name] = datetime.fromisoformat(words[name])
    words["limits"] = tuple(
        CoverageLimit(**row | {"since": tuple((up_to, datetime.fromisoformat(day)) for up_to, day in row["since"])})
        for row in words["limits"]
    )
    absent = {part.name: None for part in dataclasses.fields(CertificateSummary)}
    return CertificateSummary(**absent | words | {"clauses": tuple(words["clauses"])} | _parties_words(words))


def parties_words(parties: Parties) -> dict[str, Any]:
    """The parties as plain words, for what papers say."""
    found: dict[str, Any] = _plain(parties)
    return found


def read_parties(words: Mapping[str, Any]) -> Parties:
    """The parties of their plain words."""
    return Parties(**_parties_words(words))


def _parties_words(words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "named_insured": NamedInsured(**words["named_insured"]),
        "agency": Agency(**words["agency"]),
        "association": Association(**words["association"]),
        "insurers": tuple(InsurerShare(**row) for row in words["insurers"]),
    }


def compress(canonical_bytes: bytes) -> bytes:
    """The canonical bytes as raw deflate that knows `WORDS_IN_ADVANCE`, so that they fit a QR code."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, WORDS_IN_ADVANCE)
    return packer.compress(canonical_bytes) + packer.flush()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs: Mapping[str, Any] = {part.name: getattr(value, part.name) for part in dataclasses.fields(value)}
        return {name: _plain(each) for name, each in pairs.items() if each is not None}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(JST).isoformat(timespec="minutes")
    assert isinstance(value, str | int), f"{value!r} has no canonical form"
    return value
