"""The pages as HTTP sees them: what is answered, with which status, and never a price where none is due."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

FORM = {"industry": "建設業", "sales": "10億", "cell": "3-basic", "discount": "30", "inception": "2027-04-01"}
HOSTILE = ["\x00", "\u202e億", "9" * 10_000, "<script>alert(1)</script>", "'; DROP TABLE quotation; --", "١٠", "−5億",
           "1e308", "NaN", "true", "null", "{}", "[]", "../../etc/passwd", "%00", "𝟙億", "億" * 3000]  # fmt: skip
NAMES = ["industry", "pick", "sales", "it_sales", "inception", "discount", "plan", "set", "cell", "limit-liability",
         "limit-business_income", "rider", "answer-A1", "fact-remote_access", "paper-isms", "paper-isms-expires",
         "kept", "once", "for-name", "q"]  # fmt: skip


def prices(text: str) -> list[str]:
    """The prices in the table."""
    return re.findall(r'<span>([\d,]+)<span class="unit">', text)


def test_ten_prices_from_a_link_and_from_the_form(client: Client) -> None:
    for answer in (client.get("/", {"industry": "D06", "sales": "1000000000", "set": "3", "plan": "basic",
                                    "discount": "30"}), client.post("/quotation", FORM)):  # fmt: skip
        assert answer.status_code == 200
        found = prices(answer.content.decode())
        assert len(found) == 10
        assert "353,150" in found
        assert "385,450" in found


@pytest.mark.parametrize("row", range(12))
def test_the_twelve_printed_premiums(client: Client, row: int) -> None:
    """Each premium that the brochure prints stands in the table for its example."""
    from sonae.office import catalogue

    example = catalogue.default().examples[row]
    form = {
        "industry": example.industry,
        "sales": str(example.annual_sales),
        "cell": f"{example.set}-{example.plan}",
        "discount": str(example.security_discount),
    }
    if "it_business" in example.riders:
        form["rider"] = "it_business"
    text = client.post("/quotation", form).content.decode()
    assert f'<p class="figure-big">{example.premium:,}<' in text


def test_the_json_of_the_form_is_the_doors_answer(client: Client) -> None:
    """The same bytes as any other door gives for the request that the answer repeats."""
    from sonae.doors.answer import encode
    from sonae.office import desk
    from sonae.quotation import Answer

    sent = client.post("/quotation.json", FORM)
    assert sent.status_code == 200
    assert json.loads(sent.content)["premium"] == 353_150
    again = desk.estimate(json.dumps(json.loads(sent.content)["request"]).encode())
    assert isinstance(again, Answer)
    assert encode(again) == sent.content


def test_a_broken_form_is_a_problem_document_there(client: Client) -> None:
    sent = client.post("/quotation.json", FORM | {"sales": "10億5", "cell": "9-golden"})
    assert sent.status_code == 422
    assert sent.headers["Content-Type"] == "application/problem+json"
    pointers = {error["pointer"] for error in json.loads(sent.content)["errors"]}
    assert {"/annual_sales", "/set", "/plan"} <= pointers


def test_a_refused_cell_is_answered_without_a_price(client: Client) -> None:
    sent = client.post("/quotation.json", FORM | {"industry": "G39"})
    assert sent.status_code == 200
    assert json.loads(sent.content)["premium"] is None


@pytest.mark.parametrize("name", NAMES)
def test_hostile_input_is_answered_in_place(client: Client, name: str) -> None:
    """No 5xx, no script, and no price while a field cannot be understood."""
    for text in HOSTILE:
        for answer in (client.post("/quotation", FORM | {name: text}), client.get("/", {**FORM, name: text})):
            page = answer.content.decode()
            assert answer.status_code in (200, 422)
            assert "<script>alert" not in page
            if answer.status_code == 422:
                assert '<p class="figure-big">' not in page
        sent = client.post("/quotation.json", FORM | {name: text})
        assert sent.status_code in (200, 422)
        assert client.get("/quotation/industries", {name: text}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cell": "9-basic"}, "加入セット"),
        ({"cell": "3-golden"}, "プラン"),
        ({"rider": "made_up"}, "特約"),
        ({"discount": "33"}, "セキュリティ割引"),
        ({"inception": "2027-02-30"}, "補償の開始"),
        ({"inception": "tomorrow"}, "補償の開始"),
        ({"sales": "0"}, "年間売上高"),
        ({"sales": "1000兆"}, "年間売上高"),
        ({"discount": "", "answer-A1": "made_up", "fact-remote_access": "no", "fact-unsupported_os_exposed": "no",
          "fact-monitoring_by_otasuke": "no"}, "割引確認シート"),
    ],
)  # fmt: skip
def test_an_unknown_word_names_its_field(client: Client, changes: dict[str, str], words: str) -> None:
    answer = client.post("/quotation", FORM | changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "入力を確かめてください" in page
    assert f">{words}</a>" in page
    assert '<p class="figure-big">' not in page


def test_an_unknown_limit_of_the_free_set_spoils_that_row_only(client: Client) -> None:
    """Nine sets' prices do not hang on the menu of the tenth."""
    page = client.post("/quotation", FORM | {"limit-liability": "123"}).content.decode()
    assert len(prices(page)) == 8


