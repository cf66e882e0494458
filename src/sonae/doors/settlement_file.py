"""From settlement.toml to the settlement rules of a product year."""

from collections.abc import Collection, Mapping
from typing import Any

from sonae.conditions import COVERAGES
from sonae.doors.files import Folder
from sonae.doors.settlement_shapes import SettlementFile, StoppageShape
from sonae.doors.shapes import Grounded, Value
from sonae.limits import AGGREGATE, DEDUCTIBLE, LIMIT, RATIO, SUBLIMIT
from sonae.product import HeadOfLoss
from sonae.scheme import Text
from sonae.settlement_rules import (
    STARTS,
    SWITCHES,
    Clock,
    Exclusion,
    Figure,
    Moment,
    ResidualEvents,
    Settlement,
    Stoppage,
    Switch,
    TermMoment,
    Territory,
    UnpaidPremium,
)
from sonae.worksheet import Basis

FILE = "settlement.toml"
STEPS = {"deductible": DEDUCTIBLE, "ratio": RATIO, "sublimit": SUBLIMIT, "limit": LIMIT, "aggregate": AGGREGATE}
_GROUND = frozenset(Grounded.model_fields)


def read_settlement(
    folder: Folder,
    table: SettlementFile | None,
    plans: Collection[str],
    events: Collection[str],
    heads: Mapping[str, HeadOfLoss],
) -> Settlement | None:
    """The rules, or None for a product that settles no claims. Plans, events and heads are the product's codes."""
    if table is None:
        return None
    around = folder.ground(FILE, (), table, None)
    _names(folder, table, plans, events, heads)
    stoppage = folder.ground(FILE, ("stoppage",), table.stoppage, around)
    profit_head, extra_head = _figure_heads(table.stoppage, heads)
    residual, residual_basis = _grounded(folder, "residual_events", table.residual_events, around)
    reserves, reserves_basis = _grounded(folder, "reserves", table.reserves, around)
    return Settlement(
        order=tuple(STEPS[step] for step in table.order.steps),
        order_basis=folder.ground(FILE, ("order",), table.order, around),
        moments={
            coverage: TermMoment(
                Moment(shape.moment),
                Text(shape.name_ja, shape.name_en),
                folder.ground(FILE, ("moments", coverage), shape, around),
            )
            for coverage, shape in table.moments.items()
        },
        switches={
            code: Switch(
                shape.on, Text(shape.name_ja, shape.name_en), folder.ground(FILE, ("switches", code), shape, around)
            )
            for code, shape in table.switches.items()
        },
        unpaid=UnpaidPremium(table.premium.unpaid, folder.ground(FILE, ("premium",), table.premium, around)),
        residual=ResidualEvents({code: tuple(others) for code, others in residual.items()}, residual_basis),
        expense_window=_figure(
            folder, ("expense_window", "days_after_notice"), table.expense_window.days_after_notice, around
        ),
        stoppage=Stoppage(
            waiting_hours=_figure(folder, ("stoppage", "waiting_hours"), table.stoppage.waiting_hours, stoppage),
            longest_days=_figure(folder, ("stoppage", "longest_days"), table.stoppage.longest_days, stoppage),
            own_shutdown_counts=table.stoppage.own_shutdown_counts,
            outsourced_needs_use=table.stoppage.outsourced_needs_use,
            profit_head=profit_head,
            extra_expense_head=extra_head,
            basis=stoppage,
        ),
        territory={
            plan: Territory(
                {coverage: getattr(shape, coverage) for coverage in COVERAGES},
                folder.ground(FILE, ("territory", plan), shape, around),
            )
            for plan, shape in table.territory.items()
        },
        territory_of_event={
            event: Territory(
                dict.fromkeys(COVERAGES, shape.place),
                folder.ground(FILE, ("territory_of_event", event), shape, around),
            )
            for event, shape in table.territory_of_event.items()
        },
        exclusions={
            shape.code: Exclusion(
                shape.code,
                shape.effect,
                Text(shape.name_ja, shape.name_en),
                tuple(shape.coverages),
                folder.ground(FILE, ("exclusions", number), shape, around),
            )
            for number, shape in enumerate(table.exclusions)
        },
        clocks={
            shape.code: Clock(
                code=shape.code,
                starts=shape.starts,
                count=shape.count,
                unit=shape.unit,
                first_day_counts=shape.first_day_counts,
                name=Text(shape.name_ja, shape.name_en),
                rule=shape.rule_ja,
                basis=folder.ground(FILE, ("clocks", number), shape, around),
            )
            for number, shape in enumerate(table.clocks)
        },
        reserves=reserves,
        reserves_basis=reserves_basis,
        basis=folder.basis(FILE, 1, "settlement", around.source, around.status, table.reason or ""),
    )


