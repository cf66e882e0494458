"""Binding: an accepted application becomes cover, exactly once, in one transaction.

Whoever retries, by whichever door, gets the cover that is there. What holds even if this file were wrong stands in the
database: one cover an application and a quotation, no overlap of a member's covers, no cover without its steps.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sonae import application as core_application
from sonae import cover as core
from sonae.application import Step
from sonae.cover import Reason, moment_of
from sonae.period import JST, first_of_month, japanese_day

from . import acceptable, access, access_session, applications, clock, deciding, journal, members, recording, starts
from .access import Principal
from .applications import Standing
from .cover_reading import group_year_end
from .models import Cover
from .refusals import Refused, refuse

#: Without letters and digits that are taken for each other.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def bind(principal: Principal, application_id: UUID | str, *, channel: str, factor: str) -> Cover:
    """Binds an accepted application. A second call, by whatever door, answers with the same cover.

    From a page or the API a person binds with a second factor that they have just shown; a command acts as the named
    user. Raises PermissionDenied, NotFound, Refused (a missing step, a condition that is still open, a start or its
    acceptance that has closed, membership that was lost, cover that is held already).
    """
    if channel in ("page", "api") and factor not in access_session.SIGNING and not principal.name.startswith("link:"):
        raise refuse("factor_not_shown")
    with transaction.atomic():
        access.enter(principal, "application.bind")
        application = applications.seen(application_id)
        # Whoever decides on this application or this member's membership waits for us, and we for them.
        journal.lock(f"application/{application.id}")
        journal.lock(f"member/{application.member_id}")
        bound = Cover.objects.select_related("member").filter(application=application).first()
        if bound is not None:
            return bound
        found = applications.standing(application)
        _check(found, applications.party_of(principal))
        found = applications.take(
            found, Step.binding, actor=principal.name, party=applications.party_of(principal), channel=channel,
            factor=applications.known_by(principal, factor),
        )  # fmt: skip
        return _conclude(principal, found)


def _check(found: Standing, party: str) -> None:
    application = found.application
    refusal = core_application.may_take(found.steps, found.content_hash, Step.binding, party)
    if refusal is not None:
        raise Refused.of(refusal)
    if clock.now() >= moment_of(application.inception, found.product.calendar.start_hour):
        raise refuse("start_passed")
    starts.check_acceptance(found.product, application.inception, clock.now())
    renewed = application.renews
    if renewed is not None and renewed.ends_at != renewed.expiry:
        raise refuse("not_in_force")  # ended or unmade since: what begins anew is applied for anew
    life = acceptable.life_of(found.product)
    deciding.nothing_open_before_binding(application)
    if not members.is_confirmed(application.member_id, application.inception, life.evidence_days):
        raise refuse("membership_not_confirmed")
    if deciding.holds_cover(found):
        raise refuse("cover_already_held")


def _conclude(principal: Principal, found: Standing) -> Cover:
    """Writes the cover with its first transaction."""
    application, product, calendar = found.application, found.product, found.product.calendar
    inception = moment_of(application.inception, calendar.start_hour)
    end = group_year_end(application.inception, calendar)
    recorded = clock.now()
    cover = core.Cover(
        id=str(uuid4()), request=found.request, inception=inception, expiry=moment_of(end, calendar.start_hour),
        transactions=(),
    )  # fmt: skip
    reason = _reason(application.renews_id, application.inception, end)
    assert found.content_hash is not None, "a bound application has a content"
    first = core.Transaction(
        number=1, reason=reason, effective=inception, recorded=recorded, actor=principal.name
    )
    signed, decided = found.held[Step.signature], found.held[Step.decision]
    row = Cover(
        id=UUID(cover.id), number=_number(end.year - 1), member=application.member,
        member_serial=application.member.serial, agency_id=members.agency_of(application.member_id),
        application=application, quotation_id=found.content.quotation_id, renews_id=application.renews_id,
        product_id=product.hash, request_bytes=bytes(found.content.request_bytes), content=found.content_hash,
        inception=inception, expiry=cover.expiry, applied_on=_day(signed.at), accepted_on=_day(decided.at),
        concluded_on=_day(recorded), booking_month=first_of_month(application.inception, 0),
    )  # fmt: skip
    try:
        with transaction.atomic():
            recording.record(row, cover, first, product)
    except IntegrityError as error:
        if "one_cover_at_a_time" in str(error):
            raise refuse("cover_already_held") from error
        raise
    return row


def _reason(renews_id: UUID | None, inception: date, end: date) -> Reason:
    if renews_id is not None:
        return Reason.renewal
    return Reason.enrolment if end == inception.replace(year=inception.year + 1) else Reason.mid_term_enrolment


def _day(moment: datetime) -> date:
    return japanese_day(moment.astimezone(JST))


def _number(group_year: int) -> str:
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{group_year % 100:02}-{drawn[:5]}-{drawn[5:]}"
