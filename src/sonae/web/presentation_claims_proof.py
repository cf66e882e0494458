"""A decision as a person reads it: facts, clauses by their printed names, yen step by step, what would turn it.

Everything is worded from the stored values of the proof, so a decision of last year reads as one of today.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sonae.product import Product, Text
from sonae.web.presentation import Language, day, figure, say
from sonae.web.presentation_office import moment_words
from sonae.web.presentation_prices import coverage_word
from sonae.wording import Mark, mark, source_title

_VERDICTS: Final[dict[str, tuple[str, Text]]] = {
    "covered": ("yes", Text("支払う", "Pay")),
    "not_covered": ("no", Text("支払わない", "Do not pay")),
    "depends": ("ask", Text("事実による", "Depends on a fact")),
}
_TALLY: Final = (
    ("yes", Text("満たす", "Met")), ("ask", Text("未確定", "Open")), ("no", Text("満たさない", "Not met")),
)  # fmt: skip
_NOTHING_LEFT: Final = ("no", Text("補償の対象だが、支払う額はない", "Covered, but nothing is payable"))
_HEADS: Final[dict[str, tuple[str, Text]]] = {
    "covered": ("yes", Text("対象", "Covered")),
    "not_covered": ("no", Text("対象外", "Not covered")),
    "depends": ("ask", Text("事実による", "Depends on a fact")),
}
_FOUND: Final[dict[str, tuple[str, Text]]] = {
    "yes": ("yes", Text("対象", "Covered")),
    "no": ("no", Text("対象外", "Not covered")),
    "unknown": ("ask", Text("事実による", "Depends on a fact")),
}
_MET, _NOT_MET, _OPEN = (
    ("yes", Text("満たす", "Met")), ("no", Text("満たさない", "Not met")), ("ask", Text("未確定", "Not settled")),
)  # fmt: skip
_COLOURS: Final = {"liability": "f-l", "expense": "f-e", "business_income": "f-b"}

# Why a head is not granted, where that is no clause and no reason for not paying.
_OTHER_GROUNDS: Final[dict[str, Text]] = {
    "period": Text("補償期間", "Period of cover"),
    "premium": Text("保険料の領収", "Receipt of premium"),
    "knowledge": Text("補償の前に知っていた事故", "Prior knowledge"),
    "territory": Text("保険適用地域", "Territory"),
    "no_stoppage": Text("「機能の停止」の定義", "Definition of a stoppage"),
    "not_granted": Text("このプランにない補償", "Not in this plan"),
    "no_event": Text("対象となる事由", "Covered event"),
    "window": Text("費用の対象期間", "Window for expense"),
    "approval": Text("事前の承認", "Approval beforehand"),
}

_YEN_STEPS: Final[dict[str, Text]] = {
    "claimed": Text("認めた額", "Accepted"),
    "deductible": Text("免責金額を引く", "Less the deductible"),
    "ratio": Text("縮小支払割合を掛ける", "Times the indemnity ratio"),
    "sublimit": Text("費目の内枠・被害者ごとの上限に収める", "Within sublimits and caps per person"),
    "limit": Text("1請求・1事故の限度額に収める", "Within the limit per demand or incident"),
    "aggregate": Text("補償期間中の残りに収める", "Within what is left of the aggregate"),
}


def text_of(words: Mapping[str, str], spoken: Language) -> str:
    """A stored pair of texts in the reader's language."""
    return words["en"] if spoken == "en" else words["ja"]


def clause_name(product: Product, code: str, spoken: Language) -> str:
    """The printed name of a clause, or of the reason that stands in its place."""
    if code in product.clauses:
        return say(product.clauses[code].name, spoken)
    rules = product.settlement
    if rules is not None and code in rules.exclusions:
        return say(rules.exclusions[code].name, spoken)
    return say(_OTHER_GROUNDS[code], spoken) if code in _OTHER_GROUNDS else ""


