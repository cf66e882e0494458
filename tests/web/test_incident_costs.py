"""What an incident would cost a company: the same figures by API and page, marked as assumptions, kept nowhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

FACTORY = {"industry": "E09", "annual_sales": 500_000_000}


def ask(client: Client, **changes: Any) -> Any:
    words = {name: value for name, value in (FACTORY | changes).items() if value is not None}
    return client.post("/api/v1/incident-costs", json.dumps(words), content_type="application/json")


def test_each_peril_under_each_printed_cover_with_what_it_rests_on(client: Client) -> None:
    told = ask(client).json()
    assert [(one["set"], one["plan"]) for one in told["covers"]] == [
        (number, plan) for number in (1, 2, 3, 4, 5) for plan in ("basic", "wide")
    ]
    assert told["warning"]
    assert told["assumptions"]["status"] == "assumed"
    assert not told["control_quality_known"]
    assert told["control_quality"] == 5_000
    for peril in told["perils"]:
        assert 0 < peril["chance"] < told["chance"] < 1
        assert peril["rests_on"]
        assert all(row["status"] and row["source_title"] for row in peril["rests_on"])
        for case in ("typical", "severe"):
            assert sum(peril[case]["heads"].values()) == peril[case]["total"]
            for cover in peril[case]["covers"]:
                assert cover["paid"] + cover["left"] == peril[case]["total"]
                assert cover["left"] >= 0
                assert sum(cover["heads"].values()) == cover["paid"]


def test_a_discount_is_read_as_the_quality_of_controls(client: Client) -> None:
    """Half of the highest discount stands for middling controls, all of it for the best."""

    def of(**words: Any) -> tuple[int, float]:
        told = ask(client, **words).json()
        return told["control_quality"], told["chance"]

    assert of(sheet_discount=30) == of(control_quality=5_000)
    assert of(sheet_discount=60) == of(control_quality=10_000)
    assert of(sheet_discount=60)[1] < of(sheet_discount=30)[1] < of(sheet_discount=0)[1]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"industry": "Z99"}, "/industry"),
        ({"annual_sales": 0}, "/annual_sales"),
        ({"annual_sales": None}, "/annual_sales"),
        ({"control_quality": 10_001}, "/control_quality"),
        ({"control_quality": 5_000, "sheet_discount": 30}, "/control_quality"),
        ({"sheet_discount": 31}, "/sheet_discount"),
        ({"plan": "wide"}, "/plan"),
    ],
)
def test_what_is_not_understood_is_said(client: Client, changes: dict[str, Any], pointer: str) -> None:
    refused = ask(client, **changes)
    assert refused.status_code == 422
    assert pointer in {error["pointer"] for error in refused.json()["errors"]}


def test_it_errors_are_for_those_who_do_it_work(client: Client) -> None:
    def perils(**words: Any) -> set[str]:
        return {one["peril"] for one in ask(client, **words).json()["perils"]}

    assert "ITE" not in perils()
    assert "ITE" in perils(industry="G39")


def test_the_quotation_page_leads_to_the_same_figures_without_a_script(client: Client) -> None:
    page = client.get("/", {"industry": "E09", "sales": "500000000", "set": "3", "plan": "basic", "discount": "30"})
    found = re.search(r'href="(/incident-costs\?[^"]+)"', page.content.decode())
    assert found
    address = found[1].replace("&amp;", "&")
    whole, part = client.get(address), client.get(address, headers={"HX-Request": "true"})
    told = ask(client, sheet_discount=30).json()["perils"][0]
    typical = f"およそ{(told['typical']['total'] + 5_000) // 10_000:,}万円"
    for answer in (whole, part):
        text = answer.content.decode()
        assert answer.status_code == 200
        assert typical in text
        assert "想定であり、予測ではありません" in text
        assert re.search(r"1,000年に\d+回ほど", text)
        assert 'class="mark est">仮定' in text
    assert b"<html" in whole.content
    assert b"<html" not in part.content


def test_paid_and_left_sum_on_the_page(client: Client) -> None:
    text = client.get("/incident-costs", {"industry": "E09", "sales": "5億"}).content.decode()
    total = int(re.findall(r"およそ([\d,]+)万円", text)[0].replace(",", ""))
    first = text.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r'<td class="num">([\d,]+)</td><td class="num">([\d,]+)</td>', first)
    assert len(rows) == 10
    assert {int(paid.replace(",", "")) + int(left.replace(",", "")) for paid, left in rows} == {total}


def test_nothing_asked_says_what_will_be_here(client: Client) -> None:
    answer = client.get("/incident-costs")
    assert answer.status_code == 200
    assert "業種と年間売上高を入れると" in answer.content.decode()


def test_a_name_that_fits_several_industries_offers_them(client: Client) -> None:
    text = client.get("/incident-costs", {"industry": "食品", "sales": "5億"}).content.decode()
    assert re.search(r'href="/incident-costs\?industry=E09&amp;sales=', text)


def test_the_quotation_page_computes_nothing_of_it(client: Client) -> None:
    """The figures come on a press only; the page itself stays as fast as it was."""
    text = client.get("/", {"industry": "E09", "sales": "500000000"}).content.decode()
    assert "hx-get=" in text
    assert "ふつうの場合" not in text


def test_the_form_speaks_names_and_words_of_money_and_keeps_the_covers(client: Client) -> None:
    """A link brings a code and digits; the form shows what a person would write, and sends it back the same."""
    asked = {"industry": "E09", "sales": "1050000000", "set": "3", "plan": "wide", "discount": "30"}
    text = client.get("/incident-costs", asked).content.decode()
    shown = dict(re.findall(r'<input type="(?:text|hidden)"[^>]* name="([^"]+)" value="([^"]*)"', text))
    assert shown["sales"] == "10億5,000万円"
    assert "E09" not in shown["industry"]
    assert {name: shown[name] for name in ("set", "plan", "discount")} == {"set": "3", "plan": "wide", "discount": "30"}
    again = client.get("/incident-costs", shown).content.decode()
    assert re.findall(r"およそ[\d,]+万円", again) == re.findall(r"およそ[\d,]+万円", text)
