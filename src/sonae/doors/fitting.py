"""Whether the values of a product fit together: names, bands, 64-bit room, and the published premiums."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from itertools import pairwise

from sonae.conditions import COVERAGES, Condition, Test
from sonae.doors.files import Folder
from sonae.doors.toml_lines import Path
from sonae.money import E4, LARGEST
from sonae.product import CurveRow, Product
from sonae.quotation import SAYINGS, annual_premium
from sonae.risk import Limits, QuotationRequest

MOST_RULES = 62
"""Findings are kept as bits of a signed 64-bit number."""


def check_fit(folder: Folder, product: Product, lines: Mapping[str, list[int]]) -> None:
    """Note every value that does not fit the others. `lines` are the line numbers of the rows of each CSV file."""
    _names(folder, product, lines)
    _conditions(folder, product)
    for coverage in COVERAGES:
        _rising(folder, f"{coverage}_limits.csv", product.menus[coverage], lines)
    _rising(folder, "sales_curve.csv", product.sales_curve, lines)
    _rising(folder, "it_sales_curve.csv", product.it_sales_curve, lines)
    for code in SAYINGS:
        if code not in product.notes:
            folder.fault("product.toml", ("notes",), f"the note {code} is missing")
    folder.stop_if_broken()
    _ceiling(folder, product)
    _room(folder, product)
    _plan_factors(folder, product, lines)
    folder.stop_if_broken()
    _examples(folder, product, lines)


def _names(folder: Folder, product: Product, lines: Mapping[str, list[int]]) -> None:
    """Every code that one file uses of another exists there."""
    for number, (code, plan) in enumerate(product.plans.items()):
        for clause in plan.clauses:
            if clause not in product.clauses:
                folder.fault("plans.toml", ("plans", code, "clauses"), f"there is no clause {clause}")
        if plan.factor_name is not None:
            _factor(folder, product, "plans.toml", ("plans", code, "factor"), plan.factor_name)
        if number == 0 and plan.factor_name is not None:
            folder.fault("plans.toml", ("plans", code, "factor"), "the first plan carries the base, so its factor is 1")
    opened: set[str] = set()
    for code, rider in product.riders.items():
        if rider.clause is not None and rider.clause not in product.clauses:
            folder.fault("riders.toml", ("riders", code, "clause"), f"there is no clause {rider.clause}")
        if rider.plan_factor_name is not None:
            _factor(folder, product, "riders.toml", ("riders", code, "plan_factor"), rider.plan_factor_name)
        if rider.rates is not None:
            if rider.rates in opened:
                folder.fault("riders.toml", ("riders", code, "rates"), f"two riders open the lines of {rider.rates}")
            opened.add(rider.rates)
    if "it_business" in opened:
        if not product.it_sales_curve:
            folder.fault("it_sales_curve.csv", 1, "a rider rates IT work, so the curve is needed")
        for code, plan in product.plans.items():
            if plan.it_base is None:
                folder.fault("plans.toml", ("plans", code), f"{code}: a rider rates IT work, so it_base is needed")
    income = product.rider_rating("business_income")
    for position, selected in enumerate(product.sets.values()):
        line = lines["sets.csv"][position]
        for name in selected.attaches:
            if name not in product.riders:
                folder.fault("sets.csv", line, f"there is no rider {name}")
        for coverage, limit in selected.limits.items():
            if all(row.at != limit for row in product.menus[coverage]):
                folder.fault("sets.csv", line, f"{limit} is not on the menu of {coverage}")
        for coverage in COVERAGES[:2]:
            if coverage not in selected.limits:
                folder.fault("sets.csv", line, f"a limit of {coverage} is needed")
        needs_income = income is not None and income.code in selected.attaches
        if not selected.free and needs_income != ("business_income" in selected.limits):
            folder.fault("sets.csv", line, "a business-income limit is needed exactly where the set attaches the rider")
        if income is not None and not selected.free and not needs_income:
            # The rider would have no limit to be priced by, so it must be refused by a rule of plan, set and riders.
            riders = product.attached_riders(selected.number, (income.code,))
            if any(income.may_join(plan, selected.number, riders) for plan in product.plans):
                reason = f"set {selected.number} has no business-income limit, so {income.code} must forbid it (set_in)"
                folder.fault("riders.toml", ("riders", income.code), reason)
    for position, industry in enumerate(product.industries.values()):
        if income is not None and industry.business_income_class not in product.business_income_bases:
            line = lines["industries.csv"][position]
            folder.fault("industries.csv", line, f"there is no class {industry.business_income_class}")
    seen: dict[str, str] = {}
    for position, alias in enumerate(product.industry_names):
        line = lines["industry_names.csv"][position]
        if alias.code not in product.industries:
            folder.fault("industry_names.csv", line, f"there is no industry {alias.code}")
        if alias.name in seen:
            folder.fault("industry_names.csv", line, f"{alias.name} is there twice")
        seen[alias.name] = alias.code
    _cells(folder, product, lines)


def _cells(folder: Folder, product: Product, lines: Mapping[str, list[int]]) -> None:
    """Events and heads that clauses, exceptions and printed marks name."""
    places: list[tuple[str, Path, tuple[str, ...], tuple[str, ...]]] = [
        ("clauses.toml", ("clauses", clause.code, kind, number), grant.events, grant.heads)
        for clause in product.clauses.values()
        for kind, grants in (("grants", clause.grants), ("withdraws", clause.withdraws))
        for number, grant in enumerate(grants)
    ]
    places += [
        ("not_granted.toml", ("not_granted", number), entry.events, entry.heads)
        for number, entry in enumerate(product.not_granted)
    ]
    for file, path, events, heads in places:
        for event in events:
            if event not in product.events:
                folder.fault(file, path, f"there is no covered event {event}")
        for head in heads:
            if head not in product.heads:
                folder.fault(file, path, f"there is no head of loss {head}")
    for position, mark in enumerate(product.printed_marks):
        line = lines["printed_marks.csv"][position]
        if mark.code not in (product.events if mark.kind == "event" else product.heads):
            folder.fault("printed_marks.csv", line, f"there is no {mark.kind} {mark.code}")
        if mark.plan not in product.plans:
            folder.fault("printed_marks.csv", line, f"there is no plan {mark.plan}")
        riders = mark.mark.split(" without ")
        if mark.mark not in ("yes", "no") and (len(riders) > 2 or set(riders) - product.riders.keys()):
            folder.fault("printed_marks.csv", line, f"the mark is yes, no, or a rider, not {mark.mark}")


def _factor(folder: Folder, product: Product, file: str, path: tuple[str | int, ...], name: str) -> None:
    if any(name not in industry.factors for industry in product.industries.values()):
        folder.fault(file, path, f"industries.csv has no column {name}_factor")


def _conditions(folder: Folder, product: Product) -> None:
    """Parameters of conditions name what exists, and there is room for the findings' bits."""
    if len(product.rules) > MOST_RULES:
        folder.fault("eligibility.toml", 1, f"at most {MOST_RULES} rules, with those of the riders")
    seen: set[str] = set()
    for rule in product.rules:
        if rule.code in seen:
            folder.fault_at(rule.basis, f"the finding {rule.code} is there twice (riders' rules count too)")
        seen.add(rule.code)
    groups = [(rule.code, rule.basis, rule.when) for rule in product.rules]
    groups += [(str(number), entry.basis, entry.when) for number, entry in enumerate(product.not_granted)]
    groups += [
        (clause.code, grant.basis, grant.when)
        for clause in product.clauses.values()
        for grant in (*clause.grants, *clause.withdraws)
    ]
    for name, basis, when in groups:
        for condition in when:
            wrong = _wrong_parameter(product, condition)
            if wrong:
                folder.fault_at(basis, f"{name}: {condition.test.name}: {wrong}")


