"""`sonae book export`: a book for others, as OED 4 cyber accounts; `sonae book pseudonymise`: without names.

`book agree-export` and `book trace-export` go with the second: the other person's word, and whose a found copy was.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sonae.office.book_exchange import Exported

_book = click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
_as = click.option("--as", "username", required=True, metavar="USER", help="The user who acts; recorded.")
_product = click.option("--product", "which", metavar="PRODUCT|FOLDER")
_purpose = click.option("--purpose", required=True, help="What the rows are for; recorded.")
_recipient = click.option("--for", "recipient", required=True, metavar="RECIPIENT", help="Who gets them; recorded.")


@click.command("export")
@_book
@click.option("--oed", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--inception", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day of the policies.")
@_product
def export(source: Path, folder: Path, inception: datetime, which: str | None) -> int:
    """Write a book as OED 4 cyber accounts: `--oed DIR --inception DAY`.

    What it loses of the cover's meaning stands in docs/exchange.md. Members without a price are left out and counted.
    """
    from sonae.cli.products import _load
    from sonae.office import book_exchange, compiled_code
    from sonae.office.book_files import NotABook

    compiled_code.keep()
    try:
        _tell(book_exchange.oed(_load(which), source, folder, inception.date()))
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    return 0


@click.command("pseudonymise")
@_book
@click.argument("target", metavar="OUT.csv", type=click.Path(path_type=Path, dir_okay=False))
@_purpose
@_recipient
@_product
@_as
def pseudonymise(source: Path, target: Path, purpose: str, recipient: str, which: str | None, username: str) -> None:
    """Write a book without names, small cells merged, once another person has agreed; on record with its canaries."""

    def act(principal: Any, product: Any, asked: Any) -> None:
        from sonae.office import pseudonymised_exports

        _tell(pseudonymised_exports.write(principal, product, asked, target))

    _acting(source, purpose, recipient, which, username, act)


@click.command("agree-export")
@_book
@_purpose
@_recipient
@_product
@_as
def agree_export(source: Path, purpose: str, recipient: str, which: str | None, username: str) -> None:
    """Agree that somebody else pseudonymises exactly this book, once, for this purpose and recipient."""

    def act(principal: Any, product: Any, asked: Any) -> None:
        from sonae.office import pseudonymised_exports

        click.echo(json.dumps({"agreed": pseudonymised_exports.agree(principal, product, asked)}))

    _acting(source, purpose, recipient, which, username, act)


@click.command("trace-export")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_as
def trace_export(file: Path, username: str) -> None:
    """Say whose export a file is a copy of, by its canary rows; one a line."""
    from sonae.office.user_commands import _office

    with _office():
        from sonae.office import access, pseudonymised_exports
        from sonae.office.book_files import NotABook

        try:
            for one in pseudonymised_exports.traced(access.act_as(username), file):
                click.echo(json.dumps(one, ensure_ascii=False))
        except NotABook as wrong:
            raise click.ClickException(str(wrong)) from wrong


def _acting(
    source: Path, purpose: str, recipient: str, which: str | None, username: str, act: Callable[..., None]
) -> None:
    from sonae.cli.products import _load
    from sonae.office.user_commands import _office

    with _office():
        from sonae.office import access, compiled_code
        from sonae.office.book_files import NotABook
        from sonae.office.pseudonymised_exports import Asked

        compiled_code.keep()
        try:
            act(access.act_as(username), _load(which), Asked(source, purpose, recipient))
        except NotABook as wrong:
            raise click.ClickException(str(wrong)) from wrong


def _tell(found: "Exported") -> None:
    click.echo(
        f"{found.written:,} 行を書きました（保険料なし {found.without_price:,}、まとめた行 {found.merged:,}、"
        f"少なすぎて除いた行 {found.left_out:,}）/ written, without a price, merged, left out",
        err=True,
    )
