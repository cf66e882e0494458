"""Would it have paid, by API and page: the same results as the command line, for shipped cases and one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from sonae.doors import case_file
from sonae.office import catalogue, incident_costs
from sonae.replay import replay
from sonae.web.presentation_one_incident import sentence

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

SHIPPED = catalogue.default()
OWN: dict[str, Any] = {
    "case": "mail",
    "event": "information_leak",
    "items": [{"head": "forensics", "amount": 1_000_000}, {"head": "damages", "amount": 40_000_000}],
}


def ask(client: Client, words: Any) -> Any:
    return client.post("/api/v1/replays", json.dumps(words), content_type="application/json")


def test_without_names_every_shipped_case_as_the_command_line_tells_it(client: Client) -> None:
    told = ask(client, {})
    assert told.status_code == 200
    assert told.content == case_file.encode(replay(SHIPPED, known.case) for known in SHIPPED.cases)


def test_cases_by_name_and_of_ones_own_in_the_order_asked(client: Client) -> None:
    first, second = ask(client, {"cases": [OWN, "card_leak"]}).json()
    assert (first["case"], first["claimed"], second["case"]) == ("mail", 41_000_000, "card_leak")
    paid = {(one["plan"], one["set"]): one["paid"] for one in first["results"] if not one["riders"] or one["set"] < 5}
    assert paid["basic", 1] == 30_000_000 + 1_000_000
    assert paid["basic", 3] == 41_000_000


def test_own_terms_give_one_result_and_no_plan(client: Client) -> None:
    case = OWN | {"terms": {"limits": {"liability": 10_000_000, "expense": 5_000_000},
                            "deductibles": {"liability": 100_000}, "ratio": 90}}  # fmt: skip
    (told,) = ask(client, {"cases": [case]}).json()
    (only,) = told["results"]
    # Damages: (40 million − 100,000) × 90 % is above the limit; forensics: 90 % of 1 million.
    assert (only["plan"], only["set"], only["paid"], only["short"]) == (None, None, 10_900_000, 30_100_000)


@pytest.mark.parametrize(
    ("words", "pointer", "says"),
    [
        ({"cases": ["card_leek"]}, "/cases/0", "card_leak"),
        ({"cases": ["card_leak", OWN | {"event": "war"}]}, "/cases/1/event", "information_leak"),
        ({"cases": [OWN | {"items": [{"head": "ransom", "amount": 1}]}]}, "/cases/0/items/0/head", "forensics"),
        ({"cases": [OWN | {"items": [{"head": "damages", "amount": -1}]}]}, "/cases/0/items/0/amount", "1"),
        ({"cases": [OWN | {"terms": {"limits": {}}, "member": {"industry": "E09", "annual_sales": 1}}]},
         "/cases/0/member", "memberかterms"),
        ({"cases": []}, "/cases", "1〜10件"),
        ({"cases": ["card_leak"] * 11}, "/cases", "1〜10件"),
        ({"cases": [1.5]}, "/cases/0", "オブジェクト"),
        ({"case": "card_leak"}, "/case", "cases"),
        ([], "", "オブジェクト"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_where_it_stands(client: Client, words: Any, pointer: str, says: str) -> None:
    refused = ask(client, words)
    assert refused.status_code == 422
    found = {error["pointer"]: error["message"] for error in refused.json()["errors"]}
    assert says in found[pointer]


def test_more_than_64_kib_is_refused(client: Client) -> None:
    item = {"head": "damages", "amount": 1, "label": "長" * 200}
    refused = ask(client, {"cases": [OWN | {"items": [item] * 100}]})
    assert refused.status_code == 413


# --- the sentence under each column of prices


@pytest.fixture
def warm() -> Iterator[None]:
    incident_costs.warm(SHIPPED)
    yield
    incident_costs._warm.clear()


FACTORY = {"industry": "E09", "sales": "500000000", "set": "3", "plan": "basic", "discount": "30"}


def under_the_columns(page: str) -> list[list[str]]:
    """The sentences by size of incident, then by plan."""
    part = page.split('id="one-incident"')[1].split("</table>")[0]
    return [re.findall(r"<span>(.*?)</span>", row) for row in part.split("<tbody>")[1].split("</tr>")[:-1]]


@pytest.mark.usefixtures("warm")
def test_each_column_says_what_an_incident_of_this_size_leaves(client: Client) -> None:
    """The figures are those that the API of incident costs gives for the same company."""
    asked = {"industry": "E09", "annual_sales": 500_000_000, "sheet_discount": 30}
    told = client.post("/api/v1/incident-costs", json.dumps(asked), content_type="application/json").json()
    ransomware = next(one for one in told["perils"] if one["peril"] == "RW")
    page = client.get("/", FACTORY).content.decode()
    found = under_the_columns(page)
    for sentences, case in zip(found, ("typical", "severe"), strict=True):
        total = (ransomware[case]["total"] + 5_000) // 10_000
        for plan, sentence in zip(("basic", "wide"), sentences, strict=True):
            for cover, paid_by in zip(told["covers"], ransomware[case]["covers"], strict=True):
                if cover["plan"] == plan and cover["set"] == 1:
                    paid = (paid_by["paid"] + 5_000) // 10_000
                    left = total - paid
                    said = f"{paid:,}万円出て、{left:,}万円が自己負担です" if left else "全額出ます"
                    assert sentence.startswith("セット1")
                    assert said in sentence
    assert "仮定" in page.split('id="one-incident"')[1].split("<table")[0]


@pytest.mark.usefixtures("warm")
def test_a_set_that_cannot_be_had_has_no_sentence(client: Client) -> None:
    """Over 10 billion yen of sales only set 5 without business income can be chosen."""
    page = client.get("/", FACTORY | {"sales": "200億", "set": "5"}).content.decode()
    for sentences in under_the_columns(page):
        for sentence in sentences:
            assert re.findall(r"セット\d", sentence) == ["セット5"]


@pytest.mark.usefixtures("warm")
def test_in_english_too(client: Client) -> None:
    page = client.get("/", FACTORY, headers={"Accept-Language": "en"}).content.decode()
    assert "leave ¥" in str(under_the_columns(page))


def test_the_page_never_waits_for_the_compiler(client: Client) -> None:
    assert not incident_costs.is_warm()
    page = client.get("/", FACTORY).content.decode()
    assert 'id="one-incident"' not in page
    assert 'id="costs"' in page


@pytest.mark.parametrize(
    ("paid", "says"),
    [
        ({1: (5, 5), 2: (5, 5), 3: (5, 5), 4: (10, 0), 5: (0, 10)},
         "セット1～3なら5万円出て、5万円が自己負担です。セット4なら全額出ます。セット5では出ません。"),
        ({1: (5, 5), 2: (10, 0), 3: (5, 5), 4: (5, 5), 5: (5, 5)},
         "セット1・セット3～5なら5万円出て、5万円が自己負担です。セット2なら全額出ます。"),
        ({5: (10_200, 1)}, "セット5なら1億200万円出て、1万円が自己負担です。"),
        ({}, "この会社では選べません。"),
    ],
)  # fmt: skip
def test_sets_that_come_to_the_same_are_named_together(paid: dict[int, tuple[int, int]], says: str) -> None:
    outcomes = {(number, "wide"): outcome for number, outcome in paid.items()}
    assert sentence(SHIPPED, "wide", outcomes, "ja") == says
