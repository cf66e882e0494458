"""One event that touches many members, and what comes back: pages, API and walls, figures by another route."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from sonae.office import claim_causes, claim_notices, claim_payments, claim_recoveries, claim_rules, walls
from sonae.office.models import ClaimRecovery, JournalEntry
from tests.office.claim_story import Settling, settling, told

from .office_pages import as_member, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def test_an_event_is_named_its_claims_linked_summed_and_taken_out(
    story: Settling, as_role: Callable[[str], Client]
) -> None:
    """Paid 1,000,000 and 500,000 under way of one claim; the other claim has its opening reserves alone."""
    other = claim_notices.report(story.handler, told(), member=story.trade.member("乙社", 700110000002).organisation_id)
    story.decided(forensics=4_000_000)
    story.premium()
    payee = story.payee("vendor")
    story.paid(payee, 1_000_000)
    story.prepared(payee, 500_000)
    handler = as_role("claims_handler")
    place = handler.post("/claims/causes", {"name": "会計クラウドの障害 2027年9月"}).headers["Location"]
    for claim, reason in ((story.claim, "利用先が同じ"), (other, "同じ時刻に停止")):
        assert handler.post(place, {"claim": claim.number, "reason": reason}).status_code == 302
    assert handler.post(place, {"claim": other.number, "reason": ""}).status_code == 422
    assert handler.post(place, {"claim": "C27-XXXXX-XXXXX", "reason": "似ている"}).status_code == 422
    words = text_of(handler.get(place))
    assert "2件の事案、2会員" in words
    assert "合計 1,000,000 500,000" in words
    assert "会計クラウドの障害" in text_of(handler.get("/claims/causes"))
    out = {"unlink": "1", "claim": str(other.id), "reason": "別の事業者だった"}
    assert handler.post(place, out).status_code == 302
    assert handler.post(place, out | {"reason": "二度目"}).status_code == 422
    assert "1件の事案、1会員" in text_of(handler.get(place))
    walls.enter(reach="all", claims="all")
    told_of = JournalEntry.objects.filter(stream=f"settlement/{other.id}", kind__startswith="cause").order_by("number")
    kinds = [(one.kind, bytes(one.body).decode()) for one in told_of]
    assert [kind for kind, _ in kinds] == ["cause_linked", "cause_unlinked"]
    assert "別の事業者だった" in kinds[1][1]


def test_a_page_of_yesterday_takes_no_claim_out_of_the_event_it_belongs_to_today(
    story: Settling, as_role: Callable[[str], Client]
) -> None:
    handler = as_role("claims_handler")
    before, after = (claim_causes.open_cause(story.handler, name) for name in ("会計クラウド", "受注クラウド"))
    for cause in (before, after):
        claim_causes.link(story.handler, story.claim.id, cause.id, "同じ事業者")
    out = {"unlink": "1", "claim": str(story.claim.id), "reason": "別の事業者だった"}
    refused = handler.post(f"/claims/causes/{before.id}", out)
    assert refused.status_code == 422
    assert "いまは別の原因につながっています" in text_of(refused)
    assert [len(claim_causes.one(story.handler, one.id).shares) for one in (before, after)] == [0, 1]
    assert handler.post(f"/claims/causes/{after.id}", out).status_code == 302
    assert claim_causes.one(story.handler, after.id).shares == ()


def test_linking_twice_is_once_and_to_another_event_moves(story: Settling) -> None:
    first, second = (claim_causes.open_cause(story.handler, name).id for name in ("一つ目", "二つ目"))
    for _ in range(2):
        claim_causes.link(story.handler, story.claim.id, first, "同じ")
    claim_causes.link(story.handler, story.claim.id, second, "見直した")
    assert [len(one.shares) for one in (claim_causes.one(story.handler, each) for each in (first, second))] == [0, 1]
    walls.enter(reach="all", claims="all")
    assert JournalEntry.objects.filter(stream=f"settlement/{story.claim.id}", kind="cause_linked").count() == 2


def test_nobody_but_the_claims_office_sees_an_event(story: Settling, as_role: Callable[[str], Client]) -> None:
    member = as_member(story.trade, story.cover)
    cause = claim_causes.open_cause(story.handler, "一つ目")
    claim_causes.link(story.handler, story.claim.id, cause.id, "同じ")
    for name in ("federation_office", "association_office", "underwriter", "operator", "alice", "auditor"):
        for path in ("/claims/causes", f"/claims/causes/{cause.id}", f"/claims/{story.claim.id}/recoveries"):
            assert as_role(name).get(path).status_code in (403, 404), (name, path)
    assert member.get("/claims/causes").status_code == 403
    assert "一つ目" not in text_of(member.get(f"/claims/{story.claim.id}"))
    assert as_role("claims_manager").get(f"/claims/causes/{cause.id}").status_code == 200


def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = claim_rules.rules()
    among = type(rules)(**{**vars(rules), "shares": {"幹事": 40, "乙保険": 35, "丙保険": 25}})
    monkeypatch.setattr(claim_rules, "rules", lambda: among)


def test_co_insurers_owe_their_shares_until_they_come_in(
    story: Settling, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """35 % and 25 % of 1,000,001 are 350,000 and 250,000; then 乙 pays 200,000 of it."""
    shared(monkeypatch)
    story.decided(forensics=4_000_000)
    story.premium()
    story.paid(story.payee("vendor"), 1_000_001)
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}/recoveries"
    assert "分担金の未収 600,000円" in re.sub(r"(?<=未収) ", " ", text_of(handler.get(place))).replace(" 円", "円")
    walls.enter(reach="all", claims="all")
    due = ClaimRecovery.objects.get(claim=story.claim, from_whom="乙保険")
    came = {"receive": "1", "recovery": str(due.id)}
    assert handler.post(place, came | {"received": "200,000"}).status_code == 302
    assert handler.post(place, came | {"received": "100,000"}).status_code == 422
    assert handler.post(place, came | {"received": "350,001"}).status_code == 422
    assert claim_recoveries.balance(story.handler, story.claim.id).owed == {"乙保険": 150_000, "丙保険": 250_000}


def test_what_the_liable_pay_back_is_split_among_the_insurers(
    story: Settling, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 99,999 yen: 34,999 and 24,999 to the others, odd yen stay with the lead (40,001)."""
    shared(monkeypatch)
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}/recoveries"
    assert handler.post(place, {"from_whom": "丁社", "amount": "300,000", "note": "担当は山田"}).status_code == 302
    [made] = claim_recoveries.all_of(story.handler, story.claim.id)
    assert handler.post(place, {"receive": "1", "recovery": str(made.id), "received": "99999"}).status_code == 302
    words = text_of(handler.get(place))
    for part in ("幹事 40,001", "乙保険 34,999", "丙保険 24,999"):
        assert part in words
    assert claim_recoveries.balance(story.handler, story.claim.id).passed_on == {"乙保険": 34_999, "丙保険": 24_999}
    assert claim_payments.all_of(story.handler, story.claim.id) == []


