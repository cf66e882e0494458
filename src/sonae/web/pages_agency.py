"""The agency's way from a saved quotation to a cover: begun, prepared, handed to the applicant, seen through.

The agent prepares and sees how far it is; the answers of the applicant are on none of these pages.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from sonae.application import Step
from sonae.office import (
    access_links,
    access_session,
    applicant,
    applications,
    binding,
    clock,
    desk,
    members,
    overview,
    released,
    waiting,
)
from sonae.office.access import Principal, requires
from sonae.office.access_session import recent_factor_required
from sonae.office.documents.qr import qr_code
from sonae.office.members import Particulars
from sonae.office.overview import InHand
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.web import csv_export
from sonae.web.form_keys import once
from sonae.web.pages import language
from sonae.web.pages_common import (
    asked,
    cursor,
    factor_shown,
    missing_is_404,
    page,
    principal_of,
    said,
    text,
    uuid_of,
)
from sonae.web.presentation import figure
from sonae.web.presentation_application import cutoffs_shown, deadline, groups, promise, stage, steps_shown
from sonae.web.presentation_cover import cover_shown
from sonae.web.presentation_office import actor_word, content_name, limits_shown, stamp, start_words, terms_shown
from sonae.web.presentation_prices import cell_name

PAGE = 50
#: Who sees terms and price of an application; the federation and the cooperatives do not.
SEE_TERMS = frozenset({"solicitor", "agency_manager", "underwriter", "auditor"})
_FIELDS = ("legal_name", "reading", "corporate_number", "postal_code", "address", "person", "mail", "phone")


# --- from a quotation ---------------------------------------------------------------------------------------------


@requires(GET="application.prepare", POST="application.prepare")
@once
@missing_is_404
def start(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """Who applies: a member that the agency handles, found by name; then the application begins."""
    if request.method == "GET":
        return _start(request, quotation_id)
    member_id = uuid_of(text(request, "member", 40))
    if member_id is None:
        return _start(request, quotation_id, choose=True)
    try:
        made = applications.begin(principal_of(request), member_id, quotation_id)
    except desk.Unacceptable as refusal:
        return _start(request, quotation_id, trouble=said(refusal))
    return HttpResponseRedirect(f"/applications/{made.id}")


@requires(POST="member.register")
@once
@missing_is_404
def register(request: HttpRequest, quotation_id: UUID) -> HttpResponse:
    """A company that is not registered yet; the agency handles it from then on."""
    typed = {name: text(request, name, 300) for name in _FIELDS}
    cooperative = uuid_of(text(request, "cooperative", 40))
    contact = {name: typed[name] for name in ("person", "mail", "phone") if typed[name]}
    try:
        made = members.register(
            principal_of(request),
            Particulars(typed["legal_name"], typed["reading"], typed["postal_code"], typed["address"]),
            cooperative_id=cooperative or UUID(int=0), corporate_number=typed["corporate_number"], contact=contact,
        )  # fmt: skip
    except desk.Unacceptable as refusal:
        return _start(request, quotation_id, register_trouble=said(refusal), typed=typed, cooperative=cooperative)
    place = urlencode({"member": str(made.organisation_id), "registered": "1"})
    return HttpResponseRedirect(f"/quotation/{quotation_id}/apply?{place}")


def _start(
    request: HttpRequest,
    quotation_id: UUID,
    *,
    trouble: str = "",
    choose: bool = False,
    register_trouble: str = "",
    typed: dict[str, str] | None = None,
    cooperative: UUID | None = None,
) -> HttpResponse:
    principal = principal_of(request)
    row = desk.quotation(principal, quotation_id)
    name = asked(request, "name") if "name" in request.GET else row.for_name
    chosen = uuid_of(asked(request, "member", 40) or text(request, "member", 40))
    found = members.listed(principal, name=name, limit=20)
    if chosen is not None and chosen not in {one.organisation_id for one in found}:
        found.insert(0, members.one(principal, chosen))
    evidence = members.evidence_of(found)
    choices = [
        {
            "id": one.organisation_id,
            "name": one.legal_name,
            "address": one.address,
            "corporate_number": one.corporate_number,
            "chosen": one.organisation_id == chosen or len(found) == 1,
            "confirmed": bool((known := evidence.get(one.organisation_id)) and known.is_member),
        }
        for one in found
    ]
    fresh = {"legal_name": row.for_name, "corporate_number": row.for_corporate_number}
    return page(
        request, "agency/start.html", "applications", 422 if trouble or register_trouble or choose else 200,
        row=row, choices=choices, name=name, trouble=trouble, choose=choose, register_trouble=register_trouble,
        typed=typed or fresh, cooperative=cooperative, registered="registered" in request.GET,
        bodies=overview.bodies(principal, "member.read"), premium=figure(row.premium) if row.premium else "",
    )  # fmt: skip


# --- in hand ------------------------------------------------------------------------------------------------------


@requires(GET="application.read")
def pipeline(request: HttpRequest) -> HttpResponse:
    """Applications in hand: for whom each waits, and until when."""
    principal, spoken = principal_of(request), language()
    if principal.role == "member":
        return HttpResponseRedirect("/member")
    rows = overview.pipeline(principal, before=cursor(asked(request, "before")), limit=PAGE + 1)
    last = rows[PAGE - 1].standing.application if len(rows) > PAGE else None
    see_terms = principal.role in SEE_TERMS
    every = [_row(one, see_terms) for one in rows[:PAGE]]
    quoted = [] if asked(request, "before") else _quoted(principal)
    wanted = asked(request, "for", 20)
    shown = [one for one in every if not wanted or one["stage"].whose == wanted]
    counted: dict[tuple[str, str], int] = {}
    for one in every:
        at = one["stage"]
        counted[at.whose, at.waits_for] = counted.get((at.whose, at.waits_for), 0) + 1
    sides = [{"key": key, "words": words, "count": count} for (key, words), count in counted.items() if words]
    return page(
        request, "agency/pipeline.html", "applications", rows=shown, waiting=sides, wanted=wanted,
        total=len(every) + len(quoted), quotations=len(quoted), quoted=quoted if wanted in ("", "quoted") else [],
        see_terms=see_terms, now=stamp(clock.now()), spoken=spoken,
        may_prepare=principal.may("application.prepare"),
        next=f"{last.created_at.isoformat()}_{last.id}" if last else "",
    )  # fmt: skip


def _quoted(principal: Principal) -> list[dict[str, Any]]:
    """Where the pipeline begins: the agency's saved quotations for which nobody has applied yet."""
    if not (principal.may("application.prepare") and principal.may("quotation.read")):
        return []
    spoken, found = language(), []
    for row in waiting.quoted(principal, PAGE):
        product, start = released.product(row.product_id), waiting.start_of(row)
        until = deadline(product, start, row.valid_until, False, clock.now(), spoken)
        reach = waiting.reach_of(product, start, renews=False, signed=False, valid_until=row.valid_until)
        found.append(
            {
                "id": row.id,
                "name": row.for_name,
                "until": until,
                "start": start_words(product, start, spoken),
                "start_day": start.isoformat(),
                "next_start": "" if reach.holds else start_words(product, reach.following, spoken),
                "content": cell_name(product, (row.set, row.plan), spoken),
                "premium": figure(row.premium) if row.premium else "",
                "yen": row.premium or 0,
            }
        )
    return found


