"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

from __future__ import annotations

from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse

from sonae.office import access


@access.requires(GET="public", HEAD="public")
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@access.requires(GET="public", HEAD="public")
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every migration of this release has been applied."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = frozenset(cursor.fetchall())
    except (DatabaseError, ImproperlyConfigured):
        return JsonResponse({"status": "no database"}, status=503)
    if not _needed() <= applied:
        return JsonResponse({"status": "migrations are missing"}, status=503)
    return JsonResponse({"status": "ready"})


@cache
def _needed() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
