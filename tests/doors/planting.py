"""Plant one fault in a sound product folder, and see it refused as `file:line: reason`.

The folder is the second plan's, so that an edit of the shipped plan moves no line here.
"""

from collections.abc import Callable

import pytest

from sonae.doors.folder import BrokenProduct, read_product
from sonae.office import catalogue
from tests.products import MINATOMACHI

FILES = catalogue.read_files(MINATOMACHI)
Edit = Callable[[bytes], bytes]
Planted = tuple[str, Edit, int, str]
"""The file, what is done to it, the line that must be named, and part of the reason."""


def swap(old: str, new: str, times: int = 1) -> Edit:
    def edit(raw: bytes) -> bytes:
        assert old.encode() in raw, f"the folder no longer says {old!r}"
        return raw.replace(old.encode(), new.encode(), times)

    return edit


def add(text: str) -> Edit:
    return lambda raw: raw + text.encode()


def line_of(file: str, text: str) -> int:
    """The line, counted from 1, on which this text first stands in the unbroken file."""
    return FILES[file].decode().split(text)[0].count("\n") + 1


def after(file: str) -> int:
    """The line that an added line gets."""
    return FILES[file].count(b"\n") + 1


def faults(file: str, raw: bytes) -> list[str]:
    """What is said of the folder with this file put in its place."""
    with pytest.raises(BrokenProduct) as broken:
        read_product({**FILES, file: raw})
    return [str(found) for found in broken.value.faults]


def refused(planted: Planted) -> None:
    file, edit, line, reason = planted
    named(file, edit(FILES[file]), line, reason)


def named(file: str, raw: bytes, line: int, reason: str) -> None:
    """The fault is named by its line and reason."""
    said = faults(file, raw)
    assert any(one.startswith(f"{file}:{line}: ") and reason in one for one in said), said


def named_after(file: str, whole: str, old: str, new: str, line: int, reason: str) -> None:
    """A sound file with one thing in it changed: the fault is named by its line and reason."""
    assert old in whole
    named(file, whole.replace(old, new, 1).encode(), line, reason)
