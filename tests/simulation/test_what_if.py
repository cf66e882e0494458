"""One small change at a time: premium, expected loss and tail in one table, and each moves the way it must."""

from pathlib import Path

import pytest

from sonae.office import simulated, synthetic_books, what_if
from sonae.office.book_files import Writer
from tests.core.asking import shipped


def test_a_limit_a_rate_a_discount_and_a_rider_move_together(tmp_path: Path) -> None:
    source = tmp_path / "book.parquet"
    with Writer(source) as writer:
        for batch in synthetic_books.batches(shipped(), 300, 5):
            writer.write(batch)
    changes = [what_if.rates(10), what_if.group_discount(25), what_if.discount_step(1), what_if.limits(1),
               what_if.without_rider(shipped(), "it_business")]  # fmt: skip
    changes += what_if.assumptions(simulated.loss_model())
    table = list(what_if.compared(shipped(), simulated.loss_model(), source, changes, years=400, seed=2))
    base = table[0]
    rows = {one["change"]: one for one in table}
    assert rows["rates"]["premium"] > base["premium"]
    assert rows["group_discount"]["premium"] == pytest.approx(base["premium"] * 75 / 80, rel=0.01)
    assert rows["discount_step"]["premium"] < base["premium"]
    # What is paid for moves only where the cover does.
    assert rows["rates"]["expected"] == rows["group_discount"]["expected"] == base["expected"]
    assert rows["limits"]["premium"] > base["premium"]
    assert rows["limits"]["expected"] > base["expected"]
    assert rows["without_it_business"]["premium"] < base["premium"]
    assert rows["without_it_business"]["expected"] < base["expected"]
    assert rows["rarer"]["expected"] < base["expected"] < rows["oftener"]["expected"]
    assert rows["rarer"]["premium"] == base["premium"]
    found = what_if.ranges(table)
    assert set(found) == {"sampling", "rates", "discounts", "limits", "riders", "assumptions"}
    tail = base["periods"]["200"]["loss"]
    assert all(low <= tail <= high for low, high in found.values())
    assert found["rates"] == (tail, tail), "a dearer plan pays no more"
    assert found["limits"] == (tail, rows["limits"]["periods"]["200"]["loss"])
    for one in table:
        assert one["loss_ratio"] == pytest.approx(one["expected"] / one["premium"])
        assert one["periods"]["200"]["low"] <= one["periods"]["200"]["loss"] <= one["periods"]["200"]["high"]
