"""Money that comes back: from whoever is liable (求償), from co-insurers, or because a payment was returned."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection, transaction

from sonae import shares

from . import access, claim_returns, claim_rules, claims, clock
from .access import Principal
from .claim_refusals import refuse
from .claim_response import _text, yen
from .desk import NotFound
from .models import ClaimRecovery


@dataclass(frozen=True)
class Counts:
    """What may be told beyond the claims office: how many members, how many have a claim, and yen paid and kept.

    None where fewer members than the rule says stand behind the figures.
    """

    members: int
    with_claim: int | None
    paid: int | None


@dataclass(frozen=True)
class Balance:
    """A claim's recoveries, and between the insurers who owes whom, in yen by co-insurer.

    `owed` is what each still has to pay the lead of its shares; `passed_on` is its share of what came back from
    whoever was liable or was paid too much, which the lead has received for all. Odd yen stay with the lead.
    """

    recoveries: tuple[ClaimRecovery, ...]
    owed: dict[str, int]
    passed_on: dict[str, int]
    shares: dict[str, int]
    notes: dict[UUID, str]

    @property
    def owed_in_all(self) -> int:
        return sum(self.owed.values())


def expect(principal: Principal, claim_id: UUID | str, from_whom: str, amount: int, note: str = "") -> ClaimRecovery:
    """Says that so many yen are to come back from whoever is liable; a person's name belongs into the note."""
    _text(from_whom), yen(amount)
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        row = claims.locked(claim_id, is_open=False)
        made = ClaimRecovery(
            id=uuid4(), claim=row, kind="subrogation", from_whom=from_whom, expected=amount, made_by=principal.name,
            made_at=clock.now(),
        )  # fmt: skip
        if note:
            made.note_ciphertext = claims.seal(
                row.subject_key, claims.reasoned(note), "claim_recovery", "note", made.id
            )
        made.save(force_insert=True)
        claims.noted(row, "recovery_expected", principal.name,
                     {"recovery": str(made.id), "from": from_whom, "amount": amount})  # fmt: skip
        return made


def receive(principal: Principal, recovery_id: UUID, received: int) -> ClaimRecovery:
    """So many yen of a recovery have come in altogether. Never less than before, never more than expected."""
    yen(received)
    with transaction.atomic():
        access.enter(principal, "claim.pay")
        found = ClaimRecovery.objects.filter(id=recovery_id).first()
        if found is None:
            raise NotFound
        row = claims.locked(found.claim_id, is_open=False)
        found.refresh_from_db()
        if found.received == received:
            return found
        if not found.received < received <= found.expected:
            raise refuse("recovery_unusable")
        more, found.received, found.received_at = received - found.received, received, clock.now()
        found.save(update_fields=["received", "received_at"])
        if found.kind == "returned":
            claim_returns.came_in(row, found, more, principal.name)
        claims.noted(row, "recovered", principal.name, {"recovery": str(found.id), "received": received})
        return found


def all_of(principal: Principal, claim_id: UUID | str) -> list[ClaimRecovery]:
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        rows = ClaimRecovery.objects.filter(claim=claims.seen(claim_id)).order_by("made_at", "id")
        return list(rows.select_related("line", "payment__payee", "claim__subject_key"))


def balance(principal: Principal, claim_id: UUID | str) -> Balance:
    """What is still to come, and what the lead owes the others. Raises PermissionDenied, NotFound."""
    rows, rules = all_of(principal, claim_id), claim_rules.rules()
    others = [name for name in rules.shares if name != rules.lead]
    owed, passed_on = dict.fromkeys(others, 0), dict.fromkeys(others, 0)
    for one in rows:
        if one.kind == "share":
            owed[one.from_whom] = owed.get(one.from_whom, 0) + one.expected - one.received
        else:
            for name, yen in split_of(one).items():
                if name != rules.lead:
                    passed_on[name] += yen
    notes = {
        one.id: claims.unseal(one.claim.subject_key, one.note_ciphertext, "claim_recovery", "note", one.id) or ""
        for one in rows if one.note_ciphertext
    }  # fmt: skip
    return Balance(tuple(rows), owed, passed_on, dict(rules.shares), notes)


def split_of(one: ClaimRecovery) -> dict[str, int]:
    """What came back of a recovery, by insurer."""
    rules = claim_rules.rules()
    return shares.split(one.received, rules.shares, rules.lead)


def counts(principal: Principal, association: UUID | None = None) -> Counts:
    """Figures over the covers of a federation's or an association's members, for the claims office to hand on.

    Nothing is told over fewer members than the rule says: neither of them, nor of those who have a claim.
    """
    with transaction.atomic():
        access.enter(principal, "claim.handle")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT m.organisation_id), count(DISTINCT c.member_id), "
                "coalesce(sum(p.paid), 0) - coalesce(sum(r.back), 0) "
                "FROM member m JOIN (SELECT DISTINCT member_id FROM cover) v ON v.member_id = m.organisation_id "
                "LEFT JOIN claim c ON c.member_id = m.organisation_id LEFT JOIN (SELECT claim_id, sum(amount) AS paid "
                "FROM claim_payment WHERE state = 'posted' GROUP BY claim_id) p ON p.claim_id = c.id "
                "LEFT JOIN (SELECT claim_id, sum(received) AS back FROM claim_recovery "
                "WHERE kind = 'returned' GROUP BY claim_id) r ON r.claim_id = c.id "
                "WHERE %s::uuid IS NULL OR m.association_id = %s::uuid",
                [association, association],
            )
            held, with_claim, paid = cursor.fetchone()
    least = claim_rules.rules().at_least_members
    told = with_claim >= least or (with_claim == 0 and held >= least)
    return Counts(held, with_claim if told else None, int(paid) if told else None)
