"""The applicant's own pages, on their own device: read, answer, confirm, sign. By a link, or logged in.

Both doors lead to the same steps. The record says honestly by what the applicant was known: the link, or a factor.
Whatever is refused keeps what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from sonae.application import ORDER, Step
from sonae.office import access_session, applicant, applications, canonical, clock, cover_papers, desk, overview
from sonae.office.access import PUBLIC, Principal, requires
from sonae.office.applications import Standing
from sonae.office.documents.frame import fill
from sonae.office.refusals import Refused
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.web import pages_agreed
from sonae.web.pages import language
from sonae.web.pages_common import factor_shown, missing_is_404, page, paper, principal_of, said, text
from sonae.web.pages_entry import Entry, body, read_form, sheet_waits, understand
from sonae.web.presentation import figure, mark, notes, say
from sonae.web.presentation_application import deadline, promise
from sonae.web.presentation_cover import cover_notes, cover_shown
from sonae.web.presentation_office import answers_shown, content_name, limits_shown, start_words, terms_shown
from sonae.web.presentation_sheet import sheet_shown
from sonae.web.presentation_worksheet import worksheet

#: The pages of the way, by the step that each takes.
PAGES: dict[str, Step] = {
    "papers": Step.acknowledgement,
    "disclosure": Step.disclosure,
    "confirm": Step.confirmation,
    "sign": Step.signature,
}


@dataclass(frozen=True)
class Way:
    """Who acts, on which application, below which address, and how they are known."""

    principal: Principal
    application_id: UUID
    base: str
    factor: str
    by_link: bool


# --- two doors ----------------------------------------------------------------------------------------------------


@requires(GET=PUBLIC)
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands, for whoever holds the link; once it is bound, what was agreed."""
    way = _link(token)
    return pages_agreed.shown(request, token) if way is None else _home(request, way)


