"""The golden settlements: decided as by hand, accepted by the verifier, and the same bytes at every door."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sonae.doors import decision as door
from sonae.doors import facts as facts_door
from sonae.flipping import decide_and_flip
from sonae.office import catalogue
from tests.golden import MOMENT
from tests.golden.settlements import raw, settlements
from verify.settlement import Files, faults

FILES = Files(catalogue.PRODUCTS / "chuokai_cyber_2024")
BY_NAME = pytest.mark.parametrize("one", settlements(), ids=lambda one: one["name"])


def decided(one: dict[str, Any]) -> bytes:
    read = facts_door.read(catalogue.shipped(), raw(one), MOMENT)
    assert isinstance(read, facts_door.Understood), read
    return door.encode(decide_and_flip(read.facts, read.helds))


@BY_NAME
def test_it_is_decided_as_by_hand_and_the_proof_stands(one: dict[str, Any]) -> None:
    found = json.loads(decided(one))
    cuts = [[item["id"], cut["code"], cut["yen"]] for item in found["items"] for cut in item["cuts"]]
    said = {
        "verdict": found["verdict"], "paid": found["paid"], "cuts": cuts,
        "heads": {head["head"]: head["paid"] for head in found["heads"] if head["paid"]},
    }  # fmt: skip
    assert said == one["expected"]
    assert list(faults(found, FILES, one["covers"])) == []


def test_the_command_gives_the_same_bytes(tmp_path: Path) -> None:
    for one in settlements()[::4]:
        file = tmp_path / f"{one['name']}.json"
        file.write_bytes(raw(one))
        command = [sys.executable, "-m", "sonae.cli", "settle", str(file), "--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.stdout == decided(one) + b"\n", one["name"]
        assert done.returncode == (2 if one["expected"]["verdict"] == "not_covered" else 0)
