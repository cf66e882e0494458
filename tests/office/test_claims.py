"""Claims from the office's desk: reported, revised, shared with the agency by consent, apart from everybody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from sonae.cover import Reason
from sonae.office import access, claim_causes, claim_notices, claim_reserves, claims, covers, desk, members, walls
from sonae.office.claim_notices import CallBack, Told
from sonae.office.covers import Change
from sonae.office.models import ChangeProposal, Claim, ClaimNotice, Cover, CoverLoss, JournalEntry
from sonae.office.refusals import Refused
from sonae.period import JST

from .trade import Trade

CLAIM_TABLES = [table for table in walls.MEMBERS_DATA if table.startswith(("claim", "common_cause"))]
SATURDAY = datetime(2027, 9, 11, 6, 40, tzinfo=JST)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def told(**words: Any) -> Told:
    return Told(**{"known_at": SATURDAY, "story": "共有フォルダが開けない。脅迫文がある", **words})


@pytest.fixture
def cover(trade: Trade) -> Cover:
    """A member with cover from 1 April 2027, on a Saturday morning in September."""
    found = trade.bound()
    trade.clock.to(2027, 9, 11, 8, 6)
    return found


def member_of(trade: Trade, cover: Cover) -> access.Principal:
    return trade.person_of(cover.member)


def reported(trade: Trade, cover: Cover, **words: Any) -> Claim:
    return claim_notices.report(member_of(trade, cover), told(**words))


# --- reporting ------------------------------------------------------------------------------------------------------


def test_a_member_reports_what_it_knows_before_it_is_sure_what_happened(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    assert (claim.event, claim.version) == ("", 1)
    assert claim.received_at == trade.clock.moment
    tasks = {task.step for task in claim.tasks.all()}
    assert len(tasks) == 5
    assert [row.number for row in claims.listed(trade.principal("claims_handler"))] == [claim.number]


def test_what_is_known_later_is_a_further_notice_and_the_first_receipt_stays(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    received = claim.received_at
    trade.clock.to(2027, 9, 12)
    claim_notices.revise(
        member_of(trade, cover), claim.id,
        told(event="cyber_attack", occurred_at=SATURDAY - timedelta(days=12),
             facts={"persons": 1840, "leak": "unknown"}),
    )  # fmt: skip
    claim.refresh_from_db()
    assert (claim.event, claim.version, claim.received_at) == ("cyber_attack", 2, received)
    first, second = ClaimNotice.objects.filter(claim=claim).order_by("number")
    assert (first.event, second.event, second.facts["persons"]) == ("", "cyber_attack", 1840)
    story = claims.unseal(claim.subject_key, first.story_ciphertext, "claim_notice", "story", first.id)
    assert story == "共有フォルダが開けない。脅迫文がある"
    assert "脅迫文".encode() not in bytes(first.story_ciphertext or b"")


def test_reserves_open_with_typical_amounts_and_keep_their_history(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    handler = trade.principal("claims_handler")
    opened = claim_reserves.history(handler, claim.id)
    assert opened
    assert all(row.typical and row.amount > 0 for row in opened)
    assert {"damages", "loss_of_profit"}.isdisjoint(row.head for row in opened)
    claim_reserves.reserve(handler, claim.id, "forensics", 4_620_000, "見積を受けた")
    last = claim_reserves.history(handler, claim.id)[-1]
    [before] = [row.amount for row in opened if row.head == "forensics"]
    assert (last.before, last.amount) == (before, 4_620_000)


def test_a_stoppage_and_a_demand_open_their_heads_too(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover, event="information_leak", stopped_at=SATURDAY, facts={"demanded": "yes"})
    heads = {row.head for row in claim_reserves.history(trade.principal("claims_handler"), claim.id)}
    assert {"damages", "loss_of_profit"} <= heads


def test_ransomware_on_the_basic_plan_keeps_the_heads_of_a_leak_open_until_it_is_ruled_out(
    trade: Trade, cover: Cover
) -> None:
    handler = trade.principal("claims_handler")
    may_be = reported(trade, cover, event="cyber_attack", facts={"leak": "unknown"})
    ruled_out = reported(trade, cover, event="cyber_attack", facts={"leak": "no"})
    assert len(claim_reserves.history(handler, may_be.id)) == 6
    assert claim_reserves.history(handler, ruled_out.id) == []


def test_circumstances_without_a_loss_are_noticed_without_reserve_or_tasks(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover, circumstances=True)
    assert claim.circumstances
    assert not claim.tasks.exists()
    assert claim_reserves.history(trade.principal("claims_handler"), claim.id) == []


def test_a_call_is_written_down_by_a_claims_person(trade: Trade, cover: Cover) -> None:
    claim = claim_notices.report(
        trade.principal("claims_handler"), told(notified_at=SATURDAY + timedelta(minutes=30)), member=cover.member_id
    )
    assert claim.notices.get().channel == "phone"
    assert claim.notified_at < claim.received_at


def test_no_log_in_is_needed_and_nothing_is_told_of_the_certificate(trade: Trade, cover: Cover) -> None:
    known = claim_notices.report_open(cover.number, CallBack("高崎 一郎", "03-0000-0000"), told())
    unknown = claim_notices.report_open("27-AAAAA-AAAAA", CallBack("誰か", "03-0000-0000"), told())
    handler = trade.principal("claims_handler")
    assert [row.id for row in claim_notices.waiting(handler)] == [known.id, unknown.id]
    assert claims.listed(handler) == []
    claim = claim_notices.called_back(handler, known.id, member=cover.member_id, outcome="本人と確認した")
    assert claim is not None
    assert claim.received_at == known.received_at
    assert claim_notices.called_back(handler, unknown.id, member=None, outcome="いたずら") is None
    assert claim_notices.waiting(handler) == []
    with refused("notice_settled"):
        claim_notices.called_back(handler, known.id, member=cover.member_id, outcome="もう一度")


@pytest.mark.parametrize(("words", "code"), [
    ({"known_at": SATURDAY + timedelta(days=1)}, "notice_times_wrong"),
    ({"occurred_at": SATURDAY + timedelta(minutes=1)}, "notice_times_wrong"),
    ({"notified_at": SATURDAY - timedelta(minutes=1)}, "notice_times_wrong"),
    ({"event": "earthquake"}, "event_unknown"),
    ({"facts": {"persons": -1}}, "facts_unusable"),
    ({"facts": {"persons": ["山田太郎"]}}, "facts_unusable"),
    ({"facts": {"leak": "maybe"}}, "facts_unusable"),
    ({"facts": {"names": "yes"}}, "facts_unusable"),
    ({"story": "あ" * 4001}, "story_unusable"),
    ({"story": "番号は 1234 5678 9018 です"}, "my_number"),
    ({"story": "番号は１２３４５６７８９０１８"}, "my_number"),
    ({"story": "\n".join(f"山田{n} yamada{n}@example.jp" for n in range(30))}, "facts_unusable"),
])  # fmt: skip
def test_a_notice_that_cannot_be_is_refused(trade: Trade, cover: Cover, words: dict[str, Any], code: str) -> None:
    with refused(code):
        reported(trade, cover, **words)
    assert claims.listed(trade.principal("claims_handler")) == []


def test_nothing_is_backdated_once_a_loss_was_reported(trade: Trade, cover: Cover) -> None:
    trade.clock.to(2027, 9, 20)
    proposal = covers.change(trade.agent, cover.id, Change(Reason.withdrawal, trade.clock.moment.date().replace(day=1)))
    assert isinstance(proposal, ChangeProposal)
    reported(trade, cover)
    with refused("loss_notified"):
        covers.agree(trade.underwriter, proposal.id)


def test_a_notice_without_log_in_blocks_backdating_too(trade: Trade, cover: Cover) -> None:
    claim_notices.report_open(cover.number, CallBack("高崎 一郎", "03-0000-0000"), told())
    access.enter(trade.underwriter, "cover.approve")
    assert CoverLoss.objects.filter(cover=cover).count() == 1


# --- who sees it ----------------------------------------------------------------------------------------------------


def seen_rows() -> int:
    found = 0
    for table in CLAIM_TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found += cursor.fetchone()[0]
    return found


def traces() -> tuple[int, int]:
    """Entries and keys that could tell that there is a claim."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM journal WHERE split_part(stream, '/', 1) IN "
            "('claim', 'settlement', 'open-notice', 'cause', 'loss')"
        )
        entries = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM subject_key k JOIN organisation o ON o.id = k.organisation_id "
                       "WHERE o.kind = 'insurer' AND k.blind_index IS NULL")  # fmt: skip
        return entries, cursor.fetchone()[0]


