"""Papers by the API and the command line: issued, downloaded, verified by a third party, superseded by a change."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sonae.cover import Reason
from sonae.office import access_session, clock, covers
from sonae.office.models import Cover
from sonae.period import first_of_month, japanese_day
from tests.office.cast import logged_in
from tests.office.trade import Trade

from .calling import run

if TYPE_CHECKING:
    from tests.conftest import LiveOffice


@pytest.fixture
def trade(db: None, cheap_passwords: None, monkeypatch: pytest.MonkeyPatch) -> Trade:
    from tests.office.cast import make
    from tests.office.trade import Clock

    return Trade(make(), Clock(monkeypatch))


@pytest.fixture
def cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a stranger of its own."""
    from sonae.web import strangers
    from sonae.web.budget import Budgets

    monkeypatch.setattr(strangers, "budgets", Budgets())


def get(client: Client, path: str, **query: str) -> Any:
    return client.get(f"/api/v1{path}", query)


def agent(trade: Trade, client: Client) -> Client:
    logged_in(client, trade.office.alice)
    return client


def papers_of(client: Client, cover: Cover) -> dict[str, Any]:
    return {paper["kind"]: paper for paper in get(client, f"/covers/{cover.id}/papers").json()["papers"]}


def test_every_paper_of_a_cover_in_one_request(trade: Trade, client: Client) -> None:
    cover = trade.bound()
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"plan": "wide"}))
    agent(trade, client)
    for path in ("certificate", "certificate?version=1", "cover-note", "endorsements/2"):
        answer = client.get(f"/api/v1/covers/{cover.number}/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
    assert set(papers_of(client, cover)) == {"certificate", "cover_note", "endorsement_notice"}
    for path in ("certificate?version=3", "endorsements/1", "endorsements/x", "endorsements/9999999"):
        assert client.get(f"/api/v1/covers/{cover.id}/{path}").status_code == 404
    assert get(client, f"/covers/{cover.id}/certificate", version="0").status_code == 422


def test_the_papers_of_an_application(trade: Trade, client: Client) -> None:
    cover = trade.bound()
    place = f"/applications/{cover.application_id}"
    agent(trade, client)
    given = get(client, f"{place}/important-matters")
    assert hashlib.sha256(given.content).hexdigest() == get(client, place).json()["document"]
    assert get(client, f"{place}/important-matters", language="en").content != given.content
    assert get(client, f"{place}/important-matters", language="fr").status_code == 422
    assert get(client, f"{place}/copy").status_code == 403
    logged_in(client, trade.office.people["auditor"])
    assert get(client, f"{place}/copy").status_code == 200
    (paper,) = get(client, f"{place}/papers").json()["papers"]
    assert (paper["kind"], paper["title"]) == ("application_copy", "加入申込書控え")


def test_a_stranger_asks_what_a_certificate_is_worth(trade: Trade, client: Client) -> None:
    cover = trade.bound()
    logged_in(client, trade.office.alice)
    get(client, f"/covers/{cover.id}/certificate")
    content = papers_of(client, cover)["certificate"]["content_sha256"]
    stranger = Client()
    told = get(stranger, f"/certificates/{cover.number}", content=content)
    assert told.json() == {
        "status": "valid", "message": "有効です。", "message_en": "Valid.", "number": cover.number, "version": 1,
        "latest_version": 1, "begins": "2027-04-01T16:00:00+09:00", "ends": "2028-04-01T16:00:00+09:00",
    }  # fmt: skip
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"plan": "wide"}))
    told = get(stranger, f"/certificates/{cover.number}", content=content).json()
    assert (told["status"], told["version"], told["latest_version"]) == ("superseded", 1, 2)
    never: tuple[tuple[str, dict[str, str]], ...] = (
        (cover.number, {"content": "0" * 64}), ("27-AAAAA-AAAAA", {}), (cover.number, {"version": "9"})
    )  # fmt: skip
    for number, query in never:
        told = get(stranger, f"/certificates/{number}", **query).json()
        assert told["status"] == "unknown"
        assert {told[name] for name in ("number", "version", "latest_version", "begins", "ends")} == {None}


