"""Misstatement (告知義務違反) replayed: what the premium and the cover would have been had the truth been told.

The terms and answers of a bound cover are asked again with what was really so, through the one premium path and the
rules of acceptance. What follows is an answer with its open options and the day each ends; nothing is void by it, and
nothing is done. Law: 保険法4条 (only what was asked), 28条 (termination and its limits), 31条 (its effect).

Premiums are yen; days are Japanese days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sonae.clocks import Deadline, due_day
from sonae.cover import Cover, Reason, Transaction, append, charge
from sonae.period import JST
from sonae.product import Product, Text
from sonae.quotation import annual_premium, quote, security_discount
from sonae.risk import QuotationRequest, understood
from sonae.selection import select
from sonae.underwriting import Circumstances, Ground, Verdict, decide

Fault = Literal["intent", "gross_negligence", "slight"]
"""Why it was said wrongly (故意・重大な過失・それより軽い過失): a person finds it."""

Finding = Literal["yes", "no", "unsure"]

DECLARED = ("industry", "annual_sales", "it_sales", "sheet")
"""The terms that are declared facts. Plan, set, limits and riders were chosen; nobody can have misstated them."""

CLOCKS = ("rescission_after_knowledge", "rescission_after_conclusion")
"""The clocks of settlement.toml after which a cover is no longer terminated for it (保険法28条4項)."""

PRECONDITIONS = Circumstances(membership_confirmed=True, cover_already_held=False)
"""What does not belong to the misstatement is taken as it was when the application was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was really so, and what a person found about how it came to be said otherwise.

    terms       the true declared facts that differ, by field of the request (`DECLARED`)
    answers     the true answers to disclosure questions that differ, by question
    fault       by intent, gross negligence, or less
    caused      whether the misstated fact caused the loss
    insurer_knew_on      the day on which the insurer came to know of the cause for termination; None: not recorded
    insurer_knew_before  at conclusion the insurer knew the truth, or did not by its own negligence
    mediator_hindered    whoever mediates for the insurer hindered the disclosure or urged a false one
    mediator_immaterial  it would have been misstated without that as well
    """

    terms: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault
    caused: Finding = "unsure"
    insurer_knew_on: date | None = None
    insurer_knew_before: bool = False
    mediator_hindered: bool = False
    mediator_immaterial: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as it was, or as it would have been: the verdict of acceptance, the price, the limits.

    `premium` is annual, None where it would have been declined; `limits` by coverage in yen are empty then.
    """

    verdict: Verdict
    grounds: tuple[Ground, ...]
    premium: int | None
    security_discount: int
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that was said otherwise than it was: a field of the request, or a question. Values in the door's words."""

    subject: str
    told: Any
    true: Any


@dataclass(frozen=True, slots=True)
class Option:
    """What the insurer may do, and what would follow.

    is_open   the law and the facts leave it open today; `reasons` say why, or why not
    until     the last day on which it can be done, None where no clock runs
    loss      what becomes of this claim: paid, refused as far as the fact caused it, or hanging on that
    premium   what the whole period's premium changes by, in yen; None where it has no price
    """

    code: Literal["no_effect", "premium_difference", "termination"]
    name: Text
    is_open: bool
    until: date | None
    loss: Literal["paid", "refused", "depends"]
    premium: int | None
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The answer. `material`: the truth would have moved the price or the acceptance."""

    differences: tuple[Difference, ...]
    told: Asked
    true: Asked
    material: bool
    deadlines: tuple[Deadline, ...]
    options: tuple[Option, ...]


class NotAsked(Exception):
    """A truth about something that was never asked: it cannot be held against the member (保険法4条)."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


def replay(
    product: Product, cover: Cover, told: Mapping[str, str], truth: Truth, concluded: date, today: date
) -> Replayed:
    """Replay a misstatement against the cover as it was bound, by the product that it was bound under.

    `told` are the disclosure answers that were signed. Raises NotAsked. The truth was read at a door: its words are
    the product's.
    """
    for name in (*(set(truth.terms) - set(DECLARED)), *(set(truth.answers) - set(told))):
        raise NotAsked(name)
    really = replace(cover.request, **truth.terms)
    answers = {**told, **truth.answers}
    before = _asked(product, cover.request, told, cover.inception)
    after = _asked(product, really, answers, cover.inception)
    material = before.premium != after.premium or (before.verdict, _codes(before)) != (after.verdict, _codes(after))
    deadlines = _deadlines(product, truth, concluded)
    options = (
        _no_effect(),
        _premium_difference(product, cover, truth, before, after),
        _termination(product, cover, truth, material, deadlines, today),
    )
    return Replayed(_differences(cover.request, really, told, answers), before, after, material, deadlines, options)


