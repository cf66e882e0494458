"""The page as an agent uses it: by name and amount, by mouse, by keyboard, on a phone, on paper, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

Opened = Callable[..., Page]


def test_an_agent_types_a_name_and_an_amount(
    sonae: Opened, heard: list[str], accessible: Callable[[Page], None]
) -> None:
    """「町工場」 is found, 「建設業」 and 「10億」 give ten prices at once, and set 3 basic with 30 % is 353,150."""
    page = sonae()
    accessible(page)
    industry, sales = page.locator("#industry"), page.locator("#sales")
    industry.press_sequentially("町工場")
    expect(page.locator("#industry-list li")).to_have_count(1)
    page.locator("#industry-list li").click()
    expect(page.locator("#industry-note")).to_contain_text("E29 製造業")
    industry.fill("建設業")
    sales.fill("10億")
    expect(page.locator("#sales-note")).to_contain_text("「10億円」と読み取りました")
    expect(page.locator(".prices td.cell input")).to_have_count(10)
    page.select_option("#discount", "30")
    page.locator("label[for=cell-3-basic]").click()
    expect(page.locator("#side .figure-big")).to_have_text("353,150円")
    expect(page.locator("label[for=cell-3-basic]")).to_contain_text("選択中")
    expect(page.locator("label[for=cell-3-wide]")).to_contain_text("+32,300")
    expect(page.locator("#side .work tbody tr")).to_have_count(10)
    expect(page.locator("#live")).to_contain_text("353,150円")
    assert page.url.endswith("?industry=D06&sales=1000000000&set=3&plan=basic&discount=30")
    accessible(page)
    assert heard == []


def test_the_parts_of_the_chart_add_up_to_the_yen(sonae: Opened) -> None:
    page = sonae("/?industry=D06&sales=10億5千万&set=3&discount=30")
    shown = {
        row.locator("th").inner_text().split("\n")[0]: int(
            row.locator("td.num").inner_text().replace(",", "").replace("−", "-")
        )
        for row in page.locator("#why tbody tr").all()
    }
    total = shown.pop("年間保険料")
    subtotal = shown.pop("割引前の小計")
    assert total == 359_930
    assert sum(shown.values()) == total
    assert subtotal == shown["賠償損害"] + shown["費用損害"] + shown["利益損害"]


def test_what_cannot_be_had_says_why_and_what_can(sonae: Opened, accessible: Callable[[Page], None]) -> None:
    """An IT firm sees four sets greyed across the row, with the reason, and set 5 in their place."""
    page = sonae("/?industry=受託開発&sales=５億&set=3&plan=basic&discount=30")
    rows = page.locator(".prices tr.off")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("この業種には利益損害補償特約を付けられません")
    expect(rows.nth(1)).to_contain_text("セット1と同じ理由です")
    expect(page.locator("#side .figure-big")).to_have_text("193,420円")
    expect(page.locator(".prices + .note, #prices + .note")).to_contain_text("セット5なら加入できます")
    expect(page.locator("#notices")).to_contain_text("IT業務特約がないと")
    expect(page.locator(".opt", has_text="IT業務特約")).to_contain_text("+1,311,030円")
    page.locator("#rider-it_business").check()
    expect(page.locator("#side .figure-big")).to_have_text("1,504,450円")
    accessible(page)


def test_the_free_set_is_chosen_from_its_menus(sonae: Opened) -> None:
    page = sonae("/?industry=D06&sales=10億&set=5&plan=basic&discount=30")
    before = page.locator("#side .figure-big").inner_text()
    page.select_option("#limit-liability", "500000000")
    expect(page.locator("#side .figure-big")).to_contain_text("概算")
    expect(page.locator("#notices")).to_contain_text("引受保険会社の審査が必要です")
    assert page.locator("#side .figure-big").inner_text() != before
    page.select_option("#limit-business_income", "30000000")
    expect(page.locator("#rider-business_income")).to_be_checked()


def test_a_rider_of_one_plan_leaves_the_other_alone(sonae: Opened) -> None:
    """The attack rider is for the basic plan: ticked, it raises the basic column and leaves the wide one as it was."""
    page = sonae("/?industry=D06&sales=10億&set=3&plan=basic&discount=30")
    page.locator("#rider-cyber_attack_basic").check()
    expect(page.locator("#side .figure-big")).not_to_have_text("353,150円")
    expect(page.locator("label[for=cell-3-wide]")).to_contain_text("385,450円")
    page.locator("label[for=cell-3-wide]").click()
    expect(page.locator("#side .figure-big")).to_have_text("385,450円")
    expect(page.locator(".opt", has_text="サイバー攻撃補償特約")).to_contain_text("ベーシックプラン用です")


def test_the_sheet_counts_live(sonae: Opened) -> None:
    """Facts first; then answers move the points, the ladder and the price, and a paper counts with its number."""
    page = sonae("/?industry=D06&sales=10億&set=3&plan=basic")
    page.locator("label[for=answer-A1-full]").click()
    expect(page.locator("#discount-note")).to_contain_text("事実の質問が残っています")
    for fact in page.locator(".facts-qs label", has_text="いいえ").all():
        fact.click()
    expect(page.locator("#discount-note")).to_contain_text("シートの結果 0%")
    for question in (2, 3, 4, 6, 8, 10, 13, 14):
        page.locator(f"label[for=answer-A{question}-full]").click()
    expect(page.locator(".sums .keyc")).to_have_text("30%")
    expect(page.locator(".ladder .here")).to_contain_text("30%")
    expect(page.locator("#side .figure-big")).to_have_text("353,150円")
    page.locator("label[for=paper-isms-yes]").click()
    expect(page.locator(".q", has_text="ISMS")).to_contain_text("番号・日付を入力すると数えます")
    page.locator("#paper-isms-number").fill("IS 123")
    page.locator("#paper-isms-expires").fill("2099-12-31")
    page.locator("#paper-isms-expires").press("Enter")
    expect(page.locator(".sums .keyc")).to_have_text("50%")
    expect(page.locator("#lower")).to_contain_text("プライバシーマーク")


def test_by_keyboard_alone(sonae: Opened) -> None:
    """Search, pick, amount, cell: no pointer, and focus stays where it was while the answer comes in."""
    page = sonae()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("#industry").focus()
    page.keyboard.type("工務店")
    expect(page.locator("#industry-list li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#industry")).to_have_attribute("aria-activedescendant", "industry-option-0")
    page.keyboard.press("Enter")
    expect(page.locator("#industry")).to_have_value("建設業")
    expect(page.locator("#industry")).to_be_focused()
    page.locator("#sales").focus()
    page.keyboard.type("10億")
    expect(page.locator("#sales-note")).to_contain_text("10億円")
    expect(page.locator("#sales")).to_be_focused()
    page.keyboard.type("5千万")
    expect(page.locator("#sales-note")).to_contain_text("10億5,000万円")
    page.locator("#cell-1-basic").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#cell-2-basic")).to_be_focused()
    expect(page.locator("#side h2")).to_have_text("セット2 ベーシックプラン")


def test_escape_closes_the_suggestions(sonae: Opened) -> None:
    page = sonae()
    page.locator("#industry").press_sequentially("製造")
    expect(page.locator("#industry-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#industry-list")).to_be_hidden()
    expect(page.locator("#industry")).to_have_attribute("aria-expanded", "false")


def test_several_industries_are_offered_and_one_is_picked(sonae: Opened) -> None:
    page = sonae("/?industry=工場&sales=1億")
    expect(page.locator("#industry-note")).to_contain_text("近い業種がいくつかあります")
    page.locator(".cands label").first.click()
    expect(page.locator("#industry-note .read")).to_be_visible()
    expect(page.locator(".prices td.cell input")).to_have_count(10)


def test_one_field_takes_both(sonae: Opened) -> None:
    page = sonae()
    page.locator("#industry").fill("町工場 5億")
    page.locator("#industry").press("Enter")
    expect(page.locator("#sales")).to_have_value("5億")
    expect(page.locator("#side .figure-big")).to_be_visible()


def test_on_a_phone_nothing_is_cut_off(sonae: Opened, accessible: Callable[[Page], None]) -> None:
    page = sonae("/?industry=D06&sales=10億&set=5&plan=basic&discount=30")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#limit-liability")).to_be_visible()
    page.select_option("#limit-expense", "50000000")
    expect(page.locator("#notices, #side .figure-big").first).to_be_visible()
    accessible(page)


def test_on_paper_there_is_no_navigation(sonae: Opened) -> None:
    page = sonae("/?industry=D06&sales=10億&set=3&plan=basic&discount=30")
    page.emulate_media(media="print")
    for hidden in (".nav", ".sumbar", "#save", ".skip"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#side .figure-big")).to_be_visible()
    paper = PdfReader(BytesIO(page.pdf(format="A4")))
    assert len(paper.pages) <= 6
    # A sum stands on its line; a column too narrow would break it letter by letter.
    assert "80,370 × 2.7121" in "".join(one.extract_text() for one in paper.pages)


def test_an_office_that_is_away_is_said_and_the_entry_stays(sonae: Opened) -> None:
    page = sonae("/?industry=D06&sales=10億&discount=30")
    page.route("**/quotation", lambda route: route.abort())
    page.locator("#sales").fill("20億")
    page.locator("#sales").press("Enter")
    expect(page.locator("#unreachable")).to_be_visible()
    expect(page.locator("#sales")).to_have_value("20億")
    page.unroute("**/quotation")
    page.locator("#sales").fill("20億円")
    page.locator("#sales").press("Enter")
    expect(page.locator("#sales-note")).to_contain_text("20億円")
    expect(page.locator("#unreachable")).to_be_hidden()


def test_without_scripts_the_button_does_it(live_office: LiveOffice, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(live_office.url)
    page.locator("#industry").fill("建設業")
    page.locator("#sales").fill("10億")
    page.select_option("#discount", "30")
    page.get_by_role("button", name="保険料を計算する").click()
    page.locator("label[for=cell-3-basic]").click()
    page.get_by_role("button", name="保険料を計算する").click()
    expect(page.locator("#side .figure-big")).to_have_text("353,150円")
    page.locator("#industry").fill("工場")
    page.get_by_role("button", name="保険料を計算する").click()
    page.locator("summary", has_text="一覧から選ぶ").click()
    page.select_option("#pick-all", "E09")
    page.get_by_role("button", name="保険料を計算する").click()
    expect(page.locator("#industry-note")).to_contain_text("E09")
    context.close()


@pytest.mark.parametrize(
    ("industry", "sales", "field"),
    [
        ("建設業", "10億5", "#sales-note"),
        ("建設業", "1e9", "#sales-note"),
        ("建設業", "1000兆", "#sales-note"),
        ("建設業", "0", "#sales-note"),
        ("建設業", "1,200億", "#sales-note"),
        ("建設業", "٥億", "#sales-note"),
        ("<script>alert(1)</script>", "1億", "#industry-note"),
        ("建設業\u0000", "1億", "#industry-note"),
    ],
)
def test_bad_input_is_answered_at_its_field(
    sonae: Opened, heard: list[str], industry: str, sales: str, field: str
) -> None:
    """In place, the entry kept, and never a price."""
    page = sonae()
    page.locator("#industry").fill(industry)
    page.locator("#sales").fill(sales)
    page.locator("#sales").press("Enter")
    expect(page.locator(f"{field} .msg")).to_be_visible()
    expect(page.locator("#sales")).to_have_value(sales)
    expect(page.locator(".figure-big")).to_have_count(0)
    assert [text for text in heard if "422" not in text] == []


def test_log_in_save_share_and_print(
    sonae: Opened,
    solicitor: dict[str, str],
    code_of: Callable[[dict[str, str]], str],
    browser: Browser,
    accessible: Callable[[Page], None],
) -> None:
    """What was entered survives the log-in; the saved quotation has a paper and a link that opens without log-in."""
    page = sonae("/?industry=D06&sales=10億&set=3&plan=basic&discount=30")
    page.locator("#keep-button").click()
    accessible(page)
    page.locator("#username").fill(solicitor["username"])
    page.locator("#password").fill("wrong")
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.locator(".notice.bad")).to_contain_text("ログイン名かパスワードが違います")
    page.locator("#password").fill(solicitor["password"])
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.locator("#code").fill(code_of(solicitor))
    page.get_by_role("button", name="確かめる", exact=True).click()
    expect(page.locator("#side .figure-big")).to_have_text("353,150円")
    page.locator("#for-name").fill("株式会社髙﨑工務店")
    page.locator("#for-corporate_number").fill("123")
    page.locator("#save-button").click()
    expect(page.locator("#for-corporate_number-note .msg")).to_be_visible()
    expect(page.locator("#for-name")).to_have_value("株式会社髙﨑工務店")
    page.locator("#for-corporate_number").fill("")
    page.locator("#for-contact").fill("総務部 髙﨑様")
    page.locator("#save-button").click()
    expect(page.get_by_role("status")).to_contain_text("見積を保存しました")
    expect(page.locator("h1")).to_have_text("株式会社髙﨑工務店 様の見積")
    expect(page.locator(".figure-big")).to_have_text("353,150円")
    accessible(page)
    address = page.url.split("?")[0]
    paper = page.request.get(f"{address}/paper.pdf")
    assert paper.ok
    assert paper.body().startswith(b"%PDF")
    page.get_by_role("button", name="お客さまに渡すリンクを作る").click()
    link = page.locator("#share-link").input_value()
    page.goto(page.url.split("/quotation/")[0] + "/quotations")
    expect(page.locator("tbody")).to_contain_text("株式会社髙﨑工務店")
    accessible(page)
    stranger = browser.new_context(locale="ja-JP").new_page()
    stranger.goto(link)
    expect(stranger.locator(".figure-big")).to_have_text("353,150円")
    expect(stranger.get_by_role("button", name="お客さまに渡すリンクを作る")).to_have_count(0)
    stranger.goto(link[:-1] + ("a" if link[-1] != "a" else "b"))
    expect(stranger.locator("h1")).to_have_text("ページが見つかりません")
    accessible(stranger)
    stranger.goto(address)
    expect(stranger.locator("#username")).to_be_visible()


def test_english_by_the_switch(sonae: Opened, accessible: Callable[[Page], None]) -> None:
    """The entry is carried along, and no Japanese sentence is left in the page's own words."""
    page = sonae("/?industry=D06&sales=10億&set=3&plan=basic&discount=30")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#side .figure-big")).to_have_text("353,150 yen")
    expect(page.locator("#industry-note")).to_contain_text("D06 Construction")
    rest = re.findall(r"[ぁ-んァ-ヶ一-龠]+", page.locator("#ask").inner_text())
    assert rest == []
    accessible(page)
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
