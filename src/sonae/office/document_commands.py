"""The command line's commands about papers: check a certificate, hand out the public key, print the brochure."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from sonae.office import paper_commands
from sonae.office.user_commands import _office

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def certificate() -> None:
    """Certificates: check one, and the public key that others check them by."""


def _own_signer() -> Any:
    """The signer of this installation's key file; None where there is no key file."""
    from sonae.office import environment, keys, signing

    try:
        place = environment.read()
        return signing.signer(keys.load(place.key_file, production=True)) if place.key_file.exists() else None
    except (environment.Misconfigured, keys.KeyFileUnsafe) as error:
        raise click.ClickException(str(error)) from error


@certificate.command("verify")
@click.argument("file", type=_FILE)
@click.option("--public-key", "key_files", type=_FILE, multiple=True, help="PEM; default: this office's own key.")
@click.option("--status", "ask", is_flag=True, help="Also ask this office what the paper is worth today.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def verify(file: Path, key_files: tuple[Path, ...], ask: bool, as_json: bool) -> int:
    """Check a certificate offline: its PDF, or a text file of what its QR code says. Exit 1 when not genuine.

    With --status also exit 1 when it is genuine, but not valid any more.
    """
    from sonae.office import signing

    pems = [path.read_bytes() for path in key_files]
    if not pems:
        own = _own_signer()
        if own is None:
            raise click.UsageError("there is no key file here; name the issuer's key with --public-key")
        pems = [own.public_pem.encode()]
    try:
        keys = signing.read_public_keys(*pems)
    except ValueError as wrong:
        raise click.UsageError(f"--public-key: {wrong}") from wrong
    try:
        checked = signing.check(file.read_bytes(), keys)
    except signing.Forged as reason:
        if as_json:
            click.echo(json.dumps({"genuine": False, "reason": str(reason)}))
        click.echo(f"真正と確認できません / not genuine: {reason}", err=True)
        return 1
    content = None if checked.summary is None else content_sha256(checked.summary)
    standing = _status(checked.summary["number"], content) if ask and checked.summary is not None else None
    if as_json:
        outcome = {
            "genuine": True,
            "whole_file": checked.whole_file,
            "key": checked.key_id,
            "content_sha256": content,
            "summary": checked.summary,
        }
        click.echo(json.dumps(outcome if standing is None else outcome | {"status": standing}, ensure_ascii=False))
        return _exit_of(standing)
    click.echo(f"署名は正しく、改ざんはありません（鍵 {checked.key_id}）/ genuine")
    if not checked.whole_file:
        click.echo("確認したのは二次元コードの内容です / checked: the content of the QR code")
    for label, value in _lines(checked.summary or {}):
        click.echo(f"  {label}: {value}")
    if standing is not None:
        click.echo(_said(standing))
    return _exit_of(standing)


def content_sha256(summary: dict[str, Any]) -> str:
    """The hash of what a paper says, as the register of issued papers has it."""
    text = json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _status(number: str, content: str | None = None, version: int | None = None) -> dict[str, Any]:
    with _office():
        from sonae.office import paper_status, telling_papers

        return telling_papers.status(paper_status.status(number, content, version))
    raise click.Abort  # the office said why


def _said(standing: dict[str, Any]) -> str:
    latest = standing["latest_version"]
    version = "" if latest is None else f"（いまは第{latest}版 / version {latest} is the present one）"
    return f"{standing['message']} / {standing['message_en']}{version}"


def _exit_of(standing: dict[str, Any] | None) -> int:
    return 0 if standing is None or standing["status"] == "valid" else 1


@certificate.command("status")
@click.argument("number")
@click.option("--version", type=click.IntRange(1), default=None, help="The version that is printed on the paper.")
@click.option("--content", default=None, metavar="SHA256", help="The hash of what the paper says.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def status(number: str, version: int | None, content: str | None, as_json: bool) -> int:
    """Say what a paper is worth today, by its number. Exit 1 unless it is valid."""
    standing = _status(number, content, version)
    click.echo(json.dumps(standing, ensure_ascii=False) if as_json else _said(standing))
    return _exit_of(standing)


def _lines(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """What a third party looks for first."""
    if not summary:
        return []
    limits = [f"{each['basis']}{each['limit']:,}円" for each in summary["limits"]]
    return [
        ("番号 / number", f"{summary['number']} (第{summary['version']}版)"),
        ("記名被保険者 / named insured", summary["named_insured"]["name"]),
        ("補償期間 / period", f"{summary['inception']} – {summary['expiry']}"),
        ("プラン / plan", f"{summary['plan']} {summary['set']}"),
        ("支払限度額 / limits", "、".join(limits)),
    ]


@certificate.command("public-key")
@click.argument("out", type=click.Path(path_type=Path), required=False)
def public_key(out: Path | None) -> None:
    """Print this office's public key (PEM), or write it to OUT; its id goes to standard error."""
    own = _own_signer()
    if own is None:
        raise click.ClickException("there is no key file yet: sonae key-file new PATH")
    if out is None:
        click.echo(own.public_pem, nl=False)
    else:
        out.write_text(own.public_pem, "ascii")
    click.echo(f"key {own.key_id}", err=True)


@click.command("brochure")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--product", "which", default=None, help="The product; default: the newest.")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
def brochure(out: Path, which: str | None, language: Any) -> None:
    """Print the brochure of a product to OUT: two A4 pages, every figure from the product's data."""
    from sonae.office import catalogue, clock
    from sonae.office.documents.brochure import brochure_paper

    try:
        product = catalogue.default() if which is None else catalogue.product(which)
    except catalogue.UnknownProduct as unknown:
        raise click.UsageError(f"there is no product {which} / その商品はありません") from unknown
    out.write_bytes(brochure_paper(product, clock.now(), language=language))
    click.echo(str(out), err=True)
    sys.stderr.flush()


COMMANDS: list[click.Command] = [certificate, brochure, *paper_commands.COMMANDS]
