"""The API over a real socket: statuses, wrapping, retries, and that nothing half-done is left behind."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.conftest import LiveOffice

from .calling import Answered, Caller, run, words

TABLES = ("quotation", "journal", "idempotency_record", "subject_key", "quotation_share")


def rows(office: LiveOffice) -> dict[str, int]:
    """How many rows each table holds, seen by a superuser's eyes."""
    counted = {}
    with psycopg.connect(office.addresses.application) as connection:
        connection.execute("SELECT set_config('sonae.reach', 'all', false)")
        for table in TABLES:
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            counted[table] = found[0] if found else -1
    return counted


def is_problem(answer: Answered, status: int) -> bool:
    assert answer.headers["content-type"] == "application/problem+json", answer.body
    problem = answer.json
    assert {"type", "title", "title_en", "status"} <= set(problem)
    return answer.status == status == problem["status"]


# --- the straight way -----------------------------------------------------------------------------------------------


def test_a_stored_quotation_is_found_under_its_location_byte_for_byte(caller: Caller) -> None:
    stored = caller.store(words())
    assert stored.status == 201
    assert stored.json["premium"] == 353_150
    assert stored.headers["location"] == f"/api/v1/quotations/{stored.json['id']}"
    again = caller.call("GET", f"/quotations/{stored.json['id']}")
    assert (again.status, again.body) == (200, stored.body)
    listed = caller.call("GET", "/quotations?limit=1").json["quotations"]
    assert listed[0]["premium"] == 353_150


def test_a_refusal_is_stored_with_201_and_its_findings(caller: Caller) -> None:
    stored = caller.store(words(annual_sales=20_000_000_000))
    assert (stored.status, stored.json["premium"]) == (201, None)
    assert stored.json["findings"]


def test_the_hot_path_and_djangos_door_give_the_same_bytes(caller: Caller) -> None:
    """`dry_run=true` twice encoded differently: one is answered before Django, one by it."""
    for body in (words(), words(plan="wide"), words(annual_sales=20_000_000_000), words(plan="none"), b"[", b"\xff"):
        hot = caller.estimate(body)
        slow = caller.call("POST", "/quotations?dry%5Frun=true", body)
        assert (hot.status, hot.body) == (slow.status, slow.body)
        assert "content-security-policy" in slow.headers
        assert "content-security-policy" not in hot.headers


def test_a_dry_run_stores_nothing(caller: Caller, live_office: LiveOffice) -> None:
    before = rows(live_office)
    assert caller.estimate(words(), Idempotency_Key="dry").status == 200
    assert caller.call("POST", "/quotations?dry%5Frun=true", words(), Idempotency_Key="dry").status == 200
    assert rows(live_office) == before


def test_a_link_is_made_once_and_names_its_end(caller: Caller) -> None:
    stored = caller.store(words()).json
    shared = caller.call("POST", f"/quotations/{stored['id']}/share")
    assert shared.status == 201
    with urllib.request.urlopen(caller.url + shared.json["path"], timeout=30) as page:
        assert page.status == 200
        assert "353,150" in page.read().decode("utf-8")
    assert shared.json["expires_at"].startswith(str(int(stored["valid_until"][:4])))
    for ended in (1, 0):
        answer = caller.call("POST", f"/quotations/{stored['id']}/end-links")
        assert (answer.status, answer.json) == (200, {"ended": ended})
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(caller.url + shared.json["path"], timeout=30)


def test_products_are_open_to_all(caller: Caller) -> None:
    open_caller = replace(caller, key="")
    listed = open_caller.call("GET", "/products").json["products"]
    found = open_caller.call("GET", f"/products/{listed[0]['id']}").json
    assert "D06" in {row["code"] for row in found["industries"]}
    assert is_problem(open_caller.call("GET", "/products/none"), 404)


