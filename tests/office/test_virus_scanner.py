"""The virus scanner's port, against a clamd of our own on a real socket: clean, harmful, silent, talking nonsense."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sonae.office import claim_files, doctor, environment, virus_scanner
from sonae.office.environment import Misconfigured
from sonae.office.models import ClaimFile
from sonae.office.virus_scanner import Scanned, ScannerDown

from .claim_story import settling
from .test_claim_files import PDF, refused
from .trade import Trade

HARM = PDF.replace(b"/Page", b"/Page /harm")


class Clamd:
    """Speaks INSTREAM and VERSION as clamd(8) writes it; `answer` overrides what it says."""

    def __init__(self, path: Path) -> None:
        self.path, self.got, self.answer = path, [], None  # type: ignore[var-annotated]
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(path))
        self.door.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"unix:{self.path}"

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.door.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as stream:
                command = b""
                while not command.endswith(b"\0"):
                    command += stream.read(1)
                said = b"ClamAV 1.0.7/27000\0"
                if command == b"zINSTREAM\0":
                    raw = b""
                    while length := int.from_bytes(stream.read(4), "big"):
                        raw += stream.read(length)
                    self.got.append(raw)
                    said = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if b"harm" in raw else b"stream: OK\0"
                caller.sendall(said if self.answer is None else self.answer)


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    made = Clamd(tmp_path / "clamd.ctl")
    yield made
    made.door.close()


@pytest.fixture
def configured(clamd: Clamd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clamd:
    told = dataclasses.replace(settings.ENVIRONMENT, scanner=clamd.address)
    monkeypatch.setattr(settings, "ENVIRONMENT", told)
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    return clamd


def test_a_file_is_sent_whole_and_in_pieces(clamd: Clamd, tmp_path: Path) -> None:
    file = tmp_path / "big"
    file.write_bytes(bytes(range(256)) * 1000)
    assert virus_scanner.scan(clamd.address, file) == Scanned("clamd")
    assert clamd.got == [file.read_bytes()]


def test_harm_is_named(clamd: Clamd, tmp_path: Path) -> None:
    (tmp_path / "harm").write_bytes(HARM)
    assert virus_scanner.scan(clamd.address, tmp_path / "harm").found == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK maybe\0"])
def test_what_is_no_verdict_is_no_permission(clamd: Clamd, tmp_path: Path, answer: bytes) -> None:
    clamd.answer = answer
    (tmp_path / "file").write_bytes(PDF)
    with pytest.raises(ScannerDown):
        virus_scanner.scan(clamd.address, tmp_path / "file")


def test_a_scanner_that_is_away_lets_nothing_through(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(PDF)
    with pytest.raises(ScannerDown):
        virus_scanner.scan(f"unix:{tmp_path / 'nobody'}", tmp_path / "file")


def test_without_a_scanner_nothing_is_claimed(tmp_path: Path) -> None:
    assert virus_scanner.scan(None, tmp_path / "never read") == Scanned("none")


def test_files_of_claims_pass_the_scanner_and_say_so(trade: Trade, configured: Clamd) -> None:
    story = settling(trade)
    made = claim_files.hand_in(story.member, story.claim.id, "見積書.pdf", [PDF])
    assert (made.scanned_by, configured.got) == ("clamd", [PDF])
    with refused("file_harmful"):
        claim_files.hand_in(story.member, story.claim.id, "悪い.pdf", [HARM])
    configured.answer = b""
    with refused("scanner_down"):
        claim_files.hand_in(story.member, story.claim.id, "別.pdf", [PDF + b"\n"])
    assert ClaimFile.objects.filter(claim=story.claim).count() == 1


def test_without_one_a_file_is_kept_as_unscanned(trade: Trade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    story = settling(trade)
    assert claim_files.hand_in(story.member, story.claim.id, "見積書.pdf", [PDF]).scanned_by == "none"


@pytest.mark.parametrize("address", ["clamd", "unix:clamd.ctl", "tcp://", "http://localhost:3310", "tcp://h:x"])
def test_an_address_that_is_none_stops_the_start(address: str) -> None:
    with pytest.raises(Misconfigured, match="SONAE_SCANNER"):
        environment.read({"SONAE_SCANNER": address})


def _checked(**words: Any) -> doctor.Check:
    [found] = doctor._scanner(dataclasses.replace(environment.read({}), **words))
    return found


def test_the_doctor_says_which_scanner_there_is(clamd: Clamd) -> None:
    assert _checked(scanner=clamd.address).fine
    assert "ClamAV" in _checked(scanner=clamd.address).state
    assert not _checked(scanner="unix:/nowhere/clamd.ctl").fine
    assert _checked().fine
    assert "unscanned" in _checked().state
    assert not _checked(production=True).fine
