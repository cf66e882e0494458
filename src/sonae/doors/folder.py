"""From the files of a product folder to a `Product`, or to every fault in them by file, line and reason.

The loader checks at once what can be checked in milliseconds: types, names, bands, sources and the published
examples. What a cover grants is enumerated by `proof`.
"""

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from sonae.conditions import COVERAGES, TERMS_ONLY, Condition, Test
from sonae.doors import shapes
from sonae.doors.toml_lines import Path, line_of, lines_by_path
from sonae.product import (
    Calendar,
    Clause,
    Constant,
    CoveredEvent,
    CurveRow,
    Grant,
    HeadOfLoss,
    Industry,
    IndustryName,
    KnownCase,
    NotGranted,
    Plan,
    PrintedMark,
    Product,
    PublishedExample,
    Rider,
    Rule,
    Set,
    Source,
    Text,
)
from sonae.rating import Tariff
from sonae.worksheet import Basis

ShapeT = TypeVar("ShapeT", bound=shapes.Shape)


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
            if file not in shapes.OPTIONAL_FILES:
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
            return shapes.TOML_FILES[file].model_validate(tables)
        except ValidationError as wrong:
            for error in wrong.errors():
                path = tuple(error["loc"])
                self.fault(file, path, f"{_dotted(path)}: {error['msg']}")
            return None

    def csv(self, file: str) -> list[tuple[int, Any]]:
        """The rows of the file as their shape, each with its line."""
        text = self.text(file)
        if text is None:
            return []
        model = shapes.CSV_FILES[file]
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows: list[tuple[int, Any]] = []
        headers = reader.fieldnames or []
        wanted = [shapes.header_of(file, name) for name in model.model_fields]
        for header in wanted:
            if header not in headers:
                self.fault(file, 1, f"the column {header} is missing")
        if len(set(headers)) != len(headers):
            self.fault(file, 1, "a column is there twice")
        if any(header not in headers for header in wanted):
            return []
        back = {shapes.header_of(file, name): name for name in model.model_fields}
        for cells in reader:
            line = reader.line_num
            if None in cells or None in cells.values():
                self.fault(file, line, "the row has not as many cells as the header")
                continue
            try:
                rows.append((line, model.model_validate({back.get(key, key): cell for key, cell in cells.items()})))
            except ValidationError as wrong:
                for error in wrong.errors():
                    self.fault(file, line, f"{_dotted(tuple(error['loc']))}: {error['msg']}")
        return rows

    def basis(self, file: str, path: Path | int, where: str, source: str, status: Any, reason: str) -> Basis:
        """A basis whose source exists and whose reason is given when it is a judgement."""
        if source not in self.sources:
            self.fault(file, path, f"{where}: source {source!r} is not in sources.csv")
        if status == "assumed" and not reason:
            self.fault(file, path, f"{where}: an assumed value needs a reason")
        return Basis(f"{file}:{where}", source, status, reason)

    def ground(self, file: str, path: Path, shape: shapes.Grounded, around: Basis | None) -> Basis:
        """The basis of a table: its own source and status, else those of the table around it."""
        source = shape.source or (around.source if around else "")
        status = shape.status or (around.status if around else None)
        if not source or status is None:
            self.fault(file, path, f"{_dotted(path) or 'the file'}: a source and a status are needed")
            return Basis(f"{file}:{_dotted(path)}", "", "assumed", "")
        same = around is not None and (source, status) == (around.source, around.status)
        reason = shape.reason or (around.reason if around and (same or status == around.status) else "")
        if status != "assumed" and shape.reason is None:
            reason = ""
        # A table without values of its own may leave the reason to the tables in it.
        holds_only_tables = not path
        if holds_only_tables:
            return Basis(f"{file}:", source, status, reason)
        return self.basis(file, path, _dotted(path), source, status, reason)


