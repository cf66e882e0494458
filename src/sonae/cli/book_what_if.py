"""`sonae book what-if`: one small change at a time; premium, expected loss and tail in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sonae.cli.book import inception_day

if TYPE_CHECKING:
    from datetime import datetime

_OKU = 100_000_000


@click.command("what-if")
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--rates", type=click.IntRange(-90, 900), multiple=True, metavar="PERCENT", help="All industry bases.")
@click.option("--group-discount", type=click.IntRange(0, 90), multiple=True, metavar="PERCENT")
@click.option("--discount-step", type=click.IntRange(-20, 20), multiple=True, metavar="STEPS", help="Of the sheet.")
@click.option("--limits", type=click.IntRange(-10, 10), multiple=True, metavar="ROWS", help="Of the free set's menus.")
@click.option("--without-rider", "riders", multiple=True, metavar="RIDER", help="Nobody has it.")
@click.option("--assumptions", is_flag=True, help="Also the changes of assumptions that the loss model names.")
@click.option("--years", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--product", "which", metavar="PRODUCT|FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@inception_day
def what_if(
    source: Path,
    rates: tuple[int, ...],
    group_discount: tuple[int, ...],
    discount_step: tuple[int, ...],
    limits: tuple[int, ...],
    riders: tuple[str, ...],
    assumptions: bool,
    years: int,
    seed: int,
    which: str | None,
    as_json: bool,
    inception: "datetime | None",
) -> int:
    """Change a limit, a rate, a discount: each option is one row beside the plan as it is, with the same seed."""
    import json

    from sonae.cli.products import _load
    from sonae.office import compiled_code, simulated
    from sonae.office import what_if as core
    from sonae.office.book_files import NotABook, rider_columns

    product = _load(which)
    unknown = [code for code in riders if code not in rider_columns(product)]
    if unknown:
        raise click.UsageError(f"--without-rider: {', '.join(rider_columns(product))} のどれかです / one of these")
    changes = [
        *map(core.rates, rates),
        *map(core.group_discount, group_discount),
        *map(core.discount_step, discount_step),
        *map(core.limits, limits),
        *(core.without_rider(product, code) for code in riders),
        *(core.assumptions(simulated.loss_model()) if assumptions else ()),
    ]
    if not changes:
        raise click.UsageError("変更を1つ以上書いてください / give at least one change")
    compiled_code.keep()
    try:
        rows = list(
            core.compared(
                product, simulated.loss_model(), source, changes, years=years, seed=seed,
                inception=inception and inception.date(),
            )
        )  # fmt: skip
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return 0
    _print(rows)
    return 0


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from sonae.cli.table import console
    from sonae.office.what_if import KINDS, ranges

    first = rows[0]
    table = Table(
        "億円 / 100 million yen", "年間保険料", "支払の期待値", "200年に1度（標本の誤差）", "損害率", box=None
    )
    for one in rows:
        tail = one["periods"].get("200")
        cells = [_beside(one[name], first[name]) for name in ("premium", "expected")]
        cells.append(
            f"{_beside(tail['loss'], first['periods']['200']['loss'])}\n"
            f"{tail['low'] / _OKU:,.2f}～{tail['high'] / _OKU:,.2f}"
            if tail
            else "—"
        )
        table.add_row(one["name"], *cells, f"{one['loss_ratio']:.1%}")
    out = console()
    out.print(table)
    for kind, (low, high) in ranges(rows).items():
        out.print(
            f"200年に1度の幅 {KINDS[kind].ja} {low / _OKU:,.2f}～{high / _OKU:,.2f} 億円  [dim]{KINDS[kind].en}[/]"
        )
    out.print("[dim]かっこ内は、いまのままとの差。支払いは想定で、予測ではありません / assumptions, not a forecast[/]")


def _beside(yen: float, before: float) -> str:
    return f"{yen / _OKU:,.2f}（{(yen - before) / _OKU:+,.2f}）"
