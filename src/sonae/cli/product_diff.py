"""`sonae product diff`: what moved between two product folders, in the trade's words."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sonae.product_diff import Change, Difference
    from sonae.worksheet import Basis


@click.command("diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--all", "everything", is_flag=True, help="Texts, cases and sources too, without a limit of rows.")
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def diff(old: str, new: str, everything: bool, as_json: bool) -> int:
    """What moved from product A to B: limits, rates, discounts, riders, rules, clauses, heads, questions.

    A and B are product ids or folders. Exit 0 whether or not they differ.
    """
    import json

    from sonae.cli.products import _load
    from sonae.product_diff import diff as compare

    first, second = _load(old), _load(new)
    found = compare(first, second)
    if as_json:
        document = {
            "from": {"id": first.id, "hash": first.hash},
            "to": {"id": second.id, "hash": second.hash},
            "changes": [words_of(one) for one in found.changes],
            "unmoved": list(found.unmoved),
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return 0
    click.echo(f"{first.id} {first.hash[:12]} → {second.id} {second.hash[:12]}")
    _print(found, everything)
    return 0


def words_of(change: "Change") -> dict[str, Any]:
    """A change as a document: raw values, both languages, and what each value rests on."""
    from sonae.product import Text
    from sonae.product_inventory import Coded

    def plain(value: Any) -> Any:
        if isinstance(value, Text):
            return {"ja": value.ja, "en": value.en}
        if isinstance(value, tuple):
            return [one.code if isinstance(one, Coded) else one for one in value]
        return value

    return {
        "kind": change.kind,
        "group": change.group,
        "key": change.key,
        "subject": change.subject.ja,
        "subject_en": change.subject.en,
        "field": change.field,
        "label": change.label.ja,
        "label_en": change.label.en,
        "unit": change.unit or None,
        "before": plain(change.before),
        "after": plain(change.after),
        "before_basis": _basis(change.basis_before),
        "after_basis": _basis(change.basis_after),
    }


def _basis(basis: "Basis | None") -> dict[str, str] | None:
    return None if basis is None else {"where": basis.where, "source": basis.source, "status": basis.status}


SHOWN = 60
"""Rows of one group that a terminal shows without `--all`."""


def _print(found: "Difference", everything: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from sonae.cli.table import console
    from sonae.product_diff import side_by_side
    from sonae.product_inventory import GROUPS
    from sonae.worksheet import MARKS

    out = console()
    if not found.changes:
        out.print("違いはありません [dim]no difference[/]")
        return
    for group in GROUPS:
        changes = found.of(group.code)
        if not changes:
            continue
        out.print(f"\n[bold]{group.name.ja}[/] [dim]{group.name.en} ({len(changes)})[/]")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for title in ("対象", "項目", "前 Before", "後 After", "根拠 Basis"):
            table.add_column(title, overflow="fold")
        for change in changes if everything else changes[:SHOWN]:
            before, after = side_by_side(change, "ja")
            marks = [
                f"{MARKS[basis.status][0]} {basis.source}" if basis is not None else ""
                for basis in (change.basis_before, change.basis_after)
            ]
            rests = marks[1] if marks[0] == marks[1] or not marks[0] else f"{marks[0]} → {marks[1] or '—'}"
            table.add_row(*map(escape, (change.subject.ja, change.label.ja, before, after, rests)))
        out.print(table)
        if len(changes) > SHOWN and not everything:
            out.print(f"[dim]ほか {len(changes) - SHOWN} 件（--all）[/]")
    words = {group.code: group.name.ja for group in GROUPS}
    if found.unmoved:
        out.print(f"\n[dim]変わらないもの: {'、'.join(words[code] for code in found.unmoved)}[/]")
