"""For auditors: the timeline of any object, its export, and whether the journal stands."""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from sonae.office import clock, desk, timeline, verifying
from sonae.office.access import requires
from sonae.office.timeline import Fact
from sonae.web.pages import language
from sonae.web.pages_common import asked, missing_is_404, page, principal_of
from sonae.web.presentation import Language, say
from sonae.web.presentation_office import actor_word, stamp
from sonae.web.presentation_timeline import KIND_WORDS, entry_word, fields


@requires(GET="journal.export")
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Objects by number, id or name; beside them the last checkpoint."""
    principal, spoken = principal_of(request), language()
    words = asked(request, "q")
    found = timeline.search(principal, words) if words else []
    return _search(request, words=words, rows=[
        {"kind": one.kind, "word": say(KIND_WORDS[one.kind], spoken), "id": one.id, "title": one.title,
         "member": one.member} for one in found
    ])  # fmt: skip


def _search(request: HttpRequest, **context: Any) -> HttpResponse:
    last, principal = verifying.last_checkpoint(), principal_of(request)
    return page(
        request, "timeline/search.html", "timeline", now=stamp(clock.now()),
        checkpoint={"number": last.number, "at": stamp(last.at), "streams": last.streams, "key": last.key}
        if last else None, may_verify=principal.may("journal.verify"), losses=principal.is_insurers, **context,
    )  # fmt: skip


@requires(POST="journal.verify")
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Everything stored, checked by code that shares nothing with the office."""
    try:
        found = verifying.verify(principal_of(request))
    except subprocess.TimeoutExpired:
        return _search(request, words="", rows=[], too_long=True)
    return _search(request, words="", rows=[], result=found)


@requires(GET="journal.export")
@never_cache
@missing_is_404
def one(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """Everything that the journal says of an object, the oldest first."""
    if kind not in timeline.KINDS:
        raise desk.NotFound
    spoken = language()
    found = timeline.read(principal_of(request), kind, object_id)
    return page(
        request, "timeline/timeline.html", "timeline", now=stamp(clock.now()), kind=kind, id=object_id,
        kind_word=say(KIND_WORDS[kind], spoken), title=found.found.title, member=found.found.member,
        facts=[_fact(each, spoken) for each in found.facts], streams=found.streams,
        broken=sum(not each.stands for each in found.facts),
    )  # fmt: skip


def _fact(fact: Fact, spoken: Language) -> dict[str, Any]:
    actor = fact.actor
    return {
        "place": f"{fact.stream.partition('/')[0]} {fact.number}",
        "word": entry_word(fact.kind, spoken),
        "effective": stamp(fact.effective),
        "recorded": stamp(fact.recorded),
        "late": fact.effective < fact.recorded and fact.effective.date() != fact.recorded.date(),
        "by": actor_word(actor.kind, actor.role, actor.organisation, spoken),
        "fields": fields(fact.body, spoken),
        "hash": fact.hash,
        "stands": fact.stands,
    }


@requires(GET="journal.export")
@missing_is_404
def one_file(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """The same as JSON lines."""
    if kind not in timeline.KINDS:
        raise desk.NotFound
    found = timeline.read(principal_of(request), kind, object_id)
    lines = "".join(
        json.dumps(
            {"stream": each.stream, "number": each.number, "kind": each.kind, "actor": each.actor.kind,
             "role": each.actor.role, "organisation": each.actor.organisation,
             "effective_at": int(each.effective.timestamp()), "recorded_at": int(each.recorded.timestamp()),
             "body": each.body, "hash": each.hash, "stands": each.stands},
            ensure_ascii=False, sort_keys=True, separators=(",", ":"),
        ) + "\n"
        for each in found.facts
    )  # fmt: skip
    return HttpResponse(
        lines, content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}-{object_id}.jsonl"'},
    )  # fmt: skip


@requires(POST="journal.export")
def export(request: HttpRequest) -> HttpResponse:
    """Journal, covers, papers and checkpoints as JSON lines, in one archive; what tells of losses as it may go out."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        verifying.export(principal_of(request), folder)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.glob("*.jsonl")):
                archive.write(path, path.name)
    return HttpResponse(
        packed.getvalue(), content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="sonae-export.zip"'},
    )  # fmt: skip
