"""Commands for members, applications, covers, renewals and evidence. What they use is loaded when they run.

Each acts as a named user (`--as`) and is recorded under that name. Answers are JSON; a refusal is one line and exit
status 1.
"""

import json
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from sonae.office.user_commands import _as, _office

BY_COMMAND = {"channel": "command", "factor": "command"}
"""How whoever acts by a command is known: the machine's operator named them."""

_day = click.DateTime(["%Y-%m-%d"])


def _say(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _moment(text: str | None) -> datetime | None:
    """A moment as ISO 8601 with its offset; without one it is Japan's."""
    if text is None:
        return None
    from sonae.period import JST

    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is no moment such as 2027-07-01T16:00") from None
    return told if told.tzinfo else told.replace(tzinfo=JST)


# --- members ----------------------------------------------------------------------------------------------------


@click.group()
def member() -> None:
    """Companies that may join."""


@member.command("register")
@click.argument("name")
@click.option("--cooperative", required=True, help="The cooperative's name as stored.")
@click.option("--corporate-number", default="", help="法人番号")
@click.option("--reading", default="")
@click.option("--postal-code", default="")
@click.option("--address", default="")
@_as
def register(
    name: str, cooperative: str, corporate_number: str, reading: str, postal_code: str, address: str, username: str
) -> None:
    """Register a company; its contact is entered on the page, never on a command line."""
    with _office():
        from sonae.office import access, members
        from sonae.office.models import Organisation
        from sonae.office.refusals import refuse

        body = Organisation.objects.exclude(kind="member").filter(name=cooperative).first()
        if body is None:
            raise refuse("no_such_body")
        made = members.register(
            access.act_as(username), members.Particulars(name, reading, postal_code, address),
            cooperative_id=body.id, corporate_number=corporate_number,
        )  # fmt: skip
        _say({"id": str(made.organisation_id), "name": made.legal_name})


@member.command("list")
@click.option("--name", default="", help="Part of the name, in any spelling.")
@_as
def list_members(name: str, username: str) -> None:
    """Members within reach, one a line."""
    with _office():
        from sonae.office import access, members

        for one in members.listed(access.act_as(username), name=name, limit=members.PAGE_LIMIT):
            _say({"id": str(one.organisation_id), "name": one.legal_name, "corporate_number": one.corporate_number})


@member.command("transfer")
@click.argument("member_id", metavar="MEMBER")
@click.option("--agency", required=True, help="The agency's name as stored.")
@_as
def transfer(member_id: str, agency: str, username: str) -> None:
    """Let another agency handle a member, at once."""
    with _office():
        from sonae.office import access, members
        from sonae.office.models import Organisation
        from sonae.office.refusals import refuse

        found = Organisation.objects.filter(kind="agency", name=agency).first()
        if found is None:
            raise refuse("no_such_body")
        members.transfer(access.act_as(username), member_id, found.id)


@member.command("suspicions")
@_as
def suspicions(username: str) -> None:
    """Members that may be one company, by the looks of their names."""
    with _office():
        from sonae.office import access, members

        for found in members.suspicions(access.act_as(username)):
            _say([{"id": str(one.organisation_id), "name": one.legal_name} for one in found.members])


@click.group()
def membership() -> None:
    """Evidence of membership."""


@membership.command("confirm")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--as-of", "as_of", type=_day, required=True, help="The day the list is of.")
@_as
def confirm_membership(file: Any, as_of: datetime, username: str) -> None:
    """Confirm a list: a JSON object of member ids, each true (belongs) or false (has left)."""
    from uuid import UUID

    try:
        belongs = {UUID(name): value for name, value in json.load(file).items()}
    except (ValueError, AttributeError):
        raise click.BadParameter("the file is no JSON object of member ids") from None
    if not all(isinstance(value, bool) for value in belongs.values()):
        raise click.BadParameter("each member is true or false")
    with _office():
        from sonae.office import access, members

        made = members.confirm_list(access.act_as(username), as_of.date(), belongs)
        _say({"list": str(made.id), "members": len(belongs)})


# --- applications -----------------------------------------------------------------------------------------------


@click.group()
def application() -> None:
    """Applications to join."""


@application.command("show")
@click.argument("application_id", metavar="ID")
@_as
def show_application(application_id: str, username: str) -> None:
    """Where an application stands."""
    with _office():
        from sonae.office import access, applications, telling

        principal = access.act_as(username)
        _say(telling.application(applications.one(principal, application_id), principal))


@application.command("decide")
@click.argument("application_id", metavar="ID")
@click.argument("outcome", type=click.Choice(["accept", "decline"]))
@click.option("--content", required=True, help="The content that was looked at.")
@click.option("--reason", required=True)
@click.option("--condition", "conditions", multiple=True, nargs=2, metavar="TEXT DAY", help="What is asked, by when.")
@_as
def decide(
    application_id: str, outcome: str, content: str, reason: str, conditions: tuple[tuple[str, str], ...], username: str
) -> None:
    """Decide a referred application."""
    try:
        dated = [(text, date.fromisoformat(day)) for text, day in conditions]
    except ValueError:
        raise click.BadParameter("--condition TEXT DAY, the day as 2027-06-30") from None
    with _office():
        from sonae.office import access, deciding, telling

        principal = access.act_as(username)
        found = deciding.decide(principal, application_id, content, outcome, reason, dated, **BY_COMMAND)
        _say(telling.application(found, principal))


@application.command("bind")
@click.argument("application_id", metavar="ID")
@_as
def bind(application_id: str, username: str) -> None:
    """Bind an accepted application; a second time it answers with the same cover."""
    with _office():
        from sonae.office import access, binding, telling

        _say(telling.cover(binding.bind(access.act_as(username), application_id, **BY_COMMAND)))


# --- covers -----------------------------------------------------------------------------------------------------


@click.group()
def cover() -> None:
    """Covers and their life."""


@cover.command("show")
@click.argument("cover_id", metavar="COVER")
@click.option("--as-of", "as_of", metavar="MOMENT", help="The terms of which moment; default now.")
@click.option("--known", metavar="MOMENT", help="As it was known at which moment; default now.")
@_as
def show_cover(cover_id: str, as_of: str | None, known: str | None, username: str) -> None:
    """A cover as of one moment, as known on another. COVER is its number or id."""
    with _office():
        from sonae.office import access, covers, telling

        _say(telling.as_of(covers.as_of(access.act_as(username), cover_id, _moment(as_of), _moment(known))))


@cover.command("change")
@click.argument("cover_id", metavar="COVER")
@click.argument("reason")
@click.option("--day", type=_day, required=True, help="From which day, at the product's hour.")
@click.option("--changes", default="{}", help="JSON in the request's words.")
@click.option("--undoes", type=int, help="For undo: the number of the transaction.")
@click.option("--note", default="")
@click.option("--preview", is_flag=True, help="Only say what it would do.")
@_as
def change_cover(
    cover_id: str, reason: str, day: datetime, changes: str, undoes: int | None, note: str, preview: bool, username: str
) -> None:
    """Change or end a cover; what needs a second person is proposed."""
    from sonae.cover import Reason

    if reason not in {str(one) for one in Reason}:
        raise click.BadParameter(f"the reasons are {', '.join(map(str, Reason))}")
    try:
        words = json.loads(changes)
    except ValueError:
        words = None
    if not isinstance(words, dict):
        raise click.BadParameter("--changes is a JSON object in the request's words")
    with _office():
        from sonae.office import access, covers, telling

        asked = covers.Change(Reason(reason), day.date(), words, undoes=undoes, note=note)
        principal = access.act_as(username)
        if preview:
            _say(telling.preview(covers.preview(principal, cover_id, asked)))
        else:
            _say(telling.changed(covers.change(principal, cover_id, asked)))


@cover.command("agree")
@click.argument("proposal_id", type=click.UUID, metavar="PROPOSAL")
@click.option("--turn-down", is_flag=True)
@_as
def agree(proposal_id: Any, turn_down: bool, username: str) -> None:
    """Agree to a proposed change as the second person, or turn it down."""
    with _office():
        from sonae.office import access, covers, telling

        made = covers.agree(access.act_as(username), proposal_id, agreed=not turn_down)
        _say(None if made is None else telling.changed(made))


@cover.command("loss")
@click.argument("cover_id", metavar="COVER")
@click.option("--occurred", required=True, metavar="MOMENT")
@_as
def loss(cover_id: str, occurred: str, username: str) -> None:
    """Mark that a loss was notified: nothing of this cover is backdated from then on."""
    moment = _moment(occurred)
    assert moment is not None
    with _office():
        from sonae.office import access, covers

        covers.notify_loss(access.act_as(username), cover_id, moment)


@cover.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare.")
@_as
def rebuild(check: bool, username: str) -> None:
    """Make the register again from the journal; one line a difference. Exit status 1 if one is left."""
    left = 0
    with _office():
        from sonae.office import access, rebuilding

        for one in rebuilding.rebuild(access.act_as(username), mend=not check):
            left += not one.mended
            _say({"cover": one.cover, "what": one.what, "register": one.register, "journal": one.journal,
                  "mended": one.mended})  # fmt: skip
    if left:
        sys.exit(1)


# --- renewals ---------------------------------------------------------------------------------------------------


@click.group()
def renewal() -> None:
    """The next group year."""


@renewal.command("run")
@click.option("--group-year", type=int, required=True, help="The calendar year in which it begins.")
@_as
def run_renewal(group_year: int, username: str) -> None:
    """Make the offers; killed, run it again and it goes on. Progress on standard error."""
    with _office():
        from sonae.office import access, renewals

        last = None
        for last in renewals.run(access.act_as(username), group_year):
            click.echo(f"{last.offered} / {last.due}", err=True)
        _say(None if last is None else vars_of(last))


@renewal.command("chase")
@click.option("--group-year", type=int, required=True)
@_as
def chase(group_year: int, username: str) -> None:
    """Members who have not signed, by agency and cooperative."""
    with _office():
        from sonae.office import access, renewals, telling

        for one in renewals.chasing(access.act_as(username), group_year, limit=1000):
            _say(telling.chased(one))


def vars_of(value: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(value)


# --- evidence ---------------------------------------------------------------------------------------------------


@click.command()
@_as
def checkpoint(username: str) -> None:
    """Sign the heads of all streams, outside the database."""
    with _office():
        from django.conf import settings

        from sonae.office import access, checkpoints

        _say({"checkpoint": str(checkpoints.write(access.act_as(username), Path(settings.DATA_DIR)).name)})


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_as
def export(folder: Path, username: str) -> None:
    """Write journal, covers, papers and checkpoints into a folder, as JSON lines.

    What tells of losses goes out whole for the insurer's auditor only, for others as numbers and hashes.
    """
    with _office():
        from sonae.office import access, exporting

        _say(exporting.export(access.act_as(username), folder))


@click.command()
@click.option("--all", "everything", is_flag=True, required=True, help="Journal, checkpoints and register.")
@_as
def verify(everything: bool, username: str) -> None:
    """Check everything stored by code that shares nothing with the office (verify/). Exit status 0 or 1."""
    with tempfile.TemporaryDirectory() as place, _office():
        from django.conf import settings

        from sonae.office import access, exporting, signing

        folder = Path(place)
        exporting.for_the_checker(access.act_as(username), folder)
        key = folder / "key.pem"
        key.write_text(signing.signer(settings.SONAE_KEYS).public_pem, "ascii")
        checker = Path(__file__).resolve().parents[3]
        done = subprocess.run(
            [sys.executable, "-P", str(checker / "verify" / "journal.py"), place, str(key)],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        click.echo(done.stdout, nl=False)
        if done.stderr:
            click.echo(done.stderr, nl=False, err=True)
    if done.returncode:
        sys.exit(1)


COMMANDS: list[click.Command] = [member, membership, application, cover, renewal, checkpoint, export, verify]
