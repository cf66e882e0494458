"""One request, one transaction; headers on every answer; settings that production needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from sonae.office import access, keys, walls

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LiveOffice


def _write() -> None:
    walls.enter(reach="all")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation (id, kind, name, created_at) VALUES (gen_random_uuid(), 'agency', 'x', now())"
        )


def _count() -> int:
    walls.enter(reach="all")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organisation WHERE name = 'x'")
        return int(cursor.fetchone()[0])


@access.requires(GET="public")
def good(_request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("good")


@access.requires(GET="public")
def answers_500(_request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("bad", status=500)


@access.requires(GET="public")
def breaks(_request: HttpRequest) -> HttpResponse:
    _write()
    raise RuntimeError("yamada@example.jp")


@access.requires(GET="public")
def loses_the_database(_request: HttpRequest) -> HttpResponse:
    raise OperationalError


@access.requires(GET="quotation.read", POST="quotation.store")
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.principal.name)  # type: ignore[attr-defined]


urlpatterns = [
    path(view.__name__, view) for view in (good, answers_500, breaks, loses_the_database, guarded)
]  # fmt: skip


@pytest.fixture
def client(settings: Any, db: None) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("view", "status", "written"), [("good", 200, 1), ("answers_500", 500, 0), ("breaks", 500, 0)])
def test_a_request_is_done_whole_or_not_at_all(client: Client, view: str, status: int, written: int) -> None:
    assert client.get(f"/{view}").status_code == status
    assert _count() == written


def test_an_exceptions_text_reaches_neither_the_answer_nor_the_log(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/breaks")
    assert b"yamada" not in answer.content
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "yamada" not in logged


def test_a_lost_database_is_said_to_be_temporary(client: Client) -> None:
    answer = client.get("/loses_the_database")
    assert answer.status_code in (500, 503)


def test_a_method_that_is_not_declared_is_405_and_a_stranger_is_sent_to_log_in(client: Client) -> None:
    assert client.delete("/guarded").status_code == 405
    answer = client.get("/guarded?a=b")
    assert (answer.status_code, answer["Location"]) == (302, "/login?next=%2Fguarded%3Fa%3Db")


def test_every_answer_carries_the_headers_that_keep_a_browser_in_bounds(client: Client) -> None:
    answer = client.get("/good")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    assert "camera=()" in answer["Permissions-Policy"]


def test_the_log_of_an_answer_names_the_route_and_not_the_path(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/good?mail=yamada@example.jp")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert [line["route"] for line in lines if line["event"] == "answered"] == ["good"]
    assert "yamada" not in json.dumps(lines)


def test_production_sends_cookies_over_https_only(live_office: LiveOffice, tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "DEBUG",
             "SESSION_COOKIE_NAME", "SECURE_HSTS_SECONDS", "DATA_UPLOAD_MAX_MEMORY_SIZE")  # fmt: skip
    keys.make(tmp_path / "keys.json")
    code = (
        "from django.conf import settings; import json; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    shown = subprocess.run(
        [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True,
        env={**os.environ, **live_office.variables, "SONAE_ENV": "production",
             "SONAE_KEY_FILE": str(tmp_path / "keys.json")},
    )  # fmt: skip
    assert json.loads(shown.stdout) == {
        "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_SSL_REDIRECT": True, "DEBUG": False, "SESSION_COOKIE_NAME": "__Host-sonae",
        "SECURE_HSTS_SECONDS": 31_536_000, "DATA_UPLOAD_MAX_MEMORY_SIZE": 65_536,
    }  # fmt: skip


def test_health_tells_whether_it_lives_and_whether_it_can_serve(db: None) -> None:
    assert Client().get("/health/live").json() == {"status": "live"}
    assert Client().get("/health/ready").json() == {"status": "ready"}
    assert Client().post("/health/ready").status_code in (403, 405)


def test_health_asks_for_no_session_of_a_person_who_is_logged_in(
    as_role: Callable[[str], Client], django_assert_num_queries: Any
) -> None:
    """No transaction is open there, so a person's reach could not be set: it must not be tried."""
    person = as_role("operator")
    with django_assert_num_queries(0):
        assert person.get("/health/live").json() == {"status": "live"}
    assert person.get("/health/ready").json() == {"status": "ready"}


def test_a_made_up_host_is_refused_and_not_repeated_in_the_log(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client.get("/good", headers={"host": "yamada.example"}).status_code == 400
    assert "yamada" not in capsys.readouterr().err
