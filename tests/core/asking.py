"""Ask as a member would: words in, the answer of the core or the problem of the door out.

Every request here names its inception, so that no clock matters. Tests import these helpers; they compute nothing.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sonae.doors import request
from sonae.doors.problem import Problem
from sonae.office import catalogue
from sonae.product import Product
from sonae.quotation import Answer, quote

DAY = "2031-04-01"
"""The inception of every request here unless a test says otherwise."""

MOMENT = datetime(2030, 11, 10, 3, 0, tzinfo=UTC)
"""When it is asked: long before, so the day can be applied for."""

CONSTRUCTION = {"industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "inception": DAY}
"""The worked column of the papers: 建設業, 10億円, set 3, basic."""

FREE = {"liability": 100_000_000, "expense": 30_000_000}
"""The limits of the brochure's free-set example."""

A_FULL = {f"A{number}": "full" for number in range(1, 15)}
NO_FACTS = {"remote_access": False, "unsupported_os_exposed": False, "monitoring_by_otasuke": False}


@lru_cache(maxsize=1)
def shipped() -> Product:
    return catalogue.default()


def words(**changes: Any) -> dict[str, Any]:
    """The worked column's request with changes; a change to None leaves the field out."""
    return {key: value for key, value in {**CONSTRUCTION, **changes}.items() if value is not None}


def sheet(
    answers: Mapping[str, str] | None = None, facts: Mapping[str, bool] | None = None, *certificates: dict[str, str]
) -> dict[str, Any]:
    """A discount sheet: answers, facts that differ from false, and certificates."""
    return {
        "version": "2024.1",
        "answers": dict(A_FULL if answers is None else answers),
        "facts": {**NO_FACTS, **(facts or {})},
        "certificates": list(certificates),
    }


def read(
    asked: Mapping[str, Any] | bytes, products: Any = None, moment: datetime = MOMENT
) -> request.Understood | Problem:
    raw = asked if isinstance(asked, bytes) else json.dumps(asked, ensure_ascii=False).encode()
    return request.read(products or catalogue.shipped(), raw, moment)


def understood(asked: Mapping[str, Any] | bytes, products: Any = None) -> request.Understood:
    found = read(asked, products)
    assert isinstance(found, request.Understood), found
    return found


def answered(asked: Mapping[str, Any] | bytes, products: Any = None, moment: datetime = MOMENT) -> Answer:
    found = understood(asked, products)
    return quote(found.product, found.request, moment)


def premium(asked: Mapping[str, Any] | bytes, products: Any = None) -> int:
    found = answered(asked, products).premium
    assert found is not None, "the request is refused"
    return found


def broken_at(asked: Mapping[str, Any] | bytes, products: Any = None) -> dict[str, str]:
    """The pointers of a broken request, each with its code."""
    found = read(asked, products)
    assert isinstance(found, Problem), "the request was understood"
    return {error.pointer: error.code for error in found.errors}


def codes(answer: Answer) -> list[str]:
    return [finding.code for finding in answer.findings]


def finding(answer: Answer, code: str) -> Any:
    return next(finding for finding in answer.findings if finding.code == code)
