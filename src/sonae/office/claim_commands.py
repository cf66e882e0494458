"""Commands for claims. What they use is loaded when they run.

Each acts as a named user (`--as`) and is recorded under that name. Personal data are read from files or standard input,
never from the command line.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from sonae.office.claim_misstatement_command import misstatement
from sonae.office.cover_commands import _moment, _say
from sonae.office.user_commands import _as, _office

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_claim = click.argument("claim_id", metavar="CLAIM")


@click.group()
def claim() -> None:
    """Claims: from the first notice to the payment. CLAIM is a number or an id."""


@claim.command("report")
@click.option("--member", required=True, type=click.UUID, help="Whose loss.")
@click.option("--known", required=True, metavar="MOMENT", help="When it became known.")
@click.option("--event", default="", help="Leave out what is not sure.")
@click.option("--circumstances", is_flag=True, help="Nothing is lost yet.")
@click.option("--story", type=click.File(encoding="utf-8"), help="A text file; - is standard input.")
@click.option("--consent", default="", help="For an agent: how the member consented.")
@_as
def report(
    member: UUID, known: str, event: str, circumstances: bool, story: Any, consent: str, username: str
) -> None:
    """Write down a first notice."""
    moment = _moment(known)
    assert moment is not None
    with _office():
        from sonae.office import access, claim_notices, claim_reading

        told = claim_notices.Told(
            moment, event=event, circumstances=circumstances, story=story.read() if story else ""
        )
        made = claim_notices.report(access.act_as(username), told, member=member, consent_basis=consent)
        _say(claim_reading.listed(made))


@claim.command("list")
@click.option("--state", type=click.Choice(["open", "closed"]), default=None)
@_as
def list_claims(state: str | None, username: str) -> None:
    """Claims within reach, one a line."""
    with _office():
        from sonae.office import access, claim_reading, claims

        for row in claims.listed(access.act_as(username), state=state or "", limit=100):
            _say(claim_reading.listed(row))


@claim.command("show")
@_claim
@_as
def show(claim_id: str, username: str) -> None:
    """One claim, as far as the user may see it."""
    with _office():
        from sonae.office import access, claim_reading

        principal = access.act_as(username)
        _say(claim_reading.claim(claim_reading.cockpit(principal, claim_id), principal))


@claim.command("timeline")
@_claim
@_as
def timeline(claim_id: str, username: str) -> None:
    """What happened, one line a fact."""
    with _office():
        from sonae.office import access, claim_reading

        for fact in claim_reading.timeline(access.act_as(username), claim_id):
            _say(fact)


@claim.command("clocks")
@_claim
@click.option("--as-of", "as_of", metavar="MOMENT", help="As it was known then; default now.")
@_as
def clocks(claim_id: str, as_of: str | None, username: str) -> None:
    """The deadlines that run, by what was recorded."""
    with _office():
        from sonae.office import access, claim_clocks, claim_reading

        for one in claim_clocks.of_claim(access.act_as(username), claim_id, _moment(as_of)):
            _say(claim_reading.deadline(one))


@claim.command("draft")
@_claim
@click.argument("kind", type=click.Choice(["report_preliminary", "report_final", "persons_notified"]))
@_as
def draft(claim_id: str, kind: str, username: str) -> None:
    """A draft for the commission or for persons, from what is recorded."""
    with _office():
        from sonae.office import access, claim_drafts

        click.echo(claim_drafts.draft(access.act_as(username), claim_id, kind), nl=False)


@claim.command("worklist")
@click.option("--mine", is_flag=True)
@_as
def worklist(mine: bool, username: str) -> None:
    """Open claims by the deadline that is next."""
    with _office():
        from sonae.office import access, claim_clocks, claim_reading

        for one in claim_clocks.worklist(access.act_as(username), mine=mine):
            _say(claim_reading.work(one))


@claim.command("file")
@_claim
@click.argument("file", type=_FILE)
@_as
def hand_in(claim_id: str, file: Path, username: str) -> None:
    """Hand in a file."""
    with _office():
        from sonae.office import access, claim_files

        with file.open("rb") as stream:
            chunks = iter(lambda: stream.read(2**16), b"")
            made = claim_files.hand_in(access.act_as(username), claim_id, file.name, chunks)
        _say({"file": str(made.id), "size": made.size})


@claim.command("reserve")
@_claim
@click.argument("head")
@click.argument("amount", type=int)
@click.option("--reason", required=True)
@_as
def reserve(claim_id: str, head: str, amount: int, reason: str, username: str) -> None:
    """Set the reserve of a head, in yen."""
    with _office():
        from sonae.office import access, claim_reading, claim_reserves

        made = claim_reserves.reserve(access.act_as(username), claim_id, head, amount, reason)
        _say(claim_reading.reserve(made))


@claim.command("premium")
@_claim
@click.argument("cover_id", type=click.UUID, metavar="COVER")
@click.option("--received/--not-received", required=True)
@click.option("--note", required=True, help="How we know.")
@_as
def premium(claim_id: str, cover_id: UUID, received: bool, note: str, username: str) -> None:
    """Record whether the premium of a cover was received."""
    with _office():
        from sonae.office import access, claim_payees

        made = claim_payees.answer_premium(
            access.act_as(username), claim_id, cover_id, received=received, note=note
        )
        _say({"received": made.received})


@claim.command("payee")
@_claim
@click.argument("kind", type=click.Choice(["insured", "claimant", "vendor"]))
@click.argument("account", type=click.File(encoding="utf-8"))
@click.option("--replaces", type=click.UUID)
@_as
def payee(claim_id: str, kind: str, account: Any, replaces: UUID | None, username: str) -> None:
    """Add a payee; ACCOUNT is a JSON file with holder, holder_kana, bank, branch, kind, number."""
    try:
        words = json.load(account)
    except ValueError:
        raise click.BadParameter("the file is no JSON object") from None
    with _office():
        from sonae.office import access, claim_payees
        from sonae.office.claim_refusals import refuse

        try:
            read = claim_payees.Account(**words)
        except TypeError:
            raise refuse("payee_unusable") from None
        made = claim_payees.add_payee(access.act_as(username), claim_id, kind, read, replaces=replaces)
        _say({"payee": str(made.id), "ending": made.ending})


@claim.command("confirm")
@click.argument("decision_id", type=click.UUID, metavar="DECISION")
@_as
def confirm(decision_id: UUID, username: str) -> None:
    """Confirm a decision as its second reader."""
    with _office():
        from sonae.office import access, claim_decisions, claim_reading

        _say(claim_reading.decision(claim_decisions.confirm(access.act_as(username), decision_id)))


@claim.command("pay")
@_claim
@click.argument("payee_id", type=click.UUID, metavar="PAYEE")
@click.argument("cover_id", type=click.UUID, metavar="COVER")
@click.option("--line", "lines", multiple=True, required=True, nargs=2, type=(str, int), metavar="HEAD YEN")
@_as
def pay(claim_id: str, payee_id: UUID, cover_id: UUID, lines: tuple[tuple[str, int], ...], username: str) -> None:
    """Prepare a payment on the confirmed decision."""
    with _office():
        from sonae.office import access, claim_payments, claim_reading

        wanted = [claim_payments.Line(cover_id, head, amount) for head, amount in lines]
        _say(claim_reading.payment(claim_payments.prepare(access.act_as(username), claim_id, payee_id, wanted)))


@claim.command("approve")
@click.argument("payment_id", type=click.UUID, metavar="PAYMENT")
@_as
def approve(payment_id: UUID, username: str) -> None:
    """Approve a payment that another prepared."""
    with _office():
        from sonae.office import access, claim_payments, claim_reading

        _say(claim_reading.payment(claim_payments.approve(access.act_as(username), payment_id)))


@claim.command("post")
@click.argument("payment_id", type=click.UUID, metavar="PAYMENT")
@_as
def post(payment_id: UUID, username: str) -> None:
    """The payment has gone out."""
    with _office():
        from sonae.office import access, claim_payments, claim_reading

        _say(claim_reading.payment(claim_payments.post(access.act_as(username), payment_id)))


@claim.command("void")
@click.argument("payment_id", type=click.UUID, metavar="PAYMENT")
@click.option("--reason", required=True)
@_as
def void(payment_id: UUID, reason: str, username: str) -> None:
    """Take back a payment that has not gone out."""
    with _office():
        from sonae.office import access, claim_payments, claim_reading

        _say(claim_reading.payment(claim_payments.void(access.act_as(username), payment_id, reason)))


@claim.command("causes")
@_as
def causes(username: str) -> None:
    """Events that touch many members, with what they come to, one a line."""
    with _office():
        from sonae.office import access, claim_causes, claim_reading

        for one in claim_causes.all_of(access.act_as(username)):
            _say(claim_reading.cause(one))


@claim.command("open-cause")
@click.argument("name")
@_as
def open_cause(name: str, username: str) -> None:
    """Name an event that touches many members."""
    with _office():
        from sonae.office import access, claim_causes

        _say({"cause": str(claim_causes.open_cause(access.act_as(username), name).id)})


@claim.command("link")
@_claim
@click.argument("cause_id", type=click.UUID, metavar="CAUSE")
@click.option("--reason", required=True)
@_as
def link(claim_id: str, cause_id: UUID, reason: str, username: str) -> None:
    """Link a claim to an event that touches many members."""
    with _office():
        from sonae.office import access, claim_causes, claim_reading

        principal = access.act_as(username)
        claim_causes.link(principal, claim_id, cause_id, reason)
        _say(claim_reading.cause(claim_causes.one(principal, cause_id)))


@claim.command("unlink")
@_claim
@click.option("--reason", required=True)
@_as
def unlink(claim_id: str, reason: str, username: str) -> None:
    """Take a claim out of its common cause."""
    with _office():
        from sonae.office import access, claim_causes, claim_reading

        _say(claim_reading.listed(claim_causes.unlink(access.act_as(username), claim_id, reason)))


@claim.command("recoveries")
@_claim
@_as
def recoveries(claim_id: str, username: str) -> None:
    """What is to come back, and what co-insurers owe."""
    with _office():
        from sonae.office import access, claim_reading, claim_recoveries

        _say(claim_reading.balance(claim_recoveries.balance(access.act_as(username), claim_id)))


@claim.command("recover")
@_claim
@click.argument("from_whom")
@click.argument("amount", type=int)
@_as
def recover(claim_id: str, from_whom: str, amount: int, username: str) -> None:
    """Expect so many yen from whoever is liable."""
    with _office():
        from sonae.office import access, claim_reading, claim_recoveries

        _say(claim_reading.recovery(claim_recoveries.expect(access.act_as(username), claim_id, from_whom, amount)))


@claim.command("take-back")
@click.argument("payment_id", type=click.UUID, metavar="PAYMENT")
@click.argument("cover_id", type=click.UUID, metavar="COVER")
@click.argument("head")
@click.argument("amount", type=int)
@click.argument("reason")
@_as
def take_back(payment_id: UUID, cover_id: UUID, head: str, amount: int, reason: str, username: str) -> None:
    """Expect a payee to return so many yen of a payment's head; `claim received` says what came in."""
    with _office():
        from sonae.office import access, claim_reading, claim_returns

        made = claim_returns.expect(access.act_as(username), payment_id, cover_id, head, amount, reason)
        _say(claim_reading.recovery(made))


@claim.command("received")
@click.argument("recovery_id", type=click.UUID, metavar="RECOVERY")
@click.argument("amount", type=int)
@_as
def received(recovery_id: UUID, amount: int, username: str) -> None:
    """So many yen of a recovery have come in altogether."""
    with _office():
        from sonae.office import access, claim_reading, claim_recoveries

        _say(claim_reading.recovery(claim_recoveries.receive(access.act_as(username), recovery_id, amount)))


@claim.command("close")
@_claim
@click.option("--reason", required=True)
@_as
def close(claim_id: str, reason: str, username: str) -> None:
    """Close a claim."""
    with _office():
        from sonae.office import access, claim_reading, claims

        _say(claim_reading.listed(claims.close(access.act_as(username), claim_id, reason)))


@claim.command("reopen")
@_claim
@click.option("--reason", required=True)
@_as
def reopen(claim_id: str, reason: str, username: str) -> None:
    """Open a closed claim again."""
    with _office():
        from sonae.office import access, claim_reading, claims

        _say(claim_reading.listed(claims.reopen(access.act_as(username), claim_id, reason)))


claim.add_command(misstatement)

COMMANDS: list[click.Command] = [claim]
