"""Each file of a product folder as the core's types: industries, sets, riders, clauses, rules and the rest."""

from collections.abc import Iterable, Mapping
from typing import Any

from sonae.conditions import COVERAGES, TERMS_ONLY, Condition, Test
from sonae.doors import csv_shapes
from sonae.doors.files import Folder, dotted, row_basis, unique
from sonae.doors.toml_lines import Path
from sonae.product import (
    Calendar,
    Clause,
    Constant,
    CoveredEvent,
    CurveRow,
    Grant,
    HeadOfLoss,
    Industry,
    NotGranted,
    Plan,
    PrintedMark,
    PublishedExample,
    Rider,
    Rule,
    Set,
    Text,
)
from sonae.worksheet import Basis


def read_curve(folder: Folder, file: str, rows: list[tuple[int, Any]]) -> tuple[CurveRow, ...]:
    return tuple(CurveRow(row.at, row.factor, row_basis(folder, file, line, str(row.at), row)) for line, row in rows)


def read_industries(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, Industry]:
    file = "industries.csv"
    found = {}
    for line, row in unique(folder, file, rows, "code"):
        basis = row_basis(folder, file, line, f"{row.code}.core_base", row)
        other = folder.basis(file, line, f"{row.code}", row.other_source, row.other_status, row.other_reason)
        factors: dict[str, int] = {}
        marks: dict[str, str] = {"it_industry": "1" if row.it_industry else "0"}
        for column, cell in (row.model_extra or {}).items():
            if column.endswith("_factor"):
                try:
                    factors[column.removesuffix("_factor")] = csv_shapes.whole(cell)
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


def read_plans(folder: Folder, table: Any) -> dict[str, Plan]:
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


def read_sets(folder: Folder, rows: list[tuple[int, Any]]) -> dict[int, Set]:
    file = "sets.csv"
    return {
        row.set: Set(
            number=row.set,
            name=Text(row.name_ja, row.name_en),
            free=row.free,
            limits={name: limit for name in COVERAGES if (limit := getattr(row, name)) is not None},
            deductibles={name: getattr(row, f"deductible_{name}") for name in COVERAGES},
            attaches=tuple(row.attaches.split()),
            basis=row_basis(folder, file, line, str(row.set), row),
        )
        for line, row in unique(folder, file, rows, "set")
    }


def _condition(folder: Folder, file: str, path: Path, shape: Any) -> Condition:
    """The one condition that a table names."""
    named = [name for test in Test for name in (test.name, f"not_{test.name}") if getattr(shape, name) is not None]
    if len(named) != 1:
        folder.fault(file, path, f"{dotted(path)}: exactly one condition is needed, not {len(named)}")
        return Condition(Test.set_in, ())
    name = named[0]
    wanted = not name.startswith("not_")
    test = Test[name if wanted else name.removeprefix("not_")]
    parameter = getattr(shape, name)
    if test in (Test.industry_marked, Test.limit_over):
        if len(parameter) != 1:
            folder.fault(file, path, f"{dotted(path)}: {name} takes exactly one pair")
        parameter = next(iter(parameter.items()))
    elif test is Test.limit_over_margin:
        parameter = (parameter.coverage, parameter.days, *parameter.times)
    elif isinstance(parameter, list):
        parameter = tuple(parameter)
    return Condition(test, parameter, wanted)


def _when(folder: Folder, file: str, path: Path, shapes_: Iterable[Any]) -> tuple[Condition, ...]:
    return tuple(_condition(folder, file, (*path, "when", i), shape) for i, shape in enumerate(shapes_))


def read_riders(folder: Folder, table: Any) -> dict[str, Rider]:
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


def read_rules(folder: Folder, table: Any) -> list[Rule]:
    file = "eligibility.toml"
    around = folder.ground(file, (), table, None)
    found = []
    for number, shape in enumerate(table.rules):
        path: Path = ("rules", number)
        ground = folder.ground(file, path, shape, around)
        basis = Basis(f"{file}:{shape.code}", ground.source, ground.status, ground.reason)
        folder.places[basis.where] = (file, path)
        found.append(
            Rule(
                code=shape.code,
                effect=shape.effect,
                when=_when(folder, file, path, shape.when),
                message=Text(shape.message_ja, shape.message_en),
                pointer=shape.pointer,
                basis=basis,
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


def read_clauses(folder: Folder, table: Any) -> dict[str, Clause]:
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


def read_not_granted(folder: Folder, table: Any) -> tuple[NotGranted, ...]:
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


def read_events(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, CoveredEvent]:
    file = "events.csv"
    return {
        row.code: CoveredEvent(
            code=row.code,
            number=row.number,
            name=Text(row.name_ja, row.name_en),
            plain=Text(row.plain_ja, row.plain_en),
            basis=row_basis(folder, file, line, row.code, row),
        )
        for line, row in unique(folder, file, rows, "code")
    }


def read_heads(folder: Folder, rows: list[tuple[int, Any]]) -> dict[str, HeadOfLoss]:
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
            basis=row_basis(folder, file, line, row.code, row),
            terms_basis=folder.basis(
                file, line, f"{row.code}.terms", row.other_source, row.other_status, row.other_reason
            ),
            ratio_basis=folder.basis(
                file, line, f"{row.code}.ratio", row.ratio_source, row.ratio_status, row.ratio_reason
            ),
        )
    return found


def read_tariff_constants(folder: Folder, table: Any) -> tuple[dict[str, Constant], dict[str, Constant]]:
    file = "tariff.toml"
    around = folder.ground(file, (), table, None)
    groups = [
        {code: _constant(folder, file, (name, code), shape, around) for code, shape in getattr(table, name).items()}
        for name in ("constants", "business_income_bases")
    ]
    return groups[0], groups[1]


def read_calendar(folder: Folder, table: Any) -> Calendar:
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


def read_notes(folder: Folder, table: Mapping[str, Any]) -> dict[str, Text]:
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


def read_examples(
    folder: Folder, rows: list[tuple[int, Any]], riders: Mapping[str, Rider]
) -> tuple[PublishedExample, ...]:
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
                basis=row_basis(folder, "examples.csv", line, f"{row.industry}.{row.plan}.{row.set}", row),
            )
        )
    return tuple(found)


def read_printed_marks(folder: Folder, rows: list[tuple[int, Any]]) -> tuple[PrintedMark, ...]:
    """printed_marks.csv"""
    file = "printed_marks.csv"
    found = []
    for line, row in rows:
        basis = row_basis(folder, file, line, f"{row.coverage}.{row.code}.{row.plan}", row)
        found.append(PrintedMark(row.coverage, row.kind, row.code, row.plan, row.mark, basis))
    return tuple(found)