def read_product(files: Mapping[str, bytes]) -> Product:
    """Read a product folder: relative path → bytes. Raises `BrokenProduct` with every fault found."""
    folder = Folder(files)
    known = {*shapes.TOML_FILES, *shapes.CSV_FILES}
    for file in sorted(files):
        if file.endswith((".toml", ".csv")) and file not in known:
            folder.fault(file, 1, "no such file belongs to a product")
    folder.sources = {
        row.key: Source(row.key, Text(row.title_ja, row.title_en), row.where_found)
        for _, row in folder.csv("sources.csv")
    }
    tables = {file: folder.toml(file) for file in shapes.TOML_FILES}
    rows = {file: folder.csv(file) for file in shapes.CSV_FILES if file != "sources.csv"}
    folder.stop_if_broken()

    from sonae.doors.fitting import check_fit  # the checks read the finished product, so they stand in a file apart
    from sonae.doors.sheet_file import read_sheet

    constants, bases = _tariff_constants(folder, tables["tariff.toml"])
    industries = _industries(folder, rows["industries.csv"])
    riders = _riders(folder, tables["riders.toml"])
    rules = _rules(folder, tables["eligibility.toml"])
    rules += [rule for rider in riders.values() for rule in rider.rules]
    order = ("decline", "refer", "warn")
    events = _events(folder, rows["events.csv"])
    heads = _heads(folder, rows["heads.csv"])
    curve = {file: _curve(folder, file, rows[file]) for file in rows if file.endswith(("_curve.csv", "_limits.csv"))}
    needed = {"liability_share", "expense_share", "group_discount", "unit", "minimum"}
    for name in sorted(needed - constants.keys()):
        folder.fault("tariff.toml", ("constants",), f"the constant {name} is missing")
    for name in sorted(constants.keys() - needed):
        folder.fault("tariff.toml", ("constants", name), f"there is no constant {name}")
    folder.stop_if_broken()

    head = tables["product.toml"]
    head_basis = folder.ground("product.toml", (), head, None)
    product = Product(
        id=head.id,
        hash=content_hash(files),
        scheme=head.scheme,
        name=Text(head.name_ja, head.name_en),
        year=Text(head.year.year_ja, head.year.year_en),
        federation=Text(head.federation_ja, head.federation_en),
        insurer=Text(head.insurer.insurer_ja, head.insurer.insurer_en),
        wording=Text(head.wording_ja, head.wording_en),
        approval_no=head.approval.approval_no,
        approval_valid_until=head.approval.approval_valid_until,
        valid_from=head.year.valid_from,
        valid_until=head.year.valid_until,
        currency=head.currency,
        notes=_notes(folder, head.notes),
        basis=head_basis,
        sources=folder.sources,
        industries=industries,
        industry_names=tuple(IndustryName(row.code, row.name, row.reading) for _, row in rows["industry_names.csv"]),
        plans=_plans(folder, tables["plans.toml"]),
        sets=_sets(folder, rows["sets.csv"]),
        riders=riders,
        clauses=_clauses(folder, tables["clauses.toml"]),
        not_granted=_not_granted(folder, tables["not_granted.toml"]),
        printed_marks=tuple(
            PrintedMark(row.coverage, row.kind, row.code, row.plan, row.mark, _row_basis(folder, "printed_marks.csv", line, f"{row.coverage}.{row.code}.{row.plan}", row))
            for line, row in rows["printed_marks.csv"]
        ),
        events=events,
        heads=heads,
        rules=tuple(sorted(rules, key=lambda rule: order.index(rule.effect))),
        sheet=read_sheet(folder, tables["sheet.toml"]),
        calendar=_calendar(folder, tables["calendar.toml"]),
        examples=_examples(folder, rows["examples.csv"], riders),
        cases=_cases(folder, tables["cases.toml"]),
        sales_curve=curve["sales_curve.csv"],
        it_sales_curve=curve["it_sales_curve.csv"],
        menus={coverage: curve[f"{coverage}_limits.csv"] for coverage in COVERAGES},
        constants=constants,
        business_income_bases=bases,
        tariff=Tariff(
            sales_at=tuple(row.at for row in curve["sales_curve.csv"]),
            sales_factor=tuple(row.factor for row in curve["sales_curve.csv"]),
            it_sales_at=tuple(row.at for row in curve["it_sales_curve.csv"]),
            it_sales_factor=tuple(row.factor for row in curve["it_sales_curve.csv"]),
            liability_share=constants["liability_share"].value,
            expense_share=constants["expense_share"].value,
            group_discount=constants["group_discount"].value,
            unit=constants["unit"].value,
            minimum=constants["minimum"].value,
        ),
    )
    folder.stop_if_broken()
    check_fit(folder, product, {file: [line for line, _ in found] for file, found in rows.items()})
    folder.stop_if_broken()
    return product


def _row_basis(folder: Folder, file: str, line: int, where: str, row: Any) -> Basis:
    return folder.basis(file, line, where, row.source, row.status, row.reason)


