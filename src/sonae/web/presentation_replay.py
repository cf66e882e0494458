"""Would it have paid, as a page shows it: paid and short by cover by head with its clause, and what closes the gap.

Pure. Every figure is the replay's; bars are shares of what was lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sonae.cases import Case, KnownCase, Member
from sonae.conditions import COVERAGES
from sonae.coverage import matrix
from sonae.product import Product
from sonae.replay import Change, Closing, HeadPaid, Replay, Result
from sonae.web.presentation import Language, amount, figure, limit, mark, say, source_title
from sonae.web.presentation_prices import coverage_word
from sonae.worksheet import Basis

_WIDTH = 1000


def replay_shown(
    product: Product,
    replayed: Replay,
    found: Closing | None,
    known: KnownCase | None,
    language: Language,
    *,
    own_company: bool,
) -> dict[str, Any]:
    """Everything the results show of one case."""
    case = replayed.case
    words: dict[str, Any] = {
        "title": say(case.title, language),
        "claimed": figure(replayed.claimed),
        "notice": "" if known is None or known.notice is None else say(known.notice, language),
        "warning": "" if known is None or known.warning is None else say(known.warning.message, language),
        "events": [say(product.events[one].plain, language) for one in case.events],
        "victims": f"{sum(case.victims.values()):,}" if any(case.victims.values()) else "",
        "items": [_item(product, one.head, one.amount, say(one.label, language), one.basis, language)
                  for one in case.items],
        "ours": known is not None,
        "printed": _printed(product, known, language),
        "member": _member(product, case.member, language),
        "own_company": own_company,
    }  # fmt: skip
    if case.own_terms is not None:
        return words | {"own": _own(product, case, replayed.results[0], language)}
    plain = [one for one in replayed.results if _extra(product, one) == ()]
    return words | {
        "own": None,
        "rows": [_row(product, one, replayed.claimed, language) for one in plain],
        "riders": [_row(product, one, replayed.claimed, language) for one in with_riders(product, replayed.results)],
        "sets": _by_set(product, case, plain, found, language),
        "closing": None if found is None else _closing(product, found, language),
    }


def _extra(product: Product, one: Result) -> tuple[str, ...]:
    """The riders beside those that the set attaches."""
    assert one.set is not None, "a cover of the product"
    return tuple(code for code in one.riders if code not in product.sets[one.set].attaches)


def with_riders(product: Product, results: Sequence[Result]) -> list[Result]:
    """The covers that one rider makes pay another sum, and those that several together make pay more than any fewer."""
    paid = {(one.plan, one.set, frozenset(_extra(product, one))): one.paid for one in results}
    found = []
    for one in results:
        extra = frozenset(_extra(product, one))
        fewer = [paid[key] for key in paid if key[:2] == (one.plan, one.set) and key[2] < extra]
        if (len(extra) == 1 and one.paid not in fewer) or (len(extra) > 1 and all(one.paid > less for less in fewer)):
            found.append(one)
    return found


def _row(product: Product, one: Result, claimed: int, language: Language) -> dict[str, Any]:
    paid_width = round(one.paid * _WIDTH / claimed)
    return {
        "name": _cover(product, one, language),
        "limits": _limits(one.limits, language),
        "riders": [say(product.riders[code].name, language) for code in _extra(product, one)],
        "paid": figure(one.paid),
        "short": figure(one.short),
        "full": one.short == 0,
        "paid_width": paid_width,
        "short_width": _WIDTH - paid_width,
    }


def _cover(product: Product, one: Result, language: Language) -> str:
    assert one.set is not None, "a cover of the product"
    assert one.plan is not None, "a cover of the product"
    return f"{say(product.sets[one.set].name, language)} {say(product.plans[one.plan].name, language)}"


def _limits(limits: Mapping[str, int], language: Language) -> str:
    english = language == "en"
    pieces = [
        f"{coverage_word(name, language, short=True)}{' ' if english else ''}{limit(limits[name], language)}"
        for name in COVERAGES
        if name in limits
    ]
    return (", " if english else "・").join(pieces)


def _item(product: Product, head: str, yen: int, label: str, basis: Basis | None, language: Language) -> dict[str, Any]:
    return {
        "head": say(product.heads[head].name, language),
        "amount": figure(yen),
        "label": label,
        "source": "" if basis is None else source_title(product, basis.source, language),
        "reason": "" if basis is None else basis.reason,
        "mark": None if basis is None else mark(basis.status, language),
    }


def _printed(product: Product, known: KnownCase | None, language: Language) -> dict[str, Any] | None:
    if known is None or known.printed is None:
        return None
    printed = known.printed
    return {
        "story": printed.story,
        "paid": amount(printed.paid_about, language),
        "source": source_title(product, printed.basis.source, language),
        "mark": mark(printed.basis.status, language),
    }


def _member(product: Product, member: Member | None, language: Language) -> dict[str, Any] | None:
    if member is None:
        return None
    return {
        "industry": say(product.industries[member.industry].name, language),
        "sales": amount(member.annual_sales, language),
        "discount": member.security_discount,
        "reason": member.basis.reason if member.basis else "",
        "mark": mark(member.basis.status, language) if member.basis else None,
    }


def _own(product: Product, case: Case, only: Result, language: Language) -> dict[str, Any]:
    """A case on its own terms: they are shown as such, and nothing is priced."""
    own = case.own_terms
    assert own is not None, "asked only of a case with its own terms"
    return {
        "limits": _limits(own.limits, language),
        "deductibles": _limits(own.deductibles, language),
        "ratio": own.ratio,
        "ratio_mark": mark(own.basis.status, language) if own.basis else None,
        "row": _row_of_own(only),
        "heads": [{"name": say(product.heads[one.head].name, language), "claimed": figure(one.claimed),
                   "paid": figure(one.paid)} for one in only.heads],
    }  # fmt: skip


def _row_of_own(only: Result) -> dict[str, Any]:
    paid_width = round(only.paid * _WIDTH / (only.paid + only.short))
    return {"paid": figure(only.paid), "short": figure(only.short), "full": only.short == 0,
            "paid_width": paid_width, "short_width": _WIDTH - paid_width}  # fmt: skip


def _by_set(
    product: Product, case: Case, plain: Sequence[Result], found: Closing | None, language: Language
) -> list[dict[str, Any]]:
    """For each set the heads of loss under each plan, with the clause that grants or why none does."""
    closes = found.printed.result.set if found is not None and found.printed is not None else None
    opened = closes or next(iter(product.sets))
    sets: list[dict[str, Any]] = []
    for number, one in product.sets.items():
        results = [result for result in plain if result.set == number]
        if not results:
            continue
        sets.append(
            {
                "name": say(one.name, language),
                "limits": _limits(results[0].limits, language),
                "open": number == opened,
                "plans": [say(product.plans[result.plan].name, language) for result in results if result.plan],
                "heads": [
                    {
                        "name": say(product.heads[head.head].name, language),
                        "claimed": figure(head.claimed),
                        "cells": [_cell(product, case, result, result.heads[place], language) for result in results],
                    }
                    for place, head in enumerate(results[0].heads)
                ],
                "totals": [
                    {"plan": say(product.plans[result.plan].name, language), "paid": figure(result.paid)}
                    for result in results
                    if result.plan
                ],
            }
        )
    return sets


def _cell(product: Product, case: Case, result: Result, head: HeadPaid, language: Language) -> dict[str, Any]:
    plan = say(product.plans[result.plan].name, language) if result.plan else ""
    if head.clause is not None:
        return {
            "plan": plan, "paid": figure(head.paid), "cut": head.paid < head.claimed, "granted": True,
            "why": say(product.clauses[head.clause].name, language),
        }  # fmt: skip
    return {"plan": plan, "paid": "0", "cut": False, "granted": False,
            "why": why_not(product, case, result, head.head, language)}  # fmt: skip


def why_not(product: Product, case: Case, result: Result, head: str, language: Language) -> str:
    """The product's own reason for not paying a head: of the event of its own coverage first."""
    assert result.plan is not None, "a cover of the product"
    assert result.set is not None, "a cover of the product"
    cells = matrix(product, result.plan, result.set, result.riders)
    possible = {(event, one) for clause in product.clauses.values() for grant in clause.grants
                for event in grant.events for one in grant.heads}  # fmt: skip
    events = sorted(case.events, key=lambda event: (event, head) not in possible)
    for event in events:
        cell = cells[event, head]
        if cell.withdrawn_by:
            return say(cell.withdrawn_by[0].name, language)
        if cell.left_out:
            return say(cell.left_out[0].reason, language)
    return ""


