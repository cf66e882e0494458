"""The scheme in figures: by association and cooperative who joined, applies, starts and leaves. Counts alone."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae.office import clock, scheme_counts
from sonae.office.access import Principal, requires
from sonae.office.scheme_counts import SchemeRow
from sonae.web import csv_export
from sonae.web.pages_common import page, principal_of
from sonae.web.presentation_office import stamp

SEES = frozenset({"federation_office", "association_office", "auditor"})
"""The bodies that run the plan, each as far as its wall reaches, and whoever audits them."""

HEADINGS = ("都道府県中央会・団体", "組合", "会員", "会員確認済み", "申込み中", "引受承認済み", "始期前", "加入中",
            "脱退・終了", "加入率（%）")  # fmt: skip


def _rows(principal: Principal) -> list[SchemeRow]:
    if principal.role not in SEES:
        raise PermissionDenied
    return scheme_counts.counts(principal)


@requires(GET="cover.read")
@never_cache
def scheme(request: HttpRequest) -> HttpResponse:
    """Counts by association and cooperative, with the sum."""
    principal = principal_of(request)
    rows = _rows(principal)
    return page(
        request, "scheme/scheme.html", "scheme", rows=rows, total=scheme_counts.total(rows), now=stamp(clock.now()),
        fewest=scheme_counts.FEWEST, may_confirm=principal.may("membership.confirm"),
    )  # fmt: skip


@requires(GET="cover.read")
def scheme_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    rows = _rows(principal_of(request))
    told: list[list[str | int]] = [list(HEADINGS)]
    told += [
        [row.association, row.cooperative, row.members, row.confirmed, row.in_hand, row.accepted, row.starting,
         row.covered, row.leaving, "" if row.rate is None else row.rate]
        for row in [*rows, scheme_counts.total(rows)]
    ]  # fmt: skip
    told[-1][0] = "合計"
    return csv_export.answer("scheme", told)