def _names(
    folder: Folder,
    table: SettlementFile,
    plans: Collection[str],
    events: Collection[str],
    heads: Mapping[str, HeadOfLoss],
) -> None:
    """Every code is one of the product's, each is there once, and nothing that must be decided is left open."""
    if sorted(table.order.steps) != sorted(STEPS):
        folder.fault(FILE, ("order", "steps"), f"the steps are {', '.join(STEPS)}, each once")
    elif set(table.order.steps[-2:]) != {"limit", "aggregate"}:
        folder.fault(
            FILE,
            ("order", "steps"),
            "limit and aggregate come last: with a head cut after them, more claimed could pay less",
        )
    wanted: tuple[tuple[str, Collection[str], Collection[str], bool], ...] = (
        ("moments", table.moments, COVERAGES, True),
        ("switches", table.switches, SWITCHES, True),
        ("territory", table.territory, plans, True),
        ("territory_of_event", table.territory_of_event, events, False),
        ("reserves", table.reserves.keys() - _GROUND, heads, True),
        ("residual_events", table.residual_events.keys() - _GROUND, events, False),
    )
    for name, found, allowed, all_of_them in wanted:
        for code in sorted(set(found) - set(allowed)):
            folder.fault(FILE, (name, code), f"{name}: there is no {code}")
        if all_of_them:
            for code in sorted(set(allowed) - set(found)):
                folder.fault(FILE, (name,), f"{name}: {code} is missing")
    for code, others in table.residual_events.items():
        if code not in _GROUND:
            for other in others:
                if other not in events or other == code:
                    folder.fault(FILE, ("residual_events", code), f"{code}: there is no event {other} apart from it")
    for name, codes in (("exclusions", [e.code for e in table.exclusions]), ("clocks", [c.code for c in table.clocks])):
        for number, code in enumerate(codes):
            if code in codes[:number]:
                folder.fault(FILE, (name, number), f"{code} is there twice")
    for name in ("profit_head", "extra_expense_head"):
        head = getattr(table.stoppage, name)
        if head is not None and (head not in heads or heads[head].coverage != "business_income"):
            folder.fault(FILE, ("stoppage", name), f"{name}: {head} is no head of business income")
    for number, clock in enumerate(table.clocks):
        if clock.starts not in STARTS:
            folder.fault(FILE, ("clocks", number), f"{clock.code}: a clock starts from one of {', '.join(STARTS)}")


def _figure_heads(shape: StoppageShape, heads: Mapping[str, HeadOfLoss]) -> tuple[str | None, str | None]:
    """The heads of a calculated stoppage's two figures. Folders that were released before they could name them have
    the profit first and the extra expense, if at all, second among their heads of business income.
    """
    if shape.profit_head is not None:
        return shape.profit_head, shape.extra_expense_head
    own = [code for code, head in heads.items() if head.coverage == "business_income"]
    return own[0] if own else None, own[1] if len(own) > 1 else None


def _figure(folder: Folder, path: tuple[str, ...], shape: Value, around: Basis) -> Figure:
    if shape.value < 0:
        folder.fault(FILE, path, f"{'.'.join(path)} is not negative")
    return Figure(shape.value, folder.ground(FILE, path, shape, around))


def _grounded(folder: Folder, name: str, table: Mapping[str, Any], around: Basis) -> tuple[dict[str, Any], Basis]:
    """A table of values with its basis: the values, and the basis."""
    try:
        ground = Grounded(**{key: value for key, value in table.items() if key in _GROUND})
    except ValueError:
        folder.fault(FILE, (name,), f"{name}: source, status and reason are texts, the status a known one")
        return {}, around
    values = {key: value for key, value in table.items() if key not in _GROUND}
    kind = int if name == "reserves" else list
    for key, value in values.items():
        if not isinstance(value, kind) or (isinstance(value, int) and value < 0):
            folder.fault(FILE, (name, key), f"{name}: {key} has not the right kind of value")
    return values, folder.ground(FILE, (name,), ground, around)