@requires(GET="application.read")
def pipeline_file(request: HttpRequest) -> HttpResponse:
    """The newest hundred applications as a file for a spreadsheet."""
    principal = principal_of(request)
    see_terms = principal.role in SEE_TERMS
    head = ["id", "member", "start", "content", "premium", "stage", "waits_for", "what", "deadline", "cover"]
    rows: list[list[str | int]] = [list(head)]
    for row in _quoted(principal):
        quoted = "quotation" if language() == "en" else "見積"
        rows.append(
            [str(row["id"]), row["name"], row["start_day"], row["content"], row["yen"], quoted, "", "",
             row["until"].day.isoformat(), ""]
        )  # fmt: skip
    for found in overview.pipeline(principal, limit=100):
        one = _row(found, see_terms)
        premium: str | int = found.standing.content.premium if see_terms else ""
        at, until = one["stage"], one["deadline"]
        rows.append(
            [str(one["id"]), one["name"], found.standing.application.inception.isoformat(), one["content"], premium,
             at.tag, at.waits_for, at.what, until.day.isoformat() if until else "",
             found.cover.number if found.cover else ""]
        )  # fmt: skip
    return csv_export.answer("applications", rows)


def _row(one: InHand, see_terms: bool) -> dict[str, Any]:
    spoken, found = language(), one.standing
    application = found.application
    shown = stage(found.held, found.next, one.referral is not None, spoken)
    until = None
    if shown.waits_for and not one.cover and Step.signature not in found.held:
        until = deadline(found.product, application.inception, found.content.valid_until,
                         application.renews_id is not None, clock.now(), spoken)  # fmt: skip
    return {
        "id": application.id,
        "name": application.member.legal_name,
        "renews": application.renews_id is not None,
        "start": start_words(found.product, application.inception, spoken),
        "content": content_name(found.product, found.request, spoken) if see_terms else "",
        "premium": figure(found.content.premium) if see_terms else "",
        "stage": shown,
        "deadline": until,
        "deadline_day": until.words if until else "",
        "cover": one.cover,
    }


