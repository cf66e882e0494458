"""Change a limit, a rate, a discount step, as a page: rows as they are ready, a tail as a range, who may start it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from sonae.office import book_what_ifs

from .office_pages import of, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "run_files", "compiled_book")]

ASKED = {"rates": "10", "limits": "1", "discount_step": "-1", "without_rider": "it_business", "assumptions": "yes",
         "members": "1000", "years": "2000", "seed": "3"}  # fmt: skip


def test_one_table_moves_premium_loss_and_tail_together(trade: Trade) -> None:
    answer = of(trade, "underwriter").post("/book/what-if", ASKED)
    assert answer.status_code == 302
    address = str(answer["Location"])
    assert "順番を待っています" in text_of(of(trade, "auditor").get(address))
    run_id = address.rsplit("/", 1)[1]
    assert book_what_ifs.try_changes.func(run_id) == 8
    run = book_what_ifs.run_of(trade.principal("underwriter"), UUID(run_id))
    assert (run["state"], run["done"]) == ("done", run["of"])
    base = run["rows"][0]
    assert [one["change"] for one in run["rows"]] == [
        "as_is", "rates", "discount_step", "limits", "without_it_business", "worm_twice", "rarer", "oftener",
    ]  # fmt: skip
    assert run["rows"][1]["premium"] > base["premium"]
    assert run["rows"][1]["expected"] == base["expected"]
    page = of(trade, "federation_office").get(address).content.decode()
    assert "hx-get" not in page
    assert not re.search(r" style=|<script>", page)
    for words in ("業種の基準額を+10%", "選べる限度額を+1段", "予測ではありません", f"{base['premium'] / 1e8:.1f}"):
        assert words in page
    ranges = re.findall(r'<th scope="row" class="wraps">([^<]+)</th><td class="num wide">([\d.]+)〜([\d.]+)</td>', page)
    assert [name for name, _, _ in ranges] == ["標本の誤差", "料率", "割引", "支払限度額", "特約", "損害の想定"]
    low, high = next((float(low), float(high)) for name, low, high in ranges if name == "損害の想定")
    assert low < high


def test_who_may_not(trade: Trade) -> None:
    assert of(trade, "auditor").post("/book/what-if", ASKED).status_code == 403
    for role in ("solicitor", "claims_handler", "member"):
        assert of(trade, role).get("/book/what-if").status_code == 403
    assert of(trade, "underwriter").get("/book/what-if/00000000-0000-4000-8000-000000000000").status_code == 404
    assert "計算はまだありません" in text_of(of(trade, "auditor").get("/book/what-if"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rates": "11"}, "この変更はありません"),
        ({"without_rider": "nobody"}, "この変更はありません"),
        ({"members": "7"}, "この大きさ"),
        ({"seed": "x"}, "この大きさ"),
        ({"rates": "", "limits": "", "discount_step": "", "without_rider": "", "assumptions": ""}, "変更を1つから"),
    ],
)
def test_what_is_refused_says_why(trade: Trade, change: dict[str, str], words: str) -> None:
    answer = of(trade, "underwriter").post("/book/what-if", ASKED | change)
    assert answer.status_code == 422
    assert words in text_of(answer)
