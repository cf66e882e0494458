"""A misstatement of a bound cover, replayed by desk, API, page and command: the same answer, and nothing written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae.doors import decision as decision_door
from sonae.doors.problem import Problem
from sonae.misstatement import Replayed
from sonae.office import claim_misstatement, walls
from sonae.office.models import CoverTransaction, JournalEntry

from .claim_story import Settling, settling
from .test_claim_doors import Door

if TYPE_CHECKING:
    from .trade import Trade

INCIDENT = {"fault": "gross_negligence", "answers": {"incidents": "yes"}, "caused": "yes",
            "insurer_knew_on": "2027-09-12"}  # fmt: skip


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def replayed(story: Settling) -> Replayed:
    found = claim_misstatement.replay(story.handler, story.claim.id, INCIDENT)
    assert not isinstance(found, Problem), found
    return found


def written(story: Settling) -> tuple[int, int]:
    """What is recorded of the claim and of the cover."""
    with transaction.atomic():
        walls.enter(reach="all", claims="all", principal="test")
        of_claim = JournalEntry.objects.filter(stream__contains=str(story.claim.id)).count()
        return of_claim, CoverTransaction.objects.filter(cover=story.cover).count()


def test_the_cover_is_replayed_as_it_was_bound(story: Settling) -> None:
    """Concluded in the application's time; the clock from knowledge on 12 September ends on 12 October."""
    bound = claim_misstatement.bound(story.handler, story.claim.id)
    assert bound.cover.id == story.cover.id
    assert bound.answers["incidents"] == "no"
    found = replayed(story)
    assert (found.told.verdict, found.true.verdict) == ("accept", "refer")
    assert found.told.premium == found.true.premium
    termination = next(one for one in found.options if one.code == "termination")
    assert (termination.is_open, termination.loss, str(termination.until)) == (True, "refused", "2027-10-12")


def test_every_door_gives_the_same_answer_and_nothing_is_written(story: Settling) -> None:
    story.handler  # noqa: B018
    before = written(story)
    expected = json.loads(json.dumps(decision_door.words(replayed(story))))
    door = Door("the_claims_handler")
    answer = door.post(f"/claims/{story.claim.id}/misstatement", **INCIDENT)
    assert answer.json()["misstatement"] == expected
    page = door.client.post(f"/claims/{story.claim.id}/misstatement", {
        "fault": "gross_negligence", "disclosed-incidents": "yes", "caused": "yes", "knew": "2027-09-12",
    }).content.decode()  # fmt: skip
    assert "2027年10月12日 まで" in page
    assert "この事実に基づく損害は支払わない" in page
    assert written(story) == before


def test_the_command_prints_it(story: Settling, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from sonae.office import claim_misstatement_command

    story.handler  # noqa: B018
    monkeypatch.setattr(claim_misstatement_command, "_office", nullcontext)
    said = json.dumps(INCIDENT)
    arguments = [str(story.claim.id), "-", "--as", "the_claims_handler"]
    run = CliRunner().invoke(claim_misstatement_command.misstatement, [*arguments, "--json"], input=said,
                             standalone_mode=False)  # fmt: skip
    assert json.loads(run.stdout) == json.loads(json.dumps(decision_door.words(replayed(story))))
    run = CliRunner().invoke(claim_misstatement_command.misstatement, arguments, input=said, standalone_mode=False)
    assert "保険法31条2項1号" in run.stdout
    broken = CliRunner().invoke(claim_misstatement_command.misstatement, [*arguments, "--json"], input="{}",
                                standalone_mode=False)  # fmt: skip
    assert (broken.return_value, json.loads(broken.stdout)["errors"][0]["pointer"]) == (1, "/fault")


def test_only_the_insurers_people_may_ask(story: Settling) -> None:
    with pytest.raises(PermissionDenied):
        claim_misstatement.replay(story.member, story.claim.id, INCIDENT)
    assert Door(f"member-{story.whose.serial}").post(
        f"/claims/{story.claim.id}/misstatement", **INCIDENT
    ).status_code == 403  # fmt: skip
    handler = Door("the_claims_handler")
    assert handler.post(f"/claims/{story.claim.id}/misstatement", fault="intent").status_code == 422
    wrong = handler.client.post(f"/claims/{story.claim.id}/misstatement", {"fault": "intent", "annual_sales": "多い"})
    assert wrong.status_code == 422
