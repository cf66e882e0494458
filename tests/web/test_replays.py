"""Would it have paid, by API and page: the same results as the command line, for shipped cases and one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from sonae.cases import Member
from sonae.doors import case_file
from sonae.office import catalogue, incident_costs
from sonae.replay import profit_of_stoppage, replay
from sonae.web.presentation_one_incident import sentence

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

SHIPPED = catalogue.default()
OWN: dict[str, Any] = {
    "case": "mail",
    "event": "information_leak",
    "items": [{"head": "forensics", "amount": 1_000_000}, {"head": "damages", "amount": 40_000_000}],
}


def ask(client: Client, words: Any) -> Any:
    return client.post("/api/v1/replays", json.dumps(words), content_type="application/json")


def test_without_names_every_shipped_case_as_the_command_line_tells_it(client: Client) -> None:
    told = ask(client, {})
    assert told.status_code == 200
    assert told.content == case_file.encode(replay(SHIPPED, known.case) for known in SHIPPED.cases)


def test_cases_by_name_and_of_ones_own_in_the_order_asked(client: Client) -> None:
    first, second = ask(client, {"cases": [OWN, "card_leak"]}).json()
    assert (first["case"], first["claimed"], second["case"]) == ("mail", 41_000_000, "card_leak")
    paid = {(one["plan"], one["set"]): one["paid"] for one in first["results"] if not one["riders"] or one["set"] < 5}
    assert paid["basic", 1] == 30_000_000 + 1_000_000
    assert paid["basic", 3] == 41_000_000


def test_own_terms_give_one_result_and_no_plan(client: Client) -> None:
    case = OWN | {"terms": {"limits": {"liability": 10_000_000, "expense": 5_000_000},
                            "deductibles": {"liability": 100_000}, "ratio": 90}}  # fmt: skip
    (told,) = ask(client, {"cases": [case]}).json()
    (only,) = told["results"]
    # Damages: (40 million − 100,000) × 90 % is above the limit; forensics: 90 % of 1 million.
    assert (only["plan"], only["set"], only["paid"], only["short"]) == (None, None, 10_900_000, 30_100_000)


@pytest.mark.parametrize(
    ("words", "pointer", "says"),
    [
        ({"cases": ["card_leek"]}, "/cases/0", "card_leak"),
        ({"cases": ["card_leak", OWN | {"event": "war"}]}, "/cases/1/event", "information_leak"),
        ({"cases": [OWN | {"items": [{"head": "ransom", "amount": 1}]}]}, "/cases/0/items/0/head", "forensics"),
        ({"cases": [OWN | {"items": [{"head": "damages", "amount": -1}]}]}, "/cases/0/items/0/amount", "1"),
        ({"cases": [OWN | {"terms": {"limits": {}}, "member": {"industry": "E09", "annual_sales": 1}}]},
         "/cases/0/member", "memberかterms"),
        ({"cases": []}, "/cases", "1〜10件"),
        ({"cases": ["card_leak"] * 11}, "/cases", "1〜10件"),
        ({"cases": [1.5]}, "/cases/0", "オブジェクト"),
        ({"case": "card_leak"}, "/case", "cases"),
        ([], "", "オブジェクト"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_where_it_stands(client: Client, words: Any, pointer: str, says: str) -> None:
    refused = ask(client, words)
    assert refused.status_code == 422
    found = {error["pointer"]: error["message"] for error in refused.json()["errors"]}
    assert says in found[pointer]


def test_more_than_64_kib_is_refused(client: Client) -> None:
    item = {"head": "damages", "amount": 1, "label": "長" * 200}
    refused = ask(client, {"cases": [OWN | {"items": [item] * 100}]})
    assert refused.status_code == 413


# --- the sentence under each column of prices


@pytest.fixture
def warm() -> Iterator[None]:
    incident_costs.warm(SHIPPED)
    yield
    incident_costs._warm.clear()


FACTORY = {"industry": "E09", "sales": "500000000", "set": "3", "plan": "basic", "discount": "30"}


def under_the_columns(page: str) -> list[list[str]]:
    """The sentences by size of incident, then by plan."""
    part = page.split('id="one-incident"')[1].split("</table>")[0]
    return [re.findall(r"<span>(.*?)</span>", row) for row in part.split("<tbody>")[1].split("</tr>")[:-1]]


@pytest.mark.usefixtures("warm")
def test_each_column_says_what_an_incident_of_this_size_leaves(client: Client) -> None:
    """The figures are those that the API of incident costs gives for the same company."""
    asked = {"industry": "E09", "annual_sales": 500_000_000, "sheet_discount": 30}
    told = client.post("/api/v1/incident-costs", json.dumps(asked), content_type="application/json").json()
    ransomware = next(one for one in told["perils"] if one["peril"] == "RW")
    page = client.get("/", FACTORY).content.decode()
    found = under_the_columns(page)
    for sentences, case in zip(found, ("typical", "severe"), strict=True):
        total = (ransomware[case]["total"] + 5_000) // 10_000
        for plan, column in zip(("basic", "wide"), sentences, strict=True):
            for cover, paid_by in zip(told["covers"], ransomware[case]["covers"], strict=True):
                if cover["plan"] == plan and cover["set"] == 1:
                    paid = (paid_by["paid"] + 5_000) // 10_000
                    left = total - paid
                    said = f"{paid:,}万円出て、{left:,}万円が自己負担です" if left else "全額出ます"
                    assert column.startswith("セット1")
                    assert said in column
    assert "仮定" in page.split('id="one-incident"')[1].split("<table")[0]


@pytest.mark.usefixtures("warm")
def test_a_set_that_cannot_be_had_has_no_sentence(client: Client) -> None:
    """Over 10 billion yen of sales only set 5 without business income can be chosen."""
    page = client.get("/", FACTORY | {"sales": "200億", "set": "5"}).content.decode()
    columns = [column for sentences in under_the_columns(page) for column in sentences]
    assert {tuple(re.findall(r"セット\d", column)) for column in columns} == {("セット5",)}


@pytest.mark.usefixtures("warm")
def test_in_english_too(client: Client) -> None:
    page = client.get("/", FACTORY, headers={"Accept-Language": "en"}).content.decode()
    assert "leave ¥" in str(under_the_columns(page))


def test_the_page_never_waits_for_the_compiler(client: Client) -> None:
    assert not incident_costs.is_warm()
    page = client.get("/", FACTORY).content.decode()
    assert 'id="one-incident"' not in page
    assert 'id="costs"' in page


@pytest.mark.parametrize(
    ("paid", "says"),
    [
        ({1: (5, 5), 2: (5, 5), 3: (5, 5), 4: (10, 0), 5: (0, 10)},
         "セット1～3なら5万円出て、5万円が自己負担です。セット4なら全額出ます。セット5では出ません。"),
        ({1: (5, 5), 2: (10, 0), 3: (5, 5), 4: (5, 5), 5: (5, 5)},
         "セット1・セット3～5なら5万円出て、5万円が自己負担です。セット2なら全額出ます。"),
        ({5: (10_200, 1)}, "セット5なら1億200万円出て、1万円が自己負担です。"),
        ({}, "この会社では選べません。"),
    ],
)  # fmt: skip
def test_sets_that_come_to_the_same_are_named_together(paid: dict[int, tuple[int, int]], says: str) -> None:
    outcomes = {(number, "wide"): outcome for number, outcome in paid.items()}
    assert sentence(SHIPPED, "wide", outcomes, "ja") == says


# --- the page


def shown(client: Client, **words: str) -> str:
    answer = client.get("/would-it-have-paid", words)
    assert answer.status_code == 200
    return answer.content.decode()


def typed(client: Client, **words: str) -> Any:
    return client.post("/would-it-have-paid", words)


def figures(page: str) -> dict[str, tuple[str, str]]:
    """Paid and short of each set and plan, as the table shows them."""
    table = page.split("セットとプランごとに支払う額と残る額")[1].split("</table>")[0]
    rows = re.findall(r'class="wraps">([^<]+)<.*?<td class="num">(.*?)</td><td class="num">(.*?)</td>', table)
    return {name: (paid, re.sub("<.*?>", "", short)) for name, paid, short in rows}


def test_a_shipped_case_under_every_set_and_plan(client: Client) -> None:
    page = shown(client, case="card_leak")
    found = figures(page)
    assert len(found) == 10
    assert found["セット1 ベーシックプラン"] == ("37,000,000", "53,300,000")
    assert found["セット2 ワイドプラン"] == ("57,000,000", "33,300,000")
    assert found["セット3 ベーシックプラン"] == ("90,300,000", "全額")
    assert "内訳は当方の推定です。" in page
    for premium in ("495,520", "239,300", "388,030"):
        assert premium in page
    assert "利益損害はなし" in page
    assert "見本・未承認" in page


def test_the_heads_name_their_clause_or_the_reason(client: Client) -> None:
    page = shown(client, case="ransomware_factory")
    heads = page.split('id="heads"')[1].split("</details>")[0]
    assert "利益損害補償特約" in heads
    assert "サイバーセキュリティ拡張補償特約" in heads
    assert "サイバー攻撃補償特約を付けるか、ワイドプランにすると支払います。" in heads
    sources = page.split('id="sources"')[1]
    assert "JNSA インシデント損害額調査レポート 2021年版" in sources
    assert 'class="mark est">仮定' in sources


def test_own_terms_are_shown_as_such_and_never_priced(client: Client) -> None:
    page = shown(client, case="worked_example_2015")
    assert "独自の条件です" in page
    assert "50,800,000" in page
    assert "いちばん安い変え方" not in page
    assert "年間保険料" not in page


def test_another_company_gets_its_own_price(client: Client) -> None:
    page = shown(client, case="card_leak", industry="E09", sales="20億")
    assert "入力した会社" in page
    assert "495,520" not in page
    assert "90,300,000" in page


def test_a_case_of_ones_own_with_hours_of_stoppage(client: Client) -> None:
    """Margin of 22 % on 500 million yen, by the hour: 72 of the 8,760 hours of a year."""
    answer = typed(client, event="cyber_attack", hours="72", industry="E29", sales="5億",
                   **{"amount-forensics": "350万"})  # fmt: skip
    assert answer.status_code == 200
    page = answer.content.decode()
    profit = round(Fraction(500_000_000 * 22, 100) * 72 / 8760)
    assert f"{3_500_000 + profit:,}" in page
    assert figures(page)["セット1 ベーシックプラン"] == (f"{profit:,}", "3,500,000")
    assert figures(page)["セット1 ワイドプラン"][1] == "全額"
    assert "売上がすべて止まったとみた" in page
    assert 'class="mark est">仮定' in page.split('id="sources"')[1]
    assert "入力を直す" in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"event": "information_leak"}, "費目を一つ以上"),
        ({"event": "war", "amount-damages": "100"}, "使える値"),
        ({"event": "information_leak", "amount-damages": "ten"}, "使えるのは数字"),
        ({"event": "information_leak", "amount-damages": "0"}, "1円以上"),
        ({"event": "information_leak", "amount-condolence": "100万"}, "被害者の数で限度額が決まります"),
        ({"event": "information_leak", "amount-damages": "100", "victims": "many"}, "0から"),
        ({"event": "network_outage", "hours": "10"}, "業種と年間売上高を入力してください"),
        ({"event": "network_outage", "hours": "9000", "industry": "E09", "sales": "5億"}, "0から8,784"),
        ({"event": "information_leak", "amount-damages": "100", "industry": "火星", "sales": "5億"}, "見つかりません"),
    ],
)
def test_what_was_typed_wrong_is_said_at_its_field(client: Client, words: dict[str, str], says: str) -> None:
    answer = typed(client, **words)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert "figure-big" not in page


def test_an_unknown_case_offers_the_known_ones(client: Client) -> None:
    assert "その名前の事故例はありません" in shown(client, case="war")


def test_quotation_and_navigation_lead_here(client: Client) -> None:
    page = client.get("/", FACTORY).content.decode()
    assert 'href="/would-it-have-paid"' in page
    assert 'href="/would-it-have-paid?industry=E09&amp;sales=500000000"' in page


def test_the_page_in_english(client: Client) -> None:
    page = client.get("/would-it-have-paid", {"case": "shop_card_leak"}, headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert "Would it have paid" in text
    assert "Online shop" in text


def test_profit_of_a_stoppage_waits_and_ends_as_the_product_says() -> None:
    """60 days at most, whatever is typed; the waiting time of the product comes off first."""
    member = Member("E09", 365_000_000)
    margin_a_day = 1_000_000 * SHIPPED.industries["E09"].gross_margin // 100
    assert profit_of_stoppage(SHIPPED, member, 24) == margin_a_day
    assert profit_of_stoppage(SHIPPED, member, 24 * 365) == 60 * margin_a_day
    assert SHIPPED.settlement is not None
    rules = SHIPPED.settlement.stoppage
    waits = replace(SHIPPED.settlement, stoppage=replace(rules, waiting_hours=replace(rules.waiting_hours, value=12)))
    later = replace(SHIPPED, settlement=waits)
    assert profit_of_stoppage(later, member, 12) == 0
    assert profit_of_stoppage(later, member, 36) == margin_a_day
