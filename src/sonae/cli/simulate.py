"""`sonae book simulate`: what a year may cost the plan, from a book in a file and a set of assumptions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sonae.cli.book import inception_day

if TYPE_CHECKING:
    from datetime import datetime

    from sonae.office.simulated import Simulated
    from sonae.simulation import Progress

_OKU = 100_000_000
_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--years", type=click.IntRange(1, 10_000_000), default=20_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option(
    "--assumptions",
    "sets",
    metavar="NAME|FOLDER",
    multiple=True,
    help="A set of assumptions; given twice, the two are compared side by side.",
)
@click.option("--model-terms", is_flag=True, help="No waiting time, and the model's own longest stops.")
@click.option(
    "--years-out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="The years, a row each."
)
@click.option(
    "--events-out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The events of the first run, a row each (.parquet, .csv): year, cause, members hit, loss, paid by section.",
)
@click.option(
    "--product",
    "products",
    metavar="PRODUCT|FOLDER",
    multiple=True,
    help="A product; given twice, premium, expected loss and tail of the two stand side by side.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON: one document a set of assumptions.")
@inception_day
def simulate(
    source: Path,
    years: int,
    seed: int,
    workers: int,
    sets: tuple[str, ...],
    model_terms: bool,
    years_out: Path | None,
    events_out: Path | None,
    products: tuple[str, ...],
    as_json: bool,
    inception: "datetime | None",
) -> int:
    """Simulate years of incidents over a book; every loss is paid by the cover's own terms. Same seed, same bytes."""
    import json

    from sonae.cli.products import _load
    from sonae.doors.files import BrokenProduct
    from sonae.office import compiled_code, simulated
    from sonae.office.book_files import NotABook
    from sonae.simulation import MODEL_TERMS

    compiled_code.keep()
    done: list[Simulated] = []
    runs = [(which, name) for which in products or (None,) for name in sets or (simulated.FIRST,)]
    try:
        for target in (years_out, events_out):
            if target is not None:
                simulated.writable(target)
        for which, name in runs:
            product, model = _load(which), simulated.loss_model(name)
            done.append(
                simulated.simulate(
                    product,
                    model,
                    source,
                    years=years,
                    seed=seed,
                    workers=workers,
                    terms=MODEL_TERMS if model_terms else None,
                    show=_progress,
                    keep_causes=years_out is not None,
                    events_out=None if done else events_out,
                    inception=inception and inception.date(),
                )
            )
            click.echo("", err=True)
        if years_out is not None:
            simulated.write_years(done[0], years_out)
    except (NotABook, BrokenProduct) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except KeyError as unknown:
        raise click.ClickException(f"想定にない業種です / the assumptions know no industry {unknown}") from unknown
    if as_json:
        documents = []
        for one, (which, _) in zip(done, runs, strict=True):
            premium = simulated.premiums(_load(which), source, inception and inception.date())
            documents.append(simulated.words_of(one) | {"ratios": simulated.ratios(premium, one.results.segments)})
        click.echo(json.dumps(documents, ensure_ascii=False))
        return 0
    names = [_name(which, name, len(products), len(sets)) for which, name in runs]
    _print(done, names)
    if len(done) > 1:
        _compare(done, names)
    return 0


def _name(which: str | None, assumptions: str, products: int, sets: int) -> str:
    """What tells a run from the others: its product where several run, its assumptions, or both."""
    product = Path(which).name if which else ""
    return " ".join(word for word, told in ((product, products > 1), (assumptions, products < 2 or sets > 1)) if told)


def _progress(progress: "Progress") -> None:
    paid = sum(int(chunk.sums.years[0].sum()) for chunk in progress.chunks)
    click.echo(
        f"\r{progress.done:,}/{progress.years:,} 年 / years  ここまでの平均 {_oku(paid / progress.done)} 億円",
        nl=False,
        err=True,
    )


def _oku(yen: float) -> str:
    return f"{yen / _OKU:,.2f}"


def _print(done: "list[Simulated]", names: list[str]) -> None:
    from rich.table import Table

    from sonae.cli.table import console

    out = console()
    for one, name in zip(done, names, strict=True):
        found, model = one.results, one.model
        if len(done) > 1:
            out.print(f"[bold]{name}[/]")
        out.print(f"[bold]{model.name_ja}[/] [dim]{model.name_en}  {model.id} {model.hash[:12]}[/]")
        out.print(
            f"加入者 {len(one.laid.members.rows):,}（保険料の出ない行 {one.without_price:,}）・ {found.years:,} 年"
        )
        out.print(
            f"年間保険料 {_oku(found.premium)} 億円 ・ 支払の期待値 {_oku(found.expected)} 億円"
            f"（±{_oku(1.645 * found.expected_error)}）・ 損害率 {found.loss_ratio:.0%}"
            f"（うち集積 {found.systemic / max(1, found.premium):.0%}）"
        )
        out.print(f"支払のある加入者（停止だけを除く） 年 {found.members_with_claim:.1%}")
        out.print(f"発生頻度が仮定である支払の割合 {found.judged_share:.0%}")
        out.print()
    tail = Table("再現期間", *(f"{name}\n{head}" for name in names for head in ("年間合計 億円", "最大の1事故")))
    for place, point in enumerate(done[0].results.aggregate):
        cells: list[Any] = []
        for one in done:
            whole, event = one.results.aggregate[place], one.results.largest_event[place]
            cells += [
                f"{_oku(whole.loss)}（{_oku(whole.low)}～{_oku(whole.high)}）",
                f"{_oku(event.loss)}（{_oku(event.low)}～{_oku(event.high)}）",
            ]
        tail.add_row(f"{point.return_period:,} 年に1度", *cells)
    out.print(tail)
    out.print("[dim]かっこ内は標本誤差の90％の幅。想定を変えるとさらに動く / sampling error only[/]")
    causes = Table("原因", *(f"{name} 件/年" for name in names), *(f"{name} 億円/年" for name in names))
    model = done[0].model
    for place, cause in enumerate(done[0].results.causes):
        row = model.perils.get(cause.cause) or model.scenarios[cause.cause]
        causes.add_row(
            f"{cause.cause} {row.name_ja}",
            *(f"{one.results.causes[place].events:,.1f}" for one in done),
            *(_oku(one.results.causes[place].paid) for one in done),
        )
    out.print(causes)
    out.print(done[0].model.warning.text_ja)


def _compare(done: "list[Simulated]", names: list[str]) -> None:
    """Premium, expected loss and tail side by side: a limit, a rate or a step moves them together."""
    from rich.table import Table

    from sonae.cli.table import console

    rows: list[tuple[str, list[float]]] = [
        ("年間保険料 億円", [one.results.premium / _OKU for one in done]),
        ("支払の期待値 億円", [one.results.expected / _OKU for one in done]),
        ("損害率 %", [one.results.loss_ratio * 100 for one in done]),
    ]
    for place, point in enumerate(done[0].results.aggregate):
        if point.return_period in (20, 100, 200):
            rows.append(
                (f"{point.return_period} 年に1度 億円", [one.results.aggregate[place].loss / _OKU for one in done])
            )
    table = Table("同じ種で比べる / same seed", *names, *(f"{name} との差" for name in names[:1]))
    for label, values in rows:
        table.add_row(label, *(f"{value:,.2f}" for value in values), f"{values[-1] - values[0]:+,.2f}")
    console().print(table)
