"""Evidence: an export is checked by code that shares nothing with the office, and finds what was done to it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from sonae.cover import Reason
from sonae.office import access, checkpoints, cover_papers, covers, desk, exporting, journal, signing
from sonae.office.access import Principal
from sonae.office.covers import Change

from .cast import PASSWORD
from .claim_story import settling
from .trade import Trade

ROOT = Path(__file__).parents[2]
Rows = list[dict[str, Any]]


@pytest.fixture
def exported(trade: Trade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export with two checkpoints, of a cover with two transactions."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    operator = trade.principal("operator")
    cover = trade.bound()
    cover_papers.certificate(trade.agent, cover.id, "https://sonae.example.jp")
    checkpoints.write(operator, settings.DATA_DIR)
    trade.clock.to(2027, 6, 20)
    covers.change(trade.agent, cover.id, Change(Reason.endorsement, date(2027, 8, 1), {"plan": "wide"}))
    checkpoints.write(operator, settings.DATA_DIR)
    exporting.export(operator, tmp_path / "export")
    (tmp_path / "key.pem").write_text(signing.signer(settings.SONAE_KEYS).public_pem, "ascii")
    return tmp_path


def verified(place: Path) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "verify" / "journal.py"), str(place / "export"), str(place / "key.pem")],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=place,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def rows_of(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def keep(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def test_what_nobody_touched_stands(exported: Path) -> None:
    status, found = verified(exported)
    assert (status, found["faults"]) == (0, [])
    assert (found["checkpoints"], found["covers"], found["papers"]) == (2, 1, 1)
    assert found["entries"] == len(rows_of(exported / "export" / "journal.jsonl"))


def _of_cover(rows: Rows) -> list[int]:
    return [place for place, row in enumerate(rows) if row["stream"].startswith("cover/")]


def alter(rows: Rows) -> Rows:
    last = rows[_of_cover(rows)[-1]]
    body = json.loads(bytes.fromhex(last["body"])) | {"charge": 0}
    last["body"] = json.dumps(body).encode().hex()
    return rows


def delete(rows: Rows) -> Rows:
    del rows[_of_cover(rows)[0]]
    return rows


def reorder(rows: Rows) -> Rows:
    first, second = _of_cover(rows)
    rows[first], rows[second] = rows[second], rows[first]
    return rows


def truncate(rows: Rows) -> Rows:
    del rows[_of_cover(rows)[-1]]
    return rows


def without_the_stream(rows: Rows) -> Rows:
    return [row for row in rows if not row["stream"].startswith("cover/")]


def recompute(rows: Rows) -> Rows:
    """Rewrites a whole stream with right hashes and numbers, as one could who owns the database."""
    previous = "0" * 64
    for place in _of_cover(rows):
        row = rows[place]
        row["actor"] = "user:somebody-else"
        row["previous_hash"] = previous
        digest = hashlib.sha256(bytes.fromhex(previous))
        for part in (row["stream"], row["number"], row["kind"], row["organisation"], row["actor"],
                     row["effective_at"], row["recorded_at"], bytes.fromhex(row["body"])):  # fmt: skip
            raw = part if isinstance(part, bytes) else str(part).encode()
            digest.update(len(raw).to_bytes(8, "big") + raw)
        row["hash"] = previous = digest.hexdigest()
    return rows


@pytest.mark.parametrize(("tamper", "said"), [
    (alter, "altered"), (delete, "is expected here"), (reorder, "is expected here"), (truncate, "was cut"),
    (without_the_stream, "was cut"), (recompute, "computed anew"),
])  # fmt: skip
def test_what_was_done_to_the_journal_is_found(exported: Path, tamper: Callable[[Rows], Rows], said: str) -> None:
    path = exported / "export" / "journal.jsonl"
    keep(path, tamper(rows_of(path)))
    status, found = verified(exported)
    assert status == 1
    assert any(said in fault["what"] for fault in found["faults"]), found["faults"]


@pytest.mark.parametrize("column", ["premium", "ends_at", "member", "content", "booking_month"])
def test_what_was_done_to_the_register_is_found(exported: Path, column: str) -> None:
    path = exported / "export" / "covers.jsonl"
    [row] = rows_of(path)
    row[column] = 1
    keep(path, [row])
    status, found = verified(exported)
    assert status == 1
    assert any(column in fault["what"] for fault in found["faults"])


@pytest.mark.parametrize(("damage", "what"), [
    ("content", "something else"), ("rehashed", "content_sha256"), ("gone", "not in the register"),
    ("invented", "not in the journal"), ("issued_by", "issued_by"),
])  # fmt: skip
def test_what_was_done_to_an_issued_paper_is_found(exported: Path, damage: str, what: str) -> None:
    path = exported / "export" / "papers.jsonl"
    [row] = rows_of(path)
    says = bytes.fromhex(row["content"]).replace("工務店".encode(), "商店".encode())
    rows = [row]
    if damage == "gone":
        rows = []
    elif damage == "invented":
        rows = [row, row | {"number": "C-27-AAAAA-AAAAA-1"}]
    elif damage == "issued_by":
        row["issued_by"] = "rule"
    else:
        row["content"] = says.hex()
        if damage == "rehashed":
            row["content_sha256"] = hashlib.sha256(says).hexdigest()
    keep(path, rows)
    status, found = verified(exported)
    assert status == 1
    assert any(what in fault["what"] for fault in found["faults"])


@pytest.mark.parametrize("damage", ["first", "last_signature", "swapped", "other_key"])
def test_what_was_done_to_the_checkpoints_is_found(exported: Path, damage: str) -> None:
    path = exported / "export" / "checkpoints.jsonl"
    rows = rows_of(path)
    if damage == "first":
        del rows[0]
    elif damage == "swapped":
        rows.reverse()
    elif damage == "other_key":
        from dataclasses import replace

        other = signing.signer(replace(settings.SONAE_KEYS, signing_key=bytes(32)))
        (exported / "key.pem").write_text(other.public_pem, "ascii")
    else:
        line = json.loads(rows[-1]["line"])
        line["signature"] = "00" * 64
        rows[-1]["line"] = json.dumps(line) + "\n"
    keep(path, rows)
    assert verified(exported)[0] == 1


def test_what_is_no_export_does_not_stand(tmp_path: Path) -> None:
    status, found = verified(tmp_path)
    assert (status, found["stands"]) == (1, False)


def test_an_export_holds_no_personal_datum(exported: Path) -> None:
    for path in (exported / "export").iterdir():
        text = path.read_text("utf-8")
        for datum in ("ichiro@example.jp", "高崎 一郎", "ichiro"):
            assert datum not in text
            assert datum.encode().hex() not in text


@pytest.mark.parametrize("role", ["solicitor", "agency_manager", "association_office", "federation_office",
                                  "underwriter", "claims_handler", "member"])  # fmt: skip
def test_only_auditor_and_operator_take_it_out(trade: Trade, tmp_path: Path, role: str) -> None:
    with pytest.raises(PermissionDenied):
        exporting.export(trade.principal(role), tmp_path)
    with pytest.raises(PermissionDenied):
        checkpoints.write(trade.principal(role), tmp_path)


def test_recorded_time_never_goes_back_in_a_stream(trade: Trade) -> None:
    from sonae.office import walls

    walls.enter(reach="all")
    first = journal.append("test/1", "x", actor="user:x", organisation_id=None, body={})
    trade.clock.to(2020, 1, 1)
    second = journal.append("test/1", "x", actor="user:x", organisation_id=None, body={})
    assert second.recorded_at == first.recorded_at


def test_the_checker_shares_no_code_with_the_office() -> None:
    assert "sonae." not in (ROOT / "verify" / "journal.py").read_text("utf-8").split('"""', 2)[2]


