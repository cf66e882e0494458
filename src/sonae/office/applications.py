"""Applications: from a quotation to what the applicant signs, step by step, each step kept with who, when and how.

Where an application stands is read off its steps by `sonae.application`; nothing here keeps a status. What needs no
person (the final price, the check of membership, a decision by rule) follows in the transaction of what it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sonae import application as core
from sonae import quotation as pricing
from sonae.application import Step, Taken
from sonae.doors import answer as answer_door
from sonae.doors.request import Understood
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.quotation import Answer
from sonae.risk import QuotationRequest, understood

from . import (
    acceptable,
    access,
    answers_apart,
    canonical,
    clock,
    given_papers,
    journal,
    members,
    released,
    starts,
)
from .access import Principal
from .access_factors import PASSKEY, RECOVERY, TOTP
from .cover_reading import read_words, request_of
from .desk import NotFound
from .member_names import is_text, is_usable
from .models import Application, ApplicationContent, ApplicationStep, Member, Quotation
from .refusals import Refused, refuse

PREPARED = frozenset({Step.intent, Step.proposal, Step.papers})
"""The steps that the agency takes with the applicant before the questions."""

PERSONS_FACTORS = frozenset({PASSKEY, TOTP, RECOVERY, "command"})
"""How a person of the office or of a member is known: what they showed last, or that they sit at the command line."""

LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Standing:
    """An application as it stands: its present content, its steps, and the hash of what is to be confirmed.

    `apart` are the words of the disclosure and of decisions by step number, as far as they are within reach; where the
    application stands does not depend on them.
    """

    application: Application
    product: Product
    content: ApplicationContent
    steps: tuple[Taken, ...]
    rows: tuple[ApplicationStep, ...]
    content_hash: str | None
    apart: Mapping[int, Any]

    @property
    def answers(self) -> Mapping[str, str] | None:
        """The last answers; None before the disclosure, and for whoever may not read them."""
        words = self.words(Step.disclosure)
        return None if words is None else words["answers"]

    def words(self, step: Step) -> Any:
        """What lies apart of the last row of a step, within reach; else None."""
        row = self.row(step)
        return None if row is None else self.apart.get(row.number)

    @property
    def held(self) -> dict[Step, Taken]:
        return core.standing(self.steps, self.content_hash)

    @property
    def next(self) -> Step | None:
        return core.next_step(self.steps, self.content_hash)

    @property
    def request(self) -> QuotationRequest:
        return request_of(self.product, self.content.request_bytes, self.content.created_at.astimezone(JST))

    def row(self, step: Step) -> ApplicationStep | None:
        """The last row of a step."""
        return next((row for row in reversed(self.rows) if row.step == step), None)


# --- beginning --------------------------------------------------------------------------------------------------


def begin(principal: Principal, member_id: UUID | str, quotation_id: UUID | str) -> Application:
    """A member applies for what a quotation says. Raises PermissionDenied, NotFound, Refused (INV-10)."""
    with transaction.atomic():
        access.enter(principal, "application.prepare")
        member = members.seen(member_id)
        quotation, product, request = acceptable.acceptable(quotation_id, member)
        application = make(principal, member, product, request.inception or date.max)
        add_content(principal, application, request, product, valid_until=quotation.valid_until, quotation=quotation)
    return application


def requote(principal: Principal, application_id: UUID | str, quotation_id: UUID | str) -> Standing:
    """Other terms for the same start; what was confirmed or signed before counts no longer."""
    with transaction.atomic():
        access.enter(principal, "application.prepare")
        application = seen(application_id)
        journal.lock(f"application/{application.id}")
        before = standing(application)
        if Step.binding in before.held:
            raise Refused("already_bound", "すでに成立しています。", "The cover is already bound.")
        quotation, product, request = acceptable.acceptable(quotation_id, application.member)
        if request.inception != application.inception or product.hash != application.product_id:
            raise refuse("other_start")
        add_content(principal, application, request, product, valid_until=quotation.valid_until, quotation=quotation)
        advance(standing(application))
        return standing(application)


def make(
    principal: Principal, member: Member, product: Product, inception: date, renews_id: UUID | None = None
) -> Application:
    """An application without content yet, in the caller's transaction."""
    acceptable.disclosure_of(product), acceptable.life_of(product)
    released.keep(product)
    moment = clock.now()
    assert product.disclosure is not None
    application = Application.objects.create(
        id=uuid4(), member=member, agency_id=members.agency_of(member.organisation_id), product_id=product.hash,
        disclosure_version=product.disclosure.version, inception=inception, renews_id=renews_id,
        created_by=principal.name, created_at=moment,
    )  # fmt: skip
    note(
        application, "application_begun", principal.name,
        {"member": str(member.organisation_id), "product": product.hash, "inception": inception.isoformat(),
         "disclosure": product.disclosure.version, "renews": str(renews_id) if renews_id else None},
    )  # fmt: skip
    return application


