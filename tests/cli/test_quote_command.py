"""`sonae quote`: exit statuses, the same bytes from flags, files and lines, and words for people."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sonae.cli import main
from tests.core.asking import DAY, FREE, words
from tests.products import MINATOMACHI

PRICED, BROKEN, REFUSED = 0, 1, 2

GOOD = words(sheet_discount=30)
NO = words(plan="wide", riders=["cyber_attack_basic"])
WRONG = words(plan="economy")


class Done(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


Run = Callable[..., Done]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process, with these bytes as its standard input."""

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        sys.stdout.flush()
        printed = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, printed.out, printed.err)

    return run


def run_apart(*arguments: str, stdin: bytes = b"", **environment: str) -> Done:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sonae.cli", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    file = tmp_path / "request.json"
    file.write_bytes(line(GOOD))
    return file


FLAGS = ["--industry", "D06", "--sales", "10億", "--plan", "basic", "--set", "3", "--sheet-discount", "30"]


# --- exit statuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status"), [(GOOD, PRICED), (WRONG, BROKEN), (NO, REFUSED)], ids=["priced", "broken", "refused"]
)
@pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"]], ids=["table", "json", "jsonl"])
def test_the_exit_status_says_priced_broken_or_refused(asked: dict[str, Any], status: int, form: list[str]) -> None:
    done = run_apart("quote", "-", *form, stdin=line(asked))
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("asked", "worst"),
    [
        ([GOOD], PRICED),
        ([GOOD, NO], REFUSED),
        ([NO, GOOD], REFUSED),
        ([GOOD, NO, WRONG], BROKEN),
        ([WRONG, NO, GOOD], BROKEN),
        ([], PRICED),
    ],
)
def test_lines_exit_with_the_worst_of_them_and_never_stop_early(asked: list[dict[str, Any]], worst: int) -> None:
    done = run_apart("quote", "-", "--jsonl", stdin=b"\n".join(map(line, asked)))
    assert done.returncode == worst
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    expected = [None if document is WRONG else 353_150 if document is GOOD else "refused" for document in asked]
    found = [None if "type" in one else one["premium"] or "refused" for one in answers]
    assert found == expected


def test_lines_are_answered_one_for_one_whatever_stands_in_them(run: Run) -> None:
    lines = [line(GOOD), b"not json", b"\xff\xfe", b"[]", b"{" * 100, b'"' + b"x" * 70_000 + b'"', line(NO)]
    done = run("quote", "-", "--jsonl", stdin=b"\r\n".join(lines) + b"\n\n  \n")
    kinds = [json.loads(one).get("status", "answer") for one in done.stdout.splitlines()]
    assert kinds == ["answer", 400, 400, 422, 400, 413, "answer"]
    assert done.returncode == BROKEN


def test_a_line_longer_than_any_buffer_is_one_line(run: Run) -> None:
    done = run("quote", "-", "--jsonl", stdin=b"x" * 3_000_000 + b"\n" + line(GOOD))
    assert [json.loads(one).get("status") for one in done.stdout.splitlines()] == [413, None]


