"""Which database this office works on, and who may do what there: before Django, for the supervisor and commands.

Two roles, never mixed in one process: the owner migrates; the application's owns nothing and stands under
row-level security. The embedded server's superuser is used here only, and handed to nobody.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from sonae.office import keys
from sonae.office.environment import Environment, Misconfigured, private_dir
from sonae.office.postgres import APP, DATABASE, OWNER, SUPERUSER, Postgres


@dataclass(frozen=True)
class Addresses:
    """The database as its owner and as the application reach it."""

    owner: str
    application: str


def embedded_server(environment: Environment) -> Postgres:
    return Postgres(environment.data_dir / "postgres", environment.data_dir / "secrets")


def hold(environment: Environment) -> IO[str]:
    """Take the data folder for this process alone, until the file is closed; Misconfigured if another has it."""
    private_dir(environment.data_dir)
    file = (environment.data_dir / "serve.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "?"
        file.close()
        raise Misconfigured(
            f"another sonae (process {holder}) runs on {environment.data_dir}: stop it, or set SONAE_DATA_DIR"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def prepare(environment: Environment, server: Postgres | None) -> Addresses:
    """The addresses, once roles and database of a fresh embedded server are made.

    In an external database the owner's migrations make the application's role, if the owner may.
    """
    found = addresses(environment)
    if server is not None:
        try:
            for address in (found.owner, found.application):
                psycopg.connect(address).close()
        except psycopg.OperationalError:
            _create_embedded(server, _application_password(environment))
    return found


def addresses(environment: Environment) -> Addresses:
    """Where owner and application find the database; the application's address is derived unless it is set."""
    owner = environment.database_url or embedded_server(environment).url(OWNER)
    if environment.database_url and environment.app_database_url:
        return Addresses(owner, environment.app_database_url)
    return Addresses(owner, _address_for(owner, APP, _application_password(environment)))


@contextmanager
def alone(environment: Environment) -> Iterator[Addresses]:
    """The database with nobody else at work on this data folder; Misconfigured while the office runs."""
    with hold(environment):
        server = embedded_server(environment) if environment.database_url is None else None
        try:
            if server is not None:
                server.start()
            yield prepare(environment, server)
        finally:
            if server is not None:
                server.stop()


@contextmanager
def database(environment: Environment) -> Iterator[Addresses]:
    """The database for one command: the running office's, or the embedded server started for as long as needed."""
    if environment.database_url is not None or _is_held(environment):
        yield addresses(environment)
    else:
        with alone(environment) as found:
            yield found


def _is_held(environment: Environment) -> bool:
    try:
        hold(environment).close()
    except Misconfigured:
        return True
    return False


def refuse_strangers(addresses: Addresses) -> None:
    """Misconfigured unless the application can log in: its role may be missing or have another password."""
    try:
        psycopg.connect(addresses.application).close()
    except psycopg.OperationalError as error:
        raise Misconfigured(
            f"the application cannot log in to the database: {error}\nHave someone who may make roles run"
            f" CREATE ROLE {APP} LOGIN PASSWORD '…', and name that log-in in SONAE_APP_DATABASE_URL"
        ) from None


def _address_for(owner: str, user: str, password: str) -> str:
    """The owner's address with another user and password, as a postgresql:// address."""
    parts = conninfo_to_dict(owner)
    host = str(parts.pop("host", ""))
    port, name = parts.pop("port", None), parts.pop("dbname", DATABASE)
    for replaced in ("user", "password"):
        parts.pop(replaced, None)
    query = {key: str(value) for key, value in parts.items()}
    if host.startswith("/"):  # a folder of sockets stands in the query, where every reader of addresses finds it
        query, host = {"host": host, **query}, ""
    at = f"{host}:{port}" if port and host else host
    if port and not host:
        query["port"] = str(port)
    tail = f"?{urlencode(query, safe='/')}" if query else ""
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{at}/{quote(str(name), safe='')}{tail}"


def _application_password(environment: Environment) -> str:
    try:
        return keys.load(environment.key_file, production=environment.production).application_password
    except (keys.KeyFileMissing, keys.KeyFileUnsafe) as error:
        raise Misconfigured(f"SONAE_KEY_FILE: {error}") from None


def _create_embedded(server: Postgres, password: str) -> None:
    """Roles and database of a fresh embedded server, or with renewed passwords; safe to repeat."""
    owner_password = str(conninfo_to_dict(server.url(OWNER))["password"])
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        for role, secret in ((OWNER, owner_password), (APP, password)):
            _create_role(connection, role, secret)
        if not _one(connection, "SELECT count(*) FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
        for name in (DATABASE, "postgres", "template1"):
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(DATABASE), sql.Identifier(APP))
        )
    with psycopg.connect(server.url(SUPERUSER)) as connection:
        grant_schema(connection)


def _create_role(connection: psycopg.Connection, role: str, password: str) -> None:
    exists = _one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role)
    verb = "ALTER" if exists else "CREATE"
    connection.execute(
        sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def grant_schema(connection: psycopg.Connection) -> None:
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP)))


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None