def _asked(product: Product, request: QuotationRequest, answers: Mapping[str, str], moment: datetime) -> Asked:
    # Asked a year ahead: whether the start could still be applied for does not belong to the misstatement.
    answer = quote(product, request, moment - timedelta(days=365))
    found = decide(product, answer, answers, PRECONDITIONS)
    declined = found.verdict is Verdict.decline
    premium = None if declined else answer.premium
    granted = {} if declined else select(product, request).limits_held()
    return Asked(found.verdict, found.grounds, premium, security_discount(product, request), granted)


def _codes(asked: Asked) -> frozenset[str]:
    """What spoke for referring or declining; a warning moves nothing."""
    return frozenset(ground.code for ground in asked.grounds if ground.effect in ("refer", "decline"))


def _differences(
    told: QuotationRequest, true: QuotationRequest, answers: Mapping[str, str], true_answers: Mapping[str, str]
) -> tuple[Difference, ...]:
    words, true_words = understood(told), understood(true)
    found = []
    for part in fields(QuotationRequest):
        before, after = words.get(part.name), true_words.get(part.name)
        if before != after and part.name == "sheet" and isinstance(before, dict) and isinstance(after, dict):
            found += _of_sheets(before, after)
        elif before != after:
            found.append(Difference(part.name, before, after))
    found += [
        Difference(f"disclosure/{question}", answers[question], true_answers[question])
        for question in answers
        if answers[question] != true_answers[question]
    ]
    return tuple(found)


