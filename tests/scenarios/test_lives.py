"""Stories in the trade's words (lives.toml), told to the office from the application to the last change."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sonae.cover import Reason
from sonae.period import JST

if TYPE_CHECKING:
    from tests.office.trade import Trade

STORIES = tomllib.loads((Path(__file__).parent / "lives.toml").read_text("utf-8"))["stories"]


def at_sixteen(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 16, tzinfo=JST)


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
def test_a_life(trade: Trade, story: dict[str, Any]) -> None:
    from sonae.office import covers, rebuilding

    cover = trade.bound(inception=story["start"].isoformat())
    for step in story["steps"]:
        day = step["on"]
        trade.clock.to(day.year, day.month, day.day)
        if "loss" in step:
            covers.notify_loss(trade.principal("claims_handler"), cover.id, at_sixteen(step["loss"]))
            continue
        told(trade, cover.id, step)
    cover.refresh_from_db()
    wanted = story.get("written")
    if wanted is None:
        wanted = priced(story["written_is_annual_of"])
    assert cover.premium == wanted
    assert cover.ends_at == at_sixteen(story["ends"])
    assert sum(row.charge for row in transactions(trade, cover)) == wanted
    assert list(rebuilding.rebuild(trade.principal("operator"), mend=False)) == []


def told(trade: Trade, cover_id: Any, step: dict[str, Any]) -> None:
    """One step: previewed, then recorded or agreed; or refused with its reason."""
    from sonae.office import access, covers
    from sonae.office.covers import Change
    from sonae.office.models import ChangeProposal, CoverTransaction
    from sonae.office.refusals import Refused

    who = trade.principal(step["by"]) if "by" in step else trade.agent
    asked = Change(
        Reason(step["does"]), step.get("from", step["on"]), step.get("changes", {}), undoes=step.get("undoes")
    )
    try:
        seen = covers.preview(who, cover_id, asked)
        made = covers.change(who, cover_id, asked)
        if isinstance(made, ChangeProposal):
            assert step.get("agreed"), "the story does not name a second person"
            second = access.principal_of_user(second_underwriter(trade))
            agreed = covers.agree(second, made.id)
            assert agreed is not None
            made = agreed
    except Refused as refusal:
        refused = refusal.code
    else:
        refused = None
    assert refused == step.get("refused")
    if refused is not None:
        return
    assert "refused" not in step, "the story says that this is refused"
    assert isinstance(made, CoverTransaction)
    assert (made.charge, made.written) == (seen.charge, seen.written.premium)
    assert seen.needs_second_person is bool(step.get("agreed"))


def second_underwriter(trade: Trade) -> Any:
    from sonae.office import desk
    from sonae.office.models import User
    from tests.office.cast import PASSWORD

    return User.objects.filter(username="second").first() or desk.create_user(
        None, username="second", password=PASSWORD, name="二人目",
        organisation=trade.office.people["underwriter"].organisation, role="underwriter",
    )  # fmt: skip


def transactions(trade: Trade, cover: Any) -> list[Any]:
    from sonae.office import covers

    return list(covers.as_of(trade.agent, cover.id).transactions)


def priced(changes: dict[str, Any]) -> int:
    """The annual premium of the stories' member with changes, asked of the quotation itself."""
    from sonae.doors.problem import Problem
    from sonae.office import desk
    from tests.office.cast import body

    answer = desk.estimate(body(sheet_discount=None, **changes))
    assert not isinstance(answer, Problem)
    assert answer.premium is not None
    return answer.premium
