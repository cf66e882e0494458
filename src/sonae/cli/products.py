"""`sonae product`: look at a product, prove it, print its matrix, and the schema of its files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sonae.product import Product

_which = click.argument("which", required=False, metavar="[PRODUCT|FOLDER]")


@click.group()
def product() -> None:
    """The plan as data: show it, prove it, print what it covers."""


def is_folder(which: str) -> bool:
    """Whether PRODUCT|FOLDER names a folder; a product's id has no slash."""
    return "/" in which or Path(which).is_dir()


def _load(which: str | None) -> "Product":
    """A shipped product by id, a folder by path, or the default; faults are printed by file, line and reason."""
    from sonae.doors.folder import BrokenProduct
    from sonae.office import catalogue

    try:
        if which is None:
            return catalogue.default()
        if is_folder(which):
            folder = Path(which).resolve()
            if folder.is_dir() and not (folder / "product.toml").is_file():
                raise click.ClickException(
                    f"{which} は商品のフォルダではありません（product.toml がありません）/ no product.toml there"
                )
            return catalogue.product_in(folder)
        return catalogue.product(which)
    except BrokenProduct as broken:
        for fault in broken.faults:
            click.echo(str(fault), err=True)
        raise click.ClickException(f"商品として読み込めません（{len(broken.faults)}件）/ not a product") from broken
    except catalogue.UnknownProduct as unknown:
        raise click.UsageError(f"there is no product {which} / その商品はありません") from unknown


@product.command()
@_which
def show(which: str | None) -> None:
    """Plans, sets, riders, rules and tariff, each value with its source and status."""
    from sonae.cli import product_table

    product_table.show(_load(which))


@product.command()
@_which
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def check(which: str | None, as_json: bool) -> int:
    """Prove by enumeration that every cell is granted once or knowingly left out. Exit 1 when it is not."""
    import json

    from sonae.proof import prove

    found = _load(which)
    proof = prove(found)
    if as_json:
        flaws = [{"kind": flaw.kind, "subject": flaw.subject, "witness": flaw.witness} for flaw in proof.flaws]
        document = {
            "product": found.id,
            "hash": found.hash,
            "covers": proof.covers,
            "cells": proof.cells,
            "examples": len(found.examples),
            "flaws": flaws,
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return 0 if proof.sound else 1
    click.echo(f"{found.id}  {found.hash}")
    click.echo(
        f"読み込み: 名前・帯・出典を確認、公表保険料 {len(found.examples)} 件を再現 / loads, examples reproduced"
    )
    click.echo(f"列挙: {proof.covers:,} 通りの加入内容、{proof.cells:,} マス / covers, cells")
    for flaw in proof.flaws:
        click.echo(str(flaw))
    click.echo(
        "欠け・重なり・死んだ条項はありません / sound" if proof.sound else f"{len(proof.flaws)} 件の不備 / flaws"
    )
    return 0 if proof.sound else 1


@product.command()
@_which
@click.option("--plan", default=None, help="Only this plan.")
@click.option("--set", "set_number", type=int, default=None, help="The set; default: the first.")
@click.option("--rider", "riders", multiple=True, help="Riders beside those of the set.")
@click.option("--json", "as_json", is_flag=True, help="Print every cell as JSON.")
def matrix(which: str | None, plan: str | None, set_number: int | None, riders: tuple[str, ...], as_json: bool) -> None:
    """The ○× matrix of covered events and heads of loss, derived from the clauses."""
    from sonae.cli import product_table

    found = _load(which)
    number = set_number if set_number is not None else next(iter(found.sets))
    if number not in found.sets:
        raise click.UsageError(f"there is no set {number}; sets are {', '.join(map(str, found.sets))}")
    if plan is not None and plan not in found.plans:
        raise click.UsageError(f"there is no plan {plan}; plans are {', '.join(found.plans)}")
    for code in riders:
        if code not in found.riders:
            raise click.UsageError(f"there is no rider {code}; riders are {', '.join(found.riders)}")
    plans = [plan] if plan else list(found.plans)
    if as_json:
        click.echo(product_table.matrix_json(found, plans, number, riders))
    else:
        product_table.print_matrix(found, plans, number, riders)


@product.command()
@click.argument("file", required=False)
def schema(file: str | None) -> None:
    """The JSON Schema of a product file (plans.toml, …) for editors; without FILE, of all of them."""
    import json

    from sonae.doors.csv_shapes import CSV_FILES
    from sonae.doors.product_files import TOML_FILES

    shapes = {**TOML_FILES, **CSV_FILES}
    if file is not None and file not in shapes:
        raise click.UsageError(f"no such file belongs to a product; they are {', '.join(shapes)}")
    if file is not None:
        document = shapes[file].model_json_schema()
    else:
        document = {name: shape.model_json_schema() for name, shape in shapes.items()}
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    click.echo()
