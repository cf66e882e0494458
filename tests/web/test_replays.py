"""Would it have paid, by API and page: the same results as the command line, for shipped cases and one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sonae.doors import case_file
from sonae.office import catalogue
from sonae.replay import replay

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
