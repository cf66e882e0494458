"""A product year is released with every proof, an impact run on record, and a second person of the insurer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae.office import (
    access,
    book_impacts,
    catalogue,
    environment,
    released,
    released_folders,
    releasing,
    supervisor,
    walls,
)  # fmt: skip
from sonae.office.models import JournalEntry, ReleasedProduct
from sonae.office.refusals import Refused

from .next_year import SHIPPED, edit, first_year, laid, second, weighed

if TYPE_CHECKING:
    from .trade import Trade

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def candidate(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return laid(tmp_path)


def ask(trade: Trade, folder: Path, who: str = "underwriter") -> releasing.Standing:
    product = book_impacts._fresh(folder)
    return releasing.ask(trade.principal(who), product, catalogue.read_files(folder))


def agree(principal: Any, folder: Path) -> releasing.Standing:
    return releasing.agree(principal, book_impacts._fresh(folder), catalogue.read_files(folder))


def kinds(folder: Path) -> list[str]:
    with transaction.atomic():
        walls.enter(reach="all")
        stream = f"product/{book_impacts._fresh(folder).hash}"
        return list(JournalEntry.objects.filter(stream=stream).order_by("number").values_list("kind", flat=True))


def test_the_whole_way(trade: Trade, candidate: Path) -> None:
    first_year(trade)
    weighed(trade)
    found = ask(trade, candidate)
    assert not found.done
    assert found.predecessor is not None
    assert found.predecessor.id == SHIPPED
    assert ask(trade, candidate) == found
    other = access.principal_of_user(second(trade))
    assert agree(other, candidate).done
    assert agree(other, candidate).done
    assert kinds(candidate) == ["impact_recorded", "release_asked", "product_released"]
    product = book_impacts._fresh(candidate)
    assert released.product(product.hash).id == "chuokai_cyber_2030"
    with transaction.atomic():
        walls.enter(reach="all")
        entry = JournalEntry.objects.get(stream=f"product/{product.hash}", kind="product_released")
    body = json.loads(bytes(entry.body))
    assert body["asked_by"] != entry.actor
    assert body["from"] == catalogue.product(SHIPPED).hash


def test_without_an_impact_run_of_exactly_these_contents(trade: Trade, candidate: Path) -> None:
    first_year(trade)
    with pytest.raises(Refused) as refused:
        ask(trade, candidate)
    assert refused.value.code == "no_impact_run"
    weighed(trade)
    # One more change after the run: the run speaks of another content.
    edit(candidate / "tariff.toml", "minimum = { value = 30_000", "minimum = { value = 31_000")
    with pytest.raises(Refused) as refused:
        ask(trade, candidate)
    assert refused.value.code == "no_impact_run"


def test_a_run_from_another_product_does_not_count(trade: Trade, candidate: Path) -> None:
    first_year(trade)
    weighed(trade, "what-if:chuokai_cyber_2024_b")
    with pytest.raises(Refused) as refused:
        ask(trade, candidate)
    assert refused.value.code == "no_impact_run"


def test_a_second_person_of_the_insurer(trade: Trade, candidate: Path) -> None:
    first_year(trade)
    weighed(trade)
    with pytest.raises(Refused) as refused:
        agree(access.principal_of_user(second(trade)), candidate)
    assert refused.value.code == "release_not_asked"
    ask(trade, candidate)
    with pytest.raises(Refused) as refused:
        agree(trade.principal("underwriter"), candidate)
    assert refused.value.code == "same_person"
    for role in ("operator", "federation_office", "agency_manager", "auditor"):
        with pytest.raises(PermissionDenied):
            agree(trade.principal(role), candidate)
    assert kinds(candidate) == ["impact_recorded", "release_asked"]


def test_an_unsound_product_is_refused_with_its_flaw(trade: Trade, candidate: Path) -> None:
    """A grant taken out of the product's data is a gap in the proof."""
    first_year(trade)
    text = (candidate / "not_granted.toml").read_text("utf-8")
    last = text.rindex("[[")
    (candidate / "not_granted.toml").write_text(text[:last], "utf-8")
    weighed(trade)
    with pytest.raises(Refused) as refused:
        ask(trade, candidate)
    assert refused.value.code == "proofs_fail"
    assert "sonae product check" in str(refused.value)


def test_nothing_is_written_under_a_successor_that_nobody_released(trade: Trade, candidate: Path) -> None:
    with transaction.atomic():
        walls.enter(reach="all")
        assert released.keep(catalogue.product(SHIPPED)) in (True, False)
        with pytest.raises(Refused) as refused:
            released.keep(book_impacts._fresh(candidate))
    assert refused.value.code == "product_not_released"
    assert not ReleasedProduct.objects.filter(product_id="chuokai_cyber_2030").exists()


@pytest.fixture
def edited(candidate: Path, settings: Any) -> Path:
    """This year's folder, edited after its release under the same id, in production."""
    edit(candidate / "product.toml", 'id = "chuokai_cyber_2030"', f'id = "{SHIPPED}"')
    settings.PRODUCTION = True
    return Path(candidate.rename(candidate.parent / SHIPPED))


def test_an_edited_folder_is_no_released_product(trade: Trade, edited: Path) -> None:
    """It is neither kept in passing nor released again, and doctor and serve see it before anything starts."""
    first_year(trade)
    with transaction.atomic():
        walls.enter(reach="all")
        with pytest.raises(Refused) as refused:
            released.keep(book_impacts._fresh(edited), catalogue.read_files(edited))
        assert refused.value.code == "released_product_edited"
    with pytest.raises(Refused) as refused:
        ask(trade, edited)
    assert "released_product_edited" in refused.value.code
    rows = [(SHIPPED, catalogue.product(SHIPPED).hash)]
    [found] = released_folders.edited(answering(rows), edited.parent)
    assert (found.product_id, found.here) == (SHIPPED, book_impacts._fresh(edited).hash)
    assert found.released == rows[0][1]
    assert released_folders.edited(answering(rows), catalogue.PRODUCTS) == []
    assert released_folders.edited(answering([]), edited.parent) == [], "nothing of it is released yet"


def answering(rows: list[tuple[str, str]]) -> Any:
    """A connection to a database that holds these released products."""
    connection = MagicMock()
    connection.execute.side_effect = lambda words: (
        MagicMock(fetchone=lambda: ("released_product",)) if "to_regclass" in words else iter(rows)
    )
    return connection


def test_a_demo_office_starts_with_a_warning_and_one_in_production_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [released_folders.Edited(SHIPPED, "a" * 64, "b" * 64)]
    monkeypatch.setattr(released_folders, "edited", lambda _connection: found)
    monkeypatch.setattr(supervisor.psycopg, "connect", MagicMock())
    demo = environment.read({})
    said: list[str] = []
    supervisor.refuse_edited_products(demo, MagicMock(), said.append)
    assert "発売された内容" in said[0]
    with pytest.raises(environment.Misconfigured, match="not the content that was released"):
        supervisor.refuse_edited_products(dataclasses.replace(demo, production=True), MagicMock(), said.append)
    assert len(said) == 1
