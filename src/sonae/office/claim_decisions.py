"""Coverage decisions: proposed with their proof, compared with like cases, confirmed by a second person.

The proof, the facts and the product's hash are kept byte for byte. A confirmed decision says what the claim is worth in
all, head by head; payments draw on the newest one. Nothing is denied or cut without a reason, and nothing is confirmed
by whoever proposed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sonae import likeness
from sonae.likeness import Decided, Departure

from . import access, canonical, claim_reserves, claim_rules, claim_terms, claims, clock, cover_reading, released
from .access import Principal
from .claim_refusals import refuse
from .desk import NotFound
from .models import Claim, ClaimDecision, Cover

PAST = 500
"""How many past decisions of the same event a new one is compared with, the newest first."""


@dataclass(frozen=True)
class DecidedHead:
    """What was decided of a head under one cover, in yen, with the codes of the grounds on which it was cut."""

    cover: UUID
    head: str
    claimed: int
    payable: int
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A decision as the core made it: the facts it was given, its proof, and its outcome head by head."""

    facts: bytes
    proof: bytes
    heads: tuple[DecidedHead, ...]

    @property
    def outcome(self) -> str:
        claimed, payable = sum(one.claimed for one in self.heads), sum(one.payable for one in self.heads)
        return "not_covered" if payable == 0 else "covered" if payable == claimed else "part"


@dataclass(frozen=True)
class Compared:
    """The nearest past decisions and where this one departs from them."""

    likes: tuple[Decided, ...]
    departures: tuple[Departure, ...]


def compare(principal: Principal, claim_id: UUID | str, judged: Judged) -> Compared:
    """What the nearest past decisions were, before anything is written."""
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        row = claims.seen(claim_id)
        return _compared(row, _comparable(row, judged))


def propose(
    principal: Principal, claim_id: UUID | str, judged: Judged, *, reason: str = "", departure: str = ""
) -> ClaimDecision:
    """Keeps a decision that waits for its second reader. Asked again with the same proof, it answers with the same.

    Raises Refused: a cut or denial without a reason, a departure from like cases without one, heads of other covers.
    """
    if judged.outcome != "covered" or reason:
        claims.reasoned(reason)
    if departure:
        claims.reasoned(departure)
    with transaction.atomic():
        access.enter(principal, "claim.decide")
        row = claims.locked(claim_id)
        digest = canonical.sha256(judged.proof)
        last = ClaimDecision.objects.filter(claim=row).order_by("-number").first()
        if last is not None and last.proof_sha256 == digest and last.reason == reason and last.departure == departure:
            return last
        covers = _checked(row, judged)
        product = cover_reading.product_of(next(iter(covers.values())))
        released.keep(product)
        comparable = _comparable(row, judged)
        compared = _compared(row, comparable)
        if compared.departures and not departure:
            raise refuse("departure_unexplained")
        made = ClaimDecision.objects.create(
            id=uuid4(), claim=row, number=1 + (last.number if last else 0), product_id=product.hash,
            facts_bytes=judged.facts, proof_bytes=judged.proof, proof_sha256=digest, outcome=judged.outcome,
            claimed=sum(one.claimed for one in judged.heads), payable=sum(one.payable for one in judged.heads),
            heads=[[str(one.cover), product.heads[one.head].coverage, one.head, one.claimed, one.payable,
                    list(one.grounds)] for one in judged.heads],
            likes={"self": _words(comparable), "shown": [_words(like) for like in compared.likes],
                   "departures": [[one.head, one.like, one.theirs, one.ours] for one in compared.departures]},
            departure=departure, reason=reason, made_by=principal.name, made_at=clock.now(),
        )  # fmt: skip
        claims.noted(row, "decision_proposed", principal.name,
                     {"decision": str(made.id), "proof": digest, "outcome": made.outcome, "payable": made.payable,
                      "facts": canonical.sha256(judged.facts), "product": product.hash, "reason": reason,
                      "departure": departure})  # fmt: skip
        return made


def confirm(principal: Principal, decision_id: UUID) -> ClaimDecision:
    """A second person has read the decision: it stands, and the member sees it. A second time it is the same."""
    from .claim_letters import follow

    with transaction.atomic():
        access.enter(principal, "claim.decide")
        made = ClaimDecision.objects.filter(id=decision_id).first()
        if made is None:
            raise NotFound
        row = claims.locked(made.claim_id)
        made.refresh_from_db()
        if made.confirmed_at is not None:
            return made
        if made.made_by == principal.name:
            raise refuse("same_person")
        if ClaimDecision.objects.filter(claim=row, number__gt=made.number).exists():
            raise refuse("decision_unusable")
        made.confirmed_by, made.confirmed_at = principal.name, clock.now()
        made.save(update_fields=["confirmed_by", "confirmed_at"])
        for head, amount in left_to_pay(made).items():
            if claim_reserves.present(row).get(head) != amount:
                claim_reserves.put(row, head, amount, f"支払いの判断（第{made.number}号）", principal.name)
        claims.noted(row, "decision_confirmed", principal.name, {"decision": str(made.id)})
        claims.told(row, "decided", principal.name,
                    {"decision": str(made.id), "outcome": made.outcome, "payable": made.payable})  # fmt: skip
        follow(row, principal.name)
        return made


