"""`sonae reset --demo`: the demo office as on its first day."""

from collections.abc import Callable

import psycopg

from sonae.office import database, supervisor
from sonae.office.environment import Environment, Misconfigured


def reset_demo(environment: Environment, say: Callable[[str], None]) -> None:
    """Drop every table, migrate and seed again.

    Misconfigured in production, where real data may lie, and while the office runs: the worker lives on its tables.
    """
    if environment.production:
        raise Misconfigured("reset --demo is refused in production (SONAE_ENV)")
    with database.alone(environment) as addresses:
        with psycopg.connect(addresses.owner) as connection:
            seen = supervisor.read_stamp(connection)
            if seen and not seen.get("demo"):
                raise Misconfigured("reset --demo is refused: this database was not seeded as a demo")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            database.grant_schema(connection)
        supervisor.bring_up_to_date(environment, addresses, say)
    say(supervisor.log_ins_file(environment).read_text("utf-8"))
