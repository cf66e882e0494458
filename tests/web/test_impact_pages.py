"""What another product would do, as a page: who may start and see what, parts that sum, claims decided again."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from sonae.office import (
    book_impacts,
    book_simulations,
    claim_decisions,
    claim_judging,
    redeciding,
    walls,
)
from sonae.office.models import JournalEntry
from sonae.web import presentation_committee, presentation_impact
from tests.office.claim_story import settling
from tests.office.paperwork import pages

from .office_pages import of, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "run_files", "compiled_book")]

ASKED = {"old": "chuokai_cyber_2024", "new": "what-if:chuokai_cyber_2024_b", "book": "1000", "years": "0", "seed": "3"}


def started(trade: Trade, **changes: str) -> str:
    answer = of(trade, "underwriter").post("/book/impact", ASKED | changes)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def done(trade: Trade, **changes: str) -> str:
    address = started(trade, **changes)
    assert book_impacts.weigh_change.func(address.rsplit("/", 1)[1]) is True
    return address


def test_a_run_waits_is_done_by_the_worker_and_sums(trade: Trade) -> None:
    address = started(trade, years="2000")
    for role in ("underwriter", "federation_office", "auditor"):
        assert "順番を待っています" in text_of(of(trade, role).get(address))
    assert book_impacts.weigh_change.func(address.rsplit("/", 1)[1]) is True
    page = of(trade, "federation_office").get(address).content.decode()
    assert "hx-get" not in page
    assert not re.search(r" style=|<script>", page)
    for words in ("業種の基準額", "80,370円", "43,470円", "利益損害の基準額 A", "200年に1回の年", "損害率", "仮定"):
        assert words in page
    run = book_impacts.run_of(trade.principal("underwriter"), UUID(address.rsplit("/", 1)[1]))
    found = run["impact"]
    assert sum(found["waterfall"].values()) == found["after"] - found["before"]
    assert run["risk"]["old"]["premium"] == found["before"]
    assert run["risk"]["new"]["premium"] == found["after"]
    # The cover does not change, so neither do the simulated payments of the same seed.
    assert run["risk"]["old"]["expected"] == pytest.approx(run["risk"]["new"]["expected"])


def test_a_run_is_on_record_once_with_both_hashes(trade: Trade) -> None:
    address = done(trade)
    run_id = address.rsplit("/", 1)[1]
    assert book_impacts.weigh_change.func(run_id) is False
    old, new = (book_impacts.product_of(ASKED[name]) for name in ("old", "new"))
    with transaction.atomic():
        walls.enter(reach="all")
        entry = book_impacts.on_record(old.hash, new.hash)
        assert entry is not None
        assert JournalEntry.objects.filter(stream=f"product/{new.hash}").count() == 1
        assert book_impacts.on_record(new.hash, old.hash) is None
    assert run_id in bytes(entry.body).decode()


def test_the_offices_own_covers_by_name_only_to_who_may_read_them(trade: Trade) -> None:
    cover = trade.bound(set=5, limits={"liability": 100_000_000, "expense": 30_000_000})
    trade.clock.to(2027, 5, 1, 10, 0)
    address = done(trade, book="own")
    name = cover.member.legal_name
    underwriter = of(trade, "underwriter").get(address).content.decode()
    assert name in underwriter
    assert f"/covers/{cover.id}" in underwriter
    federation = of(trade, "federation_office").get(address).content.decode()
    assert name not in federation
    assert str(cover.id) not in federation
    assert f"{cover.premium:,}</td>" not in federation
    assert "契約が少なく" in federation
    run = book_impacts.run_of(trade.principal("underwriter"), UUID(address.rsplit("/", 1)[1]))
    assert (run["rows"], run["impact"]["before"]) == (1, cover.premium)


def test_few_members_of_the_own_book_are_told_without_yen() -> None:
    product = book_impacts.product_of("chuokai_cyber_2024")
    rows = [{"code": code, "members": count, "before": 1_234_560, "after": 2_000_000}
            for code, count in (("D06", 4), ("E09", 5))]  # fmt: skip
    few, enough = presentation_impact._segments(product, rows, "by_plan", "ja", hide_below=5)
    assert (few["members"], few["before"], few["change"], few["width"]) == ("4", "—", "—", 0)
    assert (enough["before"], enough["change"]) == ("1,234,560", "+765,440")


def test_a_decided_claim_is_decided_again_under_the_other_product(trade: Trade) -> None:
    """The second assumption set moves rates alone: the same yen. With less of a limit, less is paid."""
    story = settling(trade, event="information_leak", facts={"leak": "yes", "persons": 1840})
    story.premium()
    items = [item(story, "forensics", 4_620_000), item(story, "legal_advice", 550_000)]
    facts = claim_judging.with_items(claim_judging.draft(story.handler, story.claim.id), items)
    made = claim_decisions.propose(
        story.handler, story.claim.id, claim_judging.weigh(story.handler, story.claim.id, facts).judged
    )
    claim_decisions.confirm(story.manager, made.id)
    product = book_impacts.product_of("what-if:chuokai_cyber_2024_b")
    assert again(product) == redeciding.Redecided(1, 5_170_000, 5_170_000, ())
    [claim] = again(narrower()).differing
    assert (claim.number, claim.before, claim.after) == (story.claim.number, 5_170_000, 1_550_000)
    [head] = claim.heads
    assert (head.head, head.before, head.after) == ("forensics", 4_620_000, 1_000_000)
    paper = committee(again(narrower()))
    assert (paper.rows[0][0], paper.rows[0][2:4]) == (claim.number, ("5,170,000", "1,550,000"))
    assert paper.rows[1][2:4] == ("4,620,000", "1,000,000")
    [gone] = again(without_head()).differing
    assert gone.unreadable
    assert committee(again(without_head())).rows[0][4] == gone.unreadable
    assert gone.before == 5_170_000


def committee(found: redeciding.Redecided) -> Any:
    """The part of the committee's paper that tells of these claims."""
    told = presentation_impact._claims(asdict(found), narrower(), "ja")
    return presentation_committee._claims(told, ja=True)


