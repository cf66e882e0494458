"""The renewal run: next year's offer for every cover that reaches its expiry, exactly once each.

Killed and started again, however often, it goes on where it was: an offer is one row a cover and group year, and the
database holds that. A form is pre-printed with last year's data; who does not answer has no cover after expiry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from sonae import cover as core
from sonae import quotation as pricing
from sonae.change import explain_change
from sonae.cover import moment_of
from sonae.doors import answer as answer_door
from sonae.doors.request import Understood
from sonae.period import first_of_month, japanese_day
from sonae.product import Product
from sonae.risk import QuotationRequest, understood

from . import (
    acceptable,
    access,
    applications,
    canonical,
    catalogue,
    clock,
    cover_reading,
    journal,
    members,
    notices,
    paper_jobs,
    released,
)
from .access import Principal
from .desk import NotFound
from .models import Application, ApplicationStep, Cover, CoverTransaction, Handling, RenewalOffer, User
from .refusals import refuse

BATCH = 50
"""Covers in one transaction: a kill loses at most these, and they are made again."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: covers that reach this expiry, offers made, offers that are signed, covers renewed."""

    group_year: int
    due: int
    offered: int
    signed: int
    renewed: int


@dataclass(frozen=True)
class Chased:
    """A member who has not signed yet, for whoever asks them: the agency that handles them, and their cooperative."""

    offer: RenewalOffer
    agency_id: UUID | None
    cooperative_id: UUID
    begun: bool


def turn_of(group_year: int) -> date:
    """The first day of a group year, by the calendar of the product that is sold."""
    calendar = catalogue.default().calendar
    return date(group_year, calendar.group_year_month, calendar.group_year_day)


def run(principal: Principal, group_year: int) -> Iterator[Progress]:
    """Makes the offers of a group year, a batch a transaction; yields how far it is after each.

    Raises PermissionDenied, Refused (`offered_too_early`: before the months that the product says).
    """
    while True:
        with transaction.atomic():
            access.enter(principal, "renewal.run")
            _not_too_early(group_year)
            made = _batch(principal, group_year)
            if not made:
                notices.offers_prepared(group_year, principal.name)
            reached = _progress(group_year)
        yield reached  # after the commit: whoever stops here loses nothing
        if not made:
            return


def _not_too_early(group_year: int) -> None:
    turn = turn_of(group_year)
    product = catalogue.shipped().for_day(turn)
    assert product is not None, "a product year is carried for the turn"
    first = first_of_month(turn, -acceptable.life_of(product).offer_months)
    if japanese_day(clock.now()) < first:
        raise refuse("offered_too_early", first)


def _due(group_year: int) -> Any:
    """Covers that are in force to their expiry on the turn of the year."""
    product = catalogue.default()
    turn = moment_of(turn_of(group_year), product.calendar.start_hour)
    return Cover.objects.filter(expiry=turn, ends_at=turn)


def _batch(principal: Principal, group_year: int) -> int:
    rows = _due(group_year).exclude(offers__group_year=group_year).select_related("member").order_by("id")[:BATCH]
    made = 0
    for row in rows:
        journal.lock(f"cover/{row.id}")
        if RenewalOffer.objects.filter(cover=row, group_year=group_year).exists():
            continue  # another run made it while we waited
        _offer(principal, row, group_year)
        made += 1
    return made


def _offer(principal: Principal, row: Cover, group_year: int) -> RenewalOffer:
    """The pre-printed form of one cover, with the price on last year's data and why it moved."""
    turn, moment = turn_of(group_year), clock.now()
    product_before = cover_reading.product_of(row)
    held = cover_reading.core_of(row, CoverTransaction.objects.filter(cover=row).order_by("number"))
    terms = core.terms_at(held, held.expiry - timedelta(minutes=1))
    assert terms is not None, "the cover is in force to its expiry"
    product = catalogue.shipped().for_day(turn)
    assert product is not None, "a product year is carried for the turn"
    released.keep(product)
    words = _words(terms, turn, product)
    read = cover_reading.read_words(product, words, moment)
    answer = pricing.quote(product, read.request, moment) if isinstance(read, Understood) else None
    premium = None if answer is None else answer.premium
    before = pricing.annual_premium(product_before, terms)
    assert before is not None, "terms in force have a price"
    parts: list[list[Any]] = []
    if premium is not None and isinstance(read, Understood):
        change = explain_change(product_before, terms, product, read.request)
        parts = [[part.cause, part.yen] for part in change.parts]
    life = acceptable.life_of(product)
    offer = RenewalOffer.objects.create(
        id=uuid4(), cover=row, member_id=row.member_id, group_year=group_year, product_id=product.hash,
        request_bytes=canonical.dump(words), answer_bytes=b"" if answer is None else answer_door.encode(answer),
        premium=premium, premium_before=before, parts=parts,
        membership_confirmed=members.is_confirmed(row.member_id, turn, life.evidence_days), offered_at=moment,
    )  # fmt: skip
    journal.append(
        f"renewal/{offer.id}", "renewal_offered", actor=principal.name, organisation_id=row.member_id,
        body={"cover": str(row.id), "group_year": group_year, "product": product.hash, "premium": premium,
              "request_sha256": canonical.sha256(bytes(offer.request_bytes))},
    )  # fmt: skip
    if premium is not None:
        paper_jobs.after_offer(offer.id)
    notices.offered(offer, principal.name)
    return offer


def _words(terms: QuotationRequest, turn: date, product: Product) -> dict[str, Any]:
    return understood(terms) | {"inception": turn.isoformat(), "product": product.id}


# --- answering --------------------------------------------------------------------------------------------------


