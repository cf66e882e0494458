"""The API of members and applications, /api/v1: words in, the desk's functions, words out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.application import Step
from sonae.doors import problem as problem_door
from sonae.doors.problem import FieldError
from sonae.office import access_session, applicant, applications, binding, deciding, member_names, members, telling
from sonae.web import application_schemas, problems
from sonae.web.api import Refused, _dump, _json, _principal, _query, _read_cursor
from sonae.web.api_reading import Field, once, operation, read, texts, typed

assert application_schemas  # imported for what the operations' documents name


def _channel(request: HttpRequest) -> dict[str, str]:
    """How whoever asks is known, for the step's record."""
    kind = _principal(request).name.partition(":")[0]
    if kind in ("key", "link"):
        return {"channel": "api", "factor": kind}
    shown = access_session.shown(request)
    assert shown is not None, "nobody has a session without a factor"
    return {"channel": "api", "factor": shown.factor}


def _signer(request: HttpRequest) -> dict[str, str]:
    """How the signer is known: by the link, or by a factor by which one signs, shown a moment ago."""
    if _principal(request).name.startswith("user:"):
        if not access_session.is_recent(request, access_session.BINDING_SECONDS):
            raise Refused(problems.FORBIDDEN)
        return {"channel": "api", "factor": access_session.signer_factor(request)}
    return _channel(request)


def _limit(asked: dict[str, str]) -> int:
    limit = asked.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= members.PAGE_LIMIT):
        most = members.PAGE_LIMIT
        raise Refused(problems.bad_query("limit", f"1〜{most}の整数です。", f"1 to {most}."))
    return int(limit)


# --- members ----------------------------------------------------------------------------------------------------


@operation("POST", "/members", "member.register", answers={201: "Member"}, body="NewMember")
def register(request: HttpRequest) -> HttpResponse:
    """Register a company of a cooperative. An agency that registers it handles it."""
    raw, words = read(
        request, name=Field(str), cooperative=Field(UUID), reading=Field(str, False),
        corporate_number=Field(str, False), postal_code=Field(str, False), address=Field(str, False),
        contact=Field(dict, False),
    )  # fmt: skip
    contact = texts(words, "contact")

    def work() -> tuple[int, str, Any]:
        made = members.register(
            _principal(request),
            members.Particulars(
                words["name"], words.get("reading", ""), words.get("postal_code", ""), words.get("address", "")
            ),
            cooperative_id=words["cooperative"], corporate_number=words.get("corporate_number", ""), contact=contact,
        )  # fmt: skip
        return 201, f"/api/v1/members/{made.organisation_id}", telling.member(made)

    return once(request, "member.register", raw, work)


@operation("GET", "/members", "member.read", answers={200: "MemberList"},
           query={"name": {"type": "string"}, "limit": {"type": "integer"}})  # fmt: skip
def list_members(request: HttpRequest) -> HttpResponse:
    """Members within reach; `name` in any spelling."""
    asked = _query(request, "name", "limit")
    name = asked.get("name", "")
    rows = (
        members.listed(_principal(request), name=name, limit=_limit(asked))
        if not name or member_names.is_usable(name)
        else []
    )
    return _json(_dump({"members": [telling.member(row) for row in rows]}))


@operation("GET", "/members/{member_id}", "member.read", answers={200: "Member"})
def get_member(request: HttpRequest, member_id: str) -> HttpResponse:
    """One member."""
    _query(request)
    return _json(_dump(telling.member(members.one(_principal(request), member_id))))


@operation("POST", "/members/{member_id}/handling", "member.transfer", answers={200: "MemberChanged"},
           body="NewHandling")  # fmt: skip
def handling(request: HttpRequest, member_id: str) -> HttpResponse:
    """Let another agency handle a member, or suspend and resume the one that does; rights follow at once."""
    raw, words = read(request, agency=Field(UUID, False), suspended=Field(bool, False))

    def work() -> tuple[int, str, Any]:
        if "agency" in words:
            members.transfer(_principal(request), member_id, words["agency"])
        if "suspended" in words:
            members.suspend(_principal(request), member_id, suspended=words["suspended"])
        return 200, "", {"member": member_id}

    return once(request, "member.transfer", raw, work)