@pytest.mark.parametrize("role", ["federation_office", "association_office", "underwriter", "operator", "auditor",
                                  "solicitor", "agency_manager", "member"])  # fmt: skip
def test_federation_body_and_strangers_see_no_row_under_any_right(trade: Trade, cover: Cover, role: str) -> None:
    """In raw SQL, under every permission of the role: no row of a claim, no entry, no key, no member that has one.

    One opens them, to the insurer's own underwriter: what decided claims would have been paid under another product.
    """
    reported(trade, cover)
    claim_notices.report_open(cover.number, CallBack("高崎 一郎", "03-0000-0000"), told())
    claim_causes.open_cause(trade.principal("claims_handler"), "一つの原因")
    covers.notify_loss(trade.principal("claims_handler"), cover.id, SATURDAY)
    principal = trade.agent if role == "solicitor" else trade.principal(role)
    for permission in sorted(access.PERMISSIONS_OF_ROLE[role]):
        access.enter(principal, permission)
        if (role, permission) == ("underwriter", "claim.redecide"):
            assert principal.is_insurers
            assert seen_rows() > 0
            continue
        assert seen_rows() == 0, permission
        entries, keys = traces()
        assert entries == 0 or permission.startswith("journal."), permission
        assert keys == 0 or role in ("underwriter", "operator", "auditor"), permission
    walls.enter(organisation=str(principal.organisation_id), reach="all")
    assert seen_rows() == 0, "no reach alone opens a claim"


