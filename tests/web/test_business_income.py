"""Business income by command, API and page: the same calculation; attached to a claim it is an item of the decision."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sonae.cli.business_income import business_income as command
from sonae.office import claim_income, claim_judging, claims, walls
from sonae.office.models import JournalEntry
from tests.office.claim_story import Settling, settling
from tests.office.test_claim_doors import Door

from .office_pages import text_of
from .test_api_answers import said

if TYPE_CHECKING:
    from tests.office.trade import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]

WORDS: dict[str, Any] = {
    "stopped_at": "2027-09-11T00:00", "restored_at": "2027-09-21T00:00", "year_sales": 365_000_000,
    "operating_profit": 10_950_000, "fixed_costs": 98_550_000, "saved": 200_000, "prevention": 500_000,
    "fall_avoided": 3_000_000, "extra": 1_200_000,
}  # fmt: skip
"""The worked example, ten days of 1,000,000 and 200,000 yen at 30 %: 2,700,000 and 1,200,000 yen."""


def sales() -> list[list[Any]]:
    rows: list[list[Any]] = []
    for year, yen in ((2026, 1_000_000), (2027, 200_000)):
        first = date(year, 9, 11)
        rows += [[(first + timedelta(days=n)).isoformat(), yen] for n in range(10)]
    return rows


def csv_of(rows: list[list[Any]]) -> str:
    return "日付,売上高\n" + "".join(f"{day},{yen}\n" for day, yen in rows)


def posted(client: Client, path: str = "/business-income", **words: Any) -> Any:
    return client.post(path, {name: str(value) for name, value in WORDS.items()} | {"sales": csv_of(sales())} | words)


def flags() -> list[str]:
    names = {"stopped_at": "stopped", "restored_at": "restored", "operating_profit": "profit"}
    return [
        part for name, value in WORDS.items() for part in (f"--{names.get(name, name).replace('_', '-')}", str(value))
    ]


def test_command_and_api_give_the_same_bytes(client: Client) -> None:
    run = CliRunner().invoke(command, ["-", *flags(), "--json"], input=csv_of(sales()), standalone_mode=False)
    answer = client.post("/api/v1/business-income", json.dumps(WORDS | {"sales": sales()}), "application/json")
    assert answer.content + b"\n" == run.stdout_bytes
    found = said("IncomeAnswer", answer)
    assert (found["loss_of_profit"], found["extra_expense"], found["profit_rate"]) == (2_700_000, 1_200_000, [3, 10])
    lines = {line["line"]: (line["value"], line["unit"]) for line in found["worksheet"]}
    assert (lines["profit_rate"], lines["lost_profit"]) == ((3_000, "e-4"), (2_400_000, "yen"))
    told = CliRunner().invoke(command, ["-", *flags()], input=csv_of(sales()), standalone_mode=False)
    assert "2,700,000円" in told.stdout
    assert "免責時間 0時間" in told.stdout


def test_the_page_shows_the_chart_and_every_step(client: Client) -> None:
    answer = posted(client)
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 200
    for figure in ("3,900,000", "2,700,000", "1,200,000", "10,000,000", "2,000,000", "8,000,000", "30.00%"):
        assert figure in words
    assert page.count('class="f-b"') >= 20
    assert 'class="curve"' in page
    upload = SimpleUploadedFile("売上.csv", csv_of(sales()).encode("cp932"))
    assert "3,900,000" in text_of(posted(client, sales="", file=upload))


@pytest.mark.parametrize(("text", "says"), [
    ("日付,売上高\n2027-09-31,1\n", "2行目・1列目"), ("日付,売上高\n2027-09-11,多い\n", "2行目・2列目"),
    ("日付,売上高\n2027-09-11,1,000\n", "2行目: 3列あります"), ("売上\n1\n", "1行目は「日付,売上高」"),
])  # fmt: skip
def test_a_fault_in_the_file_is_told_by_line_and_column_at_every_door(client: Client, text: str, says: str) -> None:
    answer = posted(client, sales=text)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "多い" not in text or "多い" in answer.content.decode()
    run = CliRunner().invoke(command, ["-", *flags(), "--json"], input=text, standalone_mode=False)
    assert run.return_value == 1
    assert says in json.loads(run.stdout)["errors"][0]["message"]


def test_every_fault_stands_at_its_field(client: Client) -> None:
    page = posted(client, fixed_costs="たくさん", restored_at="2027-09-10T00:00", extra="-1").content.decode()
    for name in ("fixed_costs", "restored_at", "extra"):
        assert f'id="w-{name}"' in page
    assert 'value="たくさん"' in page
    assert "<details" in page.split('id="w-extra"')[0]
    assert 'class="more gap" open' in page
    assert 'id="w-year_sales"' not in page


def test_the_restoration_period_is_marked_where_nothing_was_sold(client: Client) -> None:
    nothing = [[day, 0 if day.startswith("2027") else yen] for day, yen in sales()]
    page = posted(client, sales=csv_of(nothing)).content.decode()
    bands = re.findall(r'width="([0-9.]+)" height="[0-9]+" class="f-track"', page.split("<svg class=\"chart")[1])
    assert len(bands) == 1
    assert float(bands[0]) > 0


def test_people_find_it_from_the_incident_and_from_would_it_have_paid(client: Client) -> None:
    for place in ("/incident", "/would-it-have-paid?case=own"):
        assert 'href="/business-income"' in client.get(place).content.decode(), place


def test_days_without_a_record_are_named(client: Client) -> None:
    answer = posted(client, sales=csv_of(sales()[:19]))
    assert answer.status_code == 200
    assert "2027-09-20" in text_of(answer)
    run = CliRunner().invoke(command, ["-", *flags()], input=csv_of(sales()[:19]), standalone_mode=False)
    assert run.return_value == 2
    answer = client.post("/api/v1/business-income", json.dumps(WORDS | {"sales": sales()[:19]}), "application/json")
    told = said("IncomeAnswer", answer)
    assert (told["calculated"], told["code"], told["days"]) == (False, "unrecorded", ["2027-09-20"])


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"stopped_at": "きのう"}, "/stopped_at"), ({"restored_at": "2027-09-10T00:00"}, "/restored_at"),
    ({"fixed_costs": -1}, "/fixed_costs"), ({"cause": "meteor"}, "/cause"), ({"trend_percent": 0}, "/trend_percent"),
    ({"year_sales": 0}, "/year_sales"), ({"surprise": 1}, "/surprise"),
])  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(client: Client, wrong: dict[str, Any], pointer: str) -> None:
    answer = client.post("/api/v1/business-income", json.dumps(WORDS | {"sales": sales()} | wrong), "application/json")
    expected = 200 if wrong == {"trend_percent": 0} else 422
    assert answer.status_code == expected
    if expected == 422:
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_attached_to_a_claim_it_is_what_the_decision_is_asked_for(trade: Trade) -> None:
    story: Settling = settling(trade, event="network_outage", facts={}, stopped_at=None)
    handler, place = Door("the_claims_handler"), f"/claims/{story.claim.id}/business-income"
    story.handler  # noqa: B018
    assert posted(handler.client, place).status_code == 200
    assert claim_judging.draft(story.handler, story.claim.id).items == ()
    assert posted(handler.client, place, attach="1").status_code == 302
    again = handler.post(place, sales=sales(), **WORDS)
    assert (again.status_code, said("CalculatedIncome", again)["loss_of_profit"]) == (201, 2_700_000)
    assert again["Location"] == f"/api/v1/claims/{story.claim.id}/facts"
    unmeasured = handler.post(place, sales=sales()[:19], **WORDS)
    assert (unmeasured.status_code, said("Unmeasured", unmeasured)["code"]) == (200, "unrecorded")
    assert "Location" not in unmeasured
    walls.enter(reach="all", claims="all", principal="test")
    kept = JournalEntry.objects.filter(stream=f"settlement/{story.claim.id}", kind=claim_income.KIND)
    assert kept.count() >= 1
    held = claim_income.standing(claims.seen(story.claim.id))
    assert held is not None
    assert held["calculation"]["extra_expense"] == 1_200_000
    facts = claim_judging.draft(story.handler, story.claim.id)
    again = text_of(handler.client.get(place))
    assert "いま付いている計算" in again
    assert "利益 2,700,000円、営業継続費用 1,200,000円" in again
    drafted = {one.head: one.amount for one in facts.items}
    assert drafted == {"loss_of_profit": 2_700_000, "extra_expense": 1_200_000}
    weighed = claim_judging.weigh(story.handler, story.claim.id, facts)
    assert weighed.decision.claimed == 3_900_000
    member = Door(f"member-{story.whose.serial}")
    assert member.post(place, sales=sales(), **WORDS).status_code == 403
