"""The whole story in a real browser, from the quotation to a certificate that a stranger verifies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.office.trade import corporate_number
from tests.web.calling import run

from .test_passkey import authenticator

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
COMPANY = "株式会社𠮷野髙﨑板金"


class Office:
    """The office as several people see it, each on a device of their own."""

    def __init__(
        self, office: LiveOffice, browser: Browser, code_of: Callable[[dict[str, str]], str],
        accessible: Callable[[Page], None], heard: list[str],
    ) -> None:  # fmt: skip
        self.office, self.browser, self.code_of = office, browser, code_of
        self.accessible, self.heard = accessible, heard
        self.contexts: list[BrowserContext] = []

    def device(self, size: dict[str, int]) -> Page:
        context = self.browser.new_context(viewport=size, locale="ja-JP", accept_downloads=True)  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self.listen)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        return page

    def listen(self, message: ConsoleMessage) -> None:
        """A refusal is answered 422, which Chromium reports; the story has two of them on purpose."""
        if message.type == "error" and "422" not in message.text:
            self.heard.append(message.text)

    def person(self, username: str, onward: str) -> Page:
        """A person of the demo office, logged in by password and code."""
        page = self.device(DESKTOP)
        who = next(one for one in self.office.demo["people"] if one["username"] == username)
        page.goto(f"{self.office.url}/login?next={onward}")
        page.locator("#username").fill(who["username"])
        page.locator("#password").fill(who["password"])
        page.get_by_role("button", name="ログイン", exact=True).click()
        page.locator("#code").fill(self.code_of(who))
        page.get_by_role("button", name="確かめる", exact=True).click()
        expect(page.locator(".who")).to_contain_text(who["name"])
        return page

    def looked_at(self, page: Page) -> None:
        """axe finds nothing, and nothing stands outside the page."""
        self.accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_from_the_quotation_to_the_certificate(
    live_office: LiveOffice, browser: Browser, code_of: Callable[[dict[str, str]], str],
    accessible: Callable[[Page], None], heard: list[str], tmp_path: Path,
) -> None:  # fmt: skip
    office = Office(live_office, browser, code_of, accessible, heard)
    try:
        _story(office, tmp_path)
    finally:
        for context in office.contexts:
            context.close()
    assert heard == []


def _story(office: Office, folder: Path) -> None:
    url = office.office.url
    agent = office.person("solicitor", "/")
    place = _applied(office, agent)
    way = agent.locator("#applicant-link").input_value()
    phone = office.device(PHONE)
    phone.goto(way)
    office.looked_at(phone)
    _answered(office, phone)
    _signed_with_a_passkey(office, agent, place)
    phone.goto(way)
    expect(phone.get_by_role("status")).to_contain_text("署名を受け取りました")
    office.looked_at(phone)

    cooperative = office.person("cooperative", "/membership")
    expect(cooperative.get_by_role("main")).to_contain_text(COMPANY)
    office.looked_at(cooperative)
    cooperative.get_by_role("button", name="この名簿を確認する").click()
    agent.goto(place)
    agent.get_by_role("button", name="確認の結果を見る").click()
    expect(agent.locator("#next")).to_contain_text("引受保険会社が審査しています")
    office.looked_at(agent)

    underwriter = office.person("underwriter", "/referrals")
    underwriter.get_by_role("link", name=re.compile(COMPANY)).click()
    office.looked_at(underwriter)
    underwriter.locator("#why").fill("対策済みを書面で確かめた")
    underwriter.get_by_role("button", name="引き受けを承認する").click()
    agent.goto(place)
    office.looked_at(agent)
    agent.get_by_role("button", name="成立させる").click()
    expect(agent).to_have_url(re.compile(r"/covers/"))
    certificate = agent.locator('a[href*="/certificate-"]').first.get_attribute("href")
    paper = folder / "certificate.pdf"
    paper.write_bytes(agent.request.get(url + str(certificate)).body())
    checked = run(office.office, "certificate", "verify", str(paper))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _applied(office: Office, agent: Page) -> str:
    """Quoted, saved, the company registered, prepared, and a link made; the application's address."""
    agent.goto(office.office.url + "/?industry=D06&sales=500000000&set=3&plan=basic")
    agent.locator("#for-name").fill(COMPANY)
    agent.get_by_role("button", name=re.compile("見積を保存")).first.click()
    expect(agent.get_by_role("status")).to_contain_text("見積を保存しました")
    agent.get_by_role("link", name="この見積で申し込む").click()
    office.looked_at(agent)
    agent.locator("#reading").fill("ヨシノタカサキバンキン")
    agent.locator("#corporate_number").fill("1234567890123")
    agent.locator("#cooperative").select_option(label="東京ものづくり協同組合（デモ）")
    agent.get_by_role("button", name="登録する").click()
    expect(agent.get_by_role("alert")).to_contain_text("検査用数字")
    agent.locator("#corporate_number").fill(corporate_number(400110000123))
    agent.get_by_role("button", name="登録する").click()
    agent.get_by_role("button", name="この会社で申込みを始める").click()
    expect(agent.get_by_role("heading", level=1)).to_contain_text(COMPANY)
    place = agent.url.split("?")[0]
    agent.locator("#wish").fill("取引先から、漏えいしたときの備えを求められた")
    agent.get_by_role("button", name="意向を記録する").click()
    agent.locator("#why").fill("売上高5億円の規模の事故例を、セット3なら賄える")
    office.looked_at(agent)
    agent.get_by_role("button", name="提案を記録する").click()
    agent.get_by_role("button", name="重要事項を渡す").click()
    agent.get_by_role("button", name="お客さまのリンクとQRを作る").click()
    office.looked_at(agent)
    return place


