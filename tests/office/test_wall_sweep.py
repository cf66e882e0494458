"""Every table × whoever may come × own and foreign rows: what the walls let through, asked in raw SQL.

Two members live whole lives side by side: A with alice's agency and cooperative 一号, B with bob's agency and a body of
another association. A viewer is an organisation and a reach, as `access.enter` sets them: every role with every one of
its permissions comes down to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from sonae.cover import Reason
from sonae.office import (
    access,
    access_links,
    applicant,
    binding,
    cover_papers,
    covers,
    desk,
    idempotency,
    members,
    renewals,
    walls,
)
from sonae.office.access import Principal
from sonae.office.covers import Change
from sonae.office.idempotency import Kept
from sonae.office.models import JournalEntry, Member, Organisation, Role, User
from sonae.period import JST

from .cast import PASSWORD
from .trade import AGENT, Trade

_APPLICATIONS = "t.application_id IN (SELECT id FROM application WHERE member_id = %s)"
_COVERS = "t.cover_id IN (SELECT id FROM cover WHERE member_id = %s)"
_QUOTED = (
    "(SELECT quotation_id FROM application_content JOIN application a ON a.id = application_id WHERE a.member_id = %s)"
)
#: By table: which of its rows belong to a member.
ROWS = {
    "organisation": "t.id = %s",
    "member": "t.organisation_id = %s",
    "member_particulars": "t.member_id = %s",
    "handling": "t.member_id = %s",
    "membership_list": "t.id IN (SELECT list_id FROM membership_evidence WHERE member_id = %s)",
    "membership_evidence": "t.member_id = %s",
    "application": "t.member_id = %s",
    "application_content": _APPLICATIONS,
    "application_step": _APPLICATIONS,
    "application_answers": _APPLICATIONS,
    "application_link": "t.member_id = %s",
    "referral": _APPLICATIONS,
    "underwriting_condition": _APPLICATIONS,
    "cover": "t.member_id = %s",
    "cover_transaction": _COVERS,
    "change_proposal": _COVERS,
    "cover_loss": _COVERS,
    "renewal_offer": "t.member_id = %s",
    "issued_paper": "t.member_id = %s",
    "journal": "t.organisation_id = %s",
    "subject_key": "t.organisation_id = %s",
    "log_in_link": "t.organisation_id = %s",
    "quotation": f"t.id IN {_QUOTED}",
    "quotation_share": f"t.quotation_id IN {_QUOTED}",
}
OF_THE_SALE = {"quotation", "quotation_share", "log_in_link"}
#: What was answered, and what tells of it.
OF_ANSWERS = {"application_answers", "referral", "underwriting_condition"}
#: What each neighbour of a member does not see of it. Whoever is no neighbour sees nothing.
UNSEEN: dict[str, set[str]] = {
    "agency": {"membership_list", "cover_loss", "application_answers"},
    "own": OF_THE_SALE | {"membership_list", "cover_loss"},
    "cooperative": OF_THE_SALE | OF_ANSWERS | {"handling", "cover_loss"},
    "association": OF_THE_SALE | OF_ANSWERS | {"handling", "membership_list", "cover_loss"},
    "scheme": OF_THE_SALE | OF_ANSWERS | {"cover_loss"},
    "all": set(),
}


class Theirs(Trade):
    """The other agency, with the other body."""

    @property
    def agent(self) -> Principal:
        return self.office.principal("bob")

    @property
    def cooperative(self) -> Principal:
        user = User.objects.filter(username="their_cooperative").first()
        if user is None:
            above = desk.create_organisation(None, "association", "よその中央会")
            place = desk.create_organisation(None, "cooperative", "よその組合", parent=above)
            _staff("their_association", above)
            user = _staff("their_cooperative", place)
        return access.principal_of_user(user)


def _staff(username: str, place: Organisation) -> User:
    return desk.create_user(None, username=username, password=PASSWORD, name="職員", organisation=place,
                            role="association_office")  # fmt: skip


@dataclass(frozen=True)
class Lives:
    ours: Trade
    theirs: Trade
    a: Member
    b: Member
    #: The keys of each member's rows by table, as they are behind the walls.
    of_a: dict[str, set[str]]
    of_b: dict[str, set[str]]
    #: Entries of the journal that tell of answers.
    telling: set[str]


def _key(table: str) -> str:
    return "organisation_id" if table == "member" else "id"


def _rows(member: Member) -> dict[str, set[str]]:
    found = {}
    walls.enter(reach="all")
    with connection.cursor() as cursor:
        for table, condition in ROWS.items():
            cursor.execute(f"SELECT t.{_key(table)}::text FROM {table} t WHERE {condition}", [member.organisation_id])
            found[table] = {row[0] for row in cursor.fetchall()}
    return found


def _life(trade: Trade, member: Member) -> None:
    """A row in every table: quotation, link, referral with a condition, cover with a change, a proposal, a loss."""
    trade.confirmed(member)
    application = trade.applied(member)
    walls.enter(reach="all")
    desk.share(trade.agent, application.contents.get().quotation_id)  # type: ignore[arg-type]
    trade.prepared(application)
    applicant.make_link(trade.agent, application.id)
    trade.answered(application, incidents="yes")
    found = trade.decided(trade.signed(application), "accept", [("多要素認証を入れる", date(2027, 6, 30))])
    cover = binding.bind(trade.agent, found.application.id, **AGENT)
    covers.change(trade.agent, cover.id, Change(Reason.correction, date(2027, 4, 1), {"annual_sales": 900_000_000}))
    with transaction.atomic():
        access.enter(trade.agent, "cover.read")
        cover_papers.issue_certificate(cover, None, "rule")
    covers.notify_loss(trade.principal("claims_handler"), cover.id, datetime(2027, 1, 5, tzinfo=JST))
    access_links.invite(trade.agent, member.organisation_id, "hanako@example.jp")


@pytest.fixture
def lives(trade: Trade) -> Lives:
    theirs = Theirs(trade.office, trade.clock)
    walls.enter(reach="all")
    above = desk.create_organisation(None, "association", "うちの中央会")
    Organisation.objects.filter(id=trade.cooperative.organisation_id).update(parent=above)
    _staff("our_association", above)
    a, b = trade.member(), theirs.member("よその会社", 700110000001)
    _life(trade, a)
    _life(theirs, b)
    trade.clock.to(2027, 12, 1)
    assert list(renewals.run(trade.principal("federation_office"), 2028))[-1].offered == 2
    rows = _rows(a), _rows(b)
    referred = JournalEntry.objects.filter(stream__startswith="application/", kind="referred")
    found = Lives(trade, theirs, a, b, *rows, {str(row.id) for row in referred})
    assert len(found.telling) == 2
    for rows in (found.of_a, found.of_b):
        assert all(rows.values()), "each life leaves a row in every table"
    return found


def _seen(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_key(table)}::text FROM {table}")
        return {row[0] for row in cursor.fetchall()}


def _expect(lives: Lives, a: str | None, b: str | None) -> None:
    """The present reach is a neighbour of this kind of A and of B, or a stranger (None)."""
    for table in ROWS:
        for rows, neighbour in ((lives.of_a, a), (lives.of_b, b)):
            stands = rows[table] & _seen(table)
            wanted = rows[table] if neighbour is not None and table not in UNSEEN[neighbour] else set()
            if table == "journal" and neighbour in ("cooperative", "association", "scheme"):
                wanted = wanted - lives.telling
            assert stands == wanted, f"{table}: seen by {neighbour or 'a stranger'}"


def _as(organisation: UUID | None, reach: str = "own") -> None:
    walls.enter(organisation=str(organisation or ""), principal="user:someone", reach=reach)


def test_each_neighbour_sees_its_own_and_no_foreign_row(lives: Lives) -> None:
    office = lives.ours.office
    place = {user.username: user.organisation_id for user in User.objects.all()}
    for organisation, a, b in (
        (office.ours.id, "agency", None),
        (office.theirs.id, None, "agency"),
        (place["the_cooperative"], "cooperative", None),
        (place["their_cooperative"], None, "cooperative"),
        (place["our_association"], "association", None),
        (place["their_association"], None, "association"),
        (lives.a.organisation_id, "own", None),
        (lives.b.organisation_id, None, "own"),
        (place["the_member"], None, None),
        (place["the_underwriter"], None, None),
        (place["the_federation_office"], None, None),
        (uuid4(), None, None),
        (None, None, None),
    ):
        _as(organisation)
        _expect(lives, a, b)
        _as(organisation, "everything")
        _expect(lives, a, b)
    _as(place["the_federation_office"], "scheme")
    _expect(lives, "scheme", "scheme")
    _as(place["the_auditor"], "all")
    _expect(lives, "all", "all")


def test_every_permission_of_every_role_opens_its_reach_and_no_more(lives: Lives) -> None:
    """What a role's person sees under each permission, from the table of roles alone."""
    beyond = {"federation_office": "scheme", **dict.fromkeys(
        ("underwriter", "claims_handler", "claims_manager", "auditor", "operator"), "all")}  # fmt: skip
    # A simulated book reads no member's row; a snapshot and an export of the book do.
    no_row = ("routes.read", "quotation.share", "book.read", "book.simulate")
    for role in Role:
        principal = lives.ours.principal(role)
        for permission in sorted(access.PERMISSIONS_OF_ROLE[role]):
            access.enter(principal, permission)
            seen = _seen("cover") & (lives.of_a["cover"] | lives.of_b["cover"])
            if role in ("solicitor", "agency_manager"):
                assert seen == lives.of_a["cover"]
            elif role in beyond and not permission.startswith(no_row):
                assert seen == lives.of_a["cover"] | lives.of_b["cover"], (role, permission)
                assert bool(_seen("cover_loss")) == (beyond[role] == "all"), (role, permission)
            else:
                assert seen == set(), (role, permission)