@requires(GET=PUBLIC, POST=PUBLIC)
@never_cache
def step_by_link(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """One step of the way, by link."""
    way = _link(token)
    return pages_agreed.closed(request) if way is None else _step(request, way, name)


@requires(GET=PUBLIC)
def papers_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """契約概要・注意喚起情報 as given, as PDF."""
    way = _link(token)
    return pages_agreed.agreed_paper(request, token, "important-matters") if way is None else _papers(request, way)


@requires(GET="application.read")
@never_cache
@missing_is_404
def own(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Where the application stands, for the member's own person."""
    return _home(request, _own(request, application_id))


@requires(GET="application.answer", POST="application.answer")
@never_cache
@missing_is_404
def own_step(request: HttpRequest, application_id: UUID, name: str) -> HttpResponse:
    """One step of the way, logged in; a signature wants a factor shown a moment ago."""
    if name == "sign" and not access_session.is_recent(request, access_session.BINDING_SECONDS):
        return access_session.ask_for_factor(request)
    return _step(request, _own(request, application_id), name)


@requires(GET="application.answer")
@missing_is_404
def own_papers(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """契約概要・注意喚起情報 as given, as PDF."""
    return _papers(request, _own(request, application_id))


def _link(token: str) -> Way | None:
    """The way that a link opens; None for one that opens nothing (any more)."""
    try:
        opened = applicant.open_link(token)
    except desk.NotFound:
        return None
    return Way(opened.principal, opened.application_id, f"/apply/{token}", "link", True)


def _own(request: HttpRequest, application_id: UUID) -> Way:
    principal = principal_of(request)
    if principal.role != "member":
        raise desk.NotFound
    return Way(principal, application_id, f"/member/applications/{application_id}", factor_shown(request), False)


# --- pages --------------------------------------------------------------------------------------------------------


def _home(request: HttpRequest, way: Way) -> HttpResponse:
    one = overview.one_in_hand(way.principal, way.application_id)
    found = one.standing
    decision = found.held.get(Step.decision)
    steps = [
        {"name": name, "state": _state(found, step), "address": f"{way.base}/{name}"} for name, step in PAGES.items()
    ]
    return page(
        request, "applicant/home.html", "member", **_frame(way, found), steps=steps,
        next_page=_next_page(found), signed=Step.signature in found.held, cover=one.cover, referred=bool(one.referral),
        declined=decision is not None and decision.outcome == "decline",
        accepted=decision is not None and decision.outcome == "accept",
        confirmed=Step.membership in found.held,
    )  # fmt: skip


def _state(found: Standing, step: Step) -> str:
    if step in found.held:
        return "done"
    return "now" if found.next is step else ""


def _next_page(found: Standing) -> str:
    """The page of the next step that is the applicant's; empty while it is another's turn."""
    return next((name for name, step in PAGES.items() if step is found.next), "")


def _frame(way: Way, found: Standing) -> dict[str, Any]:
    spoken, row = language(), found.application
    until = deadline(found.product, row.inception, found.content.valid_until, row.renews_id is not None,
                     clock.now(), spoken)  # fmt: skip
    agency = overview.names_of([row.agency_id]).get(row.agency_id, "") if row.agency_id else ""
    return {
        "base": way.base, "by_link": way.by_link, "application_id": row.id, "name": row.member.legal_name,
        "agency": agency, "start": start_words(found.product, row.inception, spoken), "until": until,
        "until_day": until.words, "promise": promise(found.product, row.inception, until, spoken),
        "content": content_name(found.product, found.request, spoken), "premium": figure(found.content.premium),
    }  # fmt: skip


def _step(request: HttpRequest, way: Way, name: str) -> HttpResponse:
    if name not in PAGES:
        raise Http404
    found = applications.one(way.principal, way.application_id)
    if request.method == "POST":
        return _take(request, way, found, name)
    before = [step for step in ORDER[: ORDER.index(PAGES[name])] if step not in found.held]
    if before or Step.binding in found.held:
        return HttpResponseRedirect(way.base)
    return _show(request, way, found, name)


def _take(request: HttpRequest, way: Way, found: Standing, name: str) -> HttpResponse:
    """Takes the step and goes on to what follows."""
    known = {"channel": "page", "factor": way.factor}
    try:
        if name == "papers":
            if not text(request, "read", 5):
                raise Refused("not_read", "読んだことを示す欄に印を付けてください。", "Tick that you have read them.")
            applicant.acknowledge(way.principal, way.application_id, text(request, "document", 64), **known)
        elif name == "disclosure":
            return _disclose(request, way, found, known)
        elif name == "confirm":
            applications.confirm(way.principal, way.application_id, text(request, "content", 64), **known)
        else:
            applications.sign(
                way.principal, way.application_id, text(request, "content", 64), text(request, "signer", 200), **known
            )
    except desk.Unacceptable as refusal:
        fresh = applications.one(way.principal, way.application_id)
        return _show(request, way, fresh, name, trouble=said(refusal))
    return _onward(way)


def _onward(way: Way) -> HttpResponse:
    after = _next_page(applications.one(way.principal, way.application_id))
    return HttpResponseRedirect(f"{way.base}/{after}" if after else way.base)


def _disclose(request: HttpRequest, way: Way, found: Standing, known: dict[str, str]) -> HttpResponse:
    product = found.product
    assert product.disclosure is not None, "an application's product asks its questions"
    answers = {one.id: text(request, f"q-{one.id}", 40) for one in product.disclosure.questions}
    details = {one.id: text(request, f"detail-{one.id}") for one in product.disclosure.questions}
    missing = {one.id for one in product.disclosure.questions if answers[one.id] not in one.choices}
    missing |= {
        one.id for one in product.disclosure.questions
        if one.id not in missing and one.choices[answers[one.id]].wants_detail and not details[one.id]
    }  # fmt: skip
    entry = read_form(product, request.POST.getlist)
    trouble = ""
    if missing:
        trouble = say_missing(len(missing))
    elif product.sheet is not None and sheet_waits(product, entry):
        english = language() == "en"
        trouble = "Answer every fact of the sheet." if english else "割引確認シートの事実に、すべて答えてください。"
    if not trouble:
        # What was written beside an answer that asks for no details is not told: its field is not shown.
        wanted = {
            one.id: details[one.id] for one in product.disclosure.questions
            if one.choices[answers[one.id]].wants_detail
        }  # fmt: skip
        try:
            applications.disclose(
                way.principal, way.application_id, text(request, "version", 40), answers,
                details=wanted, sheet=_sheet(found, entry), **known,
            )  # fmt: skip
            return _onward(way)
        except desk.Unacceptable as refusal:
            trouble = said(refusal)
    return _show(
        request, way, found, "disclosure", trouble=trouble, answers=answers, details=details, missing=missing,
        entry=entry,
    )  # fmt: skip


def say_missing(count: int) -> str:
    """How many questions still want an answer."""
    if language() == "en":
        return f"{count} questions want an answer or its details. What you entered is kept."
    return f"あと{count}問、答えか、くわしい内容が要ります。書いたものは残っています。"


def _sheet(found: Standing, entry: Entry) -> dict[str, Any] | None:
    """The sheet as answered, in the request's words; None where it was not begun."""
    request = found.request
    words = body(found.product, entry, understand(found.product, entry), request.plan, request.set, ())
    sheet: dict[str, Any] | None = words.get("sheet")
    return sheet


def _entry_of(request: QuotationRequest) -> Entry:
    """The sheet that was applied for, as the form would hold it."""
    sheet = request.sheet
    if sheet is None:
        return Entry()
    return Entry(
        answers=dict(sheet.answers),
        facts={code: "yes" if held else "no" for code, held in sheet.facts.items()},
        papers={
            one.kind: {
                name: value.isoformat() if hasattr(value, "isoformat") else str(value)
                for name, value in (("number", one.number), ("expires", one.expires), ("issued", one.issued))
                if value is not None
            }
            for one in sheet.certificates
        },
    )


def _papers(request: HttpRequest, way: Way) -> HttpResponse:
    try:
        return paper(
            request, "important-matters",
            lambda: cover_papers.important_matters(way.principal, way.application_id, language()),
        )  # fmt: skip
    except desk.NotFound:
        raise Http404 from None


def _show(
    request: HttpRequest, way: Way, found: Standing, name: str, *, trouble: str = "", **typed: Any
) -> HttpResponse:
    context = _frame(way, found) | {"trouble": trouble, "here_step": name}
    if name == "papers":
        context |= _reading(found)
    elif name == "disclosure":
        context |= _questions(found, **typed)
    else:
        context |= _final(way, found)
    return page(request, f"applicant/{name}.html", "member", 422 if trouble else 200, **context)


def _reading(found: Standing) -> dict[str, Any]:
    """The proposal and the important matters, to be read on a phone."""
    product, spoken = found.product, language()
    papers, given = product.papers, found.held.get(Step.papers)
    assert papers is not None, "papers were given"
    assert given is not None, "papers were given"
    return {
        "document": given.content or "",
        "read": Step.acknowledgement in found.held,
        "proposal": _recorded(found, Step.proposal),
        "wish": _recorded(found, Step.intent).get("wish", ""),
        "summary": [_section(product, one) for one in papers.contract_summary],
        "warning": [_section(product, one) for one in papers.warning_information],
        "terms": terms_shown(product, found.request, spoken),
    }


def _recorded(found: Standing, step: Step) -> dict[str, str]:
    """What the agency wrote with a step, for the applicant whose wishes they are."""
    row = found.row(step)
    return {} if row is None else {name: str(words) for name, words in canonical.load(row.body).items()}


def _section(product: Product, section: Any) -> dict[str, Any]:
    spoken = language()
    return {
        "title": say(section.title, spoken),
        "paragraphs": [fill(product, each, spoken) for each in section.paragraphs],
        "mark": mark(section.basis.status, spoken),
    }


def _questions(
    found: Standing,
    answers: dict[str, str] | None = None,
    details: dict[str, str] | None = None,
    missing: set[str] | None = None,
    entry: Entry | None = None,
) -> dict[str, Any]:
    product, spoken, request = found.product, language(), found.request
    assert product.disclosure is not None, "an application's product asks its questions"
    given = answers if answers is not None else dict(found.answers or {})
    row = found.row(Step.disclosure)
    told = details if details is not None else (overview.details_of(row) if row else {})
    assert request.inception is not None, "an application has a start"
    sheet = sheet_shown(product, entry if entry is not None else _entry_of(request), request.inception, spoken)
    return {
        "version": product.disclosure.version,
        "terms": terms_shown(product, request, spoken),
        "questions": [
            {
                "id": one.id,
                "text": say(one.text, spoken),
                "choices": [
                    {
                        "code": choice.code,
                        "label": say(choice.label, spoken),
                        "wants": choice.wants_detail,
                        "chosen": given.get(one.id) == choice.code,
                    }
                    for choice in one.choices.values()
                ],
                "asks_detail": any(choice.wants_detail for choice in one.choices.values()),
                "detail": told.get(one.id, ""),
                "missing": one.id in (missing or set()),
            }
            for one in product.disclosure.questions
        ],
        "page": {"sheet": sheet, "sheet_troubles": ()},
    }


def _final(way: Way, found: Standing) -> dict[str, Any]:
    """The final content with price, worksheet, cover, and what it leaves out."""
    product, request, spoken = found.product, found.request, language()
    answer = applications.answer_of(found)
    selection = select(product, request)
    limits = {"liability": selection.liability, "expense": selection.expense,
              "business_income": selection.business_income}  # fmt: skip
    told = answers_shown(product, dict(found.answers or {}), {}, spoken)
    follows = [one for one in told if one["follows"]]
    contents = overview.contents_of(way.principal, way.application_id)
    return {
        "hash": found.content_hash,
        "terms": terms_shown(product, request, spoken),
        "limits": limits_shown(product, request, spoken),
        "worksheet": worksheet(product, answer.worksheet, spoken),
        # An answer of the disclosure may refer it too: the price then is provisional before anyone signs.
        "referred": answer.referred or any(one["effect"] == "refer" for one in follows),
        "follows": follows,
        "notices": notes(product, [one for one in answer.findings if one.effect != "decline"], spoken),
        "left_out": cover_shown(product, request.plan, request.set, selection.riders, limits, spoken).left_out,
        "cover_notes": cover_notes(product, limits, spoken),
        "before": [figure(one.premium) for one in contents[:-1] if one.premium != found.content.premium],
        "confirmed": Step.confirmation in found.held,
    }
