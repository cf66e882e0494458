"""What was agreed, for whoever signed by a link: read, with the papers, until a stated day. It writes nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae.application import Step
from sonae.office import applicant, clock, cover_papers, desk, overview
from sonae.office.access import PUBLIC, requires
from sonae.office.applicant import Agreed
from sonae.period import JST
from sonae.web.pages import language
from sonae.web.pages_common import page, paper
from sonae.web.pages_covers import site_of
from sonae.web.presentation import day, figure
from sonae.web.presentation_office import answers_shown, content_name, limits_shown, stamp, start_words, terms_shown


def shown(request: HttpRequest, token: str) -> HttpResponse:
    """The agreed content with the answers as they were given; closed when the link shows nothing (any more)."""
    try:
        agreed = applicant.open_agreed(token)
        one = overview.one_in_hand(agreed.principal, agreed.application_id)
    except desk.NotFound:
        return closed(request)
    found, spoken = one.standing, language()
    disclosed, signed = found.row(Step.disclosure), found.row(Step.signature)
    assert disclosed is not None, "what is bound was answered"
    assert signed is not None, "what is bound was signed"
    assert one.cover is not None, "what is bound is a cover"
    row, product = found.application, found.product
    return page(
        request, "applicant/agreed.html", "", base=f"/apply/{token}", name=row.member.legal_name,
        number=one.cover.number, start=start_words(product, row.inception, spoken),
        expiry=start_words(product, one.cover.expiry.astimezone(JST).date(), spoken),
        content=content_name(product, found.request, spoken), premium=figure(found.content.premium),
        terms=terms_shown(product, found.request, spoken), limits=limits_shown(product, found.request, spoken),
        answers=answers_shown(product, dict(found.answers or {}), overview.details_of(disclosed), spoken),
        signed_at=stamp(signed.at), signer=overview.details_of(signed).get("signer", ""),
        until=day(agreed.until.astimezone(JST).date(), spoken), changed=one.cover.version > 1,
        agency=overview.names_of([row.agency_id]).get(row.agency_id, "") if row.agency_id else "",
        now=stamp(clock.now()),
    )  # fmt: skip


def closed(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return page(request, "applicant/closed.html", "", 404)


@requires(GET=PUBLIC)
@never_cache
def agreed_paper(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """A paper of what was agreed: certificate, note for third parties, copy of the application, important matters."""
    makers: dict[str, Callable[[Agreed], bytes]] = {
        "certificate": lambda one: cover_papers.certificate(one.principal, one.cover_id, site_of(request)),
        "cover-note": lambda one: cover_papers.certificate(one.principal, one.cover_id, site_of(request), note=True),
        "application": lambda one: cover_papers.copy_of_application(one.principal, one.application_id),
        "important-matters": lambda one: cover_papers.important_matters(one.principal, one.application_id, language()),
    }
    if name not in makers:
        raise Http404
    try:
        agreed = applicant.open_agreed(token)
        return paper(request, name, lambda: makers[name](agreed))
    except desk.NotFound:
        return closed(request)
