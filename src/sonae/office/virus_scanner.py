"""The port to a virus scanner: clamd over a socket where one is configured, otherwise none, and said so.

`SONAE_SCANNER` is `unix:/run/clamav/clamd.ctl` or `tcp://HOST:3310`; absent, files are looked at by our own examiner
alone and kept as unscanned (未検査). A scanner that is configured and does not answer lets nothing through.
Protocol: clamd(8), command INSTREAM: chunks behind their length in four bytes, an empty one ends.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

NONE = "none"
_CHUNK = 2**16
_SECONDS = 30.0
_LONGEST = 4096


class ScannerDown(Exception):
    """The scanner that is configured does not answer, or not in its words."""


@dataclass(frozen=True)
class Scanned:
    """What a scanner said: `by` is its name, `none` where there is none; `found` the harm's name, or empty."""

    by: str
    found: str = ""


def understood(address: str) -> bool:
    """Whether this is an address of a scanner."""
    if address.startswith("unix:"):
        return address.removeprefix("unix:").startswith("/")
    try:
        parts = urlsplit(address)
        return parts.scheme == "tcp" and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def scan(address: str | None, file: Path) -> Scanned:
    """Has a file looked at. Raises ScannerDown."""
    if address is None:
        return Scanned(NONE)
    try:
        with _connected(address) as clamd, file.open("rb") as stream:
            clamd.sendall(b"zINSTREAM\0")
            while piece := stream.read(_CHUNK):
                clamd.sendall(len(piece).to_bytes(4, "big") + piece)
            clamd.sendall(bytes(4))
            said = _said(clamd)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from None
    if said == "stream: OK":
        return Scanned("clamd")
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return Scanned("clamd", said.removeprefix("stream: ").removesuffix(" FOUND"))
    raise ScannerDown("an answer that is none")


def version(address: str) -> str:
    """The scanner's own words about itself and its patterns. Raises ScannerDown."""
    try:
        with _connected(address) as clamd:
            clamd.sendall(b"zVERSION\0")
            said = _said(clamd)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from None
    if not said:
        raise ScannerDown("an answer that is none")
    return said


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(_SECONDS)
        try:
            made.connect(address.removeprefix("unix:"))
        except OSError:
            made.close()
            raise
        return made
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=_SECONDS)


def _said(clamd: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\0") and len(found) < _LONGEST:
        piece = clamd.recv(_LONGEST)
        if not piece:
            break
        found += piece
    return found.rstrip(b"\0\n").decode("utf-8", "replace")
