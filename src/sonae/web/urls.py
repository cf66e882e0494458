"""Where each address leads."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from sonae.web import (
    api_applications,
    api_business_income,
    api_claim_causes,
    api_claim_misstatement,
    api_claim_money,
    api_claims,
    api_covers,
    api_incident_costs,
    api_papers,
    api_replays,
    api_settlements,
    api_waiting,
    failures,
    health,
)
from sonae.web.api import api

_OPERATIONS = (
    api_applications, api_business_income,
    api_claim_causes, api_claim_misstatement, api_claim_money, api_claims, api_covers, api_incident_costs, api_papers,
    api_replays, api_settlements, api_waiting,
)  # fmt: skip
assert all(_OPERATIONS)  # imported for what they declare

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", api.urls),
    path("api/", failures.no_such_route),
    path("api/<path:rest>", failures.no_such_route),
]
if find_spec("sonae.web.page_urls"):
    urlpatterns.append(path("", include("sonae.web.page_urls")))

handler400 = failures.bad_request
handler403 = failures.forbidden
handler404 = failures.not_found
handler500 = failures.failed