def _of_sheets(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Answer by answer; an answer that is absent counts as none."""
    found = []
    for part, absent in (("answers", "none"), ("facts", None)):
        one, other = before[part], after[part]
        for name in sorted({*one, *other}, key=lambda name: (len(name), name)):
            if one.get(name, absent) != other.get(name, absent):
                found.append(Difference(f"sheet/{name}", one.get(name, absent), other.get(name, absent)))
    if before["certificates"] != after["certificates"]:
        kinds = ([paper["kind"] for paper in sheet["certificates"]] for sheet in (before, after))
        found.append(Difference("sheet/certificates", *kinds))
    return found


def _deadlines(product: Product, truth: Truth, concluded: date) -> tuple[Deadline, ...]:
    """The law's two clocks, as far as their facts are recorded."""
    assert product.settlement is not None, "a product that settles no claims has no misstatement to replay"
    starts = {"insurer_knew": truth.insurer_knew_on, "concluded": concluded}
    found = []
    for code in CLOCKS:
        clock = product.settlement.clocks[code]
        since = starts[clock.starts]
        if since is not None:
            found.append(Deadline(clock, since, due_day(clock, since), None))
    return tuple(sorted(found, key=lambda one: one.due))


def _no_effect() -> Option:
    return Option(
        "no_effect", Text("契約をそのまま続け、保険金を支払う", "Let the cover stand, and pay"), True, None, "paid", 0,
        (Text("告知義務違反があっても、解除しないかぎり契約は有効です（当然に無効にはなりません）。",
              "A misstatement voids nothing by itself: until it is terminated, the cover stands."),),
    )  # fmt: skip


def _premium_difference(product: Product, cover: Cover, truth: Truth, before: Asked, after: Asked) -> Option:
    """Corrected from inception, not pro rata: the difference of two premiums of the whole period."""
    name = Text("始期に遡って訂正し、保険料の差額を精算する", "Correct from inception, and settle the difference")
    if after.premium is None:
        why = Text("正しい告知では引き受けられないため、差額では直せません。", "The truth would have been declined.")
        return Option("premium_difference", name, False, None, "paid", None, (why,))
    if not truth.terms or before.premium == after.premium:
        why = Text("正しい告知でも保険料は同じです。", "The truth has the same premium.")
        return Option("premium_difference", name, False, None, "paid", 0, (why,))
    corrected = _with(cover, Reason.correction, cover.inception, dict(truth.terms))
    yen = _charge(product, cover, corrected)
    if yen is None:
        why = Text(
            "後の異動と合わせると引き受けられない内容になります。", "With a later endorsement it would be declined."
        )
        return Option("premium_difference", name, False, None, "paid", None, (why,))
    reasons = [
        Text(f"正しい告知での年間保険料は {after.premium:,}円（契約時 {before.premium or 0:,}円）。",
             f"Told truly, the annual premium is {after.premium:,} yen (as bound {before.premium or 0:,}).")
    ]  # fmt: skip
    if after.verdict is Verdict.refer:
        reasons.append(Text("正しい告知では個別照会になり、引受の判断が要ります。", "It would have been referred."))
    return Option("premium_difference", name, True, None, "paid", yen, tuple(reasons))


def _termination(
    product: Product, cover: Cover, truth: Truth, material: bool, deadlines: tuple[Deadline, ...], today: date
) -> Option:
    """Terminated from now on (28条, 31条1項); a loss that the fact caused is refused (31条2項1号)."""
    name = Text("告知義務違反により解除する", "Terminate for misstatement")
    against = list(_against(truth, material, deadlines, today))
    until = min((one.due for one in deadlines), default=None)
    loss: Literal["paid", "refused", "depends"] = "paid"
    reasons = against
    if not against:
        loss = {"yes": "refused", "no": "paid", "unsure": "depends"}[truth.caused]  # type: ignore[assignment]
        reasons = [_EFFECT[truth.caused]]
        if truth.insurer_knew_on is None:
            reasons.append(
                Text("解除の原因を知った日が記録されていません。記録すると1か月の期間が始まります。",
                     "No day is recorded on which the insurer knew; the clock from knowledge starts with it.")
            )  # fmt: skip
    at = min(max(cover.inception, datetime(today.year, today.month, today.day, tzinfo=JST)), cover.expiry)
    yen = None if against else _charge(product, cover, _with(cover, Reason.termination, at, {}))
    return Option("termination", name, not against, until, loss, yen, tuple(reasons))


_EFFECT = {
    "yes": Text("解除の時までに生じた損害のうち、この事実に基づくものは支払いません（保険法31条2項1号）。",
                "A loss before termination that rests on this fact is not paid (art. 31(2)(i))."),
    "no": Text("この損害はその事実に基づかないので、解除しても支払います（保険法31条2項1号ただし書）。",
               "This loss does not rest on the fact: it is paid even so (art. 31(2)(i), proviso)."),
    "unsure": Text("この事実に基づく損害かが決まるまで、支払いは決まりません（保険法31条2項1号）。",
                   "Whether the loss rests on the fact is still to be found (art. 31(2)(i))."),
}  # fmt: skip


def _against(truth: Truth, material: bool, deadlines: tuple[Deadline, ...], today: date) -> list[Text]:
    """Why it may not be terminated; empty where it may."""
    found = []
    if not material:
        found.append(
            Text("正しい告知でも引受と保険料は変わらず、重要な事項ではありません（保険法4条）。",
                 "The truth moves neither acceptance nor price: it is not material (art. 4).")
        )  # fmt: skip
    if truth.fault == "slight":
        found.append(
            Text("故意でも重大な過失でもありません（保険法28条1項）。",
                 "Neither by intent nor by gross negligence (art. 28(1)).")
        )  # fmt: skip
    if truth.insurer_knew_before:
        found.append(
            Text("保険者は契約のときに知っていたか、過失によって知りませんでした（保険法28条2項1号）。",
                 "The insurer knew at conclusion, or should have (art. 28(2)(i)).")
        )  # fmt: skip
    if truth.mediator_hindered and not truth.mediator_immaterial:
        found.append(
            Text("媒介者が告知を妨げ、または偽りの告知を勧めました（保険法28条2項2号・3号）。",
                 "Whoever mediated hindered the truth or urged against it (art. 28(2)(ii), (iii)).")
        )  # fmt: skip
    for deadline in deadlines:
        if deadline.due < today:
            found.append(
                Text(f"解除できる期間は {deadline.due} に終わりました（{deadline.clock.rule}）。",
                     f"The time to terminate ended on {deadline.due} ({deadline.clock.name.en}).")
            )  # fmt: skip
    return found


def _with(cover: Cover, reason: Reason, effective: datetime, changes: dict[str, Any]) -> Cover:
    """The cover as it would be with one more transaction; nothing is recorded."""
    last = cover.transactions[-1]
    recorded = max(last.recorded, effective)
    return append(cover, Transaction(number=last.number + 1, reason=reason, effective=effective, recorded=recorded,
                                     actor="replay", changes=changes))  # fmt: skip


class _Declined(Exception):
    """A stretch of the cover that has no price."""


def _charge(product: Product, cover: Cover, changed: Cover) -> int | None:
    """What the change costs over the whole period, in yen; None where a stretch of it would be declined."""
    assert product.part_year is not None, "a product that takes applications has a table of part-year money"

    def annual(request: QuotationRequest) -> int:
        premium = annual_premium(product, request)
        if premium is None:
            raise _Declined
        return premium

    try:
        return charge(cover, changed, annual, product.part_year)
    except _Declined:
        return None
