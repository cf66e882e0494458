"""Who is written to when something happens or falls due: each function records the mails of one cause.

A member is reached by the contact it gave, people of the office by the address an operator set. Whoever has none gets
none: what waits for them stands on their list all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sonae.period import japanese_day

from . import access, clock, mail_texts, members, outbox, released, starts, walls
from .access import Principal
from .models import (
    Application,
    Handling,
    LogInLink,
    MailKind,
    Member,
    Organisation,
    RenewalOffer,
    UnderwritingCondition,
    User,
)

SOON = timedelta(days=7)
"""How long before its due day a condition is written about."""


def invited(link: LogInLink, token: str, mail: str) -> None:
    """The invited person is told of their link."""
    words = mail_texts.invitation(link.organisation.name, _at(f"/welcome/{token}"), link.expires_at)
    outbox.record(
        MailKind.INVITATION, f"log-in-link/{link.id}", link.organisation_id, mail, words, caused_by=link.created_by,
        good_until=link.expires_at,
    )  # fmt: skip


def reset(link: LogInLink, token: str) -> None:
    """A person whose log-in is to be set anew is told, when their address is known."""
    assert link.user_id is not None, "a reset is someone's"
    words = mail_texts.reset(link.organisation.name, _at(f"/welcome/{token}"), link.expires_at)
    outbox.record(
        MailKind.RESET, f"log-in-link/{link.id}", link.organisation_id, outbox.address_of(link.user_id), words,
        caused_by=link.created_by, good_until=link.expires_at,
    )  # fmt: skip


def applicant_link(application: Application, link_id: UUID, token: str, until: datetime, mail: str, who: str) -> bool:
    """The applicant is sent the link for their own device; False when the address is none."""
    product = released.product(application.product_id)
    closes = starts.closing(product, application.inception, renews=application.renews_id is not None)
    agency = Organisation.objects.filter(id=application.agency_id).first() if application.agency_id else None
    words = mail_texts.applicant_link(
        application.member.legal_name, agency.name if agency else "備え", _at(f"/apply/{token}"), until,
        application.inception, starts.when(closes, "ja"), starts.when(closes, "en"),
    )  # fmt: skip
    return outbox.record(
        MailKind.APPLICANT_LINK, f"application-link/{link_id}", application.member_id, mail, words, caused_by=who,
        good_until=until,
    )  # fmt: skip


def offered(offer: RenewalOffer, who: str) -> None:
    """A member is told of its renewal offer, in the transaction that makes it."""
    member = Member.objects.select_related("subject_key").get(organisation_id=offer.member_id)
    contact = members.contact_of(member) or {}
    if not contact.get("mail"):
        return
    product = released.product(offer.product_id)
    begins = japanese_day(offer.cover.expiry)
    closes = starts.closing(product, begins, renews=True)
    if clock.now() >= closes.closes:
        return  # nobody could answer any more
    agency_id = members.agency_of(offer.member_id)
    agency = Organisation.objects.filter(id=agency_id).first() if agency_id else None
    words = mail_texts.renewal_offer(
        member.legal_name, offer.group_year, agency.name if agency else "", begins, starts.when(closes, "ja"),
        starts.when(closes, "en"), _at("/member"),
    )  # fmt: skip
    outbox.record(
        MailKind.RENEWAL_OFFER, f"renewal-offer/{offer.id}", offer.member_id, contact["mail"], words, caused_by=who,
        good_until=closes.closes,
    )  # fmt: skip


def offers_prepared(group_year: int, who: str) -> int:
    """At the end of a run each agency's people are told how many of its members have an offer; how many mails.

    The count is part of the cause: a run that is started again says nothing twice, one that adds offers says so.
    """
    handled = Handling.objects.filter(ended_at=None, suspended_at=None, member_id=OuterRef("member_id"))
    counted = (
        RenewalOffer.objects.filter(group_year=group_year)
        .annotate(agency=Subquery(handled.values("agency_id")[:1]))
        .exclude(agency=None).values("agency").annotate(offers=Count("id")).order_by("agency")
    )  # fmt: skip
    made = 0
    for row in list(counted):
        agency = Organisation.objects.get(id=row["agency"])
        words = mail_texts.renewal_offers(agency.name, group_year, row["offers"], _at("/renewals"))
        for person_id, to in outbox.agents_of(agency.id):
            made += outbox.record(
                MailKind.RENEWAL_OFFERS, f"renewal-offers/{group_year}/{row['offers']}/{person_id}", agency.id, to,
                words, caused_by=who,
            )  # fmt: skip
    return made


def conditions_due(principal: Principal | None = None) -> int:
    """Conditions of acceptances that fall due within a week, and those that are past: once each; how many mails.

    Told are the people of the agency that prepared the application, and the underwriter who set the condition.
    """
    with transaction.atomic():
        if principal is None:
            walls.enter(reach="all")
        else:
            access.enter(principal, "mail.manage")
        today, made = japanese_day(clock.now()), 0
        rows = UnderwritingCondition.objects.filter(closed_at=None, due__lte=today + SOON)
        for row in rows.select_related("application__member").order_by("due", "id"):
            made += _condition_due(row, past=row.due < today, who="rule" if principal is None else principal.name)
    return made


def _condition_due(row: UnderwritingCondition, *, past: bool, who: str) -> int:
    application = row.application
    readers: list[tuple[UUID, UUID, str]] = []
    if application.agency_id is not None:
        agents = outbox.agents_of(application.agency_id)
        readers += [(application.agency_id, person, to) for person, to in agents]
    setter = User.objects.filter(id=row.set_by.removeprefix("user:"), is_active=True).first()
    if setter is not None and (to := outbox.address_of(setter.id)):
        readers.append((setter.organisation_id, setter.id, to))
    made = 0
    for organisation_id, person, to in readers:
        place = _at(f"/applications/{application.id}")
        organisation = Organisation.objects.get(id=organisation_id)
        words = mail_texts.condition_due(application.member.legal_name, organisation.name, row.due, past, place)
        made += outbox.record(
            MailKind.CONDITION_DUE, f"condition/{row.id}/{'past' if past else 'soon'}/{person}", organisation_id, to,
            words, caused_by=who,
        )  # fmt: skip
    return made


@app.periodic(cron="0 23 * * *")  # eight in the morning in Japan
@app.task(queueing_lock="mail_due", retry=RetryStrategy(max_attempts=3, wait=60), name="sonae.mail_due")
def mail_due(timestamp: int) -> int:
    """Writes about conditions that fall due."""
    return conditions_due()


def _at(path: str) -> str:
    return f"{settings.ENVIRONMENT.site}{path}"