def _curve(folder: Folder, file: str, rows: list[tuple[int, Any]]) -> tuple[CurveRow, ...]:
    return tuple(CurveRow(row.at, row.factor, _row_basis(folder, file, line, str(row.at), row)) for line, row in rows)


def unique(folder: Folder, file: str, rows: Iterable[tuple[int, Any]], key: str) -> Iterator[tuple[int, Any]]:
    """The rows, with a fault for every key that was there before."""
    seen: set[Any] = set()
    for line, row in rows:
        value = getattr(row, key)
        if value in seen:
            folder.fault(file, line, f"{key} {value} is there twice")
        seen.add(value)
        yield line, row


def _industries(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, Industry]:
    file = "industries.csv"
    found = {}
    for line, row in unique(folder, file, rows, "code"):
        basis = _row_basis(folder, file, line, f"{row.code}.core_base", row)
        other = folder.basis(file, line, f"{row.code}", row.other_source, row.other_status, row.other_reason)
        factors: dict[str, int] = {}
        marks: dict[str, str] = {"it_industry": "1" if row.it_industry else "0"}
        for column, cell in (row.model_extra or {}).items():
            if column.endswith("_factor"):
                try:
                    factors[column.removesuffix("_factor")] = shapes.whole(cell)
                except ValueError as wrong:
                    folder.fault(file, line, f"{column}: {wrong}")
            else:
                marks[column] = cell
        said = row.also_of.split()
        found[row.code] = Industry(
            code=row.code,
            jsic=row.jsic,
            name=Text(row.name_ja, row.name_en),
            core_base=row.core_base,
            factors=factors,
            business_income_class=row.business_income_class,
            it_industry=row.it_industry,
            gross_margin=row.gross_margin,
            marks=marks,
            basis=basis,
            factor_bases={
                name: Basis(f"{file}:{row.code}.{name}_factor", held.source, held.status, held.reason)
                for name in factors
                for held in [basis if name in said else other]
            },
            other_basis=other,
        )
    return found


def _plans(folder: Folder, table: Any) -> dict[str, Plan]:
    file = "plans.toml"
    around = folder.ground(file, (), table, None)
    found = {}
    for code, shape in table.plans.items():
        path: Path = ("plans", code)
        basis = folder.ground(file, path, shape, around)
        found[code] = Plan(
            code=code,
            name=Text(shape.name_ja, shape.name_en),
            tagline=Text(shape.tagline_ja, shape.tagline_en),
            clauses=tuple(shape.clauses),
            factor_name=shape.factor,
            it_base=_constant(folder, file, (*path, "it_base"), shape.it_base, basis) if shape.it_base else None,
            basis=basis,
        )
    return found


def _constant(folder: Folder, file: str, path: Path, shape: Any, around: Basis) -> Constant:
    return Constant(shape.value, folder.ground(file, path, shape, around))


def _sets(folder: Folder, rows: list[tuple[int, Any]]) -> dict[int, Set]:
    file = "sets.csv"
    return {
        row.set: Set(
            number=row.set,
            name=Text(row.name_ja, row.name_en),
            free=row.free,
            limits={name: limit for name in COVERAGES if (limit := getattr(row, name)) is not None},
            deductibles={name: getattr(row, f"deductible_{name}") for name in COVERAGES},
            attaches=tuple(row.attaches.split()),
            basis=_row_basis(folder, file, line, str(row.set), row),
        )
        for line, row in unique(folder, file, rows, "set")
    }


def _condition(folder: Folder, file: str, path: Path, shape: Any) -> Condition:
    """The one condition that a table names."""
    named = [name for test in Test for name in (test.name, f"not_{test.name}") if getattr(shape, name) is not None]
    if len(named) != 1:
        folder.fault(file, path, f"{_dotted(path)}: exactly one condition is needed, not {len(named)}")
        return Condition(Test.set_in, ())
    name = named[0]
    wanted = not name.startswith("not_")
    test = Test[name if wanted else name.removeprefix("not_")]
    parameter = getattr(shape, name)
    if test in (Test.industry_marked, Test.limit_over):
        if len(parameter) != 1:
            folder.fault(file, path, f"{_dotted(path)}: {name} takes exactly one pair")
        parameter = next(iter(parameter.items()))
    elif test is Test.limit_over_margin:
        parameter = (parameter.coverage, parameter.days, *parameter.times)
    elif isinstance(parameter, list):
        parameter = tuple(parameter)
    return Condition(test, parameter, wanted)