@operation("GET", "/member-suspicions", "member.transfer", answers={200: "MemberSuspicions"})
def suspicions(request: HttpRequest) -> HttpResponse:
    """Members that may be one company, by the looks of their names."""
    _query(request)
    found = members.suspicions(_principal(request))
    return _json(_dump({"suspicions": [[telling.member(row) for row in one.members] for one in found]}))


@operation("POST", "/membership-lists", "membership.confirm", answers={201: "MembershipList"}, body="NewMembershipList")
def confirm_membership(request: HttpRequest) -> HttpResponse:
    """A cooperative confirms a whole list: member id → true (belongs) or false (has left)."""
    raw, words = read(request, as_of=Field(date), members=Field(dict))
    try:
        belongs = {UUID(name): value for name, value in words["members"].items()}
    except ValueError:
        belongs = {}
    if not belongs or not all(isinstance(value, bool) for value in belongs.values()):
        wrong = FieldError("/members", "wrong_type", "IDごとにtrueかfalseです。", "Member ids, each true or false.")
        raise Refused(problem_door.not_understood((wrong,)))

    def work() -> tuple[int, str, Any]:
        made = members.confirm_list(_principal(request), words["as_of"], belongs)
        return 201, f"/api/v1/membership-lists/{made.id}", {"id": str(made.id), "members": len(belongs)}

    return once(request, "membership.confirm", raw, work)


# --- applications -----------------------------------------------------------------------------------------------


def _told(request: HttpRequest, found: applications.Standing) -> dict[str, Any]:
    return telling.application(found, _principal(request))


@operation("POST", "/applications", "application.prepare", answers={201: "Application"}, body="NewApplication")
def begin(request: HttpRequest) -> HttpResponse:
    """A member applies for what a stored quotation says."""
    raw, words = read(request, member=Field(UUID), quotation=Field(UUID))

    def work() -> tuple[int, str, Any]:
        made = applications.begin(_principal(request), words["member"], words["quotation"])
        told = _told(request, applications.standing(made))
        return 201, f"/api/v1/applications/{made.id}", told

    return once(request, "application.prepare", raw, work)


@operation("GET", "/applications", "application.read", answers={200: "ApplicationList"},
           query={"limit": {"type": "integer"}, "before": {"type": "string"}})  # fmt: skip
def list_applications(request: HttpRequest) -> HttpResponse:
    """Applications within reach, newest first."""
    asked = _query(request, "limit", "before")
    before = _read_cursor(asked["before"]) if "before" in asked else None
    if getattr(request, "opened_application", None) is not None:
        found = applications.one(_principal(request), request.opened_application)  # type: ignore[attr-defined]
        return _json(_dump({"applications": [telling.listed_application(found.application)], "next": None}))
    limit = _limit(asked)
    rows = applications.listed(_principal(request), before=before, limit=limit)
    following = f"{int(rows[-1].created_at.timestamp())}.{rows[-1].id}" if len(rows) == limit else None
    return _json(_dump({"applications": [telling.listed_application(row) for row in rows], "next": following}))


@operation("GET", "/applications/{application_id}", "application.read", answers={200: "Application"})
def get_application(request: HttpRequest, application_id: str) -> HttpResponse:
    """Where an application stands, and which content is to be confirmed."""
    _query(request)
    return _json(_dump(_told(request, applications.one(_principal(request), application_id))))


@operation("POST", "/applications/{application_id}/content", "application.prepare", answers={200: "Application"},
           body="NewContent")  # fmt: skip
def requote(request: HttpRequest, application_id: str) -> HttpResponse:
    """Other terms for the same start; confirmation and signature are asked again."""
    raw, words = read(request, quotation=Field(UUID))

    def work() -> tuple[int, str, Any]:
        found = applications.requote(_principal(request), application_id, words["quotation"])
        return 200, "", _told(request, found)

    return once(request, "application.prepare", raw, work)


