"""Denied attempts on what is protected are facts too (ASVS 16.3.2): one journal entry, in a commit of its own.

Whatever the attempt did is rolled back, so this is written afterwards. The same attempt within a minute is one fact,
so that nobody fills the journal by knocking.
"""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import transaction

from . import clock, journal, walls
from .access import Principal
from .models import JournalEntry

KIND = "denied"
AGAIN = timedelta(minutes=1)


def record(principal: Principal, method: str, route: str) -> None:
    """Who tried which route; the pattern, never the path, which may carry a link's token or a name."""
    stream, body = f"user/{principal.user_id}", {"method": method, "route": route}
    with transaction.atomic():
        walls.enter(organisation=str(principal.organisation_id), principal=principal.name)
        last = JournalEntry.objects.filter(stream=stream).order_by("-number").first()
        if (
            last is not None
            and (last.kind, last.actor) == (KIND, principal.name)
            and json.loads(bytes(last.body)) == body
            and clock.now() - last.recorded_at < AGAIN
        ):
            return
        journal.append(stream, KIND, actor=principal.name, organisation_id=principal.organisation_id, body=body)
