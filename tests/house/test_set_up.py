"""The set-up: the entry scripts, the settings, the secrets, the pins."""

import os
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sonae.office import environment, keys
from sonae.office.environment import Misconfigured

ROOT = Path(__file__).parents[2]
SCRIPTS = ("sonae", "test", ".ci/run", "dev/bootstrap.sh", "dev/check.sh", "dev/pin.sh")


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_posix(script: str) -> None:
    path = ROOT / script
    assert path.read_text().startswith("#!/bin/sh\n")
    assert os.access(path, os.X_OK)
    for shell in ("sh", "dash"):
        subprocess.run([shell, "-n", path], check=True)
    # What dash reads but POSIX does not know, and what bash alone would forgive.
    assert not re.search(r"\[\[|\blocal\b|\bfunction\b|<\(|\$'", path.read_text())


def test_every_requirement_is_pinned_with_a_hash_and_without_an_address() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        lines = [line for line in path.read_text().splitlines() if line and not line.lstrip().startswith("#")]
        pins = [line for line in lines if not line.startswith(" ")]
        assert pins
        assert all(re.match(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+", pin) for pin in pins), path.name
        joined = path.read_text().replace("\\\n", "")
        for line in joined.splitlines():
            if "==" in line and not line.lstrip().startswith("#"):
                assert "--hash=sha256:" in line, f"{path.name}: {line[:60]}"
        assert "://" not in joined


def test_settings_have_the_contracts_defaults() -> None:
    place = environment.read({})
    assert place.data_dir == Path("var").absolute()
    assert (place.host, place.port, place.production) == ("127.0.0.1", 8765, False)
    assert place.database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("SONAE_PORT", text) for text in ("web", "0", "65536", "８０８０")] + [("SONAE_ENV", "prod")],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        environment.read({name: value})


def test_a_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "one"
    with ThreadPoolExecutor(8) as pool:
        read = set(pool.map(lambda _: environment.secret(path), range(16)))
    assert len(read) == 1
    assert len(read.pop()) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["one"]


def test_production_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyFileMissing):
        keys.load(tmp_path / "keys.json", production=True)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def warm(tmp_path: Path) -> Path:
    """A checkout that is set up, with an interpreter that ends at once and a set-up script that only says it ran."""
    checkout = tmp_path / "checkout"
    (checkout / ".venv" / "bin").mkdir(parents=True)
    shutil.copytree(ROOT / "requirements", checkout / "requirements")
    shutil.copy(ROOT / "sonae", checkout / "sonae")
    shutil.copy("/bin/true", checkout / ".venv" / "bin" / "python")
    (checkout / "dev").mkdir()
    (checkout / "dev" / "bootstrap.sh").write_text("echo set up: $1\n")
    inputs = ["dev/bootstrap.sh", "requirements/tools.txt", "requirements/app.txt"]
    stamp = subprocess.run(["sha256sum", *inputs], cwd=checkout, capture_output=True, check=True)
    (checkout / ".venv" / "setup-app.sha256").write_bytes(stamp.stdout)
    return checkout


def _set_up_runs(checkout: Path) -> bool:
    done = subprocess.run([checkout / "sonae", "quote"], capture_output=True, text=True, check=True)
    assert done.stdout == ""  # whatever the set-up says goes to standard error
    return "set up: app" in done.stderr


@pytest.mark.parametrize("changed", ["requirements/app.txt", "requirements/tools.txt", "dev/bootstrap.sh"])
def test_the_set_up_runs_again_when_what_it_rests_on_changes(warm: Path, changed: str) -> None:
    assert not _set_up_runs(warm)
    with (warm / changed).open("a") as file:
        file.write("# changed\n")
    assert _set_up_runs(warm)


@pytest.mark.parametrize("lost", [".venv/setup-app.sha256", ".venv/bin/python"])
def test_the_set_up_runs_again_when_what_it_made_is_gone(warm: Path, lost: str) -> None:
    (warm / lost).unlink()
    # As the real script would, it brings the interpreter back.
    (warm / "dev" / "bootstrap.sh").write_text(f"echo set up: $1; cp /bin/true {warm}/.venv/bin/python\n")
    assert _set_up_runs(warm)


def test_a_warm_start_costs_little_before_python(warm: Path) -> None:
    timed = subprocess.run(
        ["sh", "-c", "i=0; while [ $i -lt 10 ]; do ./sonae quote; i=$((i+1)); done; times"],
        cwd=warm, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # `times` prints the children's user and system time last; processor time, so that a busy machine changes little.
    minutes_seconds = re.findall(r"(\d+)m([\d.]+)s", timed.stdout.splitlines()[-1])
    assert sum(int(minutes) * 60 + float(seconds) for minutes, seconds in minutes_seconds) / 10 < 0.04


def test_the_script_works_through_a_link_from_anywhere(tmp_path: Path) -> None:
    link = tmp_path / "sonae"
    link.symlink_to(ROOT / "sonae")
    shown = subprocess.run([link, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "serve" in shown.stdout