def add_content(
    principal: Principal,
    application: Application,
    request: QuotationRequest,
    product: Product,
    *,
    valid_until: date,
    quotation: Quotation | None = None,
) -> ApplicationContent:
    """Freezes terms and price as the application's present content. Raises Refused when the rules decline them."""
    moment = clock.now()
    raw = canonical.dump(understood(request))
    # Priced from the bytes that are kept, so that they give the same answer again, to the byte.
    answer = pricing.quote(product, request_of(product, raw, moment), moment)
    if answer.premium is None:
        reasons = [finding for finding in answer.findings if finding.effect == "decline"]
        raise Refused(reasons[0].code, reasons[0].message, reasons[0].message_en)
    number = 1 + ApplicationContent.objects.filter(application=application).count()
    try:
        with transaction.atomic():
            content = ApplicationContent.objects.create(
                application=application, number=number, quotation=quotation, valid_until=valid_until,
                request_bytes=raw, answer_bytes=answer_door.encode(answer),
                premium=answer.premium, created_by=principal.name, created_at=moment,
            )  # fmt: skip
    except IntegrityError as error:  # the quotation went into another application at the same moment
        raise refuse("quotation_used") from error
    note(
        application, "content", principal.name,
        {"number": number, "quotation": str(quotation.id) if quotation else None, "premium": answer.premium,
         "request_sha256": canonical.sha256(bytes(content.request_bytes)),
         "answer_sha256": canonical.sha256(bytes(content.answer_bytes))},
    )  # fmt: skip
    return content


# --- reading ----------------------------------------------------------------------------------------------------


def seen(application_id: UUID | str) -> Application:
    """The application, if it is within the reach of this transaction. Raises NotFound."""
    try:
        asked = application_id if isinstance(application_id, UUID) else UUID(application_id)
        return Application.objects.select_related("member").get(id=asked)
    except (ValueError, Application.DoesNotExist):
        raise NotFound from None


def one(principal: Principal, application_id: UUID | str) -> Standing:
    """An application as it stands. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        return standing(seen(application_id))


def listed(principal: Principal, *, before: tuple[datetime, UUID] | None = None, limit: int = 50) -> list[Application]:
    """The newest applications within reach first, at most 100."""
    with transaction.atomic():
        access.enter(principal, "application.read")
        rows = Application.objects.select_related("member").order_by("-created_at", "-id")
        if before is not None:
            rows = rows.extra(where=["(application.created_at, application.id) < (%s, %s)"], params=list(before))
        return list(rows[: max(1, min(limit, members.PAGE_LIMIT))])


def standing(application: Application) -> Standing:
    """Reads an application's rows once, in the caller's transaction."""
    content = ApplicationContent.objects.filter(application=application).order_by("-number")[0]
    rows = tuple(ApplicationStep.objects.filter(application=application).order_by("number"))
    return _standing(application, content, rows, answers_apart.of(application))


def _standing(
    application: Application, content: ApplicationContent, rows: tuple[ApplicationStep, ...], apart: Mapping[int, Any]
) -> Standing:
    """How an application stands with this content and these steps."""
    steps = tuple(
        Taken(
            step=Step(row.step), at=row.at, actor=row.actor, party=row.party, channel=row.channel, factor=row.factor,
            content=row.content or None, outcome=row.outcome or None,
        )
        for row in rows
    )  # fmt: skip
    last = {row.step: row for row in rows}
    content_hash = None
    if "disclosure" in last and "papers" in last:
        content_hash = answers_apart.content_hash(application, content, last["papers"], last["disclosure"])
    product = released.product(application.product_id)
    return Standing(application, product, content, steps, rows, content_hash, apart)


def answer_of(found: Standing) -> Answer:
    """The priced answer of the present content, again from its request at its moment."""
    answer = pricing.quote(found.product, found.request, found.content.created_at.astimezone(JST))
    assert answer_door.encode(answer) == bytes(found.content.answer_bytes), "frozen evidence was altered"
    return answer


# --- steps ------------------------------------------------------------------------------------------------------


def take(
    found: Standing,
    step: Step,
    *,
    actor: str,
    party: str,
    channel: str,
    factor: str,
    body: Mapping[str, Any] | None = None,
    outcome: str = "",
    detail: Mapping[str, str] | None = None,
    document: str = "",
) -> Standing:
    """Takes a step if it can be taken now, and returns how the application stands then. Raises Refused.

    `document` is the hash of the papers that were given or read. What a disclosure or a decision says is kept apart,
    with a salt; the step has its hash.
    """
    refusal = core.may_take(found.steps, found.content_hash, step, party)
    if refusal is not None:
        raise Refused.of(refusal)
    application = found.application
    last = found.rows[-1] if found.rows else None
    words, apart, number = canonical.dump(dict(body or {})), dict(found.apart), len(found.rows) + 1
    digest = canonical.sha256(words)
    if step in answers_apart.APART:
        apart[number], digest = answers_apart.keep(application, number, body or {})
        words = canonical.dump({"sha256": digest})
    row = ApplicationStep.objects.create(
        application=application,
        number=number,
        step=str(step),
        at=clock.now() if last is None else max(clock.now(), last.at),
        actor=actor,
        party=party,
        channel=channel,
        factor=factor,
        content=document or ((found.content_hash or "") if _after_final_price(step) else ""),
        outcome=outcome,
        body=words,
        detail_ciphertext=answers_apart.sealed(application, number, detail) if detail else None,
    )
    note(
        application, f"step_{step}", actor,
        {"number": row.number, "party": party, "channel": channel, "factor": factor, "content": row.content,
         "outcome": outcome, "body_sha256": digest,
         "detail": bytes(row.detail_ciphertext).hex() if row.detail_ciphertext else None},
    )  # fmt: skip
    return _standing(application, found.content, (*found.rows, row), apart)


def _after_final_price(step: Step) -> bool:
    return core.ORDER.index(step) > core.ORDER.index(Step.final_price)


def note(application: Application, kind: str, actor: str, body: Mapping[str, Any]) -> None:
    journal.append(
        f"application/{application.id}", kind, actor=actor, organisation_id=application.member_id, body=dict(body)
    )


def party_of(principal: Principal) -> str:
    """On whose side a person stands: only the member's own side answers and signs."""
    return {"member": "member", "solicitor": "agency", "agency_manager": "agency"}.get(principal.role, "insurer")


