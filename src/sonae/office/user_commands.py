"""Commands of the office: people, keys, products, replay, the table of routes. What they use is loaded when they run.

Each acts as a named user (`--as`) and is recorded in the journal under that name; there is no hidden superuser.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

_as = click.option("--as", "username", required=True, metavar="USER", help="The user who acts; recorded.")


@contextmanager
def _office() -> Iterator[None]:
    """Django on the application's role, with the database running; refusals become a message and exit status 1."""
    from sonae.office import database, environment
    from sonae.office.keys import KeyFileMissing, KeyFileUnsafe

    try:
        with database.database(environment.read()) as addresses:
            os.environ |= {
                "SONAE_APP_DATABASE_URL": addresses.application,
                "SONAE_DB_ROLE": "application",
                "SONAE_DB_POOL": "off",
                "DJANGO_SETTINGS_MODULE": "sonae.web.settings",
            }
            import django

            django.setup()
            from django.core.exceptions import PermissionDenied, ValidationError
            from django.db import connection

            from sonae.office import desk

            try:
                yield
            except PermissionDenied as error:
                _fail(f"not permitted: {error}" if str(error) else "not permitted for this user")
            except (desk.Unacceptable, desk.NotFound) as error:
                _fail(str(error) or "there is no such thing")
            except ValidationError as error:
                _fail(" ".join(error.messages))
            finally:
                connection.close()
    except (environment.Misconfigured, KeyFileMissing, KeyFileUnsafe) as error:
        _fail(str(error))


def _fail(text: str) -> None:
    click.echo(f"sonae: {text}", err=True)
    sys.exit(1)


