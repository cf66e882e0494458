"""Commands about log-in: an agency person's registration, a person's new start, the demo people's codes."""

import json
from typing import Any

import click

from sonae.office.user_commands import _as, _fail, _office


@click.command("registration")
@click.argument("person", metavar="NAME")
@click.option("--number", default="", help="募集人登録番号")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the registration; none: it is revoked.")
@_as
def set_registration(person: str, number: str, until: Any, username: str) -> None:
    """Set or revoke the registration (募集人登録) of an agency's person; counts at once."""
    with _office():
        from sonae.office import access, desk

        desk.set_registration(access.act_as(username), person, number, until.date() if until else None)


@click.command("reset")
@click.argument("person", metavar="NAME")
@_as
def reset_user(person: str, username: str) -> None:
    """Make a link, good once and for half an hour, with which a person sets password and factors anew."""
    with _office():
        from sonae.office import access, access_links

        made = access_links.reset(access.act_as(username), person)
        click.echo(json.dumps({"path": f"/welcome/{made.token}", "expires_at": made.expires_at.isoformat()}))


@click.group()
def demo() -> None:
    """The demo office."""


@demo.command("code")
@click.argument("person", metavar="USER")
def demo_code(person: str) -> None:
    """Show the present one-time code of a person of the demo office. Refused in production."""
    from sonae.office import environment

    if environment.read().production:
        _fail("demo code is refused in production (SONAE_ENV)")
    with _office():
        from django.db import transaction

        from sonae.office import access_factors, desk, walls
        from sonae.office.management.commands.seed_demo import demo_id
        from sonae.office.models import User

        with transaction.atomic():
            user = User.objects.filter(id=demo_id(person), username=person, is_active=True).first()
            if user is None:
                raise desk.Unacceptable(f"{person} is nobody of the demo office")
            walls.enter(organisation=str(user.organisation_id), principal=f"user:{user.id}")
            code = access_factors.next_code(user)
        if code is None:
            raise desk.Unacceptable("there is no unused code at the moment: wait half a minute")
        click.echo(code)


COMMANDS: list[click.Command] = [demo]
#: Commands that belong into a group which another module makes, by that group's name.
SUBCOMMANDS: dict[str, list[click.Command]] = {"user": [set_registration, reset_user]}
