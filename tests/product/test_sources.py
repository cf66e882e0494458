"""Every value of a product has a source: walked over all there is, not over a list of what to look at."""

import csv
import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sonae.office import catalogue
from sonae.product import Product
from sonae.worksheet import STATUSES, Basis
from tests.core.asking import shipped
from tests.products import MINATOMACHI, minatomachi

SHIPPED = catalogue.PRODUCTS / "chuokai_cyber_2024"
BOTH = pytest.mark.parametrize("product", [shipped(), minatomachi()], ids=lambda product: product.id)
FOLDERS = pytest.mark.parametrize("folder", [SHIPPED, MINATOMACHI], ids=lambda folder: folder.name)

# Types whose source is that of the value they are part of.
WITHIN = {
    "Text", "IndustryName", "Source", "Tariff", "AnswerChoice", "SheetFact", "KnockOut", "CertificateCap", "Condition",
    "Choice", "Consequence",
}  # fmt: skip


def values(value: Any, path: str = "product") -> Iterator[tuple[str, Any]]:
    """Every dataclass value inside the product, with where it is found."""
    if dataclasses.is_dataclass(value):
        yield path, value
        for field in dataclasses.fields(value):
            yield from values(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from values(part, f"{path}[{key}]")
    elif isinstance(value, tuple | list | frozenset):
        for number, part in enumerate(value):
            yield from values(part, f"{path}[{number}]")


def bases(product: Product) -> list[tuple[str, Basis]]:
    return [(path, value) for path, value in values(product) if isinstance(value, Basis)]


@BOTH
def test_every_value_carries_a_basis_of_its_own_or_is_part_of_one_that_does(product: Product) -> None:
    for path, value in values(product):
        if not isinstance(value, Basis) and type(value).__name__ not in WITHIN:
            held = [getattr(value, field.name) for field in dataclasses.fields(value)]
            assert any(isinstance(part, Basis) for part in held), path


@BOTH
def test_every_basis_names_a_known_source_and_a_known_status(product: Product) -> None:
    found = bases(product)
    assert len(found) > 100
    for path, basis in found:
        assert basis.source in product.sources, path
        assert basis.status in STATUSES, path
        assert basis.where, path


# The file's own source, under which tables state theirs; where a table leaves it out, the loader asks for the reason.
_OF_A_WHOLE_FILE = re.compile(r"[a-z_]+\.toml:")


@BOTH
def test_every_assumed_value_has_its_reason(product: Product) -> None:
    for path, basis in bases(product):
        if basis.status == "assumed" and not _OF_A_WHOLE_FILE.fullmatch(basis.where):
            assert basis.reason, (path, basis.where)


@BOTH
def test_every_place_in_the_files_has_one_source_only(product: Product) -> None:
    said: dict[str, tuple[str, str]] = {}
    for path, basis in bases(product):
        assert said.setdefault(basis.where, (basis.source, basis.status)) == (basis.source, basis.status), path


def _keys_in_toml(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("source"), str):
            yield value["source"]
        for part in value.values():
            yield from _keys_in_toml(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys_in_toml(part)


def cited_in(folder: Path) -> set[str]:
    """Every source key that a file of the folder uses, read without the loader."""
    found: set[str] = set()
    for file in folder.glob("*.toml"):
        found.update(_keys_in_toml(tomllib.loads(file.read_text("utf-8"))))
    for file in folder.glob("*.csv"):
        for row in csv.DictReader(file.read_text("utf-8").splitlines()):
            found.update(cell for column, cell in row.items() if column == "source" or column.endswith("_source"))
    return found


@FOLDERS
def test_every_listed_source_is_used_and_every_used_one_is_listed(folder: Path) -> None:
    with (folder / "sources.csv").open(encoding="utf-8") as file:
        listed = {row["key"] for row in csv.DictReader(file)}
    assert cited_in(folder) == listed


@FOLDERS
def test_every_source_says_where_it_is_found(folder: Path) -> None:
    product = catalogue.product_in(folder)
    for source in product.sources.values():
        assert source.title.ja, source.key
        assert source.title.en, source.key
        assert source.where_found, source.key


def test_nothing_assumed_is_called_stated() -> None:
    """「記載」 is only for what the brochure prints: so its source is the brochure, and nothing else claims it."""
    for path, basis in bases(shipped()):
        assert basis.status != "stated" or basis.source == "brochure", path


def test_the_judgements_of_this_product_are_called_assumed() -> None:
    for path, basis in bases(shipped()):
        assert basis.source != "judgement" or basis.status == "assumed", path
