"""The office's pages in a real browser, on the demo office: every role's pages, and what they are for.

Each page is read by axe, must fit a phone, and may make the browser complain of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    pass

Opened = Callable[..., Page]
Coming = Callable[[str, str], Page]
PHONE = {"width": 390, "height": 844}

PAGES = {
    "insured": ("/member",),
    "solicitor": ("/covers", "/renewals", "/conditions"),
    "cooperative": ("/membership", "/scheme", "/covers"),
    "federation": ("/scheme", "/renewals", "/covers"),
    "underwriter": ("/referrals", "/proposals", "/conditions", "/covers"),
    "auditor": ("/timeline", "/timeline?q=あけぼの", "/covers"),
}
FOLLOWED = {
    "insured": "契約のすべて",
    "solicitor": "株式会社あけぼの製作所",
    "underwriter": "株式会社はやて通販",
    "auditor": "加入契約",
}
"""The link to follow from one of the pages, by a part of its words."""


def fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert over == 0, f"{page.url} is {over} px too wide"


@pytest.mark.parametrize("username", PAGES)
def test_every_page_reads_aloud_and_fits_a_phone(
    come_in: Coming, sonae: Opened, accessible: Callable[[Page], None], heard: list[str], username: str
) -> None:
    come_in(username, PAGES[username][0])
    for path in PAGES[username]:
        page = sonae(path)
        expect(page.locator("h1")).to_be_visible()
        accessible(page)
        fits_a_phone(page)
        link = page.locator("main").get_by_role("link", name=FOLLOWED.get(username, "なし"))
        if link.count() and not (link.first.get_attribute("href") or "").endswith(".pdf"):
            link.first.click()
            page.wait_for_load_state("networkidle")
            accessible(page)
            fits_a_phone(page)
    assert heard == []


def test_a_change_is_tried_then_written(come_in: Coming, accessible: Callable[[Page], None], heard: list[str]) -> None:
    page = come_in("solicitor", "/covers")
    page.get_by_role("link", name="ひかり運輸株式会社").click()
    page.get_by_role("link", name="異動を試算する").click()
    accessible(page)
    page.get_by_role("link", name="加入内容の変更").click()
    page.locator("#plan").select_option("wide")
    page.locator("#note").fill("取引先の求め")
    page.get_by_role("button", name="試算する").click()
    expect(page.get_by_text("まだ記録していません")).to_be_visible()
    expect(page.locator(".side .figure-big")).to_contain_text("+")
    charge = page.locator(".side .figure-big").inner_text().replace("円", "").strip()
    accessible(page)
    fits_a_phone(page)
    page.get_by_role("button", name="この異動を記録する").click()
    expect(page.get_by_role("status")).to_contain_text("異動を記録しました")
    expect(page.locator(".tl")).to_contain_text(charge)
    assert heard == []


def test_the_insurer_decides_and_the_second_person_agrees(come_in: Coming, accessible: Callable[[Page], None]) -> None:
    page = come_in("underwriter", "/referrals")
    page.get_by_role("link", name="さざなみ通信株式会社").click()
    expect(page.locator("main")).to_contain_text("委託先から")
    accessible(page)
    page.locator("#why").fill("名簿の調査は終わっており、損害は出ていない。")
    page.get_by_role("button", name="引き受けを承認する").click()
    expect(page.get_by_role("status")).to_contain_text("引き受けを承認しました")
    page.get_by_role("link", name="承認待ちの異動").click()
    page.get_by_role("link", name="株式会社みなと精機").click()
    expect(page.locator("main")).to_contain_text("7億8,000万円")
    accessible(page)
    page.get_by_role("button", name="承認して記録する").click()
    expect(page.get_by_role("status")).to_contain_text("異動を記録しました")


def test_the_cooperative_confirms_with_one_click(come_in: Coming) -> None:
    page = come_in("cooperative-osaka", "/membership")
    page.get_by_role("button", name="この名簿を確認する").click()
    expect(page.get_by_role("status")).to_contain_text("名簿を確認しました")


def test_the_auditor_verifies_everything(come_in: Coming) -> None:
    page = come_in("auditor", "/timeline")
    page.get_by_role("button", name="すべて検証する").click()
    expect(page.get_by_role("status")).to_contain_text("すべての記録が検証できました")
    with page.expect_download() as download:
        page.get_by_role("button", name="書き出す").click()
    assert download.value.suggested_filename == "sonae-export.zip"


def test_a_stranger_checks_the_file_that_they_hold(
    come_in: Coming, sonae: Opened, accessible: Callable[[Page], None], tmp_path: Path
) -> None:
    page = come_in("insured", "/member")
    address = page.get_by_role("link", name="加入内容確認書").first.get_attribute("href")
    assert address is not None
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(page.request.get(page.url.rpartition("/member")[0] + address).body())
    page.context.clear_cookies()
    page = sonae("/certificate")
    accessible(page)
    page.locator("#file").set_input_files(paper)
    page.get_by_role("button", name="署名を確かめる").click()
    expect(page.locator("main")).to_contain_text("署名は正しく")
    expect(page.locator("main")).not_to_contain_text("あけぼの")
    accessible(page)
    fits_a_phone(page)
