"""`sonae settle`: decide a claim file, from facts and terms alone."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from sonae.cli.quote import BROKEN, OK, REFUSED, open_file


@click.command()
@click.argument("file", metavar="FACTS|-")
@click.option(
    "--product",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A product folder beside the shipped ones; a cover's request names it by its id.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision, or the problem, as JSON.")
def settle(file: str, folder: Path | None, as_json: bool) -> int:
    """Decide a claim file: what is covered, by which clause, and what is paid, yen by yen.

    FACTS is a JSON file with `covers` and `facts` (- for standard input). Nothing is stored.

    Exit status: 0 something is covered or depends on a fact, 2 nothing is covered, 1 not understood.
    """
    from sonae.cli import table
    from sonae.decision import Verdict
    from sonae.doors import decision, facts, problem
    from sonae.doors.files import BrokenProduct
    from sonae.flipping import decide_and_flip
    from sonae.office import catalogue

    products = catalogue.shipped()
    if folder is not None:
        try:
            another = catalogue.product_in(folder)
        except BrokenProduct as broken:
            raise click.UsageError(f"--product: {broken}") from broken
        products = catalogue.Catalogue({**products.products, another.id: another})
    with open_file(file) as stream:
        read = facts.read(products, stream.read(), datetime.now(UTC))
    if isinstance(read, problem.Problem):
        if as_json:
            sys.stdout.buffer.write(problem.encode(read) + b"\n")
        else:
            table.print_problem(read)
        return BROKEN
    found = decide_and_flip(read.facts, read.helds)
    if as_json:
        sys.stdout.buffer.write(decision.encode(found) + b"\n")
    else:
        _print(found, read.helds[-1].product)
    return REFUSED if found.verdict is Verdict.not_covered else OK


def _print(found: Any, product: Any) -> None:
    from rich.markup import escape
    from rich.table import Table

    from sonae.cli.table import console

    out = console()
    words = {"covered": "有責 covered", "not_covered": "無責 not covered", "depends": "一つの事実による depends"}
    out.print(f"[bold]{words[found.verdict.value]}[/]  支払額 [bold]{found.paid:,}円[/]（請求 {found.claimed:,}円）")
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for title in ("費目 Head", "判断 Verdict"):
        rows.add_column(title, no_wrap=True)
    for title in ("請求", "認めた額", "支払額"):
        rows.add_column(title, justify="right", no_wrap=True)
    rows.add_column("理由 Reason", overflow="fold")
    for head in found.heads:
        if head.claimed or not found.claimed:
            name, verdict = product.heads[head.head].name.ja, words[head.verdict.value].split()[0]
            figures = (f"{yen:,}" for yen in (head.claimed, head.accepted, head.paid))
            rows.add_row(name, verdict, *figures, escape(head.reason.ja))
    out.print(rows)
    for item in found.items:
        for cut in item.cuts:
            out.print(f"  {escape(item.id)} −{cut.yen:,}円 {escape(cut.reason.ja)} [dim]{escape(cut.reason.en)}[/]")
    for balance in found.balances:
        out.print(f"  {escape(balance.term)} {balance.subject}: 残り {balance.left_after:,}円 / {balance.limit:,}円")
    for hold in found.holds:
        out.print(f"[yellow]{escape(hold.ja)}[/] [dim]{escape(hold.en)}[/]")
    for note in found.notes:
        out.print(f"{escape(note.ja)} [dim]{escape(note.en)}[/]")
    turning = [one for one in found.head_flips.values() if found.flip is None or one.code != found.flip.code]
    for flip in [*([found.flip] if found.flip else []), *found.flips, *turning]:
        mark = "結論が変わる" if flip.turns else "額が変わる"
        if flip.head is not None:
            mark = f"{product.heads[flip.head].name.ja}の結論が変わる"
        out.print(
            f"[cyan]{mark}[/] {escape(flip.sentence.ja)} → {flip.paid_then:,}円 [dim]{escape(flip.sentence.en)}[/]"
        )
