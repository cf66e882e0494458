"""`sonae book export`: a book for others, as OED 4 cyber accounts or pseudonymised for one purpose."""

from datetime import datetime
from pathlib import Path

import click


@click.command("export")
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--oed", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--inception", type=click.DateTime(["%Y-%m-%d"]), help="First day of the policies (OED).")
@click.option("--pseudonymised", "target", metavar="OUT.csv", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--purpose", default="", help="What the pseudonymised rows are for; each purpose has its own key.")
@click.option("--keys", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Keys by purpose, 0600.")
@click.option("--product", "which", metavar="PRODUCT|FOLDER")
def export(
    source: Path,
    folder: Path | None,
    inception: datetime | None,
    target: Path | None,
    purpose: str,
    keys: Path | None,
    which: str | None,
) -> int:
    """Write a book for others: `--oed DIR --inception DAY`, or `--pseudonymised OUT.csv --purpose NAME --keys FILE`.

    What each loses of the cover's meaning stands in docs/exchange.md. Members without a price are left out and counted.
    """
    if (folder is None) == (target is None):
        raise click.UsageError("--oed か --pseudonymised のどちらかを / either --oed or --pseudonymised")
    if folder is not None and inception is None:
        raise click.UsageError("--inception が要ります / --inception is needed")
    if target is not None and not (purpose and keys):
        raise click.UsageError("--purpose と --keys が要ります / --purpose and --keys are needed")
    from sonae.cli.products import _load
    from sonae.office import book_exchange, compiled_code
    from sonae.office.book_files import NotABook

    compiled_code.keep()
    product = _load(which)
    try:
        if folder is not None and inception is not None:
            found = book_exchange.oed(product, source, folder, inception.date())
        else:
            assert target is not None, "one of the two was asked for"
            assert keys is not None, "a purpose has a key"
            rules = book_exchange.recipe()
            found = book_exchange.pseudonymised(product, source, target, book_exchange.key_of(purpose, keys), rules)
            click.echo(f"recipe {rules.hash[:12]}", err=True)
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(
        f"{found.written:,} 行を書きました（保険料なし {found.without_price:,}、まとめた行 {found.merged:,}、"
        f"少なすぎて除いた行 {found.left_out:,}）/ written, without a price, merged, left out",
        err=True,
    )
    return 0
