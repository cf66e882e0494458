"""`sonae book`: price every member of a plan at once, from file to file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from sonae.office.book_files import Report

_file = click.Path(path_type=Path, dir_okay=False)
_day = click.DateTime(["%Y-%m-%d"])
inception_day = click.option("--inception", type=_day, help="Of all covers; needed where the book has sheets.")
_there = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def book() -> None:
    """The book: every member priced at once, as each would be alone."""


@book.command()
@click.option("--members", type=click.IntRange(1, 100_000_000), required=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--product", "which", metavar="PRODUCT|FOLDER")
@click.argument("target", metavar="OUT", type=_file)
def generate(members: int, seed: int, which: str | None, target: Path) -> int:
    """Draw a synthetic book (合成した加入者) into a .parquet, .csv or .arrow file. Same seed, same members."""
    from sonae.cli.products import _load
    from sonae.office import compiled_code, synthetic_books
    from sonae.office.book_files import NotABook, Writer

    compiled_code.keep()
    written = 0
    try:
        with Writer(target) as writer:
            for batch in synthetic_books.batches(_load(which), members, seed):
                writer.write(batch)
                written += batch.num_rows
                click.echo(f"\r{written:,} / {members:,} 人", nl=False, err=True)
        click.echo("", err=True)
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"{members:,} 人の想定の加入者を書きました（仮定）/ synthetic members, all assumed: {target}", err=True)
    return 0


@book.command()
@click.option("--lines", is_flag=True, help="Add the thirteen lines of every premium.")
@click.option("--product", "which", metavar="PRODUCT|FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@inception_day
@click.option("--scheduler", metavar="ADDRESS", help="Of a dask.distributed cluster; OUT may be a new folder.")
@click.argument("source", metavar="IN", type=_there)
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
def rate(
    source: Path,
    target: Path,
    lines: bool,
    which: str | None,
    as_json: bool,
    scheduler: str | None,
    inception: "datetime | None",
) -> int:
    """Price a book (.parquet, .csv, .arrow). Exit 1 when rows are not in the product's words; they are listed.

    With a scheduler IN is Parquet, and IN and OUT are paths that its workers see too.
    """
    import json

    from sonae.cli.products import _load
    from sonae.office import compiled_code
    from sonae.office.book_files import NotABook, rate_file

    if target.exists() and target.samefile(source):
        raise click.UsageError("OUT は IN と別のファイルにしてください / OUT must be another file than IN")
    compiled_code.keep()
    product = _load(which)
    try:
        if scheduler is None:
            report = rate_file(product, source, target, lines, _progress, inception and inception.date())
        else:
            from sonae.office.book_cluster import rate_on

            report = rate_on(scheduler, product, source, target, lines, _progress, inception and inception.date())
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo("", err=True)
    if as_json:
        document = {
            "product": product.id,
            "hash": product.hash,
            "rows": report.rows,
            "priced": report.priced,
            "refused": report.refused,
            "bad": report.bad,
            "premium": report.premium,
            "content_hash": report.content_hash,
            "bad_rows": [one._asdict() for one in report.told],
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return 1 if report.bad else 0
    _tell(report)
    return 1 if report.bad else 0


@book.command()
@click.option("--as", "username", required=True, metavar="USER", help="The user who acts; recorded.")
@click.option("--day", type=_day, help="In force on this day (at its hour of starts); today without.")
@click.option("--known", type=_day, help="As it was known at the end of this day.")
@click.option("--product", "which", metavar="PRODUCT|FOLDER", help="Whose riders get a column.")
@click.argument("target", metavar="OUT", type=_file)
def snapshot(username: str, day: "datetime | None", known: "datetime | None", which: str | None, target: Path) -> int:
    """Write the office's covers in force as a book (.parquet, .csv, .arrow), by token and without names."""
    from sonae.cli.products import _load
    from sonae.office.user_commands import _office

    with _office():
        from sonae.office import access, book_snapshot
        from sonae.office.book_files import NotABook

        try:
            rows = book_snapshot.take(
                access.act_as(username), _load(which), target, day and day.date(), known and known.date()
            )
        except NotABook as wrong:
            raise click.ClickException(str(wrong)) from wrong
    click.echo(f"{rows:,} 件の契約を書きました / covers: {target}", err=True)
    return 0


def _progress(report: "Report") -> None:
    click.echo(f"\r{report.rows:,} 行 / rows", nl=False, err=True)


def _tell(report: "Report") -> None:
    from sonae.book import WHY_BAD

    words = dict(WHY_BAD)
    click.echo(
        f"加入者 {report.rows:,} / 算出 {report.priced:,} / お引受けできない {report.refused:,} / 不備 {report.bad:,}"
    )
    click.echo(f"年間保険料の合計 {report.premium:,} 円")
    click.echo(f"content hash {report.content_hash}")
    for one in report.told:
        cells = " ".join(f"{name}「{value}」" for name, value in one.cells.items())
        for reason in one.reasons:
            text = words[reason]
            click.echo(f"{one.row} 行目 {one.member_id}: {text.ja} / {text.en}: {cells}", err=True)
    if report.bad > len(report.told):
        click.echo(
            f"ほか {report.bad - len(report.told):,} 行。OUTのproblems列にすべてあります / see `problems`", err=True
        )
