"""What was typed into the quotation page, and the request it stands for.

The page knows no vocabulary of its own: the fields follow from the product, and whatever was posted goes to
the door's validator as it is, so that a wrong code is refused here in the same words as everywhere else.
Only what people type in free text is read here: the industry, amounts of money, and ticked papers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sonae import yen_text
from sonae.conditions import COVERAGES
from sonae.industry_search import Match, resolve, search
from sonae.product import Product
from sonae.yen_text import Unreadable

LONGEST: Final = 200
"""Characters kept of any field. A longer entry is cut; it can be no valid one."""

PAPER_FIELDS: Final = ("number", "expires", "issued")

_CONTROL: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\ufffd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The form as typed. Nothing here is checked; empty text means nothing was entered."""

    industry: str = ""
    sales: str = ""
    it_sales: str = ""
    inception: str = ""
    discount: str = ""
    plan: str = ""
    set: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)
    riders: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the free text was read as. `None` where nothing was entered or nothing clear can be read."""

    industry: str | None
    candidates: tuple[Match, ...]
    annual_sales: int | None
    sales_problem: Unreadable | None
    it_sales: int | None
    it_sales_problem: Unreadable | None

    @property
    def can_ask(self) -> bool:
        """Whether there is enough to price: an industry, sales, and no unreadable amount."""
        return self.industry is not None and self.annual_sales is not None and self.it_sales_problem is None


def read_form(product: Product, values: Callable[[str], list[str]]) -> Entry:
    """The entry from a submitted form or a query string; `values` gives all texts under a name."""

    def one(name: str) -> str:
        given = [text for text in values(name) if text]
        return tidy(given[-1]) if given else ""

    cell_set, _, cell_plan = one("cell").partition("-")
    sheet = product.sheet
    entry = Entry(
        industry=one("pick") or one("industry"),
        sales=one("sales"),
        it_sales=one("it_sales"),
        inception=one("inception"),
        discount=one("discount"),
        plan=cell_plan or one("plan"),
        set=cell_set or one("set"),
        limits={coverage: one(f"limit-{coverage}") for coverage in COVERAGES if values(f"limit-{coverage}")},
        riders=tuple(dict.fromkeys(tidy(code) for code in values("rider")[:20] if code)),
        answers=_given({question.id: one(f"answer-{question.id}") for question in sheet.questions}) if sheet else {},
        facts=_given({fact.code: one(f"fact-{fact.code}") for fact in sheet.facts}) if sheet else {},
        papers={
            kind.kind: _given({part: one(f"paper-{kind.kind}-{part}") for part in PAPER_FIELDS})
            for kind in (sheet.certificates if sheet else ())
            if one(f"paper-{kind.kind}") == "yes"
        },
    )
    return _part(entry)


def tidy(text: str) -> str:
    """At most `LONGEST` characters, control characters made visible; otherwise as typed."""
    return text[:LONGEST].translate(_CONTROL)


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _part(entry: Entry) -> Entry:
    """「町工場 5億」 typed into the industry field is an industry and its sales."""
    words = entry.industry.split()
    if entry.sales or len(words) < 2 or words[-1].isdigit() or isinstance(yen_text.read(words[-1]), Unreadable):
        return entry
    return replace(entry, industry=" ".join(words[:-1]), sales=words[-1])


def understand(product: Product, entry: Entry) -> Understood:
    """Read the free text of an entry."""
    industry = resolve(product, entry.industry) if entry.industry else None
    sales = yen_text.read(entry.sales) if entry.sales else None
    it_sales = yen_text.read(entry.it_sales) if entry.it_sales else None
    return Understood(
        industry=industry,
        candidates=search(product, entry.industry) if entry.industry and industry is None else (),
        annual_sales=sales if isinstance(sales, int) else None,
        sales_problem=sales if isinstance(sales, Unreadable) else None,
        it_sales=it_sales if isinstance(it_sales, int) else None,
        it_sales_problem=it_sales if isinstance(it_sales, Unreadable) else None,
    )


def limits_of(product: Product, entry: Entry, set_number: int) -> dict[str, str]:
    """The free set's limits as chosen; where nothing was chosen yet, the ones the product gives as example.

    An empty text means that the coverage is left out.
    """
    example = product.sets[set_number].limits
    return {
        coverage: entry.limits.get(coverage, str(example.get(coverage, "")))
        for coverage in COVERAGES
        if coverage in product.menus
    }


def riders_of(product: Product, entry: Entry, plan: str, set_number: int) -> tuple[str, ...]:
    """The ticked riders that may stand in this cell of the table, with the one that a chosen limit brings.

    A rider of the basic plan stays ticked while the wide column is shown without it: the product says which
    riders may join which plan and set. Unknown codes are kept, for the door to refuse.
    """
    chosen = list(entry.riders)
    bringer = product.rider_rating("business_income")
    if bringer is not None and product.sets[set_number].free:
        chosen = [code for code in chosen if code != bringer.code]
        if limits_of(product, entry, set_number).get("business_income"):
            chosen.insert(0, bringer.code)
    carried = {*chosen, *product.sets[set_number].attaches}
    return tuple(
        code
        for code in chosen
        if code not in product.riders or product.riders[code].may_join(plan, set_number, carried)
    )


def sheet_waits(product: Product, entry: Entry) -> tuple[str, ...]:
    """The facts that must be answered before the sheet counts; empty when it counts, or was not begun."""
    if product.sheet is None or not (entry.answers or entry.facts or entry.papers):
        return ()
    return tuple(fact.code for fact in product.sheet.facts if fact.code not in entry.facts)


def paper_waits(product: Product, entry: Entry, kind: str) -> tuple[str, ...]:
    """The fields that a ticked paper still needs before it counts."""
    assert product.sheet is not None
    needs = next(paper.needs for paper in product.sheet.certificates if paper.kind == kind)
    return tuple(part for part in needs if part not in entry.papers.get(kind, {}))


def counted_papers(product: Product, entry: Entry) -> tuple[str, ...]:
    """The ticked papers that carry all they need, in the order in which the request lists them."""
    return tuple(kind for kind in entry.papers if not paper_waits(product, entry, kind))


def body(
    product: Product, entry: Entry, understood: Understood, plan: str, set_number: int, riders: tuple[str, ...]
) -> dict[str, Any]:
    """The request for one cell, in the words of the contract. Texts that could not be read stay as typed."""
    words: dict[str, Any] = {
        "product": product.id,
        "industry": entry.industry if understood.industry is None else understood.industry,
        "annual_sales": entry.sales if understood.annual_sales is None else understood.annual_sales,
        "plan": plan,
        "set": set_number,
        "riders": list(riders),
    }
    if entry.it_sales:
        words["it_sales"] = entry.it_sales if understood.it_sales is None else understood.it_sales
    if set_number in product.sets and product.sets[set_number].free:
        chosen = limits_of(product, entry, set_number)
        words["limits"] = {coverage: _whole(text) for coverage, text in chosen.items() if text}
    if entry.inception:
        words["inception"] = entry.inception
    if entry.discount:
        words["sheet_discount"] = _whole(entry.discount)
    elif (sheet := _sheet(product, entry)) is not None:
        words["sheet"] = sheet
    return words


def asked_set(entry: Entry) -> int | str:
    """The set as a number where the text is one."""
    return _whole(entry.set)


def _sheet(product: Product, entry: Entry) -> dict[str, Any] | None:
    begun = entry.answers or entry.facts or entry.papers
    if product.sheet is None or not begun or sheet_waits(product, entry):
        return None
    return {
        "version": product.sheet.version,
        "answers": dict(entry.answers),
        "facts": {code: {"yes": True, "no": False}.get(text, text) for code, text in entry.facts.items()},
        "certificates": [
            {
                "kind": kind,
                **{part: text for part, text in entry.papers[kind].items() if part in _paper_needs(product, kind)},
            }
            for kind in counted_papers(product, entry)
        ],
    }


def _paper_needs(product: Product, kind: str) -> tuple[str, ...]:
    assert product.sheet is not None
    return next(paper.needs for paper in product.sheet.certificates if paper.kind == kind)


def _whole(text: str) -> int | str:
    """The number that the ASCII digits of a short text write; any other text as it is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else text
