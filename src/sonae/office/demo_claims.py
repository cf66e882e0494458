"""Claims of the demo office: one that was decided, paid and closed, and one that is a few days old.

Told around the day of the seeding like the rest of the story; where no cover had begun by then there is no claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sonae.facts import LossItem
from sonae.period import JST, japanese_day

from . import (
    access,
    claim_decisions,
    claim_judging,
    claim_notices,
    claim_payees,
    claim_payments,
    claim_response,
    claim_terms,
    claims,
    clock,
)
from .access import Principal
from .claim_notices import Told
from .claim_payees import Account
from .claim_payments import Line
from .demo_life import standing_at
from .models import Claim, Cover

CALLER = "ひかり運輸株式会社"
"""The member of the story that called in weeks ago."""
VENDOR = "北陸フォレンジック（デモ）"


@dataclass(frozen=True)
class Cast:
    """Who acts: the insured member's person, the claims office, and the member that called in weeks ago."""

    insured: Principal
    handler: Principal
    manager: Principal
    caller: UUID


def tell(cast: Cast) -> None:
    present = clock.now()
    _paid(cast, present - timedelta(days=45))
    _fresh(cast, present)


def _paid(cast: Cast, known: datetime) -> None:
    """A leak by a wrong address: told by telephone, decided within three weeks, paid to the vendors, closed."""
    cover = _cover(cast.handler, cast.caller, known)
    if cover is None:
        return
    with standing_at(known + timedelta(hours=3)):
        row = claim_notices.report(
            cast.handler,
            Told(known, notified_at=known + timedelta(hours=1), occurred_at=known - timedelta(hours=2),
                 event="information_leak", facts={"persons": 312, "leak": "yes", "wrongful": "no", "sensitive": "no"},
                 story="配送予定の一覧を別の取引先に送った。相手は削除したと答えている。"),
            member=cast.caller,
        )  # fmt: skip
        claims.take(cast.handler, row.id)
    asked = (("forensics", VENDOR, 1_800_000), ("victim_response", "お詫び状印刷（デモ）", 240_000))
    with standing_at(known + timedelta(days=2)):
        for head, vendor, amount in asked:
            claim_response.ask_spend(cast.handler, row.id, head, vendor, amount)
        for spend in _spends(cast.manager, row):
            claim_response.approve_spend(cast.manager, spend)
    with standing_at(known + timedelta(days=18)):
        claim_response.record_milestone(cast.handler, row.id, "documents_complete", clock.now())
        claim_payees.answer_premium(cast.handler, row.id, cover.id, received=True, note="団体からの送金明細で確かめた")
    with standing_at(known + timedelta(days=20)):
        day = japanese_day(known.astimezone(JST)) + timedelta(days=5)
        items = [LossItem(id=head, head=head, amount=amount, incurred_on=day) for head, _, amount in asked]
        weighed = claim_judging.weigh(
            cast.handler, row.id, claim_judging.with_items(claim_judging.draft(cast.handler, row.id), items)
        )
        made = claim_decisions.propose(cast.handler, row.id, weighed.judged, reason="請求書と報告書を確かめた")
        claim_decisions.confirm(cast.manager, made.id)
    _pay(cast, row, made.heads, known + timedelta(days=24))


def _pay(cast: Cast, row: Claim, heads: Sequence[Sequence[object]], moment: datetime) -> None:
    """To one vendor's account by two persons; then the claim is closed."""
    lines = [Line(UUID(str(one[0])), str(one[2]), int(str(one[4]))) for one in heads if one[4]]
    if not lines:
        return
    with standing_at(moment):
        for spend in _spends(cast.manager, row):
            claim_response.decline_spend(cast.manager, spend, "請求書の額で支払う")
        account = Account(VENDOR, "ホクリクフオレンジツク", "越後みらい銀行（デモ）", "本店", "ordinary", "0004471")
        payee = claim_payees.add_payee(cast.handler, row.id, "vendor", account)
        payment = claim_payments.prepare(cast.handler, row.id, payee.id, lines)
        claim_payments.approve(cast.manager, payment.id)
    with standing_at(moment + timedelta(days=1)):
        claim_payments.post(cast.handler, payment.id)
        claim_response.record_milestone(cast.handler, row.id, "payment", clock.now())
        claims.close(cast.handler, row.id, "支払いが終わり、請求は届いていない")


def _fresh(cast: Cast, present: datetime) -> None:
    """Ransomware on the last Saturday: reported by the member, an estimate approved, another waits."""
    day = japanese_day(present) - timedelta(days=(japanese_day(present).weekday() + 2) % 7 or 7)
    known = datetime(day.year, day.month, day.day, 6, 40, tzinfo=JST)
    member = cast.insured.organisation_id
    if _cover(cast.handler, member, known) is None:
        return
    with standing_at(known + timedelta(minutes=86)):
        row = claim_notices.report(
            cast.insured,
            Told(known, stopped_at=known, facts={"leak": "unknown", "stopped": "yes", "ransom_demanded": "yes"},
                 story="出勤した社員が、共有フォルダを開けないことに気づいた。画面に脅迫文がある。"),
        )  # fmt: skip
        claims.take(cast.handler, row.id)
    with standing_at(known + timedelta(hours=3)):
        claim_notices.revise(
            cast.insured, row.id,
            Told(known, stopped_at=known, event="cyber_attack",
                 facts={"leak": "unknown", "stopped": "yes", "ransom_demanded": "yes", "persons": 1840},
                 story="サーバ2台と6台のPCが暗号化された。個人情報は1,840人分あり、持ち出しは調べている。"),
        )  # fmt: skip
        cut = claim_response.ask_spend(cast.insured, row.id, "loss_mitigation", "長岡ネットワーク（デモ）", 380_000,
                                       purpose="回線の遮断")  # fmt: skip
        look = claim_response.ask_spend(cast.insured, row.id, "forensics", VENDOR, 4_620_000,
                                        purpose="サーバ2台、PC 6台の調査")  # fmt: skip
    with standing_at(known + timedelta(hours=6, minutes=30)):
        for spend in (cut, look):
            claim_response.approve_spend(cast.handler, spend.id)
        claim_response.ask_spend(cast.insured, row.id, "system_restoration", VENDOR, 5_830_000,
                                 purpose="ファイルサーバの再構築")  # fmt: skip
        claim_response.record_milestone(cast.insured, row.id, "police_told", clock.now(), "所轄の警察署に相談した")


def _cover(handler: Principal, member: UUID, known: datetime) -> Cover | None:
    with transaction.atomic():
        access.enter(handler, "claim.handle")
        return claim_terms.cover_at(member, known)


def _spends(manager: Principal, row: Claim) -> list[UUID]:
    with transaction.atomic():
        access.enter(manager, "claim.handle")
        return list(row.spends.filter(state__in=("asked", "approved")).values_list("id", flat=True))
