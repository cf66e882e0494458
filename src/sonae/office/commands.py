"""The command line's commands that run the office: serve, doctor, reset. What they use is loaded when they run."""

import sys

import click


def _fail(error: Exception) -> None:
    click.echo(f"sonae: {error}", err=True)
    sys.exit(1)


@click.command()
def serve() -> None:
    """Start the office: database, web server and job worker. Ctrl-C stops everything."""
    from sonae.office import environment, supervisor

    try:
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