def test_what_a_payee_returns_is_recorded_on_the_page_and_leaves_every_sum(
    story: Settling, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,000,000 paid, 99,999 come back: 900,001 stay paid, limit, event and shares follow."""
    shared(monkeypatch)
    cause = claim_causes.open_cause(story.handler, "一つ目")
    claim_causes.link(story.handler, story.claim.id, cause.id, "同じ")
    story.decided(forensics=1_000_000)
    story.premium()
    made = story.paid(story.payee("vendor"), 1_000_000)
    handler, place = as_role("claims_handler"), f"/claims/{story.claim.id}/recoveries"
    assert "第1回 業者 …4471 ・ 事故原因・被害範囲調査費用 1,000,000円まで" in text_of(handler.get(place))
    sent = {"take_back": "1", "line": f"{made.id}:{story.cover.id}:forensics", "reason": "時間単価の誤り"}
    assert handler.post(place, sent | {"amount": "1,000,001"}).status_code == 422
    assert handler.post(place, sent | {"line": "x", "amount": "1"}).status_code == 422
    assert handler.post(place, sent | {"amount": "99,999"}).status_code == 302
    found = next(one for one in claim_recoveries.all_of(story.handler, story.claim.id) if one.kind == "returned")
    assert handler.post(place, {"receive": "1", "recovery": str(found.id), "received": "99999"}).status_code == 302
    words = text_of(handler.get(place))
    for part in ("返還 ・", "時間単価の誤り", "幹事 40,001", "乙保険 34,999", "丙保険 24,999", "900,001円まで"):
        assert part in words, part
    assert "うち 99,999円は返還を受けた" in text_of(handler.get(f"/claims/{story.claim.id}/payments"))
    [share] = claim_causes.one(story.handler, cause.id).shares
    assert (share.paid, share.recovered) == (900_001, 0)
    member = text_of(as_member(story.trade, story.cover).get(f"/claims/{story.claim.id}"))
    assert "支払いの返還を受けた" in member
    assert "支払い済み 900,001円" in member
    assert "時間単価の誤り" not in member


def test_a_return_by_the_api(story: Settling, as_role: Callable[[str], Client]) -> None:
    story.decided(forensics=1_000_000)
    story.premium()
    made = story.paid(story.payee("vendor"), 1_000_000)
    handler, place = as_role("claims_handler"), f"/api/v1/claim-payments/{made.id}/returns"
    body = {"cover": str(story.cover.id), "head": "forensics", "amount": 400_000, "reason": "二重の請求"}

    def send(address: str, words: dict[str, object], key: str) -> tuple[int, dict[str, object]]:
        answer = handler.post(address, words, "application/json", headers={"Idempotency-Key": key})
        return answer.status_code, answer.json()

    status, told_of = send(place, body, "return-1")
    assert (status, told_of["kind"], told_of["from"], told_of["head"]) == (201, "returned", "vendor", "forensics")
    assert send(place, body, "return-1") == (201, told_of)
    assert send(place, body | {"amount": 600_001}, "return-2")[0] == 409
    status, got = send(f"/api/v1/claim-recoveries/{told_of['id']}/receipt", {"received": 400_000}, "receipt-1")
    assert (status, got["received"]) == (200, 400_000)
    [left] = [one for one in handler.get(f"/api/v1/claims/{story.claim.id}").json()["left"]
              if (one["coverage"], one["head"]) == ("expense", "")]  # fmt: skip
    assert left["paid"] == 600_000
