"""The files of a product folder while they are read: their shapes, their lines, and every fault found so far."""

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sonae.doors import csv_shapes, product_files, shapes
from sonae.doors.toml_lines import Path, line_of, lines_by_path
from sonae.product import Source
from sonae.worksheet import Basis


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a product file, where it stands, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class BrokenProduct(Exception):
    """The folder is not a product. Carries every fault that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def content_hash(files: Mapping[str, bytes]) -> str:
    """sha256 over the sorted list of (relative path, sha256 of the bytes) of a folder's .toml and .csv files.

    Each entry is hashed as the path in UTF-8, a NUL byte, the hexadecimal digest and a line feed.
    """
    total = hashlib.sha256()
    for path in sorted(path for path in files if path.endswith((".toml", ".csv"))):
        total.update(path.encode() + b"\0" + hashlib.sha256(files[path]).hexdigest().encode() + b"\n")
    return total.hexdigest()


@dataclass
class Folder:
    """The files while they are being read: shapes, lines and the faults so far."""

    files: Mapping[str, bytes]
    faults: list[Fault] = field(default_factory=list)
    lines: dict[str, dict[Path, int]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[str, tuple[str, Path | int]] = field(default_factory=dict)
    """Where each basis stands: its `where`, then the file and the path or line."""

    def fault(self, file: str, path: Path | int, reason: str) -> None:
        """Note a fault; `path` is a path inside a TOML file, or a line of a CSV file."""
        line = path if isinstance(path, int) else line_of(self.lines.get(file, {}), path)
        self.faults.append(Fault(file, line, reason))

    def stop_if_broken(self) -> None:
        if self.faults:
            raise BrokenProduct(self.faults)

    def text(self, file: str) -> str | None:
        raw = self.files.get(file)
        if raw is None:
            if file not in product_files.OPTIONAL_FILES:
                self.fault(file, 1, "the file is missing")
            return None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as wrong:
            self.fault(file, raw[: wrong.start].count(b"\n") + 1, "the file is not UTF-8")
            return None
        if text.startswith("\ufeff"):
            self.fault(file, 1, "the file starts with a byte order mark; save it as plain UTF-8")
            return None
        return text

    def toml(self, file: str) -> Any:
        """The file as its shape, or None with the faults noted."""
        text = self.text(file)
        if text is None:
            return None
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            self.fault(file, _line_in(str(wrong)), f"not TOML: {wrong}")
            return None
        self.lines[file] = lines_by_path(text)
        try:
            return product_files.TOML_FILES[file].model_validate(tables)
        except ValidationError as wrong:
            for error in wrong.errors():
                path = tuple(error["loc"])
                self.fault(file, path, f"{dotted(path)}: {error['msg']}")
            return None

    def csv(self, file: str) -> list[tuple[int, Any]]:
        """The rows of the file as their shape, each with its line."""
        text = self.text(file)
        if text is None:
            return []
        model = csv_shapes.CSV_FILES[file]
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows: list[tuple[int, Any]] = []
        headers = reader.fieldnames or []
        wanted = [csv_shapes.header_of(file, name) for name in model.model_fields]
        for header in wanted:
            if header not in headers:
                self.fault(file, 1, f"the column {header} is missing")
        if len(set(headers)) != len(headers):
            self.fault(file, 1, "a column is there twice")
        if any(header not in headers for header in wanted):
            return []
        back = {csv_shapes.header_of(file, name): name for name in model.model_fields}
        for cells in reader:
            line = reader.line_num
            if None in cells or None in cells.values():
                self.fault(file, line, "the row has not as many cells as the header")
                continue
            try:
                rows.append((line, model.model_validate({back.get(key, key): cell for key, cell in cells.items()})))
            except ValidationError as wrong:
                for error in wrong.errors():
                    self.fault(file, line, f"{dotted(tuple(error['loc']))}: {error['msg']}")
        return rows

    def basis(self, file: str, path: Path | int, where: str, source: str, status: Any, reason: str) -> Basis:
        """A basis whose source exists and whose reason is given when it is a judgement."""
        if source not in self.sources:
            self.fault(file, path, f"{where}: source {source!r} is not in sources.csv")
        if status == "assumed" and not reason:
            self.fault(file, path, f"{where}: an assumed value needs a reason")
        found = Basis(f"{file}:{where}", source, status, reason)
        self.places[found.where] = (file, path)
        return found

    def fault_at(self, basis: Basis, reason: str) -> None:
        """Note a fault of the value that has this basis."""
        file, path = self.places[basis.where]
        self.fault(file, path, reason)

    def ground(self, file: str, path: Path, shape: shapes.Grounded, around: Basis | None) -> Basis:
        """The basis of a table: its own source and status, else those of the table around it."""
        source = shape.source or (around.source if around else "")
        status = shape.status or (around.status if around else None)
        if not source or status is None:
            self.fault(file, path, f"{dotted(path) or 'the file'}: a source and a status are needed")
            return Basis(f"{file}:{dotted(path)}", "", "assumed", "")
        same = around is not None and (source, status) == (around.source, around.status)
        reason = shape.reason or (around.reason if around and (same or status == around.status) else "")
        if status != "assumed" and shape.reason is None:
            reason = ""
        # A table without values of its own may leave the reason to the tables in it.
        holds_only_tables = not path
        if holds_only_tables:
            return Basis(f"{file}:", source, status, reason)
        return self.basis(file, path, dotted(path), source, status, reason)


def row_basis(folder: Folder, file: str, line: int, where: str, row: Any) -> Basis:
    """The basis of a CSV row, from its source, status and reason columns."""
    return folder.basis(file, line, where, row.source, row.status, row.reason)


def unique(folder: Folder, file: str, rows: Iterable[tuple[int, Any]], key: str) -> Iterator[tuple[int, Any]]:
    """The rows, with a fault for every key that was there before."""
    seen: set[Any] = set()
    for line, row in rows:
        value = getattr(row, key)
        if value in seen:
            folder.fault(file, line, f"{key} {value} is there twice")
        seen.add(value)
        yield line, row


def dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _line_in(message: str) -> int:
    """The line that tomllib names in its message ("… (at line 3, column 7)")."""
    _, _, tail = message.partition("at line ")
    digits = tail.split(",")[0].rstrip(")")
    return int(digits) if digits.isdigit() else 1