def test_a_transfer_or_suspension_moves_the_sight_at_once(lives: Lives) -> None:
    office, federation = lives.ours.office, lives.ours.principal("federation_office")
    members.suspend(federation, lives.a.organisation_id, suspended=True)
    _as(office.ours.id)
    for table in set(ROWS) - OF_THE_SALE - {"handling"}:
        assert not lives.of_a[table] & _seen(table), table
    members.suspend(federation, lives.a.organisation_id, suspended=False)
    _as(office.ours.id)
    _expect(lives, "agency", None)
    members.transfer(federation, lives.a.organisation_id, office.theirs.id)
    for organisation, sees in ((office.ours.id, False), (office.theirs.id, True)):
        _as(organisation)
        for table in set(ROWS) - OF_THE_SALE - UNSEEN["agency"] - {"handling"}:
            assert bool(lives.of_a[table] & _seen(table)) == sees, table


#: A foreign row written again is stopped by its wall, or before it by a trigger that sees nothing of what it rests on.
#: A member's organisation may be made by any agency or body, for they register members; but none twice.
STOPPED = dict.fromkeys(ROWS, "row-level security") | {
    "organisation": "duplicate key", "application_step": "is missing|without gap", "cover": "not bound on this content",
}  # fmt: skip


@pytest.mark.parametrize("stranger", ["agency", "cooperative", "member", "federation"])
def test_no_foreign_row_is_written_or_changed(lives: Lives, stranger: str) -> None:
    place = {user.username: user.organisation_id for user in User.objects.all()}
    organisation = {
        "agency": lives.ours.office.theirs.id, "cooperative": place["their_cooperative"],
        "member": lives.b.organisation_id, "federation": place["the_federation_office"],
    }[stranger]  # fmt: skip
    for table in ROWS:
        walls.enter(reach="all")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT to_jsonb(t)::text FROM {table} t WHERE {ROWS[table]} ORDER BY t.{_key(table)} DESC LIMIT 1",
                [lives.a.organisation_id],
            )
            row = cursor.fetchone()
        _as(organisation)
        again = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
        with pytest.raises(DatabaseError, match=STOPPED[table]), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(again, row)
        for column in _changeable(table):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} SET {column} = {column} WHERE {_key(table)}::text = ANY(%s)",
                    [sorted(lives.of_a[table])],
                )
                assert cursor.rowcount == 0, f"{stranger} changed {table}.{column}"


