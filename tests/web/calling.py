"""A caller of the running office's API, over a real socket."""

import http.client
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import LiveOffice

D06 = {"industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "sheet_discount": 30,
       "inception": "2027-04-01"}  # fmt: skip


def words(**changes: Any) -> bytes:
    """A request that is priced at 353,150 yen, with changes."""
    return json.dumps(D06 | changes, ensure_ascii=False).encode("utf-8")


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Caller:
    """Calls with a key, or with none."""

    url: str
    key: str = ""

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answered:
        """One request on a connection of its own; header names are written with _ for -."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, f"/api/v1{path}", body=body, headers=sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, found, answer.read())
        finally:
            connection.close()

    def store(self, body: bytes, **headers: str) -> Answered:
        return self.call("POST", "/quotations", body, **headers)

    def estimate(self, body: bytes, **headers: str) -> Answered:
        return self.call("POST", "/quotations?dry_run=true", body, **headers)


def demo_caller(office: LiveOffice) -> Caller:
    return Caller(office.url, office.demo["api_key"])


def run(office: LiveOffice, *arguments: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the office, as an operator would type it; `text` is its standard input."""
    return subprocess.run(
        [sys.executable, "-P", "-c", "from sonae.cli import main; main()", *arguments],
        env={**os.environ, **office.variables, **addresses(office), **variables},
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def addresses(office: LiveOffice) -> dict[str, str]:
    return {
        "SONAE_DATABASE_URL": office.addresses.owner,
        "SONAE_APP_DATABASE_URL": office.addresses.application,
    }
