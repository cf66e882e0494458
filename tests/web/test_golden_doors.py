"""The golden quotations through the doors of the web: the hot path, the API behind it, and the page's form."""

import json
from typing import Any

import pytest
from django.test import Client

from sonae.office import catalogue
from sonae.web import pages_entry
from tests import golden

from .calling import Caller

LINES = list(zip(golden.requests(), golden.answers(), strict=True))
STATUSES = {200, 400, 413, 422}


@pytest.mark.parametrize("path", ["/quotations?dry_run=true", "/quotations?dry_run=true&"], ids=["hot path", "API"])
def test_http_answers_byte_for_byte(caller: Caller, path: str) -> None:
    """The second address is no other question, but only the first is answered before the framework."""
    for request, expected in LINES:
        answered = caller.call("POST", path, request)
        assert answered.body == expected, request
        assert answered.status in STATUSES
        assert (answered.status == 200) == (not golden.is_problem(expected)), request


def form_of(words: dict[str, Any]) -> dict[str, Any]:
    """The fields of the quotation page that say the same as a request."""
    form: dict[str, Any] = {
        "industry": words["industry"],
        "sales": str(words["annual_sales"]),
        "cell": f"{words['set']}-{words['plan']}",
        "rider": words.get("riders", []),
        "inception": words["inception"],
    }
    if "it_sales" in words:
        form["it_sales"] = str(words["it_sales"])
    for coverage in ("liability", "expense", "business_income"):
        form[f"limit-{coverage}"] = str(words.get("limits", {}).get(coverage, ""))
    if "sheet_discount" in words:
        form["discount"] = str(words["sheet_discount"])
    sheet = words.get("sheet", {})
    form |= {f"answer-{question}": answer for question, answer in sheet.get("answers", {}).items()}
    form |= {f"fact-{fact}": "yes" if true else "no" for fact, true in sheet.get("facts", {}).items()}
    for paper in sheet.get("certificates", []):
        form |= {f"paper-{paper['kind']}": "yes"}
        form |= {f"paper-{paper['kind']}-{part}": paper[part] for part in paper if part != "kind"}
    return form


def says_the_same(form: dict[str, Any], words: dict[str, Any]) -> bool:
    """Whether the form can say this request at all: it lists answers and papers in the sheet's order, each once."""
    product = catalogue.default()
    listed = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    entry = pages_entry.read_form(product, lambda name: listed.get(name, []))
    understood = pages_entry.understand(product, entry)
    riders = pages_entry.riders_of(product, entry, words["plan"], words["set"])
    body = pages_entry.body(product, entry, understood, words["plan"], words["set"], riders)
    income = {"business_income"}
    same_riders = set(body.pop("riders")) | income == set(words.get("riders", [])) | income
    wanted = {key: value for key, value in words.items() if key not in ("riders", "product")}
    found = {key: value for key, value in body.items() if key != "product"}
    # Dictionaries compare without order, but the answer repeats the sheet in the order in which it was given.
    return same_riders and found == wanted and json.dumps(found.get("sheet")) == json.dumps(wanted.get("sheet"))


@pytest.mark.django_db
def test_the_page_answers_byte_for_byte(client: Client) -> None:
    """Every golden request that the form can say; the others differ in the order of answers or in what it may tick."""
    said = 0
    for request, expected in LINES:
        if golden.is_problem(expected):
            continue
        words = json.loads(request)
        form = form_of(words)
        if not says_the_same(form, words):
            continue
        said += 1
        assert client.post("/quotation.json", form).content == expected, request
    assert said >= 30
