"""`sonae claim misstatement`: what would have been, had the truth been told. What it uses is loaded when it runs."""

import json
import sys
from typing import Any, BinaryIO

import click

from sonae.office.user_commands import _as, _office

OK, BROKEN = 0, 1


@click.command("misstatement")
@click.argument("claim_id", metavar="CLAIM")
@click.argument("file", metavar="TRUTH|-", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the answer, or the problem, as JSON.")
@_as
def misstatement(claim_id: str, file: BinaryIO, as_json: bool, username: str) -> int:
    """Replay a misstatement: premium and cover had the truth been told, and what the law still allows.

    TRUTH is a JSON file: `fault` (intent, gross_negligence, slight), and as far as it differs `terms`, `sheet`,
    `answers`; `caused` (yes, no, unsure), `insurer_knew_on` and what stands against termination. Nothing is written.

    Exit status: 0 replayed, 1 not understood.
    """
    from sonae.doors import decision, problem
    from sonae.doors.json_reading import parse

    words = parse(file.read())
    found: Any = words
    if not isinstance(words, problem.Problem):
        with _office():
            from sonae.office import access, claim_misstatement

            found = claim_misstatement.replay(access.act_as(username), claim_id, words)
    if isinstance(found, problem.Problem):
        if as_json:
            sys.stdout.buffer.write(problem.encode(found) + b"\n")
        else:
            for one in found.errors:
                click.echo(f"{one.pointer or '/'}: {one.message}\n    {one.message_en}", err=True)
        return BROKEN
    if as_json:
        said = json.dumps(decision.words(found), ensure_ascii=False, separators=(",", ":"))
        sys.stdout.buffer.write(said.encode() + b"\n")
    else:
        _print(found)
    return OK


def _print(found: Any) -> None:
    for one in found.differences:
        click.echo(f"{one.subject}: {one.told} → {one.true}")
    for name, side in (("契約時 as bound", found.told), ("正しい告知 told truly", found.true)):
        premium = "—" if side.premium is None else f"{side.premium:,}円"
        click.echo(f"{name}: {side.verdict.value} {premium} 割引 {side.security_discount}%")
    for one in found.deadlines:
        click.echo(f"{one.clock.name.ja}: {one.since} → {one.due}（{one.clock.rule}）")
    for one in found.options:
        yen = "" if one.premium is None else f" 保険料 {one.premium:+,}円"
        until = f" {one.until} まで" if one.until is not None and one.is_open else ""
        click.echo(f"[{'可' if one.is_open else '不可'}] {one.name.ja}: {one.loss}{yen}{until}")
        for reason in one.reasons:
            click.echo(f"    {reason.ja}")