def test_the_cooperative_of_the_member_sees_nothing(trade: Trade, cover: Cover) -> None:
    reported(trade, cover)
    access.enter(trade.cooperative, "member.read")
    assert (seen_rows(), traces()) == (0, (0, 0))


def test_another_member_sees_nothing(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    other = trade.person_of(trade.member("乙社", 700110000002))
    assert claims.listed(other) == []
    with pytest.raises(desk.NotFound):
        claims.one(other, claim.id)
    with pytest.raises(desk.NotFound):
        claim_notices.revise(other, claim.id, told())


def test_the_agent_reports_only_with_consent_and_sees_the_claim_while_it_stands(trade: Trade, cover: Cover) -> None:
    with refused("consent_needed"):
        claim_notices.report(trade.agent, told(), member=cover.member_id)
    claim = claim_notices.report(
        trade.agent, told(), member=cover.member_id, consent_basis="9月11日 電話で社長の同意を得た"
    )
    assert claims.one(trade.agent, claim.id).number == claim.number
    claim_notices.revise(trade.agent, claim.id, told(event="cyber_attack"))
    person = member_of(trade, cover)
    assert claims.withdraw_consent(person, claim.id) == 1
    with pytest.raises(desk.NotFound):
        claims.one(trade.agent, claim.id)
    access.enter(trade.agent, "claim.read")
    with pytest.raises(DatabaseError, match="only the member consents again"), transaction.atomic():
        claims.ClaimConsent.objects.create(
            claim_id=claim.id, member_id=cover.member_id, agency_id=trade.agent.organisation_id,
            given_at=trade.clock.moment, given_by=trade.agent.name, basis="また",
        )  # fmt: skip
    claims.consent(person, claim.id)
    assert claims.consent(person, claim.id).id == claims.consent(person, claim.id).id
    assert claims.one(trade.agent, claim.id).number == claim.number


def test_the_agents_sight_ends_with_its_handling(trade: Trade, cover: Cover) -> None:
    claim = claim_notices.report(trade.agent, told(), member=cover.member_id, consent_basis="電話で同意")
    members.transfer(trade.principal("federation_office"), cover.member_id, trade.office.theirs.id)
    with pytest.raises(desk.NotFound):
        claims.one(trade.agent, claim.id)
    with pytest.raises(desk.NotFound):
        claims.one(trade.principal("bob"), claim.id)


def test_another_agency_cannot_report_for_a_member_it_does_not_handle(trade: Trade, cover: Cover) -> None:
    with pytest.raises(desk.NotFound):
        claim_notices.report(trade.principal("bob"), told(), member=cover.member_id, consent_basis="電話で同意")


def test_the_member_sees_no_reserve_and_no_entry_of_the_insurers_stream(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    person = member_of(trade, cover)
    with pytest.raises(PermissionDenied):
        claim_reserves.history(person, claim.id)
    access.enter(person, "claim.read")
    assert not claim.reserves.exists()
    assert not JournalEntry.objects.filter(stream=f"settlement/{claim.id}").exists()
    assert JournalEntry.objects.filter(stream=f"claim/{claim.id}").exists()


# --- turns and causes -----------------------------------------------------------------------------------------------


def test_a_claim_is_closed_and_reopened_with_reasons(trade: Trade, cover: Cover) -> None:
    claim = reported(trade, cover)
    handler = trade.principal("claims_handler")
    claims.close(handler, claim.id, "支払いが終わった")
    with refused("claim_closed"):
        claim_reserves.reserve(handler, claim.id, "forensics", 1, "追加")
    claims.reopen(handler, claim.id, "新しい請求が届いた")
    with refused("claim_open"):
        claims.reopen(handler, claim.id, "もう一度")
    assert [turn.turn for turn in claim.turns.order_by("number")] == ["opened", "closed", "reopened"]


def test_one_event_that_touches_many_members_links_their_claims(trade: Trade, cover: Cover) -> None:
    handler = trade.principal("claims_handler")
    other = trade.member("乙社", 700110000002)
    mine, theirs = reported(trade, cover), claim_notices.report(handler, told(), member=other.organisation_id)
    cause = claim_causes.open_cause(handler, "会計クラウドの障害 2027年9月")
    for claim in (mine, theirs):
        claim_causes.link(handler, claim.id, cause.id, "同じ事業者の障害")
    [found] = claim_causes.all_of(handler)
    assert {one.claim.id for one in found.shares} == {mine.id, theirs.id}
    assert found.members == 2