def _answered(office: Office, phone: Page) -> None:
    """On the phone: the papers read, the questions answered with an incident told, the content confirmed."""
    phone.get_by_role("link", name="続ける").click()
    office.looked_at(phone)
    phone.locator("#read").check()
    phone.get_by_role("button", name="次へ：告知").click()
    for name, choice in (("sales", "yes"), ("industry", "yes"), ("it_work", "no"), ("circumstances", "no"),
                         ("other_insurance", "no"), ("special_body", "none"), ("incidents", "yes")):  # fmt: skip
        phone.locator(f'label[for="q-{name}-{choice}"]').click()
    phone.get_by_role("button", name="次へ：最終の保険料").click()
    expect(phone.get_by_role("alert")).to_contain_text("あと1問")
    office.looked_at(phone)
    phone.locator("#detail-incidents").fill("2024年に、退職者のアカウントから名簿が見られた")
    phone.get_by_role("button", name="次へ：最終の保険料").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("最終の内容と保険料を確かめる")
    office.looked_at(phone)
    phone.get_by_role("button", name="この内容でよい：署名へ").click()
    expect(phone.get_by_role("main")).to_contain_text("リンクで署名します")
    office.looked_at(phone)


def _signed_with_a_passkey(office: Office, agent: Page, place: str) -> None:
    """Invited by the agency, the member's person registers a passkey on the phone and signs with it."""
    agent.goto(place)
    agent.locator("#invite-mail").fill("taro@yoshino.example.jp")
    agent.get_by_role("button", name="招待のリンクを作る").click()
    welcome = agent.locator("#invitation-link").input_value()
    member = office.device(PHONE)
    authenticator(member)
    member.goto(welcome)
    office.looked_at(member)
    member.locator("#name").fill("𠮷野 太郎")
    member.get_by_role("button", name="パスキーを登録").click()
    expect(member.locator(".codes li")).to_have_count(10)
    member.goto(office.office.url + "/member")
    member.get_by_role("link", name="続ける").click()
    member.get_by_role("link", name="続ける").click()
    expect(member.get_by_role("main")).to_contain_text("ご本人であることを、いま確かめた")
    member.locator("#signer").fill("𠮷野 太郎")
    office.looked_at(member)
    member.get_by_role("button", name="この内容で申し込み、署名する").click()
    expect(member.get_by_role("status")).to_contain_text("署名を受け取りました")
    agent.goto(place)
    expect(agent.get_by_role("main")).to_contain_text("パスキー")
