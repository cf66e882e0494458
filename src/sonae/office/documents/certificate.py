"""The certificate (加入内容確認書; 加入者証 once an issuer is configured) and the note for third parties (付保証明書).

Both print a summary and nothing else, so what stands on the paper is what is signed: in the QR code, in the file's
metadata, and by the signature of the whole file (`office.signing`).
"""

from datetime import datetime
from typing import Any

from sonae.certificate import CertificateSummary, CoverageLimit, cover_note
from sonae.office.documents.certificate_words import LINES, WORDS
from sonae.office.documents.cover import coverage_name
from sonae.office.documents.qr import qr_code
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import amount, day, figure, hour, limit, say, sized
from sonae.office.signing import Signer, keywords, seal, sign_file
from sonae.period import JST
from sonae.yen_text import write_limit

_NAME = ((20, 15), (40, 12), (100, 9), (0, 7))
_SMALL = ((44, 8), (90, 6.5), (0, 5))


def certificate_paper(summary: CertificateSummary, by: Signer, *, address: str, made_at: datetime) -> bytes:
    """The signed certificate of a summary as PDF/A-2b and PDF/UA-1; the same arguments give the same bytes.

    `address` is the public page that tells whether the certificate still stands; the QR code leads there and carries
    the signed summary behind a `#`, which browsers do not send. Raises MissingGlyph.
    """
    return _paper(summary, by, address, made_at, submitted_to=None)


def cover_note_paper(
    summary: CertificateSummary, by: Signer, *, address: str, made_at: datetime, submitted_to: str | None = None
) -> bytes:
    """The signed note for third parties: limits only, no premium. `submitted_to` is the third party's name."""
    return _paper(cover_note(summary), by, address, made_at, submitted_to)


def paper_title(summary: CertificateSummary) -> str:
    """加入者証 is the lead insurer's paper: until an issuer is configured, ours is a 加入内容確認書."""
    if summary.kind == "cover_note":
        return WORDS["cover_note"].ja
    return WORDS["certificate" if summary.issuer else "confirmation"].ja


def _paper(summary: CertificateSummary, by: Signer, address: str, made_at: datetime, submitted_to: str | None) -> bytes:
    sealed = seal(by, summary)
    insured = summary.named_insured
    paper: dict[str, Any] = {
        "language": "ja",
        "federation": summary.federation,
        "author": summary.issuer or summary.federation,
        "plan_title": summary.plan_title,
        "paper": paper_title(summary),
        "sample": None,
        "approval": "",
        "insurer": "",
        "page": _word("page"),
        "identity": f"{summary.product} · sha256:{summary.product_hash}",
        "keywords": keywords(by, sealed),
        "number": summary.number,
        "submitted_to": None
        if submitted_to is None
        else sized(submitted_to, _NAME) | {"honorific": _word("honorific"), "label": _word("submitted_to")},
        "statement": _statement(summary).split("\n"),
        "insured": {
            "label": _word("named_insured"),
            "name": sized(insured.name, _NAME),
            "number": f"{_word('corporate_number')} {insured.corporate_number}" if insured.corporate_number else "",
            "address": sized(insured.address, _SMALL) if insured.address else None,
        },
        "meta": [
            [_word("number"), summary.number],
            [_word("made_on"), _day(made_at)],
            [_word("version"), f"第{summary.version}版（{_day(summary.known_at)}現在）"],
            *([[_word("terms_from"), _moment(summary.terms_from)]] if summary.terms_from != summary.inception else []),
        ],
        "period": {
            "label": _word("period"),
            "from": f"{_moment(summary.inception)}から",
            "to": f"{_moment(summary.expiry)}まで",
        },
        "limits": _limits(summary),
        "terms_title": _word("terms"),
        "terms": _terms(summary),
        "premium": _premium(summary),
        "parties_title": _word("parties"),
        "parties": _parties(summary),
        "incident": _incident(summary),
        "check": {
            "title": _word("check_title"),
            "text": _word("check"),
            "address": address,
            "command": f"sonae certificate verify FILE --public-key {by.key_id}.pem",
            "key": f"{_word('key')} {by.key_id}",
        },
        "qr": {"svg": qr_code(f"{address}#{sealed}"), "alt": _word("qr_alt"), "caption": _word("qr")},
        "notes": [LINES["standing"], *([] if summary.kind == "cover_note" else [LINES["answers"], LINES["duty"]])],
    }
    return sign_file(by, typeset("certificate", paper, made_at))


def _word(name: str) -> str:
    return say(WORDS[name], "ja")


