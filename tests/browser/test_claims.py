"""The day it happens in a real browser: the first screen, the member's page, the office's decision and payment.

Each page is read by axe, must fit a phone, and may make the browser complain of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

Opened = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def looked_at(page: Page, accessible: Callable[[Page], None]) -> None:
    """axe finds nothing, and nothing stands outside a phone's width."""
    accessible(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert over == 0, f"{page.url} is {over} px too wide"


def test_ransomware_from_the_first_screen_to_the_letter(
    live_office: LiveOffice, come_in: Callable[..., Page], sonae: Opened, accessible: Callable[[Page], None],
    heard: list[str],
) -> None:  # fmt: skip
    page = sonae("/incident")
    expect(page.get_by_role("heading", level=1)).to_have_text("いま、この順でしてください")
    looked_at(page, accessible)
    page.get_by_role("link", name="3つの事実を知らせる").click()
    expect(page.locator("#phone")).to_be_visible()
    looked_at(page, accessible)

    page = come_in("insured", "/incident/report")
    page.get_by_label("情報の漏えい、またはそのおそれ").check()
    page.locator("#story").fill("共有フォルダが開けない。脅迫文がある。")
    page.get_by_role("button", name="知らせる", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("受け付けました")
    claim = page.url.partition("?")[0].removeprefix(page.url.partition("/claims")[0])
    page.locator("#s-head").select_option("forensics")
    page.locator("#s-vendor").fill("北陸フォレンジック")
    page.locator("#s-amount").fill("4,620,000")
    page.get_by_role("button", name="承認を求める").click()
    expect(page.locator("main")).to_contain_text("4,620,000")
    looked_at(page, accessible)

    page = come_in("claims", "/claims")
    looked_at(page, accessible)
    page = come_in("claims", claim)
    page.get_by_role("link", name="承認を試算する").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("4,620,000円を承認すると")
    looked_at(page, accessible)
    page.get_by_role("button", name="承認する", exact=True).click()
    page = come_in("claims", f"{claim}/payments")
    page.locator("main").get_by_label("確かめたこと").fill("送金明細で確かめた")
    page.get_by_role("button", name="領収済み").click()
    page = come_in("claims", f"{claim}/decision")
    page.locator("input[name=incurred_on-1]").fill(page.locator("p", has_text="事故を知った日時").first.inner_text()
                                                   .split("日時 ")[1][:10])  # fmt: skip
    page.locator("#event-information_leak").select_option("known")
    page.get_by_role("button", name="試す").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("支払う、4,620,000円")
    looked_at(page, accessible)
    departure = page.locator("#departure")
    if departure.count():
        departure.fill("前の事案にない事情があった")
    page.get_by_role("button", name="この判断を起案する").click()
    expect(page.get_by_role("status")).to_contain_text("起案しました")

    page = come_in("claims-manager", f"{claim}/decision")
    page.get_by_role("button", name="読んで確定する").click()
    expect(page.get_by_role("status")).to_contain_text("確定しました")
    page = come_in("claims", f"{claim}/payments")
    for field, words in (("holder", "北陸フォレンジック"), ("holder_kana", "ホクリクフォレンジック"),
                         ("bank", "越後みらい銀行"), ("branch", "本店"), ("account", "1234567")):  # fmt: skip
        page.locator(f"#{field}").fill(words)
    page.locator("#kind").select_option("vendor")
    page.get_by_role("button", name="加える", exact=True).click()
    page.get_by_role("button", name="支払いを準備する").click()
    looked_at(page, accessible)
    page = come_in("claims-manager", "/approvals")
    looked_at(page, accessible)
    # Other stories of the same office may have payments that wait, too.
    ours = page.locator("article", has=page.locator(f'a[href="{claim}/payments"]'))
    ours.get_by_role("button", name=re.compile("承認する")).click()
    expect(page.get_by_role("status")).to_contain_text("承認しました")
    page = come_in("claims", f"{claim}/payments")
    expect(page.locator("main")).to_contain_text("承認済み・未払い")
    page.get_by_role("button", name="支払った").click()
    page = come_in("claims", f"{claim}/reserves")
    looked_at(page, accessible)

    page = come_in("insured", claim)
    expect(page.locator("main")).to_contain_text("支払いの判断：4,620,000円を支払う")
    letter = page.request.get(f"{live_office.url}{claim}/letter.pdf")
    expect(page.get_by_role("link", name="通知書（PDF）")).to_have_attribute("href", f"{claim}/letter.pdf")
    assert letter.body().startswith(b"%PDF")
    looked_at(page, accessible)
    assert heard == []
