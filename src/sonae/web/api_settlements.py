"""The API of settlements: a claim file in, the decision with its proof out. Pure; nothing stored is read or written."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse

from sonae.doors import decision as decision_door
from sonae.doors import facts as facts_door
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.vocabulary import error
from sonae.flipping import decide_and_flip
from sonae.office import catalogue, clock
from sonae.office.access import PUBLIC
from sonae.web import openapi, problems, strangers
from sonae.web.api import Refused, _body, _json, _query, operation

MOST_DEMANDS = 10
MOST_ROWS = 40
"""Demands, and rows of any kind, in one file at this door: every fact is varied and all decided again."""


@operation(
    "POST", "/settlements", PUBLIC, answers={200: "Settlement"}, body="ClaimFile", problems=(400, 413, 415, 422, 429),
)  # fmt: skip
def settle(request: HttpRequest) -> HttpResponse:
    """Decide a claim file from facts and terms alone, as `sonae settle --json` does, byte for byte. Nothing is kept.

    A calculation by the product's rules, no decision of an insurer on a claim.
    """
    wait = strangers.must_wait(request)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    _query(request)
    read = facts_door.read(catalogue.shipped(), _body(request), clock.now())
    if isinstance(read, Problem):
        raise Refused(read)
    if errors := tuple(_too_many(read)):
        raise Refused(not_understood(errors))
    return _json(decision_door.encode(decide_and_flip(read.facts, read.helds)))


def _too_many(read: facts_door.Understood) -> Iterator[FieldError]:
    facts = read.facts
    if len(facts.demands) > MOST_DEMANDS:
        yield error(
            "/facts/demands", "too_many", f"ここでは{MOST_DEMANDS}件までです。", f"At most {MOST_DEMANDS} here."
        )
    rows = len(facts.items) + len(facts.grounds) + len(facts.demands) + len(facts.circumstance_notices)
    rows += sum(len(held.cover.transactions) for held in read.helds)
    if rows > MOST_ROWS:
        says = f"明細・免責事由・請求・通知・異動は、ここでは合わせて{MOST_ROWS}件までです。"
        yield error("", "too_many", says, f"Items, grounds, demands, notices and changes: at most {MOST_ROWS} here.")


_ASKED = {name: openapi.without_null(shape) for name, shape in facts_door.file_schemas("ClaimFile").items()}
openapi.FURTHER |= _ASKED | decision_door.decision_schemas("Settlement")
