"""Which pages a person's role opens: navigation shows these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from sonae.office.access import Principal


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: its key (`here` of a page), address, words, and the permission that it needs.

    `roles` narrows it further when not empty; `not_for` takes roles out.
    """

    key: str
    address: str
    words: str
    permission: str
    roles: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()


_MEMBER = frozenset({"member"})
_BODIES = frozenset({"federation_office", "association_office", "auditor"})

PLACES = (
    Place("waiting", "/waiting", gettext_noop("待っていること"), "application.read", not_for=_MEMBER | {"auditor"}),
    Place("quotations", "/quotations", gettext_noop("保存した見積"), "quotation.read"),
    Place("applications", "/applications", gettext_noop("申込み"), "application.read", not_for=_MEMBER),
    Place("referrals", "/referrals", gettext_noop("引受の照会"), "application.decide"),
    Place("member", "/member", gettext_noop("わたしの補償"), "cover.read", roles=_MEMBER),
    Place("covers", "/covers", gettext_noop("契約"), "cover.read", not_for=_MEMBER),
    Place("membership", "/membership", gettext_noop("会員の確認"), "membership.confirm"),
    Place("scheme", "/scheme", gettext_noop("制度の状況"), "cover.read", roles=_BODIES),
    Place("proposals", "/proposals", gettext_noop("承認待ちの異動"), "cover.approve"),
    Place("renewals", "/renewals", gettext_noop("更新"), "renewal.read", not_for=_MEMBER),
    Place("claims", "/claims", gettext_noop("事案"), "claim.read"),
    Place("approvals", "/approvals", gettext_noop("支払いの承認"), "claim.approve"),
    Place("impact", "/book/impact", gettext_noop("商品の変更"), "book.read"),
    Place("simulation", "/book/simulation", gettext_noop("収支とリスク"), "book.read"),
    Place("timeline", "/timeline", gettext_noop("記録"), "journal.export"),
)
"""In the order of the page's head. A place stands here from the commit on that brings its page."""


def places_of(principal: Principal | None) -> list[dict[str, str]]:
    """The pages that this person may open, in order."""
    if principal is None:
        return []
    return [
        {"key": place.key, "address": place.address, "words": gettext(place.words)}
        for place in PLACES
        if principal.may(place.permission)
        and (not place.roles or principal.role in place.roles)
        and principal.role not in place.not_for
    ]


def in_templates(request: HttpRequest) -> dict[str, Any]:
    """The navigation's entries, for the frame of every page."""
    return {"places": places_of(getattr(request, "principal", None))}
