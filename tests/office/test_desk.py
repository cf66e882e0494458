"""What the desk stores, shows, shares and proves."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from sonae.doors.problem import Problem
from sonae.office import access, clock, desk, idempotency, journal, subjects, walls
from sonae.office.models import IdempotencyRecord, JournalEntry, Quotation, SubjectKey, User

from .cast import Office, body


def store(office: Office, who: str = "alice", key: str | None = None, **changes: Any) -> desk.StoredQuotation:
    stored = desk.store_quotation(office.principal(who), body(**changes), key)
    assert isinstance(stored, desk.StoredQuotation)
    return stored


def count(model: Any) -> int:
    walls.enter(reach="all")
    return int(model.objects.count())


# --- storing ----------------------------------------------------------------------------------------------------


def test_a_stored_quotation_answers_as_the_estimate_does_with_id_and_validity(office: Office) -> None:
    answer = json.loads(store(office).answer_bytes)
    assert answer["premium"] == 353_150
    assert {"id", "created_at", "valid_until"} < set(answer)
    assert "for" not in answer["request"]


def test_a_refusal_is_stored_too(office: Office) -> None:
    stored = store(office, annual_sales=20_000_000_000)
    row = desk.quotation(office.principal("alice"), stored.id)
    assert row.premium is None
    assert json.loads(bytes(row.answer_bytes))["findings"][0]["effect"] == "decline"


@pytest.mark.parametrize("changes", [
    {"premium": 1}, {"security_discount": 60}, {"status": "bound"}, {"agency": "x"}, {"created_at": "2020-01-01"},
    {"id": "x"}, {"valid_until": "2099-01-01"}, {"sheet_discount": 61}, {"for": {"name": "a", "role": "operator"}},
])  # fmt: skip
def test_no_request_can_set_what_the_office_decides(office: Office, changes: dict[str, Any]) -> None:
    before = count(Quotation)
    assert isinstance(desk.store_quotation(office.principal("alice"), body(**changes), "k"), Problem)
    assert count(Quotation) == before
    assert count(IdempotencyRecord) == 0


def test_an_estimate_stores_nothing(office: Office) -> None:
    before = [count(model) for model in (Quotation, JournalEntry, IdempotencyRecord, SubjectKey)]
    desk.estimate(body())
    assert [count(model) for model in (Quotation, JournalEntry, IdempotencyRecord, SubjectKey)] == before


# --- who sees it ------------------------------------------------------------------------------------------------


def test_an_agency_sees_no_other_agencys_quotation_by_any_way(office: Office) -> None:
    stored = store(office)
    theirs = office.principal("bob")
    assert desk.list_quotations(theirs) == []
    assert desk.list_quotations(theirs, name="") == []
    for act in (lambda: desk.quotation(theirs, stored.id), lambda: desk.share(theirs, stored.id)):
        with pytest.raises(desk.NotFound):
            act()
    access.enter(theirs, "quotation.read")
    assert Quotation.objects.count() == 0
    assert not Quotation.objects.filter(premium=353_150).exists()
    assert JournalEntry.objects.filter(stream=f"quotation/{stored.id}").count() == 0


@pytest.mark.parametrize("role", ["association_office", "federation_office", "underwriter", "claims_handler",
                                  "claims_manager", "operator", "member"])  # fmt: skip
def test_quotations_are_not_shown_to(office: Office, role: str) -> None:
    stored = store(office)
    for act in (
        lambda p: desk.quotation(p, stored.id),
        desk.list_quotations,
        lambda p: desk.store_quotation(p, body()),
    ):
        with pytest.raises(PermissionDenied):
            act(office.principal(role))


def test_the_auditor_reads_every_agencys_quotations_and_writes_none(office: Office) -> None:
    ids = {store(office).id, store(office, "bob").id}
    assert {str(row.id) for row in desk.list_quotations(office.principal("auditor"))} == ids
    with pytest.raises(PermissionDenied):
        desk.store_quotation(office.principal("auditor"), body())


def test_without_a_live_registration_nothing_of_the_sale_is_open(office: Office) -> None:
    stored = store(office)
    User.objects.filter(id=office.alice.id).update(registration_expires=clock.now().date() - timedelta(days=1))
    for act in (lambda p: desk.quotation(p, stored.id), lambda p: desk.share(p, stored.id), desk.list_quotations):
        with pytest.raises(PermissionDenied):
            act(office.principal("alice"))


def test_lists_go_on_where_the_page_before_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [store(office).id for _ in range(5)]
    principal, seen, before = office.principal("alice"), [], None
    while rows := desk.list_quotations(principal, limit=2, before=before):
        seen += [str(row.id) for row in rows]
        before = (rows[-1].created_at, rows[-1].id)
    assert sorted(seen) == sorted(stored)


# --- links ------------------------------------------------------------------------------------------------------


def test_a_link_shows_its_one_quotation_until_it_is_revoked(office: Office) -> None:
    stored, other = store(office), store(office)
    link = desk.share(office.principal("alice"), stored.id)
    assert str(desk.shared(link.token).id) == stored.id
    walls.enter(share=hashlib.sha256(link.token.encode()).hexdigest())
    assert not Quotation.objects.filter(id=other.id).exists()
    again, elsewhere = desk.share(office.principal("alice"), stored.id), desk.share(office.principal("alice"), other.id)
    assert desk.shared_until(office.principal("alice"), stored.id) == link.expires_at
    assert [desk.revoke_shares(office.principal("alice"), stored.id) for _ in range(2)] == [2, 0]
    for ended in (link, again):
        with pytest.raises(desk.NotFound):
            desk.shared(ended.token)
    assert desk.shared_until(office.principal("alice"), stored.id) is None
    assert str(desk.shared(elsewhere.token).id) == other.id
    access.enter(office.principal("alice"), "quotation.share")
    noted = list(JournalEntry.objects.filter(stream=f"quotation/{stored.id}").values_list("kind", flat=True))
    assert noted.count("share_revoked") == 2


def test_nobody_ends_the_links_of_another_agency(office: Office) -> None:
    stored = store(office)
    link = desk.share(office.principal("alice"), stored.id)
    with pytest.raises(desk.NotFound):
        desk.revoke_shares(office.principal("bob"), stored.id)
    assert str(desk.shared(link.token).id) == stored.id


def test_a_link_ends_with_the_last_valid_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    link = desk.share(office.principal("alice"), store(office).id)
    desk.shared(link.token)
    monkeypatch.setattr(clock, "now", lambda: link.expires_at)
    with pytest.raises(desk.NotFound):
        desk.shared(link.token)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "ä" * 43, "\0" * 43, "x" * 10_000])
def test_a_made_up_link_shows_nothing(db: None, token: str) -> None:
    with pytest.raises(desk.NotFound):
        desk.shared(token)


# --- retries ----------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_first_answer_and_one_row(office: Office) -> None:
    first, second = store(office, key="a"), store(office, key="a")
    assert (second.id, second.answer_bytes, second.replayed) == (first.id, first.answer_bytes, True)
    assert count(Quotation) == 1


def test_the_same_key_with_another_body_is_told_so(office: Office) -> None:
    store(office, key="a")
    with pytest.raises(desk.OtherBody):
        store(office, key="a", set=2)
    assert count(Quotation) == 1


def test_a_key_belongs_to_whoever_used_it(office: Office) -> None:
    assert store(office, key="a").id != store(office, "bob", key="a").id


def test_a_broken_request_may_be_mended_under_its_key(office: Office) -> None:
    assert isinstance(desk.store_quotation(office.principal("alice"), body(plan="none"), "a"), Problem)
    assert not store(office, key="a").replayed


def test_kept_answers_go_after_thirty_days_and_not_before(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    store(office, key="a")
    walls.enter(reach="all")
    assert idempotency.prune() == 0
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() - timedelta(days=32))
    store(office, key="old")
    monkeypatch.setattr(clock, "now", real)
    walls.enter(reach="all")
    assert idempotency.prune() == 1
    assert IdempotencyRecord.objects.get().key == "a"


# --- proof ------------------------------------------------------------------------------------------------------


def test_every_stored_quotation_replays_byte_for_byte(office: Office) -> None:
    store(office)
    store(office, annual_sales=20_000_000_000)
    store(office, "bob", inception=None, **{"for": {"name": "髙﨑工務店", "contact": "yamada@example.jp"}})
    assert [result.outcome for result in desk.replay_all(office.principal("operator"))] == ["equal"] * 3


@pytest.mark.parametrize(("column", "value", "named"), [
    ("answer_bytes", b'{"premium":1}', "answer_sha256"),
    ("request_bytes", b"{}", "request_sha256"),
    ("premium", 1, "premium"),
    ("annual_sales", 5, "annual_sales"),
    ("plan", "wide", "plan"),
])  # fmt: skip
def test_a_changed_row_is_named(office: Office, column: str, value: Any, named: str) -> None:
    from sonae.office import replaying

    stored = store(office)
    access.enter(office.principal("operator"), "quotation.replay")
    row = Quotation.objects.get(id=stored.id)
    setattr(row, column, value)
    result = replaying.replay(row)
    assert result.outcome == "different"
    assert named in result.difference


def test_the_first_difference_of_two_answers_is_named_by_pointer() -> None:
    from sonae.office.replaying import first_difference

    assert first_difference(b'{"a":[1,{"b":2}]}', b'{"a":[1,{"b":3}]}') == "/a/1/b: stored 2, recomputed 3"
    assert first_difference(b'{"a":1}', b'{"a":1,"b":2}') == "/b: only recomputed"
    assert first_difference(b'{"a": 1}', b'{"a":1}') == "same values, other bytes from offset 5"
    assert first_difference(b"x", b'{"a":1}').startswith("same values, other bytes from offset 0")


# --- persons ----------------------------------------------------------------------------------------------------

CONTACT = "yamada@example.jp"


def test_a_contact_lies_in_no_column_in_clear(office: Office) -> None:
    stored = store(office, **{"for": {"name": "髙﨑工務店", "contact": CONTACT}})
    row = desk.quotation(office.principal("alice"), stored.id)
    assert row.for_name == "髙﨑工務店"
    assert CONTACT.encode() not in bytes(row.request_bytes)
    assert CONTACT not in stored.answer_bytes.decode()
    assert row.subject_key is not None


def test_erasing_a_person_leaves_price_and_company_and_every_hash(office: Office) -> None:
    stored = store(office, **{"for": {"name": "髙﨑工務店", "contact": CONTACT}})
    operator = office.principal("operator")
    assert desk.erase_subject(operator, " YAMADA@example.jp ") == 1
    result = desk.replay(operator, stored.id)
    assert result.outcome == "erased"
    assert desk.quotation(office.principal("alice"), stored.id).premium == 353_150
    walls.enter(reach="all")
    for entry in JournalEntry.objects.all():
        assert bytes(entry.hash) == journal.hash_of(entry)
    assert desk.erase_subject(operator, CONTACT) == 0


def test_a_ciphertext_opens_in_its_own_place_only(office: Office) -> None:
    row, data_key = subjects.new_key(office.ours.id)
    place: dict[str, Any] = {"table": "quotation", "column": "request_bytes", "row": uuid4(), "key_version": 1}
    sealed = subjects.encrypt(data_key, b"x", **place)
    assert subjects.decrypt(subjects.open_key(row), sealed, **place) == b"x"
    for moved in ({"row": uuid4()}, {"column": "name"}, {"table": "claim"}, {"key_version": 2}):
        with pytest.raises(subjects.Altered):
            subjects.decrypt(data_key, sealed, **(place | moved))
    with pytest.raises(subjects.Altered):
        subjects.decrypt(data_key, sealed[:-1] + bytes([sealed[-1] ^ 1]), **place)


def test_a_persons_name_is_shown_until_the_person_is_erased(office: Office) -> None:
    assert desk.name_of(office.alice) == "alice 花子"
    assert office.alice.subject_key is not None
    walls.enter(reach="all")
    subjects.erase(office.alice.subject_key)
    assert desk.name_of(office.alice) == "alice"


def test_the_journal_is_numbered_without_gap_and_chained(office: Office) -> None:
    stored = store(office)
    for _ in range(3):
        desk.share(office.principal("alice"), stored.id)
    entries = list(JournalEntry.objects.filter(stream=f"quotation/{stored.id}").order_by("number"))
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert [bytes(entry.previous_hash) for entry in entries[1:]] == [bytes(entry.hash) for entry in entries[:-1]]
