"""Whom a claim is paid to: accounts under a key of their own; a change is called back before it is paid on."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction

from . import access, claim_rules, claims, clock, member_names
from .access import Principal
from .claim_refusals import refuse
from .desk import NotFound
from .models import Claim, Cover, Payee, PremiumAnswer

KINDS = ("insured", "claimant", "vendor")


@dataclass(frozen=True)
class Account:
    """A bank account in Japan: the holder's name in kana too, as the bank file needs it."""

    holder: str
    holder_kana: str
    bank: str
    branch: str
    kind: str  # ordinary 普通, current 当座
    number: str

    def checked(self) -> Account:
        """Itself, with the number as seven ASCII digits. Raises Refused."""
        texts = (self.holder, self.holder_kana, self.bank, self.branch)
        digits = self.number.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        if not all(member_names.is_usable(text) for text in texts) or self.kind not in ("ordinary", "current"):
            raise refuse("payee_unusable")
        if not re.fullmatch(r"[0-9]{4,7}", digits, re.ASCII):
            raise refuse("payee_unusable")
        return Account(self.holder, self.holder_kana, self.bank, self.branch, self.kind, digits.zfill(7))


def add_payee(
    principal: Principal, claim_id: UUID | str, kind: str, account: Account, *, replaces: UUID | None = None
) -> Payee:
    """A payee with its account, or another account for one. Payments prepared for the old account cannot go on."""
    if kind not in KINDS:
        raise refuse("payee_unusable")
    kept = account.checked()
    with transaction.atomic():
        access.enter(principal, "claim.pay")
        row = claims.locked(claim_id)
        old = None if replaces is None else Payee.objects.filter(id=replaces, claim=row).first()
        if replaces is not None and old is None:
            raise NotFound
        if old is not None and (old.kind != kind or Payee.objects.filter(replaces=old).exists()):
            raise refuse("payee_changed")
        key, _ = claims.new_key()
        moment = clock.now()
        made = Payee(
            id=uuid4(), claim=row, kind=kind, subject_key=key, ending=kept.number[-4:], replaces=old,
            fresh_until=None if old is None else moment + timedelta(days=claim_rules.rules().fresh_days),
            made_by=principal.name, made_at=moment,
        )  # fmt: skip
        made.account_ciphertext = claims.seal(
            key, json.dumps(asdict(kept), ensure_ascii=False, sort_keys=True), "claim_payee", "account", made.id
        )
        made.save(force_insert=True)
        claims.noted(row, "payee_changed" if old else "payee_added", principal.name,
                     {"payee": str(made.id), "kind": kind, "replaces": str(old.id) if old else None,
                      "account": bytes(made.account_ciphertext).hex()})  # fmt: skip
        return made


def account_of(payee: Payee) -> Account | None:
    """The account; None once the payee's key was erased. The caller has entered as one of the insurer's people."""
    opened = claims.unseal(payee.subject_key, payee.account_ciphertext, "claim_payee", "account", payee.id)
    return None if opened is None else Account(**json.loads(opened))


def call_back(principal: Principal, payee_id: UUID, note: str) -> Payee:
    """Another person than who entered the account called a number known before, and writes down what was said."""
    claims.reasoned(note)
    with transaction.atomic():
        access.enter(principal, "claim.approve")
        payee = Payee.objects.filter(id=payee_id).first()
        if payee is None:
            raise NotFound
        row = claims.locked(payee.claim_id)
        if payee.made_by == principal.name:
            raise refuse("same_person")
        payee.called_back_at, payee.called_back_by, payee.called_back_note = clock.now(), principal.name, note
        payee.save(update_fields=["called_back_at", "called_back_by", "called_back_note"])
        claims.noted(row, "payee_called_back", principal.name, {"payee": str(payee.id), "note": note})
        return payee


# --- premium ----------------------------------------------------------------------------------------------------


def answer_premium(
    principal: Principal, claim_id: UUID | str, cover_id: UUID, *, received: bool, note: str
) -> PremiumAnswer:
    """Whether the premium of a cover was received, and how we know. Asked first, of every cover that pays."""
    claims.reasoned(note)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = claims.locked(claim_id)
        if not Cover.objects.filter(id=cover_id, member_id=row.member_id).exists():
            raise refuse("cover_of_another")
        made = PremiumAnswer.objects.create(
            id=uuid4(), claim=row, cover_id=cover_id, received=received, note=note, actor=principal.name,
            at=clock.now(),
        )  # fmt: skip
        claims.noted(row, "premium_answered", principal.name,
                     {"cover": str(cover_id), "received": received, "note": note})  # fmt: skip
        return made


def premium_received(row: Claim, cover_id: UUID) -> PremiumAnswer:
    """The newest answer, if it is yes. Raises Refused."""
    newest = PremiumAnswer.objects.filter(claim=row, cover_id=cover_id).order_by("-at", "-received").first()
    if newest is None or not newest.received:
        raise refuse("premium_not_received")
    return newest
