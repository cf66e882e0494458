"""What a cover pays for and what it leaves out, in words, from the derived matrix of event × head.

A cell that no clause of the product can ever grant is no gap of this cover: it is the nature of the coverage,
and stands as 「－」. A cell that another plan or rider would grant is said to be left out, with the product's reason.
"""

from typing import Any

from sonae.conditions import COVERAGES
from sonae.coverage import Cell, matrix, possible_cells
from sonae.explanation import LABELS
from sonae.office.documents.words import Language, say
from sonae.product import Product
from sonae.selection import Selection


def coverage_name(coverage: str, language: Language) -> str:
    """賠償損害, 費用損害, 利益損害."""
    return LABELS[coverage][language == "en"]


def cover(product: Product, selection: Selection, set_number: int, language: Language) -> dict[str, Any]:
    """The table event × coverage, the heads paid by coverage, and what is left out with its reason."""
    cells = matrix(product, selection.plan.code, set_number, selection.riders)
    possible = possible_cells(product)
    heads_of = {
        coverage: [code for code, head in product.heads.items() if head.coverage == coverage] for coverage in COVERAGES
    }
    coverages = [coverage for coverage in COVERAGES if heads_of[coverage]]
    rows = []
    for code, event in product.events.items():
        spoken = [_spoken(code, heads_of[coverage], cells, possible, language) for coverage in coverages]
        if any(cell["sign"] != "none" for cell in spoken):
            rows.append({"event": say(event.plain, language), "number": event.number, "cells": spoken})
    paid = []
    for coverage in coverages:
        heads = [
            say(product.heads[head].name, language)
            for head in heads_of[coverage]
            if any(cells[event, head].granted for event in product.events)
        ]
        if heads:
            paid.append({"coverage": coverage_name(coverage, language), "heads": _join(heads, language)})
    return {
        "coverages": [coverage_name(coverage, language) for coverage in coverages],
        "rows": rows,
        "paid": paid,
        "left_out": _left_out(product, cells, possible, language),
    }


def _spoken(
    event: str,
    heads: list[str],
    cells: dict[tuple[str, str], Cell],
    possible: set[tuple[str, str]],
    language: Language,
) -> dict[str, str]:
    """One field of the table: paid, paid in part, not paid, or not a matter of this coverage."""
    open_heads = [head for head in heads if (event, head) in possible]
    granted = sum(cells[event, head].granted for head in open_heads)
    english = language == "en"
    if not open_heads:
        return {"sign": "none", "word": ""}
    if not granted:
        return {"sign": "no", "word": "not paid" if english else "支払わない"}
    if granted < len(open_heads):
        return {"sign": "yes", "word": f"{granted} of {len(open_heads)} heads" if english else f"{granted}費目を支払う"}
    return {"sign": "yes", "word": "paid" if english else "支払う"}


def _left_out(
    product: Product, cells: dict[tuple[str, str], Cell], possible: set[tuple[str, str]], language: Language
) -> list[dict[str, str]]:
    """Each reason once, with the one event it speaks of, or else the heads."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for (event, head), cell in cells.items():
        if (event, head) in possible and not cell.granted:
            for entry in cell.left_out:
                found.setdefault(say(entry.reason, language), {})[event, head] = None
    spoken = []
    for reason, places in found.items():
        events = list(dict.fromkeys(event for event, _ in places))
        if len(events) == 1:
            subject = say(product.events[events[0]].plain, language)
        else:
            heads = dict.fromkeys(head for _, head in places)
            subject = _join([say(product.heads[head].name, language) for head in heads], language)
        spoken.append({"subject": subject, "reason": reason})
    return spoken


def _join(names: list[str], language: Language) -> str:
    return ("; " if language == "en" else "、").join(names)
