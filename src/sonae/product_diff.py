"""What moved between two product folders, in the trade's words: each value before and after, with what it rests on.

Values are matched by what they are of, not by where they stand in a file. Where only the source or the status moved,
that is a change too: a premium that was assumed and is now stated is worth knowing.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

from sonae.product import Product, Text
from sonae.product_inventory import GROUPS, Coded, Unit, Value, inventory
from sonae.wording import Language, factor, figure, say
from sonae.worksheet import Basis

Kind = Literal["changed", "added", "removed", "basis"]


class Change(NamedTuple):
    """One value that moved. `kind`: it changed, came, went, or only its source or status did.

    `before` and `after` are None where there was none. Values as in `product_inventory.Value`.
    """

    kind: Kind
    group: str
    key: str
    subject: Text
    field: str
    label: Text
    before: Any
    after: Any
    unit: Unit
    basis_before: Basis | None
    basis_after: Basis | None


class Difference(NamedTuple):
    """All that moved, by group in a reader's order, and which groups did not."""

    changes: tuple[Change, ...]
    unmoved: tuple[str, ...]

    def of(self, group: str) -> tuple[Change, ...]:
        """The changes of one group."""
        return tuple(one for one in self.changes if one.group == group)


_ORDER: Final = {group.code: place for place, group in enumerate(GROUPS)}


def diff(old: Product, new: Product) -> Difference:
    """What moved from the old product to the new one."""
    before, after = _by_place(inventory(old)), _by_place(inventory(new))
    changes = []
    for place in dict.fromkeys((*before, *after)):
        first, second = before.get(place), after.get(place)
        kind = _kind(first, second)
        if kind is not None:
            changes.append(_change(kind, first, second))
    changes.sort(key=lambda one: _ORDER[one.group])
    moved = {one.group for one in changes}
    return Difference(tuple(changes), tuple(group.code for group in GROUPS if group.code not in moved))


def _by_place(values: Iterable[Value]) -> dict[tuple[str, str, str], Value]:
    return {(one.group, one.key, one.field): one for one in values}


def _kind(first: Value | None, second: Value | None) -> Kind | None:
    if first is None:
        return "added"
    if second is None:
        return "removed"
    if first.value != second.value:
        return "changed"
    return None if _rests(first.basis) == _rests(second.basis) else "basis"


def _rests(basis: Basis | None) -> tuple[str, str] | None:
    return None if basis is None else (basis.source, basis.status)


def _change(kind: Kind, first: Value | None, second: Value | None) -> Change:
    known = second or first
    assert known is not None, "one of the two has it"
    return Change(
        kind, known.group, known.key, known.subject, known.field, known.label,
        None if first is None else first.value, None if second is None else second.value, known.unit,
        None if first is None else first.basis, None if second is None else second.basis,
    )  # fmt: skip


def in_words(value: Any, unit: Unit, language: Language) -> str:
    """A value as a reader is shown it; 「—」 where there is none."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return ("いいえ", "はい")[value] if language == "ja" else ("no", "yes")[value]
    if isinstance(value, Text):
        return say(value, language)
    if isinstance(value, tuple):
        return "、".join(one.words if isinstance(one, Coded) else one for one in value) or "—"
    if not isinstance(value, int):
        return str(value)
    if unit == "e-4":
        return factor(value)
    if unit == "percent":
        return f"{value}%"
    if unit == "yen":
        return f"{figure(value)}円" if language == "ja" else f"{figure(value)} yen"
    return figure(value)


def side_by_side(change: Change, language: Language) -> tuple[str, str]:
    """Before and after in words; of two lists only what the other one lacks, which is what a reader looks for."""
    before, after = change.before, change.after
    if isinstance(before, tuple) and isinstance(after, tuple):
        before = tuple(one for one in before if one not in change.after)
        after = tuple(one for one in after if one not in change.before)
    return in_words(before, change.unit, language), in_words(after, change.unit, language)
