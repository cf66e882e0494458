"""The release of a product year as a page: one asks, the insurer's second agrees; what is missing is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from sonae.office import book_impacts, released, walls
from sonae.office.models import ReleasedProduct
from tests.office import next_year
from tests.office.cast import logged_in

from .office_pages import of, text_of

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "compiled_book")]
ASK, AGREE = "発売を申し出る", "承認して発売する"


@pytest.fixture
def candidate(run_files: Path, trade: Trade) -> Path:
    """Next year's folder, and this year released."""
    next_year.first_year(trade)
    return next_year.laid(run_files)


def kept() -> set[str]:
    with transaction.atomic():
        walls.enter(reach="all")
        return set(ReleasedProduct.objects.values_list("product_id", flat=True))


def test_one_asks_and_the_insurers_second_agrees(trade: Trade, candidate: Path) -> None:
    run = next_year.weighed(trade)
    address = f"/book/impact/{run}/release"
    first, second = of(trade, "underwriter"), Client()
    logged_in(second, next_year.second(trade))
    assert address in first.get(f"/book/impact/{run}").content.decode()
    words = text_of(first.get(address))
    assert ASK in words
    assert AGREE not in words
    assert second.post(f"{address}/agree").status_code == 422, "nobody has asked"
    assert first.post(address)["Location"] == address
    words = text_of(first.get(address))
    assert "もう一人の承認を待っています" in words
    assert AGREE not in words
    answer = first.post(f"{address}/agree")
    assert answer.status_code == 422
    assert "申し出た人は承認できません" in text_of(answer)
    assert AGREE not in text_of(of(trade, "operator").get(address))
    assert "chuokai_cyber_2030" not in kept()
    assert AGREE in text_of(second.get(address))
    assert second.post(f"{address}/agree")["Location"] == address
    assert "発売されています" in text_of(second.get(address))
    assert second.post(f"{address}/agree").status_code == 302, "a second time it is the same"
    product = book_impacts.product_of("candidate:chuokai_cyber_2030")
    with transaction.atomic():
        walls.enter(reach="all")
        assert released.product(product.hash).id == "chuokai_cyber_2030"


def test_what_is_missing_is_said(trade: Trade, candidate: Path) -> None:
    """A gap in the proofs: no button, and whoever posts all the same gets the reason."""
    text = (candidate / "not_granted.toml").read_text("utf-8")
    (candidate / "not_granted.toml").write_text(text[: text.rindex("[[")], "utf-8")
    address = f"/book/impact/{next_year.weighed(trade)}/release"
    client = of(trade, "underwriter")
    words = text_of(client.get(address))
    assert "sonae product check" in words
    assert ASK not in words
    assert client.post(address).status_code == 422
    # One more change after the run: what was compared is no longer what the folder says.
    next_year.edit(candidate / "tariff.toml", "minimum = { value = 30_000", "minimum = { value = 31_000")
    answer = client.get(address)
    assert answer.status_code == 422
    assert "比べ直してください" in text_of(answer)


def test_who_may_not(trade: Trade, candidate: Path) -> None:
    run = next_year.weighed(trade)
    address = f"/book/impact/{run}/release"
    for role in ("federation_office", "auditor", "agency_manager", "solicitor", "claims_handler", "member"):
        client = of(trade, role)
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
        assert client.post(f"{address}/agree").status_code == 403
    assert of(trade, "operator").post(f"{address}/agree").status_code == 403
    assert address not in of(trade, "auditor").get(f"/book/impact/{run}").content.decode()
    assert Client().get(address).status_code == 302
    stale = Client()
    logged_in(stale, trade.office.people["underwriter"])
    session = stale.session
    session["factor"] |= {"at": session["factor"]["at"] - 400}
    session.save()
    assert stale.post(address)["Location"] != address, "a release needs a factor shown a moment ago"


def test_a_what_if_is_no_product_year(trade: Trade, candidate: Path) -> None:
    run = next_year.weighed(trade, new="what-if:chuokai_cyber_2024_b")
    client = of(trade, "underwriter")
    assert client.get(f"/book/impact/{run}/release").status_code == 404
    assert "/release" not in client.get(f"/book/impact/{run}").content.decode()
    assert client.get(f"/book/impact/{UUID(int=1)}/release").status_code == 404