def _closing(product: Product, found: Closing, language: Language) -> dict[str, Any]:
    changes = [_change(product, kind, change, language)
               for kind, change in (("printed", found.printed), ("chosen", found.chosen),
                                    ("with_income", found.chosen_with_income))
               if change is not None]  # fmt: skip
    if found.chosen is not None and found.chosen_with_income == found.chosen:
        changes = changes[:-1]
    return {
        "short": figure(found.short) if found.short else "",
        "payable": figure(found.payable),
        "no_printed": found.printed is None,
        "changes": changes,
        "mark": mark("fitted", language),
    }


def _change(product: Product, kind: str, change: Change, language: Language) -> dict[str, Any]:
    one = change.result
    english = language == "en"
    less = [
        (f"{coverage_word(name, language)}: " + (f"only up to {limit(yen, language)}" if yen else "none"))
        if english
        else f"{coverage_word(name, language)}は" + (f"{limit(yen, language)}まで" if yen else "なし")
        for name, yen in change.gives_up.items()
    ]
    taken = [
        say(product.clauses[code].name, language)
        for rider in one.riders
        if (code := product.riders[rider].clause) is not None and product.clauses[code].withdraws
    ]
    return {
        "kind": kind,
        "premium": figure(change.premium),
        "cover": _cover(product, one, language),
        "limits": _limits(one.limits, language),
        "riders": [say(product.riders[code].name, language) for code in _extra(product, one)],
        "against": say(product.sets[change.against].name, language) if change.against is not None else "",
        "gives_up": less + taken,
    }