def _when(folder: Folder, file: str, path: Path, shapes_: Iterable[Any]) -> tuple[Condition, ...]:
    return tuple(_condition(folder, file, (*path, "when", i), shape) for i, shape in enumerate(shapes_))


def _riders(folder: Folder, table: Any) -> dict[str, Rider]:
    file = "riders.toml"
    around = folder.ground(file, (), table, None)
    found = {}
    for code, shape in table.riders.items():
        path: Path = ("riders", code)
        basis = folder.ground(file, path, shape, around)
        attached = Condition(Test.attached, code)
        needs, rules = [], []
        for kind, entries in (("needs", shape.needs), ("forbids", shape.forbids)):
            for number, entry in enumerate(entries):
                place = (*path, kind, number)
                condition = _condition(folder, file, place, entry)
                broken = Condition(condition.test, condition.parameter, condition.wanted != (kind == "needs"))
                if condition.test in TERMS_ONLY:
                    needs.append(Condition(condition.test, condition.parameter, not broken.wanted))
                rules.append(
                    Rule(
                        code=entry.code,
                        effect="decline",
                        when=(attached, broken),
                        message=Text(entry.message_ja, entry.message_en),
                        pointer=entry.pointer,
                        basis=folder.ground(file, place, entry, basis),
                    )
                )
        factor = shape.business_income_factor
        found[code] = Rider(
            code=code,
            name=Text(shape.name_ja, shape.name_en),
            plain=Text(shape.plain_ja, shape.plain_en),
            clause=shape.clause,
            rates=shape.rates,
            plan_factor_name=shape.plan_factor,
            business_income_factor=_constant(folder, file, (*path, "business_income_factor"), factor, basis)
            if factor
            else None,
            needs=tuple(needs),
            rules=tuple(rules),
            basis=basis,
        )
    return found


def _rules(folder: Folder, table: Any) -> list[Rule]:
    file = "eligibility.toml"
    around = folder.ground(file, (), table, None)
    found = []
    for number, shape in enumerate(table.rules):
        path: Path = ("rules", number)
        basis = folder.ground(file, path, shape, around)
        found.append(
            Rule(
                code=shape.code,
                effect=shape.effect,
                when=_when(folder, file, path, shape.when),
                message=Text(shape.message_ja, shape.message_en),
                pointer=shape.pointer,
                basis=Basis(f"{file}:{shape.code}", basis.source, basis.status, basis.reason),
            )
        )
    return found


def _grants(folder: Folder, file: str, path: Path, entries: Iterable[Any], around: Basis) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            events=tuple(entry.events),
            heads=tuple(entry.heads),
            when=_when(folder, file, (*path, number), entry.when),
            basis=folder.ground(file, (*path, number), entry, around),
        )
        for number, entry in enumerate(entries)
    )


def _clauses(folder: Folder, table: Any) -> dict[str, Clause]:
    file = "clauses.toml"
    around = folder.ground(file, (), table, None)
    found = {}
    for code, shape in table.clauses.items():
        path: Path = ("clauses", code)
        basis = folder.ground(file, path, shape, around)
        found[code] = Clause(
            code=code,
            name=Text(shape.name_ja, shape.name_en),
            always=shape.always,
            grants=_grants(folder, file, (*path, "grants"), shape.grants, basis),
            withdraws=_grants(folder, file, (*path, "withdraws"), shape.withdraws, basis),
            basis=basis,
        )
    return found


def _not_granted(folder: Folder, table: Any) -> tuple[NotGranted, ...]:
    file = "not_granted.toml"
    around = folder.ground(file, (), table, None)
    return tuple(
        NotGranted(
            events=tuple(shape.events),
            heads=tuple(shape.heads),
            when=_when(folder, file, ("not_granted", number), shape.when),
            reason=Text(shape.reason_ja, shape.reason_en),
            basis=folder.ground(file, ("not_granted", number), shape, around),
        )
        for number, shape in enumerate(table.not_granted)
    )


def _events(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, CoveredEvent]:
    file = "events.csv"
    return {
        row.code: CoveredEvent(
            code=row.code,
            number=row.number,
            name=Text(row.name_ja, row.name_en),
            plain=Text(row.plain_ja, row.plain_en),
            basis=_row_basis(folder, file, line, row.code, row),
        )
        for line, row in unique(folder, file, rows, "code")
    }


