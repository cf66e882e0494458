"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sonae.office.access import PUBLIC


def _to_anybody(view: Callable[[HttpRequest], JsonResponse]) -> Callable[..., HttpResponse]:
    """Declares a view as public that looks at no session: these answers stand outside of any transaction, so nobody's
    reach can be set for them. A person's browser gets what a supervisor gets."""
    guarded: Callable[..., HttpResponse] = require_safe(view)
    guarded.sonae_permissions = {"GET": PUBLIC, "HEAD": PUBLIC}  # type: ignore[attr-defined]
    return guarded


@_to_anybody
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@_to_anybody
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
