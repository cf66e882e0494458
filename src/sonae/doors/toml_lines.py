"""In which line of a TOML file a value stands, so that an error can say where to look."""

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\".]+)\s*=")


def lines_by_path(text: str) -> dict[Path, int]:
    """Map each table and key of a TOML text to its line, counted from 1. Values inside inline tables are not listed."""
    found: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _resolve(_keys(header[2]), counts, header[1] == "[[")
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            found.setdefault(table + _keys(key[1]), number)
    return found


def line_of(found: dict[Path, int], path: Path) -> int:
    """The line of the value at this path, or of the nearest table around it; 1 when nothing is nearer."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return 1


def _keys(dotted: str) -> Path:
    return tuple(part.strip().strip('"') for part in dotted.split("."))


def _resolve(keys: Path, counts: dict[Path, int], is_array: bool) -> Path:
    """Put the running index behind every array of tables on the way; a `[[…]]` header opens its next element."""
    table: Path = ()
    for depth, key in enumerate(keys):
        table = (*table, key)
        if is_array and depth == len(keys) - 1:
            counts[table] = counts.get(table, -1) + 1
        if table in counts:
            table = (*table, counts[table])
    return table
