"""Next year's product, laid where it can be weighed, and the persons and runs that its release needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sonae.office import book_impacts, catalogue, desk, releasing

from .cast import PASSWORD

if TYPE_CHECKING:
    from sonae.office.models import User

    from .trade import Trade

SHIPPED = "chuokai_cyber_2024"


def laid(data: Path) -> Path:
    """A folder under the office's data: a higher minimum premium, from April 2030."""
    folder = Path(shutil.copytree(catalogue.PRODUCTS / SHIPPED, data / "products" / "chuokai_cyber_2030"))
    edit(folder / "product.toml", f'id = "{SHIPPED}"', 'id = "chuokai_cyber_2030"')
    edit(folder / "product.toml", "valid_from = 2024-04-01", "valid_from = 2030-04-01")
    edit(folder / "tariff.toml", "minimum = { value = 20_000", "minimum = { value = 30_000")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def second(trade: Trade) -> User:
    """The insurer's second underwriter."""
    from sonae.office.models import User

    made = desk.create_user(
        None, username="underwriter2", password=PASSWORD, name="二人目", role="underwriter",
        organisation=trade.office.people["underwriter"].organisation,
    )  # fmt: skip
    return User.objects.get(id=made.id)


def first_year(trade: Trade) -> None:
    folder = catalogue.PRODUCTS / SHIPPED
    found = releasing.ask(trade.principal("operator"), catalogue.product(SHIPPED), catalogue.read_files(folder))
    assert found.done


def weighed(trade: Trade, old: str = SHIPPED, new: str = "candidate:chuokai_cyber_2030") -> UUID:
    """A run that compares the two, done."""
    run = book_impacts.queue(trade.principal("underwriter"), old, new, members=1000, seed=1, years=0)
    assert book_impacts.weigh_change.func(str(run))
    return run
