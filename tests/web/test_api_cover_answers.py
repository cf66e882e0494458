"""What the API tells of covers and renewals is what its document says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sonae.office import renewals
from tests.office.cast import logged_in
from tests.office.trade import Trade

from .test_api_answers import said, trade

assert trade  # a fixture


@pytest.fixture
def post(client: Client) -> Any:
    return lambda place, **words: client.post(f"/api/v1{place}", json.dumps(words), "application/json")


def test_a_cover_is_told_as_documented_through_its_life(trade: Trade, client: Client, post: Any) -> None:
    cover = trade.bound()
    trade.clock.to(2027, 6, 10)
    place, people = f"/covers/{cover.id}", trade.office.people
    logged_in(client, trade.office.alice)
    said("CoverList", client.get("/api/v1/covers"))
    assert said("CoverAsOf", client.get(f"/api/v1{place}"))["terms"]["plan"] == "basic"
    assert said("CoverAsOf", client.get(f"/api/v1{place}?as_of=2027-04-01T15:59:00%2B09:00"))["terms"] is None
    wide = {"reason": "endorsement", "day": "2027-07-01", "changes": {"plan": "wide"}}
    said("CoverPreview", post(f"{place}/preview", **wide))
    said("CoverPreview", post(f"{place}/preview", reason="withdrawal", day="2027-07-01"))
    assert "transaction" in said("CoverChanged", post(f"{place}/changes", **wide))
    smaller = {"reason": "correction", "day": "2027-04-01", "changes": {"annual_sales": 900_000_000}}
    proposals = [said("CoverChanged", post(f"{place}/changes", **smaller))["proposal"] for _ in range(2)]
    logged_in(client, people["underwriter"])
    assert len(said("ProposalList", client.get("/api/v1/proposals"))["proposals"]) == 2
    for proposal, agreed in zip(proposals, (False, True), strict=True):
        said("ProposalDecided", post(f"/proposals/{proposal}/decision", agreed=agreed))
    logged_in(client, people["claims_handler"])
    said("LossMarked", post(f"{place}/losses", occurred_at="2027-06-01T09:00:00+09:00"))

    trade.clock.to(2027, 12, 1)
    list(renewals.run(trade.principal("federation_office"), 2028))
    logged_in(client, people["federation_office"])
    assert said("RenewalProgress", client.get("/api/v1/renewals/2028"))["offered"] == 1
    [chased] = said("ChasedList", client.get("/api/v1/renewals/2028/chasing"))["chasing"]
    logged_in(client, trade.office.alice)
    said("RenewalOffer", client.get(f"/api/v1/renewal-offers/{chased['offer']}"))
    said("Application", post(f"/renewal-offers/{chased['offer']}/application", changes={"annual_sales": 1_100_000_000}))
