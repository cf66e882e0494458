"""The commands about log-in, as an operator types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.web.calling import run

if TYPE_CHECKING:
    from tests.conftest import LiveOffice


def test_the_demo_peoples_codes_are_shown_and_never_in_production(live_office: LiveOffice) -> None:
    shown = run(live_office, "demo", "code", "operator")
    assert (shown.returncode, len(shown.stdout.strip()), shown.stdout.strip().isdigit()) == (0, 6, True)
    refused = run(live_office, "demo", "code", "operator", SONAE_ENV="production")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "production" in refused.stderr


def test_a_person_who_is_nobody_of_the_demo_office_has_no_code_shown(live_office: LiveOffice) -> None:
    made = run(live_office, "user", "create", "real", "--role", "auditor", "--organisation",
               "全国中小企業団体中央会（デモ）", "--as", "operator", text="correct horse battery staple\n")  # fmt: skip
    assert made.returncode == 0, made.stderr
    for name in ("real", "nobody", ""):
        refused = run(live_office, "demo", "code", name)
        assert (refused.returncode, refused.stdout) == (1, "")


def test_a_registration_and_a_reset_are_an_operators(live_office: LiveOffice) -> None:
    for words in (["registration", "solicitor", "--number", "DEMO-solicitor", "--until", "2099-03-31"],
                  ["reset", "solicitor"]):  # fmt: skip
        for person in ("manager", "auditor", "solicitor"):
            assert run(live_office, "user", *words, "--as", person).returncode == 1
        done = run(live_office, "user", *words, "--as", "operator")
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["path"].startswith("/welcome/")
    half = run(live_office, "user", "registration", "solicitor", "--until", "2099-03-31", "--as", "operator")
    assert half.returncode == 1
