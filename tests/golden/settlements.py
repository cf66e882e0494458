"""Golden settlements: claim files in the trade's words, and what is decided on each, by hand.

`settlements.json` lists a name, what the file is about, its facts, and by hand the verdict, the payment, the paid of
each head that is paid, and the reason of each cut. Every door gives the same bytes for it.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "settlements.json"


def settlements() -> list[dict[str, Any]]:
    """Every golden settlement."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return found


def raw(one: dict[str, Any]) -> bytes:
    """The claim file of one, as bytes."""
    return json.dumps({"covers": one["covers"], "facts": one["facts"]}, ensure_ascii=False).encode()