def test_numbers_cannot_be_tried_out(trade: Trade, client: Client) -> None:
    answers = [get(client, "/certificates/27-AAAAA-AAAAA").status_code for _ in range(31)]
    assert answers[:30] == [200] * 30
    assert answers[30] == 429
    elsewhere = client.get("/api/v1/certificates/27-AAAAA-AAAAA", REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 200


def test_papers_of_a_product_are_everybodys(trade: Trade, client: Client) -> None:
    for kind in ("brochure", "important-matters"):
        first = get(client, f"/products/chuokai_cyber_2024/{kind}")
        assert first.content.startswith(b"%PDF")
        trade.clock.moment += timedelta(days=30)
        assert get(client, f"/products/chuokai_cyber_2024/{kind}").content == first.content
        assert get(client, f"/products/nobody/{kind}").status_code == 404


def test_a_name_that_cannot_be_printed_is_said(trade: Trade, client: Client) -> None:
    cover = trade.bound(trade.member("\U0002a6b3商店"))
    answer = get(agent(trade, client), f"/covers/{cover.id}/certificate")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "U+2A6B3"


def test_the_auditor_reads_the_timeline_of_any_object(trade: Trade, client: Client) -> None:
    member = trade.member()
    cover = trade.bound(member)
    trade.clock.to(2027, 5, 10)
    covers.change(trade.agent, cover.id, covers.Change(Reason.endorsement, date(2027, 6, 1), {"plan": "wide"}))
    logged_in(client, trade.office.people["auditor"])
    hits = get(client, "/timelines", words="高崎工務店").json()["found"]
    assert {hit["kind"] for hit in hits} == {"member", "cover", "application"}
    places = {hit["kind"]: hit["id"] for hit in hits} | {"quotation": str(cover.quotation_id)}
    kinds = {}
    for kind, place in places.items():
        told = get(client, f"/timelines/{kind}/{place}").json()
        recorded = [fact["recorded"] for fact in told["facts"]]
        assert recorded == sorted(recorded)
        assert all(fact["stands"] for fact in told["facts"])
        kinds[kind] = [fact["kind"] for fact in told["facts"]]
    assert kinds["quotation"] == ["quotation_stored"]
    assert kinds["application"][0] == "quotation_stored"
    assert kinds["application"][-1] == "step_binding"
    changed = get(client, f"/timelines/cover/{cover.id}").json()["facts"][-1]
    assert (changed["effective"], changed["recorded"]) == ("2027-06-01T16:00:00+09:00", "2027-05-10T10:00:00+09:00")
    assert changed["actor"]["role"] == "solicitor"
    assert kinds["cover"][-1] == "cover_transaction"
    assert kinds["member"][0] == "member_registered"
    for who in ("solicitor", "federation_office", "underwriter", "member"):
        logged_in(client, trade.office.people[who])
        assert get(client, f"/timelines/cover/{cover.id}").status_code == 403


def test_a_signature_by_api_needs_a_fresh_factor_and_keeps_it(trade: Trade, client: Client) -> None:
    application = trade.applied(trade.member())
    trade.prepared(application)
    found = trade.answered(application)
    person = trade.person_of(application.member)
    from sonae.office import applications
    from sonae.office.models import User

    applications.confirm(person, application.id, found.content_hash or "", channel="page", factor="passkey")
    logged_in(client, User.objects.get(id=person.user_id), "passkey")
    words = json.dumps({"content": found.content_hash, "signer": "高崎 一郎"})
    place = f"/api/v1/applications/{application.id}/signature"
    trade.clock.moment += timedelta(seconds=access_session.BINDING_SECONDS + 1)
    assert client.post(place, words, "application/json").status_code == 403
    logged_in(client, User.objects.get(id=person.user_id), "totp")
    answer = client.post(place, words, "application/json")
    assert answer.status_code == 200
    (signature,) = [step for step in answer.json()["steps"] if step["step"] == "signature"]
    assert (signature["channel"], signature["factor"]) == ("api", "totp")


def test_downloaded_verified_then_superseded(live_office: LiveOffice, tmp_path: Path) -> None:
    """The whole way of a paper by the command line, on the demo office."""
    agent, auditor = _person(live_office, "solicitor"), _person(live_office, "auditor")
    number, plan = _in_force(live_office, auditor)
    paper = tmp_path / "certificate.pdf"
    made = run(live_office, "paper", "certificate", number, str(paper), "--as", agent)
    assert made.returncode == 0, made.stderr
    checked = run(live_office, "certificate", "verify", str(paper), "--status", "--json")
    told = json.loads(checked.stdout)
    assert (told["genuine"], told["whole_file"], told["summary"]["number"]) == (True, True, number)
    assert (checked.returncode, told["status"]["status"]) == (0, "valid")
    listed = run(live_office, "paper", "list", number, "--as", agent).stdout
    assert told["content_sha256"] in listed

    other = json.dumps({"plan": "basic" if plan == "wide" else "wide"})
    day = first_of_month(japanese_day(clock.now()), 1).isoformat()
    done = run(live_office, "cover", "change", number, "endorsement", "--day", day, "--changes", other, "--as", agent)
    assert done.returncode == 0, done.stderr
    again = run(live_office, "certificate", "verify", str(paper), "--status")
    assert again.returncode == 1
    assert "新しい版" in again.stdout
    assert run(live_office, "certificate", "verify", str(paper)).returncode == 0
    newer = tmp_path / "newer.pdf"
    run(live_office, "paper", "certificate", number, str(newer), "--as", agent)
    assert run(live_office, "certificate", "verify", str(newer), "--status").returncode == 0
    (tmp_path / "altered.pdf").write_bytes(paper.read_bytes().replace(number.encode(), b"27-AAAAA-AAAAA"))
    assert run(live_office, "certificate", "verify", str(tmp_path / "altered.pdf")).returncode == 1
    unknown = run(live_office, "certificate", "status", number, "--content", "0" * 64, "--json")
    assert (unknown.returncode, json.loads(unknown.stdout)["status"]) == (1, "unknown")


def _in_force(office: LiveOffice, auditor: str) -> tuple[str, str]:
    """A cover of the demo office that is in force to its expiry, and its plan."""
    hits = run(office, "timeline", "search", "社", "--as", auditor).stdout.splitlines()
    for hit in map(json.loads, hits):
        if hit["kind"] == "cover":
            shown = json.loads(run(office, "cover", "show", hit["title"], "--as", auditor).stdout)
            if shown["terms"] is not None and shown["ends_at"] == shown["expiry"]:
                return hit["title"], shown["terms"]["plan"]
    raise AssertionError("the demo office has covers in force")


def _person(office: LiveOffice, role: str) -> str:
    return str(next(person["username"] for person in office.demo["people"] if person["role"] == role))
