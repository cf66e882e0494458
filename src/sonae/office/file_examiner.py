"""Looks at one file in a process of its own, with hard limits: is it what its name says, and can it do harm?

Run as `python -I file_examiner.py FILE KIND`; says {"refused": CODE or null}. It imports no framework, unpacks nothing
to disk and reads archives as streams up to a bound. What breaks it is refused by whoever runs it.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

MEMORY = 512 * 2**20
SECONDS = 10
UNPACKED = 100 * 2**20
"""How much an archive may unpack to, in bytes, counted while streaming."""
PARTS = 2000
PAGES = 3000
_CHUNK = 2**16

_MAGIC = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff",
          "xlsx": b"PK\x03\x04", "docx": b"PK\x03\x04"}  # fmt: skip
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR"
_PDF_HARM = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|OpenAction|AA|RichMedia|XFA|Encrypt)\b")
_MACRO = re.compile(r"vbaProject|activeX|embeddings/|externalLink|\.bin$", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


class Refused(Exception):
    """The code of what is wrong."""


def main(file: str, kind: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    refused = None
    try:
        examine(Path(file), kind)
    except Refused as found:
        refused = str(found)
    sys.stdout.write(json.dumps({"refused": refused}))


def examine(file: Path, kind: str) -> None:
    """Raises Refused."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(1024)
    if size == 0 or (kind in _MAGIC and not head.startswith(_MAGIC[kind])):
        raise Refused("file_kind")
    if _EICAR in head:
        raise Refused("file_harmful")
    if kind in ("csv", "txt"):
        _text(file)
    elif kind == "pdf":
        _pdf(file)
    elif kind in ("xlsx", "docx"):
        _office_file(file, kind)
    elif kind == "png":
        _png(file)
    else:
        _jpeg(file)


def _text(file: Path) -> None:
    raw = file.read_bytes()
    if b"\0" in raw or raw.startswith((b"%PDF-", b"PK\x03\x04", b"MZ", b"\x7fELF", b"<!DOCTYPE", b"<html")):
        raise Refused("file_kind")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused("file_kind")
    _persons(text.splitlines())


def _persons(lines: list[str]) -> None:
    from sonae.personal_numbers import holds_my_number, looks_like_persons

    if any(holds_my_number(line) for line in lines):
        raise Refused("my_number")
    if looks_like_persons(lines):
        raise Refused("file_persons")


def _pdf(file: Path) -> None:
    """Names of a PDF's harm, also in its compressed streams; an end where it belongs; pages within reason."""
    raw = file.read_bytes()
    if b"%%EOF" not in raw[-2048:] or (raw.startswith(b"%PDF-") and b"PK\x03\x04" in raw[-4096:]):
        raise Refused("file_kind")
    if len(re.findall(rb"/Type\s*/Page\b", raw)) > PAGES:
        raise Refused("file_bomb")
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)
    if _PDF_HARM.search(plain):
        raise Refused("file_harmful")
    unpacked = 0
    for found in re.finditer(rb"stream\r?\n", raw):
        end = raw.find(b"endstream", found.end())
        for piece in _inflated(raw[found.end() : end if end > 0 else len(raw)]):
            unpacked += len(piece)
            if unpacked > UNPACKED:
                raise Refused("file_bomb")
            if _PDF_HARM.search(piece):
                raise Refused("file_harmful")


def _inflated(packed: bytes) -> Iterator[bytes]:
    inflating, left = zlib.decompressobj(), packed
    try:
        while left:
            piece = inflating.decompress(left, _CHUNK)
            if piece:
                yield piece
            left = inflating.unconsumed_tail
    except zlib.error:
        return


def _office_file(file: Path, kind: str) -> None:
    """A spreadsheet or text of the usual office kind: its directory is the truth, and it holds no machinery."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise Refused("file_bomb")
            if len(set(names)) != len(names) or any(".." in name or name.startswith(("/", "\\")) for name in names):
                raise Refused("file_harmful")
            wanted = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}[kind]
            if "[Content_Types].xml" not in names or wanted not in names:
                raise Refused("file_kind")
            if any(part.flag_bits & 1 or part.external_attr >> 28 == 0xA for part in parts):
                raise Refused("file_harmful")
            if any(_MACRO.search(name) for name in names if "printerSettings" not in name):
                raise Refused("file_harmful")
            _parts(archive, parts)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, OSError):
        raise Refused("file_kind") from None


def _parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    unpacked, texts = 0, []
    for part in parts:
        said = 0
        with archive.open(part) as stream:
            pieces = []
            while piece := stream.read(_CHUNK):
                said += len(piece)
                unpacked += len(piece)
                if unpacked > UNPACKED or said > part.file_size:
                    raise Refused("file_bomb")
                if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                    raise Refused("file_harmful")
                if part.filename.endswith(("sharedStrings.xml", "document.xml")) or "worksheets/" in part.filename:
                    pieces.append(piece)
        if said != part.file_size:
            raise Refused("file_kind")
        texts.append(b"".join(pieces).decode("utf-8", "replace"))
    for text in texts:
        # A row or paragraph is a line; what stands in cells stands apart.
        broken = re.sub(r"</(?:row|si|w:p)>", "\n", text)
        _persons([_TAG.sub(" ", line) for line in broken.splitlines()])


def _png(file: Path) -> None:
    """Sizes within reason, and nothing behind the end."""
    raw = file.read_bytes()
    width, height = int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big")
    if not (raw[12:16] == b"IHDR" and width > 0 and height > 0):
        raise Refused("file_kind")
    if width * height > 2**27:
        raise Refused("file_bomb")
    if raw[-8:-4] != b"IEND":
        raise Refused("file_kind")


def _jpeg(file: Path) -> None:
    """An end where it belongs: nothing is hidden behind the picture."""
    if not file.read_bytes().rstrip(b"\0").endswith(b"\xff\xd9"):
        raise Refused("file_kind")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