def known_by(principal: Principal, factor: str) -> str:
    """How whoever acts is known, as the door says: a link is a link, a key a key, a person has shown a factor."""
    kind = principal.name.partition(":")[0]
    known = factor == kind if kind in ("link", "key") else factor in PERSONS_FACTORS
    assert known, f"{kind} is not known by {factor}"
    return factor


def prepare(
    principal: Principal, application_id: UUID | str, step: Step, words: Mapping[str, str], *, channel: str, factor: str
) -> Standing:
    """The agency records intent (意向把握), proposal (why, and what it leaves out), or that the papers were given.

    The papers are those of exactly the product version that is applied for; they are kept by their hash.
    """
    assert step in PREPARED, "the other steps have functions of their own"
    if not all(is_text(text, LONGEST_TEXT) for text in words.values()):
        raise refuse("reason_unusable")
    with transaction.atomic():
        access.enter(principal, "application.prepare")
        application = seen(application_id)
        journal.lock(f"application/{application.id}")
        found = standing(application)
        body: dict[str, Any] = dict(words)
        document = ""
        if step is Step.papers:
            document = given_papers.keep(found.product)
            body["papers"] = {
                "product": found.product.hash, "disclosure": application.disclosure_version, "document": document
            }  # fmt: skip
        return take(
            found, step, actor=principal.name, party=party_of(principal), channel=channel,
            factor=known_by(principal, factor), body=body, document=document,
        )  # fmt: skip


def acknowledge(
    principal: Principal, application_id: UUID | str, document: str | None = None, *, channel: str, factor: str
) -> Standing:
    """The applicant has read 契約概要・注意喚起情報 as given; `document` is the hash of what they were shown.

    Once is enough while the same papers are given. Raises PermissionDenied, NotFound, Refused.
    """
    with transaction.atomic():
        access.enter(principal, "application.answer")
        application = seen(application_id)
        journal.lock(f"application/{application.id}")
        found = standing(application)
        given = found.held.get(Step.papers)
        if given is not None and document is not None and document != given.content:
            raise refuse("other_papers")
        if Step.acknowledgement in found.held:
            return found
        return take(
            found, Step.acknowledgement, actor=principal.name, party=party_of(principal), channel=channel,
            factor=known_by(principal, factor), document=(given.content or "") if given is not None else "",
        )  # fmt: skip