def _wrong_parameter(product: Product, condition: Condition) -> str | None:
    parameter = condition.parameter
    match condition.test:
        case Test.plan_is if parameter not in product.plans:
            return f"there is no plan {parameter}"
        case Test.set_in if set(parameter) - product.sets.keys() or max(parameter, default=0) > MOST_RULES:
            return f"there is no such set in {parameter}"
        case Test.attached if parameter not in product.riders:
            return f"there is no rider {parameter}"
        case Test.industry_in if set(parameter) - product.industries.keys():
            return f"there is no such industry in {parameter}"
        case Test.industry_marked:
            column, value = parameter
            values = {industry.marks.get(column) for industry in product.industries.values()}
            if value not in values:
                return f"no industry has {column} = {value}"
        case Test.limit_over if parameter[0] not in COVERAGES:
            return f"there is no coverage {parameter[0]}"
        case Test.limit_above_limit if set(parameter) - set(COVERAGES):
            return f"there is no such coverage in {parameter}"
        case Test.limit_over_margin if parameter[0] not in COVERAGES or min(parameter[1:]) < 1:
            return "a coverage, days and times are needed"
    return None


def _rising(folder: Folder, file: str, rows: tuple[CurveRow, ...], lines: Mapping[str, list[int]]) -> None:
    """Amounts rise strictly, factors never fall, and doubling the amount never more than doubles the factor."""
    for position, (low, high) in enumerate(pairwise(rows), start=1):
        line = lines[file][position]
        if high.at <= low.at:
            folder.fault(file, line, f"{high.at} does not lie above {low.at}")
        elif high.factor < low.factor:
            folder.fault(file, line, f"the factor falls from {low.factor} to {high.factor}")
        elif high.factor * low.at > low.factor * high.at:
            folder.fault(
                file, line, "the factor rises faster than the amount, so twice the sales would cost more than twice"
            )
    if rows and (rows[0].at < 1 or rows[0].factor < 1):
        folder.fault(file, lines[file][0], "amounts and factors start above 0")


