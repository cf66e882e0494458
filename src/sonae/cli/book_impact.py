"""`sonae book impact`: what a change of the product does to a book."""

from pathlib import Path

import click

from sonae.cli.book import book

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
@click.option("--json", "as_json", is_flag=True, help="Print the impact as JSON.")
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def impact(old: str, new: str, as_json: bool, source: Path) -> None:
    """Members affected, yen moved by cause (the parts sum exactly), distribution, segments, largest movers."""
    import json

    from sonae.cli.products import _load
    from sonae.office import compiled_code
    from sonae.office.book_files import NotABook, whole_book

    compiled_code.keep()
    from sonae import impact as core

    first, second = _load(old), _load(new)
    try:
        members, before, after = whole_book(source, first, second)
    except NotABook as wrong:
        raise click.ClickException(str(wrong)) from wrong
    found = core.impact(first, second, before, after)
    if as_json:
        document = {"from": first.hash, "to": second.hash, **found._asdict()}
        document["waterfall"] = dict(found.waterfall)
        for name in ("by_industry", "by_plan", "by_set"):
            document[name] = [segment._asdict() for segment in getattr(found, name)]
        for name in ("up", "down"):
            document[name] = [
                {"member_id": members[one.row], "before": one.before, "after": one.after}
                for one in getattr(found, name)
            ]
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


def _distribution(counts: tuple[int, ...]) -> None:
    from sonae.impact import BANDS

    edges = ("", *(f"{edge:+d}%" for edge in BANDS), "")
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        click.echo(f"{low:>6} … {high:<6} {count:>10,} {'█' * round(40 * count / max(1, *counts))}")
