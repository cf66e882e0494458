"""What waits for whom, /api/v1/waiting: the list of the page, for a key, a person, or an applicant's link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sonae.office import waiting
from sonae.web import openapi
from sonae.web.api import _dump, _json, _principal, _query
from sonae.web.api_reading import operation
from sonae.web.application_schemas import DAY, ID, MOMENT, TEXT, closed, many, null
from sonae.web.presentation_waiting import told

_YES_NO = {"type": "boolean"}
openapi.FURTHER |= {
    "Waiting": closed(
        {"kind": {"type": "string", "enum": [str(one) for one in waiting.Kind]}, "id": ID, "member": TEXT,
         "waits_for": {"type": "string", "enum": [str(one) for one in waiting.Whose]}, "mine": _YES_NO, "task": TEXT,
         "message": TEXT, "message_en": TEXT, "since": MOMENT, "until": null(DAY), "start": null(DAY),
         "start_holds": null(_YES_NO), "next_start": null(DAY), "page": TEXT},
        description="Something that waits for somebody. `id` is the application's, offer's, change's or quotation's; "
                    "`start_holds`: whether its start is still reached by the cut-off calendar; `next_start`: the "
                    "first one that could be applied for now.",
    ),
    "WaitingList": closed({"waiting": many("Waiting")}),
}  # fmt: skip


@operation("GET", "/waiting", "application.read", answers={200: "WaitingList"})
def list_waiting(request: HttpRequest) -> HttpResponse:
    """What waits within reach: one's own turn first, then by the last day. By link: that application alone."""
    _query(request)
    principal = _principal(request)
    rows = waiting.listed(principal)
    opened = getattr(request, "opened_application", None)
    if opened is not None:
        rows = [one for one in rows if one.id == opened]
    return _json(_dump({"waiting": [told(one, principal.role) for one in rows]}))
