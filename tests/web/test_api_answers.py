"""What the API tells of members, applications and papers is what its document says, for everyone who may ask."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from sonae.office.models import User
from sonae.web import openapi
from sonae.web.api import api
from tests.office.cast import logged_in
from tests.office.trade import Trade


@pytest.fixture
def trade(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Trade:
    from tests.office.cast import make
    from tests.office.trade import Clock

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Trade(make(), Clock(monkeypatch))


def said(name: str, answer: Any) -> Any:
    """The answer, which is of the documented shape."""
    assert answer.status_code in (200, 201), answer.content
    schemas = json.loads(openapi.document(api))["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
    jsonschema_rs.validate(schema, answer.json())
    return answer.json()


def people(trade: Trade) -> list[User]:
    return [trade.office.alice, *(trade.office.people[role] for role in (
        "underwriter", "auditor", "federation_office", "association_office"
    ))]  # fmt: skip


def test_members_and_applications_are_told_as_documented(trade: Trade, client: Client) -> None:
    member = trade.member()
    application = trade.applied(member)
    place = f"/api/v1/applications/{application.id}"
    for stage in (trade.given, trade.prepared, trade.answered, trade.signed):
        stage(application)
        for person in people(trade):
            logged_in(client, person)
            said("ApplicationList", client.get("/api/v1/applications"))
            if client.get(place).status_code != 404:  # the association of nobody's member
                said("Application", client.get(place))
            said("MemberList", client.get("/api/v1/members"))
    logged_in(client, trade.office.alice)
    said("Member", client.get(f"/api/v1/members/{member.organisation_id}"))
    said("ApplicantLink", client.post(f"{place}/link", "{}", "application/json"))
    logged_in(client, trade.office.people["federation_office"])
    said("MemberSuspicions", client.get("/api/v1/member-suspicions"))


def test_the_applicant_goes_through_the_sale_by_link(trade: Trade, client: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    logged_in(client, trade.office.alice)
    token = client.post(f"/api/v1/applications/{application.id}/link", "{}", "application/json").json()["token"]
    stranger = Client(headers={"Authorization": f"Link {token}"})
    place = f"/api/v1/applications/{application.id}"

    def post(step: str, **words: Any) -> Any:
        return stranger.post(f"{place}/{step}", json.dumps(words), "application/json")

    from tests.office.trade import NO

    early = post("disclosure", version=application.disclosure_version, answers=NO)
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (409, "papers-not-read")
    assert "契約概要・注意喚起情報" in early.json()["title"]
    document = said("Application", stranger.get(place))["document"]
    assert post("acknowledgement", document="0" * 64).status_code == 409
    assert said("Application", post("acknowledgement", document=document))["next"] == "disclosure"
    told = said("Application", post("disclosure", version=application.disclosure_version, answers=NO))
    said("Application", post("confirmation", content=told["content"]))
    told = said("Application", post("signature", content=told["content"], signer="高崎 一郎"))
    factors = {step["step"]: step["factor"] for step in told["steps"]}
    assert {factors[step] for step in ("acknowledgement", "disclosure", "confirmation", "signature")} == {"link"}
    assert stranger.get(f"{place}/copy").content.startswith(b"%PDF")


def test_a_referral_is_told_and_decided_as_documented(trade: Trade, client: Client) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    trade.signed(application)

    def post(place: str, **words: Any) -> Any:
        return client.post(f"/api/v1{place}", json.dumps(words), "application/json")

    logged_in(client, trade.office.people["underwriter"])
    [waiting] = said("ReferralList", client.get("/api/v1/referrals"))["referrals"]
    assert (waiting["application"], waiting["name"]) == (str(application.id), member.legal_name)
    assert "disclosed_incidents" in {ground["code"] for ground in waiting["grounds"]}
    place, condition = f"/applications/{application.id}/decision", {"text": "多要素認証を入れる", "due": "2027-06-30"}
    words = {"content": waiting["content"], "outcome": "accept", "reason": "再発防止策を確認"}
    for wrong in ({"text": "いつか"}, condition | {"by": "誰か"}, "口頭で"):
        refused = post(place, **words, conditions=[condition, wrong])
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/conditions/1")
    told = said("Application", post(place, **words, conditions=[condition]))
    assert {ground["code"] for ground in told["grounds"]} == {ground["code"] for ground in waiting["grounds"]}
    assert told["next"] == "binding"
    assert said("ReferralList", client.get("/api/v1/referrals"))["referrals"] == []
    [left] = said("OpenConditionList", client.get("/api/v1/conditions"))["conditions"]
    assert (left["text"], left["due"], left["application"]) == (*condition.values(), str(application.id))
    closing = f"/conditions/{left['id']}/closing"
    assert said("ConditionClosed", post(closing, note="導入を確認した"))["id"] == left["id"]
    assert said("OpenConditionList", client.get("/api/v1/conditions"))["conditions"] == []
    assert post(closing, note="もう一度").status_code == 409


def test_papers_and_timelines_are_told_as_documented(trade: Trade, client: Client) -> None:
    cover = trade.bound()
    logged_in(client, trade.office.people["auditor"])
    client.get(f"/api/v1/covers/{cover.id}/certificate")
    said("PaperList", client.get(f"/api/v1/covers/{cover.id}/papers"))
    said("PaperList", client.get(f"/api/v1/applications/{cover.application_id}/papers"))
    said("TimelineHits", client.get("/api/v1/timelines", {"words": cover.number}))
    for kind, place in (
        ("cover", cover.id), ("application", cover.application_id), ("member", cover.member_id),
        ("quotation", cover.quotation_id),
    ):  # fmt: skip
        said("Timeline", client.get(f"/api/v1/timelines/{kind}/{place}"))
    said("PaperStatus", client.get(f"/api/v1/certificates/{cover.number}"))
    said("PaperStatus", client.get("/api/v1/certificates/nothing"))
