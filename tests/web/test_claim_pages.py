"""The pages of claims as HTTP sees them: who may, what a member is told on the day, and what the office decides.

Stories go through the desk with the office's clock; the pages are asked as each role.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from sonae.office.models import ClaimNotice
from tests.office.claim_story import Settling, settling

from .office_pages import as_member, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]

FACTS = {"known_at": "2027-09-11T06:40", "event": "", "story": "共有フォルダが開けない。脅迫文がある。",
         "stopped": "yes", "leak": "unknown"}  # fmt: skip


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def all_notices() -> list[ClaimNotice]:
    from sonae.office import walls

    walls.enter(reach="all", claims="all", principal="test")
    return list(ClaimNotice.objects.order_by("received_at", "number"))


# --- first notice ---------------------------------------------------------------------------------------------------


def test_the_first_screen_says_what_to_do_and_asks_nothing(client: Client) -> None:
    answer = client.get("/incident")
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 200
    for what in ("LANを抜く", "電源は切らない", "触らない", "電話する", "責任を認めない", "24時間の番号は、引受保険会社が定めます"):
        assert what in words
    assert 'name="story"' not in page.partition("<main")[2]


def test_anybody_with_a_certificates_number_is_called_back(story: Settling, client: Client) -> None:
    """The answer does not depend on whether there is such a certificate."""
    caller = {"caller": "髙﨑 次郎", "phone": "025-000-0000"}
    places = []
    for number in (story.cover.number, "9999999999"):
        answer = client.post("/incident/report", FACTS | caller | {"certificate": number})
        assert answer.status_code == 302
        places.append(answer.headers["Location"])
    shapes = {re.sub("[0-9A-F]{4}", "X", place.rpartition("/")[2]) for place in places}
    assert shapes == {"N-X-X"}
    words = text_of(client.get(places[0]))
    assert places[0].rpartition("/")[2] in words
    assert "折り返し" in words
    waiting = [one for one in all_notices() if one.channel == "open"]
    assert [one.cover_id for one in waiting] == [story.cover.id, None]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"known_at": ""}, "日時"), ({"known_at": "2027-09-12T00:00"}, "日時"), ({"persons": "-3"}, "数"),
     ({"event": "meteor"}, "事由"), ({"caller": ""}, "200文字")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason_and_kept(
    story: Settling, client: Client, change: dict[str, str], why: str
) -> None:
    before = len(all_notices())
    words = FACTS | {"caller": "髙﨑", "phone": "025-000-0000", "certificate": "X"} | change
    answer = client.post("/incident/report", words)
    assert answer.status_code == 422
    assert "まだ届いていません" in text_of(answer)
    assert "共有フォルダが開けない" in answer.content.decode()
    assert len(all_notices()) == before


def test_a_member_reports_for_its_own_cover(story: Settling) -> None:
    client = as_member(story.trade, story.cover)
    answer = client.post("/incident/report", FACTS)
    assert answer.status_code == 302
    newest = all_notices()[-1]
    assert newest.channel == "member"
    assert newest.facts == {"stopped": "yes", "leak": "unknown"}
    assert answer.headers["Location"] == f"/claims/{newest.claim_id}?done=reported"


def test_circumstances_without_a_loss_are_a_notice_too(story: Settling) -> None:
    client = as_member(story.trade, story.cover)
    assert client.post("/incident/report", FACTS | {"circumstances": "yes"}).status_code == 302
    assert all_notices()[-1].circumstances


def test_an_agent_says_how_the_member_consented(story: Settling, as_role: Callable[[str], Client]) -> None:
    agent = as_role("alice")
    words = FACTS | {"certificate": story.cover.number}
    refused = agent.post("/incident/report", words)
    assert refused.status_code == 422
    assert "同意" in text_of(refused)
    told = agent.post("/incident/report", words | {"consent": "9月11日 8時、社長から電話で"})
    assert told.status_code == 302
    other = as_role("bob").post("/incident/report", words | {"consent": "電話で"})
    assert other.status_code == 422


def test_the_claims_office_writes_down_a_call(story: Settling, as_role: Callable[[str], Client]) -> None:
    answer = as_role("claims_handler").post("/incident/report", FACTS | {"certificate": story.cover.number})
    assert answer.status_code == 302
    assert all_notices()[-1].channel == "phone"