def test_too_many_bytes_are_refused(client: Client) -> None:
    assert client.post("/quotation", FORM | {"sales": "1" * 70_000}).status_code in (400, 413)


def test_a_change_answers_with_the_part_and_the_link(client: Client) -> None:
    answer = client.post("/quotation", FORM, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.startswith('<form id="ask"')
    assert answer.headers["HX-Replace-Url"].startswith("/?industry=D06&sales=1000000000&set=3&plan=basic")
    assert "answer" not in answer.headers["HX-Replace-Url"]


def test_the_suggestions(client: Client) -> None:
    found = client.get("/quotation/industries", {"q": "まちこうば"}).json()
    assert found[0]["code"] == "E29"
    assert client.get("/quotation/industries", {"q": ""}).json() == []


def test_a_form_without_its_proof_of_origin_is_refused_in_words() -> None:
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/quotation", FORM)
    assert answer.status_code == 403
    assert "ページの有効時間が切れています" in answer.content.decode()


def test_pages_that_are_not_there(client: Client) -> None:
    for path in ("/nowhere", "/q/" + "x" * 43, "/q/short"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "ページが見つかりません" in answer.content.decode()


def test_nothing_leads_away_from_this_site_after_log_in(client: Client) -> None:
    for onward in ("https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com"):
        page = client.get("/login", {"next": onward}).content.decode()
        assert '<input type="hidden" name="next" value="/">' in page
        assert client.post("/language", {"language": "en", "next": onward}).headers["Location"] == "/"


def test_what_is_kept_over_a_log_in_holds_no_contact(client: Client) -> None:
    """The entry lies in the session for a while; the person behind it does not."""
    sent = client.post("/quotation/keep", FORM | {"for-contact": "総務部 山田", "for-name": "山田商店"})
    assert sent.headers["Location"].startswith("/login?next=")
    kept = client.session["kept_entry"]
    assert "for-contact" not in kept
    assert "csrf" not in kept
    assert "353,150" in client.get("/?kept=1").content.decode()


def test_the_own_words_follow_the_language(client: Client) -> None:
    english = client.get("/", headers={"Accept-Language": "en-GB"}).content.decode()
    assert "Annual sales" in english
    japanese = client.get("/", headers={"Accept-Language": "fr"}).content.decode()
    assert "年間売上高" in japanese


def test_the_compiled_words_are_the_written_ones() -> None:
    """django.mo holds what django.po says, and every word of the templates is in both."""
    import gettext
    from pathlib import Path

    import sonae.web

    place = Path(sonae.web.__file__).parent
    folder = place / "locale" / "en" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', (folder / "django.po").read_text(), re.MULTILINE)
    written = {ja.replace('\\"', '"'): en.replace('\\"', '"') for ja, en in pairs}
    assert compiled == written
    used = {
        words
        for file in (place / "templates").rglob("*.html")
        for words in re.findall(r'\{% translate "([^"]+)" %\}', file.read_text())
    }
    assert used <= set(written)
