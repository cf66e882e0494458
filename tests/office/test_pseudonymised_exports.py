"""A book without names leaves the house once another person agreed, and on record; a found copy tells whose it was."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sonae.office import catalogue, pseudonymised_exports, synthetic_books, walls
from sonae.office.book_files import Writer, rate_file
from sonae.office.models import JournalEntry
from sonae.office.pseudonymised_exports import Asked
from sonae.office.refusals import Refused

if TYPE_CHECKING:
    from .trade import Trade

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book, rated once so that the rules are compiled before a test holds a transaction open."""
    file = tmp_path_factory.mktemp("book") / "book.parquet"
    with Writer(file) as writer:
        for batch in synthetic_books.batches(catalogue.default(), 400, 7):
            writer.write(batch)
    rate_file(catalogue.default(), file, file.with_suffix(".csv"))
    return file


def test_a_second_person_agrees_and_the_record_says_all(trade: Trade, source: Path, tmp_path: Path) -> None:
    product, target = catalogue.default(), tmp_path / "out.csv"
    office, insurer = trade.principal("federation_office"), trade.principal("underwriter")
    asked = Asked(source, "再保険の見積り", "再保険会社 甲")
    with pytest.raises(Refused, match="承認"):
        pseudonymised_exports.write(insurer, product, asked, target)
    first = pseudonymised_exports.agree(insurer, product, asked)
    assert pseudonymised_exports.agree(insurer, product, asked) == first, "said twice, it is one agreement"
    with pytest.raises(Refused, match="承認"):
        pseudonymised_exports.write(insurer, product, asked, target)  # one's own word is not enough
    for other in (dataclasses.replace(asked, purpose="統計"), dataclasses.replace(asked, recipient="乙")):
        with pytest.raises(Refused, match="承認"):
            pseudonymised_exports.write(office, product, other, target)
    assert not list(tmp_path.iterdir())
    found = pseudonymised_exports.write(office, product, asked, target)
    assert len(target.read_text().splitlines()) == found.written + 1
    with pytest.raises(Refused, match="承認"):
        pseudonymised_exports.write(office, product, asked, tmp_path / "again.csv")  # one agreement, one export
    with transaction.atomic():
        walls.enter(reach="all")
        entry = JournalEntry.objects.get(stream=pseudonymised_exports.STREAM, kind=pseudonymised_exports.WRITTEN)
    body = json.loads(bytes(entry.body))
    assert (entry.actor, body["agreed_by"], body["rows"]) == (office.name, insurer.name, found.written)
    assert (body["purpose"], body["recipient"], len(body["canaries"])) == ("再保険の見積り", "再保険会社 甲", 3)


def test_a_copy_that_is_found_tells_whose_it_was(trade: Trade, source: Path, tmp_path: Path) -> None:
    product = catalogue.default()
    office, insurer = trade.principal("federation_office"), trade.principal("underwriter")
    for recipient in ("甲", "乙"):
        asked = Asked(source, "統計", recipient)
        pseudonymised_exports.agree(insurer, product, asked)
        pseudonymised_exports.write(office, product, asked, tmp_path / f"{recipient}.csv")
    copy = Path(shutil.copy(tmp_path / "乙.csv", tmp_path / "found.csv"))
    [told] = pseudonymised_exports.traced(insurer, copy)
    assert (told["recipient"], told["canaries"]) == ("乙", 3)
    copy.write_text("token\n")
    assert pseudonymised_exports.traced(insurer, copy) == []


@pytest.mark.parametrize("who", ["solicitor", "auditor", "claims_handler", "member"])
def test_who_may_not(trade: Trade, source: Path, tmp_path: Path, who: str) -> None:
    asked = Asked(source, "統計", "甲")
    with pytest.raises(PermissionDenied):
        pseudonymised_exports.agree(trade.principal(who), catalogue.default(), asked)
    with pytest.raises(PermissionDenied):
        pseudonymised_exports.write(trade.principal(who), catalogue.default(), asked, tmp_path / "out.csv")


def test_a_purpose_and_a_recipient_are_needed(trade: Trade, source: Path) -> None:
    for asked in (Asked(source, " ", "甲"), Asked(source, "統計", ""), Asked(source, "x" * 201, "甲")):
        with pytest.raises(Refused, match="字まで"):
            pseudonymised_exports.agree(trade.principal("underwriter"), catalogue.default(), asked)