def _day(moment: datetime) -> str:
    return day(moment.astimezone(JST).date(), "ja")


def _moment(moment: datetime) -> str:
    """2027年4月1日午後4時; minutes where there are any."""
    local = moment.astimezone(JST)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{day(local.date(), 'ja')}{hour(local.hour, 'ja')}{minutes}"


def _statement(summary: CertificateSummary) -> str:
    if summary.kind == "cover_note":
        return LINES["note_statement"]
    return LINES["statement" if summary.issuer else "confirmation_statement"]


def _limits(summary: CertificateSummary) -> dict[str, Any]:
    head = ["coverage", "limit", "deductible", *(["since"] if summary.kind == "certificate" else [])]
    rows = []
    for each in summary.limits:
        row: dict[str, Any] = {
            "coverage": coverage_name(each.coverage, "ja"),
            "colour": each.coverage,
            "basis": each.basis,
            "limit": limit(each.limit, "ja"),
            "deductible": amount(each.deductible, "ja") if each.deductible else _word("none"),
            "since": _since(each) if summary.kind == "certificate" else [],
        }
        rows.append(row)
    return {"title": _word("limits"), "head": [_word(name) for name in head], "rows": rows}


def _since(each: CoverageLimit) -> list[str]:
    """The first inception; with several layers, each with the limit up to which it holds."""
    days = [(up_to, _day(since)) for up_to, since in each.since]
    if len(days) == 1:
        return [days[0][1]]
    return [f"{write_limit(up_to)}まで {since}" for up_to, since in days]


def _terms(summary: CertificateSummary) -> list[list[Any]]:
    rows = [
        [_word("wording"), [summary.wording, summary.edition]],
        [_word("plan"), [f"{summary.plan}　{summary.set}"]],
        [_word("clauses"), list(summary.clauses)],
    ]
    if summary.industry is not None:
        rows.append([_word("industry"), [summary.industry]])
    if summary.annual_sales is not None:
        rows.append([_word("sales"), [f"{amount(summary.annual_sales, 'ja')}{_word('sales_basis')}"]])
    if summary.it_sales is not None:
        rows.append([_word("it_sales"), [amount(summary.it_sales, "ja")]])
    if summary.group_discount is not None:
        rows.append(
            [
                _word("discounts"),
                [f"団体割引 {summary.group_discount}%　割引確認シートによる割引 {summary.security_discount}%"],
            ]
        )
    return rows


def _premium(summary: CertificateSummary) -> dict[str, Any] | None:
    """What is written for the whole period, and the annual premium where that differs."""
    if summary.annual_premium is None:
        return None
    written = summary.annual_premium if summary.premium is None else summary.premium
    differs = written != summary.annual_premium
    return {
        "label": _word("premium"),
        "figure": figure(written),
        "unit": _word("yen"),
        "under": LINES["part_year"].replace("{yen}", figure(summary.annual_premium)) if differs else "",
    }


def _parties(summary: CertificateSummary) -> list[list[Any]]:
    agency, association = summary.agency, summary.association
    rows: list[tuple[str, str]] = [("policyholder", summary.federation)]
    if summary.insurers:
        shares = [
            f"{insurer.name} {_percent(insurer.share)}{_word('leads') if insurer.leads else ''}"
            for insurer in sorted(summary.insurers, key=lambda insurer: (not insurer.leads, -insurer.share))
        ]
        rows.append(("insurers", "、".join(shares)))
    else:
        rows.append(("insurers", summary.insurer))
    rows.append(("association", "　".join(filter(None, (association.name, association.cooperative)))))
    rows.append(("agency", "　".join(filter(None, (agency.name, agency.phone)))))
    if agency.solicitor and summary.kind == "certificate":
        registration = f"（登録番号 {agency.registration}）" if agency.registration else ""
        rows.append(("solicitor", f"{agency.solicitor}{registration}"))
    return [[_word(name), sized(value, _SMALL)] for name, value in rows]


def _percent(ten_thousandths: int) -> str:
    whole, rest = divmod(ten_thousandths, 100)
    return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


def _incident(summary: CertificateSummary) -> dict[str, Any] | None:
    """What to do first when something happens; a third party's note does not say it."""
    if summary.kind == "cover_note":
        return None
    number = summary.emergency_number
    reach = LINES["emergency"].replace("{number}", number) if number else LINES["no_emergency"]
    return {"title": _word("incident"), "first": LINES["first_steps"], "reach": reach, "consent": LINES["consent"]}
