"""The book (全加入者): every member of a plan priced at once, yen for yen and finding for finding as one quotation.

`tables` lays a product out as arrays, `rate` prices columns of members by the compiled kernel. A row that is not in
the product's words is told with its reasons and is never dropped.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from sonae import book_kernel
from sonae.book_kernel import Columns, Outcome, Tables
from sonae.conditions import COVERAGES
from sonae.eligibility import RuleTable, Standing, beyond_limits, left_by_limits, narrow
from sonae.product import Product, Set, Text
from sonae.quotation import prepare
from sonae.rating import Lines, Tariff
from sonae.risk import Limits, QuotationRequest
from sonae.selection import select

Whole = NDArray[np.int64]

WHY_BAD: tuple[tuple[str, Text], ...] = (
    ("unreadable", Text("空欄か、読めない値があります", "a cell is empty or cannot be read")),
    ("unknown_industry", Text("業種コードがこの商品にありません", "the industry is not the product's")),
    ("unknown_plan", Text("プランがこの商品にありません", "the plan is not the product's")),
    ("unknown_set", Text("加入セットがこの商品にありません", "the set is not the product's")),
    ("annual_sales", Text("年間売上高は1円以上、1,000兆円未満です", "annual sales are from 1 yen to below 10^15")),
    ("it_sales", Text("IT業務の売上高は0円以上、1,000兆円未満です", "IT sales are from 0 yen to below 10^15")),
    ("it_sales_above_annual_sales", Text("IT業務の売上高が年間売上高を超えています", "IT sales above annual sales")),
    ("it_sales_missing", Text("IT業務特約にはIT業務の売上高が必要です", "the IT rider needs the IT sales")),
    ("not_the_sets_own", Text("支払限度額が加入セットのものではありません", "the limits are not the set's own")),
    ("off_the_menu", Text("支払限度額が選べる金額ではありません", "a limit is not on its menu")),
    ("not_a_step", Text("セキュリティ割引は決まった割合だけです", "the discount is no step of the sheet")),
)
"""Code and words of each bit of `Outcome.bad`, in the kernel's order."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A product laid out for books. `industries`, `plans`, `riders` give the position of each code.

    `finding_codes` has the rules' codes by bit.
    """

    product: Product
    tables: Tables
    industries: dict[str, int]
    plans: dict[str, int]
    riders: dict[str, int]
    finding_codes: tuple[str, ...]

    def codes(self, bits: int) -> tuple[str, ...]:
        """The codes of the rules in a bit set, in the product's order."""
        return tuple(code for bit, code in enumerate(self.finding_codes) if bits >> bit & 1)


def why_bad(bits: int) -> tuple[str, ...]:
    """The codes of what is wrong with a row."""
    return tuple(code for bit, (code, _) in enumerate(WHY_BAD) if bits >> bit & 1)


def whole(values: Iterable[int]) -> Whole:
    """Whole numbers as an array of int64, as the kernels read them."""
    return np.fromiter(values, dtype=np.int64)


