"""The table of every route and command with its one permission, and the refusal to start without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from django.urls import URLPattern, URLResolver, get_resolver

from . import access

#: Answered by the WSGI callable before Django (web/hot.py), so it stands in no resolver.
HOT_PATH = {"method": "POST", "path": "/api/v1/quotations?dry_run=true", "permission": "quotation.estimate"}


class Undeclared(Exception):
    """Routes or commands without a permission, or permissions without a command: the server refuses to start."""


def routes() -> list[dict[str, str]]:
    """Every (method, path) with its permission. Raises Undeclared, naming each route that declares none."""
    rows, missing = [dict(HOT_PATH)], []
    for path, pattern in _patterns(get_resolver().url_patterns, "/"):
        declared = _declared(pattern)
        if not declared:
            missing.append(path)
        rows += [{"method": method, "path": path, "permission": permission} for method, permission in declared]
    if missing:
        raise Undeclared("no permission is declared for " + ", ".join(missing))
    return sorted(rows, key=lambda row: (row["path"], row["method"]))


def commands(root: click.Command) -> list[dict[str, str]]:
    """Every command with its permission. Raises Undeclared unless the table and the command line are equal sets."""
    found = set(_commands(root, ""))
    if found != set(access.COMMANDS):
        raise Undeclared(
            f"without a permission: {sorted(found - set(access.COMMANDS))}; "
            f"without a command: {sorted(set(access.COMMANDS) - found)}"
        )
    return [{"command": name, "permission": access.COMMANDS[name]} for name in sorted(found)]


def _patterns(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path, pattern


def _declared(pattern: URLPattern) -> list[tuple[str, str]]:
    """The permission of each method of one pattern; nothing if any of them has none."""
    declared = getattr(pattern.callback, "sonae_permissions", {})
    return list(declared.items()) if all(name in access.PERMISSIONS for name in declared.values()) else []


def _commands(command: click.Command, name: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _commands(found, f"{name} {child}".strip())
    else:
        yield name
