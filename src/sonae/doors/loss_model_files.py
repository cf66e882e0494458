"""From a folder of loss-model files to a `LossModel`, strictly: every fault with its file and line.

The frozen values of the core are the shapes of the rows; a column more or less than theirs is a fault.
"""

import csv
import dataclasses
import io
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sonae.doors.files import BrokenProduct, Fault, content_hash
from sonae.loss_model import (
    Amount,
    Cards,
    Caution,
    CommonFactor,
    Exposure,
    Feeds,
    Forensics,
    IndustryProfile,
    LossModel,
    Minor,
    Notice,
    Notices,
    Outage,
    Peril,
    Reach,
    Scenario,
    Sensitivities,
    SharedYear,
    Size,
    Stoppage,
)

T = TypeVar("T")

_TABLES: dict[str, type] = {
    "warning": Caution,
    "feeds": Feeds,
    "size": Size,
    "shared_year": SharedYear,
    "common_factor": CommonFactor,
    "minor": Minor,
    "exposure": Exposure,
    "forensics": Forensics,
    "notices": Notices,
    "cards": Cards,
    "outage": Outage,
    "reach": Reach,
    "sensitivities": Sensitivities,
}
_GROUND = ("source", "status", "reason")


def read_loss_model(name: str, files: Mapping[str, bytes]) -> LossModel:
    """The loss model of these files. Raises BrokenProduct with every fault found."""
    reading = _Reading(files)
    sources = {
        row["key"]: (row["title_ja"], row["title_en"])
        for _, row in reading.rows("sources.csv", ("key", "title_ja", "title_en", "where_found"))
    }
    reading.sources = frozenset(sources)
    head, tables = reading.model()
    perils = reading.keyed("perils.csv", Peril, "code")
    amounts = tuple(row for _, row in reading.shaped("amounts.csv", Amount))
    notices = reading.keyed("notices.csv", Notice, "peril")
    stoppages = reading.keyed("stoppages.csv", Stoppage, "peril")
    scenarios = reading.keyed("scenarios.csv", Scenario, "code")
    industries = reading.keyed("industries.csv", IndustryProfile, "code")
    for file, named in (
        ("amounts.csv", {row.peril for row in amounts}),
        ("notices.csv", notices.keys()),
        ("stoppages.csv", stoppages.keys()),
        ("scenarios.csv", {row.peril for row in scenarios.values() if row.peril}),
    ):
        for code in sorted(named - perils.keys()):
            reading.fault(file, 1, f"the peril {code} is not in perils.csv")
    changed = tables["sensitivities"]
    if changed is not None and changed.scenario not in scenarios:
        reading.fault("model.toml", 1, f"the scenario {changed.scenario} is not in scenarios.csv")
    reading.stop_if_broken()
    return LossModel(
        id=name,
        hash=content_hash(files),
        **head,
        **tables,
        perils=perils,
        amounts=amounts,
        notice_rows=notices,
        stoppages=stoppages,
        scenarios=scenarios,
        industries=industries,
        sources=sources,
    )


class _Reading:
    """The files while they are read, with the faults so far."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.sources: frozenset[str] = frozenset()

    def fault(self, file: str, line: int, reason: str) -> None:
        self.faults.append(Fault(file, line, reason))

    def stop_if_broken(self) -> None:
        if self.faults:
            raise BrokenProduct(self.faults)

    def text(self, file: str) -> str:
        try:
            return self.files[file].decode("utf-8")
        except KeyError:
            self.fault(file, 1, "the file is missing")
        except UnicodeDecodeError:
            self.fault(file, 1, "the file is not UTF-8")
        return ""

    def rows(self, file: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, Any]]]:
        """The rows of a CSV file with exactly these columns, each with its line."""
        reader = csv.DictReader(io.StringIO(self.text(file), newline=""), strict=True)
        headers = list(reader.fieldnames or ())
        if sorted(headers) != sorted(columns):
            wrong = sorted(set(headers) ^ set(columns)) or ["a column is there twice"]
            self.fault(file, 1, f"the columns are not the file's: {', '.join(wrong)}")
            return []
        found = []
        try:
            for cells in reader:
                if None in cells or None in cells.values():
                    self.fault(file, reader.line_num, "the row has not as many cells as the header")
                else:
                    found.append((reader.line_num, dict(cells)))
        except csv.Error as wrong:
            self.fault(file, reader.line_num, f"not CSV: {wrong}")
        return found

    def shaped(self, file: str, shape: type[T]) -> list[tuple[int, T]]:
        """The rows as values of the core."""
        fields = dataclasses.fields(shape)  # type: ignore[arg-type]
        adapter = TypeAdapter(shape)
        found = []
        for line, cells in self.rows(file, tuple(field.name for field in fields)):
            # An empty cell is "no value" where the field may be without one, and an empty word elsewhere.
            optional = {field.name for field in fields if "None" in str(field.type)}
            words = {key: None if value == "" and key in optional else value for key, value in cells.items()}
            row = self.validated(file, line, adapter, words)
            if row is not None:
                found.append((line, row))
        return found

    def keyed(self, file: str, shape: type[T], key: str) -> dict[str, T]:
        """The rows by their key; a key twice is a fault."""
        found: dict[str, T] = {}
        for line, row in self.shaped(file, shape):
            code = getattr(row, key)
            if code in found:
                self.fault(file, line, f"{key} {code} is there twice")
            found[code] = row
        return found

    def model(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """model.toml: the words of its head, and its tables; a table without a ground has the file's."""
        file = "model.toml"
        try:
            words = tomllib.loads(self.text(file))
        except tomllib.TOMLDecodeError as wrong:
            self.fault(file, 1, f"not TOML: {wrong}")
            self.stop_if_broken()
            raise AssertionError("a fault stops") from wrong
        head = {name: words.get(name, "") for name in ("name_ja", "name_en", *_GROUND)}
        for name in sorted(words.keys() - head.keys() - _TABLES.keys()):
            self.fault(file, 1, f"{name} is no table of a loss model")
        tables: dict[str, Any] = {}
        for name, shape in _TABLES.items():
            fields = {field.name for field in dataclasses.fields(shape)}
            given = words.get(name, {})
            if "source" in fields:
                given = {key: head[key] for key in _GROUND} | given
                if "status" in words.get(name, {}) and given["status"] != "assumed":
                    given["reason"] = words[name].get("reason", "")
            for extra in sorted(given.keys() - fields):
                self.fault(file, 1, f"{name}.{extra} is not known")
            tables[name] = self.validated(file, 1, TypeAdapter(shape), given)
        return head, tables

    def validated(self, file: str, line: int, adapter: TypeAdapter[T], words: dict[str, Any]) -> T | None:
        try:
            row = adapter.validate_python(words)
        except ValidationError as wrong:
            for error in wrong.errors():
                self.fault(file, line, f"{'.'.join(map(str, error['loc']))}: {error['msg']}")
            return None
        source, status = getattr(row, "source", None), getattr(row, "status", None)
        if source is not None and source not in self.sources:
            self.fault(file, line, f"source {source!r} is not in sources.csv")
        if status == "assumed" and not getattr(row, "reason", ""):
            self.fault(file, line, "an assumed value needs a reason")
        return row
