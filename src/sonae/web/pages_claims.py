"""Claims: the office's worklist by clock, and one claim as the member, its agent, the office and the auditor see it.

What the member may do on it (tasks, estimates, demands, files, consent) is done here; what the insurer decides is in
pages_claim_decision.py and pages_claim_money.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.office import (
    catalogue,
    claim_clocks,
    claim_drafts,
    claim_files,
    claim_letters,
    claim_notices,
    claim_reading,
    claim_response,
    claim_rules,
    claims,
    clock,
    cover_reading,
    desk,
)
from sonae.office.access import Principal, requires
from sonae.office.claim_reading import Cockpit
from sonae.office.claim_refusals import refuse
from sonae.office.models import Claim, ClaimNotice
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.web import csv_export
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import asked, missing_is_404, page, paper, principal_of, said, text, uuid_of
from sonae.web.pages_incident import ANSWERS, receipt, told_of
from sonae.web.presentation import Language, figure
from sonae.web.presentation_claims import (
    LETTER_WORDS,
    MILESTONE_WORDS,
    OF_THE_MEMBER,
    STEP_WORDS,
    asks_shown,
    clock_shown,
    event_word,
    events_shown,
    field_moment,
    spoken_facts,
    understood_moment,
)
from sonae.web.presentation_claims_page import (
    heads_shown,
    limits_shown,
    next_task,
    spends_shown,
    steps_shown,
    timeline_shown,
)
from sonae.web.presentation_office import moment_words, stamp
from sonae.wording import say

NEWEST = 4
"""Entries of a claim's story that are shown at once; the earlier ones unfold."""

# --- lists ----------------------------------------------------------------------------------------------------------


@requires(GET="claim.read")
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """For the claims office the worklist by clock and who waits for a call; for others their claims."""
    principal = principal_of(request)
    if claims.is_insurers(principal):
        return _worklist(request, principal, "", 200)
    spoken, product = language(), catalogue.default()
    rows = claims.listed(principal, limit=100)
    return page(
        request, "claims/list.html", "claims", now=stamp(clock.now()),
        rows=[_row(product, row, spoken) for row in rows], may_report=principal.may("claim.report"),
    )  # fmt: skip


def _row(product: Product, row: Claim, spoken: Language) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "name": row.member.legal_name, "is_open": row.state == "open",
        "event": event_word(product, row.event, spoken), "received": stamp(row.received_at),
        "circumstances": row.circumstances,
    }  # fmt: skip


def _worklist(request: HttpRequest, principal: Principal, trouble: str, status: int) -> HttpResponse:
    spoken, product, mine = language(), catalogue.default(), asked(request, "mine", 1) == "1"
    rows = []
    for work in claim_clocks.worklist(principal, mine=mine):
        shown = clock_shown(product, work.next, work.today, spoken) if work.next is not None else None
        rows.append(_row(product, work.claim, spoken) | {
            "clock": shown, "taken": bool(work.claim.handler), "is_mine": work.claim.handler == principal.name,
        })  # fmt: skip
    closed = [] if mine else claims.listed(principal, state="closed", limit=20)
    return page(
        request, "claims/worklist.html", "claims", status, trouble=trouble, rows=rows, mine=mine,
        now=stamp(clock.now()), waiting=[_waiting(product, one, spoken) for one in claim_notices.waiting(principal)],
        closed=[_row(product, row, spoken) for row in closed], place=text(request, "notice", 40),
    )  # fmt: skip


def _waiting(product: Product, one: ClaimNotice, spoken: Language) -> dict[str, Any]:
    told = claim_reading.notice(one, None)
    return {
        "id": one.id, "receipt": receipt(one.id), "received": stamp(one.received_at), "member": told["member"] or "",
        "event": event_word(product, one.event, spoken), "known": stamp(one.known_at), "story": told["story"] or "",
        "call_back": told["call_back"] or "", "typed": told["certificate_number"], "name": told["name"] or "",
    }  # fmt: skip