@lru_cache(maxsize=8)
def prepared(product: Product) -> Prepared:
    """Lay a product out once. What a member's industry, plan and riders select is read by `selection.select`."""
    quoting = prepare(product)
    industries = {code: place for place, code in enumerate(product.industries)}
    plans = {code: place for place, code in enumerate(product.plans)}
    riders = {code: 1 << bit for bit, code in enumerate(product.riders)}
    sets = list(product.sets.values())
    rider_sets = 1 << len(riders)
    pairs = [
        (industry, plan, tuple(code for code in riders if bits & riders[code]))
        for industry in industries
        for plan in plans
        for bits in range(rider_sets)
    ]
    rates = [_rates(product, *pair) for pair in pairs]
    rules, rules_from, rules_to, open_rules = _open_rules(product, pairs, sets)
    income_rider = product.rider_rating("business_income")
    it_rider = product.rider_rating("it_business")
    sheet = product.sheet
    menus = {coverage: sorted((row.at, row.factor) for row in product.menus[coverage]) for coverage in COVERAGES}
    parts: Any = (whole(part) if isinstance(part, tuple) else part for part in product.tariff)
    tables = Tables(
        tariff=Tariff(*parts),
        core_base=whole(one.core_base for one in rates),
        plan_factor=whole(one.plan_factor for one in rates),
        business_income_base=whole(one.business_income_base for one in rates),
        continuity_factor=whole(one.continuity_factor for one in rates),
        it_base=whole(one.it_base for one in rates),
        rules=rules,
        rules_from=rules_from,
        rules_to=rules_to,
        open_rules=open_rules,
        limit_rules=_limit_rules(product),
        declining=sum(1 << bit for bit, rule in enumerate(product.rules) if rule.effect == "decline"),
        it_industry=whole(industry.it_industry for industry in product.industries.values()),
        industry_marks=whole(quoting.industry_marks[code] for code in industries),
        gross_margin=whole(industry.gross_margin for industry in product.industries.values()),
        plans=len(plans),
        rider_sets=rider_sets,
        set_place=_places([one.number for one in sets]),
        set_free=whole(one.free for one in sets),
        set_liability=whole(0 if one.free else one.limits["liability"] for one in sets),
        set_expense=whole(0 if one.free else one.limits["expense"] for one in sets),
        set_business_income=whole(0 if one.free else one.limits.get("business_income", 0) for one in sets),
        set_riders=whole(sum(riders[code] for code in one.attaches) for one in sets),
        liability_at=whole(at for at, _ in menus["liability"]),
        liability_factor=whole(factor for _, factor in menus["liability"]),
        expense_at=whole(at for at, _ in menus["expense"]),
        expense_factor=whole(factor for _, factor in menus["expense"]),
        business_income_at=whole(at for at, _ in menus["business_income"]),
        business_income_factor=whole(factor for _, factor in menus["business_income"]),
        business_income_rider=0 if income_rider is None else riders[income_rider.code],
        it_rider=0 if it_rider is None else riders[it_rider.code],
        discount_step=1 if sheet is None else sheet.step,
        discount_at_most=0 if sheet is None else sheet.discount_at_most,
    )
    return Prepared(product, tables, industries, plans, riders, tuple(rule.code for rule in product.rules))


def _rates(product: Product, industry: str, plan: str, riders: tuple[str, ...]) -> Any:
    """What industry, plan and riders select; the limits are looked up row by row."""
    chosen = max(product.sets.values(), key=lambda one: (one.free, one.limits.get("business_income", 0)))
    limits = None
    if chosen.free:
        income_rider = product.rider_rating("business_income")
        income = income_rider is not None and income_rider.code in product.attached_riders(chosen.number, riders)
        lowest = {coverage: product.menus[coverage][0].at for coverage in COVERAGES[: 3 if income else 2]}
        limits = Limits(**lowest)
    request = QuotationRequest(
        industry=industry, annual_sales=1, plan=plan, set=chosen.number, limits=limits, riders=riders
    )
    return select(product, request).rates


def _open_rules(
    product: Product, pairs: Sequence[tuple[str, str, tuple[str, ...]]], sets: Sequence[Set]
) -> tuple[RuleTable, Whole, Whole, Whole]:
    """The rules that each industry, plan, rider set and enrolment set leaves open; equal tables are kept once."""
    quoting = prepare(product)
    narrowed: dict[tuple[int, ...], tuple[RuleTable, int]] = {}
    kept: dict[RuleTable, tuple[int, int]] = {}
    rows: list[tuple[int, ...]] = []
    found = []
    for industry, plan, riders in pairs:
        for one in sets:
            marks, bits = quoting.industry_marks[industry], sum(quoting.rider_bits[code] for code in riders)
            frame = (quoting.plan_numbers[plan], one.number, bits, marks)
            if frame not in narrowed:
                own = (0, 0, 0) if one.free else _own_limits(product, one, riders)
                standing = Standing(*frame, 0, 0, *own, 0)
                table = narrow(quoting.rules, standing)
                left = table.every_rule if one.free else left_by_limits(table, standing)
                narrowed[frame] = (beyond_limits(table), left)
            table, left = narrowed[frame]
            if table not in kept:
                kept[table] = (len(rows), len(rows) + len(table.rule))
                rows += zip(*table[:-1], strict=True)
            found.append((*kept[table], left))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 7).T
    laid_out: Any = RuleTable
    rules: RuleTable = laid_out(*(np.ascontiguousarray(column) for column in columns), quoting.rules.every_rule)
    first, last, open_rules = (whole(column) for column in zip(*found, strict=True))
    return rules, first, last, open_rules


