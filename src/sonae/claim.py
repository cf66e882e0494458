"""From the facts of a claim file to a decision: what is covered, by which clause, and what is paid, step by step.

The order is that of the wording: the term, what was known before it, the event, the clause, the territory, the reasons
for not paying, each item, and then `limits.pay`. A head is never flatly refused while the event is still unsure.
"""

from collections.abc import Sequence
from datetime import datetime

from sonae import attachment, items
from sonae.attachment import Attached, Unit
from sonae.conditions import COVERAGES
from sonae.decision import Balance, Decision, HeadDecision, ItemDecision, Proof, State, StepKind, UnitDecision, Verdict
from sonae.events import worlds
from sonae.facts import Facts, Held
from sonae.limits import AGGREGATE, DEDUCTIBLE, LIMIT, NO_LIMIT, RATIO, SUBLIMIT, pay, table
from sonae.payment_terms import pay_terms, per_head, victims_cap
from sonae.period import JST
from sonae.product import Text
from sonae.worksheet import Basis

ROWS: dict[int, StepKind] = {
    DEDUCTIBLE: "deductible",
    RATIO: "ratio",
    SUBLIMIT: "sublimit",
    LIMIT: "limit",
    AGGREGATE: "aggregate",
}
WORDS = {
    "claimed": Text("請求のうち認めた額", "Accepted"),
    "deductible": Text("免責金額を引いた額", "After the deductible"),
    "ratio": Text("縮小支払割合を掛けた額", "After the ratio"),
    "sublimit": Text("内枠と被害者ごとの上限まで", "Within sublimits and caps"),
    "limit": Text("1請求・1事故の限度額まで", "Within the limit"),
    "aggregate": Text("補償期間中の残額まで", "Within what is left of the aggregate"),
}

OTHER_INSURANCE = Text(
    "他の保険契約等があります。この契約の額を全部支払い、他の保険者の負担部分を求償します（保険法20条、約款は未確認で仮定）。"
    "他からすでに支払われた部分は、免責事由として除きます。",
    "There is other insurance: this cover pays its whole amount and recovers the others' shares (art. 20; the wording "
    "is not confirmed, assumed). What another has already paid is taken out as a reason for not paying.",
)
"""What other insurance means for a payment; it moves no yen here (docs/decisions.md, D29)."""


def decide(facts: Facts, helds: Sequence[Held]) -> Decision:
    """Decide a claim file under the covers that a member held, the oldest first. The facts were read at a door."""
    return _Deciding(facts, helds).decide()


