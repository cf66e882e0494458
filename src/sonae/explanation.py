"""The thirteen lines of a premium with their labels, sums and sources: the worksheet (計算過程).

`rating` gives the figures; here they are zipped with words. No figure is computed again: a formula only
shows the operands that `rating` read, so that anyone with a calculator can follow and check it.
Formulas use + − × ÷, brackets, `r(…)` for rounding half up to a whole number, and `max(…)`.
"""

from functools import lru_cache
from typing import Literal

from sonae.money import E4
from sonae.product import Constant, CurveRow, Product
from sonae.rating import Lines, row_below
from sonae.selection import Selection
from sonae.worksheet import Basis, Line, said

LABELS: dict[str, tuple[str, str]] = {
    "sales_factor": ("売上高係数", "Sales factor"),
    "core_at_size": ("規模に応じた基準額", "Core base at this size"),
    "liability": ("賠償損害", "Liability"),
    "expense": ("費用損害", "Expense"),
    "business_income_at_size": ("利益損害の規模に応じた基準額", "Business-income base at this size"),
    "business_income": ("利益損害", "Business income"),
    "it_sales_factor": ("IT業務売上高係数", "IT sales factor"),
    "it_at_size": ("IT業務の規模に応じた基準額", "IT base at this size"),
    "it_business": ("IT業務特約", "IT business rider"),
    "subtotal": ("割引前の小計", "Subtotal before discounts"),
    "after_group_discount": ("団体割引後", "After the group discount"),
    "after_security_discount": ("セキュリティ割引後", "After the security discount"),
    "annual_premium": ("年間保険料", "Annual premium"),
}
"""Line → label in Japanese and English, in the order of `rating.Lines`."""

FACTOR_LINES = ("sales_factor", "it_sales_factor")
"""The lines in ten-thousandths; all others are yen."""

_HEADS: tuple[tuple[str, str, str, Literal["yen", "e-4"]], ...] = tuple(
    (name, *LABELS[name], "e-4" if name in FACTOR_LINES else "yen") for name in Lines._fields
)


def explain(
    product: Product, selection: Selection, annual_sales: int, security_discount: int, lines: Lines
) -> tuple[Line, ...]:
    """The worksheet of a premium: thirteen lines, each with its formula, sources and status."""
    constants = product.constants
    share_liability, share_expense = constants["liability_share"], constants["expense_share"]
    group, unit, minimum = constants["group_discount"], constants["unit"], constants["minimum"]
    industry = selection.industry

    sums: list[tuple[str, tuple[Basis, ...]]] = [
        _curve(product.sales_curve, product.tariff.sales_at, annual_sales),
        (f"r({industry.core_base} × {decimal(lines.sales_factor)})", (industry.basis,)),
        _part_of_core(lines, share_liability, selection.liability_row, selection),
        _part_of_core(lines, share_expense, selection.expense_row, selection),
    ]
    sums += _business_income(selection, lines)
    sums += _it_business(product, selection, lines)
    sums += [
        (f"{lines.liability} + {lines.expense} + {lines.business_income} + {lines.it_business}", ()),
        (f"r({lines.subtotal} × (1 − {percent(group.value)}))", (group.basis,)),
        (
            f"r({lines.after_group_discount} × (1 − {percent(security_discount)}))",
            (product.sheet.basis,) if product.sheet else (),
        ),
        (
            f"max({minimum.value}, {unit.value} × r({lines.after_security_discount} ÷ {unit.value}))",
            (unit.basis, minimum.basis)
            if lines.annual_premium == minimum.value > lines.after_security_discount
            else (unit.basis,),
        ),
    ]
    return tuple(
        Line(name, label, label_en, value, unit, formula, *said(bases))
        for (name, label, label_en, unit), value, (formula, bases) in zip(_HEADS, lines, sums, strict=True)
    )


def _part_of_core(lines: Lines, share: Constant, row: CurveRow, selection: Selection) -> tuple[str, tuple[Basis, ...]]:
    """Liability or expense: its share of the core at size, by its limit's factor and the plan's."""
    factors = f"{percent(share.value)} × {decimal(row.factor)} × {decimal(selection.plan_factor)}"
    return f"r({lines.core_at_size} × {factors})", (share.basis, row.basis, selection.plan_factor_basis)


def _business_income(selection: Selection, lines: Lines) -> list[tuple[str, tuple[Basis, ...]]]:
    base, row, continuity = selection.business_income_base, selection.business_income_row, selection.continuity
    if base is None or row is None:
        return [("0", ()), ("0", ())]
    bases: tuple[Basis, ...] = (row.basis,) if continuity is None else (row.basis, continuity.basis)
    continuity_factor = E4 if continuity is None else continuity.value
    return [
        (f"r({base.value} × {decimal(lines.sales_factor)})", (base.basis, selection.industry.other_basis)),
        (
            f"r({lines.business_income_at_size} × {decimal(row.factor)} × {decimal(continuity_factor)})",
            bases,
        ),
    ]


def _it_business(product: Product, selection: Selection, lines: Lines) -> list[tuple[str, tuple[Basis, ...]]]:
    base = selection.it_base
    if base is None:
        return [("0", ()), ("0", ()), ("0", ())]
    return [
        _curve(product.it_sales_curve, product.tariff.it_sales_at, selection.it_sales),
        (f"r({base.value} × {decimal(lines.it_sales_factor)})", (base.basis,)),
        (
            f"r({lines.it_at_size} × {decimal(selection.liability_row.factor)})",
            (selection.liability_row.basis,),
        ),
    ]


def _curve(rows: tuple[CurveRow, ...], at: tuple[int, ...], value: int) -> tuple[str, tuple[Basis, ...]]:
    """The factor's own sum, in ten-thousandths: one row, or two rows and the straight line between them."""
    below = row_below(at, value)
    low = rows[below]
    if value <= low.at or below + 1 == len(rows):
        return f"{low.factor}", (low.basis,)
    high = rows[below + 1]
    return (
        f"r({low.factor} + ({high.factor} − {low.factor}) × ({value} − {low.at}) ÷ ({high.at} − {low.at}))",
        (low.basis, high.basis),
    )


@lru_cache(maxsize=4096)
def decimal(factor: int) -> str:
    """A factor in ten-thousandths as a decimal: 27121 is 2.7121."""
    return f"{factor // E4}.{factor % E4:04d}"


@lru_cache(maxsize=128)
def percent(value: int) -> str:
    """Whole percent as a decimal: 20 is 0.20."""
    return f"{value // 100}.{value % 100:02d}"
