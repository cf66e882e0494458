"""One quote in process: the integer function with its thirteen lines, the whole answer, and zen-engine with trace."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import zen

from bench.zen_tariff import graph
from sonae.doors.answer import encode
from sonae.doors.request import Understood, read
from sonae.office import catalogue
from sonae.quotation import quote
from sonae.rating import Lines, price
from sonae.selection import select

REQUEST = {"industry": "D06", "annual_sales": 1_050_000_000, "plan": "basic", "set": 3, "sheet_discount": 30}


def median_microseconds(action: Callable[[], object], runs: int, repeats: int = 15) -> float:
    """The median over repeats of the mean of so many runs, in microseconds."""
    gc.disable()
    means = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        for _ in range(runs):
            action()
        means.append((time.perf_counter_ns() - start) / runs / 1000)
    gc.enable()
    return statistics.median(means)


def main() -> None:
    """Print the medians and ratios; refuses to print when the two sides disagree."""
    products = catalogue.shipped()
    moment = datetime.now(UTC)
    raw = json.dumps(REQUEST).encode()
    understood = read(products, raw, moment)
    assert isinstance(understood, Understood)
    product, request = understood.product, understood.request
    selection = select(product, request)
    rates, tariff = selection.rates, product.tariff

    engine = zen.ZenEngine()
    decision = engine.create_decision(graph(product))
    words = {
        **{key: REQUEST[key] for key in ("industry", "plan", "annual_sales")},
        "liability": selection.liability,
        "expense": selection.expense,
        "business_income": selection.business_income,
        "security_discount": 30,
    }
    ours = price(tariff, rates, request.annual_sales, 0, 30)
    theirs = decision.evaluate(words, {"trace": True})["result"]
    assert Lines(**{name: int(theirs[name]) for name in Lines._fields}) == ours, (theirs, ours)

    rows = [
        ("rating.price, thirteen lines", lambda: price(tariff, rates, request.annual_sales, 0, 30), 20_000),
        ("quotation.quote, the whole answer", lambda: quote(product, request, moment), 2_000),
        ("bytes to bytes: read, quote, encode", lambda: _whole(products, raw, moment), 2_000),
        ("zen-engine, with trace", lambda: decision.evaluate(words, {"trace": True}), 500),
        ("zen-engine, without trace", lambda: decision.evaluate(words), 500),
    ]
    measured = {name: median_microseconds(action, runs) for name, action, runs in rows}
    first = measured["rating.price, thirteen lines"]
    for name, microseconds in measured.items():
        print(f"{name:40} {microseconds:9.2f} µs   {microseconds / first:7.1f} ×")


def _whole(products: catalogue.Catalogue, raw: bytes, moment: datetime) -> bytes:
    understood = read(products, raw, moment)
    assert isinstance(understood, Understood)
    return encode(quote(understood.product, understood.request, moment))


if __name__ == "__main__":
    main()