def _password() -> str:
    """From the terminal, hidden and twice; or the first line of standard input when that is no terminal."""
    if sys.stdin.isatty():
        words = "Password (15 or more characters)"
        return str(click.prompt(words, hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


# --- people -----------------------------------------------------------------------------------------------------


@click.group()
def user() -> None:
    """People who log in."""


@user.command("create")
@click.argument("new_username", metavar="NAME")
@click.option("--operator", is_flag=True, help="The first operator of an office that has none; needs no --as.")
@click.option("--role", help="solicitor, agency_manager, association_office, … (glossary)")
@click.option("--organisation", "organisation_name", help="The organisation's name as stored.")
@click.option("--name", "display_name", default="", help="The person's name for screens; default: NAME.")
@click.option("--registration", default="", help="募集人登録番号, for an agency's people.")
@click.option("--registered-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the registration.")
@click.option("--as", "username", metavar="USER", help="The user who acts; recorded.")
def create_user(
    new_username: str,
    operator: bool,
    role: str | None,
    organisation_name: str | None,
    display_name: str,
    registration: str,
    registered_until: Any,
    username: str | None,
) -> None:
    """Create a person; the password is asked for, or read from standard input."""
    if operator == (username is not None):
        _fail("either --operator for the first operator, or --as USER")
    password = _password()
    with _office():
        from django.db import transaction

        from sonae.office import access, desk
        from sonae.office.models import KINDS_OF_ROLE, Organisation

        if operator:
            made = desk.set_up_operator(new_username, password, display_name or new_username)
        else:
            principal = access.act_as(username or "")
            if role not in KINDS_OF_ROLE:
                raise desk.Unacceptable(f"--role is one of {', '.join(map(str, KINDS_OF_ROLE))}")
            with transaction.atomic():
                access.enter(principal, "user.manage")
                organisation = Organisation.objects.filter(name=organisation_name).first()
            if organisation is None:
                raise desk.Unacceptable(f"there is no organisation {organisation_name}")
            made = desk.create_user(
                principal,
                username=new_username,
                password=password,
                name=display_name or new_username,
                organisation=organisation,
                role=role,
                registration_number=registration,
                registration_expires=registered_until.date() if registered_until else None,
            )
        click.echo(json.dumps({"id": str(made.id), "username": made.username, "role": str(made.role)}))


@user.command("suspend")
@click.argument("suspended", metavar="NAME")
@_as
def suspend_user(suspended: str, username: str) -> None:
    """Take every right from a person and their keys, at once."""
    with _office():
        from sonae.office import access, desk

        desk.suspend_user(access.act_as(username), suspended)


# --- keys -------------------------------------------------------------------------------------------------------


@click.group()
def key() -> None:
    """Keys for machines."""


@key.command("create")
@click.option("--holder", required=True, help="The user who answers for the key.")
@click.option("--label", required=True)
@click.option("--scope", "scopes", multiple=True, required=True, help="quotation.estimate, quotation.store, …")
@click.option("--days", default=365, show_default=True)
@click.option("--per-minute", default=600, show_default=True, help="Requests a minute.")
@_as
def create_key(holder: str, label: str, scopes: tuple[str, ...], days: int, per_minute: int, username: str) -> None:
    """Make a key; its secret is shown this once."""
    with _office():
        from sonae.office import access, desk
        from sonae.office.models import User

        person = User.objects.filter(username=holder, is_active=True).first()
        if person is None:
            raise desk.Unacceptable(f"there is no active user {holder}")
        made = desk.create_key(
            access.act_as(username),
            holder=person,
            label=label,
            scopes=frozenset(scopes),
            valid_days=days,
            budget_per_minute=per_minute,
        )
        click.echo(json.dumps({"id": made.id, "key": made.token}))


@key.command("revoke")
@click.argument("key_id", metavar="ID")
@_as
def revoke_key(key_id: str, username: str) -> None:
    """End a key at once."""
    with _office():
        from sonae.office import access, desk

        desk.revoke_key(access.act_as(username), key_id)


@click.group("key-file")
def key_file() -> None:
    """The file of secrets beside the data (SONAE_KEY_FILE)."""


@key_file.command("new")
@click.argument("path", type=click.Path(path_type=Path))
def new_key_file(path: Path) -> None:
    """Make a key file that does not exist yet, readable by its owner only."""
    from sonae.office import keys

    if path.exists():
        _fail(f"{path} exists already")
    keys.make(path)


# --- quotations, products, persons --------------------------------------------------------------------------------


@click.group()
def quotation() -> None:
    """Stored quotations."""


@quotation.command("replay")
@click.argument("quotation_id", metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="Every stored quotation.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_as
def replay(quotation_id: str | None, everything: bool, as_json: bool, username: str) -> None:
    """Recompute stored quotations and compare them byte for byte. Exit status 1 if one differs."""
    if everything == (quotation_id is not None):
        _fail("either an ID or --all")
    counts = {"equal": 0, "different": 0, "erased": 0}
    with _office():
        from sonae.office import access, desk

        principal = access.act_as(username)
        results = desk.replay_all(principal) if everything else iter([desk.replay(principal, quotation_id or "")])
        for result in results:
            counts[result.outcome] += 1
            if as_json:
                line = {"id": result.id, "outcome": result.outcome, "difference": result.difference}
                click.echo(json.dumps(line, ensure_ascii=False))
            elif result.outcome != "equal" or not everything:
                click.echo(f"{result.id} {result.outcome} {result.difference}".rstrip())
    if everything and not as_json:
        click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    if counts["different"]:
        sys.exit(1)


_product = click.argument("which", metavar="PRODUCT|FOLDER")


@click.command("release")
@_product
@_as
def release_product(which: str, username: str) -> None:
    """Release a product year: the first of a scheme at once, a successor once the insurer's second person agrees.

    A successor needs all proofs of `product check` and an impact run on record for exactly the two contents.
    """
    _release(which, username, "ask")


@click.command("agree")
@_product
@_as
def agree_product(which: str, username: str) -> None:
    """Agree to the release that another person asked for; the product year is then kept for ever."""
    _release(which, username, "agree")


def _release(which: str, username: str, act: str) -> None:
    with _office():
        from sonae.office import access, catalogue, releasing

        folder = Path(which).resolve() if "/" in which or Path(which).is_dir() else catalogue.PRODUCTS / which
        product, files = catalogue.product_in(folder), catalogue.read_files(folder)
        principal = access.act_as(username)
        before = releasing.standing(principal, product).done
        found = (releasing.ask if act == "ask" else releasing.agree)(principal, product, files)
        document = {"product": product.id, "hash": product.hash, "released_now": found.done and not before}
        if not found.done:
            assert found.predecessor is not None, "a first year is released at once"
            document |= {"waits_for": "product agree", "from": found.predecessor.hash}
        click.echo(json.dumps(document))


@click.group()
def subject() -> None:
    """Persons named in stored quotations."""


@subject.command("erase")
@_as
def erase_subject(username: str) -> None:
    """Destroy every key of the person whose contact is given on standard input; prints how many."""
    contact = sys.stdin.readline().strip()
    with _office():
        from sonae.office import access, desk

        click.echo(json.dumps({"erased": desk.erase_subject(access.act_as(username), contact)}))


# --- routes -----------------------------------------------------------------------------------------------------


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
@click.pass_context
def routes(context: click.Context, as_json: bool) -> None:
    """Every route and command with its one permission."""
    with _office():
        from sonae.office import declarations

        root = context.find_root().command
        rows: list[dict[str, str]] = declarations.routes() + declarations.commands(root)
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            click.echo(f"{row.get('method', ''):7} {row.get('path') or row['command']:50} {row['permission']}")


COMMANDS: list[click.Command] = [user, key, key_file, quotation, subject, routes]
#: Commands that belong into a group which another module makes, by that group's name.
SUBCOMMANDS: dict[str, list[click.Command]] = {"product": [release_product, agree_product]}