def _own_limits(product: Product, one: Set, riders: tuple[str, ...]) -> tuple[int, int, int]:
    """The limits of a set with limits of its own; business income only where its rider is attached."""
    income_rider = product.rider_rating("business_income")
    income = income_rider is not None and income_rider.code in product.attached_riders(one.number, riders)
    return one.limits["liability"], one.limits["expense"], one.limits.get("business_income", 0) if income else 0


def _limit_rules(product: Product) -> Whole:
    """For every choice from the menus, the rules that the limits alone leave; business income may be none."""
    rules = prepare(product).rules
    liability, expense, income = (sorted(row.at for row in product.menus[coverage]) for coverage in COVERAGES)
    return whole(
        left_by_limits(rules, Standing(0, 0, 0, 0, 0, 0, a, b, c, 0))
        for a in liability
        for b in expense
        for c in (0, *income)
    )


def _places(numbers: Sequence[int]) -> Whole:
    """Set number → position, −1 where there is none."""
    places = np.full(max(numbers) + 1, -1, dtype=np.int64)
    places[list(numbers)] = range(len(numbers))
    return places


@lru_cache(maxsize=4)
def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """The kernel compiled, the very same source. Kept on disk only where a shell has said where (numba's CACHE_DIR),
    because the compiler does not notice by itself that a file which the kernel imports has changed.

    The kernel makes no arrays, so it counts no references to them (`_nrt`): four times the speed.
    """
    compiler: Any = numba.njit  # its own types know neither `_nrt` nor a function as a plain argument
    keeping = bool(vars(numba.config).get("CACHE_DIR"))
    made: Callable[..., None] = compiler(cache=keeping, nogil=True, error_model="numpy", _nrt=False)(function)
    return made


def rate(product: Product, columns: Columns, lines: bool = False) -> Outcome:
    """Price every row. Raises nothing for bad rows: they are told in `bad`."""
    outcome = room(len(columns.annual_sales), lines)
    compiled(book_kernel.rate_rows)(prepared(product).tables, columns, outcome)
    return outcome


def room(rows: int, lines: bool) -> Outcome:
    """Empty columns for so many rows."""
    return Outcome(
        premium=np.empty(rows, dtype=np.int64),
        findings=np.empty(rows, dtype=np.int64),
        bad=np.empty(rows, dtype=np.int64),
        lines=np.zeros((rows, len(Lines._fields) if lines else 0), dtype=np.int64),
    )


def request_of(product: Product, columns: Columns, row: int) -> QuotationRequest:
    """One row as the request that a member would send; its words must be known."""
    known = prepared(product)
    number = int(columns.set[row])
    income_rider = product.rider_rating("business_income")
    income = int(columns.business_income[row])
    riders = {code for code, bit in known.riders.items() if int(columns.riders[row]) & bit}
    if income and income_rider is not None:
        riders.add(income_rider.code)
    limits = None
    if product.sets[number].free:
        limits = Limits(
            liability=int(columns.liability[row]), expense=int(columns.expense[row]), business_income=income or None
        )
    return QuotationRequest(
        industry=list(known.industries)[int(columns.industry[row])],
        annual_sales=int(columns.annual_sales[row]),
        plan=list(known.plans)[int(columns.plan[row])],
        set=number,
        it_sales=int(columns.it_sales[row]) or None,
        limits=limits,
        riders=product.attached_riders(number, riders),
        sheet_discount=int(columns.security_discount[row]),
        product=product.id,
    )
