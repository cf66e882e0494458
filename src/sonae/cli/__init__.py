"""The command line. It translates words to the core and back; what a command needs is loaded when it runs."""

import io
import sys

import click

from sonae import __version__
from sonae.cli.book_exchange import agree_export, export, pseudonymise, trace_export
from sonae.cli.book_impact import book
from sonae.cli.book_what_if import what_if
from sonae.cli.business_income import business_income
from sonae.cli.product_diff import diff
from sonae.cli.products import product
from sonae.cli.quote import quote
from sonae.cli.replay import replay
from sonae.cli.settle import settle
from sonae.cli.simulate import simulate
from sonae.office import (
    claim_commands,
    commands,
    cover_commands,
    document_commands,
    factor_commands,
    mail_commands,
    user_commands,
)
from sonae.office.environment import Misconfigured


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sonae")
def root() -> None:
    """sonae (備え): runs a group cyber-insurance plan end to end."""


def _assemble() -> None:
    root.add_command(quote)
    root.add_command(replay)
    product.add_command(diff)
    root.add_command(product)
    for command in (export, pseudonymise, agree_export, trace_export):
        book.add_command(command)
    book.add_command(simulate)
    book.add_command(what_if)
    root.add_command(book)
    root.add_command(settle)
    root.add_command(business_income)
    for command in (
        *commands.COMMANDS,
        *user_commands.COMMANDS,
        *document_commands.COMMANDS,
        *cover_commands.COMMANDS,
        *claim_commands.COMMANDS,
        *factor_commands.COMMANDS,
        *mail_commands.COMMANDS,
    ):
        root.add_command(command)
    for group, members in (
        *user_commands.SUBCOMMANDS.items(),
        *factor_commands.SUBCOMMANDS.items(),
        *mail_commands.SUBCOMMANDS.items(),
    ):
        found = root.commands[group]
        assert isinstance(found, click.Group)
        for command in members:
            found.add_command(command)


_assemble()


def main(arguments: list[str] | None = None) -> None:
    """Run a command. Exit 0 done or priced, 1 broken request or usage, 2 refused by the product's rules."""
    for stream in (sys.stdout, sys.stderr):
        # Nearly every word is Japanese: it is printed as UTF-8, whatever the locale says.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        # A command returns its exit status, or None for 0.
        status = root.main(arguments, prog_name="sonae", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        status = 1
    except Misconfigured as wrong:
        click.echo(f"Error: {wrong} / 環境変数の設定を確かめてください", err=True)
        status = 1
    except click.Abort:
        click.echo("中断しました / stopped", err=True)
        status = 1
    except BrokenPipeError:
        # The reader went away (`sonae … | head`); there is nobody left to tell.
        sys.stderr.close()
        status = 1
    except OSError as wrong:
        # A folder that is not there, a full disk: told by the path, as the system words it.
        if wrong.errno is None:
            raise
        name = f"{wrong.filename}: " if wrong.filename else ""
        click.echo(f"Error: {name}{wrong.strerror} / 読み書きできません", err=True)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)
