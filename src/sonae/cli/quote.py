"""`sonae quote`: price a request from a file, from standard input, or from flags."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from sonae.office.catalogue import Catalogue

OK, BROKEN, REFUSED = 0, 1, 2
"""Exit statuses. Of many lines the worst counts, in the order broken, refused, priced."""

WORST_FIRST = (BROKEN, REFUSED, OK)
LONGEST_LINE = 1024 * 1024


@click.command()
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer, or the problem, as JSON.")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="One request a line in, one answer or problem a line out.")
@click.option("--industry", help="Code or name: D06, 建設業, 工務店.")
@click.option("--sales", help="Annual sales, tax included: 10億, 1,050,000千円, 1000000000.")
@click.option("--plan", help="basic or wide.")
@click.option("--set", "set_number", type=int, help="1 to 5; 5 is the free set and takes the limits below.")
@click.option("--rider", "riders", multiple=True, help="A rider's code; may be given several times.")
@click.option("--it-sales", help="Sales of IT work, for the IT rider.")
@click.option("--liability", help="Limit of liability in the free set: 1億.")
@click.option("--expense", help="Limit of expense in the free set: 3千万.")
@click.option("--business-income", help="Limit of business income in the free set: 1千万.")
@click.option("--sheet-discount", type=int, help="Assumed security discount in percent, for an estimate.")
@click.option("--inception", help="First day of cover: 2027-04-01.")
@click.option(
    "--product",
    "product_id",
    metavar="PRODUCT|FOLDER",
    help="Default: the plan's year of the inception. A folder stands beside the shipped products; FILE names it by id.",
)
def quote(file: str | None, as_json: bool, as_jsonl: bool, **flags: Any) -> int:
    """Price a request and explain every yen.

    FILE is a JSON request (- for standard input). For the common case flags do:

    \b
        sonae quote --industry D06 --sales 10億 --plan basic --set 3 --sheet-discount 30

    Exit status: 0 priced, 2 refused by the product's rules, 1 not understood.
    """
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    products = _products(given, file is not None)
    if file is not None and given:
        raise click.UsageError("Give a file or flags, not both. / ファイルとフラグは、どちらか一方にしてください。")
    if file is None and not given:
        raise click.UsageError("Give a request: a file, - or flags. / 見積の条件をファイルかフラグで渡してください。")
    if as_json and as_jsonl:
        raise click.UsageError("Give --json or --jsonl, not both. / --json と --jsonl は、どちらか一方にしてください。")
    moment = datetime.now(UTC)
    if file is None:
        return _answer_flags(products, given, moment, as_json or as_jsonl)
    with open_file(file) as stream:
        if as_jsonl:
            return _answer_lines(products, stream, moment)
        return _answer_bytes(products, stream.read(), moment, as_json)


def _products(given: dict[str, Any], in_file: bool) -> "Catalogue":
    """The shipped products, and the one of the folder that `--product` names; flags then mean that one by its id."""
    from sonae.cli.products import _load, is_folder
    from sonae.office import catalogue

    products = catalogue.shipped()
    if "product_id" not in given or not is_folder(given["product_id"]):
        return products
    another = _load(given.pop("product_id"))
    if not in_file:
        given["product_id"] = another.id
    return catalogue.Catalogue({**products.products, another.id: another})


def open_file(file: str) -> BinaryIO:
    try:
        return click.open_file(file, "rb")  # type: ignore[return-value]
    except OSError as wrong:
        raise click.UsageError(f"{file}: {wrong.strerror}") from wrong


def _answer_lines(products: "Catalogue", stream: BinaryIO, moment: datetime) -> int:
    """Answer every line; never stop early."""
    statuses = {OK}
    for line in _lines(stream):
        document, status = _document(products, line, moment)
        statuses.add(status)
        sys.stdout.buffer.write(document + b"\n")
    sys.stdout.buffer.flush()
    return next(status for status in WORST_FIRST if status in statuses)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines that are not blank. A line over the bound is cut there, and so is answered as too large."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(LONGEST_LINE)):
            pass
        if line.strip():
            yield line.rstrip(b"\r\n")


def _document(products: "Catalogue", raw: bytes, moment: datetime) -> tuple[bytes, int]:
    """The answer or the problem as JSON, with its exit status."""
    from sonae.doors import answer, problem
    from sonae.doors.request import read
    from sonae.quotation import quote

    understood = read(products, raw, moment)
    if isinstance(understood, problem.Problem):
        return problem.encode(understood), BROKEN
    found = quote(understood.product, understood.request, moment)
    return answer.encode(found), REFUSED if found.refused else OK


def _answer_bytes(products: "Catalogue", raw: bytes, moment: datetime, as_json: bool) -> int:
    if as_json:
        document, status = _document(products, raw, moment)
        sys.stdout.buffer.write(document + b"\n")
        return status
    from sonae.doors.request import read

    return _print(read(products, raw, moment), moment)


def _answer_flags(products: "Catalogue", given: dict[str, Any], moment: datetime, as_json: bool) -> int:
    """Flags become the same request as a file would hold, and go through the same reader."""
    import json

    from sonae.doors import problem
    from sonae.doors.json_reading import parse

    words, errors = _words(given, products.get(given.get("product_id", "")) or products.newest)
    if errors:
        broken = problem.not_understood(tuple(errors))
        if as_json:
            sys.stdout.buffer.write(problem.encode(broken) + b"\n")
            return BROKEN
        return _print(broken, moment)
    raw = json.dumps(words, ensure_ascii=False).encode()
    assert not isinstance(parse(raw), problem.Problem)
    return _answer_bytes(products, raw, moment, as_json)


AMOUNTS = {
    "sales": ("annual_sales",),
    "it_sales": ("it_sales",),
    "liability": ("limits", "liability"),
    "expense": ("limits", "expense"),
    "business_income": ("limits", "business_income"),
}
"""Flags that hold money, and where it stands in the request."""

SAME = {
    "plan": "plan",
    "set_number": "set",
    "riders": "riders",
    "sheet_discount": "sheet_discount",
    "inception": "inception",
    "product_id": "product",
}


def _words(given: dict[str, Any], product: Any) -> tuple[dict[str, Any], list[Any]]:
    """The request that the flags mean, and what could not be read in them."""
    from sonae import industry_search, yen_text
    from sonae.doors.problem import FieldError

    words: dict[str, Any] = {}
    errors = []
    if "industry" in given:
        # A name that is not known goes on as typed, so that the reader lists what is.
        words["industry"] = industry_search.resolve(product, given["industry"]) or given["industry"]
    for flag, path in AMOUNTS.items():
        if flag not in given:
            continue
        amount = yen_text.read(given[flag])
        if isinstance(amount, yen_text.Unreadable):
            errors.append(FieldError("/" + "/".join(path), amount.code, amount.message, amount.message_en))
            continue
        place = words
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = amount
    for flag, field in SAME.items():
        if flag in given:
            words[field] = list(given[flag]) if flag == "riders" else given[flag]
    return words, errors


def _print(understood: Any, moment: datetime) -> int:
    """The answer as a table for people."""
    from sonae.cli import table
    from sonae.doors.problem import Problem
    from sonae.quotation import quote

    if isinstance(understood, Problem):
        table.print_problem(understood)
        return BROKEN
    found = quote(understood.product, understood.request, moment)
    table.print_answer(understood.product, understood.request, found)
    return REFUSED if found.refused else OK
