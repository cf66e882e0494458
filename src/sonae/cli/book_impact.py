"""`sonae book impact`: what a change of the product does to a book."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sonae.cli.book import book, inception_day

if TYPE_CHECKING:
    from datetime import datetime

    from sonae.office.redeciding import Redecided
    from sonae.product import Product

__all__ = ["book"]

CAUSES = {
    "industry_base": ("業種の基準額", "industry base"),
    "sales_curve": ("売上高係数", "sales curve"),
    "limits": ("支払限度額", "limits"),
    "riders": ("特約", "riders"),
    "discounts": ("割引", "discounts"),
    "rounding": ("端数・最低保険料", "rounding and minimum"),
    "eligibility_won": ("新たにお引受けできる", "eligibility won"),
    "eligibility_lost": ("お引受けできなくなる", "eligibility lost"),
}


@book.command()
@click.option("--from", "old", required=True, metavar="PRODUCT|FOLDER", help="The product year in force.")
@click.option("--to", "new", required=True, metavar="PRODUCT|FOLDER", help="The product year that would follow.")
@click.option(
    "--claims-as",
    "username",
    metavar="USER",
    help="In the office, by the insurer's people: its decided claims, decided again under the product that follows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the impact as JSON.")
@inception_day
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def impact(old: str, new: str, username: str | None, as_json: bool, inception: "datetime | None", source: Path) -> None:
    """Members affected, yen moved by cause (the parts sum exactly), distribution, segments, largest movers.

    Sheets in the book are judged by each product's own.
    """
    import json

    from sonae.cli.products import _load
    from sonae.office import compiled_code
    from sonae.office.book_files import NotABook, whole_book

    compiled_code.keep()
    from sonae import impact as core

    first, second = _load(old), _load(new)
    claims = _claims(username, second) if username else None
    try:
        members, before, after = whole_book(source, first, second, inception and inception.date())
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    found = core.impact(first, second, before, after)
    if as_json:
        document = {"from": first.hash, "to": second.hash, **core.document(found, members)}
        if claims is not None:
            from sonae.office import redeciding

            document["claims"] = redeciding.words_of(claims)
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(f"{first.id} → {second.id}")
    click.echo(
        f"加入者 {found.members:,}: 上がる {found.risen:,} / 下がる {found.fallen:,} / "
        f"変わらない {found.unchanged:,} / 新たに引受可 {found.won:,} / 引受不可になる {found.lost:,} / "
        f"もともと引受不可 {found.refused:,} / 不備 {found.bad:,}"
    )
    click.echo(f"{'前':　<12} {found.before:>20,} 円")
    for cause, yen in found.waterfall:
        ja, en = CAUSES[cause]
        click.echo(f"{ja:　<12} {yen:>+20,} 円  {en}")
    click.echo(f"{'後':　<12} {found.after:>20,} 円")
    _distribution(found.distribution)
    for title, movers in (("大きく上がる", found.up), ("大きく下がる", found.down)):
        for one in movers:
            was, is_now = ("引受不可" if yen is None else f"{yen:,}" for yen in (one.before, one.after))
            click.echo(f"{title}  {members[one.row]}  {was} → {is_now}")
    if claims is not None:
        _tell_claims(claims)


def _claims(username: str, product: "Product") -> "Redecided":
    """The office's decided claims under a product, as this user may see them; refused, the command ends here."""
    from sonae.office.user_commands import _office

    with _office():
        from sonae.office import access, redeciding

        return redeciding.redecide_for(access.act_as(username), product)


def _tell_claims(found: "Redecided") -> None:
    click.echo(
        f"判断の済んだ事案 {found.looked_at:,} 件: {found.before:,} → {found.after:,} 円"
        f"（{found.after - found.before:+,}）、変わるもの {len(found.differing):,} 件 / decided claims, decided again"
    )
    for one in found.differing:
        if one.unreadable:
            click.echo(f"  {one.number}  {one.before:,} → 判断できない / cannot be decided: {one.unreadable}")
            continue
        click.echo(f"  {one.number}  {one.before:,} → {one.after:,} 円")
        for head in one.heads:
            clause = head.clause_after or "—"
            click.echo(f"    {head.head}  {head.before:,} → {head.after:,}  {clause}  {head.reason}")


def _distribution(counts: tuple[int, ...]) -> None:
    from sonae.impact import BANDS

    edges = ("", *(f"{edge:+d}%" for edge in BANDS), "")
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        click.echo(f"{low:>6} … {high:<6} {count:>10,} {'█' * round(40 * count / max(1, *counts))}")
