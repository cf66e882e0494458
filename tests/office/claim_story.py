"""Claims in the trade's words: what the tests of claims do over and over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sonae.office import (
    access,
    binding,
    claim_decisions,
    claim_notices,
    claim_payees,
    claim_payments,
    clock,
    desk,
    walls,
)
from sonae.office.access import Principal
from sonae.office.claim_decisions import DecidedHead, Judged
from sonae.office.claim_notices import Told
from sonae.office.claim_payees import Account
from sonae.office.claim_payments import Line
from sonae.office.models import Claim, ClaimDecision, ClaimFile, ClaimPayment, Cover, Member, Payee, User

from .cast import PASSWORD
from .trade import AGENT, Trade

SATURDAY = datetime.fromisoformat("2027-09-11T06:40:00+09:00")
ACCOUNT = Account("株式会社髙﨑工務店", "カ）タカサキコウムテン", "越後みらい銀行", "本店", "ordinary", "1234471")


def told(**words: Any) -> Told:
    return Told(**{"known_at": clock.now() - timedelta(hours=1), "story": "共有フォルダが開けない。", **words})


def judged(cover: Cover, mark: str = "", **heads: int | tuple[int, int]) -> Judged:
    """A decision that grants these yen by head; (claimed, granted) where they differ."""
    pairs = {head: yen if isinstance(yen, tuple) else (yen, yen) for head, yen in heads.items()}
    return Judged(
        facts=f"facts {mark}".encode(), proof=f"proof {mark} {sorted(pairs.items())}".encode(),
        heads=tuple(DecidedHead(cover.id, head, claimed, granted) for head, (claimed, granted) in pairs.items()),
    )  # fmt: skip


@dataclass
class Settling:
    """A member's claim and the claims office's people."""

    trade: Trade
    cover: Cover
    claim: Claim
    whose: Member

    @property
    def member(self) -> Principal:
        return self.trade.person_of(self.whose)

    @property
    def handler(self) -> Principal:
        return self.trade.principal("claims_handler")

    @property
    def manager(self) -> Principal:
        return self.trade.principal("claims_manager")

    def second(self, username: str = "handler2", role: str = "claims_handler") -> Principal:
        user = User.objects.filter(username=username).first() or desk.create_user(
            None, username=username, password=PASSWORD, name="二人目",
            organisation=self.trade.office.people["claims_handler"].organisation, role=role,
        )  # fmt: skip
        return access.principal_of_user(user)

    def decided(self, mark: str = "", **heads: Any) -> ClaimDecision:
        made = claim_decisions.propose(
            self.handler, self.claim.id, judged(self.cover, mark, **heads), reason="費目ごとに確かめた"
        )
        return claim_decisions.confirm(self.manager, made.id)

    def premium(self) -> None:
        claim_payees.answer_premium(
            self.handler, self.claim.id, self.cover.id, received=True, note="9月の送金明細で確認した"
        )

    def payee(self, kind: str = "insured", **words: Any) -> Payee:
        return claim_payees.add_payee(self.handler, self.claim.id, kind, ACCOUNT, **words)

    def file(self) -> ClaimFile:
        with transaction.atomic():
            access.enter(self.handler, "claim.handle")
            return ClaimFile.objects.create(
                id=uuid4(), claim=self.claim, name_ciphertext=b"x", kind="pdf", size=1, sha256=b"x" * 32,
                storage_name=uuid4().hex, handed_in_by=self.handler.name, handed_in_at=clock.now(),
                examined_at=clock.now(),
            )  # fmt: skip

    def prepared(self, payee: Payee, amount: int, head: str = "forensics", **words: Any) -> ClaimPayment:
        spend: UUID | None = words.pop("spend", None)
        return claim_payments.prepare(
            self.handler, self.claim.id, payee.id, [Line(self.cover.id, head, amount, spend)], **words
        )

    def paid(self, payee: Payee, amount: int, head: str = "forensics", **words: Any) -> ClaimPayment:
        made = self.prepared(payee, amount, head, **words)
        claim_payments.approve(self.manager, made.id)
        return claim_payments.post(self.handler, made.id)


def settling(trade: Trade, cover: Cover | None = None, **words: Any) -> Settling:
    """A claim of a member with cover (set 3, basic: 1億・3千万・3千万), reported on a Saturday in September."""
    held = cover or trade.bound()
    if cover is None:
        trade.clock.to(2027, 9, 11, 8, 6)
    with transaction.atomic():
        walls.enter(reach="all")
        whose = Member.objects.select_related("organisation").get(organisation_id=held.member_id)
    claim = claim_notices.report(trade.person_of(whose), told(**words))
    return Settling(trade, held, claim, whose)


def insured_elsewhere(trade: Trade) -> Settling:
    """A leak at a member who signed in the application that there is other insurance."""
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, other_insurance="yes")
    cover = binding.bind(trade.agent, trade.signed(application).application.id, **AGENT)
    trade.clock.to(2027, 9, 11, 8, 6)
    return settling(trade, cover, event="information_leak", facts={"leak": "yes", "persons": 1840})
