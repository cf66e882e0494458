"""Which plan is meant when none is named: the setting of the installation, not the code."""

from datetime import date

import pytest

from sonae.cli import main
from sonae.office import catalogue, environment
from tests.products import MINATOMACHI

carried = catalogue.shipped.__wrapped__
"""Reads the folders anew, as a process does that has just started."""


def test_without_a_setting_the_shipped_plan_is_meant() -> None:
    assert environment.read({}).scheme == environment.scheme({"SONAE_SCHEME": ""}) == "chuokai_cyber"
    assert carried().newest.scheme == "chuokai_cyber"


def test_another_federations_office_is_another_folder_and_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "PRODUCTS", MINATOMACHI.parent)
    monkeypatch.setenv("SONAE_SCHEME", "minatomachi_cyber")
    office = carried()
    year = office.for_day(date(2026, 2, 1))
    assert year is not None
    assert year.id == office.newest.id == "minatomachi_cyber_2025"
    assert environment.read({"SONAE_SCHEME": "minatomachi_cyber"}).scheme == year.scheme


@pytest.mark.parametrize("named", ["minatomachi_cyber", "chuokai_cyber_2024", "../chuokai_cyber"])
def test_a_plan_that_is_not_carried_is_told_with_those_that_are(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("SONAE_SCHEME", named)
    with pytest.raises(
        environment.Misconfigured, match=r"SONAE_SCHEME must name a plan carried here \(chuokai_cyber\)"
    ):
        carried()


def test_a_command_tells_the_setting_instead_of_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONAE_SCHEME", "nobody")
    monkeypatch.setattr(catalogue, "shipped", carried)
    with pytest.raises(SystemExit, match="1"):
        main(["quote", "--industry", "D06", "--sales", "10億", "--plan", "basic", "--set", "3"])
    assert "SONAE_SCHEME must name a plan carried here" in capsys.readouterr().err
