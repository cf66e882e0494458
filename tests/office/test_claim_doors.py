"""Claims by the API and the command line: the same words, the same refusals, once and only once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sonae.office import claim_notices
from sonae.office.models import User

from .cast import logged_in
from .claim_story import Settling, settling
from .trade import Trade

NOTICE = {"known_at": "2027-09-11T06:40:00+09:00", "event": "information_leak", "facts": {"persons": 1840},
          "story": "共有フォルダが開けない"}  # fmt: skip


class Door:
    """A browser of a person, as the API sees it."""

    def __init__(self, username: str) -> None:
        self.client = Client()
        logged_in(self.client, User.objects.get(username=username))
        self.client.cookies["csrftoken"] = "a" * 32

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, key: str = "", **words: Any) -> Any:
        headers = {"X-CSRFToken": "a" * 32} | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", json.dumps(words), "application/json", headers=headers)


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def test_a_retried_report_opens_one_claim(story: Settling) -> None:
    story.member  # noqa: B018
    door = Door(f"member-{story.whose.serial}")
    before = len(door.get("/claims").json()["claims"])
    first, again = (door.post("/claims", "k1", **NOTICE) for _ in range(2))
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert len(door.get("/claims").json()["claims"]) == before + 1
    told = first.json()
    assert told["event"] == "information_leak"
    assert {one["outlook"] for one in told["outlook"]} == {"open", "depends", "not_in_plan"}
    assert {(one["coverage"], one["head"]): one["remaining"] for one in told["left"]}["expense", ""] == 30_000_000
    assert "reserves" not in told
    assert door.post("/claims", "k1", **(NOTICE | {"event": ""})).status_code == 422


def test_a_file_goes_in_and_out_by_the_api(story: Settling) -> None:
    raw = b"%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF\n"
    story.member  # noqa: B018
    door = Door(f"member-{story.whose.serial}")

    def handed(name: str, body: bytes) -> Any:
        return door.client.post(
            f"/api/v1/claims/{story.claim.id}/files?name={name}", body, "application/octet-stream",
            headers={"X-CSRFToken": "a" * 32},
        )  # fmt: skip

    made = handed("見積書.pdf", raw)
    assert made.status_code == 201
    sent = Door("the_claims_handler").get(f"/claim-files/{made.json()['id']}")
    assert (sent.content, sent["Content-Type"]) == (raw, "application/octet-stream")
    assert sent["Content-Disposition"].startswith("attachment;")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert handed("偽.pdf", b"MZ").status_code == 409


def test_without_log_in_the_answer_is_the_same_for_any_number(story: Settling) -> None:
    words = {"name": "高崎", "phone": "03-0000-0000", **NOTICE}
    answers = [
        Client().post("/api/v1/loss-notices", json.dumps({"certificate_number": number, **words}), "application/json")
        for number in (story.cover.number, "27-AAAAA-AAAAA")
    ]
    assert {(one.status_code, one.content) for one in answers} == {(202, b'{"received":true}')}
    assert len(claim_notices.waiting(story.handler)) == 2


def test_from_estimate_to_payment_by_the_api(story: Settling) -> None:
    story.member  # noqa: B018
    claim = str(story.claim.id)
    member, handler, manager = (
        Door(f"member-{story.whose.serial}"), Door("the_claims_handler"), Door("the_claims_manager")
    )  # fmt: skip
    asked = member.post(f"/claims/{claim}/spends", head="forensics", vendor="業者", amount=4_620_000).json()
    assert handler.get(f"/claim-spends/{asked['id']}/preview").json()["after"] == [25_380_000]
    assert handler.post(f"/claim-spends/{asked['id']}/decision", approved=True).json()["state"] == "approved"
    made = story.decided(forensics=4_620_000)
    assert member.get(f"/claims/{claim}/decisions").json()["decisions"][0]["id"] == str(made.id)
    cover = str(story.cover.id)
    lines = [{"cover": cover, "head": "forensics", "amount": 4_620_000, "spend": asked["id"]}]
    payee = handler.post(
        f"/claims/{claim}/payees", kind="vendor", holder="北陸フォレンジック", holder_kana="ホクリクフォレンジック",
        bank="越後みらい銀行", branch="本店", account_kind="ordinary", number="1234567",
    ).json()  # fmt: skip
    refused = handler.post(f"/claims/{claim}/payments", payee=payee["id"], lines=lines)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (
        409, "premium-not-received")  # fmt: skip
    handler.post(f"/claims/{claim}/premium", cover=cover, received=True, note="送金明細")
    paid = handler.post(f"/claims/{claim}/payments", "p1", payee=payee["id"], lines=lines)
    assert handler.post(f"/claims/{claim}/payments", "p1", payee=payee["id"], lines=lines).content == paid.content
    payment = paid.json()["id"]
    assert handler.post(f"/claim-payments/{payment}/approval").status_code == 409
    assert manager.post(f"/claim-payments/{payment}/approval").json()["state"] == "approved"
    assert handler.post(f"/claim-payments/{payment}/posting").json()["state"] == "posted"
    assert [one["amount"] for one in member.get(f"/claims/{claim}").json()["payments"]] == [4_620_000]
    assert handler.get("/claim-worklist").json()["work"][0]["number"] == story.claim.number
    kinds = [one["kind"] for one in member.get(f"/claims/{claim}/timeline").json()["timeline"]]
    assert kinds[:2] == ["opened", "notified"]
    assert {"spend_approved", "decided", "paid"} <= set(kinds)


def test_a_decision_is_weighed_proposed_and_confirmed_by_the_api(story: Settling) -> None:
    claim = str(story.claim.id)
    handler, manager = Door("the_claims_handler"), Door("the_claims_manager")
    story.premium()
    drafted = handler.get(f"/claims/{claim}/facts").json()["facts"]
    facts = {"known_at": "2027-09-11T07:06:00+09:00", "received_at": "2027-09-11T08:06:00+09:00",
             "events": [{"code": "information_leak"}], "victims": {"individual": 12},
             "items": [{"id": "1", "head": "forensics", "amount": 4_620_000, "incurred_on": "2027-09-11"}]}  # fmt: skip
    assert drafted["known_at"] == "2027-09-11T07:06+09:00"
    weighed = handler.post(f"/claims/{claim}/weighing", facts=facts).json()
    assert (weighed["decision"]["verdict"], weighed["decision"]["paid"], weighed["outcome"]) == (
        "covered", 4_620_000, "covered")  # fmt: skip
    proposed = handler.post(f"/claims/{claim}/decisions", "d1", facts=facts).json()
    assert handler.post(f"/claim-decisions/{proposed['id']}/confirmation").status_code == 409
    confirmed = manager.post(f"/claim-decisions/{proposed['id']}/confirmation").json()
    assert (confirmed["payable"], confirmed["proof"]) == (4_620_000, proposed["proof"])
    for wrong in ({"items": [{"id": "1", "head": "ransom", "amount": 1}]}, {"paid": 1}, {"known_at": "yesterday"},
                  {"items": [{"id": "1", "head": "forensics", "amount": 1, "currency": "USD"}]}):  # fmt: skip
        assert handler.post(f"/claims/{claim}/weighing", facts={**facts, **wrong}).status_code == 422


@pytest.mark.parametrize("lines", [
    [{"cover": "x", "head": "forensics", "amount": 1}], [{"head": "forensics", "amount": 1}], ["x"],
    [{"cover": "00000000-0000-0000-0000-000000000000", "head": "forensics", "amount": 1.5}],
    [{"cover": "00000000-0000-0000-0000-000000000000", "head": "forensics", "amount": 1, "state": "posted"}],
])  # fmt: skip
def test_lines_that_are_none_are_named(story: Settling, lines: list[Any]) -> None:
    answer = Door("the_claims_handler").post(
        f"/claims/{story.claim.id}/payments", payee="00000000-0000-0000-0000-000000000000", lines=lines
    )
    assert answer.status_code == 422


def test_a_stranger_is_told_that_there_is_no_such_claim(story: Settling, trade: Trade) -> None:
    for username in ("the_member", "alice", "bob"):
        assert Door(username).get(f"/claims/{story.claim.id}").status_code == 404
    assert Door("the_federation_office").get(f"/claims/{story.claim.id}").status_code == 403


def test_the_command_line_says_the_same(story: Settling, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from contextlib import nullcontext

    from sonae.cli import main
    from sonae.office import claim_commands

    monkeypatch.setattr(claim_commands, "_office", nullcontext)

    def said(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["claim", *words, "--as", "the_claims_handler"])
        assert end.value.code == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    [shown] = said("show", story.claim.number)
    assert shown["id"] == str(story.claim.id)
    assert shown["reserves"]["forensics"] == 3_000_000
    [made] = said("reserve", story.claim.number, "forensics", "4620000", "--reason", "見積を受けた")
    assert (made["before"], made["amount"]) == (3_000_000, 4_620_000)
    assert [one["number"] for one in said("worklist")] == [story.claim.number]
    assert {one["code"] for one in said("clocks", story.claim.number)} == {"expense_window", "prescription"}
    said("close", story.claim.number, "--reason", "取下げ")
    story.claim.refresh_from_db()
    assert story.claim.state == "closed"
