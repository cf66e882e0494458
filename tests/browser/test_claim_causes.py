"""Common causes and recoveries in a real browser: named, linked, summed; a double click records once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from .test_claims import looked_at

if TYPE_CHECKING:
    from tests.conftest import LiveOffice


def test_an_event_with_its_claims_and_what_comes_back(
    live_office: LiveOffice, come_in: Callable[..., Page], accessible: Callable[[Page], None], heard: list[str],
) -> None:  # fmt: skip
    page = come_in("claims", "/claims")
    row = page.locator("tbody th a[href^='/claims/']").first
    claim = row.get_attribute("href") or ""
    page.goto(page.url.partition("/claims")[0] + "/claims/causes")
    looked_at(page, accessible)
    page.locator("#name").fill("会計クラウドの障害 2027年9月")
    page.get_by_role("button", name="名前を付ける").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("会計クラウドの障害 2027年9月")
    looked_at(page, accessible)
    page.locator("#claim").fill(claim.rpartition("/")[2])
    page.locator("#reason").fill("同じ事業者の障害で止まった")
    page.get_by_role("button", name="つなげる").click()
    expect(page.get_by_role("status")).to_contain_text("記録しました")
    expect(page.locator("main")).to_contain_text("1件の事案、1会員")
    looked_at(page, accessible)

    page.goto(page.url.partition("/claims")[0] + claim + "/recoveries")
    page.locator("#from").fill("越後クラウドサービス株式会社")
    page.locator("#amount").fill("3,000,000")
    page.get_by_role("button", name="記録する").dblclick()
    expect(page.get_by_role("status")).to_contain_text("記録しました")
    expect(page.locator("tbody tr", has_text="越後クラウドサービス")).to_have_count(1)
    looked_at(page, accessible)
    page.get_by_label("入金の累計（円）").fill("1,200,000")
    page.get_by_role("button", name="入金を記録").click()
    expect(page.locator("tbody")).to_contain_text("引受保険会社 1,200,000円")
    looked_at(page, accessible)
