"""The same tariff as a decision graph of zen-engine: tables for industry, curve and limits, then the thirteen lines.

Read from the product's files, so that both sides price the same plan. Used only to measure; never to answer.
"""

import json
from itertools import pairwise
from typing import Any

from sonae.product import Product

COVERAGES = ("liability", "expense", "business_income")


def graph(product: Product) -> str:
    """The decision graph as JSON: input → industry, curve, limits → lines → output."""
    tables = [
        _table("industry", ["industry", "plan"], ["core_base", "plan_factor", "class_base"], _industries(product)),
        _table("curve", ["annual_sales"], ["x0", "x1", "f0", "f1"], _curve(product)),
        *(
            _table(name, [name], [f"{name}_factor"], [[f"{row.at}", f"{row.factor}"] for row in product.menus[name]])
            for name in COVERAGES
        ),
    ]
    return _joined(tables, _lines(product))


def selected_graph(product: Product) -> str:
    """The graph of the thirteen lines alone, for members whose rates are selected already."""
    tariff = product.tariff
    curves = [
        _table(f"{name}_curve", [f"{name}_inside"], [f"{name}_{field}" for field in ("x0", "x1", "f0", "f1")], rows)
        for name, rows in (
            ("sales", _segments(tariff.sales_at, tariff.sales_factor)),
            ("it", _segments(tariff.it_sales_at, tariff.it_sales_factor)),
        )
    ]
    return _joined([_clipped(product), *curves], _selected_lines(product))


def _clipped(product: Product) -> dict[str, Any]:
    tariff = product.tariff
    ends = (("sales_inside", "annual_sales", tariff.sales_at), ("it_inside", "it_sales", tariff.it_sales_at))
    return _expressions(
        "clipped", [(key, f"max([{at[0]}, min([{at[-1]}, {value}])])") for key, value, at in ends], passing=True
    )


def _segments(at: tuple[int, ...], factor: tuple[int, ...]) -> list[list[str]]:
    segments = zip(pairwise(at), pairwise(factor), strict=True)
    rows = [[f"{low}", f"{high}", f"{a}", f"{b}"] for (low, high), (a, b) in segments]
    return [[f"[{row[0]}..{row[1]}{']' if row is rows[-1] else ')'}", *row] for row in rows]


def _selected_lines(product: Product) -> list[tuple[str, str]]:
    lines = dict(_lines(product))
    for name, size in (("sales", "sales_factor"), ("it", "it_sales_factor")):
        rise = f"({name}_f1 - {name}_f0) * ({name}_inside - {name}_x0) / ({name}_x1 - {name}_x0)"
        lines[size] = f"{name}_f0 + {_half_up(rise)}"
    income = "$.business_income_at_size * business_income_factor / 10000 * continuity_factor / 10000"
    return list(
        (
            lines
            | {
                "business_income_at_size": _half_up("business_income_base * $.sales_factor / 10000"),
                "business_income": _half_up(income),
                "it_at_size": _half_up("it_base * $.it_sales_factor / 10000"),
                "it_business": _half_up("$.it_at_size * liability_factor / 10000"),
            }
        ).items()
    )


def _expressions(name: str, lines: list[tuple[str, str]], passing: bool) -> dict[str, Any]:
    return {
        "id": name,
        "type": "expressionNode",
        "name": name,
        "position": {"x": 0, "y": 0},
        "content": {
            "expressions": [{"id": key, "key": key, "value": value} for key, value in lines],
            "passThrough": passing,
        },
    }


def _joined(tables: list[dict[str, Any]], lines: list[tuple[str, str]]) -> str:
    """Input → the tables one after the other → lines → output."""
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        *tables,
        _expressions("lines", lines, passing=False),
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    names = ["in", *(table["id"] for table in tables), "lines", "out"]
    edges = [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(names)]
    return json.dumps({"nodes": nodes, "edges": edges})


def _table(name: str, inputs: list[str], outputs: list[str], rows: list[list[str]]) -> dict[str, Any]:
    fields = [*inputs, *outputs]
    return {
        "id": name,
        "type": "decisionTableNode",
        "name": name,
        "position": {"x": 0, "y": 0},
        "content": {
            "hitPolicy": "first",
            "inputs": [{"id": f, "name": f, "field": f} for f in inputs],
            "outputs": [{"id": f, "name": f, "field": f} for f in outputs],
            "rules": [
                {"_id": f"{name}{number}", **dict(zip(fields, row, strict=True))} for number, row in enumerate(rows)
            ],
            "passThrough": True,
        },
    }


def _industries(product: Product) -> list[list[str]]:
    rows = []
    for industry in product.industries.values():
        base = product.business_income_bases[industry.business_income_class].value
        for plan in product.plans.values():
            factor = industry.factors[plan.factor_name] if plan.factor_name else 10_000
            rows.append([f'"{industry.code}"', f'"{plan.code}"', f"{industry.core_base}", f"{factor}", f"{base}"])
    return rows


def _curve(product: Product) -> list[list[str]]:
    rows = product.sales_curve
    return [
        [f"[{low.at}..{high.at})", f"{low.at}", f"{high.at}", f"{low.factor}", f"{high.factor}"]
        for low, high in pairwise(rows)
    ]


def _half_up(expression: str) -> str:
    return f"floor(({expression}) + 0.5)"


def _lines(product: Product) -> list[tuple[str, str]]:
    tariff = product.tariff
    group = (100 - tariff.group_discount) / 100
    return [
        ("sales_factor", "f0 + " + _half_up("(f1 - f0) * (annual_sales - x0) / (x1 - x0)")),
        ("core_at_size", _half_up("core_base * $.sales_factor / 10000")),
        ("liability", _half_up("$.core_at_size * 0.5 * liability_factor / 10000 * plan_factor / 10000")),
        ("expense", _half_up("$.core_at_size * 0.5 * expense_factor / 10000 * plan_factor / 10000")),
        ("business_income_at_size", _half_up("class_base * $.sales_factor / 10000")),
        ("business_income", _half_up("$.business_income_at_size * business_income_factor / 10000")),
        ("it_sales_factor", "0"),
        ("it_at_size", "0"),
        ("it_business", "0"),
        ("subtotal", "$.liability + $.expense + $.business_income + $.it_business"),
        ("after_group_discount", _half_up(f"$.subtotal * {group}")),
        ("after_security_discount", _half_up("$.after_group_discount * (100 - security_discount) / 100")),
        ("annual_premium", f"max([{tariff.minimum}, {_half_up('$.after_security_discount / 10')} * 10])"),
    ]