def _changeable(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.column_privileges WHERE grantee = current_user "
            "AND table_name = %s AND privilege_type = 'UPDATE'", [table]
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]


def test_every_walled_table_is_swept() -> None:
    """A new walled table belongs in this sweep, in that of claims, or here with a test of its own."""
    from .test_claim_walls import TABLES as OF_CLAIMS

    of_nobody = {"idempotency_record"}  # a caller's own answers: below
    of_outbox = {"mail", "mail_attempt", "mail_address"}  # the recipient's: test_outbox.py
    assert {*ROWS, *OF_CLAIMS, *of_nobody, *of_outbox} == set(walls.MEMBERS_DATA)


@pytest.mark.django_db
def test_a_kept_answer_is_the_callers_own() -> None:
    """Nobody else under an own or the federation's reach sees it, and nobody keeps one in another's name."""
    walls.enter(principal="user:a")
    idempotency.keep("user:a", "cover.change", "key", b"{}", Kept(201, "", b"{}"))
    for principal, reach, sees in (
        ("user:a", "own", 1), ("user:b", "own", 0), ("user:b", "scheme", 0), ("", "own", 0), ("user:b", "all", 1),
    ):  # fmt: skip
        walls.enter(principal=principal, reach=reach)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM idempotency_record")
            assert cursor.fetchone()[0] == sees, (principal, reach)
    walls.enter(principal="user:b", reach="all")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        idempotency.keep("user:a", "cover.change", "other", b"{}", Kept(201, "", b"{}"))
