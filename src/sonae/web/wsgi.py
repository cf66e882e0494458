"""The WSGI application: walls and declarations are checked, then the hot path stands before Django."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.web.settings")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from django.db import connection  # noqa: E402  these need a Django that is set up

from sonae.office import catalogue, declarations, incident_costs, walls  # noqa: E402
from sonae.web import hot  # noqa: E402

WARM_AFTER = 2.0
"""Seconds after the start at which the compiler is loaded."""

walls.verify()
connection.close()
declarations.routes()
# Read before the first request, so that a broken product stops the server instead of a customer.
catalogue.shipped()

# What was loaded so far lives as long as the process: the collector need not look through it again and again.
gc.collect()
gc.freeze()


def _warm() -> None:
    incident_costs.warm(catalogue.default())
    gc.collect()
    gc.freeze()


# After the start, so that nobody waits for the compiler: neither the start nor who first asks for prices.
_warming = threading.Timer(WARM_AFTER, _warm)
_warming.daemon = True
_warming.start()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    if hot.is_hot(environ):
        return hot.answer(environ, start_response)
    return django_application(environ, start_response)