# --- who asks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "/quotations"), ("POST", "/quotations?dry_run=true"), ("GET", "/quotations"),
    ("GET", "/quotations/00000000-0000-0000-0000-000000000000"),
    ("POST", "/quotations/00000000-0000-0000-0000-000000000000/share"),
    ("POST", "/quotations/00000000-0000-0000-0000-000000000000/end-links"),
])  # fmt: skip
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer a.b", "Basic YTpi", "Bearer {id}.{wrong}"])
def test_without_a_live_key_nothing_is_read(caller: Caller, method: str, path: str, authorization: str) -> None:
    key_id = caller.key.split(".")[0]
    header = authorization.format(id=key_id, wrong="x" * 43)
    answer = replace(caller, key="").call(method, path, b"\xff" if method == "POST" else None, Authorization=header)
    assert is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def new_key(office: LiveOffice, holder: str, *scopes: str, per_minute: int = 600) -> str:
    words_ = [word for scope in scopes for word in ("--scope", scope)]
    made = run(office, "key", "create", "--holder", holder, "--label", "test", *words_,
               "--per-minute", str(per_minute), "--as", "operator")  # fmt: skip
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["key"])


def test_a_key_may_do_what_it_was_made_for_and_no_more(caller: Caller, live_office: LiveOffice) -> None:
    narrow = Caller(caller.url, new_key(live_office, "solicitor", "quotation.estimate"))
    assert narrow.estimate(words()).status == 200
    for answer in (narrow.store(words()), narrow.call("GET", "/quotations"), narrow.call("GET", "/quotations/x")):
        assert is_problem(answer, 403)
    reader = Caller(caller.url, new_key(live_office, "solicitor", "quotation.read"))
    assert is_problem(reader.estimate(words()), 403)


