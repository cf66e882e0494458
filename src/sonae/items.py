"""Each head and each item of a claim file: is it granted, what stands against it, how much of it is accepted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sonae.attachment import Unit
from sonae.business_income import why_no_stoppage
from sonae.coverage import Cell
from sonae.decision import Cut, ItemDecision, State
from sonae.facts import Facts, LossItem
from sonae.payment_terms import stoppage_terms, victims_cap
from sonae.period import japanese_day
from sonae.product import HeadOfLoss, Product, Text
from sonae.settlement_rules import Territory
from sonae.worksheet import Basis


@dataclass(frozen=True, slots=True)
class Stands:
    """Something that stands against a head, or may."""

    kind: Literal["territory", "exclusion"]
    code: str
    state: State
    says: Text
    basis: Basis


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a head is granted: the clause and its sentence, and the events looked at."""

    state: State
    says: Text
    clause: str
    basis: Basis | None
    events: tuple[str, ...]

    def because(self, stands: Stands) -> "Answer":
        """The same head with what stands against it."""
        return replace(self, state=stands.state, says=stands.says, clause=stands.code, basis=stands.basis)

    def awaiting_a_demand(self) -> "Answer":
        """Liability while nobody has made a demand."""
        says = Text(
            "期間中に損害賠償請求があれば対象です。おそれの通知ができます。",
            "Covered if a demand is made in the period; circumstances can be notified.",
        )
        return replace(self, state="unknown", says=says)


def grant(
    worlds: Sequence[frozenset[str]],
    product: Product,
    cells: Mapping[tuple[str, str], Cell],
    since: Mapping[tuple[str, str], datetime],
    known: datetime,
    head: str,
) -> Answer:
    """Whether a head is granted in every way in which the events may turn out, in some, or in none."""
    rules = product.settlement
    assert rules is not None
    strict = rules.switches["increase_covers_only_what_was_unknown"].on
    late = False

    def opens(event: str) -> bool:
        nonlocal late
        cell = cells[event, head]
        if not cell.granted:
            return False
        if strict and since[event, head] > known:
            late = True
            return False
        return True

    opened = [[event for event in product.events if event in world and opens(event)] for world in worlds]
    seen = tuple(event for event in product.events if any(event in world for world in worlds))
    granting = next((events[0] for events in opened if events), None)
    if granting is not None:
        clause, given = cells[granting, head].grants[0]
        if all(opened):
            says = Text(f"{clause.name.ja}により対象です。", f"Covered by the {clause.name.en}.")
            return Answer("yes", says, clause.code, given.basis, seen)
        event = product.events[granting]
        says = Text(
            f"「{event.plain.ja}」に当たれば、{clause.name.ja}により対象です。",
            f"Covered by the {clause.name.en} if: {event.plain.en}.",
        )
        return Answer("unknown", says, clause.code, given.basis, seen)
    if late:
        says = Text(
            "この補償を付ける前に知っていた事故には及びません。", "This cover was taken after the incident was known."
        )
        return Answer("no", says, "knowledge", rules.switches["increase_covers_only_what_was_unknown"].basis, seen)
    left_out = next((cells[event, head].left_out[0] for event in seen if cells[event, head].left_out), None)
    if left_out is not None:
        return Answer("no", left_out.reason, "not_granted", left_out.basis, seen)
    says = Text("対象となる事由がまだ認定されていません。", "No covered event has been found yet.")
    return Answer("unknown" if _any_event_opens(cells, head) else "no", says, "no_event", None, seen)


def _any_event_opens(cells: Mapping[tuple[str, str], Cell], head: str) -> bool:
    return any(cell.granted for (_, of_head), cell in cells.items() if of_head == head)