def _insurers_auditor(trade: Trade) -> Principal:
    user = desk.create_user(
        None, username="auditor2", password=PASSWORD, name="監査 二郎", role="auditor",
        organisation=trade.office.people["claims_handler"].organisation,
    )  # fmt: skip
    return access.principal_of_user(user)


@pytest.fixture
def of_losses(trade: Trade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A claim with a payment, under a checkpoint of the hour; nothing exported yet."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    story = settling(trade)
    story.decided(forensics=4_620_000)
    story.premium()
    story.paid(story.payee("vendor"), 4_620_000)
    checkpoints.hourly(0)
    (tmp_path / "key.pem").write_text(signing.signer(settings.SONAE_KEYS).public_pem, "ascii")
    return tmp_path


def _losses(rows: Rows) -> Rows:
    return [row for row in rows if row["stream"].partition("/")[0] in exporting.OF_LOSSES]


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_the_federation_takes_out_no_word_of_a_claim(trade: Trade, of_losses: Path, role: str) -> None:
    """Every entry of it as number and hashes, and the chain still leads to the checkpoint."""
    counted = exporting.export(trade.principal(role), of_losses / "export")
    rows = _losses(rows_of(of_losses / "export" / "journal.jsonl"))
    assert counted["closed_entries"] == len(rows) > 5
    assert all(set(row) == {"stream", "number", "closed", "previous_hash", "hash"} for row in rows)
    status, found = verified(of_losses)
    assert (status, found["faults"], found["closed_entries"]) == (0, [], len(rows))


def test_the_federation_takes_out_no_letter_and_is_told_so(trade: Trade, of_losses: Path) -> None:
    """Not even one that an earlier export of the insurer's left in the same folder."""
    exporting.export(_insurers_auditor(trade), of_losses / "export")
    counted = exporting.export(trade.principal("auditor"), of_losses / "export")
    assert (counted["letters_left_out"], "letters" in counted) == (True, False)
    assert not (of_losses / "export" / "letters.jsonl").exists()
    status, found = verified(of_losses)
    assert (status, found["letters"]) == (0, None)


def test_what_was_done_to_a_letter_is_found(trade: Trade, of_losses: Path) -> None:
    counted = exporting.export(_insurers_auditor(trade), of_losses / "export")
    path = of_losses / "export" / "letters.jsonl"
    [decided, paid] = rows_of(path)
    assert (counted["letters"], decided["payment"], bool(paid["payment"])) == (2, None, True)
    status, found = verified(of_losses)
    assert (status, found["faults"], found["letters"]) == (0, [], 2)
    says = bytes.fromhex(paid["content"]).replace(b"4620000", b"4620001")
    altered: list[tuple[str, Rows]] = [
        ("something else", [decided, paid | {"content": says.hex()}]),
        (
            "content_sha256",
            [decided, paid | {"content": says.hex(), "content_sha256": hashlib.sha256(says).hexdigest()}],
        ),
        ("in the journal and not in the register", [decided]),
        ("in the register and not in the journal", [decided, paid, paid | {"number": "L-C27-AAAAA-AAAAA-1"}]),
        ("twice", [decided, paid, paid]),
        ("payment", [decided, paid | {"payment": None}]),
        ("kind", [decided, paid | {"kind": "denial"}]),
        ("issued_by", [decided, paid | {"issued_by": "rule"}]),
        ("stream", [decided, paid | {"stream": "claim/00000000-0000-0000-0000-000000000000"}]),
    ]
    for what, rows in altered:
        keep(path, rows)
        _letter_fault(of_losses, what)
    path.unlink()
    _letter_fault(of_losses, "not in the register")


def _letter_fault(place: Path, what: str) -> None:
    status, found = verified(place)
    assert status == 1, what
    assert any(what in fault["what"] and fault["where"].startswith("letter L-") for fault in found["faults"]), what


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_the_office_checks_its_letters_whoever_asks(trade: Trade, of_losses: Path, role: str) -> None:
    """The federation's auditor gets the verdict on letters that it may not see."""
    counted = exporting.for_the_checker(trade.principal(role), of_losses / "export")
    assert counted["letters"] == 2
    assert verified(of_losses)[0] == 0


def test_the_insurers_auditor_takes_everything_out(trade: Trade, of_losses: Path) -> None:
    counted = exporting.export(_insurers_auditor(trade), of_losses / "export")
    rows = _losses(rows_of(of_losses / "export" / "journal.jsonl"))
    assert counted["closed_entries"] == 0
    assert {"paid", "payment_posted"} <= {row["kind"] for row in rows}
    status, found = verified(of_losses)
    assert (status, found["faults"], found["closed_entries"]) == (0, [], 0)


def test_both_exports_have_the_same_entries(trade: Trade, of_losses: Path) -> None:
    insurers = _insurers_auditor(trade)
    exporting.export(trade.principal("auditor"), of_losses / "export")
    exporting.export(insurers, of_losses / "whole")
    closed, whole = (
        {(row["stream"], row["number"], row["hash"]) for row in rows_of(of_losses / name / "journal.jsonl")}
        for name in ("export", "whole")
    )
    assert closed == whole


def _last_loss(rows: Rows) -> int:
    return max(place for place, row in enumerate(rows) if row.get("closed"))


def cut_closed(rows: Rows) -> Rows:
    del rows[_last_loss(rows)]
    return rows


def forge_closed(rows: Rows) -> Rows:
    rows[_last_loss(rows)]["hash"] = "ab" * 32
    return rows


def say_more(rows: Rows) -> Rows:
    rows[_last_loss(rows)]["kind"] = "paid"
    return rows


def close_a_cover(rows: Rows) -> Rows:
    place = _of_cover(rows)[0]
    rows[place] = {name: rows[place][name] for name in ("stream", "number", "previous_hash", "hash")} | {"closed": True}
    return rows


def unlink_closed(rows: Rows) -> Rows:
    place = max(place for place, row in enumerate(rows) if row.get("closed") and row["number"] > 1)
    rows[place]["previous_hash"] = "0" * 64
    return rows


@pytest.mark.parametrize("damage", [cut_closed, forge_closed, say_more, close_a_cover, unlink_closed])
def test_what_is_closed_is_still_held_by_its_hashes(
    trade: Trade, of_losses: Path, damage: Callable[[Rows], Rows]
) -> None:
    exporting.export(trade.principal("auditor"), of_losses / "export")
    journal_file = of_losses / "export" / "journal.jsonl"
    keep(journal_file, damage(rows_of(journal_file)))
    status, found = verified(of_losses)
    assert (status, found["stands"]) == (1, False)