def test_a_spent_budget_says_when_to_come_back(caller: Caller, live_office: LiveOffice) -> None:
    poor = Caller(caller.url, new_key(live_office, "solicitor", "quotation.estimate", "quotation.read", per_minute=2))
    assert [poor.estimate(words()).status for _ in range(2)] == [200, 200]
    for answer in (poor.estimate(words()), poor.call("GET", "/quotations")):
        assert is_problem(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 30


def test_a_revoked_key_ends_at_once_and_for_dry_runs_within_five_seconds(
    caller: Caller, live_office: LiveOffice
) -> None:
    import time

    key = new_key(live_office, "solicitor", "quotation.estimate", "quotation.read")
    ended = Caller(caller.url, key)
    assert ended.estimate(words()).status == 200
    assert run(live_office, "key", "revoke", key.split(".")[0], "--as", "operator").returncode == 0
    assert ended.call("GET", "/quotations").status == 401
    time.sleep(5.2)
    assert ended.estimate(words()).status == 401


@pytest.mark.parametrize("quotation", ["00000000-0000-0000-0000-000000000000", "x", "1", "%00", "..%2F..", "あ"])
def test_what_is_not_there_and_what_is_anothers_look_the_same(caller: Caller, quotation: str) -> None:
    from urllib.parse import quote

    answer = caller.call("GET", f"/quotations/{quote(quotation, safe='%')}")
    assert is_problem(answer, 404)


# --- hostile bodies ---------------------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {400}),
    "not JSON": (b"{", {400}),
    "not an object": (b"[]", {422}),
    "a number": (b"1", {422}),
    "null": (b"null", {422}),
    "another encoding": ('{"industry":"建設"}'.encode("cp932"), {400}),
    "UTF-16": (words().decode().encode("utf-16"), {400}),
    "a byte order mark": (b"\xef\xbb\xbf" + words(), {400}),
    "too deep": (b'{"sheet":' * 5000 + b"1" + b"}" * 5000, {400}),
    "deep lists": (b"[" * 60_000, {400}),
    "a key twice": (words()[:-1] + b',"set":1}', {422}),
    "an unknown field twice": (words()[:-1] + b',"x":1,"x":1}', {422}),
    "NaN": (words().replace(b"1000000000", b"NaN"), {400, 422}),
    "Infinity": (words().replace(b"1000000000", b"-Infinity"), {400, 422}),
    "a fraction": (words(annual_sales=1.5), {422}),
    "an exponent": (words().replace(b"1000000000", b"1e9"), {422}),
    "a huge number": (words().replace(b"1000000000", b"9" * 5000), {422}),
    "a number in text": (words(annual_sales="1000000000"), {422}),
    "full-width digits": (words(annual_sales="１０００"), {422}),
    "bare full-width digits": (words().replace(b"1000000000", "１０００".encode()), {400}),
    "Arabic digits": (words(annual_sales="١٠٠٠"), {422}),
    "a boolean": (words(set=True), {422}),
    "a null": (words(it_sales=None), {422}),
    "a control character in a name": (words(**{"for": {"name": "a\u0000b"}}), {422}),
    "a raw control character": (words(**{"for": {"name": "ab"}}).replace(b"ab", b"a\x00b"), {400}),
    "a direction override": (words(**{"for": {"name": "a\u202eb"}}), {422}),
    "a lone surrogate": (words(**{"for": {"name": "x"}}).replace(b'"x"', b'"\\ud800"'), {422}),
    "a lone surrogate as a key": (words()[:-1] + b',"\\ud800":1}', {422}),
    "a date as a number in text": (words(inception="1711929600"), {422}),
    "no such day": (words(inception="2027-02-29"), {422}),
    "a premium": (words(premium=1), {422}),
    "a status": (words(status="bound"), {422}),
    "an owner": (words(agency="x", created_by="y"), {422}),
    "a discount of no step": (words(sheet_discount=33), {422}),
    "a discount beyond": (words(sheet_discount=65), {422}),
    "many riders": (words(riders=["business_income"] * 2000), {422}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_broken_body_is_told_so_and_leaves_nothing(caller: Caller, live_office: LiveOffice, what: str) -> None:
    body, statuses = HOSTILE[what]
    before = rows(live_office)
    stored, estimated = caller.store(body, Idempotency_Key=f"h{len(what)}"), caller.estimate(body)
    assert stored.status in statuses, stored.body
    assert is_problem(stored, stored.status)
    assert (estimated.status, estimated.body) == (stored.status, stored.body)
    assert "premium" not in stored.json
    assert rows(live_office) == before


def test_every_error_is_told_at_once_in_two_languages(caller: Caller) -> None:
    problem = caller.store(words(industry="X", plan="none", set=9, premium=1)).json
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"/industry", "/plan", "/premium"} <= pointers
    for error in problem["errors"]:
        assert error["message"]
        assert error["message_en"].isascii()


def test_a_body_of_65_kib_is_too_large_at_both_doors(caller: Caller) -> None:
    large = words(riders=["x" * 66_000])
    assert is_problem(caller.store(large), 413)
    assert is_problem(caller.estimate(large), 413)
    fits = b" " * (65_536 - len(words())) + words()
    assert caller.estimate(fits).status == 200
    assert is_problem(caller.estimate(b" " + fits), 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json; charset=shift_jis", "",
                                  "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])  # fmt: skip
def test_another_wrapping_than_json_is_415_at_both_doors(caller: Caller, kind: str) -> None:
    assert is_problem(caller.store(words(), Content_Type=kind), 415)
    assert is_problem(caller.estimate(words(), Content_Type=kind), 415)


@pytest.mark.parametrize("query", ["dry_run=yes", "dry_run=", "dry_run=true&dry_run=true", "x=1", "dry_run=true&x=1",
                                   "%00=1"])  # fmt: skip
def test_an_unknown_query_is_422_and_stores_nothing(caller: Caller, live_office: LiveOffice, query: str) -> None:
    before = rows(live_office)
    assert is_problem(caller.call("POST", f"/quotations?{query}", words()), 422)
    assert rows(live_office) == before


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=１", "before=x",
                                   "before=1.x", "before=9999999999999.00000000-0000-0000-0000-000000000000",
                                   ])  # fmt: skip
def test_lists_are_bounded(caller: Caller, query: str) -> None:
    from urllib.parse import quote

    assert is_problem(caller.call("GET", f"/quotations?{quote(query, safe='=&.-')}"), 422)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("PUT", "/quotations", 405), ("DELETE", "/quotations/x", 405), ("PATCH", "/quotations", 405),
    ("POST", "/products", 405), ("GET", "/none", 404), ("POST", "/", 404), ("GET", "", 404), ("DELETE", "/../..", 404),
])  # fmt: skip
def test_routes_and_methods_that_are_not_there_are_problems_too(
    caller: Caller, method: str, path: str, status: int
) -> None:
    assert is_problem(caller.call(method, path), status)


