"""For whoever holds a certificate: what it is worth today, and whether the file is the one that was issued.

No log-in, no name, no limit, no premium. The number cannot be guessed, and a stranger may ask only so often.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from sonae.office import access, clock, paper_status, signing
from sonae.office.access import PUBLIC, requires
from sonae.office.paper_status import PaperStatus, Worth
from sonae.web import strangers
from sonae.web.pages import language
from sonae.web.pages_common import asked, page
from sonae.web.presentation_office import moment_words, stamp

LARGEST = 4 * 1024 * 1024
"""Bytes of a file to check: ours are a few hundred thousand."""

_TONES = {
    Worth.valid: "ok", Worth.superseded: "warn", Worth.cancelled: "bad", Worth.expired: "warn", Worth.unknown: "bad",
}  # fmt: skip


@requires(GET=PUBLIC)
@never_cache
def certificate(request: HttpRequest, number: str = "", version: int | None = None) -> HttpResponse:
    """What the QR code of a paper leads to; without a number the place to type one or to give a file."""
    typed = number or asked(request, "number", 40)
    if not typed:
        return _page(request, 200)
    if strangers.must_wait(request):
        return _page(request, 429, typed=typed, wait=True)
    found = _worth(request, typed, None, version)
    return _page(request, 404 if found.worth is Worth.unknown else 200, typed=typed, worth=_said(found))


# Nothing is written, and the token would be read only after the whole file: so there is none to forge.
@csrf_exempt
@requires(POST=PUBLIC)
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """A PDF: is it, byte for byte, what was issued, and what is it worth now?"""
    if strangers.must_wait(request):
        return _page(request, 429, wait=True)
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not told.isdigit() or int(told) > LARGEST + 4096:
        return _page(request, 413, file_trouble="too_large")
    given = request.FILES.get("file")
    if given is None:
        return _page(request, 422, file_trouble="missing")
    if given.size is None or given.size > LARGEST:
        return _page(request, 413, file_trouble="too_large")
    document = given.read(LARGEST + 1)
    if not document.startswith(b"%PDF-"):
        return _page(request, 422, file_trouble="no_pdf")
    return _judged(request, document)


def _judged(request: HttpRequest, document: bytes) -> HttpResponse:
    keys = signing.read_public_keys(signing.signer(settings.SONAE_KEYS).public_pem.encode("ascii"))
    try:
        found = signing.check(document, keys)
    except signing.Forged:
        return _page(request, 422, file_trouble="forged")
    if found.summary is None:
        return _page(request, 200, genuine=True)
    summary = json.dumps(found.summary, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    told = hashlib.sha256(summary).hexdigest()
    status = _worth(request, str(found.summary["number"]), told, int(found.summary["version"]))
    return _page(request, 200, genuine=True, worth=_said(status), typed=status.number)


def _worth(request: HttpRequest, number: str, content: str | None, version: int | None) -> PaperStatus:
    """What a paper is worth; whoever is logged in has their own reach again after it."""
    found = paper_status.status(number, content, version)
    access.enter(request.principal, PUBLIC)  # type: ignore[attr-defined]
    return found


def _said(found: PaperStatus) -> dict[str, Any]:
    spoken = language()
    return {
        "code": str(found.worth),
        "tone": _TONES[found.worth],
        "words": found.words[1] if spoken == "en" else found.words[0],
        "number": found.number,
        "version": found.version,
        "latest": found.latest,
        "begins": moment_words(found.begins, spoken) if found.begins else "",
        "ends": moment_words(found.ends, spoken) if found.ends else "",
        "waits": found.begins is not None and found.begins > clock.now(),
    }


def _page(request: HttpRequest, status_code: int, **context: Any) -> HttpResponse:
    answer = page(request, "certificate/certificate.html", "", status_code, now=stamp(clock.now()),
                  largest=LARGEST // 1024 // 1024, **context)  # fmt: skip
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