def _heads(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, HeadOfLoss]:
    file = "heads.csv"
    victims = ("individual", "corporate", "injury")
    found = {}
    for line, row in unique(folder, file, rows, "code"):
        found[row.code] = HeadOfLoss(
            code=row.code,
            number=row.number,
            coverage=row.coverage,
            name=Text(row.name_ja, row.name_en),
            plain_ja=row.plain_ja,
            within_limit=row.within_limit,
            needs_prior_approval=row.needs_prior_approval,
            sublimit=row.sublimit,
            sublimit_basis=row.sublimit_basis,
            per_victim={kind: cap for kind in victims if (cap := getattr(row, f"per_victim_{kind}")) is not None},
            ratio=row.ratio,
            basis=_row_basis(folder, file, line, row.code, row),
            terms_basis=folder.basis(file, line, f"{row.code}.terms", row.other_source, row.other_status, row.other_reason),
            ratio_basis=folder.basis(file, line, f"{row.code}.ratio", row.ratio_source, row.ratio_status, row.ratio_reason),
        )
    return found


def _tariff_constants(folder: Folder, table: Any) -> tuple[dict[str, Constant], dict[str, Constant]]:
    file = "tariff.toml"
    around = folder.ground(file, (), table, None)
    groups = [
        {code: _constant(folder, file, (name, code), shape, around) for code, shape in getattr(table, name).items()}
        for name in ("constants", "business_income_bases")
    ]
    return groups[0], groups[1]


def _calendar(folder: Folder, table: Any) -> Calendar:
    file = "calendar.toml"
    around = folder.ground(file, (), table, None)
    shape = table.calendar
    return Calendar(
        group_year_month=shape.group_year_month,
        group_year_day=shape.group_year_day,
        start_hour=shape.start_hour,
        lag_months=shape.lag_months,
        quotation_valid_days=shape.quotation_valid_days,
        basis=folder.ground(file, ("calendar",), shape, around),
    )


def _notes(folder: Folder, table: Mapping[str, Any]) -> dict[str, Text]:
    """[notes]: a sentence in two languages each, beside the table's own source and status."""
    found = {}
    for code, sentence in table.items():
        if code in ("source", "status", "reason"):
            continue
        if not isinstance(sentence, dict) or set(sentence) != {"ja", "en"}:
            folder.fault("product.toml", ("notes", code), f"notes.{code}: `ja` and `en` are needed")
            continue
        found[code] = Text(str(sentence["ja"]), str(sentence["en"]))
    return found


def _examples(folder: Folder, rows: list[tuple[int, Any]], riders: Mapping[str, Rider]) -> tuple[PublishedExample, ...]:
    it_rider = next((rider.code for rider in riders.values() if rider.rates == "it_business"), None)
    income_rider = next((rider.code for rider in riders.values() if rider.rates == "business_income"), None)
    found = []
    for line, row in rows:
        limits = {name: limit for name in COVERAGES if (limit := getattr(row, name)) is not None}
        chosen = []
        if row.it_business and it_rider is not None:
            chosen.append(it_rider)
        if "business_income" in limits and income_rider is not None:
            chosen.append(income_rider)
        found.append(
            PublishedExample(
                industry=row.industry,
                annual_sales=row.annual_sales,
                plan=row.plan,
                set=row.set,
                limits=limits,
                riders=tuple(chosen),
                it_sales=row.it_sales,
                security_discount=row.security_discount,
                premium=row.premium,
                basis=_row_basis(folder, "examples.csv", line, f"{row.industry}.{row.plan}.{row.set}", row),
            )
        )
    return tuple(found)


def _cases(folder: Folder, table: Any) -> tuple[KnownCase, ...]:
    if table is None:
        return ()
    file = "cases.toml"
    around = folder.ground(file, (), table, None)
    found = []
    for number, case in enumerate(table.cases):
        for key in ("code", "name_ja", "name_en"):
            if not isinstance(case.get(key), str):
                folder.fault(file, ("cases", number), f"cases.{number}.{key} is missing")
        found.append(
            KnownCase(
                code=str(case.get("code")),
                title=Text(str(case.get("name_ja")), str(case.get("name_en"))),
                rows=case,
                basis=Basis(f"{file}:{case.get('code')}", around.source, around.status, around.reason),
            )
        )
    return tuple(found)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _line_in(message: str) -> int:
    """The line that tomllib names in its message ("… (at line 3, column 7)")."""
    _, _, tail = message.partition("at line ")
    digits = tail.split(",")[0].rstrip(")")
    return int(digits) if digits.isdigit() else 1

