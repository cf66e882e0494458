"""`sonae replay`: would it have paid? Cases run through every plan, set and rider."""

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sonae.cases import Case, KnownCase
    from sonae.doors.problem import Problem
    from sonae.product import Product

OK, BROKEN = 0, 1


@click.command()
@click.argument("cases", nargs=-1, metavar="[CASE…]")
@click.option("--json", "as_json", is_flag=True, help="Print the results, or the problem, as JSON.")
def replay(cases: tuple[str, ...], as_json: bool) -> int:
    """Would it have paid: run cases through every plan, set and legal rider combination.

    CASE is the name of a shipped case or a JSON file (- for standard input); without one, all shipped cases run.
    Exit status: 0 run, 1 a case was not understood.
    """
    from sonae.doors import case_file, problem
    from sonae.office import catalogue
    from sonae.replay import replay as run

    product = catalogue.default()
    shipped = {known.code: known for known in product.cases}
    read: list[tuple[Case, KnownCase | None]] = []
    for name in cases or tuple(shipped):
        known = shipped.get(name)
        found = known.case if known is not None else _read(product, name, shipped)
        if isinstance(found, problem.Problem):
            return _broken(found, as_json)
        read.append((found, known))
    if as_json:
        sys.stdout.buffer.write(case_file.encode(run(product, case) for case, _ in read) + b"\n")
        return OK
    from sonae.cli.replay_table import print_replay

    for case, known in read:
        print_replay(product, run(product, case), known)
    return OK


def _read(product: "Product", name: str, shipped: dict[str, Any]) -> "Case | Problem":
    from sonae.doors import case_file

    try:
        with click.open_file(name, "rb") as stream:
            return case_file.read(product, stream.read())
    except OSError as wrong:
        known = ", ".join(shipped)
        raise click.UsageError(
            f"{name}: その名前の事故例もファイルもありません / no such case or file. 収録: {known}"
        ) from wrong


def _broken(found: "Problem", as_json: bool) -> int:
    from sonae.cli.table import print_problem
    from sonae.doors import problem

    if as_json:
        sys.stdout.buffer.write(problem.encode(found) + b"\n")
    else:
        print_problem(found)
    return BROKEN
