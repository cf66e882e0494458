"""Commands for the outbox: what was recorded, what has not left, where a person of the office gets mail."""

import json
import sys
from typing import Any

import click

from sonae.office.user_commands import _as, _office


@click.group()
def mail() -> None:
    """The outbox: mails of the office."""


@mail.command("list")
@click.option("--waiting", is_flag=True, help="Only what has not left, oldest first.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@_as
def list_mails(waiting: bool, limit: int, username: str) -> None:
    """Mails, the newest first, one a line; neither address nor text."""
    with _office():
        from sonae.office import access, outbox

        for one in outbox.listed(access.act_as(username), waiting=waiting, limit=limit):
            click.echo(json.dumps({
                "id": str(one.mail.id), "kind": one.mail.kind, "cause": one.mail.cause,
                "organisation": str(one.mail.organisation_id), "recorded_at": one.mail.recorded_at.isoformat(),
                "state": one.outcome or "waiting", "attempts": one.attempts, "code": one.code,
            }))  # fmt: skip


@mail.command("retry")
@click.argument("mail_id", metavar="[MAIL]", type=click.UUID, required=False)
@_as
def retry(mail_id: Any, username: str) -> None:
    """Try once more what has not left; exit status 2 while something still waits."""
    waits = False
    with _office():
        from sonae.office import access, outbox

        for one, outcome in outbox.retry(access.act_as(username), mail_id):
            click.echo(json.dumps({"id": str(one), "state": outcome or "waiting"}))
            waits = waits or outcome in ("", "failed")
    sys.exit(2 if waits else 0)


@mail.command("due")
@_as
def due(username: str) -> None:
    """Record a mail for each condition of an acceptance that falls due within a week, or is past; once each."""
    with _office():
        from sonae.office import access, notices

        click.echo(json.dumps({"recorded": notices.conditions_due(access.act_as(username))}))


@click.command("mail")
@click.argument("person", metavar="NAME")
@click.argument("address", default="")
@_as
def set_address(person: str, address: str, username: str) -> None:
    """Set where a person of the office gets mail; without an address: nowhere."""
    with _office():
        from sonae.office import access, outbox

        outbox.set_address(access.act_as(username), person, address)


COMMANDS: list[click.Command] = [mail]
#: Commands that belong into a group which another module makes, by that group's name.
SUBCOMMANDS: dict[str, list[click.Command]] = {"user": [set_address]}
