"""What the tests of the office's pages share: premiums by another door, members' sessions, the text of a page."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from django.test import Client

from sonae.office import desk, renewals, walls
from tests.office.cast import body, logged_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from sonae.office.models import Cover, RenewalOffer
    from tests.office.trade import Trade


def premium_of(**changes: Any) -> int:
    """The annual premium by the quotation's own door, in yen."""
    answer = desk.estimate(body(sheet_discount=None, **changes))
    premium = getattr(answer, "premium", None)
    assert isinstance(premium, int)
    return premium


def twelfths(*parts: tuple[int, int]) -> int:
    """Σ annual premium × months ÷ 12, to ten yen half up, by fractions of a yen kept whole."""
    return (sum(annual * months for annual, months in parts) + 60) // 120 * 10


def of(trade: Trade, role: str) -> Client:
    """The session of whoever has this role in the cast."""
    client = Client()
    logged_in(client, trade.office.people[role])
    return client


def as_member(trade: Trade, cover: Cover) -> Client:
    from sonae.office.models import User

    person = trade.person_of(cover.member)
    client = Client()
    with_all_reach()
    logged_in(client, User.objects.get(id=person.user_id))
    return client


def with_all_reach() -> None:
    walls.enter(reach="all")


def text_of(answer: HttpResponse) -> str:
    """What stands on a page, without its tags and with its spaces drawn together."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return unescape(re.sub(r"\s+", " ", words))


def offer_of(trade: Trade, cover: Cover, year: int = 2028) -> RenewalOffer:
    from sonae.office.models import RenewalOffer

    list(renewals.run(trade.principal("federation_office"), year))
    with_all_reach()
    return RenewalOffer.objects.get(cover=cover)
