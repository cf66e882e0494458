"""Answers of the disclosure: what the federation, an association and a cooperative read of them, in raw SQL. Nothing.

Grounds of a referral, its reason and conditions tell of the answers, so they are looked for too. Where the application
stands is the same for all who see it.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from sonae.application import Step
from sonae.office import access, answers_apart, applications, binding, canonical, deciding, telling, walls
from sonae.office.access import Principal
from sonae.office.models import Application, ApplicationAnswers, Role, User
from sonae.office.models import ApplicationStep as StepRow

from .test_wall_sweep import Lives, lives
from .trade import AGENT, APPLICANT, NO, Trade

__all__ = ["lives"]

REASON, CONDITION, MET, TYPED = "内容を確認した", "多要素認証を入れる", "証跡を見た", "担当の山田が誤送信"
ANSWERS = NO | {"incidents": "yes"}


def _told(application: Application) -> list[bytes]:
    """What would tell of the answers, wherever it stood; also their hash alone, which anybody could try."""
    words = {"answers": ANSWERS, "version": application.disclosure_version}
    guesses = [canonical.sha256(canonical.dump(one)) for one in (words, words["answers"])]
    texts = ['"incidents":"yes"', '"incidents": "yes"', "disclosed_incidents", REASON, CONDITION, MET, TYPED, *guesses]
    return [text.encode() for text in texts]


def _everything() -> dict[str, bytes]:
    """Every table as this transaction reads it: its texts, and after them its bytes."""
    public = {table for table, (why, _grant) in walls.OUTSIDE.items() if why.startswith("public") or not _grant}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(column_name, ',') FILTER (WHERE data_type = 'bytea') "
            "FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name"
        )
        for table, raw in cursor.fetchall():
            if table in public or table not in {*walls.MEMBERS_DATA, *walls.OUTSIDE}:
                continue
            cursor.execute(f"SELECT to_jsonb(t)::text {', ' + raw if raw else ''} FROM {table} t")
            found[table] = b"\n".join(
                cell.encode() if isinstance(cell, str) else bytes(cell)
                for row in cursor.fetchall() for cell in row if cell is not None
            )  # fmt: skip
    return found


def _leaks(told: list[bytes]) -> set[str]:
    return {table for table, held in _everything().items() if any(one in held for one in told)}


@pytest.fixture
def whole(trade: Trade) -> Application:
    """An application with an incident that was typed, referred, accepted on a condition that was met, and bound."""
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    applications.disclose(
        trade.person_of(member), application.id, application.disclosure_version, ANSWERS, details={"incidents": TYPED},
        **APPLICANT,
    )  # fmt: skip
    trade.decided(trade.signed(application), "accept", [(CONDITION, date(2027, 6, 30))])
    binding.bind(trade.agent, application.id, **AGENT)
    [condition] = deciding.open_conditions(trade.underwriter)
    deciding.close_condition(trade.underwriter, condition.id, MET)
    return application


def test_no_body_reads_an_answer_in_any_table_under_any_permission(trade: Trade, whole: Application) -> None:
    told = _told(whole)
    readers = [(trade.cooperative, "own"), (trade.principal("federation_office"), "scheme")]
    for principal, reach in readers:
        for permission in sorted(principal.permissions):
            with transaction.atomic():
                access.enter(principal, permission)
                assert _leaks(told) == set(), (principal.role, permission)
        with transaction.atomic():
            walls.enter(organisation=str(principal.organisation_id), principal=principal.name, reach=reach)
            assert Application.objects.filter(id=whole.id).exists(), "it sees that there is an application"
            assert _leaks(told) == set()
    with transaction.atomic():
        access.enter(trade.underwriter, "application.read")
        assert _leaks(told) >= {"application_answers", "referral", "underwriting_condition", "journal"}, "it is there"


def test_an_association_and_strangers_read_none_either(lives: Lives) -> None:
    walls.enter(reach="all")
    told = [one for application in Application.objects.all() for one in _told(application)]
    for username in ("our_association", "their_association", "the_cooperative", "their_cooperative"):
        principal = access.principal_of_user(User.objects.get(username=username))
        for permission in sorted(principal.permissions):
            with transaction.atomic():
                access.enter(principal, permission)
                assert _leaks(told) == set(), (username, permission)


def _stands(principal: Principal, application: Application) -> tuple[object, ...]:
    found = applications.one(principal, application.id)
    return found.next, found.held, found.content_hash


def test_where_an_application_stands_is_the_same_for_all(trade: Trade) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    everyone = [trade.agent, trade.underwriter, trade.person_of(member), trade.cooperative,
                trade.principal("federation_office")]  # fmt: skip

    def alike(step: Step | None) -> None:
        seen = [_stands(one, application) for one in everyone]
        assert all(one == seen[0] for one in seen)
        assert seen[0][0] == step

    alike(Step.intent)
    trade.prepared(application)
    alike(Step.disclosure)
    trade.answered(application, incidents="yes")
    alike(Step.confirmation)
    found = trade.signed(application)
    alike(Step.decision)
    trade.decided(found, "accept")
    alike(Step.binding)
    binding.bind(trade.agent, application.id, **AGENT)
    alike(None)


def test_the_applicant_and_the_insurer_read_the_answers_the_agency_does_not(trade: Trade, whole: Application) -> None:
    for principal, reads in (
        (trade.person_of(whole.member), True), (trade.underwriter, True), (trade.principal("auditor"), True),
        (trade.agent, False), (trade.cooperative, False), (trade.principal("federation_office"), False),
    ):  # fmt: skip
        found = applications.one(principal, whole.id)
        assert found.answers == (ANSWERS if reads else None), principal.role
        grounds = telling.application(found, principal).get("grounds")
        assert bool(grounds) == reads, principal.role


def test_the_rules_decide_for_an_agency_that_may_not_read_the_answers(trade: Trade) -> None:
    member = trade.member()
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application)
    assert trade.signed(application).next is Step.membership
    trade.confirmed(member)
    found = applications.check_membership(trade.agent, application.id)
    assert found.next is Step.binding
    with transaction.atomic():
        access.enter(trade.agent, "application.read")
        assert not ApplicationAnswers.objects.exists(), "the look of the rules is over"
    with transaction.atomic():
        access.enter(trade.underwriter, "application.read")
        for row in StepRow.objects.filter(application=application, step__in=answers_apart.APART):
            kept = ApplicationAnswers.objects.get(application=application, number=row.number)
            assert canonical.load(row.body) == {"sha256": canonical.sha256(bytes(kept.body))}
        assert ApplicationAnswers.objects.count() == 2


@pytest.mark.parametrize("role", [Role.FEDERATION_OFFICE, Role.ASSOCIATION_OFFICE])
def test_no_body_writes_an_answer_or_changes_one(trade: Trade, whole: Application, role: str) -> None:
    who = trade.cooperative if role == Role.ASSOCIATION_OFFICE else trade.principal(role)
    with transaction.atomic():
        access.enter(trade.underwriter, "application.read")
        kept = ApplicationAnswers.objects.filter(application=whole).order_by("number").first()
    assert kept is not None
    access.enter(who, "application.read")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ApplicationAnswers.objects.create(application=whole, number=99, body=b"{}")
    for principal in (who, trade.underwriter):
        access.enter(principal, "application.read")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ApplicationAnswers.objects.filter(id=kept.id).update(body=b"{}")