@requires(POST="claim.handle")
@once
@never_cache
@missing_is_404
def called_back(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """What came of calling back: a claim of the member, or none, with its reason."""
    principal = principal_of(request)
    member = uuid_of(text(request, "member", 40)) if "open" in request.POST else None
    try:
        made = claim_notices.called_back(
            principal, notice_id, member=member, outcome=text(request, "outcome", claims.LONGEST_REASON)
        )
    except desk.Unacceptable as refusal:
        return _worklist(request, principal, said(refusal), 422)
    return HttpResponseRedirect(f"/claims/{made.id}?done=reported" if made is not None else "/claims")


# --- one claim ------------------------------------------------------------------------------------------------------


@requires(GET="claim.read")
@never_cache
@missing_is_404
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One claim: what to do, what is covered, what is left, by when, and what has happened."""
    return shown(request, claim_id)


def shown(request: HttpRequest, claim_id: UUID, trouble: str = "") -> HttpResponse:
    """A claim's page, with why something was not done."""
    principal, spoken, now = principal_of(request), language(), clock.now()
    found = claim_reading.cockpit(principal, claim_id)
    row = found.claim
    product = cover_reading.product_of(found.cover) if found.cover is not None else catalogue.default()
    insurers = claims.is_insurers(principal)
    kinds = [kind for kind in MILESTONE_WORDS if insurers or kind in OF_THE_MEMBER]
    newest = found.notices[-1]
    today = japanese_day(now.astimezone(JST))
    tasks, spends = _tasks(found, spoken), spends_shown(product, found, spoken)
    heads = heads_shown(product, found, spoken)
    clocks = [(one, clock_shown(product, one, today, spoken)) for one in found.deadlines]
    soonest = min((one for one in clocks if one[0].met is None), key=lambda one: one[0].due, default=None)
    story = timeline_shown(product, claim_reading.timeline(principal, claim_id), spoken)
    return page(
        request, "claims/claim.html", "claims", 422 if trouble else 200, trouble=trouble, id=row.id, number=row.number,
        name=row.member.legal_name, title=event_word(product, row.event, spoken), now=moment_words(now, spoken),
        known=moment_words(row.known_at, spoken), received=moment_words(row.received_at, spoken),
        is_open=row.state == "open", circumstances=row.circumstances, cover=found.cover, insurers=insurers,
        done=asked(request, "done", 12), may_act=principal.may("claim.report") and row.state == "open",
        may_consent=principal.may("claim.consent"), agency_sees=found.consented, taken=bool(row.handler),
        clocks=[one for _, one in clocks], next_clock=soonest[1] if soonest is not None else None,
        drafts=_drafts(found), next_task=next_task(tasks),
        limits=limits_shown(product, found.left, found.spends, spoken),
        steps=steps_shown(tasks, heads, spends, claim_rules.rules().step_for, spoken), spends=spends,
        some_open=any(one["outlook"] == "open" for one in heads),
        spend_heads=[(code, say(head.name, spoken)) for code, head in product.heads.items()],
        step_words=[(code, say(word, spoken)) for code, word in STEP_WORDS.items()],
        milestones=[(kind, say(MILESTONE_WORDS[kind], spoken)) for kind in kinds],
        demands=[_demand(one) for one in found.demands], files=_files(found), decision=_standing(found),
        letters=[{"number": one.number, "name": one.full_number,
                  "title": say(LETTER_WORDS[one.kind], spoken), "at": stamp(one.issued_at)}
                 for one in claim_letters.all_of(principal, claim_id)],
        payments=_payments(found, insurers), story=claim_reading.notice(newest, row)["story"] or "",
        notices=[_notice(found, one, spoken) for one in found.notices], facts=spoken_facts(newest.facts, spoken),
        timeline=story[:NEWEST], earlier=story[NEWEST:],
        field_now=field_moment(now), reserve_total=figure(sum(found.reserves.values())),
    )  # fmt: skip


def _drafts(found: Cockpit) -> list[tuple[str, str]]:
    """The drafts behind the clocks that run: none where no clock of the privacy act does."""
    running = {one.clock.code for one in found.deadlines}
    return [(one.code, one.title) for one in claim_drafts.kinds().values()] if "report_preliminary" in running else []


def _tasks(found: Cockpit, spoken: Language) -> list[dict[str, Any]]:
    english = {one.title_ja: one.title_en for one in claim_rules.rules().tasks} if spoken == "en" else {}
    tasks = []
    for one in found.tasks:
        told = claim_reading.task(one, found.claim)
        tasks.append({
            "id": one.id, "step": one.step, "title": english.get(one.title, one.title), "owner": told["owner"] or "",
            "is_open": one.state == "open", "dropped": one.state == "dropped",
            "due": stamp(one.due) if one.due else "", "late": bool(one.due and one.due < clock.now()),
            "settled": stamp(one.settled_at) if one.settled_at else "", "evidence": one.evidence_id,
        })  # fmt: skip
    return tasks


def _demand(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "number": one.number, "made": stamp(one.made_at),
        "amount": figure(one.amount) if one.amount else "", "claimants": one.claimants,
        "settled_for": figure(one.settled_for) if one.settled_for else "",
        "agreed": stamp(one.agreed_at) if one.agreed_at else "",
    }  # fmt: skip


def _files(found: Cockpit) -> list[dict[str, Any]]:
    return [{"id": one.id, "name": name or "—", "kind": one.kind.upper(), "size": -(-one.size // 1024),
             "at": stamp(one.handed_in_at), "unscanned": one.scanned_by == "none"}
            for one, name in found.files]  # fmt: skip


def _standing(found: Cockpit) -> dict[str, Any] | None:
    confirmed = [one for one in found.decisions if one.confirmed_at is not None]
    if not confirmed:
        return None
    last = confirmed[-1]
    return {"outcome": last.outcome, "claimed": figure(last.claimed), "payable": figure(last.payable),
            "reason": last.reason, "at": "" if last.confirmed_at is None else stamp(last.confirmed_at)}  # fmt: skip


def _payments(found: Cockpit, insurers: bool) -> list[dict[str, Any]]:
    return [{"number": one.number, "amount": figure(one.amount), "state": one.state,
             "at": stamp(one.posted_at or one.made_at)}
            for one in found.payments if insurers or one.state == "posted"]  # fmt: skip


def _notice(found: Cockpit, one: ClaimNotice, spoken: Language) -> dict[str, Any]:
    channels = {"member": "会員", "agent": "代理店", "phone": "電話", "open": "ログインなし"}
    return {"number": one.number, "known": stamp(one.known_at), "received": stamp(one.received_at),
            "channel": one.channel if spoken == "en" else channels[one.channel]}  # fmt: skip


# --- what is done on it ---------------------------------------------------------------------------------------------


@requires(POST="claim.report")
@once
@never_cache
@missing_is_404
def act(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One act of the response: a task, an estimate, a demand, a dated fact."""
    what = text(request, "do", 12)
    work = _ACTS.get(what)
    if work is None:
        raise desk.NotFound
    return _done(request, claim_id, what, work)


def _done(request: HttpRequest, claim_id: UUID, what: str, work: Callable[..., object]) -> HttpResponse:
    """The act and the page with it, or the page with why not."""
    try:
        work(request, principal_of(request), claim_id)
    except desk.Unacceptable as refusal:
        return shown(request, claim_id, said(refusal))
    return HttpResponseRedirect(f"/claims/{claim_id}?done={what}")


def _add_task(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    typed = text(request, "due", 16)
    due = understood_moment(typed)
    if typed and due is None:
        raise refuse("notice_times_wrong")
    claim_response.add_task(
        principal, claim_id, text(request, "step", 24), text(request, "title", 201),
        owner=text(request, "owner", 201), due=due,
    )  # fmt: skip


def _settle_task(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    claim_response.settle_task(
        principal, _id(request, "task"), dropped="drop" in request.POST,
        evidence=uuid_of(text(request, "evidence", 40)),
    )  # fmt: skip


def _ask_spend(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    claim_response.ask_spend(
        principal, claim_id, text(request, "head", 40), text(request, "vendor", 201), yen_of(request, "amount"),
        purpose=text(request, "purpose", 401), file=uuid_of(text(request, "file", 40)),
    )  # fmt: skip


def _record_demand(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    made = understood_moment(text(request, "made_at", 16))
    if made is None:
        raise refuse("notice_times_wrong")
    claimants = text(request, "claimants", 10) or "1"
    claim_response.record_demand(
        principal, claim_id, made, text(request, "claimant", 201),
        amount=yen_of(request, "amount") if text(request, "amount") else None,
        claimants=int(claimants) if claimants.isascii() and claimants.isdigit() else 0,
    )  # fmt: skip


def _record_milestone(request: HttpRequest, principal: Principal, claim_id: UUID) -> None:
    at = understood_moment(text(request, "at", 16))
    if at is None:
        raise refuse("notice_times_wrong")
    claim_response.record_milestone(principal, claim_id, text(request, "kind", 40), at, text(request, "note", 401))


_ACTS: dict[str, Callable[[HttpRequest, Principal, UUID], None]] = {
    "task": _add_task, "settle": _settle_task, "spend": _ask_spend, "demand": _record_demand,
    "milestone": _record_milestone,
}  # fmt: skip


def _id(request: HttpRequest, name: str) -> UUID:
    found = uuid_of(text(request, name, 40))
    if found is None:
        raise desk.NotFound
    return found


def yen_of(request: HttpRequest, name: str) -> int:
    """Whole yen as typed, with or without commas. Raises Refused."""
    typed = text(request, name, 30).replace(",", "").removesuffix("円")
    if not (typed.isascii() and typed.isdigit()):
        raise refuse("amount_unusable")
    return int(typed)


@requires(GET="claim.report", POST="claim.report")
@once
@never_cache
@missing_is_404
def revise(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """What is known now, as a further notice; the earlier ones stay as they were given."""
    principal, trouble = principal_of(request), ""
    if request.method == "POST":
        try:
            claim_notices.revise(principal, claim_id, told_of(request))
            return HttpResponseRedirect(f"/claims/{claim_id}?done=revised")
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    found, spoken = claim_reading.cockpit(principal, claim_id), language()
    newest = found.notices[-1]
    kept: Any = request.POST
    if request.method != "POST":
        told = claim_reading.notice(newest, found.claim)
        kept = {"event": newest.event, "circumstances": newest.circumstances, "story": told["story"] or "",
                "occurred_at": field_moment(newest.occurred_at) if newest.occurred_at else "",
                "stopped_at": field_moment(newest.stopped_at) if newest.stopped_at else "", **newest.facts}  # fmt: skip
    return page(
        request, "claims/revise.html", "claims", 422 if trouble else 200, trouble=trouble, id=claim_id, kept=kept,
        number=found.claim.number, now=field_moment(clock.now()), asks=asks_shown(ANSWERS, kept, spoken),
        known=kept.get("known_at") or field_moment(newest.known_at),
        events=events_shown(catalogue.default(), spoken, kept.get("event", "")),
    )  # fmt: skip


@requires(POST="claim.consent")
@once
@never_cache
@missing_is_404
def consent(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The member lets its agency see the claim, or takes that back at once."""

    def work(_request: HttpRequest, principal: Principal, which: UUID) -> None:
        if "give" in request.POST:
            claims.consent(principal, which)
        else:
            claims.withdraw_consent(principal, which)

    return _done(request, claim_id, "consent", work)


# --- files ----------------------------------------------------------------------------------------------------------


@requires(POST="claim.report")
@never_cache
@missing_is_404
def hand_in(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """A file: looked at before it is kept, refused with its reason."""

    def work(_request: HttpRequest, principal: Principal, which: UUID) -> None:
        given = request.FILES.get("file")
        if given is None or not given.name:
            raise refuse("file_name")
        claim_files.hand_in(principal, which, given.name, given.chunks())

    return _done(request, claim_id, "file", work)


@requires(GET="claim.read")
@never_cache
@missing_is_404
def file(request: HttpRequest, claim_id: UUID, file_id: UUID) -> HttpResponse:
    """A file as it was handed in: an attachment that nothing interprets."""
    name, raw = claim_files.opened(principal_of(request), file_id)
    return HttpResponse(raw, headers=claim_files.headers(name))


@requires(GET="claim.read")
@never_cache
@missing_is_404
def timeline_file(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The claim's story as a table: when it happened, when it was recorded, what."""
    principal, spoken, product = principal_of(request), language(), catalogue.default()
    number = claims.one(principal, claim_id).number
    rows = timeline_shown(product, claim_reading.timeline(principal, claim_id), spoken)
    return csv_export.answer(
        number,
        [["起きた時", "記録した時", "内容", "詳しく"],
         *([one["effective"], one["recorded"], one["word"], one["detail"]] for one in rows)],
    )  # fmt: skip


@requires(GET="claim.read")
@never_cache
@missing_is_404
def draft(request: HttpRequest, claim_id: UUID, code: str) -> HttpResponse:
    """A draft for the commission or for persons, as a text to go on with."""
    made = claim_drafts.draft(principal_of(request), claim_id, code)
    return HttpResponse(
        made, content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{code}.txt"'},
    )  # fmt: skip


@requires(GET="claim.read")
@never_cache
@missing_is_404
def letter(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The letter on the newest confirmed decision, as a PDF."""
    try:
        return paper(request, "letter", lambda: claim_letters.letter(principal_of(request), claim_id))
    except desk.Unacceptable as refusal:
        return shown(request, claim_id, said(refusal))


@requires(GET="claim.read")
@never_cache
@missing_is_404
def letter_again(request: HttpRequest, claim_id: UUID, number: int) -> HttpResponse:
    """A letter that was issued, as it was."""
    return paper(request, f"letter-{number}", lambda: claim_letters.letter(principal_of(request), claim_id, number))
