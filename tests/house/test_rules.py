"""The house rules that a machine can hold: lint, types, import directions, what may stand in a file."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
CORE = sorted((ROOT / "src" / "sonae").glob("*.py"))
_SHELL = ("cli.py", "__main__.py")

# What no checkout holds, or only after the set-up (as .gitignore says; a bare machine has no git to ask).
_SKIPPED = {".git", ".venv", ".venv-tools", "var", "__pycache__", "build", "dist", "test-results", ".setup.lock"}
_BINARY = {".icc", ".mo", ".woff2", ".ttf", ".otf", ".png", ".pdf", ".ico", ".jpg"}


def files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name for name in folders
            if name not in _SKIPPED and not name.endswith(("_cache", ".egg-info")) and name != ".hypothesis"
        ]  # fmt: skip
        yield from (Path(folder) / name for name in names if name not in _SKIPPED and not name.startswith(".coverage"))


def texts() -> Iterator[tuple[str, str]]:
    """Path from the root and text of every file that people read."""
    for path in files():
        if path.suffix not in _BINARY and not path.is_symlink():
            name = str(path.relative_to(ROOT))
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                pytest.fail(f"{name} is not UTF-8; a binary file belongs into the list above")


def run(*words: str | Path) -> None:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint() -> None:
    run(BIN / "ruff", "check", "--quiet", "--output-format=concise", ".")


def test_types() -> None:
    """Strict on the core, the doors and the shell; Django's types by its plug-in, which reads the settings."""
    run(BIN / "mypy", "src/sonae")


def test_import_directions() -> None:
    run(BIN / "lint-imports", "--no-cache")


# --- the core is pure ---------------------------------------------------------------------------------------------

_PURE_LIBRARY = {
    "__future__", "abc", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "hashlib", "itertools", "json", "math", "operator", "re", "string", "types", "typing", "unicodedata",
    "zlib",
}  # fmt: skip
_COMPILED = {"numba", "numpy"}
_COMPILING = ("book", "impact", "simulation", "synthetic_book")  # the only core modules that price many at once
_IMPURE_CALLS = {"now", "today", "utcnow", "open", "print", "input", "exec", "eval", "__import__"}


def _core_modules() -> list[Path]:
    return [path for path in CORE if path.name not in _SHELL]


@pytest.mark.parametrize("path", _core_modules(), ids=lambda path: path.stem)
def test_the_core_is_pure(path: Path) -> None:
    """No clock, file, database, network, environment or framework in a module directly under src/sonae."""
    compiling = path.stem.startswith(_COMPILING)
    libraries = _PURE_LIBRARY | _COMPILED if compiling else _PURE_LIBRARY
    # Nothing that serves one member may wait for numpy, so it imports no module that does.
    core = {f"sonae.{module.stem}" for module in _core_modules() if compiling or not module.stem.startswith(_COMPILING)}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: relative import"
            module = node.module or ""
            imported = {f"sonae.{alias.name}" for alias in node.names} if module == "sonae" else {module}
        else:
            imported = set()
        for name in imported:
            assert name in core or name.split(".")[0] in libraries, f"{path.name}:{node.lineno}: imports {name}"
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in _IMPURE_CALLS, f"{path.name}:{node.lineno}: calls {called}()"


# --- nobody pays for the web who does not use it --------------------------------------------------------------------

_FRAMEWORKS = ("django", "granian", "ninja", "procrastinate", "typst", "whitenoise")
_WEB = (*_FRAMEWORKS, "psycopg", "sonae.web", "sonae.office.models")


def _loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\nimport sys; print('modules:', *sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.rsplit("modules:", 1)[1].split())


_QUOTE = """from sonae.cli import main
try: main("quote --industry D06 --sales 10億 --plan basic --set 3 --sheet-discount 30".split())
except SystemExit as end: assert not end.code, end.code"""


@pytest.mark.parametrize(
    "code",
    [
        "import sonae",
        "import sonae.rating, sonae.quotation",
        "import sonae.cli",
        _QUOTE,
    ],
    ids=["sonae", "core", "cli", "quote"],
)
def test_pricing_does_not_load_the_web(code: str) -> None:
    loaded = _loaded_by(code)
    assert not {name for name in loaded if name.startswith(_WEB)}
    if "cli" not in code:
        assert not {name for name in loaded if name.split(".")[0] in ("pydantic", "numpy", "click")}


def test_the_supervisor_loads_no_framework() -> None:
    loaded = _loaded_by("import sonae.office.supervisor, sonae.office.doctor, sonae.office.commands")
    assert not {name for name in loaded if name.split(".")[0] in (*_FRAMEWORKS, "pydantic")}


# --- what may stand in a file ---------------------------------------------------------------------------------------

# Written in parts, so that this file does not break its own rule.
_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"),
                                        ("debian", "org"), ("unpkg", "com"), ("jsdelivr", "net"))]  # fmt: skip
_MACHINE_PATH = re.compile(r"(?<![\w.~$}/<-])/(?:work|root|home|Users|opt)/[\w.-]+")
_LONGEST = 500  # lines that are read in one sitting
_READ_WHOLE = {".py", ".sh", ".html", ".js", ".typ", ".md"}


def test_no_machine_path_and_no_registry_stands_in_a_file() -> None:
    found = []
    for path, text in texts():
        found += [f"{path}: {host}" for host in _HOSTS if host in text and not path.endswith(("LICENSE", "OFL.txt"))]
        found += [f"{path}: {match}" for match in _MACHINE_PATH.findall(text)]
    assert not found


def test_every_file_is_read_in_one_sitting() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, text in texts()
        if Path(path).suffix in _READ_WHOLE and (lines := text.count("\n")) > _LONGEST and ".min." not in path
    ]
    assert not long


def test_text_files_are_tidy() -> None:
    """UTF-8 (read above), line feeds, one at the end, no tabs in code, no conflict left behind."""
    untidy = []
    for path, text in texts():
        if ".min." in path or "golden" in path or not text:
            continue
        if "\r" in text or not text.endswith("\n") or re.search(r"^(<<<<<<<|>>>>>>>)", text, re.MULTILINE):
            untidy.append(path)
        if Path(path).suffix in (".py", ".sh", ".toml", ".html") and "\t" in text:
            untidy.append(f"{path}: tab")
    assert not untidy


def test_every_vendored_file_is_named_in_the_notices() -> None:
    """What others made and we carry: minified scripts, fonts, and every folder with a licence of its own."""
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text("utf-8")
    for path in files():
        name = str(path.relative_to(ROOT))
        vendored = ".min." in path.name or path.suffix in (".woff2", ".ttf", ".otf", ".icc")
        licence = re.match(r"(LICEN[CS]E|OFL)", path.name) and path.parent != ROOT
        if vendored or licence:
            assert name in notices or f"{path.parent.relative_to(ROOT)}/" in notices, name


def test_every_licence_named_in_the_notices_is_there() -> None:
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text("utf-8")
    named = re.findall(r"`([\w./-]*(?:LICEN[CS]E|OFL)[\w.-]*)`", notices)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_no_test_is_skipped_and_no_check_is_a_stub() -> None:
    # A base class may ask for a method that is never called: then a comment says so on the line.
    skipping = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|raise NotImplementedError(?!.*#)")
    found = [path for path, text in texts() if path.endswith(".py") and skipping.search(text) and "house" not in path]
    assert not found
