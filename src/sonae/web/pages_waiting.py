"""What waits for whom, on one page: the asker's own turn first, then what they wait for from others."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from sonae.office import clock, waiting
from sonae.office.access import requires
from sonae.web import csv_export
from sonae.web.pages import language
from sonae.web.pages_common import asked, page, principal_of
from sonae.web.presentation import say
from sonae.web.presentation_office import stamp
from sonae.web.presentation_waiting import WHO, shown


@requires(GET="application.read")
def listed(request: HttpRequest) -> HttpResponse:
    """Everything that waits within reach, each row with its last day and the start that it still reaches."""
    principal, spoken, moment = principal_of(request), language(), clock.now()
    if principal.role == "member":
        return HttpResponseRedirect("/member")
    rows = waiting.listed(principal)
    wanted = asked(request, "for", 20)
    others = [one for one in rows if not one.mine]
    counted = Counter(one.whose for one in others)
    return page(
        request, "waiting/list.html", "waiting", now=stamp(moment),
        mine=[shown(one, principal.role, moment, spoken) for one in rows if one.mine],
        others=[shown(one, principal.role, moment, spoken) for one in others if wanted in ("", one.whose)],
        total=len(others), wanted=wanted,
        most=waiting.MOST if max(Counter(one.kind for one in rows).values(), default=0) >= waiting.MOST else 0,
        counts=[
            {"key": str(whose), "who": say(words, spoken), "count": counted[whose]}
            for whose, words in WHO.items() if whose in counted
        ],
    )  # fmt: skip


@requires(GET="application.read")
def listed_file(request: HttpRequest) -> HttpResponse:
    """The same list as a file for a spreadsheet."""
    principal, spoken, moment = principal_of(request), language(), clock.now()
    rows: list[list[str | int]] = [
        ["kind", "member", "what", "waits_for", "mine", "since", "until", "left", "start", "next_start", "page"]
    ]
    for one in waiting.listed(principal):
        row = shown(one, principal.role, moment, spoken)
        rows.append(
            [row.kind, row.name, row.task, row.who, "yes" if one.mine else "", row.since, row.until, row.left,
             row.start, row.next_start, row.href]
        )  # fmt: skip
    return csv_export.answer("waiting", rows)