def stands_against(
    facts: Facts, product: Product, plan: str, unit: Unit, coverage: str, worlds: Sequence[frozenset[str]]
) -> Iterator[Stands]:
    """What stands against a whole unit: the territory, and reasons that reach beyond an item."""
    rules = product.settlement
    assert rules is not None
    abroad = any(demand.place == "abroad" for demand in facts.demands if demand.id in unit.demands)
    if coverage == "business_income" and facts.stoppage is not None:
        abroad = facts.stoppage.place == "abroad"
    territory = _territory(product, plan, worlds)
    if abroad and territory.places[coverage] == "japan":
        says = Text("保険適用地域（日本国内）の外です。", "Outside the territory (Japan).")
        yield Stands("territory", "territory", "no", says, territory.basis)
    terms = stoppage_terms(product)
    if coverage == "business_income" and facts.stoppage is not None and terms is not None:
        reason = why_no_stoppage(terms, facts.stoppage.cause, facts.stoppage.uses_the_equipment)
        if reason is not None:
            yield Stands("exclusion", "no_stoppage", "no", reason, terms.readings_basis)
    for ground in facts.grounds:
        exclusion = rules.exclusions[ground.exclusion]
        if exclusion.effect == "head" or coverage not in exclusion.coverages:
            continue
        says = Text(f"お支払いしない場合: {exclusion.name.ja}", f"Excluded: {exclusion.name.en}")
        yield Stands(
            "exclusion", exclusion.code, "no" if ground.certainty == "known" else "unknown", says, exclusion.basis
        )


def _territory(product: Product, plan: str, worlds: Sequence[frozenset[str]]) -> Territory:
    """The plan's territory, or an event's own where the event stands in every way."""
    rules = product.settlement
    assert rules is not None
    for event, narrower in rules.territory_of_event.items():
        if all(event in world for world in worlds):
            return narrower
    return rules.territory[plan]


def judge(
    facts: Facts, product: Product, plan: str, item: LossItem, head: HeadOfLoss, state: State, answer: Answer, unit: str
) -> ItemDecision:
    """How much of an item is accepted: all of it, less the cuts; nothing yet where a fact is missing."""
    if state == "no":
        return refused(item, unit, answer.clause, answer.says)
    rules = product.settlement
    assert rules is not None
    cuts: list[Cut] = []
    left = item.amount
    waiting = state == "unknown"

    def cut(code: str, yen: int, ja: str, en: str) -> None:
        nonlocal left
        yen = min(yen, left)
        if yen:
            cuts.append(Cut(code, yen, Text(ja, en)))
            left -= yen

    if head.coverage == "expense":
        if item.place == "abroad" and rules.territory[plan].places["expense"] == "japan":
            cut("territory", left, "保険適用地域（日本国内）の外です。", "Outside the territory (Japan).")
        waiting |= facts.received_at is None or item.incurred_on is None
        if facts.received_at is not None and item.incurred_on is not None:
            last = japanese_day(facts.received_at) + timedelta(days=rules.expense_window.value)
            if not japanese_day(facts.known_at) <= item.incurred_on <= last:
                cut("window", left, f"対象期間（{last} まで）の外の費用です。", f"Outside the window (to {last}).")
    if head.needs_prior_approval:
        approval = item.approval
        if approval is None and item.incurred_on is None:
            waiting = True
        elif approval is None or (item.incurred_on is not None and approval.given_on > item.incurred_on):
            cut("approval", left, "事前の承認がありません。", "There was no approval beforehand.")
        elif approval.up_to is not None:
            cut("approval", max(0, left - approval.up_to), "承認した額を超えます。", "Above what was approved.")
    for ground in facts.grounds:
        exclusion = rules.exclusions[ground.exclusion]
        if ground.item != item.id or exclusion.effect != "head" or head.coverage not in exclusion.coverages:
            continue
        if ground.certainty == "unsure":
            waiting = True
        else:
            part = left if ground.part is None else ground.part
            cut(exclusion.code, part, f"お支払いしない場合: {exclusion.name.ja}", f"Excluded: {exclusion.name.en}")
    victims = facts.victims.by_kind
    if head.per_victim and None in victims.values():
        waiting |= victims_cap(head, victims) == 0
    release: Literal["member", "claimant", "held"] = "member"
    if head.code == "damages":
        release = item.payee if item.payee == "claimant" or item.evidence is not None else "held"
    accepted, still_open = (0, left) if waiting else (left, 0)
    return ItemDecision(item.id, item.head, unit, item.amount, accepted, still_open, tuple(cuts), release)


def refused(item: LossItem, unit: str, code: str, why: Text) -> ItemDecision:
    """An item of which nothing is accepted, for one reason."""
    return ItemDecision(item.id, item.head, unit, item.amount, 0, 0, (Cut(code, item.amount, why),), "member")
