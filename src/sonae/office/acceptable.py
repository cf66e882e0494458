"""Whether a quotation can be applied for now, and what a product must bring to take applications at all."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sonae.doors.request import Understood
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.risk import QuotationRequest
from sonae.scheme import Disclosure, Life

from . import canonical, catalogue, clock, replaying, starts
from .cover_reading import read_words
from .desk import NotFound
from .models import ApplicationContent, Member, Quotation
from .refusals import Refused, refuse


def disclosure_of(product: Product) -> Disclosure:
    """The questions of the product. Raises Refused when it takes no applications."""
    if product.disclosure is None:
        raise refuse("takes_no_applications")
    return product.disclosure


def life_of(product: Product) -> Life:
    """How covers of the product live. Raises Refused when it takes no applications."""
    if product.life is None or product.part_year is None:
        raise refuse("takes_no_applications")
    return product.life


def acceptable(quotation_id: UUID | str, member: Member) -> tuple[Quotation, Product, QuotationRequest]:
    """A quotation that can be applied for now, with its product and request. Raises NotFound, Refused."""
    try:
        asked = quotation_id if isinstance(quotation_id, UUID) else UUID(quotation_id)
        row = Quotation.objects.select_related("subject_key").get(id=asked)
    except (ValueError, Quotation.DoesNotExist):
        raise NotFound from None
    moment = clock.now()
    if replaying.replay(row).outcome == "different":
        raise refuse("quotation_altered")
    if row.premium is None:
        raise refuse("quotation_refused")
    if japanese_day(moment) > row.valid_until:
        raise refuse("quotation_expired")
    if row.for_corporate_number and row.for_corporate_number != member.corporate_number:
        raise refuse("quotation_for_another")
    if ApplicationContent.objects.filter(quotation=row).exists():
        raise refuse("quotation_used")
    words = canonical.load(row.answer_bytes)["request"]
    product = catalogue.shipped().get(words["product"])
    day = date.fromisoformat(words["inception"])
    present = catalogue.shipped().for_day(day)
    if product is None or product.hash != row.product_id or present is None or present.scheme != product.scheme:
        raise refuse("quotation_superseded")
    if present.scheme == product.scheme and present.hash != product.hash:
        raise refuse("quotation_superseded")
    read = read_words(product, words, row.created_at.astimezone(JST))
    assert isinstance(read, Understood), "a stored quotation is in its product's words"
    if read.request.sheet_discount is not None:
        raise _note_of(product, "discount_not_evidenced_for_application")
    check_start(product, day, moment)
    return row, product, read.request


def check_start(product: Product, day: date, moment: datetime) -> None:
    """A cover starts on the 1st, and is applied for before that start's cut-off. Raises Refused."""
    if day.day != 1:
        raise _note_of(product, "inception_not_first_of_month")
    starts.check_application(product, day, moment, "inception_too_early")


def _note_of(product: Product, code: str) -> Refused:
    return Refused(code, product.notes[code].ja, product.notes[code].en)
