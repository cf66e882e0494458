"""Would it have paid, as an agent shows it to a member: a shipped case, one typed in, and the sentence beside prices.

Each page is read by axe, must fit a phone, and may make the browser complain of nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

Opened = Callable[..., Page]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_case_is_chosen_and_its_gap_closed(
    sonae: Opened, heard: list[str], accessible: Callable[[Page], None]
) -> None:
    """Case 2 as practice has it: set 2 leaves 33,300,000, set 3 pays all of it for 495,520 a year."""
    page = sonae("/would-it-have-paid")
    page.get_by_role("link", name="ケース② 販売業").click()
    row = page.get_by_role("row", name="セット2 ベーシックプラン").first
    expect(row).to_contain_text("33,300,000")
    expect(page.locator("#closing")).to_contain_text("495,520円")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)
    assert heard == []


def test_a_loss_is_typed_and_mended(sonae: Opened, accessible: Callable[[Page], None]) -> None:
    page = sonae("/would-it-have-paid?case=own")
    page.select_option("#event", "cyber_attack")
    page.fill("#hours", "72")
    page.fill("#industry", "町工場")
    page.fill("#sales", "5億")
    page.fill("#amount-forensics", "三百万")
    accessible(page)
    page.get_by_role("button", name="いくら出たかを見る").click()
    expect(page.locator(".fld.err")).to_have_count(1)
    accessible(page)
    page.fill("#amount-forensics", "350万")
    page.get_by_role("button", name="いくら出たかを見る").click()
    expect(page.locator(".figure-big")).to_have_text("4,404,110円")
    expect(page.get_by_role("row", name="セット1 ワイドプラン").first).to_contain_text("全額")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)


def test_the_sentence_comes_once_the_compiler_is_loaded(sonae: Opened, accessible: Callable[[Page], None]) -> None:
    until = time.monotonic() + 30
    page = sonae("/?industry=E29&sales=500000000&set=3&plan=basic")
    while not page.locator("#one-incident").count() and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    one = page.locator("#one-incident")
    expect(one.locator("tbody tr")).to_have_count(2)
    expect(one).to_contain_text("万円が自己負担です")
    expect(one).to_contain_text("仮定")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)