def decision_shown(
    product: Product, words: Mapping[str, Any], spoken: Language, numbers: Mapping[str, str]
) -> dict[str, Any]:
    """The decision in the order of its proof. `numbers`: certificate numbers of the member's covers by id."""
    css, verdict = _VERDICTS[words["verdict"]]
    if words["verdict"] == "covered" and not words["paid"]:
        css, verdict = _NOTHING_LEFT
    reading = _Reading(product, words, spoken, numbers)
    asked = {one["head"] for one in words["heads"] if one["claimed"] or one["paid"]}
    turning, clauses = words["flip"], reading.clauses(asked)
    return {
        "verdict": say(verdict, spoken), "css": css, "claimed": figure(words["claimed"]), "paid": figure(words["paid"]),
        "cut": _cut(words["paid"] - words["claimed"]), "open": figure(words["open"]) if words["open"] else "",
        "facts": reading.facts(), "clauses": clauses, "sections": reading.sections(asked),
        "others": reading.others(asked), "units": reading.units(), "balances": reading.balances(),
        "holds": [text_of(one, spoken) for one in words["holds"]],
        # A proof from before other insurance was noted has no notes.
        "notes": [text_of(one, spoken) for one in words.get("notes", [])],
        "flip": reading.flip(turning) if turning else None,
        "flips": [reading.flip(one) for one in words["flips"] if not turning or one["code"] != turning["code"]][:4],
        "tally": _tally(clauses, spoken), "steps": len(words["steps"]),
    }  # fmt: skip


def _tally(clauses: list[dict[str, Any]], spoken: Language) -> list[tuple[str, str]]:
    """How many clauses were met, are open, were not met: what a folded list of them says."""
    counts = [(css, word, sum(one["css"] == css for one in clauses)) for css, word in _TALLY]
    return [(css, f"{say(word, spoken)} {count}") for css, word, count in counts if count]


def _cut(yen: int) -> str:
    return figure(yen) if yen else "—"


