"""Claims that were decided, decided again as if their covers had stood under another product.

The facts are those that the decision kept; the covers are the member's own, with the transactions and used limits that
the decision rested on. `claim.decide` decides, as it did then. Nothing is written.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae import cover as core
from sonae.claim import decide
from sonae.decision import Decision
from sonae.doors import facts as facts_door
from sonae.doors.problem import Problem
from sonae.facts import Facts, Held
from sonae.period import JST
from sonae.product import Product

from . import access, canonical, cover_reading
from .access import Principal
from .catalogue import Catalogue
from .models import ClaimDecision, Cover, CoverTransaction

MOST = 2000
"""How many decisions are looked at, the newest first."""


@dataclass(frozen=True)
class HeadThen:
    """A head whose yen or clause would be another. Yen as decided and as they would be."""

    head: str
    coverage: str
    before: int
    after: int
    clause_before: str
    clause_after: str
    reason: str
    reason_en: str


@dataclass(frozen=True)
class ClaimThen:
    """A claim under the other product. `unreadable`: why it cannot be decided under it, in words; empty if it can."""

    claim: UUID
    number: str
    outcome_before: str
    outcome_after: str
    before: int
    after: int
    heads: tuple[HeadThen, ...]
    unreadable: str = ""
    unreadable_en: str = ""

    @property
    def differs(self) -> bool:
        return bool(self.unreadable or self.heads) or self.before != self.after


@dataclass(frozen=True)
class Redecided:
    """How many decided claims were looked at, those that would differ, and the yen of all that could be decided."""

    looked_at: int
    before: int
    after: int
    differing: tuple[ClaimThen, ...]


def words_of(found: Redecided) -> dict[str, Any]:
    """What was found as plain words."""
    words = asdict(found)
    return words | {"differing": [one | {"claim": str(one["claim"])} for one in words["differing"]]}


def may_see(principal: Principal) -> bool:
    """Whether somebody is told of claims decided again: the insurer's people alone."""
    return principal.may("claim.redecide") and principal.claims_reach("claim.redecide") == "all"


def redecide_for(principal: Principal, product: Product) -> Redecided:
    """`redecide` for one person. Raises PermissionDenied to everybody but the insurer's people."""
    with transaction.atomic():
        access.enter(principal, "claim.redecide")
        if not may_see(principal):
            raise PermissionDenied("past claims are for the insurer's people")
        return redecide(product)


def redecide(product: Product) -> Redecided:
    """Every claim with a standing decision under this product. The caller has entered with the reach of claims."""
    standing = (
        ClaimDecision.objects.filter(confirmed_at__isnull=False)
        .select_related("claim").order_by("claim_id", "-number").distinct("claim_id")
    )  # fmt: skip
    rows = sorted(standing, key=lambda one: one.confirmed_at or one.made_at, reverse=True)[:MOST]
    found = [one for row in rows if (one := _again(product, row)) is not None]
    readable = [one for one in found if not one.unreadable]
    return Redecided(
        len(found), sum(one.before for one in readable), sum(one.after for one in readable),
        tuple(one for one in found if one.differs),
    )  # fmt: skip


def _again(product: Product, row: ClaimDecision) -> ClaimThen | None:
    """One decision under the product; None where what is kept of it is no decision of the core."""
    try:
        kept = canonical.load(row.facts_bytes)
        proof = canonical.load(row.proof_bytes)
        before = {one["head"]: one for one in proof["heads"]}
        rests = kept["covers"]
    except (ValueError, KeyError, TypeError):
        return None
    claim = row.claim
    helds: list[Held] = []
    words: dict[str, Any] = {}
    for rest in rests:
        cover = Cover.objects.filter(id=rest["cover"]).first()
        if cover is None:
            return None
        words, read = _under(product, cover)
        if isinstance(read, Problem):
            return _unreadable(row, read)
        kept_transactions = CoverTransaction.objects.filter(cover=cover).order_by("number")[: rest["transactions"]]
        held = core.Cover(
            id=str(cover.id), request=read.request, inception=cover.inception.astimezone(JST),
            expiry=cover.expiry.astimezone(JST),
            transactions=tuple(cover_reading.transaction_of(one) for one in kept_transactions),
        )  # fmt: skip
        helds.append(Held(cover=held, product=product, used=dict(rest["used"]),
                          premium_received=rest["premium_received"]))  # fmt: skip
    if not helds:
        return None
    facts = _facts(product, helds[-1].cover, words, kept["facts"])
    if isinstance(facts, Problem):
        return _unreadable(row, facts)
    then = decide(facts, helds)
    heads = tuple(_heads(product, before, then))
    return ClaimThen(claim.id, claim.number, row.outcome, _outcome(then), row.payable, then.paid, heads)


def _under(product: Product, cover: Cover) -> tuple[dict[str, Any], Any]:
    words = {name: part for name, part in canonical.load(cover.request_bytes).items() if name != "product"}
    words["product"] = product.id
    return words, cover_reading.read_words(product, words, cover.inception.astimezone(JST))


def _facts(product: Product, cover: core.Cover, request: dict[str, Any], words: Any) -> Facts | Problem:
    """The kept facts in the product's words, read at the same door as a claim file."""
    file = {
        "covers": [{"id": cover.id, "request": request, "inception_at": cover.inception.isoformat(),
                    "expiry_at": cover.expiry.isoformat()}],
        "facts": _present(words),
    }  # fmt: skip
    read = facts_door.read(Catalogue({product.id: product}, product.scheme), canonical.dump(file), cover.inception)
    return read if isinstance(read, Problem) else read.facts


def _present(words: Any) -> Any:
    """Without what is absent, which a claim file leaves out."""
    if isinstance(words, dict):
        return {name: _present(part) for name, part in words.items() if part is not None}
    return [_present(part) for part in words] if isinstance(words, list) else words


def _unreadable(row: ClaimDecision, problem: Problem) -> ClaimThen:
    first = problem.errors[0] if problem.errors else None
    why, why_en = (problem.title, problem.title_en) if first is None else (
        f"{first.pointer} {first.message}", f"{first.pointer} {first.message_en}"
    )  # fmt: skip
    return ClaimThen(row.claim.id, row.claim.number, row.outcome, "", row.payable, 0, (), why, why_en)


def _outcome(then: Decision) -> str:
    return "not_covered" if then.paid == 0 else "covered" if then.paid == then.claimed else "part"


def _heads(product: Product, before: dict[str, Any], then: Decision) -> Any:
    for head in then.heads:
        was = before.get(head.head)
        paid, clause = (was["paid"], was["clause"]) if was else (0, "")
        asked = head.claimed or (was or {}).get("claimed", 0)
        if asked and (paid != head.paid or clause != head.clause):
            yield HeadThen(head.head, head.coverage, paid, head.paid, clause, head.clause, head.reason.ja,
                           head.reason.en)  # fmt: skip
    for code, was in before.items():
        if code not in product.heads and was["paid"]:
            yield HeadThen(code, was["coverage"], was["paid"], 0, was["clause"], "", "この費目がありません。",
                           "There is no such head.")  # fmt: skip