def standing(row: Claim) -> ClaimDecision | None:
    """The newest confirmed decision; the caller has entered."""
    return ClaimDecision.objects.filter(claim=row, confirmed_at__isnull=False).order_by("-number").first()


def all_of(principal: Principal, claim_id: UUID | str) -> list[ClaimDecision]:
    """A claim's decisions within reach, the first first: the member sees the confirmed ones."""
    with transaction.atomic():
        access.enter(principal, "claim.read")
        return list(ClaimDecision.objects.filter(claim=claims.seen(claim_id)).order_by("number"))


def _checked(row: Claim, judged: Judged) -> dict[UUID, Cover]:
    covers = {cover.id: cover for cover in claim_terms.covers_of(row.member_id)}
    seen: set[tuple[UUID, str]] = set()
    if not judged.heads or not judged.proof or not judged.facts:
        raise refuse("decision_unusable")
    for one in judged.heads:
        if one.cover not in covers:
            raise refuse("cover_of_another")
        if one.head not in cover_reading.product_of(covers[one.cover]).heads:
            raise refuse("no_such_head")
        if (one.cover, one.head) in seen or not 0 <= one.payable <= one.claimed < 10**13:
            raise refuse("decision_unusable")
        seen.add((one.cover, one.head))
    return {one.cover: covers[one.cover] for one in judged.heads}


def left_to_pay(made: ClaimDecision) -> dict[str, int]:
    """By head, what the decision grants less what was paid on it and kept; the caller has entered."""
    from .claim_payments import drawn

    paid = drawn(made.claim, states=("posted",))
    left: dict[str, int] = {}
    for cover, _coverage, head, _claimed, payable, _grounds in made.heads:
        left[head] = left.get(head, 0) + payable - paid.get((cover, head), 0)
    return {head: max(0, amount) for head, amount in left.items()}


# --- like cases -------------------------------------------------------------------------------------------------


def _comparable(row: Claim, judged: Judged) -> Decided:
    heads: dict[str, tuple[int, int]] = {}
    for one in judged.heads:
        claimed, payable = heads.get(one.head, (0, 0))
        heads[one.head] = (claimed + one.claimed, payable + one.payable)
    cover = Cover.objects.filter(id=judged.heads[0].cover).first() if judged.heads else None
    if cover is None:
        raise refuse("decision_unusable")
    terms = claim_terms.terms_at(cover, max(row.known_at, cover.inception)) or claim_terms.held(cover).request
    return Decided(
        name=row.number, event=row.event, plan=terms.plan, industry=terms.industry,
        annual_sales=terms.annual_sales, heads=heads,
        grounds=frozenset(ground for one in judged.heads for ground in one.grounds),
    )  # fmt: skip


def _compared(row: Claim, comparable: Decided) -> Compared:
    rules = claim_rules.rules()
    past = (
        ClaimDecision.objects.filter(claim__event=row.event, confirmed_at__isnull=False)
        .exclude(claim=row).order_by("-confirmed_at").values_list("likes", flat=True)
    )[:PAST]  # fmt: skip
    nearest = likeness.nearest(comparable, [_decided(one["self"]) for one in past], rules.likes_shown)
    return Compared(tuple(nearest), tuple(likeness.departures(comparable, nearest, rules.tolerance)))


def _words(one: Decided) -> dict[str, Any]:
    return {"name": one.name, "event": one.event, "plan": one.plan, "industry": one.industry,
            "annual_sales": one.annual_sales, "heads": {head: list(pair) for head, pair in one.heads.items()},
            "grounds": sorted(one.grounds)}  # fmt: skip


def _decided(words: dict[str, Any]) -> Decided:
    heads = {head: (pair[0], pair[1]) for head, pair in words["heads"].items()}
    return Decided(words["name"], words["event"], words["plan"], words["industry"], words["annual_sales"], heads,
                   frozenset(words["grounds"]))  # fmt: skip


def heads_of(judged: Sequence[Any]) -> tuple[DecidedHead, ...]:
    """Heads from stored words."""
    return tuple(DecidedHead(UUID(one[0]), one[2], one[3], one[4], tuple(one[5])) for one in judged)
