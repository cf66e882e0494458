"""The command line's commands that run the office: serve, doctor, reset. What they use is loaded when they run."""

import os
import sys
from pathlib import Path

import click


def _fail(error: Exception) -> None:
    click.echo(f"sonae: {error}", err=True)
    sys.exit(1)


@click.command()
@click.option(
    "--clock-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="For tests only: a file with one moment (ISO 8601, with offset) that stands for the present.",
)
def serve(clock_file: Path | None) -> None:
    """Start the office: database, web server and job worker. Ctrl-C stops everything."""
    from sonae.office import clock, environment, supervisor

    try:
        if clock_file is not None:
            os.environ["SONAE_CLOCK_FILE"] = str(clock_file.absolute())
            environment.read()  # in production it is refused before the file is looked at
            try:
                clock.now()
            except (OSError, ValueError, AssertionError) as error:
                raise environment.Misconfigured(f"--clock-file: {error}") from None
        status = supervisor.serve(environment.read(), lambda text: click.echo(text))
    except environment.Misconfigured as error:
        _fail(error)
    else:
        sys.exit(status)


@click.command()
def doctor() -> None:
    """Say what is set up, what is missing and what to do about it."""
    from sonae.office import doctor

    sys.exit(doctor.report(doctor.examine(), click.echo))


@click.command()
@click.option("--demo", is_flag=True, required=True, help="Drop everything and seed the demo office anew.")
def reset(demo: bool) -> None:
    """Put the demo office back to its first day. Refused in production."""
    from sonae.office import environment, reset

    try:
        reset.reset_demo(environment.read(), click.echo)
    except environment.Misconfigured as error:
        _fail(error)


COMMANDS: list[click.Command] = [serve, doctor, reset]