def disclose(
    principal: Principal, application_id: UUID | str, version: str, answers: Mapping[str, str], *,
    details: Mapping[str, str] | None = None, sheet: Mapping[str, Any] | None = None, channel: str, factor: str,
) -> Standing:  # fmt: skip
    """The applicant answers exactly the pinned questions, and the sheet if it changed; the final price follows."""
    with transaction.atomic():
        access.enter(principal, "application.answer")
        application = seen(application_id)
        journal.lock(f"application/{application.id}")
        found = standing(application)
        disclosure = acceptable.disclosure_of(found.product)
        if version != disclosure.version:
            raise refuse("other_version")
        asked = {question.id: question for question in disclosure.questions}
        if set(answers) != set(asked) or any(answers[name] not in asked[name].choices for name in asked):
            raise refuse("incomplete_answers")
        if any(name not in asked or not is_text(text, LONGEST_TEXT) for name, text in (details or {}).items()):
            raise refuse("incomplete_answers")
        refusal = core.may_take(found.steps, found.content_hash, Step.disclosure, party_of(principal))
        if refusal is not None:
            raise Refused.of(refusal)
        if sheet is not None:
            found = _with_sheet(principal, found, sheet)
        found = take(
            found, Step.disclosure, actor=principal.name, party=party_of(principal), channel=channel,
            factor=known_by(principal, factor), body={"version": version, "answers": dict(answers)}, detail=details,
        )  # fmt: skip
        return advance(found)


def _with_sheet(principal: Principal, found: Standing, sheet: Mapping[str, Any]) -> Standing:
    """A sheet that the applicant filled in differently is a new content with its own price."""
    words = canonical.load(found.content.request_bytes)
    if words.get("sheet") == dict(sheet):
        return found
    read = read_words(found.product, words | {"sheet": dict(sheet)}, clock.now())
    if not isinstance(read, Understood):
        raise Refused("sheet_unusable", "割引確認シートの回答を確かめてください。", "Check the answers to the sheet.")
    add_content(principal, found.application, read.request, found.product, valid_until=found.content.valid_until)
    return standing(found.application)


def confirm(
    principal: Principal, application_id: UUID | str, content: str, *, channel: str, factor: str
) -> Standing:
    """The applicant confirms that the final content is what they want (意向確認); `content` is what they were shown."""
    with transaction.atomic():
        access.enter(principal, "application.answer")
        found = _shown(application_id, content)
        return take(
            found, Step.confirmation, actor=principal.name, party=party_of(principal), channel=channel,
            factor=known_by(principal, factor),
        )  # fmt: skip


def sign(
    principal: Principal, application_id: UUID | str, content: str, signer: str, *, channel: str, factor: str
) -> Standing:
    """The applicant signs the confirmed content; the day is the 申込日. Membership and decision follow by rule."""
    if not is_usable(signer):
        raise refuse("name_unusable")
    with transaction.atomic():
        access.enter(principal, "application.answer")
        found = _shown(application_id, content)
        moment = clock.now()
        if japanese_day(moment) > found.content.valid_until:
            raise refuse("quotation_expired")
        starts.check_application(
            found.product, found.application.inception, moment, "signed_too_late",
            renews=found.application.renews_id is not None,
        )  # fmt: skip
        found = take(
            found, Step.signature, actor=principal.name, party=party_of(principal), channel=channel,
            factor=known_by(principal, factor), detail={"signer": signer},
        )  # fmt: skip
        return advance(found)


def check_membership(principal: Principal, application_id: UUID | str) -> Standing:
    """Looks again whether the cooperative has confirmed membership, and goes on from there."""
    with transaction.atomic():
        access.enter(principal, "application.bind")
        application = seen(application_id)
        journal.lock(f"application/{application.id}")
        return advance(standing(application))


def _shown(application_id: UUID | str, content: str) -> Standing:
    application = seen(application_id)
    journal.lock(f"application/{application.id}")
    found = standing(application)
    if found.content_hash is None or content != found.content_hash:
        raise refuse("other_content")
    return found


def advance(found: Standing) -> Standing:
    """Takes the steps that need no person, as far as they can be taken now."""
    from . import deciding

    if found.next is Step.final_price:
        answer_of(found)
        found = take(
            found, Step.final_price, actor="rule", party="rule", channel="rule", factor="rule",
            body={"premium": found.content.premium},
        )  # fmt: skip
    if found.next is Step.membership:
        life = acceptable.life_of(found.product)
        if members.is_confirmed(found.application.member_id, found.application.inception, life.evidence_days):
            found = take(
                found, Step.membership, actor="rule", party="cooperative", channel="rule", factor="evidence",
                outcome="confirmed",
            )  # fmt: skip
    if found.next is Step.decision:
        found = deciding.by_rule(found)
    return found