@operation("POST", "/applications/{application_id}/steps", "application.prepare", answers={200: "Application"},
           body="Preparation")  # fmt: skip
def prepare(request: HttpRequest, application_id: str) -> HttpResponse:
    """The agency records intent, proposal, or that the papers were given."""
    raw, words = read(request, step=Field(str), words=Field(dict, False))
    if words["step"] not in {str(step) for step in applications.PREPARED}:
        listed = ", ".join(sorted(str(step) for step in applications.PREPARED))
        wrong = FieldError("/step", "unknown_word", f"使える値: {listed}", f"Allowed: {listed}")
        raise Refused(problem_door.not_understood((wrong,)))
    said = texts(words, "words")

    def work() -> tuple[int, str, Any]:
        found = applications.prepare(
            _principal(request), application_id, Step(words["step"]), said, **_channel(request)
        )
        return 200, "", _told(request, found)

    return once(request, "application.prepare", raw, work)


@operation("POST", "/applications/{application_id}/link", "application.prepare", answers={201: "ApplicantLink"},
           body="Nothing")  # fmt: skip
def make_link(request: HttpRequest, application_id: str) -> HttpResponse:
    """A link for the applicant's own device; its token is told this once, and earlier ones end."""
    read(request)
    made = applicant.make_link(_principal(request), application_id)
    answer = _json(_dump({"token": made.token, "expires_at": made.expires_at.isoformat()}), 201)
    answer["Location"] = f"/apply/{made.token}"
    return answer


@operation("POST", "/applications/{application_id}/acknowledgement", "application.answer", answers={200: "Application"},
           body="Acknowledgement")  # fmt: skip
def acknowledge(request: HttpRequest, application_id: str) -> HttpResponse:
    """The applicant has read the papers as given; `document` is their hash, as the application tells it."""
    raw, words = read(request, document=Field(str))

    def work() -> tuple[int, str, Any]:
        found = applications.acknowledge(
            _principal(request), application_id, words["document"], **_channel(request)
        )
        return 200, "", _told(request, found)

    return once(request, "application.answer", raw, work)


@operation("POST", "/applications/{application_id}/disclosure", "application.answer", answers={200: "Application"},
           body="DisclosureAnswers")  # fmt: skip
def disclose(request: HttpRequest, application_id: str) -> HttpResponse:
    """The applicant answers exactly the pinned questions, and the sheet where it changed."""
    raw, words = read(
        request, version=Field(str), answers=Field(dict), details=Field(dict, False), sheet=Field(dict, False)
    )
    answers, details = texts(words, "answers"), texts(words, "details")

    def work() -> tuple[int, str, Any]:
        found = applications.disclose(
            _principal(request), application_id, words["version"], answers, details=details or None,
            sheet=words.get("sheet"), **_channel(request),
        )  # fmt: skip
        return 200, "", _told(request, found)

    return once(request, "application.answer", raw, work)


@operation("POST", "/applications/{application_id}/confirmation", "application.answer", answers={200: "Application"},
           body="Confirmation")  # fmt: skip
def confirm(request: HttpRequest, application_id: str) -> HttpResponse:
    """The applicant confirms the content that was shown."""
    raw, words = read(request, content=Field(str))

    def work() -> tuple[int, str, Any]:
        found = applications.confirm(_principal(request), application_id, words["content"], **_channel(request))
        return 200, "", _told(request, found)

    return once(request, "application.answer", raw, work)


@operation("POST", "/applications/{application_id}/signature", "application.answer", answers={200: "Application"},
           body="Signature")  # fmt: skip
def sign(request: HttpRequest, application_id: str) -> HttpResponse:
    """The applicant signs the confirmed content."""
    raw, words = read(request, content=Field(str), signer=Field(str))

    def work() -> tuple[int, str, Any]:
        found = applications.sign(
            _principal(request), application_id, words["content"], words["signer"], **_signer(request)
        )
        return 200, "", _told(request, found)

    return once(request, "application.answer", raw, work)


