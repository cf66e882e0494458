"""The outbox: a mail follows its cause exactly once, says little, and is forgotten when it has left."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from sonae.office import access_links, desk, mail_adapters, notices, outbox, renewals, walls
from sonae.office.mail_adapters import Letter, Undelivered
from sonae.office.mail_texts import Words
from sonae.office.models import JournalEntry, Mail, MailAddress, MailAttempt, MailKind, SubjectKey

from .cast import Office
from .trade import Trade

TO = "hanako@example.jp"
WORDS = Words("件名", "本文\nhttps://office.example/welcome/token\n")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "outbox"


class Server:
    """A mail server that fails as often as it is told, and remembers what it took."""

    name = "smtp"

    def __init__(self, *fails: str) -> None:
        self.fails, self.took = list(fails), list[Letter]()

    def send(self, letter: Letter) -> None:
        if self.fails:
            raise Undelivered(self.fails.pop(0))
        self.took.append(letter)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    def standing(*fails: str) -> Server:
        made = Server(*fails)
        monkeypatch.setattr(mail_adapters, "adapter", lambda: made)
        return made

    return standing


def recorded(office: Office, cause: str = "test/1", to: str = TO, **more: Any) -> Mail:
    with transaction.atomic():
        walls.enter(organisation=str(office.ours.id))
        assert outbox.record(MailKind.INVITATION, cause, office.ours.id, to, WORDS, caused_by="user:x", **more)
        walls.enter(reach="all")
        return Mail.objects.get(cause=cause)


def everything() -> list[Mail]:
    walls.enter(reach="all")
    return list(Mail.objects.order_by("recorded_at"))


def read(place: Path) -> Any:
    return message_from_bytes(place.read_bytes(), policy=policy.default)


def test_a_mail_is_written_as_one_file_and_then_forgotten(office: Office, folder: Path) -> None:
    mail = recorded(office)
    assert [outbox.deliver(mail.id) for _ in range(3)] == ["sent"] * 3
    assert [one.name for one in folder.iterdir()] == [f"{mail.id}.eml"]
    assert folder.joinpath(f"{mail.id}.eml").stat().st_mode & 0o077 == 0
    message = read(folder / f"{mail.id}.eml")
    assert (message["To"], message["Subject"]) == (TO, "件名")
    assert message["Message-ID"].startswith(f"<{mail.id}@")
    assert message.get_content() == WORDS.text
    walls.enter(reach="all")
    assert MailAttempt.objects.filter(mail=mail).count() == 1
    key = SubjectKey.objects.get(id=mail.subject_key_id)
    assert (key.wrapped_key, key.blind_index) == (None, None)


def test_one_cause_makes_one_mail(office: Office) -> None:
    recorded(office)
    with transaction.atomic():
        walls.enter(organisation=str(office.theirs.id))
        again = outbox.record(MailKind.RESET, "test/1", office.theirs.id, "else@example.jp", WORDS, caused_by="user:y")
    assert not again
    assert len(everything()) == 1


def test_what_is_rolled_back_sends_nothing(office: Office) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    before = ProcrastinateJob.objects.count()
    with transaction.atomic():
        walls.enter(organisation=str(office.ours.id))
        outbox.record(MailKind.INVITATION, "test/1", office.ours.id, TO, WORDS, caused_by="user:x")
        transaction.set_rollback(True)
    assert everything() == []
    assert ProcrastinateJob.objects.count() == before


def test_a_server_that_fails_is_tried_again_and_takes_it_once(office: Office, server: Callable[..., Server]) -> None:
    smtp = server("TimeoutError", "SMTPDataError 451")
    mail = recorded(office)
    for _ in range(2):
        with pytest.raises(outbox.NotYet):
            outbox.send_mail.func(str(mail.id))
    assert [outbox.send_mail.func(str(mail.id)) for _ in range(3)] == ["sent"] * 3
    assert [(one.to, one.subject) for one in smtp.took] == [(TO, "件名")]
    walls.enter(reach="all")
    tried = [(one.number, one.outcome, one.code) for one in MailAttempt.objects.filter(mail=mail).order_by("number")]
    assert tried == [(1, "failed", "TimeoutError"), (2, "failed", "SMTPDataError 451"), (3, "sent", "")]


def test_a_folder_killed_between_sending_and_record_keeps_one_file(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = recorded(office)
    with monkeypatch.context() as patch:
        patch.setattr(MailAttempt.objects, "create", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            outbox.deliver(mail.id)
    first = (folder / f"{mail.id}.eml").read_bytes()
    assert outbox.deliver(mail.id) == "sent"
    assert [one.read_bytes() for one in folder.iterdir()] == [first]


def test_a_link_that_has_ended_is_not_sent_any_more(
    office: Office, server: Callable[..., Server], later: Callable[[int], None]
) -> None:
    from datetime import timedelta

    from sonae.office import clock

    smtp = server("TimeoutError")
    mail = recorded(office, good_until=clock.now() + timedelta(minutes=30))
    assert outbox.deliver(mail.id) == "failed"
    later(30 * 60)
    assert [outbox.deliver(mail.id) for _ in range(2)] == ["expired"] * 2
    assert smtp.took == []


def test_an_erased_person_gets_no_mail(office: Office, server: Callable[..., Server]) -> None:
    smtp = server()
    mail = recorded(office)
    assert desk.erase_subject(office.principal("operator"), "HANAKO@example.jp") == 1
    assert outbox.deliver(mail.id) == "erased"
    assert smtp.took == []


def test_without_an_adapter_mails_wait_until_an_operator_retries(
    office: Office, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_adapters, "adapter", lambda: None)
    mails = [recorded(office, f"test/{number}") for number in (1, 2)]
    operator = office.principal("operator")
    assert outbox.send_mail.func(str(mails[0].id)) == ""
    assert [one.outcome for one in outbox.listed(operator, waiting=True)] == ["", ""]
    smtp = server()
    assert [outcome for _, outcome in outbox.retry(operator)] == ["sent", "sent"]
    assert list(outbox.retry(operator)) == []
    assert {one.id for one in smtp.took} == {one.id for one in mails}
    assert {one.outcome for one in outbox.listed(operator)} == {"sent"}


@pytest.mark.parametrize("name", ["alice", "underwriter", "federation_office", "auditor", "claims_handler"])
def test_only_an_operator_sees_the_outbox(office: Office, name: str) -> None:
    recorded(office)
    for act in (outbox.listed, lambda who: list(outbox.retry(who)), notices.conditions_due):
        with pytest.raises(PermissionDenied):
            act(office.principal(name))


@pytest.mark.parametrize("statement", ["UPDATE mail SET cause = 'x'", "DELETE FROM mail",
                                       "UPDATE mail_attempt SET outcome = 'sent'", "DELETE FROM mail_attempt",
                                       "DELETE FROM mail_address"])  # fmt: skip
def test_the_outbox_only_grows(office: Office, statement: str) -> None:
    outbox.deliver(recorded(office).id)
    walls.enter(reach="all")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_another_organisation_sees_no_row_and_writes_none(office: Office) -> None:
    mail = recorded(office)
    outbox.deliver(mail.id)
    for reach in ("own", "scheme"):
        walls.enter(organisation=str(office.theirs.id), reach=reach)
        assert not Mail.objects.exists()
        assert not MailAttempt.objects.exists()
    mail.pk, mail.cause = uuid4(), "forged"
    with pytest.raises(DatabaseError), transaction.atomic():
        mail.save(force_insert=True)


@pytest.mark.parametrize("to", ["", "nobody", "a@b@c", "a b@example.jp", "a@example.jp\nBcc: b@example.jp",
                                "a@example.jp,b@example.jp", "<a@example.jp>"])  # fmt: skip
def test_what_is_no_address_gets_no_mail_and_stops_nothing(office: Office, to: str) -> None:
    walls.enter(organisation=str(office.ours.id))
    assert not outbox.record(MailKind.INVITATION, "test/1", office.ours.id, to, WORDS, caused_by="user:x")


def test_nothing_of_a_person_stands_in_log_job_or_row(
    office: Office, server: Callable[..., Server], capsys: pytest.CaptureFixture[str]
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    server("SMTPRecipientsRefused")
    mail = recorded(office)
    outbox.deliver(mail.id)
    job = ProcrastinateJob.objects.filter(task_name="sonae.send_mail").latest("id")
    assert job.args == {"mail": str(mail.id)}
    said = capsys.readouterr()
    row = json.dumps([str(value) for value in Mail.objects.values().get(id=mail.id).values()])
    for text in (said.out + said.err, row):
        assert TO not in text
        assert "token" not in text


# --- what causes mails --------------------------------------------------------------------------------------------


def sent(folder: Path, mail: Mail) -> Any:
    assert outbox.deliver(mail.id) == "sent"
    return read(folder / f"{mail.id}.eml")


def test_an_invitation_is_mailed_with_its_link_and_gives_the_person_an_address(trade: Trade, folder: Path) -> None:
    member = trade.member()
    made = access_links.invite(trade.agent, member.organisation_id, TO)
    [mail] = everything()
    message = sent(folder, mail)
    assert message["To"] == TO
    assert f"/welcome/{made.token}\n" in message.get_content()
    assert member.legal_name in message.get_content()
    with transaction.atomic():
        user = access_links.redeem(access_links.opened(made.token), name="高崎 花子", password=None)
    assert outbox.address_of(user.id) == TO
    walls.enter(reach="all")
    body = b" ".join(bytes(entry.body) for entry in JournalEntry.objects.all())
    assert TO.encode() not in body
    assert made.token.encode() not in body


def test_a_reset_is_mailed_where_an_operator_has_set_an_address(trade: Trade, folder: Path) -> None:
    operator = trade.principal("operator")
    access_links.reset(operator, "bob")
    assert everything() == []
    outbox.set_address(operator, "bob", "bob@example.jp")
    made = access_links.reset(operator, "bob")
    [mail] = everything()
    message = sent(folder, mail)
    assert (message["To"], made.token in message.get_content()) == ("bob@example.jp", True)
    outbox.set_address(operator, "bob", "")
    access_links.reset(operator, "bob")
    assert len(everything()) == 1


def test_a_renewal_run_started_twice_writes_to_member_and_agent_once(trade: Trade, folder: Path) -> None:
    outbox.set_address(trade.principal("operator"), "alice", "alice@example.jp")
    trade.bound()
    trade.clock.to(2028, 1, 12)
    for _ in range(2):
        list(renewals.run(trade.principal("federation_office"), 2028))
    mails = {mail.kind: mail for mail in everything()}
    assert set(mails) == {"renewal_offer", "renewal_offers"}
    assert len(everything()) == 2
    told = sent(folder, mails["renewal_offer"])
    assert told["To"] == "ichiro@example.jp"
    assert "2028年3月10日 午後4時まで" in told.get_content(), "a renewal is open until acceptance closes"
    assert "353,150" not in told.get_content()
    agents = sent(folder, mails["renewal_offers"])
    assert (agents["To"], "1件" in agents["Subject"]) == ("alice@example.jp", True)


def test_a_condition_is_written_about_a_week_before_and_when_it_is_past(trade: Trade, folder: Path) -> None:
    operator = trade.principal("operator")
    outbox.set_address(operator, "alice", "alice@example.jp")
    outbox.set_address(operator, "the_underwriter", "underwriter@example.jp")
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    trade.decided(trade.signed(application), "accept", [("多要素認証を全員に", date(2027, 6, 30))])
    counts = []
    for month, day in ((6, 22), (6, 23), (6, 23), (6, 30), (7, 1), (7, 2)):
        trade.clock.to(2027, month, day)
        counts.append(notices.conditions_due(operator))
    assert counts == [0, 2, 0, 0, 2, 0]
    first = sent(folder, everything()[0])
    assert "多要素認証" not in str(first), "the condition is read inside"
    assert "2027年6月30日" in first.get_content()


def test_whoever_has_an_address_of_another_organisation_is_not_seen(office: Office) -> None:
    outbox.set_address(office.principal("operator"), "bob", "bob@example.jp")
    walls.enter(organisation=str(office.ours.id), reach="scheme")
    assert not MailAddress.objects.exists()
    walls.enter(organisation=str(office.theirs.id))
    assert MailAddress.objects.count() == 1
