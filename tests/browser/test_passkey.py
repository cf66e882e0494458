"""Passkeys in a real browser, with Chromium's virtual authenticator; and the code in its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

Opened = Callable[..., Page]


def authenticator(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """A device with a screen lock; `verified` says whether its owner passes it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": verified, "automaticPresenceSimulation": True}  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def log_in(page: Page, office: LiveOffice, person: dict[str, str], code_of: Callable[[dict[str, str]], str]) -> None:
    """By password and the authenticator app's code."""
    page.goto(office.url + "/login?next=/account/factors")
    page.locator("#username").fill(person["username"])
    page.locator("#password").fill(person["password"])
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ご本人の確認")
    page.locator("#code").fill(code_of(person))
    page.get_by_role("button", name="確かめる", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ログインの方法")


@pytest.fixture
def manager(live_office: LiveOffice) -> dict[str, str]:
    return next(one for one in live_office.demo["people"] if one["username"] == "manager")


def test_a_passkey_is_made_used_and_revoked(
    live_office: LiveOffice, sonae: Opened, manager: dict[str, str], heard: list[str],
    accessible: Callable[[Page], None], code_of: Callable[[dict[str, str]], str],
) -> None:  # fmt: skip
    page = sonae("/login")
    accessible(page)
    authenticator(page)
    log_in(page, live_office, manager, code_of)
    accessible(page)
    page.locator("#label").fill("窓口の端末")
    page.get_by_role("button", name="パスキーを登録").click()
    expect(page.locator("table")).to_contain_text("窓口の端末")
    page.get_by_role("button", name="ログアウト").click()
    page.goto(live_office.url + "/login?next=/account")
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("アカウント")
    expect(page.locator(".kv")).to_contain_text("代理 店長")
    page.goto(live_office.url + "/account/confirm?next=/account/factors")
    accessible(page)
    page.get_by_role("button", name="パスキーで確かめる").click()
    page.get_by_role("button", name="窓口の端末 取り消す").click()
    expect(page.locator("table")).to_have_count(0)
    page.get_by_role("button", name="ログアウト").click()
    page.goto(live_office.url + "/login")
    assert heard == []
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page.locator(".notice.bad")).to_contain_text("登録されていないか、取り消されています")


def test_a_reset_by_link_is_a_new_start_with_a_passkey(
    live_office: LiveOffice, sonae: Opened, accessible: Callable[[Page], None], heard: list[str]
) -> None:
    from tests.web.calling import run

    made = run(live_office, "user", "reset", "auditor", "--as", "operator")
    page = sonae(json.loads(made.stdout)["path"])
    accessible(page)
    device, name = authenticator(page, verified=False)
    page.get_by_role("button", name="パスキーを登録").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": True})
    page.get_by_role("button", name="パスキーを登録").click()
    expect(page.locator(".codes li")).to_have_count(10)
    accessible(page)
    page.get_by_role("link", name="保管しました").click()
    expect(page.locator(".who")).to_contain_text("監査 花子")
    assert heard == []


def test_without_passkeys_the_page_offers_the_code(sonae: Opened, browser: Browser, live_office: LiveOffice) -> None:
    with browser.new_context(java_script_enabled=False, locale="ja-JP") as bare:
        page = bare.new_page()
        page.goto(live_office.url + "/login")
        expect(page.get_by_role("button", name="パスキーでログイン")).to_be_hidden()
        expect(page.get_by_text("このブラウザーではパスキーを使えません")).to_be_visible()
        page.goto(live_office.url.replace("localhost", "127.0.0.1") + "/login")
        expect(page.get_by_role("link", name="http://localhost:")).to_be_visible()
