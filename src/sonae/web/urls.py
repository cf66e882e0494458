"""Where each address leads."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from sonae.web import health

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
]
if find_spec("sonae.web.api"):
    from sonae.web.api import api

    urlpatterns.append(path("api/v1/", api.urls))
if find_spec("sonae.web.page_urls"):
    urlpatterns.append(path("", include("sonae.web.page_urls")))
