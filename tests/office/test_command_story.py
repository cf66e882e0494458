"""One company's story told by commands alone: joined, referred, bound, changed, renewed; its papers, and the evidence.

The commands run in this process as `sonae` runs them, on a committed office; that they run as processes too is tried in
tests/web/test_commands.py, test_races.py and test_killed.py.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from sonae.cli import main
from sonae.office import book_impacts

from .test_races import committed
from .trade import Trade, corporate_number

if TYPE_CHECKING:
    from tests.conftest import LiveOffice

assert committed  # a fixture


class Shell:
    """Types commands of the office."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: object, who: str = "", text: str = "", status: int = 0) -> Any:
        """What a command says: JSON where it is that, else standard error. Its exit status must be `status`."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(text))
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words] + (["--as", who] if who else []))
        out, err = self.capsys.readouterr()
        assert end.value.code == status, (words, out, err)
        if status:
            assert (out, bool(err)) == ("", True), "a refusal is one line on standard error"
            return err
        lines = [json.loads(line) for line in out.splitlines() if line.startswith(("{", "["))]
        return lines[0] if len(lines) == 1 else lines


@pytest.fixture
def sonae(
    committed: Trade, live_office: LiveOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:  # fmt: skip
    for name in ("SONAE_DB_ROLE", "SONAE_DB_POOL", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, "application"))
    monkeypatch.setenv("SONAE_DATABASE_URL", live_office.addresses.owner)
    monkeypatch.setenv("SONAE_APP_DATABASE_URL", live_office.addresses.application)
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    committed.clock.to(2026, 12, 10)
    committed.cooperative  # noqa: B018  somebody of it
    return Shell(capsys, monkeypatch)


def test_a_company_joins_lives_and_is_renewed_by_commands(committed: Trade, sonae: Shell, tmp_path: Path) -> None:
    trade, name = committed, f"命令{os.getpid()}工業"
    body, number = "cooperative 一号", corporate_number(620_000_000_000 + os.getpid())

    # It is registered, by its own agency, once, and confirmed by its cooperative.
    registered = ["member", "register", name, "--cooperative", body, "--corporate-number", number]
    assert "検査用数字" in sonae(*registered[:-1], "1" + number[1:] + "0", who="alice", status=1)
    assert "団体はありません" in sonae("member", "register", name, "--cooperative", "x", who="alice", status=1)
    assert "not permitted" in sonae(*registered, who="the_underwriter", status=1)
    company = sonae(*registered, who="alice")["id"]
    assert "登録済み" in sonae(*registered, who="bob", status=1)
    assert sonae("member", "list", "--name", name, who="alice")["corporate_number"] == number
    assert sonae("member", "list", "--name", name, who="bob") == []
    sonae("member", "suspicions", who="the_federation_office")
    assert "not permitted" in sonae("member", "suspicions", who="alice", status=1)
    listed = tmp_path / "list.json"
    for broken in ("[]", '{"x": true}', f'{{"{company}": 1}}', "{"):
        listed.write_text(broken, "utf-8")
        sonae("membership", "confirm", listed, "--as-of", "2026-12-10", who="the_cooperative", status=1)
    listed.write_text(json.dumps({company: True}), "utf-8")
    told = sonae("membership", "confirm", listed, "--as-of", "2026-12-10", who="the_cooperative")
    assert told["members"] == 1

    # It applies with an incident, and is accepted by a second person on what they looked at.
    from sonae.office import members

    row = members.one(trade.agent, company)
    application = trade.applied(row)
    trade.prepared(application)
    trade.answered(application, incidents="yes")
    content = trade.signed(application).content_hash
    decide = ["application", "decide", application.id, "accept", "--reason", "再発防止を確認した", "--content"]
    assert sonae("application", "show", application.id, who="alice")["next"] == "decision"
    sonae("application", "show", application.id, who="bob", status=1)
    sonae("application", "bind", application.id, who="alice", status=1)
    sonae(*decide, "0" * 64, who="the_underwriter", status=1)
    sonae(*decide, content, who="alice", status=1)
    sonae(*decide, content, "--condition", "訓練", "2027-02-30", who="the_underwriter", status=1)
    sonae(*decide, content, "--condition", "訓練", "2027-06-30", who="the_underwriter")
    bound = sonae("application", "bind", application.id, who="alice")
    assert sonae("application", "bind", application.id, who="the_underwriter") == bound
    assert bound["name"] == name
    cover = bound["number"]

    # Its cover changes: previewed, recorded, proposed and agreed by a second person.
    trade.clock.to(2027, 6, 10)
    assert sonae("cover", "show", cover, "--as-of", "2027-04-01T15:59", who="alice")["terms"] is None
    assert sonae("cover", "show", cover, "--as-of", "2027-04-01T16:00", who="alice")["terms"]["plan"] == "basic"
    sonae("cover", "show", cover, "--as-of", "yesterday", who="alice", status=1)
    sonae("cover", "show", cover, who="bob", status=1)
    change = ["cover", "change", cover, "endorsement", "--day", "2027-07-01", "--changes"]
    for broken in ("{", "[]", '"plan"', '{"plan": "none"}', '{"premium": 1}'):
        sonae(*change, broken, who="alice", status=1)
    sonae("cover", "change", cover, "gift", "--day", "2027-07-01", who="alice", status=1)
    seen = sonae(*change, '{"plan": "wide"}', "--preview", who="alice")
    assert sonae("cover", "show", cover, who="alice")["version"] == 1
    made = sonae(*change, '{"plan": "wide"}', who="alice")
    assert made["transaction"]["charge"] == seen["charge"] > 0
    correction = ["cover", "change", cover, "correction", "--day", "2027-04-01", "--changes"]
    proposals = [sonae(*correction, json.dumps({"annual_sales": sales}), who="alice")["proposal"]
                 for sales in (900_000_000, 800_000_000)]  # fmt: skip
    sonae("cover", "agree", proposals[0], who="alice", status=1)
    sonae("cover", "agree", proposals[0], "--turn-down", who="the_underwriter")
    sonae("cover", "agree", proposals[0], who="the_underwriter", status=1)
    agreed = sonae("cover", "agree", proposals[1], who="the_underwriter")
    assert agreed["transaction"]["changes"] == {"annual_sales": 800_000_000}
    sonae("cover", "loss", cover, "--occurred", "2027-06-01T09:00", who="the_claims_handler")
    sonae("cover", "loss", cover, "--occurred", "2027-06-01T09:00", who="alice", status=1)
    # The agency does not learn of the loss; who agrees does.
    late = sonae(*correction, '{"annual_sales": 700000000}', who="alice")["proposal"]
    sonae("cover", "agree", late, who="the_underwriter", status=1)
    sonae("cover", "rebuild", "--check", who="the_operator")

    # Its papers, and what a stranger finds of them.
    site, paper = ["--site", "https://sonae.example.jp"], tmp_path / "paper.pdf"
    for words in (
        ("certificate", cover, paper, *site), ("certificate", cover, paper, "--version", 1, *site),
        ("cover-note", cover, paper, *site), ("endorsement", cover, 2, paper),
        ("important-matters", application.id, paper),
    ):  # fmt: skip
        paper.unlink(missing_ok=True)
        sonae("paper", *words, who="alice")
        assert paper.read_bytes().startswith(b"%PDF-1.7")
    sonae("paper", "application", application.id, paper, who="the_underwriter")
    for words, who in (
        (("application", application.id), "alice"), (("certificate", cover), "bob"),
        (("certificate", "27-AAAAA-AAAAA"), "alice"),
    ):  # fmt: skip
        sonae("paper", *words, tmp_path / "none.pdf", who=who, status=1)
        assert not (tmp_path / "none.pdf").exists()
    assert len(sonae("paper", "list", cover, who="alice")) >= 3

    # The next year.
    sonae("renewal", "run", "--group-year", 2028, who="the_federation_office", status=1)
    trade.clock.to(2027, 12, 1)
    sonae("renewal", "run", "--group-year", 2028, who="alice", status=1)
    run = sonae("renewal", "run", "--group-year", 2028, who="the_federation_office")
    assert run["offered"] == run["due"] >= 1
    chased = sonae("renewal", "chase", "--group-year", 2028, who="alice")
    [offer] = [one for one in ([chased] if isinstance(chased, dict) else chased) if one["member"] == company]
    sonae("paper", "renewal", offer["offer"], paper, who="alice")

    # The evidence.
    hits = sonae("timeline", "search", cover, who="the_auditor")
    assert hits
    assert sonae("timeline", "show", "cover", bound["id"], who="the_auditor")
    sonae("timeline", "search", cover, who="alice", status=1)
    assert sonae("checkpoint", who="the_operator") == {"checkpoint": "00000001.json"}
    sonae("checkpoint", who="the_auditor", status=1)
    counts = sonae("export", tmp_path / "export", who="the_auditor")
    assert counts["checkpoints"] == 1
    assert counts["covers"] >= 1
    sonae("member", "transfer", company, "--agency", "よその代理店", who="the_federation_office")
    sonae("cover", "show", cover, who="alice", status=1)
    assert sonae("cover", "show", cover, who="bob")["number"] == cover


def test_past_claims_under_another_product_are_told_to_the_insurer_alone(
    committed: Trade, sonae: Shell, tmp_path: Path
) -> None:
    """Whoever may not see them gets one line and no impact; the insurer's people get both."""
    for role in ("underwriter", "federation_office"):
        committed.principal(role)
    book = tmp_path / "book.parquet"
    sonae("book", "generate", "--members", 50, "--seed", 1, book)
    asked = ["book", "impact", "--from", "chuokai_cyber_2024", "--to", book_impacts.WHAT_IF / "chuokai_cyber_2024_b"]
    refused = sonae(*asked, "--json", "--claims-as", "the_federation_office", book, status=1)
    assert "insurer" in refused or "not permitted" in refused
    found = sonae(*asked, "--json", "--claims-as", "the_underwriter", book)
    assert found["members"] == 50
    assert set(found["claims"]) == {"looked_at", "before", "after", "differing"}
    assert "claims" not in sonae(*asked, "--json", book)
