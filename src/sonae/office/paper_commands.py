"""Commands for the papers of members and for timelines. What they use is loaded when they run.

Each acts as a named user (`--as`). A paper goes to a file; lists and timelines are JSON.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sonae.office.user_commands import _as, _office

_out = click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
_language = click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
_site = click.option("--site", default=None, help="Where the QR code leads; default: this office on localhost.")
_version = click.option("--version", type=click.IntRange(1), default=None, help="Default: the present one.")


def _write(out: Path, make: Callable[[Any], bytes], username: str) -> None:
    with _office():
        from sonae.office import access
        from sonae.office.documents import MissingGlyph

        try:
            out.write_bytes(make(access.act_as(username)))
        except MissingGlyph as missing:
            raise click.ClickException(f"印刷できない文字があります / {missing}") from missing
    click.echo(str(out), err=True)


def _place(site: str | None) -> str:
    from sonae.office import environment

    return site or f"http://localhost:{environment.read().port}"


@click.group()
def paper() -> None:
    """Papers of covers and applications: each is issued once, and printed as often as needed."""


@paper.command("list")
@click.argument("cover_id", metavar="COVER")
@_as
def list_papers(cover_id: str, username: str) -> None:
    """What was issued of a cover, one a line."""
    with _office():
        from sonae.office import access, issuing, telling_papers

        for one in issuing.of_cover(access.act_as(username), cover_id):
            click.echo(json.dumps(telling_papers.issued(one), ensure_ascii=False))


@paper.command("certificate")
@click.argument("cover_id", metavar="COVER")
@_out
@_version
@_site
@_as
def certificate(cover_id: str, out: Path, version: int | None, site: str | None, username: str) -> None:
    """The signed certificate (加入内容確認書) of a cover, by its number or id."""
    _certificate(cover_id, out, version, site, username, note=False)


@paper.command("cover-note")
@click.argument("cover_id", metavar="COVER")
@_out
@_version
@_site
@_as
def cover_note(cover_id: str, out: Path, version: int | None, site: str | None, username: str) -> None:
    """付保証明書: limits only, for a third party."""
    _certificate(cover_id, out, version, site, username, note=True)


def _certificate(
    cover_id: str, out: Path, version: int | None, site: str | None, username: str, *, note: bool
) -> None:
    def make(principal: Any) -> bytes:
        from sonae.office import cover_papers

        return cover_papers.certificate(principal, cover_id, _place(site), version, note=note)

    _write(out, make, username)


@paper.command("endorsement")
@click.argument("cover_id", metavar="COVER")
@click.argument("number", type=click.IntRange(2))
@_out
@_as
def endorsement(cover_id: str, number: int, out: Path, username: str) -> None:
    """The notice of one change (異動承認書), by the number of the transaction."""

    def make(principal: Any) -> bytes:
        from sonae.office import cover_papers

        return cover_papers.endorsement(principal, cover_id, number)

    _write(out, make, username)


@paper.command("renewal")
@click.argument("offer_id", metavar="OFFER")
@_out
@_as
def renewal(offer_id: str, out: Path, username: str) -> None:
    """The renewal paper of an offer (更新のご案内)."""

    def make(principal: Any) -> bytes:
        from sonae.office import cover_papers

        return cover_papers.renewal(principal, offer_id)

    _write(out, make, username)


@paper.command("application")
@click.argument("application_id", metavar="APPLICATION")
@_out
@_as
def application(application_id: str, out: Path, username: str) -> None:
    """申込書控え with all answers: for the applicant, the insurer and the auditor."""

    def make(principal: Any) -> bytes:
        from sonae.office import cover_papers

        return cover_papers.copy_of_application(principal, application_id)

    _write(out, make, username)


@paper.command("important-matters")
@click.argument("application_id", metavar="APPLICATION")
@_out
@_language
@_as
def important_matters(application_id: str, out: Path, language: Any, username: str) -> None:
    """契約概要・注意喚起情報 of the version applied for: once given, the bytes that were given."""

    def make(principal: Any) -> bytes:
        from sonae.office import cover_papers

        return cover_papers.important_matters(principal, application_id, language)

    _write(out, make, username)


@click.group()
def timeline() -> None:
    """Everything recorded of an object."""


@timeline.command("search")
@click.argument("words")
@_as
def search(words: str, username: str) -> None:
    """Objects by a cover's number, an id, or a member's name in any spelling; one a line."""
    with _office():
        from sonae.office import access, telling_papers
        from sonae.office import timeline as timelines

        for found in timelines.search(access.act_as(username), words):
            click.echo(json.dumps(telling_papers.hit(found), ensure_ascii=False))


@timeline.command("show")
@click.argument("kind", type=click.Choice(["cover", "application", "member", "quotation"]))
@click.argument("object_id", type=click.UUID, metavar="ID")
@_as
def show(kind: str, object_id: Any, username: str) -> None:
    """The timeline of an object as JSON, with effective and recorded time."""
    with _office():
        from sonae.office import access, telling_papers
        from sonae.office import timeline as timelines

        told = timelines.read(access.act_as(username), kind, object_id)
        click.echo(json.dumps(telling_papers.timeline(told), ensure_ascii=False))


COMMANDS: list[click.Command] = [paper, timeline]
