from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .books import Sonae


@pytest.fixture
def book_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sonae:
    """Run a command in this process, with chunks so small that every book here has several."""
    from sonae.cli import main
    from sonae.office import book_files

    monkeypatch.setattr(book_files, "CHUNK", 500)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run
