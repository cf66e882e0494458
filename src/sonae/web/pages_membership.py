"""Membership: a cooperative confirms its whole list with one click, beside what changed since the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import clock, desk, members, overview, scheme_counts
from sonae.office.access import requires
from sonae.office.overview import Listed
from sonae.period import japanese_day
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import day_of, page, principal_of, said, text, uuid_of
from sonae.web.presentation import day
from sonae.web.presentation_life import evidence_words
from sonae.web.presentation_office import stamp

MOST = 2000
"""Members of one list on one page; a cooperative with more hands its list in by the command line or the API."""


@requires(GET="membership.confirm", POST="membership.confirm")
@once
@never_cache
def membership(request: HttpRequest) -> HttpResponse:
    """The list as it was last confirmed; whoever is ticked no longer belongs."""
    principal = principal_of(request)
    rows = overview.own_members(principal, limit=MOST)
    seen, trouble = _digest(row.member.organisation_id for row in rows), ""
    typed = day_of(text(request, "as_of", 10)) if request.method == "POST" else japanese_day(clock.now())
    left = {found for one in request.POST.getlist("left")[:MOST] if (found := uuid_of(one[:40])) is not None}
    if request.method == "POST":
        if typed is None:
            trouble = "Choose a day." if language() == "en" else "確認日を選んでください。"
        elif text(request, "seen", 64) != seen:
            trouble = (
                "The list has changed since. Look at it again." if language() == "en"
                else "表示したあとで名簿が変わりました。もう一度確かめてください。"
            )  # fmt: skip
        else:
            try:
                belongs = {row.member.organisation_id: row.member.organisation_id not in left for row in rows}
                members.confirm_list(principal, typed, belongs)
                return HttpResponseRedirect("/membership?done=1")
            except desk.Unacceptable as refusal:
                trouble = said(refusal)
    spoken = language()
    shown = [_row(row, left if request.method == "POST" else None, spoken) for row in rows]
    return page(
        request, "membership/membership.html", "membership", 422 if trouble else 200, rows=shown, trouble=trouble,
        seen=seen, as_of=(typed or japanese_day(clock.now())).isoformat(), done="done" in request.GET,
        today=japanese_day(clock.now()).isoformat(), now=stamp(clock.now()),
        fresh=[row for row in shown if row["fresh"]],
        lists=[
            {"as_of": day(one.as_of, spoken), "at": stamp(one.confirmed_at), "belong": one.belong, "came": one.came,
             "went": one.went, "first": one.first}
            for one in scheme_counts.lists(principal)
        ],
    )  # fmt: skip


def _digest(ids: Iterable[UUID]) -> str:
    """What was shown: nobody is confirmed who was not on the page."""
    return hashlib.sha256("".join(sorted(str(one) for one in ids)).encode("ascii")).hexdigest()


def _row(row: Listed, left: set[UUID] | None, spoken: Any) -> dict[str, Any]:
    evidence = row.evidence
    ticked = (evidence is not None and not evidence.is_member) if left is None else row.member.organisation_id in left
    return {
        "id": row.member.organisation_id,
        "name": row.member.legal_name,
        "reading": row.member.reading,
        "number": row.member.corporate_number,
        "address": row.member.address,
        "evidence": evidence_words(evidence.is_member if evidence else None, evidence.as_of if evidence else None,
                                   spoken),
        "fresh": evidence is None,
        "covered": row.covered,
        "left": ticked,
    }  # fmt: skip
