"""Golden quotations: requests that name their inception, and the bytes that every door must answer.

`quotations.jsonl` holds a request a line, some of them broken; `answers.jsonl` the answer or problem document of the
same line. Every door is held against them: the core here, the command line, HTTP and its hot path in their own tests.

Add a line to `quotations.jsonl`, then write the answers again with

    python -m tests.golden

and put what changed, and why, into the commit message. The answers carry the product's hash, so an edited product
file changes every line; `python -m tests.golden --diff` shows what changed besides the hash.
"""

from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
QUOTATIONS = FOLDER / "quotations.jsonl"
ANSWERS = FOLDER / "answers.jsonl"

MOMENT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""When the golden requests are asked; any moment before 2031 gives the same bytes."""


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


def requests() -> list[bytes]:
    """The body of every golden request, as bytes."""
    return _lines(QUOTATIONS)


def answers() -> list[bytes]:
    """The answer (or problem document) to each of `requests()`, as bytes."""
    return _lines(ANSWERS)


def is_problem(answer: bytes) -> bool:
    """Whether the golden answer is a problem document: the request is broken, and has no premium."""
    return answer.startswith(b'{"type":')