class _Deciding:
    """A decision while it is being made."""

    def __init__(self, facts: Facts, helds: Sequence[Held]) -> None:
        self.facts, self.helds = facts, tuple(helds)
        self.covers = tuple(attachment.as_settled(held, facts) for held in helds)
        self.product = self.helds[-1].product
        self.proof = Proof()
        self.known = attachment.knowledge(facts)
        self.worlds = worlds(facts.events, self.product)
        self.used: dict[tuple[int, str], int] = {}
        self.items: list[ItemDecision] = []
        self.units: list[UnitDecision] = []
        self.found: dict[str, list[tuple[Verdict, Text, str, str]]] = {code: [] for code in self.product.heads}
        self.balances: dict[tuple[int, str], Balance] = {}
        self.holds: list[Text] = []

    def decide(self) -> Decision:
        self.events()
        for unit in attachment.units(self.facts, self.product):
            self.unit(unit)
        heads = tuple(self.head(code) for code in self.product.heads)
        for balance in self.balances.values():
            sums = f"{balance.subject}: {balance.used_before:,} + {balance.paid_now:,} →"
            self.proof.add(
                "balance", f"{balance.term}/{balance.subject}", f"{sums} 残 {balance.left_after:,}円",
                f"{sums} left {balance.left_after:,} yen",
                limit=balance.limit, before=balance.used_before, now=balance.paid_now, after=balance.left_after,
            )  # fmt: skip
        paid = sum(unit.paid for unit in self.units)
        claimed = sum(item.amount for item in self.facts.items)
        accepted, left_open = sum(item.accepted for item in self.items), sum(item.open for item in self.items)
        self.proof.add(
            "total", "claim", f"支払額の合計 {paid:,}円（請求 {claimed:,}円）", f"{paid:,} yen of {claimed:,} claimed",
            claimed=claimed, accepted=accepted, open=left_open, paid=paid,
        )  # fmt: skip
        asked = {item.head for item in self.facts.items}
        verdicts = {head.verdict for head in heads if not asked or head.head in asked}
        whole = next(v for v in (Verdict.covered, Verdict.depends, Verdict.not_covered) if v in verdicts)
        return Decision(
            self.product.id, self.product.hash, self.facts, whole, claimed, accepted, left_open, paid, heads,
            tuple(self.items), tuple(self.units), tuple(self.balances.values()), tuple(self.proof.steps),
            tuple(dict.fromkeys(self.holds)), notes=(OTHER_INSURANCE,) if self.facts.other_insurance else (),
        )  # fmt: skip

    def events(self) -> None:
        rules = self.product.settlement
        assert rules is not None
        for event in self.facts.events:
            name = self.product.events[event.code].name
            sure = ("認定", "known") if event.certainty == "known" else ("未確定", "unsure")
            basis = self.product.events[event.code].basis
            self.proof.add(
                "event", event.code, f"{name.ja}: {sure[0]}", f"{name.en}: {sure[1]}", basis, certainty=event.certainty
            )

    def unit(self, unit: Unit) -> None:
        """One unit: its term, what counts of its limit, its heads, its items, and what is paid."""
        facts = self.facts
        moment = unit.moment or facts.known_at
        attached = attachment.attach(moment, self.covers)
        product = self.product if attached is None else self.helds[attached.position].product
        rules, dated_by = product.settlement, self.product.settlement
        assert rules is not None
        assert dated_by is not None
        basis = dated_by.moments[unit.coverage].basis
        when = _japan(moment)
        heads = [head for head in self.product.heads.values() if head.coverage == unit.coverage]
        if attached is None:
            why = Text(f"{when} は補償期間の外です。", f"{when} is outside every period of cover.")
            self.proof.add("period", unit.code, why.ja, why.en, basis, moment=when, by=unit.deemed_by, term=None)
            self.refuse(unit, [head.code for head in heads], why, "period", basis)
            return
        held, term = self.helds[attached.position], self.covers[attached.position].id
        name = dated_by.moments[unit.coverage].name
        self.proof.add(
            "period", unit.code, f"{name.ja}（{when}）は契約 {term} の期間内。", f"{name.en} ({when}): in {term}.",
            basis, moment=when, by=unit.deemed_by, term=term,
        )  # fmt: skip
        self.premium(held, term, rules.unpaid.then, rules.unpaid.basis)
        if held.product.settlement is not None and not held.premium_received and rules.unpaid.then == "not_covered":
            why = Text("保険料を受け取る前の事故です。", "The premium had not been received.")
            self.refuse(unit, [head.code for head in heads], why, "premium", rules.unpaid.basis)
            return
        counted, since = self.limit(unit, moment, attached, basis)
        if since is not None and not counted:
            why = Text(
                f"補償が始まる前（{_japan(since)} より前）に知っていた事故です。",
                f"It was known before this cover began ({_japan(since)}).",
            )
            self.refuse(unit, [head.code for head in heads], why, "knowledge", basis)
            return
        accepted = self.heads_and_items(unit, moment, attached)
        self.pay(unit, attached, counted, accepted)

    def premium(self, held: Held, term: str, then: str, basis: Basis) -> None:
        if any(step.kind == "premium" and step.subject == term for step in self.proof.steps):
            return
        got = held.premium_received
        self.proof.add(
            "premium", term, "保険料は受領済み。" if got else "保険料は未受領。",
            "The premium was received." if got else "The premium was not received.", basis, received=got, then=then,
        )  # fmt: skip
        if not got and then == "held":
            self.holds.append(
                Text("保険料の受領を確かめるまで支払いません。", "Not paid until the premium is received.")
            )

    def limit(self, unit: Unit, moment: datetime, attached: Attached, basis: Basis) -> tuple[int, datetime | None]:
        """The limit that counts, given what was known."""
        at = Unit(unit.code, unit.coverage, moment, unit.deemed_by)
        counted, since = attachment.counted_limit(self.helds, self.covers, attached, at, self.known)
        self.proof.add(
            "knowledge", unit.code,
            f"事故を知ったのは {_japan(self.known)}。数える限度額は {counted:,}円。",
            f"Known at {_japan(self.known)}; the limit that counts is {counted:,} yen.",
            basis, known=_japan(self.known), since=None if since is None else _japan(since), limit=counted,
        )  # fmt: skip
        return counted, since

    def heads_and_items(self, unit: Unit, moment: datetime, attached: Attached) -> dict[str, int]:
        """The verdict on each head of the unit, and what is accepted of its items, by head in yen."""
        product, request = self.helds[attached.position].product, attached.request
        cells = attachment.cells_at(product, request)
        since = attachment.granted_since(self.helds, self.covers, attached, moment, self.known)
        accepted: dict[str, int] = {}
        for head in product.heads.values():
            if head.coverage != unit.coverage:
                continue
            answer = items.grant(self.worlds, product, cells, since, self.known, head.code)
            state: State = answer.state
            self.proof.add(
                "grant", f"{unit.code}/{head.code}", answer.says.ja, answer.says.en, answer.basis,
                state=state, clause=answer.clause, events=list(answer.events),
            )  # fmt: skip
            for stands in items.stands_against(self.facts, product, request.plan, unit, head.coverage, self.worlds):
                self.proof.add(
                    stands.kind, f"{unit.code}/{head.code}", stands.says.ja, stands.says.en, stands.basis,
                    state=stands.state, code=stands.code,
                )  # fmt: skip
                if stands.state == "no" or (stands.state == "unknown" and state == "yes"):
                    if state != "no":
                        answer = answer.because(stands)
                    state = answer.state
            mine = [i for i in self.facts.items if i.head == head.code and _belongs(i.demand, unit)]
            if state == "yes" and attachment.awaits_a_demand(unit, self.product):
                answer, state = answer.awaiting_a_demand(), "unknown"
            for item in mine:
                judged = items.judge(self.facts, product, request.plan, item, head, state, answer, unit.code)
                self.items.append(judged)
                accepted[head.code] = accepted.get(head.code, 0) + judged.accepted
                self.proof.add(
                    "item", item.id,
                    f"{head.name.ja} {item.amount:,}円のうち {judged.accepted:,}円を認める。",
                    f"{head.name.en}: {judged.accepted:,} of {item.amount:,} yen accepted.", head.terms_basis,
                    amount=item.amount, accepted=judged.accepted, open=judged.open,
                    cuts=[[cut.code, cut.yen] for cut in judged.cuts],
                )  # fmt: skip
                if judged.release == "held":
                    self.holds.append(
                        Text(
                            "賠償金は、請求者への支払いの証拠か請求者の同意があるまで支払いません（保険法22条）。",
                            "Damages are paid against proof of payment or the claimant's consent (art. 22).",
                        )
                    )
            verdict = {"yes": Verdict.covered, "no": Verdict.not_covered, "unknown": Verdict.depends}[state]
            cited = "" if answer.basis is None else answer.basis.cited
            self.found[head.code].append((verdict, answer.says, answer.clause, cited))
        return accepted

    def pay(self, unit: Unit, attached: Attached, counted: int, accepted: dict[str, int]) -> None:
        """Pay the unit out of its term through `limits.pay`."""
        held = self.helds[attached.position]
        product, term, position = held.product, self.covers[attached.position].id, attached.position
        terms = pay_terms(product, attached.request)
        section = COVERAGES.index(unit.coverage)
        whole = terms.limit[section]
        before = held.used.get(unit.coverage, 0) + self.used.get((position, unit.coverage), 0)
        remaining = max(0, whole - before)
        terms = terms._replace(limit=[counted if n == section else v for n, v in enumerate(terms.limit)])
        caps: dict[str, int] = {}
        for code in accepted:
            head = product.heads[code]
            cap = victims_cap(head, self.facts.victims.by_kind)
            if head.sublimit is not None and head.sublimit_is_aggregate:
                spent = held.used.get(code, 0) + self.used.get((position, code), 0)
                cap = min(cap, max(0, head.sublimit - spent))
            if cap < NO_LIMIT:
                caps[code] = cap
                self.proof.add(
                    "cap", f"{unit.code}/{code}", f"{head.name.ja}は {cap:,}円まで。",
                    f"{head.name.en}: at most {cap:,} yen.", head.terms_basis, cap=cap,
                )  # fmt: skip
        rows = table(terms)
        left = [remaining if number == section else NO_LIMIT for number in range(len(terms.limit))]
        paid = pay(terms, per_head(product, accepted), per_head(product, caps, NO_LIMIT), left, rows)
        names: list[StepKind] = ["claimed", *(ROWS[step] for step in terms.order)]
        kept = []
        for name, row in zip(names, rows, strict=True):
            by_head = {code: yen for code, yen in zip(product.heads, row, strict=True) if code in accepted}
            kept.append((name, by_head))
            total = sum(by_head.values())
            says = WORDS[name]
            assert product.settlement is not None
            self.proof.add(
                name, unit.code, f"{says.ja} {total:,}円", f"{says.en}: {total:,} yen", product.settlement.order_basis,
                heads=by_head, limit=counted, remaining=remaining, deductible=terms.deductible[section],
            )  # fmt: skip
        self.units.append(UnitDecision(unit.code, unit.coverage, term, counted, remaining, paid, tuple(kept)))
        # Heads on top of the limit use none of its aggregate.
        within = sum(yen for code, yen in kept[-1][1].items() if product.heads[code].within_limit)
        self.spend(position, unit.coverage, whole, within, held, term)
        for code, yen in kept[-1][1].items():
            head = product.heads[code]
            if head.sublimit is not None and head.sublimit_is_aggregate:
                self.spend(position, code, head.sublimit, yen, held, term)

    def spend(self, position: int, subject: str, limit: int, paid: int, held: Held, term: str) -> None:
        """Take what is paid off an aggregate."""
        key = (position, subject)
        self.used[key] = self.used.get(key, 0) + paid
        used = held.used.get(subject, 0)
        self.balances[key] = Balance(term, subject, limit, used, self.used[key], max(0, limit - used - self.used[key]))

    def refuse(self, unit: Unit, heads: list[str], why: Text, code: str, basis: Basis) -> None:
        """The whole unit is not covered, for one reason."""
        for head in heads:
            self.found[head].append((Verdict.not_covered, why, code, basis.cited))
            for item in self.facts.items:
                if item.head == head and _belongs(item.demand, unit):
                    self.items.append(items.refused(item, unit.code, code, why))
                    self.proof.add(
                        "item", item.id, f"{item.amount:,}円は対象外。", f"{item.amount:,} yen not covered.", basis,
                        amount=item.amount, accepted=0, open=0, cuts=[[code, item.amount]],
                    )  # fmt: skip

    def head(self, code: str) -> HeadDecision:
        """The head over all its units: covered where one is, depends where one does, else not."""
        found = self.found[code]
        best = min(found, key=lambda one: (Verdict.covered, Verdict.depends, Verdict.not_covered).index(one[0]))
        mine = [item for item in self.items if item.head == code]
        return HeadDecision(
            code, self.product.heads[code].coverage, *best,
            sum(item.amount for item in mine), sum(item.accepted for item in mine), sum(item.open for item in mine),
            sum(unit.rows[-1][1].get(code, 0) for unit in self.units),
        )  # fmt: skip


def _belongs(demand: str | None, unit: Unit) -> bool:
    """Whether an item belongs to a unit: by its demand for liability; everything else has one unit only."""
    return unit.coverage != "liability" or demand in unit.demands or not unit.demands


def _japan(moment: datetime) -> str:
    return moment.astimezone(JST).isoformat(timespec="minutes")
