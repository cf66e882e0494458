"""The API of papers, /api/v1: the papers themselves as PDF, what was issued, what a paper is worth, timelines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.doors import problem as problem_door
from sonae.doors.problem import Problem
from sonae.office import cover_papers, desk, issuing, paper_status, telling_papers, timeline
from sonae.office.access import PUBLIC
from sonae.office.documents import MissingGlyph
from sonae.office.documents.words import Language
from sonae.web import api as api_base
from sonae.web import openapi, problems, strangers
from sonae.web.api import Refused, _dump, _json, _principal, _query, api
from sonae.web.api_reading import operation
from sonae.web.application_schemas import HASH, MOMENT, TEXT, WHOLE, closed, many, null

openapi.FURTHER |= {
    "PaperList": closed({"papers": many("IssuedPaper")}),
    "IssuedPaper": closed(
        {"number": TEXT, "kind": {"type": "string", "enum": [str(kind) for kind in issuing.TITLES]}, "title": TEXT,
         "title_en": TEXT, "version": WHOLE, "content_sha256": HASH, "issued_at": MOMENT},
    ),
    "PaperStatus": closed(
        {"status": {"type": "string", "enum": [str(worth) for worth in paper_status.Worth]}, "message": TEXT,
         "message_en": TEXT, "number": null(TEXT), "version": null(WHOLE), "latest_version": null(WHOLE),
         "begins": null(MOMENT), "ends": null(MOMENT)},
        description="What a paper is worth today. It names nobody; of an unknown paper nothing else is told.",
    ),
    "TimelineHit": closed({"kind": {"type": "string", "enum": list(timeline.KINDS)}, "id": TEXT, "title": TEXT,
                            "member": TEXT}),
    "TimelineHits": closed({"found": many("TimelineHit")}),
    "TimelineFact": closed(
        {"stream": TEXT, "number": WHOLE, "kind": TEXT, "effective": MOMENT, "recorded": MOMENT,
         "actor": closed({"kind": TEXT, "role": TEXT, "organisation": TEXT}), "body": {"type": "object"},
         "hash": HASH, "stands": {"type": "boolean"}},
        description="One entry of the journal; `stands`: its hash is that of its bytes.",
    ),
    "Timeline": closed(
        {"object": {"$ref": "#/components/schemas/TimelineHit"}, "streams": {"type": "array", "items": TEXT},
         "facts": many("TimelineFact")},
    ),
}  # fmt: skip


@api.exception_handler(MissingGlyph)
def _missing_glyph(_request: HttpRequest, error: Exception) -> HttpResponse:
    """409: a paper never prints a box or a look-alike instead."""
    assert isinstance(error, MissingGlyph), "registered for nothing else"
    named = ", ".join(error.characters)
    told = Problem(
        "missing-glyph", 409, "印刷できない文字があります", "A character cannot be printed", named, named
    )  # fmt: skip
    return HttpResponse(problem_door.encode(told), status=409, content_type=problem_door.MEDIA_TYPE)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) >= 1):
        raise Refused(problems.bad_query(name, "1以上の整数です。", "A whole number from 1."))
    return int(text)


def _language(asked: dict[str, str]) -> Language:
    said = asked.get("language", "ja")
    if said == "ja":
        return "ja"
    if said == "en":
        return "en"
    raise Refused(problems.bad_query("language", "jaかenです。", "ja or en."))


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


_VERSION = {"version": {"type": "integer", "minimum": 1, "maximum": 999_999}}
_LANGUAGE = {"language": {"type": "string", "enum": ["ja", "en"]}}


# --- covers -------------------------------------------------------------------------------------------------------


@operation("GET", "/covers/{cover_id}/papers", "cover.read", answers={200: "PaperList"})
def papers_of_cover(request: HttpRequest, cover_id: str) -> HttpResponse:
    """What was issued of a cover, the newest first."""
    _query(request)
    found = issuing.of_cover(_principal(request), cover_id)
    return _json(_dump({"papers": [telling_papers.issued(paper) for paper in found]}))


def _certificate(request: HttpRequest, cover_id: str, name: str, *, note: bool) -> HttpResponse:
    asked = _query(request, "version")
    version = _number(asked["version"], "version") if "version" in asked else None
    made = cover_papers.certificate(_principal(request), cover_id, _site(request), version, note=note)
    return _pdf(made, name)


@operation("GET", "/covers/{cover_id}/certificate", "cover.read", answers={200: openapi.PDF}, query=_VERSION)
def certificate(request: HttpRequest, cover_id: str) -> HttpResponse:
    """The signed certificate of the present version, or of an earlier one."""
    return _certificate(request, cover_id, "certificate", note=False)


@operation("GET", "/covers/{cover_id}/cover-note", "cover.read", answers={200: openapi.PDF}, query=_VERSION)
def cover_note(request: HttpRequest, cover_id: str) -> HttpResponse:
    """付保証明書: limits only, for a third party."""
    return _certificate(request, cover_id, "cover-note", note=True)


@operation("GET", "/covers/{cover_id}/endorsements/{number}", "cover.read", answers={200: openapi.PDF})
def endorsement(request: HttpRequest, cover_id: str, number: str) -> HttpResponse:
    """The notice of one change (異動承認書), by the number of the transaction."""
    _query(request)
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise desk.NotFound
    return _pdf(cover_papers.endorsement(_principal(request), cover_id, int(number)), f"endorsement-{number}")


@operation("GET", "/renewal-offers/{offer_id}/paper", "renewal.read", answers={200: openapi.PDF})
def renewal(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The renewal paper of an offer: what changed and why the price moved."""
    _query(request)
    return _pdf(cover_papers.renewal(_principal(request), offer_id), "renewal")


