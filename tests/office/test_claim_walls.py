"""Every table of claims × whoever may come: what the walls let through, asked in raw SQL; nobody writes or changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from sonae.office import claim_causes, claim_payments, claim_recoveries, claim_response, claims, walls
from sonae.office.access import Principal

from .claim_story import Settling, settling
from .trade import Trade

TABLES = [table for table in walls.MEMBERS_DATA if table.startswith(("claim", "common_cause"))]
#: What the member (and its agent, while it consents) sees of its own claim.
SHARED = {"claim", "claim_notice", "claim_consent", "claim_task", "claim_spend", "claim_demand", "claim_milestone",
          "claim_turn", "claim_file", "claim_decision", "claim_payment", "claim_payment_line",
          "claim_letter", "claim_aggregate"}  # fmt: skip
STRANGERS = ("solicitor", "agency_manager", "association_office", "federation_office", "underwriter", "auditor",
             "operator", "member")  # fmt: skip


@pytest.fixture
def story(trade: Trade) -> Settling:
    """A claim with a row in every table: decided, paid, to be recovered, of a common cause, seen by its agent."""
    found = settling(trade, event="information_leak")
    claims.consent(found.member, found.claim.id)
    found.file()
    claim_response.ask_spend(found.member, found.claim.id, "forensics", "業者", 1_000)
    claim_response.record_demand(found.member, found.claim.id, trade.clock.moment, "丙")
    claim_response.record_milestone(found.member, found.claim.id, "police_told", trade.clock.moment)
    cause = claim_causes.open_cause(found.handler, "一つの原因")
    claim_causes.link(found.handler, found.claim.id, cause.id, "同じ事業者")
    found.decided(forensics=2_000_000)
    found.premium()
    found.paid(found.payee("vendor"), 1_000_000)
    claim_recoveries.expect(found.handler, found.claim.id, "丁社", 1_000)
    assert claim_payments.all_of(found.handler, found.claim.id)
    return found


def seen(principal: Principal, *, reach: str = "own", claims: str = "") -> dict[str, int]:
    walls.enter(organisation=str(principal.organisation_id), principal=principal.name, reach=reach, claims=claims)
    found = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_the_claims_office_sees_all_the_member_and_its_agent_their_share(story: Settling) -> None:
    assert all(seen(story.handler, reach="all", claims="all").values())
    for principal in (story.member, story.trade.agent):
        assert {table for table, rows in seen(principal, claims="own").items() if rows} == SHARED
    claims.withdraw_consent(story.member, story.claim.id)
    withdrawn = {table for table, rows in seen(story.trade.agent, claims="own").items() if rows}
    assert withdrawn == {"claim_consent"}, "the agent sees that its consent ended, and nothing else"


@pytest.mark.parametrize("role", STRANGERS)
def test_a_stranger_sees_no_row_under_any_reach(story: Settling, role: str) -> None:
    who = story.trade.principal("bob") if role == "solicitor" else story.trade.principal(role)
    if role == "agency_manager":
        claims.withdraw_consent(story.member, story.claim.id)
    for reach in ("own", "scheme", "all", "everything"):
        for setting in ("", "own", "evidence"):
            rows = {table for table, count in seen(who, reach=reach, claims=setting).items() if count}
            assert rows <= ({"claim_consent"} if role == "agency_manager" else set()), (reach, setting)


@pytest.mark.parametrize("role", ["member", "solicitor", "federation_office", "underwriter"])
def test_a_stranger_neither_writes_nor_changes_a_row(story: Settling, role: str) -> None:
    who = story.trade.principal("bob") if role == "solicitor" else story.trade.principal(role)
    for table in TABLES:
        walls.enter(reach="all", claims="all")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t LIMIT 1")
            row = cursor.fetchone()
        walls.enter(organisation=str(who.organisation_id), principal=who.name, reach="all", claims="own")
        again = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
        with pytest.raises(DatabaseError, match=STOPPED.get(table, "row-level security")), transaction.atomic():
            _run(again, row)
        for column in _changeable(table):
            assert _run(f'UPDATE {table} SET "{column}" = "{column}"') == 0, f"{role} changed {table}.{column}"


#: A posted payment written again is stopped before its wall, by the trigger: payments begin prepared.
STOPPED = {"claim_payment": "begins prepared"}


def _run(statement: str, words: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, words)
        return int(cursor.rowcount)


def _changeable(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.column_privileges WHERE grantee = current_user "
            "AND table_name = %s AND privilege_type = 'UPDATE'", [table]
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]