@pytest.mark.parametrize(
    "arguments",
    [
        ["quote"],
        ["quote", "--colour", "red"],
        ["quote", "--set", "three"],
        ["quote", "no-such-file.json"],
        ["quote", "-", "--plan", "basic"],
        ["quote", "-", "--json", "--jsonl"],
        ["quotes"],
        ["product", "show", "nowhere_1999"],
        ["product", "check", "../etc"],
        ["product", "matrix", "--plan", "economy"],
        ["product", "matrix", "--set", "9"],
        ["product", "matrix", "--rider", "sabotage"],
        ["product", "schema", "prices.toml"],
    ],
    ids=" ".join,
)
def test_a_usage_error_exits_1_with_a_word_on_stderr_only(arguments: list[str], run: Run) -> None:
    done = run(*arguments, stdin=line(GOOD))
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def test_a_folder_in_place_of_a_file_is_a_usage_error(tmp_path: Path, run: Run) -> None:
    done = run("quote", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Traceback" not in done.stderr


# --- the same bytes -----------------------------------------------------------------------------------------------


def test_flags_give_the_bytes_of_the_same_request_in_a_file(request_file: Path, run: Run) -> None:
    by_flags = run("quote", *FLAGS, "--inception", DAY, "--json")
    by_file = run("quote", str(request_file), "--json")
    by_pipe = run("quote", "-", "--json", stdin=request_file.read_bytes())
    assert by_flags.stdout == by_file.stdout == by_pipe.stdout
    assert json.loads(by_flags.stdout)["premium"] == 353_150


def test_every_flag_means_its_field(run: Run) -> None:
    asked = words(
        set=5,
        limits=FREE | {"business_income": 10_000_000},
        riders=["business_income", "it_business", "exclude_continuity"],
        it_sales=50_000_000,
        product="chuokai_cyber_2024",
    )
    by_flags = run(
        "quote", "--industry", "建設業", "--sales", "1,000,000千円", "--plan", "basic", "--set", "5",
        "--liability", "1億", "--expense", "3千万", "--business-income", "１０００万円", "--it-sales", "5千万",
        "--rider", "it_business", "--rider", "exclude_continuity", "--rider", "business_income",
        "--inception", DAY, "--product", "chuokai_cyber_2024", "--json",
    )  # fmt: skip
    assert by_flags.stdout == run("quote", "-", "--json", stdin=line(asked)).stdout
    assert by_flags.returncode == PRICED


@pytest.mark.parametrize("name", ["D06", "建設業", "工務店", "こうむてん", "ｄ０６"])
def test_an_industry_is_found_by_the_names_people_use(name: str, run: Run) -> None:
    done = run("quote", *FLAGS, "--industry", name, "--inception", DAY, "--json")
    assert json.loads(done.stdout)["premium"] == 353_150


def test_flags_that_cannot_be_read_are_named_by_their_fields(run: Run) -> None:
    done = run("quote", "--industry", "宇宙", "--sales", "たくさん", "--liability", "1.5.5億", "--set", "5", "--json")
    problem = json.loads(done.stdout)
    assert done.returncode == BROKEN
    assert {error["pointer"] for error in problem["errors"]} >= {"/annual_sales", "/limits/liability"}


def test_a_refused_request_still_prints_its_answer_as_json(run: Run) -> None:
    done = run("quote", "-", "--json", stdin=line(NO))
    document = json.loads(done.stdout)
    assert (document["premium"], document["worksheet"]) == (None, [])
    assert document["findings"][0]["code"] == "cyber_attack_with_wide"


# --- words for people ---------------------------------------------------------------------------------------------


def test_the_table_shows_the_premium_the_worksheet_and_the_marks(request_file: Path, run: Run) -> None:
    shown = run("quote", str(request_file)).stdout.decode()
    for wanted in (
        "353,150円",
        "建設業",
        "ベーシックプラン",
        "セット3",
        "2031年4月1日 午後4時",
        "推定",
        "仮定",
        "630,623",
        "当方が復元",
    ):
        assert wanted in shown
    assert "\x1b[" not in shown


def test_the_table_of_a_refusal_says_why(run: Run) -> None:
    shown = run("quote", "-", stdin=line(NO)).stdout.decode()
    assert "引き受けられません" in shown
    assert "サイバー攻撃補償特約はベーシックプラン用です" in shown


def test_the_table_of_a_problem_names_every_field(run: Run) -> None:
    done = run("quote", "-", stdin=line(words(plan="economy", annual_sales=0)))
    shown = (done.stdout + done.stderr).decode()
    assert "/plan" in shown
    assert "/annual_sales" in shown


def test_what_a_client_sent_is_never_markup(run: Run) -> None:
    done = run("quote", "-", stdin=line(words(**{"[red]x[/red]": 1, "[/bold]": 2})))
    assert done.returncode == BROKEN
    assert "[red]x" in (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("locale", ["C", "ja_JP.eucJP"])
def test_the_bytes_are_utf_8_under_any_locale(locale: str, request_file: Path) -> None:
    plain = {"LC_ALL": locale, "LANG": locale, "PYTHONIOENCODING": "ascii"}
    by_json = run_apart("quote", str(request_file), "--json", **plain)
    assert by_json.stdout == run_apart("quote", str(request_file), "--json").stdout
    table = run_apart("quote", *FLAGS, **plain)
    assert table.returncode == PRICED, table.stderr
    assert "年間保険料" in table.stdout.decode("utf-8")


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_bytes_are_the_same_in_every_time_zone_and_hash_seed(zone: str, request_file: Path) -> None:
    done = run_apart("quote", str(request_file), "--json", TZ=zone, PYTHONHASHSEED=str(len(zone)))
    assert done.stdout == run_apart("quote", str(request_file), "--json").stdout


def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_bytes((line(GOOD) + b"\n") * 2_000)
    command = f"{sys.executable} -m sonae.cli quote {file} --jsonl | head -c 100"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False, timeout=60)
    assert len(done.stdout) == 100
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


FISH = ("--industry", "鮮魚店", "--sales", "1億", "--plan", "standard", "--set", "1", "--inception", "2025-07-01")


def test_another_federations_folder_is_quoted_by_flags_and_by_file(run: Run) -> None:
    """(21,000 x 0.6 + 21,000 x 0.4) x 1.15 x 0.85, in hundreds: the leaflet's own figures at its base size."""
    fish = [word.replace("1億", "3000万") for word in FISH]
    done = run("quote", "--product", str(MINATOMACHI), *fish, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["premium"], answer["product"]["id"]) == (20_500, "minatomachi_cyber_2025")
    again = run("quote", "--product", str(MINATOMACHI), "--json", "-", stdin=json.dumps(answer["request"]).encode())
    assert again.stdout == done.stdout


def test_a_product_year_that_is_over_is_not_quoted_for_the_next_start(run: Run) -> None:
    """The second plan's year ended on 2026-07-01."""
    done = run("quote", "--product", str(MINATOMACHI), *FISH[:-2], "--json")
    problem = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["pointer"] for one in problem["errors"]] == ["/inception"]
    assert "2026-07-01より前" in problem["errors"][0]["message"]
