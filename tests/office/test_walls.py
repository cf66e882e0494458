"""The database's own walls: what the application role may see and do."""

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from sonae.office import clock, data_classes, desk, paper_status, walls
from sonae.office.models import Quotation, User

from .cast import Office, body


def columns(address: str) -> dict[str, set[str]]:
    with psycopg.connect(address) as owner:
        rows = owner.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def test_every_table_stands_in_exactly_one_list_of_walls(owner_address: str) -> None:
    assert set(columns(owner_address)) == {*walls.MEMBERS_DATA, *walls.OUTSIDE}
    assert not set(walls.MEMBERS_DATA) & set(walls.OUTSIDE)


def test_every_column_has_a_data_class(owner_address: str) -> None:
    found = columns(owner_address)
    ours = {table: set(classes) for table, classes in data_classes.COLUMNS.items()}
    assert {table: found[table] for table in ours} == ours
    assert set(found) == {*ours, *data_classes.TABLES}
    classes = {level for table in data_classes.COLUMNS.values() for level in table.values()}
    assert classes | set(data_classes.TABLES.values()) <= {"P0", "P1", "P2", "P3"}


def test_the_start_is_refused_to_a_role_that_could_look_over_the_walls(owner_address: str, db: None) -> None:
    walls.verify()
    with psycopg.connect(owner_address) as owner:
        role = owner.execute("SELECT current_user").fetchone()
    assert role is not None

    class OwnersCursor:
        """The check's own questions, asked as the owner."""

        def __enter__(self) -> psycopg.Cursor[Any]:
            self.connection = psycopg.connect(owner_address)
            return self.connection.cursor()

        def __exit__(self, *_: object) -> None:
            self.connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walls, "connection", type("Owner", (), {"cursor": lambda _self: OwnersCursor()})())
        with pytest.raises(walls.WallDown, match=f"{role[0]} owns quotation"):
            walls.verify()


@pytest.mark.parametrize("statement", [
    "UPDATE quotation SET premium = 1",
    "DELETE FROM quotation",
    "UPDATE journal SET body = ''",
    "DELETE FROM journal",
    "UPDATE released_file SET content = ''",
    "DELETE FROM released_product",
    "TRUNCATE quotation",
    "UPDATE api_key SET scopes = '[]'",
    "CREATE TABLE mine (id int)",
    "ALTER TABLE quotation DISABLE ROW LEVEL SECURITY",
    "SET ROLE sonae_owner",
])  # fmt: skip
def test_the_application_cannot(db: None, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_is_seen_without_a_reach(office: Office) -> None:
    desk.store_quotation(office.principal("alice"), body())
    walls.enter()
    for table in walls.MEMBERS_DATA:
        with connection.cursor() as cursor:
            only = " WHERE kind = 'member'" if table == "organisation" else ""
            cursor.execute(f"SELECT count(*) FROM {table}{only}")
            assert cursor.fetchone()[0] == 0, table


def test_a_row_cannot_be_written_for_another_agency_even_by_a_mistake_of_ours(office: Office) -> None:
    stored = desk.store_quotation(office.principal("alice"), body())
    assert isinstance(stored, desk.StoredQuotation)
    row = Quotation.objects.get(id=stored.id)
    row.id, row.agency_id = uuid4(), office.theirs.id
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


def test_a_federations_employee_cannot_become_an_underwriter(office: Office) -> None:
    user = User.objects.get(id=office.people["federation_office"].id)
    for kind in ("federation", "insurer"):
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.filter(id=user.id).update(role="underwriter", organisation_kind=kind)


def test_the_journal_notes_each_stored_quotation_in_the_same_commit(office: Office) -> None:
    stored = desk.store_quotation(office.principal("alice"), body())
    assert isinstance(stored, desk.StoredQuotation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, kind, actor, body FROM journal WHERE stream = %s", [f"quotation/{stored.id}"])
        [(number, kind, actor, noted)] = cursor.fetchall()
    assert (number, kind, actor) == (1, "quotation_stored", f"user:{office.alice.id}")
    assert json.loads(bytes(noted))["premium"] == 353_150
    assert clock.now().tzinfo is not None


@pytest.mark.django_db
def test_a_public_look_leaves_the_callers_reach_as_it_was() -> None:
    """What a certificate is worth is asked over every wall; whoever asked sees afterwards what they saw before."""
    names = ("organisation", "principal", "reach", "share", "claims")
    held = {
        "organisation": str(uuid4()),
        "principal": "user:someone",
        "reach": "scheme",
        "share": "ab",
        "claims": "own",
    }
    with transaction.atomic():
        walls.enter(**held)
        paper_status.status("27-22222-22222")
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute("SELECT current_setting(%s)", [f"sonae.{name}"])
                assert cursor.fetchone()[0] == held[name], name
