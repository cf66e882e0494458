"""`sonae business-income`: a stoppage's sales and costs as loss of profit and extra expense, step by step."""

import sys
from typing import TYPE_CHECKING, Any

import click

from sonae.cli.quote import BROKEN, OK, REFUSED, open_file

if TYPE_CHECKING:
    from sonae.business_income import Calculated


@click.command("business-income")
@click.argument("file", metavar="SALES.csv|-")
@click.option("--stopped", "stopped_at", required=True, metavar="MOMENT", help="When it stopped, as 2027-09-11T06:40.")
@click.option("--restored", "restored_at", required=True, metavar="MOMENT", help="When it was restored.")
@click.option("--year-sales", required=True, metavar="YEN", help="Sales of the last fiscal year.")
@click.option("--profit", "operating_profit", required=True, metavar="YEN", help="Its operating profit; −5万: a loss.")
@click.option("--fixed-costs", required=True, metavar="YEN", help="Its fixed costs.")
@click.option("--saved", default="", metavar="YEN", help="Fixed costs that did not arise.")
@click.option("--prevention", default="", metavar="YEN", help="Cost of preventing a larger fall.")
@click.option("--fall-avoided", default="", metavar="YEN", help="Revenue that it kept.")
@click.option("--extra", default="", metavar="YEN", help="Cost above normal of keeping the business going.")
@click.option("--value-kept", default="", metavar="YEN", help="What things bought with it are still worth.")
@click.option("--in-both", default="", metavar="YEN", help="Part of the prevention that is in --extra as well.")
@click.option("--paid-as-restoration", default="", metavar="YEN", help="Part of --extra paid as system restoration.")
@click.option("--cause", default="", metavar="CAUSE", help="sudden_event, own_shutdown or outsourced_outage.")
@click.option("--trend", "trend_percent", default="", metavar="PERCENT", help="Agreed trend against the year before.")
@click.option("--json", "as_json", is_flag=True, help="Print the calculation, or the problem, as JSON.")
def business_income(file: str, as_json: bool, **words: Any) -> int:
    """Work out a stoppage: standard against actual sales, the profit lost, what was saved, and extra expense.

    SALES.csv has two columns, 日付,売上高 (date,sales) by day or 月,売上高 (month,sales) by month, of the stoppage
    and of the same days a year before. Limits are not looked at here. Nothing is stored.

    Exit status: 0 worked out, 2 nothing to work out (no stoppage, days without a record), 1 not understood.
    """
    from sonae.business_income import Unmeasured, calculate
    from sonae.cli.table import print_problem
    from sonae.doors import income_asked, problem, sales_file
    from sonae.office import catalogue
    from sonae.payment_terms import stoppage_terms

    with open_file(file) as stream:
        asked = income_asked.read(stream.read(sales_file.MOST_BYTES + 1), words)
    if isinstance(asked, problem.Problem):
        if as_json:
            sys.stdout.buffer.write(problem.encode(asked) + b"\n")
        else:
            print_problem(asked)
        return BROKEN
    terms = stoppage_terms(catalogue.default())
    assert terms is not None, "the shipped product settles claims"
    found = calculate(asked, terms)
    if as_json:
        sys.stdout.buffer.write(income_asked.encode(found) + b"\n")
    elif isinstance(found, Unmeasured):
        click.echo(f"{found.reason.ja}\n{found.reason.en}")
    else:
        _print(found, terms.waiting_hours)
    return REFUSED if isinstance(found, Unmeasured) else OK


def _print(found: "Calculated", waiting_hours: int) -> None:
    from rich.table import Table

    from sonae.cli.table import console

    measured, out = found.measured, console()
    out.print(
        f"{measured.first} から {measured.days}日間  免責時間 {waiting_hours}時間  "
        f"利益 [bold]{found.income.loss_of_profit:,}円[/]  営業継続費用 [bold]{found.income.extra_expense:,}円[/]"
    )
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    rows.add_column("手順 Step", no_wrap=True)
    rows.add_column("額", justify="right", no_wrap=True)
    rows.add_column("計算 Sum", overflow="fold")
    rows.add_column("根拠", style="dim")
    for line in found.income.worksheet:
        value = f"{line.value:,}円" if line.unit == "yen" else f"{line.value / 100:.2f}%"
        rows.add_row(f"{line.label} {line.label_en}", value, line.formula, line.status or "")
    out.print(rows)