@requires(GET="application.read")
@missing_is_404
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """One application: where it stands, what is next, and the record of its steps."""
    if principal_of(request).role == "member":
        return HttpResponseRedirect(f"/member/applications/{application_id}")
    return _show(request, application_id)


def _show(
    request: HttpRequest,
    application_id: UUID,
    *,
    trouble: str = "",
    link: str = "",
    invitation: str = "",
    mailed: bool = False,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    principal, spoken = principal_of(request), language()
    one = overview.one_in_hand(principal, application_id)
    found, row = one.standing, one.standing.application
    see_terms, prepares = principal.role in SEE_TERMS, principal.may("application.prepare")
    until = deadline(found.product, row.inception, found.content.valid_until, row.renews_id is not None,
                     clock.now(), spoken)  # fmt: skip
    context: dict[str, Any] = {
        "row": _row(one, see_terms),
        "groups": groups(found.held, found.next, spoken),
        "promise": promise(found.product, row.inception, until, spoken),
        "cutoffs": cutoffs_shown(found.product, row.inception, clock.now(), spoken),
        "until": until,
        "until_day": until.words,
        "signed": Step.signature in found.held,
        "next": str(found.next) if found.next else "",
        "accepted": (decision := found.held.get(Step.decision)) is not None and decision.outcome == "accept",
        "steps": steps_shown(found.rows, _people([step.actor for step in found.rows]), spoken),
        "link_until": stamp(one.link_until) if one.link_until else "",
        "created": stamp(row.created_at),
        "agency": overview.names_of([row.agency_id]).get(row.agency_id, "") if row.agency_id else "",
        "cooperative": overview.names_of([row.member.cooperative_id]).get(row.member.cooperative_id, ""),
        "conditions": overview.conditions_of(principal, row.id),
        "prepares": prepares,
        "binds": principal.may("application.bind"),
        "decides": principal.may("application.decide") and one.referral is not None,
        "trouble": trouble, "link": link, "invitation": invitation,
        "mailed": mailed, "contact_mail": (members.contact_of(row.member) or {}).get("mail", "") if prepares else "",
        "qr": mark_safe(qr_code(link)) if link else "",  # noqa: S308  our own SVG
        "see_terms": see_terms, "typed": typed or {}, "invites": principal.may("member.invite"),
    }  # fmt: skip
    if see_terms:
        contents = overview.contents_of(principal, row.id)
        context |= {
            "terms": terms_shown(found.product, found.request, spoken),
            "limits": limits_shown(found.product, found.request, spoken),
            "contents": [
                {"number": each.number, "premium": figure(each.premium), "at": stamp(each.created_at)}
                for each in contents
            ],
        }
    if prepares:
        request_, selected = found.request, limits_of(found.product, found.request)
        left_out = cover_shown(found.product, request_.plan, request_.set, selected[1], selected[0], spoken).left_out
        colon = ": " if spoken == "en" else "："
        context["left_out"] = "\n".join(f"{each.subject}{colon}{each.reason}" for each in left_out)[:1800]
        if found.next is not None:
            context["others"] = _other_quotations(request, one)
    return page(request, "agency/application.html", "applications", 422 if trouble else 200, **context)


def limits_of(product: Product, request: QuotationRequest) -> tuple[dict[str, int], tuple[str, ...]]:
    """Limits by coverage and the riders attached, as the matrix of the cover reads them."""
    selection = select(product, request)
    limits = {
        "liability": selection.liability,
        "expense": selection.expense,
        "business_income": selection.business_income,
    }
    return limits, selection.riders


def _people(names: list[str]) -> dict[str, str]:
    """Who stands behind the names in records, by role and organisation."""
    spoken = language()
    return {
        name: actor_word(one.kind, one.role, one.organisation, spoken) for name, one in overview.actors(names).items()
    }


def _other_quotations(request: HttpRequest, one: InHand) -> list[dict[str, Any]]:
    """Saved quotations for the same company, with which the terms could be changed."""
    name = one.standing.application.member.legal_name
    rows = desk.list_quotations(principal_of(request), name=name, limit=20)
    present = one.standing.content.quotation_id
    return [
        {"id": row.id, "premium": figure(row.premium), "at": stamp(row.created_at), "set": row.set, "plan": row.plan}
        for row in rows
        if row.premium is not None and row.id != present
    ]


# --- acts ---------------------------------------------------------------------------------------------------------


_WORDS: dict[Step, tuple[str, ...]] = {
    Step.intent: ("wish",),
    Step.proposal: ("why", "leaves_out"),
    Step.papers: (),
}


@requires(POST="application.prepare")
@once
@missing_is_404
def prepare(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Wishes, proposal, or that the papers were given, on the record."""
    named = text(request, "step", 20)
    step = Step(named) if named in {str(one) for one in _WORDS} else Step.papers
    words = {name: text(request, name) for name in _WORDS[step]}
    try:
        applications.prepare(
            principal_of(request), application_id, step, words, channel="page", factor=factor_shown(request)
        )
    except desk.Unacceptable as refusal:
        return _show(request, application_id, trouble=said(refusal), typed=words)
    return HttpResponseRedirect(f"/applications/{application_id}#next")


@requires(POST="application.prepare")
@missing_is_404
def make_link(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """A link and its QR code for the applicant's own device: shown once, and mailed where an address is given."""
    mail = text(request, "mail", 254)
    try:
        made = applicant.make_link(principal_of(request), application_id, mail)
    except desk.Unacceptable as refusal:
        return _show(request, application_id, trouble=said(refusal))
    return _show(request, application_id, link=request.build_absolute_uri(f"/apply/{made.token}"), mailed=bool(mail))


@requires(POST="application.prepare")
@once
@missing_is_404
def end_links(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The links that were sent open nothing from now on."""
    applicant.revoke_links(principal_of(request), application_id)
    return HttpResponseRedirect(f"/applications/{application_id}")


@requires(POST="member.invite")
@missing_is_404
def invite(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """An invitation for a person of the member, who then logs in with a passkey; its link is shown once."""
    principal = principal_of(request)
    found = applications.one(principal, application_id)
    try:
        made = access_links.invite(principal, found.application.member_id, text(request, "mail", 254))
    except desk.Unacceptable as refusal:
        return _show(request, application_id, trouble=said(refusal))
    return _show(request, application_id, invitation=request.build_absolute_uri(f"/welcome/{made.token}"))


@requires(POST="application.prepare")
@once
@missing_is_404
def requote(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Other terms for the same start; the applicant confirms and signs again."""
    quotation_id = uuid_of(text(request, "quotation", 40))
    if quotation_id is None:
        return HttpResponseRedirect(f"/applications/{application_id}")
    try:
        applications.requote(principal_of(request), application_id, quotation_id)
    except desk.Unacceptable as refusal:
        return _show(request, application_id, trouble=said(refusal))
    return HttpResponseRedirect(f"/applications/{application_id}")


@requires(POST="application.bind")
@once
@missing_is_404
def check_membership(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Looks again whether the cooperative has confirmed, and goes on from there."""
    applications.check_membership(principal_of(request), application_id)
    return HttpResponseRedirect(f"/applications/{application_id}")


@requires(POST="application.bind")
@recent_factor_required(access_session.BINDING_SECONDS)
@once
@missing_is_404
def bind(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Binds an accepted application; pressed twice, it leads to the same cover."""
    try:
        made = binding.bind(principal_of(request), application_id, channel="page", factor=factor_shown(request))
    except desk.Unacceptable as refusal:
        return _show(request, application_id, trouble=said(refusal))
    return HttpResponseRedirect(f"/covers/{made.id}?bound=1")
