"""What one claim's page shows: steps and tasks, what may be ordered, what is covered and why, limits, the story."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sonae.limits import NO_LIMIT
from sonae.office.claim_aggregates import Left
from sonae.office.claim_reading import Cockpit
from sonae.office.models import ClaimSpend
from sonae.product import Product
from sonae.web.presentation import Language, figure, say
from sonae.web.presentation_claims import (
    STATE_WORDS,
    STEP_WORDS,
    LimitLeft,
    limit_left,
    timeline_detail,
    timeline_word,
)
from sonae.web.presentation_office import stamp

_TONES = {"asked": "warn", "approved": "ok", "paid": "ok", "declined": "bad", "released": ""}


def steps_shown(
    tasks: Sequence[Mapping[str, Any]], heads: Sequence[Mapping[str, Any]], spends: Sequence[Mapping[str, Any]],
    step_for: Callable[[str], str], spoken: Language,
) -> list[dict[str, Any]]:  # fmt: skip
    """The five steps with their tasks, the heads of loss they cost under and the estimates for them.

    A step is done once nothing of it is open, current while something of it is done or it is the next one.
    """
    shown: list[dict[str, Any]] = []
    for code, word in STEP_WORDS.items():
        own = [task for task in tasks if task["step"] == code]
        settled = sum(not task["is_open"] for task in own)
        css = "done" if own and settled == len(own) else "now" if settled else ""
        shown.append({
            "code": code, "name": say(word, spoken), "tasks": own, "settled": settled, "of": len(own), "css": css,
            "heads": [one for one in heads if step_for(one["code"]) == code],
            "spends": [one for one in spends if step_for(one["code"]) == code],
        })  # fmt: skip
    if not any(one["css"] == "now" for one in shown):
        following = next((one for one in shown if one["of"] and one["css"] == ""), None)
        if following is not None:
            following["css"] = "now"
    for one in shown:
        one["asked"] = sum(spend["asked"] for spend in one["spends"])
    return shown


def next_task(tasks: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The open task that is due first; those without a day come last."""
    waiting = [one for one in tasks if one["is_open"]]
    return min(waiting, key=lambda one: one["due"] or "9", default=None)


def limits_shown(
    product: Product, lefts: Iterable[Left], spends: Iterable[ClaimSpend], spoken: Language
) -> list[LimitLeft]:
    """Every limit of the cover: spent, held, awaiting approval, left."""
    waiting: dict[tuple[str, str], int] = {}
    for spend in spends:
        if spend.state == "asked" and spend.head in product.heads:
            for key in ((product.heads[spend.head].coverage, ""), (product.heads[spend.head].coverage, spend.head)):
                waiting[key] = waiting.get(key, 0) + spend.amount
    return [
        limit_left(product, one.coverage, one.head, one.limit, one.paid, one.prepared + one.committed,
                   waiting.get((one.coverage, one.head), 0), spoken)
        for one in lefts
    ]  # fmt: skip


def heads_shown(product: Product, found: Cockpit, spoken: Language) -> list[dict[str, Any]]:
    """What may become of each head; which events would open it; how much may be ordered without asking first."""
    left = {(one.coverage, one.head): one.remaining for one in found.left}
    shown = []
    for one in sorted(found.outlook, key=lambda one: _ORDER.index(one.outlook)):
        head = product.heads[one.head]
        most = min(left.get((head.coverage, ""), 0), left.get((head.coverage, one.head), NO_LIMIT))
        free = one.outlook == "open" and not one.needs_approval and head.coverage == "expense"
        shown.append({
            "code": one.head, "name": say(head.name, spoken), "plain": head.plain_ja if spoken == "ja" else "",
            "outlook": one.outlook, "needs_approval": one.needs_approval, "most": figure(max(0, most)) if free else "",
            "events": [say(product.events[code].plain, spoken) for code in one.events if code != found.claim.event],
        })  # fmt: skip
    return shown


_ORDER = ("open", "depends", "not_in_plan")


def spends_shown(product: Product, found: Cockpit, spoken: Language) -> list[dict[str, Any]]:
    """Estimates in the order they came, with what is left of the coverage after each that counts.

    It begins with what is left now and what these estimates hold of it, so that what other claims took is gone.
    """
    left = {one.coverage: one.remaining for one in found.left if not one.head}
    for one in found.spends:
        if one.state in ("approved", "paid") and product.heads[one.head].coverage in left:
            left[product.heads[one.head].coverage] += one.approved
    shown = []
    for one in found.spends:
        coverage = product.heads[one.head].coverage
        counts = one.state in ("asked", "approved", "paid")
        if counts and coverage in left:
            left[coverage] -= one.approved or one.amount
        shown.append({
            "id": one.id, "code": one.head, "head": say(product.heads[one.head].name, spoken), "vendor": one.vendor,
            "purpose": one.purpose, "amount": figure(one.amount), "asked": one.state == "asked",
            "approved": figure(one.approved) if one.approved and one.approved != one.amount else "",
            "state": say(STATE_WORDS[one.state], spoken), "tone": _TONES[one.state], "reason": one.reason,
            "after": figure(left[coverage]) if counts and coverage in left else "—",
            "wait": one.state == "asked" and product.heads[one.head].needs_prior_approval,
        })  # fmt: skip
    return shown


def timeline_shown(product: Product, entries: Iterable[Mapping[str, Any]], spoken: Language) -> list[dict[str, Any]]:
    """The claim's story, the newest first, with both times."""
    shown = []
    for one in entries:
        effective, recorded = datetime.fromisoformat(one["effective_at"]), datetime.fromisoformat(one["recorded_at"])
        shown.append({
            "effective": stamp(effective), "recorded": stamp(recorded), "late": effective.date() != recorded.date()
            or (recorded - effective).total_seconds() >= 600, "word": timeline_word(one["kind"], one["body"], spoken),
            "detail": timeline_detail(product, one["body"], spoken),
        })  # fmt: skip
    return shown[::-1]
