"""A start is promised only from the cut-off calendar: the minute before and after, and what a refusal offers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from sonae.application import Step
from sonae.office import applications, binding, catalogue, overview, renewals, starts
from sonae.office.refusals import Refused
from sonae.period import JST
from sonae.scheme import CutOffKind

from .test_applications import referred, refused
from .trade import AGENT, APPLICANT, Trade


def test_the_minute_before_acceptance_closes_is_in_time_and_sixteen_is_not(trade: Trade) -> None:
    member, other = trade.member(), trade.member("乙社", 700110000002)
    trade.confirmed(member, other)
    early, late = trade.accepted(member), trade.accepted(other, set=2)
    trade.clock.to(2027, 3, 10, 15, 59)
    binding.bind(trade.agent, early.application.id, **AGENT)
    trade.clock.to(2027, 3, 10, 16, 0)
    with pytest.raises(Refused) as told:
        binding.bind(trade.agent, late.application.id, **AGENT)
    assert told.value.code == "acceptance_closed"
    assert told.value.message == (
        "2027年4月1日始期の引受締切（2027年3月10日 午後4時）を過ぎています。"
        "いま申し込める最も早い始期は2027年5月1日 午後4時です。"
        "申込締切は2027年3月31日 午後4時です。引受締切は2027年4月9日 午後4時です。"
    )
    trade.clock.to(2027, 4, 1, 16, 0)
    with refused("start_passed"):
        binding.bind(trade.agent, late.application.id, **AGENT)


def test_a_person_accepts_nothing_after_acceptance_has_closed_but_may_decline(trade: Trade) -> None:
    found = referred(trade)
    trade.clock.to(2027, 3, 10, 16, 0)
    with refused("acceptance_closed"):
        trade.decided(found, "accept")
    assert trade.decided(found, "decline").held[Step.decision].outcome == "decline"


def test_an_application_before_and_after_its_cut_off(trade: Trade) -> None:
    """28 February 2027 is a Sunday: applications for 1 April close on Friday the 26th at 16:00."""
    member, other = trade.member(), trade.member("乙社", 700110000002)
    trade.clock.to(2027, 2, 26, 15, 59)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application)
    late = trade.quotation(set=2)
    trade.clock.to(2027, 2, 26, 16, 0)
    with pytest.raises(Refused) as told:
        applications.begin(trade.agent, other.organisation_id, late)
    assert told.value.code == "inception_too_early"
    assert "2027年4月1日始期の申込締切（2027年2月26日 午後4時）を過ぎています。" in told.value.message
    assert "いま申し込める最も早い始期は2027年5月1日 午後4時です。" in told.value.message
    assert told.value.message_en == (
        "The application deadline of a start on 1 April 2027 (26 February 2027, 4 p.m.) is past. "
        "The earliest start that can be applied for now: 1 May 2027, 4 p.m.; "
        "application deadline: 31 March 2027, 4 p.m.; acceptance deadline: 9 April 2027, 4 p.m."
    )
    with refused("signed_too_late"):
        trade.signed(application)
    assert applications.begin(trade.agent, other.organisation_id, trade.quotation(set=2, inception="2027-05-01"))


def test_the_public_holidays_are_japans() -> None:
    """The turn of the year: 31 December is closed, and so is Monday 11 January 2027 (成人の日)."""
    days = {one.kind: one.day for one in starts.calendar_of(catalogue.default(), date(2027, 2, 1))}
    assert days[CutOffKind.application] == date(2026, 12, 30)
    assert date(2027, 1, 11) in starts.holidays(date(2027, 2, 1))
    assert date(2027, 3, 22) in starts.holidays(date(2028, 2, 1))


def test_a_renewal_is_signed_until_acceptance_closes(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 12, 10)
    trade.confirmed(cover.member)
    list(renewals.run(trade.principal("federation_office"), 2028))
    [offer] = overview.offers_of(trade.agent, cover.member_id)
    application = renewals.begin(trade.agent, offer.id, {})
    trade.prepared(application)
    trade.clock.to(2028, 3, 10, 15, 59)
    trade.answered(application)
    content = applications.one(trade.agent, application.id).content_hash
    assert content is not None
    person = trade.person_of(cover.member)
    applications.confirm(person, application.id, content, **APPLICANT)
    trade.clock.to(2028, 3, 10, 16, 0)
    with refused("signed_too_late"):
        applications.sign(person, application.id, content, "高崎 一郎", **APPLICANT)
    trade.clock.to(2028, 3, 10, 15, 59)
    applications.sign(person, application.id, content, "高崎 一郎", **APPLICANT)


# --- on the pages -----------------------------------------------------------------------------------------------------


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(("moment", "valid_until", "words", "text", "tone"), [
    (at(2027, 2, 1, 10), date(2027, 3, 3), "2027年2月26日 午後4時", "あと25日", ""),
    (at(2027, 2, 26, 15, 59), date(2027, 3, 3), "2027年2月26日 午後4時", "今日まで", "warn"),
    (at(2027, 2, 26, 16), date(2027, 3, 3), "2027年2月26日 午後4時", "締切を過ぎています", "bad"),
    (at(2027, 2, 19, 10), date(2027, 2, 20), "2027年2月20日", "あと1日", "warn"),
])  # fmt: skip
def test_until_when_a_page_says_that_a_start_can_be_signed_for(
    moment: datetime, valid_until: date, words: str, text: str, tone: str
) -> None:
    from sonae.web.presentation_application import deadline, promise

    product, start = catalogue.default(), date(2027, 4, 1)
    until = deadline(product, start, valid_until, False, moment, "ja")
    assert (until.words, until.text, until.tone) == (words, text, tone)
    said = promise(product, start, until, "ja")
    assert said == f"{words}までに署名すると、2027年4月1日 午後4時から補償します。"


def test_a_page_shows_every_cut_off_with_what_it_rests_on() -> None:
    from sonae.web.presentation_application import cutoffs_shown

    found = cutoffs_shown(catalogue.default(), date(2027, 4, 1), at(2027, 3, 10, 16), "ja")
    assert [(one.name, one.when, one.past) for one in found] == [
        ("申込締切", "2027年2月26日 午後4時", True), ("引受締切", "2027年3月10日 午後4時", True),
        ("名簿締切", "2027年3月15日 午後4時", False), ("口座振替日", "2027年3月29日", False),
        ("計上締切", "2027年4月20日 午後4時", False), ("送金日", "2027年4月30日", False),
    ]  # fmt: skip
    assert {one.mark.word for one in found if one.mark is not None} == {"仮定"}


def test_the_quotation_page_promises_no_start_whose_cut_off_is_past(
    db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sonae.office import clock

    asked = {"industry": "建設業", "sales": "10億", "cell": "3-basic"}
    moments = (at(2027, 2, 26, 15, 59), at(2027, 2, 26, 16))
    for moment, start, label in zip(moments, ("2027-04-01", "2027-05-01"), ("4月1日", "5月1日"), strict=True):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        page = client.get("/", asked).content.decode()
        _, _, choices = page.partition('name="inception"')
        assert choices.partition('<option value="')[2].startswith(start), "the first choice is the one that counts"
        assert f"2027年{label} 午後4時から" in page
