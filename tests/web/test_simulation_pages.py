"""What a year may cost, as a page: who may start it, what it says while it runs, ranges and what rests on judgement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.test import Client

from sonae.conditions import COVERAGES
from sonae.office import book_simulations

from .office_pages import of, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "run_files", "compiled_book")]

ASKED = {"members": "100", "years": "2000", "seed": "3"}


def started(trade: Trade) -> str:
    answer = of(trade, "underwriter").post("/book/simulation", ASKED)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_run_waits_is_done_by_the_worker_and_says_ranges(trade: Trade) -> None:
    address = started(trade)
    for role in ("underwriter", "federation_office", "auditor"):
        assert "順番を待っています" in text_of(of(trade, role).get(address))
    assert book_simulations.simulate_book.func(address.rsplit("/", 1)[1]) == 8_000
    page = of(trade, "auditor").get(address).content.decode()
    assert "hx-get" not in page
    tail = re.search(r"200年に1回の年.*?(\d+)〜(\d+)%", page, re.DOTALL)
    assert tail
    assert int(tail[1]) < int(tail[2])
    for words in ("想定であり、予測ではありません", "隠さずに言うこと", "判断に頼る割合", "TVaR", "仮定",
                  "クラウド事業者1を使う", "VPN機器を使う", "限度額の合計"):  # fmt: skip
        assert words in page
    assert 'class="band1"' in page
    assert 'class="band2"' in page
    assert not re.search(r" style=|<script>", page)


def test_the_same_run_has_the_same_figures(trade: Trade) -> None:
    """A run that was killed is done again: the figures are those of members, years and seed alone."""
    run_id = UUID(started(trade).rsplit("/", 1)[1])
    reader = trade.office.principal("auditor")
    book_simulations.simulate_book.func(str(run_id))
    first = book_simulations.run_of(reader, run_id)
    book_simulations.simulate_book.func(str(run_id))
    second = book_simulations.run_of(reader, run_id)
    assert first["results"] == second["results"]
    results = first["results"]
    premium = sum(one[coverage] for one in first["premium"].values() for coverage in COVERAGES)
    assert premium == pytest.approx(results["base"]["premium"])
    paid = sum(sum(one) for one in results["base"]["segments"].values())
    assert paid == pytest.approx(results["base"]["expected"])
    assert results["rarer"]["expected"] < results["base"]["expected"] < results["oftener"]["expected"]


def test_who_may_not(trade: Trade) -> None:
    address = started(trade)
    assert of(trade, "auditor").post("/book/simulation", ASKED).status_code == 403
    for role in ("solicitor", "claims_handler", "member"):
        assert of(trade, role).get("/book/simulation").status_code == 403
        assert of(trade, role).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "change", [{"members": "7"}, {"years": "x"}, {"seed": "-1"}, {"members": "100000", "years": "100000"}]
)
def test_a_run_of_another_size_is_refused_in_words(trade: Trade, change: dict[str, str]) -> None:
    answer = of(trade, "underwriter").post("/book/simulation", ASKED | change)
    assert answer.status_code == 422
    assert "この大きさの計算はここではできません" in text_of(answer)


def test_a_run_that_is_not_there(trade: Trade) -> None:
    assert of(trade, "underwriter").get("/book/simulation/00000000-0000-4000-8000-000000000000").status_code == 404
    assert "計算はまだありません" in text_of(of(trade, "auditor").get("/book/simulation"))
