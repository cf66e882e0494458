"""The quotation page in a real browser, against the seeded office behind the real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture
def heard(page: Page) -> list[str]:
    """What the browser complains about: errors, refused styles and scripts. A test that expects none asserts it.

    htmx reports a request that a newer one replaced as an error too; that is how it should be, and is left out.
    """
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(("htmx:afterRequest", "htmx:sendAbort")):
            found.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def sonae(live_office: LiveOffice, page: Page, heard: list[str]) -> Callable[[str], Page]:
    """Opens an address of the office on a desktop and waits for its scripts."""
    page.set_viewport_size(DESKTOP)

    def opened(path: str = "/") -> Page:
        page.goto(live_office.url + path)
        page.wait_for_load_state("networkidle")
        return page

    return opened


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails with every finding of axe on the page as it stands."""

    def check(page: Page) -> None:
        result: Any = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()

    return check


@pytest.fixture
def solicitor(live_office: LiveOffice) -> dict[str, str]:
    """The demo agency's solicitor: username and password."""
    return next(one for one in live_office.demo["people"] if one["username"] == "solicitor")


@pytest.fixture
def code_of(live_office: LiveOffice) -> Callable[[dict[str, str]], str]:
    """The present code of a demo person's authenticator app, as the command line shows it."""
    from tests.web.calling import run

    def code(person: dict[str, str]) -> str:
        shown = run(live_office, "demo", "code", person["username"])
        assert shown.returncode == 0, shown.stderr
        return shown.stdout.strip()

    return code


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Who is logged in already, with the cookies of their session."""
    return {}


@pytest.fixture
def come_in(
    live_office: LiveOffice,
    sonae: Callable[[str], Page],
    code_of: Callable[[dict[str, str]], str],
    sessions: dict[str, Any],
) -> Callable[[str, str], Page]:
    """Logs a demo person in, once a module, and opens an address as them and nobody else."""

    def made(username: str, path: str) -> Page:
        page = sonae("/certificate")
        page.context.clear_cookies()
        if username in sessions:
            page.context.add_cookies(sessions[username])
            return sonae(path)
        person = next(one for one in live_office.demo["people"] if one["username"] == username)
        page = sonae("/login?next=/account")
        page.locator("#username").fill(person["username"])
        page.locator("#password").fill(person["password"])
        page.get_by_role("button", name="ログイン", exact=True).click()
        page.locator("#code").fill(code_of(person))
        page.get_by_role("button", name="確かめる", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("アカウント")
        sessions[username] = page.context.cookies()
        return sonae(path)

    return made
