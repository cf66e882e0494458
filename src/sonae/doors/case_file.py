"""A case as typed: from bytes to `Case`, or to every error in them; and the results of a replay as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from sonae.cases import Case, Item, Member, OwnTerms
from sonae.conditions import COVERAGES
from sonae.doors.json_reading import NotWhole, Twice, parse
from sonae.doors.problem import FieldError, Problem, not_understood
from sonae.doors.vocabulary import LONGEST_TEXT, allowed, error, escape
from sonae.product import Product
from sonae.replay import Replay
from sonae.risk import SALES_BELOW
from sonae.scheme import Text

MOST_ITEMS = 100
MOST_VICTIMS = 10**9
VICTIMS = ("individual", "corporate", "injury")

_FIELDS = ("case", "event", "events", "victims", "items", "terms", "member")
_ITEM_FIELDS = ("head", "amount", "label")
_TERM_FIELDS = ("limits", "deductibles", "ratio")
_MEMBER_FIELDS = ("industry", "annual_sales", "it_sales", "plan", "sheet_discount")


def read(product: Product, raw: bytes) -> Case | Problem:
    """Read one case. All errors are reported at once."""
    parsed = parse(raw)
    return parsed if isinstance(parsed, Problem) else read_value(product, parsed)


def read_value(product: Product, parsed: Any) -> Case | Problem:
    """The same for a value that is already parsed."""
    reading = _Reading(product)
    case = reading.case(parsed)
    if reading.errors or case is None:
        return not_understood(tuple(reading.errors))
    return case


class _Reading:
    """Reads one case and notes every error on the way. What is wrong stands in with a harmless value."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.errors: list[FieldError] = []

    def case(self, value: Any) -> Case | None:
        words = self.object(value, "", _FIELDS, ("items",))
        if words is None:
            return None
        name = self.text(words.get("case", "case"), "/case")
        own = self.own_terms(words["terms"]) if "terms" in words else None
        member = self.member(words["member"]) if "member" in words else None
        if "terms" in words and "member" in words:
            self.note(
                "/member",
                "both_terms_and_member",
                "独自の条件を持つ事故例に保険料は付けられません。memberかtermsの一方にしてください。",
                "A case on its own terms is never priced: give either member or terms.",
            )
        events = self.events(words)
        items = self.items(words.get("items"))
        victims = self.victims(words.get("victims", {}))
        for number, item in enumerate(items):
            head = self.product.heads.get(item.head)
            if head is not None and head.per_victim and not any(victims.values()):
                self.note(
                    f"/items/{number}/head",
                    "needs_victims",
                    f"{head.name.ja}は被害者の数で限度額が決まります。victimsを書いてください。",
                    "This head is capped by the number of victims: give victims.",
                )
        if sum(item.amount for item in items) >= SALES_BELOW:
            self.range("/items")
        return Case(name, Text(name, name), events, items, victims, own, member)

    def events(self, words: dict[str, Any]) -> tuple[str, ...]:
        if ("event" in words) == ("events" in words):
            self.note("/event", "missing", "eventかeventsの一方を書いてください。", "Give either event or events.")
            return ()
        if "event" in words:
            listed, places = [words["event"]], ["/event"]
        else:
            listed = words["events"] if isinstance(words["events"], list) else []
            places = [f"/events/{number}" for number in range(len(listed))]
            if not 1 <= len(listed) <= len(self.product.events):
                self.note("/events", "not_a_list", "1つ以上の配列で書いてください。", "Write a list of at least one.")
                return ()
        for number, (event, place) in enumerate(zip(listed, places, strict=True)):
            if not self.known(event, place, self.product.events) and event in listed[:number]:
                self.twice(place)
        return tuple(listed)

    def items(self, value: Any) -> tuple[Item, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_ITEMS:
            reason = f"1〜{MOST_ITEMS}件の配列で書いてください。"
            self.note("/items", "not_a_list", reason, f"Write a list of 1 to {MOST_ITEMS}.")
            return ()
        found: list[Item] = []
        seen: set[tuple[str, str]] = set()
        for number, entry in enumerate(value):
            place = f"/items/{number}"
            words = self.object(entry, place, _ITEM_FIELDS, ("head", "amount"))
            if words is None:
                continue
            head: Any = words.get("head")
            label: Any = words.get("label", "")
            wrong = "head" in words and self.known(head, f"{place}/head", self.product.heads)
            if "label" in words:
                label = self.text(label, f"{place}/label")
            amount = self.yen(words["amount"], f"{place}/amount", 1) if "amount" in words else 0
            if wrong or "head" not in words:
                continue
            if (head, label) in seen:
                self.note(
                    place,
                    "twice",
                    "同じ費目が2回あります。別の損害なら、それぞれにlabelを書いてください。",
                    "The same head is there twice. If the losses differ, give each its label.",
                )
            seen.add((head, label))
            found.append(Item(head, amount, Text(label, label)))
        return tuple(found)

    def victims(self, value: Any) -> dict[str, int]:
        words = self.object(value, "/victims", VICTIMS, ()) or {}
        return {
            kind: self.whole(count, f"/victims/{kind}", 0, MOST_VICTIMS)
            for kind, count in words.items()
            if kind in VICTIMS
        }

    def own_terms(self, value: Any) -> OwnTerms:
        words = self.object(value, "/terms", _TERM_FIELDS, ("limits",)) or {}
        amounts: dict[str, dict[str, int]] = {"limits": {}, "deductibles": {}}
        for field, found in amounts.items():
            table = self.object(words.get(field, {}), f"/terms/{field}", COVERAGES, ()) or {}
            found |= {
                name: self.yen(amount, f"/terms/{field}/{name}", 0)
                for name, amount in table.items()
                if name in COVERAGES
            }
        ratio = self.whole(words.get("ratio", 100), "/terms/ratio", 0, 100)
        return OwnTerms(amounts["limits"], amounts["deductibles"], ratio)

    def member(self, value: Any) -> Member | None:
        words = self.object(value, "/member", _MEMBER_FIELDS, ("industry", "annual_sales"))
        if words is None:
            return None
        if "industry" in words:
            self.known(words["industry"], "/member/industry", self.product.industries)
        if "plan" in words:
            self.known(words["plan"], "/member/plan", self.product.plans)
        sales = self.yen(words.get("annual_sales", 1), "/member/annual_sales", 1)
        it_sales = self.yen(words["it_sales"], "/member/it_sales", 1) if "it_sales" in words else None
        if it_sales is not None and it_sales > sales:
            self.note("/member/it_sales", "above_annual_sales", "年間売上高以下にしてください。", "At most all sales.")
        discount = words.get("sheet_discount", 0)
        sheet = self.product.sheet
        steps = [0] if sheet is None else list(range(0, sheet.discount_at_most + 1, sheet.step))
        if type(discount) is not int or discount not in steps:
            self.errors.append(allowed("/member/sheet_discount", steps, "not_a_step"))
        return Member(words.get("industry", ""), sales, words.get("plan"), it_sales, discount)

    # --- the smallest parts

    def object(self, value: Any, place: str, fields: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self.note(place, "not_an_object", "オブジェクトで書いてください。", "Write an object.")
            return None
        if isinstance(value, Twice):
            for key in value.keys_twice:
                self.twice(f"{place}/{escape(key)}")
        for key in value:
            if key not in fields:
                self.errors.append(allowed(f"{place}/{escape(key)}", fields, "unknown_field"))
        for key in needed:
            if key not in value:
                self.note(f"{place}/{key}", "missing", "この項目は必要です。", "This field is required.")
        return value

    def known(self, word: Any, place: str, words: Iterable[str]) -> bool:
        """Notes a word that is not listed; whether it did."""
        if isinstance(word, str) and not isinstance(word, NotWhole) and word in words:
            return False
        self.errors.append(allowed(place, words))
        return True

    def text(self, value: Any, place: str) -> str:
        plain = isinstance(value, str) and not isinstance(value, NotWhole)
        if plain and value.strip() and value.isprintable() and len(value) <= LONGEST_TEXT:
            return str(value)
        reason = f"1〜{LONGEST_TEXT}文字の文字列で書いてください（制御文字は使えません）。"
        self.note(place, "not_text", reason, f"Write 1 to {LONGEST_TEXT} printable characters.")
        return ""

    def yen(self, value: Any, place: str, least: int) -> int:
        return self.whole(value, place, least, SALES_BELOW - 1)

    def whole(self, value: Any, place: str, least: int, most: int) -> int:
        if type(value) is not int:
            self.note(place, "not_whole", "整数で書いてください。", "Write a whole number.")
            return least
        if not least <= value <= most:
            self.range(place, least, most)
            return least
        return value

    def range(self, place: str, least: int = 1, most: int = SALES_BELOW - 1) -> None:
        reason = f"{least:,}以上{most:,}以下で書いてください。"
        self.note(place, "out_of_range", reason, f"From {least:,} to {most:,}.")

    def twice(self, place: str) -> None:
        self.note(place, "twice", "同じものが2回あります。", "It is there twice.")

    def note(self, place: str, code: str, message: str, message_en: str) -> None:
        self.errors.append(error(place, code, message, message_en))


def words_of(replayed: Replay) -> dict[str, Any]:
    """A replay in the words that every door sends."""
    return {
        "case": replayed.case.code,
        "claimed": replayed.claimed,
        "results": [
            {
                "plan": one.plan,
                "set": one.set,
                "limits": dict(one.limits),
                "riders": list(one.riders),
                "paid": one.paid,
                "short": one.short,
                "heads": [
                    {"head": head.head, "claimed": head.claimed, "paid": head.paid, "clause": head.clause}
                    for head in one.heads
                ],
            }
            for one in replayed.results
        ],
    }


def encode(replays: Iterable[Replay]) -> bytes:
    """Replays as compact UTF-8 JSON: a list."""
    return json.dumps([words_of(one) for one in replays], ensure_ascii=False, separators=(",", ":")).encode()
