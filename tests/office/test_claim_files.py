"""Files that are handed in on a claim: what they are, what they may not be, and how they go out again."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sonae import personal_numbers
from sonae.office import claim_files, claims, desk, subjects
from sonae.office.models import ClaimFile
from sonae.office.refusals import Refused

from .claim_story import Settling, settling
from .trade import Trade

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF\n"
PNG = (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (1).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0" + b"\0\0\0\0"
       + b"\0\0\0\0IEND\xaeB`\x82")  # fmt: skip


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}.items():
            file.writestr(name, raw)
    return made.getvalue()


def persons(rows: int) -> str:
    return "\n".join(f"{number},山田 花子,yamada{number}@example.jp" for number in range(rows))


@pytest.fixture
def story(trade: Trade) -> Settling:
    return settling(trade)


def hand_in(story: Settling, name: str, raw: bytes) -> ClaimFile:
    return claim_files.hand_in(story.member, story.claim.id, name, [raw[place : place + 1000] for place in
                                                                   range(0, len(raw), 1000)])  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), [
    ("見積書 表ソ能.pdf", PDF), ("画面.PNG", PNG), ("売上.csv", "月,売上\n4月,1000\n".encode("cp932")),
    ("売上.csv", "月,売上\n4月,1000\n".encode()), ("記録.txt", "サーバを止めた".encode()),
    ("集計.xlsx", archive(**{"xl/worksheets/sheet1.xml": b"<row><c>1</c></row>"})),
])  # fmt: skip
def test_what_a_member_hands_in_comes_back_byte_for_byte(story: Settling, name: str, raw: bytes) -> None:
    made = hand_in(story, name, raw)
    assert hand_in(story, name, raw).id == made.id
    assert claim_files.opened(story.handler, made.id) == (name, raw)
    assert [found for _, found in claim_files.listed(story.member, story.claim.id)] == [name]


def test_a_file_lies_encrypted_under_a_random_name(story: Settling) -> None:
    made = hand_in(story, "見積書.pdf", PDF)
    place = Path(settings.DATA_DIR) / "claim-files" / made.storage_name
    assert b"%PDF" not in place.read_bytes()
    assert place.stat().st_mode & 0o077 == 0
    assert "見積書".encode() not in bytes(made.name_ciphertext)
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    with pytest.raises(subjects.Altered):
        claim_files.opened(story.handler, made.id)


def test_a_file_goes_out_as_an_attachment_that_nobody_interprets() -> None:
    sent = claim_files.headers('報告"書\u3000.html')
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Disposition"] == (
        "attachment; filename=\"_____.html\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%22%E6%9B%B8%E3%80%80.html"
    )


@pytest.mark.parametrize(("name", "raw", "code"), [
    ("偽.pdf", b"MZ\x90", "file_kind"), ("偽.png", PDF, "file_kind"), ("偽.csv", PDF, "file_kind"),
    ("偽.xlsx", b"PK\x03\x04" + b"x" * 100, "file_kind"), ("空.txt", b"", "file_kind"),
    ("実行.exe", b"MZ", "file_kind"), ("頁.html", b"<html>", "file_kind"), ("頁.txt", b"<html>", "file_kind"),
    ("文字.txt", b"\xff\xfe\x81", "file_kind"), ("無.txt", b"a\0b", "file_kind"),
    ("読めない", b"x", "file_name"), ("../../x\u202efdp.pdf", PDF, "file_name"), ("a" * 260 + ".pdf", PDF, "file_name"),
    ("仕掛.pdf", PDF.replace(b"/Page ", b"/Page /OpenAction "), "file_harmful"),
    ("仕掛.pdf", PDF.replace(b"/Page ", b"/Page /J#61vaScript "), "file_harmful"),
    ("仕掛.pdf", PDF.replace(b"%%EOF", b"stream\n" + zlib.compress(b"<< /Launch >>") + b"endstream\n%%EOF"),
     "file_harmful"),
    ("暗号.pdf", PDF.replace(b"/Page ", b"/Page /Encrypt "), "file_harmful"),
    ("二面.pdf", PDF[:-1] + b"PK\x03\x04" + b"\n%%EOF", "file_kind"),
    ("爆弾.pdf", PDF.replace(b"%%EOF", b"stream\n" + zlib.compress(bytes(200 * 2**20), 9) + b"endstream\n%%EOF"),
     "file_bomb"),
    ("爆弾.xlsx", archive(**{"xl/media/a": bytes(150 * 2**20)}), "file_bomb"),
    ("多数.xlsx", archive(**{f"xl/{number}": b"" for number in range(2100)}), "file_bomb"),
    ("マクロ.xlsx", archive(**{"xl/vbaProject.bin": b"x"}), "file_harmful"),
    ("外.xlsx", archive(**{"../../etc/passwd": b"x"}), "file_harmful"),
    ("実体.xlsx", archive(**{"xl/a.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]>"}), "file_harmful"),
    ("名簿.csv", persons(60).encode(), "file_persons"), ("名簿.csv", persons(60).encode("cp932"), "file_persons"),
    ("名簿.txt", ("氏名,住所\n" + "山田,東京都\n" * 40).encode(), "file_persons"),
    ("名簿.xlsx", archive(**{"xl/sharedStrings.xml": "".join(
        f"<si><t>yamada{n}@example.jp</t></si>" for n in range(60)).encode()}), "file_persons"),
    ("番号.txt", "番号 123456789018".encode(), "my_number"),
    ("検体.txt", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD", "file_harmful"),
])  # fmt: skip
def test_liars_bombs_and_lists_are_refused_and_not_kept(story: Settling, name: str, raw: bytes, code: str) -> None:
    folder = Path(settings.DATA_DIR) / "claim-files"
    before = set(folder.iterdir()) if folder.exists() else set()
    with refused(code):
        hand_in(story, name, raw)
    assert (set(folder.iterdir()) if folder.exists() else set()) == before
    assert claim_files.listed(story.member, story.claim.id) == []


def test_what_never_ends_is_cut_off_while_it_arrives(story: Settling) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 2**16
            yield b"%PDF-" + bytes(2**16 - 5)

    with refused("file_too_large"):
        claim_files.hand_in(story.member, story.claim.id, "終わらない.pdf", endless())
    assert taken <= claim_files.MOST_BYTES + 2**17


def test_an_examiner_that_dies_means_no(story: Settling, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(3)")
    monkeypatch.setattr(claim_files, "EXAMINER", broken)
    with refused("file_harmful"):
        hand_in(story, "見積書.pdf", PDF)


def test_files_are_the_members_and_the_claims_peoples(story: Settling, trade: Trade) -> None:
    made = hand_in(story, "見積書.pdf", PDF)
    for stranger in (trade.agent, trade.principal("member")):
        with pytest.raises(desk.NotFound):
            claim_files.opened(stranger, made.id)
        with pytest.raises(desk.NotFound):
            claim_files.hand_in(stranger, story.claim.id, "x.pdf", [PDF])
    claims.consent(story.member, story.claim.id)
    assert claim_files.opened(trade.agent, made.id)[1] == PDF


@pytest.mark.parametrize(("text", "held"), [
    ("123456789018", True), ("1234-5678-9018", True), ("１２３４ ５６７８ ９０１８", True),
    ("123456789017", False), ("1234567890182", False), ("2027年4月1日 1,504,450円", False), ("8999900000001", False),
])  # fmt: skip
def test_a_number_like_a_my_number_is_known_by_its_check_digit(text: str, held: bool) -> None:
    assert personal_numbers.holds_my_number(text) == held
