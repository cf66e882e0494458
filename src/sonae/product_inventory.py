"""Every value of a product as one flat list in the trade's words: of what, which value, how much, on what it rests.

The list is walked off the frozen values themselves, so a new field of a product is in it without being named here;
a field without a word of its own below is shown under its own name.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any, Final, Literal, NamedTuple

from sonae.conditions import Condition
from sonae.product import Constant, Grant, NotGranted, Product, Text
from sonae.settlement_rules import Figure
from sonae.wording import points
from sonae.worksheet import Basis

Unit = Literal["yen", "e-4", "percent", ""]


class Group(NamedTuple):
    """A part of a product as a reader looks for it."""

    code: str
    name: Text


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Coded:
    """Something that is compared by its codes and shown in words: a cell that a clause grants, a condition."""

    code: str
    words: str = dataclasses.field(compare=False)


class Value(NamedTuple):
    """One value: its group, of what (`subject`), which one (`field`), and its basis where it has one of its own.

    `value` is a whole number, a yes or no, a text in Japanese and English, a tuple of codes or `Coded`, or None.
    """

    group: str
    key: str
    subject: Text
    field: str
    label: Text
    value: Any
    unit: Unit
    basis: Basis | None


GROUPS: Final = tuple(
    Group(code, Text(ja, en))
    for code, ja, en in (
        ("identity", "商品年度", "Product year"),
        ("limits", "加入セットの支払限度額", "Limits of the sets"),
        ("menus", "選べる支払限度額と係数", "Menus of limits and their factors"),
        ("industries", "業種の料率", "Rates by industry"),
        ("curves", "売上高係数", "Sales curves"),
        ("constants", "料率の定数と割引", "Constants of the tariff and discounts"),
        ("plans", "プラン", "Plans"),
        ("riders", "特約", "Riders"),
        ("rules", "引受の規則", "Rules of eligibility"),
        ("clauses", "約款の条項", "Clauses"),
        ("not_granted", "補償しないと決めたところ", "Knowingly left out"),
        ("events", "対象となる事由", "Covered events"),
        ("heads", "費目", "Heads of loss"),
        ("sheet", "割引確認シート", "Discount sheet"),
        ("disclosure", "告知事項", "Disclosure"),
        ("settlement", "損害の査定", "Settlement"),
        ("running", "制度の運営", "How the plan is run"),
        ("papers", "書面の文言", "Texts of the papers"),
        ("cases", "保険料例と事故例", "Examples and cases"),
        ("sources", "出典", "Sources"),
    )
)
"""In the order in which a reader wants to know them."""

_COVERAGES: Final = {
    "liability": Text("賠償損害", "Liability"),
    "expense": Text("費用損害", "Expense"),
    "business_income": Text("利益損害", "Business income"),
}

LABELS: Final[Mapping[str, Text]] = {
    name: Text(ja, en)
    for name, ja, en in (
        ("core_base", "基準額", "core base"), ("factors", "プランの係数", "plan factor"),
        ("business_income_class", "利益損害の区分", "business-income class"), ("it_industry", "IT業種", "IT industry"),
        ("gross_margin", "粗利率", "gross margin"), ("marks", "規則が見る印", "mark"), ("factor", "係数", "factor"),
        ("value", "値", "value"), ("name", "名前", "name"), ("plain", "説明", "in plain words"),
        ("plain_ja", "説明", "in plain words"), ("tagline", "うたい文句", "tagline"), ("clauses", "条項", "clauses"),
        ("factor_name", "係数の列", "column of factors"), ("it_base", "IT業務の基準額", "IT base"),
        ("free", "フリーセット", "free set"), ("limits", "支払限度額", "limit"),
        ("deductibles", "免責金額", "deductible"), ("attaches", "必ず付く特約", "attached riders"),
        ("clause", "条項", "clause"), ("rates", "開く保険料の行", "opens the lines of"),
        ("business_income_factor", "利益損害の係数", "business-income factor"), ("needs", "条件", "needs"),
        ("when", "条件", "when"), ("effect", "結果", "effect"), ("message", "伝える理由", "reason given"),
        ("pointer", "対象の項目", "field"), ("always", "いつも付く", "always attached"),
        ("grants", "補償する組", "grants"),
        ("withdraws", "補償しない組", "withdraws"), ("coverage", "補償", "coverage"),
        ("within_limit", "限度額の内枠", "within the limit"),
        ("needs_prior_approval", "事前承認", "needs prior approval"), ("sublimit", "内枠の限度額", "sublimit"),
        ("per_victim", "被害者1人・1社ごとの上限", "cap per victim"), ("ratio", "支払割合", "ratio"),
        ("points", "点", "points"), ("answers", "答え", "answer"), ("share", "点の割合", "share of the points"),
        ("discount", "割引", "discount"), ("text", "文", "text"), ("short", "短い文", "short text"),
        ("evidence", "裏付け", "evidence"), ("part_a_at_most", "パートAの上限", "part A at most"),
        ("part_b_at_most", "パートBの上限", "part B at most"), ("discount_at_most", "割引の上限", "discount at most"),
        ("step", "割引の刻み", "step of the discount"), ("valid_from", "始まり", "valid from"),
        ("valid_until", "終わり", "valid until"), ("year", "年度", "year"), ("reason", "理由", "reason"),
        ("liability_share", "基準額のうち賠償の割合", "liability share of the core"),
        ("expense_share", "基準額のうち費用の割合", "expense share of the core"),
        ("group_discount", "団体割引", "group discount"), ("unit", "保険料の単位", "unit of the premium"),
        ("minimum", "最低保険料", "minimum premium"), ("premium", "保険料", "premium"),
        ("waiting_hours", "待機時間", "waiting hours"), ("longest_days", "支払対象の日数", "longest days"),
        ("keeps", "途中の異動で残す保険料", "kept on a change"), ("reserves", "当初の見積額", "opening reserve"),
        ("wording", "約款", "wording"), ("approval_no", "承認番号", "approval number"),
        ("id", "商品ID", "product id"), ("federation", "団体", "federation"), ("insurer", "引受保険会社", "insurer"),
        ("currency", "通貨", "currency"),
    )
}  # fmt: skip
"""What a field is called."""

_UNITS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(
        ("core_base", "it_base", "limits", "deductibles", "sublimit", "per_victim", "unit", "minimum", "reserves",
         "premium", "annual_sales", "it_sales", "amount", "paid_about"), "yen"),
    **dict.fromkeys(("factors", "factor", "business_income_factor"), "e-4"),
    **dict.fromkeys(
        ("gross_margin", "ratio", "share", "discount", "part_a_at_most", "part_b_at_most", "discount_at_most",
         "liability_share", "expense_share", "group_discount", "step", "at_most"), "percent"),
}  # fmt: skip

_NO_VALUE: Final = frozenset({"basis", "code", "number", "key", "id", "kind", "unit_basis", "where"})


def inventory(product: Product) -> Iterator[Value]:
    """Every value of the product, group by group."""
    known = _Names(product)
    for name in ("id", "name", "year", "wording", "federation", "insurer", "approval_no", "approval_valid_until",
                 "valid_from", "valid_until", "currency"):  # fmt: skip
        yield _single("identity", name, _label(name), name, getattr(product, name), product.basis)
    for code, note in product.notes.items():
        yield _single("identity", f"note/{code}", Text("注記", "Note"), code, note, product.basis)
    for number, one in product.sets.items():
        yield from known.walk("limits", str(number), one.name, one)
    for coverage, rows in product.menus.items():
        for row in rows:
            subject = _of(_COVERAGES.get(coverage, _label(coverage)), _yen(row.at))
            yield Value("menus", f"{coverage}/{row.at}", subject, "factor", _label("factor"), row.factor, "e-4",
                        row.basis)  # fmt: skip
    for code, industry in product.industries.items():
        yield from known.industry(code, industry)
    for curve, title in (("sales_curve", Text("売上高", "Sales")), ("it_sales_curve", Text("ITの売上高", "IT sales"))):
        for row in getattr(product, curve):
            yield Value("curves", f"{curve}/{row.at}", _of(title, _yen(row.at)), "factor", _label("factor"),
                        row.factor, "e-4", row.basis)  # fmt: skip
    for name, constant in product.constants.items():
        yield Value("constants", name, _label(name), "value", _label("value"), constant.value,
                    _UNITS.get(name, ""), constant.basis)  # fmt: skip
    for name, constant in product.business_income_bases.items():
        subject = Text(f"利益損害の基準額 {name}", f"Business-income base {name}")
        yield Value("constants", f"income/{name}", subject, "value", _label("value"), constant.value, "yen",
                    constant.basis)  # fmt: skip
    for group in ("plans", "riders", "clauses", "events", "heads"):
        for code, part in getattr(product, group).items():
            yield from known.walk(group, code, part.name, part)
    for rule in product.rules:
        yield from known.walk("rules", rule.code, Text(rule.code, rule.code), rule)
    for left in product.not_granted:
        words = _short(known.words(left))
        yield from known.walk("not_granted", known.key(left), Text(words, words), left)
    yield from known.sheet()
    if product.disclosure is not None:
        yield from known.walk("disclosure", "", Text("告知事項", "Disclosure"), product.disclosure)
    if product.settlement is not None:
        yield from known.walk("settlement", "", Text("査定", "Settlement"), product.settlement)
    for name in ("calendar", "cutoffs", "part_year", "life"):
        if getattr(product, name) is not None:
            for value in known.walk("running", name, _RUNNING[name], getattr(product, name)):
                # Unit and minimum of part-year money are the tariff's own constants, which stand above.
                if (name, value.field) not in (("part_year", "unit"), ("part_year", "minimum")):
                    yield value
    if product.papers is not None:
        yield from known.walk("papers", "", Text("書面", "Papers"), product.papers)
    for place, example in enumerate(product.examples, 1):
        yield from known.walk("cases", f"example/{place}", Text(f"保険料例{place}", f"Example {place}"), example)
    for case in product.cases:
        yield from known.walk("cases", f"case/{case.title.ja}", case.title, case)
    for source in product.sources.values():
        yield from known.walk("sources", source.key, source.title, source)
    for place_of, printed in enumerate(product.printed_marks, 1):
        yield from known.walk("papers", f"printed/{place_of}", Text("印刷された○×", "Printed mark"), printed)
    for place_of, said in enumerate(product.industry_names, 1):
        yield from known.walk(
            "industries", f"{said.code}/name/{place_of}", Text(f"{said.code} 検索名", said.code), said
        )


_RUNNING: Final = {
    "calendar": Text("暦", "Calendar"), "cutoffs": Text("締切", "Cut-offs"),
    "part_year": Text("中途の保険料", "Part-year money"), "life": Text("契約の運び", "Life of a cover"),
}  # fmt: skip


class _Names:
    """A product's values with the product's own names for codes."""

    def __init__(self, product: Product) -> None:
        self.product = product

    def industry(self, code: str, industry: Any) -> Iterator[Value]:
        """An industry; its factors have bases of their own, and its other values another."""
        for one in self.walk("industries", code, industry.name, industry):
            named = one.field.partition("/")[2]
            if one.field.startswith("factors/"):
                yield one._replace(basis=industry.factor_bases.get(named, industry.basis))
            elif not one.field.startswith(("factor_bases", "other_basis")):
                yield one if one.field == "core_base" else one._replace(basis=industry.other_basis)

    def sheet(self) -> Iterator[Value]:
        sheet = self.product.sheet
        if sheet is None:
            return
        whole = Text("シート全体", "The sheet")
        for name in ("version", "part_a_at_most", "part_b_at_most", "discount_at_most", "step"):
            yield _single("sheet", "", whole, name, getattr(sheet, name), sheet.basis)
        for question in sheet.questions:
            yield from self.walk("sheet", question.id, _of(Text(question.id, question.id), question.short), question)
        for step in sheet.steps:
            at = points(step.points)
            subject = Text(f"{at}点から", f"from {at} points")
            yield Value("sheet", f"step/{step.points}", subject, "discount", _label("discount"), step.discount,
                        "percent", step.basis)  # fmt: skip
        for paper in sheet.certificates:
            yield from self.walk("sheet", f"paper/{paper.kind}", paper.name, paper)
        for name in ("facts", "knock_outs", "caps"):
            for place, part in enumerate(getattr(sheet, name), 1):
                key = getattr(part, "code", str(place))
                yield from self.walk("sheet", f"{name}/{key}", Text(key, key), part, sheet.basis)

    def walk(
        self, group: str, key: str, subject: Text, part: Any, basis: Basis | None = None, path: str = ""
    ) -> Iterator[Value]:
        """The values of a part and of the parts below it, each under its path."""
        own = getattr(part, "basis", None) or basis
        for field in dataclasses.fields(part):
            if field.name in _NO_VALUE or field.name.endswith("basis"):
                continue
            rests = getattr(part, f"{field.name}_basis", None) or own
            value = getattr(part, field.name)
            if field.name in ("sublimit", "per_victim", "needs_prior_approval") and hasattr(part, "terms_basis"):
                rests = part.terms_basis
            yield from self.flat(group, key, subject, f"{path}{field.name}", field.name, value, rests)

    def flat(
        self, group: str, key: str, subject: Text, path: str, name: str, value: Any, basis: Basis | None
    ) -> Iterator[Value]:
        """One field: a plain value, or what lies in it."""
        if isinstance(value, Mapping):
            for inner, one in value.items():
                yield from self.flat(group, key, subject, f"{path}/{inner}", name, one, basis)
        elif isinstance(value, list | tuple) and value and dataclasses.is_dataclass(value[0]):
            if isinstance(value[0], Condition | Grant):
                said = tuple(sorted(cell for one in value for cell in self.cells(one)))
                yield Value(group, key, subject, path, self.label(path), said, "", _basis_of(value, basis))
                return
            for place, part in enumerate(value, 1):
                inner = getattr(part, "id", None) or getattr(part, "code", None) or str(place)
                yield from self.walk(group, key, subject, part, basis, f"{path}/{inner}/")
        elif dataclasses.is_dataclass(value) and not isinstance(value, Text | Condition | type):
            if isinstance(value, Constant | Figure):
                yield Value(
                    group, key, subject, path, self.label(path), value.value, _UNITS.get(name, ""), value.basis
                )
            else:
                yield from self.walk(group, key, subject, value, basis, f"{path}/")
        else:
            yield Value(group, key, subject, path, self.label(path), _plain(value), _UNITS.get(name, ""), basis)

    def label(self, path: str) -> Text:
        """The field's word, with the code that it stands under."""
        field, _, under = path.partition("/")
        label = _label(field)
        if not under:
            return label
        pieces = [self.code(piece) for piece in under.split("/") if piece]
        return Text(f"{label.ja} {' '.join(one.ja for one in pieces)}", f"{label.en} {' '.join(o.en for o in pieces)}")

    def code(self, code: str) -> Text:
        """The name of a code of any kind; the code itself where it has none."""
        product = self.product
        for names in (product.heads, product.events, product.riders, product.plans, product.clauses):
            if code in names:
                found: Text = names[code].name
                return found
        return _COVERAGES.get(code) or LABELS.get(code) or Text(code, code)

    def cells(self, one: Any) -> Iterator[Coded]:
        """A condition as one; a grant as one a cell that it opens."""
        if isinstance(one, Condition):
            yield Coded(_coded(one), self.condition(one))
            return
        when = "・".join(self.condition(condition) for condition in one.when)
        codes = " ".join(_coded(condition) for condition in one.when)
        for event in one.events:
            for head in one.heads:
                words = f"{self.code(event).ja} × {self.code(head).ja}" + (f"（{when}）" if when else "")
                yield Coded(f"{event} × {head} {codes}".rstrip(), words)

    def key(self, left: NotGranted) -> str:
        return f"{' '.join(left.events)} × {' '.join(left.heads)} {' '.join(map(_coded, left.when))}".rstrip()

    def condition(self, condition: Condition) -> str:
        """A condition by its name and parameter: 「plan_is ワイドプラン」."""
        parameter = condition.parameter
        if isinstance(parameter, str):
            said = self.code(parameter).ja
        elif isinstance(parameter, Collection):
            said = ", ".join(self.code(str(one)).ja for one in parameter)
        else:
            said = (
                f"{parameter:,}" if isinstance(parameter, int) and not isinstance(parameter, bool) else str(parameter)
            )
        return f"{'' if condition.wanted else 'not '}{condition.test.name} {said}"

    def words(self, left: NotGranted) -> str:
        events = "・".join(self.code(code).ja for code in left.events)
        heads = "・".join(self.code(code).ja for code in left.heads)
        return f"{events} × {heads} {' '.join(self.condition(one) for one in left.when)}".rstrip()


def _coded(condition: Condition) -> str:
    return f"{'' if condition.wanted else 'not_'}{condition.test.name}={condition.parameter}"


def _short(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:119]}…"


def _basis_of(parts: Any, basis: Basis | None) -> Basis | None:
    return getattr(parts[0], "basis", None) or basis


def _single(group: str, key: str, subject: Text, name: str, value: Any, basis: Basis) -> Value:
    return Value(group, key, subject, name, _label(name), _plain(value), _UNITS.get(name, ""), basis)


def _plain(value: Any) -> Any:
    """A value as it is compared and shown."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return tuple(sorted(map(str, value)))
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return value


def _label(name: str) -> Text:
    return LABELS.get(name) or _COVERAGES.get(name) or Text(name, name)


def _yen(yen: int) -> Text:
    return Text(f"{yen:,}円", f"{yen:,} yen")


def _of(first: Text, second: Text) -> Text:
    return Text(f"{first.ja} {second.ja}", f"{first.en} {second.en}")