def _ceiling(folder: Folder, product: Product) -> None:
    """Sales that the curve does not reach must be declined."""
    last = product.sales_curve[-1].at if product.sales_curve else 0
    ceilings = [
        rule.when[0].parameter
        for rule in product.rules
        if rule.effect == "decline"
        and len(rule.when) == 1
        and rule.when[0].test is Test.sales_at_most
        and not rule.when[0].wanted
    ]
    if not ceilings or min(ceilings) > last:
        folder.fault("eligibility.toml", 1, f"sales above {last}, the last row of the curve, must be declined")
    if product.it_sales_curve and product.it_sales_curve[-1].at < last:
        folder.fault("it_sales_curve.csv", 1, f"the curve must reach {last}, as annual sales do")


def _room(folder: Folder, product: Product) -> None:
    """The largest intermediate number of the formula fits a signed 64-bit integer with its doubling in `half_up`."""
    top = product.sales_curve[-1].factor
    base = max(industry.core_base for industry in product.industries.values())
    factor = max([E4, *(factor for industry in product.industries.values() for factor in industry.factors.values())])
    share = max(product.tariff.liability_share, product.tariff.expense_share)
    menu = {name: max((row.factor for row in product.menus[name]), default=0) for name in COVERAGES}
    income = max((constant.value for constant in product.business_income_bases.values()), default=0)
    it_top = max((row.factor for row in product.it_sales_curve), default=0)
    it_base = max((plan.it_base.value for plan in product.plans.values() if plan.it_base), default=0)
    curves = [pairwise(product.sales_curve), pairwise(product.it_sales_curve)]
    rises = [(high.factor - low.factor) * (high.at - low.at) for rows in curves for low, high in rows]
    largest = max(
        *(rises or [0]),
        it_base * it_top,
        (it_base * it_top // E4 + 1) * menu["liability"],
        base * top,
        (base * top // E4 + 1) * share * max(menu["liability"], menu["expense"]) * factor,
        (income * top // E4 + 1) * menu["business_income"] * E4,
    )
    if 4 * largest > LARGEST:
        folder.fault("industries.csv", 1, "the premium's numbers would not fit 64 bits")


def _plan_factors(folder: Folder, product: Product, lines: Mapping[str, list[int]]) -> None:
    """A wider plan never costs less: every plan factor is at least 1, and a rider's at most the widest plan's."""
    plan_names = [plan.factor_name for plan in product.plans.values() if plan.factor_name]
    rider_names = [rider.plan_factor_name for rider in product.riders.values() if rider.plan_factor_name]
    for position, industry in enumerate(product.industries.values()):
        line = lines["industries.csv"][position]
        for name in (*plan_names, *rider_names):
            if industry.factors[name] < E4:
                folder.fault("industries.csv", line, f"{name}_factor is below 1")
        for rider_name in rider_names:
            if plan_names and industry.factors[rider_name] > max(industry.factors[name] for name in plan_names):
                folder.fault("industries.csv", line, f"{rider_name}_factor is above every wider plan's")


def _examples(folder: Folder, product: Product, lines: Mapping[str, list[int]]) -> None:
    """The product reproduces every premium that was published for it, to the yen."""
    file = "examples.csv"
    moment = datetime.combine(product.valid_from, time(0), UTC)
    for position, example in enumerate(product.examples):
        line = lines[file][position]
        if example.industry not in product.industries or example.plan not in product.plans:
            folder.fault(file, line, "the example names an unknown industry or plan")
            continue
        if example.set not in product.sets:
            folder.fault(file, line, f"there is no set {example.set}")
            continue
        free = product.sets[example.set].free
        if free and not {"liability", "expense"} <= example.limits.keys():
            folder.fault(file, line, "an example of a free set names its limits")
            continue
        request = QuotationRequest(
            industry=example.industry,
            annual_sales=example.annual_sales,
            plan=example.plan,
            set=example.set,
            it_sales=example.it_sales,
            limits=Limits(
                liability=example.limits["liability"],
                expense=example.limits["expense"],
                business_income=example.limits.get("business_income"),
            )
            if free
            else None,
            riders=example.riders,
            sheet_discount=example.security_discount,
            inception=moment.date(),
        )
        found = annual_premium(product, request)
        if found != example.premium:
            folder.fault(file, line, f"the published premium is {example.premium}, the tariff gives {found}")
