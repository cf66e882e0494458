"""What the insurer and a federation's committee see of the book: forms, a run that waits, a run watched to its end.

Each page is read by axe, must fit a phone, and may make the browser complain of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from sonae.office import book_simulations

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

Coming = Callable[[str, str], Page]


def reads_well(page: Page, accessible: Callable[[Page], None]) -> None:
    """By axe, on a desktop; and no wider than a phone."""
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize(
    ("path", "button", "choice"),
    [
        ("/book/impact", "比べる", "2024年度版 → 2024年度版・もう一つの仮定"),
        ("/book/what-if", "計算を始める", "保険料・支払いの期待値・悪い年が一緒にどう動くか"),
    ],
)
def test_a_form_and_a_run_that_waits(
    come_in: Coming, accessible: Callable[[Page], None], heard: list[str], path: str, button: str, choice: str
) -> None:
    page = come_in("underwriter", path)
    reads_well(page, accessible)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("順番を待っています")
    expect(page.get_by_role("heading", level=1)).to_contain_text(choice)
    reads_well(page, accessible)
    assert heard == []


def test_a_simulation_is_watched_to_its_end(
    come_in: Coming,
    accessible: Callable[[Page], None],
    heard: list[str],
    live_office: LiveOffice,
    settings: Any,
) -> None:
    page = come_in("underwriter", "/book/simulation")
    page.select_option("#members", "100")
    page.select_option("#years", "1000")
    page.get_by_role("button", name="計算を始める").click()
    expect(page.get_by_role("status")).to_contain_text("順番を待っています")
    expect(page.get_by_role("link", name="委員会用の書面")).to_have_count(0)
    # This process does the worker's run, in the files of the live office.
    settings.DATA_DIR = Path(live_office.variables["SONAE_DATA_DIR"])
    assert book_simulations.simulate_book.func(page.url.rsplit("/", 1)[1]) == 4_000
    # Without a reload the results take the place of the progress, and the paper is offered.
    expect(page.locator("progress")).to_have_count(0, timeout=10_000)
    expect(page.get_by_role("link", name="委員会用の書面")).to_have_count(1)
    expect(page.locator("svg.chart.wide text.strong")).to_contain_text("200年に1回")
    for button in ("English", "日本語"):
        reads_well(page, accessible)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_load_state("networkidle")
    assert heard == []
