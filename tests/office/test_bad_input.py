"""What is asked wrongly: refused with its reason, with nothing written; and what only looks wrong, taken.

Expired, foreign, altered and superseded quotations, skipped steps and other versions are in test_applications.py, the
minute before 16:00 in test_starts.py, many hands at once in test_races.py and test_killed.py.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sonae.cover import Reason
from sonae.office import applications, covers, desk, members, walls
from sonae.office.covers import Change
from sonae.office.members import Particulars
from sonae.office.models import Application, CoverTransaction, JournalEntry, Member
from sonae.office.refusals import Refused
from sonae.period import JST

from .cast import body, logged_in
from .trade import Trade, corporate_number

RIGHT = corporate_number(700110000000)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def entries() -> int:
    walls.enter(reach="all")
    return JournalEntry.objects.count()


# --- a company ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [
    str((int(RIGHT[0]) + 1) % 10) + RIGHT[1:],  # another check digit
    RIGHT[:-2] + RIGHT[-1] + RIGHT[-2] if RIGHT[-1] != RIGHT[-2] else RIGHT[:1] + "8" + RIGHT[2:],  # two digits swapped
    RIGHT[:-1], RIGHT + "0", RIGHT[1:],  # twelve, fourteen, a company's number at the registry without its check digit
    RIGHT.translate({ord("0"): "O"}), RIGHT.translate({ord("0"): "٠"}),  # letters, digits of another script
    f" {RIGHT}", f"T{RIGHT}", "0" * 13,
])  # fmt: skip
def test_a_wrong_corporate_number_is_refused(trade: Trade, number: str) -> None:
    place = trade.cooperative.organisation_id
    before = entries()
    with refused("number_unusable"):
        members.register(trade.agent, Particulars("甲社"), cooperative_id=place, corporate_number=number)
    assert entries() == before
    walls.enter(reach="all")
    assert not Member.objects.exists()


@pytest.mark.parametrize(("one", "other"), [
    ("株式会社山田工業", "山田工業株式会社"),  # in front and behind
    ("株式会社山田工業", "(株)山田工業"),
    ("株式会社山田工業", "（株）山田工業"),  # full-width brackets
    ("株式会社山田工業", "㈱山田工業"),
    ("㈱山田工業", "山田工業㈱"),
    ("有限会社すみれ", "㈲すみれ"),
    ("合同会社すみれ", "(同)すみれ"),
    ("ﾔﾏﾀﾞ工業", "ヤマダ工業"),  # half width, with its own mark
    ("やまだ工業", "ヤマダ工業"),
    ("ＹＡＭＡＤＡ工業", "yamada工業"),
    ("山田 工業", "山田　工業"),
    ("山田・工業", "山田工業"),
    ("山田工業", "山田エ業"),  # a kana that looks like the kanji
])  # fmt: skip
def test_one_firm_under_two_spellings_is_shown_to_a_person(trade: Trade, one: str, other: str) -> None:
    """Identity rests on the 法人番号; without one, looks raise a suspicion, and both are kept as typed."""
    trade.member(one, 700110000001)
    trade.member(other, 700110000002)
    [found] = members.suspicions(trade.principal("federation_office"))
    assert {row.legal_name for row in found.members} == {one, other}


@pytest.mark.parametrize("spelling", ["㈱髙﨑工務店", "高崎工務店株式会社", "ﾀｶｻｷ"])
def test_one_number_is_one_firm_however_it_is_spelled(trade: Trade, spelling: str) -> None:
    trade.member("株式会社髙﨑工務店", 700110000001)
    with refused("member_known"):
        trade.member(spelling, 700110000001, trade.principal("bob"))


# --- a day --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [
    "2027-02-29", "2027-04-31", "2027-4-1", "令和9年4月1日", "２０２７-04-01", "2027-04-01T24:00", "20270401", "",
])  # fmt: skip
def test_what_is_no_day_is_broken(trade: Trade, day: str) -> None:
    before = entries()
    found = desk.store_quotation(trade.agent, body(inception=day))
    assert not isinstance(found, desk.StoredQuotation)
    assert entries() == before


@pytest.mark.parametrize("day", ["2028-02-29", "2027-04-02", "2027-03-31", "2027-12-31"])
def test_a_day_on_which_no_cover_starts_is_priced_but_not_applied_for(trade: Trade, day: str) -> None:
    """The leap day exists; a start on it does not."""
    member, quotation = trade.member(), trade.quotation(inception=day)
    before = entries()
    with pytest.raises(Refused):
        applications.begin(trade.agent, member.organisation_id, quotation)
    assert entries() == before
    walls.enter(reach="all")
    assert not Application.objects.exists()


def test_a_change_on_the_leap_day_counts_from_sixteen_and_for_the_month_after(trade: Trade) -> None:
    cover = trade.bound()
    trade.clock.to(2028, 2, 10)
    made = covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2028, 2, 29), {"plan": "wide"}))
    assert isinstance(made, CoverTransaction)
    turn = datetime(2028, 2, 29, 16, tzinfo=JST)
    plans = []
    for moment in (turn - timedelta(minutes=1), turn, cover.expiry - timedelta(minutes=1)):
        terms = covers.as_of(trade.agent, cover.id, moment).terms
        assert terms is not None
        plans.append(terms.plan)
    assert plans == ["basic", "wide", "wide"]
    assert covers.as_of(trade.agent, cover.id, cover.expiry).terms is None
    trade.clock.to(2026, 12, 10)
    basic, wide = (desk.quotation(trade.agent, trade.quotation(plan=plan)).premium for plan in ("basic", "wide"))
    assert basic is not None
    assert wide is not None
    assert made.written == (basic * 11 + wide + 60) // 120 * 10, "March alone is wide"


# --- a key --------------------------------------------------------------------------------------------------------


def test_one_key_with_another_body_changes_nothing(trade: Trade, client: Client) -> None:
    """Under one key the first answer stands; other bytes under it are told so, in the sale too."""
    member = trade.member()
    quotations = [trade.quotation(), trade.quotation(set=2)]
    logged_in(client, trade.office.alice)
    sent = [json.dumps({"member": str(member.organisation_id), "quotation": one}) for one in quotations]

    def post(text: str) -> Any:
        return client.post("/api/v1/applications", text, content_type="application/json",
                           headers={"Idempotency-Key": "one"})  # fmt: skip

    first, again, other = post(sent[0]), post(sent[0]), post(sent[1])
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    walls.enter(reach="all")
    assert Application.objects.count() == 1
