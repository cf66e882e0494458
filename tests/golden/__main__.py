"""`python -m tests.golden`: write the golden answers again; `--diff` only shows what would change."""

import difflib
import re
import sys

from sonae.doors import answer, problem
from sonae.doors.request import read
from sonae.office import catalogue
from sonae.quotation import quote
from tests.golden import ANSWERS, MOMENT, answers, requests

_HASH = re.compile(rb'"hash":"[0-9a-f]{64}"')


def answer_to(raw: bytes) -> bytes:
    """The bytes that the core and its doors give for one request."""
    understood = read(catalogue.shipped(), raw, MOMENT)
    if isinstance(understood, problem.Problem):
        return problem.encode(understood)
    return answer.encode(quote(understood.product, understood.request, MOMENT))


def main(arguments: list[str]) -> None:
    found = [answer_to(raw) for raw in requests()]
    if arguments == ["--diff"]:
        without_hash = [[_HASH.sub(b"", line).decode() for line in lines] for lines in (answers(), found)]
        print("\n".join(difflib.unified_diff(*without_hash, "answers.jsonl", "now", lineterm="", n=0)))
        return
    ANSWERS.write_bytes(b"\n".join(found) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