# --- applications -------------------------------------------------------------------------------------------------


@operation("GET", "/applications/{application_id}/papers", "application.read", answers={200: "PaperList"})
def papers_of_application(request: HttpRequest, application_id: str) -> HttpResponse:
    """What was issued of an application."""
    _query(request)
    found = issuing.of_application(_principal(request), application_id)
    return _json(_dump({"papers": [telling_papers.issued(paper) for paper in found]}))


@operation("GET", "/applications/{application_id}/important-matters", "application.read",
           answers={200: openapi.PDF}, query=_LANGUAGE)  # fmt: skip
def important_matters(request: HttpRequest, application_id: str) -> HttpResponse:
    """契約概要・注意喚起情報 of the version applied for: once given, the bytes that were given."""
    language = _language(_query(request, "language"))
    return _pdf(cover_papers.important_matters(_principal(request), application_id, language), "important-matters")


@operation("GET", "/applications/{application_id}/copy", "application.read", answers={200: openapi.PDF})
def copy_of_application(request: HttpRequest, application_id: str) -> HttpResponse:
    """申込書控え with all answers: for the applicant, the insurer and the auditor."""
    _query(request)
    return _pdf(cover_papers.copy_of_application(_principal(request), application_id), "application")


# --- everybody ----------------------------------------------------------------------------------------------------


def _public(route: str, **documented: Any) -> Callable[[api_base.View], api_base.View]:
    return api_base.operation("GET", route, PUBLIC, problems=(404, 429), **documented)


def _unhurried(request: HttpRequest) -> None:
    wait = strangers.must_wait(request)
    if wait:
        raise Refused(problems.TOO_MANY, wait)


@_public("/products/{product_id}/brochure", answers={200: openapi.PDF}, query=_LANGUAGE)
def brochure(request: HttpRequest, product_id: str) -> HttpResponse:
    """The brochure's two pages, made from the product."""
    _unhurried(request)
    return _pdf(cover_papers.of_product(product_id, "brochure", _language(_query(request, "language"))), "brochure")


@_public("/products/{product_id}/important-matters", answers={200: openapi.PDF}, query=_LANGUAGE)
def important_matters_of_product(request: HttpRequest, product_id: str) -> HttpResponse:
    """契約概要・注意喚起情報 of a product year."""
    _unhurried(request)
    language = _language(_query(request, "language"))
    return _pdf(cover_papers.of_product(product_id, "important_matters", language), "important-matters")


@_public("/certificates/{number}", answers={200: "PaperStatus"}, query=_VERSION | {"content": HASH})
def certificate_status(request: HttpRequest, number: str) -> HttpResponse:
    """What a certificate is worth today, by its number, its version, or the hash of what it says."""
    _unhurried(request)
    asked = _query(request, "version", "content")
    version = _number(asked["version"], "version") if "version" in asked else None
    found = paper_status.status(number, asked.get("content"), version)

    return _json(_dump(telling_papers.status(found)))


# --- auditors -----------------------------------------------------------------------------------------------------


@operation("GET", "/timelines", "journal.export", answers={200: "TimelineHits"}, query={"words": {"type": "string"}})
def search_timelines(request: HttpRequest) -> HttpResponse:
    """Objects by a cover's number, an id, or a member's name in any spelling."""
    words = _query(request, "words").get("words", "")
    return _json(_dump({"found": [telling_papers.hit(found) for found in timeline.search(_principal(request), words)]}))


@operation("GET", "/timelines/{kind}/{object_id}", "journal.export", answers={200: "Timeline"})
def read_timeline(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """Everything recorded of an object, oldest first, with effective and recorded time."""
    _query(request)
    try:
        asked = UUID(object_id)
    except ValueError:
        raise desk.NotFound from None
    return _json(_dump(telling_papers.timeline(timeline.read(_principal(request), kind, asked))))
