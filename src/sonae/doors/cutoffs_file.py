"""From cutoffs.toml to the cut-off calendar of a product."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

from sonae.doors.files import Folder
from sonae.scheme import Calendar, CutOff, CutOffKind, CutOffs

_FILE = "cutoffs.toml"
_CLOSING = (CutOffKind.application, CutOffKind.acceptance)
"""What is refused once it is past, and so needs an hour."""

_IN_ORDER = (CutOffKind.application, CutOffKind.acceptance, CutOffKind.member_list, CutOffKind.debit)


def read_cutoffs(folder: Folder, table: Any, calendar: Calendar) -> CutOffs | None:
    """The cut-off calendar, or None for a product whose starts close with the month of application."""
    if table is None:
        return None
    around = folder.ground(_FILE, (), table, None)
    for name in table.cutoffs.keys() - set(CutOffKind):
        folder.fault(_FILE, ("cutoffs", name), f"there is no cut-off {name}")
    rules: dict[CutOffKind, CutOff] = {}
    for kind in CutOffKind:
        shape = table.cutoffs.get(str(kind))
        if shape is None:
            folder.fault(_FILE, ("cutoffs",), f"the cut-off {kind} is missing")
            continue
        path = ("cutoffs", str(kind))
        if kind in _CLOSING and shape.hour is None:
            folder.fault(_FILE, path, f"{kind} closes at an hour")
        rules[kind] = CutOff(
            shape.months, shape.day, shape.move, shape.hour, folder.ground(_FILE, path, shape, around)
        )
    _check_order(folder, rules, calendar)
    closed = folder.ground(_FILE, ("closed",), table.closed, around)
    return CutOffs(rules, frozenset(_closed_days(folder, table.closed.days)), closed)


def _check_order(folder: Folder, rules: dict[CutOffKind, CutOff], calendar: Calendar) -> None:
    application = rules.get(CutOffKind.application)
    if application is not None and application.months != -calendar.lag_months:
        folder.fault(
            _FILE,
            ("cutoffs", "application", "months"),
            f"a cover applied for starts {calendar.lag_months} months later (calendar.toml), not {-application.months}",
        )
    listed = [kind for kind in _IN_ORDER if kind in rules]
    for before, after in pairwise(listed):
        first, second = rules[before], rules[after]
        if (first.months, first.day) > (second.months, second.day):
            folder.fault(_FILE, ("cutoffs", str(after)), f"{after} lies before {before}")


def _closed_days(folder: Folder, days: list[str]) -> list[tuple[int, int]]:
    """Month and day of each, as the core compares them."""
    found = []
    for number, text in enumerate(days):
        try:
            if not re.fullmatch(r"\d\d-\d\d", text):
                raise ValueError
            day = date.fromisoformat(f"2000-{text}")
        except ValueError:
            folder.fault(_FILE, ("closed", "days", number), f"{text!r} is no month and day (12-31)")
            continue
        found.append((day.month, day.day))
    return found