def again(product: Any) -> redeciding.Redecided:
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        return redeciding.redecide(product)


def narrower() -> Any:
    """The shipped product with a sublimit of a million yen on forensics."""
    import dataclasses

    product = book_impacts.product_of("chuokai_cyber_2024")
    heads = dict(product.heads)
    heads["forensics"] = dataclasses.replace(heads["forensics"], sublimit=1_000_000)
    return dataclasses.replace(product, heads=heads)


def without_head() -> Any:
    import dataclasses

    product = book_impacts.product_of("chuokai_cyber_2024")
    heads = {code: head for code, head in product.heads.items() if code != "forensics"}
    return dataclasses.replace(product, heads=heads)


def item(story: Any, head: str, amount: int) -> Any:
    from sonae.facts import LossItem
    from sonae.period import japanese_day

    return LossItem(id=head, head=head, amount=amount, incurred_on=japanese_day(story.trade.clock.moment))


def test_claims_are_for_the_insurer_alone(trade: Trade) -> None:
    """On the page, on the committee's paper, and by the command's question."""
    address = done(trade)
    papers = {
        role: " ".join(pages(of(trade, role).get(f"{address}/committee.pdf").content))
        for role in ("underwriter", "federation_office", "auditor")
    }
    assert {role: "事案を変えた商品で" in words for role, words in papers.items()} == {
        "underwriter": True, "federation_office": False, "auditor": False,
    }  # fmt: skip
    product = book_impacts.product_of(ASKED["new"])
    assert redeciding.redecide_for(trade.principal("underwriter"), product).looked_at == 0
    for role in ("federation_office", "auditor", "claims_handler", "member"):
        with pytest.raises(PermissionDenied):
            redeciding.redecide_for(trade.principal(role), product)
    assert "過去の事案" in text_of(of(trade, "underwriter").get(address))
    for role in ("federation_office", "auditor"):
        assert "過去の事案を変えた商品で" not in text_of(of(trade, role).get(address))


def test_who_may_not(trade: Trade) -> None:
    address = done(trade)
    assert of(trade, "auditor").post("/book/impact", ASKED).status_code == 403
    for role in ("solicitor", "claims_handler", "member"):
        assert of(trade, role).get("/book/impact").status_code == 403
        assert of(trade, role).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"new": "chuokai_cyber_2024"}, "違う商品を2つ"),
        ({"new": "../etc"}, "この商品はありません"),
        ({"new": "what-if:nothing"}, "この商品はありません"),
        ({"book": "7"}, "この大きさ"),
        ({"seed": "x"}, "この大きさ"),
    ],
)
def test_what_is_refused_says_why(trade: Trade, change: dict[str, str], words: str) -> None:
    answer = of(trade, "underwriter").post("/book/impact", ASKED | change)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_the_paper_for_the_committee(trade: Trade) -> None:
    """Chart, table, doubts and hashes on paper; no claim and no member stands in it."""
    address = done(trade)
    answer = of(trade, "federation_office").get(f"{address}/committee.pdf")
    assert answer["Content-Type"] == "application/pdf"
    words = " ".join(pages(answer.content))
    for expected in ("商品を変えると何が起きるか", "予測ではありません", "80,370円", "業種の基準額"):
        assert expected in words
    started_run = of(trade, "underwriter").post("/book/simulation", {"members": "100", "years": "2000", "seed": "3"})[
        "Location"
    ]
    assert of(trade, "underwriter").get(f"{started_run}/committee.pdf").status_code == 404
    book_simulations.simulate_book.func(started_run.rsplit("/", 1)[1])
    words = " ".join(pages(of(trade, "auditor").get(f"{started_run}/committee.pdf").content))
    for expected in ("判断に頼る割合", "予測ではありません", "TVaR", "想定を変えると"):
        assert expected in words
