"""The pages of the sale as HTTP sees them: the agency prepares, the applicant alone answers and signs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from sonae.application import Step
from sonae.office import applications, binding
from sonae.office.models import Cover, JournalEntry, Mail, User
from tests.office.cast import logged_in
from tests.office.trade import AGENT, NO, corporate_number

from .office_pages import premium_of, text_of, with_all_reach

if TYPE_CHECKING:
    from sonae.office.models import Application
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]


@pytest.fixture
def agent(trade: Trade) -> Client:
    client = Client()
    logged_in(client, trade.office.alice)
    return client


def link_of(agent: Client, application: Application) -> str:
    """The path of a fresh link, read off the page that shows it once."""
    shown = agent.post(f"/applications/{application.id}/link").content.decode()
    found = re.search(r"/apply/[A-Za-z0-9_-]{43}", shown)
    assert found is not None
    assert "<svg" in shown
    return found[0]


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found is not None
    return found[1]


def answers(**changes: str) -> dict[str, str]:
    return {f"q-{name}": text for name, text in (NO | changes).items()}


def to_signature(applicant: Client, way: str, **changes: str) -> Any:
    """Reads, answers and confirms; returns the page on which to sign."""
    shown = applicant.get(f"{way}/papers")
    words = {"read": "yes", "document": hidden(shown, "document")}
    assert applicant.post(f"{way}/papers", words)["Location"] == f"{way}/disclosure"
    version = hidden(applicant.get(f"{way}/disclosure"), "version")
    words = {"version": version, **answers(**{name: text for name, text in changes.items() if "__" not in name})}
    words |= {f"detail-{name[:-8]}": text for name, text in changes.items() if name.endswith("__detail")}
    assert applicant.post(f"{way}/disclosure", words)["Location"] == f"{way}/confirm"
    shown = applicant.get(f"{way}/confirm")
    assert applicant.post(f"{way}/confirm", {"content": hidden(shown, "content")})["Location"] == f"{way}/sign"
    return applicant.get(f"{way}/sign")


def test_from_the_quotation_to_the_cover_by_pages(trade: Trade, agent: Client) -> None:
    quotation = trade.quotation()
    typed = {"legal_name": "𠮷野髙﨑工業", "reading": "ヨシノ", "corporate_number": corporate_number(700110000009),
             "postal_code": "100-0001", "address": "東京都千代田区千代田1-1",
             "cooperative": str(trade.cooperative.organisation_id), "mail": "a@example.jp"}  # fmt: skip
    made = agent.post(f"/quotation/{quotation}/register", typed)
    assert made.status_code == 302
    chosen = agent.get(made["Location"])
    assert "𠮷野髙﨑工業" in chosen.content.decode()
    found = re.search(r'value="([0-9a-f-]{36})" checked', chosen.content.decode())
    assert found is not None
    place = agent.post(f"/quotation/{quotation}/apply", {"member": found[1]})["Location"]
    for words in ({"step": "intent", "wish": "止まると困る"}, {"step": "proposal", "why": "合う", "leaves_out": "無い"},
                  {"step": "papers"}):  # fmt: skip
        assert agent.post(f"{place}/prepare", words).status_code == 302
    application = applications.one(trade.agent, place.rsplit("/", 1)[1]).application
    way = link_of(agent, application)
    phone = Client()
    signing = to_signature(phone, way)
    assert "リンクで署名します" in text_of(signing)
    signed = phone.post(f"{way}/sign", {"content": hidden(signing, "content"), "signer": "𠮷野 一郎"})
    assert signed["Location"] == way
    assert "署名を受け取りました" in text_of(phone.get(way))
    trade.confirmed(application.member)
    assert agent.post(f"{place}/membership").status_code == 302
    assert "成立させる" in text_of(agent.get(place))
    first, second = agent.post(f"{place}/bind"), agent.post(f"{place}/bind")
    assert first["Location"] == second["Location"]
    assert agent.get(first["Location"]).status_code == 200
    with_all_reach()
    assert Cover.objects.filter(application=application).count() == 1
    agreed = phone.get(way)
    assert agreed.status_code == 200
    assert Cover.objects.get(application=application).number in text_of(agreed)
    assert "<form" not in agreed.content.decode().split("<main", 1)[1]


@pytest.mark.parametrize(("changes", "said"), [
    ({"corporate_number": "1234567890123"}, "検査用数字"), ({"legal_name": ""}, "名称は"),
    ({"postal_code": "12"}, "郵便番号は7桁"), ({"cooperative": ""}, "団体はありません"),
])  # fmt: skip
def test_a_registration_that_is_wrong_says_why_and_keeps_what_was_typed(
    trade: Trade, agent: Client, changes: dict[str, str], said: str
) -> None:
    quotation = trade.quotation()
    typed = {"legal_name": "乙社", "reading": "オツ", "address": "町田", "postal_code": "1000001",
             "cooperative": str(trade.cooperative.organisation_id)} | changes  # fmt: skip
    answer = agent.post(f"/quotation/{quotation}/register", typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="町田"' in answer.content.decode()


def test_the_agency_sees_the_progress_and_no_answer(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = link_of(agent, application)
    phone = Client()
    signing = to_signature(phone, way, incidents="yes", incidents__detail="2024年に漏えいの秘密の話")
    assert "概算" in text_of(signing)
    assert "引受保険会社が審査します。金額は概算です" in text_of(phone.get(f"{way}/confirm"))
    page = text_of(agent.get(f"/applications/{application.id}"))
    assert "告知" in page
    assert "秘密の話" not in page
    assert "ありました" not in page


def test_answers_that_are_missing_keep_the_others(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = link_of(agent, application)
    phone = Client()
    shown = phone.get(f"{way}/papers")
    assert phone.post(f"{way}/papers", {"document": hidden(shown, "document")}).status_code == 422
    phone.post(f"{way}/papers", {"read": "yes", "document": hidden(shown, "document")})
    words = {"version": application.disclosure_version, **answers(incidents="yes"), "detail-sales": "書きかけ"}
    refused = phone.post(f"{way}/disclosure", words)
    assert refused.status_code == 422
    assert "あと1問" in text_of(refused)
    assert "書きかけ" in refused.content.decode()
    old = phone.post(f"{way}/disclosure", {"version": "1999", **answers()})
    assert old.status_code == 422


def test_a_step_ahead_leads_back_and_is_refused_when_posted(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = link_of(agent, application)
    phone = Client()
    assert phone.get(f"{way}/sign")["Location"] == way
    assert phone.post(f"{way}/disclosure", {"version": application.disclosure_version, **answers()}).status_code == 422
    assert applications.one(trade.agent, application.id).next is Step.acknowledgement


def test_another_price_asks_for_the_confirmation_again(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = link_of(agent, application)
    phone = Client()
    signing = to_signature(phone, way)
    other = trade.quotation(set=2)
    assert agent.post(f"/applications/{application.id}/requote", {"quotation": other}).status_code == 302
    refused = phone.post(f"{way}/sign", {"content": hidden(signing, "content"), "signer": "高崎 一郎"})
    assert refused.status_code == 422
    assert applications.one(trade.agent, application.id).next is Step.confirmation
    assert phone.get(f"{way}/confirm").status_code == 200


def test_links_end_when_they_are_made_again_or_stopped(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    first = link_of(agent, application)
    second = link_of(agent, application)
    assert [Client().get(one).status_code for one in (first, second)] == [404, 200]
    agent.post(f"/applications/{application.id}/end-links")
    assert Client().get(second).status_code == 404
    assert Client().get(second + "/papers.pdf").status_code == 404
    assert Client().post(second + "/sign").status_code == 404


def test_the_links_to_a_quotation_are_ended_on_its_page(trade: Trade, agent: Client) -> None:
    place = f"/quotation/{trade.quotation()}"
    button = f'action="{place}/end-links"'
    assert button not in agent.get(place).content.decode()
    shared = agent.post(f"{place}/share").content.decode()
    link = re.search(r'value="http://testserver(/q/[^"]{43})"', shared)
    assert link is not None
    assert button in shared
    assert Client().get(link[1]).status_code == 200
    assert button not in Client().get(link[1]).content.decode()
    assert Client().post(f"{place}/end-links").status_code != 200
    assert Client().get(link[1]).status_code == 200
    ended = agent.post(f"{place}/end-links", follow=True).content.decode()
    assert "リンクを止めました" in ended
    assert button not in ended
    assert Client().get(link[1]).status_code == 404
    assert agent.post(f"{place}/end-links").status_code == 302
    assert agent.post(f"/quotation/{uuid4()}/end-links").status_code == 404


def test_a_members_person_signs_with_the_factor_that_was_shown(trade: Trade) -> None:
    member = trade.member()
    application = trade.applied(member)
    trade.given(application)
    person = User.objects.get(id=trade.person_of(member).user_id)
    client = Client()
    logged_in(client, person, "passkey")
    way = f"/member/applications/{application.id}"
    signing = to_signature(client, way)
    client.post(f"{way}/sign", {"content": hidden(signing, "content"), "signer": "高崎 一郎"})
    row = applications.one(trade.agent, application.id).row(Step.signature)
    assert row is not None
    assert row.factor == "passkey"
    assert client.get(f"{way}/papers.pdf")["Content-Type"] == "application/pdf"


def test_nobody_else_answers(trade: Trade, agent: Client, as_role: Callable[[str], Client]) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = f"/member/applications/{application.id}"
    assert agent.post(f"{way}/disclosure").status_code == 403
    assert as_role("underwriter").get(way).status_code == 404
    stranger = trade.member("よその会社", 700110000002)
    client = Client()
    logged_in(client, User.objects.get(id=trade.person_of(stranger).user_id))
    assert client.get(way).status_code == 404


def test_the_pipeline_says_for_whom_each_waits(trade: Trade, agent: Client, as_role: Callable[[str], Client]) -> None:
    first = trade.applied(trade.member())
    trade.applied(trade.member("=危険な名前", 700110000003), annual_sales=900_000_000)
    trade.given(first)
    page = text_of(agent.get("/applications"))
    assert "お客さま待ち 1" in page
    assert "代理店待ち 1" in page
    assert "髙﨑工務店" not in text_of(agent.get("/applications?for=agency"))
    file = agent.get("/applications.csv").content.decode("utf-8-sig")
    assert "'=危険な名前" in file
    bob = Client()
    logged_in(bob, trade.office.bob)
    assert "髙﨑工務店" not in text_of(bob.get("/applications"))
    shown = text_of(as_role("federation_office").get("/applications"))
    assert "年間保険料" not in shown


def test_the_pages_stand_in_english_too(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    way = link_of(agent, application)
    phone = Client(headers={"Accept-Language": "en"})
    to_signature(phone, way)
    for path in ("", "/papers", "/disclosure", "/confirm", "/sign"):
        words = text_of(phone.get(way + path))
        assert "the" in words.lower(), path


# --- after the binding --------------------------------------------------------------------------------------------


@pytest.fixture
def bound_way(trade: Trade, agent: Client) -> tuple[str, Cover]:
    """A link with which somebody answered and signed, and the cover it became."""
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.given(application)
    way, phone = link_of(agent, application), Client()
    signing = to_signature(phone, way, incidents="yes", incidents__detail="2023年にメールの誤送信がありました")
    assert phone.post(f"{way}/sign", {"content": hidden(signing, "content"), "signer": "高崎 一郎"}).status_code == 302
    found = trade.decided(applications.one(trade.agent, application.id), "accept")
    cover = binding.bind(trade.agent, found.application.id, **AGENT)
    with_all_reach()
    return way, cover


def test_after_the_binding_the_link_shows_what_was_agreed_with_its_papers(
    trade: Trade, bound_way: tuple[str, Cover]
) -> None:
    way, cover = bound_way
    page = text_of(Client().get(way))
    for words in (cover.number, f"{premium_of():,}円", "2027年4月1日 午後4時", "高崎 一郎",
                  "2023年にメールの誤送信がありました", "このページは2027年1月9日まで開けます"):  # fmt: skip
        assert words in page, words
    for name in ("certificate", "cover-note", "application", "important-matters"):
        made = Client().get(f"{way}/{name}.pdf")
        assert (made.status_code, made["Content-Type"]) == (200, "application/pdf"), name
    assert Client().get(f"{way}/papers.pdf").status_code == 200
    assert Client().get(f"{way}/passwords.pdf").status_code == 404


def test_after_the_binding_the_link_writes_nothing(trade: Trade, bound_way: tuple[str, Cover]) -> None:
    way, cover = bound_way
    token = way.rsplit("/", 1)[1]
    before = JournalEntry.objects.count()
    for name in ("papers", "disclosure", "confirm", "sign"):
        assert Client().get(f"{way}/{name}").status_code == 404
        assert Client().post(f"{way}/{name}", {"content": "x", "signer": "x"}).status_code == 404
    assert Client().post(way).status_code == 405
    for method, route in (("get", ""), ("post", "/signature"), ("post", "/cover")):
        answer = getattr(Client(), method)(
            f"/api/v1/applications/{cover.application_id}{route}", headers={"Authorization": f"Link {token}"}
        )
        assert answer.status_code == 401
    with_all_reach()
    assert JournalEntry.objects.count() == before


def test_what_the_link_shows_ends_a_month_after_the_binding_and_when_it_is_stopped(
    trade: Trade, agent: Client, bound_way: tuple[str, Cover]
) -> None:
    way, cover = bound_way
    trade.clock.moment += timedelta(days=30, seconds=-1)
    assert Client().get(way).status_code == 200
    agent = Client()
    logged_in(agent, trade.office.alice)
    agent.post(f"/applications/{cover.application_id}/end-links")
    for place in (way, f"{way}/certificate.pdf", f"{way}/application.pdf"):
        assert Client().get(place).status_code == 404


def test_a_link_that_had_ended_before_the_binding_shows_nothing(trade: Trade, agent: Client) -> None:
    member = trade.member()
    trade.confirmed(member)
    application = trade.applied(member)
    trade.prepared(application)
    way = link_of(agent, application)
    trade.answered(application)
    trade.signed(application)
    trade.clock.moment += timedelta(days=14)
    binding.bind(trade.agent, application.id, **AGENT)
    assert Client().get(way).status_code == 404
    assert Client().get(f"{way}/certificate.pdf").status_code == 404


def test_the_link_is_mailed_where_the_agent_says_so(trade: Trade, agent: Client) -> None:
    application = trade.applied(trade.member())
    trade.given(application)
    assert 'value="ichiro@example.jp"' in agent.get(f"/applications/{application.id}").content.decode()
    shown = agent.post(f"/applications/{application.id}/link", {"mail": "not an address"})
    assert shown.status_code == 422
    shown = agent.post(f"/applications/{application.id}/link", {"mail": "ichiro@example.jp"})
    assert "同じリンクをメールでも送ります。" in text_of(shown)
    with_all_reach()
    assert [(mail.kind, mail.organisation_id) for mail in Mail.objects.all()] == [
        ("applicant_link", application.member_id)
    ]
    agent.post(f"/applications/{application.id}/link")
    with_all_reach()
    assert Mail.objects.count() == 1
