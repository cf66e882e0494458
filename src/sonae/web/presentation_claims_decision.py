"""The form of a decision's facts as it was typed and filled, and the like cases beside it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sonae.office.claim_decisions import Compared
from sonae.office.models import ClaimDecision
from sonae.product import Product, Text
from sonae.web.presentation import Language, day, figure, say
from sonae.web.presentation_claims_proof import cut_reason

BLANKS = 3
"""Empty rows for items on the form, beyond those that are there."""
GROUNDS = 3


class Typed:
    """The form as typed: texts without what surrounds them."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = form

    def __call__(self, name: str, longest: int = 40) -> str:
        return str(self.form.get(name, ""))[:longest].replace("\x00", "").strip()

    def number(self, name: str) -> int | str | None:
        """A whole number; None when nothing was typed, and the text itself when it is none, so the door says so."""
        typed = self(name).replace(",", "")
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() else typed


def facts_of_form(typed: Typed, drafted: Mapping[str, Any]) -> dict[str, Any]:
    """What is recorded, with what the form says in place of it: events, items, grounds, counts and the rest."""
    words = dict(drafted)
    words["events"] = [
        {"code": name.removeprefix("event-"), "certainty": typed(name)}
        for name in typed.form if name.startswith("event-") and typed(name) in ("known", "unsure")
    ]  # fmt: skip
    approvals = {one["id"]: one.get("approval") for one in drafted.get("items", [])}
    given = {typed(f"id-{place}") for place in range(1, 200)}
    items = []
    for place in range(1, 200):
        if f"head-{place}" not in typed.form:
            break
        amount = typed.number(f"amount-{place}")
        if amount is None:
            continue
        name = typed(f"id-{place}") or _free_id(place, given)
        given.add(name)
        item: dict[str, Any] = {"id": name, "head": typed(f"head-{place}"), "amount": amount}
        for part in ("incurred_on", "demand", "payee", "evidence"):
            if typed(f"{part}-{place}"):
                item[part] = typed(f"{part}-{place}")
        if approvals.get(name) is not None:
            item["approval"] = approvals[name]
        items.append(item)
    words["items"] = items
    grounds = []
    for place in range(1, GROUNDS + 1):
        if typed(f"ground-{place}"):
            ground: dict[str, Any] = {"exclusion": typed(f"ground-{place}"),
                                      "certainty": typed(f"certainty-{place}") or "known"}  # fmt: skip
            if typed(f"item-{place}"):
                ground["item"] = typed(f"item-{place}")
            if typed.number(f"part-{place}") is not None:
                ground["part"] = typed.number(f"part-{place}")
            grounds.append(ground)
    words["grounds"] = grounds
    words["victims"] = {
        name: typed.number(f"victims-{name}") for name in ("individual", "corporate", "injury")
        if typed.number(f"victims-{name}") is not None
    }  # fmt: skip
    if words.get("stoppage") and typed("stopped-until"):
        words["stoppage"] = {**words["stoppage"], "ended_at": f"{typed('stopped-until')}+09:00"}
    words["other_insurance"] = bool(typed("other_insurance"))
    said: dict[str, Any] = without_nothing(words)
    return said


def _free_id(place: int, given: set[str]) -> str:
    """A name for a new item that no item on the form bears."""
    return next(name for number in range(place, 1000) if (name := f"I{number}") not in given)


def without_nothing(value: Any) -> Any:
    """The same words without what is absent: a door reads an absent field as its default."""
    if isinstance(value, dict):
        return {name: without_nothing(part) for name, part in value.items() if part is not None}
    return [without_nothing(part) for part in value] if isinstance(value, list) else value


