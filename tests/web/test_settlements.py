"""The API of settlements: the golden claim files come out as by command and by hand."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from sonae.doors import decision as decision_door
from sonae.doors import facts as facts_door
from sonae.flipping import decide_and_flip
from sonae.office import catalogue
from tests.golden import MOMENT
from tests.golden.settlements import raw, settlements

if TYPE_CHECKING:
    from django.test import Client

    from .calling import Caller

pytestmark = pytest.mark.django_db

GOLDEN = settlements()


def asked(client: Client, body: bytes, **headers: str) -> Any:
    return client.post("/api/v1/settlements", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("one", GOLDEN, ids=lambda one: one["name"])
def test_the_golden_settlements_come_out_byte_for_byte(client: Client, unhurried: None, one: dict[str, Any]) -> None:
    read = facts_door.read(catalogue.shipped(), raw(one), MOMENT)
    assert isinstance(read, facts_door.Understood)
    answer = asked(client, raw(one))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
    assert answer.content == decision_door.encode(decide_and_flip(read.facts, read.helds))
    found = answer.json()
    assert (found["verdict"], found["paid"]) == (one["expected"]["verdict"], one["expected"]["paid"])


def test_the_running_office_gives_the_same_bytes_without_a_key(caller: Caller, client: Client, unhurried: None) -> None:
    from .calling import Caller as Stranger

    one = raw(GOLDEN[0])
    assert Stranger(caller.url).call("POST", "/settlements", one).body == asked(client, one).content


def test_what_is_not_understood_is_said_where_it_stands(client: Client, unhurried: None) -> None:
    words = copy.deepcopy({"covers": GOLDEN[0]["covers"], "facts": GOLDEN[0]["facts"]})
    words["facts"]["items"] = [
        {"id": "a", "head": "ransom", "amount": -1},
        {"id": "b", "head": "forensics", "amount": 10, "currency": "USD"},
    ]
    abroad = asked(client, json.dumps(words).encode())
    assert abroad.status_code == 422
    assert [one["pointer"] for one in abroad.json()["errors"]] == ["/facts/items/1/currency"]
    del words["facts"]["items"][1]["currency"]
    refused = asked(client, json.dumps(words).encode())
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/facts/items/0/head", "/facts/items/0/amount"}
    assert refused["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b" " * 70_000, 413)])
def test_what_is_no_claim_file_is_a_problem(client: Client, unhurried: None, body: bytes, status: int) -> None:
    assert asked(client, body).status_code == status


def test_more_rows_than_this_door_decides_are_refused(client: Client, unhurried: None) -> None:
    """The command takes them: it keeps nobody else waiting."""
    day = GOLDEN[0]["facts"]["known_at"]
    words = {"covers": GOLDEN[0]["covers"], "facts": {
        "known_at": day, "demands": [{"id": f"d{n}", "made_at": day} for n in range(11)],
        "items": [{"id": f"i{n}", "head": "damages", "amount": 1 + n, "demand": "d0"} for n in range(60)],
    }}  # fmt: skip
    refused = asked(client, json.dumps(words).encode())
    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
        ("/facts/demands", "too_many"), ("", "too_many"),
    ]  # fmt: skip
    assert isinstance(facts_door.read(catalogue.shipped(), json.dumps(words).encode(), MOMENT), facts_door.Understood)


def test_a_stranger_who_asks_without_end_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from sonae.web import strangers

    monkeypatch.setattr(strangers, "must_wait", lambda request: 7)
    refused = asked(client, raw(GOLDEN[0]))
    assert (refused.status_code, refused["Retry-After"]) == (429, "7")