# --- retries ----------------------------------------------------------------------------------------------------


def test_a_retry_gets_the_first_answer(caller: Caller) -> None:
    first, second = (caller.store(words(), Idempotency_Key="retry-1") for _ in range(2))
    assert (first.status, second.status, first.body) == (201, 201, second.body)
    assert first.headers["location"] == second.headers["location"]
    assert is_problem(caller.store(words(set=2), Idempotency_Key="retry-1"), 422)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é"])
def test_a_malformed_idempotency_key_is_422(caller: Caller, key: str) -> None:
    assert is_problem(caller.store(words(), Idempotency_Key=key), 422)


def test_eight_hands_with_one_key_make_one_row(caller: Caller, live_office: LiveOffice) -> None:
    for attempt in range(5):
        before = rows(live_office)
        with ThreadPoolExecutor(8) as hands:
            racing = [hands.submit(caller.store, words(), Idempotency_Key=f"race-{attempt}") for _ in range(8)]
            answers = [hand.result() for hand in racing]
        assert {answer.status for answer in answers} <= {201, 409}
        stored = [answer for answer in answers if answer.status == 201]
        assert len({answer.body for answer in stored}) == 1
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status == 409)
        after = rows(live_office)
        assert {table: after[table] - before[table] for table in TABLES} == {
            "quotation": 1, "journal": 1, "idempotency_record": 1, "subject_key": 0, "quotation_share": 0,
        }  # fmt: skip


# --- proof and privacy --------------------------------------------------------------------------------------------


def test_a_row_changed_behind_the_offices_back_is_named_by_replay(caller: Caller, live_office: LiveOffice) -> None:
    stored, other = caller.store(words()).json["id"], caller.store(words()).json["id"]
    with psycopg.connect(live_office.addresses.owner) as owner:
        owner.execute("ALTER TABLE quotation NO FORCE ROW LEVEL SECURITY")
        owner.execute(
            "UPDATE quotation SET answer_bytes = convert_to(replace(convert_from(answer_bytes, 'UTF8'), '353150', "
            "'353140'), 'UTF8') WHERE id = %s", [stored],
        )  # fmt: skip
        owner.execute("ALTER TABLE quotation FORCE ROW LEVEL SECURITY")
    done = run(live_office, "quotation", "replay", stored, "--json", "--as", "operator")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["outcome"] == "different"
    assert run(live_office, "quotation", "replay", other, "--as", "auditor").returncode == 0
    everything = run(live_office, "quotation", "replay", "--all", "--json", "--as", "operator")
    assert everything.returncode == 1
    lines = [json.loads(line) for line in everything.stdout.splitlines()]
    assert [line["id"] for line in lines if line["outcome"] == "different"] == [stored]
    assert run(live_office, "quotation", "replay", "--all", "--as", "solicitor").returncode == 1
    assert run(live_office, "quotation", "replay", "--all", "--as", "nobody").returncode == 1


CANARY = "kanaria.taro@example.jp"


def test_no_personal_datum_reaches_a_log_or_a_table(
    caller: Caller, live_office: LiveOffice, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stored = caller.store(words(**{"for": {"name": "カナリア商店", "contact": CANARY}}), Idempotency_Key="canary")
    assert stored.status == 201
    broken = caller.store(words(**{"for": {"name": "カナリア商店", "contact": CANARY, CANARY: CANARY}}))
    assert broken.status == 422
    listed: Any = caller.call("GET", "/quotations?limit=100")
    for place in (stored.body, listed.body):
        assert CANARY.encode() not in place
    with psycopg.connect(live_office.addresses.application) as connection:
        connection.execute("SELECT set_config('sonae.reach', 'all', false)")
        for table in (*TABLES, "released_product", "procrastinate_jobs"):
            for (line,) in connection.execute(f"SELECT t::text FROM {table} t").fetchall():
                assert CANARY not in line
                assert CANARY.encode().hex() not in line
    logs = [path.read_text() for path in tmp_path_factory.getbasetemp().glob("live*/web.log")]
    assert any('"answered"' in log for log in logs)
    for log in logs:
        assert CANARY not in log
        assert "カナリア" not in log
        assert caller.key.split(".")[1] not in log
