"""Answers as tables in a terminal, Japanese first and English beside it."""

import re
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sonae.doors.problem import Problem
from sonae.explanation import decimal
from sonae.product import Product
from sonae.quotation import Answer, Finding
from sonae.risk import QuotationRequest
from sonae.selection import select
from sonae.worksheet import MARKS, Line
from sonae.yen_text import write, write_limit

PLAIN_WIDTH = 120
"""Columns when the output is no terminal: a file or a pipe has no width of its own."""

EFFECTS = {"decline": ("引受不可", "declined"), "refer": ("個別照会", "referred"), "warn": ("注意", "note")}


def console(stderr: bool = False) -> Console:
    """Where tables go; a pipe gets plain text of a fixed width."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PLAIN_WIDTH, highlight=False, soft_wrap=False)


def _hour(hour: int) -> str:
    """An hour of the day as people say it: 16 is 午後4時, 0 is 午前0時."""
    return f"{'午前' if hour < 12 else '午後'}{hour % 12}時"


def print_answer(product: Product, request: QuotationRequest, answer: Answer) -> None:
    """The premium, what it was asked for, the worksheet, and what the rules say."""
    out = console()
    selection = select(product, request)
    out.print(f"[bold]{escape(product.name.ja)}[/] [dim]{escape(product.year.ja)}  {answer.product.hash[:12]}[/]")
    industry = selection.industry
    limits = f"賠償 {write_limit(selection.liability)} ・ 費用 {write_limit(selection.expense)}"
    if selection.business_income:
        limits += f" ・ 利益 {write_limit(selection.business_income)}"
    inception, hour = request.inception, product.calendar.start_hour
    assert inception is not None, "a door sets the inception"
    asked = [
        f"{industry.code} {industry.name.ja}",
        f"年間売上高 {write(request.annual_sales)}",
        f"{product.sets[request.set].name.ja} {selection.plan.name.ja}",
        limits,
        f"{inception.year}年{inception.month}月{inception.day}日 {_hour(hour)}から1年",
    ]
    out.print(escape(" ・ ".join(asked)))
    riders = [product.riders[code].name.ja for code in selection.riders]
    if riders:
        out.print(escape("特約: " + "、".join(riders)))
    out.print()
    if answer.premium is None:
        out.print("[bold red]引き受けられません[/] [dim]Refused[/]")
    else:
        word = "概算保険料" if answer.referred else "年間保険料"
        out.print(f"{word} [bold]{answer.premium:,}円[/] [dim]a year[/]")
        out.print(_worksheet(answer.worksheet))
    _print_findings(out, answer.findings)
    for code in ("reconstruction", "asked_at_application"):
        note = product.notes.get(code)
        if note is not None:
            out.print(f"[dim]{escape(note.ja)}\n{escape(note.en)}[/]")


def _worksheet(lines: tuple[Line, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("項目 Line", no_wrap=True)
    table.add_column("値 Value", justify="right", no_wrap=True)
    table.add_column("計算 Sum", overflow="fold")
    table.add_column("根拠 Basis", no_wrap=True)
    for line in lines:
        value = decimal(line.value) if line.unit == "e-4" else f"{line.value:,}"
        mark = "" if line.status is None else f"{MARKS[line.status][0]} {MARKS[line.status][1]}"
        style = "bold" if line.line in ("subtotal", "annual_premium") else "dim" if line.formula == "0" else ""
        table.add_row(f"{line.label} [dim]{line.label_en}[/]", value, _grouped(line.formula), mark, style=style)
    return table


def _grouped(formula: str) -> str:
    """The whole numbers of a formula with thousands separators, for the eye."""
    return re.sub(r"(?<![\d.])\d{4,}(?![\d.])", lambda number: f"{int(number[0]):,}", formula)


def _print_findings(out: Console, findings: tuple[Finding, ...]) -> None:
    colours = {"decline": "red", "refer": "yellow", "warn": "cyan"}
    for finding in findings:
        word, word_en = EFFECTS[finding.effect]
        out.print(
            f"[{colours[finding.effect]}]{word} {word_en}[/] {escape(finding.message)} [dim]{finding.code}[/]\n"
            f"  [dim]{escape(finding.message_en)}  {escape(finding.source)}[/]"
        )
    if findings:
        out.print()


def print_problem(problem: Problem) -> None:
    """What could not be read, each with its place and what is allowed."""
    out = console(stderr=True)
    out.print(f"[bold red]{escape(problem.title)}[/] [dim]{escape(problem.title_en)}[/]")
    if problem.detail and not problem.errors:
        out.print(escape(problem.detail))
    for error in problem.errors:
        out.print(
            f"  [bold]{escape(error.pointer or '(全体 whole)')}[/] {escape(error.message)}\n"
            f"    [dim]{escape(error.message_en)}[/]"
        )