def seen(offer_id: UUID | str) -> RenewalOffer:
    """The offer, if it is within the reach of this transaction. Raises NotFound."""
    try:
        asked = offer_id if isinstance(offer_id, UUID) else UUID(offer_id)
        return RenewalOffer.objects.select_related("cover", "member__subject_key").get(id=asked)
    except (ValueError, RenewalOffer.DoesNotExist):
        raise NotFound from None


def begin(principal: Principal, offer_id: UUID | str, changes: Mapping[str, Any]) -> Application:
    """The application to renew: last year's data with what has changed (sales at least, if they did).

    The agency prepares it, or the member's own person begins it. Raises PermissionDenied, NotFound, Refused.
    """
    with transaction.atomic():
        permission = "application.answer" if principal.may("application.answer") else "application.prepare"
        access.enter(principal, permission)
        offer = seen(offer_id)
        row = offer.cover
        journal.lock(f"member/{row.member_id}")
        row.refresh_from_db(fields=["ends_at"])
        if row.ends_at != row.expiry:
            raise refuse("not_in_force")
        if Application.objects.filter(renews=row).exists():
            raise refuse("renewal_begun")
        product = released.product(offer.product_id)
        moment = clock.now()
        if set(changes) - cover_reading.CHANGEABLE:
            raise refuse("terms_unusable")
        words = _as_it_stands(offer, product) | dict(changes)
        read = cover_reading.read_words(
            product, {name: value for name, value in words.items() if value is not None}, moment
        )
        if not isinstance(read, Understood):
            raise refuse("terms_unusable")
        turn = turn_of(offer.group_year)
        application = applications.make(principal, offer.member, product, turn, renews_id=row.id)
        applications.add_content(principal, application, read.request, product, valid_until=turn - timedelta(days=1))
    return application


def as_it_stands(principal: Principal, offer: RenewalOffer) -> dict[str, Any]:
    """The offer's data with what has changed in the cover since the form was printed; the paper stays as printed.

    Whoever raised a limit in January does not renew without it in March.
    """
    with transaction.atomic():
        access.enter(principal, "renewal.read")
        return _as_it_stands(offer, released.product(offer.product_id))


def _as_it_stands(offer: RenewalOffer, product: Product) -> dict[str, Any]:
    held = cover_reading.core_of(offer.cover, CoverTransaction.objects.filter(cover=offer.cover).order_by("number"))
    terms = core.terms_at(held, held.expiry - timedelta(minutes=1))
    if terms is None:  # ended since: nothing is renewed, and the offer says what it said
        words: dict[str, Any] = canonical.load(offer.request_bytes)
        return words
    return _words(terms, turn_of(offer.group_year), product)


def one(principal: Principal, offer_id: UUID | str) -> RenewalOffer:
    """One offer. Raises PermissionDenied, NotFound."""
    with transaction.atomic():
        access.enter(principal, "renewal.read")
        return seen(offer_id)


# --- how far it is ----------------------------------------------------------------------------------------------


def progress(principal: Principal, group_year: int) -> Progress:
    """How far the renewal of a group year is, within reach."""
    with transaction.atomic():
        access.enter(principal, "renewal.read")
        return _progress(group_year)


def _progress(group_year: int) -> Progress:
    offers = RenewalOffer.objects.filter(group_year=group_year)
    covers = offers.values("cover_id")
    return Progress(
        group_year=group_year,
        due=_due(group_year).count(),
        offered=offers.count(),
        signed=ApplicationStep.objects.filter(step="signature", application__renews_id__in=covers)
        .values("application_id").distinct().count(),
        renewed=Cover.objects.filter(renews_id__in=covers).count(),
    )  # fmt: skip


def chasing(principal: Principal, group_year: int, *, limit: int = 100) -> list[Chased]:
    """Members with an offer who have not signed, by agency and cooperative."""
    with transaction.atomic():
        access.enter(principal, "renewal.read")
        signed = ApplicationStep.objects.filter(step="signature", application__renews__isnull=False)
        offers = list(
            RenewalOffer.objects.filter(group_year=group_year)
            .exclude(cover_id__in=signed.values("application__renews_id"))
            .select_related("member", "cover")
            .order_by("member__cooperative_id", "member_id")[: max(1, min(limit, 1000))]
        )
        begun = set(
            Application.objects.filter(renews__in=[offer.cover_id for offer in offers]).values_list(
                "renews_id", flat=True
            )
        )
        agencies = dict(
            Handling.objects.filter(ended_at=None, member_id__in=[offer.member_id for offer in offers]).values_list(
                "member_id", "agency_id"
            )
        )
        found = [
            Chased(offer, agencies.get(offer.member_id), offer.member.cooperative_id, offer.cover_id in begun)
            for offer in offers
        ]
    return sorted(found, key=lambda one: (str(one.agency_id), str(one.cooperative_id), str(one.offer.member_id)))


# --- the job ----------------------------------------------------------------------------------------------------


@app.task(queueing_lock="renewal_run", retry=RetryStrategy(max_attempts=10, wait=5), name="sonae.renewal_run")
def renewal_run(username: str, group_year: int) -> int:
    """The run as a job, in the name of whoever asked for it; killed, it is put back and goes on."""
    offered = 0
    try:
        for progress_ in run(access.act_as(username), group_year):
            offered = progress_.offered
    except PermissionDenied:
        return 0
    return offered


def queue_run(principal: Principal, group_year: int) -> None:
    """Queues the run, in the name of whoever asks, in the transaction that wants it; once, however often asked.

    Raises PermissionDenied, Refused (`offered_too_early`).
    """
    with transaction.atomic():
        access.enter(principal, "renewal.run")
        _not_too_early(group_year)
        username = User.objects.get(id=principal.user_id).username
        with suppress(AlreadyEnqueued), transaction.atomic():
            renewal_run.defer(username=username, group_year=group_year)