class _Reading:
    """One decision's words, read in one language."""

    def __init__(
        self, product: Product, words: Mapping[str, Any], spoken: Language, numbers: Mapping[str, str]
    ) -> None:
        self.product, self.words, self.spoken, self.numbers = product, words, spoken, numbers
        self.english = spoken == "en"

    def pick(self, ja: str, en: str) -> str:
        return en if self.english else ja

    def moment(self, value: str | None) -> str:
        return moment_words(datetime.fromisoformat(value), self.spoken) if value else self.pick("未確認", "not known")

    def head(self, code: str) -> str:
        return say(self.product.heads[code].name, self.spoken) if code in self.product.heads else code

    def item(self, name: str) -> str:
        """An item by its head and amount, as a person names it."""
        found = next((one for one in self.words["items"] if one["id"] == name), None)
        if found is None:
            return name
        yen = f"¥{found['amount']:,}" if self.english else f"{found['amount']:,}円"
        return f"{self.head(found['head'])} {yen}"

    def unit(self, code: str) -> str:
        """A unit of payment by its coverage; several demands by their number."""
        coverage = next((one["coverage"] for one in self.words["units"] if one["code"] == code), code)
        word = coverage_word(coverage, self.spoken) if coverage in _COLOURS else coverage_word("liability", self.spoken)
        return word if code in _COLOURS else f"{word} {code.rpartition('/')[2]}"

    def source(self, one: Mapping[str, Any]) -> str:
        return source_title(self.product, one["source"], self.spoken) if one["source"] else ""

    def mark(self, one: Mapping[str, Any]) -> Mark | None:
        return mark(one["status"], self.spoken)

    # --- facts --------------------------------------------------------------------------------------------------

    def facts(self) -> list[tuple[str, str]]:
        facts, pick = self.words["facts"], self.pick
        rows = [(pick("事故を知った日時", "Incident known"), self.moment(facts["known_at"]))]
        if facts["circumstances_known_at"]:
            rows.append((pick("前から知っていた日時", "Known earlier"), self.moment(facts["circumstances_known_at"])))
        rows.append((pick("知らせを受けた日時", "Notice received"), self.moment(facts["received_at"])))
        if facts["occurred_at"]:
            rows.append((pick("起きた日時", "Occurred"), self.moment(facts["occurred_at"])))
        for one in facts["events"]:
            sure = one["certainty"] == "known"
            label = pick("起きたこと", "What happened") if sure else pick("おそれ（未確定）", "May have happened")
            rows.append((label, say(self.product.events[one["code"]].plain, self.spoken)))
        for one in facts["demands"]:
            rows.append((pick(f"損害賠償請求 {one['id']}", f"Demand {one['id']}"), self.moment(one["made_at"])))
        for kind, ja, en in (("individual", "被害者（個人）", "Persons affected"),
                             ("corporate", "被害者（法人）", "Companies affected")):  # fmt: skip
            count = facts["victims"][kind]
            if count is not None:
                rows.append(
                    (
                        pick(ja, en),
                        f"{count:,}" if self.english else f"{count:,}{'人' if kind == 'individual' else '社'}",
                    )
                )
        if facts["stoppage"]:
            until = facts["stoppage"]["ended_at"]
            ended = self.moment(until) if until else pick("続いている", "still stopped")
            began = self.moment(facts["stoppage"]["started_at"])
            rows.append((pick("機能の停止", "Stoppage"), pick(f"{began} から {ended}", f"{began} to {ended}")))
        for one in facts["grounds"]:
            sure = pick("認定", "found") if one["certainty"] == "known" else pick("調査中", "being looked into")
            rows.append((pick("お支払いしない場合", "Exclusion"),
                         f"{clause_name(self.product, one['exclusion'], self.spoken)}（{sure}）"))  # fmt: skip
        if facts.get("other_insurance"):
            rows.append((pick("他の保険契約等", "Other insurance"), pick("ある", "yes")))
        return rows

    # --- clauses ------------------------------------------------------------------------------------------------

    def clauses(self, asked: set[str]) -> list[dict[str, Any]]:
        """What was looked at, in order; heads that nobody claims anything for stand in `others`."""
        rows: list[dict[str, Any]] = []
        under = {one["unit"] for one in self.words["items"]}
        for one in self.words["steps"]:
            kind, values = one["kind"], one["values"]
            if kind in ("period", "knowledge") and under and one["subject"] not in under:
                continue
            if kind == "event":
                found = _MET if values["certainty"] == "known" else _OPEN
                row = (self.pick("対象となる事由", "Covered event"),
                       say(self.product.events[one["subject"]].name, self.spoken), found)  # fmt: skip
            elif kind == "period":
                row = (
                    self.pick("補償期間", "Period of cover"),
                    self._period(one),
                    _MET if values["term"] else _NOT_MET,
                )
            elif kind == "premium":
                row = (self.pick("保険料の領収", "Receipt of premium"), text_of(one["says"], self.spoken),
                       _MET if values["received"] else _OPEN)  # fmt: skip
            elif kind == "knowledge":
                row = (self.pick("補償の前に知っていた事故", "Prior knowledge"), self._knowledge(one),
                       _NOT_MET if values["since"] and not values["limit"] else _MET)  # fmt: skip
            elif kind in ("grant", "territory", "exclusion"):
                head = one["subject"].rpartition("/")[2]
                if head not in asked:
                    continue
                code = values["clause"] if kind == "grant" else values["code"]
                row = (clause_name(self.product, code, self.spoken), text_of(one["says"], self.spoken),
                       _FOUND[values["state"]])  # fmt: skip
                if rows and rows[-1]["key"] == (code, one["says"]["ja"], values["state"]):
                    rows[-1]["heads"].append(self.head(head))
                    rows[-1]["until"] = one["number"]
                    continue
            else:
                continue
            heads = kind in ("grant", "territory", "exclusion")
            rows.append({
                "number": one["number"], "until": one["number"], "name": row[0], "says": row[1], "css": row[2][0],
                "verdict": say(row[2][1], self.spoken), "source": self.source(one), "mark": self.mark(one),
                "heads": [self.head(one["subject"].rpartition("/")[2])] if heads else [],
                "key": (values.get("clause") or values.get("code"), one["says"]["ja"], values.get("state")),
            })  # fmt: skip
        return rows

    def _period(self, one: Mapping[str, Any]) -> str:
        values, when = one["values"], self.moment(one["values"]["moment"])
        what = f"{self.unit(one['subject'])}{self.pick('：', ': ')}"
        rules = self.product.settlement
        coverage = one["subject"] if one["subject"] in _COLOURS else "liability"
        name = "" if rules is None else say(rules.moments[coverage].name, self.spoken)
        if values["term"] is None:
            return what + self.pick(
                f"{name}（{when}）は、どの補償期間にもない", f"{name} ({when}) lies in no period of cover"
            )
        number = self.numbers.get(values["term"], "")
        return what + self.pick(f"{name}（{when}）は、加入 {number} の補償期間の中にある",
                                f"{name} ({when}) lies in the period of cover {number}")  # fmt: skip

    def _knowledge(self, one: Mapping[str, Any]) -> str:
        values, what = one["values"], f"{self.unit(one['subject'])}{self.pick('：', ': ')}"
        known = self.moment(values["known"])
        if values["since"] and not values["limit"]:
            since = self.moment(values["since"])
            return what + self.pick(f"知ったのは {known}。補償の開始 {since} より前",
                                    f"known on {known}, before cover began on {since}")  # fmt: skip
        return what + self.pick(f"知ったのは {known}。数える限度額は {values['limit']:,}円",
                                f"known on {known}; the limit that counts is ¥{values['limit']:,}")  # fmt: skip

    # --- heads --------------------------------------------------------------------------------------------------

    def sections(self, asked: set[str]) -> list[dict[str, Any]]:
        """Heads that have something, under their coverage: claimed, cut and why, paid; and the sum of each coverage."""
        shown = []
        for coverage in dict.fromkeys(one["coverage"] for one in self.words["heads"]):
            heads = [one for one in self.words["heads"] if one["coverage"] == coverage and one["head"] in asked]
            if not heads:
                continue
            claimed, paid = sum(one["claimed"] for one in heads), sum(one["paid"] for one in heads)
            shown.append({
                "name": coverage_word(coverage, self.spoken), "rows": [self._head(one) for one in heads],
                "claimed": figure(claimed), "paid": figure(paid), "cut": _cut(paid - claimed),
            })  # fmt: skip
        return shown

    def _head(self, one: Mapping[str, Any]) -> dict[str, Any]:
        css, verdict = _HEADS[one["verdict"]]
        items = [item for item in self.words["items"] if item["head"] == one["head"]]
        cuts = [f"{self.reason(cut)} {figure(-cut['yen'])}" for item in items for cut in item["cuts"]]
        if one["open"]:
            cuts.append(self.pick("まだ決められない額", "Not yet to be decided") + f" {figure(one['open'])}")
        cuts += [f"{name} {figure(-yen)}" for name, yen in self._limited(one["head"])]
        held = any(item["release"] == "held" for item in items)
        return {
            "name": self.head(one["head"]), "clause": clause_name(self.product, one["clause"], self.spoken),
            "css": css, "verdict": say(verdict, self.spoken), "reason": text_of(one["reason"], self.spoken)
            if one["verdict"] != "covered" else "", "cuts": cuts, "claimed": figure(one["claimed"]),
            "paid": figure(one["paid"]), "cut": _cut(one["paid"] - one["claimed"]), "held": held,
        }  # fmt: skip

    def reason(self, cut: Mapping[str, Any]) -> str:
        """Why an amount is not accepted, with its last day in words."""
        said = text_of(cut["reason"], self.spoken).rstrip("。.")
        for part in said.replace("（", " ").replace("(", " ").replace(")", " ").split():
            try:
                said = said.replace(part, day(date.fromisoformat(part), self.spoken))
            except ValueError:
                continue
        return said

    def _limited(self, head: str) -> list[tuple[str, int]]:
        """What limits took off a head, step by step."""
        found = []
        for unit in self.words["units"]:
            for (_, before), (name, after) in zip(unit["rows"], unit["rows"][1:], strict=False):
                lost = before.get(head, 0) - after.get(head, 0)
                if lost:
                    found.append((say(_YEN_STEPS[name], self.spoken), lost))
        return found

    def others(self, asked: set[str]) -> list[dict[str, Any]]:
        """Heads that nothing is claimed for, and how they stand."""
        return [
            {"name": self.head(one["head"]), "css": _HEADS[one["verdict"]][0],
             "verdict": say(_HEADS[one["verdict"]][1], self.spoken), "reason": text_of(one["reason"], self.spoken)}
            for one in self.words["heads"] if one["head"] not in asked
        ]  # fmt: skip

    # --- yen ----------------------------------------------------------------------------------------------------

    def units(self) -> list[dict[str, Any]]:
        """Each unit's way from claimed to paid: what each step takes away, off which heads, and what is left."""
        shown = []
        for unit in self.words["units"]:
            items = [one for one in self.words["items"] if one["unit"] == unit["code"]]
            if not items:
                continue
            claimed = sum(one["amount"] for one in items)
            refused = sum(cut["yen"] for one in items for cut in one["cuts"])
            waiting = sum(one["open"] for one in items)
            steps = [self._line(self.pick("請求", "Claimed"), "", 0, claimed)]
            if refused:
                why = dict.fromkeys(self.reason(cut) for one in items for cut in one["cuts"])
                steps.append(self._line(self.pick("認めない額", "Not accepted"), "、".join(why), -refused,
                                        claimed - refused))  # fmt: skip
            if waiting:
                steps.append(self._line(self.pick("事実が決まるまで保留", "Held until a fact is known"), "", -waiting,
                                        claimed - refused - waiting))  # fmt: skip
            told = {one["kind"]: one for one in self.words["steps"] if one["subject"] == unit["code"]}
            for (_, before), (name, after) in zip(unit["rows"], unit["rows"][1:], strict=False):
                lost = [(self.head(code), before[code] - after[code]) for code in after if before[code] != after[code]]
                by = self.pick("、", ", ").join(f"{head} {figure(-yen)}" for head, yen in lost)
                limit = self._limit(name, told.get(name), unit)
                steps.append(self._line(say(_YEN_STEPS[name], self.spoken), self.pick("。", ". ").join(
                    one for one in (limit, by) if one), -sum(yen for _, yen in lost), sum(after.values())))  # fmt: skip
            shown.append({"name": self.unit(unit["code"]), "steps": steps, "paid": figure(unit["paid"]),
                          "number": self.numbers.get(unit["term"] or "", "")})  # fmt: skip
        return shown

    def _line(self, name: str, note: str, change: int, after: int) -> dict[str, str]:
        return {"name": name, "note": note, "change": _cut(change), "after": figure(after)}

    def _limit(self, name: str, told: Mapping[str, Any] | None, unit: Mapping[str, Any]) -> str:
        if name == "deductible" and told is not None:
            yen = told["values"]["deductible"]
            return self.pick(
                f"免責金額 {yen:,}円" if yen else "免責金額なし", f"Deductible ¥{yen:,}" if yen else "None"
            )
        if name in ("limit", "aggregate"):
            yen = unit["limit"] if name == "limit" else unit["remaining"]
            return self.pick(f"{yen:,}円まで", f"up to ¥{yen:,}")
        if name == "ratio" and unit["rows"]:
            before = dict(unit["rows"]).get("deductible", {})
            after = dict(unit["rows"]).get("ratio", {})
            return "100%" if before == after else ""
        return ""

    def balances(self) -> list[dict[str, Any]]:
        """Aggregates before and after, with the widths of what was used before and what is used now in thousandths."""
        shown = []
        for one in self.words["balances"]:
            subject, limit = one["subject"], one["limit"]
            is_head = subject in self.product.heads
            coverage = self.product.heads[subject].coverage if is_head else subject
            used = 1000 * one["used_before"] // limit if limit else 0
            shown.append({
                "name": self.head(subject) if is_head else coverage_word(subject, self.spoken),
                "number": self.numbers.get(one["term"], ""), "limit": figure(limit),
                "before": figure(limit - one["used_before"]), "now": figure(one["paid_now"]),
                "moves": one["paid_now"] > 0,
                "after": figure(one["left_after"]), "used": used, "fill": _COLOURS[coverage],
                "width": min(1000 - used, -(-1000 * one["paid_now"] // limit) if limit else 0),
            })  # fmt: skip
        return shown

    # --- what would turn it -------------------------------------------------------------------------------------

    def flip(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """A single fact that would change it, items and reasons by their names."""
        return {"sentence": self._sentence(one), "paid": figure(one["paid_then"]), "turns": one["turns"],
                "head": self.head(one["head"]) if one["head"] else ""}  # fmt: skip

    def _sentence(self, one: Mapping[str, Any]) -> str:
        kind, _, rest = one["code"].partition(":")
        pattern = _FLIPS.get(kind)
        if pattern is None:
            return text_of(one["sentence"], self.spoken)
        if kind in ("approval", "no_approval", "spent"):
            return say(pattern, self.spoken).format(self.item(rest))
        if kind in ("known_before", "discovered_before"):
            return say(pattern, self.spoken).format(self.moment(rest))
        return say(pattern, self.spoken).format(clause_name(self.product, rest, self.spoken))


_FLIPS: Final[dict[str, Text]] = {
    "approval": Text("「{}」に事前の承認があれば", "If {} had been approved beforehand"),
    "no_approval": Text("「{}」の事前の承認がなければ", "Without the approval of {}"),
    "spent": Text("「{}」が対象期間の中の支出なら", "If {} had been spent within the window"),
    "no_ground": Text("お支払いしない場合「{}」に当たらないなら", "If the exclusion falls away: {}"),
    "ground": Text("お支払いしない場合「{}」に当たるなら", "If the exclusion stands: {}"),
    "known_before": Text("{} より前に事故を知っていたなら", "If the incident had been known before {}"),
    "discovered_before": Text("{} より前に事故を発見していたなら", "If the incident had been discovered before {}"),
}


def head_flips_shown(
    product: Product, words: Mapping[str, Any], flips: Iterable[Mapping[str, Any]], spoken: Language
) -> list[dict[str, Any]]:
    """The one fact that would turn each head; heads that the same fact would turn stand together. Yen now and then."""
    reading = _Reading(product, words, spoken, {})
    now = {one["head"]: one["paid"] for one in words["heads"]}
    together: dict[str, list[Mapping[str, Any]]] = {}
    for one in flips:
        together.setdefault(reading.flip(one)["sentence"], []).append(one)
    return [
        {"sentence": sentence, "heads": [reading.head(one["head"]) for one in same],
         "now": figure(sum(now.get(one["head"], 0) for one in same)),
         "paid": figure(sum(one["paid_then"] for one in same))}
        for sentence, same in together.items()
    ]  # fmt: skip


def cut_reason(product: Product, words: Mapping[str, Any], cut: Mapping[str, Any], spoken: Language) -> str:
    """Why an amount is not accepted, in words."""
    return _Reading(product, words, spoken, {}).reason(cut)
