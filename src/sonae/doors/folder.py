"""From the files of a product folder to a `Product`, or to every fault in them by file, line and reason.

The loader checks at once what can be checked in milliseconds: types, names, bands, sources and the published
examples. What a cover grants is enumerated by `proof`.
"""

from collections.abc import Mapping

from sonae.conditions import COVERAGES
from sonae.doors import csv_shapes, parts, product_files
from sonae.doors.cutoffs_file import read_cutoffs
from sonae.doors.files import BrokenProduct, Fault, Folder, content_hash
from sonae.doors.fitting import check_fit
from sonae.doors.known_cases import check_cases, read_cases
from sonae.doors.papers_file import read_papers
from sonae.doors.scheme_files import read_disclosure, read_life, read_part_year
from sonae.doors.settlement_file import read_settlement
from sonae.doors.sheet_file import read_sheet
from sonae.product import IndustryName, Product, Source, Text
from sonae.rating import Tariff

__all__ = ["BrokenProduct", "Fault", "content_hash", "read_product"]


def read_product(files: Mapping[str, bytes]) -> Product:
    """Read a product folder: relative path → bytes. Raises `BrokenProduct` with every fault found."""
    folder = Folder(files)
    known = {*product_files.TOML_FILES, *csv_shapes.CSV_FILES}
    for file in sorted(files):
        if file.endswith((".toml", ".csv")) and file not in known:
            folder.fault(file, 1, "no such file belongs to a product")
    folder.sources = {
        row.key: Source(row.key, Text(row.title_ja, row.title_en), row.where_found)
        for _, row in folder.csv("sources.csv")
    }
    tables = {file: folder.toml(file) for file in product_files.TOML_FILES}
    rows = {file: folder.csv(file) for file in csv_shapes.CSV_FILES if file != "sources.csv"}
    folder.stop_if_broken()

    constants, bases = parts.read_tariff_constants(folder, tables["tariff.toml"])
    industries = parts.read_industries(folder, rows["industries.csv"])
    riders = parts.read_riders(folder, tables["riders.toml"])
    rules = parts.read_rules(folder, tables["eligibility.toml"])
    rules += [rule for rider in riders.values() for rule in rider.rules]
    order = ("decline", "refer", "warn")
    events = parts.read_events(folder, rows["events.csv"])
    heads = parts.read_heads(folder, rows["heads.csv"])
    curve = {
        file: parts.read_curve(folder, file, rows[file])
        for file in rows
        if file.endswith(("_curve.csv", "_limits.csv"))
    }
    needed = {"liability_share", "expense_share", "group_discount", "unit", "minimum"}
    for name in sorted(needed - constants.keys()):
        folder.fault("tariff.toml", ("constants",), f"the constant {name} is missing")
    for name in sorted(constants.keys() - needed):
        folder.fault("tariff.toml", ("constants", name), f"there is no constant {name}")
    folder.stop_if_broken()

    calendar = parts.read_calendar(folder, tables["calendar.toml"])
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
        notes=parts.read_notes(folder, head.notes),
        basis=head_basis,
        sources=folder.sources,
        industries=industries,
        industry_names=tuple(IndustryName(row.code, row.name, row.reading) for _, row in rows["industry_names.csv"]),
        plans=parts.read_plans(folder, tables["plans.toml"]),
        sets=parts.read_sets(folder, rows["sets.csv"]),
        riders=riders,
        clauses=parts.read_clauses(folder, tables["clauses.toml"]),
        not_granted=parts.read_not_granted(folder, tables["not_granted.toml"]),
        printed_marks=parts.read_printed_marks(folder, rows["printed_marks.csv"]),
        events=events,
        heads=heads,
        rules=tuple(sorted(rules, key=lambda rule: order.index(rule.effect))),
        sheet=read_sheet(folder, tables["sheet.toml"]),
        calendar=calendar,
        cutoffs=read_cutoffs(folder, tables["cutoffs.toml"], calendar),
        disclosure=read_disclosure(folder, tables["disclosure.toml"]),
        part_year=read_part_year(folder, tables["part_year.toml"], constants),
        life=read_life(folder, tables["life.toml"]),
        papers=read_papers(
            folder,
            tables["papers.toml"],
            plans=tables["plans.toml"].plans,
            industries=industries,
            coverages={head.coverage for head in heads.values()},
        ),
        settlement=read_settlement(
            folder, tables["settlement.toml"], plans=tables["plans.toml"].plans, events=events, heads=heads
        ),
        examples=parts.read_examples(folder, rows["examples.csv"], riders),
        cases=read_cases(folder, tables["cases.toml"]),
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
    check_cases(folder, product)
    folder.stop_if_broken()
    return product