@operation("POST", "/applications/{application_id}/membership", "application.bind", answers={200: "Application"},
           body="Nothing")  # fmt: skip
def check_membership(request: HttpRequest, application_id: str) -> HttpResponse:
    """Look again whether the cooperative has confirmed membership, and go on from there."""
    raw, _ = read(request)
    return once(
        request, "application.bind", raw,
        lambda: (200, "", _told(request, applications.check_membership(_principal(request), application_id))),
    )  # fmt: skip


@operation("POST", "/applications/{application_id}/cover", "application.bind", answers={201: "Cover"}, body="Nothing")
def bind(request: HttpRequest, application_id: str) -> HttpResponse:
    """Bind an accepted application. Again, by whatever door: the same cover. A key cannot."""
    raw, _ = read(request)

    def work() -> tuple[int, str, Any]:
        made = binding.bind(_principal(request), application_id, **_channel(request))
        return 201, f"/api/v1/covers/{made.id}", telling.cover(made)

    return once(request, "application.bind", raw, work)


# --- decisions --------------------------------------------------------------------------------------------------


@operation("GET", "/referrals", "application.decide", answers={200: "ReferralList"})
def referrals(request: HttpRequest) -> HttpResponse:
    """What waits for the insurer's decision, oldest first, with the grounds."""
    _query(request)
    found = deciding.referrals(_principal(request))
    return _json(_dump({"referrals": [telling.referral(row) for row in found]}))


@operation("POST", "/applications/{application_id}/decision", "application.decide", answers={200: "Application"},
           body="UnderwritingDecision")  # fmt: skip
def decide(request: HttpRequest, application_id: str) -> HttpResponse:
    """Accept or decline a referred application, with a reason and dated conditions."""
    raw, words = read(
        request, content=Field(str), outcome=Field(str), reason=Field(str), conditions=Field(list, False)
    )
    conditions = [_condition(row, place) for place, row in enumerate(words.get("conditions", []))]

    def work() -> tuple[int, str, Any]:
        found = deciding.decide(
            _principal(request), application_id, words["content"], words["outcome"], words["reason"], conditions,
            **_channel(request),
        )  # fmt: skip
        return 200, "", _told(request, found)

    return once(request, "application.decide", raw, work)


def _condition(row: Any, place: int) -> tuple[str, Any]:
    """A condition's text and day. Raises Refused, also for a field of any other name."""
    fields = row if isinstance(row, dict) and row.keys() == {"text", "due"} else {}
    day = typed(date, fields.get("due"))
    if day is None or not isinstance(fields.get("text"), str):
        wrong = FieldError(f"/conditions/{place}", "wrong_type", "textとdueを書いてください。", "Give text and due.")
        raise Refused(problem_door.not_understood((wrong,)))
    return fields["text"], day


@operation("GET", "/conditions", "application.read", answers={200: "OpenConditionList"})
def conditions(request: HttpRequest) -> HttpResponse:
    """Conditions of acceptances that nobody has closed, the most urgent first."""
    _query(request)
    found = deciding.open_conditions(_principal(request))
    return _json(_dump({"conditions": [telling.condition(row) for row in found]}))


@operation("POST", "/conditions/{condition_id}/closing", "application.decide", answers={200: "ConditionClosed"},
           body="ConditionClosing")  # fmt: skip
def close_condition(request: HttpRequest, condition_id: str) -> HttpResponse:
    """Close a condition, saying how it was met."""
    raw, words = read(request, note=Field(str))
    try:
        asked = UUID(condition_id)
    except ValueError:
        asked = UUID(int=0)

    def work() -> tuple[int, str, Any]:
        deciding.close_condition(_principal(request), asked, words["note"])
        return 200, "", {"id": str(asked)}

    return once(request, "application.decide", raw, work)