def rows_of(
    product: Product, words: Mapping[str, Any], spoken: Language, decided: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The form, filled with these facts; `decided`: what a look found, item by item."""
    chosen = {one["code"]: one.get("certainty", "known") for one in words.get("events", [])}
    items = [_item_row(product, one, decided, spoken) for one in words.get("items", [])]
    amounts = [one["amount"] for one in words.get("items", []) if isinstance(one["amount"], int)]
    grounds = [*words.get("grounds", []), *({} for _ in range(GROUNDS))][:GROUNDS]
    exclusions = product.settlement.exclusions if product.settlement is not None else {}
    stoppage = words.get("stoppage") or {}
    return {
        "events": [{"code": code, "words": say(event.plain, spoken), "certainty": chosen.get(code, "")}
                   for code, event in product.events.items()],
        "items": items, "blanks": range(len(items) + 1, len(items) + 1 + BLANKS), "sum": figure(sum(amounts)),
        "grounds": grounds, "has_grounds": bool(words.get("grounds")),
        "demands": [one["id"] for one in words.get("demands", [])],
        "heads": [(code, say(head.name, spoken)) for code, head in product.heads.items()],
        "exclusions": [(code, say(one.name, spoken)) for code, one in exclusions.items()],
        "victims": words.get("victims") or {}, "other_insurance": bool(words.get("other_insurance")),
        "stopped": str(stoppage.get("started_at", ""))[:16].replace("T", " "),
        "until": str(stoppage.get("ended_at") or "")[:16],
        "known": str(words["known_at"])[:16].replace("T", " "),
        "received": str(words.get("received_at") or "")[:16].replace("T", " "),
    }  # fmt: skip


def _item_row(
    product: Product, one: Mapping[str, Any], look: Mapping[str, Any] | None, spoken: Language
) -> dict[str, Any]:
    """A row of the form: what is in it, how it was read, and what a look made of it."""
    amount, approval, name = one["amount"], one.get("approval"), one["head"]
    decided = next((item for item in look["items"] if item["id"] == one["id"]), None) if look is not None else None
    return dict(one) | {
        "amount": figure(amount) if isinstance(amount, int) else amount,
        "name": say(product.heads[name].name, spoken) if name in product.heads else "",
        "approved_on": day(date.fromisoformat(approval["given_on"]), spoken) if approval else "",
        "approved_to": figure(approval["up_to"]) if approval and approval.get("up_to") else "",
        "accepted": figure(decided["accepted"]) if decided is not None else "",
        "is_cut": decided is not None and decided["accepted"] < decided["amount"],
        "waits": decided is not None and bool(decided["open"]),
        "cuts": [cut_reason(product, look, cut, spoken) for cut in decided["cuts"]]
        if look is not None and decided is not None else [],
    }  # fmt: skip


# --- like cases -----------------------------------------------------------------------------------------------------


def likes_shown(
    product: Product, compared: Compared | None, stored: ClaimDecision | None, spoken: Language
) -> list[dict[str, str]]:
    """The nearest past decisions: of a look, or as they were shown when it was proposed. Never a name."""
    if compared is not None:
        pairs = [(one.industry, list(one.heads.values())) for one in compared.likes]
    elif stored is not None and isinstance(stored.likes, dict):
        pairs = [(one["industry"], [tuple(pair) for pair in one["heads"].values()])
                 for one in stored.likes.get("shown", [])]  # fmt: skip
    else:
        pairs = []
    return [
        {"industry": say(product.industries[code].name, spoken) if code in product.industries else code,
         "claimed": figure(sum(pair[0] for pair in heads)), "paid": figure(sum(pair[1] for pair in heads))}
        for code, heads in pairs
    ]  # fmt: skip


def departures_shown(product: Product, compared: Compared | None, spoken: Language) -> list[str]:
    """Heads that like cases treated otherwise."""
    if compared is None:
        return []
    pattern = say(Text("{head}：似た事案 {theirs}%、今回 {ours}%", "{head}: like case {theirs}%, here {ours}%"), spoken)
    return [
        pattern.format(head=say(product.heads[one.head].name, spoken), theirs=one.theirs, ours=one.ours)
        for one in compared.departures
    ]
